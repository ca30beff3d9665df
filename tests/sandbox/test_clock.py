"""The time that sandboxes run on."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tieout.sandbox.clock import AdvancingClock, LoopClock

pytestmark = pytest.mark.anyio


async def test_sleepers_wake_in_the_order_of_their_moments_whoever_came_first():
    clock, woken = AdvancingClock(), []

    async def sleep(seconds):
        await clock.sleep(seconds)
        woken.append(seconds)

    async with asyncio.TaskGroup() as group:
        for seconds in (300, 100, 200):
            group.create_task(sleep(seconds))
        await asyncio.sleep(0)
        clock.advance(150)
        await asyncio.sleep(0)
        assert woken == [100]
        clock.advance(200)
    assert woken == [100, 200, 300]


async def test_a_sleeper_whose_moment_has_not_come_sleeps_on():
    clock = AdvancingClock()
    sleeper = asyncio.create_task(clock.sleep(0.3))
    await asyncio.sleep(0)
    clock.advance(0.2)
    await asyncio.sleep(0.02)
    assert not sleeper.done()
    await asyncio.sleep(0.15)
    assert sleeper.done()


async def test_a_sleep_of_no_time_returns_at_once():
    await asyncio.wait_for(AdvancingClock().sleep(0), timeout=0.1)


async def test_a_cancelled_sleeper_is_forgotten():
    clock = AdvancingClock()
    sleeper = asyncio.create_task(clock.sleep(100))
    await asyncio.sleep(0)
    sleeper.cancel()
    clock.advance(100)
    with pytest.raises(asyncio.CancelledError):
        await sleeper


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e300])
def test_the_clock_only_moves_forward_and_within_the_calendar(seconds):
    clock = AdvancingClock()
    with pytest.raises(ValueError, match=r"The clock (only moves forward|cannot be advanced)"):
        clock.advance(seconds)
    assert clock.offset == timedelta()


async def test_a_loop_clock_shows_the_loops_time():
    clock = LoopClock(datetime(2026, 3, 1, tzinfo=UTC))
    before = clock.now()
    await clock.sleep(0.05)
    assert timedelta(seconds=0.04) < clock.now() - before < timedelta(seconds=1)

"""The time that both sandboxes of one command share."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where a sandbox takes its time from."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` of this clock have passed."""
        ...


class LoopClock:
    """A clock driven by the running event loop, so that a loop with virtual time drives the sandboxes too.

    epoch: what the clock shows when the loop's own time is zero.
    """

    def __init__(self, epoch: datetime) -> None:
        self._epoch = epoch

    def now(self) -> datetime:
        """Return `epoch` plus the loop's time, in UTC."""
        return self._epoch + timedelta(seconds=asyncio.get_running_loop().time())

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of the loop's time."""
        await asyncio.sleep(max(0.0, seconds))


class AdvancingClock:
    """The machine's clock plus an offset that `advance` enlarges; sleepers wake as soon as their moment has come.

    offset: how far the clock is ahead of the machine's at first; a kept state brings its own, so that its time goes on.
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the machine's time plus the offset, in UTC."""
        return datetime.now(UTC) + self.offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds`; who waited for a moment up to then wakes, the earliest first.

        They run at the loop's next turn. Raises ValueError if `seconds` is negative, not finite, or more than
        the calendar holds: a server's clock never runs backwards.
        """
        try:
            step = timedelta(seconds=seconds)
            _ = self.now() + step
        except (OverflowError, ValueError):
            raise ValueError(f"The clock cannot be advanced by {seconds} seconds.") from None
        if seconds < 0:
            raise ValueError(f"The clock only moves forward; advance_seconds was {seconds}.")
        self.offset += step
        for _, sleeper in sorted(self._sleepers, key=lambda pair: pair[0]):
            _wake(sleeper)

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed, or were skipped by `advance`."""
        loop = asyncio.get_running_loop()
        deadline = self.now() + timedelta(seconds=seconds)
        while (left := (deadline - self.now()).total_seconds()) > 0:
            sleeper: asyncio.Future[None] = loop.create_future()
            pair = (deadline, sleeper)
            self._sleepers.append(pair)
            timer = loop.call_later(left, _wake, sleeper)
            try:
                await sleeper
            finally:
                timer.cancel()
                self._sleepers.remove(pair)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)

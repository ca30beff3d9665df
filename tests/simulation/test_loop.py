"""Virtual time: it passes only as timers ask for it, in their order, and nothing waits for real."""

import asyncio
import time

import pytest
from tests.simulation import loop


def test_hours_pass_in_no_time_and_in_order() -> None:
    heard: list[tuple[float, str]] = []

    async def after(seconds: float, name: str) -> None:
        await asyncio.sleep(seconds)
        heard.append((asyncio.get_running_loop().time(), name))

    async def main() -> None:
        await asyncio.gather(after(7200, "second"), after(60, "first"), after(86_400, "third"))

    began = time.perf_counter()
    loop.run(main())
    assert [name for _, name in heard] == ["first", "second", "third"]
    assert [round(at) for at, _ in heard] == [60, 7200, 86_400]
    assert time.perf_counter() - began < 1


def test_waiting_for_nothing_is_an_error_and_no_hang() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(loop.Deadlock):
        loop.run(main())


def test_threads_are_refused() -> None:
    async def main() -> None:
        await asyncio.to_thread(time.sleep, 0)

    with pytest.raises(RuntimeError, match="thread"):
        loop.run(main())

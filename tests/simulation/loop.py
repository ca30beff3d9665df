"""An event loop whose time is made up: it jumps to the next timer as soon as nothing is ready to run."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Deadlock(RuntimeError):
    """Nothing is ready and no timer is set, so that nothing would ever happen again."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Starts at zero seconds, reads no clock, has no threads, sockets or signals: what runs on it runs alike each time."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._selector = _Jump(self)
        # Two timers closer than this fire together; sums of floats are not exact.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Seconds of virtual time."""
        return self._now

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """Refuse threads: their order is nobody's to choose."""
        raise RuntimeError(f"{func} wants a thread; a simulation has none.")

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no files to watch."""

    def _write_to_self(self) -> None:
        """There is no other thread to wake this one."""


class _Jump:
    """Stands where a loop waits for files: instead of waiting it moves the time forward."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Deadlock("Nothing is ready to run, and no timer is set.")
        if timeout > 0:
            self._loop.jump(timeout)
        return []


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on a loop of its own, then end whatever it left behind."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()

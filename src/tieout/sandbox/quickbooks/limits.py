"""QuickBooks' quotas, counted over sliding windows of the sandbox's clock.

QuickBooks API guide, Limits: 500 requests a minute for each company, 10 a second, 40 batches a minute. The 429 names no
time to wait.
"""

from collections import deque
from typing import Final

from tieout.sandbox.clock import Clock
from tieout.sandbox.quickbooks import faults


class Window:
    """At most `most` requests within any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._taken: deque[float] = deque()

    def full(self, now: float) -> bool:
        """Whether one more request at `now` (Unix seconds) would be too many."""
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        return len(self._taken) >= self._most

    def take(self, now: float) -> None:
        """Count a request."""
        self._taken.append(now)


class Limits:
    """The windows of one company; `enforced` false counts nothing."""

    def __init__(self, clock: Clock, *, enforced: bool) -> None:
        self._clock = clock
        self.enforced: Final = enforced
        self._windows = (Window(500, 60), Window(10, 1))
        self._batches = Window(40, 60)

    def admit(self, *, batch: bool) -> None:
        """Count a request. Raises FaultError (429) if a window is full; a refused request counts nowhere."""
        if not self.enforced:
            return
        now = self._clock.now().timestamp()
        windows = (*self._windows, self._batches) if batch else self._windows
        if any(window.full(now) for window in windows):
            raise faults.throttled()
        for window in windows:
            window.take(now)

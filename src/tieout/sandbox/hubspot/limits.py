"""The account's quotas.

Figures: HubSpot, "API usage guidelines": 100 (Free, Starter) or 190 (Professional, Enterprise) calls in any 10 seconds
for each app; search 5 a second for the account, without headers.
"""

from collections import deque

from tieout.sandbox.hubspot import errors

_BURST = {"free": 100, "starter": 100, "professional": 190, "enterprise": 190}
_INTERVAL_MS = 10_000
_SEARCHES, _SECOND_MS = 5, 1_000


class Limits:
    """Counts calls; only calls that were let through count."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[int]] = {}
        self._searches: deque[int] = deque()

    def search(self, now: int) -> dict[str, str]:
        """Count one search at `now` (ms). Raises Refusal (429)."""
        if not _count(self._searches, now - _SECOND_MS, _SEARCHES, now):
            raise errors.too_many("secondly", "SECONDLY")
        return {}

    def call(self, who: str, tier: str, now: int) -> dict[str, str]:
        """Count one other call of an app at `now` (ms) and return the rate headers. Raises Refusal (429)."""
        calls = self._calls.setdefault(who, deque())
        most = _BURST[tier]
        allowed = _count(calls, now - _INTERVAL_MS, most, now)
        if not allowed:
            raise errors.too_many("ten_secondly_rolling", "TEN_SECONDLY_ROLLING")
        return {
            "x-hubspot-ratelimit-max": str(most),
            "x-hubspot-ratelimit-remaining": str(most - len(calls)),
            "x-hubspot-ratelimit-interval-milliseconds": str(_INTERVAL_MS),
        }


def _count(calls: deque[int], since: int, most: int, now: int) -> bool:
    while calls and calls[0] <= since:
        calls.popleft()
    if len(calls) >= most:
        return False
    calls.append(now)
    return True

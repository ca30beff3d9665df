"""Slows down guessing: after a few wrong attempts, a name and an address have to wait."""

from collections import OrderedDict
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
MOST = 8
_REMEMBERED = 10_000


class Throttle:
    """Counts wrong attempts of this process by key (a user's name, a caller's address)."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, list[datetime]] = OrderedDict()

    def blocked(self, keys: tuple[str, ...], now: datetime) -> bool:
        """Whether one of the keys has used its attempts up."""
        return any(len(self._recent(key, now)) >= MOST for key in keys)

    def failed(self, keys: tuple[str, ...], now: datetime) -> None:
        """Count a wrong attempt."""
        for key in keys:
            self._attempts[key] = [*self._recent(key, now), now]
            self._attempts.move_to_end(key)
        while len(self._attempts) > _REMEMBERED:
            self._attempts.popitem(last=False)

    def _recent(self, key: str, now: datetime) -> list[datetime]:
        return [at for at in self._attempts.get(key, ()) if now - at < WINDOW]

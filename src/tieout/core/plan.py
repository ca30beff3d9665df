"""Names and numbers that planned records will take, so that two records of a batch cannot take the same."""

from collections.abc import Iterable, Iterator

from tieout.core.records import Key


class Reservations:
    """What is spoken for until it stands in QuickBooks."""

    def __init__(self) -> None:
        self._held: dict[Key, int] = {}

    def take(self, keys: Iterable[Key], pair: int) -> None:
        """Reserve keys for a pair."""
        for key in keys:
            self._held[key] = pair

    def release(self, pair: int) -> None:
        """Give back whatever a pair had reserved."""
        self._held = {key: holder for key, holder in self._held.items() if holder != pair}

    def holder(self, key: Key) -> int:
        """The pair that a key is reserved for; 0 where it is free."""
        return self._held.get(key, 0)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._held)

    def __contains__(self, key: Key) -> bool:
        return key in self._held

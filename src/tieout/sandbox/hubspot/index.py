"""What a search can see: each type's objects as of a moment ago, ordered by modified date and by id."""

from bisect import bisect_left, insort
from collections import deque

from tieout.sandbox.hubspot.records import Record


class Index:
    """The lagging index of one object type.

    Writes wait in a queue until they are older than the lag; only then they replace what searches see. Two sorted
    lists make windows on (modified, id) and on id a matter of bisection.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Record, int, dict[str, str] | None]] = deque()
        self.seen: dict[int, tuple[int, Record, dict[str, str]]] = {}
        self.by_modified: list[tuple[int, int]] = []
        self.by_id: list[int] = []

    def note(self, at: int, record: Record, values: dict[str, str] | None) -> None:
        """Take a write made at `at` (ms); values None = archived or merged away."""
        self._waiting.append((at, record, record.modified, values))

    def catch_up(self, until: int) -> None:
        """Let every write up to `until` (ms) be seen."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= until:
            _, record, modified, values = waiting.popleft()
            self._replace(record, modified, values)

    def _replace(self, record: Record, modified: int, values: dict[str, str] | None) -> None:
        number = int(record.id)
        old = self.seen.pop(number, None)
        if old is not None:
            del self.by_modified[bisect_left(self.by_modified, (old[0], number))]
        if values is None:
            if old is not None:
                del self.by_id[bisect_left(self.by_id, number)]
            return
        self.seen[number] = (modified, record, values)
        insort(self.by_modified, (modified, number))
        if old is None:
            insort(self.by_id, number)

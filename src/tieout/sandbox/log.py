"""The log of every request that reached a sandbox, as `GET /_sandbox/log` shows it."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

MOST_ENTRIES = 1_000_000
"""How many requests a log keeps; older ones are forgotten."""


class Entry(msgspec.Struct):
    """One request, entered when it arrived and completed when its answer was sent.

    at: the clock's time of arrival, UTC. path, query: without host; the path decoded, the query as it came.
    status: what the client received, None while or where nothing was sent. who: the client's name, None where the
    vendor never saw the request or did not know its token. fault: the rule that struck, as it was put.
    """

    seq: int
    at: datetime
    method: str
    path: str
    query: str
    status: int | None = None
    who: str | None = None
    fault: Mapping[str, Any] | None = None


class RequestLog:
    """Entries numbered from 1 without gap, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._last = 0

    def open(self, *, at: datetime, method: str, path: str, query: str, fault: Mapping[str, Any] | None) -> Entry:
        """Enter a request that has just arrived, and return its entry, to be completed."""
        self._last += 1
        entry = Entry(seq=self._last, at=at, method=method, path=path, query=query, fault=fault)
        self._entries.append(entry)
        return entry

    def after(self, seq: int) -> list[Entry]:
        """Return the entries with a number greater than `seq`, oldest first."""
        wanted = max(0, self._last - max(0, seq))
        return list(islice(self._entries, max(0, len(self._entries) - wanted), None))

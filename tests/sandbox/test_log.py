"""The log keeps its numbers when it forgets."""

from datetime import UTC, datetime

from tieout.sandbox import log


def test_the_oldest_entries_are_forgotten_and_the_numbers_go_on(monkeypatch):
    monkeypatch.setattr(log, "MOST_ENTRIES", 3)
    requests = log.RequestLog()
    for _ in range(5):
        requests.open(at=datetime(2026, 3, 1, tzinfo=UTC), method="GET", path="/", query="", fault=None)
    assert [entry.seq for entry in requests.after(0)] == [3, 4, 5]
    assert [entry.seq for entry in requests.after(4)] == [5]
    assert requests.after(5) == []

"""Taking back writes of ours, by the same journal as any other write, and what that leaves of the pairs."""

import msgspec
from sqlalchemy import Connection

from tieout.core.records import Side
from tieout.core.undoing import NotUndone, dropped, next_undo, taken_back
from tieout.engine.work import Work
from tieout.remote.side import Operation
from tieout.store import connections, journal, pairs
from tieout.store.journal import Entry
from tieout.store.pairs import Stored


def marked(entry: Entry, stored: Stored) -> Entry:
    """The entry as one that takes another back, where a person wants that.

    In QuickBooks it is written on the very version that was decided on, so that no edit made since is lost with it.
    """
    undoes = next_undo(stored.pair.choices)
    if not undoes:
        return entry
    version = stored.books_version if entry.side is Side.BOOKS else 0
    return msgspec.structs.replace(
        entry, operation=msgspec.structs.replace(entry.operation, undoes=undoes, version=version)
    )


def stays(tx: Connection, work: Work, stored: Stored, decision: NotUndone) -> Stored:
    """Drop a wish that cannot be fulfilled, with its reason in the history. Returns the pair, to be decided without."""
    operation = next_undo(stored.pair.choices)
    note(tx, work, stored.id, operation, decision.why, dict(decision.evidence))
    choices = dropped(stored.pair.choices, operation)
    pairs.choose(tx, stored.id, choices)
    return msgspec.structs.replace(stored, pair=msgspec.structs.replace(stored.pair, choices=choices), refusal=None)


def refused(tx: Connection, work: Work, pair_id: int, operation: Operation, text: str) -> None:
    """Drop a wish that a side has refused, and have the pair decided without it."""
    note(tx, work, pair_id, operation.undoes, "refused", {"text": text})
    for stored in pairs.load(tx, [pair_id]):
        pairs.choose(tx, pair_id, dropped(stored.pair.choices, operation.undoes))


def done(tx: Connection, stored: Stored, operation: Operation) -> None:
    """Leave the pair out once a write was taken back; take it in again once that was taken back in turn."""
    (first,) = journal.entries(tx, [operation.undoes])
    choices = taken_back(stored.pair.choices, operation.undoes, again=bool(first.operation.undoes))
    pairs.choose(tx, stored.id, choices)


def note(tx: Connection, work: Work, pair_id: int, operation: str, why: str, evidence: dict[str, str]) -> None:
    """Tell in the history why a write was not taken back."""
    details = {"operation": operation, "why": why, "evidence": evidence}
    connections.note(
        tx, work.connection, who="tieout", what="not_undone", details=details, now=work.now(), pair=pair_id
    )

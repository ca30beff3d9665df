"""Where much of what is paired is gone at once, something else is wrong: it stops before anything is decided on it."""

from datetime import datetime

import msgspec

from tieout.core.records import Kind, Side
from tieout.engine.work import Work
from tieout.remote.rows import Batch, Row
from tieout.store import vanished
from tieout.store.connections import Trouble

_MANY = 20
_SHARE = 5
"""More than so many, and more than one in so many, of a kind's linked records: then it is no ordinary day."""
_FOR_EVER = 2**62
"""A version that nothing of that id comes after."""
_PLACES = {Side.CRM: "HubSpot", Side.BOOKS: "QuickBooks"}


class Vanished(Exception):
    """Too much is gone at once. trouble: which kind, where, how many of how many."""

    def __init__(self, kind: Kind, side: Side, gone: int, linked: int) -> None:
        place = _PLACES[side]
        message = (
            f"{gone} of {linked} paired records ({kind}) are gone from {place} at once; nothing was done about it. If "
            "that is as it should be, resume with --accept-gone."
        )
        super().__init__(message)
        evidence = {"kind": kind.value, "place": place, "gone": str(gone), "linked": str(linked)}
        self.trouble = Trouble("records_vanished", message, evidence)


def check(work: Work) -> None:
    """Raise Vanished where more than 20, and more than 20 %, of a kind's linked records have gone from one side."""
    with work.database.read() as tx:
        found = vanished.counts(tx, work.connection)
    for (kind, side), (gone, linked) in found.items():
        if gone > _MANY and gone * _SHARE > linked:
            raise Vanished(kind, side, gone, linked)


def without_strangers(work: Work, side: Side, batch: Batch) -> Batch:
    """The batch, where what bears the id of a linked record but was made after the two were linked counts as gone.

    A company that was wiped and filled again gives its ids out once more (QuickBooks, fault 10200 "Company Reset").
    What was linked before the cursor's moment cannot have been made since: each of the two clocks, ours and the
    side's, is asked only about its own moments.
    """
    if not batch.new or not batch.new_since:
        return batch
    before = datetime.fromisoformat(batch.new_since)
    new = {kind: [row for row in batch.rows if row.kind is kind and _is_new(row, batch)] for kind in Kind}
    strangers: set[tuple[Kind, str]] = set()
    with work.database.read() as tx:
        for kind, made in new.items():
            linked = vanished.linked_since(tx, work.connection, kind, side, [row.id for row in made])
            strangers |= {(kind, id_) for id_, at in linked.items() if datetime.fromisoformat(at) < before}
    rows = tuple(
        Row(row.kind, row.id, _FOR_EVER, None, "deleted", row.parent) if (row.kind, row.id) in strangers else row
        for row in batch.rows
    )
    return msgspec.structs.replace(batch, rows=rows)


def _is_new(row: Row, batch: Batch) -> bool:
    return (row.kind, row.parent or row.id) in batch.new

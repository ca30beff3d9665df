"""Where much of what is paired is gone at once, something else is wrong: it stops before anything is decided on it."""

from datetime import datetime, timedelta

import msgspec

from tieout.core.records import Kind, Side
from tieout.engine.work import Work
from tieout.remote.rows import Batch, Row
from tieout.store import mirror, vanished
from tieout.store.connections import Trouble

_MANY = 20
_SHARE = 5
"""More than so many, and more than one in so many, of a kind's linked records: then it is no ordinary day."""
_APART = timedelta(hours=1)
"""Clocks differ by less than this."""
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
    """
    rows: list[Row] = []
    with work.database.read() as tx:
        since: dict[Kind, dict[str, datetime]] = {}
        for kind in {row.kind for row in batch.rows if row.born}:
            ids = [row.id for row in batch.rows if row.kind is kind]
            linked = vanished.linked_since(tx, work.connection, kind, side, ids)
            since[kind] = {id_: datetime.fromisoformat(at) for id_, at in linked.items()}
        for row in batch.rows:
            linked_at = since.get(row.kind, {}).get(row.id)
            if not row.born or linked_at is None or datetime.fromisoformat(row.born) - linked_at < _APART:
                rows.append(row)
                continue
            held = mirror.versions(tx, work.connection, side, row.kind, [row.id]).get(row.id, row.version)
            rows.append(Row(row.kind, row.id, max(held, row.version) + 1, None, "deleted", row.parent))
    return msgspec.structs.replace(batch, rows=tuple(rows))

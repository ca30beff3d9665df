"""Linked records that are gone, before anything was decided on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from tieout.core.records import Kind, Side, State
from tieout.store.agenda import chunks, id_column
from tieout.store.tables import pair, record

_SETTLED = (State.BROKEN.value, State.EXCLUDED.value)
"""States of pairs of which it is known that a record is gone, or that are left out."""


def counts(tx: Connection, connection: int) -> dict[tuple[Kind, Side], tuple[int, int]]:
    """How many linked records of each kind are gone from a side, and how many there are; none gone is left out."""
    found: dict[tuple[Kind, Side], tuple[int, int]] = {}
    for side in Side:
        rows = tx.execute(
            select(pair.c.kind, func.count())
            .join(record, _of(side))
            .where(pair.c.connection == connection, *_undecided())
            .group_by(pair.c.kind)
        )
        for kind, gone in rows:
            every = select(func.count()).where(
                pair.c.connection == connection, pair.c.kind == kind, pair.c.linked_at != ""
            )
            found[Kind(kind), side] = gone, tx.execute(every).scalar_one()
    return found


def accept(tx: Connection, connection: int, now: datetime) -> int:
    """Count all of them as gone: their pairs are broken, and decided as that. Returns how many."""
    accepted = 0
    for side, place in ((Side.CRM, "hubspot"), (Side.BOOKS, "quickbooks")):
        rows = tx.execute(
            select(pair.c.id).join(record, _of(side)).where(pair.c.connection == connection, *_undecided())
        )
        for chunk in chunks(list(rows.scalars())):
            values = {"state": State.BROKEN.value, "cause": f"deleted_in_{place}", "since": now.isoformat()}
            tx.execute(update(pair).where(pair.c.id.in_(chunk)).values(**values))
            accepted += len(chunk)
    return accepted


def linked_since(tx: Connection, connection: int, kind: Kind, side: Side, ids: Sequence[str]) -> Mapping[str, str]:
    """Since when these records of `side` are linked (ISO, UTC); those that are not are left out."""
    own = id_column(side)
    found: dict[str, str] = {}
    for chunk in chunks(ids):
        rows = tx.execute(
            select(own, pair.c.linked_at).where(
                pair.c.connection == connection, pair.c.kind == kind.value, pair.c.linked_at != "", own.in_(chunk)
            )
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def _of(side: Side) -> ColumnElement[bool]:
    return and_(
        record.c.connection == pair.c.connection,
        record.c.side == side.value,
        record.c.kind == pair.c.kind,
        record.c.id == id_column(side),
    )


def _undecided() -> tuple[ColumnElement[bool], ...]:
    return (
        pair.c.dirty.is_(True),
        pair.c.linked_at != "",
        pair.c.state.not_in(_SETTLED),
        record.c.gone.in_(("deleted", "archived")),
    )

"""The numbers of documents, as their keys hold them (case folded)."""

from sqlalchemy import Connection, and_, func, select

from tieout.core.records import Kind, Side
from tieout.store.agenda import id_column
from tieout.store.tables import match_key, pair

_NEWEST, _HIGHEST = 50, 200


def newest(tx: Connection, connection: int, side: Side) -> list[str]:
    """The ids of the invoices of a side that came last."""
    own = id_column(side)
    rows = tx.execute(
        select(own)
        .where(pair.c.connection == connection, pair.c.kind == Kind.INVOICE.value, own.is_not(None))
        .order_by(pair.c.id.desc())
        .limit(_NEWEST)
    )
    return [one for one in rows.scalars() if one is not None]


def alone_with(tx: Connection, connection: int, side: Side, prefix: str) -> str:
    """The highest number of an invoice of a side that begins with `prefix` and has no counterpart; empty for none.

    Only the highest of all numbers with this prefix are looked at: a series goes on where it ends.
    """
    highest = (
        select(match_key.c.value, match_key.c.id)
        .where(
            match_key.c.connection == connection,
            match_key.c.name == "number",
            match_key.c.side == side.value,
            match_key.c.kind == Kind.INVOICE.value,
            match_key.c.value >= prefix,
            match_key.c.value < prefix + "\U0010ffff",
        )
        .order_by(match_key.c.value.desc())
        .limit(_HIGHEST)
        .subquery()
    )
    own = and_(pair.c.connection == connection, pair.c.kind == Kind.INVOICE.value, id_column(side) == highest.c.id)
    found = select(func.max(highest.c.value)).join(pair, own).where(pair.c.linked_at == "")
    return tx.execute(found).scalar() or ""

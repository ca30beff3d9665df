"""Results of the tie-out, and what is recorded of every invoice for it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, insert, select

from tieout.core.records import Kind, State
from tieout.store import pairs
from tieout.store.agenda import chunks
from tieout.store.pairs import Stored
from tieout.store.tables import pair, proof


def keep(tx: Connection, connection: int, at: datetime, body: bytes) -> None:
    """Keep a result."""
    tx.execute(insert(proof).values(connection=connection, at=at.isoformat(), body=body))


def last(tx: Connection, connection: int) -> tuple[str, bytes] | None:
    """The newest result, with the moment (ISO, UTC) at which it was made."""
    row = tx.execute(
        select(proof.c.at, proof.c.body).where(proof.c.connection == connection).order_by(proof.c.id.desc()).limit(1)
    ).first()
    return None if row is None else (row.at, row.body)


def positions(tx: Connection, connection: int) -> Iterator[tuple[str, str, State, str, bool]]:
    """Where each invoice stands: HubSpot id, QuickBooks id (empty for none), state, cause, whether it is linked."""
    rows = tx.execute(
        select(pair.c.crm_id, pair.c.books_id, pair.c.state, pair.c.cause, pair.c.linked_at).where(
            pair.c.connection == connection, pair.c.kind == Kind.INVOICE.value
        )
    )
    for row in rows:
        yield row.crm_id or "", row.books_id or "", State(row.state), row.cause, bool(row.linked_at)


def customers(tx: Connection, connection: int, crm_ids: Iterable[str]) -> dict[str, str]:
    """The QuickBooks customers of HubSpot's customers that are linked."""
    found: dict[str, str] = {}
    for chunk in chunks(sorted(crm_ids)):
        rows = tx.execute(
            select(pair.c.crm_id, pair.c.books_id).where(
                pair.c.connection == connection,
                pair.c.kind == Kind.CUSTOMER.value,
                pair.c.crm_id.in_(chunk),
                pair.c.linked_at != "",
            )
        )
        found |= {row.crm_id: row.books_id for row in rows}
    return found


def settlements_apart(tx: Connection, connection: int) -> list[Stored]:
    """The payments and credits that are not in sync."""
    rows = tx.execute(
        select(pair.c.id).where(
            pair.c.connection == connection,
            pair.c.kind == Kind.SETTLEMENT.value,
            pair.c.state != State.IN_SYNC.value,
        )
    )
    return pairs.load(tx, list(rows.scalars()))

"""Signed months: what was frozen, and what is known to have changed since."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from tieout.core.records import Kind, Side
from tieout.store.agenda import chunks
from tieout.store.tables import pair, record, signature


class Signature(msgspec.Struct, frozen=True):
    """A signature as it is kept. at, checked_at: ISO, UTC. body, documents, changes: JSON of the proof's structures.

    newest_pair: the number of the newest pair there was. changes: found when both sides were last read for it.
    """

    id: int
    as_of: date
    at: str
    who: str
    body: bytes
    documents: bytes
    newest_pair: int
    changes: bytes
    checked_at: str


def keep(tx: Connection, connection: int, as_of: date, now: datetime, who: str, body: bytes, documents: bytes) -> None:
    """Keep a signature; a later one of the same day counts instead."""
    newest = tx.execute(select(func.max(pair.c.id)).where(pair.c.connection == connection)).scalar()
    tx.execute(
        insert(signature).values(
            connection=connection,
            as_of=as_of.isoformat(),
            at=now.isoformat(),
            who=who,
            body=body,
            documents=documents,
            newest_pair=newest or 0,
            changes=b"[]",
            checked_at=now.isoformat(),
        )
    )


def every(tx: Connection, connection: int) -> list[Signature]:
    """The signature that counts for each signed day, newest day first."""
    latest = select(func.max(signature.c.id)).where(signature.c.connection == connection).group_by(signature.c.as_of)
    rows = tx.execute(select(signature).where(signature.c.id.in_(latest)).order_by(signature.c.as_of.desc()))
    return [
        Signature(
            row.id,
            date.fromisoformat(row.as_of),
            row.at,
            row.who,
            row.body,
            row.documents,
            row.newest_pair,
            row.changes,
            row.checked_at,
        )
        for row in rows
    ]


def checked(tx: Connection, id_: int, changes: bytes, now: datetime) -> None:
    """Keep what a fresh reading of both sides found."""
    tx.execute(update(signature).where(signature.c.id == id_).values(changes=changes, checked_at=now.isoformat()))


def paired_since(tx: Connection, connection: int, newest_pair: int) -> dict[Side, set[str]]:
    """The ids of invoices that were first seen since."""
    rows = tx.execute(
        select(pair.c.crm_id, pair.c.books_id).where(
            pair.c.connection == connection, pair.c.kind == Kind.INVOICE.value, pair.c.id > newest_pair
        )
    ).all()
    return {Side.CRM: {r.crm_id for r in rows if r.crm_id}, Side.BOOKS: {r.books_id for r in rows if r.books_id}}


def mirrored(tx: Connection, connection: int, side: Side, ids: Iterable[str]) -> dict[str, bytes | None]:
    """Invoices as they were last read, by id; None for one that is gone. Those never read are left out."""
    found: dict[str, bytes | None] = {}
    for chunk in chunks(sorted(set(ids))):
        rows = tx.execute(
            select(record.c.id, record.c.body, record.c.gone).where(
                record.c.connection == connection,
                record.c.side == side.value,
                record.c.kind == Kind.INVOICE.value,
                record.c.id.in_(chunk),
            )
        )
        found |= {row.id: None if row.gone else row.body for row in rows}
    return found

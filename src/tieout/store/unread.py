"""What a side sent and nobody could read: kept raw until it can be."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from tieout.core.records import Kind, Side
from tieout.remote.rows import Unreadable
from tieout.store import pairs
from tieout.store.agenda import chunks
from tieout.store.tables import raw


def keep(tx: Connection, connection: int, side: Side, rows: Sequence[Unreadable], now: datetime) -> None:
    """Keep what could not be read, raw, with why; its pair says so."""
    if not rows:
        return
    statement = upsert(raw)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["connection", "side", "kind", "id"],
            set_={n: statement.excluded[n] for n in ("version", "why", "body")},
        ),
        [
            {
                "connection": connection,
                "side": side.value,
                "kind": row.kind.value,
                "id": row.id,
                "version": row.version,
                "why": row.why,
                "body": row.raw,
            }
            for row in rows
        ],
    )
    for kind in {row.kind for row in rows}:
        pairs.ensure(tx, connection, kind, side, [row.id for row in rows if row.kind is kind], now)


def forget(tx: Connection, connection: int, side: Side, kind: Kind, read: Mapping[str, int]) -> None:
    """Forget what could not be read and now has been. read: the versions that were understood, by id."""
    own = raw.c.connection == connection, raw.c.side == side.value, raw.c.kind == kind.value
    for ids_ in chunks(list(read)):
        held = tx.execute(select(raw.c.id, raw.c.version).where(*own, raw.c.id.in_(ids_)))
        if understood := [row.id for row in held if row.version <= read[row.id]]:
            tx.execute(delete(raw).where(*own, raw.c.id.in_(understood)))

"""Results of the audit; of each connection the newest is kept."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from tieout.store.tables import audit


def keep(tx: Connection, connection: int, at: datetime, body: bytes) -> None:
    """Keep a result in place of the one before."""
    tx.execute(delete(audit).where(audit.c.connection == connection))
    tx.execute(insert(audit).values(connection=connection, at=at.isoformat(), body=body))


def last(tx: Connection, connection: int) -> tuple[str, bytes] | None:
    """The result that is kept, with the moment (ISO, UTC) at which it was made."""
    row = tx.execute(select(audit.c.at, audit.c.body).where(audit.c.connection == connection)).first()
    return None if row is None else (row.at, row.body)

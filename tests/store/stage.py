"""What the tests of the store stand on: a fresh database, a connection, plain records."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import Connection

from tieout.core.records import Kind, Side
from tieout.core.settings import Settings
from tieout.kinds.invoice import Invoice
from tieout.remote.rows import Row
from tieout.store import connections
from tieout.store.connections import AccountOptions
from tieout.store.database import Database
from tieout.store.tables import metadata

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
CONNECTION = 1


@contextmanager
def opened() -> Iterator[Database]:
    """A database in memory with the newest schema and connection 1."""
    database = Database(None)
    try:
        metadata.create_all(database.engine)
        with database.begin() as tx:
            crm = connections.save_account(tx, Side.CRM, "1", "http://crm.example", AccountOptions(), b"")
            books = connections.save_account(tx, Side.BOOKS, "2", "http://books.example", AccountOptions(), b"")
            connections.create(tx, "nova", crm, books, Settings(), NOW)
        yield database
    finally:
        database.close()


@contextmanager
def undone(database: Database) -> Iterator[Connection]:
    """A transaction that may write, and whose work is taken back at its end."""
    with database.engine.connect() as tx:
        yield tx


def invoice_row(id_: str, version: int = 1, **more: object) -> Row:
    """An invoice of 10.00 as a feed brings it."""
    plain = {"customer": "5", "currency": "USD", "total": Decimal("10.00"), "number": f"INV-{id_}"}
    return Row(Kind.INVOICE, id_, version, Invoice(id_, **(plain | more)))


def gone_row(id_: str, version: int, how: str = "deleted", kind: Kind = Kind.INVOICE) -> Row:
    """A record that its side no longer has."""
    return Row(kind, id_, version, None, how)

"""Opening the database, bringing its schema up to date, and short transactions on it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, inspect
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

HEAD = "0005"
"""The newest revision of the schema; a test holds it to the migrations."""
_BUSY_SECONDS = 30


class DatabaseTrouble(Exception):
    """The database cannot be used; the message says what to do."""


class NewerDatabase(DatabaseTrouble):
    """The database was written by a newer version of Tieout."""


class Database:
    """A SQLite database in write-ahead mode, with every commit durable (`synchronous=FULL`)."""

    def __init__(self, path: Path | None, *, large: bool = False) -> None:
        """Open the file at `path`, or a private database for None. Raises DatabaseTrouble.

        large: a private one may outgrow the memory; then SQLite keeps it in a file that nobody else sees.
        """
        if path is None:
            self.engine = create_engine(
                "sqlite://",
                creator=partial(sqlite3.connect, "" if large else ":memory:", check_same_thread=False),
                poolclass=StaticPool,
                query_cache_size=1500,
            )
        else:
            self.engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS})
        event.listen(self.engine, "connect", _tune)
        event.listen(self.engine, "begin", _begin)
        self._reading = self.engine.execution_options(deferred=True)
        try:
            with self.engine.connect():
                pass
        except OperationalError as error:
            raise DatabaseTrouble(
                f"The database {path} cannot be opened: {error.orig}. Choose a writable TIEOUT_HOME."
            ) from error
        except DatabaseError as error:
            raise DatabaseTrouble(
                f"The database {path} is damaged: {error.orig}. Restore it from a backup of the home."
            ) from error

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back if an exception leaves it."""
        with self.engine.begin() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent picture, beside which others may write."""
        with self._reading.connect() as tx:
            yield tx

    def migrate(self) -> None:
        """Create the schema, or bring it up to date. Raises NewerDatabase."""
        with self.engine.begin() as tx:
            if not inspect(tx).has_table("alembic_version") or _revision(tx) != HEAD:
                from tieout.store import schema  # noqa: PLC0415 - Alembic takes longer to load than most commands run

                schema.bring_up_to_date(tx)

    def copy(self) -> "Database":
        """A private copy, as it is now."""
        twin = Database(None, large=True)
        with self.engine.connect() as mine, twin.engine.connect() as theirs:
            source, target = mine.connection.driver_connection, theirs.connection.driver_connection
            if not isinstance(source, sqlite3.Connection) or not isinstance(target, sqlite3.Connection):
                raise TypeError("Only a SQLite database can be copied.")
            mine.rollback()
            theirs.rollback()
            source.backup(target)
        return twin

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _revision(tx: Connection) -> str | None:
    return tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _tune(dbapi_connection: sqlite3.Connection, _record: object) -> None:
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000", "temp_store=FILE"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(tx: Connection) -> None:
    tx.exec_driver_sql("BEGIN" if tx.get_execution_options().get("deferred") else "BEGIN IMMEDIATE")

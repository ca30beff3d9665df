"""Opening, migrating, and what a transaction promises."""

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select
from tests.store.stage import NOW

from tieout.core.records import Kind
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.remote.side import Operation
from tieout.store.codec import encode
from tieout.store.database import HEAD, Database, DatabaseTrouble, NewerDatabase
from tieout.store.schema import alembic_config
from tieout.store.tables import metadata, operation, record, user

ANA = {"name": "ana", "password": "", "role": "owner", "created_at": NOW.isoformat()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tieout.db"


@pytest.fixture
def fresh(path):
    database = Database(path)
    database.migrate()
    yield database
    database.close()


def schema(path: Path) -> list[tuple[str, str, str]]:
    with sqlite3.connect(path) as raw:
        return raw.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def names(database: Database) -> list[str]:
    with database.read() as tx:
        return list(tx.execute(select(user.c.name)).scalars())


def test_a_fresh_database_has_exactly_the_tables_that_the_code_knows(fresh):
    with fresh.engine.connect() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []


def test_migrating_twice_changes_nothing(fresh, path):
    before, size = schema(path), path.stat().st_size
    fresh.migrate()
    assert schema(path) == before
    assert path.stat().st_size == size


def test_migrating_keeps_what_is_there(fresh, path):
    with fresh.begin() as tx:
        tx.execute(insert(user).values(ANA))
    again = Database(path)
    again.migrate()
    assert names(again) == ["ana"]
    again.close()


def test_what_a_database_without_summaries_holds_is_summed_up(path):
    database = Database(path)
    with database.begin() as tx:
        command.upgrade(alembic_config(tx), "0004")
        tx.exec_driver_sql("INSERT INTO account VALUES (1, 'crm', '1', '', '', ''), (2, 'books', '2', '', '', '')")
        tx.exec_driver_sql(
            "INSERT INTO connection (id, name, crm_account, books_account, created_at, settings, learned) "
            "VALUES (1, 'nova', 1, 2, '', '{}', '{}')"
        )
        held = "INSERT INTO record (connection, side, kind, id, version, body, gone) VALUES (1, 'crm', ?, ?, 1, ?, ?)"
        owed = Invoice("7", number="INV-7", customer="company:1", currency="JPY", total=Decimal(900), status="paid")
        tx.exec_driver_sql(held, ("invoice", "7", encode(owed), ""))
        tx.exec_driver_sql(held, ("invoice", "8", encode(Invoice("8", number="INV-8")), "deleted"))
        tx.exec_driver_sql(held, ("invoice", "9", b"", "deleted"))
        tx.exec_driver_sql(held, ("customer", "company:1", encode(Customer("company:1", company="Nova Ltd")), ""))
        wrote = (
            "INSERT INTO operation (id, connection, pair, side, kind, verb, target, body, moved, state, epoch, "
            "planned_at, ended_at) VALUES (?, 1, 1, 'books', 'invoice', 'update', '88', ?, '[]', ?, 1, '2026-01-01', ?)"
        )
        body = encode(Operation("a", Kind.INVOICE, "update", "88", record=owed, base=Invoice("88", number="1042")))
        tx.exec_driver_sql(wrote, ("a", body, "done", "2026-01-02"))
        tx.exec_driver_sql(wrote, ("b", body, "sent", ""))
    database.migrate()
    with database.read() as tx:
        mine = record.c
        rows = tx.execute(
            select(mine.id, mine.words, mine.customer, mine.status, mine.currency, mine.total, mine.open).order_by(
                mine.kind, mine.id
            )
        ).all()
        told = tx.execute(select(operation.c.id, operation.c.at, operation.c.words).order_by(operation.c.id)).all()
    assert rows == [
        ("company:1", "nova ltd", "", "", "", None, None),
        ("7", "inv-7", "company:1", "paid", "JPY", 900, 0),
        ("8", "inv-8", "", "open", "", None, None),
        ("9", "", "", "", "", None, None),
    ]
    assert told == [("a", "2026-01-02", "88 inv-7 1042"), ("b", "2026-01-01", "88 inv-7 1042")]
    with database.engine.connect() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []
    with database.begin() as tx:
        command.downgrade(alembic_config(tx), "0004")
    database.migrate()
    with database.read() as tx:
        assert tx.execute(select(record.c.words).where(record.c.id == "7")).scalar_one() == "inv-7"
    database.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(fresh, path):
    with fresh.begin() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = schema(path)
    with pytest.raises(NewerDatabase, match=r"schema 9999 of a newer version of Tieout\. .* Nothing was changed\."):
        fresh.migrate()
    assert schema(path) == before


def test_a_database_in_memory_can_be_migrated():
    database = Database(None)
    database.migrate()
    assert names(database) == []
    database.close()


@pytest.mark.parametrize("where", ["missing/tieout.db", "."])
def test_a_place_that_cannot_be_written_is_told_with_what_to_do(tmp_path, where):
    with pytest.raises(DatabaseTrouble, match="Choose a writable TIEOUT_HOME"):
        Database(tmp_path / where)


def test_an_exception_takes_everything_back(fresh):
    def half_done() -> None:
        with fresh.begin() as tx:
            tx.execute(insert(user).values(ANA))
            raise KeyError

    with pytest.raises(KeyError):
        half_done()
    assert names(fresh) == []


def test_a_reader_sees_one_picture_while_another_writes(fresh, path):
    other = Database(path)
    with fresh.read() as tx:
        assert list(tx.execute(select(user.c.name))) == []
        with other.begin() as writing:
            writing.execute(insert(user).values(ANA))
        assert list(tx.execute(select(user.c.name))) == []
    assert names(fresh) == ["ana"]
    other.close()


def test_every_commit_is_durable(fresh):
    with fresh.read() as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize("table", ["pair", "event", "pass", "proof", "signature"])
def test_a_number_that_people_know_a_row_by_is_never_given_out_again(fresh, table):
    asked = "SELECT sql FROM sqlite_master WHERE name = :name"
    created = Database(None)
    metadata.create_all(created.engine)
    for database in (fresh, created):
        with database.read() as tx:
            assert "AUTOINCREMENT" in tx.exec_driver_sql(asked, {"name": table}).scalar_one()
    created.close()


def test_the_newest_revision_is_the_migrations_own():
    database = Database(None)
    with database.begin() as tx:
        assert ScriptDirectory.from_config(alembic_config(tx)).get_current_head() == HEAD
    database.close()

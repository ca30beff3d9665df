"""Opening, migrating, and what a transaction promises."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select
from tests.store.stage import NOW

from tieout.store.database import HEAD, Database, DatabaseTrouble, NewerDatabase
from tieout.store.schema import alembic_config
from tieout.store.tables import metadata, user

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

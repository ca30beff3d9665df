"""A database in memory with one connection, for each test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection
from tests.store.stage import opened

from tieout.store.database import Database

settings.register_profile(
    "tieout", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("tieout")


@pytest.fixture
def database() -> Iterator[Database]:
    """A migrated database in memory that holds connection 1."""
    with opened() as there:
        yield there


@pytest.fixture
def tx(database: Database) -> Iterator[Connection]:
    """A transaction that may write."""
    with database.begin() as there:
        yield there


@pytest.fixture
def now() -> datetime:
    """Some moment."""
    return datetime(2026, 1, 31, 12, tzinfo=UTC)

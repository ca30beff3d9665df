"""A database in memory with one connection, for each test."""

from collections.abc import Iterator

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


@pytest.fixture(scope="session")
def shared() -> Iterator[Database]:
    """A database for properties: each example cleans up after itself, or takes names of its own."""
    with opened() as there:
        yield there


@pytest.fixture
def tx(database: Database) -> Iterator[Connection]:
    """A transaction that may write."""
    with database.begin() as there:
        yield there

"""A company pair in memory, filled in by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, MultiFernet
from tests.web import company

from tieout.actions.home import Home
from tieout.store.database import Database


class Standing:
    """A clock that stands at the moment of which the company pair tells."""

    def now(self):
        return company.NOW

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError(seconds)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    database = Database(None)
    database.migrate()
    yield Home(tmp_path, database, MultiFernet([Fernet(Fernet.generate_key())]), Standing())
    database.close()

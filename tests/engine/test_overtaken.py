"""A pass that was given up for dead, and hears its answer only when another has taken over: it changes nothing more."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

import pytest
from tests.doubles import FixedClock
from tests.store.stage import CONNECTION, NOW

from tieout.core.facts import BooksFacts, CrmFacts
from tieout.core.records import Kind, Side
from tieout.engine.feeds import read_both
from tieout.engine.work import Sides, Work
from tieout.kinds.customer import Customer
from tieout.remote.rows import Batch, Row
from tieout.store import connections, mirror
from tieout.store.database import Database
from tieout.store.journal import StaleEpoch

NOVA = Row(Kind.CUSTOMER, "5", 1, Customer("5", "Nova Ltd", "Nova Ltd"))


class Books:
    """QuickBooks, whose answer takes so long that another pass begins, reads on and ends."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def feed(self, _cursor: str) -> AsyncIterator[Batch]:
        with self._database.begin() as tx:
            connections.begin_pass(tx, CONNECTION, NOW + timedelta(minutes=1))
            connections.change(tx, CONNECTION, books_cursor="newer", books_complete=True)
        yield Batch((NOVA,), "older")


def test_a_reading_that_was_overtaken_puts_no_cursor_back(database: Database) -> None:
    facts = {"crm_facts": CrmFacts("1", "USD", "UTC"), "books_facts": BooksFacts("2", "Nova", "US", "USD")}
    with database.begin() as tx:
        connections.change(tx, CONNECTION, facts_at=NOW.isoformat(), **facts)
        epoch, pass_id = connections.begin_pass(tx, CONNECTION, NOW)
    work = Work(
        database=database, connection=CONNECTION, sides=Sides(None, Books(database), lambda _: 0), clock=FixedClock(NOW),
        random=Random(1), lease=None, epoch=epoch, pass_id=pass_id,
    )  # fmt: skip
    with pytest.raises(StaleEpoch):
        asyncio.run(read_both(work))
    with database.read() as tx:
        assert connections.get(tx, CONNECTION).books_cursor == "newer"
        assert mirror.get(tx, CONNECTION, Side.BOOKS, Kind.CUSTOMER, "5") is None

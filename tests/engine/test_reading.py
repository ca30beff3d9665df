"""Reading: both sides at once, each within its own quota."""

import asyncio
from collections.abc import AsyncIterator, Callable
from random import Random

import pytest
from tests.doubles import FixedClock, OwnLease
from tests.store.stage import CONNECTION, NOW, invoice_row

from tieout.core.facts import BooksFacts, CrmFacts
from tieout.core.records import Kind, Side
from tieout.engine.feeds import read_both
from tieout.engine.work import Sides, Work
from tieout.remote.errors import Unavailable
from tieout.remote.rows import Batch
from tieout.store import connections, mirror
from tieout.store.database import Database

Feed = Callable[[str], AsyncIterator[Batch]]


class Heard:
    """A side of which nothing is asked but its feed."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed


def work(database: Database, crm: Feed, books: Feed) -> Work:
    facts = {
        "crm_facts": CrmFacts("1", "USD", "America/New_York"),
        "books_facts": BooksFacts("2", "Nova", "US", "USD"),
        "facts_at": NOW.isoformat(),
    }
    with database.begin() as tx:
        connections.change(tx, CONNECTION, **facts)
        epoch, pass_id = connections.begin_pass(tx, CONNECTION, NOW)
    sides = Sides(crm=Heard(crm), books=Heard(books), calls=lambda _side: 0)
    return Work(
        database=database, connection=CONNECTION, sides=sides, clock=FixedClock(NOW), random=Random(1), lease=OwnLease(),
        epoch=epoch, pass_id=pass_id,
    )  # fmt: skip


def test_one_side_is_read_while_the_other_has_to_be_waited_for(database: Database) -> None:
    async def both() -> Work:
        came = {Side.CRM: asyncio.Event(), Side.BOOKS: asyncio.Event()}

        def feed(side: Side) -> Feed:
            async def batches(_cursor: str) -> AsyncIterator[Batch]:
                came[side].set()
                await came[side.other].wait()
                yield Batch(rows=(), cursor=f"{side} read", complete=True)

            return batches

        reading = work(database, feed(Side.CRM), feed(Side.BOOKS))
        await asyncio.wait_for(read_both(reading), timeout=10)
        return reading

    stored = asyncio.run(both()).stored
    assert (stored.crm_cursor, stored.books_cursor) == ("crm read", "books read")
    assert stored.crm_complete
    assert stored.books_complete


def test_trouble_with_one_side_ends_the_reading_of_both_and_keeps_what_was_read(database: Database) -> None:
    ended: list[Side] = []

    async def hubspot(_cursor: str) -> AsyncIterator[Batch]:
        try:
            yield Batch(rows=(invoice_row("71"),), cursor="so far")
            await asyncio.Event().wait()
        finally:
            ended.append(Side.CRM)

    async def quickbooks(_cursor: str) -> AsyncIterator[Batch]:
        await asyncio.sleep(0.01)
        raise Unavailable("QuickBooks cannot be reached.")
        yield

    async def both() -> Work:
        reading = work(database, hubspot, quickbooks)
        with pytest.raises(Unavailable):
            await read_both(reading)
        return reading

    stored = asyncio.run(both()).reload()
    assert ended == [Side.CRM]
    assert (stored.crm_cursor, stored.crm_complete) == ("so far", False)
    with database.read() as tx:
        assert mirror.get(tx, CONNECTION, Side.CRM, Kind.INVOICE, "71") is not None

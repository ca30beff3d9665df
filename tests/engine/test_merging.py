"""Which customer one of QuickBooks' was merged into: what its invoices name since, whatever the mirror knew of them."""

import asyncio
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from tests.store.stage import CONNECTION, NOW

from tieout.core.records import Kind, Side, State
from tieout.engine import merging
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.remote.rows import Row
from tieout.store import merged, mirror, pairs
from tieout.store.database import Database
from tieout.store.pairs import Story

OLD, NEW, NEWEST = "5", "6", "7"


def invoice(id_: str, customer: str, status: str = "open") -> Row:
    record = Invoice(id_, id_, status=status, customer=customer, date=date(2026, 3, 1), total=Decimal(int(id_)))
    return Row(Kind.INVOICE, id_, 1, record)


class Books:
    """QuickBooks, which names another customer on its invoices by now. asked: the invoices that were read again."""

    def __init__(self, *invoices: Row) -> None:
        self.invoices = {one.id: one for one in invoices}
        self.asked: list[str] = []

    async def read(self, _kind: Kind, ids: Sequence[str]) -> list[Row]:
        self.asked += ids
        return [self.invoices[id_] for id_ in ids]


class World:
    """A mirror that holds customers and invoices, and the customer that is gone from QuickBooks."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.begin() as tx:
            rows = [Row(Kind.CUSTOMER, id_, 1, Customer(id_, f"Name of {id_}")) for id_ in (OLD, NEW, NEWEST)]
            mirror.put(tx, CONNECTION, Side.BOOKS, rows, NOW)

    def holds(self, *invoices: Row) -> None:
        with self.database.begin() as tx:
            mirror.put(tx, CONNECTION, Side.BOOKS, invoices, NOW)

    def links(self, kind: Kind, crm: Customer | Invoice, books: Customer | Invoice) -> None:
        with self.database.begin() as tx:
            mirror.put(tx, CONNECTION, Side.CRM, [Row(kind, crm.id, 1, crm)], NOW)
            pairs.link(
                tx, CONNECTION, kind, crm_id=crm.id, books_id=books.id, crm_base=crm, books_base=books, lines={},
                why="by_you", now=NOW,
            )  # fmt: skip

    def became(self, books: Books, gone: str = OLD) -> str:
        """What the customer became, once QuickBooks tells that it is deleted."""
        with self.database.begin() as tx:
            mirror.put(tx, CONNECTION, Side.BOOKS, [Row(Kind.CUSTOMER, gone, 2, None, "deleted")], NOW)
        work = SimpleNamespace(
            database=self.database, begin=self.database.begin, connection=CONNECTION,
            sides=SimpleNamespace(books=books), now=lambda: NOW,
        )  # fmt: skip
        asyncio.run(merging.find(work))
        with self.database.read() as tx:
            return merged.heirs(tx, CONNECTION, Kind.CUSTOMER, Side.BOOKS, [gone]).get(gone, "")


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def nova(world: World) -> None:
    world.links(Kind.CUSTOMER, Customer("company:1", "Nova Ltd"), Customer(OLD, "Nova Ltd"))


def test_a_void_invoice_that_the_mirror_knows_under_the_old_name_is_read_again_too(world: World) -> None:
    nova(world)
    world.holds(invoice("10", OLD), invoice("11", OLD, "void"))
    for id_ in ("10", "11"):
        world.links(Kind.INVOICE, Invoice(f"9{id_}"), invoice(id_, OLD).record)
    books = Books(invoice("10", NEW), invoice("11", NEW, "void"))
    assert world.became(books) == NEW
    assert sorted(books.asked) == ["10", "11"]


def test_a_customer_that_others_had_been_merged_into_is_known_by_their_invoices(world: World) -> None:
    nova(world)
    world.holds(invoice("10", NEWEST))
    world.links(Kind.INVOICE, Invoice("910"), invoice("10", OLD).record)
    with world.database.begin() as tx:
        mirror.put(tx, CONNECTION, Side.BOOKS, [Row(Kind.CUSTOMER, OLD, 2, None, "merged", NEW)], NOW)
    world.links(Kind.CUSTOMER, Customer("company:2", "Nova Holding"), Customer(NEW, "Nova Holding"))
    assert world.became(Books(), gone=NEW) == NEWEST


def test_where_the_invoices_name_several_nobody_knows_which(world: World) -> None:
    nova(world)
    world.holds(invoice("10", OLD), invoice("11", OLD))
    assert world.became(Books(invoice("10", NEW), invoice("11", NEWEST))) == ""


def test_a_customer_in_no_pair_is_looked_for_while_an_invoice_waits_for_it(world: World) -> None:
    world.holds(invoice("10", OLD))
    with world.database.begin() as tx:
        waiting = pairs.find(tx, CONNECTION, Kind.INVOICE, Side.BOOKS, "10")
        assert waiting is not None
        pairs.settle(tx, waiting, State.WAITING, "dependency", Story(), now=NOW)
    assert world.became(Books(invoice("10", NEW))) == NEW


def test_a_customer_in_no_pair_that_nothing_waits_for_is_left_alone(world: World) -> None:
    world.holds(invoice("10", OLD))
    books = Books(invoice("10", NEW))
    assert not world.became(books)
    assert not books.asked

"""Which QuickBooks line each HubSpot line stands for, and what an answer proves."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from tests.store.stage import CONNECTION, NOW

from tieout.core.records import Kind, Side
from tieout.engine import applying
from tieout.kinds import charge
from tieout.kinds.invoice import Invoice, Line
from tieout.remote.rows import Row
from tieout.remote.side import Operation
from tieout.store import journal, mirror, pairs
from tieout.store.journal import Entry

replace = msgspec.structs.replace


def line(id_: str, price: int, item: str = "") -> Line:
    return Line(id_, item=item, price=Decimal(price), amount=Decimal(price))


def invoice(id_: str, *lines: Line, **more: object) -> Invoice:
    total = sum((one.amount for one in lines), Decimal(0))
    return Invoice(id_, "INV-1", lines=lines, currency="USD", total=total, balance=total, date=date(2026, 1, 5), **more)


@pytest.fixture
def pair(tx):
    """HubSpot's lines A and B stand as 1 and 2 in QuickBooks."""
    crm, books = invoice("77", line("A", 10), line("B", 20)), invoice("9", line("1", 10, "x"), line("2", 20, "y"))
    for side, record in ((Side.CRM, crm), (Side.BOOKS, books)):
        mirror.put(tx, CONNECTION, side, [Row(Kind.INVOICE, record.id, 1, record)], NOW)
    id_ = pairs.link(
        tx,
        CONNECTION,
        Kind.INVOICE,
        crm_id="77",
        books_id="9",
        crm_base=crm,
        books_base=books,
        lines={"A": "1", "B": "2"},
        why="test",
        now=NOW,
    )
    return pairs.load(tx, [id_])[0]


def written(tx, pair, crm: Invoice, wanted: Invoice, answer: Invoice, base: Invoice | None = None):
    """The pair after an update was answered."""
    operation = Operation(
        "f" * 32, Kind.INVOICE, "update", "9", wanted, base or pair.pair.books, ("lines", "discount", "tax")
    )
    entry = Entry(operation, pair.id, Side.BOOKS, journal.SENT, "", Row(Kind.INVOICE, "77", 2, crm), charge.NAMES)
    applying.advance(tx, Side.BOOKS, entry, Row(Kind.INVOICE, "9", 2, answer))
    return pairs.load(tx, [pair.id])[0].pair.bond


def test_quickbooks_keeps_the_order_of_standing_lines_whatever_order_hubspot_has(tx, pair):
    crm = invoice("77", line("B", 20), line("C", 11), line("D", 5))
    wanted = invoice("9", line("2", 20, "y"), line("1", 11, "x"), line("", 5))
    answer = invoice("9", line("1", 11, "x"), line("2", 20, "y"), line("3", 5, "z"))
    assert written(tx, pair, crm, wanted, answer).lines == {"B": "2", "C": "1", "D": "3"}


def test_a_date_that_the_bookkeeper_changed_meanwhile_is_not_taken_for_agreed(tx, pair):
    crm = invoice("77", line("A", 11), line("B", 20))
    wanted = invoice("9", line("1", 11, "x"), line("2", 20, "y"))
    answer = replace(wanted, date=date(2026, 1, 9))
    bond = written(tx, pair, crm, wanted, answer)
    assert bond.books_base.lines == wanted.lines
    assert bond.books_base.date == date(2026, 1, 5)
    assert [d.field for d in charge.differences(bond.books_base, answer, Side.BOOKS)] == ["date"]

"""Copies that another sync made of QuickBooks' invoices: they are followed, and never written."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tieout.core.decide import Accept, Bond, Hold, Nothing, Pair, World, decide, signature
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.records import Kind
from tieout.core.settings import Settings
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.invoice_rules import InvoiceRules

replace = msgspec.structs.replace
RULES = InvoiceRules()
WORLD = World(
    Settings(),
    Facts(CrmFacts("1", "USD", "UTC"), BooksFacts("1", "Nova", "US", "USD", regime="us-manual")),
    reviewed=True,
)
LINE = Line("b1", item="8", name="Lamp", quantity=Decimal(2), price=Decimal(10), amount=Decimal(20))
BOOKS = Invoice(
    "900",
    "1042",
    customer="5",
    date=date(2026, 1, 5),
    currency="USD",
    lines=(LINE,),
    total=Decimal(20),
    balance=Decimal(20),
)
COPY = replace(BOOKS, id="77", customer="company:1", lines=(replace(LINE, id="c1", item=""),), issued_here=False)


def decided(crm: Invoice = COPY, books: Invoice = BOOKS, **choices: str):
    pair = Pair(Kind.INVOICE, crm, books, Bond(COPY, BOOKS, {"c1": "b1"}), choices)
    assert RULES.needs(pair, WORLD, {}) == frozenset()
    return decide(RULES, pair, WORLD, {})


def test_a_pair_taken_over_rests():
    assert decided() == Nothing()


@pytest.mark.parametrize(
    "edit",
    [{"due": date(2026, 2, 1)}, {"memo": "Thanks"}, {"number": "1043"}, {"lines": (replace(LINE, text="Lamp, red"),)}],
)
def test_what_is_not_money_goes_its_own_way_on_either_side(edit: dict):
    assert isinstance(decided(crm=replace(COPY, **edit)), Nothing)
    assert isinstance(decided(books=replace(BOOKS, **edit)), Nothing)


@pytest.mark.parametrize("side", ["crm", "books"])
def test_another_total_on_either_side_is_held_until_it_is_left(side: str):
    edited = {side: replace({"crm": COPY, "books": BOOKS}[side], total=Decimal(25))}
    held = decided(**edited)
    assert isinstance(held, Hold)
    assert held.cause == "copy_apart"
    assert decided(**edited, leave_both=signature(held.differences)) == Accept(held.differences)


def test_a_void_on_one_side_is_held():
    held = decided(books=replace(BOOKS, status="void", total=Decimal(0), balance=Decimal(0)))
    assert isinstance(held, Hold)
    assert held.cause == "copy_apart"


def test_once_its_maker_has_brought_the_copy_up_to_date_both_rest():
    crm, books = replace(COPY, total=Decimal(25)), replace(BOOKS, total=Decimal(25))
    assert decided(crm, books) == Nothing(moved=("total",))


def test_paid_is_no_difference():
    assert isinstance(decided(books=replace(BOOKS, status="paid", balance=Decimal(0))), Nothing)

"""Invoices that were typed in on both sides: who issued them, and what becomes of the charge where it was QuickBooks."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tieout.core.decide import Accept, Bond, Decision, Hold, Nothing, Pair, Update, Void, World, decide, signature
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.merge import Difference
from tieout.core.questions import Linked, LinkOf
from tieout.core.records import Kind, Side
from tieout.core.settings import Settings
from tieout.kinds import charge
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.invoice_rules import InvoiceRules
from tieout.kinds.issuer import ISSUER, is_open, issuer, presumed

replace = msgspec.structs.replace
RULES = InvoiceRules()
WORLD = World(
    Settings(),
    Facts(CrmFacts("1", "USD", "UTC"), BooksFacts("1", "Nova", "US", "USD", regime="us-manual")),
    reviewed=True,
)
LAMP = Line("c1", name="Lamp", quantity=Decimal(2), price=Decimal(10), amount=Decimal(20))
HUBSPOT = Invoice(
    "77",
    "INV-1",
    customer="company:1",
    date=date(2026, 1, 8),
    due=date(2026, 2, 8),
    currency="USD",
    lines=(LAMP,),
    total=Decimal(20),
    balance=Decimal(20),
)
QUICKBOOKS = replace(
    HUBSPOT, id="900", number="1042", customer="5", date=date(2026, 1, 5), lines=(replace(LAMP, id="b1", item="8"),)
)
PAID = {"status": "paid", "balance": Decimal(0)}
IN_PART = {"balance": Decimal(15)}


def decided(
    crm: Invoice = HUBSPOT, books: Invoice = QUICKBOOKS, made: str = "books", links: Any = None, **choices: str
) -> Decision:
    pair = Pair(Kind.INVOICE, crm, books, Bond(HUBSPOT, QUICKBOOKS, {"c1": "b1"}), {ISSUER: made, **choices})
    answers: dict[Any, Any] = {}
    while asked := RULES.needs(pair, WORLD, answers):
        answers |= {one: Linked((links or {}).get(one.id, "")) for one in asked}
    return decide(RULES, pair, WORLD, answers)


def dearer(invoice: Invoice, price: int = 11) -> Invoice:
    """The invoice at another price."""
    amount = Decimal(2 * price)
    line = replace(invoice.lines[0], price=Decimal(price), amount=amount)
    return replace(invoice, lines=(line,), total=amount, balance=amount)


def held(decision: Decision) -> dict[str, tuple[str, str]]:
    assert isinstance(decision, Hold)
    assert decision.cause == "issued_in_quickbooks"
    return {one.field: (one.before, one.after) for one in decision.differences}


# Who issued it.


@pytest.mark.parametrize(
    ("here", "there", "side"),
    [
        pytest.param({}, {}, Side.BOOKS, id="nothing is paid"),
        pytest.param(PAID, {}, Side.CRM, id="paid in HubSpot"),
        pytest.param(IN_PART, {}, Side.CRM, id="paid in part in HubSpot"),
        pytest.param({"status": "paid"}, {}, Side.CRM, id="paid in HubSpot, which has not counted it yet"),
        pytest.param({}, PAID, Side.BOOKS, id="paid in QuickBooks"),
        pytest.param(PAID, IN_PART, Side.BOOKS, id="paid on both sides"),
        pytest.param({"total": Decimal(0), **PAID}, {}, Side.BOOKS, id="comes to nothing"),
    ],
)
def test_it_was_made_where_its_payments_are_else_in_quickbooks(here: dict, there: dict, side: Side):
    assert presumed(replace(HUBSPOT, **here), replace(QUICKBOOKS, **there)) is side


@pytest.mark.parametrize(
    ("here", "there"),
    [
        pytest.param({}, {"issued_here": False, "marker": "of ours"}, id="Tieout made it in QuickBooks"),
        pytest.param({"issued_here": False, "marker": "of ours"}, {}, id="Tieout made the copy in HubSpot"),
        pytest.param({"issued_here": False}, {}, id="another sync made the copy in HubSpot"),
    ],
)
def test_it_is_no_question_where_one_was_made_of_the_other(here: dict, there: dict):
    crm, books = replace(HUBSPOT, **here), replace(QUICKBOOKS, **there)
    assert presumed(crm, books) is None
    assert not is_open(Pair(Kind.INVOICE, crm, books, Bond(crm, books)))


def test_a_pair_says_where_it_counts_as_made_and_one_of_old_is_hubspots():
    bond = Bond(HUBSPOT, QUICKBOOKS)
    old = Pair(Kind.INVOICE, HUBSPOT, QUICKBOOKS, bond)
    assert (issuer(old), is_open(old)) == (Side.CRM, True)
    assert issuer(replace(old, choices={ISSUER: "books"})) is Side.BOOKS
    assert issuer(Pair(Kind.INVOICE, HUBSPOT, None)) is Side.CRM
    assert issuer(Pair(Kind.INVOICE, None, QUICKBOOKS)) is Side.BOOKS
    assert issuer(Pair(Kind.INVOICE, replace(HUBSPOT, issued_here=False), None)) is None


# What becomes of the charge where QuickBooks issued it.


def test_each_side_goes_on_giving_it_numbers_of_its_own():
    assert decided(books=replace(QUICKBOOKS, number="1043")) == Nothing(moved=charge.NAMES)
    assert decided(replace(HUBSPOT, number="INV-2")) == Nothing(moved=charge.NAMES)


def test_a_pair_just_found_rests_with_its_own_number_and_day_on_each_side():
    assert decided() == Nothing()


def test_the_sellers_edit_is_held_and_goes_nowhere():
    found = held(decided(crm=dearer(HUBSPOT)))
    assert found == {
        "lines[1].price": ("10", "11"),
        "lines[1].amount": ("20", "22"),
        "total": ("20", "22"),
    }


def test_the_bookkeepers_edit_is_held_since_hubspots_invoice_is_the_sellers():
    assert held(decided(books=dearer(QUICKBOOKS)))["total"] == ("20", "22")


def test_an_edit_that_leaves_the_total_as_it_is_is_held_too():
    assert held(decided(crm=replace(HUBSPOT, date=date(2026, 1, 9)))) == {"date": ("2026-01-08", "2026-01-09")}


def test_totals_that_were_apart_from_the_beginning_are_held():
    crm = dearer(HUBSPOT)
    pair = Pair(Kind.INVOICE, crm, QUICKBOOKS, Bond(crm, QUICKBOOKS), {ISSUER: "books"})
    assert held(decide(RULES, pair, WORLD, {})) == {"total": ("22", "20")}


def test_once_the_other_one_has_followed_both_rest():
    assert decided(dearer(HUBSPOT), dearer(QUICKBOOKS)) == Nothing(moved=charge.NAMES)


def test_a_day_that_the_bookkeeper_brought_to_hubspots_is_no_difference():
    assert decided(books=replace(QUICKBOOKS, date=HUBSPOT.date)) == Nothing(moved=charge.NAMES)


def test_another_customer_agrees_only_where_both_sides_gave_it_the_same_one():
    crm, books = replace(HUBSPOT, customer="company:8"), replace(QUICKBOOKS, customer="9")
    assert decided(crm, books, links={"company:8": "9"}) == Nothing(moved=charge.NAMES)
    for other in ("", "5"):
        hold = decided(crm, books, links={"company:8": other})
        assert isinstance(hold, Hold)
        assert [(one.field, one.side) for one in hold.differences] == [("customer", side) for side in Side]


def test_what_is_left_as_it_is_stays_so_until_the_charge_moves_again():
    edited = dearer(HUBSPOT)
    hold = decided(crm=edited)
    assert isinstance(hold, Hold)
    sign = signature(hold.differences)
    assert decided(crm=edited, leave_both=sign) == Accept(hold.differences)
    assert isinstance(decided(crm=dearer(HUBSPOT, 12), leave_both=sign), Hold)


def test_the_header_flows_both_ways():
    later = date(2026, 3, 1)
    for edit in ({"crm": replace(HUBSPOT, due=later)}, {"books": replace(QUICKBOOKS, due=later)}):
        decision = decided(**edit)
        assert isinstance(decision, Update)
        (change,) = decision.changes
        assert change.side is (Side.BOOKS if "crm" in edit else Side.CRM)
        assert change.fields == ("due",)


def test_the_header_flows_on_where_the_charge_is_left_as_it_is():
    edited = replace(dearer(HUBSPOT), due=date(2026, 3, 1))
    hold = decided(crm=edited)
    assert isinstance(hold, Hold)
    assert isinstance(decided(crm=edited, leave_both=signature(hold.differences)), Update)


def test_a_void_by_the_bookkeeper_travels_and_one_by_the_seller_is_held():
    assert decided(books=replace(QUICKBOOKS, status="void", total=Decimal(0), balance=Decimal(0))) == Void(Side.CRM)
    hold = decided(crm=replace(HUBSPOT, status="void"))
    assert held(hold) == {"status": ("void", "open")}
    assert isinstance(hold, Hold)
    assert decided(crm=replace(HUBSPOT, status="void"), leave_both=signature(hold.differences)) == Accept(
        (Difference("status", "void", "open"),)
    )


def test_only_merged_customers_are_asked_about():
    edited = replace(dearer(HUBSPOT), customer="company:2")
    pair = Pair(Kind.INVOICE, edited, QUICKBOOKS, Bond(HUBSPOT, QUICKBOOKS), {ISSUER: "books"})
    assert RULES.needs(pair, WORLD, {}) == {LinkOf(Kind.CUSTOMER, Side.CRM, "company:1")}
    merged = {LinkOf(Kind.CUSTOMER, Side.CRM, "company:1"): Linked(into="company:2")}
    assert "customer" not in held(decide(RULES, pair, WORLD, merged))


# Where HubSpot issued it.


def test_the_sellers_void_travels_where_hubspot_made_it():
    assert decided(crm=replace(HUBSPOT, status="void"), made="crm") == Void(Side.BOOKS)

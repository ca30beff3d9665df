"""Invoices made in QuickBooks: what is shown in HubSpot, in which steps, and what a person is asked about."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tieout.core.decide import (
    Accept,
    Bond,
    Broken,
    Create,
    Exclude,
    Fail,
    Hold,
    Link,
    Nothing,
    Pair,
    Update,
    Void,
    Wait,
    World,
    decide,
    signature,
)
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.fields import Rule
from tieout.core.match import Candidate
from tieout.core.questions import Alike, Linked, LinkOf, Matches
from tieout.core.records import Kind, Side
from tieout.core.settings import Settings
from tieout.kinds import charge
from tieout.kinds.copying import copy
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.invoice_rules import InvoiceRules

replace = msgspec.structs.replace
RULES = InvoiceRules()
FACTS = Facts(CrmFacts("1", "USD", "America/New_York"), BooksFacts("1", "Nova", "US", "USD"))
OWNER = LinkOf(Kind.CUSTOMER, Side.BOOKS, "5")
ITEM = LinkOf(Kind.ITEM, Side.BOOKS, "8")
TWIN = Alike(Kind.INVOICE, Side.CRM, "company:1", Decimal("25.00"), "USD", date(2026, 1, 10), date(2026, 1, 30), "1042")
ANSWERS = {OWNER: Linked("company:1"), ITEM: Linked("31"), TWIN: Matches()}
NEARBY = (Candidate("77", "INV-9", ("amount", "date")),)

LAMP = Line("1", "8", name="Lamp", quantity=Decimal(2), price=Decimal("10.00"), amount=Decimal("20.00"))
DESK = Line("2", "8", name="Desk", price=Decimal("5.00"), amount=Decimal("5.00"))
MADE = Invoice(
    "900",
    "1042",
    customer="5",
    date=date(2026, 1, 20),
    due=date(2026, 2, 20),
    currency="USD",
    lines=(LAMP, DESK),
    total=Decimal("25.00"),
    balance=Decimal("25.00"),
)
SHALL = copy(MADE, "company:1", {"8": "31"})
COPY = replace(
    SHALL,
    id="77",
    marker="of ours",
    lines=tuple(replace(line, id=f"h{n}") for n, line in enumerate(SHALL.lines, 1)),
)
DRAFT = replace(COPY, status="draft", lines=(), total=Decimal(0), balance=Decimal(0))


RESTS = Nothing(moved=(*charge.NAMES, "status"))


def world(*, shown: bool = True, **settings: object) -> World:
    return World(Settings(show_quickbooks_invoices=shown, **settings), FACTS, reviewed=True)


def alone(books: Invoice = MADE, answers: dict | None = None, around: World | None = None, **choices: str):
    return decide(RULES, Pair(Kind.INVOICE, None, books, choices=choices), around or world(), ANSWERS | (answers or {}))


def linked(
    crm: Invoice = COPY,
    books: Invoice = MADE,
    base: Invoice = COPY,
    answers: dict | None = None,
    around: World | None = None,
    **choices: str,
):
    pair = Pair(Kind.INVOICE, crm, books, Bond(base, MADE), choices)
    return decide(RULES, pair, around or world(), ANSWERS | (answers or {}))


def sold(invoice: Invoice, *amounts: str) -> Invoice:
    """The invoice with lines of these amounts, as its issuer edits them."""
    lines = tuple(
        Line(str(n), "8", name=f"Item {n}", price=Decimal(one), amount=Decimal(one)) for n, one in enumerate(amounts, 1)
    )
    total = sum((line.amount for line in lines), Decimal(0))
    return replace(invoice, lines=lines, total=total, balance=total)


# Which are shown.


def test_an_invoice_made_in_quickbooks_is_copied_as_a_draft_to_come():
    decision = alone()
    assert decision == Create(Side.CRM, SHALL)
    assert [line.item for line in decision.record.lines] == ["31", "31"]


def test_nothing_is_copied_unless_it_was_asked_for():
    assert alone(around=world(shown=False)) == Exclude("made_in_quickbooks")
    assert RULES.needs(Pair(Kind.INVOICE, None, MADE), world(shown=False), {}) == frozenset()


def test_what_we_booked_ourselves_is_not_copied_back():
    assert alone(replace(MADE, issued_here=False, marker="of ours")) == Exclude("made_in_quickbooks")


def test_what_was_paid_before_the_start_stays_out_and_what_is_open_does_not():
    around = world(start_date=date(2026, 2, 1))
    assert alone(replace(MADE, status="paid"), around=around) == Exclude("before_start")
    assert isinstance(alone(around=around), Create)
    assert isinstance(alone(replace(MADE, status="paid", date=None), {TWIN: Matches()}, around), Create)


def test_a_void_invoice_is_not_copied():
    assert alone(replace(MADE, status="void", total=Decimal(0), lines=())) == Exclude("void")


def test_a_currency_that_hubspot_lacks_is_said():
    assert alone(replace(MADE, currency="GBP")) == Fail("currency_not_in_hubspot", {"currency": "GBP"})


@pytest.mark.parametrize("crm", [COPY, DRAFT])
def test_a_copy_that_stands_alone_is_not_booked_in_quickbooks(crm: Invoice):
    pair = Pair(Kind.INVOICE, crm, None)
    assert RULES.needs(pair, world(), {}) == frozenset()
    assert decide(RULES, pair, world(), {}) == Exclude("not_made_here")


# Its customer.


def test_it_waits_for_its_customer():
    decision = alone(answers={OWNER: Linked(label="Nova Ltd")})
    assert decision == Wait(Kind.CUSTOMER, "5", name="Nova Ltd", side=Side.BOOKS)


def test_a_customer_that_stays_out_of_hubspot_is_shown_with_what_came_near():
    near = (Candidate("company:4", "Nova", ("name",)),)
    decision = alone(answers={OWNER: Linked(settled=True, candidates=near, label="Nova Ltd")})
    assert decision == Fail("no_customer_in_hubspot", {"customer": "5", "name": "Nova Ltd"}, near)


def test_items_that_hubspot_has_no_product_for_are_copied_by_name():
    decision = alone(answers={ITEM: Linked("name:lamp")})
    assert [(line.item, line.name) for line in decision.record.lines] == [("", "Lamp"), ("", "Desk")]


# Is it there already?


def test_a_twin_in_hubspot_is_asked_about():
    decision = alone(answers={TWIN: Matches(NEARBY)})
    assert decision == Hold(
        "possible_duplicate_in_hubspot",
        {"number": "1042", "twin": "77", "twin_number": "INV-9"},
        candidates=NEARBY,
    )


def test_a_twin_that_is_the_same_is_linked_and_one_that_is_not_is_no_hindrance():
    assert alone(answers={TWIN: Matches(NEARBY)}, use_existing="77") == Link("77", "by_you")
    assert isinstance(alone(answers={TWIN: Matches(NEARBY)}, create_anyway="yes"), Create)


# Its making, step by step.


def test_a_draft_gets_its_parts_then_its_total_and_status_then_rests():
    decision = linked(DRAFT, base=DRAFT)
    assert isinstance(decision, Update)
    (change,) = decision.changes
    assert (change.side, change.fields) == (Side.CRM, ("lines", "discount", "tax"))
    assert [line.source for line in change.record.lines] == ["1", "2"]
    with_lines = replace(COPY, status="draft")
    decision = linked(with_lines, base=with_lines)
    assert [(one.fields, one.record.status) for one in decision.changes] == [(("status",), "open")]
    assert linked() == RESTS


def test_a_draft_that_has_some_of_its_lines_gets_the_others():
    half = replace(DRAFT, lines=COPY.lines[:1], total=Decimal("20.00"))
    (change,) = linked(half, base=half).changes
    assert [line.id for line in change.record.lines] == ["h1", ""]


def test_a_step_changes_nothing_of_the_copy_but_its_parts():
    (change,) = linked(books=sold(MADE, "30.00")).changes
    untouched = {name: getattr(COPY, name) for name in ("lines", "discount", "tax")}
    assert replace(change.record, **untouched) == COPY


def test_a_total_that_somebody_gave_a_draft_is_the_loser_in_the_history():
    decision = linked(replace(COPY, status="draft", total=Decimal("9.99")), base=replace(COPY, status="draft"))
    assert [(one.field, one.after, one.side) for one in decision.lost] == [("total", "9.99", Side.CRM)]
    (change,) = decision.changes
    assert change.record.total == MADE.total


# Edits.


def test_an_edit_in_quickbooks_is_followed():
    books = sold(replace(MADE, number="1042-A", date=date(2026, 1, 21)), "30.00")
    (change,) = linked(books=books).changes
    assert [(line.id, line.amount) for line in change.record.lines] == [("h1", Decimal("30.00"))]
    now = replace(COPY, lines=change.record.lines)
    (change,) = linked(now, books, base=now).changes
    assert change.fields == ("number", "date", "total")
    assert (change.record.number, change.record.total) == ("1042-A", Decimal("30.00"))


EDITED = replace(COPY, lines=(replace(COPY.lines[0], quantity=Decimal(3), amount=Decimal("30.00")), COPY.lines[1]))


@pytest.mark.parametrize(
    ("now", "fields"),
    [
        (EDITED, ["lines[1].amount", "lines[1].quantity"]),
        (replace(COPY, lines=COPY.lines[:1]), ["lines[2]"]),
        (replace(COPY, lines=(*COPY.lines, Line("h9", name="Travel", amount=Decimal(4)))), ["lines[+]"]),
        (replace(COPY, number="S-1"), ["number"]),
        (replace(COPY, date=date(2026, 1, 2)), ["date"]),
        (replace(COPY, discount=Decimal(1)), ["discount"]),
        (replace(COPY, tax=Decimal(1)), ["tax"]),
        (replace(COPY, total=Decimal("9.99")), ["total"]),
        (replace(COPY, status="void"), ["status"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_edited_copy_is_held_left_or_restored(now: Invoice, fields: list[str]):
    held = linked(now)
    assert isinstance(held, Hold)
    assert held.cause == "charge_edited_in_hubspot"
    assert sorted(one.field for one in held.differences) == fields
    sign = signature(held.differences)
    assert linked(now, leave_both=sign) == Accept(held.differences)
    back = linked(now, restore_copy=sign)
    assert isinstance(back, Update)
    assert back.asked == "restore_copy"
    assert {change.side for change in back.changes} == {Side.CRM}
    assert linked(now, restore_copy="another difference") == held


@pytest.mark.parametrize("edit", [{"number": "S-1"}, {"discount": Decimal(1)}, {"lines": COPY.lines[1:]}])
def test_an_edit_of_a_copy_in_the_making_is_held_too(edit: dict):
    half = replace(DRAFT, lines=COPY.lines[:1], total=Decimal("20.00"))
    assert isinstance(linked(replace(half, **edit), base=half), Hold)


def test_what_was_left_opens_again_when_quickbooks_charge_moves():
    sign = signature(linked(EDITED).differences)
    assert isinstance(linked(EDITED, leave_both=sign), Accept)
    again = linked(EDITED, replace(MADE, number="1042-A"), leave_both=sign)
    assert isinstance(again, Hold)
    assert {one.side for one in again.differences} == set(Side)


def test_hubspot_summing_a_copy_up_anew_is_no_edit():
    books = sold(MADE, "30.00")
    now = replace(COPY, lines=(replace(COPY.lines[0], quantity=Decimal(1), amount=Decimal("30.00")),))
    summed = replace(now, total=Decimal("30.00"))
    assert isinstance(linked(summed, books, base=replace(now, total=COPY.total)), Update)


def test_a_copy_is_in_the_making_no_longer_once_it_rests_whoever_finished_it():
    made = replace(DRAFT, lines=COPY.lines, total=COPY.total, balance=COPY.total)
    assert linked(base=made) == RESTS
    finished = RULES.advance(made, COPY, RESTS.moved)
    edited = linked(replace(COPY, total=Decimal("12.34")), sold(MADE, "30.00"), base=finished)
    assert isinstance(edited, Hold)
    assert "total" in [one.field for one in edited.differences]


def test_the_header_of_a_copy_flows_both_ways():
    later = date(2026, 3, 1)
    assert linked(replace(COPY, due=later)).changes[0].side is Side.BOOKS
    assert linked(books=replace(MADE, memo="Thanks")).changes[0].side is Side.CRM
    both = linked(replace(COPY, memo="Hi"), replace(MADE, memo="Thanks"), around=world(memo_rule=Rule.ASK))
    assert isinstance(both, Hold)


def test_the_header_flows_although_an_edit_of_the_copy_was_left():
    now = replace(EDITED, due=date(2026, 3, 1))
    decision = linked(now, leave_both=signature(linked(now).differences))
    assert [(one.side, one.fields) for one in decision.changes] == [(Side.BOOKS, ("due",))]


# What becomes of it.


def test_a_void_in_quickbooks_voids_the_copy():
    void = replace(MADE, status="void", lines=(), total=Decimal(0), balance=Decimal(0))
    assert linked(books=void) == Void(Side.CRM)
    assert isinstance(linked(replace(COPY, status="void"), void), Nothing)


def test_payments_make_a_copy_paid_and_nothing_takes_that_back():
    paid = replace(COPY, status="paid", balance=Decimal(0))
    assert linked(paid, replace(MADE, status="paid", balance=Decimal(0))) == RESTS
    (change,) = linked(paid, replace(MADE, number="1042-A")).changes
    assert (change.fields, change.record.status) == (("number",), "paid")


@pytest.mark.parametrize(
    ("side", "how", "cause"),
    [
        (Side.CRM, "archived", "deleted_in_hubspot"),
        (Side.BOOKS, "deleted", "deleted_in_quickbooks"),
    ],
)
def test_what_is_gone_on_one_side_is_broken_and_not_made_again(side: Side, how: str, cause: str):
    crm, books = (None, MADE) if side is Side.CRM else (COPY, None)
    pair = Pair(Kind.INVOICE, crm, books, Bond(COPY, MADE), gone={side: how})
    assert decide(RULES, pair, world(), ANSWERS) == Broken(cause, side)

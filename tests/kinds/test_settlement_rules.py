"""Settlements: cash flows from QuickBooks to the HubSpot invoice it pays, and follows its source."""

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
    Hold,
    Link,
    Nothing,
    Pair,
    Update,
    Void,
    World,
    decide,
    signature,
)
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.match import Candidate
from tieout.core.questions import Alike, Linked, LinkOf, Matches
from tieout.core.records import Kind, Side
from tieout.core.settings import Settings
from tieout.kinds.settlement import Settlement
from tieout.kinds.settlement_rules import SettlementRules

replace = msgspec.structs.replace
RULES = SettlementRules()
WORLD = World(Settings(), Facts(CrmFacts("1", "USD", "America/New_York"), BooksFacts("1", "Nova", "US", "USD")))
PAID = Settlement("9:900", "9", "900", Decimal("12.50"), "USD", date(2026, 1, 10), reference="check 7")
COPY = replace(PAID, id="55", transaction="", invoice="77", processor="quickbooks")
LINK = LinkOf(Kind.INVOICE, Side.BOOKS, "900")
TWIN = Alike(Kind.SETTLEMENT, Side.CRM, "77", PAID.amount, "USD", date(2026, 1, 5), date(2026, 1, 15))
ANSWERS = {LINK: Linked("77"), TWIN: Matches()}


def alone(books: Settlement = PAID, answers: dict | None = None, **choices: str):
    pair = Pair(Kind.SETTLEMENT, None, books, choices=choices)
    return decide(RULES, pair, WORLD, ANSWERS | (answers or {}))


def linked(crm: Settlement = COPY, books: Settlement = PAID, **choices: str):
    return decide(RULES, Pair(Kind.SETTLEMENT, crm, books, Bond(COPY, PAID), choices), WORLD, {})


def test_cash_is_recorded_on_the_hubspot_invoice():
    assert alone() == Create(Side.CRM, replace(COPY, id=""))


def test_where_the_money_went_in_quickbooks_is_nothing_that_hubspot_holds():
    banked = replace(PAID, account="12", deposited=True, rate=Decimal("1.08"))
    assert alone(banked) == Create(Side.CRM, replace(COPY, id=""))


@pytest.mark.parametrize(
    ("changed", "reason"), [({"cash": False}, "credit"), ({"amount": Decimal(0)}, "nothing_applied")]
)
def test_what_is_no_cash_is_never_recorded_as_a_payment(changed, reason):
    assert alone(replace(PAID, **changed), {replace(TWIN, amount=Decimal(0)): Matches()}) == Exclude(reason)


def test_without_its_invoice_it_stays_out():
    assert alone(answers={LINK: Linked()}) == Exclude("invoice_not_synced")


def test_a_payment_made_in_hubspot_stays_there_where_none_is_to_be_booked():
    apart = World(Settings(book_hubspot_payments=False), WORLD.facts)
    assert decide(RULES, Pair(Kind.SETTLEMENT, COPY, None), apart, {}) == Exclude("made_in_hubspot")


def test_a_payment_that_somebody_typed_in_by_hand_is_a_question():
    found = {TWIN: Matches((Candidate("56", "check 7"),))}
    decision = alone(answers=found)
    assert isinstance(decision, Hold)
    assert decision.evidence["twin_number"] == "check 7"
    assert alone(answers=found, use_existing="56") == Link("56", "by_you")
    assert isinstance(alone(answers=found, create_anyway="yes"), Create)


def test_more_than_hubspot_has_open_is_a_question():
    paid_there = {LINK: Linked("77", balance=Decimal("10.00"))}
    decision = alone(answers=paid_there)
    assert isinstance(decision, Hold)
    assert decision.cause == "payment_exceeds_balance"
    assert isinstance(alone(answers=paid_there, create_anyway="yes"), Create)
    assert isinstance(alone(answers={LINK: Linked("77", balance=PAID.amount)}), Create)


def test_questions_follow_upon_each_other_and_end():
    pair = Pair(Kind.SETTLEMENT, None, PAID)
    assert RULES.needs(pair, WORLD, {}) == {LINK}
    assert RULES.needs(pair, WORLD, {LINK: Linked("77")}) == {TWIN}
    assert RULES.needs(pair, WORLD, ANSWERS) == frozenset()


def test_in_agreement():
    assert linked() == Nothing()


def test_an_amount_changed_in_quickbooks_is_amended_in_hubspot():
    decision = linked(books=replace(PAID, amount=Decimal("10.00")))
    assert isinstance(decision, Update)
    assert decision.changes[0].record.amount == Decimal("10.00")
    assert decision.changes[0].fields == ("amount",)


def test_an_amount_changed_alike_on_both_sides_only_moves_the_bases():
    ten = {"amount": Decimal("10.00")}
    assert linked(replace(COPY, **ten), replace(PAID, **ten)) == Nothing(moved=("amount", "date", "reference"))


def test_a_copy_edited_in_hubspot_is_held():
    decision = linked(crm=replace(COPY, amount=Decimal("11.00")))
    assert decision.cause == "payment_edited_in_hubspot"
    assert [(d.field, d.before, d.after) for d in decision.differences] == [("amount", "12.50", "11.00")]


def test_put_back_writes_quickbooks_figures():
    crm, books = replace(COPY, amount=Decimal("11.00")), replace(PAID, reference="check 8")
    sign = signature(linked(crm, books).differences)
    decision = linked(crm, books, put_back=sign)
    assert decision.changes[0].fields == ("amount", "date", "reference")
    assert decision.changes[0].record == replace(COPY, reference="check 8")


def test_left_as_they_are_opens_again_when_quickbooks_amount_changes():
    crm = replace(COPY, amount=Decimal("11.00"))
    sign = signature(linked(crm).differences)
    assert isinstance(linked(crm, leave_both=sign), Accept)
    assert isinstance(linked(crm, replace(PAID, amount=Decimal("9.00")), leave_both=sign), Hold)


@pytest.mark.parametrize("changed", [{"amount": Decimal(0)}, {"cash": False}])
def test_what_is_no_cash_any_more_is_withdrawn_and_rests(changed):
    books = replace(PAID, **changed)
    assert linked(books=books) == Void(Side.CRM, withdraw=True)
    withdrawn = Pair(Kind.SETTLEMENT, None, books, Bond(COPY, PAID), gone={Side.CRM: "archived"})
    assert decide(RULES, withdrawn, WORLD, {}) == Exclude("withdrawn")


def test_a_payment_deleted_in_quickbooks_is_withdrawn_and_rests():
    deleted = Pair(Kind.SETTLEMENT, COPY, None, Bond(COPY, PAID), gone={Side.BOOKS: "deleted"})
    assert decide(RULES, deleted, WORLD, {}) == Void(Side.CRM, withdraw=True)
    both = Pair(Kind.SETTLEMENT, None, None, Bond(COPY, PAID), gone={Side.CRM: "archived", Side.BOOKS: "deleted"})
    assert decide(RULES, both, WORLD, {}) == Exclude("withdrawn")


def test_a_copy_deleted_in_hubspot_while_the_payment_stands_is_broken():
    gone = Pair(Kind.SETTLEMENT, None, PAID, Bond(COPY, PAID), gone={Side.CRM: "archived"})
    assert decide(RULES, gone, WORLD, {}) == Broken("deleted_in_hubspot", Side.CRM)


@pytest.mark.parametrize(
    "now",
    [
        {"books": replace(PAID, amount=Decimal("10.00"))},
        {"books": replace(PAID, cash=False)},
        {"books": None, "gone": {Side.BOOKS: "deleted"}},
        {"crm": None, "gone": {Side.CRM: "archived"}},
        {"crm": replace(COPY, amount=Decimal("11.00"))},
    ],
)
def test_a_payment_of_an_invoice_that_a_person_left_out_since_stays_as_it_is(now):
    pair = Pair(Kind.SETTLEMENT, **({"crm": COPY, "books": PAID, "bond": Bond(COPY, PAID)} | now))
    assert RULES.needs(pair, WORLD, {}) == {LINK}
    assert decide(RULES, pair, WORLD, {LINK: Linked(left_out=True)}) == Exclude("invoice_not_synced")
    assert decide(RULES, pair, WORLD, {LINK: Linked("77")}) != Exclude("invoice_not_synced")

"""Payments recorded in HubSpot: booked once, theirs to keep, and for a person where money went back."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.decide import (
    Accept,
    Bond,
    Broken,
    Change,
    Create,
    Exclude,
    Fail,
    Hold,
    Nothing,
    Pair,
    Update,
    World,
    decide,
    signature,
)
from tieout.core.facts import BooksFacts, CrmFacts, Facts, Named
from tieout.core.match import Candidate
from tieout.core.questions import Alike, Linked, LinkOf, Matches, Settled, SettledOf
from tieout.core.records import Kind, Side
from tieout.core.settings import Settings
from tieout.kinds.settlement import Settlement
from tieout.kinds.settlement_rules import SettlementRules

replace = msgspec.structs.replace


def money():
    return st.integers(0, 4000).map(lambda cents: Decimal(cents) / 100)


RULES = SettlementRules()
FACTS = Facts(CrmFacts("1", "USD", "America/New_York"), BooksFacts("1", "Nova", "US", "USD"))
WORLD = World(Settings(book_hubspot_payments=True), FACTS, reviewed=True)
PAID = Settlement("9", "9", "77", Decimal("40.00"), "USD", date(2026, 1, 5), status="succeeded")
BOOKED = replace(PAID, id="5:900", transaction="5", invoice="900", marker="1" * 32)
INVOICE = LinkOf(Kind.INVOICE, Side.BOOKS, "900")


TWIN = Alike(Kind.SETTLEMENT, Side.BOOKS, "900", PAID.amount, "USD", date(2025, 12, 31), date(2026, 1, 10))


def alone(crm: Settlement, around: World = WORLD, settled: Settled = Settled(Decimal("100.00"))):  # noqa: B008 - frozen
    answers = {
        LinkOf(Kind.INVOICE, Side.CRM, "77"): Linked("900"),
        SettledOf("900"): settled,
        TWIN: Matches(),
    }
    return decide(RULES, Pair(Kind.SETTLEMENT, crm, None), around, answers)


@pytest.mark.parametrize("status", ["partially_refunded", "processing_refund", "refunded", "disputed_lost"])
def test_money_that_went_back_before_it_was_booked_is_for_a_person(status: str) -> None:
    decision = alone(replace(PAID, status=status))
    assert isinstance(decision, Fail)
    assert decision.cause == "payment_not_kept"


def test_a_dispute_that_was_won_keeps_no_more_than_what_was_refunded_before_left() -> None:
    decision = alone(replace(PAID, status="disputed_won", returned=Decimal("10.00")))
    assert isinstance(decision, Fail)
    assert decision.cause == "payment_not_kept"


@pytest.mark.parametrize(("payments", "asks"), [(1, False), (2, True)])
def test_a_payment_typed_in_by_hand_is_asked_about_where_too_little_is_left_for_all(payments: int, asks: bool) -> None:
    by_hand, balance = (Candidate("9:900", "9", ("invoice",)),), PAID.amount * 3 / 2
    decision = alone(PAID, settled=Settled(balance, by_hand, PAID.amount * payments))
    assert isinstance(decision, Hold if asks else Create)


@pytest.mark.parametrize("status", ["processing", "failed"])
def test_what_never_came_is_left_out(status: str) -> None:
    assert alone(replace(PAID, status=status)) == Exclude("not_yet_money")


def came_back(crm: Settlement, base: Settlement = PAID, **choices: str):
    pair = Pair(Kind.SETTLEMENT, crm, BOOKED, Bond(base, BOOKED), choices)
    return decide(RULES, pair, WORLD, {INVOICE: Linked("77")})


@given(money(), money(), money())
def test_each_cent_that_went_back_is_entered_once_and_only_when_approved(entered, now, later) -> None:
    base, crm = replace(PAID, returned=entered), replace(PAID, status="partially_refunded", returned=now)
    approved = came_back(crm, base, enter_return=str(now))
    if now == entered:
        assert isinstance(came_back(crm, base), Accept if now else Nothing)
        return
    asks = came_back(crm, base)
    assert isinstance(asks, Fail)
    cause = "payment_came_back" if now > entered else "payment_came_again"
    assert (asks.cause, asks.evidence["returned"]) == (cause, str(abs(now - entered)))
    assert isinstance(approved, Update)
    (change,) = approved.changes
    assert change == Change(Side.BOOKS, replace(BOOKED, returned=now - entered), ("returned",))
    moved = came_back(crm, replace(base, returned=crm.returned, status=crm.status), enter_return=str(now))
    assert isinstance(moved, Accept if now else Nothing)
    if later != now:
        assert not isinstance(came_back(replace(crm, returned=later), base, enter_return=str(now)), Update)


@pytest.mark.parametrize("changes", [{"amount": Decimal(0)}, {"date": date(2026, 1, 9)}])
def test_a_booked_payment_stays_hubspots_though_its_note_was_overwritten(changes: dict[str, object]) -> None:
    now = replace(BOOKED, marker="", **changes)
    pair = Pair(Kind.SETTLEMENT, PAID, now, Bond(PAID, BOOKED))
    assert isinstance(decide(RULES, pair, WORLD, {INVOICE: Linked("77")}), Hold)


TYPED = replace(BOOKED, marker="")


def theirs(crm: Settlement = PAID, books: Settlement = TYPED, **choices: str):
    """Decide a payment that people recorded on both sides, and said to be the same one."""
    return decide(
        RULES, Pair(Kind.SETTLEMENT, crm, books, Bond(PAID, TYPED), choices), WORLD, {INVOICE: Linked("77")}
    )  # fmt: skip


def test_a_payment_recorded_on_both_sides_agrees_in_its_amount() -> None:
    assert theirs() == Nothing()
    assert theirs(replace(PAID, date=date(2026, 1, 7))) == Nothing(moved=("date",))


@pytest.mark.parametrize("other", [{"amount": Decimal("30.00")}, {"amount": Decimal(0)}, {"cash": False}])
def test_a_payment_said_to_be_the_same_as_one_of_another_amount_is_held(other: dict[str, object]) -> None:
    held = theirs(books=replace(TYPED, **other))
    assert isinstance(held, Hold)
    assert held.cause == "payments_apart"
    left = theirs(books=replace(TYPED, **other), leave_both=signature(held.differences))
    assert isinstance(left, Accept)
    assert isinstance(
        theirs(replace(PAID, amount=Decimal(1)), replace(TYPED, **other), leave_both=signature(held.differences)), Hold
    )  # fmt: skip


def test_a_payment_recorded_on_both_sides_is_never_taken_away() -> None:
    pair = Pair(Kind.SETTLEMENT, PAID, None, Bond(PAID, TYPED), gone={Side.BOOKS: "deleted"})
    assert decide(RULES, pair, WORLD, {INVOICE: Linked("77")}) == Broken("deleted_in_quickbooks", Side.BOOKS)


@pytest.mark.parametrize(("said", "why"), [("Ana", "by_you"), ("taken_over", "taken_over")])
def test_a_payment_left_out_says_whether_a_person_or_a_take_over_did_so(said: str, why: str) -> None:
    assert decide(RULES, Pair(Kind.SETTLEMENT, PAID, None, choices={"exclude": said}), WORLD, {}) == Exclude(why)


@pytest.mark.parametrize(
    ("account", "decision"), [(Named("35", "Checking", "Bank"), Create), (Named("35", "Checking", "Equity"), Fail)]
)
def test_a_payment_goes_only_into_an_account_that_takes_payments(account: Named, decision: type) -> None:
    books = replace(FACTS.books, accounts=(account,))
    around = World(replace(WORLD.settings, deposit_account="35"), replace(FACTS, books=books), reviewed=True)
    assert isinstance(alone(PAID, around), decision)
    assert isinstance(alone(PAID), Create), "into Undeposited Funds where none is chosen"


def test_what_an_invoice_did_not_owe_is_warned_of_until_a_person_has_heard_it() -> None:
    part = replace(BOOKED, amount=Decimal("25.00"))
    pair = Pair(Kind.SETTLEMENT, PAID, part, Bond(PAID, part))
    decision = decide(RULES, pair, WORLD, {INVOICE: Linked("77")})
    assert isinstance(decision, Nothing)
    (warning,) = decision.warnings
    assert (warning.cause, warning.evidence) == ("left_as_credit", {"amount": "40.00", "left": "15.00"})
    heard = replace(pair, choices={"acknowledge": warning.mark})
    assert decide(RULES, heard, WORLD, {INVOICE: Linked("77")}) == Nothing()

"""Documents in other currencies: whose they are, what they are worth, and what stands in their way."""

from datetime import date
from decimal import Decimal
from string import ascii_uppercase

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kinds import worlds
from tests.kinds.test_booking import ANSWERS, BOOKS, INVOICE, OWNER, booked, causes, world
from tests.kinds.test_receipts import FACTS, PAID

from tieout.core.decide import Create, Fail, Pair, Wait, World, decide
from tieout.core.questions import (
    Alike,
    Holder,
    HolderOf,
    Holders,
    Linked,
    LinkOf,
    Matches,
    MatchesOf,
    Rate,
    RateOn,
    Settled,
    SettledOf,
)
from tieout.core.records import Key, Kind, Side
from tieout.core.settings import Settings
from tieout.core.text import folded
from tieout.kinds.booking import book, questions
from tieout.kinds.currency import derived, foreign, in_currency, is_traded, owner_question, parted, whole
from tieout.kinds.customer import Customer
from tieout.kinds.customer_rules import CustomerRules
from tieout.kinds.settlement_rules import SettlementRules

replace = msgspec.structs.replace
TRADING = replace(BOOKS, multicurrency=True, currencies=("EUR", "GBP"))
EUROS = replace(INVOICE, currency="EUR")
OWNER_IN_EUR = LinkOf(Kind.CUSTOMER, Side.CRM, "company:1 EUR")
RATE = RateOn("EUR", date(2026, 1, 5))
KNOWN = {OWNER_IN_EUR: Linked("6", "company:1 EUR", currency="EUR"), RATE: Rate(Decimal("1.08"))}
CODES = st.text(ascii_uppercase, min_size=3, max_size=3)


@given(st.sampled_from(("company:12", "contact:3", "5", "sku:A EUR", "name:lamp", "")), CODES)
def test_an_id_in_a_currency_comes_apart_as_it_was_put_together(id_, code):
    assert parted(id_) == (id_, "")
    if id_.startswith("co"):
        assert parted(in_currency(id_, code)) == (id_, code)
    assert in_currency(id_, "") == id_


@given(worlds.customers, CODES, st.sampled_from(("USD", "EUR")))
def test_a_customer_in_another_currency_stands_for_the_record_that_it_follows(customer, code, home):
    plain = replace(customer, currency="", formers=("company:7",))
    there = derived(plain, code, home)
    assert (there.id, there.currency) == (f"{plain.id} {code}", "" if code == home else code)
    assert whole(there) == plain
    assert whole(plain) == plain


@given(worlds.customers, worlds.customers, CODES)
def test_customers_of_different_currencies_share_no_key(one, other, code):
    rules = CustomerRules()
    one, other = replace(one, currency="", member_of=""), replace(other, currency=code, member_of="")
    here, there = rules.keys(Side.CRM, one), rules.keys(Side.CRM, other)
    assert not set(here) & set(there)
    assert set(rules.keys(Side.BOOKS, other)) == {*there, Key("display_name", folded(other.name))}


def test_a_currency_is_traded_where_it_is_the_companys_own_or_switched_on():
    assert is_traded("", BOOKS)
    assert is_traded("USD", BOOKS)
    assert not is_traded("EUR", BOOKS)
    assert not is_traded("EUR", replace(BOOKS, currencies=("EUR",)))
    assert is_traded("EUR", TRADING)
    assert not is_traded("JPY", TRADING)
    assert (foreign("USD", BOOKS), foreign("EUR", BOOKS)) == ("", "EUR")


def test_an_invoice_goes_to_its_customers_record_in_its_currency_at_the_days_rate():
    booking = booked(EUROS, world(TRADING), KNOWN)
    assert (booking.problems, booking.waits) == ((), ())
    assert (booking.invoice.customer, booking.invoice.rate) == ("6", Decimal("1.08"))


def test_where_the_default_customer_has_that_currency_it_is_the_one():
    answers = ANSWERS | {OWNER: Linked("5", "company:1", currency="EUR")}
    assert owner_question("company:1", "EUR", world(TRADING), answers) == OWNER
    at_home = owner_question("company:1", "USD", world(TRADING), answers)
    assert at_home == LinkOf(Kind.CUSTOMER, Side.CRM, "company:1 USD")
    booking = booked(EUROS, world(TRADING), {OWNER: Linked("5", "company:1", currency="EUR"), RATE: KNOWN[RATE]})
    assert (booking.problems, booking.invoice.customer) == ((), "5")


def test_a_customer_in_that_currency_is_waited_for():
    booking = booked(EUROS, world(TRADING), KNOWN | {OWNER_IN_EUR: Linked()})
    assert booking.waits == (Wait(Kind.CUSTOMER, "company:1 EUR"),)
    booking = booked(EUROS, world(TRADING), KNOWN | {OWNER_IN_EUR: Linked(into="company:9 EUR")})
    assert booking.waits == (Wait(Kind.CUSTOMER, "company:9 EUR"),)


def test_a_customer_that_was_given_another_currency_takes_nothing():
    booking = booked(EUROS, world(TRADING), KNOWN | {OWNER_IN_EUR: Linked("6", currency="GBP", label="Nova (EUR)")})
    evidence = {"currency": "EUR", "theirs": "GBP", "name": "Nova (EUR)"}
    assert booking.problems == (Fail("another_currency", evidence),)


@pytest.mark.parametrize("status", ["open", "draft"])
def test_without_a_rate_it_is_not_booked_and_a_draft_says_so(status):
    answers = KNOWN | {RATE: Rate(), MatchesOf(Kind.CUSTOMER, Side.CRM, "company:1 EUR"): Matches()}
    booking = booked(replace(EUROS, status=status), world(TRADING), answers)
    assert booking.problems == (Fail("no_exchange_rate", {"currency": "EUR", "home": "USD", "date": "2026-01-05"}),)


def test_a_draft_without_a_day_is_not_held_to_a_rate_yet():
    assert causes(booked(replace(EUROS, status="draft", date=None), world(TRADING), KNOWN)) == []
    assert causes(booked(replace(EUROS, date=None), world(TRADING), KNOWN)) == ["no_exchange_rate"]


@given(worlds.invoices(), worlds.worlds, st.data())
def test_what_is_booked_in_another_currency_has_a_rate_and_a_customer_of_that_currency(crm, around, data):
    books = replace(around.facts.books, multicurrency=True, currencies=("GBP",))
    around = replace(around, facts=replace(around.facts, books=books))
    pair = Pair(Kind.INVOICE, replace(crm, status="open"), None)
    answers: dict = {}
    while wanted := questions(pair, pair.crm, around, answers):
        answers |= {q: data.draw(worlds.reply_to(q)) for q in sorted(wanted, key=repr)}
    booking = book(pair, pair.crm, around, answers)
    if booking.problems or booking.waits:
        return
    abroad = foreign(booking.invoice.currency, books)
    assert (booking.invoice.rate is None) == (not abroad)
    reply = answers[owner_question(pair.crm.customer, pair.crm.currency, around, answers)]
    assert foreign(reply.currency, books) == abroad


NOVA = Customer("company:1 EUR", name="Nova Ltd", company="Nova Ltd", currency="EUR")


def created(*replies: Holders):
    """What becomes of the customer in euros, by who holds the names that it tries."""
    around = world(TRADING)
    keys = [HolderOf(Key("display_name", name)) for name in ("nova ltd", "nova ltd (eur)")]
    answers = {MatchesOf(Kind.CUSTOMER, Side.CRM, NOVA.id): Matches()} | dict(zip(keys, replies, strict=True))
    return decide(CustomerRules(), Pair(Kind.CUSTOMER, NOVA, None, needed=True), around, answers)


def test_a_customer_in_another_currency_has_the_plain_name_where_it_is_free():
    decision = created(Holders(), Holders())
    assert isinstance(decision, Create)
    assert (decision.record.name, decision.record.currency) == ("Nova Ltd", "EUR")


@pytest.mark.parametrize("list_", ["customer", "planned"])
def test_it_says_its_currency_where_the_same_one_has_the_plain_name(list_):
    own = Holders((Holder(list_, "5", "Nova Ltd", linked=True, crm="company:1"),))
    decision = created(own, Holders())
    assert isinstance(decision, Create)
    assert decision.record.name == "Nova Ltd (EUR)"
    assert decision.reserves == (Key("display_name", "nova ltd (eur)"),)


@pytest.mark.parametrize("crm", ["", "company:2"])
def test_a_name_that_somebody_else_has_is_asked_about(crm):
    decision = created(Holders((Holder("customer", "5", "Nova Ltd", linked=bool(crm), crm=crm),)), Holders())
    assert isinstance(decision, Fail)
    assert decision.cause == "duplicate_display_name"


PAID_EUROS = replace(PAID, currency="EUR")
BOOKING_PAYMENTS = World(Settings(book_hubspot_payments=True), replace(FACTS, books=TRADING), reviewed=True)


def paid(crm, **invoice):
    near = (date(2025, 12, 31), date(2026, 1, 10))
    answers = {
        LinkOf(Kind.INVOICE, Side.CRM, "77"): Linked("900", label="INV-1", **({"currency": "EUR"} | invoice)),
        SettledOf("900"): Settled(Decimal("100.00")),
        Alike(Kind.SETTLEMENT, Side.BOOKS, "900", crm.amount, crm.currency, *near): Matches(),
        RATE: Rate(Decimal("1.08")),
    }
    return answers, lambda known: decide(SettlementRules(), Pair(Kind.SETTLEMENT, crm, None), BOOKING_PAYMENTS, known)


def test_a_payment_is_booked_at_the_rate_of_its_own_day():
    answers, decided = paid(PAID_EUROS)
    decision = decided(answers)
    assert isinstance(decision, Create)
    assert (decision.record.rate, decision.record.currency) == (Decimal("1.08"), "EUR")
    assert decided(answers | {RATE: Rate()}) == Fail(
        "no_exchange_rate", {"currency": "EUR", "home": "USD", "date": "2026-01-05"}
    )


def test_a_payment_in_a_currency_that_quickbooks_trades_in_no_more_waits_for_that_and_for_no_rate():
    answers, _ = paid(PAID_EUROS)
    books = replace(TRADING, currencies=("GBP",))
    world = replace(BOOKING_PAYMENTS, facts=replace(FACTS, books=books))
    decision = decide(SettlementRules(), Pair(Kind.SETTLEMENT, PAID_EUROS, None), world, answers)
    assert decision == Fail("currency_not_enabled", {"currency": "EUR", "home": "USD"})


def test_a_payment_in_another_currency_than_its_invoice_is_told():
    answers, decided = paid(PAID, currency="EUR")
    assert decided(answers) == Fail("another_currency", {"currency": "USD", "theirs": "EUR", "name": "INV-1"})

"""What an invoice becomes in QuickBooks, and everything that stands in its way at once."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kinds import worlds

from tieout.core.decide import Pair, Wait, World
from tieout.core.facts import BooksFacts, CrmFacts, Facts, Named, TaxRate
from tieout.core.match import Candidate
from tieout.core.money import line_amount, scale
from tieout.core.questions import Holder, HolderOf, Holders, ItemOf, Linked, LinkOf, Matches, MatchesOf, NumbersLike
from tieout.core.records import Key, Kind, Side
from tieout.core.settings import Settings
from tieout.kinds.alike import alike_question
from tieout.kinds.booking import Booking, book, closed_until, questions
from tieout.kinds.invoice import Invoice, Line

replace = msgspec.structs.replace
CRM = CrmFacts("1", "USD", "America/New_York", tax_rates=(TaxRate("r1", "VAT", Decimal("20.0")),))
BOOKS = BooksFacts("1", "Nova", "US", "USD", regime="us-manual", income_accounts=(Named("79", "Services"),))
LAMP = Line("c1", name="Lamp", quantity=Decimal(2), price=Decimal("10.00"), amount=Decimal("20.00"))
INVOICE = Invoice(
    "77", "INV-1", customer="company:1", date=date(2026, 1, 5), currency="USD", lines=(LAMP,), total=Decimal("20.00")
)
OWNER, ITEM, NUMBER = (
    LinkOf(Kind.CUSTOMER, Side.CRM, "company:1"),
    ItemOf("", "", "Lamp"),
    HolderOf(Key("number", "inv-1")),
)
ANSWERS = {OWNER: Linked("5", "company:1"), ITEM: Linked("8", "1"), NUMBER: Holders()}


def world(books: BooksFacts = BOOKS, **more: object) -> World:
    about = {name: more.pop(name) for name in ("dated_items", "suspects") if name in more}
    return World(Settings(income_account="79", **more), Facts(CRM, books, **about), reviewed=True)


def booked(crm: Invoice = INVOICE, around: World | None = None, answers: dict | None = None, **choices: str) -> Booking:
    pair = Pair(Kind.INVOICE, crm, None, choices=choices)
    return book(pair, crm, around or world(), ANSWERS | (answers or {}))


def causes(booking: Booking) -> list[str]:
    return [problem.cause for problem in booking.problems]


def test_an_invoice_with_nothing_in_its_way():
    booking = booked()
    assert booking.problems == ()
    assert booking.waits == ()
    invoice = booking.invoice
    assert (invoice.customer, invoice.number, invoice.total, invoice.balance) == ("5", "INV-1", 20, 20)
    assert invoice.lines == (
        Line(
            "",
            item="8",
            name="Lamp",
            text="Lamp",
            quantity=Decimal(2),
            price=Decimal("10.00"),
            amount=Decimal(20),
            tax="NON",
        ),
    )


def test_a_draft_tells_all_its_obstacles_at_once():
    lines = (
        LAMP,
        replace(LAMP, id="c2", name="Desk", tax="r1"),
        replace(LAMP, id="c3", name="Rug"),
    )
    crm = replace(
        INVOICE,
        status="draft",
        customer="",
        number="A-NUMBER-THAT-IS-TOO-LONG",
        currency="GBP",
        lines=lines,
        discount=Decimal(1),
        total=Decimal(-5),
    )
    answers = {
        ItemOf("", "", "Desk"): Linked("", "name:desk"),
        ItemOf("", "", "Rug"): Linked("9", active=False, label="Rug"),
        HolderOf(Key("number", "a-number-that-is-too-long")): Holders((Holder("credit_memo", "3", "that one"),)),
    }
    closed = replace(BOOKS, closing_date=date(2026, 1, 31), revenue_recognition=True, discounts=False)
    around = world(closed, dated_items=frozenset({"8"}))
    around = replace(around, settings=replace(around.settings, income_account=""))
    booking = booked(crm, around, answers)
    assert set(causes(booking)) == {
        "no_customer",
        "income_account_missing",
        "inactive_reference",
        "unmapped_tax",
        "service_date_required",
        "currency_not_enabled",
        "negative_total",
        "discount_needs_one_tax_code",
        "discounts_off",
        "total_mismatch",
        "period_closed",
        "duplicate_number",
        "number_too_long",
    }


@given(worlds.invoices(), worlds.worlds, st.data())
def test_booking_never_changes_what_the_customer_owes(crm, around, data):
    pair = Pair(Kind.INVOICE, crm, None)
    answers: dict = {}
    while wanted := questions(pair, crm, around, answers):
        answers |= {q: data.draw(worlds.reply_to(q)) for q in sorted(wanted, key=repr)}
    invoice = book(pair, crm, around, answers).invoice
    assert [line.amount for line in invoice.lines] == [line.amount for line in crm.lines]
    assert [line.quantity for line in invoice.lines] == [line.quantity for line in crm.lines]
    assert (invoice.total, invoice.tax, invoice.discount) == (crm.total, crm.tax, crm.discount)
    for line in invoice.lines:
        assert line.price is None or line_amount(line.quantity, line.price, crm.currency) == line.amount
        assert line.price is None or scale(line.price) <= 7


def test_a_price_of_thirty_decimals_is_not_sent_as_it_is():
    line = replace(LAMP, price=Decimal("10." + "0" * 29 + "1"))
    assert booked(replace(INVOICE, lines=(line,))).invoice.lines[0].price == Decimal("10.00")


def test_an_amount_that_no_price_reaches_is_stated_alone():
    line = replace(LAMP, quantity=Decimal(10_000_000), amount=Decimal("0.01"), price=None)
    assert booked(replace(INVOICE, lines=(line,), total=Decimal("0.01"))).invoice.lines[0].price is None


# The customer.


@pytest.mark.parametrize("settled", [True, False])
def test_a_customer_without_counterpart_fails_the_invoice_and_one_on_its_way_is_waited_for(settled):
    found = (Candidate("6", "Nova"),) if settled else ()
    booking = booked(answers={OWNER: Linked("", "company:1", settled, found, label="Nova Ltd")})
    if settled:
        assert causes(booking) == ["no_customer"]
        assert booking.problems[0].candidates == found
    else:
        assert booking.waits == (Wait(Kind.CUSTOMER, "company:1", name="Nova Ltd"),)


def test_an_inactive_customer_is_told():
    booking = booked(answers={OWNER: Linked("5", active=False, label="Nova")})
    assert causes(booking) == ["inactive_reference"]


def test_a_person_may_link_the_customer_or_choose_another_contact():
    assert booked(link_customer="9").invoice.customer == "9"
    other = {LinkOf(Kind.CUSTOMER, Side.CRM, "contact:2"): Linked("6")}
    assert booked(answers=other, choose_contact="contact:2").invoice.customer == "6"


@pytest.mark.parametrize(
    ("candidates", "create", "ready"),
    [
        ((), True, True),
        ((), False, False),
        ((Candidate("6", "Nova", ("email",), ("email",)),), False, True),
        ((Candidate("6", "Nova", ("name",)),), True, False),
    ],
)
def test_a_draft_foresees_whether_its_customer_will_come(candidates, create, ready):
    draft = replace(INVOICE, status="draft")
    answers = {OWNER: Linked("", "company:1"), MatchesOf(Kind.CUSTOMER, Side.CRM, "company:1"): Matches(candidates)}
    booking = booked(draft, world(auto_create_customers=create), answers)
    assert causes(booking) == ([] if ready else ["no_customer"])


# The items.


def test_an_item_that_is_still_to_come_is_waited_for():
    booking = booked(answers={ITEM: Linked("", "name:lamp")})
    assert booking.problems == ()
    assert booking.waits == (Wait(Kind.ITEM, "name:lamp", name="Lamp"),)


def test_a_line_that_names_nothing_takes_the_default_item_or_needs_somebody():
    nameless = {ITEM: Linked()}
    assert booked(around=world(default_item="3"), answers=nameless).invoice.lines[0].item == "3"
    assert causes(booked(answers=nameless)) == ["unmapped_item"]


# Number.


def test_a_number_taken_by_a_credit_memo_is_foreseen_with_its_holder():
    booking = booked(answers={NUMBER: Holders((Holder("credit_memo", "3", "INV-1"),))})
    assert causes(booking) == ["duplicate_number"]
    assert booking.problems[0].evidence["holder_list"] == "credit_memo"


def test_a_number_by_pattern_counts_up_to_the_first_free_one():
    taken = {
        NUMBER: Holders((Holder("invoice", "3", "INV-1"),)),
        NumbersLike("inv-1-"): Holders(tuple(Holder("invoice", "", key, key) for key in ("inv-1-2", "inv-1-3"))),
    }
    booking = booked(answers=taken, number_by_pattern="{number}-{n}")
    assert causes(booking) == []
    assert booking.invoice.number == "INV-1-4"


def test_a_pattern_sees_what_is_taken_whatever_it_begins_with():
    taken = {
        NUMBER: Holders((Holder("invoice", "3", "INV-1"),)),
        NumbersLike("hs-inv-1-"): Holders((Holder("invoice", "", "HS-INV-1-2", "hs-inv-1-2"),)),
    }
    assert booked(answers=taken, number_by_pattern="HS-{number}-{n}").invoice.number == "HS-INV-1-3"


@pytest.mark.parametrize(("pattern", "given"), [("{{n}}", "{n}"), ("X{number}", "XINV-1")])
def test_a_pattern_that_always_gives_the_same_number_gives_it_once(pattern, given):
    holder = Holder("invoice", "3", "INV-1")
    like, free = NumbersLike(given.lower()), {NUMBER: Holders((holder,))}
    booking = booked(answers=free | {like: Holders()}, number_by_pattern=pattern)
    assert (booking.invoice.number, causes(booking)) == (given, [])
    taken = free | {like: Holders((Holder("invoice", "4", given, given.lower()),))}
    assert causes(booked(answers=taken, number_by_pattern=pattern)) == ["duplicate_number"]


def test_a_pattern_is_not_used_where_the_number_is_free():
    assert (
        booked(answers={NumbersLike("inv-1-"): Holders()}, number_by_pattern="{number}-{n}").invoice.number == "INV-1"
    )


def test_quickbooks_may_number_its_copy():
    assert booked(replace(INVOICE, number="X" * 30), let_quickbooks_number="yes").invoice.number == ""


# Tax.


def test_a_rate_without_a_code_blocks_by_its_name():
    booking = booked(replace(INVOICE, lines=(replace(LAMP, tax="r1"),)))
    assert causes(booking) == ["unmapped_tax"]
    assert booking.problems[0].evidence["rate"] == "VAT 20 %"


def test_with_a_code_on_each_line_no_tax_needs_a_code_as_well():
    uk = replace(BOOKS, regime="per-line")
    assert booked(around=world(uk)).problems[0].evidence["rate"] == "no tax"
    assert booked(around=world(uk, untaxed_code="7")).invoice.lines[0].tax == "7"


def test_a_us_invoice_has_one_sales_tax_and_flags_its_lines():
    crm = replace(
        INVOICE, lines=(replace(LAMP, tax="r1"), replace(LAMP, id="c2")), total=Decimal("43.00"), tax=Decimal("3.00")
    )
    invoice = booked(crm, world(tax_codes={"r1": "4"})).invoice
    assert invoice.tax_code == "4"
    assert [line.tax for line in invoice.lines] == ["TAX", "NON"]


def test_two_us_sales_taxes_on_one_invoice_are_told():
    crm = replace(INVOICE, lines=(replace(LAMP, tax="r1"), replace(LAMP, id="c2", tax="r2")), total=Decimal("40.00"))
    assert causes(booked(crm, world(tax_codes={"r1": "4", "r2": "5"}))) == ["several_tax_codes"]


# Discounts.


def test_the_discount_of_a_line_stays_in_its_price_where_the_lines_have_several_tax_codes():
    cheap = replace(LAMP, price=Decimal("9.00"), list_price=Decimal("10.00"), amount=Decimal("18.00"))
    crm = replace(INVOICE, lines=(cheap, replace(LAMP, id="c2", tax="r1")), total=Decimal("38.00"))
    around = world(line_discounts="line", tax_codes={"r1": "TAX"})
    apart = booked(replace(crm, lines=(cheap, LAMP)), around).invoice
    assert ([line.amount for line in apart.lines], apart.discount, apart.total) == ([20, 20], 2, 38)
    together = booked(crm, around).invoice
    assert ([line.amount for line in together.lines], together.discount, together.total) == ([18, 20], 0, 38)


def test_the_discount_of_a_line_stays_in_its_price_where_quickbooks_takes_no_discounts():
    cheap = replace(LAMP, price=Decimal("9.00"), list_price=Decimal("10.00"), amount=Decimal("18.00"))
    crm = replace(INVOICE, lines=(cheap,), total=Decimal("18.00"))
    booking = booked(crm, world(replace(BOOKS, discounts=False), line_discounts="line"))
    assert causes(booking) == []
    assert ([line.amount for line in booking.invoice.lines], booking.invoice.discount) == ([18], 0)


# Service dates.

RECOGNIZING = replace(BOOKS, revenue_recognition=True)


def test_a_service_date_is_foreseen_for_an_item_that_once_wanted_one():
    around = world(RECOGNIZING, dated_items=frozenset({"8"}))
    assert causes(booked(around=around)) == ["service_date_required"]
    dated = replace(INVOICE, lines=(replace(LAMP, service_date=date(2026, 1, 1)),))
    assert causes(booked(dated, around)) == []


def test_the_first_time_nobody_can_know():
    assert causes(booked(around=world(RECOGNIZING))) == []


def test_with_revenue_recognition_switched_off_no_date_is_wanted():
    assert causes(booked(around=world(dated_items=frozenset({"8"})))) == []


def test_where_one_of_several_items_wants_a_date_all_that_came_together_are_suspects():
    assert causes(booked(around=world(RECOGNIZING, suspects=(frozenset({"8"}),)))) == ["service_date_required"]
    assert causes(booked(around=world(RECOGNIZING, suspects=(frozenset({"8", "9"}),)))) == []


@pytest.mark.parametrize(
    ("rule", "service"),
    [("invoice_date", date(2026, 1, 5)), ("billing_start", date(2026, 1, 5)), ("2026-02-01", date(2026, 2, 1))],
)
def test_a_service_date_by_rule(rule, service):
    assert booked(set_service_date=rule).invoice.lines[0].service_date == service


def test_the_start_of_the_billing_period_comes_before_any_rule():
    dated = replace(INVOICE, lines=(replace(LAMP, service_date=date(2025, 12, 1)),))
    assert booked(dated, set_service_date="invoice_date").invoice.lines[0].service_date == date(2025, 12, 1)


# The document.


def test_the_later_of_two_closing_dates_counts():
    closing, lock = date(2026, 1, 10), date(2026, 1, 20)
    assert closed_until(world()) is None
    assert closed_until(world(replace(BOOKS, closing_date=closing))) == closing
    assert closed_until(world(replace(BOOKS, closing_date=closing), lock_date=lock)) == lock
    assert closed_until(world(replace(BOOKS, closing_date=lock), lock_date=closing)) == lock


def test_the_closing_day_itself_is_closed_and_the_next_is_open():
    assert causes(booked(around=world(lock_date=date(2026, 1, 5)))) == ["period_closed"]
    assert causes(booked(around=world(lock_date=date(2026, 1, 4)))) == []


def test_an_invoice_without_lines_is_told():
    assert causes(booked(replace(INVOICE, lines=(), total=Decimal(0)))) == ["no_lines"]


def test_a_cent_between_lines_and_total_is_told_with_both():
    problem = booked(replace(INVOICE, total=Decimal("20.01"))).problems[0]
    assert (problem.cause, problem.evidence["sum"], problem.evidence["total"]) == ("total_mismatch", "20.00", "20.01")


def test_twins_are_looked_for_ten_days_around():
    question = alike_question(INVOICE, Side.BOOKS, "5", world(same_invoice_days=10))
    assert (question.first, question.last) == (date(2025, 12, 26), date(2026, 1, 15))
    assert alike_question(replace(INVOICE, date=None), Side.BOOKS, "5", world()) is None

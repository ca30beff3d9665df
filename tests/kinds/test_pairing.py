"""Pairing invoices that people typed in on both sides, or that another sync brought over."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.records import Side
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.pairing import Bill, Customers, bill, pair_up, twins

replace = msgspec.structs.replace
DAY = date(2026, 3, 10)
NOVA = Customers({"company:1": "5"}, {"company:1": frozenset({"5"})})
HERE = Bill("77", "INV-1", "company:1", "USD", Decimal(90), Decimal(90), DAY)
THERE = Bill("900", "INV-1", "5", "USD", Decimal(90), Decimal(90), DAY)


def paired(crm: list[Bill], books: list[Bill], customers: Customers = NOVA) -> list[tuple[str, str, str, bool]]:
    matches, _ = pair_up(crm, books, {}, customers, 10)
    return [(m.crm.id, m.books.id, m.how, m.certain) for m in matches]


def doubled(crm: list[Bill], books: list[Bill]) -> list[tuple[Side, str, str, str]]:
    _, doubles = pair_up(crm, books, {}, NOVA, 10)
    return [(d.side, d.extra.id, d.one.id, d.other.id) for d in doubles]


def test_the_same_number_total_and_customer_is_certain():
    assert paired([HERE], [THERE]) == [("77", "900", "number", True)]


def test_case_and_space_in_a_number_do_not_matter():
    assert paired([HERE], [replace(THERE, number=" inv-1")]) == [("77", "900", "number", True)]


def test_another_total_makes_it_a_pair_that_differs():
    assert paired([HERE], [replace(THERE, total=Decimal(80))]) == [("77", "900", "number", False)]


def test_a_number_that_another_customer_has_is_no_pair():
    assert paired([HERE], [replace(THERE, customer="6", total=Decimal(80))]) == []


def test_a_customer_who_is_only_proposed_makes_no_certain_pair():
    perhaps = Customers({}, {"company:1": frozenset({"5", "6"})})
    assert paired([HERE], [THERE], perhaps) == [("77", "900", "number", False)]


def test_number_total_and_day_are_enough_while_nobody_knows_the_customer():
    nobody = Customers({}, {})
    assert paired([HERE], [THERE], nobody) == [("77", "900", "number", False)]
    assert paired([HERE], [replace(THERE, date=DAY + timedelta(1))], nobody) == []


def test_a_number_and_total_that_stand_twice_are_not_certain():
    assert paired([HERE], [THERE, replace(THERE, id="901")]) == [("77", "900", "number", False)]


def test_another_day_is_certain_for_a_copy_of_another_sync_only():
    later = replace(THERE, date=DAY + timedelta(1))
    assert paired([HERE], [later]) == [("77", "900", "number", False)]
    assert paired([replace(HERE, foreign=True)], [later]) == [("77", "900", "number", True)]


def test_what_tieout_made_is_never_taken_for_certain():
    assert paired([HERE], [replace(THERE, ours=True)]) == [("77", "900", "number", False)]


def test_customer_amount_and_days_pair_what_was_numbered_differently():
    typed = replace(THERE, number="88", date=DAY + timedelta(10))
    assert paired([HERE], [typed]) == [("77", "900", "alike", False)]
    assert paired([HERE], [replace(typed, date=DAY + timedelta(11))]) == []


def test_equal_invoices_of_one_customer_pair_one_to_one_with_the_nearest():
    here = [replace(HERE, id=str(n), number="", date=DAY + timedelta(n)) for n in range(3)]
    there = [replace(THERE, id=f"9{n}", number="", date=DAY + timedelta(n)) for n in reversed(range(3))]
    assert paired(here, there) == [(str(n), f"9{n}", "alike", False) for n in range(3)]
    assert doubled(here, there) == []


def test_one_more_of_the_same_customer_amount_and_time_stands_there_twice():
    again = replace(THERE, id="901", number="88", date=DAY + timedelta(3))
    assert doubled([HERE], [THERE, again]) == [(Side.BOOKS, "901", "77", "900")]
    copied = replace(HERE, id="78", number="")
    assert doubled([HERE, copied], [THERE]) == [(Side.CRM, "78", "900", "77")]


def test_the_same_number_again_stands_there_twice_whatever_the_day():
    again = replace(THERE, id="901", date=DAY + timedelta(300), total=Decimal(70))
    assert doubled([HERE], [THERE, again]) == [(Side.BOOKS, "901", "77", "900")]


def test_the_next_month_is_no_double():
    assert doubled([HERE], [THERE, replace(THERE, id="901", number="88", date=DAY + timedelta(30))]) == []


def test_an_established_pair_stays_whatever_else_is_alike():
    matches, doubles = pair_up([HERE], [THERE, replace(THERE, id="901")], {"77": "901"}, NOVA, 10)
    assert [(m.books.id, m.how, m.certain) for m in matches] == [("901", "linked", False)]
    assert [d.extra.id for d in doubles] == ["900"]


def test_drafts_and_voids_are_no_bills():
    assert bill(Invoice("1", status="draft"), "USD") is None
    assert bill(Invoice("1", status="void"), "USD") is None
    seen = bill(Invoice("1", issued_here=False), "USD")
    assert seen is not None
    assert (seen.currency, seen.foreign) == ("USD", True)


BILLS = st.builds(
    Bill,
    id=st.uuids().map(str),
    number=st.sampled_from(["", "1", "2", "3"]),
    customer=st.sampled_from(["company:1", "5", "6"]),
    currency=st.sampled_from(["USD", "GBP"]),
    total=st.sampled_from([Decimal(10), Decimal(20)]),
    balance=st.sampled_from([Decimal(0), Decimal(10)]),
    date=st.sampled_from([None, DAY, DAY + timedelta(5), DAY + timedelta(40)]),
    foreign=st.booleans(),
)


@given(st.lists(BILLS, max_size=8), st.lists(BILLS, max_size=8))
def test_every_invoice_has_one_counterpart_at_most_and_one_place(crm: list[Bill], books: list[Bill]):
    matches, doubles = pair_up(crm, books, {}, NOVA, 10)
    own = [m.crm.id for m in matches] + [d.extra.id for d in doubles if d.side is Side.CRM]
    other = [m.books.id for m in matches] + [d.extra.id for d in doubles if d.side is Side.BOOKS]
    assert len(own) == len(set(own)) <= len(crm)
    assert len(other) == len(set(other)) <= len(books)
    assert all(m.crm.total == m.books.total and m.crm.number == m.books.number for m in matches if m.certain)
    assert all(m.crm.currency == m.books.currency for m in matches)


def test_customers_with_one_address_or_one_name_were_made_twice():
    first = Customer("1", "Nova Ltd", email="ana@nova.example")
    made = [
        first,
        Customer("2", "Nova Trading", email="ANA@nova.example"),
        Customer("3", "NOVA Limited"),
        Customer("4", "Ben Ode", email="ben@ode.example"),
    ]
    assert [(one.id, of.id, shared) for one, of, shared in twins(made)] == [("2", "1", "email"), ("3", "1", "name")]


def test_inactive_ones_sub_customers_and_other_currencies_were_not():
    first = Customer("1", "Nova Ltd", email="ana@nova.example", currency="USD")
    made = [
        first,
        replace(first, id="2", active=False),
        replace(first, id="3", parent="1"),
        replace(first, id="4", currency="EUR"),
    ]
    assert twins(made) == []

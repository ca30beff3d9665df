"""The audit's lines account for the whole difference between two accounts."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tieout.core.records import Side, State
from tieout.kinds.customer import Customer
from tieout.kinds.pairing import Bill, Customers, Sight, pair_up
from tieout.proof.audit import GROUPS, WOULD_SYNC, report

DAY = date(2026, 3, 10)


def bills(customer: str) -> st.SearchStrategy[list[Bill]]:
    one = st.builds(
        Bill,
        id=st.uuids().map(str),
        number=st.sampled_from(["", "1", "2", "3"]),
        customer=st.just(customer),
        currency=st.sampled_from(["USD", "JPY"]),
        total=st.integers(0, 4).map(Decimal),
        balance=st.integers(0, 4).map(Decimal),
        date=st.just(DAY),
    )
    return st.lists(one, max_size=8)


def sight(crm: list[Bill], books: list[Bill], **more: object) -> Sight:
    customers = Customers({"company:1": "5"}, {"company:1": frozenset({"5"})})
    matches, doubles = pair_up(crm, books, {}, customers, 10)
    return Sight(crm=crm, books=books, matches=matches, doubles=doubles, twins=[], names={}, **more)


@given(bills("company:1"), bills("5"))
def test_the_groups_make_up_the_whole_difference(crm: list[Bill], books: list[Bill]) -> None:
    found = report(sight(crm, books), "USD")
    for currency in found.currency.values():
        groups = [getattr(currency, name) for name in GROUPS]
        assert sum(Decimal(g.difference) for g in groups) == Decimal(currency.difference.total)
        assert sum(Decimal(g.open) for g in groups) == Decimal(currency.difference.open)
    assert sum(found.paired.values()) * 2 + sum(one.finding != "different" for one in found.lines) == len(crm + books)


def test_money_is_told_with_the_currencys_digits() -> None:
    yen = Bill("1", "7", "company:1", "JPY", Decimal(900), Decimal(0), DAY)
    (line,) = report(sight([yen], []), "USD").lines
    assert (line.finding, line.amount, line.difference, line.open) == ("missing_in_books", "900", "900", "0")


def test_what_is_missing_says_why() -> None:
    here = [Bill(i, i, "company:1", "USD", Decimal(i), Decimal(i), DAY) for i in ("1", "2", "3")]
    reasons = {
        (Side.CRM, "1"): (State.FAILING, "duplicate_number"),
        (Side.CRM, "2"): (State.EXCLUDED, "before_start"),
        (Side.CRM, "3"): (State.IN_SYNC, ""),
    }
    found = report(sight(here, [], reasons=reasons), "USD")
    assert [line.cause for line in found.lines] == ["duplicate_number", "before_start", WOULD_SYNC]


def test_open_amounts_alone_may_differ() -> None:
    here = Bill("1", "7", "company:1", "USD", Decimal(90), Decimal(90), DAY)
    there = Bill("2", "7", "5", "USD", Decimal(90), Decimal(0), DAY)
    (line,) = report(sight([here], [there]), "USD").lines
    assert (line.finding, line.cause, line.amount) == ("different", "open_apart", "90.00")
    assert (line.difference, line.open) == ("0.00", "90.00")


def test_a_customer_made_twice_is_told_with_what_it_owes() -> None:
    twin = Customer("6", "Nova Limited", balance=Decimal("12.5"))
    seen = Sight([], [], [], [], [(twin, Customer("5", "Nova Ltd"), "name")], {})
    (line,) = report(seen, "GBP").lines
    assert (line.finding, line.books, line.other, line.currency) == ("customer_twice", "6", "5", "GBP")
    assert (line.amount, line.cause) == ("12.50", "same_name")

"""What HubSpot's customers are in other currencies, and the rates that were read."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection
from tests.store.stage import CONNECTION, NOW, undone

from tieout.core.facts import BooksFacts
from tieout.core.match import Candidate
from tieout.core.merged import Merged, MergedOf
from tieout.core.plan import Reservations
from tieout.core.questions import Holder, HolderOf, Holders, Linked, LinkOf, Matches, MatchesOf, Rate, RateOn
from tieout.core.records import Key, Kind, Side
from tieout.kinds.customer import Customer
from tieout.remote.rows import Row
from tieout.store import connections, currency, merged, mirror, pairs, rates
from tieout.store.answers import answer

NOVA = Customer("company:1", "Nova Ltd", "Nova Ltd", email="ana@nova.example", parts=("company:1",))
IN_EUR = msgspec.structs.replace(NOVA, id="company:1 EUR", currency="EUR")
DAY = date(2026, 1, 5)
EUROS = RateOn("EUR", DAY)


def put(tx: Connection, side: Side, *records: Customer, version: int = 1) -> None:
    mirror.put(tx, CONNECTION, side, [Row(Kind.CUSTOMER, one.id, version, one) for one in records], NOW)


def known(tx: Connection) -> None:
    """Nova, also in euros."""
    connections.change(tx, CONNECTION, books_facts=BooksFacts("2", "Nova", "US", "USD", multicurrency=True))
    put(tx, Side.CRM, NOVA)
    mirror.put(tx, CONNECTION, Side.CRM, currency.missing(tx, CONNECTION, ["company:1 EUR", "company:9 EUR"]), NOW)


def there(tx: Connection, id_: str) -> Customer | None:
    found = mirror.get(tx, CONNECTION, Side.CRM, Kind.CUSTOMER, id_)
    assert found is None or isinstance(found, Customer)
    return found


def asked(tx: Connection, question):
    return answer(tx, CONNECTION, [question], Reservations())[question]


def link(tx: Connection, crm: str, books: Customer) -> int:
    put(tx, Side.BOOKS, books)
    bases = {"crm_base": Customer(crm), "books_base": books}
    ids = {"crm_id": crm, "books_id": books.id}
    return pairs.link(tx, CONNECTION, Kind.CUSTOMER, **ids, **bases, lines={}, why="by_you", now=NOW)


def test_a_customer_in_another_currency_follows_its_record(tx):
    known(tx)
    assert there(tx, "company:1 EUR") == IN_EUR
    assert there(tx, "company:9 EUR") is None, "nobody is known by that id"
    assert currency.missing(tx, CONNECTION, ["company:1 EUR"]) == []
    put(tx, Side.CRM, msgspec.structs.replace(NOVA, phone="555"), version=2)
    assert there(tx, "company:1 EUR").phone == "555"
    mirror.put(tx, CONNECTION, Side.CRM, [Row(Kind.CUSTOMER, "company:1", 3, None, "archived")], NOW)
    assert there(tx, "company:1 EUR") is None


def test_what_is_needed_in_the_companys_own_currency_names_none(tx):
    known(tx)
    (row,) = currency.missing(tx, CONNECTION, ["company:1 USD"])
    assert (row.id, row.record.currency, row.parent) == ("company:1 USD", "", "company:1")


def test_it_is_matched_with_who_has_that_currency_alone(tx):
    known(tx)
    mail = {"email": "ana@nova.example"}
    put(tx, Side.BOOKS, Customer("5", "Nova America", **mail), Customer("6", "Nova Europe", currency="EUR", **mail))
    for id_, right in (("company:1", "5"), ("company:1 EUR", "6")):
        (candidate,) = asked(tx, MatchesOf(Kind.CUSTOMER, Side.CRM, id_)).candidates
        assert (candidate.id, candidate.certain) == (right, True)
    reply = asked(tx, MatchesOf(Kind.CUSTOMER, Side.BOOKS, "6"))
    assert isinstance(reply, Matches)
    assert [one.id for one in reply.candidates] == ["company:1 EUR"]


def test_whoever_shares_a_key_is_found_in_whatever_currency_and_a_shared_domain_says_nothing(tx):
    known(tx)
    put(
        tx,
        Side.CRM,
        Customer("company:2", "Orbit", email="ben@orbit.example"),
        Customer("contact:3", email="c@orbit.example"),
    )
    assert currency.sharing(tx, CONNECTION, [Key("email", "ana@nova.example")]) == ["company:1"]
    assert currency.sharing(tx, CONNECTION, [Key("domain", "nova.example")]) == ["company:1"]
    assert currency.sharing(tx, CONNECTION, [Key("domain", "orbit.example")]) == []


def test_a_link_tells_the_currency_of_the_customer_it_leads_to(tx):
    known(tx)
    link(tx, "company:1 EUR", Customer("6", "Nova (EUR)", currency="EUR"))
    reply = asked(tx, LinkOf(Kind.CUSTOMER, Side.CRM, "company:1 EUR"))
    assert (reply.other, reply.currency) == ("6", "EUR")
    assert asked(tx, LinkOf(Kind.CUSTOMER, Side.BOOKS, "6")).other == "company:1 EUR"


def test_a_name_says_for_whom_it_is_held_or_planned(tx):
    known(tx)
    link(tx, "company:1", Customer("5", "Nova Ltd"))
    (holder,) = asked(tx, HolderOf(Key("display_name", "nova ltd"))).holders
    assert (holder.id, holder.crm) == ("5", "company:1")
    reserved, key = Reservations(), Key("display_name", "nova ltd (eur)")
    own = pairs.find(tx, CONNECTION, Kind.CUSTOMER, Side.CRM, "company:1 EUR")
    reserved.take([key], own.id)
    question = HolderOf(key)
    planned = Holder("planned", "", key.value, crm="company:1 EUR")
    assert answer(tx, CONNECTION, [question], reserved)[question] == Holders((planned,))


def merge(tx: Connection, *others: str) -> None:
    """Company 1 and others became company 9."""
    formers = ("company:1", *others)
    rows = [Row(Kind.CUSTOMER, id_, 9, None, "merged", "company:9") for id_ in formers]
    heir = msgspec.structs.replace(NOVA, id="company:9", formers=formers)
    mirror.put(tx, CONNECTION, Side.CRM, [*rows, Row(Kind.CUSTOMER, heir.id, 9, heir)], NOW)


def test_what_a_merged_company_was_in_another_currency_is_its_heir_there(tx):
    known(tx)
    link(tx, "company:1 EUR", Customer("6", "Nova (EUR)", currency="EUR"))
    merge(tx)
    assert there(tx, "company:1 EUR") is None
    assert there(tx, "company:9 EUR").formers == ("company:1 EUR",)
    assert merged.heirs(tx, CONNECTION, Kind.CUSTOMER, Side.CRM, ["company:1 EUR", "company:1 GBP"]) == {
        "company:1 EUR": "company:9 EUR",
        "company:1 GBP": "company:9 GBP",
    }
    assert merged.former(tx, CONNECTION, Kind.CUSTOMER, Side.CRM, "company:9 EUR") == {"company:1 EUR"}
    assert asked(tx, LinkOf(Kind.CUSTOMER, Side.CRM, "company:1 EUR")) == Linked(
        "6", "company:1 EUR", label="Nova (EUR)", into="company:9 EUR", currency="EUR"
    )


@pytest.mark.parametrize("both", [False, True], ids=["one in euros", "two in euros"])
def test_a_pair_in_another_currency_is_no_rival_of_the_default_and_goes_on_there(tx, both: bool):
    known(tx)
    put(tx, Side.CRM, Customer("company:2", "Berg"))
    link(tx, "company:1", Customer("5", "Nova Ltd"))
    link(tx, "company:2", Customer("7", "Berg Europe", currency="EUR"))
    if both:
        link(tx, "company:1 EUR", Customer("6", "Nova Europe", currency="EUR"))
    merge(tx, "company:2")
    default = asked(tx, MergedOf(Kind.CUSTOMER, "company:1", "5"))
    assert (default.crm, default.rivals) == ("company:9", (Candidate("5", "Nova Ltd"),))
    abroad = asked(tx, MergedOf(Kind.CUSTOMER, "company:2", "7"))
    assert isinstance(abroad, Merged)
    assert abroad.crm == "company:9 EUR"
    assert {one.id for one in abroad.rivals} == ({"6", "7"} if both else {"7"})


def test_a_rate_that_was_read_is_kept_and_one_that_may_move_is_asked_for_again(tx):
    assert asked(tx, EUROS) == Rate()
    rates.keep(tx, CONNECTION, {("EUR", DAY): Decimal("1.0845")}, NOW)
    rates.keep(tx, CONNECTION, {("EUR", NOW.date()): Decimal("1.09")}, NOW)
    rates.keep(tx, CONNECTION, {}, NOW)
    today = RateOn("EUR", NOW.date())
    rates.forget_moving(tx, CONNECTION, NOW + timedelta(minutes=59))
    assert (asked(tx, EUROS), asked(tx, today)) == (Rate(Decimal("1.0845")), Rate(Decimal("1.09")))
    rates.forget_moving(tx, CONNECTION, NOW + timedelta(minutes=61))
    assert (asked(tx, EUROS), asked(tx, today)) == (Rate(Decimal("1.0845")), Rate())


@given(st.dictionaries(st.sampled_from(("EUR", "GBP")), st.decimals("0.000001", "99999", places=6), min_size=1))
def test_a_rate_comes_back_with_all_its_digits_and_the_newer_counts(shared, found):
    with undone(shared) as tx:
        rates.keep(tx, CONNECTION, {(code, DAY): Decimal(7) for code in found}, NOW)
        rates.keep(tx, CONNECTION, {(code, DAY): rate for code, rate in found.items()}, NOW)
        questions = [RateOn(code, DAY) for code in ("EUR", "GBP")]
        assert rates.answers(tx, CONNECTION, questions) == {q: Rate(found.get(q.currency)) for q in questions}

"""Fixes: who may do them, which failures they reach, and what the history says of it."""

from datetime import timedelta
from decimal import Decimal
from itertools import zip_longest

import msgspec
import pytest
from tests.web.company import NAME, NOW, Builder, invoice

from tieout.actions import history, lookup
from tieout.actions.actor import Actor, Forbidden, Role
from tieout.actions.choices import Shelf
from tieout.actions.errors import WrongUse
from tieout.actions.fix import fix
from tieout.actions.language import ENGLISH
from tieout.core.facts import CrmFacts, TaxRate
from tieout.core.records import Kind, Side, State
from tieout.core.settings import Settings
from tieout.kinds.currency import derived
from tieout.kinds.customer import Customer
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Row
from tieout.store import connections, mirror, pairs
from tieout.store.pairs import Story

RATES = (TaxRate("r1", "Low", Decimal(5)), TaxRate("r2", "VAT", Decimal(20)))
ANA, SAM = Actor("ana", Role.BOOKKEEPER), Actor("sam", Role.SELLER)


@pytest.fixture
def failing(home):
    """Makes failing invoices of one cause, one for each number; returns their ids.

    rates: of HubSpot, customers: that they are for, in their order. QuickBooks has a customer 9.
    """

    def make(cause, *numbers, rates=(), customers=()):
        with home.database.begin() as tx:
            builder = Builder(home, tx)
            connections.change(tx, builder.id, crm_facts=CrmFacts("42424", "USD", "America/New_York", tax_rates=RATES))
            found = []
            builder.pair(Kind.CUSTOMER, None, Customer("9", name="Nova Ltd"))
            for number, rate, customer in zip_longest(numbers, rates, customers):
                pair_id = builder.pair(Kind.INVOICE, invoice(number, customer or "company:1", "10.00"), None)
                evidence = {} if rate is None else {"rate_id": rate}
                evidence |= {} if customer is None else {"customer": customer}
                builder.settle(pair_id, State.FAILING, cause, Story(evidence=evidence))
                found.append(str(pair_id))
            return found

    return make


def test_a_tax_code_is_given_to_one_rate_alone(home, failing):
    low, _, again = failing("unmapped_tax", "INV-1", "INV-2", "INV-3", rates=("r1", "r2", "r1"))
    done = fix(home, ANA, NAME, low, "map_tax", values={"code": "3"}, all_with_cause=True)
    assert (done.failures, done.settings) == ([low, again], {"tax_code.r1": "3"})


def test_the_history_tells_a_fix_of_those_that_it_was_done_to(home, failing):
    short, long = failing("duplicate_number", "INV-1", "INV-12345678901234567")
    done = fix(home, ANA, NAME, short, "number_by_pattern", values={}, all_with_cause=True)
    assert done.failures == [short]
    with home.database.read() as tx:
        company = lookup.connection(tx, NAME).id
        assert len(history.of_pair(tx, company, int(short), ENGLISH)) == 1
        assert history.of_pair(tx, company, int(long), ENGLISH) == ()


@pytest.mark.parametrize(("cause", "code"), [("unmapped_tax", "map_tax"), ("possible_duplicate", "create_anyway")])
def test_a_seller_may_not_decide_what_is_booked(home, failing, cause, code):
    (failure,) = failing(cause, "INV-1")
    with pytest.raises(Forbidden):
        fix(home, SAM, NAME, failure, code, values={})


def test_no_entry_is_approved_that_would_bear_a_day_of_a_closed_period(home):
    paid = Settlement("9", "9", "1", Decimal(40), "USD", status="disputed_lost")
    booked = Settlement("5:1", "5", "1", Decimal(40), "USD", marker="m")
    with home.database.begin() as tx:
        builder = Builder(home, tx)
        back = msgspec.structs.replace(paid, returned=Decimal(40))
        pair_id = builder.pair(Kind.SETTLEMENT, paid, booked)
        mirror.put(tx, builder.id, Side.CRM, [Row(Kind.SETTLEMENT, paid.id, 2, back)], NOW)
        builder.settle(pair_id, State.FAILING, "payment_came_back")
    for lock, closed in ((NOW.date(), True), (NOW.date() - timedelta(days=1), False)):
        with home.database.begin() as tx:
            connections.change(tx, builder.id, settings=Settings(lock_date=lock))
        if closed:
            with pytest.raises(WrongUse, match="closed up to 2026-11-24"):
                fix(home, ANA, NAME, str(pair_id), "enter_return", values={})
        else:
            assert fix(home, ANA, NAME, str(pair_id), "enter_return", values={}).failures == [str(pair_id)]


def test_a_customer_is_linked_to_one_customer_however_many_failures_have_the_cause(home, failing):
    owners = ("company:1", "company:2", "company:1")
    mine, _, mine_too = failing("no_customer", "INV-1", "INV-2", "INV-3", customers=owners)
    done = fix(home, ANA, NAME, mine, "link_customer", values={"customer": "9"}, all_with_cause=True, preview=True)
    assert done.failures == [mine, mine_too]


def test_a_contact_known_in_two_currencies_is_one_to_choose(home, failing):
    (failure,) = failing("no_customer", "INV-1")
    ana = Customer("contact:45", name="Ana")
    with home.database.begin() as tx:
        company = lookup.connection(tx, NAME)
        rows = [Row(Kind.CUSTOMER, one.id, 1, one) for one in (ana, derived(ana, "EUR", "USD"))]
        mirror.put(tx, company.id, Side.CRM, rows, NOW)
        offered = Shelf(tx, company).choices("choose_contact", Kind.INVOICE, Story())
    assert [one.value for one in offered] == ["contact:45"]
    for chosen in ("contact:45", "contact:45 EUR"):
        fix(home, ANA, NAME, failure, "choose_contact", values={"contact": chosen})
        with home.database.read() as tx:
            assert pairs.load(tx, [int(failure)])[0].pair.choices["choose_contact"] == "contact:45"


def test_a_failure_is_found_by_its_invoices_number(home, failing):
    (failure,) = failing("possible_duplicate", "INV-1")
    assert fix(home, ANA, NAME, "INV-1", "create_anyway", values={}, preview=True).failures == [failure]

"""Fixes: who may do them, which failures they reach, and what the history says of it."""

from decimal import Decimal
from itertools import zip_longest

import pytest
from tests.web.company import NAME, Builder, invoice

from tieout.actions import history, lookup
from tieout.actions.actor import Actor, Forbidden, Role
from tieout.actions.fix import fix
from tieout.actions.language import ENGLISH
from tieout.core.facts import CrmFacts, TaxRate
from tieout.core.records import Kind, State
from tieout.kinds.customer import Customer
from tieout.store import connections
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


def test_a_customer_is_linked_to_one_customer_however_many_failures_have_the_cause(home, failing):
    owners = ("company:1", "company:2", "company:1")
    mine, _, mine_too = failing("no_customer", "INV-1", "INV-2", "INV-3", customers=owners)
    done = fix(home, ANA, NAME, mine, "link_customer", values={"customer": "9"}, all_with_cause=True, preview=True)
    assert done.failures == [mine, mine_too]


def test_a_failure_is_found_by_its_invoices_number(home, failing):
    (failure,) = failing("possible_duplicate", "INV-1")
    assert fix(home, ANA, NAME, "INV-1", "create_anyway", values={}, preview=True).failures == [failure]

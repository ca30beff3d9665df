"""A company pair that rests: what people are told of its records meanwhile, and when one is taken in again."""

import pytest
from tests.web.company import NAME, Builder, invoice

from tieout.actions.actor import Actor, Role
from tieout.actions.invoices import list_invoices
from tieout.actions.overview import overview
from tieout.actions.pause import pause, resume
from tieout.core.records import Kind, State
from tieout.store import connections
from tieout.store.connections import Trouble

ANA = Actor("ana", Role.BOOKKEEPER)
ON_THEIR_WAY = (State.PENDING, State.WAITING, State.RETRYING)


@pytest.fixture
def records(home):
    """An invoice in each state on its way, one in sync, one that needs a person."""
    with home.database.begin() as tx:
        builder = Builder(home, tx)
        for n, state in enumerate((*ON_THEIR_WAY, State.IN_SYNC, State.FAILING)):
            pair_id = builder.pair(Kind.INVOICE, invoice(f"INV-{n}", "company:1", "10.00"), None)
            builder.settle(pair_id, state, "no_customer" if state is State.FAILING else "", days=0)
    return builder.id


def told(home):
    (found,) = [kind.states for kind in overview(home, NAME).kinds if kind.kind is Kind.INVOICE]
    listed = list_invoices(home, NAME)
    assert listed.states == found
    assert {row.state for row in listed.rows} == set(found)
    return found


def test_nothing_is_told_to_be_on_its_way_while_the_pair_is_paused(home, records):
    pause(home, ANA, NAME)
    assert told(home) == {State.IN_SYNC: 1, State.FAILING: 1, State.PAUSED: 3}
    assert [row.number for row in list_invoices(home, NAME, state="paused").rows] == ["INV-2", "INV-1", "INV-0"]
    assert list_invoices(home, NAME, state="pending").rows == ()
    resume(home, ANA, NAME)
    assert told(home) == dict.fromkeys((State.IN_SYNC, *ON_THEIR_WAY, State.FAILING), 1)


def test_nothing_is_told_to_be_on_its_way_while_a_sign_in_has_ended(home, records):
    with home.database.begin() as tx:
        connections.change(tx, records, trouble=Trouble("sign_in_expired", "Connect again."))
    assert told(home)[State.PAUSED] == 3

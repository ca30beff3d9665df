"""The agenda: what is to be decided again, and why."""

import pytest
from tests.store.stage import CONNECTION, NOW, invoice_row

from tieout.core.records import Kind, Side, State
from tieout.kinds.customer import Customer
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Row
from tieout.store import agenda, mirror, pairs
from tieout.store.agenda import UNSETTLED


def put(tx, *ids: str) -> None:
    mirror.put(tx, CONNECTION, Side.CRM, [invoice_row(i) for i in ids], NOW)


def find(tx, id_: str, kind: Kind = Kind.INVOICE, side: Side = Side.CRM) -> pairs.Stored:
    found = pairs.find(tx, CONNECTION, kind, side, id_)
    assert found is not None
    return found


def settle(tx, stored: pairs.Stored, state: State, cause: str = "") -> None:
    pairs.settle(tx, stored, state, cause, pairs.Story(), now=NOW)


def due(tx, *states: State) -> list[str]:
    ids = agenda.to_decide(tx, CONNECTION, Kind.INVOICE, states)
    return [stored.crm_id for stored in pairs.load(tx, ids)]


def test_what_is_new_is_due_shorter_ids_first(tx):
    put(tx, "9", "100", "10")
    assert due(tx) == ["9", "10", "100"]


def test_what_another_record_needs_is_told_apart_until_it_was_decided(tx):
    put(tx, "9", "100", "10")
    assert agenda.to_decide(tx, CONNECTION, Kind.INVOICE, (), needed=True) == []
    agenda.need(tx, CONNECTION, Kind.INVOICE, Side.CRM, ["100", "9"])
    assert agenda.to_decide(tx, CONNECTION, Kind.INVOICE, (), needed=True) == [find(tx, "9").id, find(tx, "100").id]
    settle(tx, find(tx, "9"), State.IN_SYNC)
    assert agenda.to_decide(tx, CONNECTION, Kind.INVOICE, (), needed=True) == [find(tx, "100").id]


@pytest.mark.parametrize("state", list(State))
def test_what_is_unsettled_is_decided_in_every_round_and_what_is_settled_once(tx, state):
    put(tx, "71")
    settle(tx, find(tx, "71"), state)
    assert due(tx) == []
    assert due(tx, state) == ["71"]
    everything = agenda.to_decide(tx, CONNECTION, Kind.INVOICE)
    assert bool(everything) == (state in UNSETTLED)


def test_settings_that_change_have_everything_decided_anew(tx):
    put(tx, "71")
    settle(tx, find(tx, "71"), State.IN_SYNC)
    assert not agenda.is_any_due(tx, CONNECTION)
    agenda.mark_all(tx, CONNECTION)
    assert agenda.is_any_due(tx, CONNECTION)
    assert due(tx) == ["71"]


def test_one_record_can_be_marked_and_one_pair(tx):
    put(tx, "71", "72")
    for id_ in ("71", "72"):
        settle(tx, find(tx, id_), State.IN_SYNC)
    agenda.mark(tx, CONNECTION, Kind.INVOICE, Side.CRM, ["72"])
    assert due(tx) == ["72"]
    agenda.redecide(tx, find(tx, "71").id)
    assert due(tx) == ["71", "72"]


def test_that_a_record_is_needed_is_remembered(tx):
    put(tx, "71")
    agenda.need(tx, CONNECTION, Kind.INVOICE, Side.CRM, ["71"])
    agenda.mark(tx, CONNECTION, Kind.INVOICE, Side.CRM, ["71"])
    assert find(tx, "71").pair.needed


def test_settlements_are_found_by_the_invoice_that_they_pay(tx):
    paid = [Settlement(f"9:{i}", "9", i) for i in ("900", "901")]
    mirror.put(tx, CONNECTION, Side.BOOKS, [Row(Kind.SETTLEMENT, p.id, 1, p) for p in paid], NOW)
    for one in paid:
        settle(tx, find(tx, one.id, Kind.SETTLEMENT, Side.BOOKS), State.EXCLUDED, "invoice_not_synced")
    agenda.mark_by_key(tx, CONNECTION, Kind.SETTLEMENT, Side.BOOKS, "invoice", "901")
    marked = pairs.load(tx, agenda.to_decide(tx, CONNECTION, Kind.SETTLEMENT, ()))
    assert [stored.books_id for stored in marked] == ["9:901"]


def test_records_are_found_by_the_cause_with_which_they_stand(tx):
    put(tx, "71", "72")
    settle(tx, find(tx, "71"), State.FAILING, "no_customer")
    settle(tx, find(tx, "72"), State.FAILING, "no_lines")
    assert agenda.standing(tx, CONNECTION, Kind.INVOICE, Side.CRM, "no_customer") == ["71"]
    assert agenda.standing(tx, CONNECTION, Kind.INVOICE, Side.BOOKS, "no_customer") == []


def test_a_draft_that_only_foresees_a_cause_does_not_stand_with_it(tx):
    put(tx, "71")
    settle(tx, find(tx, "71"), State.DRAFT, "no_customer")
    assert agenda.standing(tx, CONNECTION, Kind.INVOICE, Side.CRM, "no_customer") == []


def test_a_failing_customer_must_show_anew_that_something_needs_it(tx):
    people = [Customer("contact:1", first="Ana"), Customer("contact:2", first="Ben")]
    mirror.put(tx, CONNECTION, Side.CRM, [Row(Kind.CUSTOMER, p.id, 1, p) for p in people], NOW)
    agenda.need(tx, CONNECTION, Kind.CUSTOMER, Side.CRM, [p.id for p in people])
    settle(tx, find(tx, "contact:1", Kind.CUSTOMER), State.FAILING, "duplicate_display_name")
    agenda.forget_needs(tx, CONNECTION)
    needed = [find(tx, p.id, Kind.CUSTOMER).pair.needed for p in people]
    assert needed == [False, True]


def test_another_connection_has_an_agenda_of_its_own(tx):
    put(tx, "71")
    assert agenda.to_decide(tx, CONNECTION + 1, Kind.INVOICE) == []
    assert not agenda.is_any_due(tx, CONNECTION + 1)

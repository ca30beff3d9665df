"""Pairs: one row for each record, one pair for each two, never a double link."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from tests.store.stage import CONNECTION, NOW, invoice_row, undone

from tieout.core.match import Candidate
from tieout.core.merge import Difference
from tieout.core.records import Kind, Side, State
from tieout.kinds.invoice import Invoice
from tieout.remote.rows import Row
from tieout.store import counting, mirror, pairs
from tieout.store.pairs import AlreadyLinked, Refusal, Story
from tieout.store.tables import pair

CRM_IDS, BOOKS_IDS = ("71", "72", "73"), ("1", "2", "3")


def fill(tx, crm=CRM_IDS, books=BOOKS_IDS) -> None:
    mirror.put(tx, CONNECTION, Side.CRM, [invoice_row(i) for i in crm], NOW)
    mirror.put(tx, CONNECTION, Side.BOOKS, [invoice_row(i) for i in books], NOW)


def link(tx, crm_id: str, books_id: str, **more: object) -> int:
    bases = {"crm_base": Invoice(crm_id), "books_base": Invoice(books_id)}
    return pairs.link(
        tx,
        CONNECTION,
        Kind.INVOICE,
        crm_id=crm_id,
        books_id=books_id,
        lines={"c1": "b1"},
        why="by_you",
        now=NOW,
        **(bases | more),
    )


def find(tx, id_: str = "71", side: Side = Side.CRM) -> pairs.Stored:
    found = pairs.find(tx, CONNECTION, Kind.INVOICE, side, id_)
    assert found is not None
    return found


def rows(tx) -> list[tuple[str | None, str | None, bool]]:
    return [(r.crm_id, r.books_id, bool(r.linked_at)) for r in tx.execute(select(pair).order_by(pair.c.id))]


@given(st.lists(st.tuples(st.sampled_from(CRM_IDS), st.sampled_from(BOOKS_IDS)), max_size=12))
def test_whatever_is_linked_in_whatever_order_no_record_has_two_counterparts(shared, wanted):
    partners: dict[str, str] = {}
    with undone(shared) as tx:
        fill(tx)
        for crm_id, books_id in wanted:
            free = crm_id not in partners and books_id not in partners.values()
            if free or partners.get(crm_id) == books_id:
                link(tx, crm_id, books_id)
                partners[crm_id] = books_id
            else:
                with pytest.raises(AlreadyLinked):
                    link(tx, crm_id, books_id)
        standing = rows(tx)
        assert {(crm, books) for crm, books, linked in standing if linked} == set(partners.items())
        assert sorted(crm for crm, _, _ in standing if crm) == sorted(CRM_IDS)
        assert sorted(books for _, books, _ in standing if books) == sorted(BOOKS_IDS)


def test_the_schema_itself_refuses_a_second_pair_for_a_record(tx):
    fill(tx)
    link(tx, "71", "1")
    with pytest.raises(IntegrityError):
        tx.execute(update(pair).where(pair.c.crm_id == "72").values(books_id="1"))


def test_linking_makes_one_row_of_two_with_both_bases_and_the_lines(tx):
    fill(tx, ["71"], ["1"])
    pair_id = link(tx, "71", "1")
    stored = find(tx)
    assert stored == find(tx, "1", Side.BOOKS)
    assert stored.id == pair_id
    assert stored.pair.bond.crm_base == Invoice("71")
    assert stored.pair.bond.books_base == Invoice("1")
    assert stored.pair.bond.lines == {"c1": "b1"}
    assert stored.dirty


def test_linking_keeps_what_a_person_chose_and_forgets_an_old_refusal(tx):
    fill(tx, ["71"], ["1"])
    pairs.choose(tx, find(tx).id, {"create_anyway": "yes"})
    pairs.refuse(tx, find(tx).id, Refusal("digest", "quickbooks_rule", {}, "no"))
    link(tx, "71", "1")
    assert find(tx).pair.choices == {"create_anyway": "yes"}
    assert find(tx).refusal is None


def test_linking_keeps_what_a_person_chose_for_either_record_and_the_hubspot_one_s_word_first(tx):
    fill(tx)
    pairs.choose(tx, find(tx).id, {"create_anyway": "yes"})
    pairs.choose(tx, find(tx, "1", Side.BOOKS).id, {"exclude": "yes", "create_anyway": "no"})
    link(tx, "71", "1")
    assert find(tx).pair.choices == {"exclude": "yes", "create_anyway": "yes"}


def test_a_record_that_was_never_read_can_be_linked_by_its_id(tx):
    fill(tx, ["71"], [])
    link(tx, "71", "99")
    assert find(tx, "99", Side.BOOKS).crm_id == "71"


def test_an_error_names_the_pair_that_is_there(tx):
    fill(tx)
    link(tx, "71", "1")
    with pytest.raises(AlreadyLinked, match=r"invoice 1 is already linked \(HubSpot 71, QuickBooks 1\)") as raised:
        link(tx, "72", "1")
    assert (raised.value.crm_id, raised.value.books_id) == ("71", "1")


def test_bases_move_alone(tx):
    fill(tx, ["71"], ["1"])
    pair_id = link(tx, "71", "1")
    pairs.rebase(tx, pair_id, crm_base=Invoice("71", memo="new"), books_base=Invoice("1", memo="new"))
    bond = find(tx).pair.bond
    assert (bond.crm_base.memo, bond.books_base.memo, bond.lines) == ("new", "new", {"c1": "b1"})
    pairs.rebase(tx, pair_id, crm_base=Invoice("71"), books_base=Invoice("1"), lines={"c2": "b2"})
    assert find(tx).pair.bond.lines == {"c2": "b2"}


def test_a_state_is_kept_with_its_story_and_money_in_minor_units(tx):
    fill(tx, ["71"], [])
    story = Story(
        evidence={"name": "Nova"},
        differences=(Difference("total", "1", "2", Side.BOOKS),),
        candidates=(Candidate("5", "Nova", ("email",)),),
        waits_for=("customer", "company:1"),
    )
    stored = find(tx)
    assert pairs.money(stored) == (1000, "USD")
    pairs.settle(tx, stored, State.HELD, "charge_edited_in_books", story, now=NOW, money=pairs.money(stored))
    found = find(tx)
    assert (found.state, found.cause, found.story, found.dirty) == (State.HELD, "charge_edited_in_books", story, False)
    assert tx.execute(select(pair.c.amount, pair.c.currency)).one() == (1000, "USD")


def test_since_moves_only_with_state_or_cause(tx):
    fill(tx, ["71"], [])
    later, latest = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    pairs.settle(tx, find(tx), State.FAILING, "no_customer", Story(), now=NOW)
    pairs.settle(tx, find(tx), State.FAILING, "no_customer", Story(evidence={"a": "b"}), now=later)
    assert find(tx).since == NOW.isoformat()
    pairs.settle(tx, find(tx), State.FAILING, "no_lines", Story(), now=latest)
    assert find(tx).since == latest.isoformat()


@pytest.mark.parametrize("changed", [{"total": Decimal("0.005")}, {"total": Decimal("1e30")}, {"currency": "XXX"}])
def test_an_amount_that_makes_no_sense_is_no_amount_and_stops_nothing(tx, changed):
    mirror.put(tx, CONNECTION, Side.CRM, [invoice_row("71", **changed)], NOW)
    assert pairs.money(find(tx)) is None


def test_a_choice_has_a_pair_decided_and_tried_again(tx):
    fill(tx, ["71"], [])
    pairs.refuse(tx, find(tx).id, Refusal("digest", "quickbooks_rule", {"a": "b"}, "no"), "2026-02-01")
    assert find(tx).refusal == Refusal("digest", "quickbooks_rule", {"a": "b"}, "no")
    pairs.settle(tx, find(tx), State.IN_SYNC, "", Story(), now=NOW)
    pairs.choose(tx, find(tx).id, {"let_quickbooks_number": "yes"})
    assert (find(tx).refusal, find(tx).dirty) == (None, True)


def test_each_pair_is_counted_once(tx):
    fill(tx)
    link(tx, "71", "1")
    pairs.settle(tx, find(tx), State.IN_SYNC, "", Story(), now=NOW)
    pairs.settle(tx, find(tx, "72"), State.EXCLUDED, "before_start", Story(), now=NOW)
    counted = counting.by_state(tx, CONNECTION)
    assert counted[Kind.INVOICE] == {State.IN_SYNC: 1, State.EXCLUDED: 1, State.PENDING: 3}
    assert sum(counted[Kind.INVOICE].values()) == tx.execute(select(func.count()).select_from(pair)).scalar_one()
    assert counting.with_cause(tx, CONNECTION, Kind.INVOICE, "before_start") == 1


def test_pairs_are_loaded_in_the_order_asked_for_and_without_those_that_are_no_more(tx):
    fill(tx, ["71", "72"], [])
    one, other = find(tx, "71").id, find(tx, "72").id
    assert [s.id for s in pairs.load(tx, [other, 999, one])] == [other, one]


def test_another_connections_pairs_are_never_seen(tx):
    fill(tx, ["71"], ["1"])
    assert pairs.find(tx, CONNECTION + 1, Kind.INVOICE, Side.CRM, "71") is None
    assert pairs.find(tx, CONNECTION, Kind.CUSTOMER, Side.CRM, "71") is None


def test_what_stands_on_the_hubspot_record_is_remembered(tx):
    mirror.put(tx, CONNECTION, Side.CRM, [Row(Kind.INVOICE, "71", 3, Invoice("71"))], NOW)
    pairs.annotated(tx, find(tx).id, {"tieout_state": "In sync"})
    assert find(tx).annotated == {"tieout_state": "In sync"}
    assert find(tx).crm_version == 3


def test_once_a_pair_is_taken_apart_neither_record_is_needed_until_another_says_so(tx):
    fill(tx)
    link(tx, "71", "1")
    tx.execute(update(pair).values(needed=True))
    pairs.part(tx, find(tx), Side.CRM, NOW)
    assert not find(tx).pair.needed
    assert not find(tx, "1", Side.BOOKS).pair.needed

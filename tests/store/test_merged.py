"""Merged records in the store: what stands for them, who they meet, and the pair that lives on."""

import pytest
from sqlalchemy import Connection
from tests.store.stage import CONNECTION, NOW, undone

from tieout.core.match import Candidate
from tieout.core.merged import Merged, MergedOf
from tieout.core.plan import Reservations
from tieout.core.questions import Linked, LinkOf
from tieout.core.records import Kind, Side
from tieout.kinds.customer import Customer
from tieout.remote.rows import Row
from tieout.store import merged, mirror, pairs
from tieout.store.answers import answer
from tieout.store.pairs import AlreadyLinked, Stored

PAIRED = {"company:1": "5", "company:2": "6"}


def customer(id_: str) -> Row:
    return Row(Kind.CUSTOMER, id_, 1, Customer(id_, name=f"Name of {id_}"))


def became(id_: str, into: str, version: int = 9) -> Row:
    return Row(Kind.CUSTOMER, id_, version, None, "merged", into)


def paired(tx: Connection) -> None:
    """Two companies, each linked to a customer of its own."""
    for crm_id, books_id in PAIRED.items():
        mirror.put(tx, CONNECTION, Side.CRM, [customer(crm_id)], NOW)
        mirror.put(tx, CONNECTION, Side.BOOKS, [customer(books_id)], NOW)
        pairs.link(
            tx,
            CONNECTION,
            Kind.CUSTOMER,
            crm_id=crm_id,
            books_id=books_id,
            crm_base=Customer(crm_id),
            books_base=Customer(books_id),
            lines={},
            why="by_you",
            now=NOW,
        )


def of(tx: Connection, side: Side, id_: str) -> Stored:
    found = pairs.find(tx, CONNECTION, Kind.CUSTOMER, side, id_)
    assert found is not None
    return found


def link_of(tx: Connection, side: Side, id_: str) -> Linked:
    question = LinkOf(Kind.CUSTOMER, side, id_)
    reply = answer(tx, CONNECTION, [question], Reservations())[question]
    assert isinstance(reply, Linked)
    return reply


def merge_in_hubspot(tx: Connection) -> None:
    """Both companies became a third."""
    rows = [customer("company:3"), became("company:1", "company:3"), became("company:2", "company:3")]
    mirror.put(tx, CONNECTION, Side.CRM, rows, NOW)


def test_a_record_is_followed_through_all_its_merges(shared):
    with undone(shared) as tx:
        mirror.put(tx, CONNECTION, Side.BOOKS, [became("5", "6"), became("6", "7"), customer("7")], NOW)
        found = merged.heirs(tx, CONNECTION, Kind.CUSTOMER, Side.BOOKS, ["5", "6", "7", "8"])
        assert found == {"5": "7", "6": "7"}
        assert merged.former(tx, CONNECTION, Kind.CUSTOMER, Side.BOOKS, "7") == {"5", "6"}


def test_records_that_were_merged_in_a_circle_come_to_an_end(shared):
    with undone(shared) as tx:
        mirror.put(tx, CONNECTION, Side.BOOKS, [became("5", "6"), became("6", "5")], NOW)
        assert merged.heirs(tx, CONNECTION, Kind.CUSTOMER, Side.BOOKS, ["5"]) == {}
        assert merged.former(tx, CONNECTION, Kind.CUSTOMER, Side.BOOKS, "5") == {"6"}


def test_what_was_merged_is_not_told_as_deleted_afterwards(shared):
    with undone(shared) as tx:
        mirror.put(tx, CONNECTION, Side.BOOKS, [became("5", "6")], NOW)
        mirror.put(tx, CONNECTION, Side.BOOKS, [Row(Kind.CUSTOMER, "5", 99, None, "deleted")], NOW)
        assert merged.heirs(tx, CONNECTION, Kind.CUSTOMER, Side.BOOKS, ["5"]) == {"5": "6"}


def test_two_that_became_one_each_keep_their_customer_and_one_of_them_asks(shared):
    with undone(shared) as tx:
        paired(tx)
        merge_in_hubspot(tx)
        rivals = (Candidate("5", "Name of 5"), Candidate("6", "Name of 6"))
        for (crm_id, books_id), asks in zip(PAIRED.items(), (True, False), strict=True):
            question = MergedOf(Kind.CUSTOMER, crm_id, books_id)
            found = merged.answer(tx, CONNECTION, question)
            assert found == Merged("company:3", books_id, label=f"Name of {books_id}", rivals=rivals, asks=asks)
            assert link_of(tx, Side.CRM, crm_id) == Linked(
                books_id, crm_id, label=f"Name of {books_id}", into="company:3"
            )
            assert link_of(tx, Side.BOOKS, books_id).other == "company:3"
        assert link_of(tx, Side.CRM, "company:3").other == ""


def test_a_pair_that_lives_on_is_found_by_its_old_record_too(shared):
    with undone(shared) as tx:
        paired(tx)
        merge_in_hubspot(tx)
        merged.take_over(tx, of(tx, Side.CRM, "company:1"), "company:3", "5", NOW)
        now = of(tx, Side.CRM, "company:3")
        assert (now.books_id, now.pair.bond.crm_base.id) == ("5", "company:3")
        assert pairs.find(tx, CONNECTION, Kind.CUSTOMER, Side.CRM, "company:1") is None
        assert link_of(tx, Side.CRM, "company:1").other == "5"
        assert link_of(tx, Side.CRM, "company:2").other == "6", "its invoices go on there"
        assert merged.answer(tx, CONNECTION, MergedOf(Kind.CUSTOMER, "company:2", "6")).crm_with == "5"


def test_where_the_merged_one_kept_its_id_two_pairs_change_places(shared):
    with undone(shared) as tx:
        paired(tx)
        mirror.put(tx, CONNECTION, Side.CRM, [became("company:2", "company:1")], NOW)
        merged.take_over(tx, of(tx, Side.CRM, "company:2"), "company:1", "6", NOW)
        assert of(tx, Side.CRM, "company:1").books_id == "6"
        left = of(tx, Side.BOOKS, "5")
        assert (left.crm_id, left.pair.bond.crm_base.id) == ("company:2", "company:2")


def test_a_pair_takes_no_customer_that_belongs_to_another(shared):
    with undone(shared) as tx:
        paired(tx)
        mirror.put(tx, CONNECTION, Side.BOOKS, [became("6", "5")], NOW)
        assert link_of(tx, Side.CRM, "company:2").other == "5"
        with pytest.raises(AlreadyLinked):
            merged.take_over(tx, of(tx, Side.BOOKS, "6"), "company:2", "5", NOW)


def test_a_pair_that_may_not_live_on_leaves_both_as_they_were(shared):
    with undone(shared) as tx:
        paired(tx)
        mirror.put(tx, CONNECTION, Side.CRM, [became("company:2", "company:1")], NOW)
        before = [of(tx, Side.BOOKS, id_).crm_id for id_ in PAIRED.values()]
        with pytest.raises(AlreadyLinked):
            merged.take_over(tx, of(tx, Side.CRM, "company:2"), "company:1", "5", NOW)
        assert [of(tx, Side.BOOKS, id_).crm_id for id_ in PAIRED.values()] == before


def test_a_pair_that_shares_the_customer_of_another_goes_on_sharing_it_when_its_company_is_merged(shared):
    with undone(shared) as tx:
        paired(tx)
        mirror.put(tx, CONNECTION, Side.BOOKS, [became("6", "5")], NOW)
        pairs.choose(tx, of(tx, Side.BOOKS, "6").id, {"share_customer": "5"})
        mirror.put(tx, CONNECTION, Side.CRM, [became("company:2", "company:3")], NOW)
        merged.take_over(tx, of(tx, Side.BOOKS, "6"), "company:3", "6", NOW)
        now = of(tx, Side.CRM, "company:3")
        assert dict(now.pair.choices) == {"share_customer": "5"}
        assert link_of(tx, Side.CRM, "company:3").other == "5"


def test_what_a_person_left_out_is_not_followed(shared):
    with undone(shared) as tx:
        paired(tx)
        pairs.choose(tx, of(tx, Side.CRM, "company:1").id, {"exclude": "ana"})
        merge_in_hubspot(tx)
        assert link_of(tx, Side.CRM, "company:1").own == ""

"""The mirror is monotone: in whatever order rows arrive, the newest stands."""

from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select
from tests.store.stage import CONNECTION, NOW, gone_row, invoice_row, opened

from tieout.core.records import Key, Kind, Side, State
from tieout.kinds.customer import Customer
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Batch, KeyRow, Row, Unreadable
from tieout.store import agenda, mirror, pairs
from tieout.store.tables import key_row, match_key, pair, raw

IDS = ("1", "2", "3")
rows = st.builds(
    lambda id_, version, total, gone: (
        gone_row(id_, version) if gone else invoice_row(id_, version, total=Decimal(total))
    ),
    st.sampled_from(IDS),
    st.integers(1, 6),
    st.integers(1, 3),
    st.sampled_from((False, False, True)),
)


class Mirror(RuleBasedStateMachine):
    """Rows of any version in any order, in batches that may hold one record twice, beside a model of a dictionary."""

    @initialize()
    def open(self) -> None:
        self._opened = opened()
        self.database = self._opened.__enter__()
        self.model: dict[str, Row] = {}

    @rule(batch=st.lists(rows, max_size=5), side=st.just(Side.BOOKS))
    def arrive(self, batch: list[Row], side: Side) -> None:
        newest: dict[str, Row] = {}
        for row in batch:
            if row.id not in newest or row.version >= newest[row.id].version:
                newest[row.id] = row
        changed = 0
        for row in newest.values():
            held = self.model.get(row.id)
            if held is None:
                self.model[row.id] = row
                changed += 1
            elif row.version >= held.version:
                changed += (row.record, row.gone) != (held.record, held.gone)
                self.model[row.id] = row
        with self.database.begin() as tx:
            assert mirror.put(tx, CONNECTION, side, batch, NOW) == changed

    @rule(id_=st.sampled_from(IDS), version=st.integers(1, 8))
    def our_own_write_moves_the_version(self, id_: str, version: int) -> None:
        with self.database.begin() as tx:
            mirror.raise_version(tx, CONNECTION, Side.BOOKS, Kind.INVOICE, id_, version)
        held = self.model.get(id_)
        if held is not None and held.version < version:
            self.model[id_] = Row(held.kind, id_, version, held.record, held.gone)

    @invariant()
    def the_newest_stands(self) -> None:
        standing = {id_: row for id_, row in self.model.items() if row.record is not None}
        with self.database.read() as tx:
            assert mirror.ids(tx, CONNECTION, Side.BOOKS, Kind.INVOICE) == set(standing)
            for id_ in IDS:
                want = standing[id_].record if id_ in standing else None
                assert mirror.get(tx, CONNECTION, Side.BOOKS, Kind.INVOICE, id_) == want
            assert versions(tx, IDS) == {id_: row.version for id_, row in standing.items()}

    @invariant()
    def each_standing_record_has_one_pair_and_its_keys(self) -> None:
        standing = {id_ for id_, row in self.model.items() if row.record is not None}
        with self.database.read() as tx:
            assert sorted(tx.execute(select(pair.c.books_id)).scalars()) == sorted(standing)
            numbers = select(match_key.c.id).where(match_key.c.name == "number")
            assert sorted(tx.execute(numbers).scalars()) == sorted(standing)

    def teardown(self) -> None:
        self._opened.__exit__(None, None, None)


TestMirror = Mirror.TestCase
TestMirror.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)


def versions(tx, ids) -> dict[str, int]:
    return {row.id: row.version for row in mirror.rows(tx, CONNECTION, Side.BOOKS, Kind.INVOICE, ids)}


def count(tx, table) -> int:
    return tx.execute(select(func.count()).select_from(table)).scalar_one()


def put(tx, *found: Row, side: Side = Side.BOOKS) -> int:
    return mirror.put(tx, CONNECTION, side, found, NOW)


def total(tx, id_: str = "1") -> Decimal | None:
    found = mirror.get(tx, CONNECTION, Side.BOOKS, Kind.INVOICE, id_)
    return None if found is None else found.total


def test_an_echo_of_what_is_held_changes_nothing_and_has_nothing_decided(tx):
    assert put(tx, invoice_row("1")) == 1
    stored = pairs.find(tx, CONNECTION, Kind.INVOICE, Side.BOOKS, "1")
    pairs.settle(tx, stored, State.IN_SYNC, "", pairs.Story(), now=NOW)
    assert put(tx, invoice_row("1", 2)) == 0
    assert agenda.to_decide(tx, CONNECTION, Kind.INVOICE, ()) == []
    assert versions(tx, ["1"]) == {"1": 2}


def test_a_late_row_is_dropped(tx):
    put(tx, invoice_row("1", 5, total=Decimal(50)))
    assert put(tx, invoice_row("1", 4, total=Decimal(40))) == 0
    assert total(tx) == 50


def test_of_one_record_twice_in_a_batch_the_newer_counts(tx):
    assert put(tx, invoice_row("1", 5, total=Decimal(50)), invoice_row("1", 4, total=Decimal(40))) == 1
    assert total(tx) == 50


def test_a_deletion_that_is_older_than_what_is_held_is_dropped(tx):
    put(tx, invoice_row("1", 5))
    assert put(tx, gone_row("1", 4)) == 0
    assert total(tx) == 10


def test_what_was_gone_before_it_was_seen_does_not_come_back_by_an_older_answer(tx):
    put(tx, gone_row("1", 4))
    assert put(tx, invoice_row("1", 1)) == 0
    assert total(tx) is None


def test_a_record_that_comes_back_stands_again(tx):
    put(tx, invoice_row("1", 1))
    put(tx, gone_row("1", 2))
    assert total(tx) is None
    assert put(tx, invoice_row("1", 3)) == 1
    assert total(tx) == 10
    assert count(tx, pair) == 1


def test_an_unlinked_record_that_goes_leaves_no_pair_and_a_linked_one_is_decided(tx):
    put(tx, invoice_row("1"), invoice_row("2"))
    put(tx, invoice_row("71"), side=Side.CRM)
    here, there = invoice_row("71").record, invoice_row("1").record
    pairs.link(
        tx,
        CONNECTION,
        Kind.INVOICE,
        crm_id="71",
        books_id="1",
        crm_base=here,
        books_base=there,
        lines={},
        why="",
        now=NOW,
    )
    put(tx, gone_row("1", 2, "merged"), gone_row("2", 2))
    stored = pairs.find(tx, CONNECTION, Kind.INVOICE, Side.BOOKS, "1")
    assert stored.pair.gone == {Side.BOOKS: "merged"}
    assert stored.dirty
    assert pairs.find(tx, CONNECTION, Kind.INVOICE, Side.BOOKS, "2") is None


def test_a_hubspot_customer_is_assembled_of_parts_so_that_new_content_counts_whatever_its_version(tx):
    row = Row(Kind.CUSTOMER, "company:1", 9, Customer("company:1", company="Nova"))
    put(tx, row, side=Side.CRM)
    put(tx, Row(Kind.CUSTOMER, "company:1", 5, Customer("company:1", company="Nova Ltd")), side=Side.CRM)
    assert mirror.get(tx, CONNECTION, Side.CRM, Kind.CUSTOMER, "company:1").company == "Nova Ltd"


def pays(tx, version: int, *invoices: str, transaction: str = "9") -> int:
    """Take a whole payment, as a feed brings it."""
    records = [Settlement(f"{transaction}:{id_}", transaction, id_, Decimal(5), "USD") for id_ in invoices]
    rows = tuple(Row(Kind.SETTLEMENT, one.id, version, one, parent=transaction) for one in records)
    batch = Batch(rows, "", wholes=((Kind.SETTLEMENT, transaction, version),))
    return mirror.apply(tx, CONNECTION, Side.BOOKS, batch, NOW)


def settlements(tx) -> set[str]:
    return mirror.ids(tx, CONNECTION, Side.BOOKS, Kind.SETTLEMENT)


def test_what_a_transaction_no_longer_lists_is_gone(tx):
    pays(tx, 1, "1", "2")
    assert pays(tx, 2, "1") == 1
    assert settlements(tx) == {"9:1"}
    assert pays(tx, 1, transaction="8") == 0


def test_a_transaction_read_late_takes_nothing_away_and_brings_nothing_back(tx):
    pays(tx, 2, "1", "2")
    assert pays(tx, 1, "1") == 0
    assert settlements(tx) == {"9:1", "9:2"}
    pays(tx, 3, "1")
    assert pays(tx, 2, "1", "2") == 0
    assert settlements(tx) == {"9:1"}
    pays(tx, 4, "1", "2")
    assert settlements(tx) == {"9:1", "9:2"}


def unreadable(id_: str, version: int = 2, kind: Kind = Kind.INVOICE) -> Batch:
    return Batch((), "", unreadable=(Unreadable(kind, id_, version, b"{", "'ten' is not a number."),))


def test_a_row_that_makes_no_sense_is_kept_raw_beside_what_was_known(tx):
    put(tx, invoice_row("1"))
    mirror.apply(tx, CONNECTION, Side.BOOKS, unreadable("1"), NOW)
    assert pairs.find(tx, CONNECTION, Kind.INVOICE, Side.BOOKS, "1").unreadable == "'ten' is not a number."
    assert total(tx) == 10


@pytest.mark.parametrize("now_reads", [invoice_row("1", 3), invoice_row("1", 3, total=Decimal(11)), gone_row("1", 3)])
def test_once_it_reads_again_also_as_before_the_raw_row_is_forgotten(tx, now_reads):
    put(tx, invoice_row("1"))
    mirror.apply(tx, CONNECTION, Side.BOOKS, unreadable("1"), NOW)
    put(tx, now_reads)
    assert count(tx, raw) == 0


def test_what_never_made_sense_and_is_deleted_is_forgotten(tx):
    mirror.apply(tx, CONNECTION, Side.BOOKS, unreadable("1"), NOW)
    put(tx, gone_row("1", 3))
    assert count(tx, raw) == 0


def test_an_older_version_that_reads_does_not_hide_that_the_newest_does_not(tx):
    mirror.apply(tx, CONNECTION, Side.BOOKS, unreadable("1", 2), NOW)
    put(tx, invoice_row("1", 1))
    assert count(tx, raw) == 1
    put(tx, invoice_row("1", 2))
    assert count(tx, raw) == 0


@pytest.mark.parametrize("invoices", [(), ("1",)])
def test_a_payment_that_reads_again_is_forgotten_raw_whatever_it_pays(tx, invoices):
    mirror.apply(tx, CONNECTION, Side.BOOKS, unreadable("9", 2, Kind.SETTLEMENT), NOW)
    pays(tx, 1, *invoices)
    assert count(tx, raw) == 1
    pays(tx, 3, *invoices)
    assert count(tx, raw) == 0


@pytest.mark.parametrize(("list_", "kind"), [("vendor", Kind.CUSTOMER), ("credit_memo", Kind.INVOICE)])
def test_a_name_or_form_that_reads_again_is_forgotten_raw(tx, list_, kind):
    mirror.apply(tx, CONNECTION, Side.BOOKS, unreadable("9", 2, kind), NOW)
    mirror.apply(tx, CONNECTION, Side.BOOKS, Batch((), "", keys=(KeyRow(list_, "9", 3, "Bo", ()),)), NOW)
    assert count(tx, raw) == 0


def holder(id_: str, version: int, name: str) -> KeyRow:
    return KeyRow("vendor", id_, version, name, (Key("display_name", name),) if name else ())


def held_names(tx) -> list[str]:
    return sorted(tx.execute(select(match_key.c.value).where(match_key.c.kind == "vendor")).scalars())


def test_names_of_vendors_are_kept_as_keys_the_newest_of_each(tx):
    mirror.apply(tx, CONNECTION, Side.BOOKS, Batch((), "", keys=(holder("1", 2, "bo"), holder("2", 1, "li"))), NOW)
    mirror.apply(tx, CONNECTION, Side.BOOKS, Batch((), "", keys=(holder("1", 1, "old"), holder("2", 2, "lu"))), NOW)
    assert held_names(tx) == ["bo", "lu"]


def test_a_vendor_twice_in_a_batch_holds_its_newest_name_only(tx):
    mirror.apply(tx, CONNECTION, Side.BOOKS, Batch((), "", keys=(holder("1", 3, "new"), holder("1", 2, "old"))), NOW)
    assert held_names(tx) == ["new"]


def test_a_deleted_vendor_holds_no_name_any_more(tx):
    mirror.apply(tx, CONNECTION, Side.BOOKS, Batch((), "", keys=(holder("1", 1, "bo"),)), NOW)
    mirror.apply(tx, CONNECTION, Side.BOOKS, Batch((), "", keys=(holder("1", 2, ""),)), NOW)
    assert held_names(tx) == []
    assert count(tx, key_row) == 1


def test_a_record_that_shares_a_key_has_its_candidates_decided_again(tx):
    ana = Customer("contact:1", email="ana@nova.example")
    put(tx, Row(Kind.CUSTOMER, ana.id, 1, ana), side=Side.CRM)
    stored = pairs.find(tx, CONNECTION, Kind.CUSTOMER, Side.CRM, ana.id)
    pairs.settle(tx, stored, State.EXCLUDED, "not_needed", pairs.Story(), now=NOW)
    put(tx, Row(Kind.CUSTOMER, "5", 1, Customer("5", name="Other", email="ben@nova.example")))
    put(tx, Row(Kind.CUSTOMER, "6", 1, Customer("6", name="Nova", email="Ana@nova.example")))
    assert stored.id in agenda.to_decide(tx, CONNECTION, Kind.CUSTOMER, ())

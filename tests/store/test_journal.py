"""The journal: every write is here before it is sent, and a pass given up for dead writes nothing any more."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from tests.store.stage import CONNECTION, NOW, opened

from tieout.core.records import Kind, Side
from tieout.kinds.invoice import Invoice
from tieout.remote.outcomes import Fault
from tieout.remote.rows import Row
from tieout.remote.side import Operation, Unit
from tieout.store import connections, journal
from tieout.store.codec import decode
from tieout.store.journal import DONE, DROPPED, PLANNED, REFUSED, SENT, UNKNOWN, Entry, Result, StaleEpoch
from tieout.store.tables import operation, unit

OPEN = (PLANNED, SENT, UNKNOWN)


def entry(id_: str, pair: int = 1, verb: str = "create") -> Entry:
    record = Invoice("", number=id_)
    return Entry(
        Operation(id_, Kind.INVOICE, verb, record=record),
        pair,
        Side.BOOKS,
        PLANNED,
        "",
        Row(Kind.INVOICE, "71", 1, Invoice("71")),
        ("total",),
    )


def plan(tx, *entries: Entry, epoch: int = 1) -> None:
    journal.plan(tx, CONNECTION, Side.BOOKS, entries, epoch=epoch, who="tieout", now=NOW)


def seal(tx, id_: str, *members: str, now=NOW) -> Unit:
    sealed = Unit(id_, "POST", "/v3/company/2/batch", b"\x00 exact bytes", members, "2026")
    journal.seal(tx, CONNECTION, Side.BOOKS, [sealed], now=now)
    return sealed


def end(tx, id_: str, state: str, result: Result | None = None, pass_id: int = 1) -> None:
    journal.end(tx, id_, state, result or Result(), pass_id=pass_id, now=NOW)


def states(tx) -> dict[str, str]:
    return {row.id: row.state for row in tx.execute(select(operation.c.id, operation.c.state))}


class Journal(RuleBasedStateMachine):
    """Plans, sends, lost answers, resends, endings and deaths of passes in any order, beside a model."""

    @initialize()
    def open(self) -> None:
        self._opened = opened()
        self.database = self._opened.__enter__()
        self.state: dict[str, str] = {}
        self.unit_of: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.epoch = 0
        self.begin_pass()

    @rule()
    def begin_pass(self) -> None:
        with self.database.begin() as tx:
            self.epoch, self.pass_id = connections.begin_pass(tx, CONNECTION, NOW)
            journal.drop_planned(tx, CONNECTION, pass_id=self.pass_id, now=NOW)
        self.state = {i: DROPPED if s == PLANNED else s for i, s in self.state.items()}

    @rule(count=st.integers(1, 3))
    def plan(self, count: int) -> None:
        new = [f"op{len(self.state) + n}" for n in range(count)]
        with self.database.begin() as tx:
            journal.check_epoch(tx, CONNECTION, self.epoch)
            plan(tx, *(entry(i, len(self.state) + n) for n, i in enumerate(new)), epoch=self.epoch)
        self.state |= dict.fromkeys(new, PLANNED)

    @precondition(lambda self: PLANNED in self.state.values())
    @rule()
    def send(self) -> None:
        members = [i for i, s in self.state.items() if s == PLANNED]
        name = f"unit{len(self.units)}"
        with self.database.begin() as tx:
            seal(tx, name, *members, now=NOW + timedelta(seconds=len(self.units)))
        self.units[name] = SENT
        self.state |= dict.fromkeys(members, SENT)
        self.unit_of |= dict.fromkeys(members, name)

    @precondition(lambda self: SENT in self.units.values())
    @rule(data=st.data(), state=st.sampled_from((DONE, UNKNOWN)))
    def the_answer_comes_or_is_lost(self, data: st.DataObject, state: str) -> None:
        name = data.draw(st.sampled_from([u for u, s in self.units.items() if s == SENT]))
        with self.database.begin() as tx:
            journal.end_unit(tx, name, state)
            for i in self.members(name, SENT):
                if state == DONE:
                    self.state[i] = data.draw(st.sampled_from((DONE, REFUSED)))
                    end(tx, i, self.state[i], pass_id=self.pass_id)
                else:
                    self.state[i] = UNKNOWN
        self.units[name] = state

    @precondition(lambda self: UNKNOWN in self.units.values())
    @rule(data=st.data())
    def an_unknown_unit_goes_out_once_more(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([u for u, s in self.units.items() if s == UNKNOWN]))
        with self.database.begin() as tx:
            journal.sent_again(tx, name, NOW)
        self.units[name] = SENT
        self.state |= dict.fromkeys(self.members(name, UNKNOWN), SENT)

    @precondition(lambda self: UNKNOWN in self.units.values())
    @rule(data=st.data())
    def some_are_found_and_the_missing_are_decided_anew(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([u for u, s in self.units.items() if s == UNKNOWN]))
        members = self.members(name, UNKNOWN)
        missing = data.draw(st.lists(st.sampled_from(members), unique=True)) if members else []
        with self.database.begin() as tx:
            for i in members:
                self.state[i] = DROPPED if i in missing else DONE
                end(tx, i, self.state[i], pass_id=self.pass_id)
            journal.end_unit(tx, name, DONE)
        self.units[name] = DONE

    def members(self, name: str, state: str) -> list[str]:
        return [i for i, u in self.unit_of.items() if u == name and self.state[i] == state]

    @invariant()
    def the_journal_says_where_everything_stands(self) -> None:
        with self.database.read() as tx:
            assert states(tx) == self.state
            known = {row.id: row.state for row in tx.execute(select(unit.c.id, unit.c.state))}
            assert known == self.units
            open_units = [u for u, s in self.units.items() if s in (SENT, UNKNOWN)]
            assert sorted(u.id for _, u, _, _ in journal.open_units(tx, CONNECTION)) == sorted(open_units)

    @invariant()
    def what_is_open_is_not_decided_and_its_names_are_spoken_for(self) -> None:
        unended = {i for i, s in self.state.items() if s in OPEN}
        with self.database.read() as tx:
            assert len(journal.open_pairs(tx, CONNECTION)) == len(unended)
            assert {e.operation.id for e in journal.open_creations(tx, CONNECTION)} == unended

    @invariant()
    def only_the_newest_pass_may_write(self) -> None:
        with self.database.read() as tx:
            journal.check_epoch(tx, CONNECTION, self.epoch)
            for old in (self.epoch - 1, self.epoch + 1):
                with pytest.raises(StaleEpoch):
                    journal.check_epoch(tx, CONNECTION, old)

    def teardown(self) -> None:
        self._opened.__exit__(None, None, None)


TestJournal = Journal.TestCase
TestJournal.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)


def test_an_overtaken_pass_is_refused_with_both_numbers(tx):
    old, _ = connections.begin_pass(tx, CONNECTION, NOW)
    new, _ = connections.begin_pass(tx, CONNECTION, NOW)
    with pytest.raises(StaleEpoch, match=f"Pass {old} was overtaken by pass {new}"):
        journal.check_epoch(tx, CONNECTION, old)


def test_a_refused_pass_leaves_nothing_behind(database):
    def overtaken() -> None:
        with database.begin() as tx:
            plan(tx, entry("a"), epoch=0)
            journal.check_epoch(tx, CONNECTION, 0)

    with database.begin() as tx:
        connections.begin_pass(tx, CONNECTION, NOW)
    with pytest.raises(StaleEpoch):
        overtaken()
    with database.read() as tx:
        assert states(tx) == {}


def test_what_is_planned_reads_back_whole_in_the_order_asked_for(tx):
    plan(tx, entry("a", 1), entry("b", 2))
    assert journal.entries(tx, ["b", "a"]) == [entry("b", 2), entry("a", 1)]


def test_planned_operations_die_with_their_pass_and_sent_ones_survive(tx):
    plan(tx, entry("a", 1), entry("b", 2))
    seal(tx, "u", "b")
    journal.drop_planned(tx, CONNECTION, pass_id=2, now=NOW)
    assert states(tx) == {"a": DROPPED, "b": SENT}
    assert journal.open_pairs(tx, CONNECTION) == {2}


def test_a_unit_keeps_its_exact_bytes_and_goes_out_again_as_it_was(tx):
    plan(tx, entry("a"))
    sealed = seal(tx, "u", "a")
    journal.end_unit(tx, "u", UNKNOWN)
    ((side, kept, state, sent_at),) = journal.open_units(tx, CONNECTION)
    assert (side, kept, state, sent_at) == (Side.BOOKS, sealed, UNKNOWN, NOW)
    journal.sent_again(tx, "u", NOW + timedelta(minutes=3))
    ((_, kept, state, sent_at),) = journal.open_units(tx, CONNECTION)
    assert (kept, state, sent_at) == (sealed, SENT, NOW + timedelta(minutes=3))
    assert tx.execute(select(unit.c.sends)).scalar_one() == 2


def test_an_unknown_unit_spares_members_that_have_already_ended(tx):
    plan(tx, entry("a", 1), entry("b", 2))
    seal(tx, "u", "a", "b")
    end(tx, "a", DONE)
    journal.end_unit(tx, "u", UNKNOWN)
    assert states(tx) == {"a": DONE, "b": UNKNOWN}


def test_open_units_come_oldest_first(tx):
    plan(tx, entry("a", 1), entry("b", 2))
    seal(tx, "late", "a", now=NOW + timedelta(seconds=1))
    seal(tx, "early", "b", now=NOW)
    assert [u.id for _, u, _, _ in journal.open_units(tx, CONNECTION)] == ["early", "late"]


def test_how_an_operation_ended_is_kept(tx):
    plan(tx, entry("a"))
    result = Result(
        "900", fault=Fault("6000", "quickbooks_rule", "person", "no", {"tid": "1"}), losers={"phone": ("1", "2026")}
    )
    end(tx, "a", REFUSED, result)
    row = tx.execute(select(operation)).one()
    assert decode(row.result, Result) == result
    assert (row.state, row.ended_pass, row.ended_at) == (REFUSED, 1, NOW.isoformat())


def test_what_was_done_is_counted_by_side_and_verb_since_a_pass(tx):
    plan(tx, entry("a", 1), entry("b", 2), entry("c", 3, "update"), entry("d", 4))
    end(tx, "a", DONE, pass_id=1)
    end(tx, "b", DONE, pass_id=2)
    end(tx, "c", DONE, pass_id=2)
    end(tx, "d", REFUSED, pass_id=2)
    assert journal.done_since(tx, CONNECTION, 1) == {(Side.BOOKS, "create"): 1, (Side.BOOKS, "update"): 1}

"""Deciding is total and comes to rest, for every kind and every combination of what it rests on."""

from string import Formatter
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.kinds import worlds

from tieout.core.causes import CAUSES, REASONS
from tieout.core.decide import (
    Accept,
    Bond,
    Broken,
    Create,
    Decision,
    Draft,
    Exclude,
    Fail,
    Hold,
    Link,
    Nothing,
    Pair,
    Update,
    Void,
    Wait,
    decide,
    signature,
)
from tieout.core.questions import HolderOf, Holders
from tieout.core.records import Kind, Side
from tieout.kinds import charge
from tieout.kinds.copy_rules import is_copy
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.owner import OWED
from tieout.kinds.rules import RULES

kinds = pytest.mark.parametrize("kind", list(Kind))
DECISIONS = get_args(Decision)
ON_DIFFERENCES = ("leave_both", "put_back", "restore_copy", "use_hubspot", "use_quickbooks")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def told(cause: str, evidence) -> None:
    """A cause is in the catalogue, and the evidence has all that its explanation mentions."""
    assert placeholders(CAUSES[cause].explanation) <= set(evidence) | {"text"}
    assert all(isinstance(value, str) for value in evidence.values())


def check(decision: Decision, pair: Pair, answers) -> None:
    """What every decision promises."""
    match decision:
        case Fail(cause=cause, evidence=evidence) | Hold(cause=cause, evidence=evidence):
            told(cause, evidence)
        case Broken(cause=cause, side=side):
            told(cause, {})
            assert pair.gone[side]
        case Draft(problems=problems):
            for problem in problems:
                told(problem.cause, problem.evidence)
        case Exclude(reason=reason):
            assert reason in REASONS
        case Wait(kind=kind, id=id_, reason=reason):
            assert id_
            assert reason in ("dependency", "review")
            assert kind in Kind
        case Create(side=side, record=record, reserves=reserves):
            assert pair.bond is None
            assert type(record) is type(pair.crm or pair.books)
            assert (pair.crm if side is Side.BOOKS else pair.books) is not None
            for key in reserves:
                held = answers.get(HolderOf(key))
                assert held in (None, Holders())
        case Update(changes=changes):
            assert pair.bond is not None
            assert changes
            assert all(change.fields for change in changes)
            written = [(change.side, field) for change in changes for field in change.fields]
            assert len(set(written)) == len(written)
            if pair.kind is not Kind.CUSTOMER or len(pair.crm.parts) < 2:
                assert len({change.side for change in changes}) == len(changes)
        case Accept(differences=differences):
            assert differences
        case Link(other=other, why=why):
            assert pair.bond is None
            assert other
            assert why
        case Nothing() | Void():
            assert pair.bond is not None


def answering(data):
    return lambda question: data.draw(worlds.reply_to(question))


@kinds
@given(data=st.data(), world=worlds.worlds)
def test_everything_that_can_stand_before_us_gets_exactly_one_decision(kind, data, world):
    pair, rules = data.draw(worlds.pairs(kind)), RULES[kind]
    answers = worlds.answered(rules, pair, world, answering(data), {})
    decision = decide(rules, pair, world, answers)
    assert [type(decision)] == [t for t in DECISIONS if isinstance(decision, t)]
    check(decision, pair, answers)
    assert decide(rules, pair, world, answers) == decision


@kinds
@given(data=st.data(), world=worlds.worlds)
def test_what_is_created_agrees_at_once(kind, data, world):
    pair, rules = data.draw(worlds.alone(kind)), RULES[kind]
    answers = worlds.answered(rules, pair, world, answering(data), {})
    decision = decide(rules, pair, world, answers)
    if not isinstance(decision, Create) or made_in_steps(decision):
        return
    made = worlds.akin(kind, decision.record, decision.record)
    if kind is Kind.SETTLEMENT:
        made = msgspec.structs.replace(made, marker="1" * 32)  # whichever side it is on, it bears our mark
    crm, books = (pair.crm, made) if decision.side is Side.BOOKS else (made, pair.books)
    created = Pair(kind, crm, books, Bond(crm, books), pair.choices, pair.needed)
    assert decide(rules, created, world, worlds.answered(rules, created, world, answering(data), answers)) == Nothing()


def made_in_steps(decision: Create) -> bool:
    """Whether it is a company with its person, or a copy with its parts: records of HubSpot's own."""
    return decision.side is Side.CRM and isinstance(decision.record, Customer | Invoice)


@pytest.mark.parametrize("kind", [Kind.CUSTOMER, Kind.INVOICE])
@given(data=st.data(), world=worlds.worlds)
def test_what_hubspot_takes_in_steps_agrees_after_at_most_two_more(kind, data, world):
    record, rules = data.draw(worlds.records[kind]), RULES[kind]
    # Waking a record of QuickBooks' is a write of its own, which a person asks for.
    choices = {name: value for name, value in data.draw(worlds.chosen(kind)).items() if name != "reactivate"}
    pair = Pair(kind, None, record, None, choices, needed=True)
    answers = worlds.answered(rules, pair, world, answering(data), {})
    decision = decide(rules, pair, world, answers)
    if not isinstance(decision, Create):
        return
    assert made_in_steps(decision)
    made = worlds.first_step(decision.record)
    pair = Pair(kind, made, record, Bond(made, record), choices, needed=True)
    for _ in range(2):
        answers = worlds.answered(rules, pair, world, answering(data), answers)
        decision = decide(rules, pair, world, answers)
        if isinstance(decision, Nothing):
            break
        assert isinstance(decision, Update)
        assert {change.side for change in decision.changes} == {Side.CRM}
        pair = worlds.after(rules, pair, decision)
    decision = decide(rules, pair, world, worlds.answered(rules, pair, world, answering(data), answers))
    assert decision == Nothing(moved=(*charge.NAMES, "status") if kind is Kind.INVOICE else ())
    if kind is Kind.INVOICE:
        assert (pair.crm.number, pair.crm.date, pair.crm.total) == (record.number, record.date, record.total)
        assert worlds.summed(pair.crm).total == record.total


@kinds
@given(data=st.data(), world=worlds.worlds)
def test_what_is_updated_comes_to_rest(kind, data, world):
    pair, rules = data.draw(worlds.bound(kind)), RULES[kind]
    answers, writes = {}, []
    for _ in range(5):  # the longest way: whom a copy names, its parts, its total and status, its header
        answers = worlds.answered(rules, pair, world, answering(data), answers)
        decision = decide(rules, pair, world, answers)
        if not isinstance(decision, Update):
            break
        assert decision not in writes
        writes.append(decision)
        pair = worlds.after(rules, pair, decision)
    assert not isinstance(decision, Update)


@kinds
@given(data=st.data(), world=worlds.worlds)
def test_bases_that_advance_without_writing_advance_once(kind, data, world):
    pair, rules = data.draw(worlds.bound(kind)), RULES[kind]
    answers = worlds.answered(rules, pair, world, answering(data), {})
    decision = decide(rules, pair, world, answers)
    if not isinstance(decision, Nothing) or not decision.moved:
        return
    crm_base = rules.advance(pair.bond.crm_base, pair.crm, decision.moved)
    books_base = rules.advance(pair.bond.books_base, pair.books, decision.moved)
    moved = Pair(kind, pair.crm, pair.books, Bond(crm_base, books_base, pair.bond.lines), pair.choices, pair.needed)
    again = decide(rules, moved, world, worlds.answered(rules, moved, world, answering(data), answers))
    # A finished copy takes QuickBooks' charge as its base each time, whether or not it moved.
    agreed = [charge.NAMES, OWED] if kind is Kind.INVOICE and is_copy(pair.crm) else []
    rests = [Nothing(moved=(*names, "status")) for names in agreed] or [Nothing()]
    assert again in rests or "void" in (pair.crm.status, pair.books.status)


def header_moved(pair) -> bool:
    """Whether a field of the invoice's header was changed on either side."""
    sides = ((pair.crm, pair.bond.crm_base), (pair.books, pair.bond.books_base))
    names = [field.name for field in getattr(RULES[pair.kind], "fields", ())]
    return any(getattr(now, name) != getattr(base, name) for now, base in sides for name in names)


@kinds
@given(data=st.data(), world=worlds.worlds)
def test_a_persons_choice_settles_a_difference_and_opens_again_with_it(kind, data, world):
    pair, rules = data.draw(worlds.bound(kind)), RULES[kind]
    answers = worlds.answered(rules, pair, world, answering(data), {})
    held = decide(rules, pair, world, answers)
    if not isinstance(held, Hold) or not held.differences:
        return
    offered = [fix for fix in CAUSES[held.cause].fixes if fix in ON_DIFFERENCES]
    fix = data.draw(st.sampled_from(offered))
    chosen = Pair(
        kind, pair.crm, pair.books, pair.bond, {**pair.choices, fix: signature(held.differences)}, pair.needed
    )
    answers = worlds.answered(rules, chosen, world, answering(data), answers)
    settled = decide(rules, chosen, world, answers)
    if held.cause != "please_decide" and fix == "leave_both" and header_moved(pair):
        # What is left as it is concerns the charge alone; the header is merged as ever.
        assert not isinstance(settled, Hold) or settled.cause == "please_decide"
    else:
        assert not isinstance(settled, Hold)
        assert isinstance(settled, Accept) == (fix == "leave_both")
    stale = Pair(kind, pair.crm, pair.books, pair.bond, {**pair.choices, fix: "another difference"}, pair.needed)
    assert decide(rules, stale, world, answers) == held


@kinds
@given(data=st.data(), world=worlds.worlds)
def test_what_a_person_left_out_stays_out_whatever_it_is(kind, data, world):
    pair = data.draw(worlds.pairs(kind))
    left = Pair(kind, pair.crm, pair.books, pair.bond, {"exclude": "yes"}, pair.needed, pair.gone)
    assert decide(RULES[kind], left, world, {}) == Exclude("by_you")


@kinds
@given(data=st.data(), world=worlds.worlds)
def test_a_linked_record_that_is_gone_is_never_made_again(kind, data, world):
    pair, rules = data.draw(worlds.broken_pairs(kind)), RULES[kind]
    answers = worlds.answered(rules, pair, world, answering(data), {})
    assert not isinstance(decide(rules, pair, world, answers), Create | Update | Link)


@kinds
@given(data=st.data(), world=worlds.worlds)
def test_a_link_is_at_rest_or_asks_but_writes_nothing(kind, data, world):
    rules = RULES[kind]
    crm = data.draw(worlds.records[kind])
    if kind is Kind.CUSTOMER:
        crm = structs.replace(crm, marker="")  # a company of our making gets its person, whatever it is linked to
    books = data.draw(worlds.records[kind] if kind is not Kind.INVOICE else worlds.invoices("b"))
    linked = Pair(kind, crm, books, Bond(crm, books))
    answers = worlds.answered(rules, linked, world, answering(data), {})
    decision = decide(rules, linked, world, answers)
    assert isinstance(decision, Nothing | Hold | Void | Fail)

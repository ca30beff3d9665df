"""Deciding: every record that may have changed gets a decision, and with it a state or planned operations."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection

from tieout.core.decide import (
    Accept,
    Broken,
    Create,
    Decision,
    Draft,
    Exclude,
    Fail,
    Hold,
    Link,
    Nothing,
    Update,
    Void,
    Wait,
    World,
    decide,
)
from tieout.core.merge import Difference
from tieout.core.merged import TakeOver
from tieout.core.questions import Answers, ItemOf, Linked
from tieout.core.records import Kind, Side, State
from tieout.core.undoing import NotUndone
from tieout.engine import currency, merging, undoing
from tieout.engine.asking import ask, digest
from tieout.engine.work import Work
from tieout.kinds.currency import parted, whole
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.issuer import ISSUER, presumed
from tieout.kinds.item import Item
from tieout.kinds.rules import RULES, decided
from tieout.remote.rows import Record, Row
from tieout.remote.side import Operation
from tieout.store import agenda, connections, journal, mirror, pairs
from tieout.store.journal import Entry
from tieout.store.pairs import Stored, Story

_CHUNK = 100

Needed = tuple[Side, Kind, str]
"""A record that another one waits for, by its id on one side."""


class Planned(msgspec.Struct, frozen=True):
    """An operation that a decision asks for, with the digest of what the decision rested on."""

    side: Side
    entry: Entry
    inputs: str


def decide_kind(
    work: Work, kind: Kind, states: Sequence[State] | None = None, *, needed: bool = False
) -> Iterator[list[Planned]]:
    """Decide what is due of one kind, write down states and links, and journal the operations that follow.

    Yields a chunk at a time, so that what a large first sync writes is never in memory as a whole.
    states: only the dirty ones and those in these states; None = all unsettled ones. needed: of these, only what
    another record needs.
    """
    with work.database.read() as tx:
        due = agenda.to_decide(tx, work.connection, kind, states, needed=needed)
        held = journal.open_pairs(tx, work.connection)
    yield from decide_pairs(work, kind, [i for i in due if i not in held])


def decide_pairs(work: Work, kind: Kind, due: Sequence[int]) -> Iterator[list[Planned]]:
    """Decide these pairs of one kind, a chunk at a time."""
    for start in range(0, len(due), _CHUNK):
        yield _decide_chunk(work, kind, due[start : start + _CHUNK])


def _decide_chunk(work: Work, kind: Kind, ids: Sequence[int]) -> list[Planned]:
    planned: list[Planned] = []
    with work.begin() as tx:
        work.stored = connections.get(tx, work.connection)  # a person may have changed a setting, or paused it
        if work.stored.status == "paused":
            return []
        world = work.world()
        due = pairs.load(tx, ids)
        currency.provide_listed(tx, work, due, world)
        answers = ask(tx, work, due, world, {})
        needed: set[Needed] = set()
        work.spoken_for = journal.open_pairs(tx, work.connection)
        for stored in due:
            if stored.id not in work.spoken_for:
                planned += _decide_one(tx, work, stored, world, answers, needed)
        currency.note_unrated(work, due, world, answers)
        _need(tx, work, needed, answers)
        for side in Side:
            journal.plan(
                tx,
                work.connection,
                side,
                [p.entry for p in planned if p.side is side],
                epoch=work.epoch,
                who="tieout",
                now=work.now(),
            )
    work.touched[kind].update(ids)
    return planned


def _decide_one(
    tx: Connection, work: Work, stored: Stored, world: World, answers: Answers, needed: set[Needed]
) -> list[Planned]:
    if stored.unreadable:
        _settle(tx, work, stored, State.FAILING, "unreadable", Story(evidence={"text": stored.unreadable}))
        return []
    if stored.pair.bond is None and stored.pair.crm is None and stored.pair.books is None:
        pairs.unlink(tx, stored)
        return []
    decision = decided(stored.pair, world, answers)
    if isinstance(decision, NotUndone):
        left = undoing.stays(tx, work, stored, decision)
        return _decide_one(tx, work, left, world, ask(tx, work, [left], world, {}), needed)
    if isinstance(decision, Create) and any(key in work.reserved for key in decision.reserves):
        # A record of this same batch took the name or number a moment ago: ask again, with what is spoken for.
        answers = ask(tx, work, [stored], world, {})
        decision = decide(RULES[stored.pair.kind], stored.pair, world, answers)
    if isinstance(decision, Link):
        if (linked := link(tx, work, stored, decision)) is None:
            return []
        return _decide_one(tx, work, linked, world, ask(tx, work, [linked], world, {}), needed)
    if isinstance(decision, TakeOver):
        if (heir := merging.take_over(tx, work, stored, decision)) is None:
            return []
        return _decide_one(tx, work, heir, world, ask(tx, work, [heir], world, {}), needed)
    if isinstance(decision, Create | Update | Void):
        return _plan(tx, work, stored, decision, world, answers)
    _state(tx, work, stored, decision, needed)
    return []


def _plan(
    tx: Connection, work: Work, stored: Stored, decision: Create | Update | Void, world: World, answers: Answers
) -> list[Planned]:
    inputs = digest(stored, world, answers)
    if stored.refusal is not None and stored.refusal.inputs == inputs:
        told = stored.refusal
        story = Story(evidence=told.evidence | {"text": told.text}, text=told.text, tid=told.evidence.get("tid", ""))
        _settle(tx, work, stored, State.FAILING, stored.refusal.cause, story)
        return []
    if stored.retry_at > work.now().isoformat():
        _settle(tx, work, stored, State.RETRYING, stored.cause, stored.story)
        return []
    _settle(tx, work, stored, State.PENDING, "", Story())
    work.spoken_for.add(stored.id)
    if isinstance(decision, Create):
        work.reserved.take(decision.reserves, stored.id)
    if isinstance(decision, Update):
        _note_lost(tx, work, stored, decision.lost)
    return [Planned(side, undoing.marked(entry, stored), inputs) for side, entry in _entries(work, stored, decision)]


def _entries(work: Work, stored: Stored, decision: Create | Update | Void) -> list[tuple[Side, Entry]]:
    def entry(side: Side, operation: Operation, moved: tuple[str, ...]) -> tuple[Side, Entry]:
        return side, Entry(operation, stored.id, side, journal.PLANNED, "", _origin(stored, side.other), moved)

    kind = stored.pair.kind
    match decision:
        case Create(side=side, record=record):
            new = Operation(work.new_id(), kind, "create", record=_record(record))
            return [entry(side, new, ())]
        case Update(changes=changes, moved=moved, asked=asked):
            return [
                entry(
                    change.side,
                    Operation(
                        work.new_id(),
                        kind,
                        "update",
                        _target(stored, change.side),
                        _record(change.record),
                        _base(stored, change.side),
                        change.fields,
                    ),
                    () if asked == "restore" else tuple(dict.fromkeys(moved + change.fields)),
                )
                for change in changes
            ]
        case Void(side=side, withdraw=withdraw):
            target = _target(stored, side)
            base = _base(stored, side)
            return [entry(side, Operation(work.new_id(), kind, "void", target, None, base, withdraw=withdraw), ())]


def _state(tx: Connection, work: Work, stored: Stored, decision: Decision, needed: set[Needed]) -> None:
    match decision:
        case Nothing(moved=moved, warnings=warnings, lost=lost):
            _advance(tx, stored, moved)
            _note_lost(tx, work, stored, lost)
            if warnings:
                story = Story(evidence=dict(warnings[0].evidence), warnings=warnings)
                _settle(tx, work, stored, State.WARNING, warnings[0].cause, story)
            else:
                _settle(tx, work, stored, State.IN_SYNC, "", Story())
        case Wait(kind=kind, id=id_, reason=reason, name=name, others=others, side=side):
            if reason == "dependency":
                needed.update((one.side, one.kind, one.id) for one in (decision, *others))
            evidence = {"kind": kind.value, "name": name or id_}
            story = Story(evidence=evidence, waits_for=(kind.value, id_) if side is Side.CRM else None)
            _settle(tx, work, stored, State.WAITING, reason, story)
        case Hold(cause=cause, evidence=evidence, differences=differences, candidates=candidates):
            story = Story(evidence=dict(evidence), differences=differences, candidates=candidates)
            _settle(tx, work, stored, State.HELD, cause, story)
        case Accept(differences=differences, moved=moved):
            _advance(tx, stored, moved)
            _settle(tx, work, stored, State.ACCEPTED, "leave_both", Story(differences=differences))
        case Fail(cause=cause, evidence=evidence, candidates=candidates):
            _settle(tx, work, stored, State.FAILING, cause, Story(evidence=dict(evidence), candidates=candidates))
        case Broken(cause=cause, side=side):
            _settle(tx, work, stored, State.BROKEN, cause, Story(evidence={"side": side.value}))
        case Exclude(reason=reason, candidates=candidates):
            _settle(tx, work, stored, State.EXCLUDED, reason, Story(candidates=candidates))
        case Draft(problems=problems):
            _settle(tx, work, stored, State.DRAFT, "" if problems else "ready", Story(problems=problems))
        case _:
            raise TypeError(f"{type(decision).__name__} is planned, not settled.")


def link(tx: Connection, work: Work, stored: Stored, decision: Link) -> Stored | None:
    """Make the pair, with both records as they are as bases: nothing that differs already counts as a change.

    Returns the pair, to be decided as such; None where it could not be made, and the record says why.
    """
    pair, other, why = stored.pair, decision.other, decision.why
    crm_id, books_id = (stored.crm_id, other) if pair.crm is not None else (other, stored.books_id)
    crm = mirror.get(tx, work.connection, Side.CRM, pair.kind, crm_id)
    books = mirror.get(tx, work.connection, Side.BOOKS, pair.kind, books_id)
    if crm is None or books is None:
        _settle(tx, work, stored, State.FAILING, "missing_reference", Story(evidence={"id": other}))
        return None
    there = pairs.find(tx, work.connection, pair.kind, Side.BOOKS if pair.crm is not None else Side.CRM, other)
    if there is not None and there.id in work.spoken_for:
        # A counterpart of it may just be coming into being: what it is then linked to, the next decision sees.
        pairs.settle(tx, stored, State.PENDING, "", Story(), now=work.now(), money=pairs.money(stored), dirty=True)
        return None
    lines = match_lines(crm, books) if isinstance(crm, Invoice) and isinstance(books, Invoice) else {}
    issuer = _issuer(stored, crm, books)
    now = work.now()
    try:
        pair_id = pairs.link(
            tx,
            work.connection,
            pair.kind,
            crm_id=crm_id,
            books_id=books_id,
            crm_base=crm,
            books_base=books,
            lines=lines,
            why=why,
            now=now,
            choices=issuer,
        )
    except pairs.AlreadyLinked as error:
        # What a person chose has become impossible meanwhile: the choice is dropped, and the record decided without.
        choices = {name: value for name, value in stored.pair.choices.items() if value != other}
        pairs.choose(tx, stored.id, choices)
        details = {"id": other, "why": str(error)}
        connections.note(tx, work.connection, who="tieout", what="not_linked", details=details, now=now, pair=stored.id)
        return None
    if there is not None:
        work.spoken_for.add(there.id)  # it is a part of this pair now, and none that lacks a counterpart
    details = {"kind": pair.kind.value, "crm": crm_id, "books": books_id, "why": why} | issuer
    connections.note(tx, work.connection, who="tieout", what="linked", details=details, now=now, pair=pair_id)
    linked_settlements(tx, work.connection, pair.kind, crm_id, books_id)
    agenda.mark_sharing(tx, work.connection, pair.kind, Side.BOOKS, [books_id])  # it is nobody's candidate any more
    return pairs.load(tx, [pair_id])[0]


def _issuer(stored: Stored, crm: Record, books: Record) -> dict[str, str]:
    """Where an invoice that was typed in on both sides counts as made, as a choice: what a person said comes first."""
    if not isinstance(crm, Invoice) or not isinstance(books, Invoice) or (side := presumed(crm, books)) is None:
        return {}
    return {ISSUER: stored.pair.choices.get(ISSUER, side.value)}


def linked_settlements(tx: Connection, connection: int, kind: Kind, crm_id: str, books_id: str) -> None:
    """Have the settlements of an invoice decided that was just linked."""
    if kind is Kind.INVOICE:
        agenda.mark_by_key(tx, connection, Kind.SETTLEMENT, Side.CRM, "invoice", crm_id)
        agenda.mark_by_key(tx, connection, Kind.SETTLEMENT, Side.BOOKS, "invoice", books_id)


def match_lines(crm: Invoice, books: Invoice) -> dict[str, str]:
    """Pair the lines of two invoices found to be the same: by equal amounts, in order."""
    left = list(books.lines)
    found: dict[str, str] = {}
    for line in crm.lines:
        twin = next((b for b in left if (b.quantity, b.amount) == (line.quantity, line.amount)), None)
        twin = twin or next((b for b in left if b.amount == line.amount), None)
        if twin is not None:
            left.remove(twin)
            found[line.id] = twin.id
    return found


def _need(tx: Connection, work: Work, needed: set[Needed], answers: Answers) -> None:
    """Have those records decided that others wait for; an item that only lines name gets a record."""
    named = {id_ for _, kind, id_ in needed if kind is Kind.ITEM and id_.partition(":")[0] in ("sku", "name")}
    lines = {reply.own: q for q, reply in answers.items() if isinstance(q, ItemOf) and isinstance(reply, Linked)}
    held = {row.id for row in mirror.rows(tx, work.connection, Side.CRM, Kind.ITEM, sorted(named))}
    items = [Item(id=id_, name=lines[id_].name, sku=lines[id_].sku) for id_ in sorted(named - held)]
    mirror.put(tx, work.connection, Side.CRM, [Row(Kind.ITEM, item.id, 1, item) for item in items], work.now())
    sold_to = [id_ for side, kind, id_ in needed if side is Side.BOOKS and kind is Kind.CUSTOMER]
    currency.provide(tx, work, sold_to, answers)
    for kind in Kind:
        for side in Side:
            ids = sorted(id_ for at, of, id_ in needed if (at, of) == (side, kind))
            agenda.need(tx, work.connection, kind, side, ids)


def _advance(tx: Connection, stored: Stored, moved: tuple[str, ...]) -> None:
    bond, pair = stored.pair.bond, stored.pair
    if not moved or bond is None or pair.crm is None or pair.books is None:
        return
    rules = RULES[pair.kind]
    pairs.rebase(
        tx,
        stored.id,
        crm_base=rules.advance(bond.crm_base, pair.crm, moved),
        books_base=rules.advance(bond.books_base, pair.books, moved),
    )


def _settle(tx: Connection, work: Work, stored: Stored, state: State, cause: str, story: Story) -> None:
    if state is stored.state and cause == stored.cause and story == stored.story and not stored.dirty:
        return
    pairs.settle(tx, stored, state, cause, story, now=work.now(), money=pairs.money(stored))


def _note_lost(tx: Connection, work: Work, stored: Stored, lost: tuple[Difference, ...]) -> None:
    for difference in lost:
        details = {"field": difference.field, "before": difference.before, "after": difference.after}
        if difference.side is not None:
            details["side"] = difference.side.value
        connections.note(
            tx, work.connection, who="tieout", what="overruled", details=details, now=work.now(), pair=stored.id
        )


def _origin(stored: Stored, side: Side) -> Row | None:
    record = stored.pair.crm if side is Side.CRM else stored.pair.books
    version = stored.crm_version if side is Side.CRM else stored.books_version
    id_ = stored.crm_id if side is Side.CRM else stored.books_id
    return None if record is None else Row(stored.pair.kind, id_, version, record)


def _target(stored: Stored, side: Side) -> str:
    return parted(stored.crm_id)[0] if side is Side.CRM else stored.books_id


def _base(stored: Stored, side: Side) -> Record | None:
    record = stored.pair.crm if side is Side.CRM else stored.pair.books
    return None if record is None else _record(record)


def _record(record: msgspec.Struct) -> Record:
    """A record as an operation is about it: what a customer is in another currency is written to itself."""
    if not isinstance(record, Record):
        raise TypeError(f"{type(record).__name__} is no record of a kind.")
    return whole(record) if isinstance(record, Customer) else record

"""Rehearse: the whole plan of the next sync, without writing anything."""

from collections.abc import Iterator, Sequence
from random import SystemRandom

import msgspec

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.actions.outlook import Outlook, newest_row, outlook
from tieout.actions.record import plain
from tieout.core.fields import value_of
from tieout.core.merge import Difference
from tieout.core.records import Kind, Side, State
from tieout.engine import passes
from tieout.engine.rehearsal import ImaginedBooks, ImaginedCrm, OnCopy
from tieout.engine.wiring import Transport, network, open_sides
from tieout.engine.work import Sides
from tieout.kinds import charge
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement
from tieout.remote.side import Operation
from tieout.store import agenda, connections, counting
from tieout.store.database import Database

_MOST_PASSES = 5


class Step(msgspec.Struct, frozen=True):
    """One write that would be made. id: empty for a record that would be created. amount: decimal string or empty.

    edits: of a change, what becomes of each field: plain values, amounts as decimal text.
    """

    side: str
    verb: str
    kind: str
    id: str
    name: str
    amount: str
    currency: str
    fields: tuple[str, ...]
    edits: tuple[Difference, ...] = ()


class Rehearsal(msgspec.Struct, frozen=True):
    """The plan: every write, what else comes of it, and the states that would stand afterwards, by kind."""

    steps: list[Step]
    outlook: list[Outlook]
    states: dict[str, dict[str, int]]


async def rehearse(home: Home, actor: Actor, name: str, *, transport: Transport = network) -> Rehearsal:
    """Rehearse a sync as if the review of matches were finished. Raises WrongUse, OutOfReach."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    copy = home.database.copy()
    try:
        with copy.begin() as tx:
            connections.change(tx, stored.id, reviewed=True)
            agenda.mark_all(tx, stored.id)
        return await _run(home, copy, stored.id, transport)
    finally:
        copy.close()


async def _run(home: Home, copy: Database, id_: int, transport: Transport) -> Rehearsal:
    with copy.read() as tx:
        stored = connections.get(tx, id_)
        known = newest_row(tx)
    random, began = SystemRandom(), home.clock.now().isoformat()
    seen: list[tuple[Side, Operation]] = []
    for _ in range(_MOST_PASSES):
        async with open_sides(copy, home.cipher, stored, home.clock, random, transport, home=home.database) as sides:
            crm, books = ImaginedCrm(sides.crm), ImaginedBooks(sides.books)
            report = await passes.run(
                database=copy,
                connection=id_,
                sides=Sides(crm, books, sides.calls),
                clock=home.clock,
                random=random,
                lease=OnCopy(),
            )
        if report.trouble is not None:
            kind = OutOfReach if report.trouble.cause == "unavailable" else WrongUse
            raise kind(report.trouble.message)
        seen += [(Side.CRM, o) for o in crm.seen if o.verb != "annotate"]
        seen += [(Side.BOOKS, o) for o in books.seen]
        if not (crm.seen or books.seen):
            break
    with copy.read() as tx:
        counts = counting.by_state(tx, id_)
        rest = list(outlook(tx, id_, began, known))
    states = {kind.value: {state.value: counts[kind].get(state, 0) for state in State} for kind in Kind}
    return Rehearsal(_steps(seen), rest, states)


def _steps(seen: Sequence[tuple[Side, Operation]]) -> list[Step]:
    steps = []
    for side, operation in seen:
        record = operation.record or operation.base
        name, amount, currency = "", "", ""
        if isinstance(record, Customer | Item):
            name = record.name
        elif isinstance(record, Invoice):
            name, amount, currency = record.number, str(record.total), record.currency
        elif isinstance(record, Settlement):
            name, amount, currency = record.reference, str(record.amount), record.currency
        steps.append(
            Step(
                side.value,
                operation.verb,
                operation.kind.value,
                operation.target,
                name,
                amount,
                currency,
                operation.fields,
                tuple(_edits(side, operation)),
            )
        )
    return steps


def _edits(side: Side, operation: Operation) -> Iterator[Difference]:
    record, base = operation.record, operation.base
    if record is None or base is None:
        return
    for field in operation.fields:
        if field == "lines" and isinstance(record, Invoice) and isinstance(base, Invoice):
            yield from charge.differences(base, record, side, ignore=charge.NAMES)
            continue
        before, after = (plain(value_of(one, field)) for one in (base, record))
        if before != after:
            yield Difference(field, before, after, side)

"""Rehearse: the whole plan of the next sync, without writing anything."""

from collections.abc import Sequence
from random import SystemRandom

import msgspec

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.core.records import Kind, Side, State
from tieout.engine import passes
from tieout.engine.rehearsal import ImaginedBooks, ImaginedCrm, OnCopy
from tieout.engine.wiring import Transport, network, open_sides
from tieout.engine.work import Sides
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement
from tieout.remote.side import Operation
from tieout.store import agenda, connections, counting
from tieout.store.database import Database

_MOST_PASSES = 5


class Step(msgspec.Struct, frozen=True):
    """One write that would be made. id: empty for a record that would be created. amount: decimal string or empty."""

    side: str
    verb: str
    kind: str
    id: str
    name: str
    amount: str
    currency: str
    fields: tuple[str, ...]


class Rehearsal(msgspec.Struct, frozen=True):
    """The plan: every write, and the states that would stand afterwards, by kind."""

    steps: list[Step]
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
    random = SystemRandom()
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
    states = {kind.value: {state.value: counts[kind].get(state, 0) for state in State} for kind in Kind}
    return Rehearsal(_steps(seen), states)


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
            )
        )
    return steps

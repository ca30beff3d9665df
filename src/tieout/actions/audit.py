"""Audit: what is missing, doubled or different between the two accounts; and taking over what is certainly the same."""

from collections.abc import Awaitable, Callable
from random import Random, SystemRandom
from typing import TypeVar

import msgspec

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.actions.sync import take_lease
from tieout.core.records import Kind
from tieout.engine import auditing, passes
from tieout.engine.rehearsal import ImaginedBooks, ImaginedCrm, OnCopy
from tieout.engine.wiring import Transport, network, open_sides
from tieout.engine.work import Lease, Sides, Work
from tieout.proof.audit import Audit, report
from tieout.store import audits, connections
from tieout.store.codec import decode, encode
from tieout.store.connections import StoredConnection
from tieout.store.database import Database

T = TypeVar("T")


async def audit(
    home: Home, actor: Actor, name: str, *, transport: Transport = network, random: Random | None = None
) -> Audit:
    """Match and compare both accounts, and keep the result. Neither account is written to, nor is anything linked.

    All is read into a copy of the database; of the home's own, only this result is new. random: where an audit shall
    replay exactly. Raises WrongUse, OutOfReach.
    """
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    copy = home.database.copy()
    try:
        with copy.begin() as tx:
            settings = msgspec.structs.replace(stored.settings, annotate=False)
            connections.change(tx, stored.id, reviewed=True, status="active", settings=settings)
        sight = await _run(home, copy, stored, OnCopy(), auditing.audit, transport, random)
        with copy.read() as tx:
            facts = connections.get(tx, stored.id).books_facts
    finally:
        copy.close()
    found = report(sight, facts.currency if facts is not None else "")
    with home.database.begin() as tx:
        audits.keep(tx, stored.id, home.clock.now(), encode(found))
    return found


async def take_over(home: Home, actor: Actor, name: str, *, transport: Transport = network) -> dict[str, int]:
    """Make pairs of what is certainly the same, so that a sync writes nothing for it; returns how many, by kind.

    Nothing is created, changed or noted in either account. Raises WrongUse, OutOfReach.
    """
    actor.must_be(Role.BOOKKEEPER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    lease = await take_lease(home, stored)
    try:
        made = await _run(home, home.database, stored, lease, auditing.take_over, transport)
    finally:
        lease.release()
    counts = {kind.value: made[kind] for kind in Kind}
    with home.database.begin() as tx:
        connections.want(tx, stored.id)
        connections.note(tx, stored.id, who=actor.name, what="taken_over", details=counts, now=home.clock.now())
    return counts


def last(home: Home, name: str) -> tuple[str, Audit] | None:
    """The newest result, with the moment (ISO, UTC) at which it was made."""
    with home.database.read() as tx:
        found = audits.last(tx, connection(tx, name).id)
    return None if found is None else (found[0], decode(found[1], Audit))


async def _run(
    home: Home,
    database: Database,
    stored: StoredConnection,
    lease: Lease,
    look: Callable[[Work], Awaitable[T]],
    transport: Transport,
    random: Random | None = None,
) -> T:
    """Run one pass that only looks, with sides that imagine what they would write."""
    found: list[T] = []

    async def steps(work: Work) -> None:
        found.append(await look(work))

    random = random or SystemRandom()
    async with open_sides(database, home.cipher, stored, home.clock, random, transport, home=home.database) as sides:
        result = await passes.run(
            database=database,
            connection=stored.id,
            sides=Sides(ImaginedCrm(sides.crm, keep=False), ImaginedBooks(sides.books, keep=False), sides.calls),
            clock=home.clock,
            random=random,
            lease=lease,
            steps=steps,
        )
    if result.trouble is not None:
        raise (OutOfReach if result.trouble.cause == "unavailable" else WrongUse)(result.trouble.message)
    return found[0]

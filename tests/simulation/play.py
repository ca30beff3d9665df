"""One seed from beginning to end: people, workers and faults; then calm; then what must hold."""

import asyncio
import hashlib
import traceback
from typing import Any

import msgspec
from sqlalchemy import select
from tests.simulation import invariants, loop, scene, weather
from tests.simulation.abroad import Abroad
from tests.simulation.bookkeeper import Bookkeeper
from tests.simulation.cashbook import Cashbook
from tests.simulation.crew import Crew
from tests.simulation.doubled import typed_again
from tests.simulation.issuer import Issuer
from tests.simulation.meddler import Meddler
from tests.simulation.mender import Mender
from tests.simulation.mergers import Mergers
from tests.simulation.overseer import Overseer
from tests.simulation.plan import Plan, dice, draw
from tests.simulation.seller import Seller
from tests.simulation.stage import Stage
from tests.simulation.story import story
from tests.simulation.till import Till

from tieout.core.records import State
from tieout.store import connections, journal
from tieout.store.tables import event, operation, pair, unit

SETTLES_WITHIN = 20
"""Passes after which, without faults and people, nothing is left to do."""
_MARGIN = 1.0
_A_DAY = 86_400.0
"""After a day HubSpot's lists are swept for what has vanished from them."""


class Outcome(msgspec.Struct):
    """What a seed showed. violations: sentences; none = all held. digest: of journal, pairs and history, byte for byte.

    settled_after: passes in calm. story: line by line, if it was wanted.
    """

    seed: int
    violations: list[str]
    digest: str = ""
    passes: int = 0
    crashes: int = 0
    overtaken: int = 0
    effects: int = 0
    settled_after: int = 0
    moves: dict[str, int] = {}
    states: dict[str, int] = {}
    story: list[str] = []


def play(seed: int, *, tell: bool = False, **forced: Any) -> Outcome:
    """Play a seed. The same seed gives the same outcome, digest included. forced: values in place of the plan's own."""
    try:
        return loop.run(_play(msgspec.structs.replace(draw(seed), **forced), tell=tell))
    except Exception:  # noqa: BLE001 - a harness that falls over is a finding too
        return Outcome(seed, [traceback.format_exc()])


async def _play(plan: Plan, *, tell: bool) -> Outcome:
    stage, seed = Stage(plan), plan.seed
    seller, bookkeeper = _people(stage)
    await seller.prepare(seller.opening())
    await bookkeeper.prepare(bookkeeper.opening())
    await bookkeeper.prepare(typed_again(bookkeeper) if plan.doubled else [])
    stage.connect(bookkeeper.income, bookkeeper.untaxed)
    crew = Crew(stage)
    outcome = Outcome(seed, [])
    mender, overseer = Mender(stage, dice(seed, "mender")), Overseer(stage, dice(seed, "overseer"))
    outcome.violations = await _storm(stage, crew, (seller, bookkeeper, mender, overseer))
    outcome.violations = outcome.violations or await _calm(stage, crew, outcome)
    outcome.violations[:0] = stage.troubles
    outcome.digest = digest(stage)
    outcome.passes, outcome.crashes, outcome.overtaken = crew.passes, crew.crashes, crew.overtaken
    outcome.effects = len(stage.crm.effects) + len(stage.books.effects)
    outcome.moves = {
        f"{type(d).__name__}.{n}": c for d in (seller, bookkeeper, mender, overseer) for n, c in d.made.items()
    }
    now = scene.remembered(stage)
    outcome.states = invariants.tally(now)
    outcome.story = story(now) if tell else []
    await stage.pair.close()
    stage.database.close()
    return outcome


def _people(stage: Stage) -> tuple[Seller, Bookkeeper]:
    """Who sells and who keeps the books; where HubSpot shows QuickBooks' invoices, both do more."""
    for_seller, for_books = (dice(stage.plan.seed, who) for who in ("seller", "bookkeeper"))
    seller: Seller
    bookkeeper: Bookkeeper
    if stage.plan.show_quickbooks_invoices:
        seller = meddler = Meddler(stage, for_seller)
        bookkeeper = Issuer(stage, for_books, meddler)
    else:
        seller = Seller(stage, for_seller)
        bookkeeper = Bookkeeper(stage, for_books, seller)
    if stage.plan.book_hubspot_payments:
        Till(stage, seller, bookkeeper)
    if stage.plan.banking:
        Cashbook(bookkeeper)
    if stage.plan.currency:
        Abroad(stage, seller, bookkeeper)
    if stage.plan.merging:
        Mergers(stage, seller, bookkeeper)
    return seller, bookkeeper


async def _storm(stage: Stage, crew: Crew, everybody: tuple[Seller, Bookkeeper, Mender, Overseer]) -> list[str]:
    """People and faults; returns what must never be, seen at moments on the way."""
    disturbers = [
        asyncio.create_task(task)
        for task in (
            weather.blow(stage, dice(stage.plan.seed, "weather")),
            weather.expire(stage, dice(stage.plan.seed, "expiry"), everybody[:2]),
            crew.steal(),
            crew.press(),
            *(crew.work(number) for number in range(stage.plan.workers)),
        )
    ]
    people = asyncio.gather(*(one.work() for one in everybody))
    random = dice(stage.plan.seed, "inspector")
    found: list[str] = []
    while not people.done() and not found:
        await asyncio.sleep(random.uniform(30, 200))
        if random.random() < 0.5:
            with stage.database.begin() as tx:
                connections.want(tx, stage.connection)
        found = invariants.always(scene.remembered(stage))
    weather.calm(stage)
    people.cancel()
    for task in disturbers:
        task.cancel()
    await asyncio.gather(people, *disturbers, return_exceptions=True)
    return found


async def _calm(stage: Stage, crew: Crew, outcome: Outcome) -> list[str]:
    """Passes in calm until nothing is left to do, once more a day later; then everything that must hold at rest."""
    since = stage.clock.now()
    if found := await _settle(stage, crew, outcome):
        return found
    await asyncio.sleep(_A_DAY)
    if found := await _settle(stage, crew, outcome):
        return found
    await asyncio.sleep(_patience(stage))
    random = dice(stage.plan.seed, "rest")
    again = await crew.one_pass(random)
    if again.writes:
        found.append(f"One more pass wrote {again.writes} times.")
    at_rest = await scene.at_rest(stage, random, since)
    return [*found, *invariants.always(at_rest), *invariants.at_rest(at_rest)]


async def _settle(stage: Stage, crew: Crew, outcome: Outcome) -> list[str]:
    random = dice(stage.plan.seed, f"calm {outcome.settled_after}")
    for _ in range(SETTLES_WITHIN):
        await asyncio.sleep(_patience(stage))
        report = await crew.one_pass(random)
        outcome.settled_after += 1
        if report.trouble is not None:
            return [f"A pass in calm ended with trouble: {report.trouble}"]
        if report.writes == 0 and not _open(stage):
            return []
    return [f"Still not settled after {SETTLES_WITHIN} calm passes: {_open(stage) or 'it goes on writing'}"]


def _patience(stage: Stage) -> float:
    """Seconds until the index has caught up and the last lost write is decided."""
    return stage.plan.index_lag + stage.plan.commit_within + 5 + _MARGIN


def _open(stage: Stage) -> list[str]:
    """What is still on its way."""
    with stage.database.read() as tx:
        units = [f"{side} unit {one.path}" for side, one, _, _ in journal.open_units(tx, stage.connection)]
        moving = tx.execute(
            select(pair.c.kind, pair.c.crm_id, pair.c.books_id, pair.c.state).where(
                pair.c.state.in_((State.PENDING.value, State.RETRYING.value))
            )
        )
        return [*units, *(f"{row.kind} {row.crm_id}/{row.books_id} is {row.state}" for row in moving)]


def digest(stage: Stage) -> str:
    """A digest of the journal, the pairs and the history, byte for byte."""
    made = hashlib.blake2b(digest_size=16)
    with stage.database.read() as tx:
        for table in (unit, operation, pair, event):
            for row in tx.execute(select(table).order_by(*table.primary_key.columns)):
                made.update(repr(tuple(row)).encode())
    return made.hexdigest()

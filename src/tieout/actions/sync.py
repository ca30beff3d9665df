"""Sync: run passes over a company pair, once or until nothing is left to do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random, SystemRandom

import msgspec

from tieout.actions import company
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.core.records import Kind, Side, State
from tieout.engine import passes
from tieout.engine.passes import Report
from tieout.engine.schedule import FileScheduler, Scheduler
from tieout.engine.wiring import Transport, network, open_sides
from tieout.engine.work import SLACK_SECONDS, Lease
from tieout.store import agenda, connections, counting, journal
from tieout.store.connections import StoredConnection

MOST_PASSES = 50
_PATIENCE_SECONDS = 600.0
_SOON = timedelta(seconds=75)
"""What is due by then is waited for: QuickBooks asks for a minute after it refused a call for its quota."""
_MARGIN_SECONDS = 0.25
_CRM_VERBS = ("create", "update", "void", "annotate")
_BOOKS_VERBS = ("create", "update", "void")

Progress = Callable[[str], None]


class Synced(msgspec.Struct, frozen=True):
    """What a call of sync did. operations: journal rows that reached *done* in it, by side and verb.

    states: how many pairs stand in each state, by kind. calls: to each vendor. trouble: cause and message where a
    side let us down.
    """

    passes: int
    operations: dict[str, dict[str, int]]
    states: dict[str, dict[str, int]]
    calls: dict[str, int]
    excluded_by_start_date: int
    trouble: tuple[str, str] | None = None
    reviewed: bool = True


def quietly(_message: str) -> None:
    """Show no progress."""


def want(home: Home, actor: Actor, name: str) -> None:
    """Ask for a pass as soon as possible; a serving process runs it."""
    actor.must_be(Role.SELLER)
    with home.database.begin() as tx:
        connections.want(tx, connection(tx, name).id)


async def sync(
    home: Home,
    actor: Actor,
    name: str,
    *,
    until_quiet: bool = False,
    auto_match: bool = False,
    assume_yes: bool = False,
    progress: Progress = quietly,
    transport: Transport = network,
    scheduler: Scheduler | None = None,
    random: Random | None = None,
) -> Synced:
    """Run one pass, or passes until one writes nothing and nothing is due at once (at most 50).

    auto_match: accept certain matches and create what is needed without a review; on real accounts only with
    `assume_yes`. Raises WrongUse, OutOfReach.
    """
    actor.must_be(Role.SELLER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        if stored.status == "paused":
            raise WrongUse(f"{name} is paused. `tieout resume {name}` lets it go on.")
        if auto_match and not stored.reviewed:
            if not (assume_yes or _is_local(stored.crm.base_url)):
                raise WrongUse("--auto-match creates records without a review; on real accounts it needs --yes.")
            connections.change(tx, stored.id, reviewed=True)
            agenda.mark_all(tx, stored.id)
            now = home.clock.now()
            connections.note(tx, stored.id, who=actor.name, what="auto_match", details={}, now=now)
        connections.want(tx, stored.id)
        before = connections.last_pass(tx, stored.id)
    lease = await take_lease(home, stored, scheduler)
    try:
        reports = await _passes(home, stored, lease, until_quiet, progress, transport, random or SystemRandom())
    finally:
        lease.release()
    synced = _summary(home, stored, before, reports)
    if synced.trouble is not None and synced.trouble[0] == "unavailable":
        raise OutOfReach(f"{synced.trouble[1]} What was done until then stands; run it again.")
    if synced.trouble is not None:
        raise WrongUse(f"{synced.trouble[1]} The pair is paused until that is mended.")
    return synced


async def take_lease(home: Home, stored: StoredConnection, scheduler: Scheduler | None = None) -> Lease:
    """Wait for another process's pass to end, then take the right to run one. Raises OutOfReach after ten minutes."""
    scheduler = scheduler or FileScheduler(home.path / "locks")
    deadline = home.clock.now() + timedelta(seconds=_PATIENCE_SECONDS)
    while (lease := scheduler.claim(stored.id)) is None:
        if home.clock.now() > deadline:
            raise OutOfReach("Another process has been running a pass for ten minutes. Try again later.")
        await home.clock.sleep(0.1)
    return lease


async def _passes(
    home: Home,
    stored: StoredConnection,
    lease: Lease,
    until_quiet: bool,  # noqa: FBT001 - handed on from a keyword of `sync`
    progress: Progress,
    transport: Transport,
    random: Random,
) -> list[Report]:
    reports: list[Report] = []
    lag = stored.crm.options.index_lag + _MARGIN_SECONDS
    while len(reports) < MOST_PASSES:
        if until_quiet and (reports or stored.crm_cursor):
            # What people did before this command, and what the last pass wrote, is in the search index after its lag;
            # the first complete read goes by lists, which do not lag.
            await home.clock.sleep(lag)
        progress(f"Pass {len(reports) + 1} …")
        with home.database.read() as tx:
            fresh = connections.get(tx, stored.id)
        if fresh.status == "paused":
            break
        async with open_sides(home.database, home.cipher, fresh, home.clock, random, transport) as sides:
            report = await passes.run(
                database=home.database,
                connection=stored.id,
                sides=sides,
                clock=home.clock,
                random=random,
                lease=lease,
            )
        reports.append(report)
        progress(f"Pass {len(reports)}: {report.writes} writes.")
        lasting = report.trouble is not None and report.trouble.cause != "unavailable"
        if not until_quiet or lasting:
            break
        if report.trouble is not None and sum(1 for r in reports if r.trouble is not None) > 5:
            break
        wait = _until_due(home, stored)
        if wait is not None:
            await home.clock.sleep(max(0.0, wait - lag))
        elif report.writes == 0 and report.trouble is None and not _is_more_due(home, stored):
            break
    return reports


def _is_more_due(home: Home, stored: StoredConnection) -> bool:
    """Whether a record changed while it was being written, so that it has to be decided again."""
    with home.database.read() as tx:
        return agenda.is_any_due(tx, stored.id)


def _until_due(home: Home, stored: StoredConnection) -> float | None:
    """Seconds until the next retry or unknown outcome can be settled; None where there is none soon."""
    now = home.clock.now()
    with home.database.read() as tx:
        retry = agenda.next_retry(tx, stored.id)
        units = journal.open_units(tx, stored.id)
    moments: list[datetime] = []
    if retry and datetime.fromisoformat(retry) - now < _SOON:
        moments.append(datetime.fromisoformat(retry))
    for side, _, _, sent_at in units:
        options = stored.crm.options if side is Side.CRM else stored.books.options
        moments.append(sent_at + timedelta(seconds=options.commit_within + SLACK_SECONDS))
    return None if not moments else max(0.0, (min(moments) - now).total_seconds() + _MARGIN_SECONDS)


def _summary(home: Home, stored: StoredConnection, before: int, reports: list[Report]) -> Synced:
    with home.database.read() as tx:
        done = journal.done_since(tx, stored.id, before)
        now = connections.get(tx, stored.id)
        counts = {kind: company.counted(now, states) for kind, states in counting.by_state(tx, stored.id).items()}
        early = counting.with_cause(tx, stored.id, Kind.INVOICE, "before_start")
    trouble = reports[-1].trouble if reports else None
    return Synced(
        passes=len(reports),
        operations={
            "crm": {verb: done.get((Side.CRM, verb), 0) for verb in _CRM_VERBS},
            "books": {verb: done.get((Side.BOOKS, verb), 0) for verb in _BOOKS_VERBS},
        },
        states={kind.value: {state.value: counts[kind].get(state, 0) for state in State} for kind in Kind},
        calls={
            "hubspot": sum(r.calls[Side.CRM] for r in reports),
            "quickbooks": sum(r.calls[Side.BOOKS] for r in reports),
        },
        excluded_by_start_date=early,
        trouble=None if trouble is None else (trouble.cause, trouble.message),
        reviewed=now.reviewed,
    )


def _is_local(base_url: str) -> bool:
    host = base_url.partition("//")[2].partition("/")[0].partition(":")[0]
    return host in ("127.0.0.1", "localhost", "[") or host.endswith((".localhost", ".test"))

"""Reading: both sides' facts and feeds into the mirror."""

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import datetime, timedelta

import msgspec

from tieout.core.records import Kind, Side
from tieout.engine import balances, merging, sweeping, vanishing
from tieout.engine.work import Work
from tieout.kinds.invoice import Invoice
from tieout.kinds.lists import is_copied
from tieout.remote.errors import SignInTrouble
from tieout.remote.rows import Row
from tieout.store import agenda, connections, mirror, pairs

_FACTS_LAST = timedelta(hours=1)
_FACT_CAUSES = (
    "unmapped_tax",
    "tax_country_unknown",
    "surcharge_tax",
    "tax_code_required",
    "income_account_missing",
    "currency_not_enabled",
    "currency_not_in_hubspot",
    "period_closed",
    "service_date_required",
    "feature_not_supported",
    "mapped_property_missing",
    "mapped_value_unfit",
)
"""Causes that a change of preferences or lists may cure: while one stands, the facts are read in every pass."""


async def set_up(work: Work) -> None:
    """Make what annotations and products need in HubSpot, once. Raises SignInTrouble where the sign-in may not."""
    settings = work.stored.settings
    if work.stored.prepared or not (settings.annotate or is_copied(Kind.ITEM, Side.BOOKS, settings)):
        return
    if missing := await work.sides.crm.set_up():
        raise SignInTrouble(
            "missing_scope",
            f"The HubSpot sign-in lacks permissions: {', '.join(missing)}.",
            {"scopes": ", ".join(missing)},
        )
    _change(work, prepared=True)


async def read_both(work: Work) -> None:
    """Bring mirror and facts up to date.

    Raises SignInTrouble, Unavailable or Refusal; whatever was read before that is kept.
    """
    if _facts_are_old(work):
        await read_facts(work, Side.CRM)
        await read_facts(work, Side.BOOKS)
    await _side_by_side([_read_side(work, side) for side in (Side.BOOKS, Side.CRM)])
    await merging.find(work)
    await sweeping.recheck(work)
    await sweeping.sweep(work)
    await _read_finalized(work)
    work.reload()


async def read_facts(work: Work, side: Side) -> None:
    """Read what is true of one account as a whole. Everything is decided anew when it changed."""
    if side is Side.CRM:
        crm = await work.sides.crm.facts()
        changed = crm != work.stored.crm_facts
        values: dict[str, object] = {"crm_facts": crm}
    else:
        books = await work.sides.books.facts()
        changed = books != work.stored.books_facts
        values = {"books_facts": books}
        if not books.revenue_recognition and work.stored.learned != connections.Learned():
            values["learned"] = connections.Learned()
    with work.begin() as tx:
        connections.change(tx, work.connection, **values, facts_at=work.now().isoformat())
        if changed:
            agenda.mark_all(tx, work.connection)
    work.reload()


async def _side_by_side(ways: Iterable[Coroutine[None, None, None]]) -> None:
    """Go all these ways at once, each within its own quota. The first trouble ends them all, and is raised."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read_side(work: Work, side: Side) -> None:
    if await _read_feed(work, side):
        await read_facts(work, side)


async def _read_feed(work: Work, side: Side) -> bool:
    """Read one side's feed to its end. Returns whether its facts changed."""
    cursor = work.stored.crm_cursor if side is Side.CRM else work.stored.books_cursor
    facts_changed = False
    async for found in work.sides.of(side).feed(cursor):
        now = work.now()
        batch = vanishing.without_strangers(work, side, found)
        with work.begin() as tx:
            mirror.apply(tx, work.connection, side, batch, now)
            values: dict[str, object] = {f"{side}_cursor": batch.cursor, f"{side}_read_at": now.isoformat()}
            if batch.complete:
                values[f"{side}_complete"] = True
            connections.change(tx, work.connection, **values)
        facts_changed = facts_changed or batch.facts_changed
        if side is Side.BOOKS and cursor:
            balances.note(work, batch)
    _change(work, **{f"{side}_read_at": work.now().isoformat()})
    return facts_changed


def _facts_are_old(work: Work) -> bool:
    stored = work.stored
    if stored.crm_facts is None or stored.books_facts is None or not stored.facts_at:
        return True
    if work.now() - datetime.fromisoformat(stored.facts_at) > _FACTS_LAST:
        return True
    with work.database.read() as tx:
        return agenda.is_any_standing(tx, work.connection, _FACT_CAUSES)


async def _read_finalized(work: Work) -> None:
    """Ask for the day of finalization where it decides whether a paid invoice is in range."""
    start = work.stored.settings.start_date
    if start is None:
        return
    with work.database.read() as tx:
        due = pairs.load(tx, agenda.to_decide(tx, work.connection, Kind.INVOICE))
    asked: dict[str, tuple[Invoice, int]] = {}
    for stored in due:
        crm = stored.pair.crm
        if (
            stored.pair.bond is None
            and isinstance(crm, Invoice)
            and crm.status == "paid"
            and crm.finalized is None
            and crm.date is not None
            and crm.date < start
            and (crm.modified is None or crm.modified >= start)
        ):
            asked[crm.id] = (crm, stored.crm_version)
    if not asked:
        return
    days = await work.sides.crm.finalized(list(asked))
    rows = [
        Row(Kind.INVOICE, i, asked[i][1], msgspec.structs.replace(asked[i][0], finalized=day))
        for i, day in days.items()
        if i in asked
    ]
    with work.begin() as tx:
        mirror.put(tx, work.connection, Side.CRM, rows, work.now())


def _change(work: Work, **values: object) -> None:
    with work.begin() as tx:
        connections.change(tx, work.connection, **values)
    work.reload()

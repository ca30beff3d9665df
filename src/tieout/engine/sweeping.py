"""What feeds miss: records that vanish without a word, and associations, whose changes bump no date in HubSpot."""

from datetime import datetime, timedelta

from tieout.core.records import Kind, Side
from tieout.engine.work import Work
from tieout.kinds.currency import parted
from tieout.store import agenda, connections, mirror

_SWEEP_EVERY = timedelta(hours=24)
_RECHECK_EVERY = timedelta(minutes=10)


async def recheck(work: Work) -> None:
    """Read invoices again that fail for want of a customer: somebody may have put another contact on them.

    A draft waits for the sweep, or until it is finalized, which brings it whole: accounts hold thousands of drafts.
    """
    if not _due(work, work.stored.rechecked_at, _RECHECK_EVERY):
        return
    with work.database.read() as tx:
        ids = agenda.standing(tx, work.connection, Kind.INVOICE, Side.CRM, "no_customer")
    await _read(work, Kind.INVOICE, ids)
    _noted(work, "rechecked_at")


async def sweep(work: Work) -> None:
    """Once a day, read HubSpot's lists from end to end, and look for each record held that they no longer name."""
    if not work.stored.swept_at:
        _noted(work, "swept_at")  # the first complete read was one
    if not _due(work, work.stored.swept_at, _SWEEP_EVERY):
        return
    seen: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    async for batch in work.sides.crm.feed(""):
        for row in batch.rows:
            seen[row.kind].add(row.id)
        with work.begin() as tx:
            mirror.apply(tx, work.connection, Side.CRM, batch, work.now())
    for kind in Kind:
        with work.database.read() as tx:
            held = mirror.ids(tx, work.connection, Side.CRM, kind)
        ours = {i for i in held if i.partition(":")[0] in ("sku", "name") or parted(i)[1]}
        await _read(work, kind, sorted(held - seen[kind] - ours))
    _noted(work, "swept_at")


async def _read(work: Work, kind: Kind, ids: list[str]) -> None:
    if not ids:
        return
    rows = await work.sides.crm.read(kind, ids)
    with work.begin() as tx:
        mirror.put(tx, work.connection, Side.CRM, rows, work.now())


def _due(work: Work, last: str, every: timedelta) -> bool:
    complete = work.stored.crm_complete and work.stored.books_complete
    return complete and (not last or work.now() - datetime.fromisoformat(last) >= every)


def _noted(work: Work, column: str) -> None:
    with work.begin() as tx:
        connections.change(tx, work.connection, **{column: work.now().isoformat()})
    work.reload()

"""One pass over a connection: recover, read, decide, apply, annotate."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

import msgspec

from tieout.core.records import Kind, Side, State
from tieout.engine import balances, currency, merging
from tieout.engine.annotating import annotations
from tieout.engine.applying import Group, apply, group
from tieout.engine.deciding import Planned, decide_kind, decide_pairs
from tieout.engine.feeds import read_both, set_up
from tieout.engine.recovery import recover
from tieout.engine.vanishing import Vanished, check
from tieout.engine.work import Lease, Sides, Work
from tieout.remote.errors import RemoteError, SignInTrouble
from tieout.remote.ports import Clock
from tieout.store import agenda, connections, journal, ledger, mirror, pairs, rates, undone
from tieout.store.connections import Trouble
from tieout.store.database import Database

_ORDER: tuple[tuple[Kind, tuple[State, ...] | None], ...] = (
    (Kind.CUSTOMER, None),
    (Kind.CUSTOMER, ()),
    (Kind.ITEM, None),
    (Kind.INVOICE, (State.WAITING, State.FAILING)),
    (Kind.SETTLEMENT, None),
)
"""After all invoices, which say what customers, items and exchange rates are needed; then again those of them that
these may have helped. Customers twice: the person of a company that was just made is there before the invoices that
name it."""
_COUNTED = (Kind.INVOICE, Kind.CUSTOMER)
"""Kinds whose balance moves with what is taken back of others."""
_HANDFUL = 300
"""Operations of one group applied at once: both sides' batches, of 30 and of 100, come out full."""
_FEW_CHUNKS = 3
"""After so many chunks of invoices, what they need is made, and need not wait for the rest to be decided."""
_MOST_STEPS = 16
"""Steps of one record in one pass: a copy of 705 lines is made in 12."""
_REST = timedelta(minutes=2)
_LONGEST_BACKOFF = timedelta(minutes=30)


class Report(msgspec.Struct, frozen=True):
    """What a pass did. writes: operations that reached *done*, annotations included."""

    pass_id: int
    writes: int
    calls: dict[Side, int]
    trouble: Trouble | None


async def sync(work: Work) -> None:
    """Recover, read, decide, apply and annotate."""
    await recover(work)
    await set_up(work)
    await read_both(work)
    await carry_out(work)


async def carry_out(work: Work) -> None:
    """Decide, apply and annotate, once both sides were read completely."""
    if not (work.stored.crm_complete and work.stored.books_complete):
        return
    check(work)
    await _take_back(work)
    with work.begin() as tx:
        agenda.forget_needs(tx, work.connection)
        rates.forget_moving(tx, work.connection, work.now())
        for kind in (Kind.CUSTOMER, Kind.ITEM):
            agenda.mark_excluded(tx, work.connection, kind, "merged")  # the one that asked may ask no more
        if work.stored.settings.filters:
            agenda.mark_excluded(tx, work.connection, Kind.INVOICE, "filtered_customer")
    await _apply_all(work, _invoices_first(work))
    await currency.read_rates(work)
    work.reload()
    for kind, states in _ORDER:
        if kind is Kind.SETTLEMENT:
            await _read_payments(work)
        await _apply_all(work, decide_kind(work, kind, states))
        await currency.read_rates(work)
        work.reload()
    if work.stored.settings.annotate:
        await balances.refresh(work)
    await merging.find(work)  # what was read around the writes may have told of a merge
    for kind in Kind:
        # Whatever was written is decided once more, so that it stands in its state when the pass ends; what takes
        # several steps, such as a copy with its lines, comes to its end.
        for _ in range(_MOST_STEPS):
            if not await _apply_all(work, decide_kind(work, kind, ())):
                break
    if work.stored.settings.annotate:
        await _apply_all(work, annotations(work))


async def _take_back(work: Work) -> None:
    """Take back what people want undone: first what rests on a record, then the record itself."""
    for kind in reversed(Kind):
        with work.database.read() as tx:
            held = journal.open_pairs(tx, work.connection)
            due = [one for one in undone.wanted(tx, work.connection, kind) if one not in held]
        if due and kind in _COUNTED:
            await _read_again(work, kind, due)
        await _apply_all(work, decide_pairs(work, kind, due))


async def _read_payments(work: Work) -> None:
    """Before a payment of HubSpot's is booked, see whether it is there still, and those booked on its invoice before.

    HubSpot's feed tells of no deletion: what was deleted is no money, and recorded anew it must not be booked twice.
    """
    if not work.stored.settings.book_hubspot_payments:
        return
    with work.database.read() as tx:
        about = ledger.to_be_booked(tx, work.connection)
    if about:
        rows = await work.sides.crm.read(Kind.SETTLEMENT, about)
        with work.begin() as tx:
            mirror.put(tx, work.connection, Side.CRM, rows, work.now())


async def _read_again(work: Work, kind: Kind, ids: Sequence[int]) -> None:
    """Read the records of these pairs afresh."""
    with work.database.read() as tx:
        due = pairs.load(tx, ids)
    for side in Side:
        own = [one.crm_id if side is Side.CRM else one.books_id for one in due]
        rows = await work.sides.of(side).read(kind, [id_ for id_ in own if id_])
        with work.begin() as tx:
            mirror.put(tx, work.connection, side, rows, work.now())


async def run(
    *,
    database: Database,
    connection: int,
    sides: Sides,
    clock: Clock,
    random: Random,
    lease: Lease,
    steps: Callable[[Work], Awaitable[None]] = sync,
) -> Report:
    """Run one pass. Trouble with a side ends it early and is reported; what was done until then stands.

    steps: what it does, one after the other.
    """
    with database.begin() as tx:
        asked = connections.get(tx, connection).wanted
        if not connections.ended_well(tx, connection):
            agenda.mark_all(tx, connection)  # what the last pass had decided, it may not have shown on the record
        epoch, pass_id = connections.begin_pass(tx, connection, clock.now())
    work = Work(
        database=database,
        connection=connection,
        sides=sides,
        clock=clock,
        random=random,
        lease=lease,
        epoch=epoch,
        pass_id=pass_id,
    )
    before = {side: sides.calls(side) for side in Side}
    trouble: Trouble | None = None
    try:
        await steps(work)
    except SignInTrouble as error:
        trouble = Trouble(error.cause, str(error), error.evidence)
    except Vanished as error:
        trouble = error.trouble
    except RemoteError as error:
        trouble = Trouble("unavailable", str(error))
    calls = {side: sides.calls(side) - before[side] for side in Side}
    _end(work, asked, calls, trouble)
    return Report(pass_id, work.writes, calls, trouble)


def _invoices_first(work: Work) -> Iterator[list[Planned]]:
    """All invoices and, as these show them to be needed, items and customers: QuickBooks takes its time for them."""
    for place, planned in enumerate(decide_kind(work, Kind.INVOICE), 1):
        yield planned
        if place % _FEW_CHUNKS == 0:
            yield from decide_kind(work, Kind.ITEM, (), needed=True)
            yield from decide_kind(work, Kind.CUSTOMER, (), needed=True)


async def _apply_all(work: Work, chunks: Iterable[list[Planned]]) -> bool:
    """Apply what is planned as it comes, each group in handfuls that fill its batches; whether there was any."""
    waiting: defaultdict[Group, list[Planned]] = defaultdict(list)
    found = False
    for planned in chunks:
        for one in planned:
            waiting[group(one)].append(one)
        found = found or bool(planned)
        for due in waiting.values():
            while len(due) >= _HANDFUL:
                await apply(work, due[:_HANDFUL])
                del due[:_HANDFUL]
    await apply(work, [one for due in waiting.values() for one in due])
    return found


def postpone(database: Database, connection: int, now: datetime, asked: int) -> None:
    """Have the next pass wait after one that failed by a mistake of ours. asked: the wishes it had begun with."""
    with database.begin() as tx:
        stored = connections.get(tx, connection)
        fails = stored.fails + 1
        rest = min(_REST * 2**fails, _LONGEST_BACKOFF)
        connections.change(tx, connection, fails=fails, done=asked, due_at=(now + rest).isoformat())


def _end(work: Work, asked: int, calls: dict[Side, int], trouble: Trouble | None) -> None:
    now = work.now()
    with work.database.begin() as tx:
        connections.end_pass(tx, work.pass_id, now, writes=work.writes, calls=calls, trouble=trouble)
        stored = connections.get(tx, work.connection)
        if stored.epoch != work.epoch:
            return
        fails = stored.fails + 1 if trouble is not None else 0
        rest = min(_REST * 2**fails, _LONGEST_BACKOFF) if trouble is not None else _REST
        lasting = trouble is not None and trouble.cause != "unavailable"
        connections.change(
            tx,
            work.connection,
            done=max(stored.done, asked),
            fails=fails,
            due_at=(now + rest).isoformat(),
            trouble=trouble if lasting else None,
        )

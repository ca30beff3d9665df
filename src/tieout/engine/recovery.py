"""Recovery: what became of writes whose answer never came. Settled before anything else of those records is done."""

from collections.abc import Sequence

from sqlalchemy import Connection

from tieout.core.records import Side
from tieout.engine import applying
from tieout.engine.work import Work
from tieout.remote.errors import RemoteError, SignInTrouble
from tieout.remote.outcomes import Absent, Finding, Landed, Moot
from tieout.remote.side import Unit
from tieout.store import agenda, journal, mirror, pairs
from tieout.store.journal import Entry, Result


async def recover(work: Work) -> None:
    """Settle every unit that can be settled by now; the others stay open, and only their records wait.

    A unit may still take effect until the side's own time-out has passed, so absence is believed only after that.
    Raises SignInTrouble.
    """
    with work.begin() as tx:
        journal.drop_planned(tx, work.connection, pass_id=work.pass_id, now=work.now())
        units = journal.open_units(tx, work.connection)
        for entry in journal.open_creations(tx, work.connection):
            record = entry.operation.record
            if record is not None and entry.side is Side.BOOKS:
                work.reserved.take(applying.taken(entry.operation), entry.pair)
    for side, unit, state, sent_at in units:
        if state == journal.SENT:
            with work.begin() as tx:
                journal.end_unit(tx, unit.id, journal.UNKNOWN)
        if work.now() < work.committed_by(side, sent_at):
            continue
        with work.database.read() as tx:
            journal.check_epoch(tx, work.connection, work.epoch)
            entries = journal.entries(tx, unit.members)
        open_entries = [e for e in entries if e.state in (journal.SENT, journal.UNKNOWN)]
        if len(open_entries) != len(entries):
            await _settle_rest(work, side, unit, open_entries)
        else:
            await _settle(work, side, unit, entries)


async def _settle(work: Work, side: Side, unit: Unit, entries: Sequence[Entry]) -> None:
    findings = await _look(work, side, unit, entries)
    if findings is None:
        return
    landed = {
        entry.operation.id: finding.row
        for entry, finding in zip(entries, findings, strict=True)
        if isinstance(finding, Landed)
    }
    guarded = work.sides.of(side).profile.guarded and entries[0].operation.verb != "create"
    if all(isinstance(finding, Absent) for finding in findings) or (guarded and len(landed) < len(entries)):
        # Nothing of it happened: the same bytes under the same id, never regrouped. Of changes that their version
        # guards some may have happened: those are answered as the first time, or refused and known from the look.
        await applying.send(work, side, unit, entries, {}, again=True, landed=landed)
    else:
        await _take(work, side, unit, entries, findings)


async def _settle_rest(work: Work, side: Side, unit: Unit, entries: Sequence[Entry]) -> None:
    """Some members of the unit have ended already; it cannot be sent again as it was."""
    findings = await _look(work, side, unit, entries)
    if findings is not None:
        await _take(work, side, unit, entries, findings)


async def _look(work: Work, side: Side, unit: Unit, entries: Sequence[Entry]) -> Sequence[Finding] | None:
    try:
        return await work.sides.of(side).settle(unit, [e.operation for e in entries])
    except SignInTrouble:
        raise
    except RemoteError:
        return None


async def _take(work: Work, side: Side, unit: Unit, entries: Sequence[Entry], findings: Sequence[Finding]) -> None:
    """Adopt what is there; what is missing is decided anew and goes into a new unit."""
    with work.begin() as tx:
        for entry, finding in zip(entries, findings, strict=True):
            operation = entry.operation
            match finding:
                case Landed(row=row) if operation.verb == "create" and _is_anothers(tx, work, side, entry, row.id):
                    _drop(tx, work, entry, "What was found under its name belongs to another record.")
                case Landed(row=row, sent=sent, losers=losers):
                    result = Result(id=row.id, row=row, losers=losers, why="Found after its answer was lost.")
                    journal.end(tx, operation.id, journal.DONE, result, pass_id=work.pass_id, now=work.now())
                    work.writes += 1
                    mirror.put(tx, work.connection, side, [row], work.now())
                    if operation.verb == "create":
                        applying.created(tx, work, side, entry, sent)
                    else:
                        applying.advance(tx, side, entry, sent)
                        applying.lost(tx, work, entry, losers)
                case Moot(why=why):
                    _drop(tx, work, entry, why)
                case Absent():
                    _drop(tx, work, entry, "It never happened.")
            agenda.redecide(tx, entry.pair)
        journal.end_unit(tx, unit.id, journal.DONE)


def _is_anothers(tx: Connection, work: Work, side: Side, entry: Entry, id_: str) -> bool:
    """Whether a found record is linked to another one already: two records of HubSpot may want one name."""
    found = pairs.find(tx, work.connection, entry.operation.kind, side, id_)
    return found is not None and found.pair.bond is not None and found.id != entry.pair


def _drop(tx: Connection, work: Work, entry: Entry, why: str) -> None:
    result = Result(why=why)
    journal.end(tx, entry.operation.id, journal.DROPPED, result, pass_id=work.pass_id, now=work.now())
    work.reserved.release(entry.pair)

"""Applying: safety reads, journal, send, and what each outcome means. Result, link, bases and mirror move together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy import Connection

from tieout.core.fields import Rule, value_of
from tieout.core.records import Key, Kind, Side, State
from tieout.engine import undoing
from tieout.engine.deciding import Planned, linked_settlements
from tieout.engine.work import Work
from tieout.kinds import charge, mapped
from tieout.kinds.invoice import Invoice
from tieout.kinds.rules import RULES
from tieout.remote.errors import RemoteError, SignInTrouble
from tieout.remote.outcomes import Done, Fault, NotSent, Outcome, Refused, Unknown
from tieout.remote.rows import Row
from tieout.remote.side import Operation, Unit
from tieout.store import agenda, connections, journal, mirror, pairs
from tieout.store.journal import Entry, Result
from tieout.store.pairs import Refusal, Story

_SEND_SECONDS = 30.0
_RETRY = timedelta(seconds=5)
_ONE_SHOT = ("put_back", "restore_copy", "use_hubspot", "use_quickbooks", "reactivate", "restore", "enter_return")
"""Choices that are used up by the write that they asked for."""

Group = tuple[str, str, str, bool]
"""Side, kind and verb of operations, and whether they take something away."""


async def apply(work: Work, planned: Sequence[Planned]) -> None:
    """Write what was planned, unit by unit: what a side answers ends in states.

    Raises SignInTrouble, and LeaseLost or StaleEpoch where another pass has taken over.
    """
    inputs = {p.entry.operation.id: p.inputs for p in planned}
    for _, alike in groupby(sorted(planned, key=group), key=group):
        entries = [p.entry for p in alike]
        side = entries[0].side
        largest = work.sides.of(side).profile.largest_unit * 4
        for start in range(0, len(entries), largest):
            await _write(work, side, entries[start : start + largest], inputs)


def group(planned: Planned) -> Group:
    """What it may be sent together with."""
    operation = planned.entry.operation
    return planned.side.value, operation.kind.value, operation.verb, operation.withdraw


async def _write(work: Work, side: Side, entries: Sequence[Entry], inputs: dict[str, str]) -> None:
    by_id = {e.operation.id: e for e in entries}
    try:
        prepared = await work.sides.of(side).prepare([e.operation for e in entries], work.new_id)
    except SignInTrouble:
        raise
    except RemoteError as error:
        _give_up(work, entries, str(error))
        return
    with work.begin() as tx:
        mirror.put(tx, work.connection, side, prepared.stale, work.now())
        for dropped in prepared.dropped:
            _end(tx, work, dropped, journal.DROPPED, Result(why="The record changed since it was decided."))
            agenda.redecide(tx, by_id[dropped].pair)
        for operation_id, fault in prepared.impossible:
            _refused(tx, work, by_id[operation_id], fault, inputs.get(operation_id, ""))
    for unit in prepared.units:
        await send(work, side, unit, [by_id[i] for i in unit.members], inputs)


async def send(
    work: Work,
    side: Side,
    unit: Unit,
    entries: Sequence[Entry],
    inputs: dict[str, str],
    *,
    again: bool = False,
    landed: Mapping[str, Row] | None = None,
) -> None:
    """Journal a unit, send it once, and journal what came of it.

    again: it was sent before. landed: by operation, what is known to have happened then, however it is answered now.
    """
    work.lease.check()
    with work.begin() as tx:
        if again:
            journal.sent_again(tx, unit.id, work.now())
        else:
            journal.seal(tx, work.connection, side, [unit], now=work.now())

    def leaves() -> float:
        """Its quota and its sign-in may have been waited for: only now it must be ours to send, and counts as sent."""
        with work.begin() as tx:
            journal.leaves(tx, unit.id, work.now())
        return min(_SEND_SECONDS, work.lease.check())

    trouble: SignInTrouble | None = None
    outcomes: Sequence[Outcome]
    try:
        outcomes = await work.sides.of(side).send(unit, [e.operation for e in entries], leaves)
        outcomes = [_known(entry, outcome, landed or {}) for entry, outcome in zip(entries, outcomes, strict=True)]
    except SignInTrouble as error:
        outcomes, trouble = [NotSent(str(error)) for _ in entries], error
    record(work, side, unit, entries, outcomes, inputs)
    await _read_stale(work, side, entries, outcomes)
    if trouble is not None:
        raise trouble


def _known(entry: Entry, outcome: Outcome, landed: Mapping[str, Row]) -> Outcome:
    """An outcome in the light of what had happened already: a change is stale when it is sent a second time."""
    row = landed.get(entry.operation.id)
    if row is None or not isinstance(outcome, Refused) or outcome.fault.reaction != "stale":
        return outcome
    return Done(row.id, row, row.version)


def record(
    work: Work,
    side: Side,
    unit: Unit,
    entries: Sequence[Entry],
    outcomes: Sequence[Outcome],
    inputs: dict[str, str],
) -> None:
    """Write down how the members of a unit ended, with all that follows, in one transaction."""
    with work.begin() as tx:
        if any(isinstance(outcome, Unknown) for outcome in outcomes):
            _unknown(tx, work, side, unit, entries)
        else:
            journal.end_unit(tx, unit.id, journal.DONE)
        ended = list(zip(entries, outcomes, strict=True))
        told = [_told(entry, outcome) for entry, outcome in ended if isinstance(outcome, Done)]
        mirror.put(tx, work.connection, side, [row for row in told if row is not None], work.now())
        for entry, outcome in ended:
            match outcome:
                case Done():
                    _done(tx, work, side, entry, outcome)
                    work.writes += 1
                case Refused(fault=fault):
                    _refused(tx, work, entry, fault, inputs.get(entry.operation.id, ""))
                case NotSent(why=why, retry_after=after, cause=cause):
                    _end(tx, work, entry.operation.id, journal.DROPPED, Result(why=why))
                    _retry(tx, work, [entry], cause, why, after)
                case Unknown():
                    pass


def _told(entry: Entry, done: Done) -> Row | None:
    """The record as the answer to a write told it; None where it told none, and for annotations."""
    operation = entry.operation
    if operation.verb == "annotate":
        return None
    if done.row is None and operation.withdraw:
        return Row(operation.kind, operation.target, done.version, None, "archived")
    return done.row


def _done(tx: Connection, work: Work, side: Side, entry: Entry, done: Done) -> None:
    operation = entry.operation
    result = Result(id=done.id, row=done.row, losers=done.losers, tid=done.tid)
    _end(tx, work, operation.id, journal.DONE, result)
    if operation.verb == "annotate":
        pairs.annotated(tx, entry.pair, operation.properties)
        return
    row = _told(entry, done)
    if side is Side.BOOKS and row is not None and isinstance(row.record, Invoice):
        work.balances.add(row.record.customer)
    if row is None:
        mirror.raise_version(tx, work.connection, side, operation.kind, operation.target, done.version)
        agenda.redecide(tx, entry.pair)
        return
    if operation.verb == "create":
        created(tx, work, side, entry, row)
        return
    advance(tx, side, entry, row)
    lost(tx, work, entry, done.losers)
    agenda.redecide(tx, entry.pair)


def created(tx: Connection, work: Work, side: Side, entry: Entry, base: Row) -> None:
    """Link what was created, and is in the mirror. base: as it was written."""
    operation, origin = entry.operation, entry.origin
    if origin is None or origin.record is None or base.record is None:
        raise ValueError(f"Creation {operation.id} has lost the record it was made from.")
    crm, books = (base, origin) if side is Side.CRM else (origin, base)
    if crm.record is None or books.record is None:
        raise ValueError(f"Creation {operation.id} has no record on one side.")
    lines = _line_map(crm.record, operation.record, books.record)
    pair_id = pairs.link(
        tx,
        work.connection,
        operation.kind,
        crm_id=crm.id,
        books_id=books.id,
        crm_base=crm.record,
        books_base=books.record,
        lines=lines,
        why=f"created:{operation.id}",
        now=work.now(),
    )
    work.reserved.release(entry.pair)
    work.touched[operation.kind].add(pair_id)
    linked_settlements(tx, work.connection, operation.kind, crm.id, books.id)


def taken(operation: Operation) -> tuple[Key, ...]:
    """The names and numbers that a creation in QuickBooks takes."""
    if operation.record is None:
        return ()
    named = RULES[operation.kind].keys(Side.BOOKS, operation.record)
    return tuple(key for key in named if key.name in ("display_name", "item_name", "number"))


def _line_map(crm: object, sent: object, books: object) -> dict[str, str]:
    """Which QuickBooks line each HubSpot line stands for, once written.

    What was sent has HubSpot's order, with the ids of lines that stood there already; QuickBooks keeps the order of
    those, and gives ids to the new ones in the order in which they were sent.
    """
    if not (isinstance(crm, Invoice) and isinstance(sent, Invoice) and isinstance(books, Invoice)):
        return {}
    standing = {line.id for line in sent.lines if line.id}
    new = iter([line.id for line in books.lines if line.id not in standing])
    ids = [(ours.id, line.id or next(new, "")) for ours, line in zip(crm.lines, sent.lines, strict=False)]
    return {ours: theirs for ours, theirs in ids if theirs}


def advance(tx: Connection, side: Side, entry: Entry, row: Row) -> None:
    """Bases move field by field, with the write that proves them."""
    found = pairs.load(tx, [entry.pair])
    if not found or found[0].pair.bond is None:
        return
    stored, bond = found[0], found[0].pair.bond
    if entry.operation.undoes:
        undoing.done(tx, stored, entry.operation)
        stored = pairs.load(tx, [entry.pair])[0]
    if row.record is None or entry.origin is None or entry.origin.record is None:
        pairs.choose(tx, stored.id, _unused(stored.pair.choices))
        return
    rules = RULES[stored.pair.kind]
    operation, names = entry.operation, entry.moved
    if operation.verb == "void":
        names = ("status", *charge.NAMES) if stored.pair.kind is Kind.INVOICE else ()
    # Only what was written is proved by the answer; of the rest, the base is what the decision was made against, so
    # that a change made meanwhile is seen.
    proved = tuple(n for n in names if operation.verb == "void" or n in _written(operation))
    written = rules.advance(bond.crm_base if side is Side.CRM else bond.books_base, row.record, proved)
    if operation.base is not None:
        written = rules.advance(written, operation.base, tuple(n for n in names if n not in proved))
    carried = rules.advance(bond.books_base if side is Side.CRM else bond.crm_base, entry.origin.record, names)
    crm_base, books_base = (written, carried) if side is Side.CRM else (carried, written)
    renewed = side is Side.BOOKS and "lines" in operation.fields and not operation.undoes
    lines = _line_map(entry.origin.record, operation.record, row.record) if renewed else None
    pairs.rebase(tx, stored.id, crm_base=crm_base, books_base=books_base, lines=lines)
    if (left := _unused(stored.pair.choices)) != stored.pair.choices:
        pairs.choose(tx, stored.id, left)


def _written(operation: Operation) -> frozenset[str]:
    """The fields that a write sets, those that the side calculates from them included."""
    if operation.kind is Kind.INVOICE and "lines" in operation.fields:
        return frozenset((*operation.fields, "lines", "discount", "tax", "total"))
    return frozenset(operation.fields)


def _unused(choices: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in choices.items() if name.partition(":")[0] not in _ONE_SHOT}


def lost(tx: Connection, work: Work, entry: Entry, losers: Mapping[str, tuple[str, str]]) -> None:
    """Keep in the history what a person set between our read and our write, by field, with the moment (ISO)."""
    for field, (value, moment) in losers.items():
        _lost(tx, work, entry, field, value, moment)


def _lost(tx: Connection, work: Work, entry: Entry, field: str, value: str, moment: str) -> None:
    """A value that a person set between our read and our write: kept in the history as the loser.

    Where a rule says that HubSpot wins, it is put back, and what we wrote is the loser.
    """
    operation = entry.operation
    before, wrote = (str(value_of(one, field) or "") for one in (operation.base, operation.record))
    details = {"field": field, "before": before, "after": value, "side": Side.CRM.value, "set_at": moment}
    rule = mapped.rules(operation.kind, work.stored.settings).get(field, Rule.ASK)
    found = pairs.load(tx, [entry.pair])
    if rule is Rule.HUBSPOT and value and found:
        pairs.choose(tx, entry.pair, dict(found[0].pair.choices) | {f"restore:{field}": value})
        details |= {"after": wrote, "side": Side.BOOKS.value, "set_at": ""}
    details |= {"overruled_at": work.now().isoformat(), "by": operation.id}
    connections.note(
        tx, work.connection, who="tieout", what="overruled", details=details, now=work.now(), pair=entry.pair
    )


def _refused(tx: Connection, work: Work, entry: Entry, fault: Fault, inputs: str) -> None:
    operation = entry.operation
    _end(tx, work, operation.id, journal.REFUSED, Result(fault=fault))
    work.reserved.release(entry.pair)
    if operation.verb == "annotate":
        return
    if fault.reaction == "stale":
        agenda.redecide(tx, entry.pair)
        return
    if fault.reaction == "transient":
        _retry(tx, work, [entry], fault.cause, fault.text, None)
        return
    if operation.undoes:
        undoing.refused(tx, work, entry.pair, operation, fault.text)
        return
    if fault.cause == "service_date_required":
        _learn(tx, work, entry)
    pairs.refuse(tx, entry.pair, Refusal(inputs, fault.cause, fault.evidence, fault.text))
    story = Story(evidence=fault.evidence | {"text": fault.text}, text=fault.text, tid=fault.evidence.get("tid", ""))
    for stored in pairs.load(tx, [entry.pair]):
        pairs.settle(tx, stored, State.FAILING, fault.cause, story, now=work.now(), money=pairs.money(stored))


def _learn(tx: Connection, work: Work, entry: Entry) -> None:
    """Remember which items want a service date: QuickBooks does not say which line it meant."""
    record_sent = entry.operation.record
    if not isinstance(record_sent, Invoice):
        return
    undated = sorted({line.item for line in record_sent.lines if line.service_date is None})
    learned = connections.get(tx, work.connection).learned
    if len(undated) == 1:
        learned = connections.Learned(tuple(sorted({*learned.dated_items, *undated})), learned.suspects)
    elif undated:
        learned = connections.Learned(learned.dated_items, tuple(sorted({*learned.suspects, tuple(undated)})))
    connections.change(tx, work.connection, learned=learned)


def _unknown(tx: Connection, work: Work, side: Side, unit: Unit, entries: Sequence[Entry]) -> None:
    journal.end_unit(tx, unit.id, journal.UNKNOWN)
    until = work.committed_by(side, work.now()).isoformat()
    for stored in pairs.load(tx, [e.pair for e in entries if e.operation.verb != "annotate"]):
        story = Story(evidence={"until": until})
        pairs.settle(tx, stored, State.RETRYING, "unavailable", story, now=work.now(), money=pairs.money(stored))
        pairs.refuse(tx, stored.id, None, "")


def _give_up(work: Work, entries: Sequence[Entry], why: str) -> None:
    """The safety read did not come through: nothing was sent, and it is tried again a little later."""
    with work.begin() as tx:
        for entry in entries:
            _end(tx, work, entry.operation.id, journal.DROPPED, Result(why=why))
        _retry(tx, work, entries, "unavailable", why, None)


def _retry(tx: Connection, work: Work, entries: Iterable[Entry], cause: str, why: str, after: float | None) -> None:
    at = work.now() + (timedelta(seconds=after) if after else _RETRY)
    for entry in entries:
        if entry.operation.verb == "annotate":
            agenda.redecide(tx, entry.pair)
    for stored in pairs.load(tx, [e.pair for e in entries if e.operation.verb != "annotate"]):
        work.reserved.release(stored.id)
        story = Story(evidence={"until": at.isoformat()}, text=why)
        pairs.settle(tx, stored, State.RETRYING, cause, story, now=work.now(), money=pairs.money(stored), dirty=True)
        pairs.refuse(tx, stored.id, None, at.isoformat())


async def _read_stale(work: Work, side: Side, entries: Sequence[Entry], outcomes: Sequence[Outcome]) -> None:
    """Read again what somebody changed at the same moment: it is decided anew, never sent again as it was."""
    stale: dict[Kind, list[str]] = {}
    for entry, outcome in zip(entries, outcomes, strict=True):
        if isinstance(outcome, Refused) and outcome.fault.reaction == "stale" and entry.operation.target:
            stale.setdefault(entry.operation.kind, []).append(entry.operation.target)
    for kind, ids in stale.items():
        try:
            rows = await work.sides.of(side).read(kind, ids)
        except SignInTrouble:
            raise
        except RemoteError:
            continue
        with work.begin() as tx:
            mirror.put(tx, work.connection, side, rows, work.now())


def _end(tx: Connection, work: Work, operation_id: str, state: str, result: Result) -> None:
    journal.end(tx, operation_id, state, result, pass_id=work.pass_id, now=work.now())

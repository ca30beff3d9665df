"""Writing the parts of a copy: its line items, its discount and its tax, each a record of HubSpot's own.

One operation makes one step, which is one request: what has to go is archived, then what differs is updated, then what
lacks is created, at most a batch at a time. The decision that follows sees what stands by then, and asks for the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal, TypeVar

import msgspec

from tieout.core.money import decimal
from tieout.core.records import Kind, Side
from tieout.hubspot import limits
from tieout.hubspot.documents import Detail, Document, batch_answer
from tieout.hubspot.errors import fault
from tieout.hubspot.history import trace
from tieout.hubspot.lens import invoice, values
from tieout.hubspot.lens.customer import version
from tieout.hubspot.lens.invoice import DISCOUNTS, FEES, INVOICES, LINES, TAXES
from tieout.hubspot.objects import OBJECTS
from tieout.hubspot.reader import LINE, Reader
from tieout.kinds import charge
from tieout.kinds.copying import altered
from tieout.kinds.invoice import Invoice, Line
from tieout.remote.errors import Refusal, RemoteError
from tieout.remote.http import Answer
from tieout.remote.outcomes import Absent, Done, Finding, Landed, Moot, Outcome, Refused, Unknown
from tieout.remote.ports import Part
from tieout.remote.rows import Row
from tieout.remote.side import Operation, Prepared, Unit, UnitIds

E = TypeVar("E", Outcome, Finding)
Act = Literal["archive", "update", "create"]
_WRITTEN = ("name", "text", "quantity", "price", "amount", "tax")
_ZERO = Decimal(0)
_SAID: Final = {"name": "name", "description": "text", "quantity": "quantity", "price": "price"}
"""The field of a line by the property that shows it."""
_FEE = "fee:"
_ADJUSTED: Final[Mapping[str, Literal["discount", "tax"]]] = {DISCOUNTS: "discount", TAXES: "tax"}
"""The field of an invoice that each type of adjustment makes up: a copy has one record of either at most."""


class Input(msgspec.Struct, frozen=True):
    """What is read back of one input of a batch."""

    id: str = ""
    trace: str = msgspec.field(name="objectWriteTraceId", default="")
    properties: dict[str, str] = {}


class Body(msgspec.Struct, frozen=True):
    """What is read back of a batch."""

    inputs: tuple[Input, ...]

    @property
    def ids(self) -> dict[str, str]:
        """The parts that it names, by their ids; none where it makes them."""
        return {one.id: one.id for one in self.inputs if one.id}


class Step(msgspec.Struct, frozen=True):
    """The next request that brings a copy nearer to what it shall be. type: of the parts that it writes."""

    operation: Operation
    type: str
    act: Act
    inputs: tuple[Mapping[str, object], ...]


class Parts:
    """Writes the parts of one account's copies."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def prepare(self, operations: Sequence[Operation], unit_ids: UnitIds, read_at: str) -> Prepared:
        """Read the invoices, leave out those that changed or lack nothing, and pack one step of each of the others.

        A unit's `read_at` is no earlier than any version read: what the step makes of an invoice is newer than that.
        """
        if not operations:
            return Prepared(())
        reading = await self._reader.by_id(INVOICES, [one.target for one in operations])
        rows = {row.id: row for row in reading.rows if row.kind is Kind.INVOICE}
        steps: list[Step] = []
        dropped: list[Operation] = []
        for one in operations:
            row = rows.get(one.target)
            step = await self._step(one, row.record) if row is not None and _stands(one, row.record) else None
            if step is None:
                dropped.append(one)
            else:
                steps.append(step)
        gone = {one.target for one in dropped}
        stale = tuple(row for row in rows.values() if row.id in gone)
        newest = max((row.version for row in rows.values()), default=0)
        read = max(values.moment(read_at), values.moment(str(newest)))
        return Prepared(_units(steps, unit_ids, read.isoformat()), stale, tuple(one.id for one in dropped))

    async def done(self, unit: Unit, members: Sequence[Operation], answer: Answer) -> tuple[Outcome, ...]:
        """What an answer of success says of each member, and what of a person's it overruled."""
        type_, act = _of(unit)
        body = msgspec.json.decode(unit.body, type=Body)
        if act == "archive":
            at = values.milliseconds(unit.read_at)
            return tuple(_done(one, _after(one, type_, act, body.ids), at) for one in members)
        try:
            made, errors = batch_answer(answer.body)
        except ValueError as error:
            return tuple(Unknown(str(error)) for _ in members)
        try:
            losers = await self._losers(unit, body, members, {one.id: version(one) for one in made})
        except Refusal:
            losers = {}  # it happened all the same
        except RemoteError as error:
            words = f"It was written, but what it overruled could not be read: {error}"
            return tuple(Unknown(words) for _ in members)
        known: list[Part] = []
        outcomes = [_outcome(one, unit, body, made, errors, known) for one in members]
        self._reader.note(known)
        return tuple(_with(outcome, losers.get(one.id, {})) for one, outcome in zip(members, outcomes, strict=True))

    async def settle(self, unit: Unit, members: Sequence[Operation]) -> tuple[Finding, ...]:
        """Look what became of a step without answer: a copy that stands as before has none of it."""
        type_, act = _of(unit)
        body = msgspec.json.decode(unit.body, type=Body)
        reading = await self._reader.by_id(INVOICES, [one.target for one in members])
        rows = {row.id: row for row in reading.rows if row.kind is Kind.INVOICE}
        findings = [_found(one, rows.get(one.target), type_, act, body) for one in members]
        landed = [one for one, finding in zip(members, findings, strict=True) if isinstance(finding, Landed)]
        losers = await self._losers(unit, body, landed, {})
        return tuple(_with(finding, losers.get(one.id, {})) for one, finding in zip(members, findings, strict=True))

    async def _losers(
        self, unit: Unit, body: Body, members: Sequence[Operation], written: Mapping[str, int]
    ) -> dict[str, dict[str, tuple[str, str]]]:
        """What a person had set on lines between our read and our change of them, by operation and field.

        HubSpot guards no write by a version; its history tells (`propertiesWithHistory`). written: milliseconds of our
        change by line, where known. Raises SignInTrouble, Refusal, Unavailable.
        """
        changed = [one for one in body.inputs if one.id and one.properties]
        if not changed or not members:
            return {}
        names = list(_SAID)
        found = await self._reader.objects.read(LINES, [one.id for one in changed], names, history=names)
        there = {one.id: one for one in found.documents}
        losers: dict[str, dict[str, tuple[str, str]]] = {}
        for operation in members:
            lost: dict[str, tuple[str, str]] = {}
            for one in changed:
                if one.trace.startswith(operation.id) and one.id in there:
                    lost |= _lost(operation, one, there[one.id], unit, written.get(one.id, 0))
            losers[operation.id] = lost
        return losers

    async def _step(self, operation: Operation, now: object) -> Step | None:
        wanted = operation.record
        if not isinstance(wanted, Invoice) or not isinstance(now, Invoice):
            return None
        kept = {line.id for line in wanted.lines}
        gone = [line.id for line in now.lines if line.id not in kept]
        if lines := [id_ for id_ in gone if not id_.startswith(_FEE)]:
            return _archive(operation, LINES, lines)
        if fees := [id_.removeprefix(_FEE) for id_ in gone]:
            return _archive(operation, FEES, fees)
        apart = [type_ for type_, field in _ADJUSTED.items() if getattr(now, field) != getattr(wanted, field)]
        for type_ in apart:
            if getattr(now, _ADJUSTED[type_]):
                linked = await self._reader.objects.linked(INVOICES, type_, [operation.target])
                if ids := linked.get(operation.target):
                    return _archive(operation, type_, ids)
        places = {line.source: place for place, line in enumerate(wanted.lines)}
        differing = list(altered(now, wanted))
        if changed := [line for line in differing if line.id]:
            return Step(operation, LINES, "update", tuple(_changed(operation, one, wanted, places) for one in changed))
        if differing:
            return Step(operation, LINES, "create", tuple(_new(operation, one, wanted, places) for one in differing))
        for type_ in apart:
            field = _ADJUSTED[type_]
            properties = invoice.adjustment(field.capitalize(), getattr(wanted, field))
            return Step(operation, type_, "create", (_creation(operation, field, type_, properties),))
        return None


def _outcome(
    operation: Operation,
    unit: Unit,
    body: Body,
    made: Sequence[Document],
    errors: Sequence[Detail],
    known: list[Part],
) -> Outcome:
    """What became of one member's step; the lines that HubSpot holds as they were meant are added to `known`."""
    type_, act = _of(unit)
    own = {input_.trace for input_ in body.inputs if input_.trace.startswith(operation.id)}
    ids = {one.id for one in body.inputs if one.id and one.trace in own}
    mine = [one for one in made if one.object_write_trace_id in own or one.id in ids]
    if not mine:
        told = next((error for error in errors if own.intersection(error.named("objectWriteTraceId"))), None)
        if told is None:
            return Unknown("HubSpot's answer does not mention the parts of this invoice.")
        return Refused(fault(400, told))
    at = max(values.milliseconds(unit.read_at), *(version(one) for one in mine))
    if type_ == LINES:
        worth = _worth(operation.record)
        known += [Part(LINE, one.id, operation.target, version(one), {}) for one in mine if worth(one)]
    parts = {one.object_write_trace_id.partition(":")[2] if act == "create" else one.id: one.id for one in mine}
    return _done(operation, _after(operation, type_, act, parts), at)


def _worth(record: object) -> Callable[[Document], bool]:
    """Whether HubSpot says that a line comes to what was meant; a line that does not is read again by the feed."""
    lines = record.lines if isinstance(record, Invoice) else ()
    meant = {name: line.amount for line in lines for name in (line.id, line.source) if name}

    def stands(line: Document) -> bool:
        told = line.properties.get("amount")
        name = line.id if line.id in meant else line.object_write_trace_id.partition(":")[2]
        return told is not None and decimal(told) == meant.get(name)

    return stands


def _lost(operation: Operation, sent: Input, now: Document, unit: Unit, written_at: int) -> dict[str, tuple[str, str]]:
    """The values of one line that our change of it overruled, the latest of each field, with its moment."""
    lines = operation.base.lines if isinstance(operation.base, Invoice) else ()
    found: dict[str, tuple[str, str]] = {}
    for place, line in enumerate(lines, 1):
        if line.id != sent.id:
            continue
        before = invoice.line_item(line, 0, "")
        for name, field in _SAID.items():
            traced = trace(
                now.properties_with_history.get(name, []),
                sent=sent.properties.get(name, ""),
                base=before[name],
                read_at=values.milliseconds(unit.read_at),
                written_at=written_at,
            )
            if traced.losers:
                found[f"lines[{place}].{field}"] = traced.losers[0]
    return found


def _with(ending: E, losers: dict[str, tuple[str, str]]) -> E:
    """The ending of an operation with what it overruled, where it happened."""
    return msgspec.structs.replace(ending, losers=losers) if losers and isinstance(ending, Done | Landed) else ending


def _stands(operation: Operation, now: object) -> bool:
    """Whether the copy's charge is what the decision was made against; its total may still be settling."""
    base = operation.base
    if not isinstance(now, Invoice) or not isinstance(base, Invoice):
        return False
    return not charge.differences(base, now, Side.CRM, ignore=("total",))


def _archive(operation: Operation, type_: str, ids: Sequence[str]) -> Step:
    return Step(operation, type_, "archive", tuple({"id": id_} for id_ in ids))


def _changed(operation: Operation, line: Line, wanted: Invoice, places: Mapping[str, int]) -> Mapping[str, object]:
    properties = invoice.line_item(line, places[line.source], wanted.currency)
    del properties["hs_product_id"]  # copied at creation (HubSpot, "Line items" guide)
    return {"id": line.id, "objectWriteTraceId": f"{operation.id}:{line.source}", "properties": properties}


def _new(operation: Operation, line: Line, wanted: Invoice, places: Mapping[str, int]) -> Mapping[str, object]:
    properties = invoice.line_item(line, places[line.source], wanted.currency)
    return _creation(operation, line.source, LINES, properties)


def _creation(operation: Operation, name: str, type_: str, properties: dict[str, str]) -> Mapping[str, object]:
    ends = ((operation.target, invoice.TO_INVOICE[type_]),)
    return values.creation(f"{operation.id}:{name}", properties, ends, emptied=(invoice.TAX_RATE,))


def _units(steps: Sequence[Step], unit_ids: UnitIds, read_at: str) -> tuple[Unit, ...]:
    """Fill batches with whole steps, in their order; a step longer than a batch goes on in the next decision."""
    units = []
    for type_, act in sorted({(one.type, one.act) for one in steps}):
        batch: list[Step] = []
        waiting = [one for one in steps if (one.type, one.act) == (type_, act)]
        for step in [*waiting, None]:
            size = sum(len(one.inputs) for one in batch)
            if batch and (step is None or size + len(step.inputs) > limits.BATCH):
                inputs = [each for one in batch for each in one.inputs][: limits.BATCH]
                body = msgspec.json.encode({"inputs": inputs})
                members = tuple(one.operation.id for one in batch)
                units.append(Unit(unit_ids(), "POST", f"{OBJECTS}/{type_}/batch/{act}", body, members, read_at))
                batch = []
            if step is not None:
                batch.append(step)
    return tuple(units)


def _of(unit: Unit) -> tuple[str, Act]:
    """The type of the parts that a unit writes, and what it does with them."""
    type_, _, rest = unit.path.removeprefix(f"{OBJECTS}/").partition("/batch/")
    acts: dict[str, Act] = {"archive": "archive", "update": "update", "create": "create"}
    return type_, acts[rest]


def _after(operation: Operation, type_: str, act: Act, parts: Mapping[str, str]) -> Invoice:
    """The copy once a step is done. parts: ids of those that it wrote, of new lines by `source`, else by id."""
    base, wanted = operation.base, operation.record
    if not isinstance(base, Invoice) or not isinstance(wanted, Invoice):
        raise TypeError(f"Operation {operation.id} is about no invoice.")
    after = base
    if field := _ADJUSTED.get(type_):
        worth = getattr(wanted, field) if act == "create" else _ZERO
        after = msgspec.structs.replace(base, **{field: worth})
    else:
        after = msgspec.structs.replace(base, lines=_lines(base, wanted, type_, act, parts))
    if base.status == "draft":  # until a total is given, HubSpot sums the parts up
        total = sum((line.amount for line in after.lines), -after.discount) + after.tax
        after = msgspec.structs.replace(after, total=total, balance=total)
    return after


def _lines(base: Invoice, wanted: Invoice, type_: str, act: Act, parts: Mapping[str, str]) -> tuple[Line, ...]:
    match act:
        case "archive":
            gone = {(_FEE if type_ == FEES else "") + id_ for id_ in parts}
            return tuple(line for line in base.lines if line.id not in gone)
        case "update":
            shall = {line.id: line for line in wanted.lines if line.id in parts}
            # A line keeps the product that it was made with.
            return tuple(msgspec.structs.replace(shall.get(line.id, line), item=line.item) for line in base.lines)
        case "create":
            new = {line.source: line for line in wanted.lines if line.source in parts}
            made = [msgspec.structs.replace(line, id=parts[source]) for source, line in new.items()]
            places = {line.source: place for place, line in enumerate(wanted.lines)}
            return tuple(sorted((*base.lines, *made), key=lambda line: places.get(line.source, len(places))))


def _done(operation: Operation, now: Invoice, at: int) -> Outcome:
    return Done(operation.target, Row(Kind.INVOICE, operation.target, at, now), at)


def _found(operation: Operation, row: Row | None, type_: str, act: Act, body: Body) -> Finding:
    if row is None or not isinstance(row.record, Invoice):
        return Moot("The invoice is not there any more.")
    if _stands(operation, row.record):
        return Absent()
    parts = body.ids
    if act == "create":
        known = {line.source for line in operation.base.lines} if isinstance(operation.base, Invoice) else set()
        parts = {line.source: line.id for line in row.record.lines if line.source and line.source not in known}
    sent = _after(operation, type_, act, parts)
    if not _shows(row.record, operation.base, sent, type_):
        return Moot("Somebody changed the invoice meanwhile, and it holds nothing of this step.")
    return Landed(row=row, sent=Row(Kind.INVOICE, operation.target, row.version, sent))


def _shows(now: Invoice, before: object, sent: Invoice, type_: str) -> bool:
    """Whether an invoice that is not what it was shows a step: any of the parts that the step was to change so."""
    if not isinstance(before, Invoice):
        return False
    if field := _ADJUSTED.get(type_):
        meant = getattr(sent, field)
        return bool(meant != getattr(before, field) and getattr(now, field) == meant)
    was, is_, shall = ({line.id: line for line in one.lines} for one in (before, now, sent))
    if was.keys() != shall.keys():
        return any((id_ in is_) == (id_ in shall) for id_ in was.keys() ^ shall.keys())
    return any(_taken(was[id_], is_[id_], shall[id_]) for id_ in was.keys() & is_.keys())


def _taken(was: Line, now: Line, shall: Line) -> bool:
    """Whether a line has any of the values that were to change."""
    moved = (name for name in _WRITTEN if getattr(was, name) != getattr(shall, name))
    return any(getattr(now, name) == getattr(shall, name) for name in moved)

"""Writing the parts of a copy: its line items, its discount and its tax, each a record of HubSpot's own.

One operation makes one step, which is one request: what has to go is archived, then what differs is updated, then what
lacks is created, at most a batch at a time. The decision that follows sees what stands by then, and asks for the rest.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from tieout.core.records import Kind, Side
from tieout.hubspot import limits
from tieout.hubspot.documents import BatchAnswer, Detail, Document, decoder, documents
from tieout.hubspot.errors import fault
from tieout.hubspot.lens import invoice, values
from tieout.hubspot.lens.customer import version
from tieout.hubspot.lens.invoice import DISCOUNTS, FEES, INVOICES, LINES, TAXES
from tieout.hubspot.objects import OBJECTS
from tieout.hubspot.reader import LINE, Reader
from tieout.kinds import charge
from tieout.kinds.copying import altered
from tieout.kinds.invoice import Invoice, Line
from tieout.remote.http import Answer
from tieout.remote.outcomes import Absent, Done, Finding, Landed, Moot, Outcome, Refused, Unknown
from tieout.remote.ports import Part
from tieout.remote.rows import Row
from tieout.remote.side import Operation, Prepared, Unit, UnitIds

Act = Literal["archive", "update", "create"]
_BATCH = decoder(BatchAnswer)
_WRITTEN = ("name", "text", "quantity", "price", "amount")
_ZERO = Decimal(0)
_FEE = "fee:"
_DISCOUNT = "discount"
_TAX = "tax"
_LABELS = {DISCOUNTS: "Discount", TAXES: "Tax"}


class Input(msgspec.Struct, frozen=True):
    """What is read back of one input of a batch."""

    id: str = ""
    trace: str = msgspec.field(name="objectWriteTraceId", default="")


class Body(msgspec.Struct, frozen=True):
    """What is read back of a batch."""

    inputs: tuple[Input, ...]


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
        """What an answer of success says of each member."""
        type_, act = _written(unit)
        body = msgspec.json.decode(unit.body, type=Body)
        if act == "archive":
            if answer.status != 204:  # HubSpot says nothing where it archived; a page is somebody else's answer
                return tuple(Unknown(f"HubSpot answered with status {answer.status}.") for _ in members)
            at = values.milliseconds(unit.read_at)
            return tuple(_done(one, _after(one, type_, act, body, {}), at) for one in members)
        try:
            batch = _BATCH.decode(answer.body)
        except msgspec.MsgspecError as error:
            return tuple(Unknown(f"HubSpot's answer cannot be read: {error}") for _ in members)
        made, illegible = documents(batch.results)
        if illegible:
            return tuple(Unknown(illegible[0].why) for _ in members)
        return tuple(self._outcome(one, unit, body, made, batch.errors) for one in members)

    async def settle(self, unit: Unit, members: Sequence[Operation]) -> tuple[Finding, ...]:
        """Look what became of a step without answer: a copy that stands as before has none of it."""
        type_, act = _written(unit)
        body = msgspec.json.decode(unit.body, type=Body)
        reading = await self._reader.by_id(INVOICES, [one.target for one in members])
        rows = {row.id: row for row in reading.rows if row.kind is Kind.INVOICE}
        return tuple(_found(one, rows.get(one.target), type_, act, body) for one in members)

    def _outcome(
        self,
        operation: Operation,
        unit: Unit,
        body: Body,
        made: Sequence[Document],
        errors: Sequence[Detail],
    ) -> Outcome:
        type_, act = _written(unit)
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
            self._reader.note([Part(LINE, one.id, operation.target, version(one), {}) for one in mine])
        created = {one.object_write_trace_id.partition(":")[2]: one.id for one in mine} if act == "create" else {}
        return _done(operation, _after(operation, type_, act, body, created), at)

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
        for type_, stands, shall in ((DISCOUNTS, now.discount, wanted.discount), (TAXES, now.tax, wanted.tax)):
            if stands and stands != shall:
                linked = await self._reader.objects.linked(INVOICES, type_, [operation.target])
                if ids := linked.get(operation.target):
                    return _archive(operation, type_, ids)
        places = {line.source: place for place, line in enumerate(wanted.lines)}
        differing = list(altered(now, wanted))
        if changed := [line for line in differing if line.id]:
            return Step(operation, LINES, "update", tuple(_changed(operation, one, wanted, places) for one in changed))
        if differing:
            return Step(operation, LINES, "create", tuple(_new(operation, one, wanted, places) for one in differing))
        for type_, name, shall, stands in (
            (DISCOUNTS, _DISCOUNT, wanted.discount, now.discount),
            (TAXES, _TAX, wanted.tax, now.tax),
        ):
            if shall != stands:
                properties = invoice.adjustment(_LABELS[type_], shall)
                return Step(operation, type_, "create", (_creation(operation, name, type_, properties),))
        return None


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
    return values.creation(f"{operation.id}:{name}", properties, ((operation.target, invoice.TO_INVOICE[type_]),))


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


def _written(unit: Unit) -> tuple[str, Act]:
    """The type of the parts that a unit writes, and what it does with them."""
    type_, _, rest = unit.path.removeprefix(f"{OBJECTS}/").partition("/batch/")
    acts: dict[str, Act] = {"archive": "archive", "update": "update", "create": "create"}
    return type_, acts[rest]


def _after(operation: Operation, type_: str, act: Act, body: Body, created: Mapping[str, str]) -> Invoice:
    """The copy once a step is done. created: ids of the lines that it made, by `source`."""
    base, wanted = operation.base, operation.record
    if not isinstance(base, Invoice) or not isinstance(wanted, Invoice):
        raise TypeError(f"Operation {operation.id} is about no invoice.")
    lines, discount, tax = base.lines, base.discount, base.tax
    match type_, act:
        case "discounts", _:
            discount = wanted.discount if act == "create" else _ZERO
        case "taxes", _:
            tax = wanted.tax if act == "create" else _ZERO
        case _, "archive":
            prefix = _FEE if type_ == FEES else ""
            gone = {prefix + one.id for one in body.inputs}
            lines = tuple(line for line in base.lines if line.id not in gone)
        case _, "update":
            written = {one.id for one in body.inputs}
            shall = {line.id: line for line in wanted.lines if line.id in written}
            lines = tuple(shall.get(line.id, line) for line in base.lines)
        case _:
            new = {line.source: line for line in wanted.lines if line.source in created}
            made = [msgspec.structs.replace(line, id=created[source]) for source, line in new.items()]
            places = {line.source: place for place, line in enumerate(wanted.lines)}
            lines = tuple(sorted((*base.lines, *made), key=lambda line: places.get(line.source, len(places))))
    total, balance = base.total, base.balance
    if base.status == "draft":  # until a total is given, HubSpot sums the parts up
        total = balance = sum((line.amount for line in lines), -discount) + tax
    return msgspec.structs.replace(base, lines=lines, discount=discount, tax=tax, total=total, balance=balance)


def _done(operation: Operation, now: Invoice, at: int) -> Outcome:
    return Done(operation.target, Row(Kind.INVOICE, operation.target, at, now), at)


def _found(operation: Operation, row: Row | None, type_: str, act: Act, body: Body) -> Finding:
    if row is None or not isinstance(row.record, Invoice):
        return Moot("The invoice is not there any more.")
    if _stands(operation, row.record):
        return Absent()
    created = {line.source: line.id for line in row.record.lines if line.source} if act == "create" else {}
    known = {line.source for line in operation.base.lines} if isinstance(operation.base, Invoice) else set()
    made = {source: id_ for source, id_ in created.items() if source not in known}
    sent = _after(operation, type_, act, body, made)
    if not _shows(row.record, operation.base, sent, type_):
        return Moot("Somebody changed the invoice meanwhile, and it holds nothing of this step.")
    return Landed(row=row, sent=Row(Kind.INVOICE, operation.target, row.version, sent))


def _shows(now: Invoice, before: object, sent: Invoice, type_: str) -> bool:
    """Whether an invoice that is not what it was shows a step: any of the parts that the step was to change so."""
    if not isinstance(before, Invoice):
        return False
    match type_:
        case "discounts":
            return sent.discount != before.discount and now.discount == sent.discount
        case "taxes":
            return sent.tax != before.tax and now.tax == sent.tax
        case _:
            was, is_, shall = ({line.id: line for line in one.lines} for one in (before, now, sent))
            if was.keys() != shall.keys():
                return any((id_ in is_) == (id_ in shall) for id_ in was.keys() ^ shall.keys())
            return any(_taken(was[id_], is_[id_], shall[id_]) for id_ in was.keys() & is_.keys())


def _taken(was: Line, now: Line, shall: Line) -> bool:
    """Whether a line has any of the values that were to change."""
    moved = (name for name in _WRITTEN if getattr(was, name) != getattr(shall, name))
    return any(getattr(now, name) == getattr(shall, name) for name in moved)

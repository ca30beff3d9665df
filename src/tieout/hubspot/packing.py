"""From operations to requests: the safety reads before a write, and the batches that carry it.

HubSpot's updates are guarded by no version, so each record is read by id right before, and is left alone where what
is to be written has changed since the decision.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from tieout.core.fields import value_of
from tieout.core.records import Kind
from tieout.hubspot import limits
from tieout.hubspot.client import Client
from tieout.hubspot.creations import Creations, is_new_person, too_long
from tieout.hubspot.documents import Document
from tieout.hubspot.lens import customer, invoice, settlement, values
from tieout.hubspot.lens.customer import COMPANIES, CONTACTS
from tieout.hubspot.lens.invoice import INVOICES, Charge
from tieout.hubspot.lens.item import PRODUCTS
from tieout.hubspot.lens.mapped import is_mapped
from tieout.hubspot.lens.settlement import PAYMENTS
from tieout.hubspot.objects import OBJECTS, batches
from tieout.hubspot.parties import Parties
from tieout.hubspot.parts import Parts
from tieout.hubspot.reader import Reader
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement
from tieout.remote.outcomes import Fault
from tieout.remote.ports import Clock
from tieout.remote.rows import Row
from tieout.remote.side import Operation, Prepared, Unit, UnitIds

_TYPES = {"company": COMPANIES, "contact": CONTACTS}
_VOIDED = ("status", "total", "balance")
_SHOWN = {
    Kind.ITEM: ("name", "sku", "text", "price"),
    Kind.INVOICE: ("number", "status", "date", "due", "memo"),
    Kind.SETTLEMENT: settlement.SHOWN,
}
"""What of a record of ours somebody may have changed."""


class Change(msgspec.Struct, frozen=True):
    """One input of a batch: the record of HubSpot's that an operation writes, and its properties."""

    operation: Operation
    type: str
    id: str
    properties: dict[str, str]


class Packing:
    """Prepares operations of one kind and verb."""

    def __init__(
        self, *, client: Client, reader: Reader, creations: Creations, parts: Parts, parties: Parties, clock: Clock
    ) -> None:
        self._client = client
        self._reader = reader
        self._creations = creations
        self._parts = parts
        self._parties = parties
        self._clock = clock

    async def prepare(self, operations: Sequence[Operation], unit_ids: UnitIds) -> Prepared:
        """Read what is to be written, leave out what changed, and pack the rest."""
        if not operations:
            return Prepared(())
        match operations[0].kind, operations[0].verb:
            case _, "annotate":
                changes, impossible = _possible(operations, annotation)
                return Prepared(self._units(changes, unit_ids, ""), impossible=impossible)
            case _, "create":
                return self._creations.prepare(operations, unit_ids)
            case Kind.INVOICE, "update":
                of_parts = [one for one in operations if "lines" in one.fields]
                of_parties = [one for one in operations if "parties" in one.fields]
                others = [one for one in operations if one not in of_parts and one not in of_parties]
                parts = await self._parts.prepare(of_parts, unit_ids, self._read_at())
                parties = await self._parties.prepare(of_parties, unit_ids)
                return _together(_together(parts, parties), await self._safely(others, unit_ids))
            case Kind.CUSTOMER, "update":
                persons = [one for one in operations if is_new_person(one)]
                others = [one for one in operations if not is_new_person(one)]
                return _together(self._creations.prepare(persons, unit_ids), await self._safely(others, unit_ids))
            case _, "void" if operations[0].withdraw:
                return await self._withdrawals(operations, unit_ids)
            case (Kind.SETTLEMENT, "update") | (Kind.INVOICE, "void"):
                return await self._safely(operations, unit_ids)
            case kind, verb:
                text = f"Tieout does not {verb} a HubSpot {kind} yet."
                fault = Fault(code="", cause="feature_not_supported", reaction="person", text=text)
                return Prepared((), impossible=tuple((one.id, fault) for one in operations))

    async def _safely(self, operations: Sequence[Operation], unit_ids: UnitIds) -> Prepared:
        changes, impossible = _possible(operations, self.change)
        read_at = self._read_at()
        stale: list[Row] = []
        dropped: list[str] = []
        fresh: list[Change] = []
        for type_ in sorted({one.type for one in changes}):
            own = [one for one in changes if one.type == type_]
            wanted = self._reader.properties[type_]
            found = await self._reader.objects.read(type_, [one.id for one in own], wanted)
            documents = {one.id: one for one in found.documents}
            rows = {one.id: one for one in self._customers(type_, found.documents)}
            outdated = [one for one in own if not self._unchanged(one, documents.get(one.id), rows)]
            dropped += [one.operation.id for one in outdated]
            fresh += [one for one in own if one not in outdated]
            written = {one.operation.target for one in own if one not in outdated}
            stale += [row for id_, row in rows.items() if id_ not in written]
            unread = [one.id for one in outdated if one.operation.target not in rows]
            stale += (await self._reader.by_id(type_, unread)).rows if unread else []
        return Prepared(self._units(fresh, unit_ids, read_at), tuple(stale), tuple(dropped), impossible)

    def change(self, operation: Operation) -> Change:
        """What an update or void writes. Raises KeyError for a field that HubSpot does not take in this operation."""
        zone = self._reader.zone
        record = operation.record
        if operation.verb == "void":
            return Change(operation, INVOICES, operation.target, {"hs_invoice_status": "voided"})
        own = [name for name in operation.fields if not is_mapped(name)]
        mapped = [name for name in operation.fields if is_mapped(name)]
        match record:
            case Customer():
                parts = customer.written(record, own)
                for type_, properties in self._reader.view.written(record.custom, mapped).items():
                    target = customer.part_of(record, type_)
                    parts[target] = parts.get(target, {}) | properties
                ((part, properties),) = _one_part(parts)
                prefix, _, number = part.partition(":")
                return Change(operation, _TYPES[prefix], number, properties)
            case Invoice():
                properties = invoice.written(record, own, zone)
                properties |= self._reader.view.written(record.custom, mapped).get(INVOICES, {})
                return Change(operation, INVOICES, operation.target, properties)
            case Settlement():
                return Change(operation, PAYMENTS, operation.target, settlement.written(record, operation.fields, zone))
            case _:
                raise KeyError(operation.kind)

    def header(self, document: Document) -> Invoice:
        """An invoice's own values, without lines and customer. Raises ValueError."""
        return self._reader.invoice(document, Charge())

    def _customers(self, type_: str, documents: Sequence[Document]) -> list[Row]:
        return self._reader.people.customers(type_, documents) if type_ in customer.PREFIXES else []

    def _unchanged(self, change: Change, document: Document | None, rows: dict[str, Row]) -> bool:
        operation = change.operation
        if document is None:
            return False
        fields = _VOIDED if operation.verb == "void" else operation.fields
        now: object
        try:
            match operation.kind:
                case Kind.CUSTOMER:
                    row = rows.get(operation.target) or self._reader.people.assembled(operation.target)
                    now = row.record if row else None
                case Kind.INVOICE:
                    now = self.header(document)
                case Kind.ITEM:
                    now = self._reader.item(document)
                case _:
                    now = settlement.settlement(document, {}, self._reader.zone)
        except ValueError:
            return False
        base = operation.base
        return base is None or all(value_of(now, name) == value_of(base, name) for name in fields)

    async def _withdrawals(self, operations: Sequence[Operation], unit_ids: UnitIds) -> Prepared:
        """Archive records of our own making; what somebody else recorded is never taken away."""
        stale: list[Row] = []
        dropped: list[str] = []
        foreign: list[tuple[str, Fault]] = []
        units: list[Unit] = []
        text = "This record was made by somebody else; Tieout does not take it out of HubSpot."
        fault = Fault(code="", cause="payment_locked", reaction="person", text=text)
        for type_ in sorted({withdrawn_type(one) for one in operations}):
            own = {number(one): one for one in operations if withdrawn_type(one) == type_}
            found = await self._reader.objects.read(type_, list(own), self._reader.properties[type_])
            keys = {one.id: one.properties.get(values.KEY) for one in found.documents}
            gone = [id_ for id_, one in own.items() if id_ not in keys or self._touched(one, found.documents)]
            stale += (await self._reader.by_id(type_, gone)).rows if gone else []
            dropped += [own.pop(id_).id for id_ in gone]
            foreign += [(one.id, fault) for id_, one in own.items() if not keys[id_]]
            for some in _slices([one for id_, one in own.items() if keys[id_]]):
                body = msgspec.json.encode({"inputs": [{"id": number(one)} for one in some]})
                units.append(self._unit(f"{OBJECTS}/{type_}/batch/archive", body, some, unit_ids, self._read_at()))
        return Prepared(tuple(units), tuple(stale), tuple(dropped), tuple(foreign))

    def _touched(self, operation: Operation, documents: Sequence[Document]) -> bool:
        """Whether somebody has changed a record of ours since its taking back was decided."""
        fields = _SHOWN.get(operation.kind, ())
        if not operation.undoes or not fields:
            return False
        of = Change(msgspec.structs.replace(operation, verb="update", fields=fields), "", number(operation), {})
        return not self._unchanged(of, next(one for one in documents if one.id == of.id), {})

    def _units(self, changes: Sequence[Change], unit_ids: UnitIds, read_at: str) -> tuple[Unit, ...]:
        """Pack changes by type of record, a record at most once in each batch."""
        units = []
        for type_ in sorted({one.type for one in changes}):
            waiting = [one for one in changes if one.type == type_]
            while waiting:
                by_id = {one.id: one for one in reversed(waiting)}
                some = [one for one in waiting if by_id[one.id] is one][: limits.BATCH]
                waiting = [one for one in waiting if one not in some]
                inputs = [
                    {"id": one.id, "objectWriteTraceId": one.operation.id, "properties": one.properties} for one in some
                ]
                path = f"{OBJECTS}/{type_}/batch/update"
                body = msgspec.json.encode({"inputs": inputs})
                units.append(self._unit(path, body, [one.operation for one in some], unit_ids, read_at))
        return tuple(units)

    def _unit(self, path: str, body: bytes, members: Sequence[Operation], unit_ids: UnitIds, read_at: str) -> Unit:
        return Unit(unit_ids(), "POST", path, body, tuple(one.id for one in members), read_at)

    def _read_at(self) -> str:
        moment: datetime = self._client.server_time() or self._clock.now()
        return moment.isoformat()


def withdrawn_type(operation: Operation) -> str:
    """The type of HubSpot record that is taken away."""
    if operation.kind is Kind.CUSTOMER:
        return _TYPES[operation.target.partition(":")[0]]
    return {Kind.ITEM: PRODUCTS, Kind.INVOICE: INVOICES}.get(operation.kind, PAYMENTS)


def number(operation: Operation) -> str:
    """The number of its record in HubSpot: 12 for 12, `company:12` and `contact:12`."""
    return operation.target.rpartition(":")[2]


def _together(one: Prepared, other: Prepared) -> Prepared:
    return Prepared(
        one.units + other.units,
        one.stale + other.stale,
        one.dropped + other.dropped,
        one.impossible + other.impossible,
    )


def annotation(operation: Operation) -> Change:
    """The properties of ours that an annotation sets on `invoices:12`, `companies:3` or `contacts:4`."""
    type_, _, number = operation.target.partition(":")
    return Change(
        operation, type_, number, {name: values.written_text(text) for name, text in operation.properties.items()}
    )


def _possible(
    operations: Sequence[Operation], change: Callable[[Operation], Change]
) -> tuple[list[Change], tuple[tuple[str, Fault], ...]]:
    """What can be written, and why the rest cannot."""
    changes: list[Change] = []
    impossible: list[tuple[str, Fault]] = []
    for operation in operations:
        try:
            made = change(operation)
        except (KeyError, ValueError) as error:
            text = f"HubSpot cannot take this change: {error}"
            impossible.append((operation.id, Fault(code="", cause="bad_payload", reaction="bug", text=text)))
            continue
        if (refused := too_long(made.properties)) is not None:
            impossible.append((operation.id, refused))
        else:
            changes.append(made)
    return changes, tuple(impossible)


def _one_part(parts: dict[str, dict[str, str]]) -> list[tuple[str, dict[str, str]]]:
    if len(parts) != 1:
        raise ValueError("its fields belong to a company and to its contact; write each in an operation of its own.")
    return list(parts.items())


def _slices(operations: Sequence[Operation]) -> list[list[Operation]]:
    by_id = {one.id: one for one in operations}
    return [[by_id[id_] for id_ in some] for some in batches(list(by_id), limits.BATCH)]

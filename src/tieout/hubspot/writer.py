"""Sending units, telling their endings apart, and finding out what became of one without answer."""

from collections.abc import Mapping, Sequence

import msgspec

from tieout.core.fields import taken
from tieout.core.records import Kind
from tieout.hubspot.client import Client, postponed
from tieout.hubspot.creations import Creations, is_new_person, is_our_key
from tieout.hubspot.documents import Detail, Document, Envelope, batch_answer, decoder
from tieout.hubspot.errors import fault, sign_in_trouble
from tieout.hubspot.history import Trace, trace
from tieout.hubspot.lens import customer, settlement, values
from tieout.hubspot.lens.customer import version
from tieout.hubspot.packing import Change, Packing, number, withdrawn_type
from tieout.hubspot.parties import Parties
from tieout.hubspot.parts import Parts
from tieout.hubspot.reader import Reader
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement
from tieout.remote.errors import Refusal, RemoteError, Unavailable
from tieout.remote.http import Answer, NeverSent, NoAnswer
from tieout.remote.outcomes import Absent, Done, Fault, Finding, Landed, Moot, NotSent, Outcome, Refused, Unknown
from tieout.remote.ports import Part, Timeout
from tieout.remote.rows import Row
from tieout.remote.side import Operation, Unit

_ENVELOPE = decoder(Envelope)
_HEADER = ("number", "status", "email", "date", "due", "memo", "po", "total", "balance", "created", "custom")
_DAYS = ("due", "date")


class Aftermath(msgspec.Struct, frozen=True):
    """What a read after our write shows of one operation. whole: `row` is all that it shows."""

    row: Row
    landed: bool
    losers: dict[str, tuple[str, str]]
    whole: bool


class Writer:
    """Writes to one account."""

    def __init__(
        self,
        *,
        client: Client,
        reader: Reader,
        packing: Packing,
        creations: Creations,
        parts: Parts,
        parties: Parties,
    ) -> None:
        self._client = client
        self._reader = reader
        self._packing = packing
        self._creations = creations
        self._parts = parts
        self._parties = parties

    async def send(self, unit: Unit, operations: Sequence[Operation], timeout: Timeout) -> tuple[Outcome, ...]:
        """Send once. Raises SignInTrouble, after which nothing of it happened."""
        members = _members(unit, operations)
        try:
            answer = await self._client.write(unit.method, unit.path, unit.body, timeout)
        except NeverSent as error:
            return tuple(NotSent(str(error)) for _ in members)
        except Unavailable as error:
            return tuple(NotSent(str(error), error.retry_after) for _ in members)
        except NoAnswer as error:
            return tuple(Unknown(str(error)) for _ in members)
        wait = postponed(answer)
        if wait is not None:
            return tuple(NotSent("HubSpot asks to slow down.", wait, "rate_limited") for _ in members)
        if 200 <= answer.status < 300:
            return await self._done(unit, members, answer)
        return _refused(members, answer)

    async def settle(self, unit: Unit, operations: Sequence[Operation]) -> tuple[Finding, ...]:
        """Look every member up. Annotations are ours alone and may simply be sent again."""
        members = _members(unit, operations)
        first = members[0]
        if first.verb == "annotate":
            return tuple(Absent() for _ in members)
        if _creates(first):
            return await self._creations.settle(members)
        if _is_of_parts(first):
            return await self._parts.settle(unit, members)
        if _is_of_parties(first):
            return await self._parties.settle(unit, members)
        if first.withdraw:
            return await self._withdrawn(members)
        after = await self._aftermath(unit, {one.id: 0 for one in members}, members)
        return tuple(_found(one, after.get(one.id)) for one in members)

    async def _done(self, unit: Unit, members: Sequence[Operation], answer: Answer) -> tuple[Outcome, ...]:
        archives = unit.path.endswith("/batch/archive")
        if archives and answer.status != 204:  # HubSpot says nothing there; a page is somebody else's answer
            return tuple(Unknown(f"HubSpot answered with status {answer.status}.") for _ in members)
        if _is_of_parts(members[0]):
            return await self._parts.done(unit, members, answer)
        if _is_of_parties(members[0]):
            return await self._parties.done(unit, members, answer)
        if archives:
            at = values.epoch(self._client.server_now())
            return tuple(Done(one.target, Row(one.kind, one.target, at, None, gone="archived"), at) for one in members)
        try:
            made, errors = batch_answer(answer.body)
        except ValueError as error:
            return tuple(Unknown(str(error)) for _ in members)
        if _creates(members[0]):
            return self._creations.outcomes(members, made, errors)
        return await self._updates(unit, members, made, errors)

    async def _updates(
        self, unit: Unit, members: Sequence[Operation], made: Sequence[Document], errors: Sequence[Detail]
    ) -> tuple[Outcome, ...]:
        written = {one.id: version(one) for one in made}
        annotates = members[0].verb == "annotate"
        ids = {one.id: one.target.partition(":")[2] if annotates else self._packing.change(one).id for one in members}
        happened = {one.id: written[ids[one.id]] for one in members if ids[one.id] in written}
        after: dict[str, Aftermath] = {}
        unseen = ""
        if not annotates and happened:
            try:
                after = await self._aftermath(unit, happened, [one for one in members if one.id in happened])
            except Refusal:
                after = {}  # it happened all the same
            except RemoteError as error:
                unseen = str(error)
        outcomes: list[Outcome] = []
        for one in members:
            if one.id not in happened:
                outcomes.append(Refused(_missing(ids[one.id], one, errors)))
            elif unseen:
                outcomes.append(Unknown(f"It was written, but what it overruled could not be read: {unseen}"))
            elif one.id in after:
                found = after[one.id]
                outcomes.append(Done(one.target, found.row, found.row.version, found.losers))
            else:
                at = happened[one.id]
                record = None if annotates else one.record
                outcomes.append(Done(one.target, Row(one.kind, one.target, at, record) if record else None, at))
        return tuple(outcomes)

    async def _aftermath(
        self, unit: Unit, written: Mapping[str, int], members: Sequence[Operation]
    ) -> dict[str, Aftermath]:
        """Read by id what updates have written, with the history of the written properties.

        written: by operation, milliseconds of the write, 0 where unknown. Raises Unavailable where HubSpot goes on
        showing a record as it was before the write.
        """
        changes = {one.id: self._packing.change(one) for one in members}
        type_ = next(iter(changes.values())).type
        names = sorted({name for one in changes.values() for name in one.properties})
        least = {change.id: written[id_] for id_, change in changes.items()}
        by_id: dict[str, Document] = {}
        for _ in range(2):  # a stale answer is asked for once more
            due = [id_ for id_, at in least.items() if id_ not in by_id or version(by_id[id_]) < at]
            if due:
                found = await self._reader.objects.read(type_, due, self._reader.properties[type_], history=names)
                by_id |= {one.id: one for one in found.documents}
                least = {id_: at for id_, at in least.items() if id_ in by_id}
        if any(version(one) < least[id_] for id_, one in by_id.items()):
            raise Unavailable("HubSpot shows records as they were before their last change.")
        if type_ in customer.PREFIXES:
            self._reader.people.refresh(type_, list(by_id.values()))
        after = {}
        known: list[Part] = []
        for one in members:
            document = by_id.get(changes[one.id].id)
            if document is not None:
                found_after = self._after(unit, changes[one.id], document, written[one.id])
                if found_after is not None:
                    after[one.id] = found_after
                    if found_after.whole and _is_of_copy(one):
                        # Its parts are known from their own writing, so that the feed need not read them.
                        known.append(self._reader.seen(type_, document))
        self._reader.note(known)
        return after

    def _after(self, unit: Unit, change: Change, document: Document, written_at: int) -> Aftermath | None:
        operation = change.operation
        try:
            row = self._now(operation, document)
        except ValueError:
            return None
        read_at = values.milliseconds(unit.read_at)
        landed = True
        losers: dict[str, tuple[str, str]] = {}
        overwritten: list[str] = []
        for field in ("status",) if operation.verb == "void" else operation.fields:
            for traced in self._traces(operation, field, document, read_at, written_at):
                landed = landed and traced.landed
                if not traced.stands:
                    overwritten.append(field)
                if traced.losers:
                    value, moment = traced.losers[0]
                    losers[field] = (self._readable(field, value), moment)
        if written_at and overwritten and operation.record is not None and row.record is not None:
            # What came after our write is no part of its answer; the older version lets the feed bring it.
            mine = taken(row.record, operation.record, overwritten)
            row = msgspec.structs.replace(row, record=mine, version=written_at)
        return Aftermath(row, landed, losers, whole=landed and not overwritten)

    def _readable(self, field: str, value: str) -> str:
        """A property's value as a person reads it: a day as a day."""
        if field not in _DAYS:
            return self._reader.view.readable(field, value)
        try:
            day = values.day({field: value}, field, self._reader.zone)
        except ValueError:
            return value
        return day.isoformat() if day else ""

    def _traces(
        self, operation: Operation, field: str, document: Document, read_at: int, written_at: int
    ) -> list[Trace]:
        """What became of each property of a field."""
        one = operation if operation.verb == "void" else msgspec.structs.replace(operation, fields=(field,))
        base: dict[str, str] = {}
        if operation.verb == "void":
            base = {"hs_invoice_status": operation.base.status if isinstance(operation.base, Invoice) else "open"}
        elif operation.base is not None:
            base = self._packing.change(msgspec.structs.replace(one, record=operation.base)).properties
        return [
            trace(
                document.properties_with_history.get(name, []),
                sent=sent,
                base=base.get(name, ""),
                read_at=read_at,
                written_at=written_at,
            )
            for name, sent in self._packing.change(one).properties.items()
        ]

    def _now(self, operation: Operation, document: Document) -> Row:
        """The record as it reads after the write. Raises ValueError."""
        at = version(document)
        match operation.base or operation.record:
            case Invoice() as known:
                return Row(Kind.INVOICE, operation.target, at, taken(known, self._packing.header(document), _HEADER))
            case Settlement() as known:
                now = settlement.settlement(document, {}, self._reader.zone)
                return Row(Kind.SETTLEMENT, operation.target, at, taken(known, now, settlement.SHOWN))
            case _:
                row = self._reader.people.assembled(operation.target)
                if row is None:
                    raise ValueError(f"{operation.target} is not there.")
                return row

    async def _withdrawn(self, members: Sequence[Operation]) -> tuple[Finding, ...]:
        type_ = withdrawn_type(members[0])
        reading = await self._reader.by_id(type_, [number(one) for one in members])
        rows = {row.id: row for row in reading.rows}
        return tuple(
            Landed(row=rows[one.target], sent=rows[one.target])
            if one.target in rows and rows[one.target].record is None
            else Moot("The record is still there.")
            for one in members
        )


def _creates(operation: Operation) -> bool:
    return operation.verb == "create" or is_new_person(operation)


def _is_of_parts(operation: Operation) -> bool:
    return operation.kind is Kind.INVOICE and operation.verb == "update" and "lines" in operation.fields


def _is_of_parties(operation: Operation) -> bool:
    return operation.kind is Kind.INVOICE and operation.verb == "update" and "parties" in operation.fields


def _is_of_copy(operation: Operation) -> bool:
    return isinstance(operation.record, Invoice) and not operation.record.issued_here


def _members(unit: Unit, operations: Sequence[Operation]) -> list[Operation]:
    by_id = {one.id: one for one in operations}
    return [by_id[id_] for id_ in unit.members if id_ in by_id]


def _found(operation: Operation, after: Aftermath | None) -> Finding:
    if after is None or not after.landed:
        return Moot("HubSpot's history does not hold what was sent.")
    record = operation.record if operation.record is not None else after.row.record
    sent = Row(operation.kind, operation.target, after.row.version, record)
    return Landed(row=after.row, sent=sent, losers=after.losers)


def _missing(id_: str, operation: Operation, errors: Sequence[Detail]) -> Fault:
    """Why a batch update did not mention a record; one that was merged away gets neither result nor error."""
    for error in errors:
        named = [*error.named("objectWriteTraceId"), *error.named("ids"), *error.named("id")]
        if operation.id in named or id_ in named:
            return fault(404 if error.category == "OBJECT_NOT_FOUND" else 400, error)
    text = "HubSpot no longer has this record."
    return Fault(code="OBJECT_NOT_FOUND", cause="object_gone", reaction="person", text=text)


def _refused(members: Sequence[Operation], answer: Answer) -> tuple[Outcome, ...]:
    """The endings of a unit that was refused as a whole, or whose answer tells nothing."""
    try:
        said = _ENVELOPE.decode(answer.body) if answer.status < 500 else None
    except msgspec.MsgspecError:
        said = None
    if said is None:
        return tuple(Unknown(f"HubSpot answered with status {answer.status}.") for _ in members)
    trouble = sign_in_trouble(answer.status, said)
    if trouble is not None:
        raise trouble
    refused = fault(answer.status, said)
    if is_our_key(refused) and members[0].verb == "create":
        return tuple(Unknown(refused.text) for _ in members)
    return tuple(Refused(refused) for _ in members)

"""Writing whose a copy is: the contacts and companies that it is associated with (HubSpot, "Associations" guide).

One operation makes one step, which is one request: those of the new customer are put on first, the contact before the
company, then others are taken off. The decision that follows sees what stands by then, and asks for the rest.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from tieout.core.records import Kind
from tieout.hubspot import limits
from tieout.hubspot.documents import VERSION, AssociationsMade, Detail, decoder
from tieout.hubspot.errors import fault
from tieout.hubspot.lens import customer, values
from tieout.hubspot.lens.customer import COMPANIES, CONTACTS
from tieout.hubspot.lens.invoice import COMPANY_TYPE, CONTACT_TYPE, INVOICES
from tieout.hubspot.reader import Reader
from tieout.kinds.invoice import Invoice
from tieout.kinds.owner import ordered
from tieout.remote.errors import RemoteError
from tieout.remote.http import Answer
from tieout.remote.outcomes import Absent, Done, Finding, Landed, Moot, Outcome, Refused, Unknown
from tieout.remote.rows import Row
from tieout.remote.side import Operation, Prepared, Unit, UnitIds

Act = Literal["create", "archive"]
Step = tuple[str, Act]
"""The type of the parties that a request is about, and what it does with them."""

_STEPS: tuple[Step, ...] = (
    (CONTACTS, "create"),
    (COMPANIES, "create"),
    (CONTACTS, "archive"),
    (COMPANIES, "archive"),
)
_TYPE_IDS = {CONTACTS: CONTACT_TYPE, COMPANIES: COMPANY_TYPE}
_ROOT = f"/crm/associations/{VERSION}/{INVOICES}/"
_ENDS = ("id", "fromObjectId", "toObjectId")
"""Where an error names what could not be associated."""
_MADE = decoder(AssociationsMade)


class Parties:
    """Writes the associations of one account's copies."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def prepare(self, operations: Sequence[Operation], unit_ids: UnitIds) -> Prepared:
        """Read the invoices, leave out those on which somebody put others meanwhile, and pack one step of each.

        A unit's `read_at` is that of the youngest version read.
        """
        if not operations:
            return Prepared(())
        reading = await self._reader.by_id(INVOICES, [one.target for one in operations])
        rows = {row.id: row for row in reading.rows if row.kind is Kind.INVOICE}
        steps = {one.id: _next(one) for one in operations if _stands(one, rows.get(one.target))}
        dropped = tuple(one.id for one in operations if steps.get(one.id) is None)
        stale = tuple(rows[one.target] for one in operations if one.id in dropped and one.target in rows)
        read = values.moment(str(max((row.version for row in rows.values()), default=0))).isoformat()
        units: list[Unit] = []
        for step in _STEPS:
            own = [one for one in operations if steps.get(one.id) == step]
            for start in range(0, len(own), limits.BATCH):
                some = own[start : start + limits.BATCH]
                body = msgspec.json.encode({"inputs": [each for one in some for each in _inputs(one, step)]})
                type_, act = step
                path = f"{_ROOT}{type_}/batch/{act}"
                units.append(Unit(unit_ids(), "POST", path, body, tuple(one.id for one in some), read))
        return Prepared(tuple(units), stale, dropped)

    async def done(self, unit: Unit, members: Sequence[Operation], answer: Answer) -> tuple[Outcome, ...]:
        """What an answer of success says of each member."""
        step = _of(unit)
        made = AssociationsMade()
        try:
            if step[1] == "create":
                made = _MADE.decode(answer.body)
            versions = await self._versions(members)
        except msgspec.MsgspecError as error:
            return tuple(Unknown(f"HubSpot's answer cannot be read: {error}") for _ in members)
        except RemoteError as error:
            return tuple(Unknown(f"It was written, but its version could not be read: {error}") for _ in members)
        read = values.milliseconds(unit.read_at)
        if step[1] == "archive":
            ats = [(one, versions.get(one.target, read)) for one in members]
            return tuple(Done(one.target, _after(one, step, at), at) for one, at in ats)
        put = {(str(one.from_object_id), str(one.to_object_id)) for one in made.results}
        return tuple(_outcome(one, step, put, made.errors, versions.get(one.target, read)) for one in members)

    async def _versions(self, members: Sequence[Operation]) -> dict[str, int]:
        """The version of each invoice by now: an association need not give it a new one.

        A later one, such as that of another invoice of the same request, would make older than what is held whatever
        else a person associates it with.
        """
        reading = await self._reader.by_id(INVOICES, [one.target for one in members])
        return {row.id: row.version for row in reading.rows if row.kind is Kind.INVOICE}

    async def settle(self, unit: Unit, members: Sequence[Operation]) -> tuple[Finding, ...]:
        """Look what became of a step without answer: it may be sent again, since it asks for what stands already."""
        step = _of(unit)
        reading = await self._reader.by_id(INVOICES, [one.target for one in members])
        rows = {row.id: row for row in reading.rows if row.kind is Kind.INVOICE}
        return tuple(_found(one, step, rows.get(one.target)) for one in members)


def _next(operation: Operation) -> Step | None:
    return next((step for step in _STEPS if _moving(operation, step)), None)


def _moving(operation: Operation, step: Step) -> list[str]:
    """The numbers of the parties that a step puts on, or takes off."""
    type_, act = step
    before, shall = _parties(operation.base), _parties(operation.record)
    prefix = f"{customer.PREFIXES[type_]}:"
    moving = shall - before if act == "create" else before - shall
    return [one.removeprefix(prefix) for one in ordered(moving) if one.startswith(prefix)]


def _inputs(operation: Operation, step: Step) -> list[dict[str, object]]:
    type_, act = step
    from_ = {"id": operation.target}
    if act == "archive":
        return [{"from": from_, "to": [{"id": id_} for id_ in _moving(operation, step)]}]
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _TYPE_IDS[type_]}]
    return [{"from": from_, "to": {"id": id_}, "types": types} for id_ in _moving(operation, step)]


def _outcome(operation: Operation, step: Step, put: set[tuple[str, str]], errors: Sequence[Detail], at: int) -> Outcome:
    lacking = [id_ for id_ in _moving(operation, step) if (operation.target, id_) not in put]
    if not lacking:
        return Done(operation.target, _after(operation, step, at), at)
    ids = {operation.target, *lacking}
    named = (one for one in errors for key in _ENDS if ids.intersection(one.named(key)))
    told = next(named, errors[0] if errors else None)
    if told is None:
        return Unknown("HubSpot's answer does not mention the contact or company of this invoice.")
    return Refused(fault(404 if told.category == "OBJECT_NOT_FOUND" else 400, told))


def _after(operation: Operation, step: Step, at: int) -> Row:
    """The copy once a step is done; it names its new customer with the last one."""
    base, wanted = operation.base, operation.record
    if not isinstance(base, Invoice) or not isinstance(wanted, Invoice):
        raise TypeError(f"Operation {operation.id} is about no invoice.")
    type_, act = step
    moving = {f"{customer.PREFIXES[type_]}:{id_}" for id_ in _moving(operation, step)}
    parties = ordered({*base.parties} | moving if act == "create" else {*base.parties} - moving)
    now = wanted if parties == wanted.parties else msgspec.structs.replace(base, parties=parties)
    return Row(Kind.INVOICE, operation.target, at, now)


def _found(operation: Operation, step: Step, row: Row | None) -> Finding:
    if row is None or not isinstance(row.record, Invoice):
        return Moot("The invoice is not there any more.")
    prefix = f"{customer.PREFIXES[step[0]]}:"
    moving = {f"{prefix}{id_}" for id_ in _moving(operation, step)}
    there = moving & {*row.record.parties}
    if there != (moving if step[1] == "create" else set()):
        return Absent()
    return Landed(row=row, sent=_after(operation, step, row.version))


def _stands(operation: Operation, row: Row | None) -> bool:
    """Whether a copy names those against whom the decision was made."""
    return row is not None and isinstance(row.record, Invoice) and {*row.record.parties} == _parties(operation.base)


def _parties(record: object) -> set[str]:
    return {*record.parties} if isinstance(record, Invoice) else set()


def _of(unit: Unit) -> Step:
    path = unit.path.removeprefix(_ROOT)
    return next(one for one in _STEPS if path == f"{one[0]}/batch/{one[1]}")

"""What became of a unit whose answer was lost, looked up once QuickBooks' own time-out has passed.

Invoices carry our marker in `PrivateNote`, which cannot be queried; so they are looked up by customer and date, and by
the moment they were made in case a person has changed those since. Names are unique in QuickBooks: customers and items
are looked up by name, and by that moment in case they were made inactive, which marks the name. Changes are guarded by
the sync token: sent again, they either were the first or are refused; what reads as it was sent, under a later token,
has happened.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tieout.core.fields import value_of
from tieout.core.records import Kind
from tieout.core.text import folded, normal
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement
from tieout.quickbooks import limits
from tieout.quickbooks.client import Client
from tieout.quickbooks.documents import Head, Json, decode, encode
from tieout.quickbooks.lens import invoice as form
from tieout.quickbooks.lens.names import typed
from tieout.quickbooks.query import moment, one_of, quoted, select
from tieout.quickbooks.rows import ENTITIES, JOURNAL_ENTRY, Reader, gone
from tieout.quickbooks.writer import as_returned, is_return
from tieout.remote.errors import Unavailable
from tieout.remote.outcomes import Absent, Finding, Landed
from tieout.remote.rows import Record, Row
from tieout.remote.side import Operation, Unit

_SLACK: Final = timedelta(seconds=5)

Conditions = tuple[str, ...]
"""Conditions of one query, all of which a row satisfies."""

_NAME_MEMBERS: Final = {Kind.CUSTOMER: "DisplayName", Kind.ITEM: "Name"}


class Settler:
    """Looks up lost writes of one company."""

    def __init__(self, client: Client, reader: Reader) -> None:
        self._client = client
        self._reader = reader

    async def settle(self, unit: Unit, operations: Sequence[Operation]) -> tuple[Finding, ...]:
        """Find each member. Raises SignInTrouble, Unavailable, Refusal."""
        sent = dict(zip(unit.members, _bodies(unit), strict=True))
        if is_return(operations[0]):
            return await self._returns(operations, datetime.fromisoformat(unit.read_at) - _SLACK)
        if operations[0].verb != "create":
            return await self._changes(operations, sent)
        since = datetime.fromisoformat(unit.read_at) - _SLACK
        kind = operations[0].kind
        wanted = _by_name(kind, sent, since) if kind in _NAME_MEMBERS else _by_customer_and_date(sent, since)
        open_ = [operation.id for operation in operations]
        there = [self._candidate(kind, raw, open_) for raw in await self._every(ENTITIES[kind], wanted)]
        # Of two that bear our name, the first is ours: the other was named after ours had been made inactive.
        found = sorted((one for one in there if one is not None), key=lambda one: one.made)
        return tuple(self._finding(operation, sent[operation.id], found, since) for operation in operations)

    async def _returns(self, operations: Sequence[Operation], since: datetime) -> tuple[Finding, ...]:
        """Journal entries of money that went back; our marker in their note tells them."""
        made = await self._every(JOURNAL_ENTRY, [(f"MetaData.CreateTime >= {moment(since)}",)])
        markers = {form.marker(str(decode(raw).get("PrivateNote", ""))) for raw in made}
        return tuple(
            Landed(as_returned(operation), as_returned(operation)) if operation.id in markers else Absent()
            for operation in operations
        )

    async def _changes(self, operations: Sequence[Operation], sent: Mapping[str, Json]) -> tuple[Finding, ...]:
        kind = operations[0].kind
        targets = sorted({operation.target.partition(":")[0] for operation in operations})
        there: dict[str, Row] = {}
        for raw in await self._every(ENTITIES[kind], [(f"Id IN {one_of(targets)}",)]):
            if (candidate := self._candidate(kind, raw, ())) is not None:
                there[candidate.row.id.partition(":")[0]] = candidate.row
        return tuple(
            Landed(now := _withdrawn(operation, row), now)
            if (row := there.get(operation.target.partition(":")[0])) is not None
            and self._stands(operation, sent[operation.id], row)
            else Absent()
            for operation in operations
        )

    def _stands(self, operation: Operation, body: Json, now: Row) -> bool:
        """Whether a change stands as it was sent, under a later token than it was sent for."""
        if now.version <= int(body["SyncToken"]):
            return False
        if operation.verb == "void":
            void = isinstance(now.record, Invoice) and now.record.status == "void"
            return void or (isinstance(now.record, Settlement) and not now.record.amount)
        meant = self._reader.row(operation.kind, encode(body)).record
        return all(_said(meant, field) == _said(now.record, field) for field in operation.fields)

    async def _every(self, entity: str, wanted: Sequence[Conditions]) -> list[msgspec.Raw]:
        """All rows that satisfy one of several lists of conditions, in as few calls as their pages allow."""
        rows: list[msgspec.Raw] = []
        todo = [(conditions, "0") for conditions in wanted]
        while todo:
            pages = await self._client.queries([select(entity, *c, after=last) for c, last in todo])
            rest: list[tuple[Conditions, str]] = []
            for (conditions, _), page in zip(todo, pages, strict=True):
                rows += page.rows
                if len(page.rows) >= limits.PAGE:
                    rest.append((conditions, msgspec.json.decode(page.rows[-1], type=Head).id))
            todo = rest
        return rows

    def _candidate(self, kind: Kind, raw: msgspec.Raw, members: Sequence[str]) -> "_Candidate | None":
        """None where the object cannot be read and none of ours is in it. Raises Unavailable where one is."""
        try:
            head = msgspec.json.decode(raw, type=Head)
            made = datetime.fromisoformat((head.meta_data and head.meta_data.create_time) or "")
            if kind is Kind.SETTLEMENT:
                _, _, parts = self._reader.payment(raw)
                return _Candidate(self._reader.application(raw, _paid(raw)), made, tuple(parts))
            return _Candidate(self._reader.row(kind, raw), made)
        except (msgspec.DecodeError, ValueError) as error:
            if any(member.encode() in bytes(raw) for member in members):
                raise Unavailable(f"QuickBooks holds a {kind} of ours that cannot be read: {error}") from error
            return None

    def _finding(self, operation: Operation, body: Json, there: Sequence["_Candidate"], since: datetime) -> Finding:
        for candidate in there:
            if _is_ours(operation, body, candidate, since):
                sent = self._as_sent(operation, body, candidate.row)
                return Landed(_now(sent, candidate), sent)
        return Absent()

    def _as_sent(self, operation: Operation, body: Json, now: Row) -> Row:
        """The record as it was sent, with the ids and defaults that QuickBooks gave it."""
        if isinstance(operation.record, Settlement):
            whole = {**body, "Id": now.id.partition(":")[0], "SyncToken": str(now.version)}
            sent = self._reader.application(encode(whole), operation.record.invoice)
            if isinstance(sent.record, Settlement) and isinstance(now.record, Settlement):
                account = sent.record.account or now.record.account
                sent = msgspec.structs.replace(sent, record=msgspec.structs.replace(sent.record, account=account))
            return sent
        read = self._reader.row(operation.kind, encode({**body, "Id": now.id}))
        record, held, meant = read.record, now.record, operation.record
        if isinstance(record, Customer) and isinstance(held, Customer):
            record = msgspec.structs.replace(record, currency=record.currency or held.currency, balance=held.balance)
        elif isinstance(record, Invoice) and isinstance(held, Invoice) and isinstance(meant, Invoice):
            record = msgspec.structs.replace(
                record,
                number=record.number or held.number,
                date=record.date or held.date,
                due=record.due or held.due,
                lines=_with_ids(record.lines, held.lines),
                tax=meant.tax,
                total=meant.total,
                balance=meant.total,
                tax_code=record.tax_code or held.tax_code,
                created=held.created,
                modified=held.created,
            )
        return msgspec.structs.replace(read, record=record)


def _now(sent: Row, found: "_Candidate") -> Row:
    """What was found, as it is now; of a payment, what it still pays of the invoice that it was sent for."""
    if sent.kind is not Kind.SETTLEMENT:
        return found.row
    moved = msgspec.structs.replace(gone(Kind.SETTLEMENT, sent.id, found.row.version), parent=found.row.parent)
    return next((part for part in found.parts if part.id == sent.id), moved)


def _withdrawn(operation: Operation, now: Row) -> Row:
    """The row of what stands as it was sent; of a voided payment nothing is left."""
    if operation.kind is not Kind.SETTLEMENT:
        return now
    return msgspec.structs.replace(gone(Kind.SETTLEMENT, operation.target, now.version), parent=now.parent)


def _paid(raw: msgspec.Raw) -> str:
    """The first invoice that a Payment pays; empty where it pays none."""
    lines = decode(raw).get("Line") or ()
    links = (link for line in lines for link in line.get("LinkedTxn") or ())
    return next((str(link["TxnId"]) for link in links if link.get("TxnType") == "Invoice"), "")


class _Candidate(msgspec.Struct, frozen=True):
    """A record that could be what was sent. made: when QuickBooks made it. parts: what a payment pays, by invoice."""

    row: Row
    made: datetime
    parts: tuple[Row, ...] = ()


def _bodies(unit: Unit) -> list[Json]:
    """The objects that a unit sent, in the order of its members."""
    body = decode(unit.body)
    if not unit.path.startswith("/batch"):
        return [body]
    return [
        next(value for name, value in entry.items() if name not in {"bId", "operation"})
        for entry in body["BatchItemRequest"]
    ]


def _by_name(kind: Kind, sent: Mapping[str, Json], since: datetime) -> list[Conditions]:
    member = _NAME_MEMBERS[kind]
    named = f"{member} IN {one_of(sorted({str(body[member]) for body in sent.values()}))}"
    return [(named,), (f"MetaData.CreateTime >= {moment(since)}",)]


def _by_customer_and_date(sent: Mapping[str, Json], since: datetime) -> list[Conditions]:
    wanted: list[Conditions] = [(f"MetaData.CreateTime >= {moment(since)}",)]
    if days := sorted(str(body["TxnDate"]) for body in sent.values() if "TxnDate" in body):
        customers = one_of(sorted({str(body["CustomerRef"]["value"]) for body in sent.values()}))
        between = (f"TxnDate >= {quoted(days[0])}", f"TxnDate <= {quoted(days[-1])}")
        wanted.append((f"CustomerRef IN {customers}", *between))
    return wanted


def _is_ours(operation: Operation, body: Json, candidate: _Candidate, since: datetime) -> bool:
    """Whether a record is what the operation made, and not one of the same name that a person typed in."""
    found = candidate.row.record
    if isinstance(found, Invoice | Settlement):
        return found.marker == operation.id
    if candidate.made < since:
        return False
    if isinstance(found, Customer):
        mailbox = str((body.get("PrimaryEmailAddr") or {}).get("Address", ""))
        same_mailbox = not mailbox or folded(mailbox) == folded(found.email)
        return folded(str(body["DisplayName"])) == folded(typed(found.name)) and same_mailbox
    if not isinstance(found, Item) or folded(str(body["Name"])) != folded(typed(found.name)):
        return False
    return normal(str(body.get("Sku", ""))) == normal(found.sku)


def _said(record: Record | None, field: str) -> object:
    """A field's value; of lines what they charge, in their order, since new ones were sent without an id."""
    if field == "lines" and isinstance(record, Invoice):
        return [(line.quantity, line.price, line.amount) for line in record.lines]
    return value_of(record, field)


def _with_ids(sent: tuple[Line, ...], held: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines as sent, each with the id and, where none was sent, the tax code of the line made for it."""
    made = [
        msgspec.structs.replace(line, id=other.id, name=other.name, tax=line.tax or other.tax)
        for line, other in zip(sent, held, strict=False)
    ]
    return (*made, *sent[len(made) :])

"""Writing: safety reads, bodies packed into units, and how each member of a unit ended.

Source: QuickBooks API reference, "Batch operations" (30 members), "Idempotent requests" (`requestid`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from tieout.core.days import NotADay
from tieout.core.facts import BooksFacts
from tieout.core.fields import value_of
from tieout.core.money import NotMoney, UnknownCurrency, decimal
from tieout.core.records import Kind, Verb
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement
from tieout.quickbooks import limits
from tieout.quickbooks.client import MINOR_VERSION, Client, opened
from tieout.quickbooks.documents import BatchItem, Envelope, Head, Json, decode, encode, given
from tieout.quickbooks.errors import THROTTLE_SECONDS, Problem, entries, fault, problems, trouble
from tieout.quickbooks.lens import customer, invoice, item, returned, revision, settlement
from tieout.quickbooks.lens.text import CannotWrite
from tieout.quickbooks.query import chunks, one_of, select
from tieout.quickbooks.rows import ENTITIES, JOURNAL_ENTRY, Reader, gone
from tieout.remote.errors import Unavailable
from tieout.remote.http import Answer, NeverSent, NoAnswer
from tieout.remote.outcomes import Done, Fault, NotSent, Outcome, Refused, Unknown
from tieout.remote.ports import Timeout
from tieout.remote.rows import Record, Row
from tieout.remote.side import Operation, Prepared, Unit, UnitIds

_OLDER_THAN_ALL: Final = -1
"""A version below QuickBooks' first SyncToken, which is 0: the mirror keeps what it holds."""


class Writer:
    """Prepares and sends writes for one company."""

    def __init__(self, client: Client, reader: Reader, facts: BooksFacts) -> None:
        self._client = client
        self._reader = reader
        self._facts = facts

    async def prepare(self, operations: Sequence[Operation], unit_ids: UnitIds) -> Prepared:
        """Pack operations of one kind and verb into units, up to 30 in each.

        Records to be changed are read first, in one query for all; one that differs from its operation's base in what
        would be written, or in its status, is stale. Of several payments on one invoice each is applied up to what the
        ones before it leave; one that finds nothing left is dropped. Raises SignInTrouble, Unavailable, Refusal.
        """
        read_at = self._client.server_now().isoformat()
        targets = [_document(operation) for operation in operations if operation.verb != "create"]
        held = await self._held(operations[0].kind, targets) if targets else {}
        paid = await self._held(Kind.INVOICE, [_document(o) for o in operations if _pays(o)])
        taken: dict[str, Decimal] = defaultdict(Decimal)
        bodies: list[tuple[Operation, bytes]] = []
        stale: list[Row] = []
        dropped: list[str] = []
        impossible: list[tuple[str, Fault]] = []
        for operation in operations:
            try:
                fresh = (paid if _pays(operation) else held).get(_document(operation))
                if (row := self._in_the_way(operation, fresh)) is not None:
                    stale.append(row)
                    dropped.append(operation.id)
                elif (left := _left(operation, decode(fresh) if fresh else {}, taken)) is None:
                    dropped.append(operation.id)
                else:
                    body = self._body(operation, left)
                    bodies.append((operation, encode(body)))
                    if _pays(operation):
                        taken[_document(operation)] += decimal(body["Line"][0]["Amount"])
            except CannotWrite as error:
                impossible.append((operation.id, Fault("", error.cause, "person", str(error), error.evidence)))
            except (msgspec.DecodeError, NotADay, NotMoney, UnknownCurrency) as error:
                impossible.append((operation.id, Fault("", "bad_payload", "bug", str(error))))
        units = tuple(_unit(packed, unit_ids(), read_at) for packed in _packed(bodies))
        return Prepared(units, tuple(stale), tuple(dropped), tuple(impossible))

    async def _held(self, kind: Kind, ids: Sequence[str]) -> dict[str, msgspec.Raw]:
        """The objects as QuickBooks holds them now, by id."""
        found: dict[str, msgspec.Raw] = {}
        for chunk in chunks(sorted(set(ids)), limits.PAGE):
            page = await self._client.query(select(ENTITIES[kind], f"Id IN {one_of(chunk)}"))
            found |= {msgspec.json.decode(raw, type=Head).id: raw for raw in page.rows}
        return found

    def _in_the_way(self, operation: Operation, fresh: msgspec.Raw | None) -> Row | None:
        """The record as it is now, where it is not what the decision rested on. fresh: as QuickBooks holds it."""
        if _pays(operation):
            return self._unpayable(_document(operation), fresh)
        return None if operation.verb == "create" else self._moved(operation, fresh)

    def _unpayable(self, id_: str, fresh: msgspec.Raw | None) -> Row | None:
        """The invoice of a payment as it is now, if it is gone or nothing is open of it."""
        if fresh is None:
            return gone(Kind.INVOICE, id_)
        row = self._reader.row(Kind.INVOICE, fresh)
        return None if isinstance(row.record, Invoice) and row.record.balance > 0 else row

    def _moved(self, operation: Operation, fresh: msgspec.Raw | None) -> Row | None:
        """The record as it is now, if it is gone or no longer what the decision rested on."""
        if fresh is None:
            return gone(operation.kind, operation.target)
        row = self._read(operation, fresh)
        if operation.version and row.version != operation.version:
            return row
        if operation.base is None or row.record is None or _alike(operation, operation.base, row.record):
            return None
        return row

    def _read(self, operation: Operation, raw: msgspec.Raw) -> Row:
        """The record that an operation is about; of a payment, what it pays of the one invoice."""
        if operation.kind is not Kind.SETTLEMENT:
            return self._reader.row(operation.kind, raw)
        booked = operation.record or operation.base
        row = self._reader.application(raw, booked.invoice if isinstance(booked, Settlement) else "")
        if operation.verb != "void" or not isinstance(row.record, Settlement) or row.record.amount:
            return row
        return msgspec.structs.replace(gone(Kind.SETTLEMENT, operation.target, row.version), parent=row.parent)

    def _body(self, operation: Operation, raw: Json) -> Json:
        facts, record = self._facts, operation.record
        match operation.verb, record:
            case "void", _ if operation.kind is Kind.INVOICE:
                return {"Id": raw["Id"], "SyncToken": raw["SyncToken"]}
            case "void", _ if operation.kind is Kind.SETTLEMENT:
                return {"Id": raw["Id"], "SyncToken": raw["SyncToken"], "sparse": True}
            case "create", Customer():
                return self._reader.view.created(customer.created(record), operation.kind, record.custom)
            case "create", Item():
                return self._reader.view.created(item.created(record), operation.kind, record.custom)
            case "create", Invoice():
                body = invoice.created(record, operation.id, facts.regime, facts.discount_account)
                return self._reader.view.created(body, operation.kind, record.custom)
            case "create", Settlement():
                return settlement.created(record, operation.id, raw, facts.payment_methods)
            case "update", Settlement():
                return returned.entry(record, operation.id, raw, facts.accounts)
            case "update", Customer():
                return self._whole(customer.revised(raw, record, operation.fields), record, operation)
            case "update", Item():
                return self._whole(item.revised(raw, record, operation.fields), record, operation)
            case "update", Invoice():
                body = revision.revised(raw, record, operation.fields, facts.regime, facts.discount_account)
                return self._whole(body, record, operation)
            case _:
                words = "Tieout does not make this change in QuickBooks."
                raise CannotWrite("feature_not_supported", words, {"kind": operation.kind, "verb": operation.verb})

    def _whole(self, body: Json, record: Customer | Item | Invoice, operation: Operation) -> Json:
        return {**self._reader.view.revised(body, record.custom, operation.fields), "sparse": False}

    async def send(self, unit: Unit, operations: Sequence[Operation], timeout: Timeout) -> tuple[Outcome, ...]:
        """Send a unit once.

        Raises SignInTrouble where QuickBooks refused the sign-in, so that certainly nothing happened.
        """
        ended = await self._sent(unit, timeout)
        if not isinstance(ended, Answer):
            return tuple(ended for _ in operations)
        tid = ended.header("intuit_tid")
        try:
            envelope = opened(ended)
            said = problems(envelope)
        except msgspec.DecodeError as error:
            return tuple(Unknown(f"QuickBooks' answer cannot be read: {error}") for _ in operations)
        if said:
            outcomes = tuple(_refused(said, operation.kind, tid) for operation in operations)
        elif ended.status != 200:
            outcomes = tuple(Unknown(f"QuickBooks answered with status {ended.status}.") for _ in operations)
        elif unit.path.startswith("/batch"):
            outcomes = self._batch_outcomes(envelope, operations, tid)
        else:
            item_ = BatchItem(
                customer=envelope.customer,
                item=envelope.item,
                invoice=envelope.invoice,
                payment=envelope.payment,
                journal_entry=envelope.journal_entry,
            )
            outcomes = tuple(self._outcome(item_, operation, tid) for operation in operations)
        lost = [o.fault for o in outcomes if isinstance(o, Refused) and o.fault.reaction == "connection"]
        if lost and len(lost) == len(outcomes):
            raise trouble(lost[0])
        return outcomes

    async def _sent(self, unit: Unit, timeout: Timeout) -> Answer | NotSent | Unknown:
        try:
            answer = await self._client.write(unit.method, unit.path, unit.body, timeout)
        except NeverSent as error:
            return NotSent(str(error))
        except Unavailable as error:
            return NotSent(str(error), error.retry_after)
        except NoAnswer as error:
            return Unknown(str(error))
        if answer.status == 429:
            wait = answer.retry_after() or THROTTLE_SECONDS
            return NotSent("QuickBooks' quota is used up.", wait, "rate_limited")
        if answer.status >= 500:
            return Unknown(f"QuickBooks answered with status {answer.status}.")
        return answer

    def _batch_outcomes(self, envelope: Envelope, operations: Sequence[Operation], tid: str) -> tuple[Outcome, ...]:
        answered = {member.b_id: member for member in envelope.batch_item_response or ()}
        return tuple(
            self._outcome(answered.get(str(number), BatchItem()), operation, tid)
            for number, operation in enumerate(operations, 1)
        )

    def _outcome(self, answered: BatchItem, operation: Operation, tid: str) -> Outcome:
        held = {
            Kind.CUSTOMER: answered.customer,
            Kind.ITEM: answered.item,
            Kind.INVOICE: answered.invoice,
            Kind.SETTLEMENT: answered.payment,
        }
        try:
            if given(answered.fault):
                return _refused(entries(answered.fault), operation.kind, tid)
            raw = answered.journal_entry if is_return(operation) else held[operation.kind]
            if not given(raw):
                return Unknown("QuickBooks' answer leaves this record out.")
            row = as_returned(operation) if is_return(operation) else self._read(operation, raw)
        except (msgspec.DecodeError, NotMoney, NotADay) as error:
            return Unknown(f"QuickBooks' answer cannot be read: {error}")
        return Done(row.id, row, row.version, tid=tid)


def is_return(operation: Operation) -> bool:
    """Whether it enters what went back of a payment; nothing else is ever changed of one."""
    return operation.kind is Kind.SETTLEMENT and operation.verb == "update"


def as_returned(operation: Operation) -> Row:
    """What an entry of money that went back leaves: it tells nothing of the payment itself, whose token may be 0."""
    return Row(Kind.SETTLEMENT, operation.target, _OLDER_THAN_ALL, operation.record, parent=_document(operation))


def _pays(operation: Operation) -> bool:
    return operation.verb == "create" and isinstance(operation.record, Settlement)


def _document(operation: Operation) -> str:
    """The id of what is read before the write: the record's document, or the invoice that a payment pays."""
    if isinstance(operation.record, Settlement) and _pays(operation):
        return operation.record.invoice
    return operation.target.partition(":")[0]


def _left(operation: Operation, raw: Json, taken: Mapping[str, Decimal]) -> Json | None:
    """The object as it will stand when this is its turn; None where payments before it take all that is open."""
    if not _pays(operation):
        return raw
    open_ = decimal(raw["Balance"]) - taken.get(_document(operation), Decimal(0))
    return {**raw, "Balance": open_} if open_ > 0 else None


def _alike(operation: Operation, base: Record, now: Record) -> bool:
    """Whether nothing changed since the decision that the write would override."""
    names = {*operation.fields, *(("amount",) if is_return(operation) else ())}
    if isinstance(now, Invoice) and isinstance(base, Invoice):
        names.add("status")
        if operation.verb == "void":
            names |= {"total", "balance"}
        if not names.isdisjoint(revision.CHARGE):
            names = (names - {"lines"}) | {"tax", "discount", "total"}
            if [_charge(line) for line in base.lines] != [_charge(line) for line in now.lines]:
                return False
    return all(value_of(base, name) == value_of(now, name) for name in names)


def _charge(line: Line) -> tuple[object, ...]:
    return line.id, line.quantity, line.price, line.amount


def _refused(said: tuple[Problem, ...], kind: Kind, tid: str) -> Outcome:
    refused = fault(said, kind, tid)
    if refused.cause == "rate_limited":
        return NotSent(refused.text, THROTTLE_SECONDS, "rate_limited")
    # A system failure may have struck after the record was written; only looking tells.
    return Unknown(refused.text) if refused.reaction == "transient" else Refused(refused)


def _packed(bodies: Sequence[tuple[Operation, bytes]]) -> Iterator[list[tuple[Operation, bytes]]]:
    """Lists that fit into one request each; a void goes alone, since batches do not know it, and so does a return."""
    packed: list[tuple[Operation, bytes]] = []
    size = 0
    for operation, body in bodies:
        alone = operation.verb == "void" or is_return(operation)
        full = len(packed) >= limits.BATCH or size + len(body) > limits.UNIT_BYTES or alone
        if packed and full:
            yield packed
            packed, size = [], 0
        packed.append((operation, body))
        size += len(body)
    if packed:
        yield packed


def _unit(packed: Sequence[tuple[Operation, bytes]], id_: str, read_at: str) -> Unit:
    members = tuple(operation.id for operation, _ in packed)
    first = packed[0][0]
    entity = JOURNAL_ENTRY if is_return(first) else ENTITIES[first.kind]
    parameters = f"minorversion={MINOR_VERSION}&requestid={id_}"
    if len(packed) == 1:
        asked = _VOIDED_PAYMENT if first.verb == "void" and first.kind is Kind.SETTLEMENT else _PARAMETERS[first.verb]
        path = f"/{entity.lower()}?{asked}{parameters}"
        return Unit(id_, "POST", path, packed[0][1], members, read_at)
    items = [
        {"bId": str(number), "operation": operation.verb, entity: msgspec.Raw(body)}
        for number, (operation, body) in enumerate(packed, 1)
    ]
    body = msgspec.json.encode({"BatchItemRequest": items})
    return Unit(id_, "POST", f"/batch?{parameters}", body, members, read_at)


_VOIDED_PAYMENT: Final = "operation=update&include=void&"
_PARAMETERS: Final[dict[Verb, str]] = {"create": "", "update": "", "void": "operation=void&", "annotate": ""}

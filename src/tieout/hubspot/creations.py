"""Creating records in HubSpot: customers, products, copies of invoices, payments, each with our unique key.

By that key a record is found again whose creation was not answered. The key is the id of the operation, and also the
trace id by which HubSpot reports on one input of many.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from tieout.core.records import Kind
from tieout.hubspot import limits
from tieout.hubspot.client import Client
from tieout.hubspot.documents import Detail, Document
from tieout.hubspot.errors import fault
from tieout.hubspot.lens import customer, invoice, item, settlement, values
from tieout.hubspot.lens.customer import CONTACTS, version
from tieout.hubspot.lens.invoice import INVOICES
from tieout.hubspot.lens.item import PRODUCTS
from tieout.hubspot.lens.settlement import PAYMENTS
from tieout.hubspot.objects import OBJECTS, batches
from tieout.hubspot.reader import Reader
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.kinds.owner import ordered
from tieout.kinds.settlement import Settlement
from tieout.remote.outcomes import Absent, Done, Fault, Finding, Landed, Outcome, Refused, Unknown
from tieout.remote.rows import Row
from tieout.remote.side import Operation, Prepared, Unit, UnitIds

_ZERO = Decimal(0)


class Creations:
    """Creates records in one account."""

    def __init__(self, reader: Reader, client: Client) -> None:
        self._reader = reader
        self._client = client

    def prepare(self, operations: Sequence[Operation], unit_ids: UnitIds) -> Prepared:
        """Pack creations by type of record; nothing is read before them."""
        units = []
        impossible = []
        made: list[tuple[Operation, str, values.Creation]] = []
        persons = self._persons(operations)
        for one in operations:
            try:
                type_, input_ = self._input(one, persons)
            except ValueError as error:
                text = f"HubSpot cannot take this record: {error}"
                impossible.append((one.id, Fault(code="", cause="bad_payload", reaction="bug", text=text)))
                continue
            if (refused := too_long(input_["properties"])) is not None:
                impossible.append((one.id, refused))
            else:
                made.append((one, type_, input_))
        for type_ in sorted({type_ for _, type_, _ in made}):
            own = {one.id: input_ for one, of, input_ in made if of == type_}
            for ids in batches(list(own), limits.BATCH):
                body = msgspec.json.encode({"inputs": [own[id_] for id_ in ids]})
                units.append(Unit(unit_ids(), "POST", f"{OBJECTS}/{type_}/batch/create", body, tuple(ids)))
        return Prepared(tuple(units), impossible=tuple(impossible))

    def _persons(self, operations: Iterable[Operation]) -> dict[str, str]:
        """Who speaks for the customers of these invoices."""
        return self._reader.people.persons({o.record.customer for o in operations if isinstance(o.record, Invoice)})

    def _input(self, operation: Operation, persons: Mapping[str, str]) -> tuple[str, values.Creation]:
        """The type of the record that a creation makes, and the input that makes it.

        Raises ValueError for a mapped value that its property cannot hold.
        """
        type_, input_ = self._own_input(operation, persons)
        custom = operation.record.custom if isinstance(operation.record, Customer | Item | Invoice) else {}
        input_["properties"] |= self._reader.view.created(custom, type_)
        return type_, input_

    def _own_input(self, operation: Operation, persons: Mapping[str, str]) -> tuple[str, values.Creation]:
        key, zone = operation.id, self._reader.zone
        match operation.record:
            case Customer() as record if is_new_person(operation):
                return CONTACTS, customer.person_created(record, key, record.id.partition(":")[2])
            case Customer() as record:
                return customer.created(record, key, self._reader.people.model)
            case Item() as record:
                return PRODUCTS, item.created(record, key)
            case Invoice() as record:
                return INVOICES, invoice.created(_owned(record, persons), key, zone)
            case Settlement() as record:
                return PAYMENTS, settlement.created(record, key, zone)
            case _:
                raise TypeError(f"{operation.kind} is not created here.")

    def outcomes(
        self, operations: Sequence[Operation], made: Sequence[Document], errors: Sequence[Detail]
    ) -> tuple[Outcome, ...]:
        """What an answer of success says of each creation."""
        persons = self._persons(operations)
        return tuple(self._outcome(one, made, errors, persons) for one in operations)

    def _outcome(
        self,
        operation: Operation,
        made: Sequence[Document],
        errors: Sequence[Detail],
        persons: Mapping[str, str],
    ) -> Outcome:
        for one in made:
            if operation.id in (one.object_write_trace_id, one.properties.get(values.KEY)):
                row = self._made(operation, one, persons)
                return Done(operation.target or row.id, row, row.version)
        for error in errors:
            if operation.id in error.named("objectWriteTraceId"):
                refused = fault(400, error)
                return Unknown(refused.text) if is_our_key(refused) else Refused(refused)
        return Unknown(f"HubSpot's answer does not mention this {operation.kind}.")

    def _made(self, operation: Operation, document: Document, persons: Mapping[str, str]) -> Row:
        """What we created, as its answer shows it, or as it was sent where the answer shows little."""
        match operation.record:
            case Customer() as sent:
                return self._made_customer(operation, sent, document)
            case Item() as sent:
                return Row(Kind.ITEM, document.id, version(document), msgspec.structs.replace(sent, id=document.id))
            case Invoice() as sent:
                own_invoice = msgspec.structs.replace(
                    _owned(sent, persons),
                    id=document.id,
                    status="draft",
                    lines=(),
                    discount=_ZERO,
                    tax=_ZERO,
                    total=_ZERO,
                    balance=_ZERO,
                    marker=operation.id,
                )
                return Row(Kind.INVOICE, document.id, version(document), own_invoice)
            case Settlement() as sent:
                return Row(Kind.SETTLEMENT, document.id, version(document), self._as_sent(operation, sent, document))
            case _:
                raise TypeError(f"{operation.kind} is not created here.")

    def _made_customer(self, operation: Operation, sent: Customer, document: Document) -> Row:
        type_, _ = self._input(operation, {})
        id_ = operation.target or f"{customer.PREFIXES[type_]}:{document.id}"
        own = document.properties
        if own:
            if operation.target:
                own = {**own, "associatedcompanyid": id_.partition(":")[2]}
            self._reader.people.customers(type_, [msgspec.structs.replace(document, properties=own)])
            if (row := self._reader.people.assembled(id_)) is not None:
                return row
        parts = (id_, *((f"contact:{document.id}",) if operation.target else ()))
        record = msgspec.structs.replace(sent, id=id_, parts=parts, marker=sent.marker or operation.id)
        if id_.startswith("company:") and not operation.target:
            # Its person comes next, in a contact.
            custom = self._reader.view.of(sent.custom, type_)
            record = msgspec.structs.replace(record, first="", last="", email="", custom=custom)
        return Row(Kind.CUSTOMER, id_, version(document), record)

    def _as_sent(self, operation: Operation, sent: Settlement, document: Document) -> Settlement:
        own = msgspec.structs.replace(
            sent,
            id=document.id,
            transaction=document.id,
            status="succeeded",
            processor="quickbooks",
            marker=operation.id,
            cash=True,
            contact=_prefixed("contact", sent.contact),
            company=_prefixed("company", sent.company),
        )
        if "hs_initial_amount" not in document.properties:
            return own
        try:
            shown = settlement.settlement(document, {}, self._reader.zone)
        except ValueError:
            return own
        return msgspec.structs.replace(own, **{name: getattr(shown, name) for name in settlement.SHOWN})

    async def settle(self, members: Sequence[Operation]) -> tuple[Finding, ...]:
        """Look records up by our key; one that somebody has archived meanwhile was made all the same."""
        made: dict[str, Document] = {}
        rows: dict[str, Row] = {}
        persons = self._persons(members)
        types = {one.id: self._input(one, persons)[0] for one in members}
        for type_ in sorted(set(types.values())):
            keys = [id_ for id_, of in types.items() if of == type_]
            found = await self._reader.objects.read(type_, keys, self._reader.properties[type_], key=values.KEY)
            made |= {one.properties.get(values.KEY) or "": one for one in found.documents}
            rows |= {row.id: row for row in (await self._reader.whole(type_, found)).rows}
            if lost := [key for key in keys if key not in made]:
                former = await self._reader.objects.read(type_, lost, [values.KEY], key=values.KEY, archived=True)
                prefix = f"{customer.PREFIXES[type_]}:" if type_ in customer.PREFIXES else ""
                at = values.epoch(self._client.server_now())
                for gone in former.documents:
                    made[gone.properties.get(values.KEY) or ""] = gone
                    id_ = prefix + gone.id
                    rows[id_] = Row(members[0].kind, id_, at, None, gone="archived")
        findings: list[Finding] = []
        for one in members:
            document = made.get(one.id)
            if document is None:
                findings.append(Absent())
                continue
            sent = self._made(one, msgspec.structs.replace(document, properties={}), persons)
            findings.append(Landed(row=rows.get(sent.id, sent), sent=sent))
        return tuple(findings)


def is_new_person(operation: Operation) -> bool:
    """Whether an update makes the person of a company that has none yet."""
    record = operation.record
    return (
        operation.verb == "update"
        and isinstance(record, Customer)
        and record.id.startswith("company:")
        and len(record.parts) == 1
        and "email" in operation.fields
    )


def is_our_key(refused: Fault) -> bool:
    """Whether it is our own key that is taken: then what was to be made stands there. An e-mail is somebody else's."""
    of = refused.evidence.get("property", "")
    return refused.cause == "unique_value_taken" and refused.code != "CONFLICT" and of in ("", values.KEY)


def _owned(record: Invoice, persons: Mapping[str, str]) -> Invoice:
    """An invoice with all whom it names: its customer, and who speaks for it."""
    person = persons[record.customer]
    parties = ordered(one for one in (person, record.customer) if one)
    return msgspec.structs.replace(record, contact=person, parties=parties)


def too_long(properties: Mapping[str, str]) -> Fault | None:
    """Why HubSpot cannot hold these properties; None where it can."""
    long = next((name for name, text in properties.items() if len(text) > limits.LONGEST_TEXT), "")
    if not long:
        return None
    text = f"HubSpot holds at most {limits.LONGEST_TEXT} characters in {long}."
    return Fault(code="", cause="text_too_long", reaction="person", text=text, evidence={"property": long})


def _prefixed(prefix: str, id_: str) -> str:
    return f"{prefix}:{id_.rpartition(':')[2]}" if id_ else ""

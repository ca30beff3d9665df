"""Create, full update, sparse update, delete, void, send: one door for single requests and batch items.

QuickBooks API reference: an update needs Id and SyncToken; a full update empties every writable field that is not
sent, a sparse one keeps them; an array of lines is always replaced as a whole.
"""

import msgspec

from tieout.sandbox.quickbooks import (
    deposits,
    faults,
    foreign,
    forms,
    journals,
    listed,
    lists,
    payments,
    rates,
    transacted,
)
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entity import Entity, Operation
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.preferences import update_preferences
from tieout.sandbox.quickbooks.shapes import clean
from tieout.sandbox.quickbooks.wire import Json

_STICKY = ("DisplayName", "PrintOnCheckName")
_TAXED_BY = frozenset(("Line", "GlobalTaxCalculation", "ShipAddr", "ShipFromAddr"))
"""What tax is computed from."""


class Stub(msgspec.Struct, frozen=True):
    """What is answered for a deleted object."""

    document: Json


def perform(company: Company, entity: Entity, sent: object, operation: str, includes: frozenset[str]) -> Row | Stub:
    """Carry out one write and return the object's new version, or the stub of a deleted one.

    operation: the `operation` parameter, empty where none was sent. includes: the `include` parameter, split.
    Raises FaultError; nothing is changed then.
    """
    if not isinstance(sent, dict):
        raise faults.unsupported_property()
    if entity is listed.PREFERENCES:
        return update_preferences(company, sent)
    if operation == "void" or "void" in includes:
        return _void(company, _current(company, entity, sent, "void"))
    if operation == "delete":
        return Stub(_delete(company, _current(company, entity, sent, "delete")))
    if operation not in ("", "create", "update"):
        raise faults.unsupported_operation(operation)
    old = None
    if sent.get("Id") not in (None, ""):
        old = _current(company, entity, sent, "update")
    elif operation == "update":
        raise faults.missing("Id")
    elif "create" not in entity.operations:
        raise faults.unsupported_operation("create")
    wanted = _wanted(entity, sent, old)
    duplicates = "allowduplicatedocnum" in includes
    if entity is listed.EXCHANGE_RATE:
        return rates.save(company, wanted)
    if entity is listed.COMPANY_CURRENCY:
        return foreign.save_currency(company, wanted, old)
    if entity is transacted.PAYMENT:
        return payments.save(company, wanted, old)
    if entity is transacted.DEPOSIT:
        return deposits.save(company, wanted, old)
    if entity is transacted.JOURNAL_ENTRY:
        return journals.save(company, wanted, old)
    if entity.transaction:
        return forms.save(company, entity, wanted, old, duplicates=duplicates)
    return lists.save(company, entity, wanted, old)


def send(company: Company, entity: Entity, identity: str, address: str | None) -> Row:
    """Mail a form. Raises FaultError: 500 where the entity cannot be mailed, 610, 2020 without any address."""
    if "send" not in entity.operations:
        raise faults.unsupported_operation("send")
    row = company.ledger.find(entity.name, identity)
    if row is None:
        raise faults.not_found()
    return forms.send(company, row, address)


def _current(company: Company, entity: Entity, sent: Json, operation: Operation) -> Row:
    """Return the stored object that a write names, after checking its version."""
    if operation not in entity.operations:
        raise faults.unsupported_operation(operation)
    for field in ("Id", "SyncToken"):
        if sent.get(field) in (None, ""):
            raise faults.missing(field)
    identity = str(sent["Id"])
    row = company.ledger.find(entity.name, identity)
    if row is None:
        raise faults.deleted_meanwhile() if identity in company.ledger.graves[entity.name] else faults.not_found()
    if str(sent["SyncToken"]) != str(row.token):
        raise faults.stale()
    return row


def _wanted(entity: Entity, sent: Json, old: Row | None) -> Json:
    """Return the writable fields as they shall be after the write."""
    changes = clean(entity.fields, sent)
    if old is None:
        return {field: value for field, value in changes.items() if value is not None}
    held = clean(entity.fields, old.read())
    if sent.get("sparse") not in (True, "true"):
        held = {field: held[field] for field in _STICKY if field in held}
    elif _TAXED_BY & changes.keys() and "TxnTaxDetail" not in changes and "TxnTaxDetail" in held:
        # The tax of the old lines or of the old place is not the tax of the new; only the code stays.
        held["TxnTaxDetail"] = {k: v for k, v in held["TxnTaxDetail"].items() if k == "TxnTaxCodeRef"}
    merged = held | {field: value for field, value in changes.items() if value is not None or field not in _STICKY}
    return {field: value for field, value in merged.items() if value is not None}


def _void(company: Company, row: Row) -> Row:
    return payments.void(company, row) if row.entity == "Payment" else forms.void(company, row)


def _delete(company: Company, row: Row) -> Json:
    match row.entity:
        case "Payment":
            return payments.remove(company, row)
        case "Deposit":
            return deposits.remove(company, row)
        case "JournalEntry":
            return journals.remove(company, row)
        case _:
            return forms.remove(company, row)

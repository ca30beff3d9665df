"""References between objects: they must exist and be active, and the server adds the names."""

from collections.abc import Collection
from typing import Final

from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.ledger import Ledger, Row
from tieout.sandbox.quickbooks.wire import Json

TARGETS: Final = {
    "CustomerRef": "Customer",
    "ItemRef": "Item",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    "SalesTermRef": "Term",
    "TermRef": "Term",
    "PaymentMethodRef": "PaymentMethod",
    "DepositToAccountRef": "Account",
    "AccountRef": "Account",
    "DiscountAccountRef": "Account",
    "IncomeAccountRef": "Account",
    "ExpenseAccountRef": "Account",
    "AssetAccountRef": "Account",
    "ARAccountRef": "Account",
    "APAccountRef": "Account",
    "TxnTaxCodeRef": "TaxCode",
    "TaxCodeRef": "TaxCode",
    "DefaultTaxCodeRef": "TaxCode",
    "SalesTaxCodeRef": "TaxCode",
    "PurchaseTaxCodeRef": "TaxCode",
    "TaxRateRef": "TaxRate",
    "PrefVendorRef": "Vendor",
}
"""Field → entity. Other references are stored as they are sent."""

_NAMELESS: Final = frozenset(
    ["SalesTermRef", "TermRef", "TaxCodeRef", "TxnTaxCodeRef", "DefaultTaxCodeRef", "DepositToAccountRef", "TaxRateRef"]
)
"""References that come back without a name in recorded answers."""

_ELEMENTS: Final = {
    "Customer": "Names", "Vendor": "Names", "Class": "Klasses", "PaymentMethod": "PaymentMethods", "TaxCode": "TaxCodes"
}  # fmt: skip
SPECIAL_ITEMS: Final = {"SHIPPING_ITEM_ID": "Shipping", "GRATUITY_ITEM_ID": "Gratuity"}


def resolve(ledger: Ledger, field: str, target: str, identity: str, held: Collection[tuple[str, str]] = ()) -> Row:
    """Return the object that a reference names.

    held: references that the document had before, which may since have become inactive.
    Raises FaultError (2500) if the object is absent, or inactive and newly referred to.
    """
    row = ledger.find(target, identity)
    if row is None:
        if field == "ItemRef":
            raise faults.bad_reference("Line.SalesItemLineDetail.ItemRef")
        raise faults.bad_reference(f"{_ELEMENTS.get(target, f'{target}s')} element id {identity} not found")
    if not row.active and (field, identity) not in held:
        raise faults.bad_reference(faults.INACTIVE)
    return row


def name_of(row: Row) -> str:
    """Return the name that references to an object carry."""
    document = row.read()
    for field in ("DisplayName", "FullyQualifiedName", "Name"):
        if document.get(field):
            return str(document[field])
    return ""


def complete(ledger: Ledger, document: Json, parent: str, held: Collection[tuple[str, str]] = ()) -> None:
    """Check the references at the top of `document` and add their names.

    parent: the entity of ParentRef. Raises FaultError (2500).
    """
    for field, value in document.items():
        if not field.endswith("Ref") or not value:
            continue
        target = parent if field == "ParentRef" else TARGETS.get(field)
        if target is not None:
            row = resolve(ledger, field, target, value["value"], held)
            document[field] = {"value": row.id} if field in _NAMELESS else {"value": row.id, "name": name_of(row)}


def held_by(document: Json) -> set[tuple[str, str]]:
    """Return all references of a stored document, its lines included."""
    found = set()
    pending: list[object] = [document]
    while pending:
        match pending.pop():
            case dict() as entry:
                for field, value in entry.items():
                    if field.endswith("Ref") and isinstance(value, dict) and "value" in value:
                        found.add((field, value["value"]))
                    elif isinstance(value, dict | list):
                        pending.append(value)
            case list() as entries:
                pending.extend(entries)
    return found

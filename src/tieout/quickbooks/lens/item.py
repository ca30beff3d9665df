"""The item: QuickBooks' Item."""

from typing import Final

from tieout.core.money import decimal
from tieout.kinds.item import Item
from tieout.quickbooks import documents, limits
from tieout.quickbooks.documents import Json
from tieout.quickbooks.lens import names, text
from tieout.quickbooks.lens.address import ref

MEMBERS: Final = {"name": "Name", "sku": "Sku", "text": "Description", "active": "Active"}
"""Which member of QuickBooks' document holds a field that can be changed."""


def read(document: documents.Item) -> Item:
    """Read an Item. Raises NotMoney."""
    return Item(
        id=document.id,
        name=document.name or "",
        sku=document.sku or "",
        text=document.description or "",
        price=None if document.unit_price is None else decimal(document.unit_price),
        type=document.type or "",
        account=ref(document.income_account_ref),
        active=document.active is not False,
    )


def created(item: Item) -> Json:
    """The body that creates an Item. Raises CannotWrite."""
    body: Json = {"Name": _value(item, "name"), "Type": item.type or "Service"}
    body |= {MEMBERS[field]: value for field in ("sku", "text") if (value := _value(item, field))}
    if item.price is not None:
        body["UnitPrice"] = item.price
    if item.account:
        body["IncomeAccountRef"] = {"value": item.account}
    return body


def revised(raw: Json, item: Item, fields: tuple[str, ...]) -> Json:
    """The full update that changes only `fields` of the object as QuickBooks holds it. Raises CannotWrite."""
    return names.revised(raw, MEMBERS, fields, lambda field: _value(item, field))


def _value(item: Item, field: str) -> object:
    match field:
        case "name":
            return text.name(item.name, limits.ITEM_NAME, "Name")
        case "sku":
            return text.exact(item.sku, limits.SKU, "Sku")
        case "text":
            return text.free(item.text, limits.DESCRIPTION)
        case _:
            return item.active

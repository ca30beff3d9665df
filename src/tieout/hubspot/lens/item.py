"""The item in HubSpot: a product (HubSpot, "Products" guide)."""

from decimal import Decimal

from tieout.hubspot.documents import Document
from tieout.hubspot.lens import values
from tieout.kinds.item import Item

PRODUCTS = "products"
PROPERTIES = (
    "name",
    "hs_sku",
    "description",
    "price",
    "hs_status",
    "hs_lastmodifieddate",
    "hs_merged_object_ids",
    values.KEY,
)


def item(document: Document) -> Item:
    """A product as an item; its price is in the account's own currency. Raises NotMoney."""
    own = document.properties
    return Item(
        id=document.id,
        name=values.text(own, "name"),
        sku=values.text(own, "hs_sku"),
        text=values.text(own, "description"),
        price=values.number(own, "price", Decimal(0)) if own.get("price") else None,
        active=own.get("hs_status") != "inactive",
        formers=values.formers(document.id, own),
    )


def created(record: Item, key: str) -> values.Creation:
    """The input of a batch create of a product. key: our unique key, the id of the operation."""
    properties = {
        "name": values.written_name(record.name),
        "hs_sku": values.written_name(record.sku),
        "description": values.written_text(record.text),
        "price": "" if record.price is None else values.written_number(record.price),
        values.KEY: key,
    }
    return values.creation(key, properties, ())

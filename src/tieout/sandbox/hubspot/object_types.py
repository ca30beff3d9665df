"""The kinds of object that the sandbox has, and every name they go by.

Names, ids and scopes: HubSpot, "Understanding the CRM" and "Scopes". Default properties: the object guides.
"""

import msgspec

from tieout.sandbox.hubspot import errors


class ObjectType(msgspec.Struct, frozen=True):
    """One object type.

    name: the plural that paths use; constant: how error texts call it; created, modified: the names of its date
    properties; defaults: what a read answers if nothing is asked for; searched: what `query` looks at.
    """

    name: str
    singular: str
    id: str
    constant: str
    scope: str
    group: str
    created: str = "createdate"
    modified: str = "hs_lastmodifieddate"
    defaults: tuple[str, ...] = ()
    search_defaults: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()

    @property
    def always(self) -> tuple[str, str, str]:
        """The properties that every read answers."""
        return ("hs_object_id", self.created, self.modified)


CONTACTS = ObjectType(
    name="contacts",
    singular="contact",
    id="0-1",
    constant="CONTACT",
    scope="contacts",
    group="contactinformation",
    modified="lastmodifieddate",
    defaults=("email", "firstname", "lastname"),
    searched=("firstname", "lastname", "email", "phone", "hs_additional_emails", "fax", "mobilephone", "company"),
)
COMPANIES = ObjectType(
    name="companies",
    singular="company",
    id="0-2",
    constant="COMPANY",
    scope="companies",
    group="companyinformation",
    defaults=("domain", "name"),
    searched=("website", "phone", "name", "domain"),
)
PRODUCTS = ObjectType(
    name="products",
    singular="product",
    id="0-7",
    constant="PRODUCT",
    scope="products",
    group="productinformation",
    defaults=("description", "name", "price"),
    searched=("name", "description", "price", "hs_sku"),
)
LINE_ITEMS = ObjectType(
    name="line_items",
    singular="line_item",
    id="0-8",
    constant="LINE_ITEM",
    scope="line_items",
    group="lineiteminformation",
    search_defaults=("quantity", "amount", "price"),
    searched=("name", "description", "hs_sku"),
)
INVOICES = ObjectType(
    name="invoices",
    singular="invoice",
    id="0-53",
    constant="INVOICE",
    scope="invoices",
    group="invoiceinformation",
    created="hs_createdate",
    searched=("hs_number", "hs_title"),
)
PAYMENTS = ObjectType(
    name="commerce_payments",
    singular="commerce_payment",
    id="0-101",
    constant="COMMERCE_PAYMENT",
    scope="commercepayments",
    group="paymentinformation",
    created="hs_createdate",
    searched=("hs_customer_email", "hs_reference_number"),
)
DISCOUNTS = ObjectType(
    name="discounts",
    singular="discount",
    id="0-84",
    constant="DISCOUNT",
    scope="line_items",
    group="discountinformation",
    created="hs_createdate",
    searched=("hs_label",),
)
FEES = ObjectType(
    name="fees",
    singular="fee",
    id="0-85",
    constant="FEE",
    scope="line_items",
    group="feeinformation",
    created="hs_createdate",
    searched=("hs_label",),
)
TAXES = ObjectType(
    name="taxes",
    singular="tax",
    id="0-86",
    constant="TAX",
    scope="line_items",
    group="taxinformation",
    created="hs_createdate",
    searched=("hs_label",),
)

ALL = (CONTACTS, COMPANIES, PRODUCTS, LINE_ITEMS, INVOICES, PAYMENTS, DISCOUNTS, FEES, TAXES)
BY_NAME = {kind.name: kind for kind in ALL}

_BY_ALIAS = {alias: kind for kind in ALL for alias in (kind.name, kind.singular, kind.id, kind.constant)}


def named(name: str) -> ObjectType:
    """Return the type with this plural, singular or numeric name. Raises Refusal (400)."""
    kind = _BY_ALIAS.get(name) or _BY_ALIAS.get(name.lower())
    if kind is None:
        raise errors.unknown_type(name)
    return kind

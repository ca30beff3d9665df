"""The customer: a QuickBooks Customer; in HubSpot a company with its people, or a contact."""

from decimal import Decimal

import msgspec

from tieout.core.records import Address
from tieout.core.text import normal


class Customer(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="customer"):
    """Who owes. Text as its author typed it; `currency` is an ISO 4217 code, empty for the QuickBooks company's own.

    id: `company:123` or `contact:45` in HubSpot (`company:123 EUR` in another currency, see `kinds.currency`), the
    Customer's Id in QuickBooks.
    name: the display name in QuickBooks; in HubSpot the company's name, else empty (the name there is made by pattern).
    parts: the HubSpot records that this one is made of, `company:…` first, with the person's `contact:…` after it.
    member_of: in HubSpot, the company customer that this contact is a part of (model *company first* only).
    parent: in QuickBooks, the Id of the customer above a sub-customer.
    balance: in QuickBooks, what the customer owes, in `currency`.
    marker: in HubSpot, the id of the operation of ours that made it; empty where somebody else did.
    formers: in HubSpot, the records that were merged into this one, as ids of customers.
    custom: values of mapped fields, by `Mapped.key`; one that the side does not have is left out. traits: what filters
    look at, by `Filter.key`.
    """

    id: str
    name: str = ""
    company: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    billing: Address = Address()
    currency: str = ""
    tax_number: str = ""
    active: bool = True
    member_of: str = ""
    parts: tuple[str, ...] = ()
    parent: str = ""
    balance: Decimal | None = None
    marker: str = ""
    formers: tuple[str, ...] = ()
    custom: dict[str, str] = {}
    traits: dict[str, str] = {}


def display_name(customer: Customer, pattern: str) -> str:
    """The QuickBooks display name of a HubSpot customer.

    pattern: with {company}, {first}, {last}, {email}; where it comes out empty, the person's name is taken, else the
    e-mail. QuickBooks allows no colon, tab or line break in a name; they become spaces. A comma that stands beside
    nothing (`{last}, {first}` of somebody with one name) is left out.
    """
    parts = {"company": customer.company, "first": customer.first, "last": customer.last, "email": customer.email}
    for attempt in (pattern or "{company}", "{first} {last}", "{email}"):
        name = normal(attempt.format_map(parts).replace(":", " ")).strip(" ,;|")
        if name:
            return name
    return ""

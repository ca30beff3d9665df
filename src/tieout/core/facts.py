"""What is small and true of a whole account, and what rules ask of it: preferences, codes, accounts, rates, limits."""

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

Regime = Literal["none", "us-manual", "us-automated", "per-line"]


class Named(msgspec.Struct, frozen=True):
    """An entry of one of the account's lists. currency: an account's, empty where the company has only its own."""

    id: str
    name: str
    type: str = ""
    currency: str = ""


class TaxRate(msgspec.Struct, frozen=True):
    """A HubSpot tax rate; `percent` is 20 for 20 %."""

    id: str
    name: str
    percent: Decimal


class TaxCode(msgspec.Struct, frozen=True):
    """A QuickBooks tax code; `percent` is the sum of its sales rates, None where it has none (no tax at all).

    rates: their ids.
    """

    id: str
    name: str
    percent: Decimal | None = None
    taxable: bool = True
    rates: tuple[str, ...] = ()


class CrmFacts(msgspec.Struct, frozen=True):
    """What is true of the HubSpot account. currency: ISO 4217. zone: IANA name. ui: host of its pages.

    missing_properties: of those that mapped fields and filters name, as `invoices.reference`.
    """

    portal: str
    currency: str
    zone: str
    currencies: tuple[str, ...] = ()
    ui: str = "app.hubspot.com"
    tax_rates: tuple[TaxRate, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    missing_properties: tuple[str, ...] = ()


class BooksFacts(msgspec.Struct, frozen=True):
    """What is true of the QuickBooks company. currency: ISO 4217. closing_date: no entry on or before it.

    multicurrency, currencies: whether it books in other currencies too, and in which.
    discounts: a sales form may have a discount line.
    plan: what it is sold as. zone: IANA name, empty where QuickBooks does not tell. class_tracking: whether a document
    or each of its lines has a class, empty for none; location_tracking: whether a document has a location.
    custom_fields: those that are switched on for sales forms, by DefinitionId.
    """

    realm: str
    company: str
    country: str
    currency: str
    multicurrency: bool = False
    currencies: tuple[str, ...] = ()
    regime: Regime = "none"
    custom_numbers: bool = False
    revenue_recognition: bool = False
    auto_apply_credit: bool = False
    closing_date: date | None = None
    discounts: bool = True
    discount_account: str = ""
    income_accounts: tuple[Named, ...] = ()
    accounts: tuple[Named, ...] = ()
    tax_codes: tuple[TaxCode, ...] = ()
    terms: tuple[Named, ...] = ()
    payment_methods: tuple[Named, ...] = ()
    plan: str = ""
    zone: str = ""
    class_tracking: Literal["", "document", "line"] = ""
    location_tracking: bool = False
    shipping: bool = False
    classes: tuple[Named, ...] = ()
    locations: tuple[Named, ...] = ()
    custom_fields: tuple[Named, ...] = ()
    ui: str = "https://app.qbo.intuit.com"


def is_for_deposits(account: Named) -> bool:
    """Whether payments may go into it. Source: QuickBooks API reference, Payment, DepositToAccountRef."""
    return account.type in ("Bank", "Other Current Asset")


class Facts(msgspec.Struct, frozen=True):
    """Both accounts, and what was learned of them.

    dated_items: QuickBooks items known to want a service date. suspects: sets of items of which at least one does.
    """

    crm: CrmFacts
    books: BooksFacts
    dated_items: frozenset[str] = frozenset()
    suspects: tuple[frozenset[str], ...] = ()

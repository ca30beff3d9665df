"""What an operator may set for a connection: typed values with their defaults and meaning."""

from datetime import date
from typing import Literal

import msgspec

from tieout.core.fields import Direction, Rule
from tieout.core.mapping import Filter, Mapped

Model = Literal["company", "contact"]
Who = Literal["", "hubspot", "quickbooks", "nobody"]
Copied = Literal["needed", "to_quickbooks", "to_hubspot", "both"]

UNKNOWN = "unknown"
"""Among the countries of `tax_codes_by_country`: that of a customer of whom nobody knows it."""


class Settings(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The settings of one connection. Ids are QuickBooks' unless said; an empty text means *not chosen*.

    start_date: None = everything; invoices finalized before it stay out, save those still open.
    line_discounts: a discount on a HubSpot line makes the price lower (`net`), or is a line of its own in QuickBooks,
    where all lines share one tax code (`line`).
    tax_codes: HubSpot tax rate id to QuickBooks tax code id. untaxed_code: the code for "no tax".
    tax_codes_by_country: where the country of the customer decides: rate id (empty = no tax) to country (ISO 3166
    alpha-2 in small letters, or `UNKNOWN`) to code; the two above then say it for all other countries.
    rounding_item: the QuickBooks item of a line that holds what rounding the tax leaves; empty = such invoices hold.
    copy_customers, copy_items: which lists are made on the other side as a whole, beyond what is needed there.
    display_name: pattern with {company}, {first}, {last}, {email}; empty = the built-in rule (`display_name()`).
    lock_date: Tieout's own: nothing is written on or before it.
    show_quickbooks_invoices: invoices made in QuickBooks appear in HubSpot, as non-billable copies.
    book_hubspot_payments: payments recorded in HubSpot are booked in QuickBooks. deposit_account: where they go, empty
    = Undeposited Funds; deposit_accounts: instead of it, by HubSpot's processor (`hs_payments`, `byo_stripe` …).
    who_sends, who_collects, who_reminds: which of both deals with the customer of an invoice; asked by preflight, and
    changes nothing that is written.
    directions: of fields that are synced anyway, where they are not as Tieout has them, by `customer.phone`.
    mapped: fields that the operator added. mappings: how many were ever made. filters: which records may travel.
    """

    start_date: date | None = None
    customer_model: Model = "company"
    auto_create_customers: bool = True
    auto_create_items: bool = True
    copy_customers: Copied = "needed"
    copy_items: Copied = "needed"
    display_name: str = ""
    item_name: str = "{name}"
    item_name_taken: str = "{name} ({sku})"
    item_type: Literal["Service", "NonInventory"] = "Service"
    income_account: str = ""
    default_item: str = ""
    rounding_item: str = ""
    line_discounts: Literal["net", "line"] = "net"
    untaxed_code: str = ""
    tax_codes: dict[str, str] = {}
    tax_codes_by_country: dict[str, dict[str, str]] = {}
    service_date: Literal["billing_start", "invoice_date"] = "billing_start"
    lock_date: date | None = None
    phone_rule: Rule = Rule.ASK
    website_rule: Rule = Rule.ASK
    due_date_rule: Rule = Rule.ASK
    memo_rule: Rule = Rule.ASK
    show_quickbooks_invoices: bool = True
    book_hubspot_payments: bool = True
    deposit_account: str = ""
    deposit_accounts: dict[str, str] = {}
    annotate: bool = True
    who_sends: Who = ""
    who_collects: Who = ""
    who_reminds: Who = ""
    directions: dict[str, Direction] = {}
    mapped: tuple[Mapped, ...] = ()
    mappings: int = 0
    filters: tuple[Filter, ...] = ()
    same_invoice_days: int = 10
    same_payment_days: int = 5

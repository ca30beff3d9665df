"""The invoice, in HubSpot and in QuickBooks. All amounts are in its own currency."""

from datetime import date as Day  # noqa: N812 - a field is called date
from decimal import Decimal
from typing import Literal

import msgspec

from tieout.core.fields import Direction, Field
from tieout.core.records import Address
from tieout.core.text import normal

Status = Literal["draft", "open", "paid", "void"]


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line that is charged for.

    id: the side's own line id (HubSpot line item, or `fee:…` for an order-level fee; QuickBooks `Line.Id`).
    item: the side's id of the item: HubSpot product (empty where the line has none), QuickBooks Item.
    sku, name: what a HubSpot line says of its item. text: the description that the customer reads.
    price: per unit, net of this line's discount; None where the side states the amount alone.
    list_price: in HubSpot, per unit before this line's discount; None where it has none.
    amount: of the line, net of its discount, before tax, rounded to the currency's minor unit.
    tax: HubSpot's tax rate id (empty = no tax), QuickBooks' tax code id.
    service_date: QuickBooks' `ServiceDate`; in HubSpot the start of the line's billing period.
    source: in HubSpot, the `Line.Id` of the QuickBooks line that this one is a copy of.
    """

    id: str
    item: str = ""
    sku: str = ""
    name: str = ""
    text: str = ""
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    list_price: Decimal | None = None
    amount: Decimal = Decimal(0)
    tax: str = ""
    service_date: Day | None = None
    klass: str = ""
    source: str = ""


class TaxLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What QuickBooks says of one rate in a document: its id, its percentage, and the amount that it is on."""

    rate: str
    percent: Decimal = Decimal(0)
    net: Decimal = Decimal(0)


class Invoice(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="invoice"):
    """What a customer is charged for.

    issued_here: the invoice was made on this side by a person: in HubSpot billable, not `data_sync` and without a
    foreign sync's marker; in QuickBooks without our marker.
    customer: this side's customer id (`company:…`, `contact:…`; QuickBooks Customer Id), empty where there is none.
    contact: in HubSpot, `contact:…` of the invoice, whatever the customer model.
    parties: in HubSpot, all contacts and companies that a copy of ours is associated with, as `kinds.owner.ordered`.
    discount: order-level, positive, already taken off `total`. tax: of the whole document. total: with tax.
    rate: of what we book in another currency, what one unit of it is worth in the company's own on that day.
    balance: still open. date, due: calendar days. finalized: day on which it left draft, where the side says so.
    tax_code: QuickBooks' `TxnTaxDetail.TxnTaxCodeRef`. tax_lines: the rates in its `TaxLine`.
    marker: the id of the operation of ours that made it, which in HubSpot is a copy of an invoice made in QuickBooks.
    emailed: QuickBooks has mailed it (`EmailStatus` `EmailSent`).
    custom, traits: values of mapped fields, and what filters look at: see Customer.
    """

    id: str
    number: str = ""
    status: Status = "open"
    issued_here: bool = True
    customer: str = ""
    contact: str = ""
    parties: tuple[str, ...] = ()
    email: str = ""
    date: Day | None = None
    due: Day | None = None
    currency: str = ""
    rate: Decimal | None = None
    lines: tuple[Line, ...] = ()
    discount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    balance: Decimal = Decimal(0)
    memo: str = ""
    po: str = ""
    ship_to: Address = Address()
    tax_code: str = ""
    tax_lines: tuple[TaxLine, ...] = ()
    marker: str = ""
    emailed: bool = False
    created: Day | None = None
    modified: Day | None = None
    finalized: Day | None = None
    custom: dict[str, str] = {}
    traits: dict[str, str] = {}


HEADER: tuple[Field[Invoice], ...] = (
    Field("due", Direction.BOTH, lambda i: i.due, lambda v: v, lambda v: str(v or "")),
    Field("memo", Direction.BOTH, lambda i: i.memo, lambda v: normal(str(v))),
)
"""The fields of an invoice that are merged, besides those that the operator has mapped."""

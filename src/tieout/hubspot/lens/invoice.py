"""The invoice in HubSpot, with its line items and its order-level discounts, fees and taxes.

Properties and the order in which adjustments apply: HubSpot, "Invoices" and "Line items" guides.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec

from tieout.core.money import line_amount, rounded
from tieout.hubspot.documents import Document
from tieout.hubspot.lens import values
from tieout.hubspot.lens.customer import version
from tieout.hubspot.limits import LONGEST_TEXT
from tieout.kinds.invoice import Invoice, Line, Status

INVOICES = "invoices"
LINES = "line_items"
DISCOUNTS = "discounts"
FEES = "fees"
TAXES = "taxes"
CHILDREN = (LINES, DISCOUNTS, FEES, TAXES)

_SHIPPING = "hs_recipient_shipping_"
SHOWN_CONTACT = "hs_invoice_latest_contact_email"
SHOWN_COMPANY = "hs_invoice_latest_company_name"
PROPERTIES = (
    "hs_number",
    "hs_invoice_status",
    "hs_invoice_billable",
    "hs_invoice_source",
    "hs_external_invoice_id",
    "hs_invoice_date",
    "hs_due_date",
    "hs_currency",
    "hs_amount_billed",
    "hs_balance_due",
    "hs_comments",
    "hs_purchase_order_number",
    *(f"{_SHIPPING}{part}" for part in ("address", "address2", "city", "state", "zip", "country")),
    SHOWN_CONTACT,
    "hs_invoice_latest_contact_firstname",
    "hs_invoice_latest_contact_lastname",
    SHOWN_COMPANY,
    "hs_createdate",
    "hs_lastmodifieddate",
)
LINE_PROPERTIES = (
    "hs_product_id",
    "hs_sku",
    "name",
    "description",
    "quantity",
    "price",
    "discount",
    "hs_discount_percentage",
    "amount",
    "hs_tax_rate_group_id",
    "hs_tax_amount",
    "hs_recurring_billing_start_date",
    "hs_position_on_quote",
    "hs_lastmodifieddate",
)
ADJUSTMENT_PROPERTIES = ("hs_label", "hs_type", "hs_value", "hs_sort_order", "hs_lastmodifieddate")

_STATUSES: dict[str, Status] = {**{one: one for one in get_args(Status)}, "voided": "void"}
_WRITTEN: dict[str, tuple[str, Callable[[Invoice, ZoneInfo], str]]] = {
    "due": ("hs_due_date", lambda record, zone: values.written_day(record.due, zone)),
    "memo": ("hs_comments", lambda record, _: values.written_text(record.memo)[:LONGEST_TEXT]),
    "po": ("hs_purchase_order_number", lambda record, _: values.written_name(record.po)),
}
_ZERO = Decimal(0)
_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_WIDE = 60


class Charge(msgspec.Struct, frozen=True):
    """What an invoice is made of, apart from itself."""

    lines: Sequence[Document] = ()
    discounts: Sequence[Document] = ()
    fees: Sequence[Document] = ()
    taxes: Sequence[Document] = ()

    @property
    def version(self) -> int:
        """Milliseconds of the last change of any of them; 0 where there are none."""
        return max((version(one) for group in msgspec.structs.astuple(self) for one in group), default=0)


def invoice(document: Document, charge: Charge, *, customer: str, contact: str, zone: ZoneInfo) -> Invoice:
    """An invoice with all that it charges. Raises ValueError where a value makes no sense.

    customer, contact: `company:…` or `contact:…`, empty where the invoice has none. zone: the account's.
    """
    own = document.properties
    currency = values.text(own, "hs_currency").upper()
    lines = [_line(one, currency) for one in sorted(charge.lines, key=_position)]
    net = sum((one.amount for one in lines), _ZERO)
    discounted = _discounted(charge.discounts, net, currency)
    fees, charged = _fees(charge.fees, discounted, currency)
    taxed = bool(charge.taxes) or any(one.tax for one in lines)
    total = values.amount(own, "hs_amount_billed", currency, _untold_total(charge, charged, currency))
    return Invoice(
        id=document.id,
        number=values.text(own, "hs_number"),
        status=_status(values.text(own, "hs_invoice_status")),
        issued_here=_issued_here(own),
        customer=customer,
        contact=contact,
        email=values.text(own, SHOWN_CONTACT),
        date=values.day(own, "hs_invoice_date", zone),
        due=values.day(own, "hs_due_date", zone),
        currency=currency,
        lines=(*lines, *fees),
        discount=net - discounted,
        tax=total - charged if taxed else _ZERO,
        total=total,
        balance=values.amount(own, "hs_balance_due", currency),
        memo=values.text(own, "hs_comments"),
        po=values.text(own, "hs_purchase_order_number"),
        ship_to=values.address(own, _SHIPPING),
        tax_code=_order_tax(charge.taxes),
        created=values.day(own, "hs_createdate", zone),
        modified=values.day(own, "hs_lastmodifieddate", zone),
    )


def written(record: Invoice, fields: Sequence[str], zone: ZoneInfo) -> dict[str, str]:
    """The properties that `fields` are written to. Raises KeyError for a field that HubSpot alone may set."""
    return {name: write(record, zone) for name, write in (_WRITTEN[field] for field in fields)}


def _status(value: str) -> Status:
    status = _STATUSES.get(value)
    if status is None:
        raise ValueError(f"HubSpot gives this invoice the status {value!r}, which Tieout does not know.")
    return status


def _issued_here(own: values.Values) -> bool:
    return (
        own.get("hs_invoice_billable") != "false"
        and own.get("hs_invoice_source") != "data_sync"
        and not own.get("hs_external_invoice_id")
    )


def _position(document: Document) -> tuple[Decimal, tuple[int, str]]:
    return values.number(document.properties, "hs_position_on_quote"), values.by_number(document.id)


def _line(document: Document, currency: str) -> Line:
    own = document.properties
    quantity = values.number(own, "quantity", _ONE)
    price = _net_price(own)
    whole = line_amount(quantity, price, currency)
    amount = values.amount(own, "amount", currency, whole)
    start = own.get("hs_recurring_billing_start_date")
    return Line(
        id=document.id,
        item=values.text(own, "hs_product_id"),
        sku=values.text(own, "hs_sku"),
        name=values.text(own, "name"),
        text=values.text(own, "description"),
        quantity=quantity,
        price=price if whole == amount else None,
        amount=amount,
        tax=values.text(own, "hs_tax_rate_group_id"),
        service_date=values.moment(start).date() if start else None,
    )


def _net_price(own: values.Values) -> Decimal:
    """The unit price less its discounts, exactly: `discount` is per unit, the percentage of the price."""
    price = values.number(own, "price")
    off = values.number(own, "discount")
    percent = values.number(own, "hs_discount_percentage")
    if not off and not percent:
        return price
    with localcontext(prec=_WIDE):
        return price - off - price * percent / _HUNDRED


def _worth(document: Document, of: Decimal, currency: str) -> Decimal:
    """What an adjustment comes to: its fixed value, or its percentage of what stands before it."""
    value = values.number(document.properties, "hs_value")
    if document.properties.get("hs_type") == "PERCENT":
        with localcontext(prec=_WIDE):
            value = of * value / _HUNDRED
    return rounded(value, currency)


def _in_order(adjustments: Sequence[Document]) -> list[Document]:
    return sorted(
        adjustments, key=lambda one: (values.number(one.properties, "hs_sort_order"), values.by_number(one.id))
    )


def _discounted(adjustments: Sequence[Document], of: Decimal, currency: str) -> Decimal:
    """What stands after the order-level discounts, taken off one after the other."""
    standing = of
    for one in _in_order(adjustments):
        standing -= _worth(one, standing, currency)
    return standing


def _fees(adjustments: Sequence[Document], of: Decimal, currency: str) -> tuple[list[Line], Decimal]:
    """Fees as lines of their own, and what then stands."""
    lines = []
    standing = of
    for one in _in_order(adjustments):
        worth = _worth(one, standing, currency)
        label = values.text(one.properties, "hs_label")
        lines.append(Line(id=f"fee:{one.id}", name=label, text=label, price=worth, amount=worth))
        standing += worth
    return lines, standing


def _untold_total(charge: Charge, charged: Decimal, currency: str) -> Decimal:
    """The total where HubSpot has not summed the invoice up yet: with the tax of its lines and of the order."""
    tax = sum((values.number(one.properties, "hs_tax_amount") for one in charge.lines), _ZERO)
    return charged + tax + sum((_worth(one, charged, currency) for one in charge.taxes), _ZERO)


def _order_tax(taxes: Sequence[Document]) -> str:
    """`tax:` and the percentage of each order-level tax, or `fixed`; empty where there is none."""
    if not taxes:
        return ""
    return "tax:" + "+".join(
        f"{values.number(one.properties, 'hs_value').normalize():f}"
        if one.properties.get("hs_type") == "PERCENT"
        else "fixed"
        for one in _in_order(taxes)
    )

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
from tieout.kinds.owner import ordered

INVOICES = "invoices"
LINES = "line_items"
DISCOUNTS = "discounts"
FEES = "fees"
TAXES = "taxes"
CHILDREN = (LINES, DISCOUNTS, FEES, TAXES)

MOVING = ("hs_invoice_status", "hs_balance_due", "hs_due_date")
"""What payments and reminders move without the lines; a change of the lines shows in the total as well."""
TAX_RATE = "hs_tax_rate_group_id"
"""The rate on a line; a new line takes its product's, unless it is sent with one, or with an empty one."""
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
    values.KEY,
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
    TAX_RATE,
    "hs_tax_amount",
    "hs_recurring_billing_start_date",
    "hs_position_on_quote",
    "hs_external_id",
    "hs_lastmodifieddate",
)
ADJUSTMENT_PROPERTIES = ("hs_label", "hs_type", "hs_value", "hs_sort_order", "hs_lastmodifieddate")

CONTACT_TYPE = 177
COMPANY_TYPE = 179
"""Association types from an invoice to its contact and company."""
TO_INVOICE = {LINES: 410, DISCOUNTS: 412, FEES: 414, TAXES: 416}
"""Association types from an invoice's parts to the invoice."""

_STATUSES: dict[str, Status] = {**{one: one for one in get_args(Status)}, "voided": "void"}
_STATUS_NAMES = {status: name for name, status in _STATUSES.items() if name != "void"}
_WRITTEN: dict[str, tuple[str, Callable[[Invoice, ZoneInfo], str]]] = {
    "due": ("hs_due_date", lambda record, zone: values.written_day(record.due, zone)),
    "memo": ("hs_comments", lambda record, _: values.written_text(record.memo)[:LONGEST_TEXT]),
    "po": ("hs_purchase_order_number", lambda record, _: values.written_name(record.po)),
}
_OF_COPY: dict[str, tuple[str, Callable[[Invoice, ZoneInfo], str]]] = {
    **_WRITTEN,
    "number": ("hs_number", lambda record, _: values.written_name(record.number)),
    "status": ("hs_invoice_status", lambda record, _: _STATUS_NAMES[record.status]),
    "date": ("hs_invoice_date", lambda record, zone: values.written_day(record.date, zone)),
    "total": ("hs_amount_billed", lambda record, _: values.written_number(record.total)),
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


def invoice(
    document: Document, charge: Charge, *, customer: str, contact: str, zone: ZoneInfo, parties: Sequence[str] = ()
) -> Invoice:
    """An invoice with all that it charges. Raises ValueError where a value makes no sense.

    customer, contact: `company:…` or `contact:…`, empty where the invoice has none. parties: all that it is associated
    with, which count on a copy of ours alone. zone: the account's.
    """
    own = document.properties
    currency = values.text(own, "hs_currency").upper()
    lines = [_line(one, currency) for one in sorted(charge.lines, key=_position)]
    net = sum((one.amount for one in lines), _ZERO)
    discounted = _discounted(charge.discounts, net, currency)
    fees, charged = _fees(charge.fees, discounted, currency)
    total = values.amount(own, "hs_amount_billed", currency, _untold_total(charge, charged, currency))
    return Invoice(
        id=document.id,
        number=values.text(own, "hs_number"),
        status=_status(values.text(own, "hs_invoice_status")),
        issued_here=_issued_here(own),
        customer=customer,
        contact=contact,
        parties=ordered(parties) if own.get(values.KEY) else (),
        email=values.text(own, SHOWN_CONTACT),
        date=values.day(own, "hs_invoice_date", zone),
        due=values.day(own, "hs_due_date", zone),
        currency=currency,
        lines=(*lines, *fees),
        discount=net - discounted,
        tax=_tax(own, charge, charged, currency, total),
        total=total,
        balance=values.amount(own, "hs_balance_due", currency),
        memo=values.text(own, "hs_comments"),
        po=values.text(own, "hs_purchase_order_number"),
        ship_to=values.address(own, _SHIPPING),
        tax_code=_order_tax(charge.taxes) if _issued_here(own) else "",
        marker=values.text(own, values.KEY),
        created=values.day(own, "hs_createdate", zone),
        modified=values.day(own, "hs_lastmodifieddate", zone),
    )


def moved(record: Invoice, document: Document, zone: ZoneInfo) -> Invoice:
    """A known invoice with what moves without its lines. Raises ValueError where a value makes no sense."""
    own = document.properties
    return msgspec.structs.replace(
        record,
        status=_status(values.text(own, "hs_invoice_status")),
        balance=values.amount(own, "hs_balance_due", record.currency),
        due=values.day(own, "hs_due_date", zone),
        modified=values.day(own, "hs_lastmodifieddate", zone),
    )


def written(record: Invoice, fields: Sequence[str], zone: ZoneInfo) -> dict[str, str]:
    """The properties that `fields` are written to. Raises KeyError for a field that HubSpot alone may set.

    Number, status, date and total are HubSpot's own, save on a copy of an invoice made in QuickBooks.
    """
    known = _WRITTEN if record.issued_here else _OF_COPY
    return {name: write(record, zone) for name, write in (known[field] for field in fields)}


def created(record: Invoice, key: str, zone: ZoneInfo) -> values.Creation:
    """The input of a batch create: a copy of an invoice made in QuickBooks, a draft without its lines yet.

    It is non-billable: HubSpot neither collects nor mails it. key: our unique key, the id of the operation.
    """
    properties = written(record, ("number", "date", "due", "memo", "po"), zone)
    properties |= {
        "hs_currency": record.currency,
        "hs_invoice_billable": "false",
        "hs_invoice_status": "draft",
        values.KEY: key,
    }
    ends = [(one, COMPANY_TYPE if one.startswith("company:") else CONTACT_TYPE) for one in record.parties]
    return values.creation(key, properties, ends)


def line_item(line: Line, position: int, currency: str) -> dict[str, str]:
    """The properties of a copy's line; `position` orders the lines of an invoice.

    Its tax rate is empty, and said to be: the tax of a copy is an amount of the whole, and a product would bring its
    own rate.
    """
    return {
        "hs_product_id": line.item,
        "name": values.written_name(line.name),
        "description": values.written_text(line.text)[:LONGEST_TEXT],
        "quantity": values.written_number(line.quantity),
        "price": values.written_number(line.amount if line.price is None else line.price),
        TAX_RATE: "",
        "hs_position_on_quote": str(position),
        "hs_line_item_currency_code": currency,
        "hs_external_id": line.source,
    }


def adjustment(label: str, worth: Decimal) -> dict[str, str]:
    """The properties of an order-level discount or tax of a fixed amount."""
    return {"hs_label": label, "hs_type": "FIXED", "hs_value": values.written_number(worth)}


def _tax(own: values.Values, charge: Charge, charged: Decimal, currency: str, total: Decimal) -> Decimal:
    """The tax: of an invoice that HubSpot sums up, what its total holds of it; of a copy, what was given as tax.

    A rate on a line of a copy of ours is an edit of that line.
    """
    by_line = any(one.properties.get(TAX_RATE) for one in charge.lines)
    if not _issued_here(own) and (own.get(values.KEY) or not by_line):
        return sum((_worth(one, charged, currency) for one in charge.taxes), _ZERO)
    return total - charged if by_line or charge.taxes else _ZERO


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
        list_price=listed if (listed := values.number(own, "price")) != price else None,
        amount=amount,
        tax=values.text(own, TAX_RATE),
        service_date=values.moment(start).date() if start else None,
        source=values.text(own, "hs_external_id"),
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

"""The settlement in HubSpot: a payment with the invoice that it pays (HubSpot, "Commerce payments" guide)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from tieout.hubspot.documents import Document
from tieout.hubspot.lens import values
from tieout.kinds.settlement import Settlement

PAYMENTS = "commerce_payments"
PROPERTIES = (
    "hs_initial_amount",
    "hs_initiated_date",
    "hs_currency_code",
    "hs_latest_status",
    "hs_payment_method_type",
    "hs_processor_type",
    "hs_reference_number",
    "hs_refunds_amount",
    values.KEY,
    "hs_lastmodifieddate",
)
SHOWN = ("amount", "date", "method", "reference", "status")
"""The fields that a payment shows of itself, apart from what it is associated with."""
INVOICE_TYPE = 542
CONTACT_TYPE = 387
COMPANY_TYPE = 389

_METHODS = frozenset({"card", "ach", "cash", "check", "wire_transfer", "other"})


def settlement(document: Document, linked: Mapping[str, Sequence[str]], zone: ZoneInfo) -> Settlement:
    """A payment as a settlement. linked: ids by type of the associated records. Raises ValueError."""
    own = document.properties
    currency = values.text(own, "hs_currency_code").upper()
    method = values.text(own, "hs_payment_method_type")
    amount = values.amount(own, "hs_initial_amount", currency)
    status = values.text(own, "hs_latest_status")
    invoice, contact, company = (min(linked.get(type_, ()), key=values.by_number, default="") for type_ in _LINKED)
    return Settlement(
        id=document.id,
        transaction=document.id,
        invoice=invoice,
        amount=amount,
        currency=currency,
        date=values.day(own, "hs_initiated_date", zone),
        method=method if method in _METHODS else "other",
        reference=values.text(own, "hs_reference_number"),
        status=status,
        processor=values.text(own, "hs_processor_type"),
        marker=values.text(own, values.KEY),
        contact=f"contact:{contact}" if contact else "",
        company=f"company:{company}" if company else "",
        returned=_returned(status, amount, values.amount(own, "hs_refunds_amount", currency)),
    )


def _returned(status: str, amount: Decimal, refunded: Decimal) -> Decimal:
    """What went back: all that never came or was lost, else what was refunded, which is all where none is named."""
    if status in ("failed", "disputed_lost"):
        return amount
    return refunded or (amount if status == "refunded" else Decimal(0))


_LINKED = ("invoices", "contacts", "companies")


def written(record: Settlement, fields: Sequence[str], zone: ZoneInfo) -> dict[str, str]:
    """The properties that `fields` are written to. Raises KeyError for a field that HubSpot does not hold."""
    whole = {
        "amount": ("hs_initial_amount", values.written_number(record.amount)),
        "date": ("hs_initiated_date", values.written_day(record.date, zone)),
        "method": ("hs_payment_method_type", record.method),
        "reference": ("hs_reference_number", values.written_name(record.reference)),
        "status": ("hs_latest_status", record.status),
    }
    return dict(whole[field] for field in fields)


def created(record: Settlement, key: str, zone: ZoneInfo) -> values.Creation:
    """The input of a batch create: a payment that QuickBooks has seen, tied to its invoice and customer.

    key: our unique key, the id of the operation.
    """
    properties = written(record, ("amount", "date", "method", "reference"), zone)
    properties |= {
        "hs_currency_code": record.currency,
        "hs_latest_status": "succeeded",
        "hs_processor_type": "quickbooks",
        values.KEY: key,
    }
    ends = ((record.invoice, INVOICE_TYPE), (record.contact, CONTACT_TYPE), (record.company, COMPANY_TYPE))
    return values.creation(key, properties, ends)

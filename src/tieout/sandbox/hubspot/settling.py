"""The sums of an invoice, made anew whenever something they rest on has changed."""

from collections.abc import Iterable
from decimal import Decimal

from tieout.sandbox.hubspot import arithmetic, invoices, lines, moments, payments
from tieout.sandbox.hubspot.arithmetic import ZERO, Adjustment, written
from tieout.sandbox.hubspot.object_types import DISCOUNTS, FEES, INVOICES, LINE_ITEMS, PAYMENTS, TAXES, ObjectType
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import CALCULATED, Record


def settle(portal: Portal) -> None:
    """Make the sums of all invoices that are due."""
    now = portal.now()
    for invoice_id in [invoice_id for invoice_id, due in portal.unsettled.items() if due <= now]:
        del portal.unsettled[invoice_id]
        invoice = portal.store.find(INVOICES, invoice_id)
        if invoice:
            portal.store.calculate(INVOICES, invoice, _sums(portal, invoice), CALCULATED)


def _sums(portal: Portal, invoice: Record) -> dict[str, str]:
    currency = invoice.get("hs_currency")
    totals = arithmetic.totals(
        (lines.worth(line, currency) for line in portal.linked(INVOICES, invoice.id, LINE_ITEMS)),
        discounts=_adjustments(portal, invoice, DISCOUNTS),
        fees=_adjustments(portal, invoice, FEES),
        taxes=_adjustments(portal, invoice, TAXES),
        currency=currency,
    )
    billed = Decimal(invoice.get("hs_amount_billed")) if _by_hand(invoice, "hs_amount_billed") else totals.total
    shares = [
        (payment, payments.share(portal, payment, invoice, billed))
        for payment in portal.linked(INVOICES, invoice.id, PAYMENTS)
    ]
    paid = sum((share for _, share in shares), ZERO)
    balance = _balance(invoice, billed, paid)
    sums = {
        "hs_subtotal": written(totals.subtotal, currency),
        "hs_total_discount": written(totals.discount, currency),
        "hs_tax": written(totals.tax, currency),
        "hs_amount_paid": written(paid, currency),
        **_status(portal, invoice, [payment for payment, share in shares if share], paid=paid, balance=balance),
    }
    if not _by_hand(invoice, "hs_amount_billed"):
        sums["hs_amount_billed"] = written(billed, currency)
    if balance is not None:
        sums["hs_balance_due"] = written(balance, currency)
    if currency == portal.company.currency:
        sums["hs_amount_billed_in_company_currency"] = written(billed, currency)
    return sums


def _balance(invoice: Record, billed: Decimal, paid: Decimal) -> Decimal | None:
    """Return what is still owed; None where a non-billable invoice says so itself."""
    status = invoice.get("hs_invoice_status")
    if status == "voided":
        return ZERO
    if not (invoices.is_billable(invoice.values) or paid or invoices.has_payment(invoice)):
        if status == "paid":
            return ZERO
        return None if _by_hand(invoice, "hs_balance_due") else billed
    left = billed - paid
    return ZERO if left < 0 <= billed else left


def _status(
    portal: Portal, invoice: Record, taken: Iterable[Record], *, paid: Decimal, balance: Decimal | None
) -> dict[str, str]:
    """Return the step that payments make an invoice take: open → paid, or back when one was withdrawn."""
    billable, status = invoices.is_billable(invoice.values), invoice.get("hs_invoice_status")
    if not (billable or portal.company.payments_pay_non_billable):
        return {}
    settled = paid > 0 and (balance == 0 or portal.company.partial_payment_pays)
    if status == "open" and settled:
        dates = [date for payment in taken if (date := payment.get("hs_initiated_date"))]
        return {"hs_invoice_status": "paid", "hs_payment_date": max(dates, key=moments.milliseconds, default="")}
    counted = billable or invoices.has_payment(invoice)
    if status == "paid" and counted and balance and not settled:
        return {"hs_invoice_status": "open", "hs_payment_date": ""}
    return {}


def _by_hand(invoice: Record, name: str) -> bool:
    """Whether a non-billable invoice was given this amount by a client."""
    return (
        not invoices.is_billable(invoice.values)
        and name in invoice.values
        and invoice.source_of(name) != CALCULATED.type
    )


def _adjustments(portal: Portal, invoice: Record, kind: ObjectType) -> list[Adjustment]:
    found = portal.linked(INVOICES, invoice.id, kind)
    found.sort(key=lambda one: (Decimal(one.get("hs_sort_order") or "0"), int(one.id)))
    return [Adjustment(one.get("hs_type") == "PERCENT", Decimal(one.get("hs_value") or "0")) for one in found]

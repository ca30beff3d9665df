"""Payments: what they are worth to their invoice, and which of them nobody may touch.

Rules: HubSpot, "Commerce payments" guide. Payments taken by HubSpot payments or Stripe cannot be changed or deleted.
"""

from collections.abc import Mapping
from decimal import Decimal

from tieout.sandbox.hubspot import errors
from tieout.sandbox.hubspot.arithmetic import ZERO, rounded, written
from tieout.sandbox.hubspot.invoices import is_billable
from tieout.sandbox.hubspot.object_types import INVOICES, PAYMENTS
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import Record

_RECEIVED = frozenset({"succeeded", "partially_refunded", "processing_refund", "disputed_won"})
_UNTOUCHABLE = ("hs_payments", "byo_stripe")


def drafted(portal: Portal, values: Mapping[str, str]) -> dict[str, str]:
    """Return a new payment's values with their defaults. Raises Refusal (400)."""
    whole = {
        "hs_latest_status": "processing",
        "hs_processor_type": "none",
        "hs_currency_code": portal.company.currency,
        **{name: value for name, value in values.items() if value},
    }
    _check_amount(portal, whole)
    return {**whole, **_figures(whole)}


def changed(portal: Portal, payment: Record, changes: Mapping[str, str]) -> dict[str, str]:
    """Return an update's changes with the calculated ones. Raises Refusal (400)."""
    if any(not portal.is_custom(PAYMENTS, name) for name in changes):
        check_touchable(payment)
    whole = {**payment.values, **changes}
    _check_amount(portal, whole)
    return {**changes, **_figures(whole)}


def check_touchable(payment: Record) -> None:
    """Refuse (400) a change to a payment that a processor took."""
    if payment.get("hs_processor_type") in _UNTOUCHABLE:
        raise errors.invalid(
            f"Payment {payment.id} was processed by {payment.get('hs_processor_type')}; "
            "it cannot be changed or deleted."
        )


def check_belongs(portal: Portal, payment: Record, invoice: Record) -> None:
    """Refuse (400) to associate a payment with an invoice that cannot take it."""
    check_free(portal, payment.id)
    check_takes(invoice, payment.get("hs_currency_code"))


def check_free(portal: Portal, payment_id: str) -> None:
    """Refuse (400) to associate a payment with a second invoice: it has one amount."""
    others = list(portal.associations.of(PAYMENTS, payment_id, INVOICES))
    if others:
        raise errors.invalid(f"Payment {payment_id} already belongs to invoice {others[0]}.")


def check_takes(invoice: Record, currency: str) -> None:
    """Refuse (400) a payment in this currency for an invoice that cannot take one."""
    if currency != invoice.get("hs_currency"):
        raise errors.invalid(f"The payment is in {currency}, invoice {invoice.id} in {invoice.get('hs_currency')}.")
    if is_billable(invoice.values) and invoice.get("hs_invoice_status") in ("draft", "voided"):
        raise errors.invalid(f"Invoice {invoice.id} is {invoice.get('hs_invoice_status')}; it takes no payment.")


def received(payment: Record) -> Decimal:
    """Return the cash that a payment brought, less refunds; nothing before it succeeded or after it was lost."""
    if payment.get("hs_latest_status") not in _RECEIVED:
        return ZERO
    amount = Decimal(payment.get("hs_initial_amount")) - Decimal(payment.get("hs_refunds_amount") or "0")
    return rounded(amount, payment.get("hs_currency_code"))


def _figures(values: Mapping[str, str]) -> dict[str, str]:
    currency = values.get("hs_currency_code", "")
    net = Decimal(values["hs_initial_amount"]) - Decimal(values.get("hs_fees_amount") or "0")
    after_refunds = net - Decimal(values.get("hs_refunds_amount") or "0")
    return {
        "hs_net_amount": written(net, currency),
        "hs_net_amount_after_refunds": written(after_refunds, currency),
        "hs_payment_method": values.get("hs_payment_method_type", ""),
    }


def _check_amount(portal: Portal, values: Mapping[str, str]) -> None:
    amount = values.get("hs_initial_amount")
    if not amount:
        raise errors.missing_properties("COMMERCE_PAYMENT", ["hs_initial_amount"])
    if Decimal(amount) < 0:
        complaint = errors.bad_value("hs_initial_amount", "INVALID_AMOUNT", f"{amount} is negative.")
        raise portal.catalogue.bad([complaint])

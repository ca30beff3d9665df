"""Payments: what they are worth to their invoice, and which of them nobody may touch.

Rules: HubSpot, "Commerce payments" guide. Payments taken by HubSpot payments or Stripe cannot be changed or deleted
but by HubSpot itself. Of several invoices a payment fills one after the other; what is left falls to the last.
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
_DISPUTED = frozenset({"disputed_action_required", "disputed_awaiting_decision"})
_AMOUNTS = ("hs_initial_amount", "hs_refunds_amount", "hs_fees_amount")
_UNTOUCHABLE = ("hs_payments", "byo_stripe")


def drafted(portal: Portal, values: Mapping[str, str]) -> dict[str, str]:
    """Return a new payment's values with their defaults. Raises Refusal (400)."""
    whole = {
        "hs_latest_status": "processing",
        "hs_processor_type": "none",
        "hs_currency_code": portal.company.currency,
        **{name: value for name, value in values.items() if value},
    }
    _check_amounts(portal, whole)
    unassociated = {"hs_number_of_associated_invoices": "0", "hs_has_associated_invoice": "false"}
    return {**unassociated, **_figures(portal, whole), **whole}


def changed(portal: Portal, payment: Record, changes: Mapping[str, str]) -> dict[str, str]:
    """Return an update's changes with the calculated ones. Raises Refusal (400)."""
    if any(not portal.is_custom(PAYMENTS, name) for name in changes):
        check_touchable(portal, payment)
    whole = {**payment.values, **changes}
    _check_amounts(portal, whole)
    return {**_figures(portal, whole), **changes}


def check_touchable(portal: Portal, payment: Record) -> None:
    """Refuse (400) a change to a payment that a processor took, but to HubSpot itself."""
    if payment.get("hs_processor_type") in _UNTOUCHABLE and not portal.is_own_work:
        raise errors.invalid(
            f"Payment {payment.id} was processed by {payment.get('hs_processor_type')}; "
            "it cannot be changed or deleted."
        )


def check_belongs(portal: Portal, payment: Record, invoice: Record) -> None:
    """Refuse (400) to associate a payment with an invoice that cannot take it."""
    check_free(portal, payment.id)
    check_takes(invoice, payment.get("hs_currency_code"))


def check_free(portal: Portal, payment_id: str) -> None:
    """Refuse (400) to associate a payment with a second invoice, where it may have but one."""
    others = list(portal.associations.of(PAYMENTS, payment_id, INVOICES))
    if others and not portal.company.payments_over_invoices:
        raise errors.invalid(f"Payment {payment_id} already belongs to invoice {others[0]}.")


def check_takes(invoice: Record, currency: str) -> None:
    """Refuse (400) a payment in this currency for an invoice that cannot take one."""
    if currency != invoice.get("hs_currency"):
        raise errors.invalid(f"The payment is in {currency}, invoice {invoice.id} in {invoice.get('hs_currency')}.")
    if is_billable(invoice.values) and invoice.get("hs_invoice_status") in ("draft", "voided"):
        raise errors.invalid(f"Invoice {invoice.id} is {invoice.get('hs_invoice_status')}; it takes no payment.")


def share(portal: Portal, payment: Record, invoice: Record, billed: Decimal) -> Decimal:
    """Return the cash that a payment brought to one of its invoices. billed: what that invoice comes to."""
    left = _received(portal, payment)
    for other in portal.linked(PAYMENTS, payment.id, INVOICES)[:-1]:
        owed = billed if other is invoice else Decimal(other.get("hs_amount_billed") or "0")
        part = min(left, owed)
        if other is invoice:
            return part
        left -= part
    return left


def _received(portal: Portal, payment: Record) -> Decimal:
    """Return the cash that a payment brought, less refunds; nothing before it succeeded or after it was lost."""
    status = payment.get("hs_latest_status")
    if not (status in _RECEIVED or (status in _DISPUTED and portal.company.disputed_payments_count)):
        return ZERO
    return rounded(_amount(payment.values) - _refunded(payment.values), payment.get("hs_currency_code"))


def _amount(values: Mapping[str, str], name: str = "hs_initial_amount") -> Decimal:
    return Decimal(values.get(name) or "0")


def _refunded(values: Mapping[str, str]) -> Decimal:
    """Return what was given back: as the payment says, else all of one that is refunded."""
    said = values.get("hs_refunds_amount")
    return Decimal(said) if said else _amount(values) if values.get("hs_latest_status") == "refunded" else ZERO


def _figures(portal: Portal, values: Mapping[str, str]) -> dict[str, str]:
    """Return what HubSpot calculates: gross less fees, less refunds too, and the same in the account's currency."""
    currency = values.get("hs_currency_code", "")
    net = _amount(values) - _amount(values, "hs_fees_amount")
    at_home = currency == portal.company.currency
    return {
        "hs_net_amount": written(net, currency),
        "hs_net_amount_after_refunds": written(net - _refunded(values), currency),
        "hs_net_amount_in_portal_currency": written(net, currency) if at_home else "",
        "hs_payment_method": values.get("hs_payment_method_type", ""),
    }


def _check_amounts(portal: Portal, values: Mapping[str, str]) -> None:
    amount = values.get("hs_initial_amount")
    if not amount:
        raise errors.missing_properties("COMMERCE_PAYMENT", ["hs_initial_amount"])
    negative = [name for name in _AMOUNTS if _amount(values, name) < 0]
    if negative:
        message = f"{values[negative[0]]} is negative."
        raise portal.catalogue.bad([errors.bad_value(negative[0], "INVALID_AMOUNT", message)])
    if _refunded(values) > Decimal(amount):
        message = f"{values['hs_refunds_amount']} is more than the payment of {amount}."
        raise portal.catalogue.bad([errors.bad_value("hs_refunds_amount", "INVALID_AMOUNT", message)])

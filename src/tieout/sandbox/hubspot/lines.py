"""Line items: what they copy from their product, and what HubSpot calculates on them.

Rules: HubSpot, "Line items" guide (product copied at creation, price not negative, discount for each unit).
"""

from collections.abc import Mapping
from decimal import Decimal

from tieout.sandbox.hubspot import arithmetic, errors, invoices
from tieout.sandbox.hubspot.arithmetic import ZERO, Line, written
from tieout.sandbox.hubspot.object_types import LINE_ITEMS, PRODUCTS
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import Record

_FROM_PRODUCT = (
    *("name", "price", "hs_sku", "description", "hs_cost_of_goods_sold", "recurringbillingfrequency"),
    "hs_tax_rate_group_id",
)
"""What a line takes from its product, unless it is sent with a value of its own, or an empty one."""
_FIGURES = {"quantity", "price", "discount", "hs_discount_percentage", "hs_tax_rate_group_id"}


def drafted(portal: Portal, values: Mapping[str, str]) -> dict[str, str]:
    """Return a new line's values, with its product's and the calculated ones. Raises Refusal (400)."""
    whole = {name: value for name, value in values.items() if value}
    product_id = whole.get("hs_product_id")
    if product_id:
        product = portal.store.find(PRODUCTS, product_id)
        if product is None:
            raise errors.invalid(f"Product {product_id} does not exist.", context={"hs_product_id": [product_id]})
        copied = {name: product.get(name) for name in _FROM_PRODUCT if product.get(name) and name not in values}
        whole = {**copied, **whole}
    whole.setdefault("quantity", "1")
    return {**whole, **_checked_figures(portal, whole, _currency(portal, whole, None))}


def changed(portal: Portal, record: Record, changes: Mapping[str, str]) -> dict[str, str]:
    """Return an update's changes with the calculated ones. Raises Refusal (400), also where the invoice is locked."""
    invoice = invoices.owner_of(portal, LINE_ITEMS, record.id)
    if invoice and any(not portal.is_custom(LINE_ITEMS, name) for name in changes):
        invoices.check_lines_open(portal, invoice)
    if _FIGURES.isdisjoint(changes):
        return dict(changes)
    whole = {**record.values, **changes}
    return {**changes, **_checked_figures(portal, whole, _currency(portal, whole, invoice))}


def in_currency(portal: Portal, record: Record, currency: str) -> dict[str, str]:
    """Return a line's calculated values in another currency."""
    return _checked_figures(portal, record.values, currency)


def worth(record: Record, currency: str) -> Line:
    """Return what a stored line comes to, from its calculated values."""
    values = record.values
    rate = values.get("hs_tax_rate")
    return Line(
        arithmetic.rounded(Decimal(values["hs_pre_discount_amount"]), currency),
        arithmetic.rounded(Decimal(values["amount"]), currency),
        Decimal(rate) if rate else ZERO,
    )


def _currency(portal: Portal, values: Mapping[str, str], invoice: Record | None) -> str:
    return (
        invoice.get("hs_currency") if invoice else values.get("hs_line_item_currency_code") or portal.company.currency
    )


def _checked_figures(portal: Portal, values: Mapping[str, str], currency: str) -> dict[str, str]:
    price, quantity = _number(values, "price"), _number(values, "quantity")
    if price < 0:
        complaint = errors.bad_value("price", "INVALID_PRICE", f"{price} is negative; a price must be 0 or more.")
        raise portal.catalogue.bad([complaint])
    group_id = values.get("hs_tax_rate_group_id", "")
    rate = portal.company.rate(group_id) if group_id else None
    if group_id and rate is None:
        message = f"{group_id} is not a tax rate of this account."
        raise portal.catalogue.bad([errors.bad_value("hs_tax_rate_group_id", "INVALID_OPTION", message)])
    percentage = rate.percentageRate if rate else ZERO
    line = arithmetic.line(
        quantity=quantity,
        price=price,
        discount=_number(values, "discount"),
        discount_percent=_number(values, "hs_discount_percentage"),
        rate=percentage,
        currency=currency,
    )
    tax = arithmetic.percent(line.net, percentage, currency)
    return {
        "amount": written(line.net, currency),
        "hs_pre_discount_amount": written(line.gross, currency),
        "hs_total_discount": written(line.gross - line.net, currency),
        "hs_effective_unit_price": written(line.net / quantity, currency) if quantity else "",
        "hs_tax_amount": written(tax, currency),
        "hs_post_tax_amount": written(line.net + tax, currency),
        "hs_tax_rate": format(percentage, "f") if rate else "",
        "hs_tax_label": rate.label if rate else "",
    }


def _number(values: Mapping[str, str], name: str) -> Decimal:
    return Decimal(values.get(name) or "0")

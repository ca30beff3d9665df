"""Changing an invoice in QuickBooks: the object just read, with only the named fields replaced.

A sent `Line` array replaces all lines, and QuickBooks empties what a full update leaves out; so everything that the
bookkeeper set travels back as it came. Source: QuickBooks API reference, "Invoice", full update.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from tieout.core.facts import Regime
from tieout.core.money import decimal, line_amount
from tieout.kinds.invoice import Invoice, Line
from tieout.quickbooks.documents import Json
from tieout.quickbooks.lens import invoice as lens

CHARGE: Final = frozenset({"lines", "discount", "tax", "tax_code", "total"})
"""Fields that are written together: what the customer owes is one thing."""


def revised(raw: Json, invoice: Invoice, fields: tuple[str, ...], regime: Regime, discount_account: str) -> Json:
    """The full update that changes only `fields` of the object as QuickBooks holds it.

    Of a line that stays, only quantity, price and amount may change, and only where they differ as numbers; lines that
    `invoice` does not have go, new ones are added; texts between lines stay. A changed charge makes a document whose
    amounts include the tax one of net amounts. Raises CannotWrite, UnknownCurrency.
    """
    body = dict(raw)
    for field in fields:
        if member := lens.HEADER.get(field):
            if value := lens.header_value(invoice, field):
                body[member] = value
            else:
                body.pop(member, None)
        elif field == "customer":
            body["CustomerRef"] = {"value": invoice.customer}
    if CHARGE.isdisjoint(fields):
        if regime == "us-automated":
            body["TxnTaxDetail"] = _kept_tax(raw)
        return body
    wanted = {line.id: line for line in invoice.lines if line.id}
    lines, kept = _stay(raw.get("Line") or [], wanted, invoice.currency)
    added = [lens.new_line(line, invoice.currency, regime) for line in invoice.lines if line.id not in kept]
    if added:
        place = 1 + max((at for at, line in enumerate(lines) if _sells(line)), default=-1)
        lines[place:place] = added
    lines_changed = lines != (raw.get("Line") or [])
    body["Line"] = _with_discount(lines, invoice, discount_account, lines_changed=lines_changed)
    _set_tax(body, invoice, regime, charge_changed=body["Line"] != (raw.get("Line") or []))
    if raw.get("GlobalTaxCalculation") == "TaxInclusive" and body != raw:
        body |= {"GlobalTaxCalculation": "TaxExcluded", "Line": [_net(line, invoice.currency) for line in body["Line"]]}
    return body


def _stay(raw: list[Json], wanted: Mapping[str, Line], currency: str) -> tuple[list[Json], set[str]]:
    lines: list[Json] = []
    kept: set[str] = set()
    for line in raw:
        if line.get("DetailType") == "SalesItemLineDetail":
            if (wish := wanted.get(str(line.get("Id", "")))) is not None:
                lines.append(_repriced(line, wish, currency))
                kept.add(wish.id)
        elif isinstance(bundle := line.get("GroupLineDetail"), dict):
            inner, found = _stay(bundle.get("Line") or [], wanted, currency)
            kept |= found
            if inner:
                lines.append(line if inner == bundle.get("Line") else _bundle(line, bundle, inner))
        else:
            lines.append(line)
    return lines, kept


def _bundle(line: Json, bundle: Json, inner: list[Json]) -> Json:
    return {**line, "GroupLineDetail": {**bundle, "Line": inner}}


def _repriced(raw: Json, wish: Line, currency: str) -> Json:
    detail = raw.get("SalesItemLineDetail") or {}
    same_amount = _number(raw.get("Amount")) == wish.amount
    same_quantity = _number(detail.get("Qty"), Decimal(1)) == wish.quantity
    price = detail.get("UnitPrice")
    same_price = (price is None) == (wish.price is None) and (wish.price is None or _number(price) == wish.price)
    if same_amount and same_quantity and same_price:
        return raw
    detail = dict(detail)
    if not lens.sells_by_price(wish, currency):
        detail.pop("Qty", None)
        detail.pop("UnitPrice", None)
    else:
        if not same_quantity or "Qty" not in detail:
            detail["Qty"] = wish.quantity
        if not same_price:
            detail["UnitPrice"] = wish.price
    line = {**raw, "SalesItemLineDetail": detail}
    if not same_amount:
        line["Amount"] = lens.amount(wish.amount, currency)
    return line


def _net(line: Json, currency: str) -> Json:
    """A line of a document whose amounts included the tax, as one of net amounts: what was issued is the net."""
    if isinstance(bundle := line.get("GroupLineDetail"), dict):
        return _bundle(line, bundle, [_net(inner, currency) for inner in bundle.get("Line") or []])
    if not isinstance(sale := line.get("SalesItemLineDetail"), dict):
        return line
    detail = {name: value for name, value in sale.items() if name != "TaxInclusiveAmt"}
    quantity, price = _number(detail.get("Qty"), Decimal(1)), _number(detail.get("UnitPrice"))
    if line_amount(quantity, price, currency) != _number(line.get("Amount")):
        detail.pop("UnitPrice", None)
    return {**line, "SalesItemLineDetail": detail}


def _sells(line: Json) -> bool:
    return line.get("DetailType") in {"SalesItemLineDetail", "GroupLineDetail"}


def _with_discount(lines: list[Json], invoice: Invoice, account: str, *, lines_changed: bool) -> list[Json]:
    discounts = [line for line in lines if line.get("DetailType") == "DiscountLineDetail"]
    held = sum((_number(line.get("Amount")) for line in discounts), Decimal(0))
    by_percent = any((line.get("DiscountLineDetail") or {}).get("PercentBased") for line in discounts)
    if held == invoice.discount and not (by_percent and lines_changed):
        return lines
    rest = [line for line in lines if line.get("DetailType") != "DiscountLineDetail"]
    if not invoice.discount:
        return rest
    fresh = lens.discount_line(invoice, account)
    if discounts:
        kept = discounts[0].get("DiscountLineDetail") or {}
        fresh["DiscountLineDetail"] |= {k: v for k, v in kept.items() if k not in {"PercentBased", "DiscountPercent"}}
        fresh = {**discounts[0], **fresh}
    return [*rest, fresh]


def _set_tax(body: Json, invoice: Invoice, regime: Regime, *, charge_changed: bool) -> None:
    held = body.get("TxnTaxDetail") or {}
    if regime == "us-automated":
        body["TxnTaxDetail"] = lens.tax_detail(msgspec.structs.replace(invoice, tax_code=""))
        return
    code = str((held.get("TxnTaxCodeRef") or {}).get("value", ""))
    total = _number(held.get("TotalTax"))
    same = total == invoice.tax and (code == invoice.tax_code or not invoice.tax_code)
    if regime == "none" or (same and not (charge_changed and total)):
        return
    detail = lens.tax_detail(invoice)
    if code and not invoice.tax_code and invoice.tax:
        detail["TxnTaxCodeRef"] = held["TxnTaxCodeRef"]
    body["TxnTaxDetail"] = detail


def _kept_tax(raw: Json) -> Json:
    """The tax as it stands, without the codes of automated sales tax, which QuickBooks does not take back."""
    held = raw.get("TxnTaxDetail") or {}
    return {"TotalTax": held["TotalTax"]} if "TotalTax" in held else {}


def _number(value: object, missing: Decimal = Decimal(0)) -> Decimal:
    return decimal(value) if isinstance(value, str | int | Decimal) else missing

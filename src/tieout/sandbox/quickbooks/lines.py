"""The lines of a sales form: checked, completed, numbered, summed.

QuickBooks API reference, Invoice, Line: where price and quantity are given, Amount must be their product, rounded half
up; the subtotal line is the server's own; a discount line stands last.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Final

import msgspec

from tieout.sandbox.quickbooks import faults, references
from tieout.sandbox.quickbooks.amounts import ZERO, line_amount, net_of, percent_of, shorten, spread
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.regimes.rates import rates_of
from tieout.sandbox.quickbooks.wire import Json

_SALE: Final = "SalesItemLineDetail"
_HELD_AS_SENT: Final = ("ServiceDate", "DiscountRate", "DiscountAmt")


class Form(msgspec.Struct, frozen=True):
    """What the lines need to know of their document.

    taxing: the GlobalTaxCalculation that holds. held: references that the document had before.
    last_id: the highest line id ever given. ids: those of the stored lines. dated: a service date may be wanted.
    places: the digits of its currency.
    """

    customer: Row | None
    taxing: str
    held: Collection[tuple[str, str]]
    last_id: int
    ids: Collection[str]
    dated: bool
    places: int


class Base(msgspec.Struct, frozen=True):
    """What of one line is taxed. net, tax: amounts; tax None = to be computed from net. line: as it is stored."""

    code: str
    net: Decimal
    tax: Decimal | None
    line: Json


class Lines(msgspec.Struct):
    """The stored lines, their sums, and what of them is taxed. inclusive: they were given with their tax."""

    stored: list[Json]
    subtotal: Decimal
    discount: Decimal
    bases: list[Base]
    last_id: int
    ids: set[str]
    inclusive: bool

    def lower(self, base: Base, change: Decimal) -> None:
        """Lower the net amount of one line."""
        base.line["Amount"] -= change
        self.subtotal -= change
        for line in self.stored:
            if line["DetailType"] == "SubTotalLineDetail":
                line["Amount"] = self.subtotal


def build(company: Company, sent: list[Json], form: Form, *, after_discount: bool) -> Lines:
    """Turn sent lines into stored ones.

    after_discount: tax is taken on what a discount leaves.
    Raises FaultError: 2020, 2500, 6000, 6070, 6090, 6100.
    """
    lines = Lines([], ZERO, ZERO, [], form.last_id, set(), form.taxing == "TaxInclusive")
    items: dict[str, _Item] = {}
    discount: Json | None = None
    for line in sent:
        taxed: _Taxed | None = None
        match line.get("DetailType"):
            case "SalesItemLineDetail":
                stored, taxed = _sale(company, line, form, items)
                lines.subtotal += stored["Amount"]
            case "DescriptionOnly":
                stored = {"Description": line.get("Description", ""), "DetailType": "DescriptionOnly"}
                stored["DescriptionLineDetail"] = line.get("DescriptionLineDetail") or {}
            case "DiscountLineDetail":
                discount = line
                continue
            case "SubTotalLineDetail":
                continue
            case _:
                raise faults.missing("DetailType")
        numbered = _numbered(line, stored, form, lines)
        lines.stored.append(numbered)
        if taxed is not None:
            lines.bases.append(Base(taxed.code, stored["Amount"], taxed.tax, numbered))
    if not lines.stored:
        raise faults.missing("Line")
    lines.stored.append({"Amount": lines.subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    if discount is not None:
        lines.stored.append(_discount(company, discount, lines))
        if after_discount and lines.bases:
            cuts = spread(lines.discount, [base.net for base in lines.bases])
            lines.bases = [
                msgspec.structs.replace(base, net=base.net - cut, tax=None)
                for base, cut in zip(lines.bases, cuts, strict=True)
            ]
    return lines


class _Item(msgspec.Struct, frozen=True):
    """What the lines of one document need of an item, read once."""

    reference: Json
    account: Json | None
    taxable: bool


class _Taxed(msgspec.Struct, frozen=True):
    """How one line is taxed: by which code, and how much where the line said it."""

    code: str
    tax: Decimal | None = None


def _numbered(sent: Json, stored: Json, form: Form, lines: Lines) -> Json:
    identity = str(sent.get("Id"))
    if identity not in form.ids or identity in lines.ids:
        lines.last_id += 1
        identity = str(lines.last_id)
    lines.ids.add(identity)
    return {"Id": identity, "LineNum": len(lines.stored) + 1, **stored}


def _sale(company: Company, line: Json, form: Form, items: dict[str, _Item]) -> tuple[Json, _Taxed | None]:
    detail = line.get(_SALE) or {}
    if "ItemRef" not in detail:
        raise faults.missing("ItemRef")
    if "Amount" not in line:
        raise faults.missing("Amount")
    identity = detail["ItemRef"]["value"]
    if identity not in items:
        items[identity] = _item(company, identity, form)
    item = items[identity]
    code = _code(company, detail, item, form)
    amount, gross = line["Amount"], None
    if code is not None and form.taxing == "TaxInclusive":
        gross = detail.get("TaxInclusiveAmt") or amount
        amount = net_of(gross, sum((rate.percent for rate in rates_of(company.ledger, code)), ZERO))
    price, quantity = _product(detail, line["Amount"], (amount, gross), form.places)
    if form.dated and identity in company.service_date_items and "ServiceDate" not in detail:
        raise faults.business("Enter a service date for the revenue recognition line item")
    stored: Json = {"ItemRef": item.reference}
    if "ClassRef" in detail:
        row = references.resolve(company.ledger, "ClassRef", "Class", detail["ClassRef"]["value"], form.held)
        stored["ClassRef"] = {"value": row.id, "name": references.name_of(row)}
    if price is not None:
        stored["UnitPrice"] = price
    if quantity is not None:
        stored["Qty"] = quantity
    if item.account is not None:
        stored["ItemAccountRef"] = item.account
    taxed = None
    if code is not None:
        stored["TaxCodeRef"] = {"value": code}
        taxed = _Taxed(code, None if gross is None else gross - amount)
    if gross is not None:
        stored["TaxInclusiveAmt"] = gross
    stored |= {field: detail[field] for field in _HELD_AS_SENT if field in detail}
    described = {"Description": line["Description"]} if "Description" in line else {}
    return {**described, "Amount": amount, "DetailType": _SALE, _SALE: stored}, taxed


def _item(company: Company, identity: str, form: Form) -> _Item:
    if identity in references.SPECIAL_ITEMS:
        return _Item({"value": identity, "name": references.SPECIAL_ITEMS[identity]}, None, taxable=False)
    row = references.resolve(company.ledger, "ItemRef", "Item", identity, form.held)
    document = row.read()
    if document["Type"] == "Category":
        raise faults.bad_reference(
            "An item in this transaction is set up as a category instead of a product or service."
        )
    taxable = document["Taxable"] and (form.customer is None or form.customer.keys.get("Taxable") is not False)
    reference = {"value": row.id, "name": document["FullyQualifiedName"]}
    return _Item(reference, document.get("IncomeAccountRef"), taxable=bool(taxable))


def _product(
    detail: Json, sent: Decimal, amounts: tuple[Decimal, Decimal | None], places: int
) -> tuple[Decimal | None, Decimal | None]:
    """Return price and quantity as stored; a client's 0 times 0 beside an amount counts as not sent.

    sent: the line's Amount. amounts: what it comes to, net and gross, the gross None where there is no such; a price
    may be for either. places: the digits of the currency.
    """
    price, quantity = detail.get("UnitPrice"), detail.get("Qty")
    if price == 0 and quantity == 0 and sent != 0:
        return None, None
    if price is not None and quantity is not None:
        if line_amount(price, quantity, places) not in (sent, *amounts):
            raise faults.amount_mismatch(sent)
    elif quantity:
        price = shorten(sent / quantity, 7)
    return price, quantity


def _code(company: Company, detail: Json, item: _Item, form: Form) -> str | None:
    """Return the code that the line is stored with, None where no tax applies."""
    if form.taxing == "NotApplicable":
        return None
    sent = (detail.get("TaxCodeRef") or {}).get("value")
    return company.regime.taxation.line_code(company.ledger, sent, taxable=item.taxable, held=form.held)


def _discount(company: Company, line: Json, lines: Lines) -> Json:
    detail = line.get("DiscountLineDetail") or {}
    if not company.sales_preference("AllowDiscount"):
        raise faults.business("Discounts are switched off for this company.")
    stored: Json = {"PercentBased": bool(detail.get("PercentBased"))}
    if stored["PercentBased"]:
        if "DiscountPercent" not in detail:
            raise faults.discount_incomplete()
        stored["DiscountPercent"] = detail["DiscountPercent"]
        lines.discount = percent_of(lines.subtotal, detail["DiscountPercent"])
    elif "Amount" in line:
        lines.discount = line["Amount"]
    else:
        raise faults.discount_incomplete()
    default = {"value": company.sales_preference("DefaultDiscountAccount")}
    account = (detail.get("DiscountAccountRef") or default)["value"]
    row = references.resolve(company.ledger, "DiscountAccountRef", "Account", account)
    stored["DiscountAccountRef"] = {"value": row.id, "name": references.name_of(row)}
    if "TaxCodeRef" in detail:
        stored["TaxCodeRef"] = {"value": detail["TaxCodeRef"]["value"]}
    return {"Amount": lines.discount, "DetailType": "DiscountLineDetail", "DiscountLineDetail": stored}

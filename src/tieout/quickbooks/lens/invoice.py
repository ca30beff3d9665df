"""The invoice, read from QuickBooks and created there. Changing one is `revision`'s part."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from tieout.core.facts import Regime
from tieout.core.money import decimal, line_amount, rounded
from tieout.kinds.invoice import Invoice, Line, Status, TaxLine
from tieout.quickbooks import documents, limits
from tieout.quickbooks.documents import Json, SalesForm, SalesItem
from tieout.quickbooks.lens import text
from tieout.quickbooks.lens.address import address, address_body, calendar_day, ref
from tieout.quickbooks.lens.text import CannotWrite

_MARKER: Final = re.compile(r"\bTieout ([0-9a-f]{32})\b")
_VOIDED: Final = ("voided", "annul", "anulad")
_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_NO_DETAIL: Final = SalesItem()


def read(document: SalesForm, home: str) -> Invoice:
    """Read an Invoice.

    home: the company's currency, which documents of a company with only one may leave out.
    A void shows as a total of zero with a note that begins with *Voided* in the company's language; a total of zero
    alone says nothing. Raises NotMoney, NotADay.
    """
    lines = document.line or ()
    total, balance = _number(document.total_amt), _number(document.balance)
    mark = marker(document.private_note or "")
    tax = document.txn_tax_detail
    meta = document.meta_data
    return Invoice(
        id=document.id,
        number=document.doc_number or "",
        status=_status(document, total, balance),
        issued_here=not mark,
        customer=ref(document.customer_ref),
        email=(document.bill_email.address or "") if document.bill_email else "",
        date=calendar_day(document.txn_date),
        due=calendar_day(document.due_date),
        currency=ref(document.currency_ref) or home,
        lines=tuple(_line(line, line.sales_item_line_detail or _NO_DETAIL) for line in sold(lines)),
        discount=sum((_number(line.amount) for line in lines if line.detail_type == "DiscountLineDetail"), _ZERO),
        tax=_number(tax.total_tax) if tax else _ZERO,
        total=total,
        balance=balance,
        memo=ref(document.customer_memo),
        ship_to=address(document.ship_addr),
        tax_code=ref(tax.txn_tax_code_ref) if tax else "",
        tax_lines=_tax_lines(tax) if tax else (),
        marker=mark,
        emailed=document.email_status == "EmailSent",
        created=calendar_day(meta.create_time) if meta else None,
        modified=calendar_day(meta.last_updated_time) if meta else None,
    )


def marker(note: str) -> str:
    """The id of the operation of ours that a note names; empty where it names none."""
    found = _MARKER.search(note)
    return found[1] if found else ""


def sold(lines: tuple[documents.Line, ...]) -> Iterator[documents.Line]:
    """The lines that sell something, those inside bundles included, in the document's order."""
    for line in lines:
        if line.detail_type == "SalesItemLineDetail":
            yield line
        elif line.group_line_detail is not None:
            yield from sold(line.group_line_detail.line or ())


def _line(line: documents.Line, detail: SalesItem) -> Line:
    return Line(
        id=line.id or "",
        item=ref(detail.item_ref),
        name=(detail.item_ref.name or "") if detail.item_ref else "",
        text=line.description or "",
        quantity=_ONE if detail.qty is None else decimal(detail.qty),
        price=None if detail.unit_price is None else decimal(detail.unit_price),
        amount=_number(line.amount),
        tax=ref(detail.tax_code_ref),
        service_date=calendar_day(detail.service_date),
        klass=ref(detail.class_ref),
    )


def _tax_lines(tax: documents.TaxTotal) -> tuple[TaxLine, ...]:
    details = [one.tax_line_detail for one in tax.tax_line or () if one.tax_line_detail is not None]
    return tuple(
        TaxLine(ref(one.tax_rate_ref), _number(one.tax_percent), _number(one.net_amount_taxable)) for one in details
    )


def _status(document: SalesForm, total: Decimal, balance: Decimal) -> Status:
    if total > 0:
        return "paid" if balance == 0 else "open"
    noted = (document.private_note or "").lstrip().casefold().startswith(_VOIDED)
    return "void" if document.status == "Voided" or (total == 0 and noted) else "open"


def _number(value: Decimal | None) -> Decimal:
    return _ZERO if value is None else decimal(value)


def created(invoice: Invoice, key: str, regime: Regime, discount_account: str) -> Json:
    """The body that creates an Invoice, with QuickBooks' ids throughout.

    key: the operation's id, by which the document is recognized as ours. It is neither mailed nor payable online
    from QuickBooks: the issuer does both. Raises CannotWrite, UnknownCurrency.
    """
    body: Json = {
        "CustomerRef": {"value": invoice.customer},
        "Line": [new_line(line, invoice.currency, regime) for line in invoice.lines],
        "PrivateNote": f"Tieout {key}",
        "EmailStatus": "NotSet",
        "AllowOnlineCreditCardPayment": False,
        "AllowOnlineACHPayment": False,
    }
    if invoice.discount:
        body["Line"].append(discount_line(invoice, discount_account))
    for field, member in HEADER.items():
        if value := header_value(invoice, field):
            body[member] = value
    if invoice.currency:
        body["CurrencyRef"] = {"value": invoice.currency}
    if invoice.rate:
        body["ExchangeRate"] = invoice.rate
    if regime == "per-line":
        body["GlobalTaxCalculation"] = "TaxExcluded"
    elif invoice.discount and invoice.tax:
        body["ApplyTaxAfterDiscount"] = True
    if regime in ("per-line", "us-automated") or (regime != "none" and invoice.tax):
        body["TxnTaxDetail"] = tax_detail(invoice)
    return body


HEADER: Final = {
    "number": "DocNumber",
    "date": "TxnDate",
    "due": "DueDate",
    "memo": "CustomerMemo",
    "email": "BillEmail",
    "ship_to": "ShipAddr",
}
"""Which member of QuickBooks' document holds a field of the header."""


def header_value(invoice: Invoice, field: str) -> object:
    """What a member of the header is to hold; something falsy for nothing. Raises CannotWrite."""
    match field:
        case "number":
            return text.number(invoice.number, limits.NUMBER, "DocNumber")
        case "date":
            return invoice.date.isoformat() if invoice.date else ""
        case "due":
            return invoice.due.isoformat() if invoice.due else ""
        case "memo":
            memo = text.free(invoice.memo, limits.MEMO)
            return {"value": memo} if memo else {}
        case "email":
            return _mailbox(invoice.email)
        case _:
            return address_body(invoice.ship_to, "ShipAddr")


def _mailbox(given: str) -> Json:
    # Nothing is mailed to it from QuickBooks, so a bad address is no reason to keep an invoice back.
    try:
        mailbox = text.email(given, limits.EMAIL, "BillEmail")
    except CannotWrite:
        return {}
    return {"Address": mailbox} if mailbox else {}


def new_line(line: Line, currency: str, regime: Regime) -> Json:
    """A line as QuickBooks is to make it. Raises CannotWrite, UnknownCurrency."""
    detail: Json = {"ItemRef": {"value": line.item}} if line.item else {}
    if sells_by_price(line, currency):
        detail |= {"Qty": line.quantity, "UnitPrice": line.price}
    if line.service_date:
        detail["ServiceDate"] = line.service_date.isoformat()
    if line.klass:
        detail["ClassRef"] = {"value": line.klass}
    if line.tax and regime != "none":
        detail["TaxCodeRef"] = {"value": _line_code(line.tax, regime)}
    body: Json = {
        "Amount": amount(line.amount, currency),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }
    if description := text.free(line.text, limits.DESCRIPTION):
        body["Description"] = description
    return body


def sells_by_price(line: Line, currency: str) -> bool:
    """Whether QuickBooks would reach the line's amount by its quantity and price; else the amount goes alone.

    QuickBooks refuses a line whose amount is not the rounded product (error 6070) and keeps seven decimals of both.
    """
    if line.price is None or not _keeps(line.price) or not _keeps(line.quantity):
        return False
    return line_amount(line.quantity, line.price, currency) == line.amount


def _keeps(number: Decimal) -> bool:
    exponent = number.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= limits.PRICE_DECIMALS


def _line_code(code: str, regime: Regime) -> str:
    return code if regime == "per-line" or code in {"TAX", "NON"} else "TAX"


def discount_line(invoice: Invoice, account: str) -> Json:
    """The line that takes the order's discount off. Raises CannotWrite, UnknownCurrency."""
    detail: Json = {"PercentBased": False}
    if account:
        detail["DiscountAccountRef"] = {"value": account}
    return {
        "Amount": amount(invoice.discount, invoice.currency),
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": detail,
    }


def tax_detail(invoice: Invoice) -> Json:
    """The document's tax as issued. Raises CannotWrite, UnknownCurrency.

    A zero goes without the tax code, beside which QuickBooks would take it for a blank and compute the tax itself.
    """
    with_code = invoice.tax_code and invoice.tax
    detail: Json = {"TxnTaxCodeRef": {"value": invoice.tax_code}} if with_code else {}
    return {**detail, "TotalTax": amount(invoice.tax, invoice.currency)}


def amount(value: Decimal, currency: str) -> Decimal:
    """An amount that may be sent as it is. Raises CannotWrite if it has more decimals than the currency."""
    fitting = rounded(value, currency)
    if fitting != value:
        raise CannotWrite("bad_payload", f"{value} is no amount of {currency}.", {"amount": f"{value:f}"})
    return fitting

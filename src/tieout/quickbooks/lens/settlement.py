"""Settlements: what a QuickBooks Payment pays of each invoice.

Source: QuickBooks API reference, "Payment". A credit memo reaches an invoice by a Payment too, one whose total is zero
and whose lines name both.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from tieout.core.facts import Named
from tieout.core.money import decimal
from tieout.kinds.settlement import Settlement
from tieout.quickbooks import limits
from tieout.quickbooks.documents import Json, Payment
from tieout.quickbooks.lens import invoice as form
from tieout.quickbooks.lens import text
from tieout.quickbooks.lens.address import calendar_day, ref
from tieout.quickbooks.lens.text import CannotWrite

_METHODS: Final = (
    ("card", ("visa", "mastercard", "master card", "american express", "amex", "discover", "card", "carte", "tarjeta")),
    ("check", ("check", "cheque", "chèque")),
    ("wire_transfer", ("wire", "transfer", "virement")),
    ("ach", ("ach", "bank", "direct debit", "bacs", "prélèvement", "domiciliación")),
    ("cash", ("cash", "espèces", "efectivo")),
)
_ZERO: Final = Decimal(0)


def read(document: Payment, home: str, methods: Mapping[str, str]) -> tuple[Settlement, ...]:
    """Read a Payment as its applications to invoices, none for one that is voided or unapplied.

    home: the company's currency. methods: names of the company's payment methods by id.
    What the invoices were paid beyond the money received comes from credits; it is taken off the invoices in the
    lines' order. An invoice paid by both has two settlements, the credit's id ending in `:credit`. Raises NotMoney.
    """
    paid: dict[str, Decimal] = {}
    for line in document.line or ():
        for link in line.linked_txn or ():
            if link.txn_type == "Invoice" and line.amount is not None:
                paid[link.txn_id] = paid.get(link.txn_id, _ZERO) + decimal(line.amount)
    received, unapplied = _number(document.total_amt), _number(document.unapplied_amt)
    credit = max(_ZERO, sum(paid.values(), _ZERO) + unapplied - received)
    found: list[Settlement] = []
    for invoice, amount in paid.items():
        credited = min(credit, amount)
        credit -= credited
        id_ = f"{document.id}:{invoice}"
        if amount > credited:
            found.append(_settlement(document, id_, invoice, amount - credited, home, methods, cash=True))
        if credited:
            id_ = f"{id_}:credit" if amount > credited else id_
            found.append(_settlement(document, id_, invoice, credited, home, methods, cash=False))
    return tuple(found)


def unapplied(document: Payment, id_: str, invoice: str, home: str) -> Settlement:
    """A Payment of which nothing reached the invoice that it was for."""
    return _settlement(document, id_, invoice, _ZERO, home, {}, cash=True)


def _settlement(
    document: Payment, id_: str, invoice: str, amount: Decimal, home: str, methods: Mapping[str, str], *, cash: bool
) -> Settlement:
    given = document.payment_method_ref
    return Settlement(
        id=id_,
        transaction=document.id,
        invoice=invoice,
        amount=amount,
        currency=ref(document.currency_ref) or home,
        date=calendar_day(document.txn_date),
        cash=cash,
        method=_method((given.name or methods.get(given.value or "", "")) if given else ""),
        reference=document.payment_ref_num or "",
        marker=form.marker(document.private_note or ""),
        account=ref(document.deposit_to_account_ref),
        deposited=any(link.txn_type == "Deposit" for link in document.linked_txn or ()),
    )


def created(record: Settlement, key: str, invoice: Json, methods: Sequence[Named]) -> Json:
    """The body that books a payment: whole, and applied to `invoice`, as QuickBooks holds it now, up to its balance.

    key: the operation's id, by which the payment is recognized as ours. methods: the company's payment methods.
    Raises CannotWrite, UnknownCurrency, NotMoney.
    """
    currency = record.currency
    of_invoice = str(invoice["CurrencyRef"]["value"]) if "CurrencyRef" in invoice else currency
    if of_invoice != currency:
        number = str(invoice.get("DocNumber") or invoice["Id"])
        words = f"The payment is in {currency}, its invoice in {of_invoice}."
        raise CannotWrite("another_currency", words, {"currency": currency, "theirs": of_invoice, "name": number})
    applied = min(record.amount, decimal(invoice["Balance"]))
    body: Json = {
        "CustomerRef": {"value": invoice["CustomerRef"]["value"]},
        "TotalAmt": form.amount(record.amount, currency),
        "PrivateNote": f"Tieout {key}",
        "Line": [
            {"Amount": form.amount(applied, currency), "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
        ],
    }
    if record.date:
        body["TxnDate"] = record.date.isoformat()
    if reference := text.free(record.reference, limits.NUMBER):
        body["PaymentRefNum"] = reference
    if method := next((one.id for one in methods if _method(one.name) == record.method), ""):
        body["PaymentMethodRef"] = {"value": method}
    if record.account:
        body["DepositToAccountRef"] = {"value": record.account}
    if "CurrencyRef" in invoice:
        body["CurrencyRef"] = {"value": invoice["CurrencyRef"]["value"]}
    if record.rate:
        body["ExchangeRate"] = record.rate
    return body


def _method(name: str) -> str:
    said = name.casefold()
    return next((method for method, words in _METHODS if any(word in said for word in words)), "other")


def _number(value: Decimal | None) -> Decimal:
    return _ZERO if value is None else decimal(value)

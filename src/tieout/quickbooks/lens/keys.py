"""Records that do not sync but hold names or numbers: vendors, employees, and the other sales forms."""

from typing import Final

from tieout.core.money import decimal
from tieout.core.records import Key
from tieout.core.text import folded
from tieout.quickbooks.documents import Name, SalesForm
from tieout.quickbooks.lens.address import ref
from tieout.remote.rows import KeyRow

LISTS: Final = {
    "Vendor": "vendor",
    "Employee": "employee",
    "CreditMemo": "credit_memo",
    "SalesReceipt": "sales_receipt",
    "RefundReceipt": "refund_receipt",
    "Estimate": "estimate",
}
"""The list that a key row belongs to, by QuickBooks' entity."""


def name(entity: str, document: Name, version: int) -> KeyRow:
    """The name that a vendor or employee holds, active or not."""
    label = document.display_name or ""
    keys = (Key("display_name", folded(label)),) if label else ()
    return KeyRow(LISTS[entity], document.id, version, label, keys)


def number(entity: str, document: SalesForm, version: int) -> KeyRow:
    """The number that a sales form holds; of a credit memo also what is left of it. Raises NotMoney."""
    label = document.doc_number or ""
    keys = (Key("number", folded(label)),) if label else ()
    remaining = ""
    if entity == "CreditMemo":
        left = document.remaining_credit if document.remaining_credit is not None else document.balance
        remaining = "" if left is None else f"{decimal(left):f}"
    return KeyRow(LISTS[entity], document.id, version, label, keys, ref(document.customer_ref), remaining)


def gone(entity: str, id_: str, version: int) -> KeyRow:
    """The row of a form or name that was deleted: it holds nothing any more."""
    return KeyRow(LISTS[entity], id_, version, "", ())

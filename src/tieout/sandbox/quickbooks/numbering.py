"""Document numbers: given by the company or sent by the client, unique over the sales forms.

QuickBooks API reference, Invoice, DocNumber: with custom numbers off, a document without a number takes the next one
of a sequence that invoices, credit memos, sales receipts and refund receipts share; a sent number is accepted all the
same. What it does to the sequence is not documented: here one of digits only moves it on, and with the setting
`prefixed_numbers_continue` also one with a prefix, so that QuickBooks goes on counting with the prefix of who sent it.
"""

import re
from typing import Final

from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entity import Entity
from tieout.sandbox.quickbooks.ledger import Row

_TYPES: Final = {
    "Invoice": "Invoice",
    "CreditMemo": "Credit Memo",
    "SalesReceipt": "Sales Receipt",
    "RefundReceipt": "Refund Receipt",
}
_TAIL: Final = re.compile(r"^(.*?)(\d+)$")


def assign(company: Company, entity: Entity, sent: str | None, old: Row | None, *, duplicates: bool) -> str | None:
    """Return the number of a document about to be saved; None where the company numbers by hand and none was sent.

    sent: the wanted number. duplicates: the client allowed a number that is taken.
    Raises FaultError: 6140 if another form holds the number, 2020 if the country wants one and none was sent.
    """
    estimate = entity.name not in _TYPES
    sequence = "estimates" if estimate else "sales"
    forms = (entity.name,) if estimate else tuple(_TYPES)
    if sent is None:
        if company.sales_preference("CustomTxnNumbers"):
            if company.regime.number_wanted:
                raise faults.missing("DocNumber")
            return None
        number = _following(company.last_numbers[sequence])
        while _holder(company, forms, number, old) is not None:
            number = _following(number)
        company.last_numbers[sequence] = number
        return number
    if old is not None and old.read().get("DocNumber") == sent:
        return sent
    if company.settings.duplicate_numbers_refused and not duplicates:
        holder = _holder(company, forms, sent, old)
        if holder is not None:
            kind = company.name(_TYPES.get(holder.entity, holder.entity))
            raise faults.duplicate_number(sent, kind, holder.id)
    if old is None and (sent.isdecimal() or (company.settings.prefixed_numbers_continue and _TAIL.match(sent))):
        company.last_numbers[sequence] = sent
    return sent


def _following(number: str) -> str:
    found = _TAIL.match(number)
    prefix, digits = found.groups() if found else (number, "0")
    return f"{prefix}{int(digits) + 1:0{len(digits)}d}"


def _holder(company: Company, forms: tuple[str, ...], number: str, own: Row | None) -> Row | None:
    for form in forms:
        for row in company.ledger.tables[form].named("DocNumber", number.casefold()):
            if row is not own:
                return row
    return None

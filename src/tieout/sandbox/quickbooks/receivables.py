"""What customers owed on a day: worked out from dates of transactions, not of edits, as QuickBooks' reports do.

A transaction counts from its own date on, and an application from the later date of the payment and of what it pays.
So a payment that was moved today is seen, as of last month, where it is now.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec

from tieout.sandbox.quickbooks.amounts import ZERO, cents
from tieout.sandbox.quickbooks.balances import charges
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.wire import Json

_DIRECT: Final = {"Invoice": 1, "CreditMemo": -1}


class OpenItem(msgspec.Struct, frozen=True):
    """One transaction that was open on the day.

    amount, open: in the transaction's currency, negative for credits and unapplied payments. home_amount, home_open: in
    the home currency, at the transaction's own rate.
    """

    row: Row
    document: Json
    customer: str
    day: str
    due: str
    amount: Decimal
    open: Decimal
    home_amount: Decimal
    home_open: Decimal


def open_items(company: Company, day: str) -> Iterator[OpenItem]:
    """Return what was open at the end of an ISO day, in the order of ids within each kind of transaction."""
    undone = _undone(company, day)
    for entity, sign in _DIRECT.items():
        for row in company.ledger.rows(entity):
            if row.keys["TxnDate"] <= day:
                left = sign * row.keys["Balance"] + undone.get((entity, row.id), ZERO)
                if left:
                    document = row.read()
                    yield _item(company, row, document, document["CustomerRef"]["value"], sign, left)
    for row in company.ledger.rows("Payment"):
        if row.keys["TxnDate"] <= day:
            left = undone.get(("Payment", row.id), ZERO) - Decimal(row.keys["UnappliedAmt"])
            if left:
                document = row.read()
                yield _item(company, row, document, document["CustomerRef"]["value"], -1, left)
    for row in company.ledger.rows("JournalEntry"):
        if row.keys["TxnDate"] <= day:
            yield from _entry_items(company, row, day)


def _undone(company: Company, day: str) -> dict[tuple[str, str], Decimal]:
    """Return by how much transactions of the day or before were more open then, since one end came later."""
    undone: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    payments = company.ledger.tables["Payment"].rows
    for target, held in company.applied.items():
        row = company.ledger.tables[target[0]].rows[target[1]]
        known = row.keys["TxnDate"] <= day
        sign = _sign(company, row)
        for payment, used in held.items():
            paid = payments[payment].keys["TxnDate"] <= day
            if known and not paid:
                undone[target] += sign * used
            elif paid and not known:
                undone["Payment", payment] -= sign * used
    return undone


def _sign(company: Company, row: Row) -> int:
    if row.entity in _DIRECT:
        return _DIRECT[row.entity]
    return 1 if sum(charges(company, row.entity, row.read()).values(), ZERO) > 0 else -1


def _entry_items(company: Company, row: Row, day: str) -> Iterator[OpenItem]:
    document = row.read()
    used = ZERO
    for payment, amount in company.applied.get((row.entity, row.id), {}).items():
        if company.ledger.tables["Payment"].rows[payment].keys["TxnDate"] <= day:
            used += amount
    for customer, charged in charges(company, row.entity, document).items():
        left = charged - (used if charged > 0 else -used)
        if left:
            yield _item(company, row, document | {"TotalAmt": charged}, customer, 1, left)


def _item(company: Company, row: Row, document: Json, customer: str, sign: int, left: Decimal) -> OpenItem:
    rate = Decimal(document.get("ExchangeRate", 1))
    total = sign * Decimal(document["TotalAmt"])
    return OpenItem(
        row=row,
        document=document,
        customer=customer,
        day=document["TxnDate"],
        due=str(document.get("DueDate", document["TxnDate"])),
        amount=total,
        open=left,
        home_amount=cents(total * rate, company.home_places),
        home_open=cents(left * rate, company.home_places),
    )

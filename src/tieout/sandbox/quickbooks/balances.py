"""What customers owe: kept beside every write of a transaction.

Customer.Balance is the sum of open invoices less open credit memos and unapplied payments; BalanceWithJobs adds the
sub-customers'. Neither gives the customer a new version.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Final

from tieout.sandbox.quickbooks import foreign
from tieout.sandbox.quickbooks.amounts import ZERO
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entity import Entity
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.wire import Json

_RECEIVABLES: Final = {"Invoice": ("Balance", 1), "CreditMemo": ("Balance", -1), "Payment": ("UnappliedAmt", -1)}
"""Entity → the field that its customer owes, or is owed."""


def post(company: Company, entity: Entity, content: Json | None, old: Row | None) -> Row:
    """Store a transaction's next version, or delete it (`content` None), and move the customers' balances along."""
    moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
    if content is not None:
        foreign.price_at_home(company, content)
    if old is not None:
        _count(moved, entity, old.read(), -1)
    if content is not None:
        _count(moved, entity, content, 1)
    if old is None:
        assert content is not None  # noqa: S101 there is nothing to delete
        if entity.name in _RECEIVABLES:
            foreign.open_receivable(company, content["CurrencyRef"]["value"])
        row = company.ledger.add(entity.name, content)
    elif content is None:
        company.ledger.remove(old)
        row = old
    else:
        row = company.ledger.change(old, content)
    for customer, difference in moved.items():
        if difference:
            _move(company, customer, difference)
    return row


def _count(moved: dict[str, Decimal], entity: Entity, document: Json, sign: int) -> None:
    if "CustomerRef" not in document:
        return
    field, direction = _RECEIVABLES.get(entity.name, ("", 0))
    if field:
        moved[document["CustomerRef"]["value"]] += sign * direction * Decimal(document[field])


def _move(company: Company, customer: str, difference: Decimal) -> None:
    row = company.ledger.tables["Customer"].rows[customer]
    document = row.read()
    both = Decimal(document["BalanceWithJobs"]) + difference
    company.ledger.correct(row, Balance=Decimal(document["Balance"]) + difference, BalanceWithJobs=both)
    while (parent := row.keys.get("ParentRef")) is not None:
        row = company.ledger.tables["Customer"].rows[parent["value"]]
        above = Decimal(row.read()["BalanceWithJobs"]) + difference
        company.ledger.correct(row, BalanceWithJobs=above)

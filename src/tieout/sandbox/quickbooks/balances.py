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
        _count(moved, charges(company, entity.name, old.read()), -1)
    if content is not None:
        _count(moved, charges(company, entity.name, content), 1)
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
            move(company, customer, difference)
    return row


def charges(company: Company, entity: str, document: Json) -> dict[str, Decimal]:
    """Return what a transaction makes each customer owe, in the transaction's currency; negative for a credit.

    Of an invoice or credit memo what is open counts, of a payment what is not applied, of a journal entry its lines on
    receivable accounts.
    """
    if entity == "JournalEntry":
        return _journal_charges(company, document)
    if entity not in _RECEIVABLES:
        return {}
    field, direction = _RECEIVABLES[entity]
    return {document["CustomerRef"]["value"]: direction * Decimal(document[field])}


def _journal_charges(company: Company, document: Json) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    accounts = company.ledger.tables["Account"].rows
    for line in document["Line"]:
        detail = line.get("JournalEntryLineDetail")
        if detail and accounts[detail["AccountRef"]["value"]].keys["AccountType"] == "accounts receivable":
            sign = 1 if detail["PostingType"] == "Debit" else -1
            found[detail["Entity"]["EntityRef"]["value"]] += sign * Decimal(line["Amount"])
    return found


def _count(moved: dict[str, Decimal], charged: dict[str, Decimal], sign: int) -> None:
    for customer, amount in charged.items():
        moved[customer] += sign * amount


def move(company: Company, customer: str, difference: Decimal) -> None:
    """Let a customer owe so much more. Its parents see it in BalanceWithJobs."""
    row = company.ledger.tables["Customer"].rows[customer]
    document = row.read()
    both = Decimal(document["BalanceWithJobs"]) + difference
    company.ledger.correct(row, Balance=Decimal(document["Balance"]) + difference, BalanceWithJobs=both)
    while (parent := row.keys.get("ParentRef")) is not None:
        row = company.ledger.tables["Customer"].rows[parent["value"]]
        above = Decimal(row.read()["BalanceWithJobs"]) + difference
        company.ledger.correct(row, BalanceWithJobs=above)

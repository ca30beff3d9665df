"""What customers owe: kept beside every write of a transaction.

Customer.Balance is the sum of open invoices less open credit memos and unapplied payments; BalanceWithJobs adds the
sub-customers'. Neither gives the customer a new version.
"""

from collections import defaultdict
from decimal import Decimal

from tieout.sandbox.quickbooks.amounts import ZERO
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entity import Entity
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.wire import Json


def post(company: Company, entity: Entity, content: Json | None, old: Row | None) -> Row:
    """Store a transaction's next version, or delete it (`content` None), and move the customers' balances along."""
    moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
    if old is not None:
        _count(moved, entity, old.read(), -1)
    if content is not None:
        _count(moved, entity, content, 1)
    if old is None:
        assert content is not None  # noqa: S101 there is nothing to delete
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
    field, direction = {"Invoice": ("Balance", 1), "CreditMemo": ("Balance", -1), "Payment": ("UnappliedAmt", -1)}.get(
        entity.name, ("", 0)
    )
    if field:
        moved[document["CustomerRef"]["value"]] += sign * direction * Decimal(document[field])


def hand_over(company: Company, source: Row, target: Row) -> None:
    """Move what a customer and its sub-customers owe to another customer, which they are merged into."""
    document = source.read()
    own, with_jobs = Decimal(document["Balance"]), Decimal(document["BalanceWithJobs"])
    for row, sign in ((source, -1), (target, 1)):
        _move(company, row.id, sign * own)
        _move_with_jobs(company, row, sign * (with_jobs - own))


def _move(company: Company, customer: str, difference: Decimal) -> None:
    row = company.ledger.tables["Customer"].rows[customer]
    company.ledger.correct(row, Balance=Decimal(row.read()["Balance"]) + difference)
    _move_with_jobs(company, row, difference)


def _move_with_jobs(company: Company, customer: Row, difference: Decimal) -> None:
    row = customer
    while True:
        company.ledger.correct(row, BalanceWithJobs=Decimal(row.read()["BalanceWithJobs"]) + difference)
        if (parent := row.keys.get("ParentRef")) is None:
            return
        row = company.ledger.tables["Customer"].rows[parent["value"]]

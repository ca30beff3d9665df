"""Bank deposits: what lay in Undeposited Funds is taken to the bank, beside money that comes from elsewhere.

QuickBooks API reference, Deposit: a line either names a payment or sales receipt (`LinkedTxn`), which is deposited
whole, or an account that the money comes from. What is deposited cannot be changed, error 6540, until it is taken off
its deposit.
"""

from typing import Final

from tieout.sandbox.quickbooks import faults, foreign, references
from tieout.sandbox.quickbooks.amounts import ZERO
from tieout.sandbox.quickbooks.balances import post
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.opening import account_opened
from tieout.sandbox.quickbooks.periods import check_open
from tieout.sandbox.quickbooks.transacted import DEPOSIT
from tieout.sandbox.quickbooks.wire import Json

_DEPOSITED: Final = ("Payment", "SalesReceipt")
_BANKS: Final = ("Bank", "Other Current Asset")
_DETAIL: Final = "DepositLineDetail"


def check_undeposited(row: Row | None) -> None:
    """Refuse to touch a payment or sales receipt that is part of a deposit. Raises FaultError (6540)."""
    if row is not None and _deposit_of(row.read()) is not None:
        raise faults.deposited()


def save(company: Company, wanted: Json, old: Row | None) -> Row:
    """Create or change a deposit. Raises FaultError: 2020, 2220, 2500, 6000, 6210; nothing is changed then."""
    before = old.read() if old else {}
    for field in ("DepositToAccountRef", "Line"):
        if not wanted.get(field):
            raise faults.missing(field)
    tender = foreign.tender(company, wanted, before, None)
    held = references.held_by(before)
    lines, linked = _lines(company, wanted, old, tender.code)
    content: Json = wanted | tender.named(company)
    content.setdefault("TxnDate", company.today().isoformat())
    check_open(company, content["TxnDate"], before.get("TxnDate"))
    for document in (content, *(line[_DETAIL] for line in lines)):
        references.complete(company.ledger, document, "", held)
    account = company.ledger.tables["Account"].rows[content["DepositToAccountRef"]["value"]].read()
    if account["AccountType"] not in _BANKS:
        raise faults.business("Select a bank account for this deposit.")
    foreign.check_account(company, account, tender.code)
    total = sum((line["Amount"] for line in lines), ZERO)
    if total < 0:
        raise faults.business("Transaction amount must be 0 or greater.")
    content |= {"Line": lines, "TotalAmt": total}
    row = post(company, DEPOSIT, content, old)
    for target in _linked(company, before):
        if target not in linked:
            _link(company, target, None)
    for target in linked:
        if _deposit_of(target.read()) is None:
            _link(company, target, row.id)
    return row


def remove(company: Company, row: Row) -> Json:
    """Delete a deposit; what it held lies in Undeposited Funds again. Raises FaultError (6210)."""
    document = row.read()
    check_open(company, document["TxnDate"])
    post(company, DEPOSIT, None, row)
    for target in _linked(company, document):
        _link(company, target, None)
    return {"domain": "QBO", "status": "Deleted", "Id": row.id}


def _lines(company: Company, wanted: Json, old: Row | None, currency: str) -> tuple[list[Json], list[Row]]:
    """Return the lines to store, and the transactions that they deposit."""
    stored: list[Json] = []
    linked: list[Row] = []
    for number, line in enumerate(wanted["Line"], 1):
        if "Amount" not in line:
            raise faults.missing("Amount")
        detail = line.get(_DETAIL) or {}
        links = line.get("LinkedTxn") or []
        if links:
            target = _target(company, links[0], old, currency)
            if target in linked or line["Amount"] != target.read()["TotalAmt"]:
                raise faults.business("A payment is deposited once, with its whole amount.")
            linked.append(target)
        elif "AccountRef" not in detail:
            raise faults.missing("AccountRef")
        kept = {field: line[field] for field in ("Description",) if field in line}
        links = [{"TxnId": link["TxnId"], "TxnType": link["TxnType"], "TxnLineId": "0"} for link in links[:1]]
        stored.append(
            {"Id": str(number), "LineNum": number, **kept, "Amount": line["Amount"], "LinkedTxn": links}
            | {"DetailType": _DETAIL, _DETAIL: detail}
        )
    return stored, linked


def _target(company: Company, link: Json, old: Row | None, currency: str) -> Row:
    """Return what a line deposits. Raises FaultError: 2500, 620 if it does not wait in Undeposited Funds, 6000."""
    entity, identity = link.get("TxnType", ""), link.get("TxnId", "")
    row = company.ledger.find(entity, identity) if entity in _DEPOSITED else None
    if row is None:
        raise faults.bad_reference(f"Txn element id {identity} not found")
    document = row.read()
    waits = document["DepositToAccountRef"]["value"] == account_opened("Undeposited Funds")
    if not waits or _deposit_of(document) not in (None, old.id if old else None):
        raise faults.cannot_link(f"{entity} {identity} is deposited already.")
    if document["CurrencyRef"]["value"] != currency:
        raise faults.one_currency()
    return row


def _linked(company: Company, document: Json) -> list[Row]:
    links = [link for line in document.get("Line", ()) for link in line["LinkedTxn"]]
    rows = (company.ledger.find(link["TxnType"], link["TxnId"]) for link in links)
    return [row for row in rows if row is not None]


def _link(company: Company, target: Row, deposit: str | None) -> None:
    """Let a payment or sales receipt name its deposit, or none, as a new version."""
    document = target.read()
    others = [link for link in document["LinkedTxn"] if link["TxnType"] != "Deposit"]
    document["LinkedTxn"] = others if deposit is None else [*others, {"TxnId": deposit, "TxnType": "Deposit"}]
    company.ledger.change(target, document)


def _deposit_of(document: Json) -> str | None:
    return next((str(link["TxnId"]) for link in document["LinkedTxn"] if link["TxnType"] == "Deposit"), None)

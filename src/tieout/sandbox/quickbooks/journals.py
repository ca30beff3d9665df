"""Journal entries: debits that equal credits, some of them against what a customer owes.

QuickBooks API reference, JournalEntry. A line on an account of type Accounts Receivable names its customer and moves
what that customer owes.
"""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Final

from tieout.sandbox.quickbooks import faults, foreign, payments, references
from tieout.sandbox.quickbooks.amounts import ZERO
from tieout.sandbox.quickbooks.balances import post
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.periods import check_open
from tieout.sandbox.quickbooks.transacted import JOURNAL_ENTRY
from tieout.sandbox.quickbooks.wire import Json

_DETAIL: Final = "JournalEntryLineDetail"
_NAMED: Final = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}
"""AccountType → who a line on such an account must name."""


def save(company: Company, wanted: Json, old: Row | None) -> Row:
    """Create or change a journal entry. Raises FaultError: 2020, 2220, 2500, 6000, 6210; nothing is changed then."""
    before = old.read() if old else {}
    if not wanted.get("Line"):
        raise faults.missing("Line")
    tender = foreign.tender(company, wanted, before, None)
    content: Json = wanted | tender.named(company)
    content.setdefault("TxnDate", company.today().isoformat())
    check_open(company, content["TxnDate"], before.get("TxnDate"))
    held = references.held_by(before)
    content["Line"] = [_line(company, line, number, tender.code, held) for number, line in enumerate(wanted["Line"])]
    sides: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in content["Line"]:
        if _DETAIL in line:
            sides[line[_DETAIL]["PostingType"]] += line["Amount"]
    if not sides:
        raise faults.missing("Line")
    if sides["Debit"] != sides["Credit"]:
        raise faults.business("Debits and credits of a journal entry must be equal.")
    if old is not None and payments.applied_to(company, old):
        raise faults.business("You can't change a journal entry that has a payment applied to it.")
    content.setdefault("Adjustment", False)
    content |= {"TotalAmt": sides["Debit"], "LinkedTxn": before.get("LinkedTxn", [])}
    return post(company, JOURNAL_ENTRY, content, old)


def remove(company: Company, row: Row) -> Json:
    """Delete a journal entry; a payment that was applied to it survives, unapplied. Raises FaultError (6210)."""
    check_open(company, row.read()["TxnDate"])
    payments.release(company, row, payments.applied_to(company, row))
    post(company, JOURNAL_ENTRY, None, row)
    return {"domain": "QBO", "status": "Deleted", "Id": row.id}


def _line(company: Company, line: Json, number: int, currency: str, held: Collection[tuple[str, str]]) -> Json:
    kept = {field: line[field] for field in ("Description",) if field in line}
    if line.get("DetailType") == "DescriptionOnly":
        return {"Id": str(number), **kept, "DetailType": "DescriptionOnly", "DescriptionLineDetail": {}}
    detail = line.get(_DETAIL) or {}
    for field, holder in (("Amount", line), ("PostingType", detail), ("AccountRef", detail)):
        if field not in holder:
            raise faults.missing(field)
    if line["Amount"] < 0:
        raise faults.business("Transaction amount must be 0 or greater.")
    references.complete(company.ledger, detail, "", held)
    account = company.ledger.tables["Account"].rows[detail["AccountRef"]["value"]].read()
    foreign.check_account(company, account, currency)
    wanted = _NAMED.get(account["AccountType"])
    named = detail.get("Entity") or {}
    if named and len(named) < len(("Type", "EntityRef")):
        raise faults.missing("EntityRef" if "Type" in named else "Type")
    if wanted is not None and named.get("Type") != wanted:
        kind = account["AccountType"]
        raise faults.business(f"When you use {kind}, you must choose a {wanted.lower()} in the Name field.")
    if named:
        row = references.resolve(company.ledger, "EntityRef", named["Type"], named["EntityRef"]["value"], held)
        named["EntityRef"] = {"value": row.id, "name": references.name_of(row)}
        if wanted is not None and {row.read()["CurrencyRef"]["value"], account["CurrencyRef"]["value"]} != {currency}:
            raise faults.one_currency()
    return {"Id": str(number), **kept, "Amount": line["Amount"], "DetailType": _DETAIL, _DETAIL: detail}

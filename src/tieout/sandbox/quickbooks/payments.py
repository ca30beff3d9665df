"""Payments: applied to invoices and journal entries, joined to credits, taken back.

QuickBooks API reference, Payment. A payment's lines are all or none. Applying one lowers the invoice's Balance, adds
a link and gives the invoice a new version. A credit memo is used by a payment of zero with a line for each.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Final

from tieout.sandbox.quickbooks import deposits, entities, faults, foreign, references
from tieout.sandbox.quickbooks.amounts import ZERO
from tieout.sandbox.quickbooks.balances import charges, move, post
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.opening import account_opened
from tieout.sandbox.quickbooks.periods import check_open
from tieout.sandbox.quickbooks.transacted import PAYMENT
from tieout.sandbox.quickbooks.wire import Json

_PAYABLE: Final = ("Invoice", "CreditMemo", "JournalEntry")
_DEPOSIT_ACCOUNTS: Final = ("Bank", "Other Current Asset")
_LINE_FACT: Final = {
    "name": "{http://schema.intuit.com/finance/v3}NameValue",
    "declaredType": "com.intuit.schema.finance.v3.NameValue",
    "scope": "javax.xml.bind.JAXBElement$GlobalScope",
}
Target = tuple[str, str]


def applied_to(company: Company, row: Row) -> Decimal:
    """Return how much of an invoice or credit memo payments have used."""
    return sum(company.applied.get((row.entity, row.id), {}).values(), ZERO)


def open_amount(company: Company, row: Row, document: Json) -> tuple[str, Decimal]:
    """Return the customer of what a payment can use, and how much of it is open; negative for a credit.

    Raises FaultError (620) for a journal entry that does not move what exactly one customer owes.
    """
    charged = charges(company, row.entity, document)
    if len(charged) != 1:
        raise faults.cannot_link(f"{row.entity} {row.id} does not name one customer.")
    ((customer, amount),) = charged.items()
    if row.entity == "JournalEntry":
        used = applied_to(company, row)
        amount -= used if amount > 0 else -used
    return customer, amount


def save(company: Company, wanted: Json, old: Row | None) -> Row:
    """Create or change a payment.

    Raises FaultError: 2020, 2220, 2500, 620, 6000, 6210, 6540; nothing is changed then.
    """
    before = old.read() if old else {}
    for field in ("CustomerRef", "TotalAmt"):
        if field not in wanted:
            raise faults.missing(field)
    if wanted["TotalAmt"] < 0:
        raise faults.business("Transaction amount must be 0 or greater.")
    held = references.held_by(before)
    payer = references.resolve(company.ledger, "CustomerRef", "Customer", wanted["CustomerRef"]["value"], held)
    tender = foreign.tender(company, wanted, before, payer)
    deposits.check_undeposited(old)
    own = old.id if old else ""
    lines = _lines(company, wanted, own, tender.code)
    content: Json = wanted | tender.named(company)
    content.setdefault("TxnDate", company.today().isoformat())
    check_open(company, content["TxnDate"], before.get("TxnDate"))
    content.setdefault("DepositToAccountRef", {"value": account_opened("Undeposited Funds")})
    references.complete(company.ledger, content, "", held)
    account = company.ledger.tables["Account"].rows[content["DepositToAccountRef"]["value"]].read()
    if account["AccountType"] not in _DEPOSIT_ACCOUNTS:
        raise faults.business("Select a bank account for this deposit.")
    foreign.check_account(company, account, tender.code)
    unapplied = content["TotalAmt"] - _signed(company, lines)
    if unapplied < 0:
        raise faults.business("The amount applied is more than the amount of the payment and its credits.")
    content |= {
        "ProcessPayment": False,
        "UnappliedAmt": unapplied,
        "Line": lines,
        "LinkedTxn": before.get("LinkedTxn", []),
    }
    row = post(company, PAYMENT, content, old)
    _apply(company, row.id, before.get("Line", []), lines)
    return row


def void(company: Company, row: Row) -> Row:
    """Take a payment back: nothing received, nothing applied. Raises FaultError: 6210, 6540."""
    deposits.check_undeposited(row)
    document = row.read()
    check_open(company, document["TxnDate"])
    lines = document["Line"]
    document |= {"TotalAmt": ZERO, "UnappliedAmt": ZERO, "Line": [], "PrivateNote": voided_note(company, document)}
    post(company, PAYMENT, document, row)
    _apply(company, row.id, lines, [])
    return row


def voided_note(company: Company, document: Json) -> str:
    """Return the private note of a voided transaction, which begins with the word for it."""
    note, word = document.get("PrivateNote"), company.name("Voided")
    return f"{word} - {note}" if note else word


def remove(company: Company, row: Row) -> Json:
    """Delete a payment and open again what it paid. Raises FaultError: 6210, 6540."""
    deposits.check_undeposited(row)
    document = row.read()
    check_open(company, document["TxnDate"])
    post(company, PAYMENT, None, row)
    _apply(company, row.id, document["Line"], [])
    return {"domain": "QBO", "status": "Deleted", "Id": row.id}


def release(company: Company, target: Row, amount: Decimal) -> None:
    """Unapply up to `amount` from an invoice or credit memo, from the latest payment backwards.

    Money received stays, as the customer's credit; a payment of zero that joins nothing any more is deleted.
    """
    held = company.applied.get((target.entity, target.id), {})
    for identity in reversed(list(held)):
        if amount <= 0:
            return
        cut = min(amount, held[identity])
        amount -= cut
        payment = company.ledger.tables["Payment"].rows[identity]
        document = payment.read()
        received = Decimal(document["TotalAmt"])
        lines = document["Line"]
        left = _cut(lines, [(target.entity, target.id)], cut)
        left = _balanced(company, left, received)
        if left or received:
            document["Line"] = left
            document["UnappliedAmt"] = received - _signed(company, left)
            post(company, PAYMENT, document, payment)
        else:
            post(company, PAYMENT, None, payment)
        _apply(company, identity, lines, left)


def settle_form(company: Company, row: Row, *, created: bool) -> Row:
    """Bring payments in line with a form just saved; return its last version.

    A total below what is applied unapplies the difference. With AutoApplyCredit a new invoice or credit memo is
    joined with the customer's open ones at once, oldest first.
    """
    if row.entity not in _PAYABLE:
        return row
    balance = Decimal(row.read()["Balance"])
    if balance < 0:
        release(company, row, -balance)
    if created and company.sales_preference("AutoApplyCredit"):
        _join_credits(company, row)
    return row


def rebuild(company: Company) -> None:
    """Find out from the payments what is applied to what, after a state was loaded."""
    company.applied = {}
    for row in company.ledger.rows("Payment"):
        for target, used in _uses(row.read()["Line"]).items():
            company.applied.setdefault(target, {})[row.id] = used


def _lines(company: Company, wanted: Json, own: str, currency: str) -> list[Json]:
    """Return the lines to store, after checking every open balance."""
    stored: list[Json] = []
    uses: dict[Target, Decimal] = defaultdict(lambda: ZERO)
    opened: dict[Target, Decimal] = {}
    for line in wanted.get("Line", ()):
        if "Amount" not in line:
            raise faults.missing("Amount")
        for link in line.get("LinkedTxn") or ():
            entity, identity = link.get("TxnType", ""), link.get("TxnId", "")
            row = company.ledger.find(entity, identity) if entity in _PAYABLE else None
            if row is None:
                raise faults.bad_reference(f"Txn element id {identity} not found")
            document = row.read()
            owner, opened_now = open_amount(company, row, document)
            if not _same_customer(company, wanted["CustomerRef"]["value"], owner):
                raise faults.cannot_link(f"{entity} {identity} belongs to another customer.")
            if document["CurrencyRef"]["value"] != currency:
                raise faults.one_currency()
            target = (entity, identity)
            previous = company.applied.get(target, {}).get(own, ZERO)
            opened.setdefault(target, abs(opened_now) + previous)
            uses[target] += line["Amount"]
            if line["Amount"] < 0 or uses[target] > opened[target]:
                raise faults.business("You can't apply more to a transaction than its open balance.")
            facts = {
                "txnId": identity,
                "txnOpenBalance": f"{opened[target]:f}",
                "txnReferenceNumber": document.get("DocNumber", ""),
            }
            extra = [
                {**_LINE_FACT, "value": {"Name": name, "Value": value}, "nil": False, "globalScope": True,
                 "typeSubstituted": False}
                for name, value in facts.items()
            ]  # fmt: skip
            links = [{"TxnId": identity, "TxnType": entity}]
            stored.append({"Amount": line["Amount"], "LinkedTxn": links, "LineEx": {"any": extra}})
    return stored


def _same_customer(company: Company, payer: str, owner: str) -> bool:
    """Whether `payer` may pay for `owner`: the customer itself or one of its parents."""
    row = company.ledger.find("Customer", owner)
    while row is not None:
        if row.id == payer:
            return True
        parent = row.keys.get("ParentRef")
        row = company.ledger.find("Customer", parent["value"]) if parent else None
    return False


def _apply(company: Company, payment: str, old: list[Json], new: list[Json]) -> None:
    """Let a payment use what its `new` lines say, and give every transaction that this changes a new version."""
    before, uses = _uses(old), _uses(new)
    for target in {**before, **uses}:
        used = uses.get(target, ZERO)
        if before.get(target, ZERO) == used:
            continue
        held = company.applied.setdefault(target, {})
        held.pop(payment, None)
        if used:
            held[payment] = used
        if not held:
            del company.applied[target]
        row = company.ledger.find(*target)
        if row is not None:
            _restate(company, row, used - before.get(target, ZERO))


def _restate(company: Company, row: Row, more: Decimal) -> None:
    """Give what payments use a new version, after they used so much `more` of it."""
    document = row.read()
    held = company.applied.get((row.entity, row.id), {})
    if row.entity == "JournalEntry":
        ((customer, charged),) = charges(company, row.entity, document).items()
        move(company, customer, -more if charged > 0 else more)
    else:
        balance = Decimal(document["TotalAmt"]) - Decimal(document.get("Deposit", 0)) - sum(held.values(), ZERO)
        document["Balance"] = balance
        if row.entity == "CreditMemo":
            document["RemainingCredit"] = balance
    others = [link for link in document["LinkedTxn"] if link["TxnType"] != "Payment"]
    document["LinkedTxn"] = [*others, *({"TxnId": identity, "TxnType": "Payment"} for identity in held)]
    post(company, entities.ENTITIES[row.entity], document, row)


def _uses(lines: list[Json]) -> dict[Target, Decimal]:
    uses: dict[Target, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        link = line["LinkedTxn"][0]
        uses[link["TxnType"], link["TxnId"]] += Decimal(line["Amount"])
    return dict(uses)


def _signed(company: Company, lines: list[Json]) -> Decimal:
    """Return what lines take of a payment: what they pay less the credits that they bring."""
    return sum((used if _is_charge(company, target) else -used for target, used in _uses(lines).items()), ZERO)


def _is_charge(company: Company, target: Target) -> bool:
    """Whether a payment pays for a transaction, instead of using it as a credit."""
    entity, identity = target
    if entity != "JournalEntry":
        return entity == "Invoice"
    row = company.ledger.find(entity, identity)
    return row is not None and sum(charges(company, entity, row.read()).values(), ZERO) > 0


def _balanced(company: Company, lines: list[Json], received: Decimal) -> list[Json]:
    """Return the lines without what is paid beyond the money and the credits, or credits that pay for nothing."""
    targets = list(_uses(lines))
    paid = [target for target in targets if _is_charge(company, target)]
    left = _cut(lines, paid, _signed(company, lines) - received)
    if received:
        return left
    return _cut(left, [target for target in targets if target not in paid], -_signed(company, left))


def _cut(lines: list[Json], targets: list[Target], amount: Decimal) -> list[Json]:
    """Return the lines with `amount` less on those of some transactions."""
    left = []
    for line in lines:
        link = line["LinkedTxn"][0]
        held = Decimal(line["Amount"])
        if (link["TxnType"], link["TxnId"]) in targets:
            cut = max(ZERO, min(amount, held))
            amount -= cut
            held -= cut
        if held:
            left.append(line | {"Amount": held})
    return left


def _join_credits(company: Company, row: Row) -> None:
    document = row.read()
    wanted = {field: document[field] for field in ("CustomerRef", "CurrencyRef")} | {"TotalAmt": ZERO}
    other = "CreditMemo" if row.entity == "Invoice" else "Invoice"
    for match in company.ledger.tables[other].named("CustomerRef", document["CustomerRef"]["value"]):
        amount = min(Decimal(row.read()["Balance"]), Decimal(match.read()["Balance"]))
        if amount > 0:
            wanted["TxnDate"] = max(document["TxnDate"], match.keys["TxnDate"])
            pair = [{"Amount": amount, "LinkedTxn": [{"TxnId": one.id, "TxnType": one.entity}]} for one in (row, match)]
            save(company, wanted | {"Line": pair}, None)

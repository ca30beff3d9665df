"""Sales forms: invoices, credit memos, estimates, sales receipts, refund receipts.

The server recomputes what a client sends as totals. QuickBooks API reference, one page for each form.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from tieout.sandbox.quickbooks import (
    deposits,
    entities,
    faults,
    foreign,
    lines,
    numbering,
    payments,
    references,
    tax,
    transacted,
)
from tieout.sandbox.quickbooks.addresses import free_lines, numbered, on_form
from tieout.sandbox.quickbooks.amounts import ZERO
from tieout.sandbox.quickbooks.balances import post
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entity import Entity
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.opening import account_opened
from tieout.sandbox.quickbooks.periods import check_open
from tieout.sandbox.quickbooks.regimes.regime import Sale
from tieout.sandbox.quickbooks.wire import Json

_DATED: Final = ("Invoice", "SalesReceipt")
_WITHOUT_CUSTOMER: Final = ("SalesReceipt", "RefundReceipt")
_TERM_FORMS: Final = ("Invoice", "Estimate")


def save(company: Company, entity: Entity, wanted: Json, old: Row | None, *, duplicates: bool) -> Row:
    """Create or change a sales form.

    wanted: the writable fields as they shall be. duplicates: a number that is taken is allowed.
    Raises FaultError, nothing being changed.
    """
    deposits.check_undeposited(old)
    before = old.read() if old else {}
    customer = _customer(company, entity, wanted, before)
    content, last_line = _content(company, entity, wanted, before, old, customer)
    if entity is not transacted.ESTIMATE:
        check_open(company, content["TxnDate"], before.get("TxnDate"))
    estimate = _estimate(company, entity, wanted, before)
    moved = before.get("CustomerRef", {}).get("value") != wanted.get("CustomerRef", {}).get("value")
    if old is not None and moved and payments.applied_to(company, old):
        raise faults.business("You can't change the customer of a transaction that has a payment applied to it.")
    number = numbering.assign(company, entity, wanted.get("DocNumber"), old, duplicates=duplicates)
    if number is not None:
        content["DocNumber"] = number
    row = post(company, entity, content, old)
    row.memory["line"] = last_line
    if estimate is not None:
        _close(company, estimate, row)
    return payments.settle_form(company, row, created=old is None)


def void(company: Company, row: Row) -> Row:
    """Set all amounts and quantities of a form to zero and say so in its note.

    Raises FaultError: 6000 for an invoice with an applied payment, 6210.
    """
    deposits.check_undeposited(row)
    document = row.read()
    check_open(company, document["TxnDate"])
    if payments.applied_to(company, row):
        if company.settings.void_paid_refused:
            raise faults.business("You can't void an invoice that has a payment applied to it.")
        payments.release(company, row, document["TotalAmt"])
        document = row.read()
    for line in document["Line"]:
        if "Amount" in line:
            line["Amount"] = ZERO
        for detail in (line.get("SalesItemLineDetail"), line.get("DiscountLineDetail")):
            if detail:
                detail |= {field: 0 for field in ("Qty", "TaxInclusiveAmt") if field in detail}
    document["TxnTaxDetail"] = {"TotalTax": 0}
    document |= {field: ZERO for field in ("TotalAmt", "Balance", "Deposit", "RemainingCredit") if field in document}
    document["PrivateNote"] = payments.voided_note(company, document)
    return post(company, entities.ENTITIES[row.entity], document, row)


def remove(company: Company, row: Row) -> Json:
    """Delete a form; a payment that was applied to it survives, unapplied. Raises FaultError (6210)."""
    deposits.check_undeposited(row)
    document = row.read()
    if row.entity != "Estimate":
        check_open(company, document["TxnDate"])
    payments.release(company, row, document["TotalAmt"])
    post(company, entities.ENTITIES[row.entity], None, row)
    return {"domain": "QBO", "status": "Deleted", "Id": row.id}


def send(company: Company, row: Row, address: str | None) -> Row:
    """Note that the form was mailed to `address`, else to its BillEmail. Raises FaultError (2020) without either."""
    document = row.read()
    if address:
        document["BillEmail"] = {"Address": address}
    if not document.get("BillEmail"):
        raise faults.missing("BillEmail")
    document["EmailStatus"] = "EmailSent"
    sent_at = company.clock.now().replace(microsecond=0)
    document["DeliveryInfo"] = {"DeliveryType": "Email", "DeliveryTime": sent_at.isoformat()}
    return company.ledger.change(row, document)


def _customer(company: Company, entity: Entity, wanted: Json, before: Json) -> Row | None:
    if "CustomerRef" not in wanted:
        if entity.name in _WITHOUT_CUSTOMER:
            return None
        raise faults.missing("CustomerRef")
    held = references.held_by({"CustomerRef": before.get("CustomerRef")})
    return references.resolve(company.ledger, "CustomerRef", "Customer", wanted["CustomerRef"]["value"], held)


def _content(
    company: Company, entity: Entity, wanted: Json, before: Json, old: Row | None, customer: Row | None
) -> tuple[Json, int]:
    if not wanted.get("Line"):
        raise faults.missing("Line")
    if entity is transacted.REFUND_RECEIPT and "DepositToAccountRef" not in wanted:
        raise faults.missing("DepositToAccountRef")
    if wanted.get("EmailStatus") == "NeedToSend" and "BillEmail" not in wanted:
        raise faults.missing("BillEmail")
    tender = foreign.tender(company, wanted, before, customer)
    taxation, using_tax = company.regime.taxation, company.preferences()["TaxPrefs"]["UsingSalesTax"]
    taxing = taxation.calculation(wanted) if using_tax else "NotApplicable"
    held = references.held_by(before)
    form = lines.Form(
        customer=customer,
        taxing=taxing,
        held=held,
        last_id=old.memory.get("line", 0) if old else 0,
        ids={line["Id"] for line in before.get("Line", ()) if "Id" in line},
        dated=entity.name in _DATED,
        places=tender.places,
    )
    built = lines.build(company, wanted["Line"], form, after_discount=bool(wanted.get("ApplyTaxAfterDiscount")))
    content = _header(company, entity, wanted, before, customer) | tender.named(company)
    sale = Sale(
        detail=_heard(company, wanted.get("TxnTaxDetail") or {}) if using_tax else {},
        exempt=customer is not None and customer.keys.get("Taxable") is False,
        ship_to=wanted.get("ShipAddr") or content.get("ShipAddr"),
        ship_from=wanted.get("ShipFromAddr"),
        created=old is None,
    )
    levy = taxation.levy(company.ledger, {base.code for base in built.bases}, sale)
    taxed = tax.detail(built, levy, sale.detail)
    total = built.subtotal - built.discount + taxed["TotalTax"]
    if total < 0:
        raise faults.business("Transaction amount must be 0 or greater.")
    references.complete(company.ledger, content, "", held)
    if taxation.by_ledger_codes:
        content["GlobalTaxCalculation"] = taxing
    content |= {"Line": built.stored, "TotalAmt": total}
    if using_tax:
        content["TxnTaxDetail"] = taxed
    return content | _open_amounts(company, entity, content, old, total), built.last_id


def _heard(company: Company, sent: Json) -> Json:
    """Return what of a client's TxnTaxDetail counts."""
    if not company.settings.tax_recomputed:
        return sent
    return {name: value for name, value in sent.items() if name == "TxnTaxCodeRef"}


def _header(company: Company, entity: Entity, wanted: Json, before: Json, customer: Row | None) -> Json:
    content = {
        field: value
        for field, value in wanted.items()
        if field not in ("Line", "TxnTaxDetail", "DocNumber", "GlobalTaxCalculation", "CurrencyRef")
    }
    content.setdefault("TxnDate", company.today().isoformat())
    content.setdefault("PrintStatus", "NotSet")
    content.setdefault("EmailStatus", "NotSet")
    content.setdefault("ApplyTaxAfterDiscount", False)
    content["CustomField"] = _custom_fields(company, wanted.get("CustomField", []))
    content["LinkedTxn"] = before.get("LinkedTxn", [])
    if "DeliveryInfo" in before:
        content["DeliveryInfo"] = before["DeliveryInfo"]
    known = customer.read() if customer else {}
    for field in ("BillAddr", "ShipAddr"):
        if field in wanted:
            content[field] = on_form(company, wanted[field], before.get(field), known)
        elif not before and field in known:
            inherited = free_lines(known[field], known) if field == "BillAddr" else known[field]
            content[field] = numbered(company, inherited, None)
    if entity.name in _TERM_FORMS:
        _due(company, content, known)
    if entity is transacted.INVOICE:
        content |= {"AllowIPNPayment": False, "AllowOnlinePayment": False}
        content.setdefault("AllowOnlineCreditCardPayment", False)
        content.setdefault("AllowOnlineACHPayment", False)
    if entity is transacted.SALES_RECEIPT:
        content.setdefault("DepositToAccountRef", {"value": account_opened("Undeposited Funds")})
    if entity is transacted.ESTIMATE:
        content.setdefault("TxnStatus", "Pending")
    return content


def _due(company: Company, content: Json, customer: Json) -> None:
    """Add terms (the customer's, else the company's) and the due date that follows from them."""
    terms = content.get("SalesTermRef") or customer.get("SalesTermRef") or company.sales_preference("DefaultTerms")
    if not terms:
        content.setdefault("DueDate", content["TxnDate"])
        return
    content["SalesTermRef"] = {"value": terms["value"]}
    if "DueDate" in content:
        return
    row = company.ledger.find("Term", terms["value"])
    term = row.read() if row else {}
    issued = date.fromisoformat(content["TxnDate"])
    if "DueDays" in term:
        due = issued + timedelta(days=int(term["DueDays"]))
    else:
        due = _day_of_month(issued, int(term.get("DayOfMonthDue", 1)), int(term.get("DueNextMonthDays", 0)))
    content["DueDate"] = due.isoformat()


def _day_of_month(issued: date, day: int, notice: int) -> date:
    """Return the next such day of a month, of the month after if fewer than `notice` days are left."""
    month = issued.replace(day=1)
    while True:
        following = (month + timedelta(days=32)).replace(day=1)
        due = min(month + timedelta(days=day - 1), following - timedelta(days=1))
        if due >= issued + timedelta(days=notice):
            return due
        month = following


def _custom_fields(company: Company, sent: list[Json]) -> list[Json]:
    groups = [entry for group in company.sales_preference("CustomField") or () for entry in group["CustomField"]]
    named = {entry["Name"]: entry for entry in groups}
    values = {entry.get("DefinitionId"): entry.get("StringValue") for entry in sent}
    fields = []
    for definition in ("1", "2", "3"):
        value = values.pop(definition, None)
        if not named.get(f"SalesFormsPrefs.UseSalesCustom{definition}", {}).get("BooleanValue"):
            if value:
                raise faults.bad_custom_field(definition)
            continue
        name = named.get(f"SalesFormsPrefs.SalesCustomName{definition}", {}).get("StringValue", f"Custom {definition}")
        field = {"DefinitionId": definition, "Name": name, "Type": "StringType"}
        fields.append(field | {"StringValue": value} if value else field)
    if any(values.values()):
        raise faults.bad_custom_field(next(str(key) for key, value in values.items() if value))
    return fields


def _open_amounts(company: Company, entity: Entity, content: Json, old: Row | None, total: Decimal) -> Json:
    used = payments.applied_to(company, old) if old else ZERO
    match entity.name:
        case "Invoice":
            deposit = content.get("Deposit", ZERO)
            if not 0 <= deposit <= total:
                raise faults.business("The deposit can't be more than the total.")
            return {"Deposit": deposit, "Balance": total - deposit - used}
        case "CreditMemo":
            return {"Balance": total - used, "RemainingCredit": total - used}
        case "SalesReceipt" | "RefundReceipt":
            return {"Balance": ZERO}
        case _:
            return {}


def _estimate(company: Company, entity: Entity, wanted: Json, before: Json) -> Row | None:
    """Return the estimate that a new link names. Raises FaultError (620) if it cannot be linked."""
    if entity is not transacted.INVOICE:
        return None
    linked = {link["TxnId"] for link in before.get("LinkedTxn", ())}
    for link in wanted.get("LinkedTxn", ()):
        if link.get("TxnType") == "Estimate" and link.get("TxnId") not in linked:
            row = company.ledger.find("Estimate", link["TxnId"])
            if row is None or row.read()["TxnStatus"] == "Closed":
                raise faults.cannot_link(f"Estimate {link['TxnId']}")
            return row
    return None


def _close(company: Company, estimate: Row, invoice: Row) -> None:
    document = estimate.read()
    document["TxnStatus"] = "Closed"
    document["LinkedTxn"].append({"TxnId": invoice.id, "TxnType": "Invoice"})
    company.ledger.change(estimate, document)
    links = [*invoice.read()["LinkedTxn"], {"TxnId": estimate.id, "TxnType": "Estimate"}]
    company.ledger.correct(invoice, LinkedTxn=links)

"""What is kept in lists: customers, vendors, employees, items, accounts, classes, departments, terms, methods.

Each builder turns the wanted fields into the stored object. QuickBooks API reference, one page for each entity.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from tieout.sandbox.quickbooks import entities, faults, foreign, listed, names, references
from tieout.sandbox.quickbooks.addresses import numbered
from tieout.sandbox.quickbooks.amounts import ZERO
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entity import Entity
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.opening import CLASSIFICATIONS
from tieout.sandbox.quickbooks.wire import Json

Builder: TypeAlias = Callable[[Company, Json, Json], Json]
"""(company, wanted fields, the stored object or {}) → content without name rules applied."""

_NAME_PARTS: Final = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_DEEPEST: Final = 4
_RECEIVABLE_OR_PAYABLE: Final = ("Accounts Receivable", "Accounts Payable")


def save(company: Company, entity: Entity, wanted: Json, old: Row | None) -> Row:
    """Create or change a list object.

    Raises FaultError: 2020, 2040, 2220, 2500, 6080 or 6240, as the entity's page says.
    """
    before = old.read() if old else {}
    held = references.held_by(before)
    content: Json = {"Active": True} | _BUILDERS[entity.name](company, wanted, before)
    references.complete(company.ledger, content, entity.name, held)
    plain = names.spell(company, entity, content, old)
    if "CurrencyRef" in content:
        foreign.activate(company, content["CurrencyRef"]["value"])
    if old is None:
        return company.ledger.add(entity.name, content, memory={"name": plain})
    old.memory["name"] = plain
    row = company.ledger.change(old, content)
    if entity is listed.CUSTOMER and content["DisplayName"] != before["DisplayName"]:
        names.rename_on_forms(company, row, content["DisplayName"])
    return row


def _person(company: Company, wanted: Json, before: Json) -> Json:
    parts = " ".join(wanted[part].strip() for part in _NAME_PARTS if wanted.get(part))
    name = wanted.get("DisplayName") or before.get("DisplayName") or parts
    if not name.strip():
        raise faults.no_name()
    for part in _NAME_PARTS:
        if wanted.get(part):
            wanted[part] = names.tidy(part, wanted[part])
    content = wanted | {"DisplayName": name}
    content.setdefault("PrintOnCheckName", before.get("PrintOnCheckName") or name.strip())
    for field in ("BillAddr", "ShipAddr", "PrimaryAddr"):
        if content.get(field):
            content[field] = numbered(company, content[field], before.get(field))
    return content


def _firm(company: Company, wanted: Json, before: Json) -> Json:
    currency = foreign.own_currency(company, wanted, before, partial(_used, company, before.get("Id", "")))
    return _person(company, wanted, before) | {
        "CurrencyRef": currency,
        "Balance": before.get("Balance", ZERO),
    }


def _used(company: Company, name: str) -> bool:
    """Whether a customer or vendor stands on a transaction."""
    tables = company.ledger.tables
    if any(tables[form].named("CustomerRef", name) for form in (*entities.SALES_FORMS, "Payment")):
        return True
    return any(("EntityRef", name) in references.held_by(row.read()) for row in company.ledger.rows("JournalEntry"))


def _customer(company: Company, wanted: Json, before: Json) -> Json:
    if wanted.get("Job") and not wanted.get("ParentRef"):
        raise faults.missing("ParentRef")
    if (parent := wanted.get("ParentRef")) is not None:
        above = references.resolve(company.ledger, "ParentRef", "Customer", parent["value"]).read()
        if above.get("Level", 0) >= _DEEPEST:
            raise faults.business("A customer can have at most four levels of sub-customers.")
        if not before:
            wanted.setdefault("CurrencyRef", above["CurrencyRef"])
    content = _firm(company, wanted, before)
    if parent is not None and content["CurrencyRef"] != above["CurrencyRef"]:
        raise faults.business("A sub-customer has the currency of its parent.")
    if "PrimaryTaxIdentifier" in content:
        content["PrimaryTaxIdentifier"] = "XXXXXX" + content["PrimaryTaxIdentifier"][-5:]
    return {
        "Taxable": not company.regime.taxation.by_ledger_codes,
        "Job": False,
        "BillWithParent": False,
        "PreferredDeliveryMethod": "Print",
        "IsProject": False,
        "ClientEntityId": "0",
        **content,
        "BalanceWithJobs": before.get("BalanceWithJobs", ZERO),
    }


def _vendor(company: Company, wanted: Json, before: Json) -> Json:
    if not before:
        wanted.pop("TermRef", None)  # ignored on create, in the measured company
    content = _firm(company, wanted, before)
    if "TaxIdentifier" in content:
        content["TaxIdentifier"] = "XXXXXX" + content["TaxIdentifier"][-4:]
    return {"Vendor1099": False, **content}


def _employee(company: Company, wanted: Json, before: Json) -> Json:
    content = _person(company, wanted, before)
    if "SSN" in content:
        content["SSN"] = "XXX-XX-XXXX"
    return {"BillableTime": False, "Organization": False, **content}


def _item(company: Company, wanted: Json, _before: Json) -> Json:
    _require(wanted, "Name")
    kind = wanted.setdefault("Type", "Service")
    if kind != "Category" and "IncomeAccountRef" not in wanted and "ExpenseAccountRef" not in wanted:
        raise faults.missing("IncomeAccountRef")
    for field in ("IncomeAccountRef", "ExpenseAccountRef"):
        if field in wanted:
            account = references.resolve(company.ledger, field, "Account", wanted[field]["value"]).read()
            if account["AccountType"] in _RECEIVABLE_OR_PAYABLE:
                raise faults.bad_account_type()
    return {"Taxable": False, "UnitPrice": 0, "PurchaseCost": 0, **wanted, "TrackQtyOnHand": False}


def _account(company: Company, wanted: Json, before: Json) -> Json:
    _require(wanted, "Name")
    kind = wanted.get("AccountType") or before.get("AccountType")
    if kind is None:
        kind = _kind_of(company, wanted.get("AccountSubType"))
    if kind not in CLASSIFICATIONS:
        raise faults.bad_choice(str(kind))
    return {
        "AccountSubType": before.get("AccountSubType", kind.replace(" ", "")),
        **wanted,
        "AccountType": kind,
        "SubAccount": "ParentRef" in wanted,
        "Classification": CLASSIFICATIONS[kind],
        "CurrentBalance": before.get("CurrentBalance", 0),
        "CurrentBalanceWithSubAccounts": before.get("CurrentBalanceWithSubAccounts", 0),
        "CurrencyRef": foreign.own_currency(company, wanted, before, lambda: True),
    }


def _kind_of(company: Company, detail: str | None) -> str:
    if detail is None:
        raise faults.missing("AccountType")
    for row in company.ledger.rows("Account"):
        document = row.read()
        if document["AccountSubType"] == detail:
            return str(document["AccountType"])
    raise faults.bad_choice(detail)


def _branch(flag: str) -> Builder:
    def build(_company: Company, wanted: Json, _before: Json) -> Json:
        _require(wanted, "Name")
        return wanted | {flag: "ParentRef" in wanted}

    return build


def _term(_company: Company, wanted: Json, _before: Json) -> Json:
    _require(wanted, "Name")
    if "DueDays" not in wanted and "DayOfMonthDue" not in wanted:
        raise faults.missing("DueDays")
    return wanted | {"Type": "STANDARD" if "DueDays" in wanted else "DATE_DRIVEN"}


def _payment_method(_company: Company, wanted: Json, _before: Json) -> Json:
    _require(wanted, "Name")
    return {"Type": "NON_CREDIT_CARD", **wanted}


def _require(wanted: Json, field: str) -> None:
    if not wanted.get(field, "").strip():
        raise faults.missing(field)


_BUILDERS: Final[dict[str, Builder]] = {
    "Customer": _customer,
    "Vendor": _vendor,
    "Employee": _employee,
    "Item": _item,
    "Account": _account,
    "Class": _branch("SubClass"),
    "Department": _branch("SubDepartment"),
    "Term": _term,
    "PaymentMethod": _payment_method,
}

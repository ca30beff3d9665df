"""Several currencies: whose a customer is, what a document is in, and what it is worth at home.

QuickBooks API reference, Preferences (CurrencyPrefs), CompanyCurrency, and CurrencyRef and ExchangeRate of each
transaction. A customer has one currency, fixed by its first transaction; a document is in its customer's. How the
vendor rounds currencies of no or of three digits is not documented: here to their own digits.
"""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from tieout.sandbox.quickbooks import faults, rates
from tieout.sandbox.quickbooks.amounts import cents, in_currency
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.currencies import CURRENCIES
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.wire import Json


class Tender(msgspec.Struct, frozen=True):
    """What a document is in: the currency's code, its digits, and home units for one unit.

    rate None: the company has one currency only.
    """

    code: str
    places: int
    rate: Decimal | None

    def named(self, company: Company) -> Json:
        """Return the fields of a transaction that say so."""
        fields: Json = {"CurrencyRef": company.currency(self.code)}
        return fields if self.rate is None else fields | {"ExchangeRate": self.rate}


def tender(company: Company, wanted: Json, before: Json, owner: Row | None) -> Tender:
    """Return what a transaction is in; take a sent rate out of `wanted` and round its amounts to that currency.

    wanted: the fields as they shall be; before: as they are, {} for a new one. owner: the customer, where it has one.
    Without CurrencyRef a new document is in the home currency whatever its customer's is, unless the company assumes
    otherwise (`customers_currency_assumed`).
    Raises FaultError: 2080, 2220 for a currency that is not active, 6000 for another one than the customer's.
    """
    theirs = _code(owner.read()) if owner is not None and company.multi_currency else ""
    assumed = theirs if company.settings.customers_currency_assumed else ""
    code = _code(wanted) or _code(before) or assumed or company.home_currency
    if not company.trades_in(code):
        raise faults.bad_currency()
    if theirs not in ("", code):
        raise faults.one_currency()
    places = CURRENCIES[code].places
    in_currency(wanted, places)
    sent = Decimal(wanted.pop("ExchangeRate", 0))
    return Tender(code, places, _rate(company, sent, code, wanted.get("TxnDate")) if company.multi_currency else None)


def check_account(company: Company, account: Json, code: str) -> None:
    """Refuse an account that is neither in the home currency nor in the document's. Raises FaultError (6000)."""
    if _code(account) not in (company.home_currency, code):
        raise faults.one_currency()


def own_currency(company: Company, wanted: Json, before: Json, fixed: Callable[[], bool]) -> Json:
    """Return the CurrencyRef of a customer, vendor or account. fixed: it cannot be changed any more.

    Raises FaultError: 2220 for a currency unknown or made inactive, 6000 for one that cannot be changed any more.
    """
    held = _code(before)
    code = _code(wanted) or held or company.home_currency
    if code != held:
        inactive = any(not row.active for row in _listed(company, code))
        if code != company.home_currency and (not company.multi_currency or code not in CURRENCIES or inactive):
            raise faults.bad_currency()
        if held and fixed():
            raise faults.business("You can't change the currency of what has transactions.")
    return company.currency(code)


def activate(company: Company, code: str) -> None:
    """Add a currency to the company's list, as a first customer in it does."""
    if not company.trades_in(code):
        company.ledger.add("CompanyCurrency", {"Code": code, "Name": CURRENCIES[code].name, "Active": True})


def save_currency(company: Company, wanted: Json, old: Row | None) -> Row:
    """Add a currency to the company's list, or change whether it is active.

    Raises FaultError: 2020, 2220, 6000 without several currencies, 6240 for one that is listed already.
    """
    rates.check_enabled(company)
    if "Code" not in wanted:
        raise faults.missing("Code")
    code = wanted["Code"].upper()
    if code not in CURRENCIES or code == company.home_currency or (old and old.read()["Code"] != code):
        raise faults.bad_currency()
    content = {"Code": code, "Name": CURRENCIES[code].name, "Active": wanted.get("Active", True)}
    if old is not None:
        return company.ledger.change(old, content)
    for row in _listed(company, code):
        raise faults.duplicate_name(row.id)
    return company.ledger.add("CompanyCurrency", content)


def price_at_home(company: Company, content: Json) -> None:
    """Put into a transaction what it is worth in the home currency, where the company has several."""
    if not company.multi_currency:
        return
    rate = Decimal(content.setdefault("ExchangeRate", 1))
    for field, twin in (("TotalAmt", "HomeTotalAmt"), ("Balance", "HomeBalance")):
        if field in content:
            content[twin] = cents(Decimal(content[field]) * rate, company.home_places)


def open_receivable(company: Company, code: str) -> None:
    """Open the account that what customers owe in a foreign currency is booked on, if there is none yet."""
    name = f"Accounts Receivable (A/R) - {code}"
    if code == company.home_currency or company.ledger.tables["Account"].named("Name", name.casefold()):
        return
    company.ledger.add(
        "Account",
        {
            "Name": name,
            "SubAccount": False,
            "FullyQualifiedName": name,
            "Active": True,
            "Classification": "Asset",
            "AccountType": "Accounts Receivable",
            "AccountSubType": "AccountsReceivable",
            "CurrentBalance": 0,
            "CurrentBalanceWithSubAccounts": 0,
            "CurrencyRef": company.currency(code),
        },
    )


def _rate(company: Company, sent: Decimal, code: str, day: str | None) -> Decimal:
    """Return the sent rate; without one, or with a client's blank of 0, the company's own for the day."""
    if code == company.home_currency:
        return Decimal(1)
    if sent < 0:
        raise faults.bad_number("ExchangeRate")
    return sent or rates.rate_on(company, code, day or company.today().isoformat())


def _listed(company: Company, code: str) -> list[Row]:
    return company.ledger.tables["CompanyCurrency"].named("Code", code.casefold())


def _code(document: Json) -> str:
    return str((document.get("CurrencyRef") or {}).get("value", ""))

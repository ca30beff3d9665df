"""Exchange rates: what one unit of a currency is worth in the home currency, from a day on.

QuickBooks API reference, ExchangeRate: no id; read by currency and day, set by a post. The vendor also knows rates of
the market; here only a rate that was set counts, from its day until the next one, and 1 where there is none, which is
what QuickBooks books for a document without a rate.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from tieout.sandbox.quickbooks import faults, wire
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.wire import Json

ENTITY: Final = "ExchangeRate"


def rate_on(company: Company, code: str, day: str) -> Decimal:
    """Return how many units of the home currency one unit of `code` is worth on an ISO day."""
    row = _in_force(company, code, day)
    return Decimal(row.read()["Rate"]) if row is not None else Decimal(1)


def shown_on(company: Company, code: str, day: str) -> Row:
    """Return the rate that counts on an ISO day. Raises FaultError: 2060, 2220, 6000."""
    check_enabled(company)
    try:
        day = date.fromisoformat(day).isoformat() if day else company.today().isoformat()
    except ValueError:
        raise faults.bad_date(day, "asofdate") from None
    if not company.trades_in(code):
        raise faults.bad_currency()
    return _in_force(company, code, day) or _unknown(company, code, day)


def all_on(company: Company, day: str) -> Iterator[Row]:
    """Return the rates of all active currencies that count on an ISO day, in the order of their codes."""
    for code in sorted(company.foreign_currencies()):
        yield shown_on(company, code, day)


def save(company: Company, wanted: Json) -> Row:
    """Set a currency's rate from a day on, today by default.

    Raises FaultError: 2020, 2080, 2220, 5010 for a known day with another SyncToken, 6000.
    """
    check_enabled(company)
    for field in ("SourceCurrencyCode", "Rate"):
        if field not in wanted:
            raise faults.missing(field)
    code, day = wanted["SourceCurrencyCode"].upper(), wanted.get("AsOfDate", company.today().isoformat())
    target = wanted.get("TargetCurrencyCode", company.home_currency).upper()
    if target != company.home_currency or code == target or not company.trades_in(code):
        raise faults.bad_currency()
    if wanted["Rate"] <= 0:
        raise faults.bad_number("Rate")
    content = _content(company, code, day, wanted["Rate"])
    row = company.ledger.find(ENTITY, f"{code}:{day}")
    if row is None:
        return company.ledger.add(ENTITY, content, identity=f"{code}:{day}")
    if str(wanted.get("SyncToken", row.token)) != str(row.token):
        raise faults.stale()
    return company.ledger.change(row, content)


def check_enabled(company: Company) -> None:
    """Refuse what only a company with several currencies has. Raises FaultError (6000)."""
    if not company.multi_currency:
        raise faults.business("Multi Currency should be enabled to perform this operation")


def _in_force(company: Company, code: str, day: str) -> Row | None:
    known = company.ledger.tables[ENTITY].named("SourceCurrencyCode", code.casefold())
    return max(
        (row for row in known if row.keys["AsOfDate"] <= day), key=lambda row: row.keys["AsOfDate"], default=None
    )


def _unknown(company: Company, code: str, day: str) -> Row:
    now = wire.unix(company.clock.now())
    unset = Row(ENTITY, f"{code}:{day}", 0, now, now, b"", None, {})
    return company.ledger.filled(unset, _content(company, code, day, Decimal(1)))


def _content(company: Company, code: str, day: str, rate: Decimal) -> Json:
    return {"SourceCurrencyCode": code, "TargetCurrencyCode": company.home_currency, "Rate": rate, "AsOfDate": day}

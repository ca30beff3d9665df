"""A tie-out of a day as a table for a spreadsheet: one row for each open amount, whose sums are the report's."""

import csv
import io

from tieout.proof.aging import Aging

COLUMNS = (
    "as of",
    "where",
    "kind",
    "number",
    "date",
    "month",
    "customer",
    "currency",
    "amount",
    "company's currency",
    "amount in company's currency",
    "reason",
    "HubSpot id",
    "QuickBooks id",
)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def table(as_of: str, aging: Aging) -> str:
    """CSV (RFC 4180) with a row of titles. Amounts are decimal strings, credits negative.

    The last column but four sums up to QuickBooks' report; what that report says beyond the rows is a row of its own
    for each customer. What is only in HubSpot adds nothing. A text that a spreadsheet would run is quoted.
    """
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for one in aging.open:
        what = (one.group.value, one.kind, one.number, one.day, one.day[:7], one.name)
        money = (one.currency, one.amount, aging.currency, one.home)
        rows.writerow([as_of, *map(plain, what), *money, plain(one.reason), one.crm, one.books])
    for customer in aging.customers:
        if customer.difference.strip("-0."):
            money = (aging.currency, customer.difference, aging.currency, customer.difference)
            rows.writerow([as_of, "report", "", "", "", "", plain(customer.name), *money, "unexplained", "", ""])
    return out.getvalue()


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text

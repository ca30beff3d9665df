"""Holds both accounts, read afresh, the tie-out and QuickBooks' A/R report against what is expected."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.checks import Checks
from bench.command import tieout
from bench.expected import Bill, Expected, total
from bench.loading import Bookkeeper, Seller
from bench.vendors import HubSpot, Json, QuickBooks

_READ = (
    "hs_number",
    "hs_amount_billed",
    "hs_balance_due",
    "hs_invoice_status",
    "tieout_state",
    "tieout_reason",
)
_CREDITED = {"credit"}
"""Reasons for which HubSpot's open amount may exceed QuickBooks': it knows of cash alone."""


class Comparison:
    """One comparison, at one moment. when: what the checks' names begin with."""

    def __init__(self, when: str, checks: Checks, expected: Expected, hubspot: HubSpot, quickbooks: QuickBooks) -> None:
        self._when = when
        self._checks = checks
        self._expected = expected
        self._quickbooks = quickbooks
        self._mine = {one["id"]: one["properties"] for one in hubspot.all("invoices", *_READ)}
        self._booked = {one["DocNumber"]: one for one in quickbooks.all("Invoice")}
        self._copied = Counter(one["hs_number"] for one in self._mine.values() if one.get("hs_number"))

    def invoices(self, seller: Seller, bookkeeper: Bookkeeper) -> int:
        """Each invoice on both sides: its total, what is open of it, and that it is there once; how many are not."""
        by_number = {one["hs_number"]: one for one in self._mine.values() if one.get("hs_number")}
        booked_ids = {one["Id"]: one for one in self._booked.values()}
        apart: list[str] = []
        for number, bill in self._expected.home.items():
            issued = self._mine[seller.ids[number]]
            apart += [] if _agree(bill, issued, self._booked.get(issued["hs_number"])) else [number]
        for number, bill in self._expected.abroad.items():
            copy = self._mine[seller.ids[number]] if number in seller.ids else by_number.get(number)
            apart += [] if _agree(bill, copy, booked_ids.get(bookkeeper.ids[number])) else [number]
        self._equal("invoices whose total or balance is not the file's", apart, [])
        count = len(self._expected.home) + len(self._expected.abroad)
        booked = sum(1 for _ in self._quickbooks.all("Invoice"))
        self._equal("invoices in QuickBooks", booked, count)
        self._equal("invoices in HubSpot", len(self._mine), count + len(self._expected.drafts))
        twice = [one for one, times in self._copied.items() if times > 1]
        self._equal("numbers that HubSpot has twice", twice, [])
        return max(booked - count, len(self._mine) - count - len(self._expected.drafts), len(twice))

    def states(self, states: dict[str, int]) -> int:
        """That every invoice has a state, and every draft says what it lacks; how many show nothing."""
        bills = [*self._expected.home.values(), *self._expected.abroad.values()]
        self._equal("invoices with a state", sum(states.values()), len(bills) + len(self._expected.drafts))
        self._equal("invoices in sync", states["in_sync"] + states["warning"], len(bills))
        self._equal("drafts", states["draft"], len(self._expected.drafts))
        silent = [one for one in self._mine.values() if not one.get("tieout_state") or _is_silent_draft(one)]
        self._equal("invoices in HubSpot that show no state or reason", len(silent), 0)
        return len(silent)

    def prove(self, home: Path, shop: str, day: str) -> None:
        """The tie-out as of today, and QuickBooks' own report."""
        proof = tieout(home, "prove", shop, "--as-of", day).answer
        live = self._expected.live()
        ours, theirs = proof["currency"]["GBP"]["crm"], proof["currency"]["GBP"]["books"]
        self._equal("ties out", proof["ties_out"], True)
        for side, found, open_ in (
            ("HubSpot", ours, total(bill.owed for bill in live)),
            ("QuickBooks", theirs, total(bill.balance for bill in live)),
        ):
            self._equal(f"{side}'s invoices", found["invoices"], len(live))
            self._equal(f"{side}'s total", found["total"], str(total(bill.total for bill in live)))
            self._equal(f"{side}'s open amount", found["open"], str(open_))
        credited = total(bill.credited for bill in live)
        exceptions = proof["exceptions"]
        self._equal("amount of the exceptions", total(Decimal(one["amount"]) for one in exceptions), credited)
        self._equal("exceptions but credit notes", {one["reason"] for one in exceptions} - _CREDITED, set())
        receivable = self._expected.receivable()
        self._equal("receivables in the tie-out", proof["aging"]["report"], str(receivable))
        self._equal("receivables in QuickBooks' A/R report", self._quickbooks.owed(), receivable)

    def _equal(self, what: str, found: object, expected: object) -> None:
        self._checks.equal(f"{self._when}: {what}", found, expected)


def _agree(bill: Bill, crm: Json | None, books: Json | None) -> bool:
    """Whether both sides show an invoice as it is to be."""
    if crm is None or books is None:
        return False
    if bill.is_void:
        return bool(crm["hs_invoice_status"] == "voided" and books["TotalAmt"] == 0)
    ours = (Decimal(crm["hs_amount_billed"]), Decimal(crm["hs_balance_due"]))
    return bool(ours == (bill.total, bill.owed) and (books["TotalAmt"], books["Balance"]) == (bill.total, bill.balance))


def _is_silent_draft(properties: dict[str, Any]) -> bool:
    return properties["hs_invoice_status"] == "draft" and not properties.get("tieout_reason")

"""A month of mixed work on both sides: orders, payments, edits, voids and credit notes applied."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import Any

from bench.calls import Edits
from bench.expected import Expected
from bench.loading import Bookkeeper, Receipt, Seller
from bench.sales import AGAIN, Sale
from bench.vendors import HubSpot, Json, QuickBooks

_PENNY = Decimal("0.01")
_FEW = 25
"""So many invoices at most are edited in each way."""


def deal_out(sales: Sequence[Sale], expected: Expected) -> dict[str, Decimal]:
    """What is paid of which invoice: of every three one whole, one by half and none of the third."""
    paid: dict[str, Decimal] = {}
    for sale in sales:
        bill = expected.bill(sale.number)
        amount = (bill.total, (bill.total / 2).quantize(_PENNY, ROUND_HALF_UP), Decimal(0))[sale.turn % 3]
        if amount > 0:
            paid[sale.number] = amount
            bill.cash += amount
    return paid


def receipts(invoices: Sequence[Json], paid: Mapping[str, Decimal]) -> list[Receipt]:
    """Cheques in QuickBooks for what is paid, by invoice id: two invoices of a customer on one cheque."""
    due: dict[str, list[Json]] = {}
    for invoice in invoices:
        if invoice["Id"] in paid:
            due.setdefault(invoice["CustomerRef"]["value"], []).append(invoice)
    pairs = [own[start : start + 2] for own in due.values() for start in range(0, len(own), 2)]
    return [(some, [paid[invoice["Id"]] for invoice in some]) for some in pairs]


class Month:
    """One month's work on accounts that are in sync. All that it does, it notes in `expected`."""

    def __init__(self, seller: Seller, bookkeeper: Bookkeeper, expected: Expected) -> None:
        self._seller = seller
        self._bookkeeper = bookkeeper
        self._expected = expected
        self._touched: set[str] = set()
        self.edits = Edits()
        self.done: dict[str, int] = {}

    def work(self, hubspot: HubSpot, quickbooks: QuickBooks, day: date) -> None:
        """Edit, void, credit and pay; of the month's own orders only pay. Raises VendorRefused."""
        issued = self._seller.issued()
        booked = {one["DocNumber"]: one for one in quickbooks.all("Invoice")}
        home = {number: booked[issued[number]] for number in self._expected.home if issued.get(number) in booked}
        abroad = {number: booked[number] for number in self._expected.abroad if not number.endswith(AGAIN)}
        whole, sold = self._untouched(home), self._untouched(abroad)

        recoded = [self._recoded(home[number]) for number in self._few(whole)]
        quickbooks.update("Invoice", recoded)
        later = [{**home[number], "DueDate": (day + timedelta(days=60)).isoformat()} for number in self._few(whole)]
        quickbooks.update("Invoice", later)
        dunned = {
            self._seller.ids[number]: {"hs_due_date": f"{day.isoformat()}T00:00:00Z"} for number in self._few(whole)
        }
        hubspot.update("invoices", dunned)
        # An unpaid one that stood in QuickBooks too when both were made a pair is QuickBooks', and void there alone.
        voided = self._few([number for number in whole if number not in self._bookkeeper.ids])
        hubspot.update("invoices", {self._seller.ids[number]: {"hs_invoice_status": "voided"} for number in voided})
        withdrawn = self._few(sold)
        quickbooks.void("Invoice", [abroad[number] for number in withdrawn])
        for number in (*voided, *withdrawn):
            self._expected.bill(number).is_void = True
        # What somebody has in HubSpot as an invoice of its own is repriced by nobody but the seller.
        repriced = self._few([number for number in sold if number not in self._seller.ids])
        quickbooks.update("Invoice", [self._repriced(number, abroad[number]) for number in repriced])
        credited = self._credit(quickbooks, home, day)

        open_ = {number: invoice for number, invoice in home.items() if number not in self._touched}
        paid = self._pay({number: one for number, one in open_.items() if one["Balance"] > 0})
        by_id = {home[number]["Id"]: amount for number, amount in paid.items()}
        cheques = receipts(list(home.values()), by_id)
        self._bookkeeper.receive(cheques, day)
        to_hubspot = len(later) + len(repriced) + len(withdrawn)
        self.edits = Edits(to_quickbooks=len(dunned), to_hubspot=to_hubspot, voids=len(voided))
        self.done = {
            "recoded": len(recoded),
            "due dates in QuickBooks": len(later),
            "due dates in HubSpot": len(dunned),
            "voided": len(voided) + len(withdrawn),
            "repriced": len(repriced),
            "credits applied": credited,
            "cheques": len(cheques),
            "payments": len(paid),
        }

    def _untouched(self, invoices: Mapping[str, Json]) -> list[str]:
        """Numbers of invoices on which nothing was paid yet."""
        return [number for number, one in invoices.items() if one["Balance"] == one["TotalAmt"] > 0]

    def _few(self, numbers: Sequence[str]) -> list[str]:
        most = min(_FEW, max(1, len(numbers) // 6))
        few = list(islice((number for number in numbers if number not in self._touched), most))
        self._touched.update(few)
        return few

    def _recoded(self, invoice: Json) -> Json:
        """The same with other words on its lines, which nobody but the bookkeeper has a say in."""
        lines = [
            {**line, "Description": "Recoded"} if "SalesItemLineDetail" in line else line for line in invoice["Line"]
        ]
        return {**invoice, "Line": lines}

    def _repriced(self, number: str, invoice: Json) -> Json:
        """The same with one piece more on its first line."""
        first, *rest = invoice["Line"]
        detail: dict[str, Any] = first["SalesItemLineDetail"]
        more = detail["Qty"] + 1
        amount = (more * detail["UnitPrice"]).quantize(_PENNY, ROUND_HALF_UP)
        self._expected.bill(number).total += amount - first["Amount"]
        return {**invoice, "Line": [{**first, "Amount": amount, "SalesItemLineDetail": {**detail, "Qty": more}}, *rest]}

    def _credit(self, quickbooks: QuickBooks, home: Mapping[str, Json], day: date) -> int:
        """Apply credit notes to open invoices of the same customer."""
        memos = {one["CustomerRef"]["value"]: one for one in quickbooks.all("CreditMemo") if one["Balance"] > 0}
        count = 0
        for number, invoice in home.items():
            memo = memos.get(invoice["CustomerRef"]["value"])
            if memo is None or count == _FEW or number in self._touched or invoice["Balance"] <= 0:
                continue
            del memos[invoice["CustomerRef"]["value"]]
            amount = min(memo["Balance"], invoice["Balance"])
            self._bookkeeper.credit(memo, invoice, amount, day)
            self._expected.bill(number).credited += amount
            self._expected.credits[memo["DocNumber"]] -= amount
            self._touched.add(number)
            count += 1
        return count

    def _pay(self, invoices: Mapping[str, Json]) -> dict[str, Decimal]:
        """Of every two open invoices, the whole of what one still asks."""
        paid = {number: one["Balance"] for place, (number, one) in enumerate(invoices.items()) if place % 2}
        for number, amount in paid.items():
            self._expected.bill(number).cash += amount
        return paid

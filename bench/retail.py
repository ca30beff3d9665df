"""Syncs a retailer's invoices and compares every total with the file: `bench/retail FILE [--from DAY --to DAY]`.

Loads the sales of some days through the vendors' public APIs, syncs for the first time, ties out, syncs again; then
a further day of sales and payments for a part of the invoices, synced and tied out in turn. Prints a table on standard
error and one JSON document on standard output; exits 1 if anything is not as the file says.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench import calls, sales
from bench.checks import Checks
from bench.command import Ran, sandbox, set_index_lag, tieout
from bench.loading import Bookkeeper, Seller
from bench.sums import Sums, sums
from bench.vendors import HubSpot, Json, QuickBooks

FIRST_DAY, LAST_DAY = date(2010, 12, 1), date(2010, 12, 31)
SHOP = "shop"
SETTINGS = ("start_date=all", "income_account=Sales of Product Income", "untaxed_code=No VAT")
_OVERLAP = 6.0
"""Seconds after which no feed of Tieout's asks for a change once more, the index lag aside."""
_PENNY = Decimal("0.01")


class Run(NamedTuple):
    """What a run found. sync: the first one, as a process."""

    checks: Checks
    figures: dict[str, Any]


def run(path: Path, first: date, last: date, *, lag: float = 2.0, then: bool = True) -> Run:
    """Load, sync and compare.

    lag: of HubSpot's search index, in seconds. then: with the further day, the payments and the syncs that follow.
    """
    with tempfile.TemporaryDirectory() as folder, sandbox("--company", "uk", "--no-quotas") as sign_in:
        set_index_lag(sign_in, lag)
        home = Path(folder) / "home"
        shop = Shop(home, sign_in)
        shop.load(sales.read(path, first, last))
        shop.connect(Path(folder) / "sign-in.json")
        expected = sums(path, first.isoformat(), last.isoformat())
        shop.first_sync(expected)
        shop.second_sync()
        if then:
            further = sales.next_day(path, last)
            if further is not None:
                shop.load(sales.read(path, further, further))
            shop.pay(further or last)
            shop.later_sync(sums(path, first.isoformat(), (further or last).isoformat()))
        return Run(shop.checks, shop.figures)


class Shop:
    """One retailer: both accounts, their seller and bookkeeper, and Tieout between them."""

    def __init__(self, home: Path, sign_in: dict[str, Any]) -> None:
        self._home = home
        self._sign_in = sign_in
        self._hubspot, self._quickbooks = HubSpot(sign_in["hubspot"]), QuickBooks(sign_in["quickbooks"])
        self._seller, self._bookkeeper = Seller(self._hubspot), Bookkeeper(self._quickbooks)
        self._paid: dict[str, Decimal] = {}
        self.checks = Checks()
        self.figures: dict[str, Any] = {}

    def load(self, sold: Sequence[sales.Sale]) -> None:
        """Have seller and bookkeeper type sales in."""
        self._seller.sell(sold)
        self._bookkeeper.book(sold)

    def connect(self, file: Path) -> None:
        """Connect both accounts and set what the shop needs."""
        file.write_bytes(msgspec.json.encode(self._sign_in))
        tieout(self._home, "connect", SHOP, "--from", str(file))
        tieout(self._home, "set", SHOP, *SETTINGS)

    def first_sync(self, expected: Sums) -> None:
        """Sync until quiet, and hold the totals against the file."""
        self._let_rest()
        before = calls.Counts.of(self._hubspot, self._quickbooks, self._seller.lines)
        ran, made = self._sync("--auto-match")
        after = calls.Counts.of(self._hubspot, self._quickbooks, self._seller.lines)
        least = calls.first_sync(before, after)
        self.checks.equal("calls reported", sum(ran.answer["calls"].values()), len(made))
        self.figures |= {
            "invoices": len(expected.home),
            "drafts": len(expected.drafts),
            "lines": self._seller.lines,
            "first_sync": {
                "seconds": round(ran.seconds, 1),
                "cpu_seconds": round(ran.cpu_seconds, 1),
                "peak_mb": round(ran.peak_bytes / 1e6, 1),
                "passes": ran.answer["passes"],
                "operations": ran.answer["operations"],
                "states": ran.answer["states"],
                "invoices_per_second": round(len(expected.home) / ran.seconds, 1),
            },
            "calls": {
                "made": len(made),
                "least": sum(term.calls for term in least),
                "ratio": round(len(made) / sum(term.calls for term in least), 3),
                "terms": [term._asdict() for term in least],
                "by_path": calls.by_path(made),
            },
        }
        self._compare("first", ran, expected)

    def second_sync(self) -> None:
        """Sync again, which must write nothing, and count the calls of one idle check."""
        self._let_rest()
        ran, _ = self._sync("--auto-match")
        self.figures["writes_of_second_sync"] = writes = _writes(ran)
        self.checks.equal("writes of a second sync", writes, 0)
        mark = self._mark()
        tieout(self._home, "sync", SHOP)
        self.figures["idle_calls"] = len(self._since(mark))

    def pay(self, day: date) -> None:
        """Pay of every three customers an invoice of one whole, of one in half, two of the third with one cheque."""
        owed: dict[str, list[Json]] = {}
        for invoice in self._quickbooks.all("Invoice"):
            if invoice["Balance"] > 0 and invoice["Id"] not in self._bookkeeper.numbers.values():
                owed.setdefault(invoice["CustomerRef"]["value"], []).append(invoice)
        payments: list[tuple[Sequence[Json], Sequence[Decimal]]] = []
        for place, invoices in enumerate(owed.values()):
            paid = invoices[:2] if place % 3 == 2 else invoices[:1]
            share = 2 if place % 3 == 1 else 1
            amounts = [(invoice["Balance"] / share).quantize(_PENNY) for invoice in paid]
            payments.append((paid, amounts))
            self._paid |= {invoice["DocNumber"]: amount for invoice, amount in zip(paid, amounts, strict=True)}
        self._bookkeeper.receive(payments, day)
        self.figures["payments"] = {"made": len(payments), "settlements": len(self._paid)}

    def later_sync(self, expected: Sums) -> None:
        """Sync the further day and the payments, and hold the totals against the file."""
        ran, _ = self._sync("--auto-match")
        self._compare("later", ran, expected)
        self.figures["later_sync"] = {"seconds": round(ran.seconds, 1), "operations": ran.answer["operations"]}
        ran, _ = self._sync("--auto-match")
        self.checks.equal("writes of the sync after", _writes(ran), 0)

    def _let_rest(self) -> None:
        """Wait until nothing is so new that a feed would read it a second time."""
        time.sleep(max(3 * self._sign_in["hubspot"]["index_lag_seconds"], _OVERLAP))

    def _sync(self, *arguments: str) -> tuple[Ran, list[Json]]:
        mark = self._mark()
        ran = tieout(self._home, "sync", SHOP, "--until-quiet", *arguments)
        return ran, self._since(mark)

    def _mark(self) -> tuple[int, int]:
        logs = (self._hubspot.caller.log(), self._quickbooks.caller.log())
        return logs[0][-1]["seq"] if logs[0] else 0, logs[1][-1]["seq"] if logs[1] else 0

    def _since(self, mark: tuple[int, int]) -> list[Json]:
        return self._hubspot.caller.log(mark[0]) + self._quickbooks.caller.log(mark[1])

    def _compare(self, when: str, ran: Ran, expected: Sums) -> None:
        """Hold both accounts, read afresh, and the tie-out against what the file says."""
        failures = tieout(self._home, "failures", SHOP).answer
        listed = {one["record"]["id"] for one in failures if one["kind"] == "invoice"}
        mine = {one["id"]: one["properties"] for one in self._hubspot.all("invoices", *_READ)}
        booked = {one["DocNumber"]: one for one in self._quickbooks.all("Invoice")}
        check = self.checks
        apart, missing = [], []
        for number, total in expected.home.items():
            id_ = self._seller.numbers[number]
            issued, copy = mine[id_], booked.get(mine[id_]["hs_number"])
            paid = self._paid.get(issued["hs_number"], Decimal(0))
            if id_ in listed:
                missing.append(number)
                continue
            ours = (Decimal(issued["hs_amount_billed"]), Decimal(issued["hs_balance_due"]))
            theirs = None if copy is None else (copy["TotalAmt"], copy["Balance"])
            if not ours == theirs == (total, total - paid):
                apart.append(number)
        check.equal(f"{when}: invoices whose total or balance is not the file's", apart, [])
        states = ran.answer["states"]["invoice"]
        check.equal(
            f"{when}: invoices in sync or listed",
            states["in_sync"] + states["warning"] + len(missing),
            len(expected.home),
        )
        check.equal(f"{when}: drafts", states["draft"], len(expected.drafts))
        silent = [one for one in mine.values() if one["hs_invoice_status"] == "draft" and not one.get("tieout_reason")]
        check.equal(f"{when}: drafts that do not say what they lack", len(silent), 0)
        self._prove(when, expected)
        self.figures[f"{when}_failures"] = len(failures)

    def _prove(self, when: str, expected: Sums) -> None:
        proof = tieout(self._home, "prove", SHOP).answer
        pounds, check = proof["currency"]["GBP"], self.checks
        home, abroad = sum(expected.home.values()), sum(expected.abroad.values())
        paid = sum(self._paid.values())
        check.equal(f"{when}: ties out", proof["ties_out"], True)
        check.equal(f"{when}: HubSpot's invoices", pounds["crm"]["invoices"], len(expected.home))
        check.equal(f"{when}: HubSpot's total", pounds["crm"]["total"], str(home))
        check.equal(f"{when}: HubSpot's open amount", pounds["crm"]["open"], str(home - paid))
        check.equal(
            f"{when}: QuickBooks' invoices", pounds["books"]["invoices"], len(expected.home) + len(expected.abroad)
        )
        check.equal(f"{when}: QuickBooks' total", pounds["books"]["total"], str(home + abroad))
        check.equal(f"{when}: QuickBooks' open amount", pounds["books"]["open"], str(home + abroad - paid))
        excepted = sum(Decimal(one["amount"]) for one in proof["exceptions"])
        check.equal(
            f"{when}: exceptions",
            {one["reason"] for one in proof["exceptions"]},
            {"made_in_quickbooks"} if abroad else set(),
        )
        check.equal(f"{when}: amount of the exceptions", excepted, abroad)
        given_back = sum(one["TotalAmt"] for one in self._quickbooks.all("CreditMemo"))
        check.equal(f"{when}: credit notes", given_back, sum(expected.credits.values()))


_READ = (
    "hs_number",
    "hs_amount_billed",
    "hs_balance_due",
    "hs_invoice_status",
    "tieout_state",
    "tieout_reason",
)


def _writes(ran: Ran) -> int:
    return sum(sum(side.values()) for side in ran.answer["operations"].values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it from the command line. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="bench/retail", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="the retailer's sales, as CSV, plain or compressed with xz")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=FIRST_DAY, metavar="DAY")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=LAST_DAY, metavar="DAY")
    parser.add_argument("--index-lag", dest="lag", type=float, default=2.0, metavar="SECONDS")
    given = parser.parse_args(arguments)
    if not given.file.is_file():
        parser.error(f"{given.file} is no file.")
    if not sales.read(given.file, given.first, given.last):
        parser.error(f"{given.file} has no sales from {given.first} to {given.last}.")
    found = run(given.file, given.first, given.last, lag=given.lag)
    sys.stderr.write(found.checks.table())
    document = found.figures | {"checks": found.checks.document(), "ok": found.checks.hold()}
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
    return 0 if found.checks.hold() else 1


if __name__ == "__main__":
    sys.exit(main())

"""Syncs a retailer's invoices both ways and compares every total with the file: `bench/retail FILE [--from --to]`.

Loads the sales of some days through the vendors' public APIs: those at home in HubSpot, those abroad and all credit
notes in QuickBooks, customers and a tenth of the invoices on both sides, payments for two thirds. Takes over what was
typed in twice, syncs for the first time, ties out, syncs again; then a month of mixed work, synced and tied out in
turn. Prints a table on standard error and one JSON document on standard output; exits 1 if anything is not as the file
says.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench import calls, pages, sales
from bench.checks import Checks
from bench.command import Ran, sandbox, set_index_lag, tieout
from bench.comparing import Comparison
from bench.expected import Expected
from bench.loading import Bookkeeper, Seller
from bench.month import Month, deal_out, receipts
from bench.sales import Sale
from bench.sums import sums
from bench.vendors import HubSpot, Json, QuickBooks

FIRST_DAY, DECEMBER, LAST_DAY = date(2010, 12, 1), date(2010, 12, 31), date(2011, 7, 31)
SHOP = "shop"
SETTINGS = (
    "start_date=all",
    "income_account=Sales of Product Income",
    "untaxed_code=No VAT",
    "show_quickbooks_invoices=true",
    "book_hubspot_payments=true",
)
REST = 65.0
"""Before its first read Tieout does not know HubSpot's clock, and takes the last minute's records for changes."""
_OVERLAP = 6.0
"""Seconds after which no feed of Tieout's asks for a change once more, the index lag aside."""
_MONTH = timedelta(days=31)
_READS = 1
"""How often both sides are read completely: by the take-over; the audit looks at a copy of that."""


class Run(NamedTuple):
    """What a run found. sync: the first one, as a process."""

    checks: Checks
    figures: dict[str, Any]


def run(
    path: Path, first: date, last: date, *, lag: float = 2.0, rest: float = REST, then: bool = True, times: int = 0
) -> Run:
    """Load, sync and compare.

    lag: of HubSpot's search index, in seconds. rest: so many seconds lie between loading and the first read.
    then: with the month of mixed work and the syncs that follow. times: how often each page is asked for in the end.
    """
    with tempfile.TemporaryDirectory() as folder, sandbox("--company", "uk", "--no-quotas") as sign_in:
        set_index_lag(sign_in, lag)
        shop = Shop(Path(folder) / "home", sign_in)
        sold = shop.open(path, first, last)
        shop.connect(Path(folder) / "sign-in.json")
        shop.first_sync(rest)
        shop.second_sync()
        if then:
            since = max(first, last - _MONTH + timedelta(days=1))
            shop.expected.add(sums(path, since.isoformat(), last.isoformat()), sales.AGAIN)
            shop.a_month(sales.repeated([sale for sale in sold if sale.day >= since], _MONTH))
        if times:
            shop.show(times)
        return Run(shop.checks, shop.figures)


class Shop:
    """One retailer: both accounts, their seller and bookkeeper, and Tieout between them."""

    def __init__(self, home: Path, sign_in: dict[str, Any]) -> None:
        self._home = home
        self._sign_in = sign_in
        self._hubspot, self._quickbooks = HubSpot(sign_in["hubspot"]), QuickBooks(sign_in["quickbooks"])
        self._seller, self._bookkeeper = Seller(self._hubspot), Bookkeeper(self._quickbooks)
        self._today = datetime.now(UTC).date()
        self._settled = calls.Counts({}, {}, {})
        self.expected = Expected()
        self.checks = Checks()
        self.figures: dict[str, Any] = {}

    def open(self, path: Path, first: date, last: date) -> list[Sale]:
        """Have seller and bookkeeper type in what was sold, some of it on both sides, and what was paid; return it."""
        sold = sales.read(path, first, last)
        self.expected.add(sums(path, first.isoformat(), last.isoformat()))
        customers = [sale.customer for sale in sold]
        self._seller.introduce(customers)
        self._bookkeeper.introduce(customers)
        self._sell(sold)
        twice = [sale for sale in sold if sale.is_on_both]
        self._seller.sell([sale for sale in twice if sale.is_sold_abroad])
        self._bookkeeper.book([sale for sale in twice if sale.is_sold_at_home], self._seller.issued())
        self._pay(sold)
        return sold

    def connect(self, file: Path) -> None:
        """Connect both accounts, set what the shop needs, and take over what is certainly the same."""
        file.write_bytes(msgspec.json.encode(self._sign_in))
        tieout(self._home, "connect", SHOP, "--from", str(file))
        tieout(self._home, "set", SHOP, *SETTINGS)

    def first_sync(self, rest: float) -> None:
        """Sync until quiet, and hold the totals against the file."""
        self._let_rest(rest)
        before = self._counted()
        mark = self._mark()
        taken = tieout(self._home, "audit", SHOP, "--take-over")
        audited = self._since(mark)
        ran, made = self._sync("--auto-match")
        asked = self._same_ones()
        again, more = self._sync("--auto-match") if asked else (ran, [])
        self.checks.equal("calls reported", sum(ran.answer["calls"].values()), len(made))
        self._settled = self._counted()
        least = calls.first_sync(before, self._settled, reads=_READS)
        self.figures |= {
            "invoices": len(self.expected.home) + len(self.expected.abroad),
            "drafts": len(self.expected.drafts),
            "lines": self._seller.lines,
            "audit": {
                "seconds": round(taken.seconds, 1),
                "cpu_seconds": round(taken.cpu_seconds, 1),
                "peak_mb": round(taken.peak_bytes / 1e6, 1),
                "taken_over": taken.answer["taken_over"],
                "calls": len(audited),
            },
            "asked": asked,
            "first_sync": {
                "seconds": round(ran.seconds, 1),
                "cpu_seconds": round(ran.cpu_seconds, 1),
                "peak_mb": round(max(ran.peak_bytes, again.peak_bytes) / 1e6, 1),
                "passes": ran.answer["passes"],
                "operations": ran.answer["operations"],
                "states": again.answer["states"],
                "invoices_per_second": round(self.figures_of(ran), 1),
            },
            "calls": _figures([*audited, *made, *more], least),
        }
        self._compare("first", again)

    def figures_of(self, ran: Ran) -> float:
        """Invoices by second."""
        return (len(self.expected.home) + len(self.expected.abroad)) / ran.seconds

    def second_sync(self) -> None:
        """Sync again, which must write nothing, and count the calls of one idle check."""
        self._let_rest()
        ran, _ = self._sync("--auto-match")
        self.figures["writes_of_second_sync"] = writes = _writes(ran)
        self.checks.equal("writes of a second sync", writes, 0)
        mark = self._mark()
        tieout(self._home, "sync", SHOP)
        self.figures["idle_calls"] = len(self._since(mark))

    def a_month(self, sold: Sequence[Sale]) -> None:
        """Work on both sides for a month, sync it, and hold the totals against the file."""
        self._sell(sold)
        self._pay(sold)
        month = Month(self._seller, self._bookkeeper, self.expected)
        month.work(self._hubspot, self._quickbooks, self._today)
        self._let_rest()
        before = self._counted()
        ran, made = self._sync("--auto-match")
        least = calls.later_sync(self._settled, before, self._counted(), month.edits)
        self.figures["month"] = month.done | {
            "invoices": sum(not sale.is_draft and not sale.is_credit for sale in sold),
            "seconds": round(ran.seconds, 1),
            "passes": ran.answer["passes"],
            "operations": ran.answer["operations"],
            "calls": _figures(made, least),
        }
        self._compare("month", ran)
        self._let_rest()
        ran, _ = self._sync("--auto-match")
        self.checks.equal("writes of the sync after", _writes(ran), 0)

    def show(self, times: int) -> None:
        """Time every page as it stands then, and note the slowest."""
        timed = pages.run(self._home, times)
        slowest = max(timed, key=lambda one: one.ninety_fifth)
        self.figures["pages"] = {"count": len(timed), "slowest": slowest._asdict()}

    def _sell(self, sold: Sequence[Sale]) -> None:
        self._seller.sell([sale for sale in sold if sale.is_sold_at_home or sale.is_draft])
        self._bookkeeper.book([sale for sale in sold if sale.is_sold_abroad or sale.is_credit], {})

    def _pay(self, sold: Sequence[Sale]) -> None:
        """Payments for two thirds, where the invoice was made."""
        at_home = deal_out([sale for sale in sold if sale.is_sold_at_home], self.expected)
        self._seller.receive(at_home, self._today)
        abroad = deal_out([sale for sale in sold if sale.is_sold_abroad], self.expected)
        by_id = {self._bookkeeper.ids[number]: amount for number, amount in abroad.items()}
        self._bookkeeper.receive(receipts(list(self._quickbooks.all("Invoice")), by_id), self._today)

    def _same_ones(self) -> int:
        """Say of what could be the same invoice that it is; returns of how many."""
        asked = 0
        for cause in ("possible_duplicate", "possible_duplicate_in_hubspot"):
            failures = tieout(self._home, "failures", SHOP).answer
            due = [one["id"] for one in failures if one["cause"] == cause and one["kind"] == "invoice"]
            if due:
                fix = ("fix", SHOP, due[0], "use_existing", "--all-with-cause")
                asked += len(tieout(self._home, *fix).answer["failures"])
                break
        return asked

    def _counted(self) -> calls.Counts:
        return calls.Counts.of(self._hubspot, self._quickbooks)

    def _let_rest(self, seconds: float = _OVERLAP) -> None:
        """Wait until nothing is so new that a feed would read it a second time."""
        time.sleep(max(3 * self._sign_in["hubspot"]["index_lag_seconds"], seconds))

    def _sync(self, *arguments: str) -> tuple[Ran, list[Json]]:
        mark = self._mark()
        ran = tieout(self._home, "sync", SHOP, "--until-quiet", *arguments)
        return ran, self._since(mark)

    def _mark(self) -> tuple[int, int]:
        logs = (self._hubspot.caller.log(), self._quickbooks.caller.log())
        return logs[0][-1]["seq"] if logs[0] else 0, logs[1][-1]["seq"] if logs[1] else 0

    def _since(self, mark: tuple[int, int]) -> list[Json]:
        return self._hubspot.caller.log(mark[0]) + self._quickbooks.caller.log(mark[1])

    def _compare(self, when: str, ran: Ran) -> None:
        """Hold both accounts, read afresh, and the tie-out against what the file says."""
        comparison = Comparison(when, self.checks, self.expected, self._hubspot, self._quickbooks)
        doubled = comparison.invoices(self._seller, self._bookkeeper)
        silent = comparison.states(ran.answer["states"]["invoice"])
        self.figures["doubled"] = self.figures.get("doubled", 0) + doubled
        self.figures["silent"] = self.figures.get("silent", 0) + silent
        comparison.prove(self._home, SHOP, self._today.isoformat())
        failures = tieout(self._home, "failures", SHOP).answer
        self.figures[f"{when}_failures"] = sorted((one["kind"], one["cause"]) for one in failures)[:20]


def _figures(made: Sequence[Json], least: Sequence[calls.Term]) -> dict[str, Any]:
    fewest = sum(term.calls for term in least)
    return {
        "made": len(made),
        "least": fewest,
        "ratio": round(len(made) / fewest, 3),
        "terms": [term._asdict() for term in least],
        "by_path": calls.by_path(made),
    }


def _writes(ran: Ran) -> int:
    return sum(sum(side.values()) for side in ran.answer["operations"].values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it from the command line. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="bench/retail", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="the retailer's sales, as CSV, plain or compressed with xz")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=FIRST_DAY, metavar="DAY")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=DECEMBER, metavar="DAY")
    parser.add_argument("--index-lag", dest="lag", type=float, default=2.0, metavar="SECONDS")
    parser.add_argument("--rest", type=float, default=REST, metavar="SECONDS")
    parser.add_argument("--pages", dest="times", type=int, default=0, metavar="TIMES", help="also time every page")
    given = parser.parse_args(arguments)
    if not given.file.is_file():
        parser.error(f"{given.file} is no file.")
    if not sales.read(given.file, given.first, given.last):
        parser.error(f"{given.file} has no sales from {given.first} to {given.last}.")
    found = run(given.file, given.first, given.last, lag=given.lag, rest=given.rest, times=given.times)
    sys.stderr.write(found.checks.table())
    document = found.figures | {"checks": found.checks.document(), "ok": found.checks.hold()}
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
    return 0 if found.checks.hold() else 1


if __name__ == "__main__":
    sys.exit(main())

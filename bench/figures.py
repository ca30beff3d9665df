"""What Tieout costs: CPU for an invoice, memory, the start of the demo. Each function measures one figure."""

import os
import re
import signal
import subprocess
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench import retail, sales
from bench.command import ROOT, sandbox, tieout
from bench.loading import Bookkeeper, Seller
from bench.sales import HOME, Line, Sale
from bench.vendors import HubSpot, QuickBooks

_INVOICES, _LINES, _CUSTOMERS, _ITEMS = 500, 20, 100, 300
_ABROAD = "France"


def cpu_milliseconds_per_invoice() -> dict[str, float]:
    """User and system time of a first sync of invoices with 20 lines, less that of a sync of nothing, for each.

    By where the invoices were made: `hubspot`, and `quickbooks`, of which HubSpot gets copies.
    """
    idle = _synced([])
    spent = {
        "hubspot": _synced([_sale(place, HOME) for place in range(_INVOICES)]) - idle,
        "quickbooks": _synced([_sale(place, _ABROAD) for place in range(_INVOICES)]) - idle,
    }
    return {side: round(1000 * seconds / _INVOICES, 1) for side, seconds in spent.items()}


def _sale(place: int, country: str) -> Sale:
    lines = tuple(
        Line(f"SKU{item}", f"Article {item}", Decimal(1 + item % 7), Decimal(199 + item).scaleb(-2))
        for item in ((place * 7 + offset * 13) % _ITEMS for offset in range(_LINES))
    )
    return Sale(str(900000 + place), date(2026, 1, 1 + place % 28), str(20000 + place % _CUSTOMERS), country, lines)


def _synced(sold: list[Sale]) -> float:
    with TemporaryDirectory() as folder, sandbox("--company", "uk", "--no-quotas") as sign_in:
        seller, bookkeeper = Seller(HubSpot(sign_in["hubspot"])), Bookkeeper(QuickBooks(sign_in["quickbooks"]))
        seller.introduce([sale.customer for sale in sold])
        seller.sell([sale for sale in sold if sale.is_sold_at_home])
        bookkeeper.book([sale for sale in sold if sale.is_sold_abroad], {})
        file, home = Path(folder) / "sign-in.json", Path(folder) / "home"
        file.write_bytes(msgspec.json.encode(sign_in))
        tieout(home, "connect", retail.SHOP, "--from", str(file))
        tieout(home, "set", retail.SHOP, *retail.SETTINGS)
        return tieout(home, "sync", retail.SHOP, "--until-quiet", "--auto-match").cpu_seconds


def half(path: Path, first: date, last: date) -> retail.Run:
    """The first two syncs of the days in which the first half of the lines was sold."""
    return retail.run(path, first, sales.middle(path, first, last), then=False)


def causes() -> tuple[int, int, int, int]:
    """How many causes there are, are provoked by a test, can be foreseen, and are foreseen by a test.

    From docs/causes.md, which a test of the catalogue holds to the marks of the tests.
    """
    text = (ROOT / "docs" / "causes.md").read_text()
    rows = re.findall(r"^\| `\w+`<br>[^|]*\|([^|]*)\|([^|]*)\|", text, re.MULTILINE)
    ways = [way for _, cell in rows if (way := cell.strip()) != "no"]
    foreseen = [way for way in ways if way and not way.endswith(":")]
    return len(rows), sum("](" in provoked for provoked, _ in rows), len(ways), len(foreseen)


def demo_seconds() -> float:
    """From `make demo` to the address on the terminal, packages installed."""
    begun = time.monotonic()
    process = subprocess.Popen(["make", "demo"], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        for line in process.stdout or ():
            if "http://" in line:
                return round(time.monotonic() - begun, 1)
        raise RuntimeError(f"make demo ended with {process.wait()} and printed no address.")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait()


def simulated(seeds: int) -> tuple[bool, str]:
    """Whether the simulation plays so many seeds without a violation, and its last line."""
    ran = subprocess.run(
        ["make", "--silent", "simulate", f"SEEDS={seeds}"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    return ran.returncode == 0, ran.stdout.strip().rpartition("\n")[2]

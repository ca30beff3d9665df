"""The time of a first sync under the vendors' real quotas, against the least that they allow: `python -m bench.quotas`.

Sales are loaded into sandboxes without quotas, which then start again with them; nothing but the sync runs in between.
The clock is the machine's, so that whatever Tieout computes counts as well.

The least: nothing is created before both sides were read, and nothing is told before it was written; within each of
these phases both vendors' quotas run side by side. What Tieout leaves of a quota to people is stated in
`src/tieout/quickbooks/limits.py` and `src/tieout/hubspot/limits.py`: a tenth.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench import calls, retail
from bench.command import sandbox, set_index_lag, tieout
from bench.vendors import HubSpot, QuickBooks

_LAG = 2.0
_PHASES = (
    ("HubSpot: set-up", "HubSpot: lists", "HubSpot: lines", "QuickBooks: lists"),
    ("QuickBooks: creations", "QuickBooks: safety reads", "HubSpot: copies", "HubSpot: safety reads"),
    ("QuickBooks: balances", "HubSpot: annotations", "HubSpot: searches", "HubSpot: re-reads", "QuickBooks: changes"),
)
_RATES = {
    "HubSpot": 190 / 10 * 0.9,
    "HubSpot: searches": 5 * 0.8,
    "QuickBooks": 500 / 60 * 0.9,
    "QuickBooks: lists": 40 / 60 * 0.9,
    "QuickBooks: creations": 40 / 60 * 0.9,
}
"""Calls a second, after the reserve: of a vendor, and of terms that have a quota of their own."""


class Pace(NamedTuple):
    """How long a first sync took, and the least. calls: made. refused: those answered with 429."""

    seconds: float
    least: float
    cpu_seconds: float
    calls: int
    refused: int


def least_seconds(terms: Iterable[calls.Term]) -> float:
    """The shortest time in which calls can be made."""
    made = {term.what: term.calls for term in terms}
    total = 0.0
    for phase in _PHASES:
        spent: dict[str, float] = {}
        for what in phase:
            bucket = what if what in _RATES else what.partition(":")[0]
            spent[bucket] = spent.get(bucket, 0.0) + made[what] / _RATES[bucket]
        total += max(spent.values())
    return total


def measure(path: Path, first: date, last: date) -> Pace:
    """Sync the sales of the days `first` to `last` under quotas."""
    with tempfile.TemporaryDirectory() as folder:
        state, home, file = (Path(folder) / name for name in ("state", "home", "sign-in.json"))
        company = ("--company", "uk", "--state", str(state))
        with sandbox(*company, "--no-quotas") as sign_in:
            set_index_lag(sign_in, _LAG)
            retail.Shop(home, sign_in).open(path, first, last)
            before = calls.Counts.of(HubSpot(sign_in["hubspot"]), QuickBooks(sign_in["quickbooks"]))
        with sandbox(*company) as sign_in:
            file.write_bytes(msgspec.json.encode(sign_in))
            tieout(home, "connect", retail.SHOP, "--from", str(file))
            tieout(home, "set", retail.SHOP, *retail.SETTINGS)
            ran = tieout(home, "sync", retail.SHOP, "--until-quiet", "--auto-match")
            log = HubSpot(sign_in["hubspot"]).caller.log() + QuickBooks(sign_in["quickbooks"]).caller.log()
        with sandbox(*company, "--no-quotas") as sign_in:
            after = calls.Counts.of(HubSpot(sign_in["hubspot"]), QuickBooks(sign_in["quickbooks"]))
        refused = sum(entry["status"] == 429 for entry in log)
        least = least_seconds(calls.first_sync(before, after, reads=1))
        return Pace(ran.seconds, least, ran.cpu_seconds, len(log), refused)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure from the command line. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.quotas")
    parser.add_argument("file", type=Path)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=retail.FIRST_DAY, metavar="DAY")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=retail.DECEMBER, metavar="DAY")
    given = parser.parse_args(arguments)
    found = measure(given.file, given.first, given.last)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(found._asdict()), indent=2).decode() + "\n")
    return 0 if found.seconds <= 1.15 * found.least and not found.refused else 1


if __name__ == "__main__":
    sys.exit(main())

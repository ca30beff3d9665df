"""Measures everything and writes bench/RESULTS.md: `python -m bench [FILE] [--seeds N] [--sets FOLDER]`.

FILE: the retailer's sales (see `bench.sales`), else what TIEOUT_RETAIL names. Without it only those figures are
measured that need none, and RESULTS.md stays as it is. --seeds: also play so many seeds of the simulation (an hour of
one core plays some 5,000). --sets: where the downloads of the labelled lists are, or go (see `bench.labelled`).
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from bench import figures, matching, retail
from bench.calls import Term
from bench.labelled import CACHE, NoDownload
from bench.results import Figure, page

_PAGE = Path(__file__).parent / "RESULTS.md"
_NOTES = """\
- Totals are compared invoice by invoice, and in sum, with the file's own rows, added up by `bench/sums.py`; what is
  compared are HubSpot's and QuickBooks' own answers, and the tie-out's.
- Calls are counted in the sandboxes' logs.
- CPU is that of the `tieout sync` process, user and system, with SQLite's durable commits: 500 invoices of 20 lines,
  with 100 customers and 300 items that QuickBooks does not have yet, less a sync of nothing.
- Memory is the peak of resident memory of the first `tieout sync`, as the kernel saw it. The first half of December
  are the days until the 8th, with 46 % of its lines.
- Matching: shares with their 95 % interval (Wilson). [What was found](../docs/matching.md) says which fields were used.
"""


def main(arguments: list[str]) -> int:
    """Measure. Returns the exit code: 1 if a figure is not reached or a total is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("file", nargs="?", default=os.environ.get("TIEOUT_RETAIL", ""))
    parser.add_argument("--seeds", type=int, default=0)
    parser.add_argument("--sets", type=Path, default=CACHE)
    given = parser.parse_args(arguments)
    rows = [
        _cpu(figures.cpu_milliseconds_per_invoice()),
        *_matching(given.sets),
        _simulation(given.seeds),
        _demo(figures.demo_seconds()),
    ]
    if given.file:
        whole = retail.run(Path(given.file), retail.FIRST_DAY, retail.LAST_DAY)
        half = figures.half_of_december(Path(given.file))
        sys.stderr.write(whole.checks.table() + half.checks.table())
        rows = [*_retail(whole, half), *rows]
        terms = [Term(**term) for term in whole.figures["calls"]["terms"]]
        _PAGE.write_text(page(rows, terms, _NOTES))
    for row in rows:
        sys.stdout.write(f"{row.what}: {row.measured} (reach {row.reach})\n")
    if not given.file:
        sys.stdout.write("The retailer's file was not given, so its figures were not measured.\n")
    return 0 if all(row.reached is not False for row in rows) else 1


def _cpu(found: dict[str, Any]) -> Figure:
    what = "CPU of Tieout for an invoice of 20 lines, sandboxes not counted"
    return Figure(what, "python -m bench", "≤ 10 ms", f"{found['each']} ms", found["each"] <= 10)


def _matching(folder: Path) -> list[Figure]:
    try:
        return matching.figures(folder)
    except NoDownload as absent:
        sys.stderr.write(f"{absent}\n")
        what, command = "matching on public labelled lists", "python -m bench.matching"
        return [Figure(what, command, "≥ 0.999 · ≥ 0.9", "not measured in this run: the lists could not be had", None)]


def _simulation(seeds: int) -> Figure:
    what, command = "2,000 seeds of the simulation, run once · violations", "make simulate SEEDS=2000"
    if not seeds:
        return Figure(what, command, "0", "not measured in this run", None)
    well, said = figures.simulated(seeds)
    return Figure(what, command, "0", said, well and seeds >= 2000)


def _demo(seconds: float) -> Figure:
    what = "start of `make demo` to the address, packages cached"
    return Figure(what, "make demo", "≤ 30 s", f"{seconds} s", seconds <= 30)


def _retail(whole: retail.Run, half: retail.Run) -> list[Figure]:
    command = "bench/retail FILE"
    first, calls = whole.figures["first_sync"], whole.figures["calls"]
    peak, half_peak = first["peak_mb"], half.figures["first_sync"]["peak_mb"]
    checks = whole.checks.document() + half.checks.document()
    wrong = [str(check["what"]) for check in checks if not check["holds"]]
    writes = whole.figures["writes_of_second_sync"]
    idle = whole.figures["idle_calls"]
    return [
        Figure(
            f"retail December 2010 ({whole.figures['invoices']} invoices, {whole.figures['drafts']} drafts, "
            f"{whole.figures['lines']} lines): every invoice in sync or listed; totals against the file",
            command,
            "equal to the cent",
            "; ".join(wrong) or "equal to the cent, before and after a day of sales and payments",
            not wrong,
        ),
        Figure("writes of a second sync", command, "0", str(writes), writes == 0),
        Figure(
            "calls of the first sync : the least",
            command,
            "≤ 1.15",
            f"{calls['made']} : {calls['least']} = {calls['ratio']}",
            calls["ratio"] <= 1.15,
        ),
        Figure("calls of an idle check", command, "≤ 8", str(idle), idle <= 8),
        Figure(
            "memory of Tieout, December · first half of it",
            f"{command} --to 2010-12-08",
            "≤ 200 MB · the same within 10 %",
            f"{peak} MB · {half_peak} MB ({100 * (peak / half_peak - 1):+.0f} %)",
            peak <= 200 and abs(peak - half_peak) <= 0.1 * half_peak,
        ),
        Figure(
            "first sync of December, with its passes until quiet",
            command,
            "-",
            f"{first['seconds']} s ({first['cpu_seconds']} s of CPU), {first['invoices_per_second']} invoices/s",
            None,
        ),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

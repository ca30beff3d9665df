"""Measures everything and writes bench/RESULTS.md: `python -m bench [FILE] [--to DAY] [--seeds N] [--sets FOLDER]`.

FILE: the retailer's sales (see `bench.sales`), else what TIEOUT_RETAIL names. Without it only those figures are
measured that need none, and RESULTS.md stays as it is. --to: of the file only the sales until then. --seeds: also play
so many seeds of the simulation (an hour of one core plays some 5,000). --sets: where the downloads of the labelled
lists are, or go (see `bench.labelled`).
"""

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from bench import figures, matching, pages, plain, quotas, retail
from bench.calls import Term
from bench.labelled import CACHE, NoDownload
from bench.results import Figure, page

_PAGE = Path(__file__).parent / "RESULTS.md"
_TIMES = 20
_SEEDS = 10_000
_NOTES = """\
- Totals are compared invoice by invoice, and in sum, with the file's own rows, added up by `bench/sums.py`; what is
  compared are HubSpot's and QuickBooks' own answers, and the tie-out's.
- Calls are counted in the sandboxes' logs.
- Calls of the first sync hold those of the audit before it, which takes over what was typed in on both sides.
- Pages are timed over HTTP, one call after the other, after the month of mixed work.
- CPU is that of the `tieout sync` process, user and system, with SQLite's durable commits: 500 invoices of 20 lines,
  with 100 customers and 300 items, less a sync of nothing. Made in HubSpot, QuickBooks has none of the items yet; made
  in QuickBooks, HubSpot gets copies with their lines.
- Memory is the peak of resident memory of a process, `tieout audit --take-over` or the first `tieout sync`, as the
  kernel saw it. Half of the file are its first days, until half of the lines were sold.
- Quotas are the vendors' own (`src/tieout/sandbox`), the clock is the machine's; December 2010 alone. What the least
  is, `bench/quotas.py` says.
- The plain script (`bench/plain.py`) makes 400 invoices of 20 lines in QuickBooks and 200 in HubSpot; it neither looks
  for what is there already nor can it tell what became of a lost answer. On loopback a call costs it a millisecond, so
  that computing is all that is compared; a tenth of the work is done again with calls that take as long as a near
  vendor's.
- Matching: shares with their 95 % interval (Wilson). [What was found](../docs/matching.md) says which fields were used.
"""


def main(arguments: list[str]) -> int:
    """Measure. Returns the exit code: 1 if a figure is not reached or a total is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("file", nargs="?", default=os.environ.get("TIEOUT_RETAIL", ""))
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=retail.LAST_DAY, metavar="DAY")
    parser.add_argument("--seeds", type=int, default=0)
    parser.add_argument("--sets", type=Path, default=CACHE)
    given = parser.parse_args(arguments)
    rows = [
        _cpu(figures.cpu_milliseconds_per_invoice()),
        *_plain(plain.compare(*plain.NEAR), plain.compare(*plain.FAR)),
        *_matching(given.sets),
        _causes(*figures.causes()),
        _simulation(given.seeds),
        _demo(figures.demo_seconds()),
    ]
    if given.file:
        file = Path(given.file)
        whole = retail.run(file, retail.FIRST_DAY, given.last, times=_TIMES)
        half = figures.half(file, retail.FIRST_DAY, given.last)
        pace = quotas.measure(file, retail.FIRST_DAY, retail.DECEMBER)
        sys.stderr.write(whole.checks.table() + half.checks.table())
        rows = [*_retail(whole, half), _quotas(pace), *rows]
        terms = {
            "The first sync": [Term(**term) for term in whole.figures["calls"]["terms"]],
            "The month of mixed work": [Term(**term) for term in whole.figures["month"]["calls"]["terms"]],
        }
        _PAGE.write_text(page(rows, terms, _NOTES))
    for row in rows:
        sys.stdout.write(f"{row.what}: {row.measured} (reach {row.reach})\n")
    if not given.file:
        sys.stdout.write("The retailer's file was not given, so its figures were not measured.\n")
    return 0 if all(row.reached is not False for row in rows) else 1


def _cpu(found: dict[str, float]) -> Figure:
    what = "CPU of Tieout for an invoice of 20 lines, made in HubSpot · in QuickBooks, sandboxes not counted"
    measured = f"{found['hubspot']} ms · {found['quickbooks']} ms"
    return Figure(what, "python -m bench", "≤ 10 ms", measured, max(found.values()) <= 10)


def _plain(near: tuple[plain.Cost, plain.Cost], far: tuple[plain.Cost, plain.Cost]) -> list[Figure]:
    what = "against a plain script with the two official clients"
    milliseconds = round(1000 * plain.FAR[2])
    fewer = min(script.each / ours.each for script, ours in (near, far))
    rates = {
        "on loopback": near[1].rate / near[0].rate,
        f"where a call takes {milliseconds} ms": far[1].rate / far[0].rate,
    }
    return [
        *(
            Figure(
                f"{what}: records a second {where}",
                "python -m bench.plain",
                "≥ 5-fold",
                f"{faster:.1f}-fold",
                faster >= 5,
            )
            for where, faster in rates.items()
        ),
        Figure(f"{what}: calls for each record", "python -m bench.plain", "≤ 1/10", f"1/{fewer:.0f}", fewer >= 10),
    ]


def _quotas(pace: quotas.Pace) -> Figure:
    ratio = pace.seconds / pace.least
    return Figure(
        "first sync of December 2010 under the vendors' quotas : the least after the reserve · refused for a quota",
        "python -m bench.quotas FILE",
        "≤ 1.15 · 0",
        f"{pace.seconds:.0f} s : {pace.least:.0f} s = {ratio:.3f} · {pace.refused}",
        ratio <= 1.15 and not pace.refused,
    )


def _matching(folder: Path) -> list[Figure]:
    try:
        return matching.figures(folder)
    except NoDownload as absent:
        sys.stderr.write(f"{absent}\n")
        what, command = "matching on public labelled lists", "python -m bench.matching"
        return [Figure(what, command, "≥ 0.999 · ≥ 0.9", "not measured in this run: the lists could not be had", None)]


def _causes(known: int, provoked: int, foreseeable: int, foreseen: int) -> Figure:
    return Figure(
        "causes of the catalogue: provoked in a test · foreseen, of those that can be",
        "make causes",
        "all · all",
        f"{provoked} of {known} · {foreseen} of {foreseeable}",
        0 < known == provoked and foreseen == foreseeable,
    )


def _simulation(seeds: int) -> Figure:
    what, command = f"{_SEEDS:,} seeds of the simulation, run once · violations", f"make simulate SEEDS={_SEEDS}"
    if not seeds:
        return Figure(what, command, "0", "not measured in this run", None)
    well, said = figures.simulated(seeds)
    return Figure(what, command, "0", said, well and seeds >= _SEEDS)


def _demo(seconds: float) -> Figure:
    what = "start of `make demo` to the address, packages cached"
    return Figure(what, "make demo", "≤ 30 s", f"{seconds} s", seconds <= 30)


def _retail(whole: retail.Run, half: retail.Run) -> list[Figure]:
    command = "bench/retail FILE"
    found, first, month = whole.figures, whole.figures["first_sync"], whole.figures["month"]
    calls, later = found["calls"], month["calls"]
    slowest, served = found["pages"]["slowest"], found["pages"]["count"]
    checks = whole.checks.document() + half.checks.document()
    wrong = [str(check["what"]) for check in checks if not check["holds"]]
    writes, idle = found["writes_of_second_sync"], found["idle_calls"]
    return [
        Figure(
            f"retail, both ways ({found['invoices']} invoices, {found['drafts']} drafts, {found['lines']} lines in "
            "HubSpot): every invoice in sync, once; totals against the file and QuickBooks' A/R report",
            command,
            "equal to the cent",
            "; ".join(wrong) or "equal to the cent, before and after a month of mixed work",
            not wrong,
        ),
        Figure(
            "invoices without state or reason · doubled",
            command,
            "0 · 0",
            f"{found['silent']} · {found['doubled']}",
            not found["silent"] and not found["doubled"],
        ),
        Figure("writes of a second sync", command, "0", str(writes), writes == 0),
        Figure(
            "calls : the least, first sync · month of mixed work",
            command,
            "≤ 1.15",
            " · ".join(f"{one['made']} : {one['least']} = {one['ratio']}" for one in (calls, later)),
            max(calls["ratio"], later["ratio"]) <= 1.15,
        ),
        Figure("calls of an idle check", command, "≤ 8", str(idle), idle <= 8),
        _memory("first sync", first["peak_mb"], half.figures["first_sync"]["peak_mb"]),
        _memory("audit before it", found["audit"]["peak_mb"], half.figures["audit"]["peak_mb"]),
        Figure(
            f"server time of each of {served} pages with all of it stored, 95th percentile of the slowest",
            f"{command} --pages {_TIMES}",
            f"≤ {pages.REACH_MILLISECONDS} ms",
            f"{slowest['ninety_fifth']:.0f} ms (`{slowest['page']}`)",
            slowest["ninety_fifth"] <= pages.REACH_MILLISECONDS,
        ),
        Figure(
            "first sync, with its passes until quiet",
            command,
            "-",
            f"{first['seconds']} s ({first['cpu_seconds']} s of CPU), {first['invoices_per_second']} invoices/s",
            None,
        ),
    ]


def _memory(what: str, peak: float, half_peak: float) -> Figure:
    return Figure(
        f"memory of Tieout, {what}, whole · half",
        "bench/retail FILE",
        "≤ 300 MB · the same within 10 %",
        f"{peak} MB · {half_peak} MB ({100 * (peak / half_peak - 1):+.0f} %)",
        peak <= 300 and abs(peak - half_peak) <= 0.1 * half_peak,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

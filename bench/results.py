"""The page that tells what was measured."""

import os
import platform
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bench.calls import Term

_WORDS = {None: "-", True: "yes", False: "**no**"}


class Figure(NamedTuple):
    """One row. reached: None where there is nothing to reach."""

    what: str
    command: str
    reach: str
    measured: str
    reached: bool | None


def page(figures: Iterable[Figure], terms: Mapping[str, Iterable[Term]], notes: str) -> str:
    """Return the page as Markdown. terms: of the least numbers of calls, by what they are of, each with its reason."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    rows = "".join(f"| {f.what} | `{f.command}` | {f.reach} | {f.measured} | {_WORDS[f.reached]} |\n" for f in figures)
    least = "".join(f"\n{what}:\n\n{_table(own)}" for what, own in terms.items())
    return f"""# What Tieout reaches

Written by `python -m bench FILE`, FILE being the retailer's sales. Machine: {machine}.

| figure | command | reach | measured | reached |
|---|---|---|---|---|
{rows}
{notes}
## The least number of calls

⌈records / batch limit⌉, summed over all reads and writes that the design demands; `bench/calls.py` is the formula.
{least}"""


def _table(terms: Iterable[Term]) -> str:
    rows = "".join(f"| {term.what} | {term.calls} | {term.why} |\n" for term in terms)
    return f"| term | calls | why |\n|---|---|---|\n{rows}"

"""The page that tells what was measured."""

import os
import platform
from collections.abc import Iterable
from typing import NamedTuple


class Figure(NamedTuple):
    """One row. reached: None where it was not measured."""

    what: str
    command: str
    reach: str
    measured: str
    reached: bool | None


def page(figures: Iterable[Figure], terms: Iterable[tuple[str, int, str]], notes: Iterable[str]) -> str:
    """Return the page as Markdown. terms: of the least number of calls, each with its reason."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    rows = "".join(f"| {f.what} | `{f.command}` | {f.reach} | {f.measured} | {_word(f.reached)} |\n" for f in figures)
    least = "".join(f"| {what} | {calls} | {why} |\n" for what, calls, why in terms)
    told = "".join(f"- {note}\n" for note in notes)
    return f"""# What Tieout reaches

Written by `python -m bench FILE`, FILE being the retailer's sales. Machine: {machine}.

| figure | command | reach | measured | reached |
|---|---|---|---|---|
{rows}
{told}
## The least number of calls

⌈records / batch limit⌉, summed over all reads and writes that the design demands; `bench/calls.py` is the formula.

| term | calls | why |
|---|---|---|
{least}"""


def _word(reached: bool | None) -> str:
    return "not measured" if reached is None else "yes" if reached else "**no**"

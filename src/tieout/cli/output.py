"""What the command line shows: one JSON document on standard output, talk on standard error."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import msgspec
from rich.console import Console
from rich.table import Table

WELL, DIFFERS, WRONG, UNREACHABLE = 0, 1, 2, 3
"""Exit codes: well · works, but records fail or differ · wrong use or configuration · a side is out of reach."""

talk = Console(stderr=True)
page = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160)
"""Wide where it goes into a pipe or a file, so that `grep` finds whole words."""
_JSON = msgspec.json.Encoder(decimal_format="string")


def document(value: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(msgspec.json.format(_JSON.encode(value), indent=2).decode() + "\n")
    sys.stdout.flush()


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for a person."""
    shown = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*row)
    page.print(shown)


def pairs(title: str, values: Mapping[str, str]) -> None:
    """Print names with their values."""
    table(title, ("", ""), list(values.items()))


def progress(message: str) -> None:
    """Say how far it is, on a terminal only."""
    if talk.is_terminal:
        talk.print(message, style="dim")


def warn(message: str) -> None:
    """Say what is amiss, and go on."""
    talk.print(message, style="yellow", markup=False, highlight=False, soft_wrap=True)


def save(file: Path, body: bytes, *, as_json: bool) -> None:
    """Write what a command was asked to take along, or say why not and end."""
    try:
        file.write_bytes(body)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.", WRONG, as_json=as_json)


def fail(message: str, code: int, *, as_json: bool) -> NoReturn:
    """Say what is wrong and end."""
    if as_json:
        document({"error": {"message": message, "exit_code": code}})
    talk.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(code)

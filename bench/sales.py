"""A retailer's sales as a spreadsheet holds them: one row for each line of an invoice.

Columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate (local time), UnitPrice (GBP), CustomerID, Country.
Source of the real file: UCI Machine Learning Repository, "Online Retail" (CC BY 4.0).
"""

import csv
import lzma
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

HOME = "United Kingdom"


class Line(NamedTuple):
    """One line. price: GBP for one piece; quantity: negative where goods came back."""

    sku: str
    name: str
    quantity: Decimal
    price: Decimal


class Sale(NamedTuple):
    """One invoice or credit note, its lines in the order of the file. customer: empty where nobody noted it."""

    number: str
    day: date
    customer: str
    country: str
    lines: tuple[Line, ...]

    @property
    def is_credit(self) -> bool:
        """Whether it gives money back: its number begins with C."""
        return self.number.startswith("C")

    @property
    def is_draft(self) -> bool:
        """Whether it cannot be finalized, because it names no customer."""
        return not self.customer and not self.is_credit

    @property
    def is_sold_at_home(self) -> bool:
        """Whether HubSpot makes it, and not QuickBooks."""
        return bool(self.customer) and self.country == HOME and not self.is_credit


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Return the rows of a file, plain or compressed with xz."""
    with lzma.open(path, "rt", newline="") if path.suffix == ".xz" else path.open(newline="") as file:
        yield from csv.DictReader(file)


def read(path: Path, first: date, last: date) -> list[Sale]:
    """Return the sales of the days `first` to `last`, in the order of the file."""
    heads: dict[str, tuple[date, str, str]] = {}
    lines: dict[str, list[Line]] = {}
    for row in rows(path):
        day = date.fromisoformat(row["InvoiceDate"][:10])
        if not first <= day <= last:
            continue
        number = row["InvoiceNo"]
        heads.setdefault(number, (day, row["CustomerID"], row["Country"]))
        lines.setdefault(number, []).append(
            Line(row["StockCode"], row["Description"], Decimal(row["Quantity"]), Decimal(row["UnitPrice"]))
        )
    return [Sale(number, *head, tuple(lines[number])) for number, head in heads.items()]


def next_day(path: Path, last: date) -> date | None:
    """Return the first day after `last` on which something was sold."""
    days = {row["InvoiceDate"][:10] for row in rows(path) if row["InvoiceDate"][:10] > last.isoformat()}
    return date.fromisoformat(min(days)) if days else None

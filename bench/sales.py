"""A retailer's sales as a spreadsheet holds them: one row for each line of an invoice.

Columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate (local time), UnitPrice (GBP), CustomerID, Country.
Source of the real file: UCI Machine Learning Repository, "Online Retail" (CC BY 4.0).
"""

import csv
import lzma
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

HOME = "United Kingdom"
AGAIN = "R"
"""What the number of a repeated order ends in."""


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

    @property
    def is_sold_abroad(self) -> bool:
        """Whether QuickBooks makes it."""
        return bool(self.customer) and self.country != HOME and not self.is_credit

    @property
    def turn(self) -> int:
        """A number by which sales are dealt out: the digits of its own, which follow one another in the file."""
        return int("".join(sign for sign in self.number if sign.isdigit()))

    @property
    def is_on_both(self) -> bool:
        """Whether somebody typed it in on the other side too, before anything was synced: every tenth."""
        return bool(self.customer) and not self.is_credit and self.turn % 10 == 0


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


def repeated(sales: Sequence[Sale], later: timedelta) -> list[Sale]:
    """The same orders once more, `later`, under numbers that end in R; every customer with an id ending in 7 is new."""
    return [
        sale._replace(
            number=f"{sale.number}{AGAIN}",
            day=sale.day + later,
            customer=f"9{sale.customer}" if sale.customer.endswith("7") else sale.customer,
        )
        for sale in sales
    ]


def middle(path: Path, first: date, last: date) -> date:
    """The last day of those that hold the first half of the lines sold from `first` to `last`."""
    sold = Counter(day for row in rows(path) if first <= (day := date.fromisoformat(row["InvoiceDate"][:10])) <= last)
    half, day = sum(sold.values()) / 2, first
    for each in sorted(sold):
        if half <= 0:
            break
        half -= sold[each]
        day = each
    return day

"""What the tie-out and the audit give to take along: rows for a spreadsheet, with what each column holds."""

import codecs
import csv
import io
from collections.abc import Sequence
from typing import Literal

import msgspec

from tieout.proof.aging import Aging
from tieout.proof.audit import Audit, Line

Shape = Literal["text", "code", "day", "money"]
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class Column(msgspec.Struct, frozen=True):
    """A column's title in English and what it holds; `code` is a word of ours for something.

    currency: of a column of money, the title of the one that names its currency (ISO 4217).
    """

    title: str
    shape: Shape = "text"
    currency: str = ""


class Sheet(msgspec.Struct, frozen=True):
    """Rows of text, one text for each column: days as ISO, amounts as decimal strings."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


_OPEN = (
    Column("as of", "day"),
    Column("where", "code"),
    Column("kind", "code"),
    Column("number"),
    Column("date", "day"),
    Column("month"),
    Column("customer"),
    Column("currency"),
    Column("amount", "money", "currency"),
    Column("company's currency"),
    Column("amount in company's currency", "money", "company's currency"),
    Column("reason", "code"),
    Column("HubSpot id"),
    Column("QuickBooks id"),
)
_SHAPES: dict[str, Shape] = {"finding": "code", "kind": "code", "cause": "code"}
_FIGURES = ("amount", "difference", "open")


def open_amounts(as_of: str, aging: Aging) -> Sheet:
    """A tie-out of a day: one row for each open amount, credits negative.

    The amounts in the company's currency sum up to QuickBooks' report; what that report says beyond the rows is a row
    of its own for each customer. What is only in HubSpot adds nothing.
    """
    rows = []
    for one in aging.open:
        what = (one.group.value, one.kind, one.number, one.day, one.day[:7], one.name)
        money = (one.currency, one.amount, aging.currency, one.home)
        rows.append((as_of, *what, *money, one.reason, one.crm, one.books))
    for customer in aging.customers:
        if customer.difference.strip("-0."):
            money = (aging.currency, customer.difference, aging.currency, customer.difference)
            rows.append((as_of, "report", "", "", "", "", customer.name, *money, "unexplained", "", ""))
    return Sheet(_OPEN, tuple(rows))


def findings(audit: Audit) -> Sheet:
    """The lines of an audit."""
    names = Line.__struct_fields__
    columns = [
        Column(name, "money", "currency") if name in _FIGURES else Column(name, _SHAPES.get(name, "text"))
        for name in names
    ]
    return Sheet(tuple(columns), tuple(tuple(getattr(line, name) for name in names) for line in audit.lines))


def separated(sheet: Sheet) -> bytes:
    """CSV (RFC 4180) with a row of titles, in UTF-8 with its mark, without which a spreadsheet takes it for Latin-1.

    A text that a spreadsheet would run is quoted.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.title for column in sheet.columns])
    writer.writerows(_plain_row(sheet.columns, row) for row in sheet.rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _plain_row(columns: Sequence[Column], row: Sequence[str]) -> list[str]:
    return [text if column.shape == "money" else _plain(text) for column, text in zip(columns, row, strict=True)]


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text

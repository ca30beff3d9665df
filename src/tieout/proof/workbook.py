"""A sheet as a workbook for Excel: typed cells, amounts as numbers in the format of their currency."""

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from xlsxwriter import Workbook

from tieout.core.money import UnknownCurrency, minor_digits
from tieout.proof.sheet import Column, Sheet

_EXACT_DIGITS = 15
"""A cell's number is a double, which keeps so many digits; a longer amount stands as text."""
_LONGEST = 32767
"""Characters that a cell holds (Excel, "Specifications and limits")."""
_WIDEST, _NARROWEST = 40, 8


def workbook(sheet: Sheet, name: str, made_at: datetime, said: Callable[[Column, str], str]) -> bytes:
    """XLSX with one worksheet. No text becomes a formula or a link.

    name: of the worksheet. made_at: kept in the file's properties, so that one sheet gives the same bytes twice.
    said: how a title, or a code in a column of codes, reads; a title is asked for with its column and itself.
    """
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"created": made_at.replace(tzinfo=None), "title": name})
    cells = book.add_worksheet(name[:31])
    head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
    formats = {code: book.add_format({"num_format": _format(code)}) for code in _currencies(sheet)}
    titles = [column.title for column in sheet.columns]
    for place, column in enumerate(sheet.columns):
        title = said(column, column.title)
        texts = [said(column, row[place]) if column.shape == "code" else row[place] for row in sheet.rows]
        cells.write_string(0, place, title, head)
        cells.set_column(place, place, _width(column, [title, *texts]))
        money = titles.index(column.currency) if column.currency else 0
        for line, text in enumerate(texts, 1):
            if not text:
                continue
            if column.shape == "day":
                cells.write_datetime(line, place, date.fromisoformat(text), day)
            elif column.shape == "money" and len(text.strip("-").replace(".", "")) <= _EXACT_DIGITS:
                cells.write_number(line, place, Decimal(text), formats[sheet.rows[line - 1][money]])
            else:
                cells.write_string(line, place, text[:_LONGEST])
    cells.freeze_panes(1, 0)
    if sheet.rows:
        cells.autofilter(0, 0, len(sheet.rows), len(titles) - 1)
    book.close()
    return out.getvalue()


def _currencies(sheet: Sheet) -> set[str]:
    named = {column.currency for column in sheet.columns if column.currency}
    places = [place for place, column in enumerate(sheet.columns) if column.title in named]
    return {row[place] for row in sheet.rows for place in places}


def _format(currency: str) -> str:
    """A number format with the currency's digits and its code."""
    try:
        digits = minor_digits(currency)
    except UnknownCurrency:
        return "General"
    figure = "#,##0" + (f".{'0' * digits}" if digits else "")
    return f"[${currency}] {figure};-[${currency}] {figure}"


def _width(column: Column, texts: list[str]) -> int:
    room = 6 if column.shape == "money" else 1
    return min(max(_NARROWEST, *map(len, texts)) + room, _WIDEST)

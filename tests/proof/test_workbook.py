"""The workbook to take along: what its cells hold, read from the file as a spreadsheet would."""

import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from tieout.proof.sheet import Column, Sheet, separated
from tieout.proof.workbook import workbook

MADE = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
COLUMNS = (
    Column("number"),
    Column("date", "day"),
    Column("currency"),
    Column("amount", "money", "currency"),
    Column("reason", "code"),
)
_NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def written(*rows: tuple[str, ...], said=lambda _, text: text) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(workbook(Sheet(COLUMNS, rows), "Audit", MADE, said)))


def cells(book: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """By place (`D2`): a text or number as it stands, and the cell's number format, empty for a text."""
    strings = [
        "".join(t.text or "" for t in entry.iter(f"{{{_NS['x']}}}t"))
        for entry in ET.fromstring(book.read("xl/sharedStrings.xml"))
    ]
    styles = ET.fromstring(book.read("xl/styles.xml"))
    codes = {f.get("numFmtId"): f.get("formatCode") for f in styles.findall(".//x:numFmts/x:numFmt", _NS)}
    formats = [codes.get(xf.get("numFmtId"), "") for xf in styles.findall(".//x:cellXfs/x:xf", _NS)]
    found = {}
    for cell in ET.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{{{_NS['x']}}}c"):
        value = cell.findtext("x:v", "", _NS)
        text = cell.get("t") == "s"
        found[cell.get("r")] = (strings[int(value)] if text else value, "" if text else formats[int(cell.get("s", 0))])
    return found


def test_amounts_are_numbers_in_the_format_of_their_currency():
    found = cells(
        written(("1", "2026-03-31", "USD", "-12.50", ""), ("2", "", "JPY", "1500", ""), ("3", "", "KWD", "1.125", ""))
    )
    assert [found[place] for place in ("D2", "D3", "D4")] == [
        ("-12.50", "[$USD] #,##0.00;-[$USD] #,##0.00"),
        ("1500", "[$JPY] #,##0;-[$JPY] #,##0"),
        ("1.125", "[$KWD] #,##0.000;-[$KWD] #,##0.000"),
    ]


def test_days_are_days():
    serial, code = cells(written(("1", "2026-03-31", "USD", "1.00", "")))["B2"]
    assert date(1899, 12, 30) + timedelta(days=int(serial)) == date(2026, 3, 31)
    assert code == "yyyy-mm-dd"


def test_no_text_is_run_or_followed():
    book = written(("=1+1", "", "USD", "1.00", ""), ("https://nova.example", "", "USD", "1.00", ""))
    sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet.replace(b"<filter", b"")
    assert b"hyperlink" not in sheet
    assert cells(book)["A2"] == ("=1+1", "")


def test_titles_and_codes_are_said_and_names_are_not():
    found = cells(written(("filter", "", "USD", "1.00", "filter"), said=lambda _, text: text.upper()))
    assert (found["A1"][0], found["A2"][0], found["E2"][0]) == ("NUMBER", "filter", "FILTER")


def test_an_amount_longer_than_a_cell_holds_keeps_every_cent_as_text():
    assert cells(written(("1", "", "USD", "12345678901234567.89", "")))["D2"] == ("12345678901234567.89", "")


@given(st.integers(-(10**15) + 1, 10**15 - 1).map(lambda minor: Decimal(minor).scaleb(-2)))
def test_an_amount_is_the_same_to_the_cent_in_the_cell(amount: Decimal):
    value, _ = cells(written(("1", "", "USD", f"{amount:.2f}", "")))["D2"]
    assert round(Decimal(value), 2) == amount


def test_one_sheet_gives_the_same_bytes_twice():
    parts = [
        {name: book.read(name) for name in book.namelist()} for book in (written(("1",) + ("",) * 4) for _ in "12")
    ]
    assert parts[0] == parts[1]


def test_a_table_bears_the_mark_by_which_a_spreadsheet_reads_it():
    assert separated(Sheet(COLUMNS, (("Café", "", "USD", "1.00", ""),))).startswith("\ufeffnumber,".encode())

"""The audit's page: what was found, in words and money, and as a table to take along."""

import csv
import zipfile
from io import BytesIO, StringIO

import pytest
from playwright.sync_api import expect
from tests.web.conftest import Visitor


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_it_tells_what_was_found_and_why(ana: Visitor):
    page = ana.open("/nova/audit")
    expect(page.get_by_text("5 findings")).to_be_visible()
    missing = page.get_by_role("region", name="Missing in QuickBooks")
    expect(missing.get_by_role("row", name="INV-1003")).to_contain_text("No customer in QuickBooks")
    expect(page.locator("#found-doubled_in_books + div")).to_contain_text("$512.00")
    expect(page.locator("#found-customer_twice + div")).to_contain_text("The same name")


def test_its_lines_come_as_a_table(ana: Visitor):
    page = ana.open("/nova/audit")
    address = page.get_by_role("link", name="Download as CSV").get_attribute("href")
    answer = ana.context.request.get(f"{ana.site}{address}")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(answer.body().decode("utf-8-sig"))))
    assert [row["finding"] for row in rows] == [
        "missing_in_books",
        "missing_in_crm",
        "doubled_in_books",
        "different",
        "customer_twice",
    ]


def test_its_lines_come_as_a_workbook_in_the_readers_words(ana: Visitor):
    address = ana.open("/nova/audit").get_by_role("link", name="Download for Excel").get_attribute("href")
    for language, word in (("en", "Missing in QuickBooks"), ("es", "Faltan en QuickBooks")):
        answer = ana.context.request.get(f"{ana.site}{address}?lang={language}")
        assert answer.headers["content-disposition"] == 'attachment; filename="audit.xlsx"'
        with zipfile.ZipFile(BytesIO(answer.body())) as book:
            assert word in book.read("xl/sharedStrings.xml").decode()

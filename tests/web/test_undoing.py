"""Undo on the pages: preview, reasons why not, confirmation, and by whom."""

from decimal import Decimal

import pytest
from playwright.sync_api import APIRequestContext, expect
from tests.web.company import NOW, Builder, invoice
from tests.web.conftest import PASSWORD, Visitor

from tieout.actions.home import Home
from tieout.core.records import Kind, Side, State
from tieout.core.undoing import UNDO
from tieout.kinds.customer import Customer
from tieout.remote.rows import Row
from tieout.remote.side import Operation
from tieout.store import journal, pairs

OPEN, MAILED = "d" * 32, "e" * 32
"""The writes that made an invoice which may be voided, and one that was mailed."""


@pytest.fixture
def made(home: Home) -> dict[str, int]:
    """A company pair of its own, `lumen`, whose first sync made two invoices: the ids of their rows by number."""
    with home.database.begin() as tx:
        builder = Builder(home, tx, "lumen")
        rows = {}
        builder.pair(Kind.CUSTOMER, Customer("company:9", company="Nova Ltd"), Customer("77", name="Nova Ltd"))
        for number, id_, operation, mailed in (("INV-1", "501", OPEN, False), ("INV-2", "502", MAILED, True)):
            there = invoice(number, "77", "1480.50", id_=id_, issued_here=False, marker=operation, emailed=mailed)
            rows[number] = builder.pair(Kind.INVOICE, invoice(number, "company:9", "1480.50"), there)
            builder.wrote(rows[number], Side.BOOKS, Operation(operation, Kind.INVOICE, "create", record=there), "done")
            result = journal.Result(id_, Row(Kind.INVOICE, id_, 1, there), tid="1-tid")
            journal.end(tx, operation, journal.DONE, result, pass_id=1, now=NOW)
    return rows


def wish(home: Home, pair_id: int) -> str:
    """What is to be taken back of a pair."""
    with home.database.read() as tx:
        return pairs.load(tx, [pair_id])[0].pair.choices.get(UNDO, "")


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_one_write_is_undone_from_the_history_without_javascript(ana: Visitor, home: Home, made: dict[str, int]):
    page = ana.open("/lumen/history?search=INV-1")
    page.get_by_role("link", name="Undo …").click()
    table = page.get_by_role("region", name="This will happen").last.inner_text()
    assert "Created in QuickBooks" in table
    assert "Void in QuickBooks" in table
    assert "$1,480.50" in table
    assert wish(home, made["INV-1"]) == ""
    page.get_by_role("button", name="Do it").click()
    page.wait_for_url("**/lumen/history")
    expect(page.get_by_text("To be undone")).to_be_visible()
    assert wish(home, made["INV-1"]) == OPEN
    expect(page.get_by_text("Request 1-tid").first).to_be_visible()


def test_what_cannot_be_undone_says_why_and_has_no_button(ana: Visitor, made: dict[str, int]):
    page = ana.open(f"/lumen/undo/{MAILED}")
    expect(page.get_by_role("region", name="This stays")).to_contain_text("QuickBooks has mailed it to the customer.")
    assert page.get_by_role("button", name="Do it").count() == 0


def test_the_first_sync_is_shown_with_count_and_money(ana: Visitor, home: Home, made: dict[str, int]):
    page = ana.open("/lumen/history")
    page.get_by_role("link", name="Undo the first sync").click()
    expect(page.get_by_text("Void in QuickBooks: Invoices 1 · $1,480.50")).to_be_visible()
    expect(page.get_by_role("region", name="This stays")).to_contain_text("INV-2")
    page.get_by_role("button", name="Do it").click()
    page.wait_for_url("**/lumen/history")
    assert (wish(home, made["INV-1"]), wish(home, made["INV-2"])) == (OPEN, "")


def test_what_was_left_out_is_taken_in_again_on_its_page(ana: Visitor, home: Home, ids: dict[str, str]):
    with home.database.begin() as tx:
        builder = Builder(home, tx, "lumen")
        left = builder.pair(Kind.INVOICE, invoice("INV-7", "company:9", "10.00"), None)
        pairs.choose(tx, left, {"exclude": "undone"})
        builder.settle(left, State.EXCLUDED, "undone")
    page = ana.open(f"/lumen/records/{left}")
    expect(page.get_by_text("Undone by you, and left out since")).to_be_visible()
    page.get_by_role("button", name="Take it in again").click()
    page.wait_for_url(f"**/lumen/records/{left}")
    with home.database.read() as tx:
        assert "exclude" not in pairs.load(tx, [left])[0].pair.choices


def test_a_seller_may_not_undo_what_was_booked(visitor: Visitor, home: Home, made: dict[str, int]):
    visitor.sign_in("sam")
    page = visitor.open(f"/lumen/undo/{OPEN}")
    expect(page.get_by_role("alert")).to_contain_text("This needs the role Bookkeeper")
    assert page.get_by_role("button", name="Do it").count() == 0
    calls: APIRequestContext = visitor.context.request
    api = f"{visitor.site}/api/v1"
    said = {}
    for name in ("sam", "ben"):
        token = calls.post(f"{api}/session", data={"name": name, "password": PASSWORD}).json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        said[name] = calls.post(f"{api}/companies/lumen/undo/first-sync", data={"preview": True}, headers=bearer)
    assert (said["sam"].status, said["ben"].status) == (403, 200)
    found = said["ben"].json()
    assert (found["possible"], found["impossible"], found["done"]) == (1, 1, False)
    assert found["tallies"][0]["amounts"] == {"USD": "1480.50"}
    assert Decimal(found["steps"][0]["amount"]) == Decimal("1480.50")
    assert wish(home, made["INV-1"]) == ""


def test_the_history_is_narrowed_by_outcome_person_and_day(ana: Visitor, ids: dict[str, str]):
    assert ana.open("/nova/history?notes=1&state=refused").locator(".story > li").count() == 1
    assert ana.open("/nova/history?who=nobody").locator(".story > li").count() == 0
    assert ana.open("/nova/history?until=2020-01-01").locator(".story > li").count() == 0
    page = ana.open("/nova/history?since=2026-11-01&until=2026-11-30&notes=1")
    assert page.get_by_label("From").input_value() == "2026-11-01"
    assert page.locator(".story > li").count() > 0

"""The plan on the page: every sort of entry with its reason, what changes, and a page at a time."""

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.web.conftest import Visitor

from tieout.actions.outlook import Outlook
from tieout.actions.rehearse import Rehearsal, Step
from tieout.core.merge import Difference
from tieout.core.records import Kind, Side
from tieout.web import planning


def create(number: str) -> Step:
    return Step("books", "create", "invoice", "", number, "100.00", "USD", ())


def outlook(what: Any, kind: Kind, name: str, reason: str, other: str = "") -> Outlook:
    return Outlook(what, kind, 0, name, other, "", "", reason)


DUE = Difference("due", "2026-04-09", "2026-04-30", Side.BOOKS)
STEPS = [
    *(create(f"INV-{n}") for n in range(60)),
    Step("books", "update", "invoice", "88", "INV-1001", "100.00", "USD", ("due",), (DUE,)),
]
OUTLOOK = [
    outlook("link", Kind.CUSTOMER, "Nova Ltd", "email", "Nova Limited"),
    outlook("leave", Kind.INVOICE, "INV-900", "before_start"),
    outlook("fail", Kind.INVOICE, "INV-901", "no_customer"),
    outlook("decide", Kind.INVOICE, "INV-902", "possible_duplicate"),
]


@pytest.fixture
def rehearsed(monkeypatch: pytest.MonkeyPatch, ana: Visitor) -> Visitor:
    """Ana has rehearsed; what came of it is made up."""

    async def made_up(*_: object) -> Rehearsal:
        return Rehearsal(STEPS, OUTLOOK, {})

    monkeypatch.setattr(planning, "rehearse", made_up)
    ana.open("/nova/plan").get_by_role("button", name="Rehearse now").click()
    expect(ana.page.get_by_text("Rehearsed on")).to_be_visible()
    return ana


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}, {}], indirect=True)
def test_it_counts_by_what_would_happen(rehearsed: Visitor):
    rows = rehearsed.page.locator(".figures tbody tr").all_inner_texts()
    assert [row.strip().split("\t") for row in rows] == [
        ["Create", "0", "0", "60", "0"],
        ["Pair up", "1", "0", "0", "0"],
        ["Change", "0", "0", "1", "0"],
        ["Leave", "0", "0", "1", "0"],
        ["Please decide", "0", "0", "1", "0"],
        ["Will fail", "0", "0", "1", "0"],
    ]


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("link", "Nova Ltd = Nova Limited"),
        ("link", "same e-mail"),
        ("leave", "INV-900"),
        ("fail", "No customer in QuickBooks."),
        ("decide", "INV-902"),
        ("update", "2026-04-30"),
    ],
)
def test_each_entry_says_why_and_what_changes(rehearsed: Visitor, what: str, told: str):
    page = rehearsed.open(f"/nova/plan?what={what}")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#list tbody tr")).to_contain_text(told)


def test_entries_come_a_page_at_a_time(rehearsed: Visitor):
    page = rehearsed.open("/nova/plan?what=create")
    expect(page.locator("#list tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#list tbody tr")).to_have_count(10)


def test_its_json_holds_the_entries_too(rehearsed: Visitor):
    found = rehearsed.context.request.get(f"{rehearsed.site}/nova/plan.json?what=update").json()
    assert found["counts"]["create"] == {"invoice": 60}
    assert found["entries"][0]["edits"][0]["after"] == "2026-04-30"

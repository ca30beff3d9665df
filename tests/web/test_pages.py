"""Every page in a real browser: reachable, readable by all, in both languages, narrow and wide, light and dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import update
from tests.web.company import Builder, invoice
from tests.web.conftest import Visitor

from tieout.actions import preflight
from tieout.actions.home import Home
from tieout.core.records import Kind, State
from tieout.store import connections
from tieout.store.tables import pair
from tieout.web.menu import MENU

PAGES = {
    "overview": "/nova",
    "invoices": "/nova/invoices",
    "failures": "/nova/failures",
    "decide": "/nova/decide",
    "matches": "/nova/matches",
    "match": "/nova/matches/{company:2}",
    "record": "/nova/records/{INV-1002}",
    "draft": "/nova/records/{INV-1020}",
    "preview": "/nova/failures/{INV-1002}/put_back",
    "choosing": "/nova/failures/{INV-1001}/link_customer",
    "audit": "/nova/audit",
    "tie-out": "/nova/tie-out",
    "history": "/nova/history",
    "undo": "/nova/undo/first-sync",
    "preflight": "/nova/preflight",
    "plan": "/nova/plan",
    "accounts": "/nova/accounts",
    "settings": "/nova/settings",
    "mapping": "/nova/mapping",
    "filters": "/nova/filters",
    "tax": "/nova/tax",
    "gone": "/nova/failures/999999/put_back",
}
DOORS = {"sign-in": "/sign-in", "setup": "/setup"}
INSIDE_WORDS = re.compile(r"\b(pass|base|lens|crm|books)\b", re.IGNORECASE)


def address(path: str, ids: dict[str, str]) -> str:
    """A page's path with the ids of the filled home."""
    return re.sub(r"\{(.+?)\}", lambda match: ids[match[1]], path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_a_page_keeps_anybody_out(ana: Visitor, ids: dict[str, str], scheme: str):
    ana.page.emulate_media(color_scheme=scheme)
    for name, path in {**PAGES, **DOORS}.items():
        ana.open(address(path, ids))
        found = Axe().run(ana.page).response["violations"]
        grave = [
            v["id"] + " " + str([n["html"] for n in v["nodes"]])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert grave == [], name


@pytest.mark.parametrize("language", ["en", "es"])
def test_pages_speak_the_readers_words(ana: Visitor, ids: dict[str, str], language: str):
    for name, path in {**PAGES, **DOORS}.items():
        page = ana.open(f"{address(path, ids)}?lang={language}")
        assert page.locator("html").get_attribute("lang") == language
        text = page.locator("body").inner_text()
        assert INSIDE_WORDS.findall(text) == [], name
        assert name == "settings" or not re.search(r"\{\w+\}", text), name


@pytest.mark.parametrize("visitor", [{"viewport": {"width": 360, "height": 740}}], indirect=True)
@pytest.mark.parametrize("language", ["en", "es"])
def test_pages_fit_a_narrow_screen(ana: Visitor, ids: dict[str, str], language: str):
    for name, path in PAGES.items():
        page = ana.open(f"{address(path, ids)}?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_every_page_reads_without_javascript(ana: Visitor, ids: dict[str, str]):
    for name, path in PAGES.items():
        page = ana.open(address(path, ids))
        assert page.locator("main h1").count() == 1, name


def test_every_page_has_its_json_twin(ana: Visitor, ids: dict[str, str]):
    for name, path in PAGES.items():
        answer = ana.context.request.get(f"{ana.site}{address(path, ids)}.json")
        assert "json" in answer.headers["content-type"], name
        assert answer.ok == (name != "gone"), name
        assert isinstance(answer.json(), dict)


def test_the_banner_leads_to_the_failures(ana: Visitor):
    page = ana.open("/nova/invoices")
    expect(page.get_by_text("6 invoices cannot be synced")).to_be_visible()
    page.get_by_role("link", name="Sync failure details").click()
    page.wait_for_url("**/nova/failures")
    expect(page.get_by_role("heading", name="No customer in QuickBooks")).to_be_visible()


def test_of_very_many_failures_the_first_are_shown_and_all_are_counted(ana: Visitor, home: Home):
    with home.database.begin() as tx:
        builder = Builder(home, tx, "many")
        for n in range(60):
            one = builder.pair(Kind.INVOICE, invoice(f"INV-{n}", "company:1", "10.00"), None)
            builder.settle(one, State.FAILING, "no_customer")
    page = ana.open("/many/failures")
    expect(page.get_by_text("Invoices: 60 · $600.00")).to_be_visible()
    expect(page.locator(".cases > li")).to_have_count(50)
    expect(page.get_by_text("The first 50;")).to_be_visible()


def test_looking_at_both_accounts_says_when(ana: Visitor, home: Home, monkeypatch: pytest.MonkeyPatch):
    async def look(*_: object) -> None:
        with home.database.begin() as tx:
            of = connections.find(tx, "nova")
            assert of is not None
            details = {"seen": {"hubspot_ahead": 0, "quickbooks_ahead": 3600, "other_sync": ""}}
            connections.note(tx, of.id, who="ana", what="preflight", details=details, now=home.clock.now())

    monkeypatch.setattr(preflight, "preflight", look)
    page = ana.open("/nova/preflight")
    page.get_by_role("button", name="Look at both accounts now").click()
    expect(page.get_by_text("Looked at on")).to_be_visible()
    expect(page.get_by_text("3600 seconds apart")).to_be_visible()


def test_no_banner_stands_where_nothing_fails(ana: Visitor, home: Home):
    with home.database.begin() as tx:
        tx.execute(update(pair).values(state="in_sync", cause=""))
    assert ana.open("/nova/invoices").get_by_text("cannot be synced").count() == 0


def test_the_menu_marks_the_page_that_is_shown(ana: Visitor):
    for entry in MENU:
        for one in entry.below or (entry,):
            page = ana.open(f"/nova/{one.page}".rstrip("/"))
            marked = page.locator("nav [aria-current]").all_inner_texts()
            assert [re.sub(r"\W*\d+$", "", said) for said in marked][-1] == one.title


def test_the_states_of_the_overview_add_up(ana: Visitor):
    overview = ana.context.request.get(f"{ana.site}/nova.json").json()
    for kind in overview["kinds"]:
        assert sum(kind["states"].values()) == kind["total"]
    assert sum(cause["count"] for cause in overview["causes"]) == overview["needs_you"] == 7


def test_the_overview_shows_money_on_both_sides(ana: Visitor):
    rows = ana.open("/nova").locator(".figures tbody tr")
    assert rows.nth(0).inner_text().split() == ["HubSpot", "11", "$2,271.00", "$2,271.00"]
    assert rows.nth(1).inner_text().split() == ["QuickBooks", "11", "$2,373.00", "$2,373.00"]


def test_money_and_days_are_written_as_the_language_does(ana: Visitor, ids: dict[str, str]):
    text = ana.open(f"/nova/records/{ids['INV-1005']}?lang=es").locator("main").inner_text()
    assert "1.480,50\xa0US$" in text
    assert "2 nov 2026" in text


def test_invoices_are_found_by_number_customer_and_state(ana: Visitor):
    for query, numbers in (
        ("search=INV-1004", ["INV-1004"]),
        ("search=ruiz+studio", ["INV-1005", "INV-1001"]),
        ("search=advice+in+november&state=draft", ["INV-1020"]),
        ("state=draft", ["INV-1020"]),
        ("state=needs_you&search=1006", ["INV-1006"]),
    ):
        page = ana.open(f"/nova/invoices?{query}")
        assert page.locator("tbody th a").all_inner_texts() == numbers, query


def test_typing_narrows_the_list_at_once(ana: Visitor):
    page = ana.open("/nova/invoices")
    page.get_by_role("searchbox").press_sequentially("1005")
    page.wait_for_url("**search=1005**")
    assert page.locator("tbody th a").all_inner_texts() == ["INV-1005"]


def test_a_record_shows_both_sides_and_what_happened(ana: Visitor, ids: dict[str, str]):
    page = ana.open(f"/nova/records/{ids['INV-1002']}")
    total = page.get_by_role("row", name="Total").last.inner_text().split()
    assert total[-2:] == ["$200.00", "$300.00"]
    expect(page.get_by_text("Changed in QuickBooks", exact=True)).to_be_visible()
    assert page.get_by_role("link", name="HubSpot", exact=True).get_attribute("href").endswith("/record/0-53/1002")
    assert (
        page.get_by_role("link", name="QuickBooks", exact=True).get_attribute("href").endswith("/app/invoice?txnId=402")
    )


def test_a_refused_write_reads_as_refused(ana: Visitor, ids: dict[str, str]):
    page = ana.open(f"/nova/records/{ids['INV-1002']}")
    refused = page.locator(".story li").filter(has_text="Note on the record refused by HubSpot")
    expect(refused.get_by_text("Refused", exact=True)).to_be_visible()
    assert page.get_by_text("Noted on the record in HubSpot").count() == 0


def test_a_draft_tells_what_it_lacks(ana: Visitor, ids: dict[str, str]):
    text = ana.open(f"/nova/records/{ids['INV-1020']}").locator("main").inner_text()
    assert "Would fail, because" in text
    assert "The line Socks has no item in QuickBooks" in text


def test_the_history_is_searched(ana: Visitor):
    page = ana.open("/nova/history?notes=1&search=tieout_state")
    expect(page.get_by_text("1 entry")).to_be_visible()
    expect(page.get_by_text("Note on the record refused by HubSpot")).to_be_visible()


def test_colours_follow_the_readers_choice(ana: Visitor):
    page = ana.open("/nova")
    page.get_by_role("button", name="Light colours").click()
    assert page.locator("html").get_attribute("data-theme") == "light"
    page.get_by_role("button", name="Dark colours").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="Colours as the system has them").click()
    assert page.locator("html").get_attribute("data-theme") is None


def test_the_language_is_remembered(ana: Visitor):
    page = ana.open("/nova")
    page.get_by_role("button", name="Español").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Resumen"
    assert ana.open("/nova/history").get_by_role("heading", level=1).inner_text() == "Historial"


@pytest.mark.parametrize("visitor", [{"locale": "es-MX"}], indirect=True)
def test_before_signing_in_the_browsers_language_counts(visitor: Visitor):
    assert visitor.open("/sign-in").get_by_role("heading", level=1).inner_text() == "Iniciar sesión"


def test_a_page_can_be_used_from_the_keyboard(ana: Visitor):
    page = ana.open("/nova")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_tie_out_lists_differences_by_reason_with_money(ana: Visitor, ids: dict[str, str]):
    page = ana.open("/nova/tie-out")
    expect(page.get_by_text("It does not tie out.")).to_be_visible()
    titles = [row.split("\t")[0].split()[0:2] for row in page.locator("tr.group").all_inner_texts()]
    assert titles[0] == ["No", "reason"]
    assert "$75.00" in page.get_by_role("row", name="The number is taken").inner_text()
    page.get_by_role("link", name="INV-1004").click()
    page.wait_for_url(f"**/nova/records/{ids['INV-1004']}")

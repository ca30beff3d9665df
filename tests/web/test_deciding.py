"""What only a person can decide: both sides' figures, and the way to each choice."""

import pytest
from playwright.sync_api import expect
from tests.web import company
from tests.web.conftest import Visitor

from tieout.actions.home import Home
from tieout.core.match import Candidate
from tieout.core.records import Kind, Side, State
from tieout.store import connections, pairs
from tieout.store.pairs import Story


@pytest.fixture
def doubtful(home: Home) -> Home:
    """An invoice of HubSpot's that could be there already, under another number."""
    with home.database.begin() as tx:
        of = connections.find(tx, company.NAME)
        assert of is not None
        found = pairs.find(tx, of.id, Kind.INVOICE, Side.CRM, "1001")
        assert found is not None
        near = (Candidate("402", "INV-1002", ("amount",)),)
        pairs.settle(
            tx, found, State.HELD, "possible_duplicate", Story(candidates=near), now=company.NOW, money=(10000, "USD")
        )
    return home


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}, {}], indirect=True)
def test_a_hold_shows_both_sides_figures_and_its_choices(ana: Visitor):
    page = ana.open("/nova/decide")
    card = page.get_by_role("region", name="INV-1002 Nova Ltd", exact=True)
    assert card.get_by_role("row", name="Total").last.inner_text().split()[-2:] == ["$200.00", "$300.00"]
    card.get_by_role("link", name="Leave both as they are").click()
    expect(page.get_by_role("heading", name="This will happen")).to_be_visible()


@pytest.mark.usefixtures("doubtful")
def test_what_could_be_the_same_stands_beside_it(ana: Visitor):
    page = ana.open("/nova/decide")
    card = page.locator("section").filter(has=page.get_by_role("heading", name="INV-1001"))
    assert card.get_by_role("row", name="Total").inner_text().split()[-2:] == ["$100.00", "$300.00"]
    expect(card.get_by_text("They are no pair")).to_be_visible()


def test_the_menu_counts_what_waits_for_a_decision(ana: Visitor):
    menu = ana.open("/nova").get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link", name="Please decide 1")).to_be_visible()


def test_holds_come_a_page_at_a_time(ana: Visitor, home: Home):
    with home.database.begin() as tx:
        builder = company.Builder(home, tx, "many")
        for n in range(21):
            one = builder.pair(Kind.INVOICE, company.invoice(f"INV-{n}", "company:1", "10.00"), None)
            builder.settle(one, State.HELD, "possible_duplicate")
    page = ana.open("/many/decide")
    expect(page.get_by_text("21 decisions")).to_contain_text("$210.00")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("main h2")).to_have_count(1)

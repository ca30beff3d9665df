"""Running an audit from its page, of two accounts that are really there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.stories.conftest import World
from tests.web.conftest import PASSWORD, Visitor

from tieout.actions import users
from tieout.actions.actor import Actor, Role
from tieout.actions.home import Home, open_home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home that is connected to two sandboxes: an invoice of QuickBooks' stands there alone."""
    world = World("us-manual", tmp_path)
    world.tieout.name = "nova"
    books = world.bookkeeper
    books.invoice(books.customer("Nova Ltd"), books.line(books.item("Consulting"), "1", "450.00"), number="1042")
    world.connect()
    opened = open_home(world.tieout.home)
    users.set_up(opened, users.invite(opened, Actor("ana", Role.OWNER), "ana", Role.OWNER), "ana", PASSWORD, "en")
    yield opened
    opened.close()
    world.close()


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_it_is_run_from_its_page_without_javascript(ana: Visitor):
    page = ana.open("/nova/audit")
    expect(page.get_by_text("No audit was run yet.")).to_be_visible()
    assert ana.context.request.get(f"{ana.site}/nova/audit.csv").status == 404
    page.get_by_role("button", name="Run the audit now").click()
    expect(page.get_by_text("1 finding")).to_be_visible()
    expect(page.locator("#found-missing_in_crm + div")).to_contain_text("$450.00")

"""Field mapping and filters on their pages, with two accounts that are really there."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect
from tests.stories.conftest import World
from tests.web.conftest import PASSWORD, Visitor

from tieout.actions import users
from tieout.actions.actor import Actor, Role
from tieout.actions.home import Home, open_home
from tieout.actions.mapping import fields

OWNER = Actor("ana", Role.OWNER)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home that is connected to two sandboxes, with a company in HubSpot."""
    world = World("us-manual", tmp_path)
    world.tieout.name = "nova"
    world.seller.make("companies", {"name": "Nova Ltd", "lifecyclestage": "lead"})
    world.connect()
    opened = open_home(world.tieout.home)
    for name, role in (("ana", Role.OWNER), ("vera", Role.VIEWER)):
        users.set_up(opened, users.invite(opened, OWNER, name, role), name, PASSWORD, "en")
    yield opened
    opened.close()
    world.close()


def mapped(home: Home) -> list[tuple[str, str, str]]:
    return [(one.field, one.crm, one.direction) for one in fields(home, OWNER, "nova") if one.mapped]


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_a_field_is_mapped_changed_and_removed_without_javascript(ana: Visitor, home: Home):
    page = ana.open("/nova/settings")
    page.get_by_role("link", name="Field mapping").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Field mapping")
    page.get_by_label("HubSpot's type of record").select_option("invoices")
    page.get_by_role("button", name="Show its properties").click()
    page.get_by_label("HubSpot property").select_option("hs_purchase_order_number")
    page.get_by_label("QuickBooks field").select_option(label="PO Number")
    page.get_by_label("Name of the field").fill("PO")
    page.get_by_role("button", name="Map this field").click()
    expect(page.get_by_role("status")).to_contain_text("PO")
    assert mapped(home) == [("invoice.PO", "invoices.hs_purchase_order_number", "both")]
    page.get_by_label("Direction of PO").select_option(label="To QuickBooks only")
    page.get_by_role("button", name="Save PO").click()
    assert mapped(home) == [("invoice.PO", "invoices.hs_purchase_order_number", "to_books")]
    page.get_by_role("button", name="Remove PO").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    assert mapped(home) == []


def test_a_mapping_that_does_not_fit_says_why(ana: Visitor, home: Home):
    page = ana.open("/nova/mapping?type=companies")
    page.get_by_label("HubSpot property").select_option("lifecyclestage")
    page.get_by_label("QuickBooks field").select_option(label="Mobile phone")
    page.get_by_role("button", name="Map this field").click()
    expect(page.get_by_role("alert")).to_have_text("Mobile phone holds text; companies.lifecyclestage does not.")
    assert mapped(home) == []
    page.get_by_label("Direction of E-mail").select_option(label="Not at all")
    page.get_by_role("button", name="Save E-mail").click()
    expect(page.get_by_role("status")).to_contain_text("E-mail")


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_a_filter_is_counted_before_it_is_set(ana: Visitor):
    page = ana.open("/nova/filters")
    page.get_by_label("Records").select_option("hubspot.companies")
    page.get_by_role("button", name="Show its properties").click()
    page.get_by_label("Property").select_option("lifecyclestage")
    page.get_by_label("Values").fill("customer; opportunity")
    page.get_by_role("button", name="Count what it lets through").click()
    expect(page.get_by_role("status")).to_contain_text("It lets 0 of 1 records through.")
    expect(page.get_by_role("status")).to_contain_text("Nothing more of this kind would be synced")
    expect(page.locator(".settings li")).to_have_count(0)
    page.get_by_role("button", name="Set this filter").click()
    expect(page.locator(".settings li")).to_contain_text("companies.lifecyclestage is one of customer; opportunity")
    page.get_by_role("button", name="Remove companies.lifecyclestage").click()
    expect(page.locator(".settings li")).to_have_count(0)


def test_a_value_that_never_comes_is_refused(ana: Visitor):
    page = ana.open("/nova/filters?of=hubspot.companies&field=lifecyclestage&test=is&values=nobody")
    expect(page.get_by_role("alert")).to_contain_text("never is nobody")
    assert page.get_by_role("button", name="Set this filter").count() == 0


def test_who_only_looks_changes_nothing(visitor: Visitor):
    visitor.sign_in("vera")
    visitor.page.wait_for_url("**/nova")
    page = visitor.open("/nova/mapping")
    assert page.get_by_role("button", name="Save").count() == 0
    assert (
        visitor.context.request.get(f"{visitor.site}/nova/mapping.json").json()["fields"][0]["field"]
        == "customer.phone"
    )
    assert visitor.context.request.get(f"{visitor.site}/nova/filters.json").json()["filters"] == []


def test_programs_map_and_filter_too(site: str):
    with httpx2.Client(base_url=f"{site}/api/v1", trust_env=False, timeout=30) as client:
        token = client.post("/session", json={"name": "ana", "password": PASSWORD}).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        offered = client.get("/companies/nova/properties/invoices").json()
        assert "hs_purchase_order_number" in [one["name"] for one in offered]
        wanted = {"crm": "invoices.hs_purchase_order_number", "books": "custom1", "name": "PO"}
        made = client.post("/companies/nova/fields", json=wanted)
        assert (made.status_code, made.json()["direction"]) == (201, "both")
        again = client.post("/companies/nova/fields", json=wanted)
        assert again.status_code == 400
        assert "mapped already" in again.json()["detail"]
        changed = client.post("/companies/nova/fields/invoice.PO", json={"direction": "off"})
        assert changed.json()["direction"] == "off"
        assert client.delete("/companies/nova/fields/invoice.PO").status_code == 204
        asked = {"side": "quickbooks", "field": "customer.notes", "test": "known", "preview": True}
        assert client.post("/companies/nova/filters", json=asked).json()["set"] is False
        assert client.post("/companies/nova/filters", json=asked | {"preview": False}).json()["set"] is True
        assert [one["field"] for one in client.get("/companies/nova/filters").json()] == ["customer.notes"]
        assert client.delete("/companies/nova/filters/1").status_code == 204
        assert client.delete("/companies/nova/filters/1").status_code == 404

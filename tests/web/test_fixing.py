"""Fixing on the pages: choose, preview, confirm; by whom, and with which guards."""

import pytest
from playwright.sync_api import expect
from tests.web import company
from tests.web.conftest import PASSWORD, Visitor

from tieout.actions import failures
from tieout.actions.home import Home
from tieout.store import connections, pairs


def choices(home: Home, pair_id: str) -> dict[str, str]:
    """What a person chose for a pair."""
    with home.database.read() as tx:
        return dict(pairs.load(tx, [int(pair_id)])[0].pair.choices)


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_a_whole_fix_without_javascript(ana: Visitor, home: Home, ids: dict[str, str]):
    page = ana.open("/nova/failures")
    page.get_by_role("link", name="Pair with a QuickBooks customer (INV-1001)").click()
    page.get_by_label("QuickBooks customer").select_option("61")
    page.get_by_role("button", name="Show what it will do").click()
    expect(page.get_by_role("heading", name="This will happen")).to_be_visible()
    assert choices(home, ids["INV-1001"]) == {}
    page.get_by_role("button", name="Do it").click()
    page.wait_for_url("**/nova/failures?done=1")
    assert page.get_by_role("status").inner_text() == "Done. It is carried out with the next check."
    with home.database.read() as tx:
        row = pairs.load(tx, [int(ids["INV-1001"])])[0]
        owner = pairs.find(tx, 1, failures.Kind.CUSTOMER, failures.Side.CRM, "company:1")
    assert owner is not None
    assert {**row.pair.choices, **owner.pair.choices} == {"link_customer": "61"}


def test_likely_customers_come_first_and_linked_ones_not_at_all(ana: Visitor, ids: dict[str, str]):
    page = ana.open(f"/nova/failures/{ids['INV-1001']}/link_customer")
    options = page.get_by_label("QuickBooks customer").locator("option").all_inner_texts()
    assert options == ["Please choose", "Ana Ruiz (ana.ruiz@ledger.example)", "Orbit Foods (pay@orbit.example)"]


def test_the_choices_are_narrowed_by_searching(ana: Visitor, ids: dict[str, str]):
    page = ana.open(f"/nova/failures/{ids['INV-1001']}/link_customer")
    page.get_by_label("Narrow the list").fill("orbit")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**search=orbit**")
    options = page.get_by_label("QuickBooks customer").locator("option").all_inner_texts()
    assert options == ["Please choose", "Orbit Foods (pay@orbit.example)"]


def test_a_fix_for_all_with_one_cause(ana: Visitor, home: Home, ids: dict[str, str]):
    page = ana.open("/nova/failures")
    section = page.get_by_role("region", name="No customer in QuickBooks")
    section.get_by_role("link", name="Do not sync this one (No customer in QuickBooks, 2)").click()
    expect(page.get_by_text("It settles 2 failures.")).to_be_visible()
    page.get_by_role("button", name="Do it").click()
    page.wait_for_url("**/nova/failures?done=2")
    assert "exclude" in choices(home, ids["INV-1001"])
    assert "exclude" in choices(home, ids["INV-1005"])


def test_a_preview_shows_before_and_after_and_writes_nothing(ana: Visitor, home: Home, ids: dict[str, str]):
    page = ana.open(f"/nova/failures/{ids['INV-1002']}/put_back")
    table = page.get_by_role("region", name="This will happen").last.inner_text()
    assert "300.00" in table
    assert "200.00" in table
    assert choices(home, ids["INV-1002"]) == {}


def test_a_seller_may_not_move_money(visitor: Visitor, home: Home, ids: dict[str, str]):
    visitor.sign_in("sam")
    visitor.page.wait_for_url("**/nova")
    page = visitor.open(f"/nova/failures/{ids['INV-1002']}/put_back")
    expect(page.get_by_text("it takes the role Bookkeeper")).to_be_visible()
    assert page.get_by_role("button", name="Do it").count() == 0
    token = visitor.open("/nova").locator("[name=_csrf_token]").first.get_attribute("value")
    forced = visitor.context.request.post(
        f"{visitor.site}/nova/failures/{ids['INV-1002']}/put_back", form={"_csrf_token": token or ""}
    )
    assert forced.status == 403
    assert choices(home, ids["INV-1002"]) == {}


def test_a_viewer_sees_no_button_that_changes_anything(visitor: Visitor, ids: dict[str, str]):
    visitor.sign_in("vera")
    visitor.page.wait_for_url("**/nova")
    for path in ("/nova", "/nova/tie-out", "/nova/settings", f"/nova/records/{ids['INV-1010']}"):
        assert visitor.open(path).locator("main").get_by_role("button").count() == 0, path
    page = visitor.open(f"/nova/failures/{ids['INV-1001']}/link_customer")
    expect(page.get_by_text("Your role may look, not change.")).to_be_visible()


def test_a_form_without_its_token_is_refused(ana: Visitor, home: Home, ids: dict[str, str]):
    answer = ana.context.request.post(f"{ana.site}/nova/failures/{ids['INV-1002']}/leave_both", form={"x": "1"})
    assert answer.status == 403
    assert choices(home, ids["INV-1002"]) == {}
    for path in (
        "/nova/sync",
        "/nova/pause",
        "/nova/settings",
        "/nova/tie-out",
        "/sign-out",
        "/preferences",
        "/sign-in",
    ):
        assert ana.context.request.post(f"{ana.site}{path}", form={"x": "1"}).status == 403, path


def test_a_value_that_is_wrong_is_said_so(ana: Visitor, ids: dict[str, str]):
    page = ana.open(f"/nova/failures/{ids['INV-1001']}/link_customer?set-customer=4711")
    assert "4711" in page.get_by_role("alert").inner_text()


def test_settings_are_changed_by_a_bookkeeper(ana: Visitor):
    page = ana.open("/nova/settings")
    page.get_by_label("Create customers in QuickBooks that an invoice needs").select_option("false")
    page.locator("#auto_create_customers").get_by_role("button").click()
    assert page.get_by_role("status").inner_text().startswith("Saved.")
    assert page.get_by_label("Create customers in QuickBooks that an invoice needs").input_value() == "false"
    page.get_by_label("Days within which two invoices").fill("many")
    page.locator("#same_invoice_days").get_by_role("button").click()
    assert "same_invoice_days" in page.get_by_role("alert").inner_text()


def both_are_read(home: Home) -> None:
    """Both accounts were read once."""
    with home.database.begin() as tx:
        of = connections.find(tx, company.NAME)
        assert of is not None
        connections.change(tx, of.id, crm_complete=True, books_complete=True)


def test_copying_a_whole_list_is_asked_about_with_its_number_first(home: Home, ana: Visitor):
    both_are_read(home)
    page = ana.open("/nova/settings")
    said = "Make items on the other side"
    page.get_by_label(said).select_option("to_hubspot")
    page.locator("#copy_items").get_by_role("button").click()
    assert "copy_items makes 0 records in QuickBooks and 1 in HubSpot" in page.get_by_role("alert").inner_text()
    assert page.get_by_label(said).input_value() == "needed"
    page.get_by_role("button", name="Make them all").click()
    assert page.get_by_role("status").inner_text().startswith("Saved.")
    assert page.get_by_label(said).input_value() == "to_hubspot"


def test_the_api_tells_the_number_and_sets_it_once_somebody_agrees(home: Home, ana: Visitor):
    both_are_read(home)
    address, api = f"{ana.site}/api/v1", ana.context.request
    token = api.post(f"{address}/session", data={"name": "ana", "password": PASSWORD}).json()["token"]
    asked = {"data": {"copy_items": "both"}, "headers": {"Authorization": f"Bearer {token}"}}
    refused = api.post(f"{address}/companies/nova/settings", **asked)
    assert refused.status == 400
    assert "0 records in QuickBooks and 1 in HubSpot" in refused.json()["detail"]
    assert api.post(f"{address}/companies/nova/settings?yes=true", **asked).status == 200


def test_pause_and_resume(ana: Visitor):
    page = ana.open("/nova")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused: nothing is written until somebody resumes.")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_a_record_is_left_out_from_its_page(ana: Visitor, home: Home, ids: dict[str, str]):
    page = ana.open(f"/nova/records/{ids['INV-1010']}")
    with page.expect_navigation():
        page.get_by_role("button", name="Do not sync this one").click()
    assert "exclude" in choices(home, ids["INV-1010"])


def test_the_api_fixes_as_the_pages_do(visitor: Visitor, home: Home, ids: dict[str, str]):
    calls = visitor.context.request
    api = f"{visitor.site}/api/v1"
    token = calls.post(f"{api}/session", data={"name": "ben", "password": PASSWORD}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    fix = f"{api}/companies/nova/failures/{ids['INV-1002']}/fixes/leave_both"
    preview = calls.post(fix, headers=headers, data={"preview": True}).json()
    assert preview["done"] is False
    assert choices(home, ids["INV-1002"]) == {}
    done = calls.post(fix, headers=headers, data={}).json()
    assert {**done, "done": False} == preview
    assert "leave_both" in choices(home, ids["INV-1002"])


def test_a_warning_is_seen_on_the_invoice_and_acknowledged(ana: Visitor, home: Home):
    page = ana.open("/nova/invoices")
    page.get_by_text("1 invoice is in sync with warnings.").get_by_role("link", name="See which").click()
    page.get_by_role("link", name="INV-1011").click()
    warnings = page.get_by_role("region", name="Warnings")
    expect(warnings.get_by_text("1000 of 1320 characters: Message to the customer.")).to_be_visible()
    expect(page.get_by_text("In sync, with warnings")).to_be_visible()
    expect(page.get_by_role("button", name="Do not sync this one")).to_be_visible()
    at = page.url
    warnings.get_by_role("link", name="Acknowledge the warning").click()
    expect(page.get_by_text("It settles the warning of 1 record.")).to_be_visible()
    page.get_by_role("button", name="Do it").click()
    page.wait_for_url(at)
    assert choices(home, at.rpartition("/")[2]) == {"acknowledge": "5a"}


def test_what_is_wrong_is_said_in_the_readers_language(ana: Visitor, ids: dict[str, str]):
    page = ana.open(f"/nova/failures/{ids['INV-1004']}/number_by_pattern?lang=es&set-pattern=%7Bnumber%7D")
    expect(page.get_by_role("alert")).to_have_text("«{number}» da otra vez el mismo número: INV-1004.")
    page = ana.open(f"/nova/failures/{ids['INV-1004']}/number_by_pattern?set-pattern=%7Bfoo%7D")
    expect(page.get_by_role("alert")).to_have_text("«{foo}» no es un patrón. Puede contener {number}, {n}.")
    page = ana.open("/nova/settings")
    token = page.locator("[name=_csrf_token]").first.get_attribute("value")
    form = {"_csrf_token": token or "", "key": "lock_date", "value": "tomorrow"}
    answer = ana.context.request.post(f"{ana.site}/nova/settings", form=form)
    assert answer.status == 400
    assert "«tomorrow» no es ni lo uno ni lo otro." in answer.text()


def test_who_may_not_is_told_so_in_their_language(visitor: Visitor, ids: dict[str, str]):
    visitor.sign_in("sam")
    visitor.page.wait_for_url("**/nova")
    page = visitor.open("/nova?lang=es")
    token = page.locator("[name=_csrf_token]").first.get_attribute("value")
    forced = visitor.context.request.post(
        f"{visitor.site}/nova/failures/{ids['INV-1002']}/put_back", form={"_csrf_token": token or ""}
    )
    assert forced.status == 403
    assert "hace falta el rol Contabilidad; sam tiene el rol Ventas." in forced.text()

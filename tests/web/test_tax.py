"""The table of tax codes, on its page and in the API."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect
from tests.web import company
from tests.web.conftest import PASSWORD, Visitor

from tieout.actions import settings
from tieout.actions.actor import Actor, Role
from tieout.actions.home import Home
from tieout.core.facts import BooksFacts, CrmFacts, TaxCode, TaxRate
from tieout.store import connections

RATES = (TaxRate("r1", "VAT", Decimal(20)), TaxRate("r2", "IRPF", Decimal(-15)))
CODES = (TaxCode("7", "20.0% S", Decimal(20)), TaxCode("8", "0.0% Z", Decimal(0)), TaxCode("9", "Exempt", Decimal(0)))


@pytest.fixture
def home(home: Home) -> Home:
    """A company in the United Kingdom."""
    with home.database.begin() as tx:
        pair = connections.find(tx, company.NAME)
        assert pair is not None
        crm = CrmFacts("42424", "GBP", "Europe/London", tax_rates=RATES)
        books = BooksFacts("93414", "Nova Trading Ltd", "GB", "GBP", regime="per-line", tax_codes=CODES)
        connections.change(tx, pair.id, crm_facts=crm, books_facts=books)
    return home


def chosen(home: Home) -> dict[str, str]:
    """The settings of the table that stand."""
    found = settings.settings(home, Actor("ana", Role.OWNER), company.NAME)
    return {one.key: one.value for one in found if one.key.startswith(("tax_code.", "untaxed_code")) and one.value}


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_codes_are_chosen_on_the_page_for_all_countries_and_for_one(home: Home, ana: Visitor):
    page = ana.open("/nova/settings")
    page.get_by_role("link", name="Tax codes").click()
    page.get_by_label("QuickBooks tax code: No tax, All countries").select_option("0.0% Z")
    page.get_by_role("button", name="Save No tax, All countries").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.get_by_label("Country", exact=True).fill("reino unido")
    page.locator("#new-code").select_option("Exempt")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("row", name="United Kingdom")).to_contain_text("untaxed_code@GB")
    expect(page.get_by_role("row", name="All other countries")).to_contain_text("untaxed_code")
    expect(page.get_by_role("row", name="IRPF -15 %")).to_contain_text("A withholding")
    assert chosen(home) == {"untaxed_code": "0.0% Z", "untaxed_code@GB": "Exempt"}
    page.get_by_label("Country", exact=True).fill("Atlantis")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("Atlantis is no country")
    assert len(chosen(home)) == 2


def test_the_api_shows_and_changes_the_table_and_a_seller_may_only_look(home: Home, visitor: Visitor):
    api, address = visitor.context.request, f"{visitor.site}/api/v1"

    def signed_in(name: str) -> dict[str, str]:
        token = api.post(f"{address}/session", data={"name": name, "password": PASSWORD}).json()["token"]
        return {"Authorization": f"Bearer {token}"}

    table = f"{address}/companies/nova/tax"
    wanted = {"rate": "r1", "country": "France", "code": "7"}
    assert api.put(table, headers=signed_in("sam"), data=wanted).status == 403
    answer = api.put(table, headers=signed_in("ben"), data=wanted)
    assert answer.status == 200
    shown = api.get(table, headers=signed_in("sam")).json()
    assert shown == answer.json()
    assert [row["title"] for row in shown["rows"]] == ["No tax", "VAT 20 %", "IRPF -15 %"]
    assert [(cell["where"], cell["name"]) for cell in shown["rows"][1]["cells"]] == [
        ("France", "20.0% S"),
        ("All countries", ""),
    ]
    assert chosen(home) == {"tax_code.VAT@FR": "20.0% S"}
    assert api.put(table, headers=signed_in("ben"), data=wanted | {"code": ""}).status == 200
    assert chosen(home) == {}
    refused = api.put(table, headers=signed_in("ben"), data=wanted | {"code": "none of these"})
    assert refused.status == 400

"""Tax by country: what "no tax" means depends on where the customer is."""

from decimal import Decimal

import pytest
from tests.stories.conftest import World, amount
from tests.stories.seller import linked


def untaxed(world: World, name: str, country: str) -> str:
    """A finalized invoice of 100.00 without tax, for a company in a country, empty where nobody said it."""
    seller = world.seller
    company = seller.company(name, **({"country": country} if country else {}))
    contact = seller.contact(f"ana@{company}.example", "Ana", company=company)
    return seller.invoice(seller.line("1", "100.00", name="Poster"), company=company, contact=contact)


def booked(world: World) -> dict[str, str]:
    """The tax code of each invoice's line, by the customer's name."""
    codes = {world.bookkeeper.tax_code(name): name for name in ("0.0% Z", "Exempt")}
    found = {}
    for invoice in world.bookkeeper.select("Invoice"):
        assert amount(invoice["TotalAmt"]) == Decimal("100.00")
        found[invoice["CustomerRef"]["name"]] = codes[invoice["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"]["value"]]
    return found


def test_story_11_no_tax_has_a_meaning_by_country(uk: World) -> None:
    untaxed(uk, "Export SA", "France")
    untaxed(uk, "Home Ltd", "United Kingdom")
    third = untaxed(uk, "Dritte GmbH", "Germany")
    uk.connect(untaxed_code="", **{"untaxed_code@FR": "0.0% Z", "untaxed_code@GB": "Exempt"})
    uk.tieout.sync()
    assert booked(uk) == {"Export SA": "0.0% Z", "Home Ltd": "Exempt"}
    failure = uk.tieout.failure("unmapped_tax")
    assert failure["explanation"] == "QuickBooks needs a tax code for no tax (DE), and none is chosen."
    uk.tieout.fix(failure, "map_tax_by_country", code=uk.bookkeeper.tax_code("0.0% Z"))
    uk.tieout.sync()
    assert booked(uk)["Dritte GmbH"] == "0.0% Z"
    assert uk.seller.shown(third)["tieout_state"] == "In sync"
    uk.rests()


@pytest.mark.cause("tax_country_unknown", foreseen="the customer's country")
def test_a_customer_without_a_country_waits_for_one_where_the_country_decides(uk: World) -> None:
    untaxed(uk, "Somewhere Ltd", "")
    uk.connect(untaxed_code="0.0% Z", **{"untaxed_code@GB": "Exempt"})
    uk.tieout.sync()
    uk.tieout.failure("tax_country_unknown")
    assert booked(uk) == {}
    [company] = uk.seller.client.crm.companies.basic_api.get_page().results
    uk.seller.change("companies", company.id, country="United Kingdom")
    uk.tieout.sync()
    assert uk.tieout.failures() == []
    assert booked(uk) == {"Somewhere Ltd": "Exempt"}
    uk.rests()


def ordered(world: World, *percents: str, status: str = "open") -> str:
    """An invoice of 100.00 with taxes on the whole order."""
    seller = world.seller
    made = seller.draft(
        seller.line("1", "100.00", name="Poster"), contact=seller.contact("ana@nova.example", "Ana", "Ruiz")
    )
    for percent in percents:
        seller.make("taxes", {"hs_label": "Tax", "hs_type": "PERCENT", "hs_value": percent}, [linked(made, 416)])
    if status != "draft":
        seller.finalize(made)
    return made


def test_a_withholding_is_foreseen_in_a_draft_and_blocked_when_it_is_finalized(uk: World) -> None:
    draft = ordered(uk, "20", "-15", status="draft")
    uk.connect(**{"tax_code.tax:20": "20.0% S", "tax_code.tax:20+-15": "5.0% R"})
    uk.tieout.sync()
    assert "A tax that the customer withholds" in uk.seller.shown(draft)["tieout_reason"]
    uk.seller.finalize(draft)
    uk.tieout.sync()
    told = uk.tieout.failure("withholding_tax")["explanation"]
    assert told.startswith("20 % + -15 % takes money off the invoice")
    assert uk.bookkeeper.select("Invoice") == []


def test_a_surcharge_needs_a_code_for_the_combination(uk: World) -> None:
    ordered(uk, "20", "5.2")
    code = uk.bookkeeper.tax_rate("20 + 5.2", "25.2")
    uk.connect(**{"tax_code.tax:20": "20.0% S", "tax_code.tax:5.2": "5.0% R"})
    uk.tieout.sync()
    failure = uk.tieout.failure("surcharge_tax")
    assert failure["explanation"].startswith("A line bears more than one tax (20 % + 5.2 %)")
    assert uk.bookkeeper.select("Invoice") == []
    uk.tieout.fix(failure, "map_tax", code=uk.bookkeeper.tax_code(code))
    uk.tieout.sync()
    assert uk.tieout.failures() == []
    [booked] = uk.bookkeeper.select("Invoice")
    assert amount(booked["TotalAmt"]) == Decimal("125.20")
    uk.rests()

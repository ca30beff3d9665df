"""Tax by country: what "no tax" means depends on where the customer is."""

from decimal import Decimal

import pytest
from tests.stories.conftest import World, amount


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

"""Documents in other currencies: on a customer that has that currency, at QuickBooks' own rate of their day."""

from decimal import Decimal
from typing import Any

import pytest
from tests.stories.conftest import Synced, World, amount


class Shop:
    """A company of the seller's that buys in several currencies, in which both HubSpot and QuickBooks trade."""

    def __init__(self, world: World, *currencies: str) -> None:
        self.world = world
        world.hubspot.company(currencies=["USD", *currencies])
        world.quickbooks.company(multi_currency=True)
        for code in currencies:
            world.bookkeeper.currency(code)
        self.company = world.seller.company("Nova Ltd")
        self.contact = world.seller.contact("ana@nova.example", "Ana", "Ruiz", company=self.company)

    def rate(self, code: str, rate: str, offset: int = -30) -> None:
        """Set what one unit of a currency is worth from a day on, given by its distance from today."""
        self.world.bookkeeper.rate(code, rate, self.world.day(offset))

    def draft(self, price: str, currency: str, quantity: str = "1") -> str:
        seller, day = self.world.seller, self.world.day(-2)
        line = seller.line(quantity, price, hs_line_item_currency_code=currency)
        return seller.draft(line, contact=self.contact, company=self.company, on=day, hs_currency=currency)

    def buys(self, price: str, currency: str, quantity: str = "1") -> str:
        made = self.draft(price, currency, quantity)
        self.world.seller.finalize(made)
        return made

    def booked(self) -> dict[str, dict[str, Any]]:
        """The invoices in QuickBooks by currency; there is one in each."""
        return {one["CurrencyRef"]["value"]: one for one in self.world.bookkeeper.select("Invoice")}

    def customers(self) -> dict[str, str]:
        """The currencies of QuickBooks' customers, by name."""
        return {one["DisplayName"]: one["CurrencyRef"]["value"] for one in self.world.bookkeeper.select("Customer")}


def created(done: Synced) -> dict[str, int]:
    return {side: verbs["create"] for side, verbs in done.operations.items()}


def test_19_an_invoice_in_euros_is_booked_at_the_rate_of_its_day_on_the_customers_euro_record(world: World) -> None:
    shop = Shop(world, "EUR")
    shop.rate("EUR", "1.08")
    shop.rate("EUR", "1.11", -1)
    shop.buys("250.00", "USD")
    shop.buys("1000.00", "EUR")
    world.connect()
    done = world.tieout.sync()
    assert done.standing("invoice") == {"in_sync": 2}
    booked = shop.booked()
    assert (amount(booked["EUR"]["TotalAmt"]), booked["EUR"]["ExchangeRate"]) == (Decimal("1000.00"), 1.08)
    assert amount(booked["EUR"]["HomeTotalAmt"]) == Decimal("1080.00")
    assert shop.customers() == {"Nova Ltd": "USD", "Nova Ltd (EUR)": "EUR"}
    assert (booked["USD"]["CustomerRef"]["name"], booked["EUR"]["CustomerRef"]["name"]) == (
        "Nova Ltd",
        "Nova Ltd (EUR)",
    )
    assert world.tieout.refusals() == []
    world.rests()


@pytest.mark.cause("no_exchange_rate", foreseen="QuickBooks' rate of the day")
@pytest.mark.parametrize("rate", ["", "1"], ids=["no rate", "a rate of 1"])
@pytest.mark.cause("no_exchange_rate", foreseen="QuickBooks' rate of the day")
def test_19_without_a_rate_nothing_is_booked_until_there_is_one(world: World, rate: str) -> None:
    shop, seller = Shop(world, "EUR"), world.seller
    if rate:
        shop.rate("EUR", rate)
    shop.buys("1000.00", "EUR")
    draft = shop.draft("5.00", "EUR")
    world.connect()
    world.tieout.sync()
    assert world.bookkeeper.select("Invoice") == []
    assert "EUR" in world.tieout.failure("no_exchange_rate")["explanation"]
    assert "No exchange rate" in seller.shown(draft)["tieout_reason"]
    shop.rate("EUR", "1.08", -2)
    world.tieout.sync()
    assert world.tieout.failures() == []
    assert amount(shop.booked()["EUR"]["HomeTotalAmt"]) == Decimal("1080.00")
    assert "No exchange rate" not in seller.shown(draft)["tieout_reason"]
    world.rests()

"""Whole customer and item lists, where an operator opts in: counted first, then made on the other side."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.stories.virtual import NAME, Shop, in_virtual_time

from tieout.actions import settings
from tieout.actions.actor import Actor, Role

ANA = Actor("ana", Role.OWNER)


def agree(shop: Shop, **values: str) -> None:
    """Set it, knowing how many records it makes."""
    settings.change(shop.home, ANA, NAME, values, agreed=True)


def told(shop: Shop, **values: str) -> tuple[int, int]:
    """How many records a setting is said to make, in QuickBooks and in HubSpot; nothing is set."""
    before = shop.settings()
    with pytest.raises(settings.NotAgreed) as asked:
        shop.set(**values)
    assert shop.settings() == before
    books, crm = map(int, re.findall(r"[0-9]+", str(asked.value)))
    return books, crm


async def with_lists(shop: Shop) -> None:
    """Two customers and two items that nobody needs on each side, and of each one that both sides have."""
    shop.seller.company("Nova Ltd", "ana@nova.example")
    shop.seller.company("Ruiz Ltd", "ben@ruiz.example")
    for name, sku in (("Lamp", "L1"), ("Desk", "D1")):
        shop.seller.create("products", {"name": name, "hs_sku": sku, "price": "12.50"})
    mail = {"Address": "ben@ruiz.example"}
    shop.bookkeeper.create("Customer", DisplayName="Ruiz Ltd", CompanyName="Ruiz Ltd", PrimaryEmailAddr=mail)
    shop.bookkeeper.create("Customer", DisplayName="Bo Li", GivenName="Bo", FamilyName="Li")
    shop.bookkeeper.item("Desk", Sku="D1")
    shop.bookkeeper.item("Chair", Sku="C1", UnitPrice=Decimal("45.5"), Description="Oak")
    await shop.connect()
    await shop.sync(until_quiet=True)


def test_by_default_nothing_is_made_that_no_invoice_needs(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        with shop.nothing_is_written():
            await with_lists(shop)

    in_virtual_time(tmp_path, story)


def test_customers_of_both_sides_are_counted_and_then_made_and_nobody_becomes_a_lead(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await with_lists(shop)
        assert told(shop, copy_customers="to_quickbooks") == (1, 0)
        assert told(shop, copy_customers="both") == (1, 1)
        agree(shop, copy_customers="both")
        await shop.sync(until_quiet=True)
        assert sorted(one["DisplayName"] for one in shop.bookkeeper.all("Customer")) == [
            "Bo Li",
            "Nova Ltd",
            "Ruiz Ltd",
        ]
        people = shop.seller.all("contacts", "lastname", "lifecyclestage", "hs_marketable_status")
        assert [one["lastname"] for one in people].count("Li") == 1
        sent = b"".join(one.body for one in shop.hubspot.writes())
        assert b"lifecyclestage" not in sent
        assert b"hs_marketable_status" not in sent
        assert shop.cases() == []
        shop.seller.company("Later Ltd", "eve@later.example")
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        assert "Later Ltd" in [one["DisplayName"] for one in shop.bookkeeper.all("Customer")]
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_items_become_products_and_products_items_and_can_be_taken_back(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await with_lists(shop)
        standing = len(shop.bookkeeper.all("Item"))
        books, crm = told(shop, copy_items="both")
        assert books == 1
        agree(shop, copy_items="both")
        await shop.sync(until_quiet=True)
        products = {one["name"]: one for one in shop.seller.all("products", "name", "hs_sku", "price", "description")}
        chair = products["Chair"]
        assert (chair["hs_sku"], chair["price"], chair["description"]) == ("C1", "45.5", "Oak")
        assert len(products) == 2 + crm
        assert len(shop.bookkeeper.all("Item")) == standing + books
        await shop.ends_well()
        agree(shop, copy_items="needed")
        made = [one.id for one in shop.history() if one.what == "Created in HubSpot" and one.state == "done"]
        for one in made:
            shop.undo(one)
        await shop.sync(until_quiet=True)
        assert sorted(one["name"] for one in shop.seller.all("products", "name")) == ["Desk", "Lamp"]
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_product_whose_making_was_not_answered_is_found_again_and_not_made_twice(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await with_lists(shop)
        agree(shop, copy_items="to_hubspot")
        at = {"match": {"path": "/products/batch/create$"}, "nth": 1, "do": "drop_after"}
        shop.plan("hubspot", at)
        await shop.sync(until_quiet=True)
        await shop.clock.sleep(60)
        await shop.sync(until_quiet=True)
        names = [one["name"] for one in shop.seller.all("products", "name")]
        assert names.count("Chair") == 1
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_before_anything_was_read_it_says_that_the_number_is_not_known(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await shop.connect()
        with pytest.raises(settings.NotAgreed, match="not known"):
            shop.set(copy_items="both")
        agree(shop, copy_items="both")
        assert shop.settings()["copy_items"] == "both"

    in_virtual_time(tmp_path, story)

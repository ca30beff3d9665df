"""Clocks an hour apart: ours, HubSpot's, QuickBooks'. Nothing is missed, nothing is written twice."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.stories.virtual import Shop, in_virtual_time


@pytest.mark.parametrize("hours", [-1, 1], ids=["behind", "ahead"])
@pytest.mark.parametrize("whose", ["tieout", "hubspot", "quickbooks"])
def test_a_clock_that_is_an_hour_wrong_costs_nothing(tmp_path: Path, whose: str, hours: int) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example", "+1 212 555 0001")
        invoice = shop.seller.invoice(nova, ("Consulting", "2", "100.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        for price in ("110.00", "120.00"):
            shop.seller.reprice(invoice, price)
            await shop.clock.sleep(3)
            await shop.sync(until_quiet=True)
            assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 2 * float(price)
        phone = {"FreeFormNumber": "+1 212 555 0003"}
        shop.bookkeeper.change("Customer", shop.bookkeeper.only("Customer"), PrimaryPhone=phone)
        shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "80.00")
        await shop.sync(until_quiet=True)
        assert shop.seller.sees("companies", nova[0], "phone") == "+1 212 555 0003"
        assert shop.seller.sees("invoices", invoice, "hs_balance_due") == "160.00"
        shop.seller.invoice(nova, ("Advice", "1", "7.00"))
        lost = {"match": {"path": "/invoice$", "method": "POST"}, "nth": 1, "do": "drop_after"}
        shop.plan("quickbooks", lost)
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        assert shop.quickbooks.struck() == 1
        assert sorted(one["TotalAmt"] for one in shop.bookkeeper.all("Invoice")) == [7, 240]
        assert shop.cases() == []
        await shop.ends_well()
        assert shop.seller.archive_payments(invoice) == 1
        await shop.clock.sleep(25 * 3600)  # once a day all lists are read for what has vanished from them
        await shop.sync(until_quiet=True)
        assert [case.failure.cause for case in shop.cases()] == ["deleted_in_hubspot"]

    in_virtual_time(tmp_path, story, wrong={whose: timedelta(hours=hours)})


def test_a_phone_set_between_our_read_and_our_write_is_not_lost_though_our_clock_is_wrong(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example", "+1 212 555 0001")
        shop.seller.invoice(nova, ("Consulting", "2", "100.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)

        def at_that_moment(sent: object) -> None:
            if getattr(sent, "path", "").endswith("companies/batch/update") and b'"phone"' in getattr(
                sent, "body", b""
            ):
                shop.hubspot.before = None
                shop.seller.change("companies", nova[0], phone="+1 212 555 0002")

        shop.hubspot.before = at_that_moment
        phone = {"FreeFormNumber": "+1 212 555 0003"}
        shop.bookkeeper.change("Customer", shop.bookkeeper.only("Customer"), PrimaryPhone=phone)
        await shop.sync(until_quiet=True)
        assert shop.seller.sees("companies", nova[0], "phone") == "+1 212 555 0003"
        assert any("+1 212 555 0002" in (edit.after, edit.before) for one in shop.history() for edit in one.edits)
        await shop.ends_well()

    in_virtual_time(tmp_path, story, wrong={"tieout": timedelta(hours=1)})


def test_companies_merged_minutes_after_they_were_made_are_followed_though_our_clock_is_behind(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        ode = shop.seller.company("Ode Ltd", "ben@ode.example")
        for buyer, price in ((nova, "100.00"), (ode, "50.00")):
            shop.seller.invoice(buyer, ("Consulting", "1", price))
        await shop.connect()
        await shop.sync(until_quiet=True)
        merged = shop.seller.merge("companies", nova[0], ode[0])
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        assert case.failure.cause == "merged_in_hubspot"
        default = next(one for one in shop.bookkeeper.all("Customer") if one["DisplayName"] == "Ode Ltd")
        shop.fix("choose_default", customer=default["Id"])
        shop.seller.invoice((merged, nova[1]), ("Consulting", "1", "7.00"))
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        booked = next(one for one in shop.bookkeeper.all("Invoice") if one["TotalAmt"] == 7)
        assert booked["CustomerRef"]["name"] == "Ode Ltd"
        assert [one.failure.cause for one in shop.cases()] == ["please_decide"], (
            "one of two names, as ever after a merge"
        )
        await shop.ends_well()

    in_virtual_time(tmp_path, story, wrong={"tieout": timedelta(hours=-1)})

"""Causes that stop a whole company pair, pass by themselves, or wait: each is told, and goes as it came."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.causes.test_pairs import sold
from tests.stories.virtual import Sent, Shop, in_virtual_time

from tieout.actions.errors import WrongUse
from tieout.actions.invoices import InvoiceRow, list_invoices
from tieout.core.causes import CAUSES


def row(shop: Shop) -> InvoiceRow:
    """The one invoice, as the list shows it."""
    (found,) = list_invoices(shop.home, "nova").rows
    return found


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("120", marks=pytest.mark.cause("access_denied"), id="the user is no administrator any more"),
        pytest.param("3100", marks=pytest.mark.cause("wrong_company"), id="the sign-in is another company's"),
        pytest.param("6190", marks=pytest.mark.cause("subscription_lapsed"), id="the subscription has ended"),
        pytest.param("10200", marks=pytest.mark.cause("company_reset"), id="all data was wiped"),
    ],
)
def test_the_company_pair_pauses_and_says_why(tmp_path: Path, request: pytest.FixtureRequest, code: str) -> None:
    cause = CAUSES[request.node.get_closest_marker("cause").args[0]]

    async def story(shop: Shop) -> None:
        await sold(shop)
        shop.seller.invoice(shop.seller.company("Ode Ltd", "ben@ode.example"), ("Consulting", "1", "5.00"))
        shop.plan("quickbooks", {"match": {"path": "^/v3"}, "do": "fault", "with": {"status": 403, "code": code}})
        with shop.nothing_is_written(), pytest.raises(WrongUse, match="paused"):
            await shop.sync()
        assert (shop.overview().trouble_title, shop.cases()) == (cause.title, [])
        assert shop.overview().trouble.startswith(cause.explanation)
        assert cause.remedy in shop.overview().trouble
        shop.plan("quickbooks")
        await shop.connect_with({})
        await shop.sync(until_quiet=True)
        assert shop.overview().trouble == ""
        assert len(shop.bookkeeper.all("Invoice")) == 2
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("rate_limited")
def test_quickbooks_asks_to_slow_down_and_is_left_alone_for_a_minute(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect()
        shop.plan("quickbooks", {"match": {"path": "/invoice$"}, "nth": 1, "do": "fault", "with": {"status": 429}})
        await shop.sync()
        before = shop.clock.now()
        assert (row(shop).state, row(shop).reason) == ("retrying", CAUSES["rate_limited"].title)
        assert shop.cases() == []
        await shop.sync(until_quiet=True)
        assert shop.clock.now() - before >= timedelta(seconds=55)
        assert len(shop.bookkeeper.all("Invoice")) == 1
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("stale_object")
def test_the_bookkeeper_saves_the_invoice_at_the_moment_of_our_write(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop)

        def at_that_moment(sent: Sent) -> None:
            if sent.path.endswith("/invoice"):
                shop.quickbooks.before = None
                shop.bookkeeper.change("Invoice", shop.bookkeeper.only("Invoice"), PrivateNote="Called Ana")

        shop.quickbooks.before = at_that_moment
        shop.seller.reprice(invoice, "110.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        assert len(shop.quickbooks.refused) == 1
        assert "Stale Object Error" in " ".join(one.why for one in shop.history() if one.state == "refused")
        booked = shop.bookkeeper.only("Invoice")
        assert (booked["TotalAmt"], booked["PrivateNote"]) == (220, "Called Ana")
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("dependency", foreseen="the other records that it needs")
def test_an_invoice_waits_for_its_customer_and_after_an_hour_a_person_is_told(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("N" * 501, "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "2", "100.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        assert row(shop).state == "waiting"
        await shop.clock.sleep(3700)
        assert {case.failure.cause for case in shop.cases()} == {"dependency", "text_too_long"}
        assert not shop.quickbooks.refused
        shop.seller.change("companies", nova[0], name="Nova Ltd")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("review", foreseen="whether the first review is finished")
def test_nothing_is_created_before_the_first_review(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect()
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True, auto_match=False)
        assert row(shop).state == "waiting"
        await shop.clock.sleep(3700)
        assert {case.failure.cause for case in shop.cases()} == {"dependency", "review"}
        await shop.sync(until_quiet=True)
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)

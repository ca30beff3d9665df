"""What people do between two of our steps: nothing is written over, nothing twice, and what became of it is told."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from tests.causes.test_pairs import booked, paid, sold
from tests.stories.virtual import Sent, Shop, Wire, in_virtual_time

from tieout.actions.errors import WrongUse


def once(wire: Wire, path: str, act: Callable[[], object]) -> None:
    """Let somebody act right before the first request to write that goes to this path."""

    def at_that_moment(sent: Sent) -> None:
        if sent.writes and sent.path.endswith(path):
            wire.before = None
            act()

    wire.before = at_that_moment


@pytest.mark.parametrize("inactive", [False, True], ids=["it is deleted", "it becomes inactive"])
def test_a_customer_is_merged_in_quickbooks_while_its_invoice_is_being_written(tmp_path: Path, inactive: bool) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "1", "10.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.set_quickbooks(merged_become_inactive=inactive)
        former = shop.bookkeeper.only("Customer")["Id"]
        heir = shop.bookkeeper.create("Customer", DisplayName="Nova Holding")["Id"]
        shop.seller.invoice(nova, ("Consulting", "1", "7.00"))
        await shop.clock.sleep(3)
        once(shop.quickbooks, "/invoice", lambda: shop.merge_in_quickbooks("Customer", former, heir))
        await shop.sync(until_quiet=True)
        await shop.clock.sleep(60)
        await shop.sync(until_quiet=True)
        assert {one["CustomerRef"]["name"] for one in shop.bookkeeper.all("Invoice")} == {"Nova Holding"}
        assert sorted(one["TotalAmt"] for one in shop.bookkeeper.all("Invoice")) == [7, 10]
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_company_is_merged_in_hubspot_while_its_invoice_is_being_written(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        ode = shop.seller.company("Ode Ltd", "ben@ode.example")
        await shop.connect()
        shop.seller.invoice(ode, ("Consulting", "1", "10.00"))
        await shop.clock.sleep(3)
        once(shop.quickbooks, "/invoice", lambda: shop.seller.merge("companies", nova[0], ode[0]))
        await shop.sync(until_quiet=True)
        await shop.clock.sleep(60)
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 10
        assert [one["DisplayName"] for one in shop.bookkeeper.all("Customer")] == ["Ode Ltd"]
        assert {case.failure.cause for case in shop.cases()} <= {"please_decide"}
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_an_invoice_is_deleted_in_quickbooks_between_plan_and_send(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop)
        shop.seller.reprice(invoice, "110.00")
        await shop.clock.sleep(3)
        once(shop.quickbooks, "/invoice", lambda: shop.bookkeeper.delete("Invoice", shop.bookkeeper.only("Invoice")))
        await shop.sync(until_quiet=True)
        assert len(shop.quickbooks.refused) == 1, "QuickBooks said that it is gone"
        assert shop.bookkeeper.all("Invoice") == []
        (case,) = shop.cases()
        assert (case.failure.cause, case.failure.state) == ("deleted_in_quickbooks", "broken")
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_an_invoice_is_deleted_in_hubspot_between_plan_and_send(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        invoice = shop.seller.invoice(nova, ("Consulting", "1", "10.00"))
        await shop.connect()
        once(shop.quickbooks, "/invoice", lambda: shop.seller.archive("invoices", invoice))
        await shop.sync(until_quiet=True)
        await shop.clock.sleep(25 * 3600)
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 10, "deletes never travel"
        (case,) = shop.cases()
        assert (case.failure.cause, case.failure.state) == ("deleted_in_hubspot", "broken")
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_payment_is_moved_to_another_invoice_while_it_is_being_recorded_in_hubspot(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        first, second = (shop.seller.invoice(nova, ("Consulting", "1", price)) for price in ("300.00", "250.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        one, other = sorted(shop.bookkeeper.all("Invoice"), key=lambda row: -row["TotalAmt"])
        shop.bookkeeper.receive(one, "200.00")
        once(shop.hubspot, "commerce_payments/batch/create", lambda: shop.bookkeeper.move_payment(other))
        await shop.sync(until_quiet=True)
        await shop.clock.sleep(10)
        await shop.sync(until_quiet=True)
        due = [shop.seller.sees("invoices", invoice, "hs_balance_due") for invoice in (first, second)]
        assert due == ["300.00", "50.00"]
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("booked_payment_changed", foreseen="the values at the last agreement")
def test_a_payment_of_hubspot_is_moved_to_another_invoice_in_quickbooks(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop, book_hubspot_payments="true", show_quickbooks_invoices="false")
        paid(shop, invoice, "80.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        (owner,) = shop.bookkeeper.all("Customer")
        item = shop.bookkeeper.all("Item")[0]
        other = shop.bookkeeper.bill(owner, item, "500.00")
        shop.bookkeeper.move_payment(other)
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        causes = {case.failure.cause for case in shop.cases()}
        assert causes <= {"booked_payment_changed", "deleted_in_quickbooks"}, causes
        assert causes
        assert shop.seller.sees("invoices", invoice, "hs_balance_due") == "120.00"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_company_that_was_reset_and_filled_again_is_never_taken_for_the_old_one(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        empty = shop.dump_quickbooks()
        for number in range(24):
            firm = shop.seller.company(f"Firm {number}", f"ana{number}@firm{number}.example")
            shop.seller.invoice(firm, ("Consulting", "1", f"{number + 1}.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        held = {row["Id"] for row in shop.bookkeeper.all("Invoice")}
        shop.plan("quickbooks", {"match": {"path": "^/v3"}, "do": "fault", "with": {"status": 400, "code": "10200"}})
        with pytest.raises(WrongUse, match=r"wiped.*paused"):
            await shop.sync()
        assert shop.overview().trouble_title == "The QuickBooks company was reset"
        await shop.clock.sleep(2 * 3600)
        shop.load_quickbooks(empty)
        shop.plan("quickbooks")
        for number in range(24):
            booked(shop, f"Stranger {number}", "500.00")
        assert held & {row["Id"] for row in shop.bookkeeper.all("Invoice")}, "the ids start again"
        await shop.connect_with({})
        with shop.nothing_is_written():
            for _ in range(2):
                with pytest.raises(WrongUse, match="are gone from QuickBooks"):
                    await shop.sync()
        assert {one["TotalAmt"] for one in shop.bookkeeper.all("Invoice")} == {Decimal(500)}

    in_virtual_time(tmp_path, story)

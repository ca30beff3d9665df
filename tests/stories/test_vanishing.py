"""Much that is gone at once: it stops, says why, and goes on when a person says so, or when the records are back."""

from pathlib import Path
from typing import Any

import pytest
from tests.stories.virtual import Shop, in_virtual_time

from tieout.actions.errors import OutOfReach, WrongUse
from tieout.quickbooks import limits

MANY = 24


async def stocked(shop: Shop, many: int = MANY) -> None:
    """So many firms with an invoice each, in both systems."""
    for number in range(many):
        firm = shop.seller.company(f"Firm {number}", f"ana{number}@firm{number}.example")
        shop.seller.invoice(firm, ("Consulting", "1", f"{number + 1}.00"))
    await shop.connect()
    done = await shop.sync(until_quiet=True)
    assert done.states["invoice"]["in_sync"] == many


@pytest.mark.cause("records_vanished", foreseen="the share of pairs that are gone")
def test_many_invoices_deleted_at_once_stop_it_until_a_person_accepts(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await stocked(shop)
        for row in shop.bookkeeper.all("Invoice"):
            shop.bookkeeper.delete("Invoice", row)
        with shop.nothing_is_written():
            for _ in range(2):
                with pytest.raises(
                    WrongUse, match=f"{MANY} of {MANY} paired records .invoice. are gone from QuickBooks"
                ):
                    await shop.sync()
                assert shop.overview().trouble_title == "Many records are gone at once"
                assert shop.cases() == []
                await shop.clock.sleep(120)
            assert shop.accept_gone() == MANY
            done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["broken"] == MANY
        assert {case.failure.cause for case in shop.cases()} == {"deleted_in_quickbooks"}
        assert shop.overview().trouble == ""
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_few_that_are_deleted_break_their_pairs_and_stop_nothing(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await stocked(shop)
        for row in shop.bookkeeper.all("Invoice")[:20]:
            shop.bookkeeper.delete("Invoice", row)
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"] | {"broken": 20, "in_sync": MANY - 20} == done.states["invoice"]

    in_virtual_time(tmp_path, story)


def test_a_company_that_was_wiped_and_filled_again_is_never_taken_for_the_old_one(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        empty = shop.dump_quickbooks()
        await stocked(shop)
        held: dict[str, Any] = {row["Id"]: row["DisplayName"] for row in shop.bookkeeper.all("Customer")}
        await shop.clock.sleep(2 * 3600)
        shop.load_quickbooks(empty)
        for number in range(MANY):
            shop.bookkeeper.create("Customer", DisplayName=f"Stranger {number}", PrimaryPhone={"FreeFormNumber": "7"})
        strangers = {row["Id"] for row in shop.bookkeeper.all("Customer")}
        assert strangers & held.keys(), "the ids start again"
        with shop.nothing_is_written():
            with pytest.raises(WrongUse, match=r"paired records .customer. are gone from QuickBooks"):
                await shop.sync()
            shop.accept_gone()
            done = await shop.sync()
        assert done.states["customer"]["broken"] == MANY
        assert {case.failure.cause for case in shop.cases() if case.failure.kind == "customer"} == {
            "deleted_in_quickbooks"
        }

    in_virtual_time(tmp_path, story)


def test_what_was_made_here_is_no_stranger_where_a_long_reading_was_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(shop: Shop) -> None:
        firm = shop.seller.company("Nova Ltd", "ana@nova.example")
        for price in ("100.00", "200.00", "300.00"):
            shop.seller.invoice(firm, ("Consulting", "1", price))
        await shop.connect()
        shop.plan("quickbooks", {"match": {"path": "/customer$"}, "do": "delay", "with": {"seconds": 1}})
        await shop.sync()
        await shop.clock.sleep(600)
        monkeypatch.setattr(limits, "PAGE", 2)
        shop.plan("quickbooks", {"match": {"path": "/query$"}, "do": "status", "with": {"status": 503}})
        with pytest.raises(OutOfReach):
            await shop.sync()
        shop.plan("quickbooks")
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["in_sync"] == 3
        assert shop.cases() == []

    in_virtual_time(tmp_path, story)

"""A payment that the seller deletes in HubSpot and records anew: its cash is in the books already."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.stories.virtual import Shop, in_virtual_time


@pytest.mark.parametrize("same", [True, False])
def test_a_payment_that_was_deleted_and_recorded_anew_is_booked_once(tmp_path: Path, same: bool) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "1", "100.00")
        )
        await shop.connect()
        await shop.sync(until_quiet=True)
        first = shop.seller.pay(invoice, "30.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        assert Decimal(shop.bookkeeper.only("Payment")["TotalAmt"]) == 30
        shop.seller.archive("commerce_payments", first)
        shop.seller.pay(invoice, "30.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        assert len(shop.bookkeeper.all("Payment")) == 1
        causes = {case.failure.cause: case.failure.id for case in shop.cases()}
        assert set(causes) == {"possible_duplicate", "deleted_in_hubspot"}
        shop.fix("use_existing" if same else "create_anyway", failure=causes["possible_duplicate"])
        await shop.sync(until_quiet=True)
        assert len(shop.bookkeeper.all("Payment")) == (1 if same else 2)
        assert {case.failure.cause for case in shop.cases()} == (set() if same else {"deleted_in_hubspot"})

    in_virtual_time(tmp_path, story)


def test_another_payment_on_the_same_invoice_is_booked_without_a_question(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "1", "100.00")
        )
        await shop.connect()
        await shop.sync(until_quiet=True)
        for _ in range(2):
            shop.seller.pay(invoice, "30.00")
            await shop.clock.sleep(3)
            await shop.sync(until_quiet=True)
        assert len(shop.bookkeeper.all("Payment")) == 2
        await shop.ends_well()

    in_virtual_time(tmp_path, story)

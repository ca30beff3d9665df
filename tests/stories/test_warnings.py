"""What is in sync and all the same worth a word: a text that QuickBooks holds only the beginning of."""

from pathlib import Path

import pytest
from tests.stories.virtual import Shop, in_virtual_time

from tieout.actions.failures import case_of
from tieout.actions.invoices import list_invoices
from tieout.actions.overview import overview

NAME = "nova"
MEMO = ("Thank you for your trust. " * 60).strip()


async def with_long_memo(shop: Shop) -> str:
    """An invoice in sync, whose memo is too long for QuickBooks; returns its id in HubSpot."""
    invoice = shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
    shop.seller.change("invoices", invoice, hs_comments=MEMO)
    await shop.connect()
    done = await shop.sync(until_quiet=True)
    assert (done.states["invoice"]["warning"], done.states["invoice"]["in_sync"]) == (1, 0)
    return invoice


def memo(shop: Shop) -> str:
    return str(shop.bookkeeper.only("Invoice")["CustomerMemo"]["value"])


@pytest.mark.parametrize("answer", ["comes", "is lost"])
@pytest.mark.cause("text_shortened", foreseen="the lengths that QuickBooks takes")
def test_a_shortened_text_is_warned_of_and_never_comes_back_by_itself(tmp_path: Path, answer: str) -> None:
    async def story(shop: Shop) -> None:
        if answer == "is lost":
            shop.plan("quickbooks", {"match": {"path": "/invoice$"}, "nth": 1, "do": "drop_after"})
        invoice = await with_long_memo(shop)
        assert shop.quickbooks.struck() == (answer == "is lost")
        assert len(memo(shop)) == 1000
        assert shop.seller.sees("invoices", invoice, "hs_comments") == MEMO
        assert shop.cases() == [], "a warning is no failure"
        (row,) = list_invoices(shop.home, NAME, state="warning").rows
        told = case_of(shop.home, NAME, row.id).failure
        length = len(MEMO)
        assert told.explanation.endswith(f"1000 of {length} characters: Message to the customer.")
        assert [(w.cause, w.count) for w in overview(shop.home, NAME).warnings] == [("text_shortened", 1)]
        assert shop.seller.sees("invoices", invoice, "tieout_state") == "In sync"
        assert shop.seller.sees("invoices", invoice, "tieout_reason").startswith("A text was shortened for QuickBooks.")
        shop.bookkeeper.touch_everything()
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_an_acknowledged_warning_is_gone_until_the_text_changes_again(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await with_long_memo(shop)
        shop.fix("acknowledge", failure=list_invoices(shop.home, NAME).rows[0].id)
        done = await shop.sync(until_quiet=True)
        assert (done.states["invoice"]["warning"], done.states["invoice"]["in_sync"]) == (0, 1)
        assert shop.seller.sees("invoices", invoice, "tieout_reason") == ""
        shop.seller.change("invoices", invoice, hs_comments=f"Dear Ana. {MEMO}")
        await shop.clock.sleep(3)
        done = await shop.sync(until_quiet=True)
        assert memo(shop).startswith("Dear Ana. ")
        assert done.states["invoice"]["warning"] == 1
        shop.seller.change("invoices", invoice, hs_comments="Dear Ana.")
        await shop.clock.sleep(3)
        done = await shop.sync(until_quiet=True)
        assert (memo(shop), done.states["invoice"]["in_sync"]) == ("Dear Ana.", 1)
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize(("fix", "stands"), [("use_hubspot", MEMO), ("use_quickbooks", "Paid by cheque.")])
def test_a_shortened_text_that_is_edited_in_quickbooks_is_a_person_s_to_decide(
    tmp_path: Path, fix: str, stands: str
) -> None:
    async def story(shop: Shop) -> None:
        invoice = await with_long_memo(shop)
        shop.bookkeeper.change("Invoice", shop.bookkeeper.only("Invoice"), CustomerMemo={"value": "Paid by cheque."})
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        (held,) = shop.cases()
        assert (held.failure.cause, [d.field for d in held.differences]) == ("please_decide", ["memo"])
        shop.fix(fix)
        await shop.sync(until_quiet=True)
        assert shop.seller.sees("invoices", invoice, "hs_comments") == stands
        assert memo(shop)[:900] == stands[:900]
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)

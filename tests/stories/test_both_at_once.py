"""Stories 25 to 27: changes that meet, and echoes of our own."""

from datetime import datetime
from pathlib import Path

import pytest
from tests.stories.virtual import Sent, Shop, in_virtual_time

from tieout.actions.language import ENGLISH

OLD, SELLERS, BOOKS = "+1 212 555 0001", "+1 212 555 0002", "+1 212 555 0003"


async def in_sync_with_phone(shop: Shop, phone: str, **settings: str) -> str:
    """A pair whose customer has this phone number on both sides; returns the company's id in HubSpot."""
    nova = shop.seller.company("Nova Ltd", "ana@nova.example", phone)
    shop.seller.invoice(nova, ("Consulting", "2", "100.00"))
    await shop.connect(index_lag=10.0, **settings)
    await shop.sync(until_quiet=True)
    assert shop.bookkeeper.only("Customer")["PrimaryPhone"]["FreeFormNumber"] == phone
    return nova[0]


def call_from_quickbooks(shop: Shop, phone: str) -> None:
    shop.bookkeeper.change("Customer", shop.bookkeeper.only("Customer"), PrimaryPhone={"FreeFormNumber": phone})


def test_story_25_the_echo_of_our_own_write_in_a_lagging_index_writes_nothing(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        company = await in_sync_with_phone(shop, OLD)
        call_from_quickbooks(shop, BOOKS)
        done = await shop.sync()
        assert done.operations["crm"]["update"] == 1
        assert shop.seller.sees("companies", company, "phone") == BOOKS
        assert shop.seller.finds("companies", company, "phone") == OLD, "the index is 10 seconds behind"
        with shop.nothing_is_written():
            for _ in range(12):
                await shop.sync()
                await shop.clock.sleep(1)
        assert shop.seller.finds("companies", company, "phone") == BOOKS
        assert shop.seller.sees("companies", company, "phone") == BOOKS
        assert shop.bookkeeper.only("Customer")["PrimaryPhone"]["FreeFormNumber"] == BOOKS
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize("answer", ["comes", "is lost"])
@pytest.mark.parametrize(("rule", "stands", "loser"), [("ask", BOOKS, SELLERS), ("hubspot", SELLERS, BOOKS)])
def test_story_26_a_number_set_between_our_read_and_our_write_is_not_lost(
    tmp_path: Path, rule: str, stands: str, loser: str, answer: str
) -> None:
    async def story(shop: Shop) -> None:
        company = await in_sync_with_phone(shop, OLD, phone_rule=rule)
        call_from_quickbooks(shop, BOOKS)
        moments: list[datetime] = []

        def seller_sets_hers(sent: Sent) -> None:
            if BOOKS.encode() in sent.body and not moments:
                moments.append(shop.clock.now())
                shop.seller.change("companies", company, phone=SELLERS)

        shop.hubspot.before = seller_sets_hers
        if answer == "is lost":
            shop.plan("hubspot", {"match": {"path": "companies/batch/update"}, "nth": 1, "do": "drop_after"})
        await shop.sync(until_quiet=True)
        if answer == "is lost":
            await shop.clock.sleep(60)
            await shop.sync(until_quiet=True)
        assert len(moments) == 1
        assert shop.seller.sees("companies", company, "phone") == stands
        assert shop.bookkeeper.only("Customer")["PrimaryPhone"]["FreeFormNumber"] == stands
        (lost,) = [one for one in shop.history() if one.what == "A value was overruled"]
        assert (lost.edits[0].field, lost.edits[0].before, lost.edits[0].after) == ("phone", OLD, loser)
        assert lost.at is not None
        assert lost.at >= moments[0]
        if loser == SELLERS:
            assert lost.why == f"Set in HubSpot on {ENGLISH.moment(moments[0])} (UTC)."
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize(("rule", "stands"), [("hubspot", "2026-05-02"), ("quickbooks", "2026-05-03")])
def test_story_27_a_due_date_changed_on_both_sides_follows_its_rule(tmp_path: Path, rule: str, stands: str) -> None:
    async def story(shop: Shop) -> None:
        invoice = await due_on_two_days(shop, due_date_rule=rule)
        await shop.sync(until_quiet=True)
        assert shop.cases() == []
        assert shop.seller.sees("invoices", invoice, "hs_due_date")[:10] == stands
        assert shop.bookkeeper.only("Invoice")["DueDate"] == stands
        lost = next(one for one in shop.history() if one.what == "A value was overruled")
        loser = "2026-05-03" if rule == "hubspot" else "2026-05-02"
        assert (lost.edits[0].field, lost.edits[0].after) == ("due", loser)
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("please_decide", foreseen="the values at the last agreement")
def test_story_27_a_due_date_changed_on_both_sides_is_a_person_s_to_decide(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await due_on_two_days(shop)
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        (held,) = shop.cases()
        assert (held.failure.state, held.failure.cause) == ("held", "please_decide")
        assert [(d.field, d.before, d.after) for d in held.differences] == [("due", "2026-05-02", "2026-05-03")]
        shop.fix("use_quickbooks")
        await shop.sync(until_quiet=True)
        assert shop.cases() == []
        assert shop.seller.sees("invoices", invoice, "hs_due_date")[:10] == "2026-05-03"
        assert shop.bookkeeper.only("Invoice")["DueDate"] == "2026-05-03"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


async def due_on_two_days(shop: Shop, **settings: str) -> str:
    """An invoice in sync, whose due date then is moved on both sides; returns its id in HubSpot."""
    invoice = shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
    await shop.connect(**settings)
    await shop.sync(until_quiet=True)
    shop.seller.change("invoices", invoice, hs_due_date="2026-05-02T12:00:00Z")
    shop.bookkeeper.change("Invoice", shop.bookkeeper.only("Invoice"), DueDate="2026-05-03")
    return invoice


@pytest.mark.parametrize(("rule", "stands"), [("ask", "2026-05-03"), ("hubspot", "2026-05-02")])
def test_story_26_a_due_date_set_between_our_read_and_our_write_follows_the_same_rule(
    tmp_path: Path, rule: str, stands: str
) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        invoice = shop.seller.invoice(nova, ("Consulting", "2", "100.00"))
        await shop.connect(due_date_rule=rule)
        await shop.sync(until_quiet=True)
        shop.bookkeeper.change("Invoice", shop.bookkeeper.only("Invoice"), DueDate="2026-05-03")

        def seller_sets_hers(sent: Sent) -> None:
            if sent.path.endswith("/batch/update") and b"2026-05-03" in sent.body:
                shop.hubspot.before = None
                shop.seller.change("invoices", invoice, hs_due_date="2026-05-02T12:00:00Z")

        shop.hubspot.before = seller_sets_hers
        await shop.sync(until_quiet=True)
        assert shop.hubspot.before is None
        assert shop.seller.sees("invoices", invoice, "hs_due_date")[:10] == stands
        assert shop.bookkeeper.only("Invoice")["DueDate"] == stands
        await shop.ends_well()

    in_virtual_time(tmp_path, story)

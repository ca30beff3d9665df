"""Money that comes in: payments of QuickBooks on HubSpot's invoices."""

from pathlib import Path

import pytest
from tests.stories.conftest import amount
from tests.stories.virtual import Shop, in_virtual_time


def test_story_12_part_then_rest(world):
    world.bookkeeper.item("Consulting")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    invoice = world.seller.invoice(world.seller.line("1", "250.00", name="Consulting"), contact=ana)
    world.connect()
    world.tieout.sync()
    (booked,) = world.bookkeeper.select("Invoice")

    world.bookkeeper.receive(booked["Id"], "100.00")
    synced = world.tieout.sync()
    assert synced.operations["crm"]["create"] == 1
    assert world.seller.payments(invoice) == [amount("100.00")]
    shown = world.seller.shown(invoice)
    assert (shown["hs_invoice_status"], amount(shown["hs_balance_due"])) == ("open", amount("150.00"))
    assert amount(shown["tieout_received"]) == amount("100.00")
    world.rests()

    world.bookkeeper.receive(booked["Id"], "150.00")
    synced = world.tieout.sync()
    assert synced.operations["crm"]["create"] == 1
    assert synced.sent("quickbooks") == []
    assert world.seller.payments(invoice) == [amount("100.00"), amount("150.00")]
    shown = world.seller.shown(invoice)
    assert (shown["hs_invoice_status"], amount(shown["hs_balance_due"])) == ("paid", amount("0.00"))
    assert amount(shown["tieout_received"]) == amount("250.00")
    proof = world.rests()
    assert proof["currency"]["USD"] == {
        "crm": {"invoices": 1, "total": "250.00", "open": "0.00"},
        "books": {"invoices": 1, "total": "250.00", "open": "0.00"},
        "difference": {"total": "0.00", "open": "0.00"},
    }
    assert proof["exceptions"] == []


@pytest.mark.parametrize("by", ["exclude", "stop_syncing"])
def test_payments_of_an_invoice_that_is_left_out_afterwards_stay_as_they_are(tmp_path: Path, by: str) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        invoice = shop.seller.invoice(nova, ("Consulting", "2", "100.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "50.00")
        await shop.sync(until_quiet=True)
        number = shop.seller.sees("invoices", invoice, "hs_number")
        if by == "exclude":
            shop.leave_out(number)
        else:
            shop.bookkeeper.reprice(shop.bookkeeper.only("Invoice"), "120.00")
            await shop.sync(until_quiet=True)
            shop.fix(by)
        done = await shop.sync(until_quiet=True)
        assert (done.states["settlement"]["excluded"], done.states["settlement"]["in_sync"]) == (1, 0)
        shop.bookkeeper.delete_payment()
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        assert shop.seller.sees("invoices", invoice, "hs_amount_paid") == "50.00"
        shop.leave_out(number, include=True)
        done = await shop.sync(until_quiet=True)
        assert done.operations["crm"]["void"] == 1
        assert amount(shop.seller.sees("invoices", invoice, "hs_amount_paid")) == 0

    in_virtual_time(tmp_path, story)


def two_invoices(world):
    """Two invoices of one customer that stand on both sides, of 300.00 and 250.00: HubSpot's ids, QuickBooks' ids."""
    world.bookkeeper.item("Consulting")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    made = [
        world.seller.invoice(world.seller.line("1", price, name="Consulting"), contact=ana)
        for price in ("300.00", "250.00")
    ]
    world.connect()
    world.tieout.sync()
    booked = world.bookkeeper.invoices()
    return made, [booked[world.seller.shown(one)["hs_number"]]["Id"] for one in made]


def open_amounts(world, invoices):
    return [amount(world.seller.shown(one)["hs_balance_due"]) for one in invoices]


def test_story_13_one_cheque_pays_two_invoices_and_is_moved(world):
    (a, b), (booked_a, booked_b) = two_invoices(world)
    cheque = world.bookkeeper.receive_for({booked_a: "300.00", booked_b: "200.00"}, "500.00")
    world.tieout.sync()
    assert world.seller.payments(a) == [amount("300.00")]
    assert world.seller.payments(b) == [amount("200.00")]
    assert open_amounts(world, (a, b)) == [0, amount("50.00")]
    assert world.seller.shown(a)["hs_invoice_status"] == "paid"

    world.bookkeeper.move_payment(cheque, {booked_a: "250.00", booked_b: "250.00"})
    world.tieout.sync()
    assert world.seller.payments(a) == [amount("250.00")]
    assert world.seller.payments(b) == [amount("250.00")]
    assert open_amounts(world, (a, b)) == [amount("50.00"), 0]
    assert world.tieout.failures() == []
    world.rests()


def test_story_14_a_bounced_cheque_is_taken_back_everywhere(world):
    (a, b), (booked_a, booked_b) = two_invoices(world)
    cheque = world.bookkeeper.receive_for({booked_a: "300.00", booked_b: "200.00"}, "500.00")
    world.tieout.sync()
    world.bookkeeper.void_payment(cheque)
    world.tieout.sync()
    assert world.seller.payments(a) == world.seller.payments(b) == []
    assert open_amounts(world, (a, b)) == [amount("300.00"), amount("250.00")]
    assert world.tieout.failures() == []
    world.rests()


def test_story_15_credit_is_not_cash(world):
    world.bookkeeper.item("Consulting")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    invoice = world.seller.invoice(world.seller.line("1", "200.00", name="Consulting"), contact=ana)
    world.connect()
    world.tieout.sync()
    (booked,) = world.bookkeeper.select("Invoice")
    books = world.bookkeeper
    memo = books.credit_memo(booked["CustomerRef"]["value"], books.line(books.item("Advice"), "1", "80.00"))
    books.apply_credit(memo, booked["Id"], "80.00")
    books.receive(booked["Id"], "120.00")
    world.tieout.sync()
    shown = world.seller.shown(invoice)
    assert (amount(shown["tieout_received"]), amount(shown["tieout_credited"])) == (amount("120.00"), amount("80.00"))
    assert world.seller.payments(invoice) == [amount("120.00")]
    assert amount(books.raw("Invoice", booked["Id"])["Balance"]) == 0
    assert world.tieout.failures() == []
    world.rests()

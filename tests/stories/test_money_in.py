"""Money that comes in: payments of QuickBooks on HubSpot's invoices."""

from tests.stories.conftest import amount


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

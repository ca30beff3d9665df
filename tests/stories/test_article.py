"""The failures that HubSpot's own sync explains in its troubleshooting article: each foreseen, and cured both ways."""

from decimal import Decimal


def test_story_01_another_email_is_cured_by_linking_the_customer(world):
    ana = world.seller.contact("ana@crm.example", "Ana", "Ruiz")
    there = world.bookkeeper.customer("Ana Ruiz", "ana.ruiz@books.example")
    world.bookkeeper.item("Consulting")
    invoice = world.seller.invoice(world.seller.line("1", "100.00", name="Consulting"), contact=ana)
    world.connect(auto_create_customers="false")

    first = world.tieout.sync()
    assert first.wrote_nothing
    failure = world.tieout.failure("no_customer")
    assert (failure["kind"], failure["record"]["id"], failure["amount"]) == ("invoice", invoice, "100.00")
    link = next(one for one in failure["fixes"] if one["fix"] == "link_customer")
    assert [choice["id"] for choice in link["needs"]["customer"]["choices"]][:1] == [there]

    done = world.tieout.fix(failure, "link_customer", customer=there)
    assert done["done"]
    world.tieout.sync()
    (booked,) = world.bookkeeper.invoices().values()
    assert (booked["CustomerRef"]["value"], Decimal(str(booked["TotalAmt"]))) == (there, 100)
    assert world.tieout.failures() == []
    world.rests()

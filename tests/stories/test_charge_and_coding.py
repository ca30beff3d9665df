"""Charge and coding: what the customer owes is the issuer's, how the books classify it is the bookkeeper's."""

import copy

from quickbooks.objects import Invoice
from tests.stories.conftest import amount


def test_story_07_recoded_lines_keep_their_coding(world):
    world.bookkeeper.item("Consulting")
    advice = world.bookkeeper.item("Advice")
    north = world.bookkeeper.class_("North")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    invoice = world.seller.invoice(world.seller.line("2", "100.00", name="Consulting"), contact=ana)
    world.connect()
    world.tieout.sync()
    (booked,) = world.bookkeeper.select("Invoice")

    when = world.day(-5)
    world.bookkeeper.edit_line(booked["Id"], item=advice, text="Advice in May", class_=north, service_date=when)
    assert world.tieout.sync().wrote_nothing
    assert world.tieout.failures() == []
    world.rests()

    world.seller.add_line(invoice, world.seller.line("1", "50.00", name="Consulting"))
    synced = world.tieout.sync()
    assert synced.operations["books"] == {"create": 0, "update": 1, "void": 0}
    now = world.bookkeeper.raw("Invoice", booked["Id"])
    assert amount(now["TotalAmt"]) == amount("250.00")
    first, second = (line for line in now["Line"] if line["DetailType"] == "SalesItemLineDetail")
    detail = first["SalesItemLineDetail"]
    assert (detail["ItemRef"]["name"], first["Description"]) == ("Advice", "Advice in May")
    assert (detail["ClassRef"]["value"], detail["ServiceDate"]) == (north, f"{when}")
    assert (second["SalesItemLineDetail"]["ItemRef"]["name"], amount(second["Amount"])) == (
        "Consulting",
        amount("50.00"),
    )
    assert world.tieout.failures() == []
    world.rests()


def test_story_08_one_price_changes_nothing_else(world):
    world.bookkeeper.item("Consulting")
    north = world.bookkeeper.class_("North")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    lines = [world.seller.line("3", f"{10 + n}.50", name="Consulting", description=f"Day {n}") for n in range(40)]
    world.seller.invoice(*lines, contact=ana, on=world.day(), due=world.day(30))
    world.connect()
    world.tieout.sync()
    (booked,) = world.bookkeeper.select("Invoice")
    # The bookkeeper's own work on the document, which must survive as well.
    world.bookkeeper.edit_line(booked["Id"], 20, class_=north, service_date=world.day(-2))
    world.bookkeeper.change(Invoice, booked["Id"], PrivateNote="Checked", TrackingNum="1Z99")
    world.tieout.sync()
    before = world.bookkeeper.raw("Invoice", booked["Id"])

    world.seller.change("line_items", lines[16], price="99.99")
    synced = world.tieout.sync()
    assert synced.operations["books"] == {"create": 0, "update": 1, "void": 0}
    after = world.bookkeeper.raw("Invoice", booked["Id"])

    expected = copy.deepcopy(before)
    was, now = (amount(one["Line"][16]["Amount"]) for one in (before, after))
    assert (was, now) == (amount("79.50"), amount("299.97"))
    expected["Line"][16]["Amount"] = after["Line"][16]["Amount"]
    expected["Line"][16]["SalesItemLineDetail"]["UnitPrice"] = 99.99
    subtotals = [line for line in expected["Line"] if line["DetailType"] == "SubTotalLineDetail"]
    for holder, name in [*((line, "Amount") for line in subtotals), (expected, "TotalAmt"), (expected, "Balance")]:
        holder[name] = float(amount(holder[name]) + now - was)
    assert int(after["SyncToken"]) == int(before["SyncToken"]) + 1
    expected["SyncToken"], expected["MetaData"] = after["SyncToken"], after["MetaData"]
    assert after == expected
    world.rests()

"""Invoices that people typed in on both sides: who issued them decides whose figures count."""

from decimal import Decimal

import pytest
from quickbooks.objects import Invoice
from tests.stories.conftest import World, amount
from tests.stories.seller import noon


def typed_in_twice(world: World) -> tuple[str, str]:
    """One invoice of 450.00 in HubSpot and one in QuickBooks, for the same customer within days; their ids."""
    books, seller = world.bookkeeper, world.seller
    nova = books.customer("Nova Ltd", "ana@nova.example")
    there = books.invoice(nova, books.line(books.item("Consulting"), "1", "450.00"), number="1042", on=world.day(-3))
    ana = seller.contact("ana@nova.example", "Ana", "Ruiz")
    here = seller.invoice(seller.line("1", "450.00"), contact=ana, on=world.day())
    return here, there


def made_one(world: World, **settings: str) -> dict[str, str]:
    """Connect, and say that the two are the same one; returns what `tieout match` says of the pair."""
    world.connect(**settings)
    world.tieout.sync()
    (asked,) = world.tieout.failures("possible_duplicate")
    world.tieout.fix(asked, "use_existing")
    done = world.tieout.sync()
    assert done.standing("invoice") == {"in_sync": 1}
    (pair,) = world.tieout.run("match", "shop")["invoices"]
    return dict(pair)


def reprice(world: World, invoice: str, price: str) -> None:
    """The seller gives the line of an invoice another price."""
    page = world.seller.client.crm.associations.v4.basic_api.get_page("invoices", invoice, "line_items")
    world.seller.change("line_items", str(page.results[0].to_object_id), price=price)


def due(world: World, invoice: str) -> str:
    return str(world.seller.read("invoices", invoice, "hs_due_date")["hs_due_date"])[:10]


@pytest.mark.cause("issued_in_quickbooks", foreseen="the values at the last agreement")
def test_an_unpaid_one_is_quickbooks_and_the_sellers_edit_is_held_not_written(world: World) -> None:
    here, there = typed_in_twice(world)
    pair = made_one(world)
    assert (pair["crm"], pair["books"], pair["issuer"]) == (world.seller.shown(here)["hs_number"], "1042", "books")
    reprice(world, here, "500.00")
    done = world.tieout.sync()
    assert done.sent("quickbooks") == []
    failure = world.tieout.failure("issued_in_quickbooks")
    assert ("total", "450.00", "500.00") in world.tieout.differences(failure)
    assert amount(world.bookkeeper.raw("Invoice", there)["TotalAmt"]) == Decimal("450.00")
    world.rests()
    reprice(world, here, "450.00")
    assert world.tieout.sync().standing("invoice") == {"in_sync": 1}


def test_the_bookkeepers_edit_of_it_is_held_until_the_seller_has_followed(world: World) -> None:
    here, there = typed_in_twice(world)
    made_one(world)
    world.bookkeeper.edit_line(there, price="480.00")
    world.bookkeeper.change(Invoice, there, DueDate=world.day(45).isoformat())
    done = world.tieout.sync()
    assert done.operations["crm"]["update"] == 0
    assert amount(world.seller.shown(here)["hs_amount_billed"]) == Decimal("450.00")
    world.tieout.failure("issued_in_quickbooks")
    reprice(world, here, "480.00")
    done = world.tieout.sync()
    assert done.standing("invoice") == {"in_sync": 1}
    assert done.sent("quickbooks") == []
    assert due(world, here) == world.day(45).isoformat()
    world.rests()


def test_one_paid_in_hubspot_is_hubspots_and_the_sellers_edit_reaches_quickbooks(world: World) -> None:
    here, there = typed_in_twice(world)
    world.seller.pay(here, "100.00", world.day())
    assert made_one(world)["issuer"] == "crm"
    world.seller.change("invoices", here, hs_invoice_date=noon(world.day(-1)))
    world.tieout.sync()
    booked = world.bookkeeper.raw("Invoice", there)
    assert (booked["TxnDate"], amount(booked["Balance"])) == (world.day(-1).isoformat(), Decimal("350.00"))
    assert world.tieout.failures() == []
    world.rests()


def test_a_person_says_that_it_was_made_in_hubspot_and_the_held_edit_goes_over(world: World) -> None:
    here, there = typed_in_twice(world)
    pair = made_one(world)
    reprice(world, here, "500.00")
    world.tieout.sync()
    failure = world.tieout.failure("issued_in_quickbooks")
    shown = world.tieout.fix(failure, "issued_in_hubspot", "--preview")["operations"]
    assert ("issuer", "QuickBooks", "HubSpot") in [(one["field"], one["before"], one["after"]) for one in shown]
    world.tieout.fix(failure, "issued_in_hubspot")
    world.tieout.sync()
    assert amount(world.bookkeeper.raw("Invoice", there)["TotalAmt"]) == Decimal("500.00")
    assert world.tieout.run("match", "shop")["invoices"] == [pair | {"issuer": "crm"}]
    world.rests()
    world.tieout.run("match", "shop", "--made-in", f"{pair['id']}=quickbooks")
    reprice(world, here, "510.00")
    world.tieout.sync()
    assert amount(world.bookkeeper.raw("Invoice", there)["TotalAmt"]) == Decimal("500.00")
    world.tieout.failure("issued_in_quickbooks")
    assert [one["edits"] for one in world.tieout.history() if one["what"] == "Said where it was made"] == [
        [{"field": "issuer", "name": "Made in", "before": "", "after": "QuickBooks"}]
    ]


def test_payments_go_on_in_both_directions_on_one_that_is_quickbooks(world: World) -> None:
    here, there = typed_in_twice(world)
    made_one(world, book_hubspot_payments="true")
    world.bookkeeper.receive(there, "100.00")
    world.seller.pay(here, "50.00", world.day())
    world.tieout.sync()
    assert world.seller.payments(here) == [Decimal("50.00"), Decimal("100.00")]
    assert amount(world.bookkeeper.raw("Invoice", there)["Balance"]) == Decimal("300.00")
    assert world.tieout.failures() == []
    world.rests()


def test_a_void_by_the_bookkeeper_travels_and_one_by_the_seller_is_held(world: World) -> None:
    here, there = typed_in_twice(world)
    made_one(world)
    world.seller.void(here)
    assert world.tieout.sync().sent("quickbooks") == []
    world.tieout.failure("issued_in_quickbooks")
    assert amount(world.bookkeeper.raw("Invoice", there)["TotalAmt"]) == Decimal("450.00")
    world.bookkeeper.void(there)
    assert world.tieout.sync().standing("invoice") == {"in_sync": 1}
    world.rests()


def test_where_it_was_made_is_asked_of_no_other_invoice(world: World) -> None:
    seller = world.seller
    seller.invoice(seller.line("1", "75.00"), contact=seller.contact("ana@nova.example", "Ana", "Ruiz"))
    world.connect()
    world.tieout.sync()
    number = seller.invoices()[0]["hs_number"]
    said = world.tieout.run("match", "shop", "--made-in", f"{number}=quickbooks", codes=(2,))
    assert "typed in on both sides" in said["error"]["message"]
    said = world.tieout.run("match", "shop", "--made-in", f"{number}=ledger", codes=(2,))
    assert "'ledger'" in said["error"]["message"]

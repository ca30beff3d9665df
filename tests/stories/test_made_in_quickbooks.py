"""Invoices made in QuickBooks: HubSpot shows a copy of each, whose figures are QuickBooks' to the cent."""

from decimal import Decimal

import pytest
from quickbooks.objects import Invoice
from tests.stories.conftest import World, amount


def connect(world: World) -> None:
    world.connect(show_quickbooks_invoices="true")


def copies(world: World) -> dict[str, dict[str, str]]:
    """The invoices that stand in HubSpot, by number."""
    return {one["hs_number"]: one for one in world.seller.invoices()}


def test_an_invoice_made_in_quickbooks_appears_in_hubspot(world: World) -> None:
    books = world.bookkeeper
    nova = books.customer("Nova Ltd", "ana@nova.example", CompanyName="Nova Ltd", GivenName="Ana", FamilyName="Ruiz")
    item = books.item("Consulting")
    books.invoice(nova, books.line(item, "2", "100.00"), books.line(item, "1", "50.00"), number="1042")
    connect(world)
    done = world.tieout.sync()
    assert done.standing("invoice") == {"in_sync": 1}
    assert done.standing("customer") == {"in_sync": 1, "excluded": 1}
    copy = copies(world)["1042"]
    assert (copy["hs_invoice_status"], amount(copy["hs_amount_billed"])) == ("open", Decimal("250.00"))
    assert world.seller.lines(copy["id"]) == [("Consulting", 2, 200), ("Consulting", 1, 50)]
    assert copy["tieout_state"] == "In sync"
    assert world.seller.named(copy["id"]) == (["Nova Ltd"], ["ana@nova.example"])
    world.rests()


def test_a_copy_with_its_lines_is_whole_after_one_pass(world: World) -> None:
    books = world.bookkeeper
    nova, item = books.customer("Nova Ltd", "ana@nova.example"), books.item("Consulting")
    books.invoice(nova, *[books.line(item, "1", "10.00") for _ in range(120)], number="1042")
    connect(world)
    done = world.tieout.sync("--auto-match")
    assert done.passes == 1
    assert done.standing("invoice") == {"in_sync": 1}
    copy = copies(world)["1042"]
    assert (copy["hs_invoice_status"], amount(copy["hs_amount_billed"])) == ("open", Decimal("1200.00"))
    assert len(world.seller.lines(copy["id"])) == 120
    world.rests()


def test_its_payments_come_along_and_make_the_copy_paid(world: World) -> None:
    books = world.bookkeeper
    nova = books.customer("Nova Ltd", "ana@nova.example")
    invoice = books.invoice(nova, books.line(books.item("Consulting"), "1", "250.00"), number="1042")
    books.receive(invoice, "100.00")
    connect(world)
    world.tieout.sync()
    copy = copies(world)["1042"]
    assert world.seller.payments(copy["id"]) == [Decimal("100.00")]
    assert amount(copy["hs_balance_due"]) == Decimal("150.00")
    books.receive(invoice, "150.00")
    world.tieout.sync()
    assert copies(world)["1042"]["hs_invoice_status"] == "paid"
    world.rests()


def test_the_copy_follows_every_edit_in_quickbooks(world: World) -> None:
    books = world.bookkeeper
    nova, item = books.customer("Nova Ltd"), books.item("Consulting")
    lines = [books.line(item, "1", price) for price in ("10.00", "20.00", "30.00")]
    invoice = books.invoice(nova, *lines, number="1042")
    connect(world)
    world.tieout.sync()
    document = Invoice.get(invoice, qb=books.client)
    first, _, third = [line for line in document.Line if line.DetailType == "SalesItemLineDetail"]
    third.SalesItemLineDetail.Qty, third.Amount = 2.0, 60.0
    document.Line = [first, third, books.line(item, "1", "5.50"), books.line(item, "1", "-4.00")]
    document.DocNumber = "1042-A"
    document.save(qb=books.client)
    world.tieout.sync()
    copy = copies(world)["1042-A"]
    assert [(quantity, net) for _, quantity, net in world.seller.lines(copy["id"])] == [
        (1, Decimal("10.00")),
        (2, Decimal("60.00")),
        (1, Decimal("5.50")),
    ]
    assert amount(copy["hs_amount_billed"]) == Decimal("71.50")
    world.rests()


@pytest.mark.cause("charge_edited_in_hubspot", foreseen="the values at the last agreement")
def test_an_edit_of_the_copy_is_held_until_a_person_decides(world: World) -> None:
    books = world.bookkeeper
    nova = books.customer("Nova Ltd")
    books.invoice(nova, books.line(books.item("Consulting"), "2", "100.00"), number="1042")
    connect(world)
    world.tieout.sync()
    copy = copies(world)["1042"]
    page = world.seller.client.crm.associations.v4.basic_api.get_page("invoices", copy["id"], "line_items")
    world.seller.change("line_items", str(page.results[0].to_object_id), quantity="3")
    done = world.tieout.sync()
    assert done.wrote_nothing
    failure = world.tieout.failure("charge_edited_in_hubspot")
    assert ("lines[1].quantity", "2", "3") in world.tieout.differences(failure)
    world.tieout.fix(failure, "restore_copy")
    world.tieout.sync()
    assert world.seller.lines(copy["id"]) == [("Consulting", 2, 200)]
    assert world.tieout.failures() == []
    world.rests()


def test_an_invoice_voided_in_quickbooks_is_voided_in_hubspot(world: World) -> None:
    books = world.bookkeeper
    nova = books.customer("Nova Ltd")
    invoice = books.invoice(nova, books.line(books.item("Consulting"), "2", "100.00"), number="1042")
    connect(world)
    world.tieout.sync()
    Invoice.get(invoice, qb=books.client).void(qb=books.client)
    world.tieout.sync()
    assert copies(world)["1042"]["hs_invoice_status"] == "voided"
    world.rests()


def test_the_copy_follows_its_invoice_to_another_customer(world: World) -> None:
    books, seller = world.bookkeeper, world.seller
    nova = books.customer("Nova Ltd", "ana@nova.example", CompanyName="Nova Ltd", GivenName="Ana", FamilyName="Ruiz")
    invoice = books.invoice(nova, books.line(books.item("Consulting"), "1", "250.00"), number="1042")
    connect(world)
    world.tieout.sync()
    copy = copies(world)["1042"]["id"]
    assert seller.named(copy) == (["Nova Ltd"], ["ana@nova.example"])
    third = seller.contact("eve@nova.example", "Eve", "Ruiz")
    seller.add_contact(copy, third)
    ode = books.customer("Ode Ltd", "ben@ode.example", CompanyName="Ode Ltd", GivenName="Ben", FamilyName="Sole")
    books.change(Invoice, invoice, CustomerRef={"value": ode})
    done = world.tieout.sync()
    assert seller.named(copy) == (["Ode Ltd"], ["ben@ode.example", "eve@nova.example"])
    assert done.standing("invoice") == {"in_sync": 1}
    assert world.tieout.failures() == []
    assert amount(copies(world)["1042"]["hs_amount_billed"]) == Decimal("250.00")
    world.rests()


@pytest.mark.cause("possible_duplicate", foreseen="invoices of the same customer, amount and time")
@pytest.mark.cause("possible_duplicate_in_hubspot", foreseen="invoices of the same customer, amount and time")
def test_an_invoice_typed_in_on_both_sides_is_asked_about_and_made_one(world: World) -> None:
    books, seller = world.bookkeeper, world.seller
    nova = books.customer("Nova Ltd", "ana@nova.example")
    books.invoice(nova, books.line(books.item("Consulting"), "1", "450.00"), number="1042", on=world.day(-3))
    ana = seller.contact("ana@nova.example", "Ana", "Ruiz")
    seller.invoice(seller.line("1", "450.00"), contact=ana, on=world.day())
    connect(world)
    done = world.tieout.sync()
    assert done.operations["books"]["create"] == done.operations["crm"]["create"] == 0
    asked = {one["cause"]: one for one in world.tieout.failures()}
    assert sorted(asked) == ["possible_duplicate", "possible_duplicate_in_hubspot"]
    world.tieout.fix(asked["possible_duplicate_in_hubspot"], "use_existing")
    done = world.tieout.sync()
    assert done.standing("invoice") == {"in_sync": 1}
    assert world.tieout.failures() == []
    world.rests()


def test_a_line_with_tax_and_a_discount_comes_to_the_same_total(uk: World) -> None:
    books = uk.bookkeeper
    nova, item = books.customer("Nova Ltd"), books.item("Consulting")
    code = books.tax_code("20.0% S")
    invoice = books.invoice(nova, books.line(item, "3", "9.99", code), books.line(item, "1", "-1.50", code), number="7")
    connect(uk)
    uk.tieout.sync()
    copy = copies(uk)["7"]
    assert amount(copy["hs_amount_billed"]) == amount(books.raw("Invoice", invoice)["TotalAmt"]) == Decimal("34.16")
    assert uk.seller.lines(copy["id"]) == [("Consulting", 3, Decimal("29.97"))]
    uk.rests()


@pytest.mark.cause("deleted_in_hubspot", foreseen="the feed of archived records")
def test_a_copy_that_the_seller_archived_is_not_made_again_even_once_the_pair_is_forgotten(world: World) -> None:
    books = world.bookkeeper
    nova = books.customer("Nova Ltd")
    invoice = books.invoice(nova, books.line(books.item("Consulting"), "2", "100.00"), number="1042")
    connect(world)
    world.tieout.sync()
    world.seller.archive("invoices", copies(world)["1042"]["id"])
    books.change(Invoice, invoice, DocNumber="1042-A")
    done = world.tieout.sync()
    assert done.standing("invoice") == {"broken": 1}
    world.tieout.fix(world.tieout.failure("deleted_in_hubspot"), "unlink")
    done = world.tieout.sync()
    assert done.standing("invoice") == {"excluded": 1}
    assert copies(world) == {}
    world.rests()


def test_a_forgotten_pair_leaves_the_invoice_and_its_copy_alone(world: World) -> None:
    books = world.bookkeeper
    nova = books.customer("Nova Ltd")
    invoice = books.invoice(nova, books.line(books.item("Consulting"), "2", "100.00"), number="1042")
    books.invoice(nova, books.line(books.item("Training"), "1", "80.00"), number="1043")
    connect(world)
    world.tieout.sync()
    Invoice.get(invoice, qb=books.client).delete(qb=books.client)
    world.tieout.sync()
    world.tieout.fix(world.tieout.failure("deleted_in_quickbooks"), "unlink")
    done = world.tieout.sync()
    assert done.standing("invoice") == {"excluded": 1, "in_sync": 1}
    assert done.operations["books"]["create"] == 0
    told = [entry for entry in world.tieout.history("1042") if entry["kind"] == "invoice"]
    created = next(entry for entry in told if entry["what"].startswith("Created"))
    assert created["pair"] == told[0]["pair"], "the record that still stands keeps its history"
    world.rests()

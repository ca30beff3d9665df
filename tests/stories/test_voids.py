"""Voids and deletions: a void is an event of its own, what is paid or closed is for a person, deletes never travel."""

from datetime import date
from decimal import Decimal

import pytest
from quickbooks.objects import Invoice
from tests.stories.conftest import World, amount


def sold(world: World, on: date | None = None) -> tuple[str, str]:
    """An invoice of 200.00 that stands on both sides: its ids."""
    nova = world.seller.company("Nova Ltd")
    ana = world.seller.contact("ana@nova.example", "Ana", company=nova)
    made = world.seller.invoice(world.seller.line("2", "100.00"), contact=ana, company=nova, on=on)
    world.connect(start_date="all")
    assert world.tieout.sync().standing("invoice") == {"in_sync": 1}
    (booked,) = world.bookkeeper.select("Invoice")
    return made, booked["Id"]


def test_story_30_an_unpaid_invoice_voided_in_quickbooks_is_voided_in_hubspot(world: World) -> None:
    made, booked = sold(world)
    world.bookkeeper.void(booked)
    done = world.tieout.sync()
    assert done.operations["crm"]["void"] == 1
    assert done.operations["books"] == {"create": 0, "update": 0, "void": 0}
    assert world.seller.shown(made)["hs_invoice_status"] == "voided"
    assert world.tieout.failures() == []
    world.rests()


@pytest.mark.cause("void_but_paid", foreseen="the balance on both sides")
def test_story_30_a_paid_invoice_voided_in_quickbooks_is_held(world: World) -> None:
    made, booked = sold(world)
    world.tieout.set(book_hubspot_payments="false")  # the payment would find no open invoice, and say so
    world.seller.pay(made, "200.00", world.day())
    world.bookkeeper.void(booked)
    assert world.tieout.sync().wrote_nothing
    failure = world.tieout.failure("void_but_paid")
    assert world.tieout.differences(failure) == [("status", "paid", "void")]
    assert world.seller.shown(made)["hs_invoice_status"] == "paid"
    world.rests()
    world.tieout.fix(failure, "leave_both")
    assert world.tieout.sync().standing("invoice") == {"accepted": 1}
    assert world.tieout.failures() == []
    world.rests()


def test_story_30_an_invoice_voided_in_hubspot_that_quickbooks_was_paid_for_is_held(world: World) -> None:
    made, booked = sold(world)
    world.seller.void(made)
    world.bookkeeper.receive(booked, "50.00")
    done = world.tieout.sync()
    assert done.operations["books"] == {"create": 0, "update": 0, "void": 0}
    (failure,) = world.tieout.failures("void_but_paid")
    assert world.tieout.differences(failure) == [("status", "void", "open")]
    assert amount(world.bookkeeper.raw("Invoice", booked)["Balance"]) == Decimal("150.00")
    world.rests()


@pytest.mark.cause("deleted_in_quickbooks", foreseen="the feed of deletions")
def test_story_30_an_invoice_deleted_in_quickbooks_asks_and_is_not_created_again(world: World) -> None:
    made, booked = sold(world)
    world.bookkeeper.delete(booked)
    done = world.tieout.sync()
    assert done.wrote_nothing
    assert done.standing("invoice") == {"broken": 1}
    failure = world.tieout.failure("deleted_in_quickbooks")
    assert {one["fix"] for one in failure["fixes"]} == {"unlink", "stop_syncing"}
    assert world.seller.shown(made)["hs_invoice_status"] == "open"
    world.rests()
    world.tieout.fix(failure, "unlink")
    assert world.tieout.sync().operations["books"]["create"] == 0, "forgetting a pair makes no second document"
    assert world.bookkeeper.select("Invoice") == []
    world.rests()


def test_an_unpaid_invoice_voided_in_hubspot_is_voided_in_quickbooks(world: World) -> None:
    made, booked = sold(world)
    world.seller.void(made)
    done = world.tieout.sync()
    assert done.operations["books"] == {"create": 0, "update": 0, "void": 1}
    raw = world.bookkeeper.raw("Invoice", booked)
    assert (amount(raw["TotalAmt"]), raw["Id"]) == (Decimal("0.00"), booked)
    assert world.tieout.failures() == []
    world.rests()


@pytest.mark.cause("void_in_closed_period", foreseen="the closing date and the lock date")
def test_story_34_a_void_in_a_locked_period_proposes_a_credit_memo_of_today(world: World) -> None:
    before = world.day(-40)
    made, booked = sold(world, on=before)
    world.tieout.set(lock_date=world.day(-10).isoformat())
    world.seller.void(made)
    done = world.tieout.sync()
    assert done.wrote_nothing
    failure = world.tieout.failure("void_in_closed_period")
    assert failure["state"] == "held"
    assert "a credit memo of today" in failure["explanation"]
    assert "200.00" in failure["explanation"]
    document = Invoice.get(booked, qb=world.bookkeeper.client)
    memo = world.bookkeeper.credit_memo(
        document.CustomerRef.value,
        world.bookkeeper.line(document.Line[0].SalesItemLineDetail.ItemRef.value, "2", "100.00"),
    )
    world.bookkeeper.apply_credit(memo, booked, "200.00")
    world.tieout.sync()
    world.tieout.fix(world.tieout.failure("void_in_closed_period"), "leave_both")
    done = world.tieout.sync()
    assert done.standing("invoice") == {"accepted": 1}
    assert amount(world.bookkeeper.raw("Invoice", booked)["TotalAmt"]) == Decimal("200.00")
    assert world.tieout.failures() == []
    world.rests()


@pytest.mark.cause("period_closed", foreseen="the closing date and the lock date")
def test_story_34_an_invoice_dated_before_the_lock_date_is_held_for_the_bookkeeper(world: World) -> None:
    nova = world.seller.company("Nova Ltd")
    ana = world.seller.contact("ana@nova.example", "Ana", company=nova)
    draft = world.seller.draft(world.seller.line("1", "75.00"), contact=ana, company=nova, on=world.day(-12))
    world.connect(lock_date=world.day(-9).isoformat())
    world.seller.finalize(draft)
    done = world.tieout.sync()
    assert done.wrote_nothing
    failure = world.tieout.failure("period_closed")
    assert failure["amount"] == "75.00"
    world.tieout.set(lock_date=world.day(-20).isoformat())
    done = world.tieout.sync()
    assert done.operations["books"]["create"] >= 1
    assert world.tieout.failures() == []
    world.rests()

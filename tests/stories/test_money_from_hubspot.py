"""Money that HubSpot took: booked in QuickBooks once, whole, and only when it is money."""

from decimal import Decimal
from typing import Any

import pytest
from tests.stories.conftest import World, amount


def sold(world: World, price: str = "1000.00", **settings: str) -> tuple[str, str]:
    """An invoice made in HubSpot that stands in QuickBooks; its two ids."""
    seller = world.seller
    contact = seller.contact("ana@nova.example", "Ana", "Ruiz")
    invoice = seller.invoice(seller.line("1", price), contact=contact, on=world.day(-10))
    world.connect(book_hubspot_payments="true", **settings)
    world.tieout.sync()
    number = seller.shown(invoice)["hs_number"]
    return invoice, str(world.bookkeeper.invoices()[number]["Id"])


def payments(world: World) -> list[dict[str, Any]]:
    return world.bookkeeper.select("Payment")


def test_a_payment_recorded_in_hubspot_is_booked_on_its_invoice(world: World) -> None:
    invoice, booked = sold(world)
    world.seller.pay(invoice, "400.00", world.day())
    done = world.tieout.sync()
    assert done.operations["books"] == {"create": 1, "update": 0, "void": 0}
    [payment] = payments(world)
    assert amount(payment["TotalAmt"]) == Decimal("400.00")
    assert payment["Line"][0]["LinkedTxn"][0]["TxnId"] == booked
    assert amount(world.bookkeeper.raw("Invoice", booked)["Balance"]) == Decimal("600.00")
    assert done.standing("settlement") == {"in_sync": 1}
    world.rests()


def test_16_a_card_payment_is_booked_whole_though_a_credit_came_first(world: World) -> None:
    invoice, booked = sold(world)
    books = world.bookkeeper
    customer = books.raw("Invoice", booked)["CustomerRef"]["value"]
    memo = books.credit_memo(customer, books.line(books.item("Advice"), "1", "200.00"), number="CM-1")
    books.apply_credit(memo, booked, "200.00")
    world.seller.pay(invoice, "1000.00", world.day())
    world.tieout.sync()
    [payment] = [one for one in payments(world) if amount(one["TotalAmt"])]
    assert amount(payment["TotalAmt"]) == Decimal("1000.00")
    assert amount(payment["UnappliedAmt"]) == Decimal("200.00")
    assert amount(books.raw("Invoice", booked)["Balance"]) == 0


@pytest.mark.cause("possible_duplicate", foreseen="payments of the same invoice, amount and time")
def test_17_a_cheque_that_is_in_the_books_already_is_asked_about(world: World) -> None:
    invoice, booked = sold(world, "450.00")
    world.tieout.run("pause", "shop")
    world.bookkeeper.receive(booked, "450.00", world.day(-5))
    world.seller.pay(invoice, "450.00", world.day(-3))
    world.tieout.run("resume", "shop")
    done = world.tieout.sync()
    assert done.operations["books"]["create"] == done.operations["crm"]["create"] == 0
    asked = world.tieout.failures("possible_duplicate")
    assert len(asked) == 2
    world.tieout.fix(asked[0], "use_existing")
    world.tieout.sync()
    assert len(payments(world)) == 1
    assert world.seller.payments(invoice) == [Decimal("450.00")]
    assert world.tieout.failures() == []
    world.rests()


@pytest.mark.cause("payment_came_back", foreseen="the payment's status")
def test_18_only_what_succeeded_is_money(world: World) -> None:
    clearing = world.bookkeeper.clearing_account("Card clearing")
    invoice, _ = sold(world, "450.00", **{"deposit_account.none": "Card clearing"})
    payment = world.seller.pay(invoice, "450.00", world.day())
    world.seller.change("commerce_payments", payment, hs_latest_status="processing")
    done = world.tieout.sync()
    assert done.wrote_nothing
    assert payments(world) == []
    world.seller.change("commerce_payments", payment, hs_latest_status="succeeded")
    world.tieout.sync()
    [booked] = payments(world)
    assert amount(booked["TotalAmt"]) == Decimal("450.00")
    assert booked["DepositToAccountRef"]["value"] == clearing
    world.seller.change("commerce_payments", payment, hs_latest_status="disputed_lost")
    done = world.tieout.sync()
    assert not done.sent("quickbooks")
    failure = world.tieout.failure("payment_came_back")
    assert "disputed_lost" in failure["explanation"]
    assert "credit Card clearing" in failure["explanation"]
    assert not world.bookkeeper.select("JournalEntry")
    world.tieout.fix(failure, "enter_return")
    world.tieout.sync()
    [entry] = world.bookkeeper.select("JournalEntry")
    posted = {
        one["JournalEntryLineDetail"]["PostingType"]: one["JournalEntryLineDetail"]["AccountRef"]["value"]
        for one in entry["Line"]
    }
    assert amount(entry["TotalAmt"]) == Decimal("450.00")
    assert posted["Credit"] == clearing
    assert world.bookkeeper.raw("Account", posted["Debit"])["AccountType"] == "Accounts Receivable"
    assert world.tieout.failures() == []
    world.rests()
    assert world.tieout.run("prove", "shop", "--as-of", world.day().isoformat())["ties_out"]


def test_money_of_a_lost_dispute_that_comes_again_is_entered_the_other_way_round(world: World) -> None:
    clearing = world.bookkeeper.clearing_account("Card clearing")
    invoice, _ = sold(world, "450.00", **{"deposit_account.none": "Card clearing"})
    payment = world.seller.pay(invoice, "450.00", world.day())
    world.tieout.sync()
    for status, cause in (("disputed_lost", "payment_came_back"), ("disputed_won", "payment_came_again")):
        world.seller.change("commerce_payments", payment, hs_latest_status=status)
        world.tieout.sync()
        failure = world.tieout.failure(cause)
        assert "450.00" in failure["explanation"]
        assert "-450.00" not in failure["explanation"]
        world.tieout.fix(failure, "enter_return")
        world.tieout.sync()
    posted = [
        {
            one["JournalEntryLineDetail"]["AccountRef"]["value"]: one["JournalEntryLineDetail"]["PostingType"]
            for one in entry["Line"]
        }
        for entry in sorted(world.bookkeeper.select("JournalEntry"), key=lambda one: int(one["Id"]))
    ]
    assert [entry[clearing] for entry in posted] == ["Credit", "Debit"]
    assert world.tieout.failures() == []
    world.rests()
    assert world.tieout.run("prove", "shop", "--as-of", world.day().isoformat())["ties_out"]


def test_two_payments_of_one_day_on_one_invoice_are_both_booked_up_to_the_rest(world: World) -> None:
    invoice, booked = sold(world)
    world.seller.pay(invoice, "700.00", world.day())
    world.seller.pay(invoice, "500.00", world.day())
    world.tieout.sync()
    assert sorted((amount(one["TotalAmt"]), amount(one["UnappliedAmt"])) for one in payments(world)) == [
        (Decimal("500.00"), Decimal("200.00")),
        (Decimal("700.00"), Decimal("0.00")),
    ]
    assert amount(world.bookkeeper.raw("Invoice", booked)["Balance"]) == 0
    assert world.tieout.failures() == []
    world.rests()


@pytest.mark.cause("payments_apart", foreseen="the amounts on both sides")
def test_a_payment_said_to_be_the_same_as_one_of_another_amount_needs_a_decision(world: World) -> None:
    invoice, booked = sold(world, "450.00")
    world.tieout.run("pause", "shop")
    world.bookkeeper.receive(booked, "450.00", world.day(-5))
    world.seller.pay(invoice, "400.00", world.day(-3))
    world.tieout.run("resume", "shop")
    world.tieout.sync()
    asked = next(one for one in world.tieout.failures() if one["cause"] == "possible_duplicate")
    world.tieout.fix(asked, "use_existing")
    done = world.tieout.sync()
    assert done.wrote_nothing
    apart = world.tieout.failure("payments_apart")
    assert ("amount", "400.00", "450.00") in world.tieout.differences(apart)
    world.tieout.fix(apart, "leave_both")
    world.tieout.sync()
    assert world.tieout.failures() == []
    world.rests()

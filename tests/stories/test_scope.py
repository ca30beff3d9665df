"""Scope and time: only what is needed, from the start on, and quiet afterwards."""

from datetime import timedelta

import pytest
from tests.stories.conftest import amount

MANY = 12_000


def test_story_31_only_what_is_needed_is_created(world):
    """Told of 40,000 contacts; here of 12,000, to save time: more than the 10,000 that one HubSpot search gives."""
    world.bookkeeper.item("Consulting")
    people = [
        {"email": f"buyer{n}@crm.example", "firstname": "Buyer", "lastname": f"{n}", "phone": f"+1 212 555 {n:04}"}
        for n in range(MANY)
    ]
    contacts = world.seller.contacts(people)
    buyers = contacts[:: MANY // 12][:12]
    for buyer in buyers:
        world.seller.invoice(world.seller.line("1", "100.00", name="Consulting"), contact=buyer)
    world.connect()
    synced = world.tieout.sync()
    assert synced.operations["books"]["create"] == 24
    assert len(world.bookkeeper.select("Customer")) == 12
    assert len(world.bookkeeper.select("Invoice")) == 12
    assert synced.standing("customer") == {"in_sync": 12, "excluded": MANY - 12}
    assert world.tieout.failures() == []
    world.rests()


def test_story_32_start_takes_in_what_is_open_or_finalized_since(worlds):
    """Begins last year; then the clock moves to today, and Tieout is connected, starting today."""
    world = worlds("us-manual", began=400)
    world.bookkeeper.item("Consulting")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")

    def made(price, on):
        return world.seller.draft(world.seller.line("1", price, name="Consulting"), contact=ana, on=on)

    last_year = world.day(-400)
    still_open = made("10.00", last_year)
    paid = made("20.00", last_year)
    world.seller.finalize(still_open)
    world.seller.finalize(paid)
    world.seller.pay(paid, "20.00", last_year)
    world.hubspot.advance(timedelta(days=400).total_seconds())
    dated_last_week = made("40.00", world.day(-7))
    world.seller.finalize(dated_last_week)
    world.seller.pay(dated_last_week, "40.00", world.day())

    world.connect()
    synced = world.tieout.sync()
    assert sorted(amount(one["TotalAmt"]) for one in world.bookkeeper.select("Invoice")) == [amount("10"), amount("40")]
    assert synced.excluded_by_start_date == 1
    assert synced.standing("invoice") == {"in_sync": 2, "excluded": 1}
    proof = world.rests()
    assert [(one["crm"], one["amount"]) for one in proof["exceptions"] if one["reason"] == "before_start"] == [
        (paid, "20.00")
    ]


def test_story_35_quiet_after_a_day_of_everything(world):
    """Each other story ends with `World.rests`; this one rests after many things at once, then in single passes too."""
    world.bookkeeper.item("Consulting")
    company = world.seller.company("Nova Ltd", phone="+1 212 555 0100")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode", company=company)
    ben = world.seller.contact("ben@other.example", "Ben", "Stone")

    def lines():
        yield world.seller.line("3", "9.99", name="Consulting", hs_discount_percentage="10")
        yield world.seller.line("1", "0.333", name="Consulting")

    first = world.seller.invoice(*lines(), contact=ana, company=company, due=world.day(30))
    second = world.seller.invoice(*lines(), contact=ben)
    world.seller.take_contacts_off(world.seller.invoice(*lines(), contact=ben))
    world.seller.draft(world.seller.line("1", "5.00", name="Nothing known"))
    world.connect()
    world.tieout.sync()
    world.rests()

    booked = {one["CustomerRef"]["name"]: one["Id"] for one in world.bookkeeper.select("Invoice")}
    world.bookkeeper.receive(booked["Nova Ltd"], "5.00")
    world.bookkeeper.edit_line(booked["Ben Stone"], quantity="4")
    world.seller.change("companies", company, phone="+1 212 555 0199")
    world.seller.change("invoices", first, hs_comments="Thank you")
    world.tieout.sync()
    assert world.seller.payments(first) == [amount("5.00")]
    assert world.bookkeeper.raw("Invoice", booked["Nova Ltd"])["CustomerMemo"] == {"value": "Thank you"}
    assert world.seller.shown(second)["tieout_state"] == "Please decide"
    assert {one["cause"] for one in world.tieout.failures()} == {"charge_edited_in_books", "no_customer"}
    world.rests()
    for _ in range(2):
        single = world.tieout.run("sync", world.tieout.name)
        assert not any(n for verbs in single["operations"].values() for n in verbs.values())


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("America/Los_Angeles", "2027-01-01T04:30:00Z", "2026-12-31"),
        ("America/Los_Angeles", "2026-12-31T00:00:00Z", "2026-12-31"),
        ("Pacific/Auckland", "2026-12-31T11:30:00Z", "2027-01-01"),
        ("Pacific/Auckland", "2026-12-31T10:30:00Z", "2026-12-31"),
        ("Pacific/Auckland", "2026-12-31T00:00:00Z", "2026-12-31"),
    ],
)
def test_story_33_new_years_eve_falls_on_the_day_that_the_seller_saw(world, zone, moment, day):
    """Midnight UTC is a plain day and stays it; any other moment is a day in the account's zone."""
    world.hubspot.company(time_zone=zone)
    world.bookkeeper.item("Consulting")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    invoice = world.seller.draft(
        world.seller.line("1", "100.00", name="Consulting"), contact=ana, hs_invoice_date=moment, hs_due_date=moment
    )
    world.seller.finalize(invoice)
    world.connect()
    world.tieout.sync()
    (booked,) = world.bookkeeper.select("Invoice")
    assert (booked["TxnDate"], booked["DueDate"]) == (day, day)
    world.rests()

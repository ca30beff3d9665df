"""The article's failures of invoices, each foreseen and cured both ways: service date, charge, number; and drafts."""

import pytest
from quickbooks.objects import CreditMemo, Invoice, Preferences
from tests.stories.conftest import amount


def sell(world, contact, price="100.00"):
    return world.seller.invoice(world.seller.line("1", price, name="Consulting"), contact=contact)


def retainer(world):
    """Two invoices of an item that wants a service date; the first one is refused, the second foreseen."""
    item = world.bookkeeper.item("Retainer")
    world.quickbooks.company(service_date_items=[item])
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    first = world.seller.invoice(world.seller.line("1", "200.00", name="Retainer"), contact=ana, on=world.day())
    world.connect()
    world.tieout.sync()
    assert len(world.tieout.refusals()) == 1
    assert world.tieout.failure("service_date_required")["record"]["id"] == first
    second = world.seller.invoice(world.seller.line("2", "200.00", name="Retainer"), contact=ana, on=world.day(-1))
    synced = world.tieout.sync()
    assert synced.sent("quickbooks") == []
    failures = world.tieout.failures("service_date_required")
    assert sorted(one["record"]["id"] for one in failures) == sorted([first, second])
    assert world.bookkeeper.select("Invoice") == []
    return first, second, failures


def dates(world):
    """The service dates of the lines in QuickBooks, by the invoice's total."""
    return {
        amount(one["TotalAmt"]): [line["SalesItemLineDetail"].get("ServiceDate") for line in one["Line"][:1]]
        for one in world.bookkeeper.select("Invoice")
    }


@pytest.mark.cause("service_date_required", foreseen="what QuickBooks refused before, remembered by item")
def test_story_03_service_date_is_set_by_rule_on_all(world):
    _, _, failures = retainer(world)
    done = world.tieout.fix(failures[0], "set_service_date", "--all-with-cause", rule="invoice_date")
    assert len(done["failures"]) == 2
    world.tieout.sync()
    assert len(world.tieout.refusals()) == 1
    assert dates(world) == {amount("200.00"): [f"{world.day()}"], amount("400.00"): [f"{world.day(-1)}"]}
    assert world.tieout.failures() == []
    world.rests()


def test_story_03_service_date_is_no_longer_wanted_once_the_feature_is_off(world):
    retainer(world)
    preferences = Preferences.get(qb=world.bookkeeper.client)
    preferences.ProductAndServicesPrefs.RevenueRecognitionEnabled = False
    preferences.save(qb=world.bookkeeper.client)
    world.tieout.sync()
    assert len(world.tieout.refusals()) == 1
    assert dates(world) == {amount("200.00"): [None], amount("400.00"): [None]}
    assert world.tieout.failures() == []
    world.rests()


def test_story_03_service_date_comes_with_a_billing_start_date_of_the_line(world):
    first, second, _ = retainer(world)
    for invoice in (first, second):
        page = world.seller.client.crm.associations.v4.basic_api.get_page("invoices", invoice, "line_items")
        (line,) = page.results
        world.seller.change("line_items", line.to_object_id, hs_recurring_billing_start_date=f"{world.day(-3)}")
    world.tieout.sync()
    assert len(world.tieout.refusals()) == 1
    assert dates(world) == {amount("200.00"): [f"{world.day(-3)}"], amount("400.00"): [f"{world.day(-3)}"]}
    assert world.tieout.failures() == []
    world.rests()


def edited(world):
    """Two hours from HubSpot, which the bookkeeper makes three."""
    world.bookkeeper.item("Consulting")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    invoice = world.seller.invoice(world.seller.line("2", "100.00", name="Consulting"), contact=ana)
    world.connect()
    world.tieout.sync()
    (booked,) = world.bookkeeper.select("Invoice")
    world.bookkeeper.edit_line(booked["Id"], quantity="3")
    assert world.tieout.sync().wrote_nothing
    return invoice, booked["Id"], held(world, "3", "300.00")


def held(world, quantity, total):
    """The invoice is held, and its differences are these."""
    failure = world.tieout.failure("charge_edited_in_books")
    assert failure["state"] == "held"
    shown = {field: (before, after) for field, before, after in world.tieout.differences(failure)}
    assert shown["lines[1].quantity"] == ("2", quantity)
    assert shown["total"] == ("200.00", total)
    return failure


def total_of(world, invoice):
    return amount(world.bookkeeper.raw("Invoice", invoice)["TotalAmt"])


@pytest.mark.cause("charge_edited_in_books", foreseen="the values at the last agreement")
def test_story_04_charge_edited_in_quickbooks_is_put_back(world):
    invoice, booked, failure = edited(world)
    assert world.seller.shown(invoice)["tieout_state"] == "Please decide"
    foreseen = world.tieout.fix(failure, "put_back", "--preview")["operations"]
    assert ("books", "3", "2") in [(one["side"], one["before"], one["after"]) for one in foreseen]
    world.tieout.fix(failure, "put_back")
    world.tieout.sync()
    assert total_of(world, booked) == amount("200.00")
    assert world.tieout.failures() == []
    assert world.seller.shown(invoice)["tieout_state"] == "In sync"
    world.rests()


def test_story_04_charge_edited_by_other_lines_is_put_back(world):
    world.bookkeeper.item("Consulting")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    lines = [world.seller.line(quantity, "100.00", name="Consulting") for quantity in ("2", "1")]
    world.seller.invoice(*lines, contact=ana)
    world.connect()
    world.tieout.sync()
    (booked,) = world.bookkeeper.select("Invoice")
    item = booked["Line"][0]["SalesItemLineDetail"]["ItemRef"]["value"]
    world.bookkeeper.change(Invoice, booked["Id"], Line=[world.bookkeeper.line(item, "1", "5.00")])
    assert world.tieout.sync().wrote_nothing
    world.tieout.fix(world.tieout.failure("charge_edited_in_books"), "put_back")
    world.tieout.sync()
    assert total_of(world, booked["Id"]) == amount("300.00")
    assert [amount(line["Amount"]) for line in world.bookkeeper.raw("Invoice", booked["Id"])["Line"][:2]] == [
        amount("200.00"),
        amount("100.00"),
    ]
    assert world.tieout.failures() == []
    world.rests()


def test_story_04_charge_edited_in_quickbooks_closes_by_itself_when_it_is_undone(world):
    invoice, booked, _ = edited(world)
    world.bookkeeper.edit_line(booked, quantity="2")
    assert world.tieout.sync().wrote_nothing
    assert world.tieout.failures() == []
    assert world.seller.shown(invoice)["tieout_state"] == "In sync"
    world.rests()


def test_story_04_charge_edited_in_quickbooks_is_left_as_it_is_until_it_changes_again(world):
    invoice, booked, failure = edited(world)
    world.tieout.fix(failure, "leave_both")
    synced = world.tieout.sync()
    assert synced.wrote_nothing
    assert synced.standing("invoice") == {"accepted": 1}
    assert world.tieout.failures() == []
    assert world.seller.shown(invoice)["tieout_state"] == "Left as they are"
    proof = world.rests()
    assert proof["currency"]["USD"]["difference"] == {"total": "-100.00", "open": "-100.00"}
    (exception,) = proof["exceptions"]
    assert (exception["crm"], exception["books"]) == (invoice, booked)
    assert (exception["amount"], exception["reason"]) == ("100.00", "accepted")
    world.bookkeeper.edit_line(booked, quantity="4")
    assert world.tieout.sync().wrote_nothing
    held(world, "4", "400.00")
    assert total_of(world, booked) == amount("400.00")


def test_story_04_charge_edited_in_quickbooks_is_no_longer_synced(world):
    invoice, booked, failure = edited(world)
    world.tieout.fix(failure, "stop_syncing")
    synced = world.tieout.sync()
    assert synced.wrote_nothing
    assert synced.standing("invoice") == {"excluded": 1}
    (exception,) = world.rests()["exceptions"]
    assert (exception["crm"], exception["books"], exception["amount"]) == (invoice, booked, "100.00")
    assert exception["reason"] == "by_you"


def taken(world):
    """QuickBooks has a credit memo INV-1004 of somebody else when HubSpot finalizes its INV-1004."""
    world.hubspot.company(next_invoice_number=1004)
    world.quickbooks.company(custom_transaction_numbers=True)
    somebody = world.bookkeeper.customer("Somebody Else")
    item = world.bookkeeper.item("Consulting")
    memo = world.bookkeeper.credit_memo(somebody, world.bookkeeper.line(item, "1", "60.00"), number="INV-1004")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    invoice = sell(world, ana)
    assert world.seller.shown(invoice)["hs_number"] == "INV-1004"
    world.connect()
    assert world.tieout.sync().wrote_nothing
    assert world.bookkeeper.select("Invoice") == []
    failure = world.tieout.failure("duplicate_number")
    assert "credit memo" in failure["explanation"]
    assert "INV-1004" in failure["explanation"]
    return invoice, memo, failure


@pytest.mark.cause("duplicate_number", foreseen="the numbers of all sales forms")
def test_story_05_number_taken_by_a_credit_memo_is_freed_by_the_bookkeeper(world):
    invoice, memo, _ = taken(world)
    world.bookkeeper.change(CreditMemo, memo, DocNumber="CM-1")
    world.tieout.sync()
    assert world.tieout.refusals() == []
    assert list(world.bookkeeper.invoices()) == ["INV-1004"]
    assert world.seller.shown(invoice)["hs_number"] == "INV-1004"
    assert world.tieout.failures() == []
    world.rests()


def test_story_05_number_taken_by_a_credit_memo_is_changed_by_pattern(world):
    invoice, _, failure = taken(world)
    world.tieout.fix(failure, "number_by_pattern")
    world.tieout.sync()
    assert world.tieout.refusals() == []
    assert list(world.bookkeeper.invoices()) == ["INV-1004-2"]
    shown = world.seller.shown(invoice)
    assert (shown["hs_number"], shown["tieout_number"]) == ("INV-1004", "INV-1004-2")
    assert world.tieout.failures() == []
    world.rests()


def test_story_05_number_taken_by_a_credit_memo_is_left_to_quickbooks(world):
    invoice, _, failure = taken(world)
    world.quickbooks.company(custom_transaction_numbers=False)  # else QuickBooks leaves the number to people
    world.tieout.fix(failure, "let_quickbooks_number")
    world.tieout.sync()
    assert world.tieout.refusals() == []
    (number,) = world.bookkeeper.invoices()
    assert number == "1001"
    shown = world.seller.shown(invoice)
    assert (shown["hs_number"], shown["tieout_number"]) == ("INV-1004", number)
    assert world.tieout.failures() == []
    world.rests()


def test_story_06_a_draft_tells_what_it_lacks(world):
    world.bookkeeper.item("Consulting")
    line = world.seller.line("1", "100.00", name="Something new")
    draft = world.seller.draft(line)
    world.connect(auto_create_items="false")
    synced = world.tieout.sync()
    assert synced.sent("quickbooks") == []
    assert synced.standing("invoice") == {"draft": 1}
    assert world.tieout.failures() == []
    shown = world.seller.shown(draft)
    assert shown["tieout_state"] == "Draft"
    assert shown["tieout_reason"] == "Would fail because: No customer in QuickBooks; No item in QuickBooks"

    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    world.seller.put_contact(draft, ana)
    world.tieout.set(default_item="Consulting")
    synced = world.tieout.sync()
    assert synced.sent("quickbooks") == []
    assert synced.standing("invoice") == {"draft": 1}
    shown = world.seller.shown(draft)
    assert (shown["tieout_state"], shown["tieout_reason"]) == ("Draft", "Ready")
    world.rests()
    assert world.bookkeeper.select("Invoice") == []
    assert world.bookkeeper.select("Customer") == []

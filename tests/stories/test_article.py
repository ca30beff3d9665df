"""The failures of customers that HubSpot's own sync explains in its troubleshooting article, each cured both ways."""

import pytest
from quickbooks.objects import Vendor
from tests.stories.conftest import amount


def another_email(world):
    """Ana buys with one e-mail and stands in the books with another; customers are not created."""
    ana = world.seller.contact("ana@crm.example", "Ana", "Ruiz")
    there = world.bookkeeper.customer("Ana Ruiz", "ana.ruiz@books.example")
    world.bookkeeper.item("Consulting")
    invoice = world.seller.invoice(world.seller.line("1", "100.00", name="Consulting"), contact=ana)
    world.connect(auto_create_customers="false")
    assert world.tieout.sync().wrote_nothing
    failure = world.tieout.failure("no_customer")
    assert (failure["kind"], failure["record"]["id"], failure["amount"]) == ("invoice", invoice, "100.00")
    link = next(one for one in failure["fixes"] if one["fix"] == "link_customer")
    named = link["needs"]["customer"]["choices"][0]
    assert named["value"] == there
    assert "Ana Ruiz" in named["label"]
    assert world.seller.shown(invoice)["tieout_state"] == "Needs you"
    return invoice, there, failure


def stands_on(world, invoice, customer):
    """The invoice is in QuickBooks, once, on this customer, and nothing fails."""
    (booked,) = world.bookkeeper.invoices().values()
    assert (booked["CustomerRef"]["value"], amount(booked["TotalAmt"])) == (customer, amount("100.00"))
    assert world.tieout.failures() == []
    assert world.seller.shown(invoice)["tieout_state"] == "In sync"
    assert set(world.bookkeeper.customers()) == {"Ana Ruiz"}
    world.rests()


@pytest.mark.cause("no_customer", foreseen="pairs; e-mail, name and domain in QuickBooks")
def test_story_01_another_email_is_cured_by_linking_the_customer(world):
    invoice, there, failure = another_email(world)
    assert world.tieout.fix(failure, "link_customer", customer=there)["done"]
    world.tieout.sync()
    stands_on(world, invoice, there)


def test_story_01_another_email_is_cured_by_another_contact_on_the_invoice(world):
    invoice, there, _ = another_email(world)
    other = world.seller.contact("ana.ruiz@books.example", "Ana", "Ruiz")
    world.seller.put_contact(invoice, other)
    world.tieout.sync()
    stands_on(world, invoice, there)


def test_story_01_another_email_is_cured_by_choosing_the_contact_in_tieout(world):
    invoice, there, failure = another_email(world)
    other = world.seller.contact("ana.ruiz@books.example", "Ana", "Ruiz")
    world.tieout.sync()
    world.tieout.fix(failure, "choose_contact", contact=f"contact:{other}")
    world.tieout.sync()
    stands_on(world, invoice, there)


def test_story_01_another_email_meets_the_taken_name_when_the_customer_is_to_be_created(world):
    invoice, there, failure = another_email(world)
    world.tieout.fix(failure, "create_customer")
    assert world.tieout.sync().wrote_nothing
    taken_name = world.tieout.failure("duplicate_display_name")
    world.rests()
    world.tieout.fix(taken_name, "use_existing_customer", customer=there)
    world.tieout.sync()
    stands_on(world, invoice, there)


def test_story_01_another_email_is_left_out_by_a_person(world):
    invoice, _, failure = another_email(world)
    world.tieout.fix(failure, "exclude")
    synced = world.tieout.sync()
    assert synced.wrote_nothing
    assert synced.standing("invoice") == {"excluded": 1}
    (exception,) = world.rests()["exceptions"]
    assert (exception["crm"], exception["amount"], exception["reason"]) == (invoice, "100.00", "by_you")


def nova(world):
    """Ana and Ben of one company, each a customer of their own, named after the company."""
    company = world.seller.company("Nova Ltd")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode", company=company)
    ben = world.seller.contact("ben@nova.example", "Ben", "Stone", company=company)
    world.bookkeeper.item("Consulting")
    return ana, ben


def sell(world, contact, price="100.00"):
    return world.seller.invoice(world.seller.line("1", price, name="Consulting"), contact=contact)


def clash(world, **settings):
    """Connect and sync; the one failure is the name that is taken, and QuickBooks refused nothing."""
    world.connect(customer_model="contact", display_name="{company}", **settings)
    world.tieout.sync()
    assert world.tieout.refusals() == []
    failure = world.tieout.failure("duplicate_display_name")
    assert failure["kind"] == "customer"
    return failure


def booked_for(world):
    """What stands in QuickBooks, by the customer's name."""
    return {one["CustomerRef"]["name"]: amount(one["TotalAmt"]) for one in world.bookkeeper.select("Invoice")}


@pytest.mark.cause("duplicate_display_name", foreseen="names of customers, vendors and employees, inactive ones too")
def test_story_02_second_contact_of_a_company_is_renamed_by_pattern(world):
    ana, ben = nova(world)
    sell(world, ana, "100.00")
    sell(world, ben, "60.00")
    failure = clash(world)
    assert failure["record"]["id"] == f"contact:{ben}"
    assert booked_for(world) == {"Nova Ltd": amount("100.00")}
    foreseen = world.tieout.fix(failure, "rename_by_pattern", "--preview")
    assert [one["after"] for one in foreseen["operations"]] == ["Nova Ltd (ben@nova.example)"]
    world.tieout.fix(failure, "rename_by_pattern")
    world.tieout.sync()
    assert world.tieout.refusals() == []
    assert booked_for(world) == {"Nova Ltd": amount("100.00"), "Nova Ltd (ben@nova.example)": amount("60.00")}
    assert world.tieout.failures() == []
    world.rests()


def test_story_02_second_contact_of_a_company_flows_once_the_bookkeeper_frees_the_name(world):
    ana, ben = nova(world)
    sell(world, ana, "100.00")
    sell(world, ben, "60.00")
    clash(world)
    world.bookkeeper.rename_customer(world.bookkeeper.customers()["Nova Ltd"], "Nova Ltd (Ana)")
    world.tieout.sync()
    assert world.tieout.refusals() == []
    assert booked_for(world) == {"Nova Ltd (Ana)": amount("100.00"), "Nova Ltd": amount("60.00")}
    assert world.tieout.failures() == []
    world.rests()


def test_story_02_name_of_a_vendor_is_renamed_by_pattern(world):
    _, ben = nova(world)
    world.bookkeeper.vendor("Nova Ltd")
    sell(world, ben)
    failure = clash(world)
    assert world.bookkeeper.customers() == {}
    assert "vendor" in failure["explanation"]
    world.tieout.fix(failure, "rename_by_pattern")
    world.tieout.sync()
    assert world.tieout.refusals() == []
    assert booked_for(world) == {"Nova Ltd (ben@nova.example)": amount("100.00")}
    world.rests()


def test_story_02_name_of_a_vendor_flows_once_the_bookkeeper_renames_the_vendor(world):
    _, ben = nova(world)
    vendor = world.bookkeeper.vendor("Nova Ltd")
    sell(world, ben)
    clash(world)
    world.bookkeeper.change(Vendor, vendor, DisplayName="Nova Supplies")
    world.tieout.sync()
    assert world.tieout.refusals() == []
    assert booked_for(world) == {"Nova Ltd": amount("100.00")}
    assert world.tieout.failures() == []
    world.rests()


@pytest.mark.parametrize("cure", ["rename_by_pattern", "reactivate"])
def test_story_02_name_of_an_inactive_customer_is_cured_by_a_fix(world, cure):
    _, ben = nova(world)
    world.quickbooks.company(inactive_names_taken=True)
    asleep = world.bookkeeper.customer("Nova Ltd")
    world.bookkeeper.inactivate_customer(asleep)
    sell(world, ben)
    failure = clash(world)
    world.tieout.fix(failure, cure)
    world.tieout.sync()
    assert world.tieout.refusals() == []
    expected = {"rename_by_pattern": "Nova Ltd (ben@nova.example)", "reactivate": "Nova Ltd"}[cure]
    assert booked_for(world) == {expected: amount("100.00")}
    assert (asleep in world.bookkeeper.customers().values()) == (cure == "reactivate")
    assert world.tieout.failures() == []
    world.rests()

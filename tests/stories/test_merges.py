"""Records that people merge: the pairs follow, nothing is created again, and a person is asked where two meet in one."""

from decimal import Decimal
from typing import Any

import pytest
from tests.stories.conftest import Synced, World, amount


class Firm:
    """A company of the seller's with its contact, and what it buys."""

    def __init__(self, world: World, name: str, email: str) -> None:
        self._seller = world.seller
        self.company = world.seller.company(name)
        self.contact = world.seller.contact(email, "Ana", company=self.company)

    def buys(self, price: str) -> str:
        line = self._seller.line("1", price)
        return self._seller.invoice(line, contact=self.contact, company=self.company)


def two_customers(world: World) -> tuple[Firm, Firm, dict[str, str]]:
    """Two firms with an open invoice each, and their customers in QuickBooks by name."""
    firms = Firm(world, "Nova Ltd", "ana@nova.example"), Firm(world, "Nova Limited", "ben@nova.example")
    firms[0].buys("100.00")
    firms[1].buys("50.00")
    world.connect()
    assert world.tieout.sync().standing("invoice") == {"in_sync": 2}
    return *firms, world.bookkeeper.customers()


def owed(world: World) -> dict[Decimal, str]:
    """The customer's name of each invoice in QuickBooks, by total."""
    return {amount(one["TotalAmt"]): one["CustomerRef"]["name"] for one in world.bookkeeper.select("Invoice")}


def created(done: Synced) -> dict[str, int]:
    return {side: verbs["create"] for side, verbs in done.operations.items()}


def asked(world: World, cause: str) -> dict[str, Any]:
    (failure,) = world.tieout.failures(cause)
    return failure


@pytest.mark.parametrize("settings", [{}, {"merge_renews_documents": True}, {"merged_become_inactive": True}], ids=str)
def test_story_29_the_pair_follows_a_customer_that_was_merged_in_quickbooks(
    world: World, settings: dict[str, bool]
) -> None:
    nova = Firm(world, "Nova Ltd", "ana@nova.example")
    nova.buys("100.00")
    world.connect()
    world.tieout.sync()
    former = world.bookkeeper.customers()["Nova Ltd"]
    heir = world.bookkeeper.customer("Nova Holding")
    world.quickbooks.company(**settings)
    world.quickbooks.merge("Customer", former, heir)
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 0}
    assert world.tieout.failures() == []
    assert done.standing("invoice") == {"in_sync": 1}
    assert world.seller.read("companies", nova.company, "name")["name"] == "Nova Ltd"
    assert [one["what"] for one in world.tieout.history("merged")] == ["The pair follows a merge"]
    nova.buys("30.00")
    done = world.tieout.sync()
    assert done.operations["books"] == {"create": 1, "update": 0, "void": 0}
    assert owed(world) == {Decimal("100.00"): "Nova Holding", Decimal("30.00"): "Nova Holding"}
    world.rests()


@pytest.mark.parametrize("settings", [{}, {"merge_renews_documents": True}, {"merged_become_inactive": True}], ids=str)
def test_story_29_two_customers_that_became_one_in_quickbooks_are_asked_about_and_go_on(
    world: World, settings: dict[str, bool]
) -> None:
    nova, other, customers = two_customers(world)
    world.quickbooks.company(**settings)
    world.quickbooks.merge("Customer", customers["Nova Limited"], customers["Nova Ltd"])
    done = world.tieout.sync()
    assert done.wrote_nothing
    assert done.standing("invoice") == {"in_sync": 2}, "the invoice's other customer is nobody's edit"
    assert world.tieout.failure("merged_in_quickbooks")["record"]["name"] == "Nova Limited"
    other.buys("20.00")
    nova.buys("10.00")
    done = world.tieout.sync()
    assert done.operations["books"] == {"create": 2, "update": 0, "void": 0}
    assert set(owed(world).values()) == {"Nova Ltd"}
    assert list(world.bookkeeper.customers()) == ["Nova Ltd"]
    world.tieout.fix(asked(world, "merged_in_quickbooks"), "share_customer")
    world.tieout.sync()
    assert world.tieout.failures() == []
    other.buys("5.00")
    world.tieout.sync()
    assert set(owed(world).values()) == {"Nova Ltd"}
    world.rests()


@pytest.mark.cause("merged_in_quickbooks", foreseen="deletions, and whom the invoices name now")
def test_story_29_a_person_links_the_merged_one_to_another_customer(world: World) -> None:
    _, other, customers = two_customers(world)
    world.quickbooks.merge("Customer", customers["Nova Limited"], customers["Nova Ltd"])
    world.tieout.sync()
    third = world.bookkeeper.customer("Nova Limited")
    world.tieout.sync()
    world.tieout.fix(asked(world, "merged_in_quickbooks"), "link_customer", customer=third)
    other.buys("20.00")
    world.tieout.sync()
    assert world.tieout.failures() == []
    assert owed(world)[Decimal("20.00")] == "Nova Limited"
    world.rests()


@pytest.mark.parametrize("keeps_primary", [False, True], ids=["a third id", "the primary's id"])
@pytest.mark.parametrize("default", ["Nova Ltd", "Nova Limited"])
@pytest.mark.cause("merged_in_hubspot", foreseen="the ids of merged records")
def test_story_28_merged_companies_own_both_customers_and_a_person_names_the_default(
    world: World, keeps_primary: bool, default: str
) -> None:
    nova, other, customers = two_customers(world)
    world.hubspot.company(merge_keeps_primary=keeps_primary)
    merged = world.seller.merge("companies", nova.company, other.company)
    assert (merged == nova.company) is keeps_primary
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 0}
    assert done.standing("invoice") == {"in_sync": 2}
    failure = world.tieout.failure("merged_in_hubspot")
    (offer,) = [one for one in failure["fixes"] if one["fix"] == "choose_default"]
    assert {one["label"] for one in offer["needs"]["customer"]["choices"]} == set(customers)
    world.tieout.fix(failure, "choose_default", customer=customers[default])
    nova.company = merged
    nova.buys("30.00")
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 1}
    assert owed(world)[Decimal("30.00")] == default
    for failure in world.tieout.failures():  # the merged company took the name of the one and the customer of the other
        assert failure["cause"] == "please_decide"
        world.tieout.fix(failure, "use_hubspot")
    world.tieout.sync()
    assert world.tieout.failures() == []
    numbers = {amount(one["TotalAmt"]): one["Id"] for one in world.bookkeeper.select("Invoice")}
    world.bookkeeper.receive(numbers[Decimal("50.00")], "50.00")
    world.tieout.sync()
    assert sorted(one["hs_invoice_status"] for one in world.seller.invoices()) == ["open", "open", "paid"]
    world.rests()


@pytest.mark.parametrize("default", ["Nova Ltd", "Nova Limited"])
def test_story_28_where_the_one_that_asked_is_left_out_the_other_asks(world: World, default: str) -> None:
    nova, other, customers = two_customers(world)
    merged = world.seller.merge("companies", nova.company, other.company)
    world.tieout.sync()
    first = world.tieout.failure("merged_in_hubspot")
    world.tieout.fix(first, "stop_syncing")
    world.tieout.sync()
    second = world.tieout.failure("merged_in_hubspot")
    assert second["id"] != first["id"]
    world.tieout.fix(second, "choose_default", customer=customers[default])
    nova.company = merged
    nova.buys("30.00")
    assert created(world.tieout.sync()) == {"crm": 0, "books": 1}
    assert owed(world)[Decimal("30.00")] == default


def test_story_28_where_only_one_had_a_customer_the_merged_company_takes_it_by_itself(world: World) -> None:
    nova = Firm(world, "Nova Ltd", "ana@nova.example")
    nova.buys("100.00")
    other = world.seller.company("Nova Limited")
    world.connect()
    world.tieout.sync()
    nova.company = world.seller.merge("companies", nova.company, other)
    nova.buys("30.00")
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 1}
    assert world.tieout.failures() == []
    assert owed(world) == {Decimal("100.00"): "Nova Ltd", Decimal("30.00"): "Nova Ltd"}
    assert [one["what"] for one in world.tieout.history("merged")] == ["The pair follows a merge"]
    world.rests()


def test_story_28_merged_contacts_likewise(world: World) -> None:
    ana = world.seller.contact("ana@nova.example", "Ana", "Ruiz")
    twin = world.seller.contact("ana.ruiz@nova.example", "Ana", "Ruiz-Moreno")
    world.seller.invoice(world.seller.line("1", "100.00"), contact=ana)
    world.seller.invoice(world.seller.line("1", "50.00"), contact=twin)
    world.connect(customer_model="contact")
    world.tieout.sync()
    customers = world.bookkeeper.customers()
    merged = world.seller.merge("contacts", ana, twin)
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 0}
    failure = world.tieout.failure("merged_in_hubspot")
    world.tieout.fix(failure, "choose_default", customer=customers["Ana Ruiz"])
    world.seller.invoice(world.seller.line("1", "30.00"), contact=merged)
    world.tieout.sync()
    assert world.tieout.failures() == []
    assert owed(world)[Decimal("30.00")] == "Ana Ruiz"
    assert sorted(world.bookkeeper.customers()) == ["Ana Ruiz", "Ana Ruiz-Moreno"]
    world.rests()


def test_what_was_merged_on_both_sides_needs_nobody(world: World) -> None:
    nova, other, customers = two_customers(world)
    merged = world.seller.merge("companies", nova.company, other.company)
    world.quickbooks.merge("Customer", customers["Nova Limited"], customers["Nova Ltd"])
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 0}
    assert world.tieout.failures() == []
    nova.company = merged
    nova.buys("30.00")
    world.tieout.sync()
    assert set(owed(world).values()) == {"Nova Ltd"}
    world.rests()


def test_copies_of_invoices_go_on_whatever_was_merged(world: World) -> None:
    books = world.bookkeeper
    item = books.item("Consulting")
    customers = {name: books.customer(name, CompanyName=name) for name in ("Nova Ltd", "Nova Limited")}
    for name, number in (("Nova Ltd", "1"), ("Nova Limited", "2")):
        books.invoice(customers[name], books.line(item, "1", "50.00"), number=number)
    world.connect(show_quickbooks_invoices="true")
    assert world.tieout.sync().standing("invoice") == {"in_sync": 2}
    world.quickbooks.company(merge_renews_documents=True)
    world.quickbooks.merge("Customer", customers["Nova Limited"], customers["Nova Ltd"])
    done = world.tieout.sync()
    assert done.standing("invoice") == {"in_sync": 2}
    assert created(done) == {"crm": 0, "books": 0}
    world.tieout.fix(world.tieout.failure("merged_in_quickbooks"), "share_customer")
    books.edit_line(books.invoices()["2"]["Id"], price="60.00")
    world.tieout.sync()
    assert world.tieout.failures() == []
    assert {amount(one["hs_amount_billed"]) for one in world.seller.invoices()} == {Decimal("50.00"), Decimal("60.00")}
    world.rests()


def test_a_void_invoice_of_a_merged_customer_keeps_nobody_from_following_it(world: World) -> None:
    nova = Firm(world, "Nova Ltd", "ana@nova.example")
    nova.buys("100.00")
    void = nova.buys("30.00")
    world.connect()
    world.tieout.sync()
    world.seller.void(void)
    world.tieout.sync()
    former, heir = world.bookkeeper.customers()["Nova Ltd"], world.bookkeeper.customer("Nova Holding")
    world.quickbooks.merge("Customer", former, heir)
    world.tieout.sync()
    assert world.tieout.failures() == []
    nova.buys("20.00")
    assert world.tieout.sync().standing("invoice") == {"in_sync": 3}
    assert owed(world)[Decimal("20.00")] == "Nova Holding"
    world.rests()


def test_a_customer_merged_into_one_that_is_merged_again_is_followed_all_the_way(world: World) -> None:
    nova = Firm(world, "Nova Ltd", "ana@nova.example")
    nova.buys("100.00")
    world.connect()
    world.tieout.sync()
    books = world.bookkeeper
    first, second, third = books.customers()["Nova Ltd"], books.customer("Nova Holding"), books.customer("Nova Group")
    for former, heir in ((first, second), (second, third)):
        world.quickbooks.merge("Customer", former, heir)
        world.tieout.sync()
        assert world.tieout.failures() == []
    nova.buys("20.00")
    world.tieout.sync()
    assert set(owed(world).values()) == {"Nova Group"}
    world.rests()


def sold(world: World) -> dict[Decimal, str]:
    """The item's name of each invoice in QuickBooks, by total."""
    found = {}
    for one in world.bookkeeper.select("Invoice"):
        line = next(line for line in one["Line"] if line["DetailType"] == "SalesItemLineDetail")
        found[amount(one["TotalAmt"])] = line["SalesItemLineDetail"]["ItemRef"]["name"]
    return found


def two_items(world: World) -> tuple[str, str, Firm, dict[str, str]]:
    """Two products that were sold, the buyer, and the items in QuickBooks by name."""
    nova = Firm(world, "Nova Ltd", "ana@nova.example")
    lamp, desk = world.seller.product("Lamp", "100.00"), world.seller.product("Desk", "50.00")
    for product, price in ((lamp, "100.00"), (desk, "50.00")):
        line = world.seller.line("1", price, product=product)
        world.seller.invoice(line, contact=nova.contact, company=nova.company)
    world.connect()
    assert world.tieout.sync().standing("invoice") == {"in_sync": 2}
    items = {one["Name"]: one["Id"] for one in world.bookkeeper.select("Item")}
    return lamp, desk, nova, items


def sell(world: World, buyer: Firm, product: str, price: str) -> None:
    line = world.seller.line("1", price, product=product)
    world.seller.invoice(line, contact=buyer.contact, company=buyer.company)


@pytest.mark.parametrize("settings", [{}, {"merge_renews_documents": True}], ids=str)
def test_the_pair_follows_an_item_that_was_merged_in_quickbooks(world: World, settings: dict[str, bool]) -> None:
    lamp, desk, nova, items = two_items(world)
    world.quickbooks.company(**settings)
    heir = world.bookkeeper.item("Furniture")
    world.quickbooks.merge("Item", items["Lamp"], heir)
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 0}
    assert world.tieout.failures() == []
    world.quickbooks.merge("Item", items["Desk"], heir)
    world.tieout.sync()
    assert world.tieout.failures() == [], "two products may be one item"
    sell(world, nova, lamp, "30.00")
    sell(world, nova, desk, "20.00")
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 2}
    assert set(sold(world).values()) == {"Furniture"}
    world.rests()


def test_an_item_that_is_inactive_since_a_merge_is_not_taken_for_another_one(world: World) -> None:
    """An inactive item whose lines sell another one now may as well have been recoded: a person says."""
    lamp, _, nova, items = two_items(world)
    world.quickbooks.company(merged_become_inactive=True)
    world.quickbooks.merge("Item", items["Lamp"], world.bookkeeper.item("Furniture"))
    world.tieout.sync()
    sell(world, nova, lamp, "30.00")
    assert created(world.tieout.sync()) == {"crm": 0, "books": 0}
    assert world.tieout.failure("inactive_reference")["kind"] == "invoice"


def test_products_merged_in_hubspot_ask_once_which_item_new_lines_sell(world: World) -> None:
    lamp, desk, nova, items = two_items(world)
    both = world.seller.merge("products", lamp, desk)
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 0}
    world.tieout.fix(world.tieout.failure("merged_in_hubspot"), "choose_default", customer=items["Desk"])
    sell(world, nova, both, "30.00")
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 1}
    assert sold(world)[Decimal("30.00")] == "Desk"
    assert world.tieout.failures() == []
    world.rests()


def test_the_pair_follows_a_product_that_was_merged_into_one_that_was_never_sold(world: World) -> None:
    lamp, _, nova, _ = two_items(world)
    other = world.seller.product("Old lamp", "90.00")
    both = world.seller.merge("products", lamp, other)
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 0}
    sell(world, nova, both, "30.00")
    done = world.tieout.sync()
    assert created(done) == {"crm": 0, "books": 1}
    assert sold(world)[Decimal("30.00")] == "Lamp"
    assert world.tieout.failures() == []
    world.rests()

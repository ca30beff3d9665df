"""Finding invoices: by number and customer on either side, and by what they say where neither fits."""

import pytest
from tests.web.company import NAME, Builder, invoice

from tieout.actions.invoices import list_invoices
from tieout.core.records import Kind, Side, State
from tieout.kinds.customer import Customer
from tieout.remote.rows import Row
from tieout.store import mirror


@pytest.fixture
def sold(home):
    """Three invoices: one of a pair, one alone, one draft; the customer has another name on each side."""
    with home.database.begin() as tx:
        builder = Builder(home, tx)
        builder.pair(
            Kind.CUSTOMER,
            Customer("company:1", company="Nova Ltd", email="ana@nova.example"),
            Customer("58", name="Harbour & Quay"),
        )
        builder.put(Side.CRM, Kind.CUSTOMER, Customer("company:2", company="Orbit Foods"))
        builder.pair(Kind.INVOICE, invoice("INV-1", "company:1", "10.00"), invoice("Q-1", "58", "10.00", id_="88"))
        builder.pair(Kind.INVOICE, invoice("INV-2", "company:2", "20.00"), None)
        draft = builder.pair(Kind.INVOICE, invoice("INV-3", "company:1", "30.00", status="draft"), None)
        builder.settle(draft, State.DRAFT)
    return home


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        ("inv-2", ["INV-2"]),
        ("q-1", ["INV-1"]),
        ("nova", ["INV-3", "INV-1"]),
        ("NOVA  LTD", ["INV-3", "INV-1"]),
        ("ana@nova", ["INV-3", "INV-1"]),
        ("quay", ["INV-1"]),
        ("foods", ["INV-2"]),
        ("advice in november", ["INV-3", "INV-2", "INV-1"]),
        ("100%", []),
        ("nothing like it", []),
    ],
)
def test_a_search_finds_numbers_and_customers_else_what_invoices_say(sold, search, numbers):
    assert [row.number for row in list_invoices(sold, NAME, search=search).rows] == numbers


def test_a_voided_invoice_is_found_by_its_customer(sold):
    with sold.database.begin() as tx:
        voided = invoice("INV-4", "company:2", "0.00", status="void")
        mirror.put(tx, 1, Side.CRM, [Row(Kind.INVOICE, voided.id, 1, voided)], sold.clock.now())
    assert [row.number for row in list_invoices(sold, NAME, search="orbit").rows] == ["INV-4", "INV-2"]


def test_a_search_by_a_name_that_changed_finds_the_new_one(sold):
    with sold.database.begin() as tx:
        renamed = Row(Kind.CUSTOMER, "company:2", 9, Customer("company:2", company="Ärger & Söhne"))
        mirror.put(tx, 1, Side.CRM, [renamed], sold.clock.now())
    assert [row.number for row in list_invoices(sold, NAME, search="SÖHNE").rows] == ["INV-2"]
    assert list_invoices(sold, NAME, search="orbit").rows == ()


def test_a_search_keeps_to_the_state(sold):
    assert [row.number for row in list_invoices(sold, NAME, search="nova", state="draft").rows] == ["INV-3"]

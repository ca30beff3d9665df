"""The review of what could be the same: how records are called in it, and what speaks for and against each candidate."""

import pytest
from tests.web.company import NAME, Builder

from tieout.actions.actor import Actor, Role
from tieout.actions.match import review
from tieout.actions.vocabulary import AGAINST, SHARED
from tieout.core.records import Address, Kind, Side
from tieout.kinds.customer import Customer
from tieout.store import connections

ANA = Actor("ana", Role.VIEWER)
HOME = Address(street="12 Quay Road", city="York", postcode="YO1 7HH")


@pytest.fixture
def put(home):
    """Customers of both sides, both read to their end."""

    def both(crm: Customer, *books: Customer) -> None:
        with home.database.begin() as tx:
            builder = Builder(home, tx)
            builder.put(Side.CRM, Kind.CUSTOMER, crm)
            builder.put(Side.BOOKS, Kind.CUSTOMER, *books)
            connections.change(tx, builder.id, crm_complete=True, books_complete=True)

    return both


def test_a_person_is_called_by_name_and_offered_with_the_evidence(home, put):
    ana = Customer("contact:1", first="Ana", last="Ruiz", email="ana@nova.example", billing=HOME)
    put(ana, Customer("6", name="Ana Ruis", billing=HOME), Customer("7", name="Ruiz, Ana", email="ana@orbit.example"))
    (match,) = review(home, ANA, NAME).matches
    assert (match.name, match.certain) == ("Ana Ruiz", "")
    assert [(c.label, c.shared, c.against) for c in match.candidates] == [
        ("Ana Ruis", ("address",), ()),
        ("Ruiz, Ana", ("name",), ("email_domain",)),
    ]


def test_what_would_be_linked_without_asking_is_told(home, put):
    put(Customer("company:1", company="Nova", email="ana@nova.example"), Customer("6", email="ana@nova.example"))
    (match,) = review(home, ANA, NAME).matches
    assert match.certain == "6"


def test_all_that_speaks_against_a_customer_has_words(home, put):
    here, there = Address(country="Spain"), Address(country="France")
    ours = Customer("company:1", company="Nova Ltd", tax_number="1", email="a@nova.example", billing=here)
    theirs = Customer("6", name="Nova Inc", tax_number="2", email="a@orbit.example", billing=there)
    put(ours, theirs)
    (candidate,) = review(home, ANA, NAME).matches[0].candidates
    assert set(candidate.against) == {"tax_number", "country", "legal_form", "email_domain"}
    assert set(candidate.against) <= AGAINST.keys()
    assert set(candidate.shared) <= SHARED.keys()

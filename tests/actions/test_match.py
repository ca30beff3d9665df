"""The review of what could be the same: how records are called in it, and what speaks for and against each candidate."""

import pytest
from tests.web.company import NAME, Builder

from tieout.actions.actor import Actor, Role
from tieout.actions.history import history
from tieout.actions.match import review
from tieout.actions.matching import take_apart
from tieout.actions.vocabulary import AGAINST, SHARED
from tieout.core.records import Address, Kind, Side
from tieout.kinds.customer import Customer
from tieout.remote.side import Operation
from tieout.store import connections, pairs

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


def test_what_happened_to_a_pair_stays_with_the_hubspot_record_when_it_is_taken_apart(home):
    crm, books = Customer("company:1", company="Nova Ltd"), Customer("6", name="Nova Ltd")
    with home.database.begin() as tx:
        builder = Builder(home, tx)
        pair_id = builder.pair(Kind.CUSTOMER, crm, books)
        made = Operation("a" * 32, Kind.CUSTOMER, "update", "6", books, books, ("phone",))
        builder.wrote(pair_id, Side.BOOKS, made, "done")
    take_apart(home, Actor("ben", Role.BOOKKEEPER), NAME, str(pair_id))
    assert [(one.what, one.pair) for one in history(home, NAME).entries] == [
        ("Pair forgotten", str(pair_id)),
        ("Changed in QuickBooks", str(pair_id)),
    ]
    with home.database.read() as tx:
        ours = pairs.find(tx, builder.id, Kind.CUSTOMER, Side.CRM, "company:1")
        theirs = pairs.find(tx, builder.id, Kind.CUSTOMER, Side.BOOKS, "6")
    assert ours is not None
    assert theirs is not None
    assert (ours.id, ours.books_id, ours.pair.bond, ours.pair.choices) == (pair_id, "", None, {"exclude": "ben"})
    assert (theirs.crm_id, theirs.pair.bond, theirs.pair.choices) == ("", None, {})

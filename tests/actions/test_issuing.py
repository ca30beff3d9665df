"""Where an invoice that was typed in on both sides was made: what is told of it, and who may say otherwise."""

import pytest
from tests.web.company import NAME, Builder, invoice

from tieout.actions.actor import Actor, Forbidden, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.home import Home
from tieout.actions.issuing import say, typed_twice
from tieout.actions.matching import review
from tieout.actions.record import record
from tieout.core.records import Kind, Side
from tieout.kinds.invoice import Invoice
from tieout.store import pairs

BEN = Actor("ben", Role.BOOKKEEPER)
HERE, THERE = invoice("INV-7", "company:1", "450.00"), invoice("1042", "58", "450.00")
OURS = invoice("INV-7", "58", "450.00", id_="402", issued_here=False, marker="a" * 32)


def linked(home: Home, books: Invoice = THERE) -> str:
    with home.database.begin() as tx:
        return str(Builder(home, tx).pair(Kind.INVOICE, HERE, books, why="same_number"))


def test_a_pair_of_old_counts_as_hubspots_until_a_person_says_otherwise(home: Home):
    pair = linked(home)
    assert record(home, NAME, pair).made_in == "HubSpot"
    say(home, BEN, NAME, pair, "books")
    page = record(home, NAME, pair)
    assert (page.made_in, page.issuer, page.issuer_open) == ("QuickBooks", Side.BOOKS, True)
    assert [(one.what, one.who) for one in page.history] == [("Said where it was made", "ben")]
    (shown,) = review(home, BEN, NAME, view="invoices").matches
    assert (shown.issuer, shown.issuer_open, shown.linked_why) == (Side.BOOKS, True, "the same number")
    say(home, BEN, NAME, "INV-7", "crm")
    with home.database.read() as tx:
        stored = pairs.load(tx, [int(pair)])[0]
        assert stored.dirty
        assert [(one.crm, one.books, one.issuer) for one in typed_twice(tx, stored.connection)] == [
            ("INV-7", "1042", Side.CRM)
        ]


def test_what_tieout_made_is_no_question(home: Home):
    pair = linked(home, OURS)
    page = record(home, NAME, pair)
    assert (page.made_in, page.issuer_open) == ("HubSpot", False)
    with pytest.raises(WrongUse):
        say(home, BEN, NAME, pair, "books")


def test_it_takes_who_keeps_the_accounts_a_record_and_a_side(home: Home):
    pair = linked(home)
    with pytest.raises(Forbidden):
        say(home, Actor("sam", Role.SELLER), NAME, pair, "books")
    with pytest.raises(NotFound):
        say(home, BEN, NAME, "4711", "books")
    with pytest.raises(WrongUse):
        say(home, BEN, NAME, pair, "ledger")

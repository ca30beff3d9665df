"""Linking: never with a record whose counterpart may just be coming into being."""

from datetime import date
from decimal import Decimal
from random import Random

import msgspec
import pytest
from tests.doubles import FixedClock, OwnLease
from tests.store.stage import CONNECTION, NOW

from tieout.core.facts import BooksFacts, CrmFacts
from tieout.core.records import Kind, Side, State
from tieout.engine.deciding import decide_kind
from tieout.engine.work import Work
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.remote.rows import Row
from tieout.remote.side import Operation
from tieout.store import agenda, connections, journal, mirror, pairs
from tieout.store.database import Database
from tieout.store.journal import Entry

ANA = Row(Kind.CUSTOMER, "contact:3", 1, Customer("contact:3", first="Ana", email="ana@nova.example"))
NOVA = Row(Kind.CUSTOMER, "5", 1, Customer("5", "Nova Ltd", "Nova Ltd", email="office@nova.example"))
_LAMP = Line("1", name="Lamp", price=Decimal(20), amount=Decimal(20))
_DUE = {"date": date(2026, 3, 10), "currency": "USD", "lines": (_LAMP,), "total": Decimal(20), "balance": Decimal(20)}
BILLED = Row(Kind.INVOICE, "1002", 1, Invoice("1002", "INV-1", customer="contact:3", contact="contact:3", **_DUE))
TYPED = Row(Kind.INVOICE, "8", 1, Invoice("8", "T-1", customer="5", **_DUE))
CREATION = Operation("a" * 32, Kind.CUSTOMER, "create", record=NOVA.record)


@pytest.fixture
def work(database: Database) -> Work:
    """A pass over a connection in which a person said that Ana is Nova Ltd of QuickBooks."""
    with database.begin() as tx:
        stored = connections.get(tx, CONNECTION)
        settings = msgspec.structs.replace(
            stored.settings, show_quickbooks_invoices=True, auto_create_items=False, default_item="9"
        )
        facts = {
            "crm_facts": CrmFacts("1", "USD", "America/New_York"),
            "books_facts": BooksFacts("2", "Nova", "US", "USD"),
        }
        connections.change(tx, CONNECTION, settings=settings, reviewed=True, **facts)
        mirror.put(tx, CONNECTION, Side.CRM, [ANA], NOW)
        mirror.put(tx, CONNECTION, Side.BOOKS, [NOVA], NOW)
        pairs.choose(tx, pair_of(tx, Side.CRM, ANA).id, {"link_customer": "5"})
        epoch, pass_id = connections.begin_pass(tx, CONNECTION, NOW)
    return Work(
        database=database, connection=CONNECTION, sides=None, clock=FixedClock(NOW), random=Random(1), lease=OwnLease(),
        epoch=epoch, pass_id=pass_id,
    )  # fmt: skip


def pair_of(tx, side: Side, row: Row) -> pairs.Stored:
    return pairs.find(tx, CONNECTION, Kind.CUSTOMER, side, row.id)


def decided(work: Work) -> tuple[list[str], pairs.Stored, pairs.Stored]:
    """What is planned, and the pairs of both."""
    planned = [one.entry.operation.verb for chunk in decide_kind(work, Kind.CUSTOMER) for one in chunk]
    with work.database.read() as tx:
        return planned, pair_of(tx, Side.CRM, ANA), pair_of(tx, Side.BOOKS, NOVA)


def test_what_a_person_says_is_the_same_is_linked(work: Work) -> None:
    planned, ana, nova = decided(work)
    assert planned == []
    assert ana.id == nova.id
    assert ana.pair.bond is not None


@pytest.mark.parametrize("lost", [False, True])
def test_it_waits_while_the_other_is_just_being_made_here(work: Work, *, lost: bool) -> None:
    with work.database.begin() as tx:
        entry = Entry(CREATION, pair_of(tx, Side.BOOKS, NOVA).id, Side.CRM, journal.PLANNED, "", NOVA, ())
        journal.plan(tx, CONNECTION, Side.CRM, [entry], epoch=work.epoch, who="tieout", now=NOW)
    _, ana, nova = decided(work)
    assert ana.id != nova.id
    assert (ana.state, ana.dirty) == (State.PENDING, True)
    with work.database.begin() as tx:
        end = journal.DROPPED if lost else journal.REFUSED
        journal.end(tx, CREATION.id, end, journal.Result(), pass_id=work.pass_id, now=NOW)
    _, ana, nova = decided(work)
    assert ana.id == nova.id


def test_who_was_just_linked_is_not_made_a_second_time_in_the_same_breath(work: Work) -> None:
    with work.database.begin() as tx:
        agenda.need(tx, CONNECTION, Kind.CUSTOMER, Side.BOOKS, ["5"])
    planned, ana, nova = decided(work)
    assert planned in ([], ["create"])
    assert (ana.id == nova.id) == (planned == [])


def test_of_two_opposite_answers_about_one_invoice_only_the_first_counts(work: Work) -> None:
    decided(work)
    with work.database.begin() as tx:
        mirror.put(tx, CONNECTION, Side.BOOKS, [TYPED], NOW)
        mirror.put(tx, CONNECTION, Side.CRM, [BILLED], NOW)
        pairs.choose(tx, pairs.find(tx, CONNECTION, Kind.INVOICE, Side.BOOKS, "8").id, {"use_existing": "1002"})
        pairs.choose(tx, pairs.find(tx, CONNECTION, Kind.INVOICE, Side.CRM, "1002").id, {"create_anyway": "yes"})
    planned = [one.entry.operation for chunk in decide_kind(work, Kind.INVOICE) for one in chunk]
    assert planned == []
    with work.database.read() as tx:
        found = pairs.find(tx, CONNECTION, Kind.INVOICE, Side.CRM, "1002")
    assert (found.books_id, found.state) == ("8", State.IN_SYNC)

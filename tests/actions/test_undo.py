"""Undo: who may ask for it, what a first sync is, and what the history tells."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert
from tests.web.company import NAME, NOW, Builder, invoice

from tieout.actions.actor import Actor, Forbidden, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.history import Filters, history
from tieout.actions.undo import take_back, undo, undo_first_sync
from tieout.core.records import Kind, Side
from tieout.core.undoing import UNDO
from tieout.kinds.customer import Customer
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Row
from tieout.remote.side import Operation
from tieout.store import journal, mirror, pairs
from tieout.store.tables import pass_

ANA, SAM = Actor("ana", Role.BOOKKEEPER), Actor("sam", Role.SELLER)


class Journal:
    """A company pair in which we have written."""

    def __init__(self, builder):
        self.builder = builder
        self.count = 0

    def wrote(self, pair_id, side, kind, record, verb="create", base=None, fields=(), pass_id=1, version=1, at=NOW):
        """A write that was done, and left the record as it stands; returns its id."""
        self.count += 1
        id_ = f"{self.count:x}" * 32
        target = "" if verb == "create" else record.id
        made = Operation(id_, kind, verb, target, record, base, fields)
        self.builder.wrote(pair_id, side, made, "done")
        result = journal.Result(record.id, Row(kind, record.id, version, record), tid=f"tid-{self.count}")
        journal.end(self.builder.tx, id_, journal.DONE, result, pass_id=pass_id, now=at)
        return id_

    def invoice(self, number, *, pass_id=1, **more):
        """An invoice of HubSpot's that we made in QuickBooks: its row, and the write."""
        id_ = f"9{number}"
        there = invoice(number, "58", "200.00", id_=id_, issued_here=False, marker="m", **more)
        pair_id = self.builder.pair(Kind.INVOICE, invoice(number, "company:2", "200.00"), there)
        return pair_id, self.wrote(pair_id, Side.BOOKS, Kind.INVOICE, there, pass_id=pass_id)

    def passes(self, *writes):
        """Passes that ended well, each with its number of writes."""
        for count in writes:
            row = {"connection": self.builder.id, "epoch": 1, "started_at": NOW.isoformat(), "writes": count}
            self.builder.tx.execute(insert(pass_).values(**row, ended_at=NOW.isoformat()))


def choices(home, pair_id):
    with home.database.read() as tx:
        return pairs.load(tx, [pair_id])[0].pair.choices


def test_a_write_is_named_by_its_id_or_the_beginning_of_it(home):
    with home.database.begin() as tx:
        pair_id, made = Journal(Builder(home, tx)).invoice("INV-1")
    assert undo(home, ANA, NAME, made[:6], preview=True).possible == 1
    assert choices(home, pair_id) == {}
    done = undo(home, ANA, NAME, made)
    assert (done.done, done.steps[0].deed, done.steps[0].amount) == (True, "Void in QuickBooks", "200.00")
    assert choices(home, pair_id) == {UNDO: made}
    for unknown in ("", "f" * 32, "%", made + "0", "1' or '1"):
        with pytest.raises(NotFound):
            undo(home, ANA, NAME, unknown)


def test_asking_twice_is_asking_once(home):
    with home.database.begin() as tx:
        pair_id, made = Journal(Builder(home, tx)).invoice("INV-1")
    undo(home, ANA, NAME, made)
    assert undo_first_sync(home, ANA, NAME).possible == 1
    assert choices(home, pair_id) == {UNDO: made}


def test_money_in_quickbooks_takes_a_bookkeeper_and_a_phone_number_does_not(home):
    with home.database.begin() as tx:
        journal_ = Journal(Builder(home, tx))
        _, money = journal_.invoice("INV-1")
        before, now = Customer("58", name="Nova Ltd", phone="0"), Customer("58", name="Nova Ltd", phone="1")
        pair_id = journal_.builder.pair(Kind.CUSTOMER, Customer("company:2", company="Nova Ltd", phone="1"), now)
        phone = journal_.wrote(pair_id, Side.BOOKS, Kind.CUSTOMER, now, "update", before, ("phone",))
    for refused in (lambda: undo(home, SAM, NAME, money, preview=True), lambda: undo_first_sync(home, SAM, NAME)):
        with pytest.raises(Forbidden):
            refused()
    (step,) = undo(home, SAM, NAME, phone).steps
    assert [(one.field, one.before, one.after) for one in step.edits] == [("phone", "1", "0")]


def test_a_first_sync_lasts_until_all_came_to_rest(home):
    with home.database.begin() as tx:
        journal_ = Journal(Builder(home, tx))
        journal_.passes(0, 2, 0, 1)
        first, _ = journal_.invoice("INV-1", pass_id=2)
        later, _ = journal_.invoice("INV-2", pass_id=4)
    assert [step.record for step in undo_first_sync(home, ANA, NAME).steps] == ["INV-1"]
    assert (UNDO in choices(home, first), UNDO in choices(home, later)) == (True, False)


def test_without_a_first_sync_there_is_nothing_to_undo(home):
    with home.database.begin() as tx:
        Builder(home, tx)
    with pytest.raises(WrongUse, match="Nothing was written yet"):
        take_back(home, ANA, NAME, "first-sync")


def test_what_rests_on_a_record_comes_before_it_and_stays_with_it(home):
    with home.database.begin() as tx:
        journal_ = Journal(Builder(home, tx))
        nova = Customer("58", name="Nova Ltd")
        owner = journal_.builder.pair(Kind.CUSTOMER, Customer("company:2", company="Nova Ltd"), nova)
        journal_.wrote(owner, Side.BOOKS, Kind.CUSTOMER, nova)
        journal_.invoice("INV-1")
        journal_.invoice("INV-2", emailed=True)
        for number in ("INV-1", "INV-2"):
            paid = Settlement(f"p{number}", f"p{number}", number.removeprefix("INV-"), marker="m", currency="USD")
            booked = Settlement(f"p{number}:9{number}", f"p{number}", f"9{number}", currency="USD")
            settled = journal_.builder.pair(Kind.SETTLEMENT, paid, booked)
            journal_.wrote(settled, Side.BOOKS, Kind.SETTLEMENT, booked)
    found = undo_first_sync(home, ANA, NAME, preview=True)
    told = [(step.kind, step.record, step.why_not or step.deed) for step in found.steps]
    assert told == [
        ("settlement", "pINV-2", "The invoice that it pays stays."),
        ("settlement", "pINV-1", "Void in QuickBooks"),
        ("invoice", "INV-2", "QuickBooks has mailed it to the customer."),
        ("invoice", "INV-1", "Void in QuickBooks"),
        ("customer", "Nova Ltd", "It is used by INV-2."),
    ]
    assert [(one.kind, one.count, one.amounts) for one in found.tallies] == [
        ("settlement", 1, {"USD": "0.00"}),
        ("invoice", 1, {"USD": "200.00"}),
    ]


def test_an_edit_is_not_taken_for_a_payment_of_ours_that_came_before_our_last_write(home):
    """Each gives the invoice a new version: ours the second and the third, somebody's edit the fourth."""
    with home.database.begin() as tx:
        journal_ = Journal(Builder(home, tx))
        pair_id, made = journal_.invoice("INV-1")
        paid = Settlement("p1", "p1", "1", currency="USD")
        booked = Settlement("p1:9INV-1", "p1", "9INV-1", currency="USD")
        settled = journal_.builder.pair(Kind.SETTLEMENT, paid, booked)
        journal_.wrote(settled, Side.BOOKS, Kind.SETTLEMENT, booked, at=NOW + timedelta(minutes=1))
        mirror.put(tx, journal_.builder.id, Side.BOOKS, [Row(Kind.SETTLEMENT, booked.id, 1, None, "deleted")], NOW)
        there = invoice("INV-1", "58", "200.00", id_="9INV-1", issued_here=False, marker="m")
        later = NOW + timedelta(minutes=2)
        journal_.wrote(pair_id, Side.BOOKS, Kind.INVOICE, there, "update", there, ("memo",), version=3, at=later)
        mirror.put(tx, journal_.builder.id, Side.BOOKS, [Row(Kind.INVOICE, there.id, 3, there)], NOW)
    assert undo(home, ANA, NAME, made, preview=True).steps[0].why_not == ""
    with home.database.begin() as tx:
        mirror.put(tx, journal_.builder.id, Side.BOOKS, [Row(Kind.INVOICE, there.id, 4, there)], NOW)
    assert undo(home, ANA, NAME, made, preview=True).steps[0].why_not == "Somebody has changed it since."


def test_the_history_tells_what_a_write_changed_and_where_to_look(home):
    with home.database.begin() as tx:
        _, made = Journal(Builder(home, tx)).invoice("INV-1")
    entry = next(one for one in history(home, NAME).entries if one.id == made)
    assert (entry.undoable, entry.undone, entry.tid) == (True, False, "tid-1")
    assert entry.crm_page.endswith("/record/0-53/1")
    assert entry.books_page.endswith("/app/invoice?txnId=9INV-1")
    undo(home, ANA, NAME, made)
    assert [one.who for one in history(home, NAME, Filters(who="ana")).entries] == ["ana"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(state="done"), 1),
        (Filters(state="refused"), 0),
        (Filters(since=NOW.date()), 1),
        (Filters(until=date(2026, 11, 23)), 0),
        (Filters(since=date(2026, 11, 25)), 0),
        (Filters(since=NOW.date(), until=NOW.date(), kind="invoice", side="books", search="inv-1"), 1),
        (Filters(side="crm"), 0),
    ],
)
def test_the_history_is_narrowed_by_outcome_and_by_days_of_the_accounts_zone(home, filters, found):
    with home.database.begin() as tx:
        Journal(Builder(home, tx)).invoice("INV-1")
    assert history(home, NAME, filters).total == found

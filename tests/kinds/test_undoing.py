"""Taking back a write: what is put back, voided, made inactive or archived, and what stays with its reason."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tieout.core.decide import Bond, Change, Decision, Pair, Update, Void, Wait, World
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.records import Kind, Side
from tieout.core.settings import Settings
from tieout.core.undoing import (
    UNDO,
    WHY_NOT,
    NotUndone,
    UndoOf,
    Users,
    UsersOf,
    Written,
    asked_for,
    dropped,
    next_undo,
    taken_back,
)
from tieout.kinds import undoing
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement

OPERATION = "a" * 32
LINES = (Line("1", quantity=Decimal(2), price=Decimal(100), amount=Decimal(200)),)
SOLD = Invoice(
    "7", "INV-7", date=date(2026, 3, 5), lines=LINES, total=Decimal(200), balance=Decimal(200), memo="Thanks"
)
BOOKED = msgspec.structs.replace(SOLD, id="42", issued_here=False, marker=OPERATION)
COPY = msgspec.structs.replace(SOLD, issued_here=False, marker=OPERATION)
PAID = Settlement("9", "9", "7", Decimal(50), date=date(2026, 3, 6), marker=OPERATION)
CREDITED = msgspec.structs.replace(PAID, id="9:42", transaction="9", invoice="42")
NOVA = Customer("58", name="Nova Ltd", phone="1", balance=Decimal(0))
HOURS = Item("3", name="Consulting")


def world(**settings: Any) -> World:
    return World(Settings(**settings), Facts(CrmFacts("1", "USD", "UTC"), BooksFacts("2", "Nova", "US", "USD")), True)


def taken(
    now: Any,
    side: Side = Side.BOOKS,
    *,
    base: Any = None,
    users: Users | None = None,
    lock: date | None = None,
    **written: Any,
) -> Decision | NotUndone:
    """What becomes of the wish to take back the write that made, or changed, a record. now: as it stands."""
    kind = {Invoice: Kind.INVOICE, Settlement: Kind.SETTLEMENT, Customer: Kind.CUSTOMER, Item: Kind.ITEM}[type(now)]
    other = msgspec.structs.replace(now, id="other")
    crm, books = (now, other) if side is Side.CRM else (other, now)
    held = base or now
    bond = Bond(held, other) if side is Side.CRM else Bond(other, held)
    pair = Pair(kind, crm, books, bond, {UNDO: OPERATION})
    told = Written(**{"side": side, "kind": kind, "verb": "create", "target": now.id, "wrote": held, **written})
    answers = {UndoOf(OPERATION): told, UsersOf(kind, side, told.target): users or Users()}
    assert undoing.needs(pair, {}) == {UndoOf(OPERATION)}
    assert undoing.needs(pair, answers) == frozenset()
    return undoing.decide(pair, world(lock_date=lock), answers)


def test_an_invoice_that_nobody_saw_is_voided():
    assert taken(BOOKED) == Void(Side.BOOKS)


@pytest.mark.parametrize(
    ("now", "more", "why"),
    [
        ({"emailed": True}, {}, "mailed"),
        ({"balance": Decimal(150)}, {}, "paid"),
        ({}, {"users": Users(("check 7",))}, "paid"),
        ({}, {"lock": date(2026, 3, 31)}, "period_closed"),
        ({}, {"lasts": False}, "changed_since"),
        ({"memo": "Other"}, {"base": BOOKED}, "changed_since"),
        ({"status": "void"}, {}, "voided"),
        ({}, {"undone": True}, "already"),
        ({}, {"verb": "annotate"}, "note"),
        ({}, {"verb": "void"}, "voided"),
        ({}, {"target": "43"}, "forgotten"),
    ],
)
def test_an_invoice_stays_and_says_why(now: dict[str, Any], more: dict[str, Any], why: str):
    found = taken(msgspec.structs.replace(BOOKED, **now), **more)
    assert isinstance(found, NotUndone)
    assert found.why == why
    assert WHY_NOT[why].format_map(found.evidence)


def test_an_invoice_waits_until_the_payment_that_we_booked_on_it_is_voided():
    found = taken(msgspec.structs.replace(BOOKED, balance=Decimal(150)), users=Users(undoing=("check 7",)))
    assert isinstance(found, Wait)
    assert (found.kind, found.id, found.side) == (Kind.SETTLEMENT, "check 7", Side.BOOKS)


def test_a_payment_is_voided_until_it_is_deposited():
    assert taken(CREDITED) == Void(Side.BOOKS)
    assert taken(msgspec.structs.replace(CREDITED, deposited=True)) == NotUndone("deposited")


def test_a_payment_stays_once_it_was_entered_that_its_money_went_back():
    told = Written(Side.BOOKS, Kind.SETTLEMENT, "create", CREDITED.id, wrote=CREDITED)
    answers = {UndoOf(OPERATION): told, UsersOf(Kind.SETTLEMENT, Side.BOOKS, CREDITED.id): Users()}
    entered = msgspec.structs.replace(PAID, returned=Decimal(20))
    pair = Pair(Kind.SETTLEMENT, entered, CREDITED, Bond(entered, CREDITED), {UNDO: OPERATION})
    assert undoing.decide(pair, world(), answers) == NotUndone("returned")


def test_what_we_made_in_hubspot_is_archived_while_nobody_has_touched_it():
    for made in (PAID, COPY):
        assert taken(made, Side.CRM) == Void(Side.CRM, withdraw=True)
    edited = msgspec.structs.replace(PAID, amount=Decimal(60))
    assert taken(edited, Side.CRM, base=PAID) == NotUndone("changed_since")


@pytest.mark.parametrize("shown", [COPY, PAID], ids=["copy", "payment"])
def test_what_we_made_in_hubspot_of_a_locked_month_stays(shown: Any):
    locked = NotUndone("locked", {"closed": "2026-03-31"})
    assert taken(shown, Side.CRM, lock=date(2026, 3, 31)) == locked
    assert taken(shown, Side.CRM, lock=date(2026, 2, 28)) == Void(Side.CRM, withdraw=True)


def test_a_payment_of_a_locked_month_is_not_changed_back_in_hubspot():
    before = msgspec.structs.replace(PAID, amount=Decimal(40))
    change = {"verb": "update", "fields": ("amount",), "before": before, "wrote": PAID}
    assert isinstance(taken(PAID, Side.CRM, **change), Update)
    assert taken(PAID, Side.CRM, lock=date(2026, 3, 31), **change) == NotUndone("locked", {"closed": "2026-03-31"})


def test_a_due_date_in_hubspot_is_put_back_whatever_is_locked():
    before = msgspec.structs.replace(SOLD, due=date(2026, 4, 5))
    change = {"verb": "update", "fields": ("due",), "before": before, "wrote": SOLD}
    assert isinstance(taken(SOLD, Side.CRM, lock=date(2026, 3, 31), **change), Update)


@pytest.mark.parametrize("made", [NOVA, HOURS])
def test_customers_and_items_are_made_inactive_once_nothing_uses_them(made: Any):
    gone = msgspec.structs.replace(made, active=False)
    assert taken(made) == Update((Change(Side.BOOKS, gone, ("active",)),), ("active",))
    assert taken(made, lasts=False) == taken(made), "it can be made active again"
    found = taken(made, users=Users(tuple("ABCD"), ("E",)))
    assert found == NotUndone("in_use", {"names": "A, B, C, …"})
    assert isinstance(taken(made, users=Users(undoing=("E",))), Wait)
    assert taken(gone) == NotUndone("inactive")


def test_a_customer_who_owes_something_stays():
    owing = msgspec.structs.replace(NOVA, balance=Decimal("12.50"))
    assert taken(owing) == NotUndone("has_balance", {"balance": "12.50"})


def test_changed_fields_are_put_back_and_nothing_else():
    before = msgspec.structs.replace(NOVA, phone="0")
    now = msgspec.structs.replace(NOVA, website="nova.example")
    change = {"verb": "update", "fields": ("phone",), "before": before, "wrote": NOVA}
    wanted = msgspec.structs.replace(now, phone="0")
    assert taken(now, **change) == Update((Change(Side.BOOKS, wanted, ("phone",)),), ("phone",))
    assert taken(msgspec.structs.replace(now, phone="2"), **change) == NotUndone("changed_since")


def test_a_charge_is_put_back_whole():
    line = msgspec.structs.replace(LINES[0], price=Decimal(150), amount=Decimal(300))
    now = msgspec.structs.replace(BOOKED, lines=(line,), total=Decimal(300), balance=Decimal(300))
    change = {"verb": "update", "fields": ("lines", "discount", "tax"), "before": BOOKED, "wrote": now}
    found = taken(now, **change)
    assert isinstance(found, Update)
    wanted = found.changes[0].record
    assert isinstance(wanted, Invoice)
    assert (wanted.lines, wanted.total) == (LINES, 200)
    moved = msgspec.structs.replace(line, amount=Decimal(290))
    assert taken(msgspec.structs.replace(now, lines=(moved,)), **change) == NotUndone("changed_since")


def test_a_copy_in_hubspot_follows_quickbooks_until_its_making_is_undone():
    change = {"verb": "update", "fields": ("lines",), "before": COPY, "wrote": COPY}
    assert taken(COPY, Side.CRM, **change) == NotUndone("copy")


def test_the_contact_that_was_made_for_a_company_stays():
    nova = Customer("company:1", company="Nova Ltd", parts=("company:1",))
    with_ana = msgspec.structs.replace(nova, email="ana@nova.example", parts=("company:1", "contact:2"))
    change = {"verb": "update", "fields": ("first", "last", "email"), "before": nova, "wrote": with_ana}
    assert taken(with_ana, Side.CRM, **change) == NotUndone("person")


def test_wishes_are_fulfilled_one_after_the_other_and_leave_the_pair_out():
    choices = asked_for({"create_anyway": "yes"}, ["b", "a"])
    assert next_undo(choices) == "b"
    assert asked_for(choices, ["b"]) == choices
    one = taken_back(choices, "b", again=False)
    assert one == {"create_anyway": "yes", "exclude": "undone", UNDO: "a"}
    assert dropped(one, "a") == {"create_anyway": "yes", "exclude": "undone"}
    both = taken_back(one, "a", again=False)
    assert next_undo(both) == ""
    assert taken_back(asked_for(both, ["c"]), "c", again=True) == {"create_anyway": "yes"}
    assert taken_back({"exclude": "ana", UNDO: "c"}, "c", again=True) == {"exclude": "ana"}, "a person's own stays"


def test_a_mapped_field_is_put_back_as_it_stood():
    field, key = "custom.1:Note", "1:Note"
    before, wrote = (msgspec.structs.replace(NOVA, custom={key: text}) for text in ("silver", "gold"))
    told = {"verb": "update", "fields": (field,), "before": before, "wrote": wrote}
    assert taken(wrote, **told) == Update((Change(Side.BOOKS, before, (field,)),), (field,))
    edited = msgspec.structs.replace(NOVA, custom={key: "iron"})
    assert taken(edited, **told) == NotUndone("changed_since")
    assert taken(NOVA, **told) == NotUndone("changed_since"), "it is not mapped any more"

"""Whose a copy is: it follows the customer of its invoice, and leaves alone whom a person put on it."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tieout.core.decide import Accept, Bond, Decision, Fail, Hold, Nothing, Pair, Update, Wait, World, decide, signature
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.match import Candidate
from tieout.core.questions import Linked, LinkOf
from tieout.core.records import Kind, Side
from tieout.core.settings import Settings
from tieout.kinds import charge
from tieout.kinds.copying import copy
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.invoice_rules import InvoiceRules
from tieout.kinds.owner import OWED, ordered

replace = msgspec.structs.replace
RULES = InvoiceRules()
WORLD = World(
    Settings(show_quickbooks_invoices=True),
    Facts(CrmFacts("1", "USD", "America/New_York"), BooksFacts("1", "Nova", "US", "USD")),
    reviewed=True,
)

MADE = Invoice(
    "900",
    "1042",
    customer="5",
    date=date(2026, 1, 20),
    currency="USD",
    lines=(Line("1", name="Lamp", price=Decimal(25), amount=Decimal(25)),),
    total=Decimal(25),
    balance=Decimal(25),
)
SHALL = copy(MADE, "company:1", {})
COPY = replace(
    SHALL,
    id="77",
    marker="of ours",
    contact="contact:11",
    parties=("contact:11", "company:1"),
    lines=tuple(replace(line, id="h1") for line in SHALL.lines),
)
GIVEN = replace(MADE, customer="6")
MOVED = replace(COPY, customer="company:2", contact="contact:22", parties=("contact:22", "company:2"))


def of(customer: str, side: Side = Side.BOOKS) -> LinkOf:
    return LinkOf(Kind.CUSTOMER, side, customer)


ANSWERS = {
    of("5"): Linked("company:1", person="contact:11"),
    of("6"): Linked("company:2", person="contact:22"),
    of("company:1", Side.CRM): Linked("5"),
    of("company:2", Side.CRM): Linked("6"),
    of("company:9", Side.CRM): Linked(),
    of("contact:11", Side.CRM): Linked("5"),
    of("", Side.CRM): Linked(),
}


def decided(crm: Invoice = COPY, books: Invoice = GIVEN, base: Invoice = COPY, **more) -> Decision:
    answers = ANSWERS | more.pop("answers", {})
    pair = Pair(Kind.INVOICE, crm, books, Bond(base, more.pop("books_base", MADE)), more)
    while asked := RULES.needs(pair, WORLD, answers):
        assert asked <= answers.keys(), asked
    return decide(RULES, pair, WORLD, answers)


def named(decision: Decision) -> tuple[str, ...]:
    """Whom a copy is to name after a write of nothing else."""
    assert isinstance(decision, Update)
    (change,) = decision.changes
    assert (change.side, change.fields) == (Side.CRM, ("parties",))
    return change.record.parties


def test_a_copy_follows_its_invoice_to_another_customer():
    decision = decided()
    assert named(decision) == ("contact:22", "company:2")
    (change,) = decision.changes
    assert (change.record.customer, change.record.contact) == ("company:2", "contact:22")


def test_a_copy_between_two_customers_is_brought_to_the_end():
    both = replace(COPY, parties=ordered((*COPY.parties, *MOVED.parties)))
    for half in (both, replace(both, customer="company:2"), replace(both, parties=both.parties[1:])):
        assert named(decided(half)) == MOVED.parties
    assert named(decided(replace(COPY, parties=(*COPY.parties, "contact:22")))) == MOVED.parties


def test_once_it_names_the_customer_both_sides_agree():
    assert decided(MOVED) == Nothing(moved=(*charge.NAMES, "status", "contact"))
    assert decided(MOVED, base=MOVED, books_base=GIVEN) == Nothing(moved=(*charge.NAMES, "status"))


def test_whom_a_person_put_on_the_copy_stays_on_it():
    more = replace(COPY, parties=("contact:11", "contact:33", "company:1", "company:4"))
    assert named(decided(more)) == ("contact:22", "contact:33", "company:2", "company:4")


@pytest.mark.parametrize("shown", ["company:4", "company:1"])
def test_a_company_that_hubspot_shows_besides_does_not_make_the_copy_go_in_circles(shown: str):
    now = replace(MOVED, customer=shown, parties=("contact:22", "company:2", "company:4"))
    assert decided(now) == Nothing(moved=(*OWED, "status"))
    assert decided(now, base=MOVED, books_base=GIVEN) == Nothing(moved=(*OWED, "status"))


def test_one_person_may_speak_for_both_customers():
    same = {of("6"): Linked("company:2", person="contact:11")}
    assert named(decided(answers=same)) == ("contact:11", "company:2")
    now = replace(COPY, customer="company:2", parties=("contact:11", "company:2"))
    assert decided(now, answers=same) == Nothing(moved=(*charge.NAMES, "status", "contact"))


def test_another_person_who_speaks_for_the_customer_by_now_changes_nothing():
    assert decided(books=MADE, answers={of("5"): Linked("company:1", person="contact:12")}) == Nothing(
        moved=(*charge.NAMES, "status")
    )


def test_a_contact_and_a_company_may_take_each_others_place():
    contact = {of("6"): Linked("contact:22", person="contact:22")}
    assert named(decided(answers=contact)) == ("contact:22",)
    own = replace(COPY, customer="contact:11", parties=("contact:11",))
    assert named(decided(own, base=own)) == MOVED.parties


def test_a_copy_stays_with_its_contact_who_got_a_company_since():
    own = replace(COPY, customer="contact:11", parties=("contact:11",))
    now = replace(own, customer="company:1")
    assert decided(now, MADE, own, answers={of("5"): Linked("contact:11", person="contact:11")}) == Nothing(
        moved=(*OWED, "status")
    )


# Where it cannot follow.


def test_it_waits_for_a_customer_who_is_not_in_hubspot_yet_and_its_amounts_do_not():
    answers = {of("6"): Linked(label="Ode Ltd")}
    assert decided(answers=answers) == Wait(Kind.CUSTOMER, "6", name="Ode Ltd", side=Side.BOOKS)
    dearer = (replace(GIVEN.lines[0], price=Decimal(30), amount=Decimal(30)),)
    books = replace(GIVEN, lines=dearer, total=Decimal(30), balance=Decimal(30))
    decision = decided(books=books, answers=answers)
    assert isinstance(decision, Update)
    assert decision.changes[0].fields == ("lines", "discount", "tax")
    now = replace(COPY, lines=decision.changes[0].record.lines)
    last = decided(now, books, now, answers=answers)
    assert isinstance(last, Update)
    assert (last.changes[0].fields, "customer" in last.moved) == (("total",), False)


def test_a_customer_who_stays_out_of_hubspot_is_shown_with_what_came_near():
    near = (Candidate("company:4", "Ode", ("name",)),)
    answers = {of("6"): Linked(settled=True, candidates=near, label="Ode Ltd")}
    assert decided(answers=answers) == Fail("no_customer_in_hubspot", {"customer": "6", "name": "Ode Ltd"}, near)


def test_a_customer_whom_a_filter_leaves_out_is_for_a_person():
    answers = {of("6"): Linked(settled=True, filtered=True, label="Ode Ltd")}
    evidence = {"number": "1042", "name": "Ode Ltd"}
    assert decided(answers=answers) == Fail("customer_moved_in_quickbooks", evidence)


def test_a_customer_in_another_currency_is_for_a_person():
    books = replace(GIVEN, currency="EUR")
    answers = {of("6"): Linked("company:2 EUR", label="Ode Ltd")}
    evidence = {"number": "1042", "name": "Ode Ltd"}
    assert decided(books=books, answers=answers) == Fail("customer_moved_in_quickbooks", evidence)


def test_a_copy_whose_customer_is_paired_with_nobody_any_more_stays_as_it_is():
    assert decided(books=MADE, answers={of("5"): Linked(settled=True)}) == Nothing(moved=(*OWED, "status"))


def test_a_customer_that_is_paired_with_another_company_takes_its_copies_along():
    answers = {of("5"): Linked("company:2", person="contact:22"), of("company:1", Side.CRM): Linked()}
    assert named(decided(books=MADE, answers=answers)) == MOVED.parties


# What people do to the copy, and merges.


def test_another_customer_put_on_the_copy_by_hand_is_held_left_or_put_back():
    taken = replace(COPY, customer="company:9", contact="contact:99", parties=("contact:99", "company:9"))
    held = decided(taken, MADE)
    assert isinstance(held, Hold)
    assert held.cause == "charge_edited_in_hubspot"
    assert [(one.field, one.before, one.after) for one in held.differences] == [("customer", "company:1", "company:9")]
    sign = signature(held.differences)
    assert decided(taken, MADE, leave_both=sign) == Accept(held.differences)
    back = decided(taken, MADE, restore_copy=sign)
    assert named(back) == ("contact:11", "contact:99", "company:1", "company:9")
    assert back.asked == "restore_copy"


def test_what_is_put_back_is_brought_to_the_end_without_asking_again():
    half = replace(COPY, customer="company:9", contact="contact:99", parties=("contact:11", "contact:99", "company:9"))
    back = decided(half, MADE, replace(COPY, parties=half.parties))
    assert named(back) == ("contact:11", "contact:99", "company:1", "company:9")


def test_a_copy_that_names_nobody_any_more_is_held():
    nobody = replace(COPY, customer="", contact="", parties=())
    assert isinstance(decided(nobody, MADE), Hold)
    assert isinstance(decided(nobody), Hold)


def test_a_customer_merged_in_quickbooks_leaves_its_copies_where_they_are():
    assert decided(answers={of("company:1", Side.CRM): Linked("6")}) == Nothing(moved=(*OWED, "status"))


def test_a_customer_merged_in_hubspot_is_nobodys_edit():
    now = replace(COPY, customer="company:9", parties=("contact:11", "company:9"))
    answers = {of("company:1", Side.CRM): Linked("5", into="company:9"), of("5"): Linked("company:9")}
    assert decided(now, MADE, answers=answers) == Nothing(moved=(*charge.NAMES, "status", "contact"))
    assert named(decided(now, answers=answers)) == MOVED.parties

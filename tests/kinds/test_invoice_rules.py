"""Invoices: charge, coding and header, voids, twins, and what stays out."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tieout.core.causes import CAUSES
from tieout.core.decide import (
    Accept,
    Bond,
    Create,
    Draft,
    Exclude,
    Fail,
    Hold,
    Link,
    Nothing,
    Pair,
    Update,
    Void,
    Wait,
    World,
    decide,
    signature,
)
from tieout.core.facts import BooksFacts, CrmFacts, Facts, Named
from tieout.core.fields import Rule
from tieout.core.match import Candidate
from tieout.core.merge import Difference
from tieout.core.questions import Alike, HolderOf, Holders, ItemOf, Linked, LinkOf, Matches
from tieout.core.records import Key, Kind, Side
from tieout.core.settings import Settings
from tieout.core.warn import Warn, acknowledgement
from tieout.kinds import charge
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.invoice_rules import InvoiceRules

replace = msgspec.structs.replace
RULES = InvoiceRules()
FACTS = Facts(
    CrmFacts("1", "USD", "America/New_York"),
    BooksFacts("1", "Nova", "US", "USD", regime="us-manual", income_accounts=(Named("79", "Services"),)),
)
LAMP = Line("c1", name="Lamp", quantity=Decimal(2), price=Decimal("10.00"), amount=Decimal("20.00"))
ISSUED = Invoice(
    "77",
    "INV-1",
    customer="company:1",
    date=date(2026, 1, 5),
    due=date(2026, 2, 5),
    currency="USD",
    lines=(LAMP,),
    total=Decimal("20.00"),
    balance=Decimal("20.00"),
    finalized=date(2026, 1, 5),
)
COPY = replace(ISSUED, id="900", customer="5", lines=(replace(LAMP, id="b1", item="8", tax="NON"),), issued_here=False)
TWIN = Alike(Kind.INVOICE, Side.BOOKS, "5", ISSUED.total, "USD", date(2025, 12, 26), date(2026, 1, 15))
ANSWERS = {
    LinkOf(Kind.CUSTOMER, Side.CRM, "company:1"): Linked("5"),
    ItemOf("", "", "Lamp"): Linked("8"),
    HolderOf(Key("number", "inv-1")): Holders(),
    TWIN: Matches(),
}


def world(**settings: object) -> World:
    return World(Settings(income_account="79", **settings), FACTS, reviewed=True)


def alone(crm: Invoice = ISSUED, answers: dict | None = None, around: World | None = None, **choices: str):
    return decide(RULES, Pair(Kind.INVOICE, crm, None, choices=choices), around or world(), ANSWERS | (answers or {}))


def linked(crm: Invoice = ISSUED, books: Invoice = COPY, around: World | None = None, **choices: str):
    pair = Pair(Kind.INVOICE, crm, books, Bond(ISSUED, COPY, {"c1": "b1"}), choices)
    return decide(RULES, pair, around or world(), ANSWERS)


def dearer(invoice: Invoice, price: str = "11.00") -> Invoice:
    """The invoice at another price for its first line."""
    amount = Decimal(price) * 2
    line = replace(invoice.lines[0], price=Decimal(price), amount=amount)
    return replace(invoice, lines=(line, *invoice.lines[1:]), total=amount, balance=amount)


# Alone.


def test_a_finalized_invoice_is_created_under_its_own_number():
    decision = alone()
    assert isinstance(decision, Create)
    assert decision.reserves == (Key("number", "inv-1"),)
    assert decision.record.number == "INV-1"


def test_a_draft_never_travels_but_says_what_it_lacks():
    assert alone(replace(ISSUED, status="draft")) == Draft()
    lacking = alone(replace(ISSUED, status="draft", lines=(), total=Decimal(0)))
    assert [problem.cause for problem in lacking.problems] == ["no_lines"]


@pytest.mark.parametrize(
    ("changed", "reason"), [({"issued_here": False}, "not_made_here"), ({"status": "void"}, "void")]
)
def test_what_is_none_of_ours_stays_out(changed, reason):
    assert alone(replace(ISSUED, **changed)) == Exclude(reason)


def test_an_invoice_made_in_quickbooks_that_is_not_to_be_shown_is_listed_as_that():
    hidden = world(show_quickbooks_invoices=False)
    assert decide(RULES, Pair(Kind.INVOICE, None, COPY), hidden, {}) == Exclude("made_in_quickbooks")


def test_what_was_paid_before_the_start_stays_out_and_what_is_still_open_comes():
    after = world(start_date=date(2026, 1, 6))
    assert alone(replace(ISSUED, status="paid"), around=after) == Exclude("before_start")
    assert isinstance(alone(around=after), Create)
    assert isinstance(alone(replace(ISSUED, status="paid"), around=world(start_date=date(2026, 1, 5))), Create)


def test_a_document_of_the_same_customer_and_amount_is_a_question_before_anything_else():
    found = Matches((Candidate("42", "1042"),))
    decision = alone(answers={TWIN: found})
    assert isinstance(decision, Hold)
    assert decision.cause == "possible_duplicate"
    assert decision.evidence["twin_number"] == "1042"


def test_the_question_is_settled_by_using_the_one_there_or_creating_another():
    found = {TWIN: Matches((Candidate("42", "1042"),))}
    assert alone(answers=found, use_existing="42") == Link("42", "by_you")
    assert isinstance(alone(answers=found, create_anyway="yes"), Create)


def test_obstacles_come_before_what_is_only_waited_for():
    waiting = {ItemOf("", "", "Lamp"): Linked("", "name:lamp")}
    assert alone(answers=waiting) == Wait(Kind.ITEM, "name:lamp", name="Lamp")
    wrong = replace(ISSUED, total=Decimal("20.01"))
    decision = alone(wrong, waiting | {replace(TWIN, amount=wrong.total): Matches()})
    assert isinstance(decision, Fail)
    assert decision.cause == "total_mismatch"


def test_everything_that_is_waited_for_is_asked_for_at_once():
    absent = {
        LinkOf(Kind.CUSTOMER, Side.CRM, "company:1"): Linked("", "company:1", label="Nova"),
        ItemOf("", "", "Lamp"): Linked("", "name:lamp"),
    }
    decision = alone(answers=absent)
    assert isinstance(decision, Wait)
    assert {(w.kind, w.id) for w in (decision, *decision.others)} == {
        (Kind.CUSTOMER, "company:1"),
        (Kind.ITEM, "name:lamp"),
    }


# Linked.


def test_in_agreement():
    assert linked() == Nothing()


def test_recoding_in_quickbooks_is_no_change_and_survives_the_next_update():
    coded = replace(COPY.lines[0], item="9", text="recoded", klass="K", tax="TAX", service_date=date(2026, 3, 1))
    recoded = replace(COPY, lines=(coded,))
    assert linked(books=recoded) == Nothing()
    decision = linked(crm=dearer(ISSUED), books=recoded)
    assert isinstance(decision, Update)
    line = decision.changes[0].record.lines[0]
    assert line == replace(coded, price=Decimal("11.00"), amount=Decimal("22.00"))


def test_a_line_typed_anew_for_the_same_item_keeps_the_coding_of_its_forerunner():
    recoded = replace(COPY, lines=(replace(COPY.lines[0], item="9", text="recoded", klass="K"),))
    anew = dearer(replace(ISSUED, lines=(replace(LAMP, id="c2"),)))
    line = linked(crm=anew, books=recoded).changes[0].record.lines[0]
    assert line == replace(recoded.lines[0], price=Decimal("11.00"), amount=Decimal("22.00"))


def test_a_price_changed_in_hubspot_reaches_quickbooks():
    decision = linked(crm=dearer(ISSUED))
    assert [(change.side, change.fields) for change in decision.changes] == [(Side.BOOKS, ("lines", "discount", "tax"))]
    assert decision.changes[0].record.total == Decimal("22.00")
    assert decision.moved == charge.NAMES
    assert decision.asked == ""


def test_a_price_changed_in_quickbooks_is_held_and_never_flows_back():
    decision = linked(books=dearer(COPY))
    assert isinstance(decision, Hold)
    assert decision.cause == "charge_edited_in_books"
    assert [d.field for d in decision.differences] == ["lines[1].price", "lines[1].amount", "total"]


def test_put_back_restores_hubspots_figures_line_by_line():
    edited = replace(dearer(COPY), customer="6", number="X")
    held = linked(books=edited)
    decision = linked(books=edited, put_back=signature(held.differences))
    assert decision.asked == "put_back"
    record = decision.changes[0].record
    assert charge.differences(COPY, record, Side.BOOKS) == ()
    assert {"customer", "number"} <= set(decision.changes[0].fields)


def test_the_customer_of_an_invoice_that_was_paid_in_part_is_not_changed():
    edited, part = replace(COPY, customer="6"), {"balance": Decimal("5.00")}
    sign = signature(linked(ISSUED, replace(edited, **part)).differences)
    refused = Fail("invoice_has_payment", {"number": edited.number})
    assert linked(ISSUED, replace(edited, **part), put_back=sign) == refused
    assert isinstance(linked(ISSUED, edited, put_back=sign), Update)


def test_left_as_they_are_opens_again_when_either_charge_changes():
    sign = signature(linked(books=dearer(COPY)).differences)
    assert isinstance(linked(books=dearer(COPY), leave_both=sign), Accept)
    assert isinstance(linked(books=dearer(COPY, "12.00"), leave_both=sign), Hold)
    assert isinstance(linked(crm=dearer(ISSUED, "13.00"), books=dearer(COPY), leave_both=sign), Hold)


def test_changed_back_in_quickbooks_is_agreement_again():
    assert linked(books=replace(COPY, modified=date(2026, 1, 9))) == Nothing()


def test_the_same_charge_on_both_sides_is_agreement():
    assert linked(crm=dearer(ISSUED), books=dearer(COPY)) == Nothing(moved=charge.NAMES)


def test_what_is_left_as_it_is_concerns_the_charge_and_a_due_date_still_flows():
    edited, later = dearer(COPY), date(2026, 3, 1)
    choice = {"leave_both": signature(linked(books=edited).differences)}
    assert isinstance(linked(books=edited, **choice), Accept)
    decision = linked(crm=replace(ISSUED, due=later), books=edited, **choice)
    assert [(c.side, c.fields, c.record.due) for c in decision.changes] == [(Side.BOOKS, ("due",), later)]


@pytest.mark.parametrize("changed", [{"memo": "Thanks"}, {"date": date(2026, 2, 1)}], ids=["memo", "date"])
def test_a_document_of_a_closed_period_is_not_changed_in_quickbooks(changed):
    decision = linked(crm=replace(ISSUED, **changed), around=world(lock_date=date(2026, 1, 31)))
    assert isinstance(decision, Fail)
    assert decision.cause == "period_closed"


def test_an_invoice_stays_with_its_contact_when_the_contact_gets_a_company():
    issued = replace(ISSUED, customer="contact:4", contact="contact:4")
    joined = replace(issued, customer="company:1")
    pair = Pair(Kind.INVOICE, joined, COPY, Bond(issued, COPY, {"c1": "b1"}))
    assert decide(RULES, pair, world(), ANSWERS) == Nothing()


def test_a_void_of_a_paid_invoice_can_be_left_as_it_is():
    voided, paid = replace(ISSUED, status="void"), replace(COPY, status="paid", balance=Decimal(0))
    held = linked(crm=voided, books=paid)
    assert held.cause == "void_but_paid"
    assert isinstance(linked(crm=voided, books=paid, leave_both=signature(held.differences)), Accept)


def test_totals_that_a_write_left_apart_are_held():
    apart = replace(COPY, total=Decimal("20.01"))
    pair = Pair(Kind.INVOICE, ISSUED, apart, Bond(ISSUED, apart, {"c1": "b1"}))
    decision = decide(RULES, pair, world(), ANSWERS)
    assert (decision.cause, decision.evidence["total"], decision.evidence["other"]) == (
        "totals_apart",
        "20.00",
        "20.01",
    )


def test_a_header_field_flows_both_ways():
    later = date(2026, 3, 1)
    assert linked(crm=replace(ISSUED, due=later)).changes[0].side is Side.BOOKS
    assert linked(books=replace(COPY, due=later)).changes[0].side is Side.CRM


def test_a_header_field_changed_on_both_sides_follows_its_rule():
    crm, books = replace(ISSUED, due=date(2026, 3, 1)), replace(COPY, due=date(2026, 4, 1))
    assert linked(crm, books).cause == "please_decide"
    assert linked(crm, books, world(due_date_rule=Rule.HUBSPOT)).changes[0].side is Side.BOOKS


def test_a_header_field_is_heard_beside_a_charge_that_needs_no_writing():
    elsewhere, later = replace(ISSUED, customer="company:9"), replace(COPY, due=date(2026, 3, 1))
    decision = linked(elsewhere, later, choose_contact=ISSUED.customer)
    assert [(change.side, change.fields) for change in decision.changes] == [(Side.CRM, ("due",))]
    assert set(charge.NAMES) <= set(decision.moved)


def test_a_due_date_that_was_none_is_shown_as_nothing():
    asked = Pair(
        Kind.INVOICE,
        replace(ISSUED, due=date(2026, 3, 1)),
        replace(COPY, due=date(2026, 4, 1)),
        Bond(replace(ISSUED, due=None), replace(COPY, due=None)),
    )
    decision = decide(RULES, asked, world(due_date_rule=Rule.QUICKBOOKS), ANSWERS)
    assert decision.lost[0].before == ""


def test_a_balance_paid_in_quickbooks_is_no_edit():
    assert linked(books=replace(COPY, status="paid", balance=Decimal(0))) == Nothing()


def test_a_line_added_in_hubspot_comes_with_its_own_coding_and_leaves_the_others():
    rug = replace(LAMP, id="c2", quantity=Decimal(1), amount=Decimal("10.00"))
    decision = linked(crm=replace(ISSUED, lines=(LAMP, rug), total=Decimal("30.00")))
    ours, new = decision.changes[0].record.lines
    assert ours == COPY.lines[0]
    assert (new.id, new.item, new.amount) == ("", "8", Decimal("10.00"))


def test_a_change_in_hubspot_is_not_written_into_a_closed_period():
    decision = linked(crm=dearer(ISSUED), around=world(lock_date=date(2026, 1, 5)))
    assert isinstance(decision, Fail)
    assert decision.cause == "period_closed"


# Void and gone.

VOIDED = replace(ISSUED, status="void", lines=(), total=Decimal(0), balance=Decimal(0))
VOIDED_COPY = replace(COPY, status="void", total=Decimal(0), balance=Decimal(0))


def test_a_void_travels_while_the_other_side_is_unpaid():
    assert linked(crm=VOIDED) == Void(Side.BOOKS)
    assert linked(books=VOIDED_COPY) == Void(Side.CRM)


def test_a_void_on_both_sides_is_agreement():
    assert linked(VOIDED, VOIDED_COPY) == Nothing(moved=("status", *charge.NAMES))


@pytest.mark.parametrize("balance", ["0.00", "5.00"])
def test_a_void_of_what_is_paid_in_whole_or_in_part_is_held(balance):
    assert linked(crm=VOIDED, books=replace(COPY, balance=Decimal(balance))).cause == "void_but_paid"


def test_a_void_does_not_travel_into_a_closed_period():
    held = linked(crm=VOIDED, around=world(lock_date=date(2026, 1, 5)))
    assert isinstance(held, Hold)
    assert held.cause == "void_in_closed_period"
    assert "credit memo of today" in CAUSES[held.cause].remedy


@pytest.mark.parametrize(
    ("side", "how", "cause"),
    [
        (Side.BOOKS, "deleted", "deleted_in_quickbooks"),
        (Side.CRM, "archived", "deleted_in_hubspot"),
        (Side.CRM, "merged", "merged_in_hubspot"),
    ],
)
def test_a_document_that_is_gone_breaks_the_pair(side, how, cause):
    pair = Pair(Kind.INVOICE, ISSUED, COPY, Bond(ISSUED, COPY), gone={side: how})
    assert decide(RULES, pair, world(), {}).cause == cause


MEMO = "Thank you. " * 120
SHORT = MEMO[:999] + "…"
SHORT_MEMO = Warn("text_shortened", {"fields": "memo", "length": "1320", "kept": "1000"})


def shortened(**more):
    """The pair whose memo was shortened for QuickBooks, decided."""
    bond = Bond(replace(ISSUED, memo=MEMO), replace(COPY, memo=SHORT), {"c1": "b1"})
    crm, books = more.pop("crm", bond.crm_base), more.pop("books", bond.books_base)
    return decide(RULES, Pair(Kind.INVOICE, crm, books, bond, **more), world(), ANSWERS)


def test_a_text_that_was_shortened_is_in_sync_with_a_warning():
    (warning,) = shortened().warnings
    assert replace(warning, mark="") == SHORT_MEMO


def test_so_is_the_text_of_a_line_and_what_the_bookkeeper_makes_of_it_is_coding():
    long = replace(ISSUED, lines=(replace(LAMP, text="Lamp " * 900),))
    held = replace(COPY, lines=(replace(COPY.lines[0], text=long.lines[0].text[:3999] + "…"),))
    pair = Pair(Kind.INVOICE, long, held, Bond(long, held, {"c1": "b1"}))
    (warning,) = decide(RULES, pair, world(), ANSWERS).warnings
    assert warning.evidence == {"fields": "lines[1].text", "length": "4500", "kept": "4000"}
    recoded = replace(held, lines=(replace(held.lines[0], text="Lamps"),))
    assert decide(RULES, replace(pair, books=recoded), world(), ANSWERS) == Nothing()


def test_a_shortened_memo_that_is_edited_in_quickbooks_is_held():
    decision = shortened(books=replace(COPY, memo="Thanks"))
    assert decision == Hold("please_decide", {"fields": "memo"}, (Difference("memo", SHORT, "Thanks", Side.BOOKS),))


def test_an_acknowledged_warning_is_silent_until_the_text_changes():
    choices = {"acknowledge": acknowledgement(shortened().warnings, {})}
    assert shortened(choices=choices) == Nothing()
    longer = replace(ISSUED, memo=MEMO + "Ana")
    bond = Bond(longer, replace(COPY, memo=SHORT), {"c1": "b1"})
    again = decide(RULES, Pair(Kind.INVOICE, longer, bond.books_base, bond, choices), world(), ANSWERS)
    assert [w.evidence["length"] for w in again.warnings] == ["1323"]
    both = acknowledgement(again.warnings, choices)
    assert shortened(choices={"acknowledge": both}) == Nothing()

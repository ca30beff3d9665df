"""Merged customers: what the pair becomes, for every way in which two can meet."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tieout.core.decide import Bond, Broken, Decision, Exclude, Fail, Hold, Nothing, Pair, Wait, World, decide
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.match import Candidate
from tieout.core.merged import Merged, MergedOf, TakeOver
from tieout.core.questions import Linked, LinkOf
from tieout.core.records import Kind, Side
from tieout.core.settings import Settings
from tieout.kinds.customer import Customer
from tieout.kinds.customer_rules import CustomerRules
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.invoice_rules import InvoiceRules

CUSTOMERS, INVOICES = CustomerRules(), InvoiceRules()
WORLD = World(
    Settings(), Facts(CrmFacts("1", "USD", "America/New_York"), BooksFacts("1", "Nova", "US", "USD")), reviewed=True
)
NOVA = Customer("company:1", company="Nova Ltd")
BOOKED = Customer("5", name="Nova Ltd", company="Nova Ltd")
BOTH = (Candidate("5", "Nova Ltd"), Candidate("6", "Nova Limited"))
QUESTION = MergedOf(Kind.CUSTOMER, "company:1", "5")


def gone(*sides: Side, merged: Merged, how: str = "merged", **choices: str) -> Decision:
    """What becomes of the pair of Nova when records of it are gone."""
    crm, books = None if Side.CRM in sides else NOVA, None if Side.BOOKS in sides else BOOKED
    pair = Pair(Kind.CUSTOMER, crm, books, Bond(NOVA, BOOKED), choices, gone=dict.fromkeys(sides, how))
    assert CUSTOMERS.needs(pair, WORLD, {}) == {QUESTION}
    return decide(CUSTOMERS, pair, WORLD, {QUESTION: merged})


def test_a_company_merged_into_one_without_a_customer_takes_the_pair_along():
    merged = Merged("company:3", "5", rivals=BOTH[:1])
    assert gone(Side.CRM, merged=merged) == TakeOver("company:3", "5")


def test_two_companies_with_a_customer_each_ask_once_which_is_the_default():
    merged = Merged("company:3", "5", rivals=BOTH)
    assert gone(Side.CRM, merged=merged) == Hold("merged_in_hubspot", candidates=BOTH)
    assert gone(Side.CRM, merged=msgspec.structs.replace(merged, asks=False)) == Exclude("merged")


@pytest.mark.parametrize(("chosen", "decision"), [("5", TakeOver("company:3", "5")), ("6", Exclude("merged"))])
def test_the_chosen_default_decides_which_pair_lives_on(chosen: str, decision: Decision):
    merged = Merged("company:3", "5", rivals=BOTH)
    assert gone(Side.CRM, merged=merged, default_customer=chosen) == decision


def test_a_default_that_was_chosen_for_an_earlier_merge_counts_no_more():
    merged = Merged("company:3", "5", rivals=BOTH)
    assert gone(Side.CRM, merged=merged, default_customer="9") == Hold("merged_in_hubspot", candidates=BOTH)


def test_a_customer_merged_into_a_free_one_is_followed():
    assert gone(Side.BOOKS, merged=Merged("company:1", "8")) == TakeOver("company:1", "8")


def test_a_customer_merged_into_one_that_belongs_to_another_company_asks_until_it_may_be_shared():
    merged = Merged("company:1", "8", books_with="company:2", label="Nova Holding")
    held = gone(Side.BOOKS, merged=merged)
    assert held == Hold("merged_in_quickbooks", {"into": "8"}, candidates=(Candidate("8", "Nova Holding"),))
    assert gone(Side.BOOKS, merged=merged, share_customer="8") == Exclude("merged")
    assert gone(Side.BOOKS, merged=merged, share_customer="7") == held


def test_a_pair_that_shares_its_customer_still_follows_what_its_company_is_merged_into():
    merged = Merged("company:3", "8", books_with="company:2", label="Nova Holding")
    assert gone(Side.CRM, Side.BOOKS, merged=merged, share_customer="8") == TakeOver("company:3", "5")
    with_pair = msgspec.structs.replace(merged, crm_with="9")
    assert gone(Side.CRM, Side.BOOKS, merged=with_pair, share_customer="8") == Exclude("merged")


def test_what_met_in_the_same_two_records_on_both_sides_needs_nobody():
    merged = Merged("company:3", "8", crm_with="8", books_with="company:3")
    assert gone(Side.CRM, Side.BOOKS, merged=merged) == Exclude("merged")


def test_a_customer_that_was_deleted_without_a_trace_is_broken_until_a_person_names_another():
    merged = Merged("company:1", "")
    assert gone(Side.BOOKS, merged=merged, how="deleted") == Broken("deleted_in_quickbooks", Side.BOOKS)
    assert gone(Side.BOOKS, merged=merged, how="deleted", link_customer="8") == TakeOver("company:1", "8")
    once_chosen = gone(Side.BOOKS, merged=merged, how="deleted", link_customer="5")
    assert once_chosen == Broken("deleted_in_quickbooks", Side.BOOKS), "that is how the two were paired at first"


def test_a_merged_company_is_not_created_while_the_pairs_of_its_parts_are_undecided():
    merged = Customer("company:3", company="Nova Ltd", formers=("company:1", "company:2"))
    pair = Pair(Kind.CUSTOMER, merged, None, needed=True)
    former = [LinkOf(Kind.CUSTOMER, Side.CRM, one) for one in merged.formers]
    needs = CUSTOMERS.needs(pair, WORLD, {})
    assert set(former) <= needs
    answers = dict.fromkeys(needs, Linked()) | {former[1]: Linked("6", "company:2", label="Nova Limited")}
    assert decide(CUSTOMERS, pair, WORLD, answers) == Wait(Kind.CUSTOMER, "company:2", name="Nova Limited")


LINE = Line("c1", name="Consulting", quantity=Decimal(1), price=Decimal(50), amount=Decimal(50))
MADE = Invoice(
    "1", "INV-1", "open", customer="company:1", date=date(2026, 1, 5), currency="USD", lines=(LINE,),
    total=Decimal(50), balance=Decimal(50),
)  # fmt: skip
BOOKED_INVOICE = msgspec.structs.replace(
    MADE, id="77", customer="5", lines=(msgspec.structs.replace(LINE, id="b1", item="1"),)
)


def invoice(crm_customer: str, books_customer: str, crm_into: str = "", books_into: str = "") -> Decision:
    """What becomes of an invoice that names other customers now. *_into: what the former ones were merged into."""
    crm = msgspec.structs.replace(MADE, customer=crm_customer)
    books = msgspec.structs.replace(BOOKED_INVOICE, customer=books_customer)
    pair = Pair(Kind.INVOICE, crm, books, Bond(MADE, BOOKED_INVOICE, {"c1": "b1"}))
    answers = {}
    while wanted := INVOICES.needs(pair, WORLD, answers) - answers.keys():
        for question in wanted:
            answers[question] = Linked("5", "company:1")
            if question == LinkOf(Kind.CUSTOMER, Side.CRM, "company:1"):
                answers[question] = Linked("5", "company:1", into=crm_into)
            elif question == LinkOf(Kind.CUSTOMER, Side.BOOKS, "5"):
                answers[question] = Linked("company:1", "5", into=books_into)
    return decide(INVOICES, pair, WORLD, answers)


def test_an_invoice_that_names_another_customer_for_a_merge_was_edited_by_nobody():
    assert invoice("company:3", "5", crm_into="company:3") == Nothing()
    assert invoice("company:1", "8", books_into="8") == Nothing()
    assert invoice("company:3", "8", crm_into="company:3", books_into="8") == Nothing()


def test_an_invoice_that_a_person_gave_to_another_customer_is_held_as_ever():
    held = invoice("company:1", "8")
    assert isinstance(held, Hold | Fail)
    assert held.cause == "charge_edited_in_books"
    assert isinstance(invoice("company:1", "8", books_into="9"), Hold)

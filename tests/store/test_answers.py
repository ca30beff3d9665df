"""Answers to what deciding asks, from indexed rows."""

from datetime import date
from decimal import Decimal

import pytest
from tests.store.stage import CONNECTION, NOW, gone_row, invoice_row

from tieout.core.decide import Create, Exclude, Fail, Pair, World, decide
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.plan import Reservations
from tieout.core.questions import (
    Alike,
    Holder,
    HolderOf,
    Holders,
    ItemOf,
    Linked,
    LinkOf,
    Matches,
    MatchesOf,
    NumbersLike,
)
from tieout.core.records import Address, Key, Kind, Side, State
from tieout.core.settings import Settings
from tieout.kinds.customer import Customer
from tieout.kinds.customer_rules import CustomerRules
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement
from tieout.kinds.settlement_rules import SettlementRules
from tieout.remote.rows import Batch, KeyRow, Record, Row
from tieout.store import mirror, pairs
from tieout.store.answers import answer

KINDS = {Customer: Kind.CUSTOMER, Item: Kind.ITEM}


def put(tx, side: Side, *records: Record) -> None:
    mirror.put(tx, CONNECTION, side, [Row(KINDS[type(r)], r.id, 1, r) for r in records], NOW)


def link(tx, kind: Kind, crm: Record, books: Record) -> int:
    return pairs.link(
        tx,
        CONNECTION,
        kind,
        crm_id=crm.id,
        books_id=books.id,
        crm_base=crm,
        books_base=books,
        lines={},
        why="",
        now=NOW,
    )


def ask(tx, question, reserved: Reservations | None = None):
    return answer(tx, CONNECTION, [question], reserved or Reservations())[question]


ANA = Customer("company:1", name="Nova Ltd", company="Nova Ltd", email="ana@nova.example")
NOVA = Customer("5", name="Nova Limited", email="Ana@nova.example")


# Links.

OWNER = LinkOf(Kind.CUSTOMER, Side.CRM, "company:1")


def test_what_is_unknown_has_no_link(tx):
    assert ask(tx, OWNER) == Linked()


def test_what_is_not_decided_yet_is_known_by_its_own_id(tx):
    put(tx, Side.CRM, ANA)
    assert ask(tx, OWNER) == Linked(own="company:1", label="Nova Ltd")


def test_a_link_is_seen_from_both_sides_with_the_name_in_quickbooks(tx):
    put(tx, Side.CRM, ANA)
    put(tx, Side.BOOKS, NOVA)
    link(tx, Kind.CUSTOMER, ANA, NOVA)
    assert ask(tx, OWNER) == Linked("5", "company:1", label="Nova Limited")
    assert ask(tx, LinkOf(Kind.CUSTOMER, Side.BOOKS, "5")) == Linked("company:1", "5", label="Nova Limited")


def test_a_linked_customer_that_is_inactive_is_told(tx):
    put(tx, Side.CRM, ANA)
    put(tx, Side.BOOKS, Customer("5", name="Nova", active=False))
    link(tx, Kind.CUSTOMER, ANA, NOVA)
    assert not ask(tx, OWNER).active


def test_a_link_whose_other_record_is_gone_is_none(tx):
    put(tx, Side.CRM, ANA)
    put(tx, Side.BOOKS, NOVA)
    link(tx, Kind.CUSTOMER, ANA, NOVA)
    mirror.put(tx, CONNECTION, Side.BOOKS, [gone_row("5", 2, kind=Kind.CUSTOMER)], NOW)
    reply = ask(tx, OWNER)
    assert (reply.other, reply.settled) == ("", True)


def test_an_invoice_that_a_person_left_out_takes_no_payment_any_more(tx):
    crm, books = invoice_row("77"), invoice_row("900", customer="6")
    for side, row in ((Side.CRM, crm), (Side.BOOKS, books)):
        mirror.put(tx, CONNECTION, side, [row], NOW)
    pair_id = link(tx, Kind.INVOICE, crm.record, books.record)
    paid = Settlement("9:900", "9", "900", Decimal("10.00"), "USD", date(2026, 1, 10))
    payment, question = Pair(Kind.SETTLEMENT, None, paid), LinkOf(Kind.INVOICE, Side.BOOKS, "900")
    assert ask(tx, question).other == "77"
    pairs.choose(tx, pair_id, {"exclude": "ana"})
    answers = {question: ask(tx, question)}
    facts = Facts(CrmFacts("1", "USD", "UTC"), BooksFacts("1", "Nova", "US", "USD"))
    assert decide(SettlementRules(), payment, World(Settings(), facts), answers) == Exclude("invoice_not_synced")


@pytest.mark.parametrize(("cause", "settled"), [("no_counterpart", True), ("by_you", True), ("not_needed", False)])
def test_what_was_left_without_counterpart_stays_so(tx, cause, settled):
    put(tx, Side.CRM, ANA)
    stored = pairs.find(tx, CONNECTION, Kind.CUSTOMER, Side.CRM, "company:1")
    pairs.settle(tx, stored, State.EXCLUDED, cause, pairs.Story(), now=NOW)
    assert ask(tx, OWNER).settled == settled


# Items.


def test_a_line_names_its_item_by_product_else_by_sku_else_by_name(tx):
    lamp, desk = Item("7", name="Lamp", sku="85049G"), Item("8", name="Desk")
    put(tx, Side.BOOKS, lamp, desk)
    product = Item("p1", name="Desk")
    put(tx, Side.CRM, product)
    link(tx, Kind.ITEM, product, desk)
    assert ask(tx, ItemOf("p1", "85049G", "Lamp")).other == "8"
    assert ask(tx, ItemOf("", "85049G", "Desk")).other == "7"
    assert ask(tx, ItemOf("", "", "  DESK ")).other == "8"


def test_the_case_of_a_sku_counts(tx):
    put(tx, Side.BOOKS, Item("7", name="Lamp", sku="85049G"), Item("8", name="Lamp small", sku="85049g"))
    assert ask(tx, ItemOf("", "85049g", "")).other == "8"


def test_an_item_that_nobody_has_is_named_by_the_line(tx):
    assert ask(tx, ItemOf("", "85049G", "Lamp")) == Linked("", "sku:85049G")
    assert ask(tx, ItemOf("", "", "Lamp")) == Linked("", "name:lamp")
    assert ask(tx, ItemOf("", "", "")) == Linked()


def test_one_of_two_items_of_a_name_is_never_picked(tx):
    put(tx, Side.BOOKS, Item("7", name="Lamp", sku="A"), Item("8", name="lamp", sku="B"))
    assert ask(tx, ItemOf("", "", "Lamp")).other == ""


# Names and numbers.

NAME = HolderOf(Key("display_name", "nova limited"))


def vendor(name: str) -> Batch:
    return Batch((), "", keys=(KeyRow("vendor", "9", 1, name, (Key("display_name", name.casefold()),)),))


def test_a_free_name_has_no_holder(tx):
    assert ask(tx, NAME) == Holders()


def test_customers_also_inactive_vendors_and_employees_hold_names(tx):
    put(tx, Side.BOOKS, Customer("5", name="Nova Limited", active=False))
    mirror.apply(tx, CONNECTION, Side.BOOKS, vendor("NOVA Limited"), NOW)
    holders = ask(tx, NAME).holders
    assert [(h.list, h.id, h.label, h.active) for h in sorted(holders, key=lambda h: h.list)] == [
        ("customer", "5", "Nova Limited", False),
        ("vendor", "9", "NOVA Limited", True),
    ]


def test_a_name_in_hubspot_is_nobodys_in_quickbooks(tx):
    put(tx, Side.CRM, Customer("company:2", company="Nova Limited"))
    assert ask(tx, NAME) == Holders()


def test_credit_memos_hold_numbers_and_estimates_have_their_own(tx):
    keys = (Key("number", "inv-1"),)
    memo, estimate = KeyRow("credit_memo", "3", 1, "INV-1", keys), KeyRow("estimate", "4", 1, "INV-1", keys)
    mirror.apply(tx, CONNECTION, Side.BOOKS, Batch((), "", keys=(memo, estimate)), NOW)
    assert [h.list for h in ask(tx, HolderOf(Key("number", "inv-1"))).holders] == ["credit_memo"]


def test_the_holder_of_a_number_says_whether_it_is_linked(tx):
    mirror.put(tx, CONNECTION, Side.BOOKS, [invoice_row("1", number="INV-1")], NOW)
    (holder,) = ask(tx, HolderOf(Key("number", "inv-1"))).holders
    assert (holder.list, holder.id, holder.label, holder.linked) == ("invoice", "1", "INV-1", False)


def test_what_a_planned_record_will_take_is_taken(tx):
    reserved = Reservations()
    reserved.take([NAME.key], pair=1)
    assert ask(tx, NAME, reserved) == Holders((Holder("planned", "", "nova limited"),))


def test_numbers_that_begin_alike_count_those_planned_as_well(tx):
    found = [invoice_row("1", number="INV-1"), invoice_row("2", number="INV-1-2"), invoice_row("3", number="XINV-1")]
    mirror.put(tx, CONNECTION, Side.BOOKS, found, NOW)
    reserved = Reservations()
    reserved.take([Key("number", "inv-1-3"), Key("display_name", "inv-1-4")], pair=1)
    assert sorted(h.key for h in ask(tx, NumbersLike("inv-1"), reserved).holders) == ["inv-1", "inv-1-2", "inv-1-3"]


def test_a_percent_sign_in_a_number_is_no_wildcard(tx):
    mirror.put(tx, CONNECTION, Side.BOOKS, [invoice_row("1", number="A%B"), invoice_row("2", number="AxB")], NOW)
    assert [h.key for h in ask(tx, NumbersLike("a%b")).holders] == ["a%b"]


def test_two_customers_of_one_batch_cannot_take_one_name(tx):
    twins = [Customer("company:1", company="Nova"), Customer("company:2", company="NOVA")]
    put(tx, Side.CRM, *twins)
    facts = Facts(CrmFacts("1", "USD", "UTC"), BooksFacts("1", "Nova", "US", "USD"))
    world, rules, reserved = World(Settings(), facts, reviewed=True), CustomerRules(), Reservations()
    decisions = []
    for number, crm in enumerate(twins):
        pair = Pair(Kind.CUSTOMER, crm, None, needed=True)
        answers = answer(tx, CONNECTION, rules.needs(pair, world, {}), reserved)
        decisions.append(decide(rules, pair, world, answers))
        if isinstance(decisions[-1], Create):
            reserved.take(decisions[-1].reserves, number)
    first, second = decisions
    assert isinstance(first, Create)
    assert isinstance(second, Fail)
    assert second.evidence["holder_list"] == "planned"


# Matches.

WHO = MatchesOf(Kind.CUSTOMER, Side.CRM, "company:1")


def test_a_mail_address_unique_on_both_sides_is_a_certain_match(tx):
    put(tx, Side.CRM, ANA)
    put(tx, Side.BOOKS, NOVA)
    (candidate,) = ask(tx, WHO).candidates
    assert (candidate.id, candidate.certain, candidate.shared) == ("5", True, ("email", "domain", "name"))


@pytest.mark.parametrize("side", list(Side))
def test_a_mail_address_that_two_of_one_side_have_identifies_nobody(tx, side):
    put(tx, Side.CRM, ANA)
    put(tx, Side.BOOKS, NOVA)
    put(tx, side, Customer("contact:9" if side is Side.CRM else "9", first="Ben", email="ana@nova.example"))
    assert not any(c.certain for c in ask(tx, WHO).candidates)


def test_a_domain_of_several_is_no_key_at_all(tx):
    put(tx, Side.CRM, ANA)
    put(tx, Side.BOOKS, Customer("6", name="Orbit", email="ben@nova.example"))
    assert [c.shared for c in ask(tx, WHO).candidates] == [("domain",)]
    put(tx, Side.BOOKS, Customer("7", name="Vega", email="eve@nova.example"))
    assert ask(tx, WHO) == Matches()


def test_strangers_are_no_candidates(tx):
    put(tx, Side.CRM, Customer("company:1", company="Buyer 12345"))
    put(tx, Side.BOOKS, Customer("6", name="Buyer 12346"))
    assert ask(tx, WHO) == Matches()


def test_a_misspelt_name_is_proposed_by_its_address_and_a_namesake_by_the_name(tx):
    home = Address(street="12 Quay Road", city="York", postcode="YO1 7HH")
    put(tx, Side.CRM, Customer("company:1", first="Ana", last="Ruiz", billing=home))
    put(tx, Side.BOOKS, Customer("6", first="Ana", last="Ruis", billing=home), Customer("7", name="Ruiz, Ana"))
    put(tx, Side.BOOKS, Customer("8", first="Ben", last="Stone", billing=home))
    found = ask(tx, WHO).candidates
    assert {c.id: c.shared for c in found} == {"6": ("address",), "7": ("name",)}
    assert not any(c.certain for c in found)


def test_linked_inactive_and_vanished_customers_are_no_candidates(tx):
    put(tx, Side.CRM, ANA, Customer("company:2", company="Other"))
    put(tx, Side.BOOKS, NOVA, Customer("6", name="Nova", email="x@x.example", active=False), Customer("7", name="Nova"))
    link(tx, Kind.CUSTOMER, Customer("company:2"), NOVA)
    mirror.put(tx, CONNECTION, Side.BOOKS, [gone_row("7", 2, kind=Kind.CUSTOMER)], NOW)
    assert ask(tx, WHO) == Matches()


def test_one_record_with_one_name_is_proposed_never_certain(tx):
    put(tx, Side.CRM, Customer("company:1", company="Nova Ltd"))
    put(tx, Side.BOOKS, Customer("6", name="NOVA Limited"))
    (candidate,) = ask(tx, WHO).candidates
    assert (candidate.shared, candidate.certain, candidate.likeness) == (("name",), False, 100)


def test_skus_match_by_their_case(tx):
    put(tx, Side.CRM, Item("p1", name="Lamp", sku="85049G"))
    put(tx, Side.BOOKS, Item("7", name="Small lamp", sku="85049g"), Item("8", name="Big lamp", sku="85049G"))
    found = ask(tx, MatchesOf(Kind.ITEM, Side.CRM, "p1")).candidates
    assert [(c.id, c.certain) for c in found] == [("8", True)]


# Twins.


def twin(**more: object) -> Alike:
    plain = {
        "party": "5",
        "amount": Decimal("10.0"),
        "currency": "USD",
        "first": date(2026, 1, 1),
        "last": date(2026, 1, 21),
    }
    return Alike(Kind.INVOICE, Side.BOOKS, **(plain | more))


def test_a_document_of_the_same_customer_amount_and_time_is_found_whatever_its_number(tx):
    mirror.put(tx, CONNECTION, Side.BOOKS, [invoice_row("1", date=date(2026, 1, 21), number="X")], NOW)
    assert [(c.id, c.label) for c in ask(tx, twin()).candidates] == [("1", "X")]


@pytest.mark.parametrize(
    "other",
    [
        {"customer": "6"},
        {"total": Decimal("10.01")},
        {"currency": "GBP"},
        {"date": date(2026, 1, 22)},
        {"date": None},
        {"status": "void"},
    ],
)
def test_another_customer_amount_currency_time_or_a_void_is_no_twin(tx, other):
    mirror.put(tx, CONNECTION, Side.BOOKS, [invoice_row("1", **({"date": date(2026, 1, 10)} | other))], NOW)
    assert ask(tx, twin()) == Matches()


@pytest.mark.parametrize(("other", "shared"), [({}, ("number",)), ({"customer": "6"}, ()), ({"number": "INV-8"}, ())])
def test_a_document_of_the_same_customer_and_number_is_found_whatever_its_amount_and_day(tx, other, shared):
    there = {"number": "inv-7", "total": Decimal(99), "date": date(2025, 1, 1)} | other
    mirror.put(tx, CONNECTION, Side.BOOKS, [invoice_row("1", **there)], NOW)
    assert ask(tx, twin()) == Matches()
    assert tuple(c.shared for c in ask(tx, twin(number="INV-7")).candidates) == ((shared,) if shared else ())


def test_a_linked_document_is_nobodys_twin(tx):
    row = invoice_row("1", date=date(2026, 1, 10))
    mirror.put(tx, CONNECTION, Side.BOOKS, [row], NOW)
    mirror.put(tx, CONNECTION, Side.CRM, [invoice_row("71")], NOW)
    link(tx, Kind.INVOICE, invoice_row("71").record, row.record)
    assert ask(tx, twin()) == Matches()


def test_a_payment_typed_into_hubspot_is_found_by_invoice_amount_and_day(tx):
    paid = Settlement("55", "", "77", Decimal("10.00"), "USD", date(2026, 1, 10), reference="check 7")
    mirror.put(tx, CONNECTION, Side.CRM, [Row(Kind.SETTLEMENT, "55", 1, paid)], NOW)
    question = Alike(Kind.SETTLEMENT, Side.CRM, "77", Decimal(10), "USD", date(2026, 1, 5), date(2026, 1, 15))
    assert [(c.id, c.label) for c in ask(tx, question).candidates] == [("55", "check 7")]


def test_a_thousand_questions_are_answered_together(tx):
    put(tx, Side.BOOKS, *(Customer(str(n), name=f"Nova {n}") for n in range(1000)))
    questions = [HolderOf(Key("display_name", f"nova {n}")) for n in range(0, 2000, 2)]
    replies = answer(tx, CONNECTION, questions, Reservations())
    assert sum(bool(reply.holders) for reply in replies.values()) == 500
    assert replies.keys() == set(questions)

"""Mapped fields and filters: what flows, what asks, what is shortened, what waits, what stays out."""

from typing import Any

import msgspec
import pytest

from tieout.core.decide import Bond, Create, Exclude, Fail, Hold, Nothing, Pair, Update, World, decide
from tieout.core.facts import BooksFacts, CrmFacts, Facts, Named
from tieout.core.fields import Direction, Rule
from tieout.core.mapping import Filter, Mapped, alike
from tieout.core.questions import HolderOf, Holders, Linked, LinkOf, Matches, MatchesOf
from tieout.core.records import Key, Kind, Side
from tieout.core.settings import Settings
from tieout.kinds.customer import Customer
from tieout.kinds.customer_rules import CustomerRules
from tieout.kinds.invoice import Invoice
from tieout.kinds.invoice_rules import InvoiceRules
from tieout.kinds.item import Item, ItemRules

replace = msgspec.structs.replace
BOOKS = BooksFacts(
    "1",
    "Nova",
    "US",
    "USD",
    terms=(Named("3", "Net 30"),),
    classes=(Named("7", "Retail"),),
    custom_fields=(Named("1", "PO"),),
    income_accounts=(Named("79", "Sales"),),
)
FACTS = Facts(CrmFacts("1", "USD", "America/New_York"), BOOKS)
NOTE = Mapped(serial=1, name="Note", kind=Kind.CUSTOMER, type="companies", crm="tier", books="notes")
PO = Mapped(serial=2, name="PO", kind=Kind.INVOICE, type="invoices", crm="po_ref", books="custom1")
ANA = Customer("company:1", company="Nova Ltd", parts=("company:1", "contact:4"))
BOOKED = Customer("5", name="Nova Ltd", company="Nova Ltd")


def world(*mapped: Mapped, facts: Facts = FACTS, **settings: Any) -> World:
    return World(Settings(mapped=mapped, income_account="79", **settings), facts, reviewed=True)


def having(record: Any, one: Mapped, text: str | None) -> Any:
    return replace(record, custom={} if text is None else {one.key: text})


def customer(
    one: Mapped, crm: str, books: str, agreed: tuple[str | None, str | None], around: World | None = None
) -> Any:
    """The decision on a pair whose values agreed on `agreed` and are these now."""
    bond = Bond(having(ANA, one, agreed[0]), having(BOOKED, one, agreed[1]))
    pair = Pair(Kind.CUSTOMER, having(ANA, one, crm), having(BOOKED, one, books), bond)
    return decide(CustomerRules(), pair, around or world(one), {})


def written(decision: Any) -> list[tuple[Side, str]]:
    """What an update writes of the mapped value, by side."""
    assert isinstance(decision, Update), decision
    return [
        (change.side, change.record.custom[name.removeprefix("custom.")])
        for change in decision.changes
        for name in change.fields
    ]


def test_a_change_on_one_side_flows_to_the_other():
    assert written(customer(NOTE, "gold", "silver", ("silver", "silver"))) == [(Side.BOOKS, "gold")]
    assert written(customer(NOTE, "silver", "gold", ("silver", "silver"))) == [(Side.CRM, "gold")]


def test_a_change_on_both_sides_asks_or_follows_the_rule():
    decision = customer(NOTE, "gold", "iron", ("silver", "silver"))
    assert isinstance(decision, Hold)
    assert [(d.field, d.before, d.after) for d in decision.differences] == [("custom.1:Note", "gold", "iron")]
    ours = replace(NOTE, rule=Rule.HUBSPOT)
    won = customer(ours, "gold", "iron", ("silver", "silver"))
    assert written(won) == [(Side.BOOKS, "gold")]
    assert [d.after for d in won.lost] == ["iron"]


@pytest.mark.parametrize("direction", [Direction.BOTH, Direction.TO_BOOKS, Direction.TO_CRM])
def test_the_first_comparison_of_two_values_asks_whatever_direction_and_rule(direction: Direction):
    one = replace(NOTE, direction=direction, rule=Rule.HUBSPOT)
    assert isinstance(customer(one, "gold", "iron", (None, None)), Hold)


def test_the_first_comparison_fills_a_blank_by_the_direction():
    assert written(customer(NOTE, "gold", "", (None, None))) == [(Side.BOOKS, "gold")]
    assert written(customer(NOTE, "", "iron", (None, None))) == [(Side.CRM, "iron")]
    kept = customer(replace(NOTE, direction=Direction.TO_CRM), "gold", "", (None, None))
    assert kept == Nothing(moved=("custom.1:Note",))


def test_a_former_mapping_of_that_name_counts_for_nothing():
    again = replace(NOTE, serial=9)
    bond = Bond(having(ANA, NOTE, "silver"), having(BOOKED, NOTE, "silver"))
    pair = Pair(Kind.CUSTOMER, having(ANA, again, "gold"), having(BOOKED, again, "silver"), bond)
    assert isinstance(decide(CustomerRules(), pair, world(again), {}), Hold)


def test_a_blank_never_erases():
    assert customer(NOTE, "", "silver", ("silver", "silver")) == Nothing(moved=("custom.1:Note",))


def test_what_a_record_does_not_have_is_not_compared():
    bond = Bond(having(ANA, NOTE, "silver"), having(BOOKED, NOTE, "silver"))
    pair = Pair(Kind.CUSTOMER, having(ANA, NOTE, None), having(BOOKED, NOTE, "gold"), bond)
    assert decide(CustomerRules(), pair, world(NOTE), {}) == Nothing()


@pytest.mark.parametrize(
    ("sort", "one", "other"),
    [
        ("number", "1234.50", "1234.5"),
        ("number", "-0.00", "0"),
        ("number", "1000", "1E3"),
        ("choice", "Net 30", "net 30"),
        ("text", " a  b ", "a b"),
        ("date", "2026-03-05", "2026-03-05"),
    ],
)
def test_values_are_compared_in_the_form_of_their_sort(sort: Any, one: str, other: str):
    assert alike(sort, one) == alike(sort, other)


def test_numbers_of_forty_digits_stay_apart():
    assert alike("number", "1" * 39 + "1") != alike("number", "1" * 39 + "2")
    assert alike("number", "0.10") != alike("number", "0.1001")
    assert alike("number", "100") == "100"


def test_a_shortened_text_is_warned_of_and_comes_back_only_by_a_persons_word():
    long, kept = "x" * 40, "x" * 30 + "…"
    quiet = customer(NOTE, long, kept, (long, kept))
    assert isinstance(quiet, Nothing)
    assert [(w.cause, w.evidence["fields"]) for w in quiet.warnings] == [("text_shortened", "custom.1:Note")]
    assert isinstance(customer(NOTE, long, "another", (long, kept)), Hold)


def test_a_value_that_is_none_for_the_field_stops_after_all_else_was_written():
    number = replace(NOTE, sort="number")
    around = world(number)
    bond = Bond(having(ANA, number, "1"), having(BOOKED, number, "1"))
    crm = replace(having(ANA, number, "1"), phone="+1 212 555 0001")
    books = having(BOOKED, number, "many")
    first = decide(CustomerRules(), Pair(Kind.CUSTOMER, crm, books, bond), around, {})
    assert isinstance(first, Update)
    assert [change.fields for change in first.changes] == [("phone",)]
    then = decide(CustomerRules(), Pair(Kind.CUSTOMER, replace(crm, phone=""), books, bond), around, {})
    assert then == Fail("mapped_value_unfit", {"field": "Note", "value": "many", "side": "crm"})


@pytest.mark.parametrize(("label", "fits"), [("Gold", True), ("gold", True), ("g", True), ("Iron", False)])
def test_a_choice_takes_only_its_own_options(label: str, fits: bool):
    one = replace(NOTE, sort="choice", options={"Gold": "g", "Silver": "s"})
    decision = customer(one, "Silver", label, ("Silver", "Silver"))
    assert isinstance(decision, Update if fits else Fail)


def test_a_property_that_is_gone_stops_a_pair_after_all_else_was_written():
    gone = replace(FACTS, crm=replace(FACTS.crm, missing_properties=("companies.tier",)))
    decision = customer(NOTE, "gold", "silver", ("silver", "silver"), world(NOTE, facts=gone))
    assert decision == Fail("mapped_property_missing", {"field": "Note", "property": "tier", "side": "crm"})
    switched_off = replace(PO, kind=Kind.CUSTOMER)
    off = replace(FACTS, books=replace(BOOKS, custom_fields=()))
    decision = customer(switched_off, "a", "b", ("b", "b"), world(switched_off, facts=off))
    assert decision == Fail("mapped_property_missing", {"field": "PO", "property": "custom1", "side": "books"})


def test_the_persons_mapped_value_is_a_write_of_its_own():
    title = replace(NOTE, serial=3, name="Title", type="contacts", crm="jobtitle", books="title")
    both = {NOTE.key: "gold", title.key: "Boss"}
    bond = Bond(replace(ANA, custom=dict.fromkeys(both, "")), replace(BOOKED, custom=dict.fromkeys(both, "")))
    pair = Pair(Kind.CUSTOMER, bond.crm_base, replace(BOOKED, custom=both), bond)
    decision = decide(CustomerRules(), pair, world(NOTE, title), {})
    assert [change.fields for change in decision.changes] == [("custom.1:Note",), ("custom.3:Title",)]


def created(one: Mapped, text: str, facts: Facts = FACTS) -> Any:
    crm = having(ANA, one, text)
    pair = Pair(Kind.CUSTOMER, crm, None, needed=True)
    answers = {
        MatchesOf(Kind.CUSTOMER, Side.CRM, crm.id): Matches(),
        HolderOf(Key("display_name", "nova ltd")): Holders(),
    }
    return decide(CustomerRules(), pair, world(one, facts=facts), answers)


def test_a_new_record_takes_the_values_that_go_there():
    for direction, taken in (
        (Direction.BOTH, {NOTE.key: "gold"}),
        (Direction.CREATION, {NOTE.key: "gold"}),
        (Direction.ASK, {NOTE.key: "gold"}),
        (Direction.TO_CRM, {}),
        (Direction.OFF, {}),
    ):
        decision = created(replace(NOTE, direction=direction), "gold")
        assert isinstance(decision, Create)
        assert decision.record.custom == taken, direction


def test_a_new_record_waits_while_a_value_of_it_would_be_lost():
    gone = replace(FACTS, crm=replace(FACTS.crm, missing_properties=("companies.tier",)))
    assert created(NOTE, "gold", gone).cause == "mapped_property_missing"
    terms = replace(NOTE, books="terms", direction=Direction.CREATION)
    assert isinstance(created(terms, "net 30"), Create)
    assert created(terms, "Net 45") == Fail("mapped_value_unfit", {"field": "Note", "value": "Net 45", "side": "books"})


def test_coding_is_never_compared():
    klass = replace(PO, books="class", direction=Direction.CREATION)
    bond = Bond(having(Invoice("7", "A"), klass, "Retail"), having(Invoice("8", "A"), klass, "Retail"))
    pair = Pair(Kind.INVOICE, bond.crm_base, having(Invoice("8", "A"), klass, "Export"), bond)
    assert decide(InvoiceRules(), pair, world(klass), {}) == Nothing()


def test_a_mapped_field_of_an_invoice_is_part_of_its_header():
    bond = Bond(having(Invoice("7", "A"), PO, "1"), having(Invoice("8", "A"), PO, "1"))
    pair = Pair(Kind.INVOICE, bond.crm_base, having(Invoice("8", "A"), PO, "2"), bond)
    assert written(decide(InvoiceRules(), pair, world(PO), {})) == [(Side.CRM, "2")]


def test_the_direction_of_a_field_that_is_synced_anyway_can_be_changed():
    bond = Bond(ANA, BOOKED)
    moved = Pair(Kind.CUSTOMER, replace(ANA, phone="+1 212 555 0001", email="ana@nova.example"), BOOKED, bond)
    silent = world(directions={"customer.phone": Direction.OFF, "customer.email": Direction.TO_BOOKS})
    decision = decide(CustomerRules(), moved, silent, {})
    assert [(change.side, change.fields) for change in decision.changes] == [(Side.BOOKS, ("email",))]


def test_what_is_off_does_not_travel_with_a_new_record_either():
    answers = {
        MatchesOf(Kind.CUSTOMER, Side.CRM, ANA.id): Matches(),
        HolderOf(Key("display_name", "nova ltd")): Holders(),
    }
    pair = Pair(Kind.CUSTOMER, replace(ANA, phone="+1 212 555 0001", website="nova.example"), None, needed=True)
    decision = decide(CustomerRules(), pair, world(directions={"customer.phone": Direction.OFF}), answers)
    assert (decision.record.phone, decision.record.website) == ("", "nova.example")


STAGE = Filter(
    kind=Kind.CUSTOMER, side=Side.CRM, type="companies", field="stage", test="is", values=("customer", "vip")
)


@pytest.mark.parametrize(
    ("test", "values", "text", "passes"),
    [
        ("is", ("Customer",), "customer", True),
        ("is", ("a", "b"), "b", True),
        ("is", ("a",), "b; a", True),
        ("is", ("a",), "", False),
        ("is_not", ("a",), "a", False),
        ("is_not", ("a",), "", True),
        ("contains", ("net",), "Net 30", True),
        ("contains", ("net",), "", False),
        ("known", (), "x", True),
        ("known", (), " ", False),
        ("unknown", (), "", True),
    ],
)
def test_what_a_filter_lets_pass(test: Any, values: tuple[str, ...], text: str, passes: bool):
    one = replace(STAGE, test=test, values=values)
    assert one.passes({"companies.stage": text}) is passes


def test_a_value_that_is_not_known_yet_never_passes():
    for test in ("is", "is_not", "unknown"):
        assert not replace(STAGE, test=test).passes({})


def filtered(crm: Customer, *filters: Filter, **choices: str) -> Any:
    pair = Pair(Kind.CUSTOMER, crm, None, needed=True, choices=choices)
    answers = {
        MatchesOf(Kind.CUSTOMER, Side.CRM, crm.id): Matches(),
        HolderOf(Key("display_name", "nova ltd")): Holders(),
    }
    return decide(CustomerRules(), pair, world(filters=filters), answers)


def test_a_record_that_a_filter_leaves_out_does_not_travel():
    lead = replace(ANA, traits={"companies.stage": "lead"})
    assert filtered(lead, STAGE) == Exclude("filter")
    assert isinstance(filtered(replace(ANA, traits={"companies.stage": "VIP"}), STAGE), Create)
    assert filtered(lead, STAGE, create_customer="yes") != Exclude("filter"), "a person's word counts more"
    assert isinstance(filtered(replace(ANA, id="contact:4"), STAGE), Create), "it says nothing of contacts"
    assert isinstance(filtered(lead, replace(STAGE, side=Side.BOOKS)), Create)
    assert isinstance(filtered(lead, replace(STAGE, kind=Kind.INVOICE)), Create)


def test_a_pair_is_never_cut_by_a_filter():
    lead = replace(ANA, traits={"companies.stage": "lead"})
    pair = Pair(Kind.CUSTOMER, lead, BOOKED, Bond(lead, BOOKED))
    assert decide(CustomerRules(), pair, world(filters=(STAGE,)), {}) == Nothing()


def test_what_would_stay_out_anyway_keeps_its_reason():
    copy = Invoice("7", "A", issued_here=False, traits={})
    one = replace(STAGE, kind=Kind.INVOICE, type="invoices")
    pair = Pair(Kind.INVOICE, copy, None)
    assert decide(InvoiceRules(), pair, world(filters=(one,)), {}) == Exclude("not_made_here")


def test_an_invoice_stays_out_with_its_customer():
    invoice = Invoice("7", "A", customer="company:1")
    answers = {
        LinkOf(Kind.CUSTOMER, Side.CRM, "company:1"): Linked(settled=True, filtered=True),
        HolderOf(Key("number", "a")): Holders(),
    }
    decision = decide(InvoiceRules(), Pair(Kind.INVOICE, invoice, None), world(), answers)
    assert decision == Exclude("filtered_customer")


def test_items_are_filtered_too():
    item = Item("9", name="Lamp", traits={"products.kind": "spare"})
    one = Filter(kind=Kind.ITEM, side=Side.CRM, type="products", field="kind", test="is_not", values=("spare",))
    pair = Pair(Kind.ITEM, item, None, needed=True)
    answers = {
        MatchesOf(Kind.ITEM, Side.CRM, "9"): Matches(),
        HolderOf(Key("item_name", "lamp")): Holders(),
    }
    assert decide(ItemRules(), pair, world(filters=(one,)), answers) == Exclude("filter")


def test_a_new_item_takes_its_value_along():
    one = Mapped(
        serial=5, name="Buys as", kind=Kind.ITEM, type="products", crm="buys", books="purchase_text",
        direction=Direction.CREATION,
    )  # fmt: skip
    item = having(Item("9", name="Lamp"), one, "Lamp, boxed")
    answers = {
        MatchesOf(Kind.ITEM, Side.CRM, "9"): Matches(),
        HolderOf(Key("item_name", "lamp")): Holders(),
    }
    decision = decide(ItemRules(), Pair(Kind.ITEM, item, None, needed=True), world(one), answers)
    assert isinstance(decision, Create)
    assert decision.record.custom == {one.key: "Lamp, boxed"}

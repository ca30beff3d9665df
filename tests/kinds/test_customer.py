"""Customers: what makes a match certain, which name is taken, what flows after linking."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kinds import worlds

from tieout.core.decide import (
    Bond,
    Change,
    Create,
    Exclude,
    Fail,
    Hold,
    Link,
    Nothing,
    Pair,
    Update,
    Wait,
    World,
    decide,
)
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.fields import Rule
from tieout.core.match import Candidate, only_certain
from tieout.core.questions import Holder, HolderOf, Holders, Matches, MatchesOf
from tieout.core.records import Address, Key, Kind, Side
from tieout.core.settings import Settings
from tieout.kinds.customer import Customer, display_name
from tieout.kinds.customer_rules import CustomerRules

RULES = CustomerRules()
ALL_UNIQUE = dict.fromkeys(("tax", "email", "domain", "name", "address"), True)
FACTS = Facts(CrmFacts("1", "USD", "America/New_York"), BooksFacts("1", "Nova", "US", "USD"))


def world(*, reviewed: bool = True, **settings: object) -> World:
    return World(Settings(**settings), FACTS, reviewed)


def shared(crm: Customer, books: Customer, *, unique: bool = True) -> dict[str, bool]:
    """The keys that both have, as the store would find them."""
    ours = {k for k in RULES.keys(Side.CRM, crm) if k.name in ALL_UNIQUE}
    return {k.name: unique for k in ours & set(RULES.keys(Side.BOOKS, books))}


def weighed(crm: Customer, books: Customer, *, unique: bool = True) -> Candidate:
    return RULES.compare(crm, books, shared(crm, books, unique=unique))


ANA = Customer("company:1", company="Nova Ltd", first="Ana", last="Ruiz", email="ana@nova.example")
BOOKED = Customer("5", name="Nova Limited", company="Nova Limited", email="Ana@Nova.example")


@given(worlds.customers, worlds.customers, st.dictionaries(st.sampled_from(list(ALL_UNIQUE)), st.booleans()))
def test_certain_only_by_an_identifier_unique_on_both_sides_and_nothing_against(crm, books, keys):
    candidate = RULES.compare(crm, books, keys)
    if candidate.certain:
        assert keys.get("tax") or keys.get("email")
        assert not candidate.against
    assert set(candidate.identifying) <= {name for name, unique in keys.items() if unique} & {"tax", "email"}


@given(worlds.customers, worlds.customers)
def test_name_domain_and_address_never_suffice(crm, books):
    assert not RULES.compare(crm, books, {"name": True, "domain": True, "address": True}).certain


def test_one_mail_address_unique_on_both_sides_is_certain():
    assert weighed(ANA, BOOKED).certain


def test_a_mail_address_that_two_have_is_not_certain():
    assert not weighed(ANA, BOOKED, unique=False).certain


def test_buyers_of_neighbouring_numbers_are_strangers():
    one, other = Customer("contact:1", first="Buyer", last="12345"), Customer("6", name="Buyer 12346")
    assert shared(one, other) == {}
    assert not weighed(one, other).certain


def test_a_family_name_in_front_is_the_same_name():
    one, other = Customer("contact:1", first="Ana", last="Ruiz"), Customer("6", name="RUIZ, Ana")
    assert shared(one, other) == {"name": True}


def test_a_misspelt_name_is_proposed_by_its_address():
    home = Address(street="12 High Street", city="Leeds", postcode="LS1 4AB")
    crm = Customer("contact:1", first="Ana", last="Ruiz", billing=home)
    candidate = weighed(crm, Customer("6", name="Ana Ruis", first="Ana", last="Ruis", billing=home))
    assert candidate.shared == ("address",)
    assert not candidate.certain


@pytest.mark.parametrize("address", ["nova@gmail.com", "info@nova.example", "billing@nova.example"])
def test_a_free_or_shared_address_alone_does_not_suffice(address):
    crm = Customer("company:1", company="Nova Ltd", email=address)
    assert not weighed(crm, Customer("5", name="Orbit Ltd", email=address)).certain
    assert weighed(crm, Customer("5", name="NOVA Limited", email=address)).certain


def test_free_mail_has_no_domain_key():
    keys = RULES.keys(Side.CRM, Customer("contact:1", email="ana@gmail.com"))
    assert [k.name for k in keys] == ["email"]


@pytest.mark.parametrize(
    ("ours", "theirs", "against"),
    [
        ({"currency": "USD"}, {"currency": "GBP"}, "currency"),
        ({"tax_number": "GB1"}, {"tax_number": "GB2"}, "tax_number"),
        ({"company": "Nova Inc"}, {"company": "Nova Ltd"}, "legal_form"),
        ({"company": "Nova Inc"}, {"company": "Nova", "name": "Nova Ltd"}, "legal_form"),
        ({"email": "ana@nova.example"}, {"email": "ana@orbit.example"}, "email_domain"),
    ],
)
def test_a_contradiction_keeps_a_match_from_being_certain(ours, theirs, against):
    crm, books = Customer("company:1", **ours), Customer("5", **theirs)
    candidate = RULES.compare(crm, books, {"tax": True})
    assert candidate.against == (against,)
    assert not candidate.certain


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"currency": ""}, {"currency": "GBP"}),
        ({"tax_number": "GB 1"}, {"tax_number": "gb1"}),
        ({"company": "Nova Limited"}, {"company": "Nova Ltd."}),
        ({"company": "Nova"}, {"company": "Nova Ltd."}),
        ({"company": "Nova Ltd"}, {"company": "Nova Limited", "name": "Nova Holdings Inc"}),
        ({"email": "ana@gmail.com"}, {"email": "ana@nova.example"}),
    ],
)
def test_what_says_the_same_or_nothing_contradicts_nothing(ours, theirs):
    crm, books = Customer("company:1", **ours), Customer("5", **theirs)
    assert RULES.compare(crm, books, {"tax": True}).certain


def test_a_tax_number_is_one_key_however_it_is_spaced():
    crm, books = Customer("company:1", tax_number="GB 123 4567"), Customer("5", tax_number="gb1234567")
    assert weighed(crm, books).certain


@given(worlds.customers)
def test_a_contact_within_a_company_is_no_customer_of_its_own(customer):
    part = msgspec.structs.replace(customer, member_of="company:1")
    assert RULES.keys(Side.CRM, part) == ()
    assert decide(RULES, Pair(Kind.CUSTOMER, part, None), world(), {}) == Exclude("part_of_company")


@given(worlds.customers)
def test_a_display_name_is_taken_also_by_the_inactive(customer):
    names = [
        k for k in RULES.keys(Side.BOOKS, msgspec.structs.replace(customer, member_of="")) if k.name == "display_name"
    ]
    assert len(names) == 1


@given(worlds.customers, st.sampled_from(("", "{company}", "{first} {last}", "{last}, {first}", "{company}: {email}")))
def test_a_display_name_has_no_colon_and_is_empty_only_where_there_is_nothing(customer, pattern):
    name = display_name(customer, pattern)
    assert ":" not in name
    assert name == name.strip()
    if not name:
        assert not any((customer.first, customer.last, customer.email))


@pytest.mark.parametrize(
    ("customer", "pattern", "name"),
    [
        (ANA, "", "Nova Ltd"),
        (msgspec.structs.replace(ANA, company=""), "", "Ana Ruiz"),
        (Customer("contact:1", email="ana@nova.example"), "", "ana@nova.example"),
        (ANA, "{last}, {first}", "Ruiz, Ana"),
        (msgspec.structs.replace(ANA, last=""), "{last}, {first}", "Ana"),
        (Customer("company:1", company="Nova", email="x@nova.example"), "{last}, {first}", "x@nova.example"),
        (msgspec.structs.replace(ANA, company="A:B"), "", "A B"),
        (Customer("contact:1"), "{company}", ""),
    ],
)
def test_the_name_in_quickbooks(customer, pattern, name):
    assert display_name(customer, pattern) == name


def matches(*candidates: Candidate) -> dict:
    return {MatchesOf(Kind.CUSTOMER, Side.CRM, "company:1"): Matches(candidates)}


def held(name: str, *holders: Holder) -> dict:
    return {HolderOf(Key("display_name", name)): Holders(holders)}


CERTAIN = Candidate("5", "Nova", ("email",), ("email",))
PROPOSED = Candidate("6", "Nova", ("name",))
NEEDED = Pair(Kind.CUSTOMER, ANA, None, needed=True)


def test_what_no_invoice_needs_is_left_alone():
    assert decide(RULES, Pair(Kind.CUSTOMER, ANA, None), world(), matches()) == Exclude("not_needed")


def test_what_is_certain_is_linked_though_nobody_needs_it():
    assert decide(RULES, Pair(Kind.CUSTOMER, ANA, None), world(), matches(CERTAIN, PROPOSED)) == Link("5", "email")


def test_before_the_first_review_nothing_is_linked_or_created():
    answers = matches(CERTAIN) | held("nova ltd")
    assert decide(RULES, NEEDED, world(reviewed=False), answers) == Wait(Kind.CUSTOMER, "company:1", "review")


def test_what_is_needed_and_unknown_in_quickbooks_is_created():
    decision = decide(RULES, NEEDED, world(), matches() | held("nova ltd"))
    assert isinstance(decision, Create)
    assert decision.reserves == (Key("display_name", "nova ltd"),)
    assert (decision.record.name, decision.record.email, decision.record.id) == ("Nova Ltd", "ana@nova.example", "")


def test_where_a_candidate_is_in_sight_nothing_is_created():
    decision = decide(RULES, NEEDED, world(), matches(PROPOSED) | held("nova ltd"))
    assert decision == Exclude("no_counterpart", (PROPOSED,))


def test_a_person_may_have_it_created_all_the_same():
    pair = msgspec.structs.replace(NEEDED, choices={"create_customer": "yes"})
    assert isinstance(
        decide(RULES, pair, world(auto_create_customers=False), matches(CERTAIN) | held("nova ltd")), Create
    )


def test_a_name_that_a_vendor_has_is_foreseen():
    vendor = Holder("vendor", "9", "Nova Ltd")
    decision = decide(RULES, NEEDED, world(), matches() | held("nova ltd", vendor))
    assert isinstance(decision, Fail)
    assert decision.cause == "duplicate_display_name"
    assert decision.evidence["holder_list"] == "vendor"


def test_a_name_that_another_of_the_batch_will_take_is_taken():
    planned = Holder("planned", "", "nova ltd")
    decision = decide(RULES, NEEDED, world(), matches() | held("nova ltd", planned))
    assert isinstance(decision, Fail)
    assert decision.evidence["holder_list"] == "planned"


def test_a_new_name_by_pattern_keeps_clear_of_colons_and_empty_brackets():
    pair = msgspec.structs.replace(NEEDED, choices={"rename_by_pattern": "{company}: {first} ({email})"})
    decision = decide(RULES, pair, world(), matches() | held("nova ltd ana (ana@nova.example)"))
    assert isinstance(decision, Create)
    assert decision.record.name == "Nova Ltd Ana (ana@nova.example)"


def linked(crm: Customer, books: Customer, base: Customer | None = None, **choices: str) -> Pair:
    own = base or ANA
    there = msgspec.structs.replace(own, id="5", name="Nova Ltd")
    return Pair(Kind.CUSTOMER, crm, books, Bond(own, there), choices)


def books_of(**changed: object) -> Customer:
    return msgspec.structs.replace(ANA, id="5", name="Nova Ltd", **changed)


def test_a_phone_flows():
    crm = msgspec.structs.replace(ANA, phone="+1 650 253 0000")
    assert decide(RULES, linked(crm, books_of()), world(), {}) == Update(
        (Change(Side.BOOKS, books_of(phone="+1 650 253 0000"), ("phone",)),)
    )


def test_another_writing_of_a_phone_is_no_change():
    base = msgspec.structs.replace(ANA, phone="+16502530000")
    crm = msgspec.structs.replace(ANA, phone="+1 (650) 253-0000")
    assert decide(RULES, linked(crm, books_of(phone="+16502530000"), base), world(), {}) == Nothing()


def test_a_changed_mail_address_asks():
    crm = msgspec.structs.replace(ANA, email="billing@nova.example")
    decision = decide(RULES, linked(crm, books_of()), world(), {})
    assert isinstance(decision, Hold)
    assert [d.field for d in decision.differences] == ["email"]


def test_phones_changed_on_both_sides_follow_the_rule():
    crm, books = msgspec.structs.replace(ANA, phone="1"), books_of(phone="2")
    assert isinstance(decide(RULES, linked(crm, books), world(), {}), Hold)
    won = decide(RULES, linked(crm, books), world(phone_rule=Rule.QUICKBOOKS), {})
    assert [c.side for c in won.changes] == [Side.CRM]
    assert [d.after for d in won.lost] == ["1"]


def test_balance_currency_and_display_name_of_quickbooks_are_not_compared():
    books = books_of(balance=Decimal(100), currency="USD", billing=Address())
    assert decide(RULES, linked(ANA, msgspec.structs.replace(books, name="Renamed")), world(), {}) == Nothing()


@pytest.mark.parametrize(
    ("ours", "theirs", "against"),
    [("France", "US", ("country",)), ("United Kingdom", "UK", ()), ("", "US", ()), ("Somewhere", "US", ())],
)
def test_another_country_in_the_billing_address_counts_against_a_match(ours, theirs, against):
    crm = msgspec.structs.replace(ANA, billing=Address("1 Main St", country=ours))
    books = msgspec.structs.replace(BOOKED, billing=Address("1 Main Street", country=theirs))
    candidate = weighed(crm, books)
    assert candidate.against == against
    assert (only_certain((candidate,)) is None) == bool(against)


# Customers of QuickBooks', made in HubSpot where one of their invoices is shown.

BILLED = Customer("5", "Nova Ltd", "Nova Ltd", "Ana", "Ruiz", "ana@nova.example", parent="4", balance=Decimal(7))
FROM_BOOKS = MatchesOf(Kind.CUSTOMER, Side.BOOKS, "5")
NONE = Matches()


def from_books(found: Matches = NONE, around: World | None = None, *, needed: bool = True, **choices: str):
    pair = Pair(Kind.CUSTOMER, None, BILLED, choices=choices, needed=needed)
    return decide(RULES, pair, around or world(), {FROM_BOOKS: found})


def test_a_customer_of_quickbooks_is_made_in_hubspot_where_one_of_its_invoices_needs_it():
    decision = from_books()
    assert isinstance(decision, Create)
    assert decision.side is Side.CRM
    assert decision.record == msgspec.structs.replace(BILLED, id="", parent="", balance=None)
    assert from_books(needed=False) == Exclude("not_needed")


def test_before_the_review_it_waits():
    assert from_books(around=world(reviewed=False)) == Wait(Kind.CUSTOMER, "5", "review", side=Side.BOOKS)


def test_what_is_near_it_in_hubspot_is_for_a_person():
    near = (Candidate("company:4", "Nova Inc", ("name",)),)
    assert from_books(Matches(near)) == Exclude("no_counterpart", near)
    assert isinstance(from_books(Matches(near), create_customer="yes"), Create)


def test_nobody_is_made_in_hubspot_where_that_is_off():
    assert from_books(around=world(auto_create_customers=False)) == Exclude("no_counterpart")


OURS = Customer("company:9", "Nova Ltd", "Nova Ltd", parts=("company:9",), marker="of ours")


def test_a_company_of_our_making_gets_its_person_next():
    decision = decide(RULES, Pair(Kind.CUSTOMER, OURS, BILLED, Bond(OURS, BILLED)), world(), {})
    (change,) = decision.changes
    assert (change.side, change.fields) == (Side.CRM, ("first", "last", "email"))
    assert (change.record.first, change.record.email) == ("Ana", "ana@nova.example")


def test_a_person_that_somebody_took_away_is_not_made_again():
    whole = msgspec.structs.replace(OURS, first="Ana", last="Ruiz", email="ana@nova.example")
    decision = decide(RULES, Pair(Kind.CUSTOMER, OURS, BILLED, Bond(whole, BILLED)), world(), {})
    assert not isinstance(decision, Update)


@pytest.mark.parametrize(
    "crm", [msgspec.structs.replace(OURS, marker=""), msgspec.structs.replace(OURS, parts=("company:9", "contact:1"))]
)
def test_a_company_of_the_sellers_or_with_a_person_gets_none(crm: Customer):
    decision = decide(RULES, Pair(Kind.CUSTOMER, crm, BILLED, Bond(crm, BILLED)), world(), {})
    assert decision == Nothing()


# Whole lists, where an operator opts in.


@pytest.mark.parametrize(("copied", "made"), [("to_quickbooks", True), ("both", True), ("to_hubspot", False)])
def test_with_the_whole_list_a_customer_is_made_in_quickbooks_though_nobody_needs_it(copied, made):
    pair, around = Pair(Kind.CUSTOMER, ANA, None), world(copy_customers=copied, auto_create_customers=False)
    decision = decide(RULES, pair, around, matches() | held("nova ltd"))
    assert isinstance(decision, Create) if made else decision == Exclude("not_needed")


@pytest.mark.parametrize(("copied", "made"), [("to_hubspot", True), ("both", True), ("to_quickbooks", False)])
def test_with_the_whole_list_a_customer_of_quickbooks_is_made_in_hubspot(copied, made):
    decision = from_books(around=world(copy_customers=copied), needed=False)
    assert isinstance(decision, Create) if made else decision == Exclude("not_needed")


def test_the_whole_list_waits_for_the_review_links_what_is_certain_and_asks_where_something_is_near():
    pair, both = Pair(Kind.CUSTOMER, ANA, None), {"copy_customers": "both"}
    answers = matches() | held("nova ltd")
    assert decide(RULES, pair, world(reviewed=False, **both), answers) == Wait(Kind.CUSTOMER, ANA.id, "review")
    assert decide(RULES, pair, world(**both), matches(CERTAIN) | held("nova ltd")) == Link("5", "email")
    assert decide(RULES, pair, world(**both), matches(PROPOSED)) == Exclude("no_counterpart", (PROPOSED,))


def test_the_inactive_and_the_people_of_a_company_are_of_no_list():
    both = world(copy_customers="both")
    member = msgspec.structs.replace(ANA, id="contact:2", member_of="company:1")
    assert decide(RULES, Pair(Kind.CUSTOMER, member, None), both, {}) == Exclude("part_of_company")
    gone = msgspec.structs.replace(BILLED, active=False)
    assert decide(RULES, Pair(Kind.CUSTOMER, None, gone), both, {FROM_BOOKS: NONE}) == Exclude("not_needed")

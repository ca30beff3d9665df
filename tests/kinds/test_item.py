"""Items: SKUs keep their case, names find their item, nothing flows after creation."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from tests.kinds import worlds

from tieout.core.decide import Bond, Create, Exclude, Fail, Link, Nothing, Pair, Wait, World, decide
from tieout.core.facts import BooksFacts, CrmFacts, Facts, Named
from tieout.core.match import Candidate
from tieout.core.questions import Holder, HolderOf, Holders, Matches, MatchesOf
from tieout.core.records import Key, Kind, Side
from tieout.core.settings import Settings
from tieout.kinds.item import Item, ItemRules

RULES = ItemRules()
FACTS = Facts(
    CrmFacts("1", "USD", "America/New_York"),
    BooksFacts("1", "Nova", "US", "USD", income_accounts=(Named("79", "Services"),)),
)
LAMP = Item("1", name="Lamp", sku="85049G", price=Decimal("9.50"))
NEEDED = Pair(Kind.ITEM, LAMP, None, needed=True)
QUESTION = MatchesOf(Kind.ITEM, Side.CRM, "1")


def world(*, reviewed: bool = True, **settings: object) -> World:
    return World(Settings(income_account="79", **settings), FACTS, reviewed)


def free(*names: str) -> dict:
    return {QUESTION: Matches()} | {HolderOf(Key("item_name", name)): Holders() for name in names}


def test_case_tells_two_articles_apart():
    one, other = Item("1", sku="85049G"), Item("2", sku="85049g")
    assert not set(RULES.keys(Side.CRM, one)) & set(RULES.keys(Side.CRM, other))
    assert RULES.compare(one, other, {}).against == ("sku",)


@given(worlds.items, worlds.items)
def test_certain_by_a_unique_sku_or_by_a_unique_name_where_one_has_none(crm, books):
    candidate = RULES.compare(crm, books, {"sku": True, "name": True})
    assert candidate.certain == (not (crm.sku and books.sku and crm.sku != books.sku))
    by_name = RULES.compare(crm, books, {"name": True})
    assert by_name.certain == (not (crm.sku and books.sku))
    assert not RULES.compare(crm, books, {"sku": False, "name": False}).certain


@given(worlds.items)
def test_the_inactive_and_categories_match_nothing_but_hold_their_name(item):
    keys = {k.name for k in RULES.keys(Side.BOOKS, item)}
    assert "item_name" in keys
    if not item.active or item.type == "Category":
        assert keys == {"item_name"}


def test_a_certain_item_is_linked():
    found = {QUESTION: Matches((Candidate("7", "Lamp", ("sku",), ("sku",)),))}
    assert decide(RULES, Pair(Kind.ITEM, LAMP, None), world(), found) == Link("7", "sku")


def test_the_same_name_under_another_sku_is_no_candidate():
    found = free("lamp", "lamp (85049g)") | {QUESTION: Matches((Candidate("7", "Lamp", ("name",), (), ("sku",)),))}
    assert isinstance(decide(RULES, NEEDED, world(), found), Create)


def test_what_could_be_one_of_several_asks():
    found = free("lamp", "lamp (85049g)") | {QUESTION: Matches((Candidate("7", "Lamp"), Candidate("8", "Lamp")))}
    decision = decide(RULES, NEEDED, world(), found)
    assert isinstance(decision, Fail)
    assert decision.cause == "ambiguous_match"


def test_an_item_that_only_a_line_names_is_created_from_it():
    pair = Pair(Kind.ITEM, Item("name:lamp", name="Lamp"), None, needed=True)
    found = {MatchesOf(Kind.ITEM, Side.CRM, "name:lamp"): Matches(), HolderOf(Key("item_name", "lamp")): Holders()}
    decision = decide(RULES, pair, world(), found)
    assert decision == Create(
        Side.BOOKS, Item("", name="Lamp", text="Lamp", type="Service", account="79"), (Key("item_name", "lamp"),)
    )


def test_where_the_name_is_taken_the_sku_makes_another():
    taken = free("lamp (85049g)") | {HolderOf(Key("item_name", "lamp")): Holders((Holder("item", "9", "Lamp"),))}
    decision = decide(RULES, NEEDED, world(), taken)
    assert isinstance(decision, Create)
    assert decision.record.name == "Lamp (85049G)"


def test_a_name_has_no_colon_and_at_most_a_hundred_characters():
    colon = msgspec.structs.replace(NEEDED, crm=msgspec.structs.replace(LAMP, name="A:B", sku=""))
    assert decide(RULES, colon, world(), free("a b")).record.name == "A B"
    long = msgspec.structs.replace(NEEDED, crm=msgspec.structs.replace(LAMP, name="x" * 101, sku=""))
    assert decide(RULES, long, world(), free("x" * 101)).cause == "text_too_long"


@pytest.mark.parametrize(
    ("settings", "decision"),
    [
        ({"auto_create_items": False}, Exclude("no_counterpart")),
        ({"reviewed": False}, Wait(Kind.ITEM, "1", "review")),
    ],
)
def test_nothing_is_created_against_a_setting_or_before_the_review(settings, decision):
    assert decide(RULES, NEEDED, world(**settings), free("lamp", "lamp (85049g)")) == decision


def test_an_income_account_that_quickbooks_no_longer_offers_fails_beforehand():
    gone = World(Settings(income_account="80"), FACTS, reviewed=True)
    assert decide(RULES, NEEDED, gone, free("lamp", "lamp (85049g)")) == Fail(
        "income_account_unusable", {"name": "Lamp"}
    )


def test_without_an_income_account_creation_fails_beforehand():
    bare = World(Settings(), FACTS, reviewed=True)
    assert decide(RULES, NEEDED, bare, free("lamp", "lamp (85049g)")) == Fail(
        "income_account_missing", {"name": "Lamp"}
    )


@given(worlds.items, worlds.items, worlds.items, worlds.items, worlds.worlds)
def test_nothing_flows_after_creation(crm, books, crm_base, books_base, around):
    assert decide(RULES, Pair(Kind.ITEM, crm, books, Bond(crm_base, books_base)), around, {}) == Nothing()


def test_a_description_that_was_shortened_is_warned_of():
    crm = msgspec.structs.replace(LAMP, text="A lamp. " * 600)
    books = msgspec.structs.replace(crm, id="8", text=crm.text[:3999] + "…")
    (warning,) = decide(RULES, Pair(Kind.ITEM, crm, books, Bond(crm, books)), world(), {}).warnings
    assert (warning.cause, warning.evidence["fields"]) == ("text_shortened", "text")


# Whole lists, where an operator opts in.

DESK = Item("7", name="Desk", sku="D1", text="Oak", price=Decimal("99.00"), type="Service", account="79")
FROM_BOOKS = MatchesOf(Kind.ITEM, Side.BOOKS, "7")


def from_books(item: Item = DESK, found: Matches | None = None, *, around: World | None = None):
    pair = Pair(Kind.ITEM, None, item)
    return decide(RULES, pair, around or world(copy_items="both"), {FROM_BOOKS: found or Matches()})


def test_an_item_of_quickbooks_becomes_a_product_with_the_whole_list_only():
    product = Item("", name="Desk", sku="D1", text="Oak", price=Decimal("99.00"))
    assert from_books() == Create(Side.CRM, product)
    for copied in ("needed", "to_quickbooks"):
        assert from_books(around=world(copy_items=copied)) == Exclude("not_needed")


def test_a_price_in_another_currency_than_hubspots_is_left_out():
    facts = msgspec.structs.replace(FACTS, crm=msgspec.structs.replace(FACTS.crm, currency="GBP"))
    decision = from_books(around=World(Settings(copy_items="to_hubspot"), facts, reviewed=True))
    assert isinstance(decision, Create)
    assert decision.record.price is None


@pytest.mark.parametrize("change", [{"active": False}, {"type": "Category"}, {"type": "Group"}])
def test_headings_bundles_and_the_inactive_become_no_products(change):
    assert from_books(msgspec.structs.replace(DESK, **change)) == Exclude("not_needed")


def test_a_product_that_could_be_it_is_for_a_person():
    near = Candidate("1", "Desk", ("name",))
    assert from_books(found=Matches((near,))) == Exclude("no_counterpart", (near,))
    other = Candidate("1", "Desk", ("name",), (), ("sku",))
    assert isinstance(from_books(found=Matches((other,))), Create)


def test_a_product_is_made_in_quickbooks_with_the_whole_list_and_a_mere_name_on_a_line_is_not():
    answers, around = free("lamp", "lamp (85049g)"), world(copy_items="to_quickbooks", auto_create_items=False)
    assert isinstance(decide(RULES, Pair(Kind.ITEM, LAMP, None), around, answers), Create)
    named = Item("name:lamp", name="Lamp")
    asked = {MatchesOf(Kind.ITEM, Side.CRM, "name:lamp"): Matches()}
    assert decide(RULES, Pair(Kind.ITEM, named, None), around, asked) == Exclude("not_needed")


def test_what_nobody_needs_does_not_fail_where_it_is_ambiguous():
    near = (Candidate("7", "Lamp"), Candidate("8", "Lamp"))
    around = world(copy_items="both")
    decision = decide(RULES, Pair(Kind.ITEM, LAMP, None), around, {QUESTION: Matches(near)})
    assert decision == Exclude("no_counterpart", near)

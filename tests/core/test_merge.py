"""Three-way merge against two bases: the laws that hold for every field, then each situation by name."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.fields import Direction, Field, Rule
from tieout.core.merge import Difference, Merge, Sides, merge
from tieout.core.records import Side
from tieout.core.text import folded


class Card(msgspec.Struct, frozen=True):
    """A record with one field for each direction."""

    both: str = ""
    to_books: str = ""
    to_crm: str = ""
    ask: str = ""
    creation: str = ""
    off: str = ""


def field(name: str, direction: Direction) -> Field[Card]:
    return Field(name, direction, lambda card: getattr(card, name), lambda value: folded(str(value)))


FIELDS = tuple(field(direction.value, direction) for direction in Direction)
FLOWING = ("both", "to_books", "to_crm", "ask")
MIRRORED = {
    "both": "both",
    "to_books": "to_crm",
    "to_crm": "to_books",
    "ask": "ask",
    "creation": "creation",
    "off": "off",
}
OTHER_RULE = {Rule.ASK: Rule.ASK, Rule.HUBSPOT: Rule.QUICKBOOKS, Rule.QUICKBOOKS: Rule.HUBSPOT}

values = st.sampled_from(("", "a", "A ", "b", "c"))
cards = st.builds(Card, **dict.fromkeys(MIRRORED, values))
sides = st.builds(Sides, crm=cards, books=cards, crm_base=cards, books_base=cards)
rules = st.dictionaries(st.sampled_from(FLOWING), st.sampled_from(Rule))


def take(base: Card, now: Card, names: tuple[str, ...]) -> Card:
    return msgspec.structs.replace(base, **{n: getattr(now, n) for n in names})


def applied(pair: Sides[Card], merged: Merge) -> Sides[Card]:
    """The pair after the merge was carried out: written values stand, and the bases of what was settled move."""
    crm = take(pair.crm, pair.books, merged.to_crm)
    books = take(pair.books, pair.crm, merged.to_books)
    settled = merged.to_crm + merged.to_books + merged.moved
    return Sides(crm, books, take(pair.crm_base, crm, settled), take(pair.books_base, books, settled))


def mirrored(card: Card) -> Card:
    return Card(**{MIRRORED[name]: getattr(card, name) for name in MIRRORED})


def swapped(names: tuple[str, ...]) -> set[str]:
    return {MIRRORED[name] for name in names}


@given(sides, rules)
def test_every_field_gets_at_most_one_outcome(pair, rules):
    merged = merge(FIELDS, pair, rules)
    outcomes = [*merged.to_crm, *merged.to_books, *merged.moved, *(d.field for d in merged.undecided)]
    assert len(outcomes) == len(set(outcomes))
    assert {d.field for d in merged.lost} <= {*merged.to_crm, *merged.to_books}


@given(sides, rules)
def test_a_field_has_an_outcome_exactly_when_a_side_changed_it(pair, rules):
    merged = merge(FIELDS, pair, rules)
    outcomes = {*merged.to_crm, *merged.to_books, *merged.moved, *(d.field for d in merged.undecided)}
    changed = {
        name
        for name in FLOWING
        if folded(getattr(pair.crm, name)) != folded(getattr(pair.crm_base, name))
        or folded(getattr(pair.books, name)) != folded(getattr(pair.books_base, name))
    }
    assert outcomes == changed


@given(sides, rules)
def test_swapping_the_sides_swaps_the_outcome(pair, rules):
    merged = merge(FIELDS, pair, rules)
    turned = Sides(mirrored(pair.books), mirrored(pair.crm), mirrored(pair.books_base), mirrored(pair.crm_base))
    other = merge(FIELDS, turned, {MIRRORED[name]: OTHER_RULE[rule] for name, rule in rules.items()})
    assert swapped(merged.to_crm) == set(other.to_books)
    assert swapped(merged.to_books) == set(other.to_crm)
    assert swapped(merged.moved) == set(other.moved)
    assert swapped(tuple(d.field for d in merged.undecided)) == {d.field for d in other.undecided}
    assert {(MIRRORED[d.field], d.before, d.after) for d in merged.lost} == {
        (d.field, d.before, d.after) for d in other.lost
    }


@given(sides, rules)
def test_once_applied_nothing_but_what_was_asked_is_left(pair, rules):
    merged = merge(FIELDS, pair, rules)
    again = merge(FIELDS, applied(pair, merged), rules)
    assert again == Merge(undecided=merged.undecided)


@given(sides, rules)
def test_a_blank_is_never_written_by_itself(pair, rules):
    merged = merge(FIELDS, pair, rules)
    assert all(folded(getattr(pair.books, name)) for name in merged.to_crm)
    assert all(folded(getattr(pair.crm, name)) for name in merged.to_books)


@given(sides, rules)
def test_nothing_is_written_against_a_direction(pair, rules):
    merged = merge(FIELDS, pair, rules)
    assert set(merged.to_crm) <= {"both", "to_crm"}
    assert set(merged.to_books) <= {"both", "to_books"}
    assert {d.field for d in merged.undecided} <= {"both", "ask"}


@given(sides, rules)
def test_what_a_rule_overrules_is_kept_as_the_loser(pair, rules):
    merged = merge(FIELDS, pair, rules)
    for lost in merged.lost:
        losing = pair.crm if lost.side is Side.CRM else pair.books
        assert lost.after == getattr(losing, lost.field)
        assert (lost.field in merged.to_crm) == (lost.side is Side.CRM)


@given(cards, cards, rules)
def test_records_that_differ_since_they_were_linked_are_left_alone(crm, books, rules):
    assert merge(FIELDS, Sides(crm, books, crm, books), rules) == Merge()


def one(crm: str, books: str, base: str = "a", *, name: str = "both", rule: Rule = Rule.ASK) -> Merge:
    """Merge one field; every side's base had `base`."""
    card = [Card(**{name: value}) for value in (crm, books, base, base)]
    return merge(FIELDS, Sides(*card), {name: rule})


def test_changed_on_neither_side():
    assert one("a", "a") == Merge()


def test_changed_in_hubspot_goes_to_quickbooks():
    assert one("b", "a") == Merge(to_books=("both",))


def test_changed_in_quickbooks_goes_to_hubspot():
    assert one("a", "b") == Merge(to_crm=("both",))


def test_changed_alike_on_both_sides_moves_the_bases():
    assert one("b", " B") == Merge(moved=("both",))


def test_changed_apart_without_a_rule_is_a_persons_to_decide():
    assert one("b", "c") == Merge(undecided=(Difference("both", "b", "c"),))


def test_changed_apart_and_hubspot_wins():
    assert one("b", "c", rule=Rule.HUBSPOT) == Merge(
        to_books=("both",), lost=(Difference("both", "a", "c", Side.BOOKS),)
    )


def test_changed_apart_and_quickbooks_wins():
    assert one("b", "c", rule=Rule.QUICKBOOKS) == Merge(
        to_crm=("both",), lost=(Difference("both", "a", "b", Side.CRM),)
    )


def test_blanked_on_one_side_is_kept_on_the_other():
    assert one("", "a") == Merge(moved=("both",))
    assert one("a", "") == Merge(moved=("both",))


def test_blanked_on_one_side_and_changed_on_the_other_takes_the_change():
    assert one("", "b") == Merge(to_crm=("both",))
    assert one("b", "") == Merge(to_books=("both",))


def test_blanked_on_both_sides_is_agreement():
    assert one("", "") == Merge(moved=("both",))


@pytest.mark.parametrize("rule", list(Rule))
def test_a_field_that_asks_asks_whatever_the_rule(rule):
    assert one("b", "a", name="ask", rule=rule) == Merge(undecided=(Difference("ask", "a", "b", Side.CRM),))
    assert one("b", "c", name="ask", rule=rule) == Merge(undecided=(Difference("ask", "b", "c"),))


def test_a_field_that_asks_shows_both_values_where_one_of_them_is_blank():
    assert one("b", "", name="ask").undecided == (Difference("ask", "b", ""),)


@pytest.mark.parametrize("name", ["creation", "off"])
def test_what_is_set_at_creation_only_never_flows(name):
    assert one("b", "c", name=name) == Merge()


@pytest.mark.parametrize("rule", list(Rule))
def test_the_source_of_a_one_way_field_wins_whatever_the_rule(rule):
    assert one("b", "c", name="to_books", rule=rule).to_books == ("to_books",)
    assert one("b", "c", name="to_crm", rule=rule).to_crm == ("to_crm",)


def test_a_change_against_a_one_way_field_only_moves_its_base():
    assert one("a", "b", name="to_books") == Merge(moved=("to_books",))
    assert one("b", "a", name="to_crm") == Merge(moved=("to_crm",))


LONG, HELD = "thanks for your trust", "thanks for…"


@pytest.mark.parametrize("rule", Rule)
def test_a_text_of_which_quickbooks_holds_the_beginning_never_comes_back_by_itself(rule):
    sides = Sides(Card(both=LONG), Card(both=HELD), Card(both=LONG), Card(both=HELD))
    assert merge(FIELDS, sides, {"both": rule}) == Merge()


@pytest.mark.parametrize("rule", Rule)
def test_what_becomes_of_it_in_quickbooks_asks_before_the_whole_text_is_lost(rule):
    sides = Sides(Card(both=LONG), Card(both="thank you"), Card(both=LONG), Card(both=HELD))
    assert merge(FIELDS, sides, {"both": rule}) == Merge(undecided=(Difference("both", HELD, "thank you", Side.BOOKS),))


def test_the_whole_text_is_not_lost_to_a_rule_either():
    sides = Sides(Card(both=LONG + "!"), Card(both="thank you"), Card(both=LONG), Card(both=HELD))
    assert merge(FIELDS, sides, {"both": Rule.QUICKBOOKS}).undecided


def test_a_longer_text_in_hubspot_flows_as_ever():
    sides = Sides(Card(both=LONG + "!"), Card(both=HELD), Card(both=LONG), Card(both=HELD))
    assert merge(FIELDS, sides, {}) == Merge(to_books=("both",))

"""Candidates: what makes one certain, and how they are ranked."""

from hypothesis import given
from hypothesis import strategies as st

from tieout.core.match import Candidate, likeness, only_certain, ranked

names = st.lists(st.sampled_from(("tax", "email", "sku", "name", "domain")), unique=True, max_size=3).map(tuple)
candidates = st.builds(
    Candidate, id=st.text("0123456789", min_size=1, max_size=3), label=st.just(""), shared=names, identifying=names,
    against=st.sampled_from(((), ("currency",), ("legal_form", "email_domain"))), likeness=st.integers(0, 100),
)  # fmt: skip


@given(candidates)
def test_certain_is_what_identifies_and_nothing_contradicts(candidate):
    assert candidate.certain == (bool(candidate.identifying) and not candidate.against)


@given(candidates, st.integers(0, 100))
def test_likeness_never_makes_a_candidate_certain(candidate, other):
    without = Candidate(candidate.id, "", candidate.shared, (), candidate.against, other)
    assert not without.certain


@given(st.lists(candidates, max_size=6))
def test_two_certain_ones_are_none(found):
    certain = [c for c in found if c.certain]
    assert only_certain(found) == (certain[0] if len(certain) == 1 else None)


@given(st.lists(candidates, max_size=6, unique_by=lambda c: c.id), st.randoms())
def test_the_order_in_which_they_were_found_does_not_matter(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert ranked(shuffled) == ranked(found)


@given(st.lists(candidates, max_size=6))
def test_certain_ones_come_first(found):
    flags = [c.certain for c in ranked(found)]
    assert flags == sorted(flags, reverse=True)


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_the_same_both_ways_and_within_a_hundred(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 100


def test_the_legal_form_and_the_order_of_words_do_not_make_names_unlike():
    assert likeness("Nova Ltd", "NOVA, Inc.") == 100
    assert likeness("Ana Ruiz", "Ruiz Ana") == 100

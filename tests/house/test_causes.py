"""Every cause of the catalogue is provoked by a test, foreseen by one where it can be, and on the page of causes."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.causes.catalogue import PAGE, ROOMS, Shown, marks, page, shown

from tieout.core.causes import CAUSES

HOW = "Mark the test that provokes it with @pytest.mark.cause; tests/causes/catalogue.py says how."


@pytest.fixture(scope="module")
def found(root: Path) -> list[Shown]:
    """All marks of the tests."""
    return shown(root)


@pytest.fixture(scope="module")
def foreseen(found: list[Shown]) -> Mapping[str, bool]:
    """The causes that are provoked, and whether one of their tests says what foresees them."""
    return {one.cause: any(each.foreseen for each in found if each.cause == one.cause) for one in found}


def test_every_cause_is_provoked(foreseen: Mapping[str, bool]):
    assert sorted(CAUSES.keys() - foreseen.keys()) == [], HOW


def test_every_cause_that_can_be_foreseen_is(foreseen: Mapping[str, bool]):
    wanting = [code for code, cause in CAUSES.items() if cause.foreseen != "no" and not foreseen.get(code)]
    assert wanting == [], f"{HOW} Give foreseen=, or say in the catalogue that it cannot be foreseen."


def test_no_cause_is_foreseen_that_the_catalogue_says_cannot_be(foreseen: Mapping[str, bool]):
    assert [code for code, is_foreseen in foreseen.items() if is_foreseen and CAUSES[code].foreseen == "no"] == []


def test_only_causes_of_the_catalogue_are_marked(found: list[Shown]):
    assert [one for one in found if one.cause not in CAUSES] == []


def test_causes_are_provoked_where_a_sandbox_answers(found: list[Shown]):
    assert [one.path for one in found if one.path.split("/")[1] not in ROOMS] == []


def test_a_mark_is_on_a_test_or_on_a_row_with_a_name(found: list[Shown]):
    assert [one for one in found if not one.name] == []


def test_the_page_of_causes_is_what_is_generated(root: Path, found: list[Shown]):
    assert (root / PAGE).read_text() == page(found), "Write it anew: make causes"


def test_marks_are_read_from_tests_and_from_rows():
    source = """
@pytest.mark.cause("a", foreseen="the list")
@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.cause("b"), id="one day")])
def test_it_is_taken(x): ...
TABLE = [pytest.param(2, marks=[pytest.mark.cause("c"), pytest.mark.cause("d")], id="two")]
"""
    read = [(one.cause, one.how, one.foreseen) for one in marks(source, "tests/causes/test_x.py")]
    assert read == [
        ("b", "one day", ""),
        ("a", "it is taken", "the list"),
        ("c", "two", ""),
        ("d", "two", ""),
    ]

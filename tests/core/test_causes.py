"""The catalogue: every cause can be told, and every fix can be offered."""

from string import Formatter

import pytest

from tieout.core.causes import CAUSES, REASONS
from tieout.core.fixes import FIXES
from tieout.kinds.annotation import fill

ARTICLE = {
    "no_customer": {"link_customer", "create_customer", "choose_contact", "exclude"},
    "duplicate_display_name": {"use_existing_customer", "rename_by_pattern", "reactivate"},
    "service_date_required": {"set_service_date"},
    "charge_edited_in_books": {"put_back", "leave_both", "stop_syncing"},
    "duplicate_number": {"use_existing", "number_by_pattern", "let_quickbooks_number"},
}


def placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


@pytest.mark.parametrize("cause", CAUSES.values(), ids=list(CAUSES))
def test_a_cause_says_what_it_is_why_and_what_to_do(cause):
    assert cause.title
    assert not cause.title.endswith(".")
    assert cause.explanation.endswith((".", "{text}"))
    assert cause.remedy.endswith(".")


def test_no_two_causes_have_one_title():
    assert len({cause.title for cause in CAUSES.values()}) == len(CAUSES)


@pytest.mark.parametrize("cause", CAUSES.values(), ids=list(CAUSES))
def test_placeholders_are_balanced_names_and_only_the_explanation_has_them(cause):
    assert all(name.isidentifier() for name in placeholders(cause.explanation))
    assert placeholders(cause.title) == []
    assert placeholders(cause.remedy) == []


@pytest.mark.parametrize("cause", CAUSES.values(), ids=list(CAUSES))
def test_a_value_that_is_missing_shows_as_an_ellipsis(cause):
    told = fill(cause.explanation, {})
    assert told.count("…") == len(placeholders(cause.explanation))
    assert "{" not in told


def test_a_value_with_braces_is_told_as_it_stands():
    assert fill("It waits for {name}.", {"name": "{name}"}) == "It waits for {name}."


@pytest.mark.parametrize("cause", CAUSES.values(), ids=list(CAUSES))
def test_the_fixes_of_a_cause_exist_and_none_stands_twice(cause):
    assert set(cause.fixes) <= FIXES.keys()
    assert len(set(cause.fixes)) == len(cause.fixes)


def test_each_fix_is_offered_somewhere():
    assert {fix for cause in CAUSES.values() for fix in cause.fixes} == FIXES.keys()


def test_what_a_person_must_settle_offers_something_to_do():
    assert [c.code for c in CAUSES.values() if c.klass == "person" and not c.fixes] == []


def test_what_goes_on_by_itself_or_by_signing_in_offers_no_fix():
    assert [c.code for c in CAUSES.values() if c.klass in ("transient", "connection") and c.fixes] == []


@pytest.mark.parametrize(("code", "fixes"), ARTICLE.items())
def test_the_failures_of_the_article_have_the_fixes_it_names(code, fixes):
    assert fixes <= set(CAUSES[code].fixes)
    assert CAUSES[code].klass == "person"


def test_the_failures_of_the_article_are_foreseen_the_service_date_from_the_second_time_on():
    assert {code: CAUSES[code].foreseen for code in ARTICLE} == dict.fromkeys(ARTICLE, "yes") | {
        "service_date_required": "second"
    }


def test_no_code_means_a_cause_and_a_reason():
    assert not CAUSES.keys() & REASONS.keys()


@pytest.mark.parametrize("fix", FIXES.values(), ids=list(FIXES))
def test_a_fix_says_what_it_does_and_what_it_needs(fix):
    assert fix.title
    assert all(key.isidentifier() and title for key, title in fix.needs)

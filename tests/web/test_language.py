"""Both languages say everything, and say it with the same values."""

import re
from decimal import Decimal

import pytest
from tests.web import messages

from tieout.actions.language import ENGLISH, catalog, preferred, words
from tieout.core.causes import CAUSES

SPANISH = catalog("es")
OURS = {m for m in messages.every() if isinstance(m, str)} - {"en"}
PAIRS = {m for m in messages.every() if not isinstance(m, str)}


def test_no_message_lacks_spanish():
    assert SPANISH is not None
    assert {m for m in OURS if not getattr(SPANISH.get(m), "string", "")} == set()
    assert {m for m in PAIRS if not all(getattr(SPANISH.get(m), "string", None) or [""])} == set()


def test_no_complaint_is_put_together_in_english():
    assert messages.filled_in() == []


def test_no_spanish_is_left_over():
    known = OURS | {one for one, _ in PAIRS}
    assert {m.id for m in SPANISH if m.id and (m.id if isinstance(m.id, str) else m.id[0]) not in known} == set()


def test_translations_take_the_same_values():
    for message in SPANISH:
        ids, strings = ([m] if isinstance(m, str) else list(m) for m in (message.id, message.string))
        for text in strings:
            assert messages.placeholders(text) == messages.placeholders(ids[-1]), message.id


def test_pages_call_things_as_people_do():
    inside = re.compile(r"\b(pass|lens|crm|base)\b", re.IGNORECASE)
    spoken = OURS | {m.string for m in SPANISH if isinstance(m.string, str)}
    assert {text for text in spoken if inside.search(text)} == set()


def test_the_glossary_holds():
    for english, spanish in (("credit memo", "nota de crédito"), ("invoice", "factura"), ("Tie-out", "Conciliación")):
        assert words("es")(english) == spanish


@pytest.mark.parametrize(
    ("language", "country", "term"),
    [
        ("en", "US", "credit memo"),
        ("en", "CA", "credit memo"),
        ("en", "GB", "credit note"),
        ("es", "US", "nota de crédito"),
        ("es", "ES", "factura rectificativa"),
    ],
)
def test_a_country_has_its_own_term(language: str, country: str, term: str):
    local = words(language).of(country)
    assert local("credit memo") == term
    assert f" {term} " in local(CAUSES["negative_total"].remedy)


def test_a_sentence_without_its_evidence_says_so_rather_than_break():
    for cause in CAUSES.values():
        assert "{" not in ENGLISH.explain(cause.explanation, {})


def test_evidence_is_said_in_the_readers_language():
    sentence = CAUSES["duplicate_number"].explanation
    evidence = {"holder_list": "credit_memo", "holder_name": "INV-7", "number": "INV-7"}
    assert (
        words("es").explain(sentence, evidence)
        == "QuickBooks ya usa el número INV-7 en otro documento: nota de crédito."
    )
    assert (
        words("es").explain(CAUSES["total_mismatch"].explanation, {"sum": "1.50", "total": "2.50"}, "USD").count("US$")
        == 2
    )


def test_a_value_is_never_taken_for_a_pattern():
    assert ENGLISH.explain("QuickBooks refused it: {text}", {"text": "{0.__class__} {x}"}).endswith("{0.__class__} {x}")


def test_fields_of_lines_have_names():
    assert ENGLISH.field("lines[2].quantity") == "Line 2, Quantity"
    assert words("es").field("lines[+]") == "Línea nueva"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [(["es-MX", "en"], "es"), (["de", "es"], "es"), (["de"], "en"), ([], "en"), (["x" * 90, "*"], "en")],
)
def test_the_first_language_we_speak_is_taken(accepted: list[str], language: str):
    assert preferred(accepted) == language


def test_money_keeps_every_cent():
    assert ENGLISH.money(Decimal("12345678901234567.89"), "USD") == "$12,345,678,901,234,567.89"
    assert words("es").money(Decimal("1480.50"), "EUR") == "1.480,50\xa0€"
    assert ENGLISH.money(Decimal(1500), "JPY") == "¥1,500"

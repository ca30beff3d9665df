"""Normal forms of what people type."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tieout.core.text import (
    email,
    email_domain,
    folded,
    is_free_mail,
    is_shared_box,
    is_shortened,
    name_form,
    name_words,
    normal,
    phone,
    printable,
    shortened,
)

texts = st.text(max_size=60)
latin = st.text(st.characters(max_codepoint=0x24F, exclude_categories=("Cc", "Cs")), max_size=40)
spaces = st.text(" \t\n\u00a0\u2003", min_size=1, max_size=4)


@given(texts)
@example("e\u0301")
def test_a_normal_form_is_its_own_normal_form(text):
    assert normal(normal(text)) == normal(text)


@given(st.lists(st.text("abcé", min_size=1, max_size=6), min_size=1, max_size=4), st.data())
def test_space_around_and_between_words_does_not_count(words, data):
    typed = data.draw(spaces) + data.draw(spaces).join(words) + data.draw(spaces)
    assert normal(typed) == " ".join(words)


@given(latin)
def test_composed_and_decomposed_accents_are_the_same(text):
    assert normal(unicodedata.normalize("NFD", text)) == normal(text)


@given(texts)
@example("\u01f0")
@example("\u0130")
def test_folding_twice_is_folding_once(text):
    assert folded(folded(text)) == folded(text)


@given(st.text(st.characters(max_codepoint=0x7F), max_size=40))
def test_case_does_not_count_where_quickbooks_ignores_it(text):
    assert folded(text.upper()) == folded(text.lower()) == folded(text)


def test_german_sharp_s_is_two_letters():
    assert folded("STRASSE") == folded("Straße")


@given(texts)
def test_a_mail_address_is_compared_without_case_and_surrounding_space(text):
    assert email(f"  {text} ") == email(text)
    assert email(email(text)) == email(text)


@pytest.mark.parametrize(
    ("address", "domain"),
    [("Ana@Nova.Example", "nova.example"), ("a@b@c.example", "c.example"), ("nobody", ""), ("", "")],
)
def test_a_domain_is_what_follows_the_last_at(address, domain):
    assert email_domain(address) == domain


@pytest.mark.parametrize("domain", ["gmail.com", "hotmail.es", "t-online.de", "laposte.net"])
def test_free_mail_says_nothing_of_a_company(domain):
    assert is_free_mail(domain)


def test_a_companys_own_domain_is_no_free_mail():
    assert not is_free_mail("nova.example")


@pytest.mark.parametrize(
    "address", ["info@nova.example", "Billing@nova.example", "no-reply@x.example", "ventas@x.example"]
)
def test_a_box_of_a_function_is_nobodys(address):
    assert is_shared_box(address)


def test_a_persons_box_is_not_shared():
    assert not is_shared_box("ana.information@nova.example")


@pytest.mark.parametrize("typed", ["(650) 253-0000", "650.253.0000", "+1 650 253 0000", " 6502530000 "])
def test_one_phone_number_in_four_writings(typed):
    assert phone(typed, "US") == "+16502530000"


def test_without_a_country_only_international_numbers_parse():
    assert phone("+44 20 7031 3000", "") == "+442070313000"
    assert phone("020 7031 3000", "") == "02070313000"


@given(texts, st.sampled_from(("", "US", "GB", "ZZ")))
@example("ring twice", "")
def test_any_text_has_a_phone_form_and_only_blanks_have_none(text, country):
    assert bool(phone(text, country)) == bool(normal(text))


@pytest.mark.parametrize(
    ("name", "words", "form"),
    [
        ("Nova Ltd.", "nova", "ltd"),
        ("NOVA  LIMITED", "nova", "ltd"),
        ("Nova, Inc.", "nova", "inc"),
        ("Nova S.L.", "nova", "sl"),
        ("Nova Pty Ltd", "nova", "ptyltd"),
        ("O'Neil & Sons", "oneil & sons", ""),
        ("Limited", "limited", ""),
        ("Müller GmbH", "müller", "gmbh"),
        ("", "", ""),
        ("!!!", "", ""),
    ],
)
def test_the_legal_form_stands_aside_from_the_name(name, words, form):
    assert name_words(name) == (words, form)


@pytest.mark.parametrize("name", ["Ana Ruiz", "RUIZ, Ana", "ruiz  ana"])
def test_the_order_of_its_words_does_not_change_a_name(name):
    assert name_form(name) == "ana ruiz"


def test_two_buyers_of_neighbouring_numbers_have_different_names():
    assert name_words("Buyer 12345") != name_words("Buyer 12346")


@given(latin)
def test_case_dots_and_space_do_not_change_a_name(name):
    assert name_words(f" {name} ") == name_words(name)
    assert name_words(name.replace(".", "")) == name_words(name)


@given(latin.filter(lambda n: name_words(n)[0]))
def test_a_name_without_its_form_stays_when_read_again(name):
    words, form = name_words(name)
    if not form:
        assert name_words(words)[0] == words


@given(st.text(max_size=60), st.integers(2, 30))
@example("a\n\nb" * 9, 12)
@example("e\u0301" * 20, 8)
def test_a_shortened_text_fits_and_is_known_for_what_it_is(text, limit):
    plain = printable(text)
    held = shortened(plain, limit)
    assert len(held) <= limit
    if len(plain) <= limit:
        assert held == plain
    elif len(normal(plain)) > limit and normal(held[:-1]) == held[:-1]:
        assert is_shortened(held, text)


@pytest.mark.parametrize(
    ("held", "whole"),
    [
        ("Thanks", "Thanks for your trust"),
        ("Thanks…", "Thanks…"),
        ("Thanks…", "Many thanks for your trust"),
        ("Thanks… Ben", "Thanks for your trust"),
        ("Thanks for your trust…", "Thanks"),
        ("…", "Thanks"),
        ("", "Thanks"),
    ],
)
def test_another_text_is_not_a_shortened_one(held, whole):
    assert not is_shortened(held, whole)

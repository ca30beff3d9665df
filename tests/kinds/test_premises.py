"""Where a customer is, as keys: what they find again, and what they keep apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.records import Address
from tieout.kinds.premises import premises

HOME = ("12 High Street", "Leeds", "LS1 4AB")


def at(name: str, street: str = HOME[0], city: str = HOME[1], postcode: str = HOME[2]) -> frozenset[str]:
    return premises([name], Address(street=street, city=city, postcode=postcode))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (at("Ana Ruiz"), at("Ana Ruis")),
        (at("Ana Ruiz"), at("Anna Ruis")),
        (at("Ana Ruiz"), at("Ruiz")),
        (at("Ana Ruiz"), at("Ana Ruiz", "21 High Street")),
        (at("Ana Ruiz"), at("Ana Ruiz", "12 Hihg Street")),
        (at("Ana Ruiz"), at("Ana Ruiz", postcode="LS1 4BA")),
        (at("Ana Ruiz"), at("ANA RUIZ", "12 high st.", "", "ls14ab")),
        (at("Nova Ltd"), at("Nova Trading Inc")),
        (at("Nova", "435 S. La Cienega Blvd.", "", "90048-1234"), at("Nova", "435 La Cienega", "", "90048")),
        (at("Nova", "Calle Mayor 12", "", "28013"), at("Nova", "C/ Mayor, 12", "", "28013")),
    ],
)
def test_one_customer_is_found_again_in_spite_of_a_mistake(one, other):
    assert one & other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (at("Buyer 12345"), at("Buyer 12346")),
        (at("Ana Ruiz"), at("Ben Stone")),
        (at("Ana Ruiz"), at("Ana Ruiz", "7 Mill Lane", "York", "YO1 7HH")),
        (at("Ana Ruiz"), at("Ana Ruiz", "7 Mill Lane")),
        (at("Ana Ruiz"), at("Ana Ruiz", "12 Mill Lane", "York", "YO1 7HH")),
        (at("Nova Ltd"), at("Orbit Ltd")),
    ],
)
def test_neighbours_and_namesakes_share_no_key(one, other):
    assert not one & other


def test_a_city_alone_says_too_little():
    assert at("Ana Ruiz", "", "Leeds", "") == frozenset()
    assert at("Ana Ruiz", "High Street", "Leeds", "") == frozenset()


@given(st.lists(st.text(max_size=60), max_size=3), st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_typed_the_keys_of_a_name_are_at_most_eight(names, street, city, postcode):
    assert len(premises(names, Address(street=street, city=city, postcode=postcode))) <= 8 * len(names)

"""Amounts of money: rounding, prices, and what is refused."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.money import (
    NotMoney,
    UnknownCurrency,
    decimal,
    from_minor,
    line_amount,
    minor_digits,
    rounded,
    scale,
    text,
    to_minor,
    unit_price,
)

currencies = st.sampled_from(("JPY", "USD", "GBP", "EUR", "KWD"))
amounts = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=9)
quantities = st.decimals(min_value=Decimal("-9999.99"), max_value=Decimal("9999.99"), places=2)


def half_up(number: Fraction, digits: int) -> Decimal:
    """Round by whole numbers alone."""
    scaled = abs(number) * 10**digits
    whole = int(scaled + Fraction(1, 2))
    return Decimal(f"{whole if number >= 0 else -whole}E-{digits}")


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("CLP", 0), ("USD", 2), ("MXN", 2), ("KWD", 3)])
def test_each_currency_has_the_decimals_of_its_standard(currency, digits):
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("currency", ["", "usd", "XXX", "US", "BTC"])
def test_a_code_that_is_no_currency_is_refused_by_name(currency):
    with pytest.raises(UnknownCurrency, match="ISO 4217"):
        minor_digits(currency)


@given(amounts, currencies)
def test_rounding_is_half_up_away_from_zero(amount, currency):
    assert rounded(amount, currency) == half_up(Fraction(amount), minor_digits(currency))


@given(amounts, currencies)
def test_what_is_rounded_stays_as_it_is(amount, currency):
    once = rounded(amount, currency)
    assert rounded(once, currency) == once


@given(amounts, currencies)
def test_a_negative_amount_rounds_as_its_mirror_image(amount, currency):
    assert rounded(-amount, currency) == -rounded(amount, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "right"),
    [
        ("0.005", "USD", "0.01"),
        ("-0.005", "USD", "-0.01"),
        ("2.675", "USD", "2.68"),
        ("0.5", "JPY", "1"),
        ("1.0005", "KWD", "1.001"),
        ("12345678901234567.894", "USD", "12345678901234567.89"),
    ],
)
def test_a_half_goes_up(amount, currency, right):
    assert rounded(Decimal(amount), currency) == Decimal(right)


@given(quantities, amounts, currencies)
def test_quantity_times_price_is_rounded_once(quantity, price, currency):
    exact = Fraction(quantity) * Fraction(price)
    assert line_amount(quantity, price, currency) == half_up(exact, minor_digits(currency))


def test_a_product_is_not_rounded_twice():
    almost_half = Decimal("0.0" + "4" + "9" * 30)
    assert line_amount(Decimal("0.1"), almost_half, "USD") == 0


def test_tax_line_by_line_is_not_tax_on_the_sum():
    lines = [Decimal("1.59")] * 29 + [line_amount(Decimal(11), Decimal("1.59"), "USD")] * 2
    taxes = [rounded(line * Decimal("0.12"), "USD") for line in lines]
    assert sum(taxes) == Decimal("9.71")
    assert rounded(sum(lines) * Decimal("0.12"), "USD") == Decimal("9.73")


@given(amounts.map(lambda a: rounded(a, "USD")), quantities)
def test_a_unit_price_gives_exactly_the_amount_or_there_is_none(amount, quantity):
    price = unit_price(amount, quantity, "USD")
    if price is None:
        assert quantity == 0 or abs(quantity) > 10**5 or abs(amount) > 10**5 or not _reachable(amount, quantity)
    else:
        assert line_amount(quantity, price, "USD") == amount
        assert scale(price) <= 7


def _reachable(amount: Decimal, quantity: Decimal) -> bool:
    """Whether one of the three seven-decimal prices around the exact one gives the amount."""
    exact = (amount / quantity).quantize(Decimal("1e-7"), ROUND_HALF_UP)
    near = (exact - Decimal("1e-7"), exact, exact + Decimal("1e-7"))
    return any(line_amount(quantity, price, "USD") == amount for price in near)


@given(amounts.map(lambda a: rounded(a, "USD")), st.integers(1, 100_000).map(Decimal))
def test_up_to_a_hundred_thousand_pieces_every_amount_has_a_unit_price(amount, quantity):
    assert unit_price(amount, quantity, "USD") is not None


@given(amounts.map(lambda a: rounded(a, "USD")), quantities)
def test_a_unit_price_is_the_shortest_that_rounding_finds(amount, quantity):
    price = unit_price(amount, quantity, "USD")
    if price is not None and scale(price) > 2:
        rougher = half_up(Fraction(amount) / Fraction(quantity), scale(price) - 1)
        assert line_amount(quantity, rougher, "USD") != amount


def test_nothing_can_be_charged_by_no_quantity():
    assert unit_price(Decimal(10), Decimal(0), "USD") is None


def test_a_million_pieces_for_a_cent_have_no_price_of_seven_decimals():
    assert unit_price(Decimal("0.01"), Decimal(10_000_000), "USD") is None


@given(amounts, currencies)
def test_an_amount_survives_the_database(amount, currency):
    kept = rounded(amount, currency)
    minor = to_minor(kept, currency)
    assert isinstance(minor, int)
    assert from_minor(minor, currency) == kept
    assert text(from_minor(minor, currency), currency) == text(kept, currency)


def test_a_rounding_to_nothing_has_no_sign():
    assert text(Decimal("-0.004"), "USD") == "0.00"


@pytest.mark.parametrize(
    ("amount", "currency", "minor"), [("12.30", "USD", 1230), ("-7", "JPY", -7), ("1.005", "KWD", 1005)]
)
def test_minor_units_are_whole(amount, currency, minor):
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(("amount", "currency"), [("0.005", "USD"), ("0.1", "JPY"), ("0.0001", "KWD")])
def test_an_amount_finer_than_its_currency_is_not_stored(amount, currency):
    with pytest.raises(NotMoney, match="more decimals"):
        to_minor(Decimal(amount), currency)


def test_an_amount_that_no_database_holds_is_refused():
    assert to_minor(Decimal("92233720368547758.07"), "USD") == 2**63 - 1
    with pytest.raises(NotMoney, match="more than any amount"):
        to_minor(Decimal("92233720368547758.08"), "USD")


@given(amounts, currencies)
def test_text_has_the_digits_of_the_currency_and_no_exponent(amount, currency):
    shown = text(amount, currency)
    assert "e" not in shown.lower()
    assert len(shown.partition(".")[2]) == minor_digits(currency)
    assert Decimal(shown) == rounded(amount, currency)


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "sNaN",
        "-NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "1e41",
        "-1e-41",
        "1e999999999",
        "12,30",
        "",
        "ten",
        "0x10",
    ],
)
def test_what_is_no_number_or_absurd_is_refused(value):
    with pytest.raises(NotMoney):
        decimal(value)


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e400"), None, [], "9" * 99]
)
def test_what_came_out_of_a_decoder_is_looked_at_as_well(value):
    with pytest.raises(NotMoney):
        decimal(value)


@given(st.integers(-(10**20), 10**20), st.integers(0, 30))
def test_any_number_of_thirty_decimals_is_read_as_it_stands(digits, places):
    written = f"{Decimal(digits).scaleb(-places):f}"
    assert decimal(written) == Decimal(written)


@given(st.text(max_size=30))
def test_any_text_is_a_finite_number_or_refused(value):
    try:
        read = decimal(value)
    except NotMoney:
        return
    assert read.is_finite()


@given(st.data())
def test_whatever_is_read_can_be_multiplied_divided_and_rounded(data):
    wild = st.builds(
        lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(1, 10**20), st.integers(-40, 20)
    )
    quantity, price = decimal(data.draw(wild)), decimal(data.draw(wild))
    amount = line_amount(quantity, price, "USD")
    unit_price(rounded(price, "USD"), quantity, "USD")
    assert amount == half_up(Fraction(quantity) * Fraction(price), 2)


@pytest.mark.parametrize(
    ("number", "needed"), [("1", 0), ("1.50", 1), ("100", 0), ("1e5", 0), ("0.0000001", 7), ("0", 0)]
)
def test_zeros_at_the_end_are_no_decimals(number, needed):
    assert scale(Decimal(number)) == needed


def test_thirty_decimals_are_counted_all():
    assert scale(Decimal("1." + "0" * 29 + "1")) == 30

"""The table of tax codes as settings: every place has a name, and every name means one place."""

from decimal import Decimal

import pytest

from tieout.actions.errors import WrongUse
from tieout.actions.tax_codes import key, meant, places, with_code
from tieout.core.facts import TaxRate
from tieout.core.settings import Settings

RATES = (TaxRate("r1", "VAT 20", Decimal(20)), TaxRate("77", "Sales@night", Decimal("9.375")))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("untaxed_code", ("", "")),
        ("untaxed_code@GB", ("", "gb")),
        ("untaxed_code@France", ("", "fr")),
        ("untaxed_code@unknown", ("", "unknown")),
        ("tax_code.VAT 20", ("r1", "")),
        ("tax_code.r1@GB", ("r1", "gb")),
        ("tax_code.Sales@night", ("77", "")),
        ("tax_code.Sales@night@fr", ("77", "fr")),
        ("tax_code.tax:20+5.2", ("tax:20+5.2", "")),
        ("tax_code.tax:20@ES", ("tax:20", "es")),
        ("tax_code.VAT 20+tax:5.2@ES", ("r1+tax:5.2", "es")),
    ],
)
def test_a_setting_means_one_place_of_the_table(text, place):
    assert meant(text, RATES) == place
    assert meant(key(*place), RATES) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [("tax_code.999", "VAT 20"), ("tax_code.999@GB", "VAT 20"), ("tax_code.r1@Atlantis", "no country"),
     ("untaxed_code@", "no country"), ("tax_code.", "VAT 20")],
)  # fmt: skip
def test_what_means_no_place_is_refused(text, said):
    with pytest.raises(WrongUse, match=said):
        meant(text, RATES)


def test_a_place_is_filled_and_emptied_and_leaves_nothing_behind():
    settings = Settings()
    filled = [("", "", "1"), ("", "fr", "2"), ("r1", "", "3"), ("r1", "gb", "4"), ("tax:5", "unknown", "5")]
    for rate, country, code in filled:
        settings = with_code(settings, rate, country, code)
    assert [one for one in places(settings, RATES) if one[2]] == filled
    for rate, country, _ in filled:
        settings = with_code(settings, rate, country, "")
    assert settings == Settings()

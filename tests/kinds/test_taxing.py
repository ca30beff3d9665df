"""Which QuickBooks code a rate, or the lack of one, stands for, and what has none."""

from decimal import Decimal

import msgspec
import pytest

from tieout.core.decide import Fail, World
from tieout.core.facts import BooksFacts, CrmFacts, Facts, TaxRate
from tieout.core.questions import Country, CountryOf
from tieout.core.records import Address
from tieout.core.settings import Settings
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.taxing import asked_country, map_rates

replace = msgspec.structs.replace
OWNER = "company:1"
ASKED = CountryOf(OWNER)
RATES = (TaxRate("r1", "VAT", Decimal(20)), TaxRate("r2", "IRPF", Decimal(-15)), TaxRate("r3", "Odd", Decimal("9.375")))
LINE = Line("c1", amount=Decimal("10.00"))
EXEMPT_AT_HOME = {"": {"gb": "exempt", "fr": "zero"}}


def world(regime: str = "per-line", **settings: object) -> World:
    books = BooksFacts("1", "Nova", "GB", "GBP", regime=regime)
    return World(Settings(**settings), Facts(CrmFacts("1", "GBP", "Europe/London", tax_rates=RATES), books))


def invoice(*rates: str, ship_to: str = "", order: str = "", tax: str = "0") -> Invoice:
    lines = tuple(replace(LINE, id=f"c{n}", tax=rate) for n, rate in enumerate(rates))
    return Invoice("77", lines=lines, ship_to=Address(country=ship_to), tax_code=order, tax=Decimal(tax))


def mapped(crm: Invoice, around: World, country: str = "") -> tuple[list[str], str, list[Fail]]:
    lines = list(crm.lines)
    code, problems = map_rates(crm, OWNER, around, {ASKED: Country(country)}, lines)
    return [line.tax for line in lines], code, problems


@pytest.mark.parametrize(
    ("ship_to", "billing", "code"),
    [
        ("France", "", "zero"),
        ("", "FR", "zero"),
        ("", "United Kingdom", "exempt"),
        ("GB", "FR", "exempt"),
        ("Germany", "GB", "other"),
        ("Atlantis", "GB", "exempt"),
    ],
)
def test_no_tax_means_another_code_in_another_country_where_the_goods_go_before_where_the_bill_goes(
    ship_to, billing, code
):
    around = world(untaxed_code="other", tax_codes_by_country=EXEMPT_AT_HOME)
    assert mapped(invoice("", ship_to=ship_to), around, billing) == ([code], "", [])


def test_a_rate_has_codes_by_country_too():
    around = world(tax_codes={"r1": "standard"}, tax_codes_by_country={"r1": {"fr": "oss"}})
    assert mapped(invoice("r1", "r1"), around, "France")[0] == ["oss", "oss"]
    assert mapped(invoice("r1"), around, "GB")[0] == ["standard"]


def test_a_country_without_a_code_is_named():
    _, _, problems = mapped(invoice("", "r3", ship_to="Germany"), world(tax_codes_by_country=EXEMPT_AT_HOME))
    assert [(one.cause, one.evidence["rate"], one.evidence["country"]) for one in problems] == [
        ("unmapped_tax", "no tax (DE)", "de"),
        ("unmapped_tax", "Odd 9.375 % (DE)", "de"),
    ]


def test_where_the_country_decides_one_that_nobody_knows_is_none_of_all_others():
    around = world(untaxed_code="other", tax_codes_by_country=EXEMPT_AT_HOME)
    codes, _, problems = mapped(invoice(""), around, "Atlantis")
    assert (codes, [one.cause for one in problems]) == ([""], ["tax_country_unknown"])
    known = {"": {**EXEMPT_AT_HOME[""], "unknown": "exempt"}}
    assert mapped(invoice(""), world(tax_codes_by_country=known)) == (["exempt"], "", [])


def test_the_customers_country_is_asked_for_only_where_it_decides():
    by_country = world(tax_codes={"r1": "s"}, tax_codes_by_country=EXEMPT_AT_HOME)
    assert asked_country(invoice("r1", ""), OWNER, by_country) == ASKED
    assert asked_country(invoice("r1"), OWNER, by_country) is None
    assert asked_country(invoice("", ship_to="FR"), OWNER, by_country) is None
    assert asked_country(invoice(""), "", by_country) is None
    assert asked_country(invoice(""), OWNER, world(untaxed_code="n")) is None
    assert asked_country(invoice(""), OWNER, world()) == ASKED
    assert asked_country(invoice(""), OWNER, world("us-automated")) is None


@pytest.mark.parametrize("regime", ["none", "us-manual", "us-automated", "per-line"])
@pytest.mark.parametrize(
    "crm",
    [
        invoice("r2", tax="-1.50"),
        invoice("", order="tax:-15", tax="-1.50"),
        invoice("r1", order="tax:-15", tax="0.50"),
        invoice("", order="tax:fixed", tax="-2.00"),
    ],
    ids=["a rate", "of the order", "beside a rate", "a fixed amount"],
)
def test_a_withholding_is_recognized_whatever_is_mapped(regime, crm):
    codes = dict.fromkeys(("r1", "r2", "tax:-15", "tax:fixed", "r1+tax:-15"), "7")
    _, _, problems = mapped(crm, world(regime, tax_codes=codes))
    assert [one.cause for one in problems] == ["withholding_tax"]


@pytest.mark.parametrize(
    "crm", [invoice("r1", order="tax:5.2", tax="2.52"), invoice("", order="tax:20+5.2", tax="2.5")]
)
def test_a_tax_on_top_of_another_needs_a_code_of_its_own(crm):
    around = world(tax_codes={"r1": "7", "tax:20": "7", "tax:5.2": "8"})
    _, _, [problem] = mapped(crm, around)
    assert problem.cause == "surcharge_tax"
    assert problem.evidence["rate"].endswith("20 % + 5.2 %")
    both = world(tax_codes={problem.evidence["rate_id"]: "9"})
    assert mapped(crm, both) == (["9"], "", [])


def test_in_a_us_company_no_tax_is_non_unless_a_country_has_another_code():
    assert mapped(invoice(""), world("us-manual")) == (["NON"], "", [])
    around = world("us-manual", tax_codes_by_country={"": {"mx": "4", "us": "NON"}})
    assert mapped(invoice(""), around, "Mexico") == (["TAX"], "4", [])
    assert mapped(invoice(""), around, "US") == (["NON"], "", [])

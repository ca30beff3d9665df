"""Tax: which QuickBooks code stands for the rate, or the lack of one, of each line of an invoice made in HubSpot.

A code may hang on the country where the customer is: the one that the invoice is shipped to, for there the tax of goods
is due; where it names none, that of the customer's billing address, which decides for services between businesses.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from tieout.core import countries
from tieout.core.decide import Fail, World
from tieout.core.facts import TaxRate
from tieout.core.questions import Answers, Country, CountryOf
from tieout.core.settings import UNKNOWN, Settings
from tieout.kinds.invoice import Invoice, Line

NO_TAX, TAX = "NON", "TAX"
"""QuickBooks' two line codes in a company with US sales tax."""
CODING = ("unmapped_tax", "tax_country_unknown", "surcharge_tax")
"""Causes that a code would cure: a line that has one in QuickBooks already is the bookkeeper's."""
ORDER = "tax:"
"""How the rate of an order-level tax begins: its percentages follow, joined by `+`."""


def rate_of(line: Line, crm: Invoice) -> str:
    """The rate on a line, empty for no tax; `+` joins its own with the tax of the whole order, which is on top."""
    return "+".join(rate for rate in (line.tax, crm.tax_code) if rate)


def asked_country(crm: Invoice, owner: str, world: World) -> CountryOf | None:
    """The question in which country the customer is, where that decides a code and the invoice does not say it.

    owner: the HubSpot customer, empty where there is none.
    """
    if not owner or countries.code(crm.ship_to.country) or world.facts.books.regime in ("none", "us-automated"):
        return None
    settings = world.settings
    rates = {rate_of(line, crm) for line in crm.lines}
    matters = any(settings.tax_codes_by_country.get(rate) or not _everywhere(rate, settings) for rate in rates)
    return CountryOf(owner) if matters else None


def map_rates(crm: Invoice, owner: str, world: World, answers: Answers, lines: list[Line]) -> tuple[str, list[Fail]]:
    """Map each line's rate to a code, in place.

    Returns the code of the whole document, where the regime has one, and what stands in the way.
    """
    country = countries.code(crm.ship_to.country)
    if not country and isinstance(reply := answers.get(CountryOf(owner)), Country):
        country = countries.code(reply.name)
    regime = world.facts.books.regime
    problems: dict[str, Fail] = {}
    codes: set[str] = set()
    for position, line in enumerate(lines):
        rate = rate_of(line, crm)
        code = code_for(rate, country, world.settings)
        if _takes_off(rate, crm, world):
            problems[rate] = Fail("withholding_tax", {"rate": _named(rate, world), "rate_id": rate})
        elif regime == "none":
            code = ""
            if rate and crm.tax:
                problems[rate] = _unmapped(rate, country, world)
        elif regime == "us-automated":
            # Lines are taxable or not; which tax that is, QuickBooks knows by the place, and how much, the invoice.
            code = TAX if rate and code != NO_TAX else NO_TAX
        elif regime == "us-manual" and not rate and not world.settings.tax_codes_by_country.get(rate):
            code = code or NO_TAX
        elif not code:
            problems[rate] = _unmapped(rate, country, world)
        elif regime == "us-manual" and code not in (NO_TAX, TAX):
            codes.add(code)
            code = TAX
        lines[position] = msgspec.structs.replace(line, tax=code)
    found = list(problems.values())
    if len(codes) > 1:
        found.append(Fail("several_tax_codes", {"codes": ", ".join(sorted(codes))}))
    return next(iter(sorted(codes)), ""), found


def code_for(rate: str, country: str, settings: Settings) -> str:
    """The QuickBooks code of a rate (empty = no tax) in a country (ISO, small letters; empty = not known).

    Empty where none is chosen: where the country decides, one that is not known is none of "all others".
    """
    by_country = settings.tax_codes_by_country.get(rate, {})
    if by_country and not country:
        return by_country.get(UNKNOWN, "")
    return by_country.get(country) or _everywhere(rate, settings)


def _everywhere(rate: str, settings: Settings) -> str:
    return settings.tax_codes.get(rate, "") if rate else settings.untaxed_code


def _unmapped(rate: str, country: str, world: World) -> Fail:
    """Why a rate without a code blocks: nobody chose one, its country is not known, or it is a surcharge."""
    evidence = {"rate": _named(rate, world), "rate_id": rate}
    if country:
        evidence |= {"rate": f"{evidence['rate']} ({country.upper()})", "country": country}
    if len(list(_parts(rate))) > 1:
        return Fail("surcharge_tax", evidence)
    if not country and world.settings.tax_codes_by_country.get(rate):
        return Fail("tax_country_unknown", evidence | {"country": UNKNOWN})
    return Fail("unmapped_tax", evidence)


def _named(rate: str, world: World) -> str:
    return rate_name(rate, world.facts.crm.tax_rates) or "no tax"


def _takes_off(rate: str, crm: Invoice, world: World) -> bool:
    """Whether the tax is a withholding: the customer pays less by it, and pays it to the state instead."""
    percents = {one.id: one.percent for one in world.facts.crm.tax_rates}
    return any(percents.get(part, _percent(part)) < 0 for part in _parts(rate)) or bool(rate and crm.tax < 0)


def _parts(rate: str) -> Iterator[str]:
    """The taxes that make up a rate: the id of one of HubSpot's, and each tax of the order (`tax:20`, `tax:fixed`)."""
    own, order, percents = rate.partition(ORDER)
    if own := own.rstrip("+"):
        yield own
    if order:
        yield from (f"{ORDER}{percent}" for percent in percents.split("+"))


def _percent(part: str) -> Decimal:
    number = part.removeprefix(ORDER)
    return Decimal(0) if number in (part, "fixed") else Decimal(number)


def rate_name(rate: str, rates: Iterable[TaxRate]) -> str:
    """What people call a rate: HubSpot's name with its percentage, and the percentages of the order."""
    names = {one.id: one.name if "%" in one.name else f"{one.name} {one.percent.normalize():f} %" for one in rates}
    return " + ".join(names.get(part) or _order_name(part) for part in _parts(rate))


def _order_name(part: str) -> str:
    percent = part.removeprefix(ORDER)
    return part if percent in (part, "fixed") else f"{percent} %"

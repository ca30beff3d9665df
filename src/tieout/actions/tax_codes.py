"""The table of tax codes, as settings: `tax_code.RATE`, `untaxed_code`, and either with `@FR` for one country alone."""

from collections.abc import Iterator, Sequence

import msgspec

from tieout.actions.errors import WrongUse
from tieout.core import countries
from tieout.core.facts import TaxRate
from tieout.core.settings import UNKNOWN, Settings
from tieout.kinds.taxing import ORDER

PREFIX = "tax_code."
UNTAXED = "untaxed_code"


def key(rate: str, country: str = "") -> str:
    """The setting of a rate, by its id or name; empty = no tax. country: ISO code or `unknown`; empty = all others."""
    name = f"{PREFIX}{rate}" if rate else UNTAXED
    return f"{name}@{country if country == UNKNOWN else country.upper()}" if country else name


def is_key(text: str) -> bool:
    """Whether a setting is one of the table."""
    return text == UNTAXED or text.startswith((PREFIX, f"{UNTAXED}@"))


def meant(text: str, rates: Sequence[TaxRate]) -> tuple[str, str]:
    """Rate id and country that a key means, either may be empty. Raises WrongUse, naming HubSpot's rates."""
    name = text.removeprefix(PREFIX) if text.startswith(PREFIX) else ""
    if text.startswith(UNTAXED):
        before, _, place = text.partition("@")
        return "", _country(text, place) if before != text else ""
    if (found := _rate_id(name, rates)) is not None:
        return found, ""
    name, _, place = name.rpartition("@")
    if name and (found := _rate_id(name, rates)) is not None:
        return found, _country(text, place)
    names = ", ".join(f"{r.name} ({r.id})" for r in rates) or "-"
    raise WrongUse("HubSpot has no tax rate '{rate}'. It has: {names}.", rate=text.removeprefix(PREFIX), names=names)


def with_code(old: Settings, rate: str, country: str, code: str) -> Settings:
    """The settings with another code in one place of the table; an empty one empties the place."""
    if not country:
        if not rate:
            return msgspec.structs.replace(old, untaxed_code=code)
        codes = {one: kept for one, kept in old.tax_codes.items() if one != rate}
        return msgspec.structs.replace(old, tax_codes=codes | ({rate: code} if code else {}))
    there = {place: kept for place, kept in old.tax_codes_by_country.get(rate, {}).items() if place != country}
    there |= {country: code} if code else {}
    others = {one: kept for one, kept in old.tax_codes_by_country.items() if one != rate}
    return msgspec.structs.replace(old, tax_codes_by_country=others | ({rate: there} if there else {}))


def places(settings: Settings, rates: Sequence[TaxRate]) -> Iterator[tuple[str, str, str]]:
    """Every place of the table: rate id, country, code. No tax, HubSpot's rates, then what else is chosen."""
    known = dict.fromkeys(["", *(rate.id for rate in rates), *settings.tax_codes, *settings.tax_codes_by_country])
    for rate in known:
        yield rate, "", settings.tax_codes.get(rate, "") if rate else settings.untaxed_code
        for country, code in sorted(settings.tax_codes_by_country.get(rate, {}).items()):
            yield rate, country, code


def _rate_id(name: str, rates: Sequence[TaxRate]) -> str | None:
    """The id of a rate named by id or by name; of several on one line, that of the first with the rest after it."""
    if found := next((r.id for r in rates if name in (r.id, r.name)), ""):
        return found
    own, order, percents = name.partition(ORDER)
    if not order or "@" in percents:
        return None
    if not own:
        return name
    first = _rate_id(own.rstrip("+"), rates)
    return None if first is None else f"{first}+{order}{percents}"


def _country(text: str, place: str) -> str:
    if found := UNKNOWN if place == UNKNOWN else countries.code(place):
        return found
    raise WrongUse("{key}: '{value}' is no country. Name one as FR or France, or `unknown`.", key=text, value=place)

"""The table of tax codes: which QuickBooks code each rate of HubSpot's, and no tax, stands for, by country."""

import msgspec

from tieout.actions import settings, tax_codes
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import WrongUse
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words
from tieout.actions.lookup import connection
from tieout.actions.naming import Choice
from tieout.core import countries
from tieout.core.facts import Regime
from tieout.core.settings import UNKNOWN
from tieout.kinds.taxing import rate_name


class Cell(msgspec.Struct, frozen=True):
    """The code of a rate in one country. country: ISO code in small letters, `unknown`, or empty for all others.

    setting: the key under which `tieout set` knows it. code, name: of QuickBooks' code, empty where none is chosen.
    """

    country: str
    where: str
    setting: str
    code: str = ""
    name: str = ""


class Row(msgspec.Struct, frozen=True):
    """One rate. rate: HubSpot's id, empty for no tax. withholding: it takes money off, so that no code is for it."""

    rate: str
    title: str
    withholding: bool
    cells: tuple[Cell, ...]


class Table(msgspec.Struct, frozen=True):
    """The whole table. regime: how QuickBooks taxes. codes: those that can be chosen."""

    regime: Regime
    rows: tuple[Row, ...]
    codes: tuple[Choice, ...]


def table(home: Home, actor: Actor, name: str, words: Words = ENGLISH) -> Table:
    """The table of a company pair, in the reader's words."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    books = stored.books_facts
    rates = () if stored.crm_facts is None else stored.crm_facts.tax_rates
    codes = () if books is None else tuple(Choice(code.id, code.name) for code in books.tax_codes)
    names = {choice.value: choice.label for choice in codes}
    percents = {rate.id: rate.percent for rate in rates}
    cells: dict[str, list[Cell]] = {}
    for rate, country, code in tax_codes.places(stored.settings, rates):
        key = tax_codes.key(rate, country)
        cells.setdefault(rate, []).append(Cell(country, _where(country, words), key, code, names.get(code, code)))
    rows = tuple(
        Row(rate, rate_name(rate, rates) or words("No tax"), percents.get(rate, 0) < 0, _others_last(found))
        for rate, found in cells.items()
    )
    return Table("none" if books is None else books.regime, rows, codes)


def choose(home: Home, actor: Actor, name: str, rate: str, country: str, code: str) -> None:
    """Choose the QuickBooks code of a rate (empty = no tax) in a country (empty = all others); an empty one unsets it.

    country: as its author types it. Raises WrongUse, naming what could be chosen.
    """
    place = country if country in ("", UNKNOWN) else countries.code(country)
    if country and not place:
        raise WrongUse("{value} is no country that Tieout knows. Name one as FR or France.", value=country)
    settings.change(home, actor, name, {tax_codes.key(rate, place): code})


def _where(country: str, words: Words) -> str:
    if country == UNKNOWN:
        return words("Country not known")
    return str(words.locale.territories.get(country.upper(), country.upper())) if country else words("All countries")


def _others_last(cells: list[Cell]) -> tuple[Cell, ...]:
    """By country first, then what holds for all others."""
    return tuple(sorted(cells, key=lambda cell: not cell.country))

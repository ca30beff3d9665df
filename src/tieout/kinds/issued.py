"""The issued total is the total: what QuickBooks makes of the tax that HubSpot issued, told or evened out.

HubSpot takes a rate on the sum of its lines, QuickBooks on each line; and an automated sales tax may know the place
better, or a company lets nobody set its tax. What the customer was told stands.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec

from tieout.core.decide import Change, Update, World
from tieout.core.money import minor_digits, percent_of
from tieout.core.records import Side
from tieout.core.warn import Warn, mark
from tieout.kinds import charge
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.taxing import NO_TAX, TAX

_ZERO = Decimal(0)


def warnings(crm: Invoice, books: Invoice, world: World) -> tuple[Warn, ...]:
    """Where QuickBooks, by its own rates or the agency's base, would have come to another tax than HubSpot issued."""
    if not crm.tax and not books.tax:
        return ()
    if world.facts.books.regime == "us-automated" and (apart := _base_apart(crm, books)):
        return (apart,)
    by_rates = _by_rates(books, world)
    if by_rates is None or by_rates == crm.tax:
        return ()
    told = {"tax": f"{crm.tax:f}", "computed": f"{by_rates:f}", "difference": f"{crm.tax - by_rates:f}"}
    return (Warn("tax_variance", told, mark("tax", *told.values())),)


def evened_out(crm: Invoice, books: Invoice, line_map: Mapping[str, str], world: World) -> Update | None:
    """The rounding line that brings a document of ours, which QuickBooks taxed otherwise, to the issued total.

    line_map: HubSpot line to QuickBooks line. None where no item is chosen for it, where it stands already, or where
    more is missing than rounding explains: a minor unit for each line.
    """
    missing, item = crm.total - books.total, world.settings.rounding_item
    most = Decimal(len(crm.lines)).scaleb(-minor_digits(crm.currency or world.facts.books.currency))
    code = _untaxed(world)
    if not item or code is None or not books.marker or abs(missing) > most:
        return None
    standing = {line.id: line for line in books.lines}
    known = [line_map.get(line.id, "") for line in crm.lines]
    others = [line for line in books.lines if line.id not in known]
    if not standing.keys() >= set(known) or any(line.item == item for line in others):
        return None
    rounding = Line(id="", item=item, amount=missing, tax=code)
    lines = (*(standing[id_] for id_ in known), *others, rounding)
    wanted = msgspec.structs.replace(books, lines=lines, total=crm.total)
    return Update((Change(Side.BOOKS, wanted, ("lines", "discount", "tax")),), moved=charge.NAMES)


def _untaxed(world: World) -> str | None:
    """A code that adds no tax: that of the regime, or one that stands for "no tax"; None where none is chosen."""
    regime, settings = world.facts.books.regime, world.settings
    if regime != "per-line":
        return "" if regime == "none" else NO_TAX
    return next(iter([settings.untaxed_code, *settings.tax_codes_by_country.get("", {}).values()]), "") or None


def _by_rates(books: Invoice, world: World) -> Decimal | None:
    """The tax that the rates in the document come to, line by line; None where it does not say.

    Nor is it known of a document with a discount, whose share in each line QuickBooks keeps to itself.
    """
    percents = {one.rate: one.percent for one in books.tax_lines}
    if books.discount or not percents:
        return None
    rates: Mapping[str, tuple[str, ...]] = {TAX: tuple(percents), NO_TAX: ()}
    if world.facts.books.regime == "per-line":
        rates = {code.id: code.rates for code in world.facts.books.tax_codes}
    found = _ZERO
    for line in books.lines:
        if line.tax not in rates:
            return None
        for rate in rates[line.tax]:
            found += percent_of(line.amount, percents.get(rate, _ZERO), books.currency)
    return found


def _base_apart(crm: Invoice, books: Invoice) -> Warn | None:
    """A warning where a tax agency of automated sales tax counts another amount than the one that HubSpot taxed.

    Without any agency, the tax is on nobody's return.
    """
    taxed = [line.amount for line in books.lines if line.tax == TAX]
    taxable = sum(taxed, _ZERO) - (books.discount if len(taxed) == len(books.lines) else _ZERO)
    base = next(_other_bases(books, taxable), None)
    if base is None:
        return None
    told = {"taxable": f"{taxable:f}", "counted": f"{base:f}", "tax": f"{crm.tax:f}"}
    return Warn("tax_base_apart", told, mark("base", *told.values()))


def _other_bases(books: Invoice, taxable: Decimal) -> Iterator[Decimal]:
    if not books.tax_lines:
        yield _ZERO
    yield from (one.net for one in books.tax_lines if one.net != taxable)

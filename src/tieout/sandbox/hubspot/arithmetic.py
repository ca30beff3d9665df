"""HubSpot's sums: lines, then order-level discounts, fees and taxes. A twin of Tieout's own arithmetic, on purpose.

Order of application: HubSpot, "Invoices" guide. Rounding: half up to the currency's minor unit, once for each line;
the tax of a rate on the document's sum, not line by line.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

import msgspec

ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_NO_MINOR_UNIT = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_THREE_DIGITS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_WIDE = Context(prec=200, rounding=ROUND_HALF_UP)


class Line(msgspec.Struct, frozen=True):
    """What one line comes to: before discount, after it, and the tax rate (percent) on it, if any."""

    gross: Decimal
    net: Decimal
    rate: Decimal


class Adjustment(msgspec.Struct, frozen=True):
    """One order-level discount, fee or tax: a fixed amount, or percent of what stands before it."""

    percent: bool
    value: Decimal


class Totals(msgspec.Struct, frozen=True):
    """What an invoice comes to, in its currency."""

    subtotal: Decimal
    discount: Decimal
    fees: Decimal
    tax: Decimal
    total: Decimal


def minor_digits(currency: str) -> int:
    """Return how many decimals a currency has (ISO 4217)."""
    return 0 if currency in _NO_MINOR_UNIT else 3 if currency in _THREE_DIGITS else 2


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return an amount rounded half up (away from zero) to the currency's minor unit."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP, _WIDE)


def written(amount: Decimal, currency: str) -> str:
    """Return an amount as calculated properties write it: at least two decimals."""
    digits = max(2, minor_digits(currency))
    return format(_WIDE.add(amount, ZERO).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE), "f")


def line(
    *,
    quantity: Decimal,
    price: Decimal,
    discount: Decimal,
    discount_percent: Decimal,
    rate: Decimal,
    currency: str,
) -> Line:
    """Return what a line comes to.

    discount: for each unit; discount_percent: of quantity times price. The net amount is rounded once.
    """
    with localcontext(_WIDE):
        whole = quantity * price
        net = whole - quantity * discount - whole * discount_percent / _HUNDRED
    return Line(rounded(whole, currency), rounded(net, currency), rate)


def percent(amount: Decimal, rate: Decimal, currency: str) -> Decimal:
    """Return `rate` percent of an amount, rounded."""
    return rounded(_WIDE.divide(_WIDE.multiply(amount, rate), _HUNDRED), currency)


def totals(
    lines: Iterable[Line],
    *,
    discounts: Iterable[Adjustment] = (),
    fees: Iterable[Adjustment] = (),
    taxes: Iterable[Adjustment] = (),
    currency: str,
) -> Totals:
    """Return what an invoice comes to.

    Percentages of discounts and fees are of the amount as the adjustment before left it; those of order-level taxes
    are all of the amount after discounts and fees. A line's tax shrinks with the order-level discounts.
    """
    with localcontext(_WIDE):
        subtotal = gross = ZERO
        by_rate: dict[Decimal, Decimal] = {}
        for one in lines:
            subtotal += one.net
            gross += one.gross
            if one.rate:
                by_rate[one.rate] = by_rate.get(one.rate, ZERO) + one.net
        discounted = subtotal
        for adjustment in discounts:
            discounted -= _worth(adjustment, discounted, currency)
        charged = discounted
        for adjustment in fees:
            charged += _worth(adjustment, charged, currency)
        share = _WIDE.divide(discounted, subtotal) if subtotal else Decimal(1)
        tax = sum((percent(_WIDE.multiply(net, share), rate, currency) for rate, net in by_rate.items()), ZERO)
        tax += sum((_worth(adjustment, charged, currency) for adjustment in taxes), ZERO)
        return Totals(subtotal, gross - discounted, charged - discounted, tax, charged + tax)


def _worth(adjustment: Adjustment, amount: Decimal, currency: str) -> Decimal:
    if adjustment.percent:
        return percent(amount, adjustment.value, currency)
    return rounded(adjustment.value, currency)

"""The server's own arithmetic: exact decimals, each amount rounded half up to its currency where it arises.

A deliberate twin of Tieout's arithmetic, so that a mistake in one cannot hide in the other.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

ZERO: Final = Decimal(0)
"""Nothing, in any currency: it leaves the digits of what is added to it."""

_MONEY: Final = frozenset(
    [
        *("Amount", "TotalAmt", "Deposit", "TotalTax", "TaxAmount", "TaxInclusiveAmt", "TaxInclusiveAmount"),
        *("DiscountAmt", "NetAmountTaxable", "OverrideDeltaAmount"),
    ]
)
_EXACT: Final = Context(prec=100, rounding=ROUND_HALF_UP)


def cents(amount: Decimal, places: int = 2) -> Decimal:
    """Round half up to `places` digits, those of the amount's currency."""
    return amount.quantize(Decimal(1).scaleb(-places), context=_EXACT)


def in_currency(sent: dict[str, Any], places: int) -> None:
    """Round every amount of money in a document, its lines included, to the digits of its currency."""
    for field, value in sent.items():
        match value:
            case Decimal() | int() if field in _MONEY:
                sent[field] = cents(Decimal(value), places)
            case dict():
                in_currency(value, places)
            case list():
                for entry in value:
                    in_currency(entry, places)


def shorten(number: Decimal, places: int) -> Decimal:
    """Round half up to `places` digits if there are more; otherwise keep the digits as they were sent."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -places:
        return cents(number, places)
    return number


def line_amount(price: Decimal, quantity: Decimal, places: int = 2) -> Decimal:
    """Price times quantity, rounded once to the currency's digits."""
    return cents(_EXACT.multiply(price, quantity), places)


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """`percent` per cent of `amount`, with its digits: one line's tax, or a discount."""
    return like(amount, _EXACT.multiply(amount, percent).scaleb(-2, _EXACT))


def like(model: Decimal, amount: Decimal) -> Decimal:
    """Round half up to as many digits as `model`, an amount of the same document, has."""
    return amount.quantize(model, context=_EXACT)


def net_of(gross: Decimal, percent: Decimal) -> Decimal:
    """What is left of an amount without the `percent` per cent of tax that it includes, with its digits."""
    return like(gross, _EXACT.divide(_EXACT.multiply(gross, Decimal(100)), _EXACT.add(Decimal(100), percent)))


def spread(total: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """Divide `total` in proportion to `shares`, with its digits; the last share takes what rounding leaves."""
    whole = sum(shares, ZERO)
    if not whole:
        return [ZERO] * len(shares)
    parts = [like(total, _EXACT.divide(_EXACT.multiply(total, share), whole)) for share in shares]
    parts[-1] += total - sum(parts, ZERO)
    return parts

"""The server's own arithmetic: exact decimals, each amount rounded half up to the cent where it arises.

A deliberate twin of Tieout's arithmetic, so that a mistake in one cannot hide in the other.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

ZERO: Final = Decimal("0.00")
_CENT: Final = Decimal("0.01")
_EXACT: Final = Context(prec=100, rounding=ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    """Round half up to two digits."""
    return amount.quantize(_CENT, context=_EXACT)


def shorten(number: Decimal, places: int) -> Decimal:
    """Round half up to `places` digits if there are more; otherwise keep the digits as they were sent."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -places:
        return number.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    return number


def line_amount(price: Decimal, quantity: Decimal) -> Decimal:
    """Price times quantity, rounded once."""
    return cents(_EXACT.multiply(price, quantity))


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """`percent` per cent of `amount`, to the cent: one line's tax, or a discount."""
    return cents(_EXACT.multiply(amount, percent).scaleb(-2, _EXACT))


def spread(total: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """Divide `total` in proportion to `shares`, to the cent; the last share takes what rounding leaves."""
    whole = sum(shares, ZERO)
    if not whole:
        return [ZERO] * len(shares)
    parts = [cents(_EXACT.divide(_EXACT.multiply(total, share), whole)) for share in shares]
    parts[-1] += total - sum(parts, ZERO)
    return parts

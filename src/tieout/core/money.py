"""Amounts of money: `Decimal` beside an ISO 4217 currency code, never a float."""

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext

_MOST_DIGITS = 40
_WIDE = Context(prec=5 * _MOST_DIGITS, rounding=ROUND_HALF_UP)
"""Wide enough for the exact product of any two numbers that `decimal` reads, and for every quotient of them."""
_LARGEST_MINOR = 2**63 - 1

_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_ZERO = frozenset(("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF").split())
_TWO = frozenset(
    (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
        "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
        "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
        "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
        "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR "
        "ZMW ZWG"
    ).split()
)


class NotMoney(ValueError):
    """A value that cannot be an amount, a price or a quantity."""


class UnknownCurrency(ValueError):
    """A currency code that ISO 4217 does not list."""


def minor_digits(currency: str) -> int:
    """How many decimals an amount in `currency` has (ISO 4217). Raises UnknownCurrency."""
    if currency in _TWO:
        return 2
    if currency in _ZERO:
        return 0
    if currency in _THREE:
        return 3
    raise UnknownCurrency(f"{currency!r} is no ISO 4217 currency code; use one such as USD, EUR or GBP.")


def decimal(value: str | int | Decimal) -> Decimal:
    """Read a finite number of at most 40 digits. Raises NotMoney for anything else, NaN and Infinity included."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(value)
    except (InvalidOperation, ValueError, TypeError) as error:
        raise NotMoney(f"{value!r} is not a number.") from error
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise NotMoney(f"{value!r} is not a finite number.")
    if number.adjusted() > _MOST_DIGITS or exponent < -_MOST_DIGITS:
        raise NotMoney(f"{str(value)[:60]!r} has more digits than any amount of money.")
    return number


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round half up (away from zero) to the currency's minor unit; nothing is zero, never minus zero."""
    return _WIDE.add(amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), context=_WIDE), 0)


def scale(number: Decimal) -> int:
    """How many decimals a finite number needs; zeros at its end do not count."""
    exponent = _WIDE.normalize(number).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def line_amount(quantity: Decimal, price: Decimal, currency: str) -> Decimal:
    """Quantity times price, rounded once, half up: the rule of both vendors (QuickBooks error 6070 enforces it)."""
    return rounded(_WIDE.multiply(quantity, price), currency)


def percent_of(amount: Decimal, percent: Decimal, currency: str) -> Decimal:
    """`percent` per cent of an amount, rounded half up: the tax of one line, as QuickBooks takes it."""
    return rounded(_WIDE.multiply(amount, percent).scaleb(-2, context=_WIDE), currency)


def unit_price(amount: Decimal, quantity: Decimal, currency: str, decimals: int = 7) -> Decimal | None:
    """The shortest price that gives exactly `amount` for `quantity`, or None where none with `decimals` does.

    QuickBooks keeps a unit price with up to seven decimals and refuses a line whose amount is not the rounded product.
    """
    if quantity == 0:
        return None
    with localcontext(_WIDE):
        exact = amount / quantity
        for places in range(minor_digits(currency), decimals + 1):
            price = exact.quantize(Decimal(1).scaleb(-places))
            if line_amount(quantity, price, currency) == amount:
                return price
    return None


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount as an integer of minor units, for the database.

    Raises NotMoney if it has more decimals than those, or does not fit into 64 bits.
    """
    scaled = amount.scaleb(minor_digits(currency), context=_WIDE)
    whole = int(scaled)
    if scaled != whole:
        raise NotMoney(f"{amount} has more decimals than {currency} has.")
    if abs(whole) > _LARGEST_MINOR:
        raise NotMoney(f"{amount} {currency} is more than any amount of money.")
    return whole


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount that `to_minor` stored."""
    return Decimal(minor).scaleb(-minor_digits(currency), context=_WIDE)


def text(amount: Decimal, currency: str) -> str:
    """An amount as a decimal string with the currency's digits: `"12.30"`."""
    return f"{rounded(amount, currency):f}"

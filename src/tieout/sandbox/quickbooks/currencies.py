"""The currencies of the world, as far as the sandbox's companies trade in them.

A deliberate twin of Tieout's own table, so that a mistake in one cannot hide in the other. Names as QuickBooks shows
them; digits after ISO 4217, maintenance agency SIX, list one.
"""

from collections.abc import Mapping
from typing import Final

import msgspec


class Currency(msgspec.Struct, frozen=True):
    """One currency: its name, and how many digits its amounts have after the point."""

    name: str
    places: int = 2


CURRENCIES: Final[Mapping[str, Currency]] = {
    "AED": Currency("United Arab Emirates Dirham"),
    "ARS": Currency("Argentine Peso"),
    "AUD": Currency("Australian Dollar"),
    "BHD": Currency("Bahraini Dinar", 3),
    "BRL": Currency("Brazilian Real"),
    "CAD": Currency("Canadian Dollar"),
    "CHF": Currency("Swiss Franc"),
    "CLP": Currency("Chilean Peso", 0),
    "CNY": Currency("Chinese Yuan"),
    "COP": Currency("Colombian Peso"),
    "CZK": Currency("Czech Koruna"),
    "DKK": Currency("Danish Krone"),
    "EUR": Currency("Euro"),
    "GBP": Currency("British Pound Sterling"),
    "HKD": Currency("Hong Kong Dollar"),
    "HUF": Currency("Hungarian Forint"),
    "ILS": Currency("Israeli Shekel"),
    "INR": Currency("Indian Rupee"),
    "ISK": Currency("Icelandic Krona", 0),
    "JOD": Currency("Jordanian Dinar", 3),
    "JPY": Currency("Japanese Yen", 0),
    "KRW": Currency("South Korean Won", 0),
    "KWD": Currency("Kuwaiti Dinar", 3),
    "MXN": Currency("Mexican Peso"),
    "NOK": Currency("Norwegian Krone"),
    "NZD": Currency("New Zealand Dollar"),
    "OMR": Currency("Omani Rial", 3),
    "PEN": Currency("Peruvian Sol"),
    "PLN": Currency("Polish Zloty"),
    "SEK": Currency("Swedish Krona"),
    "SGD": Currency("Singapore Dollar"),
    "THB": Currency("Thai Baht"),
    "TND": Currency("Tunisian Dinar", 3),
    "TRY": Currency("Turkish Lira"),
    "USD": Currency("United States Dollar"),
    "UYU": Currency("Uruguayan Peso"),
    "VND": Currency("Vietnamese Dong", 0),
    "ZAR": Currency("South African Rand"),
}
"""ISO code → currency."""

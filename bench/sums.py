"""What the file itself says the totals are: added up straight from its rows, by no code that loads or syncs them."""

import csv
import lzma
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

_PENNY = Decimal("0.01")


class Sums(NamedTuple):
    """Totals in GBP by invoice number, each line rounded half up to the penny.

    home: finalized in HubSpot. drafts: without a customer. abroad: made in QuickBooks. credits: given back, positive.
    """

    home: dict[str, Decimal]
    drafts: dict[str, Decimal]
    abroad: dict[str, Decimal]
    credits: dict[str, Decimal]


def sums(path: Path, first: str, last: str) -> Sums:
    """Add up the rows of the days `first` to `last` (as YYYY-MM-DD)."""
    found = Sums({}, {}, {}, {})
    with lzma.open(path, "rt", newline="") if path.suffix == ".xz" else path.open(newline="") as file:
        table = csv.reader(file)
        next(table)
        for number, _, _, quantity, moment, price, customer, country in table:
            if moment[:10] < first or moment[:10] > last:
                continue
            amount = (Decimal(quantity) * Decimal(price)).quantize(_PENNY, ROUND_HALF_UP)
            if number[0] == "C":
                found.credits[number] = found.credits.get(number, Decimal(0)) - amount
            elif not customer:
                found.drafts[number] = found.drafts.get(number, Decimal(0)) + amount
            elif country == "United Kingdom":
                found.home[number] = found.home.get(number, Decimal(0)) + amount
            else:
                found.abroad[number] = found.abroad.get(number, Decimal(0)) + amount
    return found

"""A small made-up file in the format of the retailer's, with all that makes the real one hard.

`python -m bench.sample FILE` writes it: three days, with the same article under several descriptions and the same
description on several articles, codes that differ in their case only, prices of zero and of a tenth of a penny,
negative quantities, credit notes, sales abroad, sales to nobody.
"""

import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

HEAD = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
FIRST_DAY = date(2010, 12, 1)
_STOCK = (
    ("85123A", "WHITE HANGING HEART", "2.55"),
    ("85123a", "WHITE HANGING HEART", "2.95"),
    ("71053", "WHITE METAL LANTERN", "3.39"),
    ("71053", "LANTERN, WHITE", "3.39"),
    ("21171", "BATHROOM METAL SIGN", "1.45"),
    ("82580", "BATHROOM METAL SIGN", "1.69"),
    ("POST", "POSTAGE", "18.00"),
    ("84029G", "KNITTED HOT WATER BOTTLE", "0.001"),
    ("M", "Manual", "0.00"),
)
_AT_HOME = tuple((str(10001 + place), f"TEA COSY {place}", "4.25") for place in range(8))
"""Articles that QuickBooks has none of: no credit note and no sale abroad names them."""
_CAKESTAND = ("22423", "CAKESTAND 3 TIER", "12.75")
"""On every invoice, so that none comes to nothing."""

Cells = tuple[str | int, ...]


def write(path: Path, *, days: int = 3, invoices: int = 16, longest: int = 40) -> None:
    """Write a file of `days` days with `invoices` each; the second invoice of a day has `longest` lines."""
    random = Random(17)
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for place in range(days * invoices):
            day, of_day = divmod(place, invoices)
            length = longest - 1 if of_day == 1 else random.randint(1, 5)
            out.writerows(_invoice(random, place, FIRST_DAY + timedelta(days=day), length))


def _invoice(random: Random, place: int, day: date, length: int) -> Iterator[Cells]:
    """Of eight invoices one gives money back, one is to nobody, one goes abroad."""
    credit, nobody, abroad = (place % 8 == turn for turn in (3, 5, 7))
    number = f"{'C' if credit else ''}{536365 + place}"
    country = "France" if abroad else "United Kingdom"
    customer = "" if nobody else str(12583 + random.randrange(3) if abroad else 17850 + random.randrange(7))
    moment = f"{day}T{8 + place % 8:02d}:{random.randrange(60):02d}:00"
    stock = _STOCK if credit or abroad else _STOCK + _AT_HOME
    for sku, title, price in (*random.choices(stock, k=length), _CAKESTAND):
        pieces = random.randint(1, 24)
        returned = credit or (nobody and random.randrange(2))
        yield number, sku, title if customer else "", -pieces if returned else pieces, moment, price, customer, country


if __name__ == "__main__":
    write(Path(sys.argv[1]))

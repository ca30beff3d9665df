"""A small made-up file in the format of the retailer's: a few days with everything that makes the real one hard.

`python -m bench.sample FILE` writes it.
"""

import csv
import sys
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
    ("22423", "CAKESTAND 3 TIER", "12.75"),
    ("84029G", "KNITTED HOT WATER BOTTLE", "0.001"),
    ("M", "Manual", "0.00"),
)


def write(path: Path, *, days: int = 3, invoices: int = 16, longest: int = 40) -> None:
    """Write a file of `days` days with `invoices` each; the longest invoice has `longest` lines."""
    random = Random(17)  # noqa: S311 makes the same file each time, keeps no secret
    number = 536365
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for offset in range(days):
            day = FIRST_DAY + timedelta(days=offset)
            for place in range(invoices):
                credit = place % 8 == 3
                customer = "" if place % 8 == 5 else str(17850 + random.randrange(7))
                country = "United Kingdom"
                if place % 8 == 7:
                    customer, country = str(12583 + random.randrange(3)), "France"
                length = longest if place == 1 else random.randint(1, 5)
                for _ in range(length):
                    sku, title, price = random.choice(_STOCK)
                    pieces = random.randint(1, 24) * (-1 if credit or (not customer and random.random() < 0.5) else 1)
                    moment = f"{day}T{8 + place // 4:02d}:{random.randrange(60):02d}:00"
                    number_ = f"C{number}" if credit else str(number)
                    out.writerow(
                        (number_, sku, title if customer else "", pieces, moment, price, customer, country)
                    )
                # No sale comes to nothing: what a zero total means is another question than this file asks.
                out.writerow((number_, "22423", "CAKESTAND 3 TIER", -2 if credit else 2, moment, "12.75", customer, country))
                number += 1


if __name__ == "__main__":
    write(Path(sys.argv[1]))

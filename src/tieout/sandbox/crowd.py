"""The crowd of the demo: buyers, products and a year of sales in which nothing is wrong.

Every fourth buyer stands in QuickBooks under the same name, every fourth under another spelling, and half of them in
HubSpot alone; so does every other product.
"""

from decimal import Decimal

from tieout.sandbox.cast import Buyer, Line, Product, Sale

BUYERS, PRODUCTS, SALES = 188, 50, 125

_WORDS = (
    "Alder Amber Anchor Beacon Birch Bramble Cedar Copper Coral Elm Fern Granite Hazel Heron Juniper Larch Linden "
    "Maple Meadow Osprey Pebble Rowan Saffron Willow"
).split()
_TRADES = "Bakery Books Cycles Dental Gardens Joinery Optics Travel".split()
_FIRST = "Ada Ben Cleo Dan Ella Finn Gwen Hugo Isla Jack Kira Leo Maya Ned Olga Paul Rosa Seth Tess Vera".split()
_LAST = "Abbott Brook Carr Dale Ellis Frost Grant Hart Irwin Jones Kerr Lane Moss Nash Ogden Price".split()
_TOWNS = "Bath Deal Derby Durham Exeter Hull Leeds Oxford Truro York".split()
_THINGS = (
    "Banner Bench Board Bottle Bowl Box Chair Clock Cup Desk Easel Frame Lamp Mat Mirror Mug Planter Plaque Rack Rug "
    "Shelf Sign Stool Table Tray"
).split()
_SIZES = ("small", "large")
_DAYS = 360


def buyers() -> dict[str, Buyer]:
    """The buyers, by a key of their own."""
    return {f"crowd {n}": _buyer(n) for n in range(BUYERS)}


def products() -> dict[str, Product]:
    """The products, by SKU."""
    return {_sku(n): _product(n) for n in range(PRODUCTS)}


def sales() -> dict[str, Sale]:
    """Finalized invoices, spread evenly over a year up to today."""
    return {f"crowd {n}": _sale(n) for n in range(SALES)}


def _buyer(n: int) -> Buyer:
    company = f"{_WORDS[n // len(_TRADES)]} {_TRADES[n % len(_TRADES)]}"
    first, last = _FIRST[n % len(_FIRST)], _LAST[n * 7 % len(_LAST)]
    email = f"{first.lower()}@{company.lower().replace(' ', '-')}.example"
    spellings = (company, f"{company.upper()} LTD.")
    books = [(spellings[n % 4], email)] if n % 4 < len(spellings) else []
    return Buyer(company, [(first, last, email)], _TOWNS[n % len(_TOWNS)], books)


def _sku(n: int) -> str:
    return f"{_THINGS[n // len(_SIZES)][:3].upper()}-{n + 1:03}"


def _product(n: int) -> Product:
    name = f"{_THINGS[n // len(_SIZES)]}, {_SIZES[n % len(_SIZES)]}"
    price = Decimal("4.75") + n * Decimal("3.20")
    return Product(name, str(price), name if n % 2 == 0 else None)


def _sale(n: int) -> Sale:
    lines = [Line(_sku((n * 11 + at * 17) % PRODUCTS), str(1 + (n + at) % 6)) for at in range(1 + n % 3)]
    return Sale(f"crowd {n * 3 % BUYERS}", n * _DAYS // (SALES - 1) - _DAYS, lines)

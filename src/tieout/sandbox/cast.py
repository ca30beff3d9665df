"""What seeds are made of: who buys, what is sold, and what was sold."""

from collections.abc import Sequence
from typing import Literal, NamedTuple


class Buyer(NamedTuple):
    """Who buys. company: None = a contact without one. books: names and e-mails of customers in QuickBooks."""

    company: str | None
    contacts: Sequence[tuple[str, str, str]]
    city: str
    books: Sequence[tuple[str, str]] = ()


class Product(NamedTuple):
    """What is sold. books: its name in QuickBooks, None = not there."""

    name: str
    price: str
    books: str | None
    active: bool = True


class Line(NamedTuple):
    """A line. sku: None = a line that names no product, and says `text` instead."""

    sku: str | None
    quantity: str
    price: str | None = None
    discount: str | None = None
    text: str | None = None
    taxed: bool = False


class Sale(NamedTuple):
    """An invoice in HubSpot. day: an offset from today. contact: which of the buyer's; None = a draft without any."""

    buyer: str
    day: int
    lines: Sequence[Line]
    status: Literal["draft", "open", "voided"] = "open"
    contact: int | None = 0

"""What an invoice made in QuickBooks becomes in HubSpot: a non-billable copy whose parts add up to its total.

HubSpot takes no negative price (HubSpot, "Line items" guide), so what QuickBooks takes off in lines becomes the copy's
discount, and what is then still missing to the total becomes a line of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import msgspec

from tieout.core.money import line_amount, unit_price
from tieout.core.text import normal, printable
from tieout.kinds.invoice import Invoice, Line

REST = "rest"
"""`source` of the line that holds what the parts lack to the total."""
WHOLE = "whole"
"""`source` of the one line of a copy that is no more than its total."""

_ZERO = Decimal(0)
_ONE = Decimal(1)
_REST_NAME = "Other amounts"


def copy(books: Invoice, customer: str, products: Mapping[str, str]) -> Invoice:
    """The copy of a QuickBooks invoice, without HubSpot's ids. All amounts in the invoice's currency.

    customer: HubSpot's, `company:…` or `contact:…`. products: QuickBooks item to HubSpot product, where they are
    linked. Its lines less `discount` plus `tax` always are `total`.
    """
    lines, discount = _parts(books, products)
    tax = books.tax
    if discount > sum((line.amount for line in lines), _ZERO):
        lines, discount, tax = (_line(WHOLE, books.number, books.total),), _ZERO, _ZERO
    return Invoice(
        id="",
        number=normal(printable(books.number)),
        status="void" if books.status == "void" else "open",
        issued_here=False,
        customer=customer,
        date=books.date,
        due=books.due,
        currency=books.currency,
        lines=lines,
        discount=discount,
        tax=tax,
        total=books.total,
        balance=books.total,
        memo=books.memo,
    )


def placed(wanted: Invoice, crm: Invoice) -> Invoice:
    """A copy as it shall be, with the ids of the lines that HubSpot has of it already; new lines have none."""
    there = {line.source: line.id for line in reversed(crm.lines) if line.source}
    lines = tuple(msgspec.structs.replace(line, id=there.get(line.source, "")) for line in wanted.lines)
    return msgspec.structs.replace(wanted, id=crm.id, lines=lines, contact=crm.contact, email=crm.email)


def same_parts(crm: Invoice, wanted: Invoice) -> bool:
    """Whether HubSpot's lines, discount and tax are those of the copy as it shall be (`placed`)."""
    return (
        len(crm.lines) == len(wanted.lines)
        and (crm.discount, crm.tax) == (wanted.discount, wanted.tax)
        and not any(altered(crm, wanted))
    )


def altered(crm: Invoice, wanted: Invoice) -> Iterator[Line]:
    """The wanted lines that HubSpot does not have, or has otherwise."""
    there = {line.id: line for line in crm.lines}
    return (line for line in wanted.lines if not line.id or line.id not in there or _shown(there[line.id], line))


def _shown(one: Line, other: Line) -> bool:
    return _told(one) != _told(other)


def _told(line: Line) -> tuple[object, ...]:
    return normal(printable(line.name)), normal(printable(line.text)), line.quantity, line.amount, line.tax


def _parts(books: Invoice, products: Mapping[str, str]) -> tuple[tuple[Line, ...], Decimal]:
    """The lines that charge something, and what is taken off."""
    charged = [line for line in books.lines if line.amount >= 0]
    discount = books.discount - sum((line.amount for line in books.lines if line.amount < 0), _ZERO)
    lines = _known_apart(_sold(line, books.currency, products) for line in charged)
    rest = books.total - books.tax + discount - sum((line.amount for line in lines), _ZERO)
    if rest > 0:
        lines.append(_line(REST, _REST_NAME, rest))
    elif rest < 0:
        discount -= rest
    return tuple(lines or [_line(WHOLE, books.number, books.total - books.tax + discount)]), discount


def _known_apart(lines: Iterable[Line]) -> list[Line]:
    """Lines with a `source` of their own each: QuickBooks gives some, such as that of shipping, no id."""
    found: list[Line] = []
    taken: set[str] = set()
    for place, line in enumerate(lines):
        source = line.source if line.source and line.source not in taken else f"#{place}"
        taken.add(source)
        found.append(msgspec.structs.replace(line, source=source))
    return found


def _sold(line: Line, currency: str, products: Mapping[str, str]) -> Line:
    quantity, price = line.quantity, line.price
    if price is None or price < 0 or line_amount(quantity, price, currency) != line.amount:
        price = unit_price(line.amount, quantity, currency)
    if price is None or price < 0 or quantity <= 0:
        quantity, price = _ONE, line.amount
    return Line(
        id="",
        item=products.get(line.item, ""),
        name=line.name or line.text.partition("\n")[0],
        text=line.text,
        quantity=quantity,
        price=price,
        amount=line.amount,
        source=line.id,
    )


def _line(source: str, name: str, amount: Decimal) -> Line:
    return Line(id="", name=name or source, quantity=_ONE, price=amount, amount=amount, source=source)

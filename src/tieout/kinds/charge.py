"""What a customer owes, of an invoice: how two readings of one charge differ, line by line."""

from decimal import Decimal

from tieout.core.merge import Difference
from tieout.core.records import Side
from tieout.kinds.invoice import Invoice, Line

NAMES = ("lines", "discount", "tax", "total", "customer", "currency", "number", "date")
"""The fields of an invoice that are its charge: its issuer's alone."""

_OF_LINE = {Side.CRM: ("quantity", "price", "amount", "tax"), Side.BOOKS: ("quantity", "price", "amount")}
"""What is owed of a line: in HubSpot its tax rate too, while the tax code in QuickBooks is coding."""
_HEADER = ("discount", "tax", "total", "customer", "currency", "number", "date")


def differences(base: Invoice, now: Invoice, side: Side, *, ignore: tuple[str, ...] = ()) -> tuple[Difference, ...]:
    """How the charge of `now` differs from `base`, both read from the same side. Empty = the same charge.

    Lines are paired by their ids, then those left over, or without an id yet, by equal quantity, price and amount (a
    line typed anew).
    """
    if base.lines == now.lines and all(getattr(base, n) == getattr(now, n) for n in _HEADER):
        return ()
    found = _line_differences(base.lines, now.lines, side)
    for name in _HEADER:
        if name in ignore:
            continue
        before, after = getattr(base, name), getattr(now, name)
        if before != after:
            found.append(Difference(name, _text(before), _text(after), side))
    return tuple(found)


def _line_differences(base: tuple[Line, ...], now: tuple[Line, ...], side: Side) -> list[Difference]:
    by_id = {line.id: line for line in now if line.id}
    unnamed = [line for line in now if not line.id]
    found: list[Difference] = []
    missing: list[tuple[int, Line]] = []
    for position, line in enumerate(base, 1):
        other = by_id.pop(line.id, None)
        if other is None:
            missing.append((position, line))
        else:
            found += _one_line(position, line, other, side)
    extra = [*by_id.values(), *unnamed]
    for position, line in missing:
        twin = next((e for e in extra if _owes(e) == _owes(line)), None)
        if twin is not None:
            extra.remove(twin)
        else:
            found.append(Difference(f"lines[{position}]", _line_text(line), "", side))
    found += [Difference("lines[+]", "", _line_text(line), side) for line in extra]
    return found


def _owes(line: Line) -> tuple[Decimal, Decimal | None, Decimal]:
    return (line.quantity, line.price, line.amount)


def _one_line(position: int, base: Line, now: Line, side: Side) -> list[Difference]:
    found: list[Difference] = []
    for name in _OF_LINE[side]:
        before, after = getattr(base, name), getattr(now, name)
        if before != after and not (name == "price" and None in (before, after)):
            found.append(Difference(f"lines[{position}].{name}", _text(before), _text(after), side))
    return found


def _line_text(line: Line) -> str:
    what = line.name or line.text or line.sku or line.item
    price = "?" if line.price is None else _text(line.price)
    return f"{_text(line.quantity)} × {price} = {line.amount} {what}".strip()  # noqa: RUF001 - as people write it


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        whole = value.normalize()
        return f"{value:f}" if value.as_tuple().exponent == -2 else f"{whole:f}"
    return "" if value is None else str(value)

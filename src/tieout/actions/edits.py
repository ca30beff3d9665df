"""What a write changes, value by value, as a person reads it."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from tieout.actions.language import Words
from tieout.actions.naming import MONEY
from tieout.core.fields import value_of
from tieout.core.records import Address, Side
from tieout.kinds import charge
from tieout.kinds.invoice import Invoice
from tieout.remote.rows import Record


class Edit(msgspec.Struct, frozen=True):
    """One value that was changed, as a person reads it."""

    field: str
    name: str
    before: str
    after: str


def edits(
    fields: Sequence[str], record: Record | None, base: Record | None, side: Side, words: Words
) -> Iterable[Edit]:
    """What a write of these fields changes. base, record: before and after."""
    if record is None or base is None:
        return
    for field in fields:
        if field == "lines" and isinstance(record, Invoice) and isinstance(base, Invoice):
            for change in charge.differences(base, record, side, ignore=charge.NAMES):
                yield Edit(change.field, words.field(change.field), change.before, change.after)
            continue
        currency = getattr(record, "currency", "") if field in MONEY else ""
        before, after = (shown(value_of(one, field), words, currency) for one in (base, record))
        if before != after:
            yield Edit(field, words.field(field), before, after)


def shown(value: object, words: Words, currency: str = "") -> str:
    """A field's value as a person reads it. currency: of an amount; empty for other numbers."""
    match value:
        case None:
            return ""
        case bool():
            return words("Yes") if value else words("No")
        case Decimal():
            return words.money(value, currency) if currency else words.number(value)
        case date():
            return words.day(value)
        case Address():
            return ", ".join(part for part in msgspec.structs.astuple(value) if part)
        case tuple():
            return ", ".join(map(str, value))
    return str(value)

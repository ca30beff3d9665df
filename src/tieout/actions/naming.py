"""What records are called, for people."""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, select

from tieout.core.facts import Named
from tieout.core.records import Kind, Side
from tieout.kinds.currency import parted
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.remote.rows import Record
from tieout.store.agenda import chunks
from tieout.store.codec import decode, decode_record
from tieout.store.tables import pair, record

MONEY = frozenset({"amount", "balance", "discount", "price", "tax", "total"})
"""The fields that are amounts."""

_LONGEST_NAME = 120


class Choice(msgspec.Struct, frozen=True):
    """One value to choose, and how a person knows it."""

    value: str
    label: str


def label(of: Record) -> str:
    """A record's name: an invoice's number, a payment's reference, else its id; shortened where it has no end."""
    name = _name(of)
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _name(of: Record) -> str:
    match of:
        case Customer():
            owner, code = parted(of.id)
            name = of.name or of.company or f"{of.first} {of.last}".strip() or of.email or owner
            return f"{name} ({code})" if code else name
        case Item():
            return of.name or of.sku or of.id
        case Invoice():
            return of.number or of.id
    return of.reference or of.transaction or of.id


def labels(tx: Connection, company: int, side: Side, kind: Kind, ids: Iterable[str]) -> dict[str, str]:
    """The names of stored records, gone ones included; unknown ids are left out."""
    return {found.id: label(found) for found in stored(tx, company, side, kind, ids)}


def stored(tx: Connection, company: int, side: Side, kind: Kind, ids: Iterable[str]) -> Iterable[Record]:
    """Stored records by id, gone ones included."""
    wanted = sorted({i for i in ids if i})
    for chunk in chunks(wanted):
        bodies = tx.execute(
            select(record.c.body).where(
                record.c.connection == company,
                record.c.side == side.value,
                record.c.kind == kind.value,
                record.c.id.in_(chunk),
                record.c.body != b"",
            )
        )
        yield from (decode_record(kind, body) for body in bodies.scalars())


class _Listed(msgspec.Struct, frozen=True):
    """What a list shows of an item; the rest of it is not decoded."""

    id: str
    name: str = ""
    active: bool = True
    type: str = ""


def usable_items(tx: Connection, company: int) -> list[Named]:
    """QuickBooks' items that a line can name."""
    bodies = tx.execute(
        select(record.c.body).where(
            record.c.connection == company,
            record.c.side == Side.BOOKS.value,
            record.c.kind == Kind.ITEM.value,
            record.c.gone == "",
            record.c.body != b"",
        )
    )
    items = (decode(body, _Listed) for body in bodies.scalars())
    return [Named(item.id, item.name) for item in items if item.active and item.type != "Category"]


def invoice_rows(tx: Connection, company: int, side: Side, ids: Iterable[str]) -> dict[str, str]:
    """The ids of the rows of invoices, by their id on `side`."""
    column = pair.c.crm_id if side is Side.CRM else pair.c.books_id
    wanted = sorted(set(ids) - {""})
    found: dict[str, str] = {}
    for chunk in chunks(wanted):
        rows = select(column, pair.c.id).where(
            pair.c.connection == company,
            pair.c.kind == Kind.INVOICE.value,
            column.in_(chunk),
        )
        found |= {id_: str(row_id) for id_, row_id in tx.execute(rows)}
    return found


def with_contact(name: str, email: str) -> str:
    """A name with the address that tells it from its namesakes."""
    return f"{name} ({email})" if email and email != name else name


def chosen_first(choices: Iterable[Choice], first: Mapping[str, str], limit: int) -> tuple[Choice, ...]:
    """At most `limit` choices, those of `first` (value to label) before all others."""
    ordered = {value: Choice(value, text) for value, text in first.items()}
    for choice in choices:
        ordered[choice.value] = choice
    return tuple(ordered.values())[:limit]

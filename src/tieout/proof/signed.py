"""A signed month: the documents behind it as they stood, and what changed since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from tieout.core.money import text
from tieout.proof.report import Entry
from tieout.proof.totals import Total

Side = Literal["crm", "books"]
What = Literal["voided", "deleted", "moved", "changed", "added", "open"]
Place = tuple[str, str]
"""A side and the id of a document there."""
INVOICE = "invoice"


class Document(msgspec.Struct, frozen=True):
    """One document as it was signed. total, open: decimal strings in `currency`; open: as of the day, of QuickBooks'.

    kind: `invoice`, else QuickBooks' own name of the transaction, whose total is not kept. day: ISO.
    """

    side: Side
    kind: str
    id: str
    number: str
    customer: str
    currency: str
    day: str
    total: str
    open: str = ""


class Change(msgspec.Struct, frozen=True):
    """What happened to one document. amount: by how much the month moved, as a decimal string in `currency`.

    what: `open` = another part of it was open on the day; `moved` = it has another date.
    """

    what: What
    side: Side
    kind: str
    id: str
    number: str
    customer: str
    currency: str
    amount: str


class Found(msgspec.Struct, frozen=True):
    """What stands there now.

    totals: invoices by place; None = gone. What is not in it was not looked at. entries: the transactions open on the
    day as QuickBooks reports them; None where it was not asked. links: HubSpot's ids to QuickBooks'.
    """

    totals: Mapping[Place, Total | None]
    entries: Sequence[Entry] | None
    links: Mapping[str, str]


def documents(day: date, crm: Iterable[Total], books: Iterable[Total], entries: Sequence[Entry]) -> list[Document]:
    """What a signature holds: invoices of the month up to `day`, and whatever else was open then.

    crm: as of the day. books: QuickBooks' invoices. entries: its report's.
    """
    owed = {one.id: one for one in entries}
    found = [_document("crm", one, "") for one in crm if one.live and (_within(one, day) or one.open)]
    held = {one.id for one in books}
    for one in books:
        if one.live and (_within(one, day) or one.id in owed):
            due = owed[one.id].open if one.id in owed else Decimal(0)
            found.append(_document("books", one, text(due, one.currency)))
    found += [
        Document("books", e.type, e.id, e.number, e.name, e.currency, e.day.isoformat(), "", text(e.open, e.currency))
        for e in entries
        if e.id not in held
    ]
    return found


def changes(day: date, then: Sequence[Document], now: Found) -> list[Change]:
    """What changed in a signed month, QuickBooks first; what both sides saw alike is told once."""
    signed = {(one.side, one.id): one for one in then if one.kind == INVOICE}
    owed = None if now.entries is None else {one.id: one.open for one in now.entries}
    found: list[Change] = []
    for place, one in signed.items():
        if place in now.totals:
            found += _changed(day, one, now.totals[place], owed)
    for (side, id_), total in now.totals.items():
        copied = side == "crm" and ("books", now.links.get(id_, "")) in signed
        if total is not None and total.live and (side, id_) not in signed and not copied:
            found += _appeared(day, "crm" if side == "crm" else "books", total, owed)
    if now.entries is not None:
        found += _credits(then, now.entries, {id_ for side, id_ in now.totals if side == "books"})
    told = {(one.id, one.what, one.amount) for one in found if one.side == "books"}
    return sorted(
        (one for one in found if one.side == "books" or (now.links.get(one.id, ""), one.what, one.amount) not in told),
        key=lambda one: (one.side, one.number, one.id),
    )


def _changed(day: date, then: Document, now: Total | None, owed: Mapping[str, Decimal] | None) -> Iterator[Change]:
    was = Decimal(then.total)
    if now is None:
        yield _change("deleted", then, -was)
    elif not now.live:
        yield _change("voided", then, -was)
    elif now.day is not None and now.day.isoformat() != then.day:
        yield _change("moved", then, -was if now.day > day else Decimal(0))
    elif now.total != was:
        yield _change("changed", then, now.total - was)
    elif then.open and owed is not None and (apart := owed.get(then.id, Decimal(0)) - Decimal(then.open)):
        yield _change("open", then, apart)


def _appeared(day: date, side: Side, now: Total, owed: Mapping[str, Decimal] | None) -> Iterator[Change]:
    if _within(now, day):
        yield _change("added", _document(side, now, ""), now.total)
    elif side == "books" and owed is not None and now.id in owed:
        yield _change("open", _document(side, now, ""), owed[now.id])


def _credits(then: Sequence[Document], now: Sequence[Entry], invoices: set[str]) -> Iterator[Change]:
    """Credits, payments and other entries of which another part was open."""
    sums: dict[tuple[str, str], tuple[Document, Decimal]] = {}
    for one in documents(date.min, (), (), [entry for entry in now if entry.id not in invoices]):
        _, before = sums.get((one.id, one.customer), (one, Decimal(0)))
        sums[one.id, one.customer] = (one, before + Decimal(one.open))
    for one in then:
        if one.kind != INVOICE:
            _, before = sums.get((one.id, one.customer), (one, Decimal(0)))
            sums[one.id, one.customer] = (one, before - Decimal(one.open))
    for one, apart in sums.values():
        if apart:
            yield _change("open", one, apart)


def _within(total: Total, day: date) -> bool:
    """Whether a document belongs to the month that ends on `day`."""
    return total.day is not None and day.replace(day=1) <= total.day <= day


def _document(side: Side, of: Total, due: str) -> Document:
    day = of.day.isoformat() if of.day else ""
    return Document(side, INVOICE, of.id, of.number, of.name, of.currency, day, text(of.total, of.currency), due)


def _change(what: What, of: Document, amount: Decimal) -> Change:
    money = text(amount, of.currency)
    return Change(what, of.side, of.kind, of.id, of.number, of.customer, of.currency, money)

"""One record: both sides beside each other, field by field and line by line, and what happened to it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec
from sqlalchemy import Connection, select

from tieout.actions import company, failures, history, lookup
from tieout.actions.errors import NotFound
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words, moment
from tieout.actions.naming import MONEY, label, labels
from tieout.actions.vocabulary import KINDS, SIDES, STATES
from tieout.core import money
from tieout.core.causes import CAUSES, REASONS
from tieout.core.fields import CUSTOM, value_of
from tieout.core.records import Address, Kind, Side, State
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.issuer import is_open, issuer
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Record
from tieout.store import pairs
from tieout.store.connections import StoredConnection
from tieout.store.pairs import Stored
from tieout.store.tables import pair

Shape = Literal["text", "money", "day", "number"]

_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CUSTOMER: (
        *("name", "company", "first", "last", "email", "phone", "website", "billing", "currency", "tax_number"),
        *("active", "balance"),
    ),
    Kind.ITEM: ("name", "sku", "text", "price", "type", "active"),
    Kind.INVOICE: (
        *("number", "customer", "date", "due", "status", "currency", "discount", "tax", "total", "balance"),
        *("memo", "po", "ship_to", "email"),
    ),
    Kind.SETTLEMENT: ("amount", "currency", "date", "method", "reference", "invoice", "status"),
}
# Each side has its own names for these, so that two values say nothing about agreement.
_OWN = frozenset({"customer", "invoice", "status", "method", "type", "active", "name"})
_LINE_FIELDS = ("quantity", "price", "amount")


class Row(msgspec.Struct, frozen=True):
    """One field on both sides: decimal text, ISO day or plain text; None where the side has no such record.

    differs: the two values should agree, and do not.
    """

    field: str
    name: str
    shape: Shape
    crm: str | None
    books: str | None
    differs: bool


class LineSide(msgspec.Struct, frozen=True):
    """One line as a side has it; decimal text, price None where the side states the amount alone."""

    item: str
    text: str
    quantity: str
    price: str | None
    amount: str
    service_date: str


class LineRow(msgspec.Struct, frozen=True):
    """One line on both sides. differs: what the customer owes for it is not the same."""

    crm: LineSide | None
    books: LineSide | None
    differs: bool


class Lacking(msgspec.Struct, frozen=True):
    """What a draft would fail for, or a warning."""

    cause: str
    title: str
    explanation: str


class RecordPage(msgspec.Struct, frozen=True):
    """A record and its counterpart. case: what needs a person, or is warned of; None where nothing is.

    left_out: a person left it out, or undid what was made of it, and may take it in again.
    issuer: where an invoice counts as made. issuer_open: a person may say that it was made on the other side.
    """

    id: str
    kind: Kind
    kind_title: str
    name: str
    party: str
    state: State
    state_title: str
    reason: str
    since: datetime | None
    currency: str
    amount: str | None
    crm_id: str
    books_id: str
    crm_page: str
    books_page: str
    crm_gone: str
    books_gone: str
    made_in: str
    linked_at: datetime | None
    linked_why: str
    zone: str
    rows: tuple[Row, ...]
    lines: tuple[LineRow, ...]
    lacking: tuple[Lacking, ...]
    case: failures.Case | None
    history: tuple[history.Happening, ...]
    left_out: bool = False
    issuer: Side | None = None
    issuer_open: bool = False


def record(home: Home, name: str, pair_id: str, words: Words = ENGLISH) -> RecordPage:
    """A record by the id of its row. Raises NotFound."""
    try:
        case = failures.case_of(home, name, pair_id, words)
    except NotFound:
        case = None
    with home.database.read() as tx:
        of = lookup.connection(tx, name)
        stored = _stored(tx, of, pair_id)
        if stored is None:
            raise NotFound(words("There is no record {id} here.", id=pair_id))
        return _page(tx, of, stored, case, words.of(company.country(of)))


def _stored(tx: Connection, of: StoredConnection, pair_id: str) -> Stored | None:
    wanted = lookup.row_id(pair_id)
    found = tx.execute(select(pair.c.id).where(pair.c.connection == of.id, pair.c.id == wanted)).scalar()
    return None if found is None else next(iter(pairs.load(tx, [found])), None)


def _page(tx: Connection, of: StoredConnection, stored: Stored, case: failures.Case | None, words: Words) -> RecordPage:
    crm, books, kind = stored.pair.crm, stored.pair.books, stored.pair.kind
    row = tx.execute(
        select(pair.c.amount, pair.c.currency, pair.c.linked_at, pair.c.linked_why).where(pair.c.id == stored.id)
    ).one()
    currency = row.currency or _currency(crm) or _currency(books) or company.currency(of)
    one = crm if crm is not None else books
    names = _Names(tx, of, crm, books)
    return RecordPage(
        id=str(stored.id),
        kind=kind,
        kind_title=words(KINDS[kind]),
        name=label(one) if one is not None else stored.crm_id or stored.books_id,
        party=names.party(),
        state=company.shown(of, stored.state),
        state_title=words(STATES[company.shown(of, stored.state)]),
        reason=reason(stored, words),
        since=moment(stored.since),
        currency=currency,
        amount=None if row.amount is None else money.text(money.from_minor(row.amount, currency), currency),
        crm_id=stored.crm_id,
        books_id=stored.books_id,
        crm_page=company.page(of, Side.CRM, kind, stored.crm_id),
        books_page=company.page(of, Side.BOOKS, kind, stored.books_id),
        crm_gone=stored.pair.gone.get(Side.CRM, ""),
        books_gone=stored.pair.gone.get(Side.BOOKS, ""),
        made_in=_made_in(stored, words),
        linked_at=moment(row.linked_at),
        linked_why=row.linked_why,
        zone=company.zone(of),
        rows=tuple(_rows(kind, crm, books, names, words)),
        lines=tuple(_lines(crm, books, stored.pair.bond.lines if stored.pair.bond else {}, names)),
        lacking=tuple(_lacking(stored, currency, words)),
        case=case,
        history=history.of_pair(tx, of.id, stored.id, words),
        left_out=stored.state is State.EXCLUDED and "exclude" in stored.pair.choices,
        issuer=issuer(stored.pair),
        issuer_open=is_open(stored.pair),
    )


def compared(
    tx: Connection, of: StoredConnection, kind: Kind, crm: Record | None, books: Record | None, words: Words
) -> tuple[Row, ...]:
    """Two records beside each other, field by field."""
    return tuple(_rows(kind, crm, books, _Names(tx, of, crm, books), words))


def reason(stored: Stored, words: Words) -> str:
    """Why a record is in its state, in a few words; empty where the state says it all."""
    if stored.state is State.DRAFT:
        lacking = dict.fromkeys(words(CAUSES[problem.cause].title) for problem in stored.story.problems)
        return words("Would fail: {why}", why=", ".join(lacking)) if lacking else words(REASONS["ready"])
    if stored.state is State.WAITING and stored.cause == "dependency":
        return ""
    if stored.cause in REASONS:
        return words(REASONS[stored.cause])
    return words(CAUSES[stored.cause].title) if stored.cause in CAUSES else ""


def _currency(one: Record | None) -> str:
    return getattr(one, "currency", "") if one is not None else ""


def _made_in(stored: Stored, words: Words) -> str:
    side = Side.BOOKS if isinstance(stored.pair.books, Settlement) else issuer(stored.pair)
    return "" if side is None else words(SIDES[side])


class _Names:
    """What the ids in a pair's two records mean."""

    def __init__(self, tx: Connection, of: StoredConnection, crm: Record | None, books: Record | None) -> None:
        self._known: dict[tuple[Side, Kind], dict[str, str]] = {}
        self._party = ""
        for side, one in ((Side.CRM, crm), (Side.BOOKS, books)):
            if isinstance(one, Invoice):
                self._known[side, Kind.CUSTOMER] = labels(tx, of.id, side, Kind.CUSTOMER, [one.customer])
                self._known[side, Kind.ITEM] = labels(tx, of.id, side, Kind.ITEM, [line.item for line in one.lines])
                self._party = self._party or self.of(side, Kind.CUSTOMER, one.customer)
            elif isinstance(one, Settlement):
                self._known[side, Kind.INVOICE] = labels(tx, of.id, side, Kind.INVOICE, [one.invoice])

    def of(self, side: Side, kind: Kind, id_: str) -> str:
        """A name, else the id itself."""
        return self._known.get((side, kind), {}).get(id_, id_)

    def party(self) -> str:
        """The customer's name, of an invoice."""
        return self._party


def _rows(kind: Kind, crm: Record | None, books: Record | None, names: _Names, words: Words) -> Iterable[Row]:
    mapped = dict.fromkeys(CUSTOM + key for one in (crm, books) for key in getattr(one, "custom", ()))
    for field in (*_FIELDS[kind], *mapped):
        left = _plain(field, crm, Side.CRM, names)
        right = _plain(field, books, Side.BOOKS, names)
        if left or right:
            differs = bool(left and right) and left != right and field not in _OWN
            yield Row(field, words.field(field), _shape(field, crm, books), left, right, differs)


def _plain(field: str, one: Record | None, side: Side, names: _Names) -> str | None:
    if one is None:
        return None
    value = value_of(one, field)
    if field in {"customer", "invoice"} and isinstance(value, str):
        return names.of(side, Kind(field), value)
    if isinstance(value, Decimal) and not value and field not in {"total", "balance", "amount"}:
        return ""
    return plain(value)


def plain(value: object) -> str:
    """A value of a record as text: a decimal, an ISO day, `yes` or `no`, an address in one line."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case Address():
            return ", ".join(part for part in msgspec.structs.astuple(value) if part)
    return str(value)


def _shape(field: str, crm: Record | None, books: Record | None) -> Shape:
    if field in MONEY:
        return "money"
    is_day = any(isinstance(getattr(one, field, None), date) for one in (crm, books))
    return "day" if is_day else "text"


def _lines(crm: Record | None, books: Record | None, mapped: Mapping[str, str], names: _Names) -> Iterable[LineRow]:
    ours = crm.lines if isinstance(crm, Invoice) else ()
    theirs = {line.id: line for line in books.lines} if isinstance(books, Invoice) else {}
    for line in ours:
        other = theirs.pop(mapped.get(line.id, ""), None)
        differs = other is not None and any(_owed(line, f) != _owed(other, f) for f in _LINE_FIELDS)
        yield LineRow(_line(line, Side.CRM, names), _line(other, Side.BOOKS, names) if other else None, differs)
    for line in theirs.values():
        yield LineRow(None, _line(line, Side.BOOKS, names), differs=crm is not None)


def _owed(line: Line, field: str) -> Decimal | None:
    """A price may stand on one side only, where the other states the amount alone."""
    value: Decimal | None = getattr(line, field)
    return line.amount if field == "price" else value


def _line(line: Line, side: Side, names: _Names) -> LineSide:
    return LineSide(
        item=names.of(side, Kind.ITEM, line.item) if line.item else line.name or line.sku,
        text=line.text,
        quantity=f"{line.quantity:f}",
        price=None if line.price is None else f"{line.price:f}",
        amount=f"{line.amount:f}",
        service_date=line.service_date.isoformat() if line.service_date else "",
    )


def _lacking(stored: Stored, currency: str, words: Words) -> Iterable[Lacking]:
    """What a draft would fail for, and the warnings of a pair in sync."""
    for problem in stored.story.problems:
        cause = CAUSES[problem.cause]
        said = words.explain(cause.explanation, problem.evidence, currency)
        yield Lacking(cause.code, words(cause.title), said)
    for warning in stored.story.warnings:
        cause = CAUSES[warning.cause]
        said = words.explain(cause.explanation, warning.evidence, currency)
        yield Lacking(cause.code, words(cause.title), said)

"""The list of invoices, each with where it stands."""

from collections.abc import Collection, Iterable
from datetime import date as Day  # noqa: N812 - a field is called date

import msgspec
from sqlalchemy import Connection, String, and_, cast, func, or_, select

from tieout.actions import company, failures, lookup
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words
from tieout.actions.naming import labels
from tieout.actions.record import reason
from tieout.actions.vocabulary import STATES
from tieout.core.records import Kind, Side, State
from tieout.core.text import folded, name_words
from tieout.kinds.invoice import Invoice
from tieout.store import counting, pairs
from tieout.store.agenda import chunks, id_column
from tieout.store.codec import decode
from tieout.store.connections import StoredConnection
from tieout.store.pairs import Stored
from tieout.store.tables import match_key, pair, record

PAGE = 50
_MOST, _MOST_CUSTOMERS = 500, 50
"""Of so many numbers, texts and customers at most are the invoices shown; who searches narrows further."""


class InvoiceRow(msgspec.Struct, frozen=True):
    """One invoice. id: of its row here. total, open: decimal text in `currency`. failure: it needs a person."""

    id: str
    number: str
    quickbooks_number: str
    customer: str
    date: Day | None
    due: Day | None
    currency: str
    total: str
    open: str
    status: str
    state: State
    state_title: str
    reason: str
    failure: bool


class InvoiceList(msgspec.Struct, frozen=True):
    """A page of invoices, the newest first. states: how many stand in each, whatever the filter."""

    rows: tuple[InvoiceRow, ...]
    states: dict[State, int]
    failing: int
    total: int
    page: int
    pages: int


def list_invoices(
    home: Home, name: str, *, state: str = "", search: str = "", page: int = 1, words: Words = ENGLISH
) -> InvoiceList:
    """Invoices of a company pair.

    state: a `State`, or `needs_you` for all that need a person. search: in numbers and customers; where none fits, in
    all that the invoices say, lines and messages among it. Raises NotFound.
    """
    now = home.clock.now()
    with home.database.read() as tx:
        of = lookup.connection(tx, name)
        wanted = and_(pair.c.connection == of.id, pair.c.kind == Kind.INVOICE.value)
        if state == "needs_you":
            wanted = and_(wanted, failures.failing(now))
        elif state in set(State):
            wanted = and_(wanted, pair.c.state.in_([s.value for s in State if company.shown(of, s) == state]))
        if said := " ".join(search.split()):
            wanted = and_(wanted, pair.c.id.in_(_named(tx, of, said) or _saying(tx, of, said)))
        total = tx.execute(select(func.count()).select_from(pair).where(wanted)).scalar_one()
        pages = -(-total // PAGE) or 1
        at = max(1, min(page, pages))
        ids = tx.execute(
            select(pair.c.id).where(wanted).order_by(pair.c.id.desc()).limit(PAGE).offset((at - 1) * PAGE)
        ).scalars()
        found = pairs.load(tx, list(ids))
        shown = pair.c.id.in_([one.id for one in found])
        needing = set(tx.execute(select(pair.c.id).where(shown, failures.failing(now))).scalars())
        return InvoiceList(
            rows=tuple(_rows(tx, of, found, needing, words)),
            states=company.counted(of, counting.by_state(tx, of.id)[Kind.INVOICE]),
            failing=failures.count(tx, of.id, now, Kind.INVOICE),
            total=total,
            page=at,
            pages=pages,
        )


def _named(tx: Connection, of: StoredConnection, text: str) -> list[int]:
    """The invoices with the text in their number or in their customer's name or e-mail, as the keys hold these."""
    found: set[int] = set()
    for side in Side:
        ids = set(_keyed(tx, of, side, Kind.INVOICE, "number", folded(text)))
        words, _ = name_words(text)  # as the keys of names are made, legal form aside
        customers = _keyed(tx, of, side, Kind.CUSTOMER, "name", words) if words else []
        customers += _keyed(tx, of, side, Kind.CUSTOMER, "email", folded(text))
        customers = customers[:_MOST_CUSTOMERS]
        for customer in customers:
            ids.update(_invoices_of(tx, of, side, customer))
        if side is Side.CRM and customers:
            ids.update(_drafts_of(tx, of, customers))
        for chunk in chunks(sorted(ids)):
            mine = and_(pair.c.connection == of.id, pair.c.kind == Kind.INVOICE.value, id_column(side).in_(chunk))
            found.update(tx.execute(select(pair.c.id).where(mine)).scalars())
    return sorted(found)


def _keyed(tx: Connection, of: StoredConnection, side: Side, kind: Kind, key: str, text: str) -> list[str]:
    """The ids of at most `_MOST` records that have a key with the text in it."""
    wanted = (
        select(match_key.c.id)
        .where(
            match_key.c.connection == of.id,
            match_key.c.name == key,
            match_key.c.value.contains(text, autoescape=True),
            match_key.c.side == side.value,
            match_key.c.kind == kind.value,
        )
        .limit(_MOST)
    )
    return list(dict.fromkeys(tx.execute(wanted).scalars()))


def _invoices_of(tx: Connection, of: StoredConnection, side: Side, customer: str) -> list[str]:
    """The ids of a customer's invoices, by the key of customer and amount; voided ones have none."""
    wanted = select(match_key.c.id).where(
        match_key.c.connection == of.id,
        match_key.c.name == "alike",
        match_key.c.value >= f"{customer}:",
        match_key.c.value < f"{customer};",
        match_key.c.side == side.value,
        match_key.c.kind == Kind.INVOICE.value,
    )
    return list(tx.execute(wanted).scalars())


class _Owned(msgspec.Struct, frozen=True):
    """Whose an invoice is; the rest of it is not decoded."""

    customer: str = ""


def _drafts_of(tx: Connection, of: StoredConnection, customers: Collection[str]) -> list[str]:
    """The ids of the drafts of these customers of HubSpot, which have no such key."""
    bodies = tx.execute(
        select(record.c.id, record.c.body)
        .join(pair, and_(pair.c.connection == of.id, pair.c.kind == record.c.kind, pair.c.crm_id == record.c.id))
        .where(
            pair.c.kind == Kind.INVOICE.value,
            pair.c.state == State.DRAFT.value,
            record.c.connection == of.id,
            record.c.side == Side.CRM.value,
            record.c.body != b"",
        )
    )
    return [row.id for row in bodies if decode(row.body, _Owned).customer in customers]


def _saying(tx: Connection, of: StoredConnection, text: str) -> list[int]:
    """The newest invoices that contain the text anywhere: in a line, a message, an address."""
    ours = and_(record.c.id == pair.c.crm_id, record.c.side == Side.CRM.value)
    theirs = and_(record.c.id == pair.c.books_id, record.c.side == Side.BOOKS.value)
    wanted = (
        select(pair.c.id)
        .distinct()
        .join(record, and_(record.c.connection == pair.c.connection, record.c.kind == pair.c.kind, or_(ours, theirs)))
        .where(
            pair.c.connection == of.id,
            pair.c.kind == Kind.INVOICE.value,
            func.lower(cast(record.c.body, String)).contains(text.lower(), autoescape=True),
        )
        .order_by(pair.c.id.desc())
        .limit(_MOST)
    )
    return list(tx.execute(wanted).scalars())


def _rows(
    tx: Connection, of: StoredConnection, found: list[Stored], needing: set[int], words: Words
) -> Iterable[InvoiceRow]:
    owners: dict[Side, list[str]] = {Side.CRM: [], Side.BOOKS: []}
    for stored in found:
        for side, one in ((Side.CRM, stored.pair.crm), (Side.BOOKS, stored.pair.books)):
            if isinstance(one, Invoice):
                owners[side].append(one.customer)
    known = {side: labels(tx, of.id, side, Kind.CUSTOMER, ids) for side, ids in owners.items()}
    for stored in found:
        crm, books = stored.pair.crm, stored.pair.books
        one = crm or books or Invoice(id=stored.crm_id or stored.books_id)
        side = Side.CRM if crm else Side.BOOKS
        yield InvoiceRow(
            id=str(stored.id),
            number=one.number or one.id,
            quickbooks_number=books.number if crm and books and books.number != crm.number else "",
            customer=known[side].get(one.customer, one.customer),
            date=one.date,
            due=one.due,
            currency=one.currency or company.currency(of),
            total=f"{one.total:f}",
            open=f"{one.balance:f}",
            status=one.status,
            state=company.shown(of, stored.state),
            state_title=words(STATES[company.shown(of, stored.state)]),
            reason=reason(stored, words),
            failure=stored.id in needing,
        )

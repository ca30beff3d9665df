"""The list of invoices, each with where it stands."""

from collections.abc import Iterable
from datetime import date as Day  # noqa: N812 - a field is called date

import msgspec
from sqlalchemy import ColumnElement, Connection, String, and_, cast, or_, select

from tieout.actions import company, failures, lookup
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words
from tieout.actions.naming import labels
from tieout.actions.record import reason
from tieout.actions.vocabulary import STATES
from tieout.core.records import Kind, Side, State
from tieout.core.text import folded
from tieout.kinds.invoice import Invoice
from tieout.store import counting, pairs
from tieout.store.agenda import id_column
from tieout.store.connections import StoredConnection
from tieout.store.pairs import Stored
from tieout.store.tables import pair, record

PAGE = 50


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
        ids = set(tx.execute(select(pair.c.id).where(wanted)).scalars())
        if said := " ".join(search.split()):
            ids &= _named(tx, of, said) or _saying(tx, of, said)
        pages = -(-len(ids) // PAGE) or 1
        at = max(1, min(page, pages))
        found = pairs.load(tx, sorted(ids, reverse=True)[(at - 1) * PAGE : at * PAGE])
        shown = pair.c.id.in_([one.id for one in found])
        needing = set(tx.execute(select(pair.c.id).where(shown, failures.failing(now))).scalars())
        return InvoiceList(
            rows=tuple(_rows(tx, of, found, needing, words)),
            states=company.counted(of, counting.by_state(tx, of.id)[Kind.INVOICE]),
            failing=failures.count(tx, of.id, now, Kind.INVOICE),
            total=len(ids),
            page=at,
            pages=pages,
        )


def _named(tx: Connection, of: StoredConnection, text: str) -> set[int]:
    """The invoices with the text among their own words or their customer's, on either side."""
    words = record.c.words.contains(folded(text), autoescape=True)
    found: set[int] = set()
    for side in Side:
        customers = select(record.c.id).where(*_of(of, side, Kind.CUSTOMER), words)
        found |= _invoices(tx, of, side, or_(words, record.c.customer.in_(customers.scalar_subquery())))
    return found


def _saying(tx: Connection, of: StoredConnection, text: str) -> set[int]:
    """The invoices that say the text anywhere: in a line, an address. SQLite compares ASCII letters without case."""
    says = cast(record.c.body, String).contains(text, autoescape=True)
    return set().union(*(_invoices(tx, of, side, says) for side in Side))


def _invoices(tx: Connection, of: StoredConnection, side: Side, condition: ColumnElement[bool]) -> set[int]:
    own = select(record.c.id).where(*_of(of, side, Kind.INVOICE), condition)
    wanted = select(pair.c.id).where(
        pair.c.connection == of.id, pair.c.kind == Kind.INVOICE.value, id_column(side).in_(own)
    )
    return set(tx.execute(wanted).scalars())


def _of(of: StoredConnection, side: Side, kind: Kind) -> tuple[ColumnElement[bool], ...]:
    return record.c.connection == of.id, record.c.kind == kind.value, record.c.side == side.value


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

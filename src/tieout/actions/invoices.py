"""The list of invoices, each with where it stands."""

from collections.abc import Iterable
from datetime import date as Day  # noqa: N812 - a field is called date

import msgspec
from sqlalchemy import Connection, String, and_, cast, func, or_, select

from tieout.actions import company, failures, lookup
from tieout.actions.choices import Condition
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, STATES, Words
from tieout.actions.naming import labels
from tieout.actions.record import reason
from tieout.core.records import Kind, Side, State
from tieout.kinds.invoice import Invoice
from tieout.store import counting, pairs
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

    state: a `State`, or `needs_you` for all that need a person. search: in numbers, customers, lines and messages.
    Raises NotFound.
    """
    now = home.clock.now()
    with home.database.read() as tx:
        of = lookup.connection(tx, name)
        wanted = and_(pair.c.connection == of.id, pair.c.kind == Kind.INVOICE.value)
        if state == "needs_you":
            wanted = and_(wanted, failures.failing(now))
        elif state in set(State):
            wanted = and_(wanted, pair.c.state.in_([s.value for s in State if company.shown(of, s) == state]))
        if search.strip():
            wanted = and_(wanted, _says(of, " ".join(search.split()).lower()))
        total = tx.execute(select(func.count()).select_from(pair).where(wanted)).scalar_one()
        pages = -(-total // PAGE) or 1
        at = max(1, min(page, pages))
        ids = tx.execute(
            select(pair.c.id).where(wanted).order_by(pair.c.id.desc()).limit(PAGE).offset((at - 1) * PAGE)
        ).scalars()
        found = pairs.load(tx, list(ids))
        needing = set(tx.execute(select(pair.c.id).where(wanted, failures.failing(now))).scalars())
        return InvoiceList(
            rows=tuple(_rows(tx, of, found, needing, words)),
            states=company.counted(of, counting.by_state(tx, of.id)[Kind.INVOICE]),
            failing=failures.count(tx, of.id, now, Kind.INVOICE),
            total=total,
            page=at,
            pages=pages,
        )


def _says(of: StoredConnection, text: str) -> Condition:
    """Invoices that contain the text, or whose customer does."""
    contains = func.lower(cast(record.c.body, String)).contains(text, autoescape=True)
    mine = and_(record.c.connection == of.id, contains)
    customers = select(record.c.id).where(mine, record.c.kind == Kind.CUSTOMER.value)
    whose = func.json_extract(cast(record.c.body, String), "$.customer").in_(customers)
    invoices = select(record.c.id).where(
        record.c.connection == of.id, record.c.kind == Kind.INVOICE.value, record.c.body != b"", or_(contains, whose)
    )
    crm = invoices.where(record.c.side == Side.CRM.value)
    books = invoices.where(record.c.side == Side.BOOKS.value)
    return or_(pair.c.crm_id.in_(crm), pair.c.books_id.in_(books))


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

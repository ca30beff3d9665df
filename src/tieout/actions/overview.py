"""How a company pair stands: states that add up, what fails in money, money on both sides, how old it all is."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import Connection, and_, func, select

from tieout.actions import company, failures, lookup
from tieout.actions.choices import Condition
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words
from tieout.actions.signatures import SignedMonth, signed_months
from tieout.actions.vocabulary import KINDS_TOGETHER
from tieout.core import money
from tieout.core.causes import CAUSES
from tieout.core.records import Kind, Side, State
from tieout.store import connections, counting
from tieout.store.agenda import id_column
from tieout.store.connections import StoredConnection
from tieout.store.database import Database
from tieout.store.tables import pair, record


class KindCount(msgspec.Struct, frozen=True):
    """How many records of a kind stand in each state; the states add up to the total."""

    kind: Kind
    title: str
    total: int
    states: dict[State, int]


class CauseCount(msgspec.Struct, frozen=True):
    """What fails, or is warned of, for one cause. amounts: decimal text by currency."""

    cause: str
    kind: Kind
    title: str
    count: int
    amounts: dict[str, str]


class Figures(msgspec.Struct, frozen=True):
    """Invoices on one side: how many, what they come to, what is open; decimal text."""

    invoices: int
    total: str
    open: str


class Money(msgspec.Struct, frozen=True):
    """The paired invoices of one currency on both sides, drafts and void ones left out.

    difference: HubSpot's less QuickBooks'. agrees: all of it is nothing.
    """

    currency: str
    crm: Figures
    books: Figures
    difference: Figures
    agrees: bool


class Overview(msgspec.Struct, frozen=True):
    """A company pair at a glance.

    read_at: when the side that was read longest ago was read; None while one never was. waiting: a sync was asked for
    and is not done. needs_you: how many records; of them `failing_invoices` invoices.
    """

    name: str
    hubspot: str
    quickbooks: str
    status: str
    trouble: str
    trouble_title: str
    read_at: datetime | None
    hubspot_read_at: str
    quickbooks_read_at: str
    zone: str
    waiting: bool
    reviewed: bool
    needs_you: int
    failing_invoices: int
    kinds: tuple[KindCount, ...]
    causes: tuple[CauseCount, ...]
    warnings: tuple[CauseCount, ...]
    money: tuple[Money, ...]


class Status(Overview, frozen=True, kw_only=True):
    """A company pair at a glance, with its signed months, each of whose documents is looked at."""

    signed: tuple[SignedMonth, ...]


def list_companies(home: Home) -> list[str]:
    """The names of all company pairs."""
    with home.database.read() as tx:
        return [found.name for found in connections.every(tx)]


def overview(home: Home, name: str, words: Words = ENGLISH) -> Overview:
    """A company pair at a glance, from what was read last. Raises NotFound."""
    now = home.clock.now()
    with home.database.read() as tx:
        of = lookup.connection(tx, name)
        return Overview(
            name=of.name,
            hubspot=of.crm.key,
            quickbooks=of.books_facts.company if of.books_facts else of.books.key,
            status=of.status,
            trouble=_trouble(of.trouble, words),
            trouble_title=words(CAUSES[of.trouble.cause].title) if of.trouble and of.trouble.cause in CAUSES else "",
            read_at=company.read_at(of),
            hubspot_read_at=of.crm_read_at,
            quickbooks_read_at=of.books_read_at,
            zone=company.zone(of),
            waiting=of.wanted > of.done,
            reviewed=of.reviewed,
            needs_you=failures.count(tx, of.id, now),
            failing_invoices=failures.count(tx, of.id, now, Kind.INVOICE),
            kinds=tuple(_kinds(tx, of, words)),
            causes=tuple(_causes(tx, of.id, failures.failing(now), words)),
            warnings=tuple(_causes(tx, of.id, failures.WARNED, words)),
            money=_money_of(home, tx, of),
        )


def status(home: Home, name: str, words: Words = ENGLISH) -> Status:
    """The same, and what changed in signed months. Raises NotFound."""
    found = overview(home, name, words)
    return Status(**msgspec.structs.asdict(found), signed=signed_months(home, name, words))


def _trouble(trouble: connections.Trouble | None, words: Words) -> str:
    if trouble is None:
        return ""
    cause = CAUSES.get(trouble.cause)
    if cause is None:
        return trouble.message
    return f"{words.explain(cause.explanation, trouble.evidence)} {words(cause.remedy)}"


def _kinds(tx: Connection, of: StoredConnection, words: Words) -> list[KindCount]:
    return [
        KindCount(kind, words(KINDS_TOGETHER[kind]), sum(states.values()), company.counted(of, states))
        for kind, states in counting.by_state(tx, of.id).items()
    ]


def _causes(tx: Connection, id_: int, of_these: Condition, words: Words) -> list[CauseCount]:
    rows = tx.execute(
        select(pair.c.kind, pair.c.cause, pair.c.currency, func.count(), func.sum(pair.c.amount))
        .where(pair.c.connection == id_, of_these)
        .group_by(pair.c.kind, pair.c.cause, pair.c.currency)
        .order_by(pair.c.currency)
    )
    counted: dict[tuple[str, str], int] = {}
    amounts: dict[tuple[str, str], dict[str, str]] = {}
    for kind, cause, currency, many, minor in rows:
        counted[kind, cause] = counted.get((kind, cause), 0) + many
        own = amounts.setdefault((kind, cause), {})
        if minor is not None and currency:
            own[currency] = money.text(money.from_minor(minor, currency), currency)
    return [
        CauseCount(
            cause=cause,
            kind=Kind(kind),
            title=words(CAUSES[cause].title) if cause in CAUSES else cause,
            count=many,
            amounts=amounts[kind, cause],
        )
        for (kind, cause), many in sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    ]


def _money_of(home: Home, tx: Connection, of: StoredConnection) -> tuple[Money, ...]:
    """The sums, added up once for each time that the sides were read or a pass came to its end."""
    known = _SUMS.setdefault(home.database, {})
    state = (of.crm_read_at, of.books_read_at, connections.last_end(tx, of.id))
    if known.get(of.id, (None, ()))[0] != state:
        known[of.id] = (state, tuple(_money(tx, of.id)))
    return known[of.id][1]


_SUMS: WeakKeyDictionary[Database, dict[int, tuple[tuple[str, str, str] | None, tuple[Money, ...]]]] = (
    WeakKeyDictionary()
)


def _money(tx: Connection, id_: int) -> list[Money]:
    """From the summaries of the invoices of pairs."""
    sides = {side: _sums(tx, id_, side) for side in Side}
    nothing = (0, Decimal(0), Decimal(0))
    found = []
    for currency in sorted(set().union(*sides.values())):
        crm, books = sides[Side.CRM].get(currency, nothing), sides[Side.BOOKS].get(currency, nothing)
        less = (crm[0] - books[0], crm[1] - books[1], crm[2] - books[2])
        of_crm, of_books, of_less = (_figures(side, currency) for side in (crm, books, less))
        found.append(Money(currency, of_crm, of_books, of_less, agrees=not any(less)))
    return found


def _figures(sums: tuple[int, Decimal, Decimal], currency: str) -> Figures:
    return Figures(sums[0], money.text(sums[1], currency), money.text(sums[2], currency))


def _sums(tx: Connection, id_: int, side: Side) -> Mapping[str, tuple[int, Decimal, Decimal]]:
    rows = tx.execute(
        select(record.c.currency, func.count(), func.sum(record.c.total), func.sum(record.c.open))
        .join(
            pair,
            and_(
                pair.c.connection == record.c.connection, pair.c.kind == record.c.kind, id_column(side) == record.c.id
            ),
        )
        .where(
            record.c.connection == id_,
            record.c.side == side.value,
            record.c.kind == Kind.INVOICE.value,
            record.c.gone == "",
            record.c.status.in_(("open", "paid")),
            record.c.total.is_not(None),
            pair.c.linked_at != "",
        )
        .group_by(record.c.currency)
    )
    return {
        code: (n, money.from_minor(int(total), code), money.from_minor(int(open_), code))
        for code, n, total, open_ in rows
    }

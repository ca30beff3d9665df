"""Connections and the accounts they pair, with what is known of both."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, FromClause, Row, func, insert, select, update

from tieout.core.facts import BooksFacts, CrmFacts
from tieout.core.records import Side
from tieout.core.settings import Settings
from tieout.store.codec import decode, encode
from tieout.store.tables import account, connection, event, pass_


class AccountOptions(msgspec.Struct, frozen=True):
    """How an account is reached. commit_within, index_lag: seconds. discovery_url: QuickBooks' OAuth document."""

    quotas: bool = True
    commit_within: float = 120.0
    index_lag: float = 10.0
    discovery_url: str = ""


class Account(msgspec.Struct, frozen=True):
    """One side's sign-in. key: portal id or realm id."""

    id: int
    side: Side
    key: str
    base_url: str
    options: AccountOptions


class Trouble(msgspec.Struct, frozen=True):
    """Why a connection is paused by itself: a cause of class *connection*, with its evidence."""

    cause: str
    message: str
    evidence: dict[str, str] = {}


class Learned(msgspec.Struct, frozen=True):
    """What refusals taught: QuickBooks items that want a service date, and sets of which one does."""

    dated_items: tuple[str, ...] = ()
    suspects: tuple[tuple[str, ...], ...] = ()


class StoredConnection(msgspec.Struct, frozen=True):
    """A connection as it is stored. status: `active` or `paused`."""

    id: int
    name: str
    crm: Account
    books: Account
    status: str
    trouble: Trouble | None
    settings: Settings
    crm_facts: CrmFacts | None
    books_facts: BooksFacts | None
    facts_at: str
    learned: Learned
    reviewed: bool
    prepared: bool
    crm_cursor: str
    books_cursor: str
    crm_complete: bool
    books_complete: bool
    crm_read_at: str
    books_read_at: str
    swept_at: str
    rechecked_at: str
    wanted: int
    done: int
    due_at: str
    fails: int
    epoch: int


_CRM, _BOOKS = account.alias("crm"), account.alias("books")
_STORED = (
    select(
        connection, *(side.c[name] for side in (_CRM, _BOOKS) for name in ("id", "side", "key", "base_url", "options"))
    )
    .join(_CRM, _CRM.c.id == connection.c.crm_account)
    .join(_BOOKS, _BOOKS.c.id == connection.c.books_account)
)
"""Connections, each with both of its accounts, in one statement: a pass reads it again and again."""


def save_account(tx: Connection, side: Side, key: str, base_url: str, options: AccountOptions, tokens: bytes) -> int:
    """Store an account, or renew the sign-in of one that is there. Returns its id. tokens: encrypted."""
    found = tx.execute(
        select(account.c.id).where(account.c.side == side.value, account.c.key == key, account.c.base_url == base_url)
    ).scalar()
    if found is not None:
        tx.execute(update(account).where(account.c.id == found).values(options=encode(options), tokens=tokens))
        return int(found)
    made = tx.execute(
        insert(account).values(side=side.value, key=key, base_url=base_url, options=encode(options), tokens=tokens)
    )
    return int(made.inserted_primary_key[0]) if made.inserted_primary_key is not None else 0


def renew_account(tx: Connection, id_: int, base_url: str, options: AccountOptions, tokens: bytes) -> None:
    """Write the address, options and encrypted tokens of an account that is there."""
    tx.execute(
        update(account).where(account.c.id == id_).values(base_url=base_url, options=encode(options), tokens=tokens)
    )


def create(tx: Connection, name: str, crm_account: int, books_account: int, settings: Settings, now: datetime) -> int:
    """Store a new connection. Returns its id."""
    made = tx.execute(
        insert(connection).values(
            name=name,
            crm_account=crm_account,
            books_account=books_account,
            created_at=now.isoformat(),
            settings=encode(settings),
            learned=encode(Learned()),
        )
    )
    return int(made.inserted_primary_key[0]) if made.inserted_primary_key is not None else 0


def find(tx: Connection, name: str) -> StoredConnection | None:
    """The connection of that name."""
    row = tx.execute(_STORED.where(connection.c.name == name)).first()
    return None if row is None else _connection(row)


def get(tx: Connection, id_: int) -> StoredConnection:
    """The connection with that id."""
    return _connection(tx.execute(_STORED.where(connection.c.id == id_)).one())


def every(tx: Connection) -> list[StoredConnection]:
    """All connections, by name."""
    return [_connection(row) for row in tx.execute(_STORED.order_by(connection.c.name)).all()]


def change(tx: Connection, id_: int, **values: object) -> None:
    """Write columns of a connection; structs are encoded."""
    plain = {name: encode(value) if isinstance(value, msgspec.Struct) else value for name, value in values.items()}
    tx.execute(update(connection).where(connection.c.id == id_).values(**plain))


def want(tx: Connection, id_: int) -> int:
    """Ask for a pass. Wake-ups collapse: returns the count that `done` has to reach."""
    tx.execute(update(connection).where(connection.c.id == id_).values(wanted=connection.c.wanted + 1, due_at=""))
    return int(tx.execute(select(connection.c.wanted).where(connection.c.id == id_)).scalar_one())


def begin_pass(tx: Connection, id_: int, now: datetime) -> tuple[int, int]:
    """Take over the connection with a new epoch, by which older passes are fenced off. Returns (epoch, pass id)."""
    tx.execute(update(connection).where(connection.c.id == id_).values(epoch=connection.c.epoch + 1))
    epoch = int(tx.execute(select(connection.c.epoch).where(connection.c.id == id_)).scalar_one())
    made = tx.execute(insert(pass_).values(connection=id_, epoch=epoch, started_at=now.isoformat()))
    return epoch, int(made.inserted_primary_key[0]) if made.inserted_primary_key is not None else 0


def end_pass(
    tx: Connection, pass_id: int, now: datetime, *, writes: int, calls: Mapping[Side, int], trouble: Trouble | None
) -> None:
    """Write down what a pass did."""
    tx.execute(
        update(pass_)
        .where(pass_.c.id == pass_id)
        .values(
            ended_at=now.isoformat(),
            writes=writes,
            crm_calls=calls[Side.CRM],
            books_calls=calls[Side.BOOKS],
            trouble=None if trouble is None else encode(trouble),
        )
    )


def ended_well(tx: Connection, id_: int) -> bool:
    """Whether the newest pass came to its end without trouble; true where there was none."""
    row = tx.execute(
        select(pass_.c.ended_at, pass_.c.trouble).where(pass_.c.connection == id_).order_by(pass_.c.id.desc()).limit(1)
    ).first()
    return row is None or (bool(row.ended_at) and row.trouble is None)


def last_pass(tx: Connection, id_: int) -> int:
    """The id of the connection's newest pass, 0 where there is none."""
    found = tx.execute(
        select(pass_.c.id).where(pass_.c.connection == id_).order_by(pass_.c.id.desc()).limit(1)
    ).scalar()
    return int(found or 0)


def last_end(tx: Connection, id_: int) -> str:
    """When the newest pass that has ended did (ISO, UTC); empty for none."""
    ended = select(func.max(pass_.c.ended_at)).where(pass_.c.connection == id_)
    return tx.execute(ended).scalar() or ""


def note(
    tx: Connection,
    id_: int,
    *,
    who: str,
    what: str,
    details: Mapping[str, object],
    now: datetime,
    pair: int | None = None,
) -> None:
    """Add an entry to the history."""
    tx.execute(
        insert(event).values(
            connection=id_, at=now.isoformat(), who=who, what=what, pair=pair, details=encode(dict(details))
        )
    )


def last_note(tx: Connection, id_: int, what: str) -> tuple[str, dict[str, Any]] | None:
    """The newest entry of the history that says `what`: its moment (ISO, UTC) and its details."""
    row = tx.execute(
        select(event.c.at, event.c.details)
        .where(event.c.connection == id_, event.c.what == what)
        .order_by(event.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.at, decode(row.details, dict[str, Any]))


def _account(row: Row[Any], its: FromClause) -> Account:
    of = row._mapping  # noqa: SLF001 - documented: a row by its columns
    return Account(
        of[its.c.id],
        Side(of[its.c.side]),
        of[its.c.key],
        of[its.c.base_url],
        decode(of[its.c.options], AccountOptions),
    )


def _connection(row: Row[Any]) -> StoredConnection:
    return StoredConnection(
        id=row.id,
        name=row.name,
        crm=_account(row, _CRM),
        books=_account(row, _BOOKS),
        status=row.status,
        trouble=None if row.trouble is None else decode(row.trouble, Trouble),
        settings=decode(row.settings, Settings),
        crm_facts=None if row.crm_facts is None else decode(row.crm_facts, CrmFacts),
        books_facts=None if row.books_facts is None else decode(row.books_facts, BooksFacts),
        facts_at=row.facts_at,
        learned=decode(row.learned, Learned),
        reviewed=row.reviewed,
        prepared=row.prepared,
        crm_cursor=row.crm_cursor,
        books_cursor=row.books_cursor,
        crm_complete=row.crm_complete,
        books_complete=row.books_complete,
        crm_read_at=row.crm_read_at,
        books_read_at=row.books_read_at,
        swept_at=row.swept_at,
        rechecked_at=row.rechecked_at,
        wanted=row.wanted,
        done=row.done,
        due_at=row.due_at,
        fails=row.fails,
        epoch=row.epoch,
    )

"""What one pass works with."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from tieout.core.decide import World
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.core.mapping import Property
from tieout.core.plan import Reservations
from tieout.core.questions import RateOn
from tieout.core.records import Kind, Side
from tieout.remote.ports import Clock
from tieout.remote.side import Side as RemoteSide
from tieout.store import connections, journal
from tieout.store.connections import StoredConnection
from tieout.store.database import Database

SLACK_SECONDS = 5.0
"""Added to a side's own time-out before a write without answer is believed not to have happened."""


class LeaseLost(Exception):
    """A worker that was given up for dead must not send anything any more."""


class Lease(Protocol):
    """The right to be the one active pass of a connection."""

    def check(self) -> float:
        """Seconds for which the right is certain. Raises LeaseLost where it is gone."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


class CrmSide(RemoteSide[CrmFacts], Protocol):
    """HubSpot's side, with what only it has."""

    async def set_up(self) -> tuple[str, ...]:
        """Make our property group and unique keys; return the scopes that are missing."""
        ...

    async def missing_scopes(self) -> tuple[str, ...]:
        """All scopes that the sign-in lacks, whether or not a call was refused for one."""
        ...

    async def properties(self, type_: str) -> tuple[Property, ...]:
        """The properties that an operator may name, of one type of record."""
        ...

    async def finalized(self, ids: Sequence[str]) -> dict[str, date]:
        """The days on which invoices left draft."""
        ...


class BooksSide(RemoteSide[BooksFacts], Protocol):
    """QuickBooks' side, with what only it has."""

    async def rates(self, wanted: Collection[tuple[str, date]]) -> dict[tuple[str, date], Decimal]:
        """Read what currencies are worth on days, in the company's own; left out where it knows no rate."""
        ...


class Sides(msgspec.Struct, frozen=True):
    """Both sides of a connection. calls: how many calls were made to a side since the process began."""

    crm: CrmSide
    books: BooksSide
    calls: Callable[[Side], int]

    def of(self, side: Side) -> CrmSide | BooksSide:
        """One of the two."""
        return self.crm if side is Side.CRM else self.books


class Work:
    """One pass over one connection: its stores, its sides, its right to write, and what it has done so far.

    reserved: names and numbers spoken for. writes: operations that reached *done*. touched: pairs decided, by kind.
    balances: QuickBooks customers whose balance may have moved. spoken_for: pairs that a write is under way for, or
    that are a part of another one by now. unrated: pairs that lack an exchange rate which this pass has not asked for;
    rates_asked: those that it has.
    """

    def __init__(
        self,
        *,
        database: Database,
        connection: int,
        sides: Sides,
        clock: Clock,
        random: Random,
        lease: Lease,
        epoch: int,
        pass_id: int,
    ) -> None:
        self.database = database
        self.connection = connection
        self.sides = sides
        self.clock = clock
        self.random = random
        self.lease = lease
        self.epoch = epoch
        self.pass_id = pass_id
        self.reserved = Reservations()
        self.writes = 0
        self.touched: dict[Kind, set[int]] = {kind: set() for kind in Kind}
        self.balances: set[str] = set()
        self.spoken_for: set[int] = set()
        self.unrated: defaultdict[RateOn, set[int]] = defaultdict(set)
        self.rates_asked: set[RateOn] = set()
        self.stored: StoredConnection = self.reload()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction of this pass. Raises StaleEpoch where another one has taken over: it may write nothing more.

        What it had asked for before may be answered only now, and would put a cursor back to where it stood.
        """
        with self.database.begin() as tx:
            journal.check_epoch(tx, self.connection, self.epoch)
            yield tx

    def reload(self) -> StoredConnection:
        """Read the connection afresh."""
        with self.database.read() as tx:
            self.stored = connections.get(tx, self.connection)
        return self.stored

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.clock.now()

    def new_id(self) -> str:
        """128 random bits in hex."""
        return f"{self.random.getrandbits(128):032x}"

    def world(self) -> World:
        """What decisions rest on. Call only once facts of both sides are stored."""
        return world_of(self.stored)

    def currency(self) -> str:
        """The QuickBooks company's home currency (ISO 4217)."""
        return "" if self.stored.books_facts is None else self.stored.books_facts.currency

    def committed_by(self, side: Side, sent_at: datetime) -> datetime:
        """When a write sent at `sent_at` has either happened or never will."""
        return sent_at + timedelta(seconds=self.sides.of(side).profile.commit_within + SLACK_SECONDS)


def world_of(stored: StoredConnection) -> World:
    """What decisions of a connection rest on. Raises ValueError before the facts of both sides are stored."""
    if stored.crm_facts is None or stored.books_facts is None:
        raise ValueError("Decisions need the facts of both sides.")
    return World(
        stored.settings,
        Facts(
            stored.crm_facts,
            stored.books_facts,
            frozenset(stored.learned.dated_items),
            tuple(frozenset(group) for group in stored.learned.suspects),
        ),
        stored.reviewed,
    )

"""The stage of one seed: both sandboxes under watch, the lasting database, and the clock that all share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from cryptography.fernet import Fernet, MultiFernet
from tests.simulation.fate import Fate, MortalDatabase, MortalTransport
from tests.simulation.plan import Plan, dice
from tests.simulation.watch import Watched

from tieout.actions.connect import HubSpotFile, QuickBooksFile
from tieout.actions.home import Home
from tieout.core.records import Side
from tieout.core.settings import Settings
from tieout.engine.schedule import MemoryScheduler
from tieout.engine.wiring import Transport, open_sides
from tieout.engine.work import Sides
from tieout.remote.inprocess import InProcess
from tieout.remote.ports import Tokens
from tieout.sandbox.caller import Caller
from tieout.sandbox.clock import LoopClock
from tieout.sandbox.pair import Pair, open_pair
from tieout.store import connections
from tieout.store.connections import AccountOptions
from tieout.store.database import Database
from tieout.store.ports import seal_tokens

BEGINNING = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
NAME = "nova"
_URLS = {Side.CRM: "http://hubspot.test", Side.BOOKS: "http://quickbooks.test"}
_LEASE_SECONDS = 120.0


class Stage:
    """Everything that outlives a worker."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clock = LoopClock(BEGINNING)
        self.pair: Pair = open_pair(
            clock=self.clock, random=dice(plan.seed, "sandboxes"), company=plan.company, quotas=plan.quotas
        )
        self.crm = Watched(self.pair.hubspot.vendor, Side.CRM, self.clock)
        self.books = Watched(self.pair.quickbooks.vendor, Side.BOOKS, self.clock)
        self.pair.hubspot.vendor, self.pair.quickbooks.vendor = self.crm, self.books
        self.crm.patch_company({"commit_within_seconds": plan.commit_within, "index_lag_seconds": plan.index_lag})
        self.books.patch_company(
            {
                "commit_within_seconds": plan.commit_within,
                "batch_requestid": plan.batch_requestid,
                "custom_transaction_numbers": plan.custom_numbers,
                "void_paid_refused": plan.void_paid_refused,
                "auto_apply_credit": plan.auto_apply_credit,
                "duplicate_numbers_refused": plan.duplicate_numbers_refused,
                "customers_currency_assumed": plan.currency_assumed,
            }
        )
        self.realm = str(self.books.sign_in("")["realm_id"])
        self.cipher = _cipher()
        self.database = _empty_database()
        self.home = Home(Path("/nowhere"), self.database, self.cipher, self.clock)
        self.scheduler = MemoryScheduler(self.clock, _LEASE_SECONDS)
        self.connection = 0
        self.troubles: list[str] = []
        self.locks: list[tuple[datetime, date | None]] = [(BEGINNING, plan.lock_date)]
        self.rates: list[tuple[datetime, str, Decimal]] = []
        """When the bookkeeper set what rate of the second currency, and the day from which it counts."""

    def caller(self, side: Side, name: str) -> Caller:
        """A person's access to one vendor, which no fault touches."""
        vendor = self.crm if side is Side.CRM else self.books
        return Caller(vendor, vendor.token(name))

    def connect(self, income_account: str, untaxed_code: str) -> None:
        """Pair both accounts, reviewed, with the settings of the plan."""
        plan = self.plan
        h = msgspec.convert(self.crm.sign_in(_URLS[Side.CRM]), HubSpotFile)
        q = msgspec.convert(self.books.sign_in(_URLS[Side.BOOKS]), QuickBooksFile)
        settings = Settings(
            start_date=date(2026, 3, 1),
            customer_model=plan.model,
            auto_create_customers=plan.auto_create_customers,
            income_account=income_account,
            untaxed_code=untaxed_code,
            lock_date=plan.lock_date,
            due_date_rule=plan.due_date_rule,
            memo_rule=plan.memo_rule,
            phone_rule=plan.phone_rule,
            website_rule=plan.phone_rule,
            show_quickbooks_invoices=plan.show_quickbooks_invoices,
            book_hubspot_payments=plan.book_hubspot_payments,
        )
        with self.database.begin() as tx:
            accounts: dict[Side, int] = {}
            for side, key, part, lag in (
                (Side.CRM, str(h.portal_id), h, h.index_lag_seconds),
                (Side.BOOKS, str(q.realm_id), q, 0.0),
            ):
                options = AccountOptions(part.quotas, part.commit_within_seconds, lag)
                tokens = Tokens(part.access_token, part.refresh_token, part.client_id, part.client_secret)
                sealed = seal_tokens(self.cipher, tokens)
                accounts[side] = connections.save_account(tx, side, key, _URLS[side], options, sealed)
            now = self.clock.now()
            self.connection = connections.create(tx, NAME, accounts[Side.CRM], accounts[Side.BOOKS], settings, now)
            connections.change(tx, self.connection, reviewed=True)

    @asynccontextmanager
    async def sides(self, random: Random, fate: Fate) -> AsyncIterator[tuple[Database, Sides]]:
        """Both sides and the database, as a worker with this fate has them."""
        database = MortalDatabase(self.database, fate)
        with self.database.read() as tx:
            stored = connections.get(tx, self.connection)
        async with open_sides(database, self.cipher, stored, self.clock, random, self.transport(random, fate)) as sides:
            yield database, sides

    def transport(self, random: Random, fate: Fate | None = None) -> Transport:
        """The ways to both vendors, as somebody with this fate has them; None = who uses them lives."""
        gates: dict[str, Any] = {_URLS[Side.CRM]: self.pair.hubspot, _URLS[Side.BOOKS]: self.pair.quickbooks}
        fate = fate or Fate(None)

        def to(url: str) -> MortalTransport:
            return MortalTransport(InProcess(gates[url]), fate, self.plan.latency, Random(random.random()))

        return to


@cache
def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(Fernet.generate_key())])


@cache
def _schema() -> Any:
    database = Database(None)
    database.migrate()
    return database


def _empty_database() -> Database:
    """A database in memory with the schema in it: copied, since a migration takes longer than many a pass."""
    database = Database(None)
    source, target = (d.engine.raw_connection() for d in (_schema(), database))
    source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
    return database

"""Wiring: from a stored connection to two sides that can be called."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import httpx2
from cryptography.fernet import MultiFernet

from tieout.core.facts import CrmFacts
from tieout.core.records import Kind, Side
from tieout.engine.work import Sides
from tieout.hubspot import side as hubspot
from tieout.hubspot.client import Client as HubSpotClient
from tieout.hubspot.lens.mapped import View as HubSpotView
from tieout.hubspot.side import HubSpotSide
from tieout.kinds.lists import is_copied
from tieout.quickbooks import side as quickbooks
from tieout.quickbooks.client import Client as QuickBooksClient
from tieout.quickbooks.lens.mapped import View as QuickBooksView
from tieout.quickbooks.oauth import SignIn
from tieout.quickbooks.side import QuickBooksSide
from tieout.remote.http import Http
from tieout.remote.ports import Clock, TokenVault
from tieout.remote.rows import Row
from tieout.store import mirror
from tieout.store.connections import Account, StoredConnection
from tieout.store.database import Database
from tieout.store.ports import StoredLimiter, StoredShelf, StoredVault

_trust = cache(httpx2.create_ssl_context)
"""The certificates that the machine trusts: reading them takes longer than an idle pass, so that it is done once."""

Transport = Callable[[str], httpx2.AsyncBaseTransport | None]
"""Gives the transport for a base URL; None = the network."""


def network(_base_url: str) -> httpx2.AsyncBaseTransport | None:
    """The network, for every address."""
    return None


@asynccontextmanager
async def open_sides(
    database: Database,
    cipher: MultiFernet,
    stored: StoredConnection,
    clock: Clock,
    random: Random,
    transport: Transport = network,
    *,
    home: Database | None = None,
) -> AsyncIterator[Sides]:
    """Both sides of a connection, with their HTTP clients open.

    home: keeps tokens and quotas where `database` is a copy that is thrown away: a token rotated meanwhile must
    outlive it. None = `database` itself.
    """
    home = home or database
    crm_transport, books_transport = transport(stored.crm.base_url), transport(stored.books.base_url)
    async with (
        httpx2.AsyncClient(transport=crm_transport, verify=_trust()) as crm_client,
        httpx2.AsyncClient(transport=books_transport, verify=_trust()) as books_client,
    ):
        crm_http = _http(home, stored.crm, crm_client, clock)
        books_http = _http(home, stored.books, books_client, clock)
        crm_vault = StoredVault(home, stored.crm.id, cipher)
        books_vault = StoredVault(home, stored.books.id, cipher)
        https = {Side.CRM: crm_http, Side.BOOKS: books_http}
        yield Sides(
            crm=crm_side(database, crm_vault, stored, crm_http, clock, random),
            books=books_side(database, books_vault, stored, books_http, clock),
            calls=lambda side: https[side].calls,
        )


def crm_side(
    database: Database, vault: TokenVault, stored: StoredConnection, http: Http, clock: Clock, random: Random
) -> HubSpotSide:
    """HubSpot's side of a connection."""
    facts = stored.crm_facts or CrmFacts(stored.crm.key, "", "UTC")

    def held(kind: Kind, ids: Sequence[str]) -> list[Row]:
        with database.read() as tx:
            return mirror.rows(tx, stored.id, Side.CRM, kind, ids)

    return HubSpotSide(
        http=http,
        base_url=stored.crm.base_url,
        vault=vault,
        shelf=StoredShelf(database, stored.id),
        clock=clock,
        profile=hubspot.profile(stored.crm.options.commit_within, stored.crm.options.index_lag),
        model=stored.settings.customer_model,
        zone=ZoneInfo(facts.zone),
        ui=facts.ui,
        portal=stored.crm.key,
        random=random,
        view=HubSpotView(
            stored.settings.mapped, stored.settings.filters, facts.missing_properties, ZoneInfo(facts.zone)
        ),
        held=held,
        products=is_copied(Kind.ITEM, Side.BOOKS, stored.settings),
    )


def books_side(
    database: Database, vault: TokenVault, stored: StoredConnection, http: Http, clock: Clock
) -> QuickBooksSide:
    """QuickBooks' side of a connection."""

    def held(entity: str) -> Collection[str]:
        with database.read() as tx:
            return mirror.held(tx, stored.id, entity)

    return QuickBooksSide(
        http=http,
        base_url=stored.books.base_url,
        realm=stored.books.key,
        vault=vault,
        clock=clock,
        profile=quickbooks.profile(stored.books.options.commit_within),
        facts=stored.books_facts,
        discovery_url=stored.books.options.discovery_url,
        held=held,
        view=QuickBooksView(stored.settings.mapped, stored.settings.filters),
    )


def crm_client(
    database: Database,
    cipher: MultiFernet,
    stored: StoredConnection,
    client: httpx2.AsyncClient,
    clock: Clock,
    random: Random,
) -> HubSpotClient:
    """HubSpot's bare client, for readers of their own."""
    http = _http(database, stored.crm, client, clock)
    vault = StoredVault(database, stored.crm.id, cipher)
    return HubSpotClient(http=http, base_url=stored.crm.base_url, vault=vault, clock=clock, random=random)


def books_client(
    database: Database, cipher: MultiFernet, stored: StoredConnection, client: httpx2.AsyncClient, clock: Clock
) -> QuickBooksClient:
    """QuickBooks' bare client, for readers of their own."""
    http = _http(database, stored.books, client, clock)
    vault = StoredVault(database, stored.books.id, cipher)
    sign_in = SignIn(http=http, vault=vault, clock=clock, discovery_url=stored.books.options.discovery_url)
    return QuickBooksClient(
        http=http, base_url=stored.books.base_url, realm=stored.books.key, sign_in=sign_in, clock=clock
    )


def _http(database: Database, account: Account, client: httpx2.AsyncClient, clock: Clock) -> Http:
    limiter = StoredLimiter(database) if account.options.quotas else None
    return Http(client, account=f"{account.side}:{account.key}", clock=clock, limiter=limiter)

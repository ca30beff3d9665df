"""Asking both accounts at once, outside of any sync."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from random import SystemRandom

import httpx2

from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.engine.wiring import Transport, books_client, crm_client, open_sides
from tieout.engine.work import Sides
from tieout.hubspot.client import Client as HubSpot
from tieout.quickbooks.client import Client as QuickBooks
from tieout.remote.errors import Refusal, SignInTrouble, Unavailable
from tieout.store.connections import StoredConnection


@asynccontextmanager
async def accounts(home: Home, stored: StoredConnection, transport: Transport) -> AsyncIterator[Sides]:
    """Both sides of a company pair. Raises WrongUse where the sign-in lacks something, OutOfReach."""
    with _said():
        async with open_sides(home.database, home.cipher, stored, home.clock, SystemRandom(), transport) as both:
            yield both


@asynccontextmanager
async def clients(
    home: Home, stored: StoredConnection, transport: Transport
) -> AsyncIterator[tuple[HubSpot, QuickBooks]]:
    """Both sides' bare clients, for what is read once and not synced. Raises WrongUse, OutOfReach."""
    with _said():
        async with (
            httpx2.AsyncClient(transport=transport(stored.crm.base_url)) as crm_http,
            httpx2.AsyncClient(transport=transport(stored.books.base_url)) as books_http,
        ):
            yield (
                crm_client(home.database, home.cipher, stored, crm_http, home.clock, SystemRandom()),
                books_client(home.database, home.cipher, stored, books_http, home.clock),
            )


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except (SignInTrouble, Refusal) as error:
        raise WrongUse(str(error)) from error
    except Unavailable as error:
        raise OutOfReach(str(error)) from error

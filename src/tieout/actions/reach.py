"""Reaching both sides with bare clients, for what is read once and not synced."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

import httpx2

from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.engine.wiring import Transport, books_client, crm_client
from tieout.hubspot.client import Client as HubSpot
from tieout.quickbooks.client import Client as QuickBooks
from tieout.remote.errors import Refusal, SignInTrouble, Unavailable
from tieout.store.connections import StoredConnection


@asynccontextmanager
async def clients(
    home: Home, stored: StoredConnection, transport: Transport
) -> AsyncIterator[tuple[HubSpot, QuickBooks]]:
    """Both sides' bare clients; what is wrong with a side is told as WrongUse or OutOfReach."""
    try:
        async with (
            httpx2.AsyncClient(transport=transport(stored.crm.base_url)) as crm_http,
            httpx2.AsyncClient(transport=transport(stored.books.base_url)) as books_http,
        ):
            yield (
                crm_client(home.database, home.cipher, stored, crm_http, home.clock, SystemRandom()),
                books_client(home.database, home.cipher, stored, books_http, home.clock),
            )
    except (SignInTrouble, Refusal) as error:
        raise WrongUse(str(error)) from error
    except Unavailable as error:
        raise OutOfReach(str(error)) from error

"""Prove: read both sides afresh and account for every difference."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import SystemRandom

import httpx2

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.core.decide import Pair
from tieout.core.records import State
from tieout.engine.wiring import Transport, books_client, crm_client, network
from tieout.kinds.settlement import Settlement
from tieout.proof.tieout import Known, Proof, compare
from tieout.proof.totals import of_hubspot, of_quickbooks
from tieout.remote.errors import Refusal, SignInTrouble, Unavailable
from tieout.store import proofs
from tieout.store.codec import decode, encode
from tieout.store.connections import StoredConnection

_RECEIVED = frozenset({"succeeded", "partially_refunded", "processing_refund", "disputed_won"})
"""HubSpot's statuses of a payment whose money is there."""


async def prove(home: Home, actor: Actor, name: str, *, transport: Transport = network) -> Proof:
    """Run the tie-out and keep its result. Raises WrongUse, OutOfReach."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    if stored.crm_facts is None or stored.books_facts is None:
        raise WrongUse("{name} was never read. `tieout sync {name}` reads it.", name=name)
    try:
        async with (
            httpx2.AsyncClient(transport=transport(stored.crm.base_url)) as crm_http,
            httpx2.AsyncClient(transport=transport(stored.books.base_url)) as books_http,
        ):
            crm = await of_hubspot(
                crm_client(home.database, home.cipher, stored, crm_http, home.clock, SystemRandom()),
                stored.crm_facts.currency,
            )
            books = await of_quickbooks(
                books_client(home.database, home.cipher, stored, books_http, home.clock), stored.books_facts.currency
            )
    except (SignInTrouble, Refusal) as error:
        raise WrongUse(str(error)) from error
    except Unavailable as error:
        raise OutOfReach(str(error)) from error
    result = compare(crm, books, _known(home, stored))
    with home.database.begin() as tx:
        proofs.keep(tx, stored.id, home.clock.now(), encode(result))
    return result


def last(home: Home, name: str) -> tuple[str, Proof] | None:
    """The newest result, with the moment (ISO, UTC) at which it was made."""
    with home.database.read() as tx:
        stored = connection(tx, name)
        found = proofs.last(tx, stored.id)
    return None if found is None else (found[0], decode(found[1], Proof))


def _known(home: Home, stored: StoredConnection) -> Known:
    links: dict[str, str] = {}
    reasons: dict[tuple[str, str], str] = {}
    by_books: dict[str, str] = {}
    with home.database.read() as tx:
        for crm_id, books_id, state, cause, linked in proofs.positions(tx, stored.id):
            reason = _reason(state, cause)
            if crm_id:
                reasons["crm", crm_id] = reason
            if books_id:
                reasons["books", books_id] = reason
            if linked:
                links[crm_id] = books_id
                by_books[books_id] = crm_id
        settlements: dict[str, dict[str, Decimal]] = {}
        for one in proofs.settlements_apart(tx, stored.id):
            for invoice, amount in _beyond(one.pair, by_books):
                own = settlements.setdefault(invoice, {})
                reason = _reason(one.state, one.cause)
                own[reason] = own.get(reason, Decimal(0)) + amount
    return Known(links, reasons, settlements)


def _beyond(pair: Pair[Settlement], by_books: Mapping[str, str]) -> Iterator[tuple[str, Decimal]]:
    """What a settlement adds to HubSpot's open amount beyond QuickBooks', with the HubSpot invoice it is on."""
    if pair.books is not None:
        yield by_books.get(pair.books.invoice, ""), pair.books.amount
    if pair.crm is not None and pair.crm.status in _RECEIVED:
        yield pair.crm.invoice, -pair.crm.amount


def _reason(state: State, cause: str) -> str:
    """The recorded state or cause."""
    if state in (State.ACCEPTED, State.IN_SYNC):
        return state.value
    return cause or state.value

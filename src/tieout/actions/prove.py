"""Prove: read both sides afresh and account for every difference."""

from random import SystemRandom

import httpx2
from sqlalchemy import insert, select

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.core.records import Kind, Side, State
from tieout.engine.wiring import Transport, books_client, crm_client, network
from tieout.kinds.settlement import Settlement
from tieout.proof.tieout import Known, Proof, compare
from tieout.proof.totals import of_hubspot, of_quickbooks
from tieout.remote.errors import Refusal, SignInTrouble, Unavailable
from tieout.store import pairs
from tieout.store.codec import decode, encode
from tieout.store.connections import StoredConnection
from tieout.store.tables import pair
from tieout.store.tables import proof as proofs


async def prove(home: Home, actor: Actor, name: str, *, transport: Transport = network) -> Proof:
    """Run the tie-out and keep its result. Raises WrongUse, OutOfReach."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    if stored.crm_facts is None or stored.books_facts is None:
        raise WrongUse(f"{name} was never read. `tieout sync {name}` reads it.")
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
        tx.execute(insert(proofs).values(connection=stored.id, at=home.clock.now().isoformat(), body=encode(result)))
    return result


def last(home: Home, name: str) -> tuple[str, Proof] | None:
    """The newest result, with the moment (ISO, UTC) at which it was made."""
    with home.database.read() as tx:
        stored = connection(tx, name)
        row = tx.execute(
            select(proofs.c.at, proofs.c.body)
            .where(proofs.c.connection == stored.id)
            .order_by(proofs.c.id.desc())
            .limit(1)
        ).first()
    return None if row is None else (row.at, decode(row.body, Proof))


def _known(home: Home, stored: StoredConnection) -> Known:
    links: dict[str, str] = {}
    reasons: dict[tuple[str, str], str] = {}
    by_books: dict[str, str] = {}
    with home.database.read() as tx:
        for row in tx.execute(
            select(pair.c.crm_id, pair.c.books_id, pair.c.state, pair.c.cause, pair.c.linked_at).where(
                pair.c.connection == stored.id, pair.c.kind == Kind.INVOICE.value
            )
        ):
            reason = _reason(State(row.state), row.cause)
            if row.crm_id:
                reasons["crm", row.crm_id] = reason
            if row.books_id:
                reasons["books", row.books_id] = reason
            if row.linked_at:
                links[row.crm_id] = row.books_id
                by_books[row.books_id] = row.crm_id
        apart = tx.execute(
            select(pair.c.id).where(
                pair.c.connection == stored.id,
                pair.c.kind == Kind.SETTLEMENT.value,
                pair.c.state != State.IN_SYNC.value,
            )
        )
        settlements: dict[str, str] = {}
        for one in pairs.load(tx, list(apart.scalars())):
            reason = _reason(one.state, one.cause)
            for side, record in ((Side.CRM, one.pair.crm), (Side.BOOKS, one.pair.books)):
                if isinstance(record, Settlement):
                    crm_id = record.invoice if side is Side.CRM else by_books.get(record.invoice, "")
                    settlements.setdefault(crm_id, reason)
    return Known(links, reasons, settlements)


def _reason(state: State, cause: str) -> str:
    """The recorded state or cause."""
    if state in (State.ACCEPTED, State.IN_SYNC):
        return state.value
    return cause or state.value

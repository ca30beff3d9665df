"""Where an invoice that was typed in on both sides counts as made: what was concluded, and what a person says."""

import msgspec
from sqlalchemy import Connection

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection, pair_id
from tieout.actions.naming import label
from tieout.actions.vocabulary import SIDES
from tieout.core.records import Kind, Side
from tieout.kinds.issuer import ISSUER, is_open, issuer
from tieout.store import agenda, connections, pairs, reviewing


class TypedTwice(msgspec.Struct, frozen=True):
    """An invoice that is there on both sides without Tieout having made either. crm, books: what it is called there."""

    id: str
    crm: str
    books: str
    issuer: Side


def typed_twice(tx: Connection, company_id: int) -> list[TypedTwice]:
    """All of them that are pairs, oldest first."""
    loaded = (one for ids in agenda.chunks(reviewing.found(tx, company_id)) for one in pairs.load(tx, ids))
    found = []
    for one in loaded:
        crm, books, side = one.pair.crm, one.pair.books, issuer(one.pair)
        if is_open(one.pair) and crm is not None and books is not None and side is not None:
            found.append(TypedTwice(str(one.id), label(crm), label(books), side))
    return found


def say(home: Home, actor: Actor, name: str, record: str, side: str) -> None:
    """Say where an invoice that was typed in on both sides was made; the next sync goes by it.

    record: id of the pair, or HubSpot's number of the invoice. side: `crm` or `books`.
    Raises NotFound, WrongUse, Forbidden.
    """
    actor.must_be(Role.BOOKKEEPER)
    if side not in SIDES:
        raise WrongUse("An invoice is made in hubspot or in quickbooks; '{side}' is neither.", side=side)
    with home.database.begin() as tx:
        of = connection(tx, name)
        one = next(iter(pairs.load(tx, [pair_id(tx, of.id, record)])), None)
        if one is None or one.connection != of.id:
            raise NotFound("There is no record {id} here.", id=record)
        if one.pair.kind is not Kind.INVOICE or not is_open(one.pair):
            raise WrongUse(
                "Only of an invoice that was typed in on both sides, and is a pair, is it asked who made it."
            )
        pairs.choose(tx, one.id, {**one.pair.choices, ISSUER: side})
        connections.want(tx, of.id)
        details = {ISSUER: side}
        connections.note(tx, of.id, who=actor.name, what="made_in", details=details, now=home.clock.now(), pair=one.id)

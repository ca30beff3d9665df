"""Pause and resume, exclude: what a person switches off and on."""

from datetime import datetime

from sqlalchemy import Connection

from tieout.actions import lookup
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import NotFound
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.core.records import Kind, Side
from tieout.core.undoing import UNDONE
from tieout.kinds.invoice import Invoice
from tieout.remote.rows import Record
from tieout.store import agenda, connections, pairs, vanished
from tieout.store.pairs import Stored


def pause(home: Home, actor: Actor, name: str) -> None:
    """Stop all passes over a company pair until it is resumed."""
    _switch(home, actor, name, "paused")


def resume(home: Home, actor: Actor, name: str, *, accept_gone: bool = False) -> int:
    """Let passes run again, and have one run soon.

    accept_gone: records that are gone, so many at once that it stopped, are gone on purpose. Returns how many.
    """
    _switch(home, actor, name, "active")
    if not accept_gone:
        return 0
    with home.database.begin() as tx:
        stored = connection(tx, name)
        now = home.clock.now()
        accepted = vanished.accept(tx, stored.id, now)
        details = {"records": accepted}
        connections.note(tx, stored.id, who=actor.name, what="accepted_gone", details=details, now=now)
    return accepted


def exclude(home: Home, actor: Actor, name: str, pair_id: str, *, include: bool = False) -> None:
    """Leave one record out of the sync on purpose, or take it in again. Raises NotFound.

    What was made of it and is void or gone since it was undone is its counterpart no more: it is made anew.
    """
    actor.must_be(Role.SELLER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        found = pairs.load(tx, [lookup.pair_id(tx, stored.id, pair_id)])
        if not found or not pairs.belongs(tx, found[0].id, stored.id):
            raise NotFound("There is no record {id} here.", id=pair_id)
        choices = dict(found[0].pair.choices)
        if include:
            _part(tx, found[0], home.clock.now())
            choices.pop("exclude", None)
        else:
            choices["exclude"] = actor.name
        pairs.choose(tx, found[0].id, choices)
        if found[0].pair.kind is Kind.INVOICE:
            agenda.mark_settlements(tx, stored.id, found[0].crm_id, found[0].books_id)
        connections.want(tx, stored.id)
        what = "included" if include else "excluded"
        connections.note(tx, stored.id, who=actor.name, what=what, details={}, now=home.clock.now(), pair=found[0].id)


def _part(tx: Connection, one: Stored, now: datetime) -> None:
    """Forget the counterpart that an undo has left void or gone."""
    if one.pair.bond is None or one.pair.choices.get("exclude") != UNDONE:
        return
    for side, there, other in ((Side.BOOKS, one.pair.books, one.pair.crm), (Side.CRM, one.pair.crm, one.pair.books)):
        if _is_void(there) and not _is_void(other):
            pairs.part(tx, one, side.other, now)
            undone = pairs.find(tx, one.connection, one.pair.kind, side, there.id) if there is not None else None
            if undone is not None:
                pairs.choose(tx, undone.id, {"exclude": UNDONE})


def _is_void(record: Record | None) -> bool:
    return record is None or (isinstance(record, Invoice) and record.status == "void")


def _switch(home: Home, actor: Actor, name: str, status: str) -> None:
    actor.must_be(Role.BOOKKEEPER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        connections.change(tx, stored.id, status=status, trouble=None, due_at="")
        connections.note(tx, stored.id, who=actor.name, what=status, details={}, now=home.clock.now())
        if status == "active":
            connections.want(tx, stored.id)

"""Signed months: freezing a tie-out, and telling what changed in its month since."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from tieout.actions import settings
from tieout.actions.actor import Actor, Role
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words
from tieout.actions.lookup import connection
from tieout.proof.aging import Aging
from tieout.proof.signed import INVOICE, Change, Document, Found, Place, changes
from tieout.proof.totals import Total
from tieout.store import connections, proofs, signatures
from tieout.store.codec import decode, encode
from tieout.store.connections import StoredConnection
from tieout.store.signatures import Signature

TOLD: Mapping[str, str] = {
    "voided": "invoice {number} voided",
    "deleted": "invoice {number} deleted",
    "moved": "invoice {number} has another date",
    "changed": "invoice {number} changed",
    "added": "invoice {number} added",
    "open": "what was paid of invoice {number} changed",
}
"""What a change of an invoice is called inside a sentence."""

_TOLD_AT_ONCE = 5


class SignedMonth(msgspec.Struct, frozen=True):
    """A signed month. as_of: its last day, ISO. at: ISO moment, UTC. report: what QuickBooks reported, in `currency`.

    changes: what happened to it since; message: the same in a sentence, empty where nothing did.
    """

    as_of: str
    at: str
    who: str
    currency: str
    report: str
    message: str
    changes: tuple[Change, ...]


class _Reported(msgspec.Struct, frozen=True):
    """The part of a kept tie-out that its line shows."""

    currency: str
    report: str


class _Seen(msgspec.Struct, frozen=True):
    """What the last sync saw of an invoice."""

    number: str = ""
    status: str = "open"
    day: date | None = msgspec.field(default=None, name="date")
    currency: str = ""
    total: Decimal = Decimal(0)


def sign(home: Home, actor: Actor, name: str, day: date, aging: Aging, documents: list[Document]) -> None:
    """Freeze the tie-out of a day, and let nothing more be written on it or before. Raises NotFound, Forbidden."""
    actor.must_be(Role.BOOKKEEPER)
    now = home.clock.now()
    with home.database.begin() as tx:
        of = connection(tx, name)
        signatures.keep(tx, of.id, day, now, actor.name, encode(aging), encode(documents))
        told = {"as_of": day.isoformat(), "total": f"{aging.report} {aging.currency}"}
        connections.note(tx, of.id, who=actor.name, what="signed", details=told, now=now)
        if of.settings.lock_date is None or of.settings.lock_date < day:
            locked = msgspec.structs.replace(of.settings, lock_date=day)
            settings.store(tx, home, actor, of, locked, {"lock_date": day.isoformat()})


def signed_months(home: Home, name: str, words: Words = ENGLISH) -> tuple[SignedMonth, ...]:
    """All signed months, newest first, with what is known to have changed in them. Raises NotFound."""
    with home.database.read() as tx:
        of = connection(tx, name)
        return tuple(_months(tx, of, home.clock.now().date(), words))


def _months(tx: Connection, of: StoredConnection, today: date, words: Words) -> Iterator[SignedMonth]:
    kept = signatures.every(tx, of.id)
    links = {crm: books for crm, books, *_, linked in proofs.positions(tx, of.id) if linked} if kept else {}
    for one in kept:
        known = _known_changes(tx, of, one, links)
        reported = decode(one.body, _Reported)
        message = _message(one.as_of, known, reported.currency, today, words) if known else ""
        yield SignedMonth(
            one.as_of.isoformat(), one.at, one.who, reported.currency, reported.report, message, tuple(known)
        )


def frozen(home: Home, name: str, day: str) -> Aging | None:
    """The tie-out that was signed for an ISO day; None for a day that was not. Raises NotFound."""
    with home.database.read() as tx:
        kept = signatures.every(tx, connection(tx, name).id)
    return next((decode(one.body, Aging) for one in kept if one.as_of.isoformat() == day), None)


def _known_changes(tx: Connection, of: StoredConnection, one: Signature, links: Mapping[str, str]) -> list[Change]:
    """What the last fresh reading found, and what the syncs saw since."""
    found = decode(one.changes, list[Change])
    if max(of.crm_read_at, of.books_read_at) <= one.checked_at:
        return found
    then = decode(one.documents, list[Document])
    totals: dict[Place, Total | None] = {}
    for side, new in signatures.paired_since(tx, of.id, one.newest_pair).items():
        ids = {d.id for d in then if d.side == side and d.kind == INVOICE} | new
        seen_there = signatures.mirrored(tx, of.id, side, ids)
        totals |= {(side.value, id_): _total(id_, body) for id_, body in seen_there.items()}
    seen = changes(one.as_of, then, Found(totals, None, links))
    places = {(c.side, c.kind, c.id) for c in seen}
    return [*seen, *(c for c in found if (c.side, c.kind, c.id) not in places)]


def _total(id_: str, body: bytes | None) -> Total | None:
    if body is None:
        return None
    seen = decode(body, _Seen)
    live = seen.status in ("open", "paid")
    return Total(id_, seen.number, seen.currency, seen.total, Decimal(0), live, seen.day)


def _message(day: date, found: list[Change], home: str, today: date, words: Words) -> str:
    told = [f"{_amount(one, home, words)}, {_told(one, words)}" for one in found[:_TOLD_AT_ONCE]]
    if more := len(found) - len(told):
        told.append(words("and {n} more", n=words.number(more)))
    month = words.month(day, today)
    return words(
        "{month} changed since you signed: {changes}",
        month=month[:1].upper() + month[1:],
        changes="; ".join(told),
    )


def _amount(change: Change, home: str, words: Words) -> str:
    """By how much, with its sign; with its currency where that is not the company's."""
    amount = Decimal(change.amount)
    sign = "\N{MINUS SIGN}" if amount < 0 else "+" if amount else ""
    shown = f"{sign}{words.amount(abs(amount), change.currency)}"
    return shown if change.currency == home else f"{shown} {change.currency}"


def _told(change: Change, words: Words) -> str:
    if change.kind != INVOICE:
        return words("what was applied of {kind} {number} changed", kind=change.kind, number=change.number or change.id)
    told = words(TOLD[change.what], number=change.number or change.id)
    return f"{told} (HubSpot)" if change.side == "crm" else told

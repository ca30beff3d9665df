"""Prove: read both sides afresh and account for every difference, as it is now or as it was on a day."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from tieout.actions import company, recorded, signatures
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.actions.reach import clients
from tieout.core import days
from tieout.engine.wiring import Transport, network
from tieout.hubspot.client import Client as HubSpot
from tieout.proof.aging import Aging, age
from tieout.proof.report import Entry, Report, aging, entries
from tieout.proof.signed import INVOICE, Document, Found, Place, changes, documents
from tieout.proof.tieout import Proof, compare
from tieout.proof.totals import Total, as_of, of_hubspot, of_quickbooks, receipts_of_hubspot
from tieout.quickbooks.client import Client as QuickBooks
from tieout.store import proofs
from tieout.store.codec import decode, encode
from tieout.store.connections import StoredConnection
from tieout.store.signatures import Signature, checked, every

_SIGNED_MONTHS = 12
"""So many signed months are looked at again with each tie-out, newest first; each is one call."""


class ProvedDay(Proof, frozen=True, kw_only=True):
    """A tie-out of a day: both sides as of its end, held against each other and against QuickBooks' own A/R Aging.

    as_of: ISO. signed: it was signed by this tie-out. months: all that are signed, and what changed in them.
    """

    as_of: str
    aging: Aging
    signed: bool
    months: tuple[signatures.SignedMonth, ...]


class Kept(Proof, frozen=True, kw_only=True):
    """A tie-out as it was kept. as_of, aging: of a day's."""

    as_of: str = ""
    aging: Aging | None = None


class _Read(msgspec.Struct, frozen=True):
    """Both sides' invoices now, and what QuickBooks reported of each signed day."""

    crm: list[Total]
    books: list[Total]
    signed: list[tuple[Signature, tuple[Entry, ...]]]


async def prove(home: Home, actor: Actor, name: str, *, transport: Transport = network) -> Proof:
    """Run the tie-out and keep its result. Raises WrongUse, OutOfReach."""
    actor.must_be(Role.VIEWER)
    stored = _ready(home, name)
    async with clients(home, stored, transport) as (hubspot, quickbooks):
        read = await _read(home, stored, hubspot, quickbooks)
    with home.database.read() as tx:
        known = recorded.known(tx, stored)
    result = compare(read.crm, read.books, known)
    with home.database.begin() as tx:
        proofs.keep(tx, stored.id, home.clock.now(), encode(result))
        _check_signed(tx, home, read, known.links)
    return result


async def prove_day(
    home: Home, actor: Actor, name: str, day: date | None, *, sign: bool = False, transport: Transport = network
) -> ProvedDay:
    """Run the tie-out as of the end of a day, today's for None, and keep its result.

    sign: freeze it too, where it ties out. Raises WrongUse, OutOfReach, Forbidden.
    """
    actor.must_be(Role.BOOKKEEPER if sign else Role.VIEWER)
    stored = _ready(home, name)
    zone = ZoneInfo(company.zone(stored))
    async with clients(home, stored, transport) as (hubspot, quickbooks):
        read = await _read(home, stored, hubspot, quickbooks)
        today = quickbooks.server_now().astimezone(zone).date()
        day = day or today
        if sign and day > today:
            raise WrongUse("{day} is still to come, so that it cannot be signed.", day=day.isoformat())
        crm = as_of(day, read.crm, await receipts_of_hubspot(hubspot, zone))
        report = await _aging(quickbooks, stored, day)
    due = {entry.id: entry.open for entry in report.entries}
    books = [
        msgspec.structs.replace(one, open=due.get(one.id, Decimal(0)))
        for one in read.books
        if one.day is None or one.day <= day
    ]
    with home.database.read() as tx:
        known = recorded.known(tx, stored, day)
        names = recorded.customers(tx, stored, crm, known.links)
    proof = compare(crm, books, known)
    aged = age(crm, read.books, report, known, names)
    ties_out = proof.ties_out and aged.ties_out
    if sign and ties_out:
        signatures.sign(home, actor, name, day, aged, documents(day, crm, read.books, report.entries))
    kept = Kept(ties_out, proof.currency, proof.exceptions, as_of=day.isoformat(), aging=aged)
    with home.database.begin() as tx:
        proofs.keep(tx, stored.id, home.clock.now(), encode(kept))
        _check_signed(tx, home, read, known.links)
    return ProvedDay(
        ties_out,
        proof.currency,
        proof.exceptions,
        as_of=kept.as_of,
        aging=aged,
        signed=sign and ties_out,
        months=signatures.signed_months(home, name),
    )


def asked_day(text: str) -> date | None:
    """The day that a person named; None for none. Raises WrongUse, also for one with no day before or after it."""
    try:
        asked = days.day(text) if text else None
    except days.NotADay as error:
        raise WrongUse(str(error)) from error
    if asked in (date.min, date.max):
        raise WrongUse("{day} is no day to ask about.", day=text)
    return asked


def last(home: Home, name: str) -> tuple[str, Kept] | None:
    """The newest result, with the moment (ISO, UTC) at which it was made."""
    with home.database.read() as tx:
        stored = connection(tx, name)
        found = proofs.last(tx, stored.id)
    return None if found is None else (found[0], decode(found[1], Kept))


def _ready(home: Home, name: str) -> StoredConnection:
    with home.database.read() as tx:
        stored = connection(tx, name)
    if stored.crm_facts is None or stored.books_facts is None:
        raise WrongUse("{name} was never read. `tieout sync {name}` reads it.", name=name)
    return stored


async def _read(home: Home, stored: StoredConnection, hubspot: HubSpot, quickbooks: QuickBooks) -> _Read:
    zone = ZoneInfo(company.zone(stored))
    crm = await of_hubspot(hubspot, stored.crm_facts.currency if stored.crm_facts else "", zone)
    books = await of_quickbooks(quickbooks, company.currency(stored))
    with home.database.read() as tx:
        kept = every(tx, stored.id)[:_SIGNED_MONTHS]
    signed = [(one, await _entries(quickbooks, stored, one.as_of)) for one in kept]
    return _Read(crm, books, signed)


async def _aging(quickbooks: QuickBooks, stored: StoredConnection, day: date) -> Report:
    return await aging(quickbooks, day, company.currency(stored), foreign=_foreign(stored))


async def _entries(quickbooks: QuickBooks, stored: StoredConnection, day: date) -> tuple[Entry, ...]:
    return await entries(quickbooks, day, company.currency(stored), foreign=_foreign(stored))


def _foreign(stored: StoredConnection) -> bool:
    return stored.books_facts is not None and stored.books_facts.multicurrency


def _check_signed(tx: Connection, home: Home, read: _Read, links: Mapping[str, str]) -> None:
    """Look at every signed month again, and keep what changed in it."""
    totals: dict[Place, Total | None] = {("crm", one.id): one for one in read.crm}
    totals |= {("books", one.id): one for one in read.books}
    for signature, owed in read.signed:
        then = decode(signature.documents, list[Document])
        gone: dict[Place, Total | None] = {(one.side, one.id): None for one in then if one.kind == INVOICE}
        found = changes(signature.as_of, then, Found(gone | totals, owed, links))
        checked(tx, signature.id, encode(found), home.clock.now())

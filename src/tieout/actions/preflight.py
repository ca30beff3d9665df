"""Preflight: what will fail, and what to set, before anything is synced."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from sqlalchemy import Connection

from tieout.actions import naming
from tieout.actions.actor import Actor, Role
from tieout.actions.check import Check, Seen
from tieout.actions.checks import Checking
from tieout.actions.errors import WrongUse
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words
from tieout.actions.lookup import connection
from tieout.actions.reach import clients
from tieout.core.records import Kind, Side
from tieout.core.text import folded
from tieout.engine.wiring import Transport, network
from tieout.hubspot import account, definitions
from tieout.hubspot.client import Client as HubSpot
from tieout.hubspot.lens.mapped import View
from tieout.hubspot.scopes import lacking
from tieout.kinds.invoice import Invoice
from tieout.kinds.lists import is_copied
from tieout.quickbooks import facts as company
from tieout.remote.errors import Refusal
from tieout.store import agenda, connections, numbers

_RECENT = timedelta(days=30)
_NO_ADMIN = ("5020", "10000")
"""Codes by which QuickBooks keeps company settings from who may not see them (QuickBooks, "Error codes")."""


class Preflight(msgspec.Struct, frozen=True):
    """Everything that was looked at. at: when both accounts were looked into (ISO, UTC), empty for never."""

    at: str
    checks: tuple[Check, ...]

    def count(self, level: Literal["ok", "ask", "warning", "blocks"]) -> int:
        """How many checks came out like this."""
        return sum(1 for check in self.checks if check.level == level)


async def preflight(
    home: Home, actor: Actor, name: str, words: Words = ENGLISH, *, transport: Transport = network
) -> list[Check]:
    """Read both accounts afresh, keep what they said, and check it. Raises WrongUse, OutOfReach."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    async with clients(home, stored, transport) as (hubspot, quickbooks):
        crm = await account.facts(hubspot)
        products = is_copied(Kind.ITEM, Side.BOOKS, stored.settings)
        wanted = View(stored.settings.mapped, stored.settings.filters).wanted
        crm = msgspec.structs.replace(
            crm,
            missing_scopes=lacking(await hubspot.scopes(), crm.missing_scopes, products=products),
            missing_properties=await definitions.missing(hubspot, wanted),
        )
        hubspot_now, now = hubspot.server_time(), home.clock.now()
        try:
            books = await company.read(quickbooks, stored.books.key, stored.books.base_url)
        except Refusal as error:
            if error.code not in _NO_ADMIN:
                raise
            raise WrongUse(
                "QuickBooks does not show the company's settings to this sign-in. Connect again as an administrator "
                "of the company."
            ) from error
        ahead = quickbooks.server_now() - home.clock.now()
        other = await _other_sync(hubspot, crm.missing_scopes, now)
    seen = Seen(
        hubspot_ahead=None if hubspot_now is None else round((hubspot_now - now).total_seconds()),
        quickbooks_ahead=round(ahead.total_seconds()),
        other_sync=other,
    )
    with home.database.begin() as tx:
        changed = (crm, books) != (stored.crm_facts, stored.books_facts)
        connections.change(tx, stored.id, crm_facts=crm, books_facts=books)
        if changed:
            agenda.mark_all(tx, stored.id)
        details = {"seen": msgspec.structs.asdict(seen)}
        connections.note(tx, stored.id, who=actor.name, what="preflight", details=details, now=home.clock.now())
    return list(last(home, name, words).checks)


def last(home: Home, name: str, words: Words = ENGLISH) -> Preflight:
    """The checks over what is known of both accounts: read by the last pass, or looked at by the last preflight."""
    with home.database.read() as tx:
        stored = connection(tx, name)
        note = connections.last_note(tx, stored.id, "preflight")
        at, seen = ("", Seen()) if note is None else (note[0], msgspec.convert(note[1]["seen"], Seen))
        if stored.crm_facts is None or stored.books_facts is None:
            return Preflight("", ())
        series = _series(tx, stored.id)
    checking = Checking(stored, stored.crm_facts, stored.books_facts, seen, series, words)
    return Preflight(at, tuple(checking.all()))


async def _other_sync(hubspot: HubSpot, missing: Collection[str], now: datetime) -> str:
    """The day of the newest invoice of HubSpot's own sync of the last 30 days; empty for none."""
    if "crm.objects.invoices.read" in missing:
        return ""
    return await account.made_by_other_sync(hubspot, now - _RECENT)


def _series(tx: Connection, company_id: int) -> tuple[str, str]:
    """A number that QuickBooks gave itself with HubSpot's prefix, and one of HubSpot's; empty for none."""
    newest = numbers.newest(tx, company_id, Side.CRM)
    known = naming.stored(tx, company_id, Side.CRM, Kind.INVOICE, newest)
    issued = [one.number for one in known if isinstance(one, Invoice) and one.issued_here]
    for prefix, example in {_prefix(number): number for number in issued}.items():
        if prefix and (taken := numbers.alone_with(tx, company_id, Side.BOOKS, prefix)):
            return taken, example
    return "", ""


def _prefix(number: str) -> str:
    return folded(number).rstrip("0123456789")

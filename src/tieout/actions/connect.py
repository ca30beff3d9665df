"""Connect: pair a HubSpot account with a QuickBooks company under a name."""

from datetime import date, datetime
from pathlib import Path
from random import SystemRandom
from stat import S_ISREG
from zoneinfo import ZoneInfo

import msgspec
from cryptography.fernet import MultiFernet
from sqlalchemy import Connection

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.core.facts import BooksFacts, CrmFacts
from tieout.core.records import Side
from tieout.core.settings import Settings
from tieout.engine.wiring import Transport, network, open_sides
from tieout.remote.errors import Refusal, SignInTrouble, Unavailable
from tieout.remote.ports import Tokens
from tieout.store import agenda, connections
from tieout.store.connections import AccountOptions, StoredConnection
from tieout.store.database import Database
from tieout.store.ports import StoredVault, seal_tokens

RESERVED = frozenset({"api", "health", "index.json", "preferences", "setup", "sign-in", "sign-out", "static"})
"""Names that the pages use themselves."""


class HubSpotFile(msgspec.Struct, frozen=True, kw_only=True):
    """HubSpot's part of a sign-in file. The lists of seconds are a sandbox's own; a real account leaves them out."""

    base_url: str = "https://api.hubapi.com"
    portal_id: int | str
    access_token: str
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    quotas: bool = True
    commit_within_seconds: float = 120.0
    index_lag_seconds: float = 10.0


class QuickBooksFile(msgspec.Struct, frozen=True, kw_only=True):
    """QuickBooks' part of a sign-in file."""

    base_url: str = "https://quickbooks.api.intuit.com"
    realm_id: int | str
    access_token: str
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    discovery_url: str = ""
    quotas: bool = True
    commit_within_seconds: float = 120.0


class SignInFile(msgspec.Struct, frozen=True):
    """What `tieout connect --from` reads, and what `tieout sandbox` prints."""

    hubspot: HubSpotFile
    quickbooks: QuickBooksFile


class Connected(msgspec.Struct, frozen=True):
    """What was connected. renewed: the same pair was there, and only its sign-in is new."""

    name: str
    portal_id: str
    realm_id: str
    company: str
    currency: str
    start_date: date | None
    renewed: bool


def read_file(file: Path) -> SignInFile:
    """Read a sign-in file. Raises WrongUse, saying what is missing in it."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=SignInFile)
    except OSError as error:
        raise WrongUse(f"{file} cannot be read: {error.strerror}.") from error
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise WrongUse(
            f"{file} is no sign-in file: {error}. It is JSON with `hubspot` and `quickbooks`, each with its address, "
            "id and tokens."
        ) from error


def is_open_to_others(file: Path) -> bool:
    """Whether anybody but its owner may read or change a sign-in file; a pipe is nobody else's."""
    mode = file.stat().st_mode
    return S_ISREG(mode) and bool(mode & 0o077)


async def connect(
    home: Home, actor: Actor, name: str, given: SignInFile, *, transport: Transport = network
) -> Connected:
    """Connect, or renew the sign-in of the same pair; links are kept.

    Raises WrongUse for another pair under the same name or a sign-in that is refused, OutOfReach where a side does
    not answer. Nothing is kept of a first connect that failed.
    """
    actor.must_be(Role.OWNER)
    if not name or name != name.strip() or "/" in name or len(name) > 60:
        raise WrongUse("A name has 1 to 60 characters, no slash, and no space at its ends.")
    if name in RESERVED:
        raise WrongUse(f"{name!r} is the address of a page of Tieout's own. Choose another name.")
    portal, realm = str(given.hubspot.portal_id), str(given.quickbooks.realm_id)
    with home.database.read() as tx:
        known = connections.find(tx, name)
    if known is not None and (known.crm.key, known.books.key) != (portal, realm):
        raise WrongUse(
            f"{name!r} already pairs HubSpot {known.crm.key} with QuickBooks {known.books.key}. "
            "Choose another name for another pair."
        )
    if known is None:
        _refuse_twice(home, given, portal, realm)
    try:
        crm, books, tokens = await _check(home, name, given, transport)
    except SignInTrouble as error:
        raise WrongUse(f"{error} Nothing was changed.") from error
    except Refusal as error:
        raise WrongUse(f"The sign-in was refused: {error}. Nothing was changed.") from error
    except Unavailable as error:
        raise OutOfReach(f"{error} Nothing was changed.") from error
    now = home.clock.now()
    with home.database.begin() as tx:
        stored = _store(tx, home.cipher, name, given, tokens, now)
        start = stored.settings.start_date
        if known is None:
            start = now.astimezone(ZoneInfo(crm.zone)).date()
            connections.change(tx, stored.id, settings=Settings(start_date=start))
        connections.change(
            tx, stored.id, crm_facts=crm, books_facts=books, facts_at=now.isoformat(), trouble=None, due_at=""
        )
        agenda.mark_all(tx, stored.id)
        what = "connected" if known is None else "reconnected"
        details = {"portal": portal, "realm": realm, "company": books.company}
        connections.note(tx, stored.id, who=actor.name, what=what, details=details, now=now)
    return Connected(name, portal, realm, books.company, books.currency, start, known is not None)


def _refuse_twice(home: Home, given: SignInFile, portal: str, realm: str) -> None:
    """Two pairs on one account would write over each other's work. Raises WrongUse."""
    crm, books = (portal, given.hubspot.base_url.rstrip("/")), (realm, given.quickbooks.base_url.rstrip("/"))
    with home.database.read() as tx:
        others = connections.every(tx)
    for other in others:
        if (other.crm.key, other.crm.base_url) == crm or (other.books.key, other.books.base_url) == books:
            raise WrongUse(
                f"{other.name!r} already pairs HubSpot {other.crm.key} with QuickBooks {other.books.key}. An account "
                f"can be in one pair only; to renew its sign-in, connect it as {other.name!r} again."
            )


def _store(
    tx: Connection, cipher: MultiFernet, name: str, given: SignInFile, tokens: dict[Side, Tokens], now: datetime
) -> StoredConnection:
    """Store both accounts, and the connection if it is new."""
    h, q = given.hubspot, given.quickbooks
    options = {
        Side.CRM: AccountOptions(h.quotas, h.commit_within_seconds, h.index_lag_seconds),
        Side.BOOKS: AccountOptions(q.quotas, q.commit_within_seconds, 0.0, q.discovery_url),
    }
    sealed = {side: seal_tokens(cipher, tokens[side]) for side in Side}
    keys = {Side.CRM: (str(h.portal_id), h.base_url), Side.BOOKS: (str(q.realm_id), q.base_url)}
    known = connections.find(tx, name)
    if known is not None:
        for account in (known.crm, known.books):
            base_url = keys[account.side][1].rstrip("/")
            connections.renew_account(tx, account.id, base_url, options[account.side], sealed[account.side])
        return connections.get(tx, known.id)
    ids = {
        side: connections.save_account(tx, side, key, url.rstrip("/"), options[side], sealed[side])
        for side, (key, url) in keys.items()
    }
    return connections.get(tx, connections.create(tx, name, ids[Side.CRM], ids[Side.BOOKS], Settings(), now))


async def _check(
    home: Home, name: str, given: SignInFile, transport: Transport
) -> tuple[CrmFacts, BooksFacts, dict[Side, Tokens]]:
    """Read both accounts with these tokens, in a database that is thrown away; return them as they are by then."""
    aside = Database(None)
    aside.migrate()
    tokens = {
        Side.CRM: _tokens(given.hubspot),
        Side.BOOKS: _tokens(given.quickbooks),
    }
    try:
        with aside.begin() as tx:
            stored = _store(tx, home.cipher, name, given, tokens, home.clock.now())
        async with open_sides(aside, home.cipher, stored, home.clock, SystemRandom(), transport) as sides:
            crm = await sides.crm.facts()
            books = await sides.books.facts()
        if crm.portal != stored.crm.key:
            message = f"This token belongs to HubSpot account {crm.portal}, not to {stored.crm.key}."
            raise SignInTrouble("wrong_company", message)
        kept = {
            Side.CRM: StoredVault(aside, stored.crm.id, home.cipher).read(),
            Side.BOOKS: StoredVault(aside, stored.books.id, home.cipher).read(),
        }
        return crm, books, kept
    finally:
        aside.close()


def _tokens(part: HubSpotFile | QuickBooksFile) -> Tokens:
    return Tokens(part.access_token, part.refresh_token, part.client_id, part.client_secret)

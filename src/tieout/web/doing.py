"""Pages that set something going: tie-out, sync now, pause and resume, leaving a record out, settings."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import company, lookup, naming, pause, prove, settings, sync
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.language import STATES, Words
from tieout.core.causes import CAUSES, REASONS
from tieout.core.money import text
from tieout.core.records import Side
from tieout.proof.tieout import UNEXPLAINED, Proof, ReconcilingItem
from tieout.web.signing_in import Form
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, inside, segment


class Reason(msgspec.Struct, frozen=True):
    """Differences that have one reason. amounts: what they add to the difference, decimal text by currency."""

    reason: str
    title: str
    amounts: dict[str, str]
    exceptions: tuple[ReconcilingItem, ...]


class TieOut(msgspec.Struct, frozen=True):
    """The newest tie-out of a company pair, and when it was run (ISO moment); None before the first.

    records: ids of the record pages of differing invoices, by their ids in HubSpot and QuickBooks (`1001/`, `/88`).
    """

    at: str
    zone: str
    proof: Proof | None
    reasons: tuple[Reason, ...] = ()
    records: dict[str, str] = {}


class Settings(msgspec.Struct, frozen=True):
    """Every setting with value and meaning."""

    settings: tuple[settings.Setting, ...]


@get(["/{name:str}/tie-out", "/{name:str}/tie-out.json"], sync_to_thread=False)
def tie_out_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The newest tie-out."""
    last = prove.last(reader.home, name)
    exceptions = last[1].exceptions if last else ()
    with reader.home.database.read() as tx:
        of = lookup.connection(tx, name)
        crm = naming.invoice_rows(tx, of.id, Side.CRM, {e.crm for e in exceptions})
        books = naming.invoice_rows(tx, of.id, Side.BOOKS, {e.books for e in exceptions})
    found = TieOut(
        at=last[0] if last else "",
        zone=company.zone(of),
        proof=last[1] if last else None,
        reasons=tuple(_reasons(exceptions, reader.words)),
        records={f"{e.crm}/{e.books}": at for e in exceptions if (at := crm.get(e.crm) or books.get(e.books))},
    )
    return show(request, reader, "tie_out.html", found, at=place(reader, name, "tie-out"))


def _reasons(exceptions: Iterable[ReconcilingItem], words: Words) -> list[Reason]:
    """Unexplained ones first, then the most frequent."""
    found: dict[str, list[ReconcilingItem]] = {}
    for exception in exceptions:
        found.setdefault(exception.reason, []).append(exception)
    order = sorted(found.items(), key=lambda entry: (entry[0] != UNEXPLAINED, -len(entry[1]), entry[0]))
    return [Reason(code, titled(code, words), _sums(own), tuple(own)) for code, own in order]


def titled(code: FromPath[str], words: Words) -> str:
    """What a recorded reason is called: a cause, a reason to leave out, or a state."""
    if code == UNEXPLAINED:
        return words("No reason is recorded")
    if code in CAUSES:
        return words(CAUSES[code].title)
    return words(REASONS.get(code) or STATES.get(code) or code.replace("_", " "))


def _sums(exceptions: Iterable[ReconcilingItem]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for exception in exceptions:
        if exception.currency:
            sums[exception.currency] = sums.get(exception.currency, Decimal(0)) + Decimal(exception.effect)
    return {currency: text(amount, currency) for currency, amount in sorted(sums.items())}


@post("/{name:str}/tie-out")
async def prove_now(reader: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Run a tie-out from fresh reads of both sides."""
    await prove.prove(reader.home, reader.actor, name)
    return Redirect(f"/{segment(name)}/tie-out", status_code=303)


@post("/{name:str}/sync", sync_to_thread=False)
def sync_now(reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Ask for a sync at once."""
    sync.want(reader.home, reader.actor, name)
    return _back(name, data)


@post("/{name:str}/pause", sync_to_thread=False)
def pause_now(reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Stop writing until somebody resumes."""
    pause.pause(reader.home, reader.actor, name)
    return _back(name, data)


@post("/{name:str}/resume", sync_to_thread=False)
def resume_now(reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Go on."""
    pause.resume(reader.home, reader.actor, name)
    return _back(name, data)


@post("/{name:str}/records/{pair_id:str}/exclude", sync_to_thread=False)
def exclude_now(
    reader: NamedDependency[Visit], name: FromPath[str], pair_id: FromPath[str], data: Form
) -> Response[Any]:
    """Leave one record out."""
    pause.exclude(reader.home, reader.actor, name, pair_id)
    return _back(name, data)


@get(["/{name:str}/settings", "/{name:str}/settings.json"], sync_to_thread=False)
def settings_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """Every setting with value and meaning."""
    return _settings(request, reader, name, saved=request.query_params.get("done", ""))


@post("/{name:str}/settings", sync_to_thread=False)
def change_setting(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], data: Form
) -> Response[Any]:
    """Change one setting."""
    key = data.get("key", "")
    try:
        settings.change(reader.home, reader.actor, name, {key: data.get("value", "")})
    except NotFound:
        raise
    except WrongUse as wrong:
        return _settings(request, reader, name, problem=(key, wrong.said(reader.words)))
    return Redirect(f"/{segment(name)}/settings?{urlencode({'done': key})}#{segment(key)}", status_code=303)


def _settings(
    request: HttpRequest, reader: Visit, name: str, saved: str = "", problem: tuple[str, str] = ("", "")
) -> Response[bytes]:
    found = Settings(tuple(settings.settings(reader.home, reader.actor, name)))
    return show(
        request,
        reader,
        "settings.html",
        found,
        at=place(reader, name, "settings"),
        status=400 if problem[0] else 200,
        saved=saved,
        problem=problem,
    )


def _back(name: str, data: Form) -> Response[Any]:
    return Redirect(inside(data.get("next") or f"/{segment(name)}"), status_code=303)

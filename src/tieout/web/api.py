"""The API under /api/v1: the same actions as the pages, as JSON. Money is a decimal string."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from tieout.actions import (
    failures,
    fix,
    history,
    invoices,
    issuing,
    overview,
    pause,
    prove,
    record,
    signatures,
    sync,
    undo,
    users,
)
from tieout.actions.actor import Role
from tieout.core.records import Side
from tieout.proof.tieout import Proof
from tieout.web import mapping_api, tax, twins
from tieout.web.signing_in import guarded
from tieout.web.visit import HttpRequest, NotSignedIn, Visit, bearer, provide_reader


class SignIn(msgspec.Struct, frozen=True):
    """Name and password of a user."""

    name: str
    password: str


class Session(msgspec.Struct, frozen=True):
    """A session. token: send it as `Authorization: Bearer …`. expires_at: in UTC."""

    token: str
    expires_at: datetime
    role: Role


class FixRequest(msgspec.Struct, frozen=True):
    """How a fix is to be applied. values: what it needs, by key. preview: show what it would do, and do nothing."""

    values: dict[str, str] = {}
    all_with_cause: bool = False
    preview: bool = False


class IssuerRequest(msgspec.Struct, frozen=True):
    """Where an invoice that was typed in on both sides was made: `crm` is HubSpot, `books` QuickBooks."""

    issuer: Side


class UndoRequest(msgspec.Struct, frozen=True):
    """How to undo. preview: show what it would do, and do nothing."""

    preview: bool = False


def provide_caller(request: HttpRequest) -> Visit:
    """A program that sent its token. A cookie is not enough to change anything. Raises NotSignedIn."""
    if not bearer(request):
        raise NotSignedIn
    return provide_reader(request)


@post("/session", sync_to_thread=False)
def open_session(request: HttpRequest, visit: NamedDependency[Visit], data: JSONBody[SignIn]) -> Session:
    """Sign in."""
    token = guarded(request, visit, data.name, lambda: users.sign_in(visit.home, data.name, data.password))
    person = users.signed_in(visit.home, token)
    if person is None:
        raise NotSignedIn
    ends = visit.home.clock.now() + timedelta(seconds=users.SESSION_SECONDS)
    return Session(token, ends, person.role)


@delete("/session", sync_to_thread=False)
def close_session(request: HttpRequest, caller: NamedDependency[Visit]) -> None:
    """Sign out."""
    users.sign_out(caller.home, bearer(request))


@get("/companies", sync_to_thread=False)
def companies(reader: NamedDependency[Visit]) -> list[overview.Overview]:
    """All company pairs."""
    return [overview.overview(reader.home, name, reader.words) for name in overview.list_companies(reader.home)]


@get("/companies/{name:str}", sync_to_thread=False)
def one_company(reader: NamedDependency[Visit], name: FromPath[str]) -> overview.Overview:
    """One company pair at a glance."""
    return overview.overview(reader.home, name, reader.words)


@get("/companies/{name:str}/invoices", sync_to_thread=False)
def list_invoices(
    reader: NamedDependency[Visit],
    name: FromPath[str],
    in_state: Annotated[str, QueryParameter(name="state")] = "",
    search: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> invoices.InvoiceList:
    """Invoices with their states; `state` is one of them, or `needs_you`."""
    return invoices.list_invoices(reader.home, name, state=in_state, search=search, page=page, words=reader.words)


@get("/companies/{name:str}/records/{record_id:str}", sync_to_thread=False)
def one_record(reader: NamedDependency[Visit], name: FromPath[str], record_id: FromPath[str]) -> record.RecordPage:
    """One record on both sides."""
    return record.record(reader.home, name, record_id, reader.words)


@get("/companies/{name:str}/history", sync_to_thread=False)
def list_history(
    reader: NamedDependency[Visit],
    name: FromPath[str],
    search: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    side: FromQuery[str] = "",
    who: FromQuery[str] = "",
    in_state: Annotated[str, QueryParameter(name="state")] = "",
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> history.History:
    """Everything that was written and decided, newest first; `since` and `until` are days (`2026-03-31`)."""
    filters = history.Filters(
        search, kind, side, who, page, state=in_state, since=prove.asked_day(since), until=prove.asked_day(until)
    )
    return history.history(reader.home, name, filters, reader.words)


@post("/companies/{name:str}/undo/{operation:str}", status_code=200, sync_to_thread=False)
def undo_write(
    caller: NamedDependency[Visit], name: FromPath[str], operation: FromPath[str], data: JSONBody[UndoRequest]
) -> undo.Undo:
    """Take back one write, by its id in the history, or `first-sync`; the next sync carries it out."""
    return undo.take_back(caller.home, caller.actor, name, operation, preview=data.preview, words=caller.words)


@get("/companies/{name:str}/failures", sync_to_thread=False)
def list_failures(reader: NamedDependency[Visit], name: FromPath[str]) -> list[failures.Failure]:
    """All that needs a person."""
    return failures.list_failures(reader.home, name, reader.words)


@post("/companies/{name:str}/failures/{failure_id:str}/fixes/{code:str}", status_code=200, sync_to_thread=False)
def apply_fix(
    caller: NamedDependency[Visit],
    name: FromPath[str],
    failure_id: FromPath[str],
    code: FromPath[str],
    data: JSONBody[FixRequest],
) -> fix.FixResult:
    """Apply a fix, or show what it would do."""
    return fix.fix(
        caller.home,
        caller.actor,
        name,
        failure_id,
        code,
        values=data.values,
        all_with_cause=data.all_with_cause,
        preview=data.preview,
    )


@post("/companies/{name:str}/proof", status_code=200)
async def run_proof(caller: NamedDependency[Visit], name: FromPath[str]) -> Proof:
    """Run a tie-out from fresh reads of both sides."""
    return await prove.prove(caller.home, caller.actor, name)


@post("/companies/{name:str}/proof/{day:str}", status_code=200)
async def run_day_proof(
    caller: NamedDependency[Visit],
    name: FromPath[str],
    day: FromPath[str],
    sign: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter has a name where it is given
) -> prove.ProvedDay:
    """Run a tie-out as of the end of a day (`2026-03-31`); `sign` freezes it too, where it ties out."""
    return await prove.prove_day(caller.home, caller.actor, name, prove.asked_day(day), sign=sign)


@get("/companies/{name:str}/signed", sync_to_thread=False)
def list_signed(reader: NamedDependency[Visit], name: FromPath[str]) -> list[signatures.SignedMonth]:
    """The signed months, newest first, and what changed in them since."""
    return list(signatures.signed_months(reader.home, name, reader.words))


@post("/companies/{name:str}/sync", status_code=202, sync_to_thread=False)
def want_sync(caller: NamedDependency[Visit], name: FromPath[str]) -> None:
    """Ask for a sync at once."""
    sync.want(caller.home, caller.actor, name)


@post("/companies/{name:str}/pause", status_code=204, sync_to_thread=False)
def pause_company(caller: NamedDependency[Visit], name: FromPath[str]) -> None:
    """Stop writing until somebody resumes."""
    pause.pause(caller.home, caller.actor, name)


@post("/companies/{name:str}/resume", status_code=204, sync_to_thread=False)
def resume_company(caller: NamedDependency[Visit], name: FromPath[str]) -> None:
    """Go on."""
    pause.resume(caller.home, caller.actor, name)


@post("/companies/{name:str}/records/{record_id:str}/exclude", status_code=204, sync_to_thread=False)
def exclude_record(caller: NamedDependency[Visit], name: FromPath[str], record_id: FromPath[str]) -> None:
    """Leave one record out."""
    pause.exclude(caller.home, caller.actor, name, record_id)


@post("/companies/{name:str}/records/{record_id:str}/include", status_code=204, sync_to_thread=False)
def include_record(caller: NamedDependency[Visit], name: FromPath[str], record_id: FromPath[str]) -> None:
    """Take one record in again."""
    pause.exclude(caller.home, caller.actor, name, record_id, include=True)


@post("/companies/{name:str}/records/{record_id:str}/issuer", status_code=204, sync_to_thread=False)
def name_issuer(
    caller: NamedDependency[Visit], name: FromPath[str], record_id: FromPath[str], data: JSONBody[IssuerRequest]
) -> None:
    """Say where an invoice that was typed in on both sides was made."""
    issuing.say(caller.home, caller.actor, name, record_id, data.issuer)


router = Router(
    path="/api/v1",
    dependencies={"caller": Provide(provide_caller, sync_to_thread=False)},
    route_handlers=[
        open_session,
        close_session,
        companies,
        one_company,
        list_invoices,
        one_record,
        list_history,
        undo_write,
        list_failures,
        apply_fix,
        run_proof,
        run_day_proof,
        *twins.HANDLERS,
        list_signed,
        tax.one_table,
        tax.put_code,
        want_sync,
        pause_company,
        resume_company,
        exclude_record,
        include_record,
        name_issuer,
        *mapping_api.HANDLERS,
    ],
)
"""Everything under /api/v1."""

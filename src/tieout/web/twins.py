"""The API of setting up and looking back: preflight, matches, plan, decisions, settings, the audit and the tie-out."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from tieout.actions import audit, held, matching, preflight, settings
from tieout.actions import match as reviewing
from tieout.proof.audit import Audit
from tieout.store.reviewing import View
from tieout.web import auditing, planning, proving, setting
from tieout.web.visit import Visit


class Chosen(msgspec.Struct, frozen=True):
    """What is chosen for a record under review. to: the QuickBooks id that `link` needs."""

    choice: Literal["link", "create", "ignore", "reopen", "apart"]
    to: str = ""


@get("/companies/{name:str}/preflight", sync_to_thread=False)
def last_preflight(reader: NamedDependency[Visit], name: FromPath[str]) -> preflight.Preflight:
    """What will fail and what to set, by what is known of both accounts."""
    return preflight.last(reader.home, name, reader.words)


@post("/companies/{name:str}/preflight", status_code=200)
async def run_preflight(caller: NamedDependency[Visit], name: FromPath[str]) -> preflight.Preflight:
    """Look at both accounts afresh."""
    await preflight.preflight(caller.home, caller.actor, name, caller.words)
    return preflight.last(caller.home, name, caller.words)


@get("/companies/{name:str}/matches", sync_to_thread=False)
def list_matches(
    reader: NamedDependency[Visit],
    name: FromPath[str],
    view: FromQuery[View] = "open",
    kind: FromQuery[str] = "",
    search: FromQuery[str] = "",
    page: Annotated[int, QueryParameter(ge=1)] = 1,
) -> matching.Review:
    """The review of matches, a page at a time."""
    return matching.review(
        reader.home, reader.actor, name, view=view, kind=kind, search=search, page=page, words=reader.words
    )


@get("/companies/{name:str}/matches/{match_id:str}", sync_to_thread=False)
def one_match(
    reader: NamedDependency[Visit], name: FromPath[str], match_id: FromPath[str], search: FromQuery[str] = ""
) -> matching.MatchPage:
    """One record under review beside what it could be; `search` looks for others in QuickBooks."""
    return matching.one(reader.home, reader.actor, name, match_id, search, reader.words)


@post("/companies/{name:str}/matches/{match_id:str}", status_code=204, sync_to_thread=False)
def choose_one(
    caller: NamedDependency[Visit], name: FromPath[str], match_id: FromPath[str], data: JSONBody[Chosen]
) -> None:
    """Link, create, ignore, take a choice back, or take a pair apart."""
    match data.choice:
        case "link":
            reviewing.link(caller.home, caller.actor, name, match_id, data.to)
        case "apart":
            matching.take_apart(caller.home, caller.actor, name, match_id)
        case "reopen":
            matching.choose(caller.home, caller.actor, name, match_id, "")
        case "create" | "ignore":
            matching.choose(caller.home, caller.actor, name, match_id, data.choice)


@post("/companies/{name:str}/matches", status_code=204, sync_to_thread=False)
def end_review(caller: NamedDependency[Visit], name: FromPath[str]) -> None:
    """Finish the first review."""
    reviewing.finish(caller.home, caller.actor, name)


@get("/companies/{name:str}/plan", sync_to_thread=False)
def last_plan(
    reader: NamedDependency[Visit],
    state: State,
    name: FromPath[str],
    what: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    page: Annotated[int, QueryParameter(ge=1)] = 1,
) -> planning.Plan:
    """The newest plan, a page at a time."""
    return planning.newest(state.plans, reader, name, what, kind, page)


@post("/companies/{name:str}/plan", status_code=200)
async def run_rehearsal(caller: NamedDependency[Visit], state: State, name: FromPath[str]) -> planning.Plan:
    """Rehearse the next sync; nothing is written."""
    await planning.rehearsed(state.plans, caller, name)
    return planning.newest(state.plans, caller, name, "", "", 1)


@get("/companies/{name:str}/decide", sync_to_thread=False)
def list_held(
    reader: NamedDependency[Visit], name: FromPath[str], page: Annotated[int, QueryParameter(ge=1)] = 1
) -> held.HeldList:
    """What only a person can decide."""
    return held.held(reader.home, name, page, reader.words)


@get("/companies/{name:str}/accounts", sync_to_thread=False)
def list_accounts(reader: NamedDependency[Visit], name: FromPath[str]) -> setting.Settings:
    """Where money is booked."""
    return setting.accounts(reader, name)


@get("/companies/{name:str}/settings", sync_to_thread=False)
def list_settings(reader: NamedDependency[Visit], name: FromPath[str]) -> setting.Settings:
    """Every setting with value and meaning."""
    return setting.every(reader, name)


@post("/companies/{name:str}/settings", status_code=200, sync_to_thread=False)
def change_settings(
    caller: NamedDependency[Visit],
    name: FromPath[str],
    data: JSONBody[dict[str, str]],
    *,
    yes: FromQuery[bool] = False,
) -> list[settings.Setting]:
    """Change settings, all or none. `yes=true` agrees to what it makes to copy a whole list; else a 400 says that."""
    return settings.change(caller.home, caller.actor, name, data, agreed=yes)


@get("/companies/{name:str}/audit", sync_to_thread=False)
def last_audit(reader: NamedDependency[Visit], name: FromPath[str]) -> auditing.Audited:
    """The newest audit."""
    return auditing.newest(reader, name)


@post("/companies/{name:str}/audit", status_code=200)
async def run_audit(caller: NamedDependency[Visit], name: FromPath[str]) -> Audit:
    """Compare both accounts; neither is written to."""
    return await audit.audit(caller.home, caller.actor, name)


@get("/companies/{name:str}/tie-out", sync_to_thread=False)
def last_tie_out(reader: NamedDependency[Visit], name: FromPath[str]) -> proving.TieOut:
    """The newest tie-out."""
    return proving.newest(reader, name)


HANDLERS = (
    last_preflight,
    run_preflight,
    list_matches,
    one_match,
    choose_one,
    end_review,
    last_plan,
    run_rehearsal,
    list_held,
    list_accounts,
    list_settings,
    change_settings,
    last_audit,
    run_audit,
    last_tie_out,
)

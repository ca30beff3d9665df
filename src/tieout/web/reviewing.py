"""The review of matches: a page at a time, one record with what it could be, and what is chosen for it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import match, matching
from tieout.actions.errors import NotFound, WrongUse
from tieout.store.reviewing import View
from tieout.web.reading import number, plain
from tieout.web.signing_in import Form
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, segment

VIEWS: Mapping[View, str] = {
    "open": "To review",
    "alone": "Without likeness",
    "decided": "Decided",
    "linked": "Pairs",
    "invoices": "Invoices typed in on both sides",
}
"""The views of the review, and what they are called."""


_SAID: Mapping[str, matching.Chosen] = {"create": "create", "ignore": "ignore", "reopen": ""}


@get(["/{name:str}/matches", "/{name:str}/matches.json"], sync_to_thread=False)
def matches_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """One page of the review."""
    asked = request.query_params
    found = matching.review(
        reader.home,
        reader.actor,
        name,
        view=next((one for one in VIEWS if one == asked.get("view")), "open"),
        kind=kind if (kind := asked.get("kind", "")) in ("customer", "item") else "",
        search=asked.get("search", ""),
        page=number(asked.get("page")),
        words=reader.words,
    )
    return show(
        request,
        reader,
        "matches.html",
        found,
        at=place(reader, name, "matches"),
        views=VIEWS,
        kind=asked.get("kind", ""),
        search=asked.get("search", ""),
        done=asked.get("done", ""),
    )


@get("/{name:str}/matches/{match_id:str}", sync_to_thread=False)
def match_page(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], match_id: FromPath[str]
) -> Response[bytes]:
    """One record beside what it could be, and a search for another counterpart."""
    return _one(request, reader, name, plain(match_id))


@post("/{name:str}/matches/{match_id:str}", sync_to_thread=False)
def choose_match(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], match_id: FromPath[str], data: Form
) -> Response[Any]:
    """Link, create, ignore, take apart or take back; then on to what is left."""
    chosen = data.get("chosen", "")
    try:
        if chosen == "link":
            match.link(reader.home, reader.actor, name, match_id, data.get("to", ""))
        elif chosen == "apart":
            matching.take_apart(reader.home, reader.actor, name, match_id)
        elif chosen in _SAID:
            matching.choose(reader.home, reader.actor, name, match_id, _SAID[chosen])
    except NotFound:
        raise
    except WrongUse as wrong:
        return _one(request, reader, name, match_id, wrong.said(reader.words))
    view = "linked" if chosen == "apart" else "decided" if chosen == "reopen" else "open"
    return Redirect(f"/{segment(name)}/matches?{urlencode({'view': view, 'done': chosen})}", status_code=303)


@post("/{name:str}/matches", sync_to_thread=False)
def finish_review(reader: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Finish the first review."""
    match.finish(reader.home, reader.actor, name)
    return Redirect(f"/{segment(name)}/matches?done=finished", status_code=303)


def _one(request: HttpRequest, reader: Visit, name: str, match_id: str, problem: str = "") -> Response[bytes]:
    search = request.query_params.get("search", "")
    found = matching.one(reader.home, reader.actor, name, match_id, search, reader.words)
    return show(
        request,
        reader,
        "match.html",
        found,
        at=place(reader, name, "matches"),
        status=400 if problem else 200,
        search=search,
        problem=problem,
    )

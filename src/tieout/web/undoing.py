"""Undo on a page: what it will do and what stays, then the confirmation."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import undo
from tieout.actions.actor import Forbidden
from tieout.actions.errors import NotFound, WrongUse
from tieout.web.reading import plain
from tieout.web.signing_in import Form
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, segment

SHOWN = 200
"""So many records are listed on the page; its JSON twin lists all."""


class Preview(msgspec.Struct, frozen=True):
    """One undo before it is done. result: None where it cannot be asked for; then `problem` says why."""

    operation: str
    result: undo.Undo | None
    problem: str = ""


@get("/{name:str}/undo/{operation:str}", sync_to_thread=False)
def undo_page(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], operation: FromPath[str]
) -> Response[bytes]:
    """What an undo would do, and what stays. Nothing is written."""
    return _preview(request, reader, name, plain(operation))


@post("/{name:str}/undo/{operation:str}", sync_to_thread=False)
def undo_now(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], operation: FromPath[str], data: Form
) -> Response[Any]:
    """Do it, then show the history."""
    del data
    try:
        undo.take_back(reader.home, reader.actor, name, operation, words=reader.words)
    except NotFound:
        raise
    except WrongUse as wrong:
        return _preview(request, reader, name, operation, wrong.said(reader.words))
    return Redirect(f"/{segment(name)}/history", status_code=303)


def _preview(request: HttpRequest, reader: Visit, name: str, operation: str, problem: str = "") -> Response[bytes]:
    result = None
    try:
        result = undo.take_back(reader.home, reader.actor, name, operation, preview=True, words=reader.words)
    except NotFound:
        raise
    except (WrongUse, Forbidden) as refused:
        problem = problem or refused.said(reader.words)
    return show(
        request,
        reader,
        "undo.html",
        Preview(operation, result, problem),
        at=place(reader, name, "history"),
        status=400 if problem else 200,
        shown=SHOWN,
    )

"""Errors, in one shape: problem details (RFC 9457) for programs, a page with the same words for people."""

from traceback import format_exception
from typing import Any
from urllib.parse import urlencode

import msgspec
import structlog
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from tieout.actions.actor import Forbidden
from tieout.actions.errors import ActionError, NotFound, OutOfReach
from tieout.actions.language import ENGLISH, Words
from tieout.actions.users import WrongSignIn
from tieout.web.security import CSRF_COOKIE
from tieout.web.views import show
from tieout.web.visit import NotSignedIn, Visit, provide_visit

_log = structlog.get_logger()

TITLES = {
    400: "That cannot be done",
    401: "Please sign in",
    403: "Not allowed",
    404: "Not found",
    405: "That cannot be done",
    429: "Too many attempts",
    500: "A mistake of Tieout's",
    503: "Out of reach",
}

SENTENCES = {
    "page": "There is no such page.",
    "form": "The form was too old. Go back, load the page again, and repeat it.",
}


class TooManyAttempts(Exception):
    """Too many wrong sign-ins in a short time."""


class Problem(msgspec.Struct, frozen=True, rename={"type_": "type"}):
    """What went wrong. status: the HTTP status. detail: a sentence with the remedy."""

    title: str
    status: int
    detail: str
    type_: str = "about:blank"


def problem_of(error: Exception, words: Words = ENGLISH) -> Problem:
    """An error as it is told in the reader's language; what is not expected is logged, and not told."""
    match error:
        case NotSignedIn():
            return _problem(401, "Sign in first.")
        case WrongSignIn():
            return _problem(401, str(error))
        case Forbidden():
            return _problem(403, error.said(words))
        case NotFound():
            return _problem(404, error.said(words))
        case OutOfReach():
            return _problem(503, error.said(words))
        case ActionError():
            return _problem(400, error.said(words))
        case TooManyAttempts():
            return _problem(429, "Wait a quarter of an hour, then try again.")
        case RecursionError() if _is_reading(error):
            return _problem(400, "What was sent is nested too deeply.")
        case HTTPException():
            return _problem(error.status_code, _said(error))
    # Not as `exc_info`: renderers show local variables, and these may hold a password.
    _log.error("request failed", traceback="".join(format_exception(error)))
    return _problem(500, "It was written to the log. Nothing was half done: what was to be written is in the journal.")


def _is_reading(error: RecursionError) -> bool:
    """Whether it came of decoding what was sent: msgspec says so, and has no other name for it."""
    return "deserializing" in str(error)


def _said(error: HTTPException) -> str:
    if error.status_code == 404:
        return SENTENCES["page"]
    return SENTENCES["form"] if "CSRF" in error.detail else error.detail


def _problem(status: int, detail: str) -> Problem:
    return Problem(TITLES.get(status, TITLES[400] if status < 500 else TITLES[500]), status, detail)


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer with a problem; whoever has not signed in is sent to do so."""
    visit = provide_visit(request)
    problem = problem_of(error, visit.words)
    if visit.json:
        return Response(msgspec.json.encode(problem), media_type="application/problem+json", status_code=problem.status)
    if isinstance(error, NotSignedIn):
        return Redirect(f"/sign-in?{urlencode({'next': _return_to(request)})}", status_code=303)
    return _page(request, visit, problem)


def _return_to(request: Request[Any, Any, Any]) -> str:
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _page(request: Request[Any, Any, Any], visit: Visit, problem: Problem) -> Response[bytes]:
    forget = (Cookie(key=CSRF_COOKIE, value="", max_age=0, path="/"),) if problem.status == 403 else ()
    return show(request, visit, "problem.html", problem, status=problem.status, cookies=forget)

"""Setting up with a one-time code, signing in and out, choosing language and colours."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from tieout.actions import users
from tieout.actions.errors import WrongUse
from tieout.actions.language import LANGUAGES, words
from tieout.web.problems import TooManyAttempts
from tieout.web.throttle import Throttle
from tieout.web.views import show
from tieout.web.visit import (
    LANGUAGE,
    SESSION,
    THEME,
    THEMES,
    HttpRequest,
    Visit,
    inside,
    preference_cookie,
    session_cookie,
    session_token,
)

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class SignIn(msgspec.Struct, frozen=True):
    """The sign-in page. problem: what was wrong with the last attempt."""

    next: str
    name: str = ""
    problem: str = ""


class SetUp(msgspec.Struct, frozen=True):
    """The set-up page."""

    code: str
    name: str = ""
    problem: str = ""


@get(["/sign-in", "/sign-in.json"], sync_to_thread=False)
def sign_in_page(request: HttpRequest, visit: NamedDependency[Visit]) -> Response[bytes]:
    """Ask for name and password."""
    return show(request, visit, "sign_in.html", SignIn(inside(request.query_params.get("next", "/"))))


@post("/sign-in", sync_to_thread=False)
def sign_in(request: HttpRequest, visit: NamedDependency[Visit], data: Form) -> Response[bytes]:
    """Start a session."""
    name = data.get("name", "")
    try:
        token = guarded(request, visit, name, lambda: users.sign_in(visit.home, name, data.get("password", "")))
    except users.WrongSignIn as wrong:
        model = SignIn(inside(data.get("next", "/")), name, visit.words(str(wrong)))
        return show(request, visit, "sign_in.html", model, status=401)
    return _go(inside(data.get("next", "/")), session_cookie(request, token))


@get(["/setup", "/setup.json"], sync_to_thread=False)
def set_up_page(request: HttpRequest, visit: NamedDependency[Visit]) -> Response[bytes]:
    """Ask for the set-up code and a password."""
    return show(request, visit, "set_up.html", SetUp(request.query_params.get("code", "")))


@post("/setup", sync_to_thread=False)
def set_up(request: HttpRequest, visit: NamedDependency[Visit], data: Form) -> Response[bytes]:
    """Set a password with a code, and start a session."""
    code, name, password = (data.get(key, "") for key in ("code", "name", "password"))
    language = visit.words.language
    try:
        token = guarded(
            request, visit, f"setup {name}", lambda: users.set_up(visit.home, code, name, password, language)
        )
    except WrongUse as wrong:
        status = 401 if isinstance(wrong, users.WrongSignIn) else 400
        said = visit.words(str(wrong))
        return show(request, visit, "set_up.html", SetUp(code, name, said), status=status)
    return _go("/", session_cookie(request, token))


@post("/sign-out", sync_to_thread=False)
def sign_out(request: HttpRequest, visit: NamedDependency[Visit]) -> Response[bytes]:
    """End the session."""
    if token := session_token(request):
        users.sign_out(visit.home, token)
    return _go("/sign-in", preference_cookie(request, SESSION, ""))


@post("/preferences", sync_to_thread=False)
def prefer(request: HttpRequest, visit: NamedDependency[Visit], data: Form) -> Response[bytes]:
    """Choose a language or colours (`light`, `dark`, empty for the system's), and go back."""
    cookies: list[Cookie] = []
    if (language := data.get("language", "")) in LANGUAGES:
        cookies.append(preference_cookie(request, LANGUAGE, language))
        if visit.person is not None:
            users.choose_language(visit.home, visit.person.name, words(language).language)
    if (theme := data.get("theme")) is not None:
        cookies.append(preference_cookie(request, THEME, theme if theme in THEMES else ""))
    return _go(inside(data.get("next", "/")), *cookies)


def guarded(request: HttpRequest, visit: Visit, name: str, attempt: Callable[[], str]) -> str:
    """Try a sign-in, unless name or caller failed too often of late. Raises TooManyAttempts."""
    throttle: Throttle = request.app.state.throttle
    now = visit.home.clock.now()
    keys = (f"name {name.strip().lower()}", f"from {request.client.host if request.client else ''}")
    if throttle.blocked(keys, now):
        raise TooManyAttempts
    try:
        return attempt()
    except users.WrongSignIn:
        throttle.failed(keys, now)
        raise


def _go(to: str, *cookies: Cookie) -> Response[bytes]:
    return Redirect(to, status_code=303, cookies=list(cookies))

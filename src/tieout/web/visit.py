"""One visit to a page or the API: who it is, in which language and colours they read."""

from urllib.parse import quote, urlsplit

import msgspec
from litestar import Request
from litestar.datastructures import Cookie, State

from tieout.actions import users
from tieout.actions.actor import Actor, Role
from tieout.actions.home import Home
from tieout.actions.language import LANGUAGES, Words, preferred, words

SESSION, LANGUAGE, THEME = "tieout_session", "tieout_language", "tieout_theme"
THEMES = ("light", "dark")
_YEAR = 365 * 24 * 3600

HttpRequest = Request[users.Person | None, str, State]


class NotSignedIn(Exception):
    """The page or the call needs somebody who has signed in."""


class Visit(msgspec.Struct, frozen=True):
    """What pages need to know of a request. theme: `light`, `dark`, or empty for what the system shows."""

    home: Home
    person: users.Person | None
    words: Words
    theme: str
    json: bool

    @property
    def actor(self) -> Actor:
        """Who asks. Raises NotSignedIn."""
        if self.person is None:
            raise NotSignedIn
        return self.person.actor

    def may(self, role: str) -> bool:
        """Whether the reader has this role or a higher one."""
        order = list(Role)
        return self.person is not None and order.index(self.person.role) >= order.index(Role(role))


def provide_visit(request: HttpRequest) -> Visit:
    """Whoever it is, signed in or not."""
    home: Home = request.app.state.home
    token = session_token(request)
    person = users.signed_in(home, token) if token else None
    return Visit(
        home=home,
        person=person,
        words=words(_language(request, person)),
        theme=theme if (theme := request.cookies.get(THEME, "")) in THEMES else "",
        json=request.url.path.endswith(".json") or request.url.path.startswith("/api/"),
    )


def provide_reader(request: HttpRequest) -> Visit:
    """Somebody who has signed in. Raises NotSignedIn."""
    visit = provide_visit(request)
    if visit.person is None:
        raise NotSignedIn
    return visit


def session_token(request: HttpRequest) -> str:
    """The session's token, from the cookie or as a bearer."""
    return bearer(request) or request.cookies.get(SESSION, "")


def bearer(request: HttpRequest) -> str:
    """The token that a program sends; a browser never adds it by itself."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _language(request: HttpRequest, person: users.Person | None) -> str:
    asked = request.query_params.get("lang", "")
    kept = request.cookies.get(LANGUAGE, "")
    for language in (asked, kept, person.language if person and person.language != "en" else ""):
        if language in LANGUAGES:
            return str(language)
    return "en" if person else preferred(_accepted(request.headers.get("Accept-Language", "")))


def _accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header, best first."""
    weighed = []
    for entry in header.split(",")[:20]:
        tag, _, weight = entry.partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def session_cookie(request: HttpRequest, token: str) -> Cookie:
    """Carries the session; unreadable to scripts, and not sent along from other sites' forms."""
    return _cookie(request, SESSION, token, users.SESSION_SECONDS)


def preference_cookie(request: HttpRequest, key: str, value: str) -> Cookie:
    """Carries a language or a theme; an empty value forgets it."""
    return _cookie(request, key, value, _YEAR if value else 0)


def _cookie(request: HttpRequest, key: str, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=key,
        value=value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def inside(address: str) -> str:
    """An address of ours to go on to; `/` for any other."""
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return address if ours and "\\" not in address and address.isprintable() else "/"


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")

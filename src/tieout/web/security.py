"""What browsers are told to forbid, and the secret behind the forms."""

import hashlib
from collections.abc import Mapping

from litestar.config.csrf import CSRFConfig
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from tieout.actions.home import Home

CSRF_COOKIE = "tieout_csrf"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The content security policy: nothing from elsewhere, nothing inline."""

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


async def add_headers(message: Message, scope: Scope) -> None:
    """Add the headers to every answer; pages are never cached, and over TLS browsers are to stay with it."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in _HEADERS.items():
        headers[name] = value
    headers.setdefault("Cache-Control", "no-store")
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"


def csrf(home: Home) -> CSRFConfig:
    """Every form carries a token, signed with a secret of this home.

    The API is left out: it changes nothing on the strength of a cookie.
    """
    secret = hashlib.blake2b((home.path / "key").read_bytes(), person=b"tieout forms").hexdigest()
    return CSRFConfig(
        secret=secret,
        cookie_name=CSRF_COOKIE,
        cookie_httponly=True,
        cookie_samesite="lax",
        exclude=["^/(api|static|health)/"],
    )

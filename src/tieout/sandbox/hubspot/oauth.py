"""Sign-in: OAuth's endpoints and the access tokens of named clients.

Protocol: HubSpot, "OAuth" guide and API reference (v1, v3 and dated versions). The refresh token never changes; access
tokens run out only when the sandbox is told so, though they claim 1,800 seconds.
"""

import random
from urllib.parse import urlencode

import msgspec

from tieout.sandbox.hubspot import errors, moments
from tieout.sandbox.hubspot.errors import JsonMap, Refusal
from tieout.sandbox.hubspot.wire import Reply, Request

APP = "app"
HUBSPOT = "hubspot"
LIFETIME_SECONDS = 1_800
APP_ID = 100_200


class Token(msgspec.Struct):
    """One access token: whose, and when (ms) it was made to expire."""

    who: str
    expired: int | None = None


class SignIns(msgspec.Struct):
    """All credentials of one account."""

    client_id: str
    client_secret: str
    refresh_token: str
    tokens: dict[str, Token] = {}
    codes: list[str] = []


def opened(chance: random.Random) -> SignIns:
    """Return the credentials of a new account."""
    return SignIns(_hex(chance), _hex(chance), f"refresh-{_hex(chance)}")


def token(sign_ins: SignIns, chance: random.Random, who: str) -> str:
    """Return a new access token for a client."""
    made = f"{who}-{_hex(chance)}"
    sign_ins.tokens[made] = Token(who)
    return made


def expire(sign_ins: SignIns, now: int) -> None:
    """Let every access token run out at `now` (ms)."""
    for one in sign_ins.tokens.values():
        one.expired = one.expired or now


def who(sign_ins: SignIns, authorization: str, now: int) -> str:
    """Return whose token an Authorization header holds. Raises Refusal (401)."""
    scheme, _, text = authorization.partition(" ")
    found = sign_ins.tokens.get(text.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise errors.not_signed_in()
    if found.expired is not None:
        raise errors.expired((now - found.expired) // 1000, moments.iso(found.expired))
    return found.who


def authorize(sign_ins: SignIns, chance: random.Random, request: Request) -> Reply:
    """GET `authorize`: send the browser back with a code, as if the user had agreed."""
    if request.one("client_id") != sign_ins.client_id:
        raise _failure("BAD_CLIENT_ID", "missing or unknown client id")
    target = request.one("redirect_uri")
    if not target:
        raise _failure("BAD_REDIRECT_URI", "missing redirect uri")
    code = _hex(chance)
    sign_ins.codes.append(code)
    answer = {"code": code} | ({"state": request.one("state")} if request.one("state") else {})
    return Reply(None, 302, {"location": f"{target}{'&' if '?' in target else '?'}{urlencode(answer)}"})


def grant(sign_ins: SignIns, chance: random.Random, request: Request, portal_id: int, scopes: list[str]) -> Reply:
    """POST `token`: a new access token for a refresh token or a code. Raises Refusal (400)."""
    form = request.form()
    _check_client(sign_ins, form)
    match form.get("grant_type"):
        case "refresh_token":
            if form.get("refresh_token") != sign_ins.refresh_token:
                raise _failure("BAD_REFRESH_TOKEN", "refresh token is invalid, expired or revoked")
        case "authorization_code":
            if form.get("code") not in sign_ins.codes:
                raise _failure("BAD_AUTH_CODE", "missing or unknown auth code")
            sign_ins.codes.remove(form["code"])
        case other:
            raise _failure("BAD_GRANT_TYPE", f"grant type {other} is not supported", "unsupported_grant_type")
    return Reply(
        {
            "token_type": "bearer",
            "access_token": token(sign_ins, chance, APP),
            "refresh_token": sign_ins.refresh_token,
            "expires_in": LIFETIME_SECONDS,
            "hub_id": portal_id,
            "user_id": 701,
            "scopes": scopes,
            "token_use": "access_token",
        }
    )


def introspect(sign_ins: SignIns, request: Request, portal_id: int, scopes: list[str]) -> Reply:
    """POST `token/introspect`."""
    form = request.form()
    _check_client(sign_ins, form)
    text = form.get("token", "")
    found = sign_ins.tokens.get(text)
    active = text == sign_ins.refresh_token or (found is not None and found.expired is None)
    return Reply({"active": active, **_described(sign_ins, text, portal_id, scopes)} if active else {"active": False})


def describe(sign_ins: SignIns, kind: str, text: str, portal_id: int, scopes: list[str]) -> Reply:
    """GET v1 `access-tokens/{token}` or `refresh-tokens/{token}`."""
    found = sign_ins.tokens.get(text)
    known = text == sign_ins.refresh_token if kind == "refresh-tokens" else found is not None and not found.expired
    if not known:
        raise Refusal(404, f"{kind.removesuffix('s')} does not exist", "OBJECT_NOT_FOUND")
    return Reply(_described(sign_ins, text, portal_id, scopes))


def describe_private(sign_ins: SignIns, request: Request, portal_id: int, scopes: list[str]) -> Reply:
    """POST v2 `private-apps/get/access-token-info` (HubSpot, "Private apps")."""
    found = sign_ins.tokens.get(str(request.json().get("tokenKey", "")))
    if found is None or found.expired:
        raise Refusal(404, "token does not exist", "OBJECT_NOT_FOUND")
    return Reply({"userId": 701, "hubId": portal_id, "appId": APP_ID, "scopes": scopes})


def _described(sign_ins: SignIns, text: str, portal_id: int, scopes: list[str]) -> JsonMap:
    return {
        "token": text,
        "token_type": "access" if text != sign_ins.refresh_token else "refresh",
        "hub_id": portal_id,
        "user_id": 701,
        "app_id": APP_ID,
        "client_id": sign_ins.client_id,
        "user": "owner@example.com",
        "hub_domain": "example.com",
        "scopes": scopes,
        "expires_in": LIFETIME_SECONDS,
    }


def _check_client(sign_ins: SignIns, form: dict[str, str]) -> None:
    if form.get("client_id") != sign_ins.client_id:
        raise _failure("BAD_CLIENT_ID", "missing or unknown client id", "invalid_client")
    if form.get("client_secret") != sign_ins.client_secret:
        raise _failure("BAD_CLIENT_SECRET", "missing or unknown client secret", "invalid_client")


def _failure(status: str, message: str, error: str = "invalid_grant") -> Refusal:
    """A 400 of the token endpoint, whose `status` is a code of its own."""
    extra = {"status": status, "error": error, "error_description": message}
    return Refusal(400, message, extra=extra)


def _hex(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"

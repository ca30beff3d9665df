"""Signing in: tokens for named clients, refresh with rotation, revocation, discovery.

Intuit's OAuth 2.0 guide. An access token lives until `expire` or a revocation, whatever `expires_in` says, so that long
tests do not depend on the clock. A refresh gives a new access token and a new refresh token; the previous refresh
token lives on for 24 hours and leads to the same new one.
"""

import base64
import binascii
import random
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec

from tieout.sandbox.clock import Clock
from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.wire import Json

_OVERLAP: Final = timedelta(hours=24)
_ACCESS_SECONDS: Final = 3600
_REFRESH_SECONDS: Final = 8726400


class OAuthError(Exception):
    """What the token endpoint refuses: `error` and `error_description` of its answer."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.body = {"error": error, "error_description": description} if description else {"error": error}


class Grants(msgspec.Struct):
    """Everything that can be signed in with. access: token → client name; retired: old refresh token → Unix end."""

    client_id: str
    client_secret: str
    refresh_token: str
    access: dict[str, str]
    expired: dict[str, str] = {}
    retired: dict[str, float] = {}
    codes: list[str] = []


class OAuth:
    """The tokens of one company."""

    def __init__(self, clock: Clock, dice: random.Random) -> None:
        self._clock = clock
        self._dice = dice
        self.grants = Grants(
            client_id=f"AB{self._random(24)}",
            client_secret=self._random(40),
            refresh_token=f"RT1-{self._random(40)}",
            access={},
        )
        self.first = self.mint("app")

    def mint(self, name: str) -> str:
        """Return a new access token for the client `name`."""
        token = f"eyJ{self._random(60)}"
        self.grants.access[token] = name
        return token

    def expire(self) -> None:
        """Let every access token given so far expire."""
        self.grants.expired |= dict.fromkeys(self.grants.access, "Token expired: AB0173")
        self.grants.access.clear()

    def who(self, authorization: str) -> str:
        """Return the name of the client that an Authorization header belongs to. Raises FaultError (401)."""
        scheme, _, token = authorization.partition(" ")
        name = self.grants.access.get(token.strip()) if scheme.lower() == "bearer" else None
        if name is None:
            unknown = "Malformed bearer token: too short or too long"
            raise faults.unauthenticated(self.grants.expired.get(token.strip(), unknown))
        return name

    def token_answer(self, authorization: str, form: Json) -> Json:
        """Answer the token endpoint. Raises OAuthError."""
        self._check_client(authorization, form)
        match form.get("grant_type"):
            case "refresh_token":
                self._refresh(form.get("refresh_token", ""))
            case "authorization_code" if form.get("code") in self.grants.codes:
                self.grants.codes.remove(form["code"])
            case "authorization_code":
                raise OAuthError("invalid_grant", "Invalid authorization code")
            case _:
                raise OAuthError("unsupported_grant_type")
        return {
            "token_type": "bearer",
            "access_token": self.mint("app"),
            "expires_in": _ACCESS_SECONDS,
            "refresh_token": self.grants.refresh_token,
            "x_refresh_token_expires_in": _REFRESH_SECONDS,
        }

    def revoke(self, authorization: str, token: str) -> None:
        """Withdraw an access token, or with a refresh token everything. Raises OAuthError."""
        self._check_client(authorization, {})
        if token in self.grants.access:
            del self.grants.access[token]
            self.grants.expired[token] = "Token revoked"
        elif token == self.grants.refresh_token or token in self.grants.retired:
            self.grants.expired |= dict.fromkeys(self.grants.access, "Token revoked")
            self.grants.access.clear()
            self.grants.retired.clear()
            self.grants.refresh_token = f"RT1-{self._random(40)}"
        else:
            raise OAuthError("invalid_request", "Invalid token")

    def authorize(self, form: Json, realm: str) -> str:
        """Return the address that consent leads to; the sandbox always consents. Raises OAuthError."""
        if form.get("client_id") != self.grants.client_id or "redirect_uri" not in form:
            raise OAuthError("invalid_client")
        code = f"AB{self._random(40)}"
        self.grants.codes.append(code)
        answer = {"code": code, "state": form.get("state", ""), "realmId": realm}
        return f"{form['redirect_uri']}?{urlencode(answer)}"

    def _refresh(self, sent: str) -> None:
        now = self._clock.now()
        if sent == self.grants.refresh_token:
            self.grants.retired[sent] = (now + _OVERLAP).timestamp()
            self.grants.refresh_token = f"RT1-{self._random(40)}"
        elif self.grants.retired.get(sent, 0) <= now.timestamp():
            raise OAuthError("invalid_grant", "Incorrect or invalid refresh token")

    def _check_client(self, authorization: str, form: Json) -> None:
        scheme, _, coded = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                client, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                raise OAuthError("invalid_client") from None
        else:
            client, secret = form.get("client_id", ""), form.get("client_secret", "")
        if (client, secret) != (self.grants.client_id, self.grants.client_secret):
            raise OAuthError("invalid_client")

    def _random(self, length: int) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return "".join(self._dice.choices(letters, k=length))


def discovery(base_url: str) -> Json:
    """Return the OpenID discovery document, all addresses on this server."""
    return {
        "issuer": "https://oauth.platform.intuit.com/op/v1",
        "authorization_endpoint": f"{base_url}/connect/oauth2",
        "token_endpoint": f"{base_url}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{base_url}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{base_url}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{base_url}/op/v1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone", "com.intuit.quickbooks.accounting"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }

"""Signing in to HubSpot: a new access token when the old one has expired, and what the token may do.

Source: HubSpot API reference, OAuth 2026-09; HubSpot, "Private apps".
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import msgspec

from tieout.hubspot.documents import VERSION, Denial, Grant, Granted, decoder
from tieout.remote.errors import SignInTrouble, Unavailable
from tieout.remote.http import Answer, Http, NeverSent, NoAnswer
from tieout.remote.ports import Clock, Tokens, TokenVault

_EARLY = timedelta(seconds=60)
_RIVAL_SECONDS = 2.0
"""How long another process may take to store what it was given for the same refresh token."""
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_GRANT = decoder(Grant)
_GRANTED = decoder(Granted)
_DENIAL = decoder(Denial)


class SignIn:
    """Gives the access token, renewing it once for all who wait when it has expired."""

    def __init__(self, http: Http, base_url: str, vault: TokenVault, clock: Clock) -> None:
        self._http = http
        self._url = f"{base_url}/oauth/{VERSION}/token"
        self._private = f"{base_url}/oauth/v2/private-apps/get/access-token-info"
        self._vault = vault
        self._clock = clock
        self._one = asyncio.Lock()

    async def token(self) -> str:
        """An access token that has not expired. Raises SignInTrouble, Unavailable."""
        tokens = self._vault.read()
        if tokens.expires_at and tokens.refresh and self._clock.now() >= tokens.expires_at - _EARLY:
            return await self.renewed(tokens.access)
        return tokens.access

    async def renewed(self, refused: str) -> str:
        """Another token than the `refused` one, stored before it is used; that of a process that was faster, if any.

        Raises SignInTrouble, Unavailable.
        """
        async with self._one:
            tokens = self._vault.read()
            if tokens.access != refused:
                return tokens.access
            if not tokens.refresh:
                raise SignInTrouble(
                    "sign_in_expired", "HubSpot no longer accepts this token. Connect the account again."
                )
            try:
                renewed = await self._ask(tokens)
            except SignInTrouble:
                await self._clock.sleep(_RIVAL_SECONDS)
                if self._vault.read() == tokens:
                    raise
            else:
                if self._vault.read() == tokens:
                    self._vault.write(renewed)
            return self._vault.read().access

    async def scopes(self) -> frozenset[str] | None:
        """What the sign-in was granted; None where HubSpot does not say. Raises SignInTrouble, Unavailable."""
        token = await self.token()
        tokens = self._vault.read()
        if tokens.client_id:
            own = {"client_id": tokens.client_id, "client_secret": tokens.client_secret}
            answer = await self._post(f"{self._url}/introspect", _FORM, urlencode({**own, "token": token}).encode())
        else:
            answer = await self._post(self._private, _JSON, msgspec.json.encode({"tokenKey": token}))
        try:
            return frozenset(_GRANTED.decode(answer.body).scopes or ()) or None if answer.status == 200 else None
        except msgspec.MsgspecError:
            return None

    async def _post(self, url: str, type_: str, content: bytes) -> Answer:
        headers = {"content-type": type_, "accept": _JSON}
        try:
            answer = await self._http.call("POST", url, headers=headers, content=content)
        except (NeverSent, NoAnswer) as error:
            raise Unavailable(f"HubSpot's sign-in does not answer now: {error}") from error
        if answer.status == 429 or answer.status >= 500:
            raise Unavailable("HubSpot's sign-in does not answer now.", answer.retry_after())
        return answer

    async def _ask(self, tokens: Tokens) -> Tokens:
        form: Mapping[str, str] = {
            "grant_type": "refresh_token",
            "client_id": tokens.client_id,
            "client_secret": tokens.client_secret,
            "refresh_token": tokens.refresh,
        }
        answer = await self._post(self._url, _FORM, urlencode(form).encode())
        try:
            if answer.status == 200:
                grant = _GRANT.decode(answer.body)
                return Tokens(
                    access=grant.access_token,
                    refresh=grant.refresh_token or tokens.refresh,
                    client_id=tokens.client_id,
                    client_secret=tokens.client_secret,
                    expires_at=self._clock.now() + timedelta(seconds=grant.expires_in),
                )
            denial = _DENIAL.decode(answer.body)
        except msgspec.MsgspecError as error:
            raise Unavailable("HubSpot answered the renewal of the sign-in with something else than JSON.") from error
        raise SignInTrouble(
            "sign_in_expired",
            "HubSpot no longer accepts this sign-in. Connect the account again.",
            {"text": denial.error_description or denial.message, "code": denial.status or denial.error},
        )

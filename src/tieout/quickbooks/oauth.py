"""QuickBooks' sign-in: an access token for an hour, renewed by a refresh token that changes about once a day.

The renewed pair is stored before it is used, since the former refresh token lives on for only a day.
Source: Intuit Developer, "OAuth 2.0".
"""

import asyncio
import base64
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from tieout.remote.errors import SignInTrouble, Unavailable
from tieout.remote.http import Answer, Http, NeverSent, NoAnswer
from tieout.remote.ports import Clock, Tokens, TokenVault

TOKEN_URL = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 an address, not a secret
_EARLY = timedelta(seconds=30)
_RIVAL_SECONDS = 2.0
"""How long another process may take to store what it was given for the same refresh token."""

S = TypeVar("S")


class _Renewed(msgspec.Struct):
    access_token: str
    refresh_token: str = ""
    expires_in: int | None = None


class _Refused(msgspec.Struct):
    error: str = ""
    error_description: str = ""


class _Discovery(msgspec.Struct):
    token_endpoint: str


class SignIn:
    """Gives out access tokens, renewing them one at a time.

    discovery_url: Intuit's discovery document, which names the token address; empty = Intuit's own.
    """

    def __init__(self, *, http: Http, vault: TokenVault, clock: Clock, discovery_url: str = "") -> None:
        self._http = http
        self._vault = vault
        self._clock = clock
        self._discovery_url = discovery_url
        self._turn = asyncio.Lock()

    async def token(self) -> str:
        """An access token that has not expired. Raises SignInTrouble, Unavailable."""
        tokens = self._vault.read()
        if tokens.expires_at is not None and tokens.expires_at - _EARLY <= self._clock.now():
            return await self.renew(tokens.access)
        return tokens.access

    async def renew(self, refused: str) -> str:
        """An access token other than `refused`; another task's or process's, where that one was faster.

        Raises SignInTrouble where the refresh token is no longer taken, Unavailable where nobody answers.
        """
        async with self._turn:
            tokens = self._vault.read()
            if tokens.access != refused:
                return tokens.access
            if not tokens.refresh:
                raise SignInTrouble("sign_in_expired", "QuickBooks no longer takes the access token. Connect again.")
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

    async def _ask(self, tokens: Tokens) -> Tokens:
        credentials = base64.b64encode(f"{tokens.client_id}:{tokens.client_secret}".encode()).decode()
        answer = await self._call(
            "POST",
            await self._token_url(),
            {
                "authorization": f"Basic {credentials}",
                "accept": "application/json",
                "content-type": "application/x-www-form-urlencoded",
            },
            urlencode({"grant_type": "refresh_token", "refresh_token": tokens.refresh}).encode(),
        )
        if answer.status == 200:
            renewed = _shaped(answer, _Renewed)
            lasts = renewed.expires_in
            return Tokens(
                access=renewed.access_token,
                refresh=renewed.refresh_token or tokens.refresh,
                client_id=tokens.client_id,
                client_secret=tokens.client_secret,
                expires_at=None if lasts is None else self._clock.now() + timedelta(seconds=lasts),
            )
        if answer.status not in {400, 401}:
            raise Unavailable(f"QuickBooks' sign-in answered with status {answer.status}.", answer.retry_after())
        said = _shaped(answer, _Refused)
        words = said.error_description or said.error or f"status {answer.status}"
        raise SignInTrouble(
            "sign_in_expired", f"QuickBooks did not renew the sign-in ({words}). Connect again.", {"error": said.error}
        )

    async def _token_url(self) -> str:
        if not self._discovery_url:
            return TOKEN_URL
        answer = await self._call("GET", self._discovery_url, {"accept": "application/json"}, b"")
        if answer.status != 200:
            raise Unavailable(f"QuickBooks' discovery document answered with status {answer.status}.")
        return _shaped(answer, _Discovery).token_endpoint

    async def _call(self, method: str, url: str, headers: dict[str, str], content: bytes) -> Answer:
        try:
            return await self._http.call(method, url, headers=headers, content=content)
        except (NeverSent, NoAnswer) as error:
            raise Unavailable(str(error)) from error


def _shaped(answer: Answer, shape: type[S]) -> S:
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.DecodeError as error:
        raise Unavailable("QuickBooks' sign-in gave an answer that cannot be read.") from error

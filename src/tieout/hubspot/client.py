"""Calls to HubSpot: signed in, within quotas, and every ending told apart."""

import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from tieout.hubspot import limits
from tieout.hubspot.documents import envelope
from tieout.hubspot.errors import fault, sign_in_trouble
from tieout.hubspot.oauth import SignIn
from tieout.remote.errors import Refusal, RemoteError, Unavailable
from tieout.remote.http import READ_SECONDS, Answer, Http, NeverSent, NoAnswer
from tieout.remote.ports import Clock, Rate, Timeout, TokenVault

TRIES = 3
LONGEST_WAIT = 30.0
LOCKED = 423
MOVING = 477
_A_SECOND = timedelta(seconds=1)
"""What a header of HTTP cuts off from the moment that it tells."""

T = TypeVar("T")


class Client:
    """One HubSpot account. Reads are tried up to three times within a minute or so; writes once.

    base_url: scheme and host, without a slash at its end. random: spreads the waiting times.
    """

    def __init__(self, *, http: Http, base_url: str, vault: TokenVault, clock: Clock, random: random.Random) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._random = random
        self._sign_in = SignIn(http, self._base_url, vault, clock)
        self._calls = limits.calls(limits.LEAST_CALLS)
        self._date = ""
        self._ahead = timedelta()

    def server_time(self) -> datetime | None:
        """HubSpot's own clock at its last answer, to the second, where its headers told it."""
        try:
            return parsedate_to_datetime(self._date) if self._date else None
        except ValueError:
            return None

    def server_now(self) -> datetime:
        """The present by HubSpot's own clock as its answers told it, at most a second too late; else by ours.

        What is dated by it is never older than a version that HubSpot gave, however wrong our clock is.
        """
        return self._clock.now() + self._ahead

    async def scopes(self) -> frozenset[str] | None:
        """What the sign-in was granted; None where HubSpot does not say. Raises SignInTrouble, Unavailable."""
        return await self._sign_in.scopes()

    async def read(self, method: str, path: str, decoder: msgspec.json.Decoder[T], content: bytes = b"") -> T:
        """The decoded answer. Raises SignInTrouble, Refusal, Unavailable."""
        for attempt in range(1, TRIES + 1):
            try:
                return self._decoded(await self._signed_in(method, path, content, READ_SECONDS), decoder)
            except (NeverSent, NoAnswer) as error:
                trouble = Unavailable(str(error))
            except Unavailable as error:
                trouble = error
            wait = trouble.retry_after if trouble.retry_after is not None else float(2**attempt)
            if attempt == TRIES or wait > LONGEST_WAIT:
                break
            await self._clock.sleep(wait * (1 + self._random.random() / 2))
        raise trouble

    async def write(self, method: str, path: str, content: bytes, timeout: Timeout) -> Answer:
        """The answer to one attempt, of any status but 401. Raises NeverSent, NoAnswer, SignInTrouble, Unavailable.

        Unavailable: the sign-in could not be renewed, so that nothing was sent.
        """
        return await self._signed_in(method, path, content, timeout)

    async def _signed_in(self, method: str, path: str, content: bytes, timeout: Timeout) -> Answer:
        token = await self._sign_in.token()
        answer = await self._call(method, path, content, timeout, token)
        if answer.status == 401:
            token = await self._sign_in.renewed(token)
            answer = await self._call(method, path, content, timeout, token)
            if answer.status == 401:
                raise _trouble(answer)
        return answer

    async def _call(self, method: str, path: str, content: bytes, timeout: Timeout, token: str) -> Answer:
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        if content:
            headers["content-type"] = "application/json"
        answer = await self._http.call(
            method, self._base_url + path, headers=headers, content=content, rates=self._rates(path), timeout=timeout
        )
        self._date = answer.header("date") or self._date
        if (told := self.server_time()) is not None and answer.header("date"):
            self._ahead = told + _A_SECOND - self._clock.now()
        allowed = answer.header("x-hubspot-ratelimit-max")
        if allowed.isdigit() and int(allowed) >= limits.LEAST_CALLS:
            self._calls = limits.calls(int(allowed))
        return answer

    def _rates(self, path: str) -> tuple[Rate, ...]:
        if path.endswith("/search"):
            return (limits.SEARCHES,)
        if path.startswith("/crm/associations/"):
            return (limits.ASSOCIATIONS, self._calls)
        return (self._calls,)

    def _decoded(self, answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
        if not 200 <= answer.status < 300:
            raise _trouble(answer)
        try:
            return decoder.decode(answer.body)
        except msgspec.MsgspecError as error:
            raise Unavailable(f"HubSpot's answer cannot be read: {error}") from error


def postponed(answer: Answer) -> float | None:
    """The seconds to wait where HubSpot put a call off without doing it (429, 423, 477), else None.

    A lock wants two seconds; the ten-second quota is free again after ten (HubSpot, "Error handling").
    """
    if answer.status not in (429, LOCKED, MOVING):
        return None
    told = answer.retry_after()
    if told is not None:
        return told
    if answer.status == LOCKED:
        return 2.0
    return 1.0 if b"secondly limit" in answer.body and b"ten_secondly" not in answer.body else 10.0


def _trouble(answer: Answer) -> RemoteError:
    wait = postponed(answer)
    if wait is not None:
        return Unavailable("HubSpot asks to slow down.", wait)
    if answer.status >= 500 or not answer.body.lstrip().startswith(b"{"):
        return Unavailable(f"HubSpot answered with status {answer.status}.", answer.retry_after())
    said = envelope(answer.body)
    trouble = sign_in_trouble(answer.status, said)
    if trouble is not None:
        return trouble
    refused = fault(answer.status, said)
    return Refusal(f"HubSpot refused: {refused.text}", refused.code, {**refused.evidence, "status": str(answer.status)})

"""A thin client of the QuickBooks Online Accounting API: addresses, sign-in, quotas, and every way of ending.

Source: QuickBooks API reference, "REST API features": query operations, batch operations, change data capture.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from tieout.quickbooks import limits
from tieout.quickbooks.documents import BatchItem, Envelope, elements, given
from tieout.quickbooks.errors import THROTTLE_SECONDS, Problem, entries, fault, problems, trouble
from tieout.quickbooks.oauth import SignIn
from tieout.remote.errors import RemoteError, SignInTrouble, Unavailable
from tieout.remote.http import READ_SECONDS, Answer, Http, NeverSent, NoAnswer
from tieout.remote.ports import Clock, Rate, Timeout

MINOR_VERSION: Final = "75"
_COUNTS: Final = frozenset({"startPosition", "maxResults", "totalCount"})
_TRIES: Final = 3
_LONGEST_WAIT_SECONDS: Final = 20.0
_JSON: Final = {"accept": "application/json", "content-type": "application/json"}
_TEXT: Final = {"accept": "application/json", "content-type": "application/text"}

T = TypeVar("T")


class Query(msgspec.Struct, frozen=True):
    """A question in QuickBooks' query language about one entity."""

    entity: str
    text: str


class Page(msgspec.Struct, frozen=True):
    """The undecoded rows that answer a query."""

    entity: str
    rows: tuple[msgspec.Raw, ...]


class Changes(msgspec.Struct, frozen=True):
    """What change data capture brought. until: the server's moment of the answer."""

    pages: tuple[Page, ...]
    until: datetime


class Table(msgspec.Struct, frozen=True):
    """A report (QuickBooks API reference, Report entities): its undecoded columns and rows."""

    columns: msgspec.Raw
    rows: msgspec.Raw


class Client:
    """Calls one company. realm: its id. Reads are tried up to three times, writes are sent once."""

    def __init__(self, *, http: Http, base_url: str, realm: str, sign_in: SignIn, clock: Clock) -> None:
        self._http = http
        self._root = f"{base_url.rstrip('/')}/v3/company/{realm}"
        self._sign_in = sign_in
        self._clock = clock
        self._jitter = Random(realm)  # noqa: S311 spreads retries, keeps no secret
        self._ahead = timedelta()

    def server_now(self) -> datetime:
        """The present moment by QuickBooks' clock, as far as its answers told; never later than it is there."""
        return self._clock.now() + self._ahead

    async def query(self, query: Query) -> Page:
        """Ask one question. Raises SignInTrouble, Unavailable, Refusal."""
        if len(query.text) <= limits.QUERY_CHARACTERS:
            address = self._address("/query", {"query": query.text})
            return await self._read("GET", address, b"", _JSON, (limits.REQUESTS,), lambda e: _page(query, e))
        content = query.text.encode()
        return await self._read(
            "POST", self._address("/query"), content, _TEXT, (limits.REQUESTS,), lambda e: _page(query, e)
        )

    async def queries(self, asked: Sequence[Query]) -> tuple[Page, ...]:
        """Ask up to 30 questions in one call, answered in their order. Raises SignInTrouble, Unavailable, Refusal."""
        if len(asked) == 1:
            return (await self.query(asked[0]),)
        items = [{"bId": str(number), "Query": query.text} for number, query in enumerate(asked)]
        content = msgspec.json.encode({"BatchItemRequest": items})
        rates = (limits.REQUESTS, limits.BATCHES)
        return await self._read("POST", self._address("/batch"), content, _JSON, rates, lambda e: _pages(asked, e))

    async def changes(self, entities: Sequence[str], since: datetime) -> Changes:
        """Ask what changed in `entities` since a moment of the last 30 days; at most 1,000 objects come back.

        Raises SignInTrouble, Unavailable, Refusal.
        """
        moment = since.isoformat(timespec="milliseconds")
        address = self._address("/cdc", {"entities": ",".join(entities), "changedSince": moment})
        return await self._read("GET", address, b"", _JSON, (limits.REQUESTS,), _changes)

    async def report(self, name: str, parameters: dict[str, str]) -> Table:
        """Ask for a report. Raises SignInTrouble, Unavailable, Refusal."""
        address = self._address(f"/reports/{name}", parameters)
        return await self._read("GET", address, b"", _JSON, (limits.REQUESTS,), _table)

    async def write(self, method: str, path: str, body: bytes, timeout: Timeout) -> Answer:
        """Send a write once and return the whole answer, whatever it says.

        path: below the company, with its parameters.
        Raises NeverSent, NoAnswer; SignInTrouble and Unavailable only where nothing was sent.
        """
        rates = (limits.REQUESTS, limits.BATCHES) if path.startswith("/batch") else (limits.REQUESTS,)
        return await self._signed(method, self._root + path, body, _JSON, rates, timeout)

    def note_time(self, envelope: Envelope) -> None:
        """Learn from an answer's `time` how far QuickBooks' clock is ahead of ours."""
        if isinstance(envelope.time, str):
            self._ahead = datetime.fromisoformat(envelope.time) - self._clock.now()

    async def _read(
        self,
        method: str,
        address: str,
        content: bytes,
        headers: dict[str, str],
        rates: Sequence[Rate],
        take: Callable[[Envelope], T],
    ) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                answer = await self._signed(method, address, content, headers, rates, READ_SECONDS)
                envelope = self._understood(answer)
                self.note_time(envelope)
                return take(envelope)
            except (NeverSent, NoAnswer) as error:
                lost: RemoteError = Unavailable(str(error))
            except msgspec.DecodeError as error:
                lost = Unavailable(f"QuickBooks gave an answer that cannot be read: {error}")
            except Unavailable as error:
                lost = error
            wait = self._pause(attempt, lost)
            if attempt == _TRIES or wait > _LONGEST_WAIT_SECONDS:
                break
            await self._clock.sleep(wait)
        raise lost

    def _pause(self, attempt: int, lost: RemoteError) -> float:
        asked = lost.retry_after if isinstance(lost, Unavailable) else None
        return asked if asked is not None else float(2 ** (attempt - 1)) * (1 + self._jitter.random())

    def _understood(self, answer: Answer) -> Envelope:
        if answer.status == 429:
            raise Unavailable("QuickBooks' quota is used up.", answer.retry_after() or THROTTLE_SECONDS)
        if answer.status >= 500:
            raise Unavailable(f"QuickBooks answered with status {answer.status}.", answer.retry_after())
        envelope = opened(answer)
        if said := problems(envelope):
            raise trouble(fault(said, tid=answer.header("intuit_tid")))
        if answer.status != 200:
            raise Unavailable(f"QuickBooks answered with status {answer.status}.")
        return envelope

    async def _signed(
        self,
        method: str,
        address: str,
        content: bytes,
        headers: dict[str, str],
        rates: Sequence[Rate],
        timeout: Timeout,
    ) -> Answer:
        token = await self._sign_in.token()
        for renewed in (False, True):
            answer = await self._http.call(
                method,
                address,
                headers={**headers, "authorization": f"Bearer {token}"},
                content=content,
                rates=rates,
                timeout=timeout,
            )
            if answer.status == 403 and (said := _said(answer)):
                raise_if_signed_out(said, answer.header("intuit_tid"))
            if answer.status != 401:
                return answer
            if not renewed:
                token = await self._sign_in.renew(token)
        raise SignInTrouble("sign_in_expired", "QuickBooks refuses a fresh access token. Connect again.")

    def _address(self, path: str, parameters: dict[str, str] | None = None) -> str:
        return f"{self._root}{path}?" + urlencode(
            {"minorversion": MINOR_VERSION, **(parameters or {})}, quote_via=quote
        )


def opened(answer: Answer) -> Envelope:
    """Decode an answer. Raises msgspec.DecodeError for HTML, truncated JSON, or another shape."""
    return msgspec.json.decode(answer.body, type=Envelope)


def raise_if_signed_out(said: tuple[Problem, ...], tid: str) -> None:
    """Raise SignInTrouble if a refusal concerns the whole connection."""
    refused = fault(said, tid=tid)
    if refused.reaction == "connection":
        raise trouble(refused)


def _said(answer: Answer) -> tuple[Problem, ...]:
    try:
        return problems(opened(answer))
    except msgspec.DecodeError:
        return ()


def _page(query: Query, envelope: Envelope) -> Page:
    if envelope.query_response is None:
        raise Unavailable("QuickBooks answered a query without a result.")
    return Page(query.entity, tuple(elements(envelope.query_response.get(query.entity))))


def _pages(asked: Sequence[Query], envelope: Envelope) -> tuple[Page, ...]:
    answered = {item.b_id: item for item in envelope.batch_item_response or ()}
    return tuple(_item_page(query, answered.get(str(number))) for number, query in enumerate(asked))


def _item_page(query: Query, item: BatchItem | None) -> Page:
    if item is not None and given(item.fault):
        raise trouble(fault(entries(item.fault)))
    if item is None or item.query_response is None:
        raise Unavailable("QuickBooks left a question of a batch without an answer.")
    return Page(query.entity, tuple(elements(item.query_response.get(query.entity))))


def _table(envelope: Envelope) -> Table:
    if not (given(envelope.columns) and given(envelope.rows)):
        raise Unavailable("QuickBooks answered a report without columns or rows.")
    return Table(envelope.columns, envelope.rows)


def _changes(envelope: Envelope) -> Changes:
    if envelope.captured is None or not isinstance(envelope.time, str):
        raise Unavailable("QuickBooks answered change data capture without a result.")
    pages = [
        Page(entity, tuple(elements(rows)))
        for captured in envelope.captured
        for response in captured.query_response
        for entity, rows in response.items()
        if entity not in _COUNTS
    ]
    return Changes(tuple(pages), datetime.fromisoformat(envelope.time))

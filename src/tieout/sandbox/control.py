"""The paths below `/_sandbox/`, with which a test steers a sandbox and looks into it.

========================  =============================================================================================
`GET /_sandbox/log`       the requests, oldest first; with `?after=SEQ` those after that number
`GET /_sandbox/company`   the company's settings
`PATCH /_sandbox/company` changes the settings named in the body, all or none; answers all of them
`POST /_sandbox/token`    `{"name": ...}` answers `{"access_token": ...}`, a new one for a client of that name
`POST /_sandbox/merge`    `{"entity": ..., "from": id, "into": id}` merges an object into another, as a person does
                          in the vendor's pages, where its API cannot; answers the same
`GET /_sandbox/faults`    the fault plan as it was put
`PUT /_sandbox/faults`    replaces the fault plan (`sandbox.faults` says what it may hold); answers it
`GET /_sandbox/clock`     `{"now": ...}`
`POST /_sandbox/clock`    `{"advance_seconds": n}` moves the clock, which both servers of a command share; answers
                          `{"now": ...}` once everything that became due has happened
========================  =============================================================================================

They need no token, are never logged and never struck by a fault. An error is `{"error": sentence}`: 400 for what a
request holds, 404 for its path, 405 for its method.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec

from tieout.sandbox.clock import AdvancingClock, Clock
from tieout.sandbox.faults import FaultPlan, WrongPlan, decode_plan
from tieout.sandbox.log import RequestLog
from tieout.sandbox.vendor import Answer, Vendor, WrongSetting

PREFIX = "/_sandbox/"

_METHODS = {
    "log": ("GET",),
    "company": ("GET", "PATCH"),
    "token": ("POST",),
    "merge": ("POST",),
    "faults": ("GET", "PUT"),
    "clock": ("GET", "POST"),
}
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(dict[str, Any])


class _Advance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    advance_seconds: float


class _Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1)]


class _Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from", "target": "into"}):
    entity: str
    source: str
    target: str


class _WrongRequest(ValueError):
    """A control request that cannot be understood."""


class Control:
    """What a sandbox is steered with: its log, its fault plan, its vendor's company and its clock."""

    def __init__(self, vendor: Vendor, clock: Clock) -> None:
        self.log = RequestLog()
        self.faults = FaultPlan()
        self._vendor = vendor
        self._clock = clock

    async def answer(self, *, method: str, path: str, query: str, body: bytes) -> Answer:
        """Answer a request whose `path` begins with `PREFIX`."""
        page = path.removeprefix(PREFIX)
        methods = _METHODS.get(page)
        if methods is None:
            return _json(
                404, {"error": f"There is no {path}; there are {', '.join(PREFIX + name for name in _METHODS)}."}
            )
        if method not in methods:
            return _json(405, {"error": f"{path} takes {' and '.join(methods)}, not {method}."})
        try:
            return _json(200, await self._result(page, method, query, body))
        except (_WrongRequest, WrongSetting, WrongPlan) as error:
            return _json(400, {"error": str(error)})

    async def _result(self, page: str, method: str, query: str, body: bytes) -> object:
        match page, method:
            case "log", _:
                return self.log.after(_after(query))
            case "company", "PATCH":
                self._vendor.patch_company(_object(body))
            case "token", _:
                return self._token(body)
            case "merge", _:
                return self._merge(body)
            case "faults", "PUT":
                self.faults = decode_plan(body, check=self._vendor.fault)
            case "clock", "POST":
                await self._advance(body)
        if page == "company":
            return self._vendor.company()
        return self.faults.document() if page == "faults" else {"now": self._clock.now()}

    def _token(self, body: bytes) -> Mapping[str, str]:
        try:
            client = msgspec.json.decode(body, type=_Client)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _WrongRequest(f'A token is for {{"name": text}}: {error}.') from error
        return {"access_token": self._vendor.token(client.name)}

    def _merge(self, body: bytes) -> _Merge:
        try:
            wanted = msgspec.json.decode(body, type=_Merge)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _WrongRequest(f'A merge takes {{"entity": name, "from": id, "into": id}}: {error}.') from error
        self._vendor.merge(wanted.entity, wanted.source, wanted.target)
        return wanted

    async def _advance(self, body: bytes) -> None:
        if not isinstance(self._clock, AdvancingClock):
            raise _WrongRequest("This sandbox runs on the clock of its event loop, which cannot be advanced from here.")
        try:
            self._clock.advance(msgspec.json.decode(body, type=_Advance).advance_seconds)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _WrongRequest(f'The clock takes {{"advance_seconds": number}}: {error}.') from error
        except ValueError as error:
            raise _WrongRequest(str(error)) from error
        # The woken stand in the loop's queue before this task, and no vendor waits while it handles a request.
        await asyncio.sleep(0)


def _after(query: str) -> int:
    given = parse_qsl(query, keep_blank_values=True)
    if unknown := [name for name, _ in given if name != "after"]:
        raise _WrongRequest(f"The log takes after, not {unknown[0]}.")
    value = given[-1][1] if given else "0"
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise _WrongRequest(f"after is the number of a log entry, not {value!r}.")
    return int(value)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _WrongRequest(f"The settings to change are a JSON object: {error}.") from error


def _json(status: int, document: object) -> Answer:
    return Answer(status=status, headers={"content-type": "application/json"}, body=_ENCODER.encode(document))

"""A client that speaks to a vendor's application in process, without an event loop of its own."""

from collections.abc import Coroutine, Mapping
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from litestar.types import ASGIApp

from tieout.sandbox.exchange import reply_of

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class Refused(RuntimeError):
    """The vendor refused a call that should have gone through."""


class Caller:
    """Calls one vendor with one access token; JSON in and out, numbers as Decimal."""

    def __init__(self, vendor: ASGIApp, token: str) -> None:
        self._vendor = vendor
        self._token = token

    def call(
        self, method: str, path: str, document: Mapping[str, Any] | None = None, *, query: str = ""
    ) -> dict[str, Any]:
        """Return the answer's document. Raises Refused if the answer is no success."""
        scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (b"host", b"sandbox"),
                (b"accept", b"application/json"),
                (b"authorization", f"Bearer {self._token}".encode()),
                (b"content-type", b"application/json"),
            ],
            "client": None,
            "server": ("sandbox", 80),
            "state": {"sandbox.stale": False},
            "extensions": {},
        }
        body = b"" if document is None else _ENCODER.encode(document)
        reply = _finish(reply_of(self._vendor, scope, body))
        if reply.status >= 300:
            raise Refused(f"{method} {path}: {reply.status} {reply.body.decode()}")
        return _DECODER.decode(reply.body) if reply.body else {}


def _finish(handling: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits; no vendor waits while it handles a request."""
    try:
        handling.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    handling.close()
    raise RuntimeError("The vendor waited while it handled a request.")

"""A vendor's sandbox in the same process: an ASGI transport that keeps time-outs and can lose its connection."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx2

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class InProcess(httpx2.AsyncBaseTransport):
    """Calls an ASGI application as if over a network.

    The client's read time-out is kept (httpx2's own ASGI transport ignores it), on the running loop's time. The
    application finds `sandbox.abort` in the scope's extensions: calling it ends the connection without an answer.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._late: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raise ReadTimeout or RemoteProtocolError where a network would."""
        exchange = _Exchange(request, await request.aread())
        task = asyncio.ensure_future(self._serve(exchange))
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        seconds = (request.extensions.get("timeout") or {}).get("read")
        try:
            await asyncio.wait_for(exchange.over.wait(), timeout=seconds)
        except TimeoutError:
            exchange.left.set()
            raise httpx2.ReadTimeout(f"No answer within {seconds} s.", request=request) from None
        except asyncio.CancelledError:
            exchange.left.set()
            raise
        return exchange.answer(request)

    async def _serve(self, exchange: "_Exchange") -> None:
        try:
            await self._app(exchange.scope, exchange.receive, exchange.send)
        finally:
            exchange.over.set()


class _Exchange:
    """One request and what has come back of it so far."""

    def __init__(self, request: httpx2.Request, body: bytes) -> None:
        self.over = asyncio.Event()
        self.left = asyncio.Event()
        self._body = body
        self._read = False
        self._aborted = False
        self._status: int | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._chunks: list[bytes] = []
        url = request.url
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (url.host, url.port or 80),
            "client": ("127.0.0.1", 1),
            "state": {},
            "extensions": {"sandbox.abort": self._abort},
        }

    async def receive(self) -> Message:
        if not self._read:
            self._read = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self._aborted:
            return
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                self.over.set()

    def _abort(self) -> None:
        self._aborted = True
        self.over.set()

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if self._aborted or self._status is None:
            raise httpx2.RemoteProtocolError("The server closed the connection without an answer.", request=request)
        body = b"".join(self._chunks)
        declared = next((int(value) for name, value in self._headers if name.lower() == b"content-length"), len(body))
        if declared > len(body):
            raise httpx2.RemoteProtocolError("The server closed the connection in its answer.", request=request)
        return httpx2.Response(self._status, headers=self._headers, content=body, request=request)

"""One HTTP exchange in ASGI terms: read the request whole, take an application's answer without sending it, send it."""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

ABORT = "sandbox.abort"
"""The key in the scope's `extensions` under which a server offers a callable that drops the connection."""

_BODILESS = {204, 304}


class ClientGone(Exception):
    """The client hung up before its request was complete."""


class CannotDrop(RuntimeError):
    """The server in front of the gate cannot drop a connection.

    Serve the gate with `sandbox.loopback`, or put a callable into the scope's `extensions` under `sandbox.abort` that
    ends the connection (in process: that raises the client's own read error).
    """


class Reply(msgspec.Struct, frozen=True):
    """An answer as it goes over the wire; `headers` are lower case and without framing."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


async def request_body(receive: Receive) -> bytes:
    """Return the whole body. Raises ClientGone."""
    parts: list[bytes] = []
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def until_gone(receive: Receive) -> None:
    """Wait until the client hangs up; its request must have been read whole."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def reply_of(app: ASGIApp, scope: Scope, body: bytes) -> Reply:
    """Let `app` handle the request with this body, and return its answer."""
    started: dict[str, Any] = {}
    parts: list[bytes] = []
    unread = True

    async def receive() -> HTTPReceiveMessage:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": body, "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message["body"])

    await app(scope, receive, send)
    headers = [(name.lower(), value) for name, value in started["headers"]]
    unframed = [(name, value) for name, value in headers if name not in (b"content-length", b"transfer-encoding")]
    return Reply(status=started["status"], headers=unframed, body=b"".join(parts))


async def send_reply(send: Send, reply: Reply, *, cut: int | None = None) -> None:
    """Send an answer with its length; with `cut` only the first bytes of its body, and leave it unfinished."""
    framing: Iterable[tuple[bytes, bytes]] = ()
    body = b"" if reply.status in _BODILESS else reply.body
    if reply.status not in _BODILESS:
        framing = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": reply.status, "headers": [*reply.headers, *framing]})
    await send({"type": "http.response.body", "body": body[:cut], "more_body": cut is not None})


def drop(scope: Scope) -> None:
    """Drop the connection, answered or not. Raises CannotDrop."""
    extensions: Any = scope.get("extensions") or {}
    abort = extensions.get(ABORT)
    if abort is None:
        raise CannotDrop(CannotDrop.__doc__)
    abort()

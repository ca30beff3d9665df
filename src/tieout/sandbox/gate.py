"""What stands in front of each vendor's sandbox: it logs every request and makes go wrong what the fault plan says.

The plan's rules and the keys of their `with` are listed in `sandbox.faults`, the control paths in `sandbox.control`.
"""

import asyncio
from collections.abc import Coroutine
from email.utils import format_datetime
from typing import Any

import msgspec
from litestar.types import Message, Receive, Scope, Send

from tieout.sandbox.clock import Clock
from tieout.sandbox.control import PREFIX, Control
from tieout.sandbox.exchange import ClientGone, Reply, drop, reply_of, request_body, send_reply, until_gone
from tieout.sandbox.faults import (
    Action,
    Delay,
    DropAfter,
    DropBefore,
    Fault,
    Html,
    LateCommit,
    StaleRead,
    Status,
    Truncate,
)
from tieout.sandbox.log import Entry
from tieout.sandbox.vendor import Answer, Vendor


class Gate:
    """An ASGI application: one vendor's sandbox with its log, its fault plan and its control paths.

    To drop a connection it calls what the server offers in the scope's `extensions` under `sandbox.abort`; without
    that a rule that drops raises CannotDrop. A request that the plan lets the vendor handle later is handled although
    its client has gone, unless `close` comes first.
    """

    def __init__(self, vendor: Vendor, *, clock: Clock) -> None:
        self.vendor = vendor
        self.control = Control(vendor, clock)
        self._clock = clock
        self._handling: set[asyncio.Task[Reply]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises CannotDrop."""
        fields: Any = scope
        method, path, query = fields["method"], fields["path"], fields["query_string"].decode("latin-1")
        send = self._dating(send)
        try:
            if path.startswith(PREFIX):
                body = await request_body(receive)
                answer = await self.control.answer(method=method, path=path, query=query, body=body)
                await send_reply(send, _reply(answer))
                return
            strike = self.control.faults.strike(method, path)
            entry = self.control.log.open(
                at=self._clock.now(),
                method=method,
                path=path,
                query=query,
                fault=None if strike is None else strike.rule,
            )
            fields.setdefault("state", {})["sandbox.stale"] = strike is not None and isinstance(
                strike.action, StaleRead
            )
            if strike is None:
                await self._pass(scope, receive, send, entry)
            else:
                await self._go_wrong(strike.action, scope, receive, send, entry)
        except ClientGone:
            return

    def _dating(self, send: Send) -> Send:
        """Tell the vendor's own time in the header of each answer, as servers do (RFC 9110, section 6.6.1)."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = (b"date", format_datetime(self._clock.now(), usegmt=True).encode())
                message["headers"] = [*message["headers"], date]
            await send(message)

        return dated

    async def close(self) -> None:
        """Give up what was to be handled later."""
        for task in list(self._handling):
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, entry: Entry) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status, entry.who = message["status"], scope["state"].get("sandbox.who")
            await send(message)

        await self.vendor(scope, receive, noting)

    async def _go_wrong(self, action: Action, scope: Scope, receive: Receive, send: Send, entry: Entry) -> None:
        body = await request_body(receive)
        match action:
            case Delay(seconds=seconds):
                task = self._keep(self._handle(scope, body, entry, after=seconds))
                if (reply := await _unless_gone(task, receive)) is not None:
                    await _deliver(send, reply, entry)
            case DropBefore(hang=hang):
                await _stay_silent(scope, receive, hang=hang)
            case DropAfter(hang=hang):
                await self._handle(scope, body, entry)
                await _stay_silent(scope, receive, hang=hang)
            case LateCommit(seconds=seconds, hang=hang):
                self._keep(self._handle(scope, body, entry, after=seconds))
                await _stay_silent(scope, receive, hang=hang)
            case Status(handled=handled) | Html(handled=handled) | Fault(handled=handled):
                if handled:
                    await self._handle(scope, body, entry)
                await _deliver(send, self._instead(action), entry)
            case Truncate(bytes=length, drop=dropped):
                reply = await self._handle(scope, body, entry)
                cut = len(reply.body) // 2 if length is None else length
                if dropped:
                    await _deliver(send, reply, entry, cut=cut)
                    drop(scope)
                else:
                    await _deliver(send, msgspec.structs.replace(reply, body=reply.body[:cut]), entry)
            case StaleRead():
                await _deliver(send, await self._handle(scope, body, entry), entry)

    async def _handle(self, scope: Scope, body: bytes, entry: Entry, *, after: float = 0) -> Reply:
        if after:
            await self._clock.sleep(after)
        reply = await reply_of(self.vendor, scope, body)
        entry.who = scope["state"].get("sandbox.who")
        return reply

    def _keep(self, handling: Coroutine[Any, Any, Reply]) -> asyncio.Task[Reply]:
        """Run the handling whatever becomes of the connection."""
        task = asyncio.create_task(handling)
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)
        return task

    def _instead(self, action: Status | Html | Fault) -> Reply:
        match action:
            case Fault(details=details):
                return _reply(self.vendor.fault(details))
            case Html(status=status, body=page):
                return _reply(Answer(status, {"content-type": "text/html; charset=utf-8"}, page.encode()))
            case Status(status=status, headers=headers, body=None):
                return _reply(Answer(status, headers, b""))
            case Status(status=status, headers=headers, body=str(text)):
                return _reply(Answer(status, {"content-type": "text/plain; charset=utf-8", **headers}, text.encode()))
            case Status(status=status, headers=headers, body=document):
                return _reply(
                    Answer(status, {"content-type": "application/json", **headers}, msgspec.json.encode(document))
                )


def _reply(answer: Answer) -> Reply:
    # A later spelling of a name replaces an earlier one, as in "Content-Type" after "content-type".
    headers = {name.lower().encode("latin-1"): value.encode("latin-1") for name, value in answer.headers.items()}
    headers.pop(b"content-length", None)
    return Reply(status=answer.status, headers=list(headers.items()), body=answer.body)


async def _deliver(send: Send, reply: Reply, entry: Entry, *, cut: int | None = None) -> None:
    entry.status = reply.status
    await send_reply(send, reply, cut=cut)


async def _unless_gone(task: asyncio.Task[Reply], receive: Receive) -> Reply | None:
    """Return the task's reply, or None as soon as the client has gone; the task goes on."""
    gone = asyncio.ensure_future(until_gone(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
    return task.result() if task.done() else None


async def _stay_silent(scope: Scope, receive: Receive, *, hang: bool) -> None:
    if hang:
        await until_gone(receive)
    else:
        drop(scope)

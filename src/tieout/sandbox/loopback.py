"""A gate as a local HTTP server whose connections it can drop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tieout.sandbox.exchange import ABORT
from tieout.sandbox.gate import Gate

HOST = "127.0.0.1"

_GRACE_SECONDS = 0.3
"""How long a stop lets requests finish before it drops their connections."""


class CannotServe(Exception):
    """The servers cannot start, or cannot keep their state; the message says why and what helps."""


def listen(name: str, port: int) -> socket.socket:
    """Take the port, 0 = any free one, for the server called `name`. Raises CannotServe."""
    # With the protocol named, asyncio sets TCP_NODELAY; without it each answer on a kept connection takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(2048)
    except OverflowError:
        listener.close()
        raise CannotServe(f"{name}'s port {port} is no port; choose one from 1 to 65535, or 0 for any.") from None
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise CannotServe(f"{name}'s port {port} cannot be used: {reason}. Choose another, or 0 for any.") from error
    return listener


class _Connection(HttpToolsProtocol):
    """A connection that the gate can drop without an answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: Any = self.scope
        scope["extensions"] = {ABORT: self.drop}

    def drop(self) -> None:
        """End the connection; what was already written still goes out."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


class _Server(uvicorn.Server):
    """A server that leaves the signals to its caller."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(gate: Gate, listener: socket.socket) -> AsyncIterator[str]:
    """Serve the gate while the context lasts; gives its address. The end takes less than two seconds."""
    port = listener.getsockname()[1]
    server = _Server(
        uvicorn.Config(
            gate,
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=120,
            timeout_graceful_shutdown=1,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.01)
    try:
        yield f"http://{HOST}:{port}"
    finally:
        server.should_exit = True
        await asyncio.wait({task}, timeout=_GRACE_SECONDS)
        for connection in list(server.server_state.connections):
            if isinstance(connection, _Connection):
                connection.drop()
                connection.transport.abort()
        await task

"""`tieout serve`: pages in one loop, passes in a thread with a loop of its own."""

import asyncio
import contextlib
import signal
import socket
import threading
from random import SystemRandom

import uvicorn

from tieout.actions.home import Home
from tieout.actions.users import set_up_code
from tieout.cli import output
from tieout.engine.schedule import FileLock, FileScheduler
from tieout.engine.worker import work
from tieout.web.app import create_app


def run(home: Home, host: str, port: int, *, as_json: bool) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    locks = home.path / "locks"
    scheduler = FileScheduler(locks)
    lock = FileLock.take(locks / "serve.lock")
    if lock is None:
        output.fail(
            f"Another `tieout serve` is running on {home.path}. End it first, or choose another TIEOUT_HOME.",
            output.WRONG,
            as_json=as_json,
        )
    listener = listen(host, port, as_json=as_json)
    # The server stops by itself at a signal, then raises it once more: by then it must not end the process.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    worker = Worker(home, scheduler)
    worker.start()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            _announce(home, f"http://{host}:{listener.getsockname()[1]}", as_json=as_json)
            uvicorn.Server(config(home)).run(sockets=[listener])
    finally:
        worker.stop()
        listener.close()
        lock.release()


def _announce(home: Home, address: str, *, as_json: bool) -> None:
    code = set_up_code(home)
    setup = f"{address}/setup?code={code}" if code else ""
    if as_json:
        output.document({"address": address, "setup": setup})
        return
    output.page.print(f"Tieout is at {address}", highlight=False)
    if setup:
        output.page.print(f"First sign-in, once, within 24 hours: {setup}", highlight=False, soft_wrap=True)


def config(home: Home) -> uvicorn.Config:
    """How the pages are served."""
    return uvicorn.Config(
        create_app(home), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=3
    )


def listen(host: str, port: int, *, as_json: bool = False) -> socket.socket:
    """A listening socket; ends with a clear message where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        output.fail(
            f"Port {port} on {host} cannot be used: {error.strerror}. Choose another with --port.",
            output.WRONG,
            as_json=as_json,
        )
    listener.listen(128)
    return listener


class Worker:
    """Runs passes in a thread with a loop of its own."""

    def __init__(self, home: Home, scheduler: FileScheduler) -> None:
        self._home = home
        self._scheduler = scheduler
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()), name="passes", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Let the running pass come to its end, for ten seconds at most; the journal survives anything."""
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)

    async def _work(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await work(
            database=self._home.database,
            cipher=self._home.cipher,
            clock=self._home.clock,
            random=SystemRandom(),
            scheduler=self._scheduler,
            stop=self._stop,
        )

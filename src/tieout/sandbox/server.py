"""Both sandboxes as local HTTP servers: one process, one event loop, one clock."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tieout.sandbox.clock import AdvancingClock
from tieout.sandbox.loopback import CannotServe, listen, serving
from tieout.sandbox.pair import DamagedState, Pair, Seed, open_pair
from tieout.sandbox.quickbooks.regimes import Country


@dataclass(frozen=True)
class Options:
    """What `tieout sandbox` takes; port 0 is any free one, `state_file` keeps the state from one run to the next."""

    hubspot_port: int = 0
    quickbooks_port: int = 0
    company: Country = "us-manual"
    seed: Seed = "empty"
    quotas: bool = True
    state_file: Path | None = None


async def serve(options: Options, *, announce: Callable[[str], None], stop: asyncio.Event | None = None) -> None:
    """Serve both sandboxes until `stop` is set, or until cancelled; a kept state wins over company and seed.

    announce: called once, when both can serve, with one line of JSON: the document of `Pair.sign_in`.
    A stop takes less than two seconds, whatever the clients do, and then keeps the state. Raises CannotServe.
    """
    ports = {"HubSpot": options.hubspot_port, "QuickBooks": options.quickbooks_port}
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(listen(name, port)) for name, port in ports.items()]
        pair = _open(options)
        try:
            async with serving(pair.hubspot, listeners[0]) as crm, serving(pair.quickbooks, listeners[1]) as books:
                announce(msgspec.json.encode(pair.sign_in(crm, books)).decode())
                await (stop or asyncio.Event()).wait()
        finally:
            await pair.close()
            if options.state_file is not None:
                _keep(options.state_file, pair.dump())


def run(
    options: Options, *, complain: Callable[[str], object] = lambda message: sys.stderr.write(f"{message}\n")
) -> int:
    """Serve until SIGTERM or SIGINT, as the command line wants it: the line on standard output, talk on standard error.

    complain: says what is wrong. Returns the exit code: 0, or 2 if the servers cannot start or keep their state.
    """
    try:
        asyncio.run(_until_signalled(options))
    except CannotServe as error:
        complain(str(error))
        return 2
    return 0


async def _until_signalled(options: Options) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(options, announce=_print, stop=stop)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _open(options: Options) -> Pair:
    """Make the pair, from the kept state if there is one. Raises CannotServe."""
    path = options.state_file
    kept = None
    if path is not None:
        try:
            kept = path.read_bytes()
        except FileNotFoundError:
            if not os.access(path.absolute().parent, os.W_OK):
                raise CannotServe(f"The state cannot be kept in {path}: its folder is missing or read-only.") from None
        except OSError as error:
            raise CannotServe(f"The state in {path} cannot be read: {error.strerror}.") from error
    pair = open_pair(
        clock=AdvancingClock(),
        random=random.Random(),  # noqa: S311 (ids and tokens of a local sandbox, no secrets)
        company=options.company,
        quotas=options.quotas,
        seed="empty" if kept is not None else options.seed,
    )
    if kept is not None:
        try:
            pair.load(kept)
        except DamagedState as error:
            raise CannotServe(f"The state in {path} is damaged ({error}). Delete the file to start anew.") from error
    return pair


def _keep(path: Path, state: bytes) -> None:
    """Write the state so that a crash leaves the old file or the new one. Raises CannotServe."""
    draft = path.with_name(f"{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(state)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise CannotServe(f"The state could not be kept in {path}: {error.strerror}.") from error

"""The worker: runs the passes that are due, one after the other, until it is told to stop."""

import asyncio
import contextlib
from random import Random

import structlog
from cryptography.fernet import MultiFernet

from tieout.engine import passes
from tieout.engine.schedule import Scheduler, is_due
from tieout.engine.wiring import Transport, network, open_sides
from tieout.engine.work import LeaseLost
from tieout.remote.ports import Clock
from tieout.store import connections
from tieout.store.connections import StoredConnection
from tieout.store.database import Database
from tieout.store.journal import StaleEpoch

_TICK_SECONDS = 1.0
_LOG = structlog.get_logger()


async def work(
    *,
    database: Database,
    cipher: MultiFernet,
    clock: Clock,
    random: Random,
    scheduler: Scheduler,
    stop: asyncio.Event,
    transport: Transport = network,
) -> None:
    """Look every second for connections that are due, and run a pass over each."""
    while not stop.is_set():
        try:
            with database.read() as tx:
                due = [c for c in connections.every(tx) if is_due(c, clock.now())]
            for stored in due:
                if not stop.is_set():
                    await _pass(database, cipher, clock, random, scheduler, stored, transport)
        except Exception:  # noqa: BLE001 - the worker outlives any mistake; each is told
            # Such as a database that is locked or a disk that is full: told, and tried again with the next tick.
            _LOG.exception("worker")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=_TICK_SECONDS)


async def _pass(
    database: Database,
    cipher: MultiFernet,
    clock: Clock,
    random: Random,
    scheduler: Scheduler,
    stored: StoredConnection,
    transport: Transport,
) -> None:
    lease = scheduler.claim(stored.id)
    if lease is None:
        return
    log = _LOG.bind(connection=stored.name)
    try:
        async with open_sides(database, cipher, stored, clock, random, transport) as sides:
            report = await passes.run(
                database=database, connection=stored.id, sides=sides, clock=clock, random=random, lease=lease
            )
        trouble = None if report.trouble is None else report.trouble.cause
        calls = {side.value: count for side, count in report.calls.items()}
        log.info("pass", writes=report.writes, calls=calls, trouble=trouble)
    except (LeaseLost, StaleEpoch) as error:
        log.warning("pass overtaken", why=str(error))
    except Exception:
        # A mistake of ours must not stop the other connections; it is logged whole, and tried again later.
        log.exception("pass failed")
        passes.postpone(database, stored.id, clock.now(), stored.wanted)
    finally:
        lease.release()

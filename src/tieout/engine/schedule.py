"""Who may run a pass: at most one at a time for each connection, whatever the number of workers."""

import fcntl
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from tieout.engine.work import Lease, LeaseLost
from tieout.remote.ports import Clock
from tieout.store.connections import StoredConnection

_FOREVER = 3600.0


class Scheduler(Protocol):
    """Hands out leases."""

    def claim(self, connection: int) -> Lease | None:
        """The right to run a pass now; None while another worker has it."""
        ...


def is_due(stored: StoredConnection, now: datetime) -> bool:
    """Whether a connection wants a pass: somebody asked for one, or its rest is over."""
    if stored.status == "paused":
        return False
    return stored.wanted > stored.done or not stored.due_at or stored.due_at <= now.isoformat()


class FileScheduler:
    """Leases as the operating system's locks on files in the home: a killed process leaves none behind."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def claim(self, connection: int) -> Lease | None:
        """Lock the connection's file; None where another process, or another pass of this one, has it."""
        return FileLock.take(self._folder / f"pass-{connection}.lock")


class FileLock:
    """An exclusive lock on a file, held until it is released or the process ends."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    @classmethod
    def take(cls, file: Path) -> "FileLock | None":
        """Lock `file`; None where it is locked already."""
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return cls(handle)

    def check(self) -> float:
        """The lock of a living process cannot be taken from it."""
        if self._handle is None:
            raise LeaseLost("The lease was released.")
        return _FOREVER

    def release(self) -> None:
        """Unlock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class MemoryScheduler:
    """Leases in memory that run out and can then be taken by another worker: for simulated workers."""

    def __init__(self, clock: Clock, seconds: float = 120.0) -> None:
        self._clock = clock
        self._seconds = seconds
        self._held: dict[int, MemoryLease] = {}

    def claim(self, connection: int) -> Lease | None:
        """A lease, unless another one has not run out yet."""
        held = self._held.get(connection)
        if held is not None and held.until > self._clock.now():
            return None
        lease = MemoryLease(self, connection, self._clock, self._clock.now() + timedelta(seconds=self._seconds))
        self._held[connection] = lease
        return lease

    def steal(self, connection: int) -> None:
        """Give the holder up for dead, as if it had stopped answering."""
        self._held.pop(connection, None)

    def holds(self, lease: "MemoryLease") -> bool:
        """Whether the lease is still the connection's."""
        return self._held.get(lease.connection) is lease

    def free(self, lease: "MemoryLease") -> None:
        """Take a lease back."""
        if self.holds(lease):
            del self._held[lease.connection]


class MemoryLease:
    """A lease of `MemoryScheduler`."""

    def __init__(self, scheduler: MemoryScheduler, connection: int, clock: Clock, until: datetime) -> None:
        self.connection = connection
        self.until = until
        self._scheduler = scheduler
        self._clock = clock

    def check(self) -> float:
        """Seconds that are left. Raises LeaseLost."""
        left = (self.until - self._clock.now()).total_seconds()
        if left <= 0 or not self._scheduler.holds(self):
            raise LeaseLost(f"The lease on connection {self.connection} was lost.")
        return left

    def release(self) -> None:
        """Give it back."""
        self._scheduler.free(self)

"""How a simulated worker dies: between any two steps, leaving nothing behind but what is in the database."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import httpx2
from sqlalchemy import Connection

from tieout.store.database import Database


class Crash(BaseException):
    """The process is gone. No `except Exception` of the engine survives it."""


class Fate:
    """Counts the steps of one worker's life and ends it at one of them.

    A step is the begin of a transaction, the moment before and after its commit, and the moment before a request leaves
    and after its answer came. last: the step at which the worker dies; None = it lives.
    """

    def __init__(self, last: int | None) -> None:
        self.steps = 0
        self.dead = False
        self._last = last

    def step(self) -> None:
        """Go one step. Raises Crash at the last one, and ever after."""
        self.steps += 1
        if self._last is not None and self.steps >= self._last:
            self.dead = True
        if self.dead:
            raise Crash(f"Died at step {self.steps}.")


class MortalDatabase(Database):
    """The lasting database as a mortal worker sees it: its commits may be the last that it ever does, or just not."""

    def __init__(self, lasting: Database, fate: Fate) -> None:
        self.engine = lasting.engine
        self._reading = lasting._reading
        self._fate = fate

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        self._fate.step()
        with super().begin() as tx:
            yield tx
            self._fate.step()
        self._fate.step()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        if self._fate.dead:
            raise Crash("The dead read nothing.")
        with super().read() as tx:
            yield tx


class MortalTransport(httpx2.AsyncBaseTransport):
    """The way to a vendor, on which a worker may die before a request leaves or after its answer came.

    It takes up to `latency` seconds there and as many back, in which people and other workers go on.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, fate: Fate, latency: float, random: Random) -> None:
        self._inner = inner
        self._fate = fate
        self._latency = latency
        self._random = random

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._fate.step()
        await asyncio.sleep(self._random.uniform(0, self._latency))
        response = await self._inner.handle_async_request(request)
        await asyncio.sleep(self._random.uniform(0, self._latency))
        self._fate.step()
        return response

"""The workers: each runs passes while it holds the lease, dies at times, and is given up for dead at times."""

import asyncio
import traceback
from random import Random

from tests.simulation.fate import Crash, Fate
from tests.simulation.plan import dice
from tests.simulation.stage import Stage

from tieout.engine import passes
from tieout.engine.passes import Report
from tieout.engine.schedule import is_due
from tieout.engine.work import Lease, LeaseLost
from tieout.store import connections, journal
from tieout.store.journal import StaleEpoch


class Crew:
    """All workers of one stage, and what came of their passes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.passes = 0
        self.crashes = 0
        self.overtaken = 0

    async def work(self, number: int) -> None:
        """One worker's shift, life after life, for ever."""
        random = dice(self.stage.plan.seed, f"worker {number}")
        while True:
            await asyncio.sleep(random.uniform(1, 25))
            if self._due() and (lease := self.stage.scheduler.claim(self.stage.connection)) is not None:
                await self._live(lease, random)

    async def steal(self) -> None:
        """Now and then, somebody takes a living worker for dead."""
        random = dice(self.stage.plan.seed, "thief")
        while self.stage.plan.stealing:
            await asyncio.sleep(random.uniform(0.5, 3))
            if random.random() < self.stage.plan.stealing:
                self.stage.scheduler.steal(self.stage.connection)

    async def press(self) -> None:
        """While something was sent and nothing is known of it, somebody presses *sync now*."""
        random = dice(self.stage.plan.seed, "impatience")
        while True:
            await asyncio.sleep(random.uniform(2, 20))
            with self.stage.database.begin() as tx:
                if journal.open_units(tx, self.stage.connection):
                    connections.want(tx, self.stage.connection)

    async def one_pass(self, random: Random) -> Report:
        """A pass that nothing disturbs."""
        lease = self.stage.scheduler.claim(self.stage.connection)
        while lease is None:
            await asyncio.sleep(5)
            lease = self.stage.scheduler.claim(self.stage.connection)
        try:
            return await self._pass(lease, random, Fate(None))
        finally:
            lease.release()

    async def _live(self, lease: Lease, random: Random) -> None:
        crashes = random.random() < self.stage.plan.crashing
        fate = Fate(random.randint(1, 150) if crashes else None)
        try:
            await self._pass(lease, Random(random.random()), fate)
        except Crash:
            self.crashes += 1
            # The lock of a dead process on the same machine is free at once; another machine waits for the lease.
            if random.random() < 0.5:
                lease.release()
            return
        except (LeaseLost, StaleEpoch):
            self.overtaken += 1
        except Exception as error:  # noqa: BLE001 - whatever a pass dies of is a finding
            where = traceback.extract_tb(error.__traceback__)[-1]
            self.stage.troubles.append(f"A pass died of {error!r} in {where.name} ({where.filename}:{where.lineno}).")
        lease.release()

    async def _pass(self, lease: Lease, random: Random, fate: Fate) -> Report:
        self.passes += 1
        async with self.stage.sides(random, fate) as (database, sides):
            return await passes.run(
                database=database,
                connection=self.stage.connection,
                sides=sides,
                clock=self.stage.clock,
                random=random,
                lease=lease,
            )

    def _due(self) -> bool:
        with self.stage.database.read() as tx:
            return is_due(connections.get(tx, self.stage.connection), self.stage.clock.now())

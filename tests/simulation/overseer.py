"""The person who runs Tieout: moves its lock date, and has both accounts audited while all goes on."""

import asyncio
from datetime import date, datetime, timedelta
from random import Random

from tests.simulation.stage import NAME, Stage

from tieout.actions import audit, settings
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse

_DAYS = (None, 25, 8, 2)
"""How many days ago the lock date may be; None = nothing is locked."""


class Overseer:
    """Looks after Tieout, a few times in all."""

    def __init__(self, stage: Stage, random: Random) -> None:
        self.stage = stage
        self.random = random
        self.made: dict[str, int] = {}
        self._actor = Actor("owner", Role.OWNER)

    async def work(self) -> None:
        """Do what there is to do until the others have gone home."""
        plan = self.stage.plan
        for _ in range(plan.overseen):
            await asyncio.sleep(self.random.uniform(0, 2 * plan.seconds / plan.overseen))
            if self.random.random() < 0.5:
                self._move_lock()
            else:
                await self._audit()

    def _move_lock(self) -> None:
        now = self.stage.clock.now()
        back = self.random.choice(_DAYS)
        day = None if back is None else (now - timedelta(days=back)).date()
        settings.change(self.stage.home, self._actor, NAME, {"lock_date": "none" if day is None else day.isoformat()})
        self.stage.locks.append((now, day))
        self.made["move_lock"] = self.made.get("move_lock", 0) + 1

    async def _audit(self) -> None:
        """An audit writes nothing, whatever it meets; both vendors may be out of reach just now."""
        random = Random(self.random.random())
        try:
            await audit.audit(
                self.stage.home, self._actor, NAME, transport=self.stage.transport(random), random=random
            )  # fmt: skip
        except (OutOfReach, WrongUse):
            return
        self.made["audit"] = self.made.get("audit", 0) + 1


def locked(locks: list[tuple[datetime, date | None]], at: datetime) -> date | None:
    """The lock date that was in force at a moment."""
    return next((day for since, day in reversed(locks) if since <= at), None)

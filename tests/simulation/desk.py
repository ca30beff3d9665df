"""What both people have: a desk with access to one vendor, dice, and a number of moves to make."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from tests.simulation.stage import Stage

from tieout.core.records import Side
from tieout.sandbox.caller import Refused

Json = dict[str, Any]
Move = Callable[[], bool]
T = TypeVar("T")
_TRIES = 5


class Desk:
    """A person at work. A move returns False where there was nothing to do it to; then another is drawn."""

    def __init__(self, stage: Stage, side: Side, name: str, random: Random) -> None:
        self.stage = stage
        self.random = random
        self.refused = 0
        self.made: dict[str, int] = {}
        self._learned: list[tuple[int, Move]] = []
        self._side = side
        self._name = name
        self.sign_in()

    def sign_in(self) -> None:
        """Get a new token."""
        self._caller = self.stage.caller(self._side, self._name)

    def moves(self) -> Sequence[tuple[int, Move]]:
        """What this person may do, with weights."""
        raise NotImplementedError

    def learn(self, moves: Sequence[tuple[int, Move]]) -> None:
        """Take up more moves, with their weights, on top of the usual ones."""
        self._learned += moves

    async def work(self) -> None:
        """Make the plan's moves at random moments, at times two at once."""
        plan = self.stage.plan
        pause = plan.seconds / plan.moves
        for _ in range(plan.moves):
            if self.random.random() > 0.2:
                await asyncio.sleep(self.random.uniform(0.1, 2 * pause * 0.9))
            self.move()

    async def prepare(self, moves: Sequence[Move]) -> None:
        """Make these moves one after the other, before anything else begins."""
        for move in moves:
            self.attempt(move)
            await asyncio.sleep(1.5)

    def move(self) -> None:
        """Make one move of those that are possible."""
        weights, moves = zip(*self.moves(), *self._learned, strict=True)
        for _ in range(_TRIES):
            if self.attempt(self.random.choices(moves, weights)[0]):
                return

    def attempt(self, move: Move) -> bool:
        """Whether the move could be made; what the vendor refuses was a try."""
        try:
            done = move()
        except Refused:
            self.refused += 1
            return False
        if done:
            self.made[move.__name__] = self.made.get(move.__name__, 0) + 1
        return done

    def pick(self, among: Sequence[T]) -> T | None:
        """One of several, None where there are none."""
        return self.random.choice(among) if among else None

    def call(self, method: str, path: str, document: Json | None = None, *, query: str = "") -> Json:
        """Ask the vendor. Raises Refused."""
        return self._caller.call(method, path, document, query=query)

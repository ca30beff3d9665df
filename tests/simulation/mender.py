"""The person who answers failures and holds, by the fixes that Tieout offers."""

import asyncio
from random import Random

from tests.simulation.plan import dice
from tests.simulation.stage import NAME, Stage

from tieout.actions import issuing
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.fix import LISTED, fix
from tieout.actions.undo import undo
from tieout.core.causes import CAUSES
from tieout.core.fixes import FIXES
from tieout.core.records import Kind, Side
from tieout.store import mirror, pairs, undone
from tieout.store.pairs import Stored
from tieout.store.tables import pair

_LEFT_TO_LIFE = {"exclude", "stop_syncing", "unlink"}
"""Taken less often: after these, nothing more happens to the record."""

_TWINS = ("possible_duplicate", "possible_duplicate_in_hubspot")


class Mender:
    """Looks at the list of failures now and then, and takes one of the fixes of one of them, or of all with its cause.

    Where the plan says so, undoes one of our writes instead, now and then, or says besides that two invoices are one.
    """

    def __init__(self, stage: Stage, random: Random) -> None:
        self.stage = stage
        self.random = random
        self.made: dict[str, int] = {}
        self._regrets = dice(stage.plan.seed, "regrets")
        self._doubts = dice(stage.plan.seed, "doubts")
        self._actor = Actor("owner", Role.OWNER)

    async def work(self) -> None:
        """Mend until the others have gone home."""
        plan = self.stage.plan
        for _ in range(plan.fixes):
            await asyncio.sleep(self.random.uniform(0, 2 * plan.seconds / plan.fixes))
            self.mend()

    def mend(self) -> None:
        """Answer one failure."""
        if self.stage.plan.doubled:
            self.answer_doubts()
        if self._regrets.random() < self.stage.plan.undoes:
            self.take_back()
            return
        listed = self._listed()
        if not listed:
            return
        failure = self.random.choice(listed)
        offered = [
            code for code in CAUSES[failure.cause].fixes if code not in _LEFT_TO_LIFE or self.random.random() < 0.2
        ]
        if not offered:
            return
        code = self.random.choice(offered)
        values = {key: self._value(failure, key) for key, _ in FIXES[code].needs}
        every = self.random.random() < 0.2
        try:
            fix(self.stage.home, self._actor, NAME, str(failure.id), code, values=values, all_with_cause=every)
        except (NotFound, WrongUse):
            return
        self.made[code] = self.made.get(code, 0) + 1

    def answer_doubts(self) -> None:
        """Say now and then that two invoices are one, and where such a pair was made."""
        doubt = self._doubts.random()
        if doubt < 0.2:
            self.change_issuer()
        elif doubt < 0.6:
            self.say_the_same()

    def say_the_same(self) -> None:
        """Say of an invoice that is asked about that it is the one on the other side."""
        twins = [one for one in self._listed() if one.pair.kind is Kind.INVOICE and one.cause in _TWINS]
        if twins:
            one = self._doubts.choice(twins)
            fix(self.stage.home, self._actor, NAME, str(one.id), "use_existing", values={})
            self.made["use_existing"] = self.made.get("use_existing", 0) + 1

    def change_issuer(self) -> None:
        """Say of an invoice that was typed in on both sides that it was made on the other one."""
        with self.stage.database.read() as tx:
            found = issuing.typed_twice(tx, self.stage.connection)
        if found:
            one = self._doubts.choice(found)
            issuing.say(self.stage.home, self._actor, NAME, one.id, one.issuer.other)
            self.made["made_in"] = self.made.get("made_in", 0) + 1

    def take_back(self) -> None:
        """Undo one of our writes, also one that undid another."""
        with self.stage.database.read() as tx:
            done = undone.writes(tx, self.stage.connection)
        if not done:
            return
        try:
            undo(self.stage.home, self._actor, NAME, self._regrets.choice(done).operation.id)
        except (NotFound, WrongUse):
            return
        self.made["undo"] = self.made.get("undo", 0) + 1

    def _listed(self) -> list[Stored]:
        with self.stage.database.read() as tx:
            ids = tx.execute(
                pair.select().with_only_columns(pair.c.id).where(pair.c.state.in_([s.value for s in LISTED]))
            )
            return pairs.load(tx, sorted(ids.scalars()))

    def _value(self, failure: Stored, key: str) -> str:
        """What a person would pick: a candidate that is shown, or any record of the list."""
        shown = [candidate.id for candidate in failure.story.candidates]
        evidence = failure.story.evidence
        shown += [evidence[name] for name in ("holder", "twin") if evidence.get(name)]
        if shown and self.random.random() < 0.8:
            return self.random.choice(shown)
        with self.stage.database.read() as tx:
            kinds = {"customer": "customer", "item": "item", "document": "invoice", "contact": "customer"}
            if key not in kinds or (key == "document" and failure.pair.kind is not Kind.INVOICE):
                return ""
            side = Side.CRM if key == "contact" or not failure.crm_id else Side.BOOKS
            known = sorted(mirror.ids(tx, self.stage.connection, side, Kind(kinds[key])))
        return self.random.choice(known) if known else ""

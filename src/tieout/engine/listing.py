"""Whole lists: how many records a setting would have made on the other side, before it is set."""

from collections import Counter
from collections.abc import Set as AbstractSet

from sqlalchemy import Connection

from tieout.core.decide import Create, World
from tieout.core.plan import Reservations
from tieout.core.records import Kind, Side
from tieout.engine.asking import answered
from tieout.kinds.rules import decided
from tieout.store import agenda, pairs

_CHUNK = 100


def would_make(
    tx: Connection, connection: int, world: World, lists: AbstractSet[tuple[Kind, Side]]
) -> Counter[tuple[Kind, Side]]:
    """How many records of each list would be made on the other side, by kind and the side that keeps the list.

    Decided as a sync decides, without writing: of what both sides held when they were last read. What an invoice
    needs would be made anyway, and does not count. world: with the setting on, and the review finished.
    """
    found: Counter[tuple[Kind, Side]] = Counter()
    reserved = Reservations()
    for kind, side in sorted(lists):
        for chunk in agenda.chunks(agenda.alone(tx, connection, kind, side), _CHUNK):
            due = pairs.load(tx, chunk)
            answers = answered(tx, connection, reserved, [one.pair for one in due], world)
            for stored in due:
                decision = decided(stored.pair, world, answers)
                if isinstance(decision, Create) and any(key in reserved for key in decision.reserves):
                    decision = decided(stored.pair, world, answered(tx, connection, reserved, [stored.pair], world))
                if isinstance(decision, Create) and decision.side is side.other and not stored.pair.needed:
                    reserved.take(decision.reserves, stored.id)
                    found[kind, side] += 1
    return found

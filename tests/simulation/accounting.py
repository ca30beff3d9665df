"""7. Accounted for: what happened on either side and what the journal says are the same."""

from collections import defaultdict
from collections.abc import Iterator

from tests.simulation.once import mark
from tests.simulation.ownership import KINDS
from tests.simulation.scene import Move, Scene
from tests.simulation.watch import Effect

from tieout.core.records import Side
from tieout.store import journal


def accounted_for(scene: Scene) -> Iterator[str]:
    """7. Effects and journal match one to one; a request sent again carries the same key."""
    moves = {move.id: move for move in scene.moves}
    of_unit: dict[str, list[Move]] = defaultdict(list)
    for move in scene.moves:
        of_unit[move.entry.unit].append(move)
    happened: set[str] = set()
    for effect in scene.ours(Side.BOOKS):
        mine = [m for m in of_unit.get(effect.key, ()) if effect.id in (m.entry.operation.target, m.result.id)]
        happened.update(m.id for m in mine)
        # An update sent again is refused by its sync token if it had happened the first time.
        told = any(m.state == journal.DONE or (effect.act == "update" and _sent_again(scene, m)) for m in mine)
        if not told and not _made_strange(scene, effect):
            states = ", ".join(m.state for m in mine) or "not in the journal"
            yield f"{effect.act} of {effect.entity} {effect.id} happened, but is {states}."
    for effect in scene.ours(Side.CRM):
        key = mark(effect) or effect.key
        if effect.act == "delete":
            ended = [m for m in scene.moves if m.entry.operation.target == effect.id and m.state == journal.DONE]
            happened.update(m.id for m in ended)
            if not ended:
                yield f"Payment {effect.id} was withdrawn, but the journal does not say so."
        elif key in moves and moves[key].entry.operation.verb == "annotate" and _sent_again(scene, moves[key]):
            happened.add(key)  # the record may be gone by the second time
        elif key not in moves or moves[key].state != journal.DONE:
            state = moves[key].state if key in moves else "not in the journal"
            yield f"{effect.act} of {effect.entity} {effect.id} in HubSpot happened, but is {state}."
        else:
            happened.add(key)
    by_hand = {(KINDS.get(e.entity), e.id) for e in scene.theirs(Side.BOOKS) if e.act == "create"}
    for move in scene.moves:
        if (move.entry.operation.kind, move.result.id) in by_hand:
            continue  # a person typed the same name in while our own answer was lost: it is the one
        if move.state == journal.DONE and move.id not in happened:
            operation = move.entry.operation
            yield f"The journal says that {operation.verb} of {operation.kind} {move.result.id} happened; it did not."
    for key, times in scene.sent.items():
        sends, _ = scene.units.get(key, (0, ""))
        if times > sends:
            yield f"Request {key} reached QuickBooks {times} times and was journaled {sends} times."


def _made_strange(scene: Scene, ours: Effect) -> bool:
    """Whether a person deleted what we made, or overwrote our marker: with its answer lost, nothing shows it as ours.

    It is not booked again for that: of an invoice that stands it is asked whether it is the same one.
    """
    return ours.act == "create" and any(
        effect.act == "delete" or (effect.entity == "Invoice" and mark(ours) not in effect.after.get("PrivateNote", ""))
        for effect in scene.theirs(Side.BOOKS)
        if (effect.entity, effect.id) == (ours.entity, ours.id)
    )


def _sent_again(scene: Scene, move: Move) -> bool:
    return scene.units.get(move.entry.unit, (0, ""))[0] > 1

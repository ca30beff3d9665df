"""7. Accounted for: what happened on either side and what the journal says are the same."""

from collections import defaultdict
from collections.abc import Iterator

from tests.simulation.once import RETURN, mark
from tests.simulation.ownership import KINDS
from tests.simulation.scene import PARTS, Move, Scene
from tests.simulation.watch import Effect

from tieout.core.records import Kind, Side
from tieout.store import journal


def accounted_for(scene: Scene) -> Iterator[str]:
    """Effects and journal match one to one; a request sent again carries the same key."""
    happened: set[str] = set()
    yield from _in_books(scene, happened)
    yield from _in_crm(scene, happened)
    for move in scene.moves:
        if move.state == journal.DONE and move.id not in happened and not _done_by_a_person(scene, move):
            planned = move.entry.operation
            yield f"The journal says that {planned.verb} of {planned.kind} {move.result.id} happened; it did not."
    for key, times in scene.sent.items():
        sends = scene.units.get(key, (0,))[0]
        if times > sends:
            yield f"Request {key} reached QuickBooks {times} times and was journaled {sends} times."


def _in_books(scene: Scene, happened: set[str]) -> Iterator[str]:
    of_unit: dict[str, list[Move]] = defaultdict(list)
    for move in scene.moves:
        of_unit[move.entry.unit].append(move)
    for effect in scene.ours(Side.BOOKS):
        mine = [m for m in of_unit.get(effect.key, ()) if _is_about(m, effect)]
        happened.update(m.id for m in mine)
        told = any(m.state == journal.DONE or _overtaken(scene, m, effect) for m in mine)
        if not told and not _made_strange(scene, effect) and not _given_away(scene, effect):
            states = ", ".join(m.state for m in mine) or "not in the journal"
            yield f"{effect.act} of {effect.entity} {effect.id} happened, but is {states}."


def _overtaken(scene: Scene, move: Move, ours: Effect) -> bool:
    """Whether somebody went on from our change before its lost answer was looked up: nothing shows it any more.

    It is sent again under its old token, which QuickBooks refuses as stale: the pair is decided anew.
    """
    after = [effect for effect in scene.theirs(Side.BOOKS) if (effect.entity, effect.id) == (ours.entity, ours.id)]
    refused = ours.act == "update" and move.result.fault is not None and move.result.fault.code == "5010"
    return refused and _sent_again(scene, move) and any(effect.at >= ours.at for effect in after)


def _is_about(move: Move, effect: Effect) -> bool:
    """Whether an operation made this effect: on its target, on what it made, or by an entry that carries its mark."""
    if effect.entity == RETURN:
        return move.id == mark(effect)
    return effect.id in (move.entry.operation.target, move.result.id.partition(":")[0])


def _in_crm(scene: Scene, happened: set[str]) -> Iterator[str]:
    moves = {move.id: move for move in scene.moves}
    for effect in scene.ours(Side.CRM):
        key = (mark(effect) or effect.key).partition(":")[0]
        move = moves.get(key)
        if effect.act == "update" and "linked" in effect.sent:
            ended = [m for m in scene.moves if m.state == journal.DONE and _associated(scene, m, effect)]
            happened.update(m.id for m in ended)
            if not ended and not _left_strange(scene, effect):
                yield f"{effect.entity} {effect.id} was given to {effect.sent['linked']}, but the journal does not say so."
        elif effect.act == "delete":
            ended = [m for m in scene.moves if m.state == journal.DONE and _took_away(scene, m, effect)]
            happened.update(m.id for m in ended)
            if not ended and not _left_strange(scene, effect):
                yield f"{effect.entity} {effect.id} was taken away, but the journal does not say so."
        elif move is not None and move.entry.operation.verb == "annotate" and _sent_again(scene, move):
            happened.add(key)  # the record may be gone by the second time
        elif move is not None and move.state == journal.DONE:
            happened.add(key)
        elif move is not None and move.state == journal.DROPPED and _looked_up_stale(scene, effect):
            happened.add(key)  # it is decided anew
        elif not _made_strange(scene, effect) and not _left_strange(scene, effect):
            state = "not in the journal" if move is None else move.state
            yield f"{effect.act} of {effect.entity} {effect.id} in HubSpot happened, but is {state}."


def _took_away(scene: Scene, move: Move, effect: Effect) -> bool:
    """Whether an operation archived this record, or this part of a copy."""
    if effect.entity not in PARTS:
        return move.entry.operation.target.rpartition(":")[2] == effect.id
    _, path, body = scene.units.get(move.entry.unit, (0, "", b""))
    own = move.entry.operation.target == scene.parts_of.get((effect.entity, effect.id))
    return own and path.endswith(f"/{effect.entity}/batch/archive") and f'"{effect.id}"'.encode() in body


def _associated(scene: Scene, move: Move, effect: Effect) -> bool:
    """Whether an operation put this contact or company on a copy, or took it off."""
    _, path, body = scene.units.get(move.entry.unit, (0, "", b""))
    ((type_, other),) = effect.sent["linked"].items()
    own = move.entry.operation.target == effect.id
    return own and f"/{effect.entity}/{type_}/batch/" in path and f'"{other}"'.encode() in body


def _looked_up_stale(scene: Scene, ours: Effect) -> bool:
    """Whether HubSpot showed the record as it had been before our change, when that was looked for."""
    read = f"/{ours.entity}/batch/read"
    return ours.act == "update" and any(at >= ours.at and path.endswith(read) for at, path in scene.stale)


def _left_strange(scene: Scene, ours: Effect) -> bool:
    """Whether a person took what we wrote away, or changed this part of a copy: with its answer lost, nothing shows it.

    The pair is broken then, or held: nobody's edit is taken for our own.
    """
    copy = scene.parts_of.get((ours.entity, ours.id))
    since = [effect for effect in scene.theirs(Side.CRM) if effect.at >= ours.at]
    return any(
        ((effect.entity, effect.id) == (ours.entity, ours.id) and (copy is not None or effect.act == "delete"))
        or (effect.act, effect.entity, effect.id) == ("delete", "invoices", copy)
        for effect in since
    )


def _done_by_a_person(scene: Scene, move: Move) -> bool:
    """Whether a person did the very same while our own answer was lost: typed the name in, took the payment away."""
    planned = move.entry.operation
    if planned.kind is Kind.INVOICE and "lines" in planned.fields and move.entry.side is Side.CRM:
        parts = [e for e in scene.theirs(Side.CRM) if scene.parts_of.get((e.entity, e.id)) == planned.target]
        return any(move.planned <= part.at and part.act == "delete" for part in parts)
    if planned.kind is Kind.SETTLEMENT:
        gone = {e.id for e in scene.theirs(Side.CRM) if e.act == "delete" and e.entity == "commerce_payments"}
        return planned.verb == "void" and planned.target in gone
    typed = {(KINDS.get(e.entity), e.id) for e in scene.theirs(Side.BOOKS) if e.act == "create"}
    return planned.verb == "create" and (planned.kind, move.result.id) in typed


def _made_strange(scene: Scene, ours: Effect) -> bool:
    """Whether a person deleted what we made, or overwrote our marker: with its answer lost, nothing shows it as ours.

    It is not booked again for that: of an invoice that stands it is asked whether it is the same one.
    """
    return ours.act == "create" and any(
        effect.act == "delete"
        or (effect.entity in ("Invoice", "Payment") and mark(ours) not in effect.after.get("PrivateNote", ""))
        for effect in scene.theirs(ours.side)
        if (effect.entity, effect.id) == (ours.entity, ours.id)
    )


def _given_away(scene: Scene, ours: Effect) -> bool:
    """Whether what we had made was linked to another record, before its lost answer was looked up.

    By a person, or since it bears that record's name or SKU. The record that it was made for is decided anew.
    """
    named = KINDS.get(ours.entity) in (Kind.CUSTOMER, Kind.ITEM)
    return ours.act == "create" and any(
        (note.details["kind"], note.details["books"]) == (KINDS.get(ours.entity), ours.id)
        and (named or note.details["why"] == "by_you")
        for note in scene.notes
        if note.what == "linked" and note.at >= ours.at
    )


def _sent_again(scene: Scene, move: Move) -> bool:
    return scene.units.get(move.entry.unit, (0,))[0] > 1

"""What people changed, and whether it was lost: on the other side, on hold, or in the history as the loser."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from tests.simulation.scene import Json, Scene
from tests.simulation.watch import US, Effect

from tieout.core.records import Kind, Side, State
from tieout.kinds.currency import parted
from tieout.store import journal
from tieout.store.pairs import Stored

_AGREE = (State.IN_SYNC, State.WARNING)


class Edit(msgspec.Struct, frozen=True):
    """A value of a synced field that a person set. id: as pairs know the record."""

    at: datetime
    side: Side
    kind: Kind
    id: str
    field: str
    value: str


def edits_lost(scene: Scene) -> Iterator[str]:
    """4. Each edit of a synced field is on the other side, in a hold, or in the history as the loser."""
    last: dict[tuple[Side, Kind, str, str], Edit] = {}
    for edit in _edits(scene):
        last[edit.side, edit.kind, edit.id, edit.field] = edit
    for edit in last.values():
        stored = scene.pair_of(edit.kind, edit.side, edit.id)
        if stored is not None and stored.state in _AGREE and edit.value and _counts(scene, stored, edit):
            yield from _lost(scene, stored, edit)
    yield from _charges_overwritten(scene)


def _counts(scene: Scene, stored: Stored, edit: Edit) -> bool:
    """Whether the pair was to heed the edit: what differed when two records were linked is no edit.

    Nor is it for what the customer is in another currency, through which it has been given another value since.
    """
    owner = parted(stored.crm_id)[0]
    linked = [scene.linked_why[s.id] for s in scene.pairs if s.pair.bond is not None and parted(s.crm_id)[0] == owner]
    known = linked if stored.pair.kind is Kind.CUSTOMER else [scene.linked_why[stored.id]]
    void = "void" in (getattr(stored.pair.crm, "status", ""), getattr(stored.pair.books, "status", ""))
    return not void and all(why.startswith("created:") or datetime.fromisoformat(at) < edit.at for at, why in known)


def _lost(scene: Scene, stored: Stored, edit: Edit) -> Iterator[str]:
    here, there = _now(scene, stored, edit.side, edit.field), _now(scene, stored, edit.side.other, edit.field)
    name = f"{edit.field} of {edit.kind} {edit.id} in {edit.side}, set to {edit.value!r} at {edit.at:%H:%M:%S}"
    if here == edit.value:
        if there != here:
            yield f"{name}, is in sync, but stands as {there!r} on the other side."
        return
    delivered = any(
        move.entry.pair == stored.id
        and move.entry.side is edit.side.other
        and move.state == journal.DONE
        and _form(edit.field, getattr(move.entry.operation.record, edit.field, "")) == edit.value
        for move in scene.moves
    )
    noted = any(
        note.what == "overruled" and note.pair == stored.id and edit.value in _forms(edit.field, note.details)
        for note in scene.notes
    )
    asked = any(note.what == "fix" and note.pair == stored.id and note.at > edit.at for note in scene.notes)
    if not delivered and not noted and not asked:
        yield f"{name}, is {here!r} by now, and nobody was told."


def _edits(scene: Scene) -> Iterator[Edit]:
    for effect in scene.effects:
        if effect.who == US or effect.act not in ("create", "update"):
            continue
        for kind, id_, field, value in _fields(effect, scene):
            yield Edit(effect.at, effect.side, kind, id_, field, _form(field, value))


def _fields(effect: Effect, scene: Scene) -> Iterator[tuple[Kind, str, str, Any]]:
    """The synced values that a write of a person set anew."""
    before, after = effect.before, effect.after
    match effect.entity:
        case "Invoice" if effect.act == "update":
            if before.get("DueDate") != after.get("DueDate"):
                yield Kind.INVOICE, effect.id, "due", after.get("DueDate", "")
            if before.get("CustomerMemo") != after.get("CustomerMemo"):
                yield Kind.INVOICE, effect.id, "memo", after.get("CustomerMemo", {}).get("value", "")
        case "Customer" if effect.act == "update":
            if before.get("PrimaryPhone") != after.get("PrimaryPhone"):
                yield Kind.CUSTOMER, effect.id, "phone", after.get("PrimaryPhone", {}).get("FreeFormNumber", "")
        case "invoices":
            for name, field in (("hs_due_date", "due"), ("hs_comments", "memo")):
                if name in effect.sent and effect.sent[name] != before.get(name):
                    yield Kind.INVOICE, effect.id, field, effect.sent[name]
        case "companies" if scene.stage.plan.model == "company" and "phone" in effect.sent:
            if effect.sent["phone"] != before.get("phone"):
                yield Kind.CUSTOMER, f"company:{effect.id}", "phone", effect.sent["phone"]
        case "contacts" if "phone" in effect.sent and effect.sent["phone"] != before.get("phone"):
            yield Kind.CUSTOMER, f"contact:{effect.id}", "phone", effect.sent["phone"]


def _now(scene: Scene, stored: Stored, side: Side, field: str) -> str:
    """The value of a field as it stands on a side, read by the auditor."""
    id_ = stored.crm_id if side is Side.CRM else stored.books_id
    document: Json
    if side is Side.BOOKS:
        document = scene.books["Invoice" if stored.pair.kind is Kind.INVOICE else "Customer"].get(id_, {})
        value = {
            "due": document.get("DueDate"),
            "memo": (document.get("CustomerMemo") or {}).get("value"),
            "phone": (document.get("PrimaryPhone") or {}).get("FreeFormNumber"),
        }[field]
    elif stored.pair.kind is Kind.INVOICE:
        document = scene.crm["invoices"].get(id_, {})
        value = document.get({"due": "hs_due_date", "memo": "hs_comments"}[field])
    else:
        type_, _, number = parted(id_)[0].partition(":")
        document = scene.crm["companies" if type_ == "company" else "contacts"].get(number, {})
        value = document.get(field)
    return _form(field, value)


def _form(field: str, value: object) -> str:
    """A value as it is compared."""
    text = str(value or "")
    if field == "due":
        return text[:10]
    return "".join(filter(str.isdigit, text)) if field == "phone" else " ".join(text.split())


def _forms(field: str, details: Any) -> set[str]:
    return (
        {_form(field, details.get(name)) for name in ("value", "before", "after")}
        if details["field"] == field
        else set()
    )


def _charges_overwritten(scene: Scene) -> Iterator[str]:
    """A charge that the bookkeeper changed may only be changed back by the bookkeeper, or by a person's fix."""
    standing: dict[str, list[Effect]] = defaultdict(list)
    for effect in scene.effects:
        if effect.entity != "Invoice" or effect.act != "update" or _charge(effect.before) == _charge(effect.after):
            continue
        if effect.who != US:
            standing[effect.id].append(effect)
            continue
        edits = standing.pop(effect.id, [])
        stored = scene.pair_of(Kind.INVOICE, Side.BOOKS, effect.id)
        if not edits or stored is None or not edits[-1].before or _reverted(scene, edits[-1]):
            continue
        theirs = edits[-1]
        # What was said of a charge holds when the very same is entered once more.
        since = next(edit.at for edit in edits if _charge(edit.after) == _charge(theirs.after))
        told = [n for n in scene.notes if n.what == "fix" and n.pair == stored.id and since <= n.at <= effect.at]
        if not any(note.details["fix"] == "put_back" for note in told):
            yield f"The charge of invoice {effect.id}, changed in QuickBooks at {theirs.at:%H:%M:%S}, was overwritten."


def _reverted(scene: Scene, edit: Effect) -> bool:
    """Whether the edit brought the charge back to one that we had written."""
    return any(
        _charge(effect.after) == _charge(edit.after)
        for effect in scene.ours(Side.BOOKS)
        if effect.entity == "Invoice" and effect.id == edit.id and effect.at <= edit.at
    )


def _charge(document: Json) -> list[tuple[str, ...]]:
    """What an invoice charges for: by line, quantity and amount; other members may be coding."""
    lines = []
    for line in document.get("Line", ()):
        if line["DetailType"] in ("SalesItemLineDetail", "DiscountLineDetail"):
            detail = line.get("SalesItemLineDetail", {})
            lines.append((str(line.get("Id", "")), str(float(detail.get("Qty", 1))), str(float(line["Amount"]))))
    return sorted(lines)

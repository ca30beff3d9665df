"""1. Once: nothing of ours is there twice, and what people typed in by hand is never booked again unasked."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.simulation.scene import PARTS, Json, Move, Scene
from tests.simulation.watch import Effect

from tieout.core.records import Kind, Side
from tieout.kinds.currency import parted
from tieout.kinds.invoice import Invoice
from tieout.store import journal

RETURN = "JournalEntry"
"""What we enter in QuickBooks of a payment whose money went back."""
_TEN_DAYS = 10
_SEARCHED = 5
_TO_INVOICE, _TO_CONTACT, _TO_COMPANY = "542", "177", "179"


def created_once(scene: Scene) -> Iterator[str]:
    """1. No operation makes two documents, and no record has two counterparts of ours."""
    made: Counter[tuple[str, str]] = Counter()
    for effect in creations(scene):
        if taken_unseen(scene, effect):
            continue
        if operation := mark(effect) or (effect.key if effect.entity in PARTS else ""):
            made[effect.entity, operation] += 1
    for (entity, operation), times in made.items():
        if times > 1:
            yield f"Operation {operation} made {times} of {entity}."
    counterparts: dict[tuple[str, str], list[str]] = defaultdict(list)
    gone = {(e.entity, e.id) for e in scene.effects if e.act in ("delete", "void")}
    by_mark = {move.id: move for move in scene.moves}
    for effect in creations(scene):
        move = by_mark.get(mark(effect))
        counts = effect.entity != RETURN and (effect.entity, effect.id) not in gone  # money may go back several times
        if move is not None and move.entry.origin is not None and counts:
            # A company's person is a contact of its own, made by an update.
            what = move.entry.operation.kind.value if move.entry.operation.verb == "create" else "person"
            counterparts[f"{what} in {effect.side}", move.entry.origin.id].append(effect.id)
    if not any(note.what == "fix" and note.details["fix"] == "unlink" for note in scene.notes):
        for move in scene.moves:
            planned, origin = move.entry.operation, move.entry.origin
            listed = planned.kind in (Kind.CUSTOMER, Kind.ITEM) and planned.verb == "create"
            if listed and move.entry.side is Side.BOOKS and move.state == journal.DONE and origin is not None:
                counterparts[planned.kind.value, origin.id].append(move.result.id)
    for (kind, origin_id), ids in counterparts.items():
        if len(ids) > 1:
            yield f"The {kind} {origin_id} has the counterparts {', '.join(ids)}, all made by us."


def taken_unseen(scene: Scene, ours: Effect) -> bool:
    """Whether a person took away in HubSpot what we had made, before its lost answer was looked up: it is sent again."""
    unit = next((m.entry.unit for m in scene.moves if m.id == (mark(ours) or ours.key).partition(":")[0]), "")
    again = scene.units.get(unit, (0,))[0] > 1
    return again and any((e.entity, e.id, e.act) == (ours.entity, ours.id, "delete") for e in scene.theirs(Side.CRM))


def asked_before_creating(scene: Scene) -> Iterator[str]:
    """1. What a person typed in by hand is never booked again without asking: invoices and payments."""
    by_mark = {move.id: move for move in scene.moves}
    for effect in creations(scene):
        move = by_mark.get(mark(effect))
        if move is None or effect.entity not in ("Invoice", "invoices", "commerce_payments"):
            continue
        told = [n.details["fix"] for n in scene.notes if n.what == "fix" and n.pair == move.entry.pair]
        if "create_anyway" in told:
            continue
        for twin in _twins(scene, effect, move):
            yield f"{effect.entity} {effect.id} was made by us although {twin}, typed in by hand, was there before."


def _twins(scene: Scene, ours: Effect, move: Move) -> Iterator[str]:
    """Unlinked documents by people, alike to ours, that stood when the pass began that made ours."""
    if ours.side is Side.CRM:
        yield from (_noted_payments if ours.entity == "commerce_payments" else _typed_invoices)(scene, ours, move)
        return
    stood: dict[str, Json] = {}
    for effect in scene.theirs(Side.BOOKS):
        if effect.entity != "Invoice" or effect.at > ours.at:
            continue
        if effect.at >= move.started:
            stood.pop(effect.id, None)  # changed while the pass was under way: it may have been read either way
        elif effect.act == "create" or effect.id in stood:
            stood[effect.id] = effect.after
    for id_, document in stood.items():
        pair = scene.pair_of(Kind.INVOICE, Side.BOOKS, id_)
        if pair is not None and pair.pair.bond is not None:
            continue
        if document.get("CustomerRef") and document["CustomerRef"]["value"] == ours.after["CustomerRef"]["value"]:
            apart = abs((day(document["TxnDate"]) - day(ours.after["TxnDate"])).days)
            if Decimal(document["TotalAmt"]) == Decimal(ours.after["TotalAmt"]) and apart <= _TEN_DAYS:
                yield f"invoice {id_}"


def _typed_invoices(scene: Scene, ours: Effect, move: Move) -> Iterator[str]:
    """The same for invoices that a person typed in in HubSpot at one go, and left as they were."""
    shown = move.started - timedelta(seconds=scene.stage.plan.index_lag + _SEARCHED)
    wanted = move.entry.operation.record
    stood: dict[str, Effect] = {}
    for effect in scene.theirs(Side.CRM):
        linked = effect.sent.get("linked", {})
        if effect.entity == "invoices" and effect.act == "create" and effect.sent.get("hs_invoice_status") == "open":
            if effect.at < shown:
                stood[effect.id] = effect
        elif effect.entity == "invoices":
            stood.pop(effect.id, None)
        elif effect.entity in PARTS:
            touched = {effect.id, *linked.values()}
            for id_ in [one for one, typed in stood.items() if touched & {one, *typed.sent["linked"].values()}]:
                del stood[id_]
    for id_, effect in stood.items():
        pair = scene.pair_of(Kind.INVOICE, Side.CRM, id_)
        if not isinstance(wanted, Invoice) or wanted.date is None or (pair is not None and pair.pair.bond is not None):
            continue
        payer = _TO_COMPANY if wanted.customer.startswith("company:") else _TO_CONTACT
        same = effect.sent["linked"].get(payer) == parted(wanted.customer)[0].partition(":")[2]
        same = same and effect.sent["hs_currency"] == wanted.currency
        apart = abs((day(effect.sent["hs_invoice_date"]) - wanted.date).days)
        if same and apart <= _TEN_DAYS and Decimal(effect.after["hs_amount_billed"]) == wanted.total:
            yield f"invoice {id_}"


def _noted_payments(scene: Scene, ours: Effect, move: Move) -> Iterator[str]:
    """The same for payments, which a search shows only after its lag."""
    shown = move.started - timedelta(seconds=scene.stage.plan.index_lag + _SEARCHED)
    stood: dict[str, Effect] = {}
    for effect in scene.theirs(Side.CRM):
        if effect.entity == "commerce_payments" and effect.act != "create":
            stood.pop(effect.id, None)
        elif effect.entity == "commerce_payments" and effect.at < shown:
            stood[effect.id] = effect
    for id_, effect in stood.items():
        pair = scene.pair_of(Kind.SETTLEMENT, Side.CRM, id_)
        same_invoice = effect.sent["linked"][_TO_INVOICE] == ours.sent["linked"][_TO_INVOICE]
        same_amount = Decimal(effect.sent["hs_initial_amount"]) == Decimal(ours.sent["hs_initial_amount"])
        if same_invoice and same_amount and (pair is None or pair.pair.bond is None):
            yield f"payment {id_}"


def creations(scene: Scene) -> list[Effect]:
    return [effect for side in Side for effect in scene.ours(side) if effect.act == "create"]


def mark(effect: Effect) -> str:
    """The id of the operation of ours that a creation carries."""
    if effect.side is Side.CRM:
        return str(effect.sent.get("tieout_key", "")) if effect.act == "create" else ""
    return str(effect.sent.get("PrivateNote", "")).removeprefix("Tieout ")


def day(text: str) -> date:
    return date.fromisoformat(text[:10])

"""What must hold: some of it always, all of it at rest. Each function returns a sentence for whatever breaks it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.simulation.edits import edits_lost
from tests.simulation.scene import Json, Move, Scene
from tests.simulation.watch import Effect

from tieout.core.causes import CAUSES, REASONS
from tieout.core.records import Kind, Side, State
from tieout.kinds.invoice import Invoice
from tieout.store import journal
from tieout.store.pairs import Stored

Check = Callable[[Scene], Iterable[str]]

_NEEDS_NOBODY = {State.IN_SYNC, State.WARNING}
_KINDS = {"Invoice": Kind.INVOICE, "Customer": Kind.CUSTOMER, "Item": Kind.ITEM}
_CODING = ("ItemRef", "ServiceDate", "ClassRef", "TaxCodeRef")
_KEPT = ("PrivateNote", "SalesTermRef", "ClassRef", "DepartmentRef", "BillAddr", "ShipAddr", "BillEmail", "EmailStatus")
_FLOWS = {"PrimaryPhone", "WebAddr"}
_DERIVED = {"SyncToken", "MetaData", "Balance", "BalanceWithJobs"}
_WAKING = {"Active", "DisplayName", "FullyQualifiedName", "PrintOnCheckName"}
_TEN_DAYS = 10
_SEARCHED = 5
_TO_INVOICE = "542"


def always(scene: Scene) -> list[str]:
    """What may not be broken for a moment."""
    return _all(scene, (created_once, asked_before_creating, only_what_is_ours, locked_days_kept, coding_kept))


def at_rest(scene: Scene) -> list[str]:
    """What holds once everything has settled."""
    return _all(
        scene,
        (
            settled,
            nobody_forgotten,
            held_for_a_reason,
            mirror_is_true,
            edits_lost,
            to_the_cent,
            accounted_for,
            within_quota,
        ),
    )


def _all(scene: Scene, checks: Iterable[Check]) -> list[str]:
    return [f"{check.__name__}: {broken}" for check in checks for broken in check(scene)]


def created_once(scene: Scene) -> Iterator[str]:
    """1. No operation makes two documents, and no record has two counterparts of ours."""
    made: Counter[tuple[str, str]] = Counter()
    for effect in _creations(scene):
        if mark := _mark(effect):
            made[effect.entity, mark] += 1
    for (entity, mark), times in made.items():
        if times > 1:
            yield f"Operation {mark} made {times} of {entity}."
    counterparts: dict[tuple[Kind, str], list[str]] = defaultdict(list)
    gone = {(e.entity, e.id) for e in scene.effects if e.act in ("delete", "void")}
    by_mark = {move.id: move for move in scene.moves}
    for effect in _creations(scene):
        move = by_mark.get(_mark(effect))
        if move is not None and move.entry.origin is not None and (effect.entity, effect.id) not in gone:
            counterparts[move.entry.operation.kind, move.entry.origin.id].append(effect.id)
    for (kind, origin), ids in counterparts.items():
        if len(ids) > 1:
            yield f"The {kind} {origin} has the counterparts {', '.join(ids)}, all made by us."


def asked_before_creating(scene: Scene) -> Iterator[str]:
    """1. What a person typed in by hand is never booked again without asking: invoices and payments."""
    by_mark = {move.id: move for move in scene.moves}
    for effect in _creations(scene):
        move = by_mark.get(_mark(effect))
        if move is None or effect.entity not in ("Invoice", "commerce_payments"):
            continue
        told = [n.details["fix"] for n in scene.notes if n.what == "fix" and n.pair == move.entry.pair]
        if "create_anyway" in told:
            continue
        for twin in _twins(scene, effect, move):
            yield f"{effect.entity} {effect.id} was made by us although {twin}, typed in by hand, was there before."


def _twins(scene: Scene, ours: Effect, move: Move) -> Iterator[str]:
    """Unlinked documents by people, alike to ours, that stood when the pass began that made ours."""
    if ours.side is Side.CRM:
        yield from _noted_payments(scene, ours, move)
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
            apart = abs((_day(document["TxnDate"]) - _day(ours.after["TxnDate"])).days)
            if Decimal(document["TotalAmt"]) == Decimal(ours.after["TotalAmt"]) and apart <= _TEN_DAYS:
                yield f"invoice {id_}"


def _noted_payments(scene: Scene, ours: Effect, move: Move) -> Iterator[str]:
    """The same for payments, which a search shows only after its lag."""
    shown = move.started - timedelta(seconds=scene.stage.plan.index_lag + _SEARCHED)
    stood: dict[str, Effect] = {}
    for effect in scene.theirs(Side.CRM):
        if effect.entity == "commerce_payments" and effect.at < shown:
            if effect.act == "create":
                stood[effect.id] = effect
            else:
                stood.pop(effect.id, None)
    for id_, effect in stood.items():
        pair = scene.pair_of(Kind.SETTLEMENT, Side.CRM, id_)
        same_invoice = effect.sent["linked"][_TO_INVOICE] == ours.sent["linked"][_TO_INVOICE]
        same_amount = Decimal(effect.sent["hs_initial_amount"]) == Decimal(ours.sent["hs_initial_amount"])
        if same_invoice and same_amount and (pair is None or pair.pair.bond is None):
            yield f"payment {id_}"


def only_what_is_ours(scene: Scene) -> Iterator[str]:
    """6. A charge is its issuer's; nothing is deleted that we did not make; lists are never rewritten."""
    made = {(effect.entity, effect.id) for effect in _creations(scene)}
    linked = {(s.pair.kind, s.books_id) for s in scene.pairs if s.pair.bond is not None}
    asked = {note.pair for note in scene.notes if note.what == "fix"}
    for effect in scene.ours(Side.BOOKS):
        place = f"{effect.entity} {effect.id}"
        if effect.entity not in _KINDS:
            yield f"We wrote to {place}, which is the bookkeeper's alone."
        elif effect.act == "delete":
            yield f"We deleted {place}."
        elif effect.act == "update" and (effect.entity, effect.id) not in made:
            kind = _KINDS[effect.entity]
            if (kind, effect.id) not in linked:
                yield f"We changed {place}, which is neither ours nor linked."
        if effect.act == "update" and effect.entity == "Customer":
            pair = scene.pair_of(Kind.CUSTOMER, Side.BOOKS, effect.id)
            changed = _changed(effect) - _FLOWS - _DERIVED - (_WAKING if "reactivate" in _fixes(scene) else set())
            if effect.before and changed and (pair is None or pair.id not in asked):
                yield f"We changed {', '.join(sorted(changed))} of {place} unasked."
        if effect.act == "void" and not _voided_by_seller(scene, effect):
            yield f"We voided {place}, and nobody had voided it in HubSpot."
    for effect in scene.ours(Side.CRM):
        place = f"{effect.entity} {effect.id}"
        names = {name for name in effect.sent if not name.startswith("tieout_")} - {"linked"}
        allowed = {
            "invoices": {"hs_due_date", "hs_comments"},
            "companies": {"phone", "website"},
            "contacts": {"phone", "website"},
        }.get(effect.entity, set())
        if effect.entity == "commerce_payments":
            if (effect.entity, effect.id) not in made:
                yield f"We touched payment {effect.id}, which somebody else recorded."
        elif effect.act in ("create", "delete"):
            yield f"We did {effect.act} {place}, which is the seller's."
        elif effect.entity == "invoices" and effect.sent.get("hs_invoice_status") == "voided":
            if not _voided_by_bookkeeper(scene, effect):
                yield f"We voided {place} in HubSpot, and nobody had voided it in QuickBooks."
        elif names - allowed and _pair_at(scene, effect) not in asked:
            yield f"We changed {', '.join(sorted(names - allowed))} of {place} in HubSpot."


def locked_days_kept(scene: Scene) -> Iterator[str]:
    """6. Nothing is written on or before the lock date (QuickBooks itself refuses what is before its closing date)."""
    locked = scene.stage.plan.lock_date
    for effect in scene.ours(Side.BOOKS):
        dated = effect.entity == "Invoice" and effect.act in ("create", "void")
        if locked is not None and dated and _day(effect.after["TxnDate"]) <= locked:
            yield f"We did {effect.act} invoice {effect.id} of {effect.after['TxnDate']}, on or before {locked}."


def coding_kept(scene: Scene) -> Iterator[str]:
    """6. After creation a line's coding, and all of the document that is not charge or header, stays as it is."""
    made = {(effect.entity, effect.id) for effect in _creations(scene)}
    for effect in scene.ours(Side.BOOKS):
        if effect.entity != "Invoice" or effect.act != "update" or not effect.before:
            continue
        before = {line["Id"]: line for line in effect.before["Line"] if "Id" in line}
        for line in effect.after["Line"]:
            was = before.get(line.get("Id"))
            if was is None:
                continue
            mine, theirs = line.get("SalesItemLineDetail", {}), was.get("SalesItemLineDetail", {})
            moved = [name for name in _CODING if _named(mine.get(name)) != _named(theirs.get(name))]
            moved += ["Description"] if line.get("Description") != was.get("Description") else []
            if moved:
                yield f"Our update of invoice {effect.id} changed {', '.join(moved)} of line {line['Id']}."
        taken = len(before.keys() - {line.get("Id") for line in effect.after["Line"]})
        if (effect.entity, effect.id) in made and taken > (left := _lines_left(scene, effect)):
            yield f"Our update of invoice {effect.id} took {taken} lines away, and {left} had gone in HubSpot."
        moved = [name for name in _KEPT if _named(effect.before.get(name)) != _named(effect.after.get(name))]
        if moved:
            yield f"Our update of invoice {effect.id} changed {', '.join(moved)}."


def _lines_left(scene: Scene, ours: Effect) -> int:
    """How many lines had gone from the HubSpot invoice since we last wrote to its counterpart."""
    carried: list[Invoice] = []
    for move in scene.moves:
        origin = None if move.entry.origin is None else move.entry.origin.record
        about = move.entry.operation.target or move.result.id
        if move.entry.side is Side.BOOKS and about == ours.id and isinstance(origin, Invoice):
            carried.append(origin)
            if move.entry.unit == ours.key:
                break
    now = {line.id for line in carried[-1].lines}
    return max((len({line.id for line in was.lines} - now) for was in carried), default=0)


def settled(scene: Scene) -> Iterator[str]:
    """2. Every pair has a state with a reason, and what waits, waits for something that needs somebody."""
    for stored in scene.pairs:
        name = f"{stored.pair.kind} {stored.crm_id}/{stored.books_id}"
        if stored.state in (State.PENDING, State.RETRYING):
            yield f"{name} is still {stored.state}."
        elif stored.state not in (*_NEEDS_NOBODY, State.ACCEPTED) and not stored.cause and not stored.story.problems:
            yield f"{name} is {stored.state} without a reason."
        elif stored.state in (State.FAILING, State.HELD, State.BROKEN) and stored.cause not in CAUSES:
            yield f"{name} is {stored.state} for {stored.cause}, which the catalogue does not know."
        elif stored.state is State.EXCLUDED and stored.cause not in REASONS:
            yield f"{name} is excluded for {stored.cause}, which the catalogue does not know."
        elif stored.cause == "bad_payload":
            yield f"{name} fails for a mistake of ours: {stored.story.text}"
        elif stored.state is State.WAITING:
            yield from _in_vain(scene, stored, name)
    for move in scene.moves:
        if move.state in (journal.PLANNED, journal.SENT, journal.UNKNOWN):
            yield f"Operation {move.id} is still {move.state}."


def _in_vain(scene: Scene, stored: Stored, name: str) -> Iterator[str]:
    kind, id_ = stored.story.waits_for or ("", "")
    other = scene.pair_of(Kind(kind), Side.CRM, id_) if kind else None
    if other is None:
        yield f"{name} waits for {kind} {id_}, which is not there."
    elif other.state not in (State.FAILING, State.HELD, State.BROKEN, State.WAITING):
        yield f"{name} waits for {kind} {id_}, which is {other.state} ({other.cause})."


def nobody_forgotten(scene: Scene) -> Iterator[str]:
    """2. Every record on either side has a state."""
    there = {(s.pair.kind, Side.CRM, s.crm_id) for s in scene.pairs} | {
        (s.pair.kind, Side.BOOKS, s.books_id) for s in scene.pairs
    }
    listed = [(kind, Side.BOOKS, id_) for entity, kind in _KINDS.items() for id_ in scene.books[entity]]
    for type_, kind, prefix in (
        ("companies", Kind.CUSTOMER, "company:"),
        ("contacts", Kind.CUSTOMER, "contact:"),
        ("products", Kind.ITEM, ""),
        ("invoices", Kind.INVOICE, ""),
        ("commerce_payments", Kind.SETTLEMENT, ""),
    ):
        if prefix != "company:" or scene.stage.plan.model == "company":
            listed += [(kind, Side.CRM, prefix + id_) for id_ in scene.crm[type_]]
    for kind, side, id_ in listed:
        if (kind, side, id_) not in there:
            yield f"The {kind} {id_} in {side} has no state."


def held_for_a_reason(scene: Scene) -> Iterator[str]:
    """2. What is held was touched by a person on the side that it is held for."""
    for stored in scene.pairs:
        place = {
            "charge_edited_in_books": (Side.BOOKS, "Invoice", stored.books_id),
            "payment_edited_in_hubspot": (Side.CRM, "commerce_payments", stored.crm_id),
        }.get(stored.cause)
        if stored.state is not State.HELD or place is None:
            continue
        touched = any(e.entity == place[1] and e.id == place[2] and e.act == "update" for e in scene.theirs(place[0]))
        if not touched:
            yield f"{stored.pair.kind} {stored.crm_id}/{stored.books_id} is held for {stored.cause}; nobody touched it."


def mirror_is_true(scene: Scene) -> Iterator[str]:
    """4. What is remembered of either side is what stands there, or edits go unheard."""
    yield from scene.untrue


def to_the_cent(scene: Scene) -> Iterator[str]:
    """5. What is in sync agrees to the cent; what is left as it is says what it is about."""
    for stored in scene.pairs:
        if stored.pair.kind is Kind.INVOICE and stored.state is State.ACCEPTED and stored.story.differences == ():
            yield f"Invoice {stored.crm_id} is left as it is without a word on how the sides differ."
        if stored.state not in _NEEDS_NOBODY:
            continue
        if stored.pair.kind is Kind.INVOICE:
            yield from _invoice_agrees(scene, stored)
        elif stored.pair.kind is Kind.SETTLEMENT:
            yield from _settlement_agrees(scene, stored)


def _invoice_agrees(scene: Scene, stored: Stored) -> Iterator[str]:
    crm, books = scene.crm["invoices"].get(stored.crm_id), scene.books["Invoice"].get(stored.books_id)
    name = f"Invoice {stored.crm_id}/{stored.books_id} is in sync"
    if crm is None or books is None:
        yield f"{name}, but one of the two is gone."
        return
    void = crm["hs_invoice_status"] == "voided"
    if void != (books.get("PrivateNote", "").startswith("Voided") and not Decimal(books["TotalAmt"])):
        yield f"{name}, but only one of the two is void."
    elif not void and Decimal(crm["hs_amount_billed"]) != Decimal(books["TotalAmt"]):
        yield f"{name} with {crm['hs_amount_billed']} in HubSpot and {books['TotalAmt']} in QuickBooks."


def _settlement_agrees(scene: Scene, stored: Stored) -> Iterator[str]:
    transaction, _, invoice = stored.books_id.partition(":")
    name = f"Settlement {stored.crm_id}/{stored.books_id} is in sync"
    crm, books = scene.crm["commerce_payments"].get(stored.crm_id), scene.books["Payment"].get(transaction)
    if crm is None or books is None:
        yield f"{name}, but one of the two is gone."
        return
    applied = sum(
        Decimal(line["Amount"])
        for line in books["Line"]
        for link in line["LinkedTxn"]
        if (link["TxnType"], link["TxnId"]) == ("Invoice", invoice.partition(":")[0])
    )
    if Decimal(crm["hs_initial_amount"]) != applied:
        yield f"{name} with {crm['hs_initial_amount']} in HubSpot and {applied} in QuickBooks."


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
        key = _mark(effect) or effect.key
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
    by_hand = {(_KINDS.get(e.entity), e.id) for e in scene.theirs(Side.BOOKS) if e.act == "create"}
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
        effect.act == "delete"
        or (effect.entity == "Invoice" and _mark(ours) not in effect.after.get("PrivateNote", ""))
        for effect in scene.theirs(Side.BOOKS)
        if (effect.entity, effect.id) == (ours.entity, ours.id)
    )


def within_quota(scene: Scene) -> Iterator[str]:
    """8. Nobody was told to slow down while only Tieout was at work."""
    for path in scene.throttled:
        yield f"Quota exceeded at {path}."


def _creations(scene: Scene) -> list[Effect]:
    return [effect for side in Side for effect in scene.ours(side) if effect.act == "create"]


def _mark(effect: Effect) -> str:
    """The id of the operation of ours that a creation carries."""
    if effect.side is Side.CRM:
        return str(effect.sent.get("tieout_key", "")) if effect.act == "create" else ""
    return str(effect.sent.get("PrivateNote", "")).removeprefix("Tieout ")


def _changed(effect: Effect) -> set[str]:
    names = effect.before.keys() | effect.after.keys()
    return {name for name in names if effect.before.get(name) != effect.after.get(name)}


def _fixes(scene: Scene) -> set[str]:
    """The fixes that a person took so far."""
    return {note.details["fix"] for note in scene.notes if note.what == "fix"}


def _sent_again(scene: Scene, move: Move) -> bool:
    return scene.units.get(move.entry.unit, (0, ""))[0] > 1


def _named(value: object) -> object:
    """A reference by its id alone: the name beside it follows what it refers to."""
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _pair_at(scene: Scene, effect: Effect) -> int | None:
    """The pair that an effect on HubSpot's side belongs to; a contact may be a part of a company's."""
    if effect.entity == "contacts":
        part = f"contact:{effect.id}"
        owners = (s.id for s in scene.pairs if s.pair.bond is not None and part in getattr(s.pair.crm, "parts", ()))
        return next(owners, None)
    kind, prefix = {
        "invoices": (Kind.INVOICE, ""),
        "companies": (Kind.CUSTOMER, "company:"),
    }.get(effect.entity, (Kind.ITEM, ""))
    found = scene.pair_of(kind, Side.CRM, prefix + effect.id)
    return None if found is None else found.id


def _voided_by_seller(scene: Scene, ours: Effect) -> bool:
    origins = {m.entry.origin.id for m in scene.moves if m.entry.unit == ours.key and m.entry.origin is not None}
    return any(
        effect.entity == "invoices" and effect.id in origins and effect.sent.get("hs_invoice_status") == "voided"
        for effect in scene.effects
        if effect.side is Side.CRM and effect.at <= ours.at
    )


def _voided_by_bookkeeper(scene: Scene, ours: Effect) -> bool:
    origins = {m.entry.origin.id for m in scene.moves if m.id == ours.key and m.entry.origin is not None}
    return any(
        effect.act == "void" and effect.entity == "Invoice" and effect.id in origins
        for effect in scene.effects
        if effect.at <= ours.at
    )


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def tally(scene: Scene) -> dict[str, int]:
    """How many pairs stand in each state, for the curious."""
    return dict(Counter(f"{s.pair.kind} {s.state} {s.cause}".strip() for s in scene.pairs))

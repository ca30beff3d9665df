"""6. Whose it is: charges belong to their issuer, coding and lists to the bookkeeper, closed days to nobody."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from tests.simulation.once import RETURN, creations, day, mark
from tests.simulation.overseer import locked
from tests.simulation.scene import PARTS, Note, Scene
from tests.simulation.watch import Effect

from tieout.core.records import Kind, Side
from tieout.kinds.invoice import Invoice

KINDS = {"Invoice": Kind.INVOICE, "Customer": Kind.CUSTOMER, "Item": Kind.ITEM}
_CODING = ("ItemRef", "ServiceDate", "ClassRef", "TaxCodeRef")
_KEPT = ("PrivateNote", "SalesTermRef", "ClassRef", "DepartmentRef", "BillAddr", "ShipAddr", "BillEmail", "EmailStatus")
_FLOWS = {"PrimaryPhone", "WebAddr"}
_DERIVED = {"SyncToken", "MetaData", "Balance", "BalanceWithJobs"}
_FIGURES = ("CustomerRef", "CurrencyRef", "TxnDate", "DocNumber", "TotalAmt", "TxnTaxDetail")
_OF_COPY = {"hs_number", "hs_invoice_status", "hs_invoice_date", "hs_amount_billed"}
_WAKING = {"Active", "DisplayName", "FullyQualifiedName", "PrintOnCheckName"}


def only_what_is_ours(scene: Scene) -> Iterator[str]:
    """6. A charge is its issuer's; nothing is deleted that we did not make; lists are never rewritten."""
    made = {(effect.entity, effect.id) for effect in creations(scene)}
    linked = {(Kind(n.details["kind"]), n.details["books"]) for n in scene.notes if n.what in ("linked", "followed")}
    copied = {
        (move.entry.operation.kind, move.entry.origin.id)
        for move in scene.moves
        if move.entry.side is Side.CRM and move.entry.operation.verb == "create" and move.entry.origin is not None
    }
    asked = {note.pair for note in scene.notes if note.what == "fix"}
    planned = {move.entry.unit: move.planned for move in scene.moves}
    for effect in scene.ours(Side.BOOKS):
        place = f"{effect.entity} {effect.id}"
        if effect.entity == "Payment" and effect.act == "create" and scene.stage.plan.book_hubspot_payments:
            continue
        if effect.entity == "Payment" and (effect.entity, effect.id) in made and _taken_back(scene, effect):
            continue
        if effect.entity == RETURN and _approved(scene, effect):
            continue
        if effect.entity not in KINDS:
            yield f"We wrote to {place}, which is the bookkeeper's alone."
        elif effect.act == "delete":
            yield f"We deleted {place}."
        elif effect.act == "update" and (effect.entity, effect.id) not in made:
            kind = KINDS[effect.entity]
            if (kind, effect.id) not in linked | copied:
                yield f"We changed {place}, which is neither ours nor was ever linked."
            foreign = _figures(effect)
            if kind is Kind.INVOICE and effect.before and foreign and (kind, effect.id) not in linked:
                yield f"We changed {', '.join(sorted(foreign))} of {place}, whose charge is QuickBooks' own."
        charged = effect.entity == "Invoice" and (effect.act == "void" or (effect.before and _figures(effect)))
        if charged and _is_theirs(scene, effect, planned.get(effect.key, effect.at)):
            yield f"We did {effect.act} {place}, which was typed in on both sides and is QuickBooks' to charge."
        if effect.act == "update" and effect.entity == "Customer":
            pair = scene.pair_of(Kind.CUSTOMER, Side.BOOKS, effect.id)
            changed = _changed(effect) - _FLOWS - _DERIVED - (_WAKING if "reactivate" in _fixes(scene) else set())
            waken = _WAKING if _taken_back(scene, effect) else set()
            if effect.before and changed - waken and (pair is None or pair.id not in asked):
                yield f"We changed {', '.join(sorted(changed))} of {place} unasked."
        if effect.act == "void" and not (_voided_by_seller(scene, effect) or _taken_back(scene, effect)):
            yield f"We voided {place}, and nobody had voided it in HubSpot."
    yield from _in_hubspot(scene, made, asked)


def _figures(effect: Effect) -> set[str]:
    return {n for n in _FIGURES if _named(effect.before.get(n)) != _named(effect.after.get(n))}


def _is_theirs(scene: Scene, ours: Effect, at: datetime) -> bool:
    """Whether an invoice that was typed in on both sides counted as made in QuickBooks when we planned our write."""
    stored = scene.pair_of(Kind.INVOICE, Side.BOOKS, ours.id)
    said = [note for note in scene.notes if stored is not None and note.pair == stored.id and note.at <= at]
    issuers = [_issuer(note) for note in said if _issuer(note)]
    return bool(issuers) and issuers[-1] == Side.BOOKS


def _issuer(note: Note) -> str:
    """The side where an invoice was made, as an entry of the history says; empty where it says nothing of that."""
    if note.what == "fix":
        return Side.CRM.value if note.details["fix"] == "issued_in_hubspot" else ""
    return str(note.details.get("issuer", ""))


def _in_hubspot(scene: Scene, made: set[tuple[str, str]], asked: set[int | None]) -> Iterator[str]:
    """In HubSpot: payments, and where it shows QuickBooks' invoices, those copies with their parts and customers."""
    copies = {id_ for entity, id_ in made if entity == "invoices"}
    for effect in scene.ours(Side.CRM):
        place = f"{effect.entity} {effect.id}"
        names = {name for name in effect.sent if not name.startswith("tieout_")} - {"linked"}
        allowed = {
            "invoices": {"hs_due_date", "hs_comments"} | (_OF_COPY if effect.id in copies else set()),
            "companies": {"phone", "website"},
            "contacts": {"phone", "website"},
        }.get(effect.entity, set())
        if effect.entity == "commerce_payments":
            if (effect.entity, effect.id) not in made:
                yield f"We touched payment {effect.id}, which somebody else recorded."
        elif effect.entity in PARTS and scene.parts_of.get((effect.entity, effect.id)) in copies:
            if effect.act != "create" and (effect.entity, effect.id) not in made and not _restored(scene, effect):
                yield f"We did {effect.act} {place} of a copy, which somebody else had made, unasked."
        elif (effect.act == "create" and _is_shown(scene, effect)) or (
            effect.act == "delete" and (effect.entity, effect.id) in made and _taken_back(scene, effect)
        ):
            continue
        elif effect.act in ("create", "delete"):
            yield f"We did {effect.act} {place}, which is the seller's."
        elif effect.entity == "invoices" and effect.sent.get("hs_invoice_status") == "voided":
            if not _voided_by_bookkeeper(scene, effect):
                yield f"We voided {place} in HubSpot, and nobody had voided it in QuickBooks."
        elif names - allowed and _pair_at(scene, effect) not in asked:
            yield f"We changed {', '.join(sorted(names - allowed))} of {place} in HubSpot."


def locked_days_kept(scene: Scene) -> Iterator[str]:
    """6. Nothing is written on or before the lock date (QuickBooks itself refuses what is before its closing date)."""
    planned = {move.entry.unit: move.planned for move in scene.moves}
    for effect in scene.ours(Side.BOOKS):
        dated = effect.entity in ("Invoice", "Payment") and effect.act in ("create", "void")
        last = locked(scene.stage.locks, planned.get(effect.key, effect.at))
        if last is not None and dated and day(effect.after["TxnDate"]) <= last:
            yield f"We did {effect.act} {effect.entity} {effect.id} of {effect.after['TxnDate']}, on or before {last}."


def coding_kept(scene: Scene) -> Iterator[str]:
    """6. After creation a line's coding, and all of the document that is not charge or header, stays as it is."""
    made = {(effect.entity, effect.id) for effect in creations(scene)}
    written: dict[str, set[str]] = {}
    for effect in scene.ours(Side.BOOKS):
        if effect.entity != "Invoice":
            continue
        ours = written.get(effect.id, set())
        written[effect.id] = {line["Id"] for line in effect.after.get("Line", ()) if "Id" in line}
        if effect.act != "update" or not effect.before:
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
        taken = len((before.keys() & ours) - written[effect.id])  # what others added goes when they are told to
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


def _approved(scene: Scene, ours: Effect) -> bool:
    """Whether the entry of what went back of a payment was asked for by a person, beforehand."""
    move = next((move for move in scene.moves if move.id == mark(ours)), None)
    return move is not None and any(
        note.what == "fix" and note.details["fix"] == "enter_return" and note.at <= move.planned
        for note in scene.notes
        if note.pair == move.entry.pair
    )


def _is_shown(scene: Scene, ours: Effect) -> bool:
    """Whether a creation makes what HubSpot shall show of QuickBooks, with our marker, and not to be billed."""
    shown = scene.stage.plan.show_quickbooks_invoices and bool(mark(ours))
    billed = ours.entity == "invoices" and ours.sent.get("hs_invoice_billable") != "false"
    return shown and ours.entity in ("companies", "contacts", "invoices") and not billed


def _restored(scene: Scene, ours: Effect) -> bool:
    """Whether a person had asked before to put QuickBooks' figures back into this copy."""
    pair = scene.pair_of(Kind.INVOICE, Side.CRM, scene.parts_of[ours.entity, ours.id])
    told = [note for note in scene.notes if note.what == "fix" and pair is not None and note.pair == pair.id]
    return any(note.details["fix"] == "restore_copy" and note.at <= ours.at for note in told)


def _changed(effect: Effect) -> set[str]:
    names = effect.before.keys() | effect.after.keys()
    return {name for name in names if effect.before.get(name) != effect.after.get(name)}


def _fixes(scene: Scene) -> set[str]:
    """The fixes that a person took so far."""
    return {note.details["fix"] for note in scene.notes if note.what == "fix"}


def _named(value: object) -> object:
    """A reference by its id alone, since the name beside it follows what it refers to; a tax by its amount."""
    if isinstance(value, dict) and "TotalTax" in value:
        return Decimal(value["TotalTax"])
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _pair_at(scene: Scene, effect: Effect) -> int | None:
    """The pair that we wrote an effect on HubSpot's side for."""
    about = (mark(effect) or effect.key).partition(":")[0]
    return next((move.entry.pair for move in scene.moves if move.id == about), None)


def _voided_by_seller(scene: Scene, ours: Effect) -> bool:
    origins = {m.entry.origin.id for m in scene.moves if m.entry.unit == ours.key and m.entry.origin is not None}
    return any(
        effect.entity == "invoices" and effect.id in origins and effect.sent.get("hs_invoice_status") == "voided"
        for effect in scene.effects
        if effect.side is Side.CRM and effect.at <= ours.at
    )


def _taken_back(scene: Scene, ours: Effect) -> bool:
    """Whether a person had asked to take back what this effect takes back. HubSpot's archiving carries no key."""
    wishes = {one for note in scene.notes if note.what == "undo" for one in note.details["operations"]}
    return any(
        move.entry.operation.undoes in wishes
        for move in scene.moves
        if ours.key in (move.entry.unit, move.id)
        or (move.entry.operation.withdraw and move.entry.operation.target.rpartition(":")[2] == ours.id)
    )


def _voided_by_bookkeeper(scene: Scene, ours: Effect) -> bool:
    origins = {m.entry.origin.id for m in scene.moves if m.id == ours.key and m.entry.origin is not None}
    return any(
        effect.act == "void" and effect.entity == "Invoice" and effect.id in origins
        for effect in scene.effects
        if effect.at <= ours.at
    )

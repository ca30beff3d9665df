"""Copies of invoices made in QuickBooks: one of each, whole, and no edit of a person's overwritten in them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from tests.simulation.once import creations, mark, taken_unseen
from tests.simulation.scene import Json, Scene
from tests.simulation.watch import US, Effect

from tieout.core.records import Kind, Side, State
from tieout.kinds.currency import parted
from tieout.store.pairs import Stored

_AGREE = (State.IN_SYNC, State.WARNING)
_CHARGED = ("hs_number", "hs_invoice_date", "hs_amount_billed")
_SOLD = ("quantity", "price", "hs_value")


def copied_once(scene: Scene) -> Iterator[str]:
    """1. An invoice of QuickBooks' has one copy, ever; one that somebody takes away is not made again by itself."""
    copies: dict[str, set[str]] = defaultdict(set)
    moves = {move.id: move for move in scene.moves}
    for effect in creations(scene):
        move = moves.get(mark(effect)) if effect.entity == "invoices" else None
        if move is not None and move.entry.origin is not None and not taken_unseen(scene, effect):
            copies[move.entry.origin.id].add(effect.id)
    for books, ids in copies.items():
        if len(ids) > 1 and not _told(scene, "create_anyway"):
            yield f"Invoice {books} of QuickBooks' has been copied to {', '.join(sorted(ids))}."


def all_shown(scene: Scene) -> Iterator[str]:
    """2. Where HubSpot shows QuickBooks' invoices, none stays out because it was made there."""
    if not scene.stage.plan.show_quickbooks_invoices:
        return
    for stored in scene.pairs:
        document = scene.books["Invoice"].get(stored.books_id, {})
        ours = str(document.get("PrivateNote", "")).startswith("Tieout ")
        if document and stored.cause == "made_in_quickbooks" and not ours:
            yield f"Invoice {stored.books_id}, made in QuickBooks, stays out of HubSpot for that."


def copies_agree(scene: Scene) -> Iterator[str]:
    """5. A copy in sync has the number and day of its invoice, and its parts add up to the total."""
    lines = scene.crm["line_items"]
    for stored in _copies(scene):
        crm, books = scene.crm["invoices"].get(stored.crm_id, {}), scene.books["Invoice"].get(stored.books_id, {})
        if stored.state not in _AGREE or not crm or not books or crm["hs_invoice_status"] == "voided":
            continue
        name = f"The copy {stored.crm_id} of {stored.books_id} is in sync"
        told = (crm.get("hs_number") or "", str(crm["hs_invoice_date"])[:10])
        if told != (books.get("DocNumber", ""), books["TxnDate"]):
            yield f"{name} as {told}, which QuickBooks has as {books.get('DocNumber')}, {books['TxnDate']}."
        own = [lines[id_] for id_ in crm["linked"].get("line_items", ()) if id_ in lines]
        summed = sum((Decimal(one["amount"]) for one in own), Decimal(0))
        summed += Decimal(crm["hs_tax"]) - Decimal(crm["hs_total_discount"])
        if summed != Decimal(crm["hs_amount_billed"]):
            yield f"{name}, and its parts come to {summed} instead of {crm['hs_amount_billed']}."
        twice = [source for source, times in Counter(one.get("hs_external_id") for one in own).items() if times > 1]
        if twice:
            yield f"{name} with line {twice[0]} twice."
        if crm["hs_invoice_status"] == "draft":
            yield f"{name} while it is a draft."


def with_its_customer(scene: Scene) -> Iterator[str]:
    """5. A copy in sync is that customer's whose its invoice is in QuickBooks, and no former one's of our putting on."""
    if scene.stage.plan.merging:
        return  # a copy may stay with the one whose customer was merged into another's
    for stored in _copies(scene):
        crm, books = scene.crm["invoices"].get(stored.crm_id, {}), scene.books["Invoice"].get(stored.books_id, {})
        if stored.state not in _AGREE or not crm or not books or crm["hs_invoice_status"] == "voided":
            continue
        owner = scene.pair_of(Kind.CUSTOMER, Side.BOOKS, books["CustomerRef"]["value"])
        if owner is None or owner.pair.bond is None or owner.pair.gone or "exclude" in owner.pair.choices:
            continue
        named = {f"contact:{id_}" for id_ in crm["linked"].get("contacts", ())}
        named |= {f"company:{id_}" for id_ in crm["linked"].get("companies", ())}
        firms = {one for one in named - _put_on(scene, stored.crm_id) if one.startswith("company:")}
        name = f"The copy {stored.crm_id} of {stored.books_id} is in sync"
        customer, _ = parted(owner.crm_id)
        if customer not in named:
            yield f"{name} as that of {', '.join(sorted(named))}, while its customer is {customer}."
        elif firms - {customer}:
            yield f"{name} as that of {', '.join(sorted(firms))}, whom nobody but us put on it."


def _put_on(scene: Scene, invoice: str) -> set[str]:
    """The contacts and companies that people have put on an invoice, or taken off it."""
    linked = [e.sent.get("linked", {}) for e in scene.theirs(Side.CRM) if (e.entity, e.id) == ("invoices", invoice)]
    kinds = {"contacts": "contact", "companies": "company"}
    return {f"{kinds[type_]}:{id_}" for one in linked for type_, id_ in one.items() if type_ in kinds}


def with_its_person(scene: Scene) -> Iterator[str]:
    """2. A company that we made of a QuickBooks customer and that is in sync has the customer's person."""
    made = {f"company:{e.id}" for e in scene.ours(Side.CRM) if e.act == "create" and e.entity == "companies"}
    staffed = {f"company:{one.get('associatedcompanyid')}" for one in scene.crm["contacts"].values()}
    for stored in scene.pairs:
        named = scene.books["Customer"].get(stored.books_id, {}).get("PrimaryEmailAddr")
        if stored.crm_id in made - staffed and stored.state in _AGREE and named:
            yield f"Customer {stored.crm_id}/{stored.books_id} is in sync without its person."


def copies_overwritten(scene: Scene) -> Iterator[str]:
    """4. What the seller changed of a copy is only changed back because a person said so."""
    ours_after: dict[tuple[str, str], list[Effect]] = defaultdict(list)
    copies = {stored.crm_id: stored for stored in _copies(scene)}
    for effect in reversed(scene.effects):
        copy = effect.id if effect.entity == "invoices" else scene.parts_of.get((effect.entity, effect.id), "")
        stored = copies.get(copy)
        if effect.side is not Side.CRM or stored is None:
            continue
        place = effect.entity, effect.id
        if effect.who == US:
            ours_after[place].append(effect)
            continue
        names = {name for name in (*_CHARGED, *_SOLD) if name in effect.sent and _moves(effect, name)}
        later = [one for one in ours_after[place] if one.act == "delete" or names & one.sent.keys()]
        kept = [one for one in later if any(one.sent.get(n) != effect.sent[n] for n in names) or one.act == "delete"]
        names = {name for name in names if not _noted(scene, stored, effect, name)}
        if names and kept and not _told(scene, "restore_copy", stored, effect):
            yield f"{', '.join(sorted(names))} of {place} of copy {copy}, set at {effect.at:%H:%M:%S}, was overwritten."


def _copies(scene: Scene) -> list[Stored]:
    """The linked pairs of which HubSpot's side is our copy."""
    made = {effect.id for effect in scene.ours(Side.CRM) if effect.act == "create" and effect.entity == "invoices"}
    return [s for s in scene.pairs if s.pair.kind is Kind.INVOICE and s.crm_id in made and s.books_id]


def _moves(effect: Effect, name: str) -> bool:
    """Whether a write set a property to something else."""
    before: Json = effect.before
    return effect.act == "create" or before.get(name) != effect.sent[name]


def _noted(scene: Scene, stored: Stored, edit: Effect, name: str) -> bool:
    """Whether the history has what a person set of a copy or its lines, and that was overruled."""
    overruled = [n.details for n in scene.notes if n.what == "overruled" and n.pair == stored.id]
    field = "total" if name == "hs_amount_billed" else name
    return any((d["field"].rpartition(".")[2], d["after"]) == (field, edit.sent[name]) for d in overruled)


def _told(scene: Scene, fix: str, stored: Stored | None = None, since: Effect | None = None) -> bool:
    """Whether a person took a fix: at all, or of one pair since something happened."""
    return any(
        note.what == "fix" and note.details["fix"] == fix
        for note in scene.notes
        if (stored is None or note.pair == stored.id) and (since is None or note.at >= since.at)
    )

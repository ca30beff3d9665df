"""Payments recorded in HubSpot and booked in QuickBooks: only money, whole, once, never beside what somebody typed in."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from tests.simulation.once import RETURN, creations, day, mark
from tests.simulation.scene import Json, Move, Scene
from tests.simulation.watch import Effect

from tieout.core.records import Kind, Side, State

_MONEY = ("succeeded", "disputed_won", "disputed_action_required", "disputed_awaiting_decision")
_FIVE_DAYS = timedelta(days=5)
_SETTLED = (State.IN_SYNC, State.WARNING)


def only_money_booked(scene: Scene) -> Iterator[str]:
    """1. What we book is a payment of HubSpot's that had succeeded, of its amount."""
    for effect, move in _booked(scene):
        origin = move.entry.origin
        seen = [] if origin is None else _seen(scene, origin.id, move)
        name = f"Payment {effect.id} of {effect.after['TotalAmt']} was booked"
        if origin is None or not any(one.get("hs_latest_status") in _MONEY for one in seen):
            yield f"{name} for a payment of HubSpot's that had not succeeded."
        elif Decimal(effect.after["TotalAmt"]) not in [Decimal(one["hs_initial_amount"]) for one in seen]:
            yield f"{name} for payment {origin.id} of another amount."


def asked_before_booking(scene: Scene) -> Iterator[str]:
    """1. A payment that a person typed in is not booked again unasked: alike, or all that explains a lower balance."""
    for effect, move in _booked(scene):
        told = [n.details["fix"] for n in scene.notes if n.what == "fix" and n.pair == move.entry.pair]
        if "create_anyway" not in told:
            for twin in _typed(scene, effect, move):
                yield f"Payment {effect.id} was booked by us although {twin}, typed in by hand, was there before."


def booked_agrees(scene: Scene) -> Iterator[str]:
    """5. A booked payment in sync stands on both sides with the amount that was booked, on the invoice it was for."""
    first = {effect.id: effect for effect, _ in _booked(scene)}
    for stored in scene.pairs:
        transaction, _, invoice = stored.books_id.partition(":")
        made = first.get(transaction)
        said = "use_existing" in stored.pair.choices  # a part of it that a person paired with another payment
        if stored.pair.kind is not Kind.SETTLEMENT or stored.state not in _SETTLED or made is None or said:
            continue
        crm, books = scene.crm["commerce_payments"].get(stored.crm_id), scene.books["Payment"].get(transaction)
        name = f"Payment {stored.crm_id}, booked as {stored.books_id}, is in sync"
        if crm is None or books is None:
            yield f"{name}, but one of the two is gone."
        elif Decimal(crm["hs_initial_amount"]) != Decimal(made.after["TotalAmt"]):
            yield f"{name} with {crm['hs_initial_amount']} in HubSpot; {made.after['TotalAmt']} was booked."
        elif crm["hs_latest_status"] not in _MONEY:
            yield f"{name}, and HubSpot calls it {crm['hs_latest_status']}."
        elif applied(books, invoice) != applied(made.after, invoice):
            yield f"{name} with {applied(books, invoice)} applied; {applied(made.after, invoice)} was booked."


def no_money_left_out(scene: Scene) -> Iterator[str]:
    """2. Money on an invoice that is in QuickBooks too is booked there, or somebody is asked."""
    for stored in scene.pairs:
        crm = scene.crm["commerce_payments"].get(stored.crm_id, {})
        if stored.pair.kind is not Kind.SETTLEMENT or crm.get("hs_latest_status") not in _MONEY:
            continue
        invoice = scene.pair_of(Kind.INVOICE, Side.CRM, getattr(stored.pair.crm, "invoice", ""))
        there = invoice is not None and invoice.pair.bond is not None and not invoice.pair.gone
        unasked = stored.state is State.EXCLUDED and stored.cause in ("made_in_hubspot", "not_yet_money", "no_invoice")
        if scene.stage.plan.book_hubspot_payments and there and unasked and not crm.get("tieout_key"):
            yield f"Payment {stored.crm_id} succeeded in HubSpot, and stays out of QuickBooks as {stored.cause}."
        books = scene.books["Invoice"].get(invoice.books_id, {}) if invoice is not None else {}
        if stored.cause == "nothing_open" and there and Decimal(books.get("Balance", 0)) > 0:
            yield f"Payment {stored.crm_id} fails as nothing were open, and {books['Balance']} is."


def returns_entered(scene: Scene) -> Iterator[str]:
    """5. What went back of a booked payment that is in order stands in QuickBooks as well: all of it, and no more."""
    first = {effect.id: effect for effect, _ in _booked(scene)}
    entered: dict[int, Decimal] = defaultdict(Decimal)
    moves = {move.id: move for move in scene.moves}
    for effect in creations(scene):
        if effect.entity == RETURN and (move := moves.get(mark(effect))) is not None:
            owed, taken = effect.sent["Line"]
            if (_posted(owed), _posted(taken)) not in ((1, -1), (-1, 1)) or owed["Amount"] != taken["Amount"]:
                yield f"Entry {effect.id} of ours does not balance."
            entered[move.entry.pair] += _posted(owed) * Decimal(owed["Amount"])
            payment = first.get(move.entry.operation.target.partition(":")[0])
            payer = "" if payment is None else payment.after["CustomerRef"]["value"]
            if payer in scene.books["Customer"] and _owing(owed) != payer:
                yield f"Entry {effect.id} of ours charges another customer than had paid."
    for stored in scene.pairs:
        crm = scene.crm["commerce_payments"].get(stored.crm_id)
        in_order = stored.state in (*_SETTLED, State.ACCEPTED) and stored.books_id.partition(":")[0] in first
        if stored.pair.kind is Kind.SETTLEMENT and in_order and crm is not None and entered[stored.id] != _went(crm):
            yield f"Of payment {stored.crm_id} {_went(crm)} went back, and {entered[stored.id]} was entered."


def _went(crm: Json) -> Decimal:
    """What HubSpot says that went back of a payment."""
    whole = Decimal(crm["hs_initial_amount"])
    if crm["hs_latest_status"] in ("failed", "disputed_lost"):
        return whole
    return Decimal(crm.get("hs_refunds_amount") or 0) or (
        whole if crm["hs_latest_status"] == "refunded" else Decimal(0)
    )


def _posted(line: Json) -> int:
    return 1 if line["JournalEntryLineDetail"]["PostingType"] == "Debit" else -1


def _owing(line: Json) -> str:
    return str(line["JournalEntryLineDetail"]["Entity"]["EntityRef"]["value"])


def applied(payment: Json, invoice: str) -> Decimal:
    """What of a QuickBooks payment goes to this invoice."""
    return sum(
        (
            Decimal(line["Amount"])
            for line in payment["Line"]
            for link in line["LinkedTxn"]
            if (link["TxnType"], link["TxnId"]) == ("Invoice", invoice)
        ),
        Decimal(0),
    )


def _booked(scene: Scene) -> Iterator[tuple[Effect, Move]]:
    """Every payment that we made in QuickBooks, with the operation that made it."""
    moves = {move.id: move for move in scene.moves}
    for effect in creations(scene):
        if effect.entity == "Payment" and (move := moves.get(mark(effect))) is not None:
            yield effect, move


def _seen(scene: Scene, payment: str, move: Move) -> list[Json]:
    """How a payment of HubSpot's stood when the pass began that booked it, and since until that was planned."""
    about = [e for e in scene.effects if (e.entity, e.id) == ("commerce_payments", payment) and e.at <= move.planned]
    before = [effect for effect in about if effect.at < move.started]
    return [effect.after for effect in (*before[-1:], *about) if effect in before[-1:] or effect.at >= move.started]


def _typed(scene: Scene, ours: Effect, move: Move) -> Iterator[str]:
    """Payments by people that could be this very one, and stood untouched from when the pass began."""
    invoice = ours.sent["Line"][0]["LinkedTxn"][0]["TxnId"]
    stood: dict[str, Json] = {}
    for effect in scene.theirs(Side.BOOKS):
        if effect.entity != "Payment" or effect.at > ours.at:
            continue
        if effect.at >= move.started or effect.act in ("delete", "void"):
            stood.pop(effect.id, None)
        elif effect.act == "create" or effect.id in stood:
            stood[effect.id] = effect.after
    for id_, payment in stood.items():
        pair = scene.pair_of(Kind.SETTLEMENT, Side.BOOKS, f"{id_}:{invoice}")
        near = abs(day(payment["TxnDate"]) - day(ours.after["TxnDate"])) <= _FIVE_DAYS
        same = near and applied(payment, invoice) == Decimal(ours.after["TotalAmt"])
        short = applied(ours.after, invoice) < Decimal(ours.after["TotalAmt"]) and applied(payment, invoice) > 0
        if Decimal(payment["TotalAmt"]) > 0 and (same or short) and (pair is None or pair.pair.bond is None):
            yield f"payment {id_}"

"""Documents in a second currency: in it on both sides, at QuickBooks' rate of their day, on the one customer that has it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from tests.simulation.forms import currency_of
from tests.simulation.once import RETURN, creations, mark
from tests.simulation.scene import Move, Scene
from tests.simulation.watch import Effect

from tieout.core.records import Kind, Side
from tieout.kinds.currency import in_currency, parted
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement

_FORMS = ("Invoice", "Payment", RETURN)
_CHOSEN = {"link_customer", "use_existing_customer", "link_hubspot_customer", "choose_contact", "unlink"}
"""Fixes by which a person says whose a document is."""


def in_its_currency(scene: Scene) -> Iterator[str]:
    """5. What we make of a document is in the document's own currency."""
    moves = {move.id: move for move in scene.moves}
    for effect in creations(scene):
        move = moves.get(mark(effect))
        origin = move.entry.origin.record if move is not None and move.entry.origin is not None else None
        made = _currency(effect)
        if made and isinstance(origin, Invoice | Settlement) and origin.currency != made:
            yield f"{effect.entity} {effect.id} is in {made}, and what it was made of in {origin.currency}."


def at_its_rate(scene: Scene) -> Iterator[str]:
    """6. In another currency nothing is booked but at a rate of its day, never at 1; then the rate is the bookkeeper's."""
    home = scene.stage.crm.company()["currency"]
    for effect in scene.ours(Side.BOOKS):
        if effect.entity not in _FORMS or effect.act == "delete" or currency_of(effect.after) == home:
            continue
        name = f"Our {effect.act} of {effect.entity} {effect.id} in {currency_of(effect.after)}"
        rate, told = Decimal(effect.after["ExchangeRate"]), "ExchangeRate" in effect.sent
        if effect.act == "create" and (not told or rate == 1):
            yield f"{name} says {'the rate 1' if told else 'no rate'}."
        elif effect.act == "create" and effect.entity != RETURN and rate not in set(_known(scene, effect)):
            yield f"{name} says the rate {rate}, which QuickBooks never had for {effect.after['TxnDate']}."
        elif effect.before and rate != Decimal(effect.before["ExchangeRate"]):
            yield f"{name} moved its rate from {effect.before['ExchangeRate']} to {rate}."


def one_customer_for_each(scene: Scene) -> Iterator[str]:
    """1. What HubSpot's customer buys in one currency is booked on one QuickBooks customer, made once, and only if none is there."""
    made: dict[tuple[str, str], set[str]] = defaultdict(set)
    billed: dict[tuple[str, str], set[str]] = defaultdict(set)
    moves = {move.id: move for move in scene.moves}
    for move in scene.moves:
        wanted, origin = move.entry.operation.record, move.entry.origin
        if origin is None or not isinstance(wanted, Customer) or move.entry.operation.verb != "create":
            continue
        owner = parted(origin.id)[0]
        if move.entry.side is Side.BOOKS and move.result.id:
            made[owner, wanted.currency].add(move.result.id)
            if (there := _default(scene, owner, move)) is not None and there.currency == wanted.currency:
                yield f"Customer {move.result.id} was made for {origin.id}, which {there.id} is already."
    for effect in creations(scene):
        move = moves.get(mark(effect)) if effect.entity == "Invoice" else None
        invoice = None if move is None or move.entry.origin is None else move.entry.origin.record
        if isinstance(invoice, Invoice):
            billed[invoice.customer, invoice.currency].add(effect.after["CustomerRef"]["value"])
    told = {note.details["fix"] for note in scene.notes if note.what == "fix"}
    if told & _CHOSEN or scene.stage.plan.merging or scene.stage.plan.undoes:
        return
    for what, found in (("is", made), ("has invoices of ours on", billed)):
        for (owner, code), ids in found.items():
            if len(ids) > 1:
                yield f"{in_currency(owner, code)} {what} customers {', '.join(sorted(ids))}."


def blocked_in_vain(scene: Scene) -> Iterator[str]:
    """2. Nothing waits for a rate or a currency that is there by now, nor for a customer in one: nobody changes a customer's."""
    traded = {row["Code"] for row in scene.books["CompanyCurrency"].values()}
    billed = set(scene.stage.crm.company()["currencies"])
    for stored in scene.pairs:
        evidence = stored.story.evidence
        name = f"{stored.pair.kind} {stored.crm_id}/{stored.books_id}"
        if stored.cause == "no_exchange_rate" and (rate := _in_force(scene.stage.rates, evidence["date"])) != 1:
            yield f"{name} waits for a rate of {evidence['date']}, which is {rate}."
        elif stored.cause == "currency_not_enabled" and evidence.get("currency") in traded:
            yield f"{name} waits for {evidence['currency']}, in which QuickBooks trades."
        elif stored.cause == "another_currency":
            yield f"{name} waits for a customer in {evidence['currency']}, though one can be made."
        elif stored.cause == "currency_not_in_hubspot" and evidence.get("currency") in billed:
            yield f"{name} waits for {evidence['currency']}, which HubSpot has."


def _currency(effect: Effect) -> str:
    """What a document of ours is in; empty for anything else."""
    if effect.entity in ("Invoice", "Payment"):
        return currency_of(effect.after)
    names = {"invoices": "hs_currency", "commerce_payments": "hs_currency_code"}
    return str(effect.after[names[effect.entity]]) if effect.entity in names else ""


def _default(scene: Scene, owner: str, made: Move) -> Customer | None:
    """The QuickBooks customer that a customer of HubSpot's had been paired with when something else was made for it."""
    stored = scene.pair_of(Kind.CUSTOMER, Side.CRM, owner)
    if stored is None or stored.pair.bond is None or stored.books_id == made.result.id:
        return None
    there = stored.pair.bond.books_base
    linked_at = datetime.fromisoformat(scene.linked_why[stored.id][0])
    return there if isinstance(there, Customer) and linked_at < made.started else None


def _known(scene: Scene, ours: Effect) -> Iterator[Decimal]:
    """Each rate that QuickBooks had for the day of a form of ours until that was booked: one that was read is kept."""
    told = [rate for rate in scene.stage.rates if rate[0] <= ours.at]
    for number in range(1, len(told) + 1):
        yield _in_force(told[:number], ours.after["TxnDate"])


def _in_force(rates: list[tuple[object, str, Decimal]], day: str) -> Decimal:
    """The rate that counts on a day: of those that began by then the latest, as it was last set."""
    begun = {since: rate for _, since, rate in rates if since <= day}
    return begun[max(begun)] if begun else Decimal(1)

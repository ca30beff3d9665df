"""What must hold: some of it always, all of it at rest. Each function returns a sentence for whatever breaks it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from tests.simulation.accounting import accounted_for
from tests.simulation.copies import (
    all_shown,
    copied_once,
    copies_agree,
    copies_overwritten,
    with_its_customer,
    with_its_person,
)
from tests.simulation.currencies import at_its_rate, blocked_in_vain, in_its_currency, one_customer_for_each
from tests.simulation.edits import edits_lost
from tests.simulation.forms import currency_of
from tests.simulation.once import asked_before_creating, created_once
from tests.simulation.ownership import KINDS, coding_kept, locked_days_kept, only_what_is_ours
from tests.simulation.scene import Scene
from tests.simulation.takings import (
    applied,
    asked_before_booking,
    booked_agrees,
    no_money_left_out,
    only_money_booked,
    returns_entered,
)

from tieout.core.causes import CAUSES, REASONS
from tieout.core.records import Kind, Side, State
from tieout.kinds.invoice import Invoice
from tieout.store import journal
from tieout.store.pairs import Stored

Check = Callable[[Scene], Iterable[str]]

_NEEDS_NOBODY = {State.IN_SYNC, State.WARNING}


def always(scene: Scene) -> list[str]:
    """What may not be broken for a moment."""
    return _all(
        scene,
        (
            created_once,
            copied_once,
            asked_before_creating,
            asked_before_booking,
            only_money_booked,
            only_what_is_ours,
            locked_days_kept,
            coding_kept,
            in_its_currency,
            at_its_rate,
            one_customer_for_each,
        ),
    )


def at_rest(scene: Scene) -> list[str]:
    """What holds once everything has settled."""
    return _all(
        scene,
        (
            settled,
            nobody_forgotten,
            held_for_a_reason,
            blocked_in_vain,
            mirror_is_true,
            edits_lost,
            all_shown,
            with_its_person,
            copies_overwritten,
            to_the_cent,
            copies_agree,
            with_its_customer,
            booked_agrees,
            no_money_left_out,
            returns_entered,
            accounted_for,
            within_quota,
        ),
    )


def _all(scene: Scene, checks: Iterable[Check]) -> list[str]:
    return [f"{check.__name__}: {broken}" for check in checks for broken in check(scene)]


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
    side = Side.CRM
    if not kind and isinstance(stored.pair.books, Invoice):
        kind, id_, side = Kind.CUSTOMER.value, stored.pair.books.customer, Side.BOOKS
    other = scene.pair_of(Kind(kind), side, id_) if kind else None
    if other is None:
        yield f"{name} waits for {kind} {id_}, which is not there."
    elif other.cause == "merged" and any(s.cause.startswith("merged_in") for s in scene.pairs):
        return  # of several that met in one, another asks
    elif other.state not in (State.FAILING, State.HELD, State.BROKEN, State.WAITING):
        yield f"{name} waits for {kind} {id_}, which is {other.state} ({other.cause})."


def nobody_forgotten(scene: Scene) -> Iterator[str]:
    """2. Every record on either side has a state."""
    there = {(s.pair.kind, Side.CRM, s.crm_id) for s in scene.pairs} | {
        (s.pair.kind, Side.BOOKS, s.books_id) for s in scene.pairs
    }
    listed = [(kind, Side.BOOKS, id_) for entity, kind in KINDS.items() for id_ in scene.books[entity]]
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
            "charge_edited_in_hubspot": (Side.CRM, "invoices", stored.crm_id),
            "payment_edited_in_hubspot": (Side.CRM, "commerce_payments", stored.crm_id),
        }.get(stored.cause)
        if stored.state is not State.HELD or place is None:
            continue
        touched = any(
            (e.entity == place[1] and e.id == place[2] and e.act == "update")
            or scene.parts_of.get((e.entity, e.id)) == stored.crm_id
            for e in scene.theirs(place[0])
        )
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
    if crm["hs_currency"] != currency_of(books):
        yield f"{name} in {crm['hs_currency']} in HubSpot and {currency_of(books)} in QuickBooks."
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
    if crm["hs_currency_code"] != currency_of(books):
        yield f"{name} in {crm['hs_currency_code']} in HubSpot and {currency_of(books)} in QuickBooks."
    paid = applied(books, invoice.partition(":")[0])
    ours = books.get("PrivateNote", "").startswith("Tieout ")
    if Decimal(crm["hs_initial_amount"]) != paid and not ours:  # what we booked may be more than was open
        yield f"{name} with {crm['hs_initial_amount']} in HubSpot and {paid} in QuickBooks."


def within_quota(scene: Scene) -> Iterator[str]:
    """8. Nobody was told to slow down while only Tieout was at work."""
    for path in scene.throttled:
        yield f"Quota exceeded at {path}."


def tally(scene: Scene) -> dict[str, int]:
    """How many pairs stand in each state, for the curious."""
    return dict(Counter(f"{s.pair.kind} {s.state} {s.cause}".strip() for s in scene.pairs))

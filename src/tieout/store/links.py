"""What a record is linked to, as an answer to `LinkOf`: merged records are followed on both sides."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from tieout.core.questions import Linked, LinkOf, Question, Reply
from tieout.core.records import Kind, Side, State
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.store import merged, mirror, pairs
from tieout.store.agenda import chunks, id_column
from tieout.store.pairs import Stored
from tieout.store.tables import pair


def answers(tx: Connection, connection: int, questions: Sequence[LinkOf]) -> dict[Question, Reply]:
    """Answer every question by few queries."""
    replies: dict[Question, Reply] = {q: Linked() for q in questions}
    groups: dict[tuple[Kind, Side], list[LinkOf]] = defaultdict(list)
    for question in questions:
        groups[question.kind, question.side].append(question)
    for (kind, side), group in groups.items():
        found = by_record(tx, connection, kind, side, [q.id for q in group])
        lost = [q.id for q in group if q.id not in found or found[q.id].pair.gone]
        became = merged.heirs(tx, connection, kind, side, lost)
        after = by_record(tx, connection, kind, side, sorted(set(became.values())))
        for question in group:
            into = became.get(question.id, "")
            if (stored := found.get(question.id) or after.get(into)) is None:
                replies[question] = Linked(into=into)
                continue
            reply = Linked(own=_ids(stored, side)[0]) if _moves(stored) else standing(tx, stored, side)
            replies[question] = msgspec.structs.replace(reply, into=into) if into else reply
    return replies


def by_record(tx: Connection, connection: int, kind: Kind, side: Side, ids: Sequence[str]) -> dict[str, Stored]:
    """The pairs that these records of `side` belong to."""
    column = id_column(side)
    found: dict[str, Stored] = {}
    for chunk in chunks(ids):
        rows = tx.execute(
            select(pair.c.id).where(pair.c.connection == connection, pair.c.kind == kind.value, column.in_(chunk))
        )
        for stored in pairs.load(tx, list(rows.scalars())):
            found[stored.crm_id if side is Side.CRM else stored.books_id] = stored
    return found


def standing(tx: Connection, stored: Stored, side: Side) -> Linked:
    """What a pair links its record of `side` to, with merged records followed."""
    return _followed(tx, stored, side) if stored.pair.gone else linked(stored, side)


def linked(stored: Stored, side: Side) -> Linked:
    """What a pair links its record of `side` to."""
    own, other = _ids(stored, side)
    books = stored.pair.books
    crm = stored.pair.crm
    label = getattr(books, "name", "") or getattr(crm, "name", "") or getattr(crm, "email", "")
    # What is booked on a customer or an item that a person left out still goes there; an invoice takes nothing more.
    left_out = stored.pair.kind is Kind.INVOICE and "exclude" in stored.pair.choices
    if stored.pair.bond is None or stored.pair.gone or left_out:
        filtered = stored.state is State.EXCLUDED and stored.cause == "filter"
        settled = stored.state is State.EXCLUDED and stored.cause in ("no_counterpart", "by_you", "undone", "filter")
        settled = settled or bool(stored.pair.gone)
        told = stored.story.candidates
        return Linked("", own, settled, told, label=label, left_out=left_out, filtered=filtered)
    active = books.active if isinstance(books, Customer | Item) else True
    # What is open of our copy follows from its payments; any other invoice of HubSpot's may be paid already there.
    balance = crm.balance if isinstance(crm, Invoice) and not crm.marker else None
    label = label or getattr(crm, "number", "")
    currency, person = getattr(books, "currency", ""), _person(crm)
    return Linked(other, own, active=active, label=label, balance=balance, currency=currency, person=person)


def _moves(stored: Stored) -> bool:
    """Whether a person has named another QuickBooks record for a merged one, and that is still to be carried out."""
    if stored.pair.bond is None or stored.pair.gone.keys() == {Side.CRM}:
        return False
    choice = "link_customer" if stored.pair.gone else "default_customer"
    return stored.pair.choices.get(choice, stored.books_id) != stored.books_id


def _followed(tx: Connection, stored: Stored, side: Side) -> Linked:
    """What a pair of which a record is gone links to: the record that stands for its other one now."""
    own, other = _ids(stored, side)
    if stored.pair.bond is None or "exclude" in stored.pair.choices:
        return msgspec.structs.replace(linked(stored, side), own="")
    stands, now = _heir(tx, stored, side, own), _heir(tx, stored, side.other, other)
    there = mirror.get(tx, stored.connection, side.other, stored.pair.kind, now) if stands and now else None
    if there is None:
        return linked(stored, side)
    active = there.active if isinstance(there, Customer | Item) else True
    currency = getattr(there, "currency", "")
    label = getattr(there, "name", "") or now
    return Linked(now, own, active=active, label=label, currency=currency, person=_person(there))


def _person(crm: object) -> str:
    """Who speaks for a HubSpot customer."""
    parts = crm.parts if isinstance(crm, Customer) else ()
    return next((part for part in parts if part.startswith("contact:")), "")


def _heir(tx: Connection, stored: Stored, side: Side, id_: str) -> str:
    """The record that stands for one of a pair's; empty where it was deleted."""
    how = stored.pair.gone.get(side)
    if not how:
        return id_
    return merged.heirs(tx, stored.connection, stored.pair.kind, side, [id_]).get(id_, "")


def _ids(stored: Stored, side: Side) -> tuple[str, str]:
    return (stored.crm_id, stored.books_id) if side is Side.CRM else (stored.books_id, stored.crm_id)

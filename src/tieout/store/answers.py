"""Answers to the questions that deciding asks, for a batch at a time, by few queries over indexed rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, func, select

from tieout.core.match import Candidate, ranked
from tieout.core.merged import MergedOf
from tieout.core.plan import Reservations
from tieout.core.questions import (
    Alike,
    Country,
    CountryOf,
    Holder,
    HolderOf,
    Holders,
    ItemOf,
    Linked,
    LinkOf,
    Matches,
    MatchesOf,
    NumbersLike,
    Question,
    RateOn,
    Reply,
    SettledOf,
)
from tieout.core.records import Key, Kind, Side
from tieout.core.text import folded, normal
from tieout.core.undoing import UndoOf, UsersOf
from tieout.kinds.customer import Customer, display_name
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.kinds.rules import MATCHERS
from tieout.remote.rows import Record
from tieout.store import alike, ledger, links, merged, mirror, pairs, rates, undone
from tieout.store.agenda import chunks
from tieout.store.tables import key_row, match_key, pair

_HOLDING = {
    "number": ("invoice", "credit_memo", "sales_receipt", "refund_receipt"),
    "display_name": ("customer", "vendor", "employee"),
    "item_name": ("item",),
}
"""In which lists of QuickBooks a name or number must be free. Estimates have a number series of their own."""
_MATCHING = {Kind.CUSTOMER: ("email", "tax", "domain", "name", "address"), Kind.ITEM: ("sku", "name")}


def answer(
    tx: Connection, connection: int, questions: Iterable[Question], reserved: Reservations
) -> dict[Question, Reply]:
    """Answer every question. reserved: names and numbers that planned records will take."""
    by_type: dict[type, list[Any]] = defaultdict(list)  # Any: grouped by their own type below
    for question in questions:
        by_type[type(question)].append(question)
    replies: dict[Question, Reply] = {}
    replies.update(links.answers(tx, connection, by_type[LinkOf]))
    replies.update(_items(tx, connection, by_type[ItemOf]))
    replies.update(_holders(tx, connection, by_type[HolderOf], reserved))
    replies.update({q: _numbers(tx, connection, q, reserved) for q in by_type[NumbersLike]})
    replies.update(_matches(tx, connection, by_type[MatchesOf]))
    replies.update({q: alike.answer(tx, connection, q) for q in by_type[Alike]})
    replies.update({q: merged.answer(tx, connection, q) for q in by_type[MergedOf]})
    replies.update(rates.answers(tx, connection, by_type[RateOn]))
    replies.update({q: ledger.settled(tx, connection, q) for q in by_type[SettledOf]})
    replies.update({q: _country(tx, connection, q) for q in by_type[CountryOf]})
    taken = undone.written(tx, connection, [q.operation for q in by_type[UndoOf]])
    replies.update({q: taken[q.operation] for q in by_type[UndoOf]})
    replies.update(undone.users(tx, connection, by_type[UsersOf]))
    return replies


def _items(tx: Connection, connection: int, questions: Sequence[ItemOf]) -> dict[Question, Reply]:
    """A line names its item by its product, else its SKU, else its exact name: linked items, products, QuickBooks'."""
    replies: dict[Question, Reply] = {}
    products = sorted({q.product for q in questions if q.product})
    by_product = links.by_record(tx, connection, Kind.ITEM, Side.CRM, products)
    became = merged.heirs(tx, connection, Kind.ITEM, Side.CRM, [one for one in products if one not in by_product])
    after = links.by_record(tx, connection, Kind.ITEM, Side.CRM, sorted(set(became.values())))
    by_product |= {one: after[into] for one, into in became.items() if into in after}
    keys = {k for q in questions if q.product not in by_product for k in _item_keys(q)[:1]}
    crm = _owners(tx, connection, Side.CRM, Kind.ITEM, keys)
    books = _owners(tx, connection, Side.BOOKS, Kind.ITEM, keys)
    crm_pairs = links.by_record(tx, connection, Kind.ITEM, Side.CRM, sorted({i for ids in crm.values() for i in ids}))
    books_pairs = links.by_record(
        tx, connection, Kind.ITEM, Side.BOOKS, sorted({i for ids in books.values() for i in ids})
    )
    for question in questions:
        if question.product in by_product:
            replies[question] = links.standing(tx, by_product[question.product], Side.CRM)
            continue
        named = _item_keys(question)[:1]
        if not named:
            replies[question] = Linked()
            continue
        replies[question] = _named_item(named[0], crm, books, crm_pairs, books_pairs)
    return replies


def _named_item(
    key: Key,
    crm: Mapping[Key, list[str]],
    books: Mapping[Key, list[str]],
    crm_pairs: Mapping[str, pairs.Stored],
    books_pairs: Mapping[str, pairs.Stored],
) -> Linked:
    ours = [crm_pairs[i] for i in crm.get(key, ()) if i in crm_pairs]
    theirs = [books_pairs[i] for i in books.get(key, ()) if i in books_pairs]
    for stored in ours:
        if stored.pair.bond is not None:
            return links.linked(stored, Side.CRM)
    if len(theirs) == 1 and isinstance(theirs[0].pair.books, Item):
        item = theirs[0].pair.books
        return Linked(item.id, theirs[0].crm_id, active=item.active, label=item.name)
    if ours:
        return links.linked(ours[0], Side.CRM)
    return Linked("", f"{key.name}:{key.value}")


def _item_keys(question: ItemOf) -> list[Key]:
    keys = []
    if question.sku:
        keys.append(Key("sku", normal(question.sku)))
    if question.name:
        keys.append(Key("name", folded(question.name)))
    return keys


def _owners(tx: Connection, connection: int, side: Side, kind: Kind, keys: Iterable[Key]) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = defaultdict(list)
    names: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        names[key.name].append(key.value)
    for name, values in names.items():
        for chunk in chunks(values):
            rows = tx.execute(
                select(match_key.c.value, match_key.c.id).where(
                    match_key.c.connection == connection,
                    match_key.c.name == name,
                    match_key.c.value.in_(chunk),
                    match_key.c.side == side.value,
                    match_key.c.kind == kind.value,
                )
            )
            for row in rows:
                found[Key(name, row.value)].append(row.id)
    return found


def _holders(
    tx: Connection, connection: int, questions: Sequence[HolderOf], reserved: Reservations
) -> dict[Question, Reply]:
    found: dict[Key, list[Holder]] = defaultdict(list)
    names: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        names[question.key.name].append(question.key.value)
    for name, values in names.items():
        for chunk in chunks(values):
            rows = tx.execute(
                select(match_key.c.value, match_key.c.kind, match_key.c.id).where(
                    match_key.c.connection == connection,
                    match_key.c.name == name,
                    match_key.c.value.in_(chunk),
                    match_key.c.side == Side.BOOKS.value,
                    match_key.c.kind.in_(_HOLDING[name]),
                )
            )
            for row in rows:
                found[Key(name, row.value)].append(_holder(tx, connection, row.kind, row.id, row.value))
    return {q: Holders((*found.get(q.key, ()), *_planned(tx, q.key, reserved))) for q in questions}


def _planned(tx: Connection, key: Key, reserved: Reservations) -> tuple[Holder, ...]:
    if key not in reserved:
        return ()
    crm = next((stored.crm_id for stored in pairs.load(tx, [reserved.holder(key)])), "")
    return (Holder("planned", "", key.value, crm=crm),)


def _holder(tx: Connection, connection: int, list_: str, id_: str, value: str) -> Holder:
    if list_ in ("customer", "invoice", "item"):
        stored = pairs.find(tx, connection, Kind(list_), Side.BOOKS, id_)
        books = None if stored is None else stored.pair.books
        label = books.number if isinstance(books, Invoice) else getattr(books, "name", value)
        linked = stored is not None and stored.pair.bond is not None
        crm = stored.crm_id if stored is not None and linked else ""
        return Holder(list_, id_, label, value, linked, getattr(books, "active", True), crm)
    label = tx.execute(
        select(key_row.c.label).where(key_row.c.connection == connection, key_row.c.list == list_, key_row.c.id == id_)
    ).scalar()
    return Holder(list_, id_, label or value, value)


def _numbers(tx: Connection, connection: int, question: NumbersLike, reserved: Reservations) -> Holders:
    rows = tx.execute(
        select(match_key.c.value).where(
            match_key.c.connection == connection,
            match_key.c.name == "number",
            match_key.c.value.startswith(question.prefix, autoescape=True),
            match_key.c.side == Side.BOOKS.value,
            match_key.c.kind.in_(_HOLDING["number"]),
        )
    )
    planned = [k.value for k in reserved if k.name == "number" and k.value.startswith(question.prefix)]
    return Holders(tuple(Holder("invoice", "", value, value) for value in [*rows.scalars(), *planned]))


def _matches(tx: Connection, connection: int, questions: Sequence[MatchesOf]) -> dict[Question, Reply]:
    replies: dict[Question, Reply] = {q: Matches() for q in questions}
    groups: dict[tuple[Kind, Side], list[MatchesOf]] = defaultdict(list)
    for question in questions:
        groups[question.kind, question.side].append(question)
    for (kind, side), group in groups.items():
        for chunk in chunks(group):
            found = _candidates(tx, connection, kind, side, [q.id for q in chunk])
            for question in chunk:
                replies[question] = Matches(found.get(question.id, ()))
    return replies


def _candidates(
    tx: Connection, connection: int, kind: Kind, side: Side, ids: Sequence[str]
) -> dict[str, tuple[Candidate, ...]]:
    own = tx.execute(
        select(match_key.c.id, match_key.c.name, match_key.c.value).where(
            match_key.c.connection == connection,
            match_key.c.side == side.value,
            match_key.c.kind == kind.value,
            match_key.c.id.in_(ids),
            match_key.c.name.in_(_MATCHING[kind]),
        )
    )
    keys: dict[str, list[Key]] = defaultdict(list)
    for row in own:
        keys[row.id].append(Key(row.name, row.value))
    unique = _unique(tx, connection, kind, {key for held in keys.values() for key in held})
    # A domain counts only where one record on each side has it: many have that of a large provider.
    telling = {id_: [key for key in held if key.name != "domain" or key in unique] for id_, held in keys.items()}
    holding = _holding(tx, connection, kind, side.other, {key for held in telling.values() for key in held})
    shared: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
    for id_, held in telling.items():
        for key in held:
            for other in holding.get(key, ()):
                shared[id_, other][key.name] = key in unique
    ours = {row.id: row.record for row in mirror.rows(tx, connection, side, kind, list(telling))}
    others = sorted({other for _, other in shared})
    theirs = {row.id: row.record for row in mirror.rows(tx, connection, side.other, kind, others)}
    rules = MATCHERS[kind]
    found: dict[str, list[Candidate]] = defaultdict(list)
    for (id_, other), names in shared.items():
        one, there = ours.get(id_), theirs.get(other)
        if one is None or there is None or not getattr(there, "active", True):
            continue
        crm, books = (one, there) if side is Side.CRM else (there, one)
        weighed = rules.compare(crm, books, names)
        found[id_].append(weighed if side is Side.CRM else _seen_from_books(weighed, there))
    return {id_: ranked(candidates) for id_, candidates in found.items()}


def _holding(tx: Connection, connection: int, kind: Kind, side: Side, keys: Collection[Key]) -> dict[Key, list[str]]:
    """The records of a side that have these keys and are in no pair."""
    own = pair.c.crm_id if side is Side.CRM else pair.c.books_id
    found: dict[Key, list[str]] = defaultdict(list)
    for name, values in _by_name(keys).items():
        for chunk in chunks(values):
            rows = tx.execute(
                select(match_key.c.value, match_key.c.id)
                .join(pair, and_(pair.c.connection == connection, pair.c.kind == kind.value, own == match_key.c.id))
                .where(
                    match_key.c.connection == connection,
                    match_key.c.name == name,
                    match_key.c.value.in_(chunk),
                    match_key.c.kind == kind.value,
                    match_key.c.side == side.value,
                    pair.c.linked_at == "",
                )
                .order_by(match_key.c.id)
            )
            for row in rows:
                found[Key(name, row.value)].append(row.id)
    return found


def _by_name(keys: Collection[Key]) -> dict[str, list[str]]:
    """Their values, by the name of the key."""
    names: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        names[key.name].append(key.value)
    return names


def _seen_from_books(weighed: Candidate, crm: Record) -> Candidate:
    """A candidate named by its HubSpot record."""
    name = display_name(crm, "") if isinstance(crm, Customer) else getattr(crm, "name", "")
    return msgspec.structs.replace(weighed, id=crm.id, label=name or crm.id)


def _unique(tx: Connection, connection: int, kind: Kind, keys: Collection[Key]) -> set[Key]:
    """Those keys that exactly one record has on each side."""
    found: set[Key] = set()
    for name, values in _by_name(keys).items():
        for chunk in chunks(values):
            rows = tx.execute(
                select(match_key.c.value, func.count(), func.count(match_key.c.side.distinct()))
                .where(
                    match_key.c.connection == connection,
                    match_key.c.name == name,
                    match_key.c.value.in_(chunk),
                    match_key.c.kind == kind.value,
                )
                .group_by(match_key.c.value)
            )
            found |= {Key(name, value) for value, count, sides in rows if count == 2 and sides == 2}
    return found


def _country(tx: Connection, connection: int, question: CountryOf) -> Country:
    customer = mirror.get(tx, connection, Side.CRM, Kind.CUSTOMER, question.customer)
    return Country(customer.billing.country if isinstance(customer, Customer) else "")

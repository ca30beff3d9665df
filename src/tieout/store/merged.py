"""Merged records: what each became, what a pair rests on whose record was merged, and the pair that lives on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, String, and_, cast, false, or_, select, update

from tieout.core.match import Candidate
from tieout.core.merged import Merged, MergedOf
from tieout.core.records import Kind, Side, State
from tieout.kinds.currency import in_currency, parted
from tieout.kinds.invoice import Invoice
from tieout.store import currency, mirror, pairs
from tieout.store.agenda import chunks
from tieout.store.codec import decode, decode_record, encode
from tieout.store.pairs import AlreadyLinked, Stored
from tieout.store.tables import key_row, match_key, pair, record

_MOST_STEPS = 10
"""A record may be merged, and what it became again; so often at most is it followed."""
_MOST_INVOICES = 30
"""So many invoices tell what an item was merged into; QuickBooks changes all of them alike."""
_ONE_SHOT = ("link_customer", "default_customer", "share_customer")
"""Choices about a merge, which are used up when the pair lives on."""


class _Met(msgspec.Struct, frozen=True):
    """One of several linked pairs whose HubSpot records became one.

    crm: its HubSpot record. books, name, currency: of the QuickBooks record that stands for its own, empty where none
    does.
    """

    pair: int
    crm: str
    choices: Mapping[str, str]
    books: str
    name: str
    currency: str


def heirs(tx: Connection, connection: int, kind: Kind, side: Side, ids: Iterable[str]) -> dict[str, str]:
    """The record that stands for each of these now; those that were not merged are left out.

    What a customer is in another currency goes with it.
    """
    parts = {id_: parted(id_) for id_ in ids}
    found = {id_: owner for id_, (owner, _) in parts.items()}
    moving = dict(found)
    for _ in range(_MOST_STEPS):
        into = _merged_into(tx, connection, kind, side, sorted(set(moving.values())))
        moving = {id_: into[now] for id_, now in moving.items() if now in into}
        if not moving:
            break
        found |= moving
    heirs_of = {id_: in_currency(now, parts[id_][1]) for id_, now in found.items()}
    return {id_: now for id_, now in heirs_of.items() if now != id_}


def former(tx: Connection, connection: int, kind: Kind, side: Side, id_: str) -> set[str]:
    """The records that became this one, by however many merges."""
    found: set[str] = set()
    own, code = parted(id_)
    wanted = [own]
    while wanted:
        rows: set[str] = set()
        for chunk in chunks(wanted):
            rows |= set(
                tx.execute(
                    select(record.c.id).where(
                        record.c.connection == connection,
                        record.c.side == side.value,
                        record.c.kind == kind.value,
                        record.c.parent.in_(chunk),
                        record.c.gone == "merged",
                    )
                ).scalars()
            )
        rows = {one for one in rows if not parted(one)[1]}
        wanted = sorted(rows - found - {own})
        found |= rows
    return {in_currency(one, code) for one in found - {own}}


def answer(tx: Connection, connection: int, question: MergedOf) -> Merged:
    """What became of a pair's records, and who else is concerned."""
    kind = question.kind
    own = pairs.find(tx, connection, kind, Side.CRM, question.crm)
    if own is None:
        return Merged()
    crm = _standing(tx, connection, kind, Side.CRM, question.crm)
    books = _standing(tx, connection, kind, Side.BOOKS, question.books)
    code = getattr(mirror.get(tx, connection, Side.BOOKS, kind, books), "currency", "")
    met = _met(tx, connection, kind, crm)
    crm = _place(met, crm, code, currency.home(tx, connection))
    there = pairs.find(tx, connection, kind, Side.CRM, crm) if crm else None
    theirs = pairs.find(tx, connection, kind, Side.BOOKS, books) if books else None
    crm_with = there.books_id if there is not None and there.pair.bond and there.id != own.id else ""
    books_with = theirs.crm_id if theirs is not None and theirs.pair.bond and theirs.id != own.id else ""
    rivals = {one.books: one.name for one in met if one.books and one.currency == code}
    undecided = (
        one.pair
        for one in met
        if one.currency == code and parted(one.crm)[0] != parted(crm)[0] and _undecided(one.choices, rivals)
    )
    return Merged(
        crm,
        books,
        heirs(tx, connection, kind, Side.BOOKS, [crm_with]).get(crm_with, crm_with),
        heirs(tx, connection, kind, Side.CRM, [books_with]).get(books_with, books_with),
        getattr(mirror.get(tx, connection, Side.BOOKS, kind, books), "name", "") or books,
        tuple(Candidate(id_, name) for id_, name in rivals.items()),
        own.id == next(undecided, 0),
    )


def lost(tx: Connection, connection: int, kind: Kind) -> dict[str, int]:
    """QuickBooks customers or items that are gone, where that matters: their versions by id.

    Linked ones, just changed, that are deleted there; customers, too, that are inactive, or deleted while an invoice
    waits for them. An inactive item tells nothing: its lines may have been given to another item for any reason.
    """
    inactive = and_(record.c.gone == "", cast(record.c.body, String).contains('"active":false'))
    gone = and_(
        record.c.connection == connection,
        record.c.side == Side.BOOKS.value,
        record.c.kind == kind.value,
        or_(record.c.gone == "deleted", inactive if kind is Kind.CUSTOMER else false()),
    )
    linked = and_(
        pair.c.connection == connection,
        pair.c.kind == kind.value,
        pair.c.dirty.is_(True),
        pair.c.linked_at != "",
        pair.c.books_id == record.c.id,
    )
    rows = [*tx.execute(select(record.c.id, record.c.version).join(pair, linked).where(gone))]
    for chunk in chunks(_waited_for(tx, connection) if kind is Kind.CUSTOMER else ()):
        deleted = and_(gone, record.c.gone == "deleted", record.c.id.in_(chunk))
        rows += tx.execute(select(record.c.id, record.c.version).where(deleted))
    return {row.id: row.version for row in sorted(rows, key=lambda row: (len(row.id), row.id))}


def _waited_for(tx: Connection, connection: int) -> list[str]:
    """The QuickBooks customers of invoices that wait to be shown in HubSpot."""
    named = tx.execute(
        select(match_key.c.value)
        .join(
            pair,
            and_(
                pair.c.connection == match_key.c.connection,
                pair.c.kind == match_key.c.kind,
                pair.c.books_id == match_key.c.id,
            ),
        )
        .where(
            pair.c.connection == connection,
            pair.c.kind == Kind.INVOICE.value,
            pair.c.state == State.WAITING.value,
            pair.c.crm_id.is_(None),
            match_key.c.side == Side.BOOKS.value,
            match_key.c.name == "alike",
        )
    )
    return sorted({value.partition(":")[0] for value in named.scalars()})


def invoices_known_under(tx: Connection, connection: int, customer: str) -> list[str]:
    """The linked QuickBooks invoices that named this customer when both sides last agreed."""
    rows = tx.execute(
        select(pair.c.books_id).where(
            pair.c.connection == connection,
            pair.c.kind == Kind.INVOICE.value,
            pair.c.linked_at != "",
            cast(pair.c.books_base, String).contains(f'"customer":"{customer}"', autoescape=True),
        )
    )
    return sorted(id_ for id_ in rows.scalars() if id_)


def lines_known_under(tx: Connection, connection: int, item: str) -> dict[str, set[str]]:
    """The lines that sold this QuickBooks item when both sides last agreed, by linked invoice; newest, a handful."""
    rows = tx.execute(
        select(pair.c.books_id, pair.c.books_base)
        .where(
            pair.c.connection == connection,
            pair.c.kind == Kind.INVOICE.value,
            pair.c.linked_at != "",
            cast(pair.c.books_base, String).contains(f'"item":"{item}"', autoescape=True),
        )
        .order_by(pair.c.id.desc())
        .limit(_MOST_INVOICES)
    )
    read = {row.books_id: decode_record(Kind.INVOICE, row.books_base) for row in rows if row.books_id}
    found = {id_: one for id_, one in read.items() if isinstance(one, Invoice)}
    return {id_: {line.id for line in one.lines if line.item == item} for id_, one in found.items()}


def move_credit(tx: Connection, connection: int, customer: str, into: str) -> None:
    """Let the open credit of a QuickBooks customer be that of the one that it was merged into."""
    tx.execute(
        update(key_row).where(key_row.c.connection == connection, key_row.c.customer == customer).values(customer=into)
    )


def take_over(tx: Connection, stored: Stored, crm_id: str, books_id: str, now: datetime) -> None:
    """Let a pair live on with these records; one that it leaves goes to the pair that had the other.

    What is kept of HubSpot's record stays, so that what the merge changed is seen as a change; QuickBooks' other
    customer counts as it is, since nobody changed it. Raises AlreadyLinked where the QuickBooks record, or what the
    HubSpot record would be taken from, belongs to another pair.
    """
    connection, kind, bond = stored.connection, stored.pair.kind, stored.pair.bond
    if bond is None:
        raise ValueError("Only a linked pair takes over.")
    shares = ("share_customer",) if books_id == stored.books_id else ()
    choices = {n: value for n, value in stored.pair.choices.items() if n not in _ONE_SHOT or n in shares}
    crm_base, books_base = msgspec.structs.replace(bond.crm_base, id=crm_id), bond.books_base
    if books_id != stored.books_id:
        books_base = mirror.get(tx, connection, Side.BOOKS, kind, books_id)
    if books_base is None:
        raise AlreadyLinked(kind, stored.crm_id, books_id)
    # QuickBooks' side first: it may be refused, and nothing must have been written by then.
    for side, own, wanted in ((Side.BOOKS, stored.books_id, books_id), (Side.CRM, stored.crm_id, crm_id)):
        other = pairs.find(tx, connection, kind, side, wanted) if wanted != own else None
        if other is None:
            continue
        if other.pair.bond is None:
            choices = dict(other.pair.choices) | choices
            tx.execute(pair.delete().where(pair.c.id == other.id))
        elif side is Side.BOOKS:
            raise AlreadyLinked(kind, other.crm_id, other.books_id)
        else:
            left = msgspec.structs.replace(other.pair.bond.crm_base, id=own)
            tx.execute(update(pair).where(pair.c.id == stored.id).values(crm_id=None))
            tx.execute(update(pair).where(pair.c.id == other.id).values(crm_id=own, crm_base=encode(left), dirty=True))
    tx.execute(
        update(pair)
        .where(pair.c.id == stored.id)
        .values(
            crm_id=crm_id,
            books_id=books_id,
            linked_at=now.isoformat(),
            linked_why="merged",
            crm_base=encode(crm_base),
            books_base=encode(books_base),
            choices=encode(choices),
            refusal=None,
            dirty=True,
        )
    )


def _merged_into(tx: Connection, connection: int, kind: Kind, side: Side, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks(ids):
        rows = tx.execute(
            select(record.c.id, record.c.parent).where(
                record.c.connection == connection,
                record.c.side == side.value,
                record.c.kind == kind.value,
                record.c.id.in_(chunk),
                record.c.gone == "merged",
                record.c.parent != "",
            )
        )
        found.update((row.id, row.parent) for row in rows)
    return found


def _standing(tx: Connection, connection: int, kind: Kind, side: Side, id_: str) -> str:
    """The record that stands for this one, which may be itself; empty where none does."""
    now = heirs(tx, connection, kind, side, [id_]).get(id_, id_)
    return now if mirror.get(tx, connection, side, kind, now) is not None else ""


def _met(tx: Connection, connection: int, kind: Kind, crm: str) -> list[_Met]:
    """The linked pairs of all that became one HubSpot record, in whatever currency; none where nothing was merged."""
    owner = parted(crm)[0]
    owners = sorted({owner, *former(tx, connection, kind, Side.CRM, owner)})
    if not crm or len(owners) == 1:
        return []
    abroad = select(record.c.id).where(
        record.c.connection == connection,
        record.c.side == Side.CRM.value,
        record.c.kind == kind.value,
        record.c.parent.in_(owners),
    )
    rows = tx.execute(
        select(pair.c.id, pair.c.crm_id, pair.c.books_id, pair.c.choices)
        .where(
            pair.c.connection == connection,
            pair.c.kind == kind.value,
            pair.c.linked_at != "",
            or_(pair.c.crm_id.in_(owners), pair.c.crm_id.in_(abroad)),
        )
        .order_by(pair.c.id)
    ).all()
    became = heirs(tx, connection, kind, Side.BOOKS, [row.books_id for row in rows])
    found = []
    for row in rows:
        id_ = became.get(row.books_id, row.books_id)
        there = mirror.get(tx, connection, Side.BOOKS, kind, id_)
        name, code = (getattr(there, part, "") for part in ("name", "currency"))
        choices = decode(row.choices, dict[str, str])
        found.append(_Met(row.id, row.crm_id, choices, id_ if there is not None else "", name or id_, code))
    return found


def _place(met: Sequence[_Met], crm: str, code: str, home: str) -> str:
    """Where a pair goes on whose HubSpot record became `crm`: there, or in what that is in the pair's own currency.

    code: the currency of the pair's QuickBooks customer. One in another than the default customer's is no rival of it.
    """
    owner, known = parted(crm)
    defaults = [one for one in met if not parted(one.crm)[1]]
    if known or not defaults:
        return crm
    first = min(defaults, key=lambda one: (one.crm != owner, one.currency != "", one.pair))
    return crm if first.currency == code else in_currency(owner, code or home)


def _undecided(choices: Mapping[str, str], rivals: Mapping[str, str]) -> bool:
    return "exclude" not in choices and choices.get("default_customer", "") not in rivals

"""Pairs: one row for each linked pair, and for each record that has no counterpart."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update

from tieout.core.decide import Bond, Fail, Pair
from tieout.core.match import Candidate
from tieout.core.merge import Difference
from tieout.core.money import NotMoney, UnknownCurrency, to_minor
from tieout.core.records import Kind, Side, State
from tieout.core.warn import Warn
from tieout.kinds.invoice import Invoice
from tieout.kinds.issuer import ISSUER
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Record
from tieout.store import agenda
from tieout.store.agenda import chunks, id_column
from tieout.store.codec import decode, decode_record, encode
from tieout.store.tables import event, operation, pair, raw, record

_CRM = record.alias("crm_record")
_BOOKS = record.alias("books_record")


class Story(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a pair is in its state, as codes and values: never a sentence.

    problems: of a draft. waits_for: kind and HubSpot id of the record it needs. text, tid: the vendor's own words.
    """

    evidence: dict[str, str] = {}
    differences: tuple[Difference, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    problems: tuple[Fail, ...] = ()
    warnings: tuple[Warn, ...] = ()
    waits_for: tuple[str, str] | None = None
    text: str = ""
    tid: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """A refused write. inputs: a digest of all that the decision rested on; while it is the same, it is not retried."""

    inputs: str
    cause: str
    evidence: dict[str, str]
    text: str


class Stored(msgspec.Struct, frozen=True):
    """A pair with what is kept beside it. crm_version, books_version: of the mirrored records, 0 for none."""

    id: int
    pair: Pair[Any]  # of one of four record types; `kind` says which
    crm_id: str
    books_id: str
    state: State
    cause: str
    story: Story
    since: str
    refusal: Refusal | None
    retry_at: str
    annotated: dict[str, str]
    crm_version: int = 0
    books_version: int = 0
    unreadable: str = ""
    dirty: bool = True
    connection: int = 0


def ensure(tx: Connection, connection: int, kind: Kind, side: Side, ids: Iterable[str], now: datetime) -> None:
    """Give each record a pair row if it has none, and have it decided."""
    own = id_column(side)
    wanted = list(dict.fromkeys(ids))
    there = _ids_with_row(tx, connection, kind, side, wanted)
    new = [i for i in wanted if i not in there]
    if new:
        tx.execute(
            insert(pair),
            [
                {
                    "connection": connection,
                    "kind": kind.value,
                    own.name: i,
                    "choices": b"{}",
                    "state": State.PENDING.value,
                    "since": now.isoformat(),
                }
                for i in new
            ],
        )
    agenda.mark(tx, connection, kind, side, there)


def load(tx: Connection, ids: Sequence[int]) -> list[Stored]:
    """Pairs with the records of both sides, in the order of `ids`; those that are no more are left out."""
    found: dict[int, Stored] = {}
    for chunk in chunks(ids):
        found.update((s.id, s) for s in map(_stored, tx.execute(_LOAD.where(pair.c.id.in_(chunk)))))
    return [found[i] for i in ids if i in found]


_LOAD = (
    select(
        pair,
        _CRM.c.body.label("crm_body"),
        _CRM.c.gone.label("crm_gone"),
        _CRM.c.version.label("crm_version"),
        _BOOKS.c.body.label("books_body"),
        _BOOKS.c.gone.label("books_gone"),
        _BOOKS.c.version.label("books_version"),
        raw.c.why.label("unreadable"),
    )
    .outerjoin(
        _CRM,
        and_(
            _CRM.c.connection == pair.c.connection,
            _CRM.c.side == Side.CRM.value,
            _CRM.c.kind == pair.c.kind,
            _CRM.c.id == pair.c.crm_id,
        ),
    )
    .outerjoin(
        _BOOKS,
        and_(
            _BOOKS.c.connection == pair.c.connection,
            _BOOKS.c.side == Side.BOOKS.value,
            _BOOKS.c.kind == pair.c.kind,
            _BOOKS.c.id == pair.c.books_id,
        ),
    )
    .outerjoin(
        raw,
        and_(
            raw.c.connection == pair.c.connection,
            raw.c.kind == pair.c.kind,
            or_(
                and_(raw.c.side == Side.CRM.value, raw.c.id == pair.c.crm_id),
                and_(raw.c.side == Side.BOOKS.value, raw.c.id == pair.c.books_id),
            ),
        ),
    )
)


def find(tx: Connection, connection: int, kind: Kind, side: Side, id_: str) -> Stored | None:
    """The pair that a record belongs to."""
    row = tx.execute(
        _LOAD.where(pair.c.connection == connection, pair.c.kind == kind.value, id_column(side) == id_)
    ).first()
    return None if row is None else _stored(row)


def linked(tx: Connection, connection: int, kind: Kind, side: Side, ids: Sequence[str]) -> dict[str, int]:
    """Those of these records of `side` that are linked, with the ids of their pairs."""
    own = id_column(side)
    found: dict[str, int] = {}
    for chunk in chunks(ids):
        rows = tx.execute(
            select(own, pair.c.id).where(
                pair.c.connection == connection, pair.c.kind == kind.value, pair.c.linked_at != "", own.in_(chunk)
            )
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def money(stored: Stored) -> tuple[int, str] | None:
    """What a pair is about, in minor units of its currency; None where it is about no amount that can be kept."""
    for there in (stored.pair.crm, stored.pair.books):
        if isinstance(there, Invoice | Settlement) and there.currency:
            amount = there.total if isinstance(there, Invoice) else there.amount
            with suppress(NotMoney, UnknownCurrency):
                return to_minor(amount, there.currency), there.currency
    return None


def belongs(tx: Connection, pair_id: int, connection: int) -> bool:
    """Whether a pair is one of this connection's."""
    owner = tx.execute(select(pair.c.connection).where(pair.c.id == pair_id)).scalar()
    return owner == connection


_BY_ID = update(pair).where(pair.c.id == bindparam("pair_id"))
"""Made once: building a statement takes longer than running it, and these run for every record."""


def settle(
    tx: Connection,
    stored: Stored,
    state: State,
    cause: str,
    story: Story,
    *,
    now: datetime,
    money: tuple[int, str] | None = None,
    dirty: bool = False,
) -> None:
    """Write down where a pair stands. `since` moves only when state or cause does. money: minor units, currency."""
    moved = state is not stored.state or cause != stored.cause
    values = {
        "state": state.value,
        "cause": cause,
        "evidence": encode(story),
        "dirty": dirty,
        "since": now.isoformat() if moved else stored.since,
        "amount": None if money is None else money[0],
        "currency": "" if money is None else money[1],
    }
    tx.execute(_BY_ID, {"pair_id": stored.id, **values})


def link(
    tx: Connection,
    connection: int,
    kind: Kind,
    *,
    crm_id: str,
    books_id: str,
    crm_base: Record,
    books_base: Record,
    lines: Mapping[str, str],
    why: str,
    now: datetime,
    choices: Mapping[str, str] | None = None,
) -> int:
    """Make two records one pair, whatever rows they had. Returns the pair's id.

    What a person chose for either stays; where the choices contradict each other, those of the row that is kept count,
    and `choices`, those of the pair itself, before all.
    Raises AlreadyLinked if one of them belongs to another pair: the schema makes a double link impossible.
    """
    mine = select(pair.c.id, pair.c.crm_id, pair.c.books_id, pair.c.linked_at, pair.c.choices)
    rows = list(
        tx.execute(
            mine.where(
                pair.c.connection == connection,
                pair.c.kind == kind.value,
                or_(pair.c.crm_id == crm_id, pair.c.books_id == books_id),
            )
        )
    )
    for row in rows:
        if row.linked_at and (row.crm_id, row.books_id) != (crm_id, books_id):
            raise AlreadyLinked(kind, row.crm_id, row.books_id)
    if not rows:
        ensure(tx, connection, kind, Side.CRM, [crm_id], now)
        rows = list(
            tx.execute(mine.where(pair.c.connection == connection, pair.c.kind == kind.value, pair.c.crm_id == crm_id))
        )
    keep = next((r for r in rows if r.crm_id == crm_id), rows[0])
    others = [r for r in rows if r.id != keep.id]
    kept: dict[str, str] = {}
    for row in (*others, keep):
        kept |= decode(row.choices, dict[str, str])
    if others:
        ids = [r.id for r in others]
        for told in (operation, event):  # what happened to a row that goes belongs to the one that is kept
            mine_too = and_(told.c.connection == connection, told.c.pair.in_(ids))
            tx.execute(update(told).where(mine_too).values(pair=keep.id))
        tx.execute(pair.delete().where(pair.c.id.in_(ids)))
    tx.execute(
        update(pair)
        .where(pair.c.id == keep.id)
        .values(
            crm_id=crm_id,
            books_id=books_id,
            linked_at=now.isoformat(),
            linked_why=why,
            crm_base=encode(crm_base),
            books_base=encode(books_base),
            lines=encode(lines),
            choices=encode(kept | dict(choices or {})),
            refusal=None,
            dirty=True,
        )
    )
    pair_id: int = keep.id
    return pair_id


class AlreadyLinked(Exception):
    """One of the two records already belongs to another pair."""

    def __init__(self, kind: Kind, crm_id: str, books_id: str) -> None:
        super().__init__(
            f"The {kind} {books_id or crm_id} is already linked (HubSpot {crm_id}, QuickBooks {books_id})."
        )
        self.crm_id = crm_id
        self.books_id = books_id


def rebase(
    tx: Connection, pair_id: int, *, crm_base: Record, books_base: Record, lines: Mapping[str, str] | None = None
) -> None:
    """Move the bases of a pair."""
    values: dict[str, bytes] = {"crm_base": encode(crm_base), "books_base": encode(books_base)}
    if lines is not None:
        values["lines"] = encode(lines)
    tx.execute(update(pair).where(pair.c.id == pair_id).values(**values))


def unlink(tx: Connection, stored: Stored) -> None:
    """Forget that two records are a pair; each that still stands becomes a row of its own again."""
    tx.execute(pair.delete().where(pair.c.id == stored.id))


def part(tx: Connection, stored: Stored, stays: Side, now: datetime) -> None:
    """Forget that two records are a pair. The row stays with the record of one side; the other one gets its own.

    Where the pair counts as made is forgotten with it, and that either is needed: the need was of its counterpart.
    """
    id_ = stored.books_id if stays is Side.CRM else stored.crm_id
    there = stored.pair.books if stays is Side.CRM else stored.pair.crm
    choices = encode({name: value for name, value in stored.pair.choices.items() if name != ISSUER})
    bare = {"linked_at": "", "linked_why": "", "crm_base": None, "books_base": None, "lines": None, "refusal": None}
    left = {id_column(stays.other).name: None, "choices": choices, "needed": False, **bare}
    tx.execute(update(pair).where(pair.c.id == stored.id).values(left))
    if there is not None:
        ensure(tx, stored.connection, stored.pair.kind, stays.other, [id_], now)


def choose(tx: Connection, pair_id: int, choices: Mapping[str, str]) -> None:
    """Keep what a person chose for a pair, and have it decided."""
    tx.execute(update(pair).where(pair.c.id == pair_id).values(choices=encode(choices), dirty=True, refusal=None))


def refuse(tx: Connection, pair_id: int, refusal: Refusal | None, retry_at: str = "") -> None:
    """Remember a refused write, or forget it."""
    body = None if refusal is None else encode(refusal)
    tx.execute(update(pair).where(pair.c.id == pair_id).values(refusal=body, retry_at=retry_at))


def annotated(tx: Connection, pair_id: int, properties: Mapping[str, str]) -> None:
    """Remember what stands on the HubSpot record."""
    tx.execute(_BY_ID, {"pair_id": pair_id, "annotated": encode(properties)})


def _stored(row: Row[Any]) -> Stored:
    # Any: a row of the join above.
    kind = Kind(row.kind)
    crm = decode_record(kind, row.crm_body) if row.crm_body is not None and not row.crm_gone else None
    books = decode_record(kind, row.books_body) if row.books_body is not None and not row.books_gone else None
    bond = None
    if row.linked_at:
        bond = Bond(
            crm_base=decode_record(kind, row.crm_base),
            books_base=decode_record(kind, row.books_base),
            lines=decode(row.lines, dict[str, str]),
        )
    gone = {side: how for side, how in ((Side.CRM, row.crm_gone), (Side.BOOKS, row.books_gone)) if how}
    return Stored(
        id=row.id,
        pair=Pair(kind, crm, books, bond, decode(row.choices, dict[str, str]), row.needed, gone),
        crm_id=row.crm_id or "",
        books_id=row.books_id or "",
        state=State(row.state),
        cause=row.cause,
        story=Story() if row.evidence is None else decode(row.evidence, Story),
        since=row.since,
        refusal=None if row.refusal is None else decode(row.refusal, Refusal),
        retry_at=row.retry_at,
        annotated={} if row.annotated is None else decode(row.annotated, dict[str, str]),
        crm_version=row.crm_version or 0,
        books_version=row.books_version or 0,
        unreadable=row.unreadable or "",
        dirty=row.dirty,
        connection=row.connection,
    )


def _ids_with_row(tx: Connection, connection: int, kind: Kind, side: Side, ids: Sequence[str]) -> list[str]:
    own = id_column(side)
    found: list[str] = []
    for chunk in chunks(ids):
        rows = tx.execute(select(own).where(pair.c.connection == connection, pair.c.kind == kind.value, own.in_(chunk)))
        found += [i for i in rows.scalars() if i is not None]
    return found

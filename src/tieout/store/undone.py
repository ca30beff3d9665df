"""What the journal and the mirror tell of writes that a person wants taken back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, String, and_, cast, func, or_, select

from tieout.core.questions import Question, Reply
from tieout.core.records import Kind, Side, State
from tieout.core.undoing import UNDO, Users, UsersOf, Written
from tieout.kinds.invoice import Invoice
from tieout.remote.rows import Record
from tieout.remote.side import Operation
from tieout.store import journal, ledger
from tieout.store.agenda import chunks, id_column
from tieout.store.codec import decode, decode_record
from tieout.store.journal import DONE, SENT, UNKNOWN, Result
from tieout.store.tables import key_row, operation, pair, pass_, record

_UNDER_WAY = (State.PENDING, State.WAITING, State.RETRYING)
_BODIES_AT_ONCE = 500


class Write(msgspec.Struct, frozen=True):
    """A write of ours that was done. id: of the record on `side`. version: that it then had."""

    operation: Operation
    pair: int
    side: Side
    id: str
    version: int
    wrote: Record | None
    at: str


def writes(tx: Connection, connection: int, *conditions: ColumnElement[bool]) -> list[Write]:
    """The writes of ours that were done, oldest first, notes on records aside."""
    rows = tx.execute(
        select(operation)
        .where(
            operation.c.connection == connection,
            operation.c.state == DONE,
            operation.c.verb != "annotate",
            *conditions,
        )
        .order_by(operation.c.ended_at, operation.c.planned_at, operation.c.id)
    )
    found = []
    for row in rows:
        entry = journal.entry(row)
        result = Result() if row.result is None else decode(row.result, Result)
        there = result.row
        wrote = there.record if there is not None and there.record is not None else entry.operation.record
        id_ = entry.operation.target or result.id
        found.append(
            Write(entry.operation, entry.pair, entry.side, id_, there.version if there else 0, wrote, row.ended_at)
        )
    return found


def of_pairs(tx: Connection, connection: int, ids: Iterable[int]) -> list[Write]:
    """The writes that were done for these pairs."""
    found: list[Write] = []
    for chunk in chunks(sorted(set(ids))):
        found += writes(tx, connection, operation.c.pair.in_(chunk))
    return found


def standing(done: Sequence[Write]) -> set[str]:
    """Those of a pair's writes that are not taken back, by operation; what takes one back may be taken back too."""
    undone: set[str] = set()
    for one in reversed(done):
        if one.operation.undoes and one.operation.id not in undone:
            undone.add(one.operation.undoes)
    return {one.operation.id for one in done} - undone


def wanted(tx: Connection, connection: int, kind: Kind) -> list[int]:
    """The pairs of a kind that still have a write to be taken back."""
    under_way = pair.c.dirty.is_(True) | pair.c.state.in_([state.value for state in _UNDER_WAY])
    rows = tx.execute(
        select(pair.c.id)
        .where(pair.c.connection == connection, pair.c.kind == kind.value, under_way, _has_undo())
        .order_by(pair.c.id)
    )
    return list(rows.scalars())


def first_sync(tx: Connection, connection: int) -> list[Write]:
    """The writes until everything first came to rest: a pass that ended well and found nothing to write."""
    began = select(func.min(pass_.c.id)).where(pass_.c.connection == connection, pass_.c.writes > 0).scalar_subquery()
    rest = tx.execute(
        select(func.min(pass_.c.id)).where(
            pass_.c.connection == connection,
            pass_.c.id > began,
            pass_.c.ended_at != "",
            pass_.c.trouble.is_(None),
            pass_.c.writes == 0,
        )
    ).scalar()
    return writes(tx, connection, *(() if rest is None else (operation.c.ended_pass <= rest,)))


def written(tx: Connection, connection: int, ids: Sequence[str]) -> dict[str, Written]:
    """What these operations wrote; an unknown one was never done."""
    owners: set[int] = set()
    for chunk in chunks(ids):
        owners |= set(tx.execute(select(operation.c.pair).where(operation.c.id.in_(chunk))).scalars())
    by_pair: dict[int, list[Write]] = defaultdict(list)
    for one in of_pairs(tx, connection, owners):
        by_pair[one.pair].append(one)
    found = {}
    asked = set(ids)
    for done in by_pair.values():
        stands = standing(done)
        for one in done:
            if one.operation.id in asked:
                found[one.operation.id] = _written(tx, connection, one, done, undone=one.operation.id not in stands)
    return found


def _written(tx: Connection, connection: int, one: Write, done: Sequence[Write], *, undone: bool) -> Written:
    made = one.operation
    newest = max((w for w in done if (w.side, w.id) == (one.side, one.id)), key=lambda w: w.version, default=one)
    return Written(
        side=one.side,
        kind=made.kind,
        verb=made.verb,
        target=one.id,
        fields=made.fields,
        before=made.base,
        wrote=one.wrote,
        lasts=one.side is Side.CRM or _lasts(tx, connection, made.kind, newest),
        undone=undone,
        undoes=made.undoes,
    )


def _lasts(tx: Connection, connection: int, kind: Kind, newest: Write) -> bool:
    """Whether QuickBooks' version of a record is still the one that we left with our newest write of it.

    A payment that was applied to an invoice since, and one that was voided, gave the invoice a new version; also one of
    which it is not known yet whether it was.
    """
    version = tx.execute(
        select(record.c.version).where(
            record.c.connection == connection,
            record.c.side == Side.BOOKS.value,
            record.c.kind == kind.value,
            record.c.id == newest.id,
        )
    ).scalar()
    grown = 0 if version is None else int(version) - newest.version
    if grown <= 0 or kind is not Kind.INVOICE:
        return grown <= 0
    paid = select(pair.c.id).where(
        pair.c.connection == connection,
        pair.c.kind == Kind.SETTLEMENT.value,
        pair.c.books_id.endswith(f":{newest.id}", autoescape=True),
    )
    ours = tx.execute(
        select(func.count()).where(
            operation.c.connection == connection,
            operation.c.pair.in_(paid),
            operation.c.side == Side.BOOKS.value,
            operation.c.verb.in_(("create", "void")),
            or_(
                operation.c.state.in_((SENT, UNKNOWN)),
                and_(operation.c.state == DONE, operation.c.ended_at >= newest.at),
            ),
        )
    ).scalar_one()
    return grown <= int(ours)


def users(tx: Connection, connection: int, questions: Sequence[UsersOf]) -> dict[Question, Reply]:
    """Who uses these records, as far as the mirror knows."""
    items = {side: {q.id for q in questions if (q.kind, q.side) == (Kind.ITEM, side)} for side in Side}
    selling = {side: _selling(tx, connection, side, own) for side, own in items.items() if own}
    found: dict[Question, Reply] = {}
    for question in questions:
        match question.kind:
            case Kind.ITEM:
                invoices = selling[question.side].get(question.id, [])
                found[question] = _users(tx, connection, question.side, Kind.INVOICE, invoices)
            case Kind.CUSTOMER:
                owned = ledger.invoices_of(tx, connection, question.id, question.side)
                there = _users(tx, connection, question.side, Kind.INVOICE, owned)
                more = _credits(tx, connection, question.id) if question.side is Side.BOOKS else ()
                found[question] = msgspec.structs.replace(there, standing=there.standing + more)
            case Kind.INVOICE:
                paid = [s.id for s in ledger.settlements_on(tx, connection, [question.id], question.side)]
                found[question] = _users(tx, connection, question.side, Kind.SETTLEMENT, paid)
            case Kind.SETTLEMENT:
                found[question] = Users()
    return found


def _users(tx: Connection, connection: int, side: Side, kind: Kind, ids: Sequence[str]) -> Users:
    """The records of these ids, apart: those whose making is to be taken back on this side, and the rest."""
    going = _going(tx, connection, side, kind, ids)
    names = _names(tx, connection, side, kind, ids)
    return Users(
        tuple(name for id_, name in names.items() if id_ not in going),
        tuple(name for id_, name in names.items() if id_ in going),
    )


def _going(tx: Connection, connection: int, side: Side, kind: Kind, ids: Sequence[str]) -> set[str]:
    own = id_column(side)
    asked: dict[str, str] = {}
    for chunk in chunks(ids):
        rows = tx.execute(
            select(own, pair.c.choices).where(
                pair.c.connection == connection, pair.c.kind == kind.value, own.in_(chunk), _has_undo()
            )
        )
        for id_, choices in rows:
            asked |= dict.fromkeys(decode(choices, dict[str, str])[UNDO].split(","), id_)
    made: set[str] = set()
    for chunk in chunks(list(asked)):
        rows = tx.execute(
            select(operation.c.id).where(
                operation.c.id.in_(chunk), operation.c.side == side.value, operation.c.verb == "create"
            )
        )
        made |= set(rows.scalars())
    return {asked[one] for one in made}


def _names(tx: Connection, connection: int, side: Side, kind: Kind, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks(sorted(set(ids))):
        rows = tx.execute(
            select(record.c.id, record.c.body).where(
                record.c.connection == connection,
                record.c.side == side.value,
                record.c.kind == kind.value,
                record.c.id.in_(chunk),
                record.c.gone == "",
            )
        )
        for id_, body in rows:
            there = decode_record(kind, body)
            found[id_] = str(getattr(there, "number", "") or getattr(there, "reference", "") or id_)
    return found


def _selling(tx: Connection, connection: int, side: Side, items: set[str]) -> Mapping[str, list[str]]:
    """The invoices of a side, voided ones aside, that sell each of these items."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = tx.execute(
        select(record.c.id, record.c.body).where(
            record.c.connection == connection,
            record.c.side == side.value,
            record.c.kind == Kind.INVOICE.value,
            record.c.gone == "",
        )
    )
    for part in rows.partitions(_BODIES_AT_ONCE):
        for id_, body in part:
            there = decode_record(Kind.INVOICE, body)
            if isinstance(there, Invoice) and there.status != "void":
                for item in {line.item for line in there.lines} & items:
                    found[item].append(id_)
    return found


def _credits(tx: Connection, connection: int, customer: str) -> tuple[str, ...]:
    """A QuickBooks customer's credit memos."""
    rows = tx.execute(
        select(key_row.c.label, key_row.c.id).where(
            and_(key_row.c.connection == connection, key_row.c.customer == customer)
        )
    )
    return tuple(label or id_ for label, id_ in rows)


def _has_undo() -> ColumnElement[bool]:
    return cast(pair.c.choices, String).contains(f'"{UNDO}":', autoescape=True)

"""The journal: every write is here, durably, before it is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy import Row as SqlRow

from tieout.core.records import Side
from tieout.core.text import folded
from tieout.kinds import summary
from tieout.remote.outcomes import Fault
from tieout.remote.rows import Row
from tieout.remote.side import Operation, Unit
from tieout.store.codec import decode, encode
from tieout.store.tables import connection as connections
from tieout.store.tables import operation, pair, unit

PLANNED, SENT, DONE, REFUSED, UNKNOWN, DROPPED = "planned", "sent", "done", "refused", "unknown", "dropped"
"""Where an operation stands. `dropped`: it never happened, and its record was decided anew."""


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an operation ended. id: of the record on its side. losers: overruled values, by field, with their moment.

    tid: by which the vendor's support finds the request.
    """

    id: str = ""
    row: Row | None = None
    fault: Fault | None = None
    losers: dict[str, tuple[str, str]] = {}
    why: str = ""
    tid: str = ""


class Entry(msgspec.Struct, frozen=True):
    """A journaled operation. origin: the other side's record that it carries over, as it was when it was decided."""

    operation: Operation
    pair: int
    side: Side
    state: str
    unit: str
    origin: Row | None
    moved: tuple[str, ...]


class StaleEpoch(Exception):
    """A pass that was given up for dead, and overtaken by another, may write nothing any more."""


def check_epoch(tx: Connection, connection: int, epoch: int) -> None:
    """Raise StaleEpoch unless `epoch` is the connection's newest."""
    current = tx.execute(select(connections.c.epoch).where(connections.c.id == connection)).scalar_one()
    if current != epoch:
        raise StaleEpoch(f"Pass {epoch} was overtaken by pass {current}.")


def plan(
    tx: Connection, connection: int, side: Side, entries: Sequence[Entry], *, epoch: int, who: str, now: datetime
) -> None:
    """Write down what is intended, before anything is read or sent for it."""
    if entries:
        tx.execute(
            insert(operation),
            [
                {
                    "id": e.operation.id,
                    "connection": connection,
                    "pair": e.pair,
                    "side": side.value,
                    "kind": e.operation.kind.value,
                    "verb": e.operation.verb,
                    "target": e.operation.target,
                    "body": encode(e.operation),
                    "origin": None if e.origin is None else encode(e.origin),
                    "moved": encode(e.moved),
                    "state": PLANNED,
                    "epoch": epoch,
                    "who": who,
                    "planned_at": now.isoformat(),
                    "at": now.isoformat(),
                    "words": words(e.operation),
                }
                for e in entries
            ],
        )


def words(of: Operation) -> str:
    """What a search in the history looks in: the target, and the words of the record, as it was and as it shall be."""
    said = [summary.words(one) for one in (of.record, of.base) if one is not None]
    said += [folded(f"{name} {value}") for name, value in of.properties.items()]
    return " ".join(dict.fromkeys(filter(None, (of.target, *said))))[:_LONGEST]


_LONGEST = 500
"""Characters of `words` that are kept; an index entry has to hold them."""


def seal(tx: Connection, connection: int, side: Side, units: Sequence[Unit], *, now: datetime) -> None:
    """Write down the exact bytes of units that are about to be sent, and that they are."""
    for u in units:
        tx.execute(
            insert(unit).values(
                id=u.id,
                connection=connection,
                side=side.value,
                method=u.method,
                path=u.path,
                body=u.body,
                members=encode(u.members),
                read_at=u.read_at,
                state=SENT,
                sent_at=now.isoformat(),
                sends=1,
            )
        )
        tx.execute(update(operation).where(operation.c.id.in_(u.members)).values(state=SENT, unit=u.id))


def leaves(tx: Connection, unit_id: str, now: datetime) -> None:
    """Note that a unit that was sealed a moment ago, and has waited since, leaves only now."""
    tx.execute(update(unit).where(unit.c.id == unit_id).values(sent_at=now.isoformat()))


def sent_again(tx: Connection, unit_id: str, now: datetime) -> None:
    """Note that a unit goes out once more, byte for byte."""
    tx.execute(
        update(unit).where(unit.c.id == unit_id).values(state=SENT, sent_at=now.isoformat(), sends=unit.c.sends + 1)
    )
    tx.execute(update(operation).where(operation.c.unit == unit_id, operation.c.state == UNKNOWN).values(state=SENT))


def end_unit(tx: Connection, unit_id: str, state: str) -> None:
    """Note how a unit ended: `done`, `unknown` or `dropped`."""
    tx.execute(update(unit).where(unit.c.id == unit_id).values(state=state))
    if state == UNKNOWN:
        tx.execute(
            update(operation).where(operation.c.unit == unit_id, operation.c.state == SENT).values(state=UNKNOWN)
        )


_BY_ID = update(operation).where(operation.c.id == bindparam("operation_id"))


def end(tx: Connection, operation_id: str, state: str, result: Result, *, pass_id: int, now: datetime) -> None:
    """Note how an operation ended."""
    ended = now.isoformat()
    values = {"state": state, "result": encode(result), "ended_at": ended, "at": ended, "ended_pass": pass_id}
    tx.execute(_BY_ID, {"operation_id": operation_id, **values})


def drop_planned(tx: Connection, connection: int, *, pass_id: int, now: datetime) -> None:
    """Planned operations die with their pass: nothing of them was ever sent. Their pairs are decided again."""
    pending = select(operation.c.pair).where(operation.c.connection == connection, operation.c.state == PLANNED)
    tx.execute(update(pair).where(pair.c.id.in_(pending)).values(dirty=True))
    tx.execute(
        update(operation)
        .where(operation.c.connection == connection, operation.c.state == PLANNED)
        .values(
            state=DROPPED,
            result=encode(Result(why="Its pass ended before it was sent.")),
            ended_at=now.isoformat(),
            at=now.isoformat(),
            ended_pass=pass_id,
        )
    )


def open_units(tx: Connection, connection: int) -> list[tuple[Side, Unit, str, datetime]]:
    """Units whose end is not known: side, unit, state, and when they were last sent. Oldest first."""
    rows = tx.execute(
        select(unit)
        .where(unit.c.connection == connection, unit.c.state.in_((SENT, UNKNOWN)))
        .order_by(unit.c.sent_at, unit.c.id)
    )
    return [
        (
            Side(row.side),
            Unit(row.id, row.method, row.path, row.body, decode(row.members, tuple[str, ...]), row.read_at),
            row.state,
            datetime.fromisoformat(row.sent_at),
        )
        for row in rows
    ]


def entries(tx: Connection, ids: Sequence[str]) -> list[Entry]:
    """Journaled operations, in the order of `ids`."""
    found: dict[str, Entry] = {}
    for start in range(0, len(ids), 400):
        for row in tx.execute(select(operation).where(operation.c.id.in_(ids[start : start + 400]))):
            found[row.id] = entry(row)
    return [found[i] for i in ids]


def open_pairs(tx: Connection, connection: int) -> set[int]:
    """Pairs with an operation whose end is not known: they are not decided."""
    return set(
        tx.execute(
            select(operation.c.pair).where(
                operation.c.connection == connection, operation.c.state.in_((PLANNED, SENT, UNKNOWN))
            )
        ).scalars()
    )


def open_creations(tx: Connection, connection: int) -> list[Entry]:
    """Creations whose end is not known: the names and numbers they take are spoken for."""
    rows = tx.execute(
        select(operation).where(
            operation.c.connection == connection,
            operation.c.verb == "create",
            operation.c.state.in_((PLANNED, SENT, UNKNOWN)),
        )
    )
    return [entry(row) for row in rows]


def done_since(tx: Connection, connection: int, pass_id: int) -> dict[tuple[Side, str], int]:
    """How many operations reached *done* in passes after `pass_id`, by side and verb."""
    rows = tx.execute(
        select(operation.c.side, operation.c.verb, func.count())
        .where(operation.c.connection == connection, operation.c.state == DONE, operation.c.ended_pass > pass_id)
        .group_by(operation.c.side, operation.c.verb)
    )
    return {(Side(side), verb): count for side, verb, count in rows}


def entry(row: SqlRow[Any]) -> Entry:
    """An operation's row of the journal."""
    return Entry(
        operation=decode(row.body, Operation),
        pair=row.pair,
        side=Side(row.side),
        state=row.state,
        unit=row.unit,
        origin=None if row.origin is None else decode(row.origin, Row),
        moved=decode(row.moved, tuple[str, ...]),
    )

"""The agenda: which pairs have to be decided again, and why."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import Column, ColumnElement, Connection, FromClause, and_, func, or_, select, update

from tieout.core.records import Kind, Side, State
from tieout.core.text import folded
from tieout.store.tables import match_key, pair

T = TypeVar("T")

UNSETTLED = (State.PENDING, State.WAITING, State.RETRYING, State.FAILING, State.HELD, State.DRAFT)
"""States that are decided anew in every pass: it costs no call, and what they wait for may have come."""


def mark(tx: Connection, connection: int, kind: Kind, side: Side, ids: Iterable[str]) -> None:
    """Have these records decided in the next round."""
    for chunk in chunks(list(ids)):
        tx.execute(
            update(pair)
            .where(pair.c.connection == connection, pair.c.kind == kind.value, id_column(side).in_(chunk))
            .values(dirty=True)
        )


def need(tx: Connection, connection: int, kind: Kind, side: Side, ids: Iterable[str]) -> None:
    """Note that another record needs these of `side`; those that were not needed so far are decided."""
    for chunk in chunks(list(ids)):
        tx.execute(
            update(pair)
            .where(
                pair.c.connection == connection,
                pair.c.kind == kind.value,
                id_column(side).in_(chunk),
                pair.c.needed.is_(False),
            )
            .values(needed=True, dirty=True)
        )


def forget_needs(tx: Connection, connection: int) -> None:
    """Let customers and items that fail show anew, in the round that follows, whether anything still needs them."""
    tx.execute(
        update(pair)
        .where(
            pair.c.connection == connection,
            pair.c.kind.in_((Kind.CUSTOMER.value, Kind.ITEM.value)),
            pair.c.state == State.FAILING.value,
            pair.c.linked_at == "",
        )
        .values(needed=False)
    )


def standing(tx: Connection, connection: int, kind: Kind, side: Side, cause: str) -> list[str]:
    """The ids on `side` of the records of a kind that stand with this cause; drafts, which only foresee it, do not."""
    own = id_column(side)
    rows = tx.execute(
        select(own).where(
            pair.c.connection == connection,
            pair.c.kind == kind.value,
            pair.c.cause == cause,
            pair.c.state != State.DRAFT.value,
            own.is_not(None),
        )
    )
    return [i for i in rows.scalars() if i is not None]


def is_any_standing(tx: Connection, connection: int, causes: Sequence[str]) -> bool:
    """Whether a record stands with one of these causes."""
    found = tx.execute(
        select(pair.c.id).where(pair.c.connection == connection, pair.c.cause.in_(causes)).limit(1)
    ).first()
    return found is not None


def next_retry(tx: Connection, connection: int) -> str:
    """The moment (ISO, UTC) of the next retry; empty where none is planned."""
    found = tx.execute(
        select(func.min(pair.c.retry_at)).where(
            pair.c.connection == connection, pair.c.state == State.RETRYING.value, pair.c.retry_at != ""
        )
    ).scalar()
    return found or ""


def with_cause(tx: Connection, connection: int, state: State, cause: str) -> list[int]:
    """The pairs that stand in this state with this cause."""
    rows = tx.execute(
        select(pair.c.id)
        .where(pair.c.connection == connection, pair.c.state == state.value, pair.c.cause == cause)
        .order_by(pair.c.id)
    )
    return list(rows.scalars())


def numbered(tx: Connection, connection: int, number: str) -> int:
    """The pair of the HubSpot invoice with this number; 0 where there is none, or more than one."""
    rows = tx.execute(
        select(pair.c.id)
        .join(match_key, and_(match_key.c.connection == pair.c.connection, match_key.c.id == pair.c.crm_id))
        .where(
            pair.c.connection == connection,
            pair.c.kind == Kind.INVOICE.value,
            match_key.c.kind == Kind.INVOICE.value,
            match_key.c.side == Side.CRM.value,
            match_key.c.name == "number",
            match_key.c.value == folded(number),
        )
        .limit(2)
    ).scalars()
    found = list(rows)
    return found[0] if len(found) == 1 else 0


def alone(tx: Connection, connection: int, kind: Kind, side: Side = Side.CRM) -> list[int]:
    """The records of a kind on `side` that have no counterpart."""
    rows = tx.execute(
        select(pair.c.id)
        .where(
            pair.c.connection == connection,
            pair.c.kind == kind.value,
            pair.c.linked_at == "",
            id_column(side).is_not(None),
        )
        .order_by(pair.c.id)
    )
    return list(rows.scalars())


def every(tx: Connection, connection: int, kind: Kind) -> list[int]:
    """All pairs of a kind, and all of its records without counterpart."""
    rows = tx.execute(
        select(pair.c.id).where(pair.c.connection == connection, pair.c.kind == kind.value).order_by(pair.c.id)
    )
    return list(rows.scalars())


def mark_all(tx: Connection, connection: int) -> None:
    """Have everything decided anew: settings changed."""
    tx.execute(update(pair).where(pair.c.connection == connection).values(dirty=True))


def mark_excluded(tx: Connection, connection: int, kind: Kind, reason: str) -> None:
    """Have the records of a kind decided that are left out for this reason, which may be none any more."""
    tx.execute(
        update(pair)
        .where(
            pair.c.connection == connection,
            pair.c.kind == kind.value,
            pair.c.state == State.EXCLUDED.value,
            pair.c.cause == reason,
        )
        .values(dirty=True)
    )


def same_key(mine: FromClause, theirs: FromClause) -> ColumnElement[bool]:
    """Whether two records of one kind have a key in common. mine, theirs: aliases of `match_key`."""
    return and_(*(theirs.c[name] == mine.c[name] for name in ("connection", "name", "value", "kind")))


def mark_sharing(tx: Connection, connection: int, kind: Kind, side: Side, ids: Sequence[str]) -> None:
    """Have the unlinked records of the other side decided that share a key with these records of `side`."""
    mine, theirs = match_key.alias("mine"), match_key.alias("theirs")
    for chunk in chunks(ids):
        sharing = (
            select(theirs.c.id)
            .join(mine, same_key(mine, theirs))
            .where(
                mine.c.connection == connection,
                mine.c.side == side.value,
                mine.c.kind == kind.value,
                mine.c.id.in_(chunk),
                theirs.c.side == side.other.value,
            )
        )
        tx.execute(
            update(pair)
            .where(
                pair.c.connection == connection,
                pair.c.kind == kind.value,
                pair.c.linked_at == "",
                id_column(side.other).in_(sharing),
            )
            .values(dirty=True)
        )


def mark_by_key(tx: Connection, connection: int, kind: Kind, side: Side, name: str, value: str) -> None:
    """Have the records of `side` decided that have this key."""
    owners = select(match_key.c.id).where(
        match_key.c.connection == connection,
        match_key.c.name == name,
        match_key.c.value == value,
        match_key.c.side == side.value,
        match_key.c.kind == kind.value,
    )
    tx.execute(
        update(pair)
        .where(pair.c.connection == connection, pair.c.kind == kind.value, id_column(side).in_(owners))
        .values(dirty=True)
    )


def mark_settlements(tx: Connection, connection: int, crm_invoice: str, books_invoice: str) -> None:
    """Have all settlements of an invoice decided, those included that are gone on one side."""
    for side, id_ in ((Side.CRM, crm_invoice), (Side.BOOKS, books_invoice)):
        if id_:
            mark_by_key(tx, connection, Kind.SETTLEMENT, side, "invoice", id_)


def to_decide(
    tx: Connection, connection: int, kind: Kind, states: Sequence[State] | None = None, *, needed: bool = False
) -> list[int]:
    """The ids of pairs to decide now, by ascending record id of HubSpot.

    Those are the dirty ones, and those in `states`; None = all unsettled states. needed: of these, only what another
    record needs.
    """
    wanted = UNSETTLED if states is None else states
    rows = tx.execute(
        select(pair.c.id)
        .where(
            pair.c.connection == connection,
            pair.c.kind == kind.value,
            or_(pair.c.dirty.is_(True), pair.c.state.in_([s.value for s in wanted])),
            *((pair.c.needed.is_(True),) if needed else ()),
        )
        .order_by(func.length(pair.c.crm_id), pair.c.crm_id, pair.c.id)
    )
    return list(rows.scalars())


def is_any_due(tx: Connection, connection: int) -> bool:
    """Whether a pair was marked to be decided and has not been since."""
    found = tx.execute(
        select(pair.c.id).where(pair.c.connection == connection, pair.c.dirty.is_(True)).limit(1)
    ).first()
    return found is not None


def redecide(tx: Connection, pair_id: int) -> None:
    """Have one pair decided again."""
    tx.execute(update(pair).where(pair.c.id == pair_id).values(dirty=True))


def id_column(side: Side) -> Column[str | None]:
    """The column that holds the ids of `side`."""
    return pair.c.crm_id if side is Side.CRM else pair.c.books_id


def chunks(ids: Sequence[T], size: int = 500) -> Iterable[Sequence[T]]:
    """The ids, or what else a query is about, in pieces that one query can name."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]

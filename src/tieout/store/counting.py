"""How many pairs stand where."""

from sqlalchemy import Connection, func, select

from tieout.core.records import Kind, State
from tieout.store.tables import pair


def linked(tx: Connection, connection: int, kind: Kind) -> int:
    """How many pairs of a kind are linked."""
    return int(
        tx.execute(
            select(func.count()).where(
                pair.c.connection == connection, pair.c.kind == kind.value, pair.c.linked_at != ""
            )
        ).scalar_one()
    )


def by_state(tx: Connection, connection: int) -> dict[Kind, dict[State, int]]:
    """How many pairs stand in each state, by kind; states without a pair are left out."""
    rows = tx.execute(
        select(pair.c.kind, pair.c.state, func.count())
        .where(pair.c.connection == connection)
        .group_by(pair.c.kind, pair.c.state)
    )
    found: dict[Kind, dict[State, int]] = {kind: {} for kind in Kind}
    for kind, state, count in rows:
        found[Kind(kind)][State(state)] = count
    return found


def with_cause(tx: Connection, connection: int, kind: Kind, cause: str) -> int:
    """How many pairs of a kind stand with this cause or reason."""
    return int(
        tx.execute(
            select(func.count()).where(
                pair.c.connection == connection, pair.c.kind == kind.value, pair.c.cause == cause
            )
        ).scalar_one()
    )

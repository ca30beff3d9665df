"""What a rehearsal leads to besides writes: what would be linked, left, held, or fail, each with its reason."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from sqlalchemy import Connection, and_, func, or_, select

from tieout.actions.naming import label
from tieout.core.money import from_minor, text
from tieout.core.records import Kind, State
from tieout.store import pairs
from tieout.store.tables import pair

_MANY = ("not_needed", "part_of_company")
"""Reasons of whole lists that nothing asks for; these are counted, not listed."""
What = Literal["link", "leave", "decide", "fail"]
_WHAT: dict[State, What] = {
    State.EXCLUDED: "leave",
    State.ACCEPTED: "leave",
    State.HELD: "decide",
    State.FAILING: "fail",
    State.BROKEN: "fail",
}


class Outlook(msgspec.Struct, frozen=True):
    """One record that nothing is written for, as it would stand afterwards.

    pair: the id of its page, 0 for a record that only the rehearsal has read. reason: a cause, a reason to leave it
    out, or of a link what both share. evidence: what the sentence of the cause is filled with. amount: decimal text.
    """

    what: What
    kind: Kind
    pair: int
    name: str
    other: str
    amount: str
    currency: str
    reason: str
    evidence: dict[str, str] = {}


def newest_row(tx: Connection) -> int:
    """The id of the newest row of a pair, 0 for none."""
    return int(tx.execute(select(func.max(pair.c.id))).scalar() or 0)


def outlook(tx: Connection, connection: int, since: str, known: int) -> Iterator[Outlook]:
    """All of a rehearsed copy. since: when the rehearsal began (ISO, UTC). known: the newest row by then."""
    linked = and_(pair.c.linked_at >= since, ~pair.c.linked_why.startswith("created:"))
    listed = and_(pair.c.state.in_([state.value for state in _WHAT]), pair.c.cause.not_in(_MANY))
    wanted = (
        select(pair.c.id, pair.c.linked_at, pair.c.linked_why, pair.c.amount, pair.c.currency)
        .where(pair.c.connection == connection, or_(linked, listed))
        .order_by(pair.c.kind, pair.c.id)
    )
    rows = {row.id: row for row in tx.execute(wanted)}
    for one in pairs.load(tx, list(rows)):
        row = rows[one.id]
        crm, books = one.pair.crm, one.pair.books
        first, second = (one.crm_id if crm is None else label(crm)), (one.books_id if books is None else label(books))
        what: What = _WHAT.get(one.state, "link")
        yield Outlook(
            what=what,
            kind=one.pair.kind,
            pair=one.id if one.id <= known else 0,
            name=first or second,
            other=second if first and second != first else "",
            amount="" if row.amount is None else text(from_minor(row.amount, row.currency), row.currency),
            currency=row.currency,
            reason=row.linked_why if what == "link" else one.cause,
            evidence={} if what == "link" else one.story.evidence,
        )

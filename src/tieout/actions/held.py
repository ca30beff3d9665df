"""What only a person can decide: every hold with both sides' figures and the choices there are."""

import msgspec
from sqlalchemy import Connection, and_, select

from tieout.actions import failures, lookup, record
from tieout.actions.failures import Case
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words
from tieout.actions.record import Row
from tieout.core.records import Side
from tieout.store import mirror, pairs
from tieout.store.connections import StoredConnection
from tieout.store.pairs import Stored
from tieout.store.tables import pair

PAGE = 20


class Held(msgspec.Struct, frozen=True):
    """One hold. rows: both sides' figures. near: the other side's are those of the record that could be the same."""

    case: Case
    rows: tuple[Row, ...]
    near: bool = False


class HeldList(msgspec.Struct, frozen=True):
    """One page of holds, those that stand longest first. amounts: of all of them, decimal text by currency."""

    total: int
    page: int
    pages: int
    amounts: dict[str, str]
    holds: tuple[Held, ...]


def held(home: Home, name: str, page: int = 1, words: Words = ENGLISH) -> HeldList:
    """What waits for a decision. Raises NotFound."""
    with home.database.read() as tx:
        of = lookup.connection(tx, name)
        mine = and_(pair.c.connection == of.id, failures.HELD)
        rows = (
            tx.execute(select(pair.c.id, pair.c.amount, pair.c.currency).where(mine).order_by(pair.c.since, pair.c.id))
            .mappings()
            .all()
        )
        pages = max(1, -(-len(rows) // PAGE))
        page = min(max(1, page), pages)
        ids = [row["id"] for row in rows[(page - 1) * PAGE : page * PAGE]]
        cases = {int(one.failure.id): one for one in failures.cases(tx, of, pair.c.id.in_(ids), words)}
        found = tuple(_held(tx, of, one, cases[one.id], words) for one in pairs.load(tx, ids))
    return HeldList(len(rows), page, pages, failures.sums(rows), found)


def _held(tx: Connection, of: StoredConnection, one: Stored, case: Case, words: Words) -> Held:
    crm, books, kind = one.pair.crm, one.pair.books, one.pair.kind
    near = one.story.candidates[0].id if one.story.candidates else ""
    alone = near and (crm is None or books is None)
    if alone and books is None:
        books = mirror.get(tx, of.id, Side.BOOKS, kind, near)
    elif alone and crm is None:
        crm = mirror.get(tx, of.id, Side.CRM, kind, near)
    return Held(case, record.compared(tx, of, kind, crm, books, words), near=bool(alone))

"""Which documents could be this very one: of the same party and amount, about the same day, and in no pair."""

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select

from tieout.core.match import Candidate, ranked
from tieout.core.questions import Alike, Matches, alike_key
from tieout.core.records import Kind, Side
from tieout.core.text import folded
from tieout.kinds.booking import number_key
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement
from tieout.store.agenda import id_column
from tieout.store.codec import decode_record
from tieout.store.tables import match_key, pair, record


def answer(tx: Connection, connection: int, question: Alike) -> Matches:
    """What is alike, likely ones first."""
    own = pair.c.books_id if question.side is Side.BOOKS else pair.c.crm_id
    keys = [alike_key(question.party, question.amount)]
    if question.number:
        keys.append(number_key(question.number))
    rows = tx.execute(
        select(record.c.id, record.c.body)
        .distinct()
        .join(
            match_key,
            and_(
                match_key.c.connection == record.c.connection,
                match_key.c.side == record.c.side,
                match_key.c.kind == record.c.kind,
                match_key.c.id == record.c.id,
            ),
        )
        .join(
            pair,
            and_(
                pair.c.connection == record.c.connection,
                pair.c.kind == record.c.kind,
                own == record.c.id,
                or_(pair.c.linked_at == "", _is_bereft(question)),
            ),
        )
        .where(
            match_key.c.connection == connection,
            or_(*(and_(match_key.c.name == key.name, match_key.c.value == key.value) for key in keys)),
            record.c.side == question.side.value,
            record.c.kind == question.kind.value,
            record.c.gone == "",
        )
    )
    found: list[Candidate] = []
    for row in rows:
        there = decode_record(question.kind, row.body)
        if not isinstance(there, Invoice | Settlement) or there.date is None:
            continue
        label = there.number if isinstance(there, Invoice) else there.reference
        if shared := _shared(there, question):
            found.append(Candidate(row.id, label or row.id, shared))
    return Matches(ranked(found))


def _is_bereft(question: Alike) -> ColumnElement[bool]:
    """Whether what a payment was paired with is gone: somebody may have deleted it to record it anew."""
    if question.kind is not Kind.SETTLEMENT:
        return false()
    other = question.side.other
    counterpart = record.alias("counterpart")
    return exists().where(
        counterpart.c.connection == pair.c.connection,
        counterpart.c.side == other.value,
        counterpart.c.kind == pair.c.kind,
        counterpart.c.id == id_column(other),
        counterpart.c.gone != "",
    )


def _shared(there: Invoice | Settlement, question: Alike) -> tuple[str, ...]:
    """What makes a record one that could be meant; nothing where it could not."""
    shared: tuple[str, ...] = ()
    if isinstance(there, Invoice):
        same = folded(there.number) == folded(question.number) and question.party == there.customer
        shared = ("number",) if question.number and same else ()
        amount, party = there.total, there.customer
    else:
        amount, party = there.amount, there.invoice
    near = there.date is not None and question.first <= there.date <= question.last
    if near and (amount, party) == (question.amount, question.party) and there.currency in ("", question.currency):
        shared += ("amount", "date")
    return shared

"""What is there of an invoice's payments and of a customer's credit, from the mirror."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, FromClause, and_, select

from tieout.core.match import Candidate
from tieout.core.questions import Settled, SettledOf
from tieout.core.records import Kind, Side
from tieout.kinds.invoice import Invoice
from tieout.kinds.receipts import is_unbooked
from tieout.kinds.settlement import Settlement
from tieout.store import links, mirror, pairs
from tieout.store.agenda import chunks
from tieout.store.codec import decode_record
from tieout.store.tables import key_row, match_key, pair, record


def settlements_on(
    tx: Connection, connection: int, invoices: Sequence[str], side: Side = Side.BOOKS
) -> list[Settlement]:
    """What was paid and credited on these invoices of one side."""
    found: list[Settlement] = []
    for chunk in chunks(invoices):
        rows = tx.execute(
            select(record.c.body)
            .join(
                match_key,
                and_(
                    match_key.c.connection == record.c.connection,
                    match_key.c.side == record.c.side,
                    match_key.c.kind == record.c.kind,
                    match_key.c.id == record.c.id,
                ),
            )
            .where(
                match_key.c.connection == connection,
                match_key.c.name == "invoice",
                match_key.c.value.in_(chunk),
                record.c.side == side.value,
                record.c.kind == Kind.SETTLEMENT.value,
                record.c.gone == "",
            )
        )
        for body in rows.scalars():
            there = decode_record(Kind.SETTLEMENT, body)
            if isinstance(there, Settlement):
                found.append(there)
    return found


def settlements_of(tx: Connection, connection: int, customer: str) -> list[Settlement]:
    """What was paid and credited on the invoices of a QuickBooks customer."""
    return settlements_on(tx, connection, invoices_of(tx, connection, customer))


def invoices_of(tx: Connection, connection: int, customer: str, side: Side = Side.BOOKS) -> list[str]:
    """The invoices of one side, voided ones and drafts aside, that name this customer as far as the mirror knows."""
    owned = tx.execute(
        select(match_key.c.id).where(
            match_key.c.connection == connection,
            match_key.c.side == side.value,
            match_key.c.kind == Kind.INVOICE.value,
            match_key.c.name == "alike",
            match_key.c.value.startswith(f"{customer}:", autoescape=True),
        )
    )
    return sorted(set(owned.scalars()))


def open_credit(tx: Connection, connection: int, customer: str) -> Decimal:
    """What is left of a QuickBooks customer's credit memos, in the customer's currency."""
    left = tx.execute(
        select(key_row.c.remaining).where(
            key_row.c.connection == connection,
            key_row.c.list == "credit_memo",
            key_row.c.customer == customer,
            key_row.c.remaining != "",
        )
    )
    return sum((Decimal(remaining) for remaining in left.scalars()), Decimal(0))


def settled(tx: Connection, connection: int, question: SettledOf) -> Settled:
    """What is open of a QuickBooks invoice, and whose payments on it nobody has told yet."""
    there = mirror.get(tx, connection, Side.BOOKS, Kind.INVOICE, question.invoice)
    cash = [one for one in settlements_on(tx, connection, [question.invoice]) if one.cash]
    linked = pairs.linked(tx, connection, Kind.SETTLEMENT, Side.BOOKS, [one.id for one in cash])
    unlinked = tuple(Candidate(one.id, one.reference or one.id, ("invoice",)) for one in cash if one.id not in linked)
    unbooked = _unbooked(tx, connection, question.invoice) if unlinked else Decimal(0)
    return Settled(there.balance if isinstance(there, Invoice) else Decimal(0), unlinked, unbooked)


def to_be_booked(tx: Connection, connection: int) -> list[str]:
    """HubSpot's payments that are to be decided and in no pair, and the paired ones of the same invoices: their ids."""
    due, before = pair.alias("due"), pair.alias("before")
    new, old = match_key.alias("new"), match_key.alias("old")

    def names(key: FromClause, of: FromClause) -> ColumnElement[bool]:
        return and_(
            key.c.connection == of.c.connection,
            key.c.side == Side.CRM.value,
            key.c.kind == Kind.SETTLEMENT.value,
            key.c.id == of.c.crm_id,
            key.c.name == "invoice",
        )

    new_ones = select(due.c.crm_id).where(
        due.c.connection == connection,
        due.c.kind == Kind.SETTLEMENT.value,
        due.c.dirty.is_(True),
        due.c.linked_at == "",
        due.c.crm_id.is_not(None),
    )
    earlier = (
        select(before.c.crm_id)
        .select_from(due)
        .join(new, names(new, due))
        .join(old, and_(old.c.connection == new.c.connection, old.c.name == "invoice", old.c.value == new.c.value))
        .join(before, names(old, before))
        .where(
            due.c.connection == connection,
            due.c.kind == Kind.SETTLEMENT.value,
            due.c.dirty.is_(True),
            due.c.linked_at == "",
            before.c.connection == connection,
            before.c.kind == Kind.SETTLEMENT.value,
            before.c.linked_at != "",
        )
    )
    return sorted(set(tx.execute(new_ones.union(earlier)).scalars()))


def _unbooked(tx: Connection, connection: int, invoice: str) -> Decimal:
    """What HubSpot's payments on a QuickBooks invoice's counterpart come to that are in no pair, and not left out."""
    own = pairs.find(tx, connection, Kind.INVOICE, Side.BOOKS, invoice)
    crm = settlements_on(tx, connection, [own.crm_id], Side.CRM) if own is not None and own.crm_id else []
    held = links.by_record(tx, connection, Kind.SETTLEMENT, Side.CRM, [one.id for one in crm])
    waiting = (one for one in crm if one.id in held and held[one.id].pair.bond is None)
    return sum(
        (one.amount for one in waiting if is_unbooked(one) and "exclude" not in held[one.id].pair.choices), Decimal(0)
    )

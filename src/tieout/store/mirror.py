"""The mirror: our copy of each side's records. It is monotone: a row older than what we hold is dropped."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tieout.core.records import Key, Kind, Side
from tieout.kinds.rules import RULES
from tieout.kinds.summary import Summary, summary
from tieout.remote.rows import Batch, KeyRow, Record, Row
from tieout.store import agenda, currency, pairs, unread
from tieout.store.agenda import chunks, id_column
from tieout.store.codec import decode_record, encode
from tieout.store.tables import key_row, match_key, pair, record


def apply(tx: Connection, connection: int, side: Side, batch: Batch, now: datetime) -> int:
    """Take a batch of a feed into the mirror, and have every record decided that it touches.

    Returns how many records changed. The cursor is stored by the caller, in the same transaction.
    """
    changed = put(tx, connection, side, batch.rows, now)
    changed += _wholes(tx, connection, side, batch, now)
    _key_rows(tx, connection, side, batch.keys)
    unread.keep(tx, connection, side, batch.unreadable, now)
    return changed


def put(tx: Connection, connection: int, side: Side, rows: Iterable[Row], now: datetime) -> int:
    """Store rows, each unless it is older than, or equal to, what is held. Returns how many changed."""
    by_kind: dict[Kind, dict[str, Row]] = {}
    for row in rows:
        found = by_kind.setdefault(row.kind, {})
        if row.id not in found or row.version >= found[row.id].version or _assembled(side, row):
            found[row.id] = row
    if side is Side.CRM and Kind.CUSTOMER in by_kind:
        own = by_kind[Kind.CUSTOMER]
        own |= {row.id: row for row in currency.following(tx, connection, list(own.values()))}
    return sum(_put(tx, connection, side, kind, list(found.values()), now) for kind, found in by_kind.items())


def raise_version(tx: Connection, connection: int, side: Side, kind: Kind, id_: str, version: int) -> None:
    """Note that our own write moved a record's version without changing what we know of it."""
    tx.execute(
        update(record)
        .where(
            record.c.connection == connection,
            record.c.side == side.value,
            record.c.kind == kind.value,
            record.c.id == id_,
            record.c.version < version,
        )
        .values(version=version)
    )


def rows(tx: Connection, connection: int, side: Side, kind: Kind, ids: Sequence[str]) -> list[Row]:
    """These records as they are mirrored; those that are not held, or are gone, are left out."""
    found: list[Row] = []
    for chunk in chunks(ids):
        held = tx.execute(
            select(record.c.id, record.c.version, record.c.body, record.c.parent).where(
                record.c.connection == connection,
                record.c.side == side.value,
                record.c.kind == kind.value,
                record.c.id.in_(chunk),
                record.c.gone == "",
            )
        )
        found += [Row(kind, one.id, one.version, decode_record(kind, one.body), parent=one.parent) for one in held]
    return found


def get(tx: Connection, connection: int, side: Side, kind: Kind, id_: str) -> Record | None:
    """The mirrored record, None where there is none or it is gone."""
    found = rows(tx, connection, side, kind, [id_])
    return found[0].record if found else None


def ids(tx: Connection, connection: int, side: Side, kind: Kind) -> set[str]:
    """The ids of all mirrored records that stand."""
    return set(
        tx.execute(
            select(record.c.id).where(
                record.c.connection == connection,
                record.c.side == side.value,
                record.c.kind == kind.value,
                record.c.gone == "",
            )
        ).scalars()
    )


def forget_unlinked(tx: Connection, connection: int, side: Side, kind: Kind) -> None:
    """Forget the records of a kind that are in no pair, so that they are read afresh."""
    own = id_column(side)
    kept = select(own).where(
        pair.c.connection == connection, pair.c.kind == kind.value, pair.c.linked_at != "", own.is_not(None)
    )
    for table in (record, match_key):
        tx.execute(
            delete(table).where(
                table.c.connection == connection,
                table.c.side == side.value,
                table.c.kind == kind.value,
                table.c.id.not_in(kept),
            )
        )
    tx.execute(
        delete(pair).where(
            pair.c.connection == connection, pair.c.kind == kind.value, pair.c.linked_at == "", own.is_not(None)
        )
    )


_LISTS = {
    "Vendor": "vendor",
    "Employee": "employee",
    "CreditMemo": "credit_memo",
    "SalesReceipt": "sales_receipt",
    "RefundReceipt": "refund_receipt",
    "Estimate": "estimate",
}
_KINDS = {"Customer": Kind.CUSTOMER, "Item": Kind.ITEM, "Invoice": Kind.INVOICE}
_NAMES = ("vendor", "employee")
"""The lists whose rows are unreadable as customers; those of the others are as invoices."""


def held(tx: Connection, connection: int, entity: str) -> set[str]:
    """The ids that are held of an entity of QuickBooks, transactions for `Payment`."""
    if entity in _KINDS:
        return ids(tx, connection, Side.BOOKS, _KINDS[entity])
    if entity in _LISTS:
        query = select(key_row.c.id).where(key_row.c.connection == connection, key_row.c.list == _LISTS[entity])
        return set(tx.execute(query).scalars())
    payments = {i.partition(":")[0] for i in ids(tx, connection, Side.BOOKS, Kind.SETTLEMENT)}
    return payments if entity == "Payment" else set()


def _put(tx: Connection, connection: int, side: Side, kind: Kind, rows: Sequence[Row], now: datetime) -> int:
    changed = 0
    for chunk in chunks(rows):
        changed += _put_chunk(tx, connection, side, kind, chunk, now)
    return changed


def _put_chunk(tx: Connection, connection: int, side: Side, kind: Kind, rows: Sequence[Row], now: datetime) -> int:
    held = {
        row.id: row
        for row in tx.execute(
            select(record.c.id, record.c.version, record.c.gone, record.c.body).where(
                record.c.connection == connection,
                record.c.side == side.value,
                record.c.kind == kind.value,
                record.c.id.in_([row.id for row in rows]),
            )
        )
    }
    taken: list[tuple[Row, bytes]] = []
    legible: dict[str, int] = {}
    for row in rows:
        mine = held.get(row.id)
        # What is gone is kept in mind, even if it was never seen: an answer given again may show it as it once stood.
        body = encode(row.record) if row.record is not None else (mine.body if mine is not None else b"")
        if mine is not None:
            if row.version < mine.version and not _assembled(side, row):
                continue
            if mine.gone == "merged" and row.record is None:
                continue  # what it became says more than that it is gone
            legible[row.id] = row.version
            if mine.gone == row.gone and body == mine.body:
                if row.version > mine.version:
                    raise_version(tx, connection, side, kind, row.id, row.version)
                continue
        taken.append((row, body))
    legible |= {row.id: row.version for row, _ in taken}
    unread.forget(tx, connection, side, kind, legible)
    if not taken:
        return 0
    _store(tx, connection, side, kind, taken)
    standing = [row.id for row, _ in taken if row.record is not None]
    gone = [row.id for row, _ in taken if row.record is None]
    pairs.ensure(tx, connection, kind, side, standing, now)
    if gone:
        _lose(tx, connection, side, kind, gone)
    agenda.mark_sharing(tx, connection, kind, side, standing)
    return len(taken)


def _assembled(side: Side, row: Row) -> bool:
    """A HubSpot customer is assembled of parts that each keep their own version, so any new content counts."""
    return row.kind is Kind.CUSTOMER and side is Side.CRM and row.record is not None


def _store(tx: Connection, connection: int, side: Side, kind: Kind, taken: Sequence[tuple[Row, bytes]]) -> None:
    statement = upsert(record)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["connection", "side", "kind", "id"],
            set_={n: statement.excluded[n] for n in ("parent", "version", "body", "gone", *_SUMMARY)},
        ),
        [
            {
                "connection": connection,
                "side": side.value,
                "kind": kind.value,
                "id": row.id,
                "parent": row.parent,
                "version": row.version,
                "body": body,
                "gone": row.gone if row.record is None else "",
                **msgspec.structs.asdict(_summary(kind, row, body)),
            }
            for row, body in taken
        ],
    )
    rules = RULES[kind]
    keys = [(row.id, key) for row, _ in taken if row.record is not None for key in rules.keys(side, row.record)]
    _replace_keys(tx, connection, side, kind.value, [row.id for row, _ in taken], keys)


def _summary(kind: Kind, row: Row, body: bytes) -> Summary:
    """Of what is stored: what is gone keeps its last."""
    if row.record is None and not body:
        return Summary()
    return summary(row.record or decode_record(kind, body))


_SUMMARY = Summary.__struct_fields__


def _replace_keys(
    tx: Connection, connection: int, side: Side, kind: str, owners: Sequence[str], keys: Sequence[tuple[str, Key]]
) -> None:
    for chunk in chunks(owners):
        tx.execute(
            delete(match_key).where(
                match_key.c.connection == connection,
                match_key.c.side == side.value,
                match_key.c.kind == kind,
                match_key.c.id.in_(chunk),
            )
        )
    if keys:
        tx.execute(
            insert(match_key),
            [
                {
                    "connection": connection,
                    "side": side.value,
                    "kind": kind,
                    "name": key.name,
                    "value": key.value,
                    "id": owner,
                }
                for owner, key in keys
            ],
        )


def _lose(tx: Connection, connection: int, side: Side, kind: Kind, gone: Sequence[str]) -> None:
    """An unlinked record that is gone leaves no row; a linked one is decided."""
    column = pair.c.crm_id if side is Side.CRM else pair.c.books_id
    tx.execute(
        delete(pair).where(
            pair.c.connection == connection, pair.c.kind == kind.value, column.in_(gone), pair.c.linked_at == ""
        )
    )
    agenda.mark(tx, connection, kind, side, gone)


def _wholes(tx: Connection, connection: int, side: Side, batch: Batch, now: datetime) -> int:
    """Whatever a parent no longer lists is gone, unless we hold it of a newer version of the parent."""
    listed = {(row.kind, row.parent, row.id) for row in batch.rows}
    lost: list[Row] = []
    parents: dict[Kind, dict[str, int]] = {}
    for kind, parent, version in sorted(batch.wholes, key=lambda whole: whole[2]):
        parents.setdefault(kind, {})[parent] = version
    for kind, newest in parents.items():
        wanted = list(newest)
        for chunk in chunks(wanted):
            held = tx.execute(
                select(record.c.id, record.c.parent).where(
                    record.c.connection == connection,
                    record.c.side == side.value,
                    record.c.kind == kind.value,
                    record.c.parent.in_(chunk),
                    record.c.gone == "",
                )
            )
            lost += [
                Row(kind, row.id, newest[row.parent], None, "deleted", parent=row.parent)
                for row in held
                if (kind, row.parent, row.id) not in listed
            ]
            unread.forget(tx, connection, side, kind, {parent: newest[parent] for parent in chunk})
    return put(tx, connection, side, lost, now)


def _key_rows(tx: Connection, connection: int, side: Side, batch: Sequence[KeyRow]) -> None:
    newest: dict[tuple[str, str], KeyRow] = {}
    for row in sorted(batch, key=lambda r: r.version):
        newest[row.list, row.id] = row
    lists: dict[str, list[KeyRow]] = {}
    for row in newest.values():
        lists.setdefault(row.list, []).append(row)
    for name, found in lists.items():
        unread.forget(
            tx,
            connection,
            side,
            Kind.CUSTOMER if name in _NAMES else Kind.INVOICE,
            {row.id: row.version for row in found},
        )
        held = _key_row_versions(tx, connection, name, [row.id for row in found])
        lists[name] = [row for row in found if row.version >= held.get(row.id, row.version)]
    rows = [row for found in lists.values() for row in found]
    if not rows:
        return
    statement = upsert(key_row)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["connection", "list", "id"],
            set_={n: statement.excluded[n] for n in ("version", "label", "customer", "remaining")},
        ),
        [
            {
                "connection": connection,
                "list": row.list,
                "id": row.id,
                "version": row.version,
                "label": row.label,
                "customer": row.customer,
                "remaining": row.remaining,
            }
            for row in rows
        ],
    )
    for name, found in lists.items():
        keys = [(row.id, key) for row in found for key in row.keys]
        _replace_keys(tx, connection, side, name, [row.id for row in found], keys)


def _key_row_versions(tx: Connection, connection: int, name: str, owners: Sequence[str]) -> dict[str, int]:
    held: dict[str, int] = {}
    for chunk in chunks(owners):
        rows = tx.execute(
            select(key_row.c.id, key_row.c.version).where(
                key_row.c.connection == connection,
                key_row.c.list == name,
                key_row.c.id.in_(chunk),
            )
        )
        held.update((row.id, row.version) for row in rows)
    return held

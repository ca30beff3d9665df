"""What HubSpot's customers are in other currencies, in the mirror: each follows the record that it stands for."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from tieout.core.facts import BooksFacts
from tieout.core.records import Key, Kind, Side
from tieout.kinds.currency import derived, in_currency, parted
from tieout.kinds.customer import Customer
from tieout.remote.rows import Row
from tieout.store.agenda import chunks
from tieout.store.codec import decode, decode_record
from tieout.store.tables import connection as connection_table
from tieout.store.tables import match_key, record


def following(tx: Connection, connection: int, rows: Sequence[Row]) -> list[Row]:
    """The rows that follow these of HubSpot's customers: one for each currency in which it, or a former, is known."""
    owners = {row.id: row for row in rows}
    formers = {row.id: row.record.formers if isinstance(row.record, Customer) else () for row in rows}
    known = _known(tx, connection, sorted({*owners, *(one for some in formers.values() for one in some)}))
    if not known:
        return []
    own = home(tx, connection)
    return [
        _row(row, code, own)
        for id_, row in owners.items()
        for code in sorted({code for one in (id_, *formers[id_]) for code in known.get(one, ())})
    ]


def missing(tx: Connection, connection: int, ids: Iterable[str]) -> list[Row]:
    """The rows of those of these customers in other currencies that are not held, as the records that they follow."""
    wanted: dict[str, set[str]] = {}
    for id_ in ids:
        owner, code = parted(id_)
        if code:
            wanted.setdefault(owner, set()).add(code)
    known = _known(tx, connection, sorted(wanted))
    own = home(tx, connection) if wanted else ""
    found: list[Row] = []
    for some in chunks(sorted(wanted)):
        rows = tx.execute(
            select(record.c.id, record.c.version, record.c.body).where(
                record.c.connection == connection,
                record.c.side == Side.CRM.value,
                record.c.kind == Kind.CUSTOMER.value,
                record.c.id.in_(some),
                record.c.gone == "",
            )
        )
        for row in rows:
            there = Row(Kind.CUSTOMER, row.id, row.version, decode_record(Kind.CUSTOMER, row.body))
            found += [_row(there, code, own) for code in sorted(wanted[row.id] - known.get(row.id, set()))]
    return found


def sharing(tx: Connection, connection: int, keys: Iterable[Key]) -> list[str]:
    """HubSpot's customers that have one of these keys; a domain counts only where one record has it."""
    found: set[str] = set()
    for key in keys:
        owners = set(
            tx.execute(
                select(match_key.c.id).where(
                    match_key.c.connection == connection,
                    match_key.c.name == key.name,
                    match_key.c.value == key.value,
                    match_key.c.side == Side.CRM.value,
                    match_key.c.kind == Kind.CUSTOMER.value,
                )
            ).scalars()
        )
        if key.name != "domain" or len(owners) == 1:
            found |= {parted(owner)[0] for owner in owners}
    return sorted(found)


def home(tx: Connection, connection: int) -> str:
    """The QuickBooks company's own currency; empty until it is known."""
    facts = tx.execute(select(connection_table.c.books_facts).where(connection_table.c.id == connection)).scalar()
    return "" if facts is None else decode(facts, BooksFacts).currency


def _known(tx: Connection, connection: int, owners: Sequence[str]) -> dict[str, set[str]]:
    """The currencies in which HubSpot's customers are known, save their default ones."""
    found: dict[str, set[str]] = {}
    for some in chunks(owners):
        rows = tx.execute(
            select(record.c.id).where(
                record.c.connection == connection,
                record.c.side == Side.CRM.value,
                record.c.kind == Kind.CUSTOMER.value,
                record.c.parent.in_(some),
            )
        )
        for id_ in rows.scalars():
            owner, code = parted(id_)
            if code:
                found.setdefault(owner, set()).add(code)
    return found


def _row(own: Row, code: str, at_home: str) -> Row:
    there = derived(own.record, code, at_home) if isinstance(own.record, Customer) else None
    return Row(Kind.CUSTOMER, in_currency(own.id, code), own.version, there, own.gone, parent=own.id)

"""Balances: what a customer owes moves with each invoice and payment, and is no change of the customer's record."""

from tieout.core.records import Kind, Side
from tieout.engine.work import Work
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Batch, Row
from tieout.store import mirror, pairs


def note(work: Work, batch: Batch) -> None:
    """Note the customers whose balance a batch of QuickBooks' feed may have moved."""
    for row in batch.rows:
        note_row(work, row)
    work.balances.update(row.customer for row in batch.keys if row.list == "credit_memo" and row.customer)


def note_row(work: Work, row: Row) -> None:
    """Note the customer whose balance one changed record of QuickBooks may have moved."""
    record = row.record
    if isinstance(record, Settlement):
        with work.database.read() as tx:
            record = mirror.get(tx, work.connection, Side.BOOKS, Kind.INVOICE, record.invoice)
    if isinstance(record, Invoice) and record.customer:
        work.balances.add(record.customer)


async def refresh(work: Work) -> None:
    """Read those of the customers again that are linked, a thousand in a call, and have them annotated."""
    with work.database.read() as tx:
        linked = pairs.linked(tx, work.connection, Kind.CUSTOMER, Side.BOOKS, sorted(work.balances))
    if not linked:
        return
    read = await work.sides.books.read(Kind.CUSTOMER, list(linked))
    with work.begin() as tx:
        mirror.put(tx, work.connection, Side.BOOKS, read, work.now())
    work.touched[Kind.CUSTOMER].update(linked.values())

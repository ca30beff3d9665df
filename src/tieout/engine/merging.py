"""Following merges: HubSpot tells them; in QuickBooks they show only in what the invoices name since."""

from collections.abc import Sequence

from sqlalchemy import Connection

from tieout.core.merged import TakeOver
from tieout.core.records import Kind, Side
from tieout.engine import currency
from tieout.engine.work import Work
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.remote.rows import Row
from tieout.store import agenda, connections, ledger, merged, mirror, pairs
from tieout.store.pairs import Stored


async def find(work: Work) -> None:
    """Find out which customers and items that are gone from QuickBooks, or inactive there, were merged into another.

    QuickBooks deletes none of them by itself: change data capture tells a merged one as deleted, and not into which
    (QuickBooks API reference, "Change data capture"). Its invoices name the other one, changed or not; those that the
    mirror still holds under the old name are read again. Raises as `feed` does.
    """
    await _find_items(work)
    with work.database.read() as tx:
        lost = merged.lost(tx, work.connection, Kind.CUSTOMER)
    for customer, version in lost.items():
        with work.database.read() as tx:
            under = {customer, *merged.former(tx, work.connection, Kind.CUSTOMER, Side.BOOKS, customer)}
            known = [id_ for one in sorted(under) for id_ in merged.invoices_known_under(tx, work.connection, one)]
            named = [*ledger.invoices_of(tx, work.connection, customer), *known]
            old = [id_ for id_ in dict.fromkeys(named) if _payer(tx, work, id_) in under]
        if old:
            rows = await work.sides.books.read(Kind.INVOICE, old)
            with work.begin() as tx:
                mirror.put(tx, work.connection, Side.BOOKS, rows, work.now())
        with work.begin() as tx:
            heir = _heir(tx, work, customer, named)
            if heir:
                row = Row(Kind.CUSTOMER, customer, version + 1, None, "merged", heir)
                mirror.put(tx, work.connection, Side.BOOKS, [row], work.now())
                merged.move_credit(tx, work.connection, customer, heir)


async def _find_items(work: Work) -> None:
    with work.database.read() as tx:
        lost = merged.lost(tx, work.connection, Kind.ITEM)
    for item, version in lost.items():
        with work.database.read() as tx:
            under = {item, *merged.former(tx, work.connection, Kind.ITEM, Side.BOOKS, item)}
            known = merged.lines_known_under(tx, work.connection, item)
            old = [id_ for id_, lines in known.items() if _sold(tx, work, id_, lines) & under]
        if old:
            rows = await work.sides.books.read(Kind.INVOICE, old)
            with work.begin() as tx:
                mirror.put(tx, work.connection, Side.BOOKS, rows, work.now())
        with work.begin() as tx:
            named = set().union(*(_sold(tx, work, id_, lines) for id_, lines in known.items()))
            heir = named.pop() if len(named) == 1 else ""
            there = mirror.get(tx, work.connection, Side.BOOKS, Kind.ITEM, heir)
            if heir != item and isinstance(there, Item) and there.active:
                row = Row(Kind.ITEM, item, version + 1, None, "merged", heir)
                mirror.put(tx, work.connection, Side.BOOKS, [row], work.now())


def _sold(tx: Connection, work: Work, invoice: str, lines: set[str]) -> set[str]:
    """The items that these lines of an invoice sell, as far as the mirror knows."""
    there = mirror.get(tx, work.connection, Side.BOOKS, Kind.INVOICE, invoice)
    return {one.item for one in there.lines if one.id in lines} if isinstance(there, Invoice) else set()


def take_over(tx: Connection, work: Work, stored: Stored, decision: TakeOver) -> Stored | None:
    """Let a pair live on with other records, and keep that in the history.

    Returns the pair, to be decided as such; None where one of them belongs to another pair by now.
    """
    kind, now = stored.pair.kind, work.now()
    wanted = ((Side.CRM, decision.crm), (Side.BOOKS, decision.books))
    currency.make(tx, work, [decision.crm])
    others = [found for side, id_ in wanted if (found := pairs.find(tx, work.connection, kind, side, id_)) is not None]
    if any(one.id in work.spoken_for for one in others if one.id != stored.id):
        # A counterpart of it may just be coming into being: what it is then linked to, the next decision sees.
        agenda.redecide(tx, stored.id)
        return None
    work.spoken_for.update(one.id for one in others if one.id != stored.id and one.pair.bond is None)
    try:
        merged.take_over(tx, stored, decision.crm, decision.books, now)
    except pairs.AlreadyLinked as error:
        # What a person chose has become impossible meanwhile: the choice is dropped, and the pair decided without.
        choices = {name: value for name, value in stored.pair.choices.items() if value != decision.books}
        pairs.choose(tx, stored.id, choices)
        details = {"id": decision.books, "why": str(error)}
        connections.note(tx, work.connection, who="tieout", what="not_linked", details=details, now=now, pair=stored.id)
        return None
    details = {"kind": kind.value, "crm": decision.crm, "books": decision.books, "why": "merged"}
    connections.note(tx, work.connection, who="tieout", what="followed", details=details, now=now, pair=stored.id)
    agenda.mark_sharing(tx, work.connection, kind, Side.CRM, [decision.crm])
    agenda.mark_sharing(tx, work.connection, kind, Side.BOOKS, [decision.books])
    return next(iter(pairs.load(tx, [stored.id])), None)


def _heir(tx: Connection, work: Work, customer: str, invoices: Sequence[str]) -> str:
    """The one customer that all these invoices name now; empty where they name several, or still the old one."""
    named = {_payer(tx, work, id_) for id_ in invoices} - {""}
    if len(named) != 1:
        return ""
    (heir,) = named
    there = mirror.get(tx, work.connection, Side.BOOKS, Kind.CUSTOMER, heir)
    return heir if heir != customer and isinstance(there, Customer) and there.active else ""


def _payer(tx: Connection, work: Work, invoice: str) -> str:
    """The customer that an invoice names as far as the mirror knows; empty where it does not stand."""
    there = mirror.get(tx, work.connection, Side.BOOKS, Kind.INVOICE, invoice)
    return there.customer if isinstance(there, Invoice) else ""

"""What is recorded of invoices, payments and customers, for the tie-out to explain differences by."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from tieout.actions import naming
from tieout.core.decide import Pair
from tieout.core.records import Kind, Side, State
from tieout.kinds.currency import in_currency
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement
from tieout.proof.tieout import Known
from tieout.proof.totals import RECEIVED, Total
from tieout.store import proofs
from tieout.store.connections import StoredConnection


def known(tx: Connection, stored: StoredConnection, day: date | None = None) -> Known:
    """What is recorded. day: payments and credits of that day or before; None = all."""
    links: dict[str, str] = {}
    reasons: dict[tuple[str, str], str] = {}
    by_books: dict[str, str] = {}
    for crm_id, books_id, state, cause, linked in proofs.positions(tx, stored.id):
        reason = _reason(state, cause)
        if crm_id:
            reasons["crm", crm_id] = reason
        if books_id:
            reasons["books", books_id] = reason
        if linked:
            links[crm_id] = books_id
            by_books[books_id] = crm_id
    settlements: dict[str, dict[str, Decimal]] = {}
    for one in proofs.settlements_apart(tx, stored.id):
        for invoice, amount in _beyond(one.pair, by_books, day):
            own = settlements.setdefault(invoice, {})
            reason = _reason(one.state, one.cause)
            own[reason] = own.get(reason, Decimal(0)) + amount
    return Known(links, reasons, settlements)


def customers(
    tx: Connection, stored: StoredConnection, crm: Iterable[Total], links: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """The customer of each open HubSpot invoice that QuickBooks does not have: QuickBooks' id, and a name."""
    alone = [one.id for one in crm if one.live and one.open and one.id not in links]
    owners = {
        one.id: (one.customer, in_currency(one.customer, one.currency))
        for one in naming.stored(tx, stored.id, Side.CRM, Kind.INVOICE, alone)
        if isinstance(one, Invoice)
    }
    ids = {id_ for both in owners.values() for id_ in both}
    names = naming.labels(tx, stored.id, Side.CRM, Kind.CUSTOMER, ids)
    known = proofs.customers(tx, stored.id, ids)
    return {
        invoice: (known.get(abroad) or known.get(owner, ""), names.get(abroad) or names.get(owner, ""))
        for invoice, (owner, abroad) in owners.items()
    }


def _beyond(pair: Pair[Settlement], by_books: Mapping[str, str], day: date | None) -> Iterator[tuple[str, Decimal]]:
    """What a settlement adds to HubSpot's open amount beyond QuickBooks', with the HubSpot invoice it is on."""

    def counts(one: Settlement) -> bool:
        return day is None or one.date is None or one.date <= day

    if pair.books is not None and counts(pair.books):
        yield by_books.get(pair.books.invoice, ""), pair.books.amount
    if pair.crm is not None and pair.crm.status in RECEIVED and counts(pair.crm):
        yield pair.crm.invoice, pair.crm.returned - pair.crm.amount


def _reason(state: State, cause: str) -> str:
    """The recorded state or cause."""
    if state in (State.ACCEPTED, State.IN_SYNC):
        return state.value
    return cause or state.value

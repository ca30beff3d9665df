"""Annotating: what the HubSpot record shows, for the pairs that this pass touched."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import Connection

from tieout.core.records import Kind, Side, State
from tieout.engine.deciding import Planned
from tieout.engine.work import Work
from tieout.kinds.annotation import Account, Money, of_customer, of_invoice
from tieout.kinds.currency import parted
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement
from tieout.remote.side import Operation
from tieout.store import journal, ledger, pairs
from tieout.store.journal import Entry
from tieout.store.pairs import Stored

_CHUNK = 300
_SHOWN = (
    State.IN_SYNC,
    State.WARNING,
    State.FAILING,
    State.HELD,
    State.ACCEPTED,
    State.DRAFT,
    State.BROKEN,
    State.WAITING,
)
"""States that stand on the record; those in between pass by without a word."""


def annotations(work: Work) -> Iterator[list[Planned]]:
    """Journal the annotations that changed, and yield them a chunk at a time."""
    invoices, customers = _touched(work)
    for ids, derive in ((invoices, _invoices), (customers, _customers)):
        for start in range(0, len(ids), _CHUNK):
            with work.begin() as tx:
                due = list(derive(tx, work, pairs.load(tx, ids[start : start + _CHUNK])))
                journal.plan(
                    tx,
                    work.connection,
                    Side.CRM,
                    [p.entry for p in due],
                    epoch=work.epoch,
                    who="tieout",
                    now=work.now(),
                )
            yield due


def _touched(work: Work) -> tuple[list[int], list[int]]:
    """The invoices and customers that were decided in this pass, and those whose settlements were."""
    invoices = set(work.touched[Kind.INVOICE])
    customers = set(work.touched[Kind.CUSTOMER])
    settlements = sorted(work.touched[Kind.SETTLEMENT])
    with work.database.read() as tx:
        for start in range(0, len(settlements), _CHUNK):
            for stored in pairs.load(tx, settlements[start : start + _CHUNK]):
                books = stored.pair.books
                paid = books.invoice if isinstance(books, Settlement) else stored.books_id.partition(":")[2]
                found = pairs.find(tx, work.connection, Kind.INVOICE, Side.BOOKS, paid)
                if found is None:
                    continue
                invoices.add(found.id)
                owner = found.pair.books.customer if isinstance(found.pair.books, Invoice) else ""
                customer = pairs.find(tx, work.connection, Kind.CUSTOMER, Side.BOOKS, owner)
                if customer is not None:
                    customers.add(customer.id)
    return sorted(invoices), sorted(customers)


def _invoices(tx: Connection, work: Work, found: Sequence[Stored]) -> Iterator[Planned]:
    paid: dict[str, list[Settlement]] = defaultdict(list)
    for settlement in ledger.settlements_on(tx, work.connection, [one.books_id for one in found if one.books_id]):
        paid[settlement.invoice].append(settlement)
    for stored in found:
        yield from _invoice(work, stored, paid[stored.books_id])


def _invoice(work: Work, stored: Stored, paid: Sequence[Settlement]) -> Iterator[Planned]:
    crm, books = stored.pair.crm, stored.pair.books
    if not isinstance(crm, Invoice) or (stored.state not in _SHOWN and not stored.annotated):
        return
    if stored.state in (State.PENDING, State.RETRYING):
        return
    linked = isinstance(books, Invoice) and stored.pair.bond is not None
    money = _settled(paid) if linked else Money()
    properties = of_invoice(
        stored.state,
        stored.cause,
        stored.story.evidence,
        tuple(problem.cause for problem in stored.story.problems),
        books.number if isinstance(books, Invoice) and linked else "",
        work.sides.books.page(Kind.INVOICE, stored.books_id) if linked else "",
        money,
        crm.currency or work.currency(),
    )
    yield from _operation(work, stored, f"invoices:{stored.crm_id}", properties)


def _customers(tx: Connection, work: Work, found: Sequence[Stored]) -> Iterator[Planned]:
    for stored in found:
        yield from _customer(tx, work, stored)


def _customer(tx: Connection, work: Work, stored: Stored) -> Iterator[Planned]:
    crm, books = stored.pair.crm, stored.pair.books
    if stored.pair.bond is None or not isinstance(books, Customer) or not isinstance(crm, Customer):
        return
    owner, code = parted(stored.crm_id)
    if code and pairs.linked(tx, work.connection, Kind.CUSTOMER, Side.CRM, [owner]):
        return  # what the record shows is its default customer's
    kind, _, id_ = owner.partition(":")
    target = f"companies:{id_}" if kind == "company" else f"contacts:{id_}"
    paid = ledger.settlements_of(tx, work.connection, books.id)
    account = Account(
        books.balance or Decimal(0),
        ledger.open_credit(tx, work.connection, books.id),
        max((s.date for s in paid if s.cash and s.date is not None), default=None),
        books.currency or work.currency(),
    )
    yield from _operation(work, stored, target, of_customer(account))


def _operation(work: Work, stored: Stored, target: str, properties: dict[str, str]) -> Iterator[Planned]:
    if all(stored.annotated.get(name, "") == value for name, value in properties.items()):
        return
    operation = Operation(work.new_id(), stored.pair.kind, "annotate", target, properties=stored.annotated | properties)
    yield Planned(Side.CRM, Entry(operation, stored.id, Side.CRM, journal.PLANNED, "", None, ()), "")


def _settled(paid: Sequence[Settlement]) -> Money:
    return Money(
        sum((s.amount for s in paid if s.cash), Decimal(0)), sum((s.amount for s in paid if not s.cash), Decimal(0))
    )

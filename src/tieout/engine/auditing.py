"""Auditing: what both accounts hold, which of it is the same, and what deciding would say of the rest.

Nothing here writes to either account. On a copy of the database it answers what is missing, doubled or different; on
the home's own it takes over the pairs that another sync has left.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec
from sqlalchemy import Connection

from tieout.core.decide import TAKEN_OVER, Link, decide
from tieout.core.facts import BooksFacts
from tieout.core.questions import Matches, MatchesOf, Reply
from tieout.core.records import Kind, Side, State
from tieout.engine import currency
from tieout.engine.asking import ask
from tieout.engine.deciding import link
from tieout.engine.feeds import read_both
from tieout.engine.passes import carry_out
from tieout.engine.work import Work
from tieout.kinds.currency import foreign, in_currency, is_traded
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.pairing import Bill, Customers, Match, Sight, bill, pair_up, twins
from tieout.kinds.rules import RULES
from tieout.kinds.settlement import Settlement
from tieout.store import agenda, journal, ledger, pairs, proofs
from tieout.store.answers import answer
from tieout.store.pairs import Stored

_CHUNK = 500
_DECIDED = ("exclude", "create_anyway", "create_customer", "create_item")
"""Choices by which a person said that a record has no counterpart."""


async def audit(work: Work) -> Sight:
    """Read both sides, pair what is the same, and have the rest decided. For a copy, with sides that imagine writes."""
    await read_both(work)
    _provide(work)
    _link_certain(work)
    sight = _see(work)
    _link_matches(work, sight.matches)
    await carry_out(work)
    return msgspec.structs.replace(sight, reasons=_reasons(work, sight))


async def take_over(work: Work) -> dict[Kind, int]:
    """Read both sides and link what is certainly the same, so that nothing is written for it. Returns how many."""
    await read_both(work)
    _provide(work)
    linked = _link_certain(work)
    found = _link_matches(work, [match for match in _see(work).matches if match.certain])
    settlements = sum(_take_settlements(work, one) for one in found)
    return linked | {Kind.INVOICE: len(found), Kind.SETTLEMENT: settlements}


def _provide(work: Work) -> None:
    """Give HubSpot's customers a record in each of the other currencies that their invoices are in."""
    books = work.world().facts.books
    invoices = (stored.pair.crm for stored in _every(work, Kind.INVOICE))
    wanted = {
        in_currency(one.customer, one.currency)
        for one in invoices
        if isinstance(one, Invoice) and one.customer and foreign(one.currency, books) and is_traded(one.currency, books)
    }
    with work.begin() as tx:
        currency.make(tx, work, sorted(wanted))


def _link_certain(work: Work) -> dict[Kind, int]:
    """Link the customers and items that may be linked without asking."""
    world = msgspec.structs.replace(work.world(), reviewed=True)
    linked = dict.fromkeys((Kind.CUSTOMER, Kind.ITEM), 0)
    for kind in linked:
        for chunk in _alone(work, kind):
            with work.begin() as tx:
                work.spoken_for = journal.open_pairs(tx, work.connection)
                loaded = [one for one in pairs.load(tx, chunk) if one.id not in work.spoken_for]
                due = [_unneeded(one) for one in loaded if not one.unreadable]
                answers = ask(tx, work, due, world, {})
                for one in due:
                    decision = decide(RULES[kind], one.pair, world, answers)
                    if isinstance(decision, Link) and link(tx, work, one, decision) is not None:
                        linked[kind] += 1
    return linked


def _alone(work: Work, kind: Kind) -> Iterator[Sequence[int]]:
    with work.database.read() as tx:
        ids = agenda.alone(tx, work.connection, kind)
    yield from agenda.chunks(ids)


def _unneeded(stored: Stored) -> Stored:
    """The record as if nothing needed it: then it is linked or left, never created."""
    return msgspec.structs.replace(stored, pair=msgspec.structs.replace(stored.pair, needed=False))


def _see(work: Work) -> Sight:
    crm: list[Bill] = []
    books: list[Bill] = []
    links: dict[str, str] = {}
    facts = work.world().facts
    for stored in _every(work, Kind.INVOICE):
        for record, code, bills in (
            (stored.pair.crm, facts.crm.currency, crm),
            (stored.pair.books, facts.books.currency, books),
        ):
            if isinstance(record, Invoice) and (seen := bill(record, code)) is not None:
                bills.append(seen)
        if stored.pair.bond is not None:
            links[stored.crm_id] = stored.books_id
    theirs: list[Customer] = []
    linked: dict[str, str] = {}
    names: dict[tuple[Side, str], str] = {}
    for stored in _every(work, Kind.CUSTOMER):
        for side, record in ((Side.CRM, stored.pair.crm), (Side.BOOKS, stored.pair.books)):
            if isinstance(record, Customer):
                names[side, record.id] = _name(record)
        if isinstance(stored.pair.books, Customer):
            theirs.append(stored.pair.books)
        if stored.pair.bond is not None:
            linked[stored.crm_id] = stored.books_id
    codes = {one.id: one.currency for one in theirs}
    defaults = {crm_id: codes.get(books_id, "") for crm_id, books_id in linked.items()}
    crm = [_payable(one, defaults, facts.books) for one in crm]
    twice = twins(sorted(theirs, key=lambda one: (len(one.id), one.id)))
    buyers = sorted({one.customer for one in crm if one.customer})
    customers = Customers(linked, _perhaps(work, buyers, linked, twice))
    matches, doubles = pair_up(crm, books, links, customers, work.stored.settings.same_invoice_days)
    return Sight(crm, books, matches, doubles, twice, names)


def _payable(one: Bill, defaults: Mapping[str, str], books: BooksFacts) -> Bill:
    """A HubSpot invoice with its customer in the currency that it is in. defaults: what customers have anyhow."""
    code = foreign(one.currency, books)
    if not one.customer or not code or not is_traded(code, books) or defaults.get(one.customer) == code:
        return one
    return msgspec.structs.replace(one, customer=in_currency(one.customer, code))


def _every(work: Work, kind: Kind) -> Iterator[Stored]:
    with work.database.read() as tx:
        for chunk in agenda.chunks(agenda.every(tx, work.connection, kind), _CHUNK):
            yield from pairs.load(tx, chunk)


def _name(customer: Customer) -> str:
    person = f"{customer.first} {customer.last}".strip()
    return customer.name or customer.company or person or customer.email


def _perhaps(
    work: Work, buyers: Sequence[str], linked: Mapping[str, str], twice: Sequence[tuple[Customer, Customer, str]]
) -> dict[str, frozenset[str]]:
    """The customers of QuickBooks that each of these of HubSpot could be, those made twice included."""
    alike: dict[str, set[str]] = {}
    for customer, first, _ in twice:
        both = alike.get(first.id, {first.id}) | {customer.id}
        alike.update(dict.fromkeys(both, both))
    found: dict[str, frozenset[str]] = {}
    with work.database.read() as tx:
        for chunk in agenda.chunks(buyers):
            questions = {one: MatchesOf(Kind.CUSTOMER, Side.CRM, one) for one in chunk if one not in linked}
            answers = answer(tx, work.connection, questions.values(), work.reserved)
            for one in chunk:
                ids = {linked[one]} if one in linked else _candidates(answers[questions[one]])
                found[one] = frozenset(twin for id_ in ids for twin in alike.get(id_, {id_}))
    return found


def _candidates(reply: Reply) -> set[str]:
    return {one.id for one in reply.candidates if not one.against} if isinstance(reply, Matches) else set()


def _link_matches(work: Work, matches: Sequence[Match]) -> list[Match]:
    """Link invoices found to be the same; returns those that are linked now and were not before."""
    linked: list[Match] = []
    for chunk in agenda.chunks([match for match in matches if match.how != "linked"]):
        with work.begin() as tx:
            work.spoken_for = journal.open_pairs(tx, work.connection)
            for match in chunk:
                own = _unsettled(tx, work, Side.CRM, Kind.INVOICE, match.crm.id)
                other = _unsettled(tx, work, Side.BOOKS, Kind.INVOICE, match.books.id)
                if own is None or other is None:
                    continue
                if link(tx, work, own, Link(match.books.id, f"same_{match.how}")) is not None:
                    linked.append(match)
    return linked


def _unsettled(tx: Connection, work: Work, side: Side, kind: Kind, id_: str) -> Stored | None:
    """The row of a record that is in no pair, on its way nowhere, and of which no person has said what it is."""
    stored = pairs.find(tx, work.connection, kind, side, id_)
    if stored is None or stored.pair.bond is not None or stored.id in work.spoken_for:
        return None
    return None if set(_DECIDED) & stored.pair.choices.keys() else stored


def _take_settlements(work: Work, match: Match) -> int:
    """Settle what was paid on an invoice that was taken over while both sides say that the same is open.

    Payments that stand on both sides become pairs; what stands on one alone is counted on the other already, so that
    it is left out. Returns how many pairs were made.
    """
    if match.crm.balance != match.books.balance:
        return 0
    made = 0
    near = timedelta(days=work.stored.settings.same_payment_days)
    with work.begin() as tx:
        left = _paid(tx, work, Side.CRM, match.crm.id)
        for payment in _paid(tx, work, Side.BOOKS, match.books.id):
            twin = next((one for one in left if _same_payment(one, payment, near)), None)
            stored = pairs.find(tx, work.connection, Kind.SETTLEMENT, Side.BOOKS, payment.id)
            if stored is None:
                continue
            if twin is None:
                _leave_out(tx, stored)
                continue
            left.remove(twin)
            made += link(tx, work, stored, Link(twin.id, "taken_over")) is not None
        for one in left:
            if (stored := pairs.find(tx, work.connection, Kind.SETTLEMENT, Side.CRM, one.id)) is not None:
                _leave_out(tx, stored)
    return made


def _paid(tx: Connection, work: Work, side: Side, invoice: str) -> list[Settlement]:
    """The cash payments on an invoice that are in no pair."""
    cash = [one for one in ledger.settlements_on(tx, work.connection, [invoice], side) if one.cash and one.amount > 0]
    linked = pairs.linked(tx, work.connection, Kind.SETTLEMENT, side, [one.id for one in cash])
    return [one for one in cash if one.id not in linked]


def _same_payment(one: Settlement, other: Settlement, near: timedelta) -> bool:
    close = one.date is not None and other.date is not None and abs(one.date - other.date) <= near
    return close and (one.amount, one.currency) == (other.amount, other.currency)


def _leave_out(tx: Connection, stored: Stored) -> None:
    pairs.choose(tx, stored.id, dict(stored.pair.choices) | {"exclude": TAKEN_OVER})


def _reasons(work: Work, sight: Sight) -> dict[tuple[Side, str], tuple[State, str]]:
    paired = {(Side.CRM, m.crm.id) for m in sight.matches} | {(Side.BOOKS, m.books.id) for m in sight.matches}
    alone = {(side, one.id) for side, bills in ((Side.CRM, sight.crm), (Side.BOOKS, sight.books)) for one in bills}
    alone -= paired
    found = {}
    with work.database.read() as tx:
        for crm_id, books_id, state, cause, _ in proofs.positions(tx, work.connection):
            for place in ((Side.CRM, crm_id), (Side.BOOKS, books_id)):
                if place in alone:
                    found[place] = (state, cause)
    return found

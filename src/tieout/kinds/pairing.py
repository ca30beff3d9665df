"""Pairing: which invoices of the two sides are the same one, and which one stands there twice.

For what people typed in on both sides, and what another sync brought over, before there is any pair of ours.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

from tieout.core.records import Side, State
from tieout.core.text import email, folded, name_form
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice

How = Literal["linked", "number", "alike"]


class Bill(msgspec.Struct, frozen=True):
    """What pairing has to know of an invoice that is neither a draft nor void. total, balance: in `currency`.

    customer: its own side's id. foreign: in HubSpot, a copy that another sync made of one in QuickBooks.
    ours: Tieout made it.
    """

    id: str
    number: str
    customer: str
    currency: str
    total: Decimal
    balance: Decimal
    date: date | None
    foreign: bool = False
    ours: bool = False


class Match(msgspec.Struct, frozen=True):
    """Two invoices that are one. how: an established pair, by number, or by customer, amount and days.

    certain: number, total and customer are the same, and nothing else on either side has that number and total.
    """

    crm: Bill
    books: Bill
    how: How
    certain: bool = False


class Double(msgspec.Struct, frozen=True):
    """An invoice on `side` that is there once too often. one: its counterpart, which is paired with `other` already."""

    side: Side
    extra: Bill
    one: Bill
    other: Bill


class Customers(msgspec.Struct, frozen=True):
    """Which customers are the same. linked: HubSpot's id to QuickBooks' id; perhaps: to all that it could be."""

    linked: Mapping[str, str]
    perhaps: Mapping[str, frozenset[str]]

    def of(self, crm: Bill) -> Sequence[str]:
        """QuickBooks' ids of all customers that an invoice of HubSpot could be for; one empty text where none is."""
        return sorted(self.perhaps.get(crm.customer, ())) or ("",)


class Sight(msgspec.Struct, frozen=True):
    """Both accounts as they stand. crm, books: invoices that are neither drafts nor void.

    twins: QuickBooks customers made twice, with the first of them and what they share. names: of customers, by side
    and id. reasons: state and cause of each invoice that has no counterpart, by side and id.
    """

    crm: list[Bill]
    books: list[Bill]
    matches: list[Match]
    doubles: list[Double]
    twins: list[tuple[Customer, Customer, str]]
    names: Mapping[tuple[Side, str], str]
    reasons: Mapping[tuple[Side, str], tuple[State, str]] = {}


def bill(invoice: Invoice, currency: str) -> Bill | None:
    """An invoice as pairing sees it; None for a draft and for one that is void.

    currency: of the account, for an invoice that names none.
    """
    if invoice.status in ("draft", "void"):
        return None
    return Bill(
        id=invoice.id,
        number=invoice.number,
        customer=invoice.customer,
        currency=invoice.currency or currency,
        total=invoice.total,
        balance=invoice.balance,
        date=invoice.date,
        foreign=not invoice.issued_here and not invoice.marker,
        ours=bool(invoice.marker),
    )


def pair_up(
    crm: Sequence[Bill], books: Sequence[Bill], links: Mapping[str, str], customers: Customers, days: int
) -> tuple[list[Match], list[Double]]:
    """Pair invoices one to one, the strongest evidence first, then find those left over that stand there twice.

    links: established pairs, HubSpot id to QuickBooks id. days: how far apart the dates of one invoice may be.
    """
    near = timedelta(days=days)
    theirs = {one.id: one for one in books}
    found = [Match(one, theirs[links[one.id]], "linked") for one in crm if links.get(one.id) in theirs]
    answered = set(links.values())
    left = [one for one in crm if one.id not in links]
    free = [one for one in books if one.id not in answered]
    for how, key, fits in _ways(near):
        new = list(_matched(left, free, how, key, fits, customers))
        found += new
        paired, answered = {m.crm.id for m in new}, {m.books.id for m in new}
        left = [one for one in left if one.id not in paired]
        free = [one for one in free if one.id not in answered]
    return _with_certainty(found, crm, books, customers), _doubles(found, left, free, customers, near)


def twins(customers: Iterable[Customer]) -> list[tuple[Customer, Customer, str]]:
    """Active QuickBooks customers made twice, each with the first of its kind and what they share: `email`, `name`.

    A sub-customer shares what it likes with the one above it, and each currency wants a customer of its own.
    """
    firsts: dict[tuple[str, str], list[Customer]] = defaultdict(list)
    found = []
    for customer in customers:
        if not customer.active or customer.parent:
            continue
        names = {name_form(name) for name in (customer.name, customer.company)} - {""}
        keys = ([("email", email(customer.email))] if customer.email else []) + [("name", n) for n in sorted(names)]
        one = next(((o, k[0]) for k in keys for o in firsts[k] if _one_currency(o, customer)), None)
        if one is not None:
            found.append((customer, *one))
            continue
        for key in keys:
            firsts[key].append(customer)
    return found


def _one_currency(one: Customer, other: Customer) -> bool:
    return one.currency == other.currency


_Key = Callable[[Bill, str], tuple[object, ...]]
"""What the two invoices of a pair have in common; the text is QuickBooks' id of the customer."""
_Fits = Callable[[Bill, Bill], bool]


def _ways(near: timedelta) -> tuple[tuple[How, _Key, _Fits], ...]:
    """How two invoices are recognized, the strongest way first: what they share, and what must hold besides."""
    return (
        ("number", lambda one, customer: (*_numbered(one), one.total, customer), _has_number),
        ("number", lambda one, _: (*_numbered(one), one.total), lambda c, b: _has_number(c, b) and _same_day(c, b)),
        ("number", lambda one, customer: (*_numbered(one), customer), _has_number),
        ("number", lambda one, _: _numbered(one), lambda c, b: _has_number(c, b) and c.foreign),
        ("alike", lambda one, customer: (one.total, one.currency, customer), lambda c, b: _close(c, b, near)),
    )


def _numbered(one: Bill) -> tuple[str, str]:
    return folded(one.number), one.currency


def _has_number(crm: Bill, _books: Bill) -> bool:
    return bool(crm.number)


def _same_day(crm: Bill, books: Bill) -> bool:
    return crm.foreign or (crm.date is not None and crm.date == books.date)


def _close(one: Bill, other: Bill, near: timedelta) -> bool:
    return one.date is not None and other.date is not None and abs(one.date - other.date) <= near


def _matched(
    left: Sequence[Bill], free: Sequence[Bill], how: How, key: _Key, fits: _Fits, customers: Customers
) -> Iterator[Match]:
    """Pair what shares a key, each with the one nearest to it in days."""
    there: dict[tuple[object, ...], list[Bill]] = defaultdict(list)
    for one in free:
        there[key(one, one.customer)].append(one)
    for ours in left:
        keys = dict.fromkeys(key(ours, owner) for owner in customers.of(ours))
        fitting = [other for k in keys for other in there.get(k, ()) if fits(ours, other)]
        if fitting:
            best = min(fitting, key=lambda other: (_apart(ours, other), len(other.id), other.id))
            there[key(best, best.customer)].remove(best)
            yield Match(ours, best, how)


def _apart(one: Bill, other: Bill) -> int:
    return abs((one.date - other.date).days) if one.date and other.date else 10_000


def _with_certainty(
    found: Sequence[Match], crm: Sequence[Bill], books: Sequence[Bill], customers: Customers
) -> list[Match]:
    """The matches, marked where nobody needs to be asked. What Tieout made itself is never paired like this."""
    here, there = (Counter((*_numbered(one), one.total) for one in bills) for bills in (crm, books))

    def certain(match: Match) -> bool:
        ours, other = match.crm, match.books
        same = (*_numbered(ours), ours.total)
        return (
            match.how == "number"
            and same == (*_numbered(other), other.total)
            and here[same] == there[same] == 1
            and customers.linked.get(ours.customer) == other.customer
            and _same_day(ours, other)
            and not (ours.ours or other.ours)
        )

    return [msgspec.structs.replace(match, certain=certain(match)) for match in found]


def _doubles(
    found: Sequence[Match], left: Sequence[Bill], free: Sequence[Bill], customers: Customers, near: timedelta
) -> list[Double]:
    """Those without counterpart that could be the very invoice that has one already."""
    doubles: list[Double] = []
    for side, extras in ((Side.BOOKS, free), (Side.CRM, left)):
        standing: dict[tuple[object, ...], list[Double]] = defaultdict(list)
        for match in found if extras else ():
            one, other = (match.crm, match.books) if side is Side.BOOKS else (match.books, match.crm)
            for mark in _marks(one, customers, side.other):
                standing[mark].append(Double(side, one, one, other))
        for extra in extras:
            candidates = (
                candidate
                for mark in _marks(extra, customers, side)
                for candidate in standing.get(mark, ())
                if mark[0] == "number" or _close(extra, candidate.one, near)
            )
            if (double := next(candidates, None)) is not None:
                doubles.append(msgspec.structs.replace(double, extra=extra))
    return doubles


def _marks(one: Bill, customers: Customers, side: Side) -> Iterator[tuple[object, ...]]:
    """By what one that is there twice is known: its number with total or customer, else customer and total."""
    owners = customers.of(one) if side is Side.CRM else (one.customer,)
    if one.number:
        yield "number", *_numbered(one), one.total
        yield from (("number", *_numbered(one), owner) for owner in owners if owner)
    yield from (("charge", one.total, one.currency, owner) for owner in owners if owner)

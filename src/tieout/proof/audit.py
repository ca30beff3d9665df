"""The audit: what is missing, doubled or different between two accounts, in money."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

import msgspec

from tieout.core.money import text
from tieout.core.records import Kind, Side, State
from tieout.kinds.pairing import Bill, Double, Match, Sight
from tieout.proof.tieout import Difference, Sum

Finding = Literal[
    "missing_in_books", "missing_in_crm", "doubled_in_books", "doubled_in_crm", "different", "customer_twice"
]
GROUPS: tuple[Finding, ...] = ("missing_in_books", "missing_in_crm", "doubled_in_books", "doubled_in_crm", "different")
"""What can be amiss with invoices. Together their differences are what the two accounts differ by."""

WOULD_SYNC = "would_sync"
"""The cause of what is missing though nothing stands in its way: it was simply never brought over."""
_ZERO = Decimal(0)


class Line(msgspec.Struct, frozen=True):
    """One thing that is amiss. Amounts are decimal strings in `currency`.

    crm, books: ids, empty where there is none. other: of what is there twice, the id of the first one on that side.
    amount: of what is missing or doubled; of what is different, how much, without sign; of a customer made twice, what
    that customer owes. difference, open: what the line adds to the total and to the open amounts, HubSpot less
    QuickBooks. cause: why it is missing, or by what it was recognized. name: of the customer.
    """

    finding: Finding
    kind: str
    crm: str
    books: str
    other: str
    number: str
    name: str
    currency: str
    amount: str
    difference: str
    open: str
    cause: str


class Group(msgspec.Struct, frozen=True):
    """The lines of one finding in one currency: how many, the sum of their amounts and of what they add."""

    count: int
    amount: str
    difference: str
    open: str


class Currency(msgspec.Struct, frozen=True):
    """Both accounts in one currency. The differences of the groups make up `difference`."""

    crm: Sum
    books: Sum
    difference: Difference
    missing_in_books: Group
    missing_in_crm: Group
    doubled_in_books: Group
    doubled_in_crm: Group
    different: Group


class Audit(msgspec.Struct, frozen=True):
    """What was found. paired: how many invoices are on both sides, by how they were recognized.

    taken_over: how many pairs were made of it at once, by kind; empty where nobody asked for it.
    """

    paired: dict[str, int]
    customers_twice: int
    currency: dict[str, Currency]
    lines: list[Line]
    taken_over: dict[str, int] = {}


def report(sight: Sight, currency: str) -> Audit:
    """Tell what is amiss. currency: QuickBooks' own, for a customer without one."""
    lines = [*_missing(sight), *_doubled(sight), *_different(sight), *_twice(sight, currency)]
    paired = {"linked": 0, "number": 0, "alike": 0}
    for match in sight.matches:
        paired[match.how] += 1
    codes = sorted({one.currency for one in (*sight.crm, *sight.books)})
    return Audit(paired, len(sight.twins), {code: _currency(code, sight, lines) for code in codes}, lines)


def _missing(sight: Sight) -> Iterator[Line]:
    known = {(Side.CRM, m.crm.id) for m in sight.matches} | {(Side.BOOKS, m.books.id) for m in sight.matches}
    known |= {(double.side, double.extra.id) for double in sight.doubles}
    for side, bills in ((Side.CRM, sight.crm), (Side.BOOKS, sight.books)):
        for one in sorted(bills, key=_by_number):
            if (side, one.id) not in known:
                finding: Finding = "missing_in_books" if side is Side.CRM else "missing_in_crm"
                yield _alone(sight, finding, side, one, _cause(*sight.reasons.get((side, one.id), (State.PENDING, ""))))


def _cause(state: State, cause: str) -> str:
    """What deciding says of it; what was imagined to be written stands in sync, so nothing is in its way."""
    return WOULD_SYNC if state in (State.IN_SYNC, State.WARNING, State.PENDING) or not cause else cause


def _doubled(sight: Sight) -> Iterator[Line]:
    for double in sorted(sight.doubles, key=lambda d: (d.side is Side.CRM, _by_number(d.extra))):
        finding: Finding = "doubled_in_books" if double.side is Side.BOOKS else "doubled_in_crm"
        same = double.extra.number.casefold() == double.one.number.casefold() != ""
        yield _alone(sight, finding, double.side, double.extra, "same_number" if same else "same_charge", double)


def _alone(sight: Sight, finding: Finding, side: Side, one: Bill, cause: str, double: Double | None = None) -> Line:
    sign = 1 if side is Side.CRM else -1
    opposite = double.one.id if double is not None else ""
    crm, books = (one.id, opposite) if side is Side.CRM else (opposite, one.id)
    return Line(
        finding=finding,
        kind=Kind.INVOICE.value,
        crm=crm,
        books=books,
        other=double.other.id if double is not None else "",
        number=one.number,
        name=sight.names.get((side, one.customer), ""),
        currency=one.currency,
        amount=text(one.total, one.currency),
        difference=text(sign * one.total, one.currency),
        open=text(sign * one.balance, one.currency),
        cause=cause,
    )


def _different(sight: Sight) -> Iterator[Line]:
    for match in sorted(sight.matches, key=lambda m: _by_number(m.crm)):
        total, owed = _apart(match)
        if not total and not owed:
            continue
        code = match.crm.currency
        yield Line(
            finding="different",
            kind=Kind.INVOICE.value,
            crm=match.crm.id,
            books=match.books.id,
            other="",
            number=match.crm.number or match.books.number,
            name=sight.names.get((Side.BOOKS, match.books.customer), ""),
            currency=code,
            amount=text(abs(total or owed), code),
            difference=text(total, code),
            open=text(owed, code),
            cause="totals_apart" if total else "open_apart",
        )


def _apart(match: Match) -> tuple[Decimal, Decimal]:
    return match.crm.total - match.books.total, match.crm.balance - match.books.balance


def _twice(sight: Sight, currency: str) -> Iterator[Line]:
    for customer, first, shared in sight.twins:
        code = customer.currency or currency
        yield Line(
            finding="customer_twice",
            kind=Kind.CUSTOMER.value,
            crm="",
            books=customer.id,
            other=first.id,
            number="",
            name=customer.name,
            currency=code,
            amount=text(customer.balance or _ZERO, code),
            difference=text(_ZERO, code),
            open=text(_ZERO, code),
            cause=f"same_{shared}",
        )


def _by_number(one: Bill) -> tuple[str, str, int, str]:
    return one.currency, one.number, len(one.id), one.id


def _currency(code: str, sight: Sight, lines: list[Line]) -> Currency:
    crm, books = (_sum(code, bills) for bills in (sight.crm, sight.books))
    groups = {
        name: _group(code, [one for one in lines if one.finding == name and one.currency == code]) for name in GROUPS
    }
    apart = Difference(
        text(Decimal(crm.total) - Decimal(books.total), code), text(Decimal(crm.open) - Decimal(books.open), code)
    )
    return Currency(crm, books, apart, **groups)


def _sum(code: str, bills: list[Bill]) -> Sum:
    own = [one for one in bills if one.currency == code]
    return Sum(
        len(own),
        text(sum((one.total for one in own), _ZERO), code),
        text(sum((one.balance for one in own), _ZERO), code),
    )


def _group(code: str, lines: list[Line]) -> Group:
    def summed(name: str) -> str:
        return text(sum((Decimal(getattr(one, name)) for one in lines), _ZERO), code)

    return Group(len(lines), summed("amount"), summed("difference"), summed("open"))

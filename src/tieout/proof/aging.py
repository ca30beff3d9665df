"""What was owed on a day: HubSpot's open invoices held against QuickBooks' own A/R Aging, cent by cent.

Every cent of QuickBooks' report is in both, only in QuickBooks, or an unapplied credit or payment; every open cent of
HubSpot is in both or only in HubSpot. What is on one side only has a recorded reason, or the day does not tie out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

import msgspec

from tieout.core.money import rounded, text
from tieout.proof.report import Entry, Report
from tieout.proof.tieout import UNEXPLAINED, Known, explained, open_reasons
from tieout.proof.totals import Total

OTHER_ENTRY = "other_entry"
"""The reason of what is on accounts receivable by nature in QuickBooks alone, such as a journal entry."""
UNAPPLIED = "unapplied"
"""The reason of a credit or payment that is applied to nothing yet."""
_ZERO = Decimal(0)
K = TypeVar("K", tuple[str, str], tuple[str, str, str])


class Group(StrEnum):
    """Where an open amount stands. CREDIT: in QuickBooks, and negative."""

    BOTH = "both"
    CRM = "only_in_hubspot"
    BOOKS = "only_in_quickbooks"
    CREDIT = "credit"


class Open(msgspec.Struct, frozen=True):
    """An open amount of one document; a document that differs stands in several groups.

    crm, books: ids, empty where it is not on that side. amount: in `currency`. home: QuickBooks' amount in the
    company's currency, `0.00` for what is only in HubSpot. reason: empty in both, else recorded or `unexplained`.
    """

    group: Group
    kind: str
    crm: str
    books: str
    number: str
    day: str
    customer: str
    name: str
    currency: str
    amount: str
    home: str
    reason: str = ""


class Sums(msgspec.Struct, frozen=True):
    """Open amounts by group, as decimal strings. In QuickBooks there is `both + only_in_quickbooks + credits`."""

    both: str
    only_in_hubspot: str
    only_in_quickbooks: str
    credits: str


class Customer(msgspec.Struct, frozen=True):
    """A customer's sums in `currency`; report, difference: in the company's currency, what QuickBooks' report says."""

    id: str
    name: str
    currency: str
    sums: Sums
    report: str
    difference: str


class Month(msgspec.Struct, frozen=True):
    """The sums of documents dated in one month (`2026-03`)."""

    month: str
    currency: str
    sums: Sums


class Unexplained(msgspec.Struct, frozen=True):
    """What has no reason, by customer. amount: QuickBooks less HubSpot, in `currency`."""

    customer: str
    name: str
    currency: str
    amount: str


class Aging(msgspec.Struct, frozen=True):
    """The tie-out of a day. report, sums, difference: in the company's `currency`.

    difference: the report less what makes it up. ties_out: there is none, of any customer, and all has a reason.
    """

    ties_out: bool
    currency: str
    report: str
    sums: Sums
    difference: str
    customers: tuple[Customer, ...]
    months: tuple[Month, ...]
    currencies: dict[str, Sums]
    unexplained: tuple[Unexplained, ...]
    open: tuple[Open, ...]


def age(
    crm: Sequence[Total], books: Sequence[Total], report: Report, known: Known, names: Mapping[str, tuple[str, str]]
) -> Aging:
    """Hold HubSpot's invoices against the report.

    crm: as of the report's day (`totals.as_of`). books: all invoices of QuickBooks, for what they name. names: the
    customer of a HubSpot invoice that QuickBooks does not have, by the invoice's id: QuickBooks' id and a name.
    """
    called = {id_: name for id_, (name, _) in report.customers.items()}
    found = tuple(
        msgspec.structs.replace(one, name=called.get(one.customer, one.name))
        for one in _opened(crm, {total.id: total for total in books}, report, known, names)
    )
    home = report.currency
    apart = _unaccounted(found, report)
    unexplained = _unexplained(found, apart, report)
    sums = _home_sums(found, home)
    accounted = Decimal(sums.both) + Decimal(sums.only_in_quickbooks) + Decimal(sums.credits)
    return Aging(
        ties_out=not unexplained and report.total == accounted,
        currency=home,
        report=text(report.total, home),
        sums=sums,
        difference=text(report.total - accounted, home),
        customers=tuple(_customers(found, apart, report)),
        months=tuple(
            Month(month, currency, _sums(own, currency))
            for (month, currency), own in _grouped(found, lambda one: (one.day[:7], one.currency))
        ),
        currencies={
            currency: _sums(own, currency) for (currency, _), own in _grouped(found, lambda one: (one.currency, ""))
        },
        unexplained=unexplained,
        open=found,
    )


def _opened(
    crm: Sequence[Total],
    books: Mapping[str, Total],
    report: Report,
    known: Known,
    names: Mapping[str, tuple[str, str]],
) -> Iterator[Open]:
    """Every open amount, in the order of HubSpot's invoices, then of the report."""
    owed = {one.id: one for one in report.entries if one.id in books}
    for ours in crm:
        entry = owed.get(known.links.get(ours.id, ""))
        if not ours.live or (entry is not None and entry.currency != ours.currency):
            continue
        other = books.get(known.links.get(ours.id, ""))
        if entry is not None:
            del owed[entry.id]
        if entry is not None and other is not None:
            yield from _pair(ours, msgspec.structs.replace(other, open=entry.open), entry, known, report.currency)
        elif ours.open and other is not None and other.live:
            yield from _pair(ours, msgspec.structs.replace(other, open=_ZERO), None, known, report.currency)
        elif ours.open:
            customer, name = (other.customer, other.name) if other is not None else names.get(ours.id, ("", ""))
            reason = explained(known.reasons.get(("crm", ours.id), ""))
            yield _crm(ours, other.id if other is not None else "", customer, name, ours.open, reason)
    linked = {books_id: crm_id for crm_id, books_id in known.links.items()}
    for entry in report.entries:
        if entry.id in owed:
            reason = explained(known.reasons.get(("books", entry.id), ""))
            yield _books(Group.BOOKS, "invoice", entry, linked.get(entry.id, ""), entry.open, entry.home, reason)
        elif entry.id not in books:
            group, reason = (Group.CREDIT, UNAPPLIED) if entry.open < 0 else (Group.BOOKS, OTHER_ENTRY)
            yield _books(group, entry.type, entry, "", entry.open, entry.home, reason)


def _pair(ours: Total, other: Total, entry: Entry | None, known: Known, home_currency: str) -> Iterator[Open]:
    """An invoice on both sides: what both say is open, and what one says beyond it."""
    both = min(ours.open, other.open, key=abs) if ours.open * other.open > 0 else _ZERO
    reasons = open_reasons(ours, other, known.reasons.get(("crm", ours.id), ""), known.settlements.get(ours.id, {}))
    if entry is not None:
        parts = [(Group.BOTH, both, "")] if both else []
        parts += [(Group.BOOKS, -amount, why) for amount, why in _shares(both - other.open, reasons)]
        left = entry.home
        for number, (group, amount, why) in enumerate(parts, 1):
            last = number == len(parts)
            home = left if last else rounded(entry.home * amount / entry.open, home_currency)
            left -= home
            yield _books(group, "invoice", entry, ours.id, amount, home, why)
    for amount, why in _shares(ours.open - both, reasons):
        yield _crm(ours, other.id, other.customer, other.name, amount, why)


def _shares(rest: Decimal, reasons: Iterable[tuple[Decimal, str]]) -> Iterator[tuple[Decimal, str]]:
    """A difference by reason. What part of it has none leaves none to the whole: the parts may offset each other."""
    given = [(amount, why) for amount, why in reasons if amount * rest > 0]
    if rest and (not given or any(why == UNEXPLAINED for _, why in reasons)):
        yield rest, UNEXPLAINED
        return
    for number, (amount, why) in enumerate(given, 1):
        part = rest if number == len(given) else min(amount, rest, key=abs)
        if part:
            yield part, why
        rest -= part


def _crm(ours: Total, books: str, customer: str, name: str, amount: Decimal, reason: str) -> Open:
    day = ours.day.isoformat() if ours.day else ""
    money = text(amount, ours.currency)
    return Open(
        Group.CRM, "invoice", ours.id, books, ours.number, day, customer, name, ours.currency, money, "0.00", reason
    )


def _books(group: Group, kind: str, entry: Entry, crm: str, amount: Decimal, home: Decimal, reason: str) -> Open:
    return Open(
        group,
        kind,
        crm,
        entry.id,
        entry.number,
        entry.day.isoformat(),
        entry.customer,
        entry.name,
        entry.currency,
        text(amount, entry.currency),
        str(home),
        reason,
    )


def _unaccounted(found: Iterable[Open], report: Report) -> dict[str, Decimal]:
    """What the report says of each customer beyond what was found, in the company's currency."""
    left = defaultdict(lambda: _ZERO, {id_: amount for id_, (_, amount) in report.customers.items()})
    for one in found:
        if one.group is not Group.CRM:
            left[one.customer] -= Decimal(one.home)
    return left


def _unexplained(found: Iterable[Open], apart: Mapping[str, Decimal], report: Report) -> tuple[Unexplained, ...]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: _ZERO)
    for one in found:
        if one.reason == UNEXPLAINED:
            amount = Decimal(one.amount)
            sums[one.customer, one.name, one.currency] += -amount if one.group is Group.CRM else amount
    for customer, amount in apart.items():
        if amount:
            name = report.customers.get(customer, ("", _ZERO))[0]
            sums[customer, name or customer, report.currency] += amount
    return tuple(Unexplained(*key, text(amount, key[2])) for key, amount in sums.items())


def _customers(found: Iterable[Open], apart: Mapping[str, Decimal], report: Report) -> Iterator[Customer]:
    listed = set()
    for (name, customer, currency), own in _grouped(found, lambda one: (one.name, one.customer, one.currency)):
        listed.add(customer)
        yield _customer(customer, name, currency, own, apart, report)
    for customer, (name, amount) in report.customers.items():
        if amount and customer not in listed:
            yield _customer(customer, name, report.currency, [], apart, report)


def _customer(
    id_: str, name: str, currency: str, own: Sequence[Open], apart: Mapping[str, Decimal], report: Report
) -> Customer:
    _, amount = report.customers.get(id_, ("", _ZERO))
    home = report.currency
    return Customer(id_, name, currency, _sums(own, currency), text(amount, home), text(apart.get(id_, _ZERO), home))


def _grouped(found: Iterable[Open], key: Callable[[Open], K]) -> list[tuple[K, list[Open]]]:
    groups: dict[K, list[Open]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    return [(of, groups[of]) for of in sorted(groups)]


def _sums(found: Iterable[Open], currency: str) -> Sums:
    return _summed(((one.group, Decimal(one.amount)) for one in found), currency)


def _home_sums(found: Iterable[Open], currency: str) -> Sums:
    """In the company's currency; what is only in HubSpot counts where it is in that currency too."""
    amounts = (
        (one.group, Decimal(one.amount if one.group is Group.CRM else one.home))
        for one in found
        if one.group is not Group.CRM or one.currency == currency
    )
    return _summed(amounts, currency)


def _summed(amounts: Iterable[tuple[Group, Decimal]], currency: str) -> Sums:
    sums = dict.fromkeys(Group, _ZERO)
    for group, amount in amounts:
        sums[group] += amount
    return Sums(*(text(sums[group], currency) for group in (Group.BOTH, Group.CRM, Group.BOOKS, Group.CREDIT)))

"""The tie-out: every invoice of both sides held against its counterpart, each difference with its recorded reason."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from tieout.core.money import text
from tieout.proof.totals import Total

UNEXPLAINED = "unexplained"


class Sum(msgspec.Struct, frozen=True):
    """One side's live invoices in one currency; amounts as decimal strings."""

    invoices: int
    total: str
    open: str


class Difference(msgspec.Struct, frozen=True):
    """HubSpot less QuickBooks, as decimal strings."""

    total: str
    open: str


class Currency(msgspec.Struct, frozen=True):
    """Both sides in one currency."""

    crm: Sum
    books: Sum
    difference: Difference


class Exception_(msgspec.Struct, frozen=True):  # noqa: N801 - the name of the thing, kept clear of the builtin
    """Something that is not the same on both sides. amount: of the difference, without sign, as a decimal string.

    crm, books: ids; empty where it stands on one side only. reason: the recorded state or cause, else `unexplained`.
    """

    kind: str
    crm: str
    books: str
    amount: str
    reason: str
    currency: str = ""
    number: str = ""


class Proof(msgspec.Struct, frozen=True):
    """The result. ties_out: every difference has a reason, and together they make up the whole difference."""

    ties_out: bool
    currency: dict[str, Currency]
    exceptions: tuple[Exception_, ...]


class Known(msgspec.Struct, frozen=True):
    """What is recorded of invoices. links: HubSpot id to QuickBooks id. reasons: by ("crm" or "books", id).

    settlements: by HubSpot id, why money on the invoice is not the same on both sides.
    """

    links: Mapping[str, str]
    reasons: Mapping[tuple[str, str], str]
    settlements: Mapping[str, str]


def compare(crm: Sequence[Total], books: Sequence[Total], known: Known) -> Proof:
    """Hold both sides against each other. Draft and void invoices are left out, save where the other side's is live."""
    theirs = {total.id: total for total in books}
    linked = set(known.links.values())
    found: list[Exception_] = []
    gaps: dict[str, list[Decimal]] = {}
    for ours in crm:
        other = theirs.get(known.links.get(ours.id, ""))
        reason = known.reasons.get(("crm", ours.id), "")
        if ours.live and (other is None or not other.live):
            found.append(_alone(ours, "crm", other.id if other is not None else "", reason))
            _add(gaps, ours.currency, ours.total, ours.open)
        elif other is not None and other.live and not ours.live:
            found.append(_alone(other, "books", ours.id, reason))
            _add(gaps, other.currency, -other.total, -other.open)
        elif other is not None and ours.live:
            found += _pair(ours, other, reason, known.settlements.get(ours.id, ""))
            _add(gaps, ours.currency, ours.total - other.total, ours.open - other.open)
    ids = {total.id for total in crm}
    for total in books:
        standing = total.id in linked and any(known.links.get(i) == total.id for i in ids)
        if total.live and not standing:
            found.append(_alone(total, "books", "", known.reasons.get(("books", total.id), "")))
            _add(gaps, total.currency, -total.total, -total.open)
    currencies = {
        code: _currency([t for t in crm if t.currency == code], [t for t in books if t.currency == code], code)
        for code in sorted({t.currency for t in (*crm, *books) if t.live})
    }
    whole = all(
        (Decimal(c.difference.total), Decimal(c.difference.open)) == tuple(gaps.get(code, [Decimal(0), Decimal(0)]))
        for code, c in currencies.items()
    )
    return Proof(whole and all(e.reason != UNEXPLAINED for e in found), currencies, tuple(found))


def _alone(total: Total, side: str, other: str, reason: str) -> Exception_:
    crm, books = (total.id, other) if side == "crm" else (other, total.id)
    amount = text(total.total, total.currency)
    return Exception_("invoice", crm, books, amount, reason or UNEXPLAINED, total.currency, total.number)


def _pair(ours: Total, other: Total, reason: str, settlement: str) -> list[Exception_]:
    found: list[Exception_] = []
    apart = ours.total - other.total
    if apart:
        amount = text(abs(apart), ours.currency)
        because = reason if reason and reason != "in_sync" else UNEXPLAINED
        found.append(Exception_("invoice", ours.id, other.id, amount, because, ours.currency, ours.number))
    still = ours.open - other.open - apart
    if still:
        amount = text(abs(still), ours.currency)
        because = settlement or (reason if reason and reason != "in_sync" else UNEXPLAINED)
        found.append(Exception_("settlement", ours.id, other.id, amount, because, ours.currency, ours.number))
    return found


def _add(gaps: dict[str, list[Decimal]], currency: str, total: Decimal, open_: Decimal) -> None:
    gap = gaps.setdefault(currency, [Decimal(0), Decimal(0)])
    gap[0] += total
    gap[1] += open_


def _currency(crm: Sequence[Total], books: Sequence[Total], code: str) -> Currency:
    sums = []
    for side in (crm, books):
        live = [t for t in side if t.live]
        sums.append((len(live), sum((t.total for t in live), Decimal(0)), sum((t.open for t in live), Decimal(0))))
    (n, total, open_), (m, other, other_open) = sums
    return Currency(
        Sum(n, text(total, code), text(open_, code)),
        Sum(m, text(other, code), text(other_open, code)),
        Difference(text(total - other, code), text(open_ - other_open, code)),
    )

"""The tie-out: every invoice of both sides held against its counterpart, each difference with its recorded reason."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from tieout.core.money import text
from tieout.core.records import State
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


class ReconcilingItem(msgspec.Struct, frozen=True):
    """Something that is not the same on both sides. amount: of the difference, without sign, as a decimal string.

    crm, books: ids; empty where it stands on one side only. reason: the recorded state or cause, else `unexplained`.
    effect: what it adds to the difference of the totals, HubSpot less QuickBooks; all effects together make it up.
    """

    kind: str
    crm: str
    books: str
    amount: str
    reason: str
    currency: str = ""
    number: str = ""
    effect: str = "0.00"


class Proof(msgspec.Struct, frozen=True):
    """The result. ties_out: every difference has a reason, and together they make up the whole difference."""

    ties_out: bool
    currency: dict[str, Currency]
    exceptions: tuple[ReconcilingItem, ...]


class Known(msgspec.Struct, frozen=True):
    """What is recorded of invoices. links: HubSpot id to QuickBooks id. reasons: by ("crm" or "books", id).

    settlements: by HubSpot id, what payments and credits add to HubSpot's open amount beyond QuickBooks', by reason:
    money that stands in QuickBooks alone counts up, money that stands in HubSpot alone counts down.
    """

    links: Mapping[str, str]
    reasons: Mapping[tuple[str, str], str]
    settlements: Mapping[str, Mapping[str, Decimal]]


def compare(crm: Sequence[Total], books: Sequence[Total], known: Known) -> Proof:
    """Hold both sides against each other. Draft and void invoices are left out, save where the other side's is live."""
    theirs = {total.id: total for total in books}
    found: list[ReconcilingItem] = []
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
            found += _pair(ours, other, reason, known.settlements.get(ours.id, {}))
            _add(gaps, ours.currency, ours.total - other.total, ours.open - other.open)
    answered = {known.links[total.id] for total in crm if total.id in known.links}
    for total in books:
        if total.live and total.id not in answered:
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


def _alone(total: Total, side: str, other: str, reason: str) -> ReconcilingItem:
    crm, books = (total.id, other) if side == "crm" else (other, total.id)
    amount = text(total.total, total.currency)
    effect = text(total.total if side == "crm" else -total.total, total.currency)
    return ReconcilingItem("invoice", crm, books, amount, explained(reason), total.currency, total.number, effect)


def _pair(ours: Total, other: Total, reason: str, settlements: Mapping[str, Decimal]) -> list[ReconcilingItem]:
    """What the two differ by. A recorded settlement accounts for its own amount of the open difference, no more."""

    def item(kind: str, amount: Decimal, because: str) -> ReconcilingItem:
        return ReconcilingItem(
            kind,
            ours.id,
            other.id,
            text(abs(amount), ours.currency),
            because,
            ours.currency,
            ours.number,
            text(amount if kind == "invoice" else Decimal(0), ours.currency),
        )

    apart = ours.total - other.total
    found = [item("invoice", apart, explained(reason))] if apart else []
    return found + [item("settlement", amount, why) for amount, why in _money(ours, other, settlements)]


def open_reasons(
    ours: Total, other: Total, reason: str, settlements: Mapping[str, Decimal]
) -> list[tuple[Decimal, str]]:
    """What makes up the difference of two open amounts, HubSpot less QuickBooks, each part with its reason."""
    apart = ours.total - other.total
    return ([(apart, explained(reason))] if apart else []) + _money(ours, other, settlements)


def _money(ours: Total, other: Total, settlements: Mapping[str, Decimal]) -> list[tuple[Decimal, str]]:
    """What payments and credits, or nothing that is recorded, add to HubSpot's open amount beyond the charges'."""
    apart = ours.total - other.total
    if ours.open - other.open == apart:
        return []
    found = [(amount, why) for why, amount in settlements.items() if amount]
    due = other.open + apart + sum(settlements.values(), Decimal(0))
    # HubSpot shows an invoice that was paid more than it asks as owing nothing.
    if rest := ours.open - (due if due > 0 or ours.total < 0 else Decimal(0)):
        found.append((rest, UNEXPLAINED))
    return found


def explained(reason: str) -> str:
    """The recorded reason of a difference: that all was in sync is none."""
    return UNEXPLAINED if reason in ("", State.IN_SYNC) else reason


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

"""Customers and items that were merged: the pair follows, invoices go on, a person is asked where two meet in one."""

from collections.abc import Iterable
from typing import Any

import msgspec

from tieout.core.decide import Bond, Decision, Exclude, Hold, Pair, Wait, broken
from tieout.core.match import Candidate
from tieout.core.merged import Merged, MergedOf, TakeOver
from tieout.core.questions import Answers, Linked, LinkOf, Question
from tieout.core.records import Kind, Side
from tieout.kinds.invoice import Invoice

_NOBODY = Merged()


def question(pair: Pair[Any], bond: Bond[Any]) -> MergedOf:
    """What must be known of a pair of which a record is gone."""
    return MergedOf(pair.kind, bond.crm_base.id, bond.books_base.id)


def follow(pair: Pair[Any], bond: Bond[Any], side: Side, how: str, answers: Answers) -> Decision:
    """The pair goes on with what its records were merged into, as far as that is free; else a person decides.

    side, how: of the first record that is gone. What was deleted breaks the pair, until somebody names another
    QuickBooks customer for it.
    """
    reply = answers[question(pair, bond)]
    now = reply if isinstance(reply, Merged) else _NOBODY
    chosen = pair.choices.get("link_customer", "")
    if Side.BOOKS in pair.gone and chosen and now.crm and chosen != bond.books_base.id:
        return TakeOver(now.crm, chosen)
    if not now.crm or not now.books:
        return broken(side, how)
    if now.crm_with == now.books:
        return Exclude("merged")  # the same two records met on both sides
    if len({one.id for one in now.rivals} | {now.books}) > 1:
        return _one_of_several(pair, bond, now)
    return _shared(pair, bond, now) if now.books_with else TakeOver(now.crm, now.books)


def _one_of_several(pair: Pair[Any], bond: Bond[Any], now: Merged) -> Decision:
    """Several became one in HubSpot, each with a QuickBooks customer: one of these is the default for what is new."""
    chosen = pair.choices.get("default_customer", "")
    if chosen == now.books:
        return _shared(pair, bond, now) if now.books_with else TakeOver(now.crm, now.books)
    if chosen in {one.id for one in now.rivals} or not now.asks:
        return Exclude("merged")
    return Hold("merged_in_hubspot", candidates=now.rivals)


def _shared(pair: Pair[Any], bond: Bond[Any], now: Merged) -> Decision:
    """The QuickBooks record that this one was merged into belongs to another HubSpot record already.

    Two products may be one item, which nobody needs to be asked about: the bookkeeper has just said so. A pair that
    shares still follows its HubSpot record, whose invoices it tells where to go.
    """
    if pair.kind is Kind.ITEM or pair.choices.get("share_customer") == now.books:
        moved = now.crm != bond.crm_base.id and not now.crm_with
        return TakeOver(now.crm, bond.books_base.id) if moved else Exclude("merged")
    return Hold("merged_in_quickbooks", {"into": now.books}, candidates=(Candidate(now.books, now.label),))


def former(kind: Kind, formers: Iterable[str], answers: Answers) -> Wait | None:
    """Wait for the pair of what was merged into a record: it decides whether it lives on with that one."""
    for one in formers:
        reply = answers[LinkOf(kind, Side.CRM, one)]
        if isinstance(reply, Linked) and reply.own == one:
            return Wait(kind, one, name=reply.label)
    return None


def former_customers(crm: Invoice, books: Invoice, bond: Bond[Invoice]) -> frozenset[Question]:
    """What must be known of the customers that a linked invoice had, where it names others now."""
    moved = ((Side.CRM, bond.crm_base.customer, crm.customer), (Side.BOOKS, bond.books_base.customer, books.customer))
    return frozenset(LinkOf(Kind.CUSTOMER, side, was) for side, was, now in moved if was and was != now)


def followed(crm: Invoice, books: Invoice, bond: Bond[Invoice], answers: Answers) -> tuple[Invoice, Bond[Invoice]]:
    """The invoice and what is kept of it, where it names another customer only because the former was merged into it.

    That is nobody's edit. In HubSpot the former goes on counting, since it is what tells the two QuickBooks customers
    of a merged company apart; QuickBooks' new one counts as what it had all along.
    """
    was = bond.crm_base.customer
    if was != crm.customer and _became(Side.CRM, was, answers) == crm.customer:
        crm = msgspec.structs.replace(crm, customer=was)
    was = bond.books_base.customer
    if was != books.customer and _became(Side.BOOKS, was, answers) == books.customer:
        base = msgspec.structs.replace(bond.books_base, customer=books.customer)
        bond = msgspec.structs.replace(bond, books_base=base)
    return crm, bond


def _became(side: Side, customer: str, answers: Answers) -> str | None:
    reply = answers.get(LinkOf(Kind.CUSTOMER, side, customer))
    return reply.into if isinstance(reply, Linked) and reply.into else None

"""Who issued an invoice that people typed in on both sides, and what follows where it counts as QuickBooks'.

Such a pair is linked, never made: by a person's *the same*, or when the pairs of another sync are taken over. Its
charge is the issuer's alone. Where that is QuickBooks, HubSpot has a billable invoice of its own nevertheless, which
nobody but the seller may change, so that Tieout writes the charge of neither and holds what differs.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from tieout.core.decide import Accept, Bond, Decision, Hold, Nothing, Pair, Update, World, signature
from tieout.core.merge import Difference
from tieout.core.questions import Answers, Question
from tieout.core.records import Side
from tieout.kinds import charge, owner
from tieout.kinds.currency import owner_question
from tieout.kinds.invoice import Invoice

ISSUER = "issuer"
"""The choice that keeps on which side such an invoice counts as made; a pair without it is HubSpot's."""

_COMPARED = frozenset({"discount", "tax", "total", "currency", "date"})
"""Fields of the charge whose values mean the same on both sides; lines and customers have ids of their own on each."""


def presumed(crm: Invoice, books: Invoice) -> Side | None:
    """Where an invoice that is being linked counts as made; None where that is no question.

    That is where its payments are: HubSpot only if something was paid there and nothing was settled in QuickBooks.
    """
    if not _typed_in_twice(crm, books):
        return None
    return Side.CRM if _settled(crm) and not _settled(books) else Side.BOOKS


def is_open(pair: Pair[Any]) -> bool:
    """Whether a person may say where a linked invoice counts as made: neither of the two was made by Tieout."""
    crm, books, bond = pair.crm, pair.books, pair.bond
    if not isinstance(crm, Invoice) or not isinstance(books, Invoice) or bond is None:
        return False
    return _typed_in_twice(crm, books) and _typed_in_twice(bond.crm_base, bond.books_base)


def issuer(pair: Pair[Any]) -> Side | None:
    """The side where an invoice counts as made; None for another kind, and where neither side made it."""
    if isinstance(pair.crm, Invoice) and pair.crm.issued_here and not is_in_books(pair.choices):
        return Side.CRM
    return Side.BOOKS if isinstance(pair.books, Invoice) else None


def is_in_books(choices: Mapping[str, str]) -> bool:
    """Whether an invoice that HubSpot bills counts as made in QuickBooks."""
    return choices.get(ISSUER) == Side.BOOKS


def apart(crm: Invoice, books: Invoice, differences: tuple[Difference, ...]) -> Hold:
    """What differs, of an invoice that counts as QuickBooks', for a person to settle."""
    told = {"number": crm.number, "total": str(crm.total), "other": str(books.total)}
    return Hold("issued_in_quickbooks", told, differences)


def needs(crm: Invoice, books: Invoice, bond: Bond[Invoice], world: World, answers: Answers) -> frozenset[Question]:
    """Where both sides gave it another customer: whether these two are one."""
    if crm.customer == bond.crm_base.customer or books.customer == bond.books_base.customer:
        return frozenset()
    return frozenset({owner_question(crm.customer, books.currency, world, answers)} - answers.keys())


def decide(
    pair: Pair[Invoice],
    crm: Invoice,
    books: Invoice,
    bond: Bond[Invoice],
    world: World,
    answers: Answers,
    header: Decision,
) -> Decision:
    """Decide a linked invoice that counts as QuickBooks'. header: what its header asks for, once the charge agrees."""
    found = (
        *charge.differences(bond.crm_base, crm, Side.CRM),
        *charge.differences(bond.books_base, books, Side.BOOKS),
    )
    edits = [one for one in found if one.field != "number"]  # each side gives numbers of its own
    told = {(_field(one), one.side) for one in edits}
    agreed = {name for name, _ in told if _agrees(name, crm, books, told)}
    if "customer" in agreed and not owner.stands_for(crm, books, world, answers):
        agreed.remove("customer")
    standing = tuple(one for one in edits if _field(one) not in agreed)
    if crm.total != books.total and all(one.field != "total" for one in standing):
        standing += (Difference("total", str(crm.total), str(books.total)),)
    if not standing:
        moved = charge.NAMES if found else ()
        if isinstance(header, Nothing | Update | Accept):
            return msgspec.structs.replace(header, moved=(*moved, *header.moved))
        return header
    if pair.choices.get("leave_both") == signature(standing):
        # What is left as it is concerns the charge alone; the header goes on flowing.
        return Accept(standing, header.moved) if isinstance(header, Nothing) else header
    return apart(crm, books, standing)


def _agrees(field: str, crm: Invoice, books: Invoice, told: set[tuple[str, Side | None]]) -> bool:
    """Whether an edit has found its way to the other side, by another person's hand."""
    if field in _COMPARED:
        return bool(getattr(crm, field) == getattr(books, field))
    return all((field, side) in told for side in Side) and crm.total == books.total


def _field(difference: Difference) -> str:
    return difference.field.partition("[")[0]


def _typed_in_twice(crm: Invoice, books: Invoice) -> bool:
    return crm.issued_here and books.issued_here


def _settled(invoice: Invoice) -> bool:
    """Whether something was paid or credited on it; one that comes to nothing owes nothing to anybody."""
    return bool(invoice.total) and (invoice.status == "paid" or invoice.balance < invoice.total)

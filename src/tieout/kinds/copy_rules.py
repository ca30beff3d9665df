"""How an invoice made in QuickBooks is decided: HubSpot shows a copy of it, whose charge is QuickBooks' alone.

A copy is made in steps: the invoice as a draft, its lines, discount and tax, then its total and status. Each decision
compares what stands with what shall be and asks for the next step, so that whatever interrupts it, it goes on there.
"""

from collections.abc import Mapping

import msgspec

from tieout.core.decide import (
    Accept,
    Bond,
    Change,
    Create,
    Decision,
    Exclude,
    Fail,
    Hold,
    Link,
    Nothing,
    Pair,
    Update,
    Void,
    World,
    signature,
)
from tieout.core.merge import Difference
from tieout.core.questions import Answers, Linked, LinkOf, Question
from tieout.core.records import Kind, Side
from tieout.kinds import charge, mapped, owner
from tieout.kinds.alike import alike_question, asked, found
from tieout.kinds.copying import copy, placed, same_parts
from tieout.kinds.invoice import HEADER, Invoice

_PARTS = ("lines", "discount", "tax")
_LAST = ("number", "date", "total", "status")


def is_copy(crm: Invoice) -> bool:
    """Whether a HubSpot invoice is our copy of one made in QuickBooks."""
    return bool(crm.marker) and not crm.issued_here


def is_foreign_copy(crm: Invoice, books: Invoice) -> bool:
    """Whether a HubSpot invoice is a copy, made by another sync or by hand, of one made in QuickBooks."""
    return not crm.issued_here and not crm.marker and books.issued_here


def foreign(crm: Invoice, books: Invoice, bond: Bond[Invoice], choices: Mapping[str, str]) -> Decision:
    """A copy that is not ours: QuickBooks' invoice is the source, and nobody but its maker writes the copy.

    What differs between the two is held; the rest of both goes its own way.
    """
    apart = tuple(
        Difference(name, str(getattr(crm, name)), str(getattr(books, name)))
        for name in ("status", "total")
        if _stands(crm, name) != _stands(books, name)
    )
    moved = tuple(
        name
        for name in (*charge.NAMES, "status")
        if getattr(crm, name) != getattr(bond.crm_base, name) or getattr(books, name) != getattr(bond.books_base, name)
    )
    if not apart:
        return Nothing(moved=moved)
    if choices.get("leave_both") == signature(apart):
        return Accept(apart)
    return Hold("copy_apart", {"number": books.number, "total": str(crm.total), "other": str(books.total)}, apart)


def _stands(invoice: Invoice, name: str) -> object:
    """A value as far as the two must agree: an invoice is void or it is not."""
    return invoice.total if name == "total" else invoice.status == "void"


def needs(pair: Pair[Invoice], books: Invoice, world: World, answers: Answers) -> frozenset[Question]:
    """Its customer and items in HubSpot; before it is made there, what could be this very invoice."""
    if pair.bond is None and _stays_out(books, world):
        return frozenset()
    if wanted := frozenset(_links(books) - answers.keys()):
        return wanted
    if pair.crm is not None and pair.bond is not None:
        return owner.needs(pair.crm, books, pair.bond, world, answers)
    if "create_anyway" in pair.choices:
        return frozenset()
    alike = alike_question(books, Side.CRM, owner.owner(books, answers).other, world)
    return frozenset({alike} if alike is not None and alike not in answers else ())


def alone(pair: Pair[Invoice], books: Invoice, world: World, answers: Answers) -> Decision:
    """Make the copy, once its customer is in HubSpot and no twin is in sight."""
    if reason := _stays_out(books, world):
        return Exclude(reason)
    if chosen := pair.choices.get("use_existing"):
        return Link(chosen, "by_you")
    known = world.facts.crm
    if books.currency not in (known.currency, *known.currencies):
        return Fail("currency_not_in_hubspot", {"currency": books.currency})
    customer = owner.owner(books, answers)
    if customer.filtered:
        return Exclude("filtered_customer")
    if not customer.other:
        return owner.lacking(books, customer)
    if "create_anyway" not in pair.choices and (
        twins := found(alike_question(books, Side.CRM, customer.other, world), answers)
    ):
        return asked("possible_duplicate_in_hubspot", twins, number=books.number)
    if problems := mapped.obstacles(Kind.INVOICE, books, Side.CRM, world):
        return problems[0]
    new = msgspec.structs.replace(_wanted(books, customer.other, answers), custom=books.custom)
    return Create(Side.CRM, mapped.carried(new, Kind.INVOICE, Side.CRM, HEADER, world.settings))


def linked(
    pair: Pair[Invoice], crm: Invoice, books: Invoice, bond: Bond[Invoice], world: World, answers: Answers
) -> Decision:
    """Void, then charge: the next step that brings the copy to what it shall be.

    Its customer first, unless that one is not in HubSpot yet: what is owed does not wait for it. Returns Nothing where
    all of the charge agrees; the header is for the caller to merge.
    """
    if books.status == "void":
        return Nothing(moved=("status", *charge.NAMES)) if crm.status == "void" else Void(Side.CRM)
    if books.currency != bond.crm_base.currency:
        return owner.strange(books, owner.owner(books, answers))
    wanted = placed(_wanted(books, crm.customer, answers), crm)
    edited = _edited(crm, bond, wanted) + owner.edited(crm, books, bond, world, answers)
    apart = edited and edited + charge.differences(bond.books_base, books, Side.BOOKS)
    sign = signature(apart)
    if edited and pair.choices.get("leave_both") == sign:
        return Accept(apart)
    if edited and pair.choices.get("restore_copy") != sign:
        evidence = {"number": books.number, "total": str(books.total), "other": str(crm.total)}
        return Hold("charge_edited_in_hubspot", evidence, apart)
    asked = "restore_copy" if edited else ""
    given = owner.followed(crm, books, bond, world, answers, asked=asked)
    if isinstance(given, Update):
        return given
    if not same_parts(crm, wanted):
        shall = msgspec.structs.replace(crm, **{name: getattr(wanted, name) for name in _PARTS})
        return Update((Change(Side.CRM, shall, _PARTS),), asked=asked)
    status = crm.status if crm.status == "paid" else wanted.status
    last = msgspec.structs.replace(crm, number=wanted.number, date=wanted.date, total=wanted.total, status=status)
    fields = tuple(name for name in _LAST if getattr(crm, name) != getattr(last, name))
    if fields:
        lost = _total_set(crm, bond, wanted) if crm.status == "draft" else ()
        return Update((Change(Side.CRM, last, fields),), moved=owner.OWED, lost=lost, asked=asked)
    return given or Nothing(moved=owner.moved(crm, books, bond, answers))


def _stays_out(books: Invoice, world: World) -> str:
    """Why an invoice of QuickBooks' without counterpart is not shown in HubSpot; empty where it is."""
    if not world.settings.show_quickbooks_invoices or not books.issued_here:
        return "made_in_quickbooks"
    if books.status == "void":
        return "void"
    start = world.settings.start_date
    early = start is not None and books.date is not None and books.date < start
    return "before_start" if early and books.status == "paid" else ""


def _links(books: Invoice) -> set[Question]:
    items = {line.item for line in books.lines if line.item}
    return {
        LinkOf(Kind.CUSTOMER, Side.BOOKS, books.customer),
        *(LinkOf(Kind.ITEM, Side.BOOKS, item) for item in items),
    }


def _wanted(books: Invoice, customer: str, answers: Answers) -> Invoice:
    return copy(books, customer, _products(books, answers))


def _products(books: Invoice, answers: Answers) -> Mapping[str, str]:
    """HubSpot's products by QuickBooks item; an item that only lines of HubSpot name has none."""
    items = {line.item: answers.get(LinkOf(Kind.ITEM, Side.BOOKS, line.item)) for line in books.lines if line.item}
    return {item: reply.other for item, reply in items.items() if isinstance(reply, Linked) and reply.other.isdecimal()}


def _edited(crm: Invoice, bond: Bond[Invoice], wanted: Invoice) -> tuple[Difference, ...]:
    """What a person changed of a copy. The total of one in the making is HubSpot's own sum, which may lag behind."""
    base = bond.crm_base
    edits = charge.differences(base, crm, Side.CRM, ignore=("total", "customer"))
    if crm.status == "void":
        edits += (Difference("status", base.status, crm.status, Side.CRM),)
    return edits if base.status == "draft" else edits + _total_set(crm, bond, wanted)


def _total_set(crm: Invoice, bond: Bond[Invoice], wanted: Invoice) -> tuple[Difference, ...]:
    """A total that a person gave the copy. HubSpot sums a copy up anew when its lines change: that is no edit."""
    summed = sum((line.amount for line in crm.lines), -crm.discount) + crm.tax
    if crm.total in (bond.crm_base.total, summed, wanted.total):
        return ()
    return (Difference("total", str(bond.crm_base.total), str(crm.total), Side.CRM),)

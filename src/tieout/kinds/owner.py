"""Whose a copy in HubSpot is: it follows the customer that its invoice has in QuickBooks.

HubSpot names contacts and companies on an invoice by associations. Those of the new customer are put on the copy
first; then those of the former that we had put there are taken off. Whom a person put on it besides stays.
"""

from collections.abc import Iterable

import msgspec

from tieout.core.decide import Bond, Change, Fail, Update, Wait, World
from tieout.core.merge import Difference
from tieout.core.questions import Answers, Linked, LinkOf, Question
from tieout.core.records import Kind, Side
from tieout.kinds import charge
from tieout.kinds.currency import owner_question, parted
from tieout.kinds.invoice import Invoice

OWED = tuple(name for name in charge.NAMES if name != "customer")
"""What of a charge is agreed whoever owes it."""


def ordered(ids: Iterable[str]) -> tuple[str, ...]:
    """Contacts, then companies, each by ascending number. ids: `contact:…` and `company:…`, in any order."""
    return tuple(sorted(set(ids), key=lambda one: (one.startswith("company:"), len(one), one)))


def owner(books: Invoice, answers: Answers) -> Linked:
    """Its customer in HubSpot, which is the same one in every currency."""
    reply = answers[LinkOf(Kind.CUSTOMER, Side.BOOKS, books.customer)]
    if not isinstance(reply, Linked):
        raise TypeError("LinkOf is answered by Linked.")
    return msgspec.structs.replace(reply, other=parted(reply.other)[0])


def needs(crm: Invoice, books: Invoice, bond: Bond[Invoice], world: World, answers: Answers) -> frozenset[Question]:
    """Where a copy does not name its owner: whose are the one that it names, and the one that it had."""
    if owner(books, answers).other in _named(crm):
        return frozenset()
    wanted: set[Question] = {owner_question(crm.customer, books.currency, world, answers)}
    if (was := bond.crm_base.customer) not in _named(crm):
        wanted.add(LinkOf(Kind.CUSTOMER, Side.CRM, was))
    return frozenset(wanted - answers.keys())


def edited(crm: Invoice, books: Invoice, bond: Bond[Invoice], world: World, answers: Answers) -> tuple[Difference, ...]:
    """A customer whom a person put in the place of the one that a copy had."""
    now, was = owner(books, answers).other, _was(bond, answers)
    if not now or not was or _named(crm) & {now, was} or crm.parties == bond.crm_base.parties:
        return ()
    if stands_for(crm, books, world, answers):
        return ()
    return (Difference("customer", was, crm.customer, Side.CRM),)


def followed(
    crm: Invoice, books: Invoice, bond: Bond[Invoice], world: World, answers: Answers, *, asked: str
) -> Update | Wait | Fail | None:
    """The next step by which a copy comes to name its owner, or why it cannot yet; None where it does.

    A copy whose customer is paired with nobody any more stays as it is, until its invoice is given to another one.
    """
    reply, was = owner(books, answers), _was(bond, answers)
    if not reply.other and books.customer == bond.books_base.customer:
        return None
    if reply.filtered:
        return strange(books, reply)
    if not reply.other:
        return lacking(books, reply)
    new = {one for one in (reply.other, reply.person) if one}
    left = {was, bond.crm_base.contact} - new
    there = reply.other in _named(crm)
    if there and (was == reply.other or not (left & {*crm.parties} or new - _named(crm))):
        return None
    if not there and stands_for(crm, books, world, answers):
        return None
    shall = ordered(({*crm.parties} - left) | new)
    contact = reply.person or (crm.contact if crm.contact in shall else "")
    wanted = msgspec.structs.replace(crm, customer=reply.other, contact=contact, parties=shall)
    return Update((Change(Side.CRM, wanted, ("parties",)),), asked=asked)


def lacking(books: Invoice, reply: Linked) -> Wait | Fail:
    """What is to be done about a customer without counterpart in HubSpot, whom no filter leaves out."""
    if reply.settled or not books.customer:
        evidence = {"customer": books.customer, "name": reply.label}
        return Fail("no_customer_in_hubspot", evidence, reply.candidates)
    return Wait(Kind.CUSTOMER, books.customer, name=reply.label, side=Side.BOOKS)


def strange(books: Invoice, reply: Linked) -> Fail:
    """An invoice that was given to a customer whom its copy cannot be given to."""
    return Fail("customer_moved_in_quickbooks", {"number": books.number, "name": reply.label or books.customer})


def moved(crm: Invoice, books: Invoice, bond: Bond[Invoice], answers: Answers) -> tuple[str, ...]:
    """What is agreed once a copy rests: it is finished, with its charge, and with its owner where HubSpot shows it."""
    if crm.customer != owner(books, answers).other:
        return (*OWED, "status")
    return (*charge.NAMES, "status") if crm.customer == bond.crm_base.customer else (*charge.NAMES, "status", "contact")


def _named(crm: Invoice) -> set[str]:
    """Whom a copy names; a contact names its company too."""
    return {crm.customer, crm.contact, *crm.parties} - {""}


def _was(bond: Bond[Invoice], answers: Answers) -> str:
    """The HubSpot customer that a copy had when both sides last agreed, or what that was merged into."""
    customer = bond.crm_base.customer
    reply = answers.get(LinkOf(Kind.CUSTOMER, Side.CRM, customer))
    return (parted(reply.into)[0] if isinstance(reply, Linked) else "") or customer


def stands_for(crm: Invoice, books: Invoice, world: World, answers: Answers) -> bool:
    """Whether a HubSpot customer that is not the owner has its invoices on the same QuickBooks customer (a merge)."""
    reply = answers.get(owner_question(crm.customer, books.currency, world, answers))
    return isinstance(reply, Linked) and reply.other == books.customer

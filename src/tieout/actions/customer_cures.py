"""The cures of customers: whose a document is, what a customer is called, and what becomes of two that met."""

from collections.abc import Callable

from tieout.actions.doing import Doing, called, filled_in
from tieout.actions.errors import WrongUse
from tieout.core.records import Kind, Side
from tieout.kinds.currency import foreign, in_currency, parted
from tieout.kinds.customer import Customer, display_name
from tieout.kinds.invoice import Invoice
from tieout.store import agenda, currency, mirror, pairs
from tieout.store.pairs import Stored


def _customer_pair(doing: Doing) -> Stored | None:
    """The customer that the failure is about: the record itself, or the invoice's."""
    one = doing.one
    if one.pair.kind is Kind.CUSTOMER:
        return one
    crm = one.pair.crm
    owner = one.pair.choices.get("choose_contact") or (crm.customer if isinstance(crm, Invoice) else "")
    code = crm.currency if isinstance(crm, Invoice) else ""
    ids = (in_currency(owner, code), owner) if owner else ()
    found = (pairs.find(doing.tx, doing.stored.id, Kind.CUSTOMER, Side.CRM, id_) for id_ in ids)
    return next((there for there in found if there is not None), None)


def _check_currency(doing: Doing, owner: Stored | None, books: Customer) -> None:
    """A QuickBooks customer has one currency, and takes documents in no other. Raises WrongUse."""
    facts, crm = doing.stored.books_facts, doing.one.pair.crm
    if not isinstance(crm, Invoice):
        bond = owner.pair.bond if owner is not None else None
        crm = bond.books_base if bond is not None else crm
    if facts is None or crm is None:
        return
    if foreign(crm.currency, facts) != foreign(books.currency, facts):
        raise WrongUse(
            "The QuickBooks customer {name} is in {theirs}; this needs one in {currency}.",
            name=books.name,
            theirs=books.currency or facts.currency,
            currency=crm.currency or facts.currency,
        )


def _link_customer(doing: Doing) -> None:
    chosen = doing.value("customer")
    there = pairs.find(doing.tx, doing.stored.id, Kind.CUSTOMER, Side.BOOKS, chosen)
    books = None if there is None else there.pair.books
    if there is None or not isinstance(books, Customer):
        raise WrongUse("QuickBooks has no customer with the id {id}.", id=chosen)
    owner = _customer_pair(doing)
    if there.pair.bond is not None and (owner is None or there.id != owner.id):
        raise WrongUse(
            "The QuickBooks customer {name} ({id}) is already paired with another one in HubSpot.",
            name=books.name,
            id=chosen,
        )
    _check_currency(doing, owner, books)
    if owner is None:
        doing.choose(doing.one, link_customer=chosen)
        doing.touch(Side.BOOKS, Kind.INVOICE, "", "customer", "", books.name)
        return
    doing.choose(owner, link_customer=chosen)
    agenda.need(doing.tx, doing.stored.id, Kind.CUSTOMER, Side.CRM, [owner.crm_id])
    doing.touch(Side.BOOKS, Kind.CUSTOMER, chosen, "linked_to", "", called(owner))


def _create_customer(doing: Doing) -> None:
    owner = _customer_pair(doing)
    if owner is None or not isinstance(owner.pair.crm, Customer):
        raise WrongUse("The invoice names no contact or company in HubSpot, so there is no customer to create.")
    doing.choose(owner, create_customer="yes")
    agenda.need(doing.tx, doing.stored.id, Kind.CUSTOMER, Side.CRM, [owner.crm_id])
    name = display_name(owner.pair.crm, doing.stored.settings.display_name)
    doing.touch(Side.BOOKS, Kind.CUSTOMER, "", "display_name", "", name)


def _owner_in_books(doing: Doing) -> Stored:
    """The QuickBooks customer that an invoice made there is for."""
    books = doing.one.pair.books
    owner = books.customer if isinstance(books, Invoice) else ""
    found = pairs.find(doing.tx, doing.stored.id, Kind.CUSTOMER, Side.BOOKS, owner) if owner else None
    if found is None or not isinstance(found.pair.books, Customer):
        raise WrongUse("The invoice names no customer that stands in QuickBooks.")
    return found


def _link_hubspot_customer(doing: Doing) -> None:
    chosen = doing.value("customer")
    owner = _owner_in_books(doing)
    code = owner.pair.books.currency if owner.pair.books is not None else ""
    chosen = in_currency(parted(chosen)[0], code)
    missing = currency.missing(doing.tx, doing.stored.id, [chosen])
    mirror.put(doing.tx, doing.stored.id, Side.CRM, missing, doing.home.clock.now())
    there = pairs.find(doing.tx, doing.stored.id, Kind.CUSTOMER, Side.CRM, chosen)
    if there is None or not isinstance(there.pair.crm, Customer) or there.pair.crm.member_of:
        raise WrongUse("HubSpot has no customer {id}; name one such as company:123 or contact:45.", id=chosen)
    if there.pair.bond is not None and there.id != owner.id:
        raise WrongUse("The HubSpot customer {id} is already paired with another one in QuickBooks.", id=chosen)
    doing.choose(there, link_customer=owner.books_id)
    agenda.redecide(doing.tx, doing.one.id)
    doing.touch(Side.CRM, Kind.CUSTOMER, chosen, "linked_to", "", called(owner))


def _create_hubspot_customer(doing: Doing) -> None:
    owner = _owner_in_books(doing)
    doing.choose(owner, create_customer="yes")
    agenda.need(doing.tx, doing.stored.id, Kind.CUSTOMER, Side.BOOKS, [owner.books_id])
    agenda.redecide(doing.tx, doing.one.id)
    doing.touch(Side.CRM, Kind.CUSTOMER, "", "name", "", called(owner))


def _choose_contact(doing: Doing) -> None:
    chosen = parted(doing.value("contact"))[0].removeprefix("contact:")
    found = mirror.get(doing.tx, doing.stored.id, Side.CRM, Kind.CUSTOMER, f"contact:{chosen}")
    if not isinstance(found, Customer):
        raise WrongUse("HubSpot has no contact with the id {id}.", id=chosen)
    owner = found.member_of or found.id
    doing.choose(doing.one, choose_contact=owner)
    before = doing.one.pair.crm.customer if isinstance(doing.one.pair.crm, Invoice) else ""
    doing.touch(Side.BOOKS, Kind.INVOICE, doing.one.books_id, "customer", before, owner)


def _rename(doing: Doing) -> None:
    owner = _customer_pair(doing)
    if owner is None or not isinstance(owner.pair.crm, Customer):
        raise WrongUse("There is no customer to rename.")
    pattern = doing.value("pattern", "{name} ({email})")
    name = display_name(owner.pair.crm, doing.stored.settings.display_name)
    crm = owner.pair.crm
    known = {"name": name, "email": crm.email, "company": crm.company, "first": crm.first, "last": crm.last}
    after = filled_in(pattern, known).replace("()", "").strip()
    if after == name:
        raise WrongUse(
            "'{pattern}' gives the same name again: {name}. Choose another pattern.", pattern=pattern, name=name
        )
    doing.choose(owner, rename_by_pattern=pattern)
    doing.touch(Side.BOOKS, Kind.CUSTOMER, "", "display_name", name, after)


def _reactivate(doing: Doing) -> None:
    evidence = doing.one.story.evidence
    if doing.one.cause == "duplicate_display_name":
        if evidence.get("holder_list") != "customer" or evidence.get("holder_active") != "false":
            raise WrongUse("The name is not held by an inactive customer; use another fix.")
        doing.choose(doing.one, link_customer=evidence["holder"], reactivate="yes")
        doing.touch(Side.BOOKS, Kind.CUSTOMER, evidence["holder"], "active", "false", "true")
        return
    kind = Kind(evidence.get("kind", Kind.CUSTOMER.value))
    there = pairs.find(doing.tx, doing.stored.id, kind, Side.BOOKS, evidence.get("id", ""))
    if there is None:
        raise WrongUse("The inactive record is not in QuickBooks any more.")
    doing.choose(there, reactivate="yes")
    doing.touch(Side.BOOKS, kind, there.books_id, "active", "false", "true")


def _choose_default(doing: Doing) -> None:
    """All pairs that met in one HubSpot record learn which QuickBooks customer, or item, is the default."""
    names = {one.id: one.label for one in doing.one.story.candidates}
    chosen = doing.value("customer")
    if chosen not in names:
        raise WrongUse("Choose one of {known}.", known=", ".join(f"{id_} ({name})" for id_, name in names.items()))
    kind = doing.one.pair.kind
    met = [pairs.find(doing.tx, doing.stored.id, kind, Side.BOOKS, id_) for id_ in names]
    for one in {one.id: one for one in (doing.one, *met) if one is not None}.values():
        doing.choose(one, default_customer=chosen)
    doing.touch(Side.BOOKS, kind, chosen, "linked_to", "", names[chosen])


def _share_customer(doing: Doing) -> None:
    if not (candidates := doing.one.story.candidates):
        raise WrongUse("There is no other QuickBooks customer to share.")
    shared = candidates[0]
    doing.choose(doing.one, share_customer=shared.id)
    doing.touch(Side.BOOKS, Kind.CUSTOMER, shared.id, "linked_to", shared.label, f"{shared.label}, {called(doing.one)}")


OF_CUSTOMERS: dict[str, Callable[[Doing], None]] = {
    "link_customer": _link_customer,
    "use_existing_customer": _link_customer,
    "create_customer": _create_customer,
    "link_hubspot_customer": _link_hubspot_customer,
    "create_hubspot_customer": _create_hubspot_customer,
    "choose_contact": _choose_contact,
    "rename_by_pattern": _rename,
    "reactivate": _reactivate,
    "choose_default": _choose_default,
    "share_customer": _share_customer,
}

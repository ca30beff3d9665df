"""Associations with their consequences: what may be connected, and what follows from it.

Rules: HubSpot, "Associations", "Invoices" and "Line items" guides. A line item has one parent; an invoice shows its
latest contact and company; a contact shows its primary company.
"""

from collections.abc import Iterable

from tieout.sandbox.hubspot import arithmetic, invoices, lines, payments
from tieout.sandbox.hubspot.association_types import PRIMARY_COMPANY
from tieout.sandbox.hubspot.associations import End
from tieout.sandbox.hubspot.object_types import (
    BY_NAME,
    COMPANIES,
    CONTACTS,
    DISCOUNTS,
    FEES,
    INVOICES,
    LINE_ITEMS,
    PAYMENTS,
    TAXES,
)
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import CALCULATED, Record

PARTS = (LINE_ITEMS, DISCOUNTS, FEES, TAXES)
_CONTACT_ON_INVOICE = {
    "hs_invoice_latest_contact_email": "email",
    "hs_invoice_latest_contact_firstname": "firstname",
    "hs_invoice_latest_contact_lastname": "lastname",
    "hs_recipient_shipping_address": "address",
    "hs_recipient_shipping_city": "city",
    "hs_recipient_shipping_state": "state",
    "hs_recipient_shipping_zip": "zip",
    "hs_recipient_shipping_country": "country",
}
_COMPANY_ON_INVOICE = {
    "hs_invoice_latest_company_name": "name",
    "hs_recipient_company_address": "address",
    "hs_recipient_company_address2": "address2",
    "hs_recipient_company_city": "city",
    "hs_recipient_company_state": "state",
    "hs_recipient_company_zip": "zip",
    "hs_recipient_company_country": "country",
}


def check(portal: Portal, source: End, target: End, *, removing: bool = False) -> None:
    """Refuse (400) a change to an association that the invoice at one end does not allow."""
    ends = _ordered(source, target)
    if ends is None:
        return
    if not removing and target[1] in portal.associations.of(source[0], source[1], target[0]):
        return
    invoice, (kind, record_id) = ends
    held = portal.store.find(INVOICES, invoice)
    other = portal.store.find(kind, record_id)
    if held is None or other is None:
        return
    if kind in (CONTACTS, COMPANIES):
        invoices.check_customer_open(held)
    elif kind is PAYMENTS:
        if removing:
            payments.check_touchable(portal, other)
        else:
            payments.check_belongs(portal, other, held)
    else:
        invoices.check_lines_open(portal, held)
        former = invoices.owner_of(portal, kind, record_id)
        if former and former.id != invoice:
            invoices.check_lines_open(portal, former)


def connect(portal: Portal, source: End, target: End, type_ids: Iterable[int], *, replace: bool = False) -> None:
    """Associate two objects, already checked, and let everything follow that depends on it."""
    for part, parent in ((source, target), (target, source)):
        if part[0] in PARTS and parent[0] is INVOICES:
            formers = [one for one in portal.associations.of(*part, INVOICES) if one != parent[1]]
            for former in formers:
                disconnect(portal, part, (INVOICES, former))
    portal.associations.link(source, target, type_ids, replace=replace)
    _follow(portal, source, target)


def take_over(portal: Portal, old: End, new: End, target: End, type_ids: Iterable[int]) -> None:
    """Put an object in another's place in an association, and let everything follow that depends on it."""
    portal.associations.take_over(old, new, target, type_ids)
    _follow(portal, new, target)


def disconnect(portal: Portal, source: End, target: End) -> None:
    """End an association, already checked, and let everything follow that depended on it."""
    if portal.associations.unlink(source, target):
        _follow(portal, source, target)


def unlabel(portal: Portal, source: End, target: End, type_ids: Iterable[int]) -> None:
    """Take labels of an association away, and let everything follow that depended on them."""
    portal.associations.unlabel(source, target, type_ids)
    _follow(portal, source, target)


def disconnect_all(portal: Portal, end: End) -> None:
    """End every association of an object that goes."""
    for name, other_id, _ in list(portal.associations.everything(*end)):
        disconnect(portal, end, (BY_NAME[name], other_id))


def _follow(portal: Portal, source: End, target: End) -> None:
    names = {source[0].name, target[0].name}
    if names == {CONTACTS.name, COMPANIES.name}:
        contact, company = (source, target) if source[0] is CONTACTS else (target, source)
        _primary_company(portal, contact[1], company[1])
        return
    ends = _ordered(source, target)
    if ends is None:
        return
    invoice_id, (kind, record_id) = ends
    invoice = portal.store.find(INVOICES, invoice_id)
    if kind in (CONTACTS, COMPANIES):
        if invoice:
            recipients(portal, invoice)
        return
    portal.touch(invoice_id)
    record = portal.store.find(kind, record_id)
    if record is None:
        return
    if kind is PAYMENTS:
        _count_invoices(portal, record)
        for other_id in portal.associations.of(PAYMENTS, record.id, INVOICES):
            portal.touch(other_id)
    elif kind is LINE_ITEMS and invoice:
        currency = invoice.get("hs_currency")
        if arithmetic.minor_digits(currency) != arithmetic.minor_digits(portal.company.currency):
            figures = lines.in_currency(portal, record, currency)
            portal.store.calculate(LINE_ITEMS, record, figures, CALCULATED)


def recipients(portal: Portal, invoice: Record) -> None:
    """Copy the latest contact and company onto an invoice, "" where there is none; what a client wrote itself stays."""
    contacts = portal.linked(INVOICES, invoice.id, CONTACTS)
    companies = portal.linked(INVOICES, invoice.id, COMPANIES)
    wanted = {name: contacts[-1].get(theirs) if contacts else "" for name, theirs in _CONTACT_ON_INVOICE.items()} | {
        name: companies[-1].get(theirs) if companies else "" for name, theirs in _COMPANY_ON_INVOICE.items()
    }
    shown = {name: value for name, value in wanted.items() if invoice.source_of(name) in ("", CALCULATED.type)}
    portal.store.calculate(INVOICES, invoice, shown, CALCULATED)


def _primary_company(portal: Portal, contact_id: str, company_id: str) -> None:
    """Keep one primary company, the one just made so or else the first, and show it on the contact."""
    contact = portal.store.find(CONTACTS, contact_id)
    companies = portal.associations.of(CONTACTS, contact_id, COMPANIES)
    primary = [one for one, type_ids in companies.items() if PRIMARY_COMPANY in type_ids]
    if len(primary) > 1:
        for former in [one for one in primary if one != company_id]:
            portal.associations.unlabel((CONTACTS, contact_id), (COMPANIES, former), [PRIMARY_COMPANY])
        primary = [company_id]
    if companies and not primary:
        primary = [next(iter(companies))]
        portal.associations.link((CONTACTS, contact_id), (COMPANIES, primary[0]), [PRIMARY_COMPANY])
    if contact:
        shown = {"associatedcompanyid": primary[0] if primary else ""}
        portal.store.calculate(CONTACTS, contact, shown, CALCULATED)


def _count_invoices(portal: Portal, payment: Record) -> None:
    count = len(portal.associations.of(PAYMENTS, payment.id, INVOICES))
    shown = {"hs_number_of_associated_invoices": str(count), "hs_has_associated_invoice": "true" if count else "false"}
    portal.store.calculate(PAYMENTS, payment, shown, CALCULATED)


def _ordered(source: End, target: End) -> tuple[str, End] | None:
    """Return the invoice's id and the other end, if one end is an invoice."""
    if source[0] is INVOICES:
        return source[1], target
    return (target[1], source) if target[0] is INVOICES else None

"""Creating, updating and archiving objects: first everything is checked, then everything is done.

The two steps are apart so that a batch without trace ids can fail as a whole with nothing written.
"""

from collections.abc import Callable, Mapping

import msgspec

from tieout.sandbox.hubspot import edges, errors, invoices, lines, payments, wire
from tieout.sandbox.hubspot.associations import End
from tieout.sandbox.hubspot.errors import JsonMap
from tieout.sandbox.hubspot.object_types import (
    COMPANIES,
    CONTACTS,
    DISCOUNTS,
    FEES,
    INVOICES,
    LINE_ITEMS,
    PAYMENTS,
    PRODUCTS,
    TAXES,
    ObjectType,
    named,
)
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import Record
from tieout.sandbox.hubspot.store import folded

_REQUIRED = {
    PRODUCTS: ("name",),
    INVOICES: ("hs_currency",),
    PAYMENTS: ("hs_initial_amount", "hs_initiated_date"),
    DISCOUNTS: ("hs_label", "hs_type", "hs_value"),
    FEES: ("hs_label", "hs_type", "hs_value"),
    TAXES: ("hs_label", "hs_type", "hs_value"),
}
_CHANGED: dict[str, Callable[[Portal, Record, Mapping[str, str]], dict[str, str]]] = {
    LINE_ITEMS.name: lines.changed,
    INVOICES.name: invoices.changed,
    PAYMENTS.name: payments.changed,
}

Claims = set[tuple[str, str]]


class Draft(msgspec.Struct):
    """A create that was checked: values to store, and the ends to associate with."""

    kind: ObjectType
    values: dict[str, str]
    links: list[tuple[End, list[int]]]


def drafted(portal: Portal, kind: ObjectType, row: JsonMap, claims: Claims | None = None) -> Draft:
    """Check one create.

    row: `{properties, associations}` as the client sent it; claims: unique values of the same batch so far.
    Raises Refusal: 400, or 409 for a contact's e-mail that is taken.
    """
    values = _checked(portal, kind, row)
    _check_required(kind, values)
    links = _links(portal, kind, row)
    for end, _ in links:
        _check_new_link(portal, kind, values, end)
    several = kind is PAYMENTS and sum(end[0] is INVOICES for end, _ in links) > 1
    if several and not portal.company.payments_over_invoices:
        raise errors.invalid("A payment belongs to one invoice.")
    if kind is INVOICES:
        count = {name: sum(end[0].name == name for end, _ in links) for name in (CONTACTS.name, LINE_ITEMS.name)}
        values = invoices.drafted(portal, values, count)
    elif kind is LINE_ITEMS:
        values = lines.drafted(portal, values)
    elif kind is PAYMENTS:
        values = payments.drafted(portal, values)
    _claim(portal, kind, values, None, claims if claims is not None else set())
    return Draft(kind, values, links)


def create(portal: Portal, draft: Draft) -> Record:
    """Do a create that was checked."""
    kind, values = draft.kind, draft.values
    if kind is INVOICES:
        values = invoices.issue(portal, {}, values)
    record = portal.store.create(kind, values, portal.source)
    if kind is PAYMENTS:
        portal.store.calculate(kind, record, {"hs_payment_id": record.id}, portal.source)
    for end, type_ids in draft.links:
        edges.connect(portal, (kind, record.id), end, type_ids)
    if kind is INVOICES:
        portal.touch(record.id)
    return record


def changes(
    portal: Portal, kind: ObjectType, record: Record, row: JsonMap, claims: Claims | None = None
) -> dict[str, str]:
    """Check one update and return what it changes. Raises Refusal (400)."""
    wanted = portal.catalogue.appended(kind, record.values, _checked(portal, kind, row))
    if kind in (DISCOUNTS, FEES, TAXES):
        invoice = invoices.owner_of(portal, kind, record.id)
        if invoice and any(not portal.is_custom(kind, name) for name in wanted):
            invoices.check_lines_open(portal, invoice)
    whole = _CHANGED[kind.name](portal, record, wanted) if kind.name in _CHANGED else wanted
    _claim(portal, kind, whole, record, claims if claims is not None else set())
    return whole


def update(portal: Portal, kind: ObjectType, record: Record, changed: Mapping[str, str]) -> None:
    """Do an update that was checked."""
    if kind is INVOICES:
        changed = invoices.issue(portal, record.values, changed)
    portal.store.write(kind, record, changed, portal.source)
    if kind is INVOICES:
        portal.touch(record.id)
    elif kind in edges.PARTS or kind is PAYMENTS:
        for invoice_id in portal.associations.of(kind, record.id, INVOICES):
            portal.touch(invoice_id)


def check_archivable(portal: Portal, kind: ObjectType, record: Record) -> None:
    """Refuse (400) to archive what must stay."""
    if kind is INVOICES:
        invoices.check_deletable(portal, record)
    elif kind is PAYMENTS:
        payments.check_touchable(portal, record)
    elif kind in edges.PARTS:
        invoice = invoices.owner_of(portal, kind, record.id)
        if invoice:
            invoices.check_lines_open(portal, invoice)


def archive(portal: Portal, kind: ObjectType, record: Record) -> None:
    """Archive an object, already checked; an invoice takes its lines, discounts, fees and taxes along."""
    parts = (
        [(part, one) for part in edges.PARTS for one in portal.linked(INVOICES, record.id, part)]
        if kind is INVOICES
        else []
    )
    portal.store.archive(kind, record)
    edges.disconnect_all(portal, (kind, record.id))
    for part, one in parts:
        archive(portal, part, one)


def _checked(portal: Portal, kind: ObjectType, row: JsonMap) -> dict[str, str]:
    values = portal.catalogue.check(kind, wire.members(row, "properties"), calculated=portal.is_own_work)
    if kind is CONTACTS and values.get("email"):
        values["email"] = values["email"].lower()
    return values


def _check_required(kind: ObjectType, values: Mapping[str, str]) -> None:
    if kind is COMPANIES and not (values.get("name") or values.get("domain")):
        raise errors.missing_properties(kind.constant, ["name"])
    absent = [name for name in _REQUIRED.get(kind, ()) if not values.get(name)]
    if absent:
        raise errors.missing_properties(kind.constant, absent)


def _links(portal: Portal, kind: ObjectType, row: JsonMap) -> list[tuple[End, list[int]]]:
    """Return the ends that a create associates with. Raises Refusal (400)."""
    links: list[tuple[End, list[int]]] = []
    for wanted in wire.rows(row, "associations"):
        to_id = str(wire.members(wanted, "to").get("id"))
        type_ids = [one.get("associationTypeId") for one in wire.rows(wanted, "types")]
        found = portal.associations.type(type_ids[0]) if type_ids and isinstance(type_ids[0], int) else None
        if found is None or found.source != kind.name:
            raise errors.invalid(
                f"One or more associations are invalid: {type_ids} from object type {kind.id}",
                sub_category="crm.associations.INVALID_ASSOCIATION_TYPE",
            )
        other = named(found.target)
        record = portal.store.find(other, to_id)
        if record is None:
            raise errors.invalid(
                f"One or more associations are invalid: {other.constant} {to_id} does not exist.",
                context={"id": [to_id]},
            )
        links.append(((other, record.id), [portal.associations.check(kind, other, one) for one in type_ids]))
    return links


def _check_new_link(portal: Portal, kind: ObjectType, values: Mapping[str, str], end: End) -> None:
    """Refuse (400) an association of a new object that the invoice at its other end does not allow."""
    other, other_id = end
    if other is INVOICES:
        invoice = portal.store.find(INVOICES, other_id)
        if invoice is None:
            return
        if kind in edges.PARTS:
            invoices.check_lines_open(portal, invoice)
        elif kind is PAYMENTS:
            currency = values.get("hs_currency_code") or portal.company.currency
            payments.check_takes(invoice, currency)
        else:
            invoices.check_customer_open(invoice)
    elif kind is INVOICES and other in edges.PARTS:
        former = invoices.owner_of(portal, other, other_id)
        if former:
            invoices.check_lines_open(portal, former)
    elif kind is INVOICES and other is PAYMENTS:
        payments.check_free(portal, other_id)


def _claim(portal: Portal, kind: ObjectType, values: Mapping[str, str], record: Record | None, claims: Claims) -> None:
    """Refuse (400, 409) a unique value that another object holds, or that the same batch gives twice."""
    for name in portal.catalogue.unique[kind.name]:
        value = values.get(name)
        if not value:
            continue
        holder = portal.store.holder(kind, name, value)
        own_id = record.id if record else ""
        if holder and holder.id != own_id:
            if record:
                raise errors.taken_value(kind.constant, portal.id, name, value, own_id, holder.id)
            if kind is CONTACTS and name == "email":
                raise errors.contact_exists(holder.id)
            message = f"{name} {value} is already the value of {kind.constant} {holder.id}."
            raise portal.catalogue.bad([errors.bad_value(name, "CONFLICTING_UNIQUE_VALUE", message)])
        key = (name, folded(name, value))
        if key in claims:
            message = f"{name} {value} is given to more than one object of this batch."
            raise portal.catalogue.bad([errors.bad_value(name, "CONFLICTING_UNIQUE_VALUE", message)])
    for name in portal.catalogue.unique[kind.name]:
        if values.get(name):
            claims.add((name, folded(name, values[name])))

"""The life of an invoice: draft, open, paid or voided, and what may still be changed then.

Rules: HubSpot, "Invoices" guide and the help pages on editing and deleting invoices. Where those are silent the
sandbox decides: only draft → open → paid or voided; *paid* comes from payments alone; a billable invoice takes no
number and no amount; a non-billable one takes all of them and is not validated.
"""

from collections.abc import Mapping

from tieout.sandbox.hubspot import errors, moments
from tieout.sandbox.hubspot.object_types import CONTACTS, INVOICES, LINE_ITEMS, ObjectType
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import Record

ISSUED_BY_HUBSPOT = ("hs_number", "hs_amount_billed", "hs_balance_due")


def is_billable(values: Mapping[str, str]) -> bool:
    """Whether HubSpot itself bills this invoice."""
    return values.get("hs_invoice_billable") != "false"


def drafted(portal: Portal, values: Mapping[str, str], linked: Mapping[str, int]) -> dict[str, str]:
    """Return a new invoice's values with their defaults.

    linked: how many objects of each type the create associates. Raises Refusal (400).
    """
    today = moments.iso(portal.now())
    whole = {
        "hs_invoice_billable": "true",
        "hs_invoice_status": "draft",
        "hs_invoice_date": today,
        "hs_due_date": today,
        **{name: value for name, value in values.items() if value},
    }
    _check_currency(portal, whole["hs_currency"])
    if is_billable(whole):
        _refuse_issued(portal, values)
        match whole["hs_invoice_status"]:
            case "open":
                _check_complete(linked.get(CONTACTS.name, 0), linked.get(LINE_ITEMS.name, 0))
            case "paid" | "voided" as status:
                raise errors.invalid(f"A billable invoice cannot be created with status {status}.")
    return whole


def changed(portal: Portal, invoice: Record, changes: Mapping[str, str]) -> dict[str, str]:
    """Return the changes that an update makes to an invoice. Raises Refusal (400)."""
    if "hs_currency" in changes:
        _check_currency(portal, changes["hs_currency"])
    billable = changes.get("hs_invoice_billable")
    if billable and billable != invoice.get("hs_invoice_billable"):
        raise errors.invalid("hs_invoice_billable can only be set when an invoice is created.")
    if not is_billable(invoice.values):
        return dict(changes)
    _refuse_issued(portal, changes)
    before = invoice.get("hs_invoice_status")
    after = changes.get("hs_invoice_status", before)
    if after != before:
        _check_step(portal, invoice, before, after)
    if before != "draft" and changes.get("hs_currency", invoice.get("hs_currency")) != invoice.get("hs_currency"):
        raise errors.invalid("hs_currency cannot be changed once an invoice is finalized.")
    return dict(changes)


def issue(portal: Portal, invoice: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """Return `changes` with the number and link that HubSpot gives to a billable invoice when it is finalized."""
    opens = changes.get("hs_invoice_status") == "open" and not invoice.get("hs_number")
    if not (opens and is_billable({**invoice, **changes})):
        return dict(changes)
    company = portal.company
    number = f"{company.invoice_prefix}{company.next_invoice_number}"
    company.next_invoice_number += 1
    return {**changes, "hs_number": number, "hs_invoice_link": f"https://invoice.hubspot.example/{portal.uuid()}"}


def check_lines_open(portal: Portal, invoice: Record) -> None:
    """Refuse (400) a change to the lines or sums of a finalized billable invoice, where it is not allowed.

    Allowed while the invoice is open and unpaid, if the account's setting `edit_invoices` is on.
    """
    status = invoice.get("hs_invoice_status")
    if not is_billable(invoice.values) or status == "draft":
        return
    if status != "open":
        raise errors.invalid(f"Invoice {invoice.id} is {status}; its line items cannot be changed.")
    if not portal.company.edit_invoices:
        raise errors.invalid(f"Invoice {invoice.id} is finalized and the setting to edit invoices is off.")
    if has_payment(invoice):
        raise errors.invalid(f"Invoice {invoice.id} has a payment; its line items cannot be changed.")


def check_customer_open(invoice: Record) -> None:
    """Refuse (400) another contact or company on a billable invoice that is paid or voided."""
    status = invoice.get("hs_invoice_status")
    if is_billable(invoice.values) and status in ("paid", "voided"):
        raise errors.invalid(f"Invoice {invoice.id} is {status}; its contact and company cannot be changed.")


def check_deletable(portal: Portal, invoice: Record) -> None:
    """Refuse (400) to archive an invoice: drafts always may be, open ones by setting and unpaid, others never."""
    status = invoice.get("hs_invoice_status")
    if status in ("paid", "voided"):
        raise errors.invalid(f"Invoice {invoice.id} is {status} and cannot be deleted.")
    if status == "open" and (not portal.company.edit_invoices or has_payment(invoice)):
        raise errors.invalid(f"Invoice {invoice.id} is open and cannot be deleted.")


def has_payment(invoice: Record) -> bool:
    """Whether money was received for an invoice."""
    return invoice.get("hs_amount_paid").strip("0.") != ""


def owner_of(portal: Portal, kind: ObjectType, record_id: str) -> Record | None:
    """Return the invoice that a line item, discount, fee, tax or payment belongs to."""
    found = portal.linked(kind, record_id, INVOICES)
    return found[0] if found else None


def _check_step(portal: Portal, invoice: Record, before: str, after: str) -> None:
    match before, after:
        case "draft", "open":
            contacts = len(portal.linked(INVOICES, invoice.id, CONTACTS))
            _check_complete(contacts, len(portal.linked(INVOICES, invoice.id, LINE_ITEMS)))
        case "open", "voided":
            if has_payment(invoice):
                raise errors.invalid(f"Invoice {invoice.id} has a payment and cannot be voided.")
        case _:
            raise errors.invalid(f"hs_invoice_status cannot be changed from {before} to {after or 'nothing'}.")


def _check_complete(contacts: int, lines: int) -> None:
    absent = []
    if not contacts:
        absent.append("INVOICE_TO_CONTACT")
    if not lines:
        absent.append("INVOICE_TO_LINE_ITEM")
    if absent:
        raise errors.invalid(
            f"The invoice cannot be finalized. Required associations are missing: [{', '.join(absent)}]",
            context={"associations": absent},
        )


def _refuse_issued(portal: Portal, values: Mapping[str, str]) -> None:
    refused = [name for name in ISSUED_BY_HUBSPOT if name in values]
    if refused:
        raise portal.catalogue.bad(
            errors.bad_value(name, "READ_ONLY_VALUE", f'"{name}" is a calculated property; its value cannot be set.')
            for name in refused
        )


def _check_currency(portal: Portal, currency: str) -> None:
    if currency not in portal.company.currencies:
        allowed = ", ".join(portal.company.currencies)
        message = f"{currency} was not one of the allowed options: [{allowed}]"
        raise portal.catalogue.bad([errors.bad_value("hs_currency", "INVALID_OPTION", message)])

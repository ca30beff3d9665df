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

ISSUED_BY_HUBSPOT = ("hs_number", "hs_amount_billed", "hs_balance_due", "hs_payment_date")


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
    status, contacts, lines = whole["hs_invoice_status"], linked.get(CONTACTS.name, 0), linked.get(LINE_ITEMS.name, 0)
    if not is_billable(whole):
        _check_lines_wanted(portal, status, lines)
        dropped = () if portal.company.written_total_kept else ("hs_amount_billed", "hs_balance_due")
        return {name: value for name, value in whole.items() if name not in dropped}
    whole = _without_issued(portal, whole)
    match status:
        case "open":
            _check_complete(contacts, lines)
        case "paid" | "voided":
            raise errors.invalid(f"A billable invoice cannot be created with status {status}.")
    return whole


def changed(portal: Portal, invoice: Record, changes: Mapping[str, str]) -> dict[str, str]:
    """Return the changes that an update makes to an invoice. Raises Refusal (400)."""
    if "hs_currency" in changes:
        _check_currency(portal, changes["hs_currency"])
    billable = changes.get("hs_invoice_billable")
    if billable and billable != invoice.get("hs_invoice_billable"):
        raise errors.invalid("hs_invoice_billable can only be set when an invoice is created.")
    before = invoice.get("hs_invoice_status")
    after = changes.get("hs_invoice_status", before)
    if not is_billable(invoice.values):
        if after != before:
            _check_free_step(portal, invoice, before, after)
        return dict(changes)
    changes = _without_issued(portal, changes)
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
    link = f"https://invoice.hubspot.example/{portal.uuid()}"
    return {**changes, "hs_number": number, "hs_invoice_link": link, "hs_pdf_download_link": f"{link}.pdf"}


def check_lines_open(portal: Portal, invoice: Record) -> None:
    """Refuse (400) a change to the lines or sums of a finalized billable invoice, where it is not allowed.

    Allowed while the invoice is open and unpaid, if the account's setting `edit_invoices` is on; to an app if
    `apps_edit_lines` is on too.
    """
    status = invoice.get("hs_invoice_status")
    if not is_billable(invoice.values) or status == "draft":
        return
    if status != "open":
        raise errors.invalid(f"Invoice {invoice.id} is {status}; its line items cannot be changed.")
    if not portal.company.edit_invoices:
        raise errors.invalid(f"Invoice {invoice.id} is finalized and the setting to edit invoices is off.")
    if portal.source.type == "INTEGRATION" and not portal.company.apps_edit_lines:
        raise errors.invalid(f"Invoice {invoice.id} was made in HubSpot; an app cannot change its line items.")
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


def _check_free_step(portal: Portal, invoice: Record, before: str, after: str) -> None:
    """Refuse (400) a step of a non-billable invoice where the account is of the strict kind."""
    if not after or portal.company.non_billable_steps_refused:
        raise errors.invalid(f"hs_invoice_status cannot be changed from {before} to {after or 'nothing'}.")
    _check_lines_wanted(portal, after, len(portal.linked(INVOICES, invoice.id, LINE_ITEMS)))


def _check_lines_wanted(portal: Portal, status: str, lines: int) -> None:
    if portal.company.non_billable_needs_lines and status != "draft":
        _check_complete(1, lines)


def _without_issued(portal: Portal, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a billable invoice without those that HubSpot gives. Raises Refusal (400)."""
    refused = [name for name in ISSUED_BY_HUBSPOT if name in values]
    if refused and portal.company.issued_writes_refused:
        raise portal.catalogue.bad(
            errors.bad_value(name, "READ_ONLY_VALUE", f'"{name}" is a calculated property; its value cannot be set.')
            for name in refused
        )
    return {name: value for name, value in values.items() if name not in refused}


def _check_currency(portal: Portal, currency: str) -> None:
    if currency not in portal.company.currencies:
        allowed = ", ".join(portal.company.currencies)
        message = f"{currency} was not one of the allowed options: [{allowed}]"
        raise portal.catalogue.bad([errors.bad_value("hs_currency", "INVALID_OPTION", message)])

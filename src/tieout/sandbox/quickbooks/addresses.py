"""Addresses: each gets an id of its own, and those on documents turn into free lines.

In recorded answers an address that a document inherits from its customer, or that was changed on the document,
comes back as Line1 to Line5 (customer, company, then the address), without city, state and postal code.
"""

from typing import Final

from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.wire import Json

_LINES: Final = ("Line1", "Line2", "Line3", "Line4", "Line5")
_STRUCTURED: Final = ("City", "CountrySubDivisionCode", "PostalCode", "Country")


def numbered(company: Company, address: Json, before: Json | None) -> Json:
    """Return the address with an id: its old one if nothing changed, else a new one."""
    if before is not None and _content(address) == _content(before):
        return before
    return {"Id": str(company.ledger.next_number("address")), **_content(address)}


def on_form(company: Company, address: Json, before: Json | None, customer: Json) -> Json:
    """Return a document's own address: as sent when new, in free lines after a change."""
    if before is None or _content(address) == _content(before):
        return numbered(company, address, before)
    return numbered(company, free_lines(address, customer), None)


def free_lines(address: Json, customer: Json) -> Json:
    """Return an address in free lines; one that has only lines stays as it is."""
    if not any(field in address for field in _STRUCTURED):
        return address
    person = " ".join(customer[part] for part in ("GivenName", "FamilyName") if customer.get(part))
    place = " ".join(address[field] for field in ("CountrySubDivisionCode", "PostalCode") if address.get(field))
    lines = [
        person or customer.get("DisplayName", ""),
        customer.get("CompanyName", ""),
        *(address[line] for line in _LINES if address.get(line)),
        ", ".join(part for part in (address.get("City"), place) if part),
        address.get("Country", ""),
    ]
    kept = [line for line in lines if line]
    if len(kept) > len(_LINES):
        kept[len(_LINES) - 1 :] = [", ".join(kept[len(_LINES) - 1 :])]
    return dict(zip(_LINES, kept, strict=False))


def _content(address: Json) -> Json:
    return {field: value for field, value in address.items() if field not in ("Id", "Lat", "Long")}

"""Postal addresses, references and days: the small shapes that documents share."""

from datetime import date

from tieout.core.days import day
from tieout.core.records import Address
from tieout.quickbooks import limits
from tieout.quickbooks.documents import Json, PostalAddress, Ref
from tieout.quickbooks.lens import text


def address(given: PostalAddress | None) -> Address:
    """Read a postal address."""
    if given is None:
        return Address()
    return Address(
        street=given.line1 or "",
        street2=given.line2 or "",
        city=given.city or "",
        region=given.country_sub_division_code or "",
        postcode=given.postal_code or "",
        country=given.country or "",
    )


def address_body(given: Address, field: str) -> Json:
    """Write a postal address, without its empty parts. Raises CannotWrite."""
    parts = {
        "Line1": text.exact(given.street, limits.STREET, field),
        "Line2": text.exact(given.street2, limits.STREET, field),
        "City": text.exact(given.city, limits.PLACE, field),
        "CountrySubDivisionCode": text.exact(given.region, limits.PLACE, field),
        "PostalCode": text.exact(given.postcode, limits.POSTCODE, field),
        "Country": text.exact(given.country, limits.PLACE, field),
    }
    return {name: value for name, value in parts.items() if value}


def ref(given: Ref | None) -> str:
    """The id that a reference names, empty where there is none."""
    return (given.value or "") if given is not None else ""


def calendar_day(given: str | None) -> date | None:
    """The day of a date, or of a moment as QuickBooks writes it. Raises NotADay."""
    return day(given[:10]) if given else None

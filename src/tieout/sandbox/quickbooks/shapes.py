"""What a field takes: a check for each type of the API reference's attribute tables.

A check turns a sent value into the stored one and raises FaultError where QuickBooks refuses it. None stands for an
emptied field: QuickBooks clears a value by `""`, `{}` or `{"value": ""}`, while a sent null means "not sent".
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.amounts import shorten
from tieout.sandbox.quickbooks.wire import Json

Check: TypeAlias = Callable[[object, str], object]
Fields: TypeAlias = Mapping[str, Check | None]
"""Field name → its check; None marks a field that the server keeps, whatever is sent."""

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LARGEST: Final = Decimal(10) ** 15
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2999


def clean(fields: Fields, sent: object) -> Json:
    """Check an object's members. Emptied ones come back as None, read-only ones and nulls not at all.

    Raises FaultError: 2010 for a member that `fields` does not have.
    """
    if not isinstance(sent, dict):
        raise faults.unsupported_property()
    kept: Json = {}
    for name, value in sent.items():
        if name not in fields:
            raise faults.unsupported_property()
        check = fields[name]
        if check is not None and value is not None:
            kept[name] = None if value in ("", {}) else check(value, name)
    return kept


def text(limit: int) -> Check:
    """A string of at most `limit` characters; a bare number is taken as its digits."""

    def check(value: object, path: str) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise faults.unsupported_property()
        taken = str(value)
        if len(taken) > limit:
            raise faults.too_long(path, limit, len(taken))
        return taken

    return check


def decimal(value: object, path: str) -> Decimal:
    """A finite number of at most 15 digits before the point, sent as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise faults.unsupported_property()
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise faults.bad_number(path) from None
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise faults.bad_number(path)
    return number


def amount(value: object, path: str) -> Decimal:
    """An amount of money with up to five digits after the point; the document's currency rounds it further."""
    return shorten(decimal(value, path), 5)


def rate(value: object, path: str) -> Decimal:
    """A price, quantity or percentage, stored with up to seven digits after the point."""
    return shorten(decimal(value, path), 7)


def whole(lowest: int, highest: int) -> Check:
    """A whole number between two bounds."""

    def check(value: object, path: str) -> int:
        number = int(decimal(value, path))
        if not lowest <= number <= highest:
            raise faults.bad_number(path)
        return number

    return check


def flag(value: object, _path: str) -> bool:
    """A boolean, also as text."""
    taken = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(taken, bool):
        raise faults.unsupported_property()
    return taken


def day(value: object, path: str) -> str:
    """A calendar day; of a date-time the day as written."""
    found = _DAY.match(value) if isinstance(value, str) else None
    try:
        taken = date.fromisoformat(found[0] if found else "")
    except ValueError:
        raise faults.bad_date(str(value), path) from None
    if not _FIRST_YEAR <= taken.year <= _LAST_YEAR:
        raise faults.bad_date(str(value), path)
    return taken.isoformat()


def choice(*values: str) -> Check:
    """One of the named values."""

    def check(value: object, _path: str) -> str:
        if value not in values:
            raise faults.bad_choice(str(value))
        return str(value)

    return check


def reference(value: object, _path: str) -> Json | None:
    """A reference; only its value counts, the server fills the name."""
    if not isinstance(value, dict) or not value.keys() <= {"value", "name", "type"}:
        raise faults.unsupported_property()
    held = value.get("value")
    if held in (None, ""):
        return None
    if isinstance(held, bool) or not isinstance(held, str | int):
        raise faults.unsupported_property()
    return {"value": str(held)}


def email(limit: int, *, separated: bool = False) -> Check:
    """An e-mail address object, `separated` with several addresses and commas between them; `limit` in characters."""
    inner = {"Address": text(limit)}

    def check(value: object, path: str) -> Json | None:
        found = clean(inner, value).get("Address")
        if found is None:
            return None
        for address in found.split(",") if separated else [found]:
            name, at, domain = address.strip().rpartition("@")
            if not (name and at and "." in domain) or any(sign.isspace() for sign in address.strip()):
                raise faults.bad_email(path)
        return {"Address": found}

    return check


def record(fields: Fields) -> Check:
    """A nested object; empty members are dropped, an object without members counts as emptied."""

    def check(value: object, _path: str) -> Json | None:
        return {name: held for name, held in clean(fields, value).items() if held is not None} or None

    return check


def listing(fields: Fields) -> Check:
    """An array of nested objects."""
    inner = record(fields)

    def check(value: object, path: str) -> list[object]:
        if not isinstance(value, list):
            raise faults.unsupported_property()
        return [inner(entry, path) or {} for entry in value]

    return check


ADDRESS: Final = record(
    {
        "Id": None,
        **{f"Line{number}": text(500) for number in range(1, 6)},
        "City": text(255),
        "CountrySubDivisionCode": text(255),
        "PostalCode": text(30),
        "Country": text(255),
        "CountryCode": text(255),
        "Lat": None,
        "Long": None,
        "Note": None,
    }
)
PHONE: Final = record({"FreeFormNumber": text(30)})
WEB: Final = record({"URI": text(1000)})
MEMO: Final = record({"value": text(1000)})
LINKS: Final = listing({"TxnId": text(50), "TxnType": text(30), "TxnLineId": text(50)})
CUSTOM_FIELDS: Final = listing({"DefinitionId": text(10), "Name": None, "Type": None, "StringValue": text(31)})

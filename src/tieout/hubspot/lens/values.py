"""HubSpot's property values, all of them text: how each sort reads, and how it is written.

Rules: HubSpot, "Properties" guide: a *date* reads as `YYYY-MM-DD`, a *datetime* as ISO text in UTC (the fraction left
out where it is zero), both may be milliseconds since 1970; an empty text clears a value.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypedDict
from zoneinfo import ZoneInfo

from tieout.core.days import day_of, noon
from tieout.core.money import NotMoney, decimal, rounded
from tieout.core.records import Address

Values = Mapping[str, str | None]

KEY = "tieout_key"
"""Our unique property on every type of record that Tieout creates: the id of the operation that made it."""

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BREAKS = re.compile(r"[\t\n]+")
_ZERO = Decimal(0)
_MOST = Decimal(10) ** 15


def text(values: Values, name: str) -> str:
    """A text as typed; empty where there is none."""
    return values.get(name) or ""


def formers(id_: str, values: Values) -> tuple[str, ...]:
    """The ids of the records that were merged into this one (HubSpot, "Merge records" guide)."""
    named = text(values, "hs_merged_object_ids").split(";")
    return tuple(one for one in named if one and one != id_)


def number(values: Values, name: str, missing: Decimal = _ZERO) -> Decimal:
    """A number, or `missing` where there is none. Raises NotMoney."""
    value = values.get(name)
    return decimal(value) if value else missing


def amount(values: Values, name: str, currency: str, missing: Decimal = _ZERO) -> Decimal:
    """An amount, rounded to the currency's minor unit. Raises NotMoney, also where it is more than a ledger holds."""
    value = rounded(number(values, name, missing), currency)
    if abs(value) >= _MOST:
        raise NotMoney(f"{value} {currency} is more than any amount of money.")
    return value


def moment(value: str) -> datetime:
    """A *datetime* in UTC. Raises ValueError."""
    try:
        if value.lstrip("-").isdecimal():
            return _FIRST + int(value) * _MILLISECOND
        read = datetime.fromisoformat(value)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{value} is no moment of any calendar.") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def epoch(at: datetime) -> int:
    """A moment as whole milliseconds since 1970."""
    return (at - _FIRST) // _MILLISECOND


def milliseconds(value: str) -> int:
    """A *datetime* as milliseconds since 1970; 0 where there is none, or none that is legible."""
    try:
        return epoch(moment(value)) if value else 0
    except ValueError:
        return 0


def by_number(id_: str) -> tuple[int, str]:
    """A key that sorts HubSpot's ids, which are whole numbers written as text, as numbers."""
    return len(id_), id_


def day(values: Values, name: str, zone: ZoneInfo) -> date | None:
    """The calendar day that a *date* or *datetime* means in the account's `zone`. Raises ValueError."""
    value = values.get(name)
    return day_of(moment(value), zone) if value else None


def written_day(of: date | None, zone: ZoneInfo) -> str:
    """A day as a *datetime* that reads back as the same day both in UTC and in the account's `zone`.

    Noon UTC is that moment nearly everywhere; east of UTC+12 it is the next day already, and six o'clock is taken.
    """
    if of is None:
        return ""
    at = noon(of)
    if day_of(at, zone) != of:
        at = datetime.combine(of, time(6), UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def written_number(value: Decimal) -> str:
    """A number without an exponent, its digits as they are."""
    return f"{value:f}"


def written_text(value: str) -> str:
    """A text of several lines without control characters."""
    return _CONTROLS.sub("", value)


def written_name(value: str) -> str:
    """A text of one line without control characters."""
    return _BREAKS.sub(" ", written_text(value)).strip()


def address(values: Values, prefix: str = "") -> Address:
    """The address of a contact or company, or, with its `prefix`, the shipping address of an invoice."""
    street = text(values, f"{prefix}address")
    city = text(values, f"{prefix}city")
    postcode = text(values, f"{prefix}zip")
    region = text(values, f"{prefix}state")
    country = text(values, f"{prefix}country")
    street2 = text(values, f"{prefix}address2")
    return Address(street=street, street2=street2, city=city, region=region, postcode=postcode, country=country)


def written_address(value: Address) -> dict[str, str]:
    """The properties of a company that hold an address; a contact has no `address2` of its own."""
    parts = {
        "address": value.street,
        "address2": value.street2,
        "city": value.city,
        "state": value.region,
        "zip": value.postcode,
        "country": value.country,
    }
    return {name: written_name(part) for name, part in parts.items()}


def ends(linked: Sequence[tuple[str, int]]) -> list[dict[str, object]]:
    """The associations of a record that is created: ids (`contact:45` or `45`) with their association type.

    Ends without an id are left out.
    """
    return [
        {
            "to": {"id": id_.rpartition(":")[2]},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_}],
        }
        for id_, type_ in linked
        if id_
    ]


class Creation(TypedDict):
    """One input of a batch create, as HubSpot takes it."""

    objectWriteTraceId: str
    properties: dict[str, str]
    associations: list[dict[str, object]]


def creation(
    key: str, properties: Mapping[str, str], linked: Sequence[tuple[str, int]], *, emptied: Sequence[str] = ()
) -> Creation:
    """One input of a batch create.

    key: the trace id by which HubSpot reports on one input of many. emptied: what is said to be empty; of all others
    an empty value is not told.
    """
    told = {name: value for name, value in properties.items() if value or name in emptied}
    return {"objectWriteTraceId": key, "properties": told, "associations": ends(linked)}


def same(one: str, other: str) -> bool:
    """Whether two property values mean the same: as numbers or moments where both are such, else as text."""
    if one == other:
        return True
    if not one or not other:
        return False
    try:
        return decimal(one) == decimal(other)
    except ValueError:
        pass
    try:
        return moment(one) == moment(other)
    except ValueError:
        return one.strip() == other.strip()

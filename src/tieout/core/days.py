"""Calendar days. A document's date is a day, never a moment."""

from contextlib import suppress
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


class NotADay(ValueError):
    """A text that is no calendar day."""


def day(text: str) -> date:
    """Read `YYYY-MM-DD`. Raises NotADay."""
    with suppress(ValueError):
        read = date.fromisoformat(text)
        if read.isoformat() == text:
            return read
    raise NotADay(f"{text!r} is not a day; write it as YYYY-MM-DD.")


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day that a HubSpot *datetime* means.

    A moment at midnight UTC is a plain day written as a datetime and is taken as it stands; any other moment is the
    day that the seller saw, in the account's `zone`.
    """
    utc = moment.astimezone(UTC)
    if utc.time() == time():
        return utc.date()
    return moment.astimezone(zone).date()


def noon(of: date) -> datetime:
    """Noon UTC of a day: how a day is written into a HubSpot *datetime*, so that no zone moves it."""
    return datetime.combine(of, time(12), UTC)

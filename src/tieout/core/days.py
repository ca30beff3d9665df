"""Calendar days. A document's date is a day, never a moment."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
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
    day that the seller saw, in the account's `zone`. Raises NotADay for one before or after all days that have a date:
    an unset moment of some programs is the first one of the year 1, which in New York has not begun yet.
    """
    try:
        utc = moment.astimezone(UTC)
        return utc.date() if utc.time() == time() else moment.astimezone(zone).date()
    except OverflowError as error:
        raise NotADay(f"{moment.isoformat()} is not a day of any calendar.") from error


def around(of: date, days: int) -> tuple[date, date]:
    """The days so many before and after one; the first or the last of all where there are none so far away."""
    before, after = min(days, (of - date.min).days), min(days, (date.max - of).days)
    return of - timedelta(days=before), of + timedelta(days=after)


def noon(of: date) -> datetime:
    """Noon UTC of a day: how a day is written into a HubSpot *datetime*, so that no zone moves it."""
    return datetime.combine(of, time(12), UTC)

"""Moments as the sandbox keeps them (milliseconds since 1970, UTC) and as HubSpot writes them (ISO text)."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache

_DAY_MS = 86_400_000
_EPOCH_TEXT = re.compile(r"-?\d{1,15}")
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def now_ms(moment: datetime) -> int:
    """Return a moment as whole milliseconds since 1970."""
    passed = moment - _FIRST
    return (passed.days * 86_400 + passed.seconds) * 1000 + passed.microseconds // 1000


@lru_cache(maxsize=65_536)
def iso(at: int) -> str:
    """Return milliseconds as HubSpot writes them: UTC, the fraction left out where it is zero."""
    seconds, fraction = divmod(at, 1000)
    text = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    return f"{text}.{fraction:03d}Z" if fraction else f"{text}Z"


@lru_cache(maxsize=65_536)
def milliseconds(text: str) -> int:
    """Return what an ISO day, an ISO moment (UTC where it names no zone) or milliseconds as text mean.

    Raises ValueError if it is none of these.
    """
    if _EPOCH_TEXT.fullmatch(text):
        at = int(text)
        datetime.fromtimestamp(at // 1000, UTC)
        return at
    moment = datetime.fromisoformat(text)
    return now_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def day(text: str) -> str:
    """Return a `date` value as HubSpot stores it, `YYYY-MM-DD`.

    Raises ValueError if it is neither an ISO day nor a moment at midnight UTC (HubSpot, Properties guide).
    """
    at = milliseconds(text)
    if at % _DAY_MS:
        raise ValueError(f"{text} is not at midnight UTC")
    return date.fromordinal(_FIRST.toordinal() + at // _DAY_MS).isoformat()

"""JSON and times as QuickBooks writes them: exact decimals both ways, Pacific time, envelopes."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

Json: TypeAlias = dict[str, Any]
"""One JSON object. Numbers are `int` or `Decimal`, never `float`."""

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
HEADERS: Final = {"content-type": "application/json;charset=UTF-8", "qbo-version": "2026.9"}

_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def encode(document: object) -> bytes:
    """Return `document` as JSON; a Decimal becomes a JSON number with all its digits."""
    return _encode(document)


def decode(body: bytes) -> Any:  # noqa: ANN401 the shape of foreign JSON is checked by who reads it
    """Read JSON without a float ever touching a number. Raises msgspec.DecodeError."""
    return _decode(body)


@lru_cache(maxsize=4096)
def seconds_stamp(second: int) -> str:
    """Return a Unix time as MetaData shows it: Pacific time with its offset, whole seconds."""
    return datetime.fromtimestamp(second, PACIFIC).isoformat()


def envelope_time(now: datetime) -> str:
    """Return `now` as an answer's `time` shows it: Pacific time with its offset, milliseconds."""
    return now.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def envelope(now: datetime, **content: object) -> bytes:
    """Return an answer's JSON: `content`, then the server's time."""
    return _encode({**content, "time": envelope_time(now)})


def moment(text: str) -> float:
    """Read a date or date-time of a query as a Unix time.

    A time without zone counts as Pacific, a date as its midnight there. Raises ValueError.
    """
    read = datetime.fromisoformat(text.strip())
    return (read if read.tzinfo else read.replace(tzinfo=PACIFIC)).timestamp()


def unix(now: datetime) -> int:
    """Return `now` as whole seconds since 1970."""
    return int(now.astimezone(UTC).timestamp())

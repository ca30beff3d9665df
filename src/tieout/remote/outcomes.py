"""How a write can end."""

from typing import Literal

import msgspec

from tieout.remote.rows import Row

Reaction = Literal["person", "dependency", "stale", "transient", "connection", "bug"]


class Fault(msgspec.Struct, frozen=True):
    """Why a side refused one record.

    code: the vendor's (QuickBooks fault code, HubSpot category or error code). cause: of our catalogue.
    evidence: the values that explain it (`holder` = id of the record that has the name or number, `text`, `tid` …).
    """

    code: str
    cause: str
    reaction: Reaction
    text: str
    evidence: dict[str, str] = {}


class NotSent(msgspec.Struct, frozen=True, tag="not_sent"):
    """The request never left: certain not to have happened. cause: of our catalogue."""

    why: str
    retry_after: float | None = None
    cause: Literal["unavailable", "rate_limited"] = "unavailable"


class Done(msgspec.Struct, frozen=True, tag="done"):
    """It happened. row: the record as the side returned it; None where the answer holds no record of a kind.

    losers: values that a person set between our read and our write, by field, with the moment (ISO) they were set.
    tid: by which the vendor's support finds the request (`intuit_tid`), where the answer named it.
    """

    id: str
    row: Row | None = None
    version: int = 0
    losers: dict[str, tuple[str, str]] = {}
    tid: str = ""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """It did not happen, and the side said why."""

    fault: Fault


class Unknown(msgspec.Struct, frozen=True, tag="unknown"):
    """It may have happened, or may still happen until the side's own time-out."""

    why: str


Outcome = NotSent | Done | Refused | Unknown


class Landed(msgspec.Struct, frozen=True, tag="landed"):
    """Found after an unknown outcome. row: as it reads now. sent: as it was sent, with the ids it was given.

    losers: as of `Done`.
    """

    row: Row
    sent: Row
    losers: dict[str, tuple[str, str]] = {}


class Absent(msgspec.Struct, frozen=True, tag="absent"):
    """Not there after the side's time-out: it never happened, and the same bytes may be sent again."""


class Moot(msgspec.Struct, frozen=True, tag="moot"):
    """It did not happen, and must not be sent again as it was: the record is to be decided anew."""

    why: str


Finding = Landed | Absent | Moot

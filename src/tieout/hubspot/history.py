"""What HubSpot remembers of a property: which values came between our read and our write, and when it left draft."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from tieout.core.days import day_of
from tieout.hubspot.documents import Stamp
from tieout.hubspot.lens import values


class Trace(msgspec.Struct, frozen=True):
    """What became of one value that we wrote.

    landed: it is in the history, or needed no writing. stands: nothing came after it. losers: values that a person set
    between our read and our write, the latest first, with their moments (ISO, UTC).
    """

    landed: bool
    stands: bool
    losers: tuple[tuple[str, str], ...] = ()


def trace(stamps: Sequence[Stamp], *, sent: str, base: str, read_at: int, written_at: int = 0) -> Trace:
    """Find our write among the values of a property.

    stamps: as HubSpot lists them, the latest first. base: the value that the safety read saw. read_at: milliseconds of
    a moment right before that read. written_at: milliseconds of our write where its answer is known; a value of that
    moment is ours even where HubSpot has put it into a form of its own.
    """
    ours = _ours(stamps, sent, read_at, written_at)
    if ours is None:
        # A write of the value that stood there already leaves no stamp, and tells nothing of the others.
        untouched = all(values.milliseconds(stamp.timestamp) < read_at for stamp in stamps)
        idle = untouched and values.same(sent, base)
        return Trace(landed=idle, stands=idle)
    losers = []
    for stamp in stamps[ours + 1 :]:
        if values.milliseconds(stamp.timestamp) < read_at or values.same(stamp.value or "", base):
            break
        losers.append((stamp.value or "", stamp.timestamp))
    return Trace(landed=True, stands=ours == 0, losers=tuple(losers))


def _ours(stamps: Sequence[Stamp], sent: str, read_at: int, written_at: int) -> int | None:
    for position, stamp in enumerate(stamps):
        at = values.milliseconds(stamp.timestamp)
        if at >= read_at and values.same(stamp.value or "", sent):
            return position
        if written_at and at <= written_at:
            return position
    return None


def left_draft(stamps: Sequence[Stamp], zone: ZoneInfo) -> date | None:
    """The day, in the account's zone, on which an invoice first had a status other than draft."""
    for stamp in reversed(stamps):
        if stamp.value and stamp.value != "draft":
            return day_of(values.moment(stamp.timestamp), zone)
    return None

"""One thing that preflight looks at, and what only a look into the accounts tells."""

from typing import Literal

import msgspec

Level = Literal["ok", "ask", "warning", "blocks"]


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at.

    level: `blocks` = invoices will fail until it is set; `ask` = only a person can answer. remedy: what to do. where:
    the way there through a menu. link: the address of that page, one of ours without host.
    """

    check: str
    level: Level
    title: str
    remedy: str = ""
    where: str = ""
    link: str = ""


class Seen(msgspec.Struct, frozen=True):
    """What only a look into the accounts tells. …_ahead: seconds by which a clock is before ours; None = not told.

    other_sync: the day (ISO) of the newest invoice that HubSpot's own sync made lately; empty for none.
    """

    hubspot_ahead: int | None = None
    quickbooks_ahead: int | None = None
    other_sync: str = ""

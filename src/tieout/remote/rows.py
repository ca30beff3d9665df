"""What a side's feed brings: whole records, and rows that hold only keys."""

from typing import Literal

import msgspec

from tieout.core.records import Key, Kind
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement

Record = Customer | Item | Invoice | Settlement
Gone = Literal["", "deleted", "archived", "merged"]


class Row(msgspec.Struct, frozen=True):
    """One record as its side has it now.

    version: grows with each change there (QuickBooks' SyncToken; milliseconds of HubSpot's last change of any part).
    record: None when it is gone; then `gone` says how.
    parent: the transaction that this one is a part of (`{transaction}` of a settlement); of a record that was merged,
    the one that it was merged into.
    """

    kind: Kind
    id: str
    version: int
    record: Record | None
    gone: Gone = ""
    parent: str = ""


class KeyRow(msgspec.Struct, frozen=True):
    """A record that does not sync but holds names or numbers: a vendor, an employee, a credit memo, a receipt.

    list: `vendor`, `employee`, `credit_memo`, `sales_receipt`, `refund_receipt`, `estimate`.
    label: how a person knows it. keys: empty when it is gone. customer, remaining: a credit memo's customer and what
    is left of it, as a decimal string in the customer's currency.
    """

    list: str
    id: str
    version: int
    label: str
    keys: tuple[Key, ...]
    customer: str = ""
    remaining: str = ""


class Unreadable(msgspec.Struct, frozen=True):
    """A row that could not be understood: kept raw, listed as a failure, and the feed goes on."""

    kind: Kind
    id: str
    version: int
    raw: bytes
    why: str


class Batch(msgspec.Struct, frozen=True):
    """A bounded piece of a feed. Store its rows, then its cursor, in one transaction.

    wholes: (kind, parent, the parent's version) of which `rows` lists every record; stored ones that are not among
    them, and not newer, are gone.
    new: (kind, id) of the records, or parents of records, that were made since the moment that the cursor asked from;
    new_since: a moment of our own clock (ISO, UTC) no later than that, empty where it is not known.
    complete: this batch ends one complete read of everything. facts_changed: read the side's facts again.
    """

    rows: tuple[Row, ...]
    cursor: str
    keys: tuple[KeyRow, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    wholes: tuple[tuple[Kind, str, int], ...] = ()
    new: frozenset[tuple[Kind, str]] = frozenset()
    new_since: str = ""
    complete: bool = False
    facts_changed: bool = False

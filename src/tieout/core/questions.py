"""What a decision must know of the rest of the account: questions, asked as data, and their replies.

So that `decide` needs no network and no database, whoever calls it answers for a whole batch at once.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import msgspec

from tieout.core.match import Candidate
from tieout.core.merged import Merged, MergedOf
from tieout.core.records import Key, Kind, Side
from tieout.core.undoing import UndoOf, Users, UsersOf, Written


class LinkOf(msgspec.Struct, frozen=True, tag=True):
    """Which record of the other side is this one linked to?  Answered by `Linked`."""

    kind: Kind
    side: Side
    id: str


class HolderOf(msgspec.Struct, frozen=True, tag=True):
    """Who in QuickBooks holds this name or number?  Answered by `Holders`."""

    key: Key


class NumbersLike(msgspec.Struct, frozen=True, tag=True):
    """Which numbers in QuickBooks begin like this one?  Answered by `Holders`."""

    prefix: str


class MatchesOf(msgspec.Struct, frozen=True, tag=True):
    """Which unlinked records of the other side share a key with this one?  Answered by `Matches`."""

    kind: Kind
    side: Side
    id: str


class ItemOf(msgspec.Struct, frozen=True, tag=True):
    """Which item does a HubSpot line mean?  Answered by `Linked`."""

    product: str
    sku: str
    name: str


class CountryOf(msgspec.Struct, frozen=True, tag=True):
    """In which country is this HubSpot customer?  Answered by `Country`."""

    customer: str


class Alike(msgspec.Struct, frozen=True, tag=True):
    """Which unlinked documents could be this same one?  Answered by `Matches`.

    side: where to look. party: the customer's id there (invoices), or the invoice's id there (settlements).
    number: of an invoice; one of the same party that bears it could be this one, whatever its amount and day.
    """

    kind: Kind
    side: Side
    party: str
    amount: Decimal
    currency: str
    first: date
    last: date
    number: str = ""


class SettledOf(msgspec.Struct, frozen=True, tag=True):
    """What is open of a QuickBooks invoice, and what was paid on it?  Answered by `Settled`."""

    invoice: str


class RateOn(msgspec.Struct, frozen=True, tag=True):
    """What was one unit of a currency worth on a day, in QuickBooks' home currency?  Answered by `Rate`."""

    currency: str
    day: date


def alike_key(party: str, amount: Decimal) -> Key:
    """The key by which documents of one party and amount are found (`Alike` then compares their days)."""
    return Key("alike", f"{party}:{amount.normalize():f}")


Question = (
    LinkOf
    | HolderOf
    | NumbersLike
    | MatchesOf
    | ItemOf
    | Alike
    | SettledOf
    | MergedOf
    | RateOn
    | CountryOf
    | UndoOf
    | UsersOf
)


class Linked(msgspec.Struct, frozen=True):
    """other: the linked record's id on the other side, empty where there is none.

    own: the id of the record on the asking side that the question means, empty where there is none.
    settled: the record was decided and stays without counterpart; then `candidates` says what came near.
    active: the linked record may be used; QuickBooks refuses inactive customers and items.
    balance: of a linked invoice, what is open of it on the other side. left_out: a person left the record out.
    filtered: a filter leaves it out. into: the record that the one asked for was merged into.
    currency: ISO 4217: of the linked QuickBooks customer, empty where it is the company's own; or of its invoice.
    person: of a linked HubSpot customer, `contact:…` of whoever speaks for it, empty where nobody does.
    """

    other: str = ""
    own: str = ""
    settled: bool = False
    candidates: tuple[Candidate, ...] = ()
    active: bool = True
    label: str = ""
    balance: Decimal | None = None
    left_out: bool = False
    filtered: bool = False
    into: str = ""
    currency: str = ""
    person: str = ""


class Holder(msgspec.Struct, frozen=True):
    """Who holds a name or number. list: `customer`, `vendor`, `invoice`, `credit_memo` …, `planned` for one of ours.

    crm: of a customer, the HubSpot record that it is linked to, or is being made for.
    """

    list: str
    id: str
    label: str
    key: str = ""
    linked: bool = False
    active: bool = True
    crm: str = ""


class Holders(msgspec.Struct, frozen=True):
    """Everybody who holds it; empty = it is free."""

    holders: tuple[Holder, ...] = ()


class Country(msgspec.Struct, frozen=True):
    """The country of a billing address as its author typed it; empty where it has none."""

    name: str = ""


class Matches(msgspec.Struct, frozen=True):
    """Unlinked records that could be the same."""

    candidates: tuple[Candidate, ...] = ()


class Settled(msgspec.Struct, frozen=True):
    """balance: what is open of the invoice. unlinked: its cash payments that no payment of HubSpot's stands for.

    unbooked: what HubSpot's payments on it come to that are money, and not in QuickBooks yet.
    """

    balance: Decimal
    unlinked: tuple[Candidate, ...] = ()
    unbooked: Decimal = Decimal(0)


class Rate(msgspec.Struct, frozen=True):
    """rate: what QuickBooks books one unit of the currency at; None where it knows of no rate, or none was read yet."""

    rate: Decimal | None = None


Reply = Linked | Holders | Matches | Settled | Merged | Rate | Country | Written | Users
Answers = Mapping[Question, Reply]

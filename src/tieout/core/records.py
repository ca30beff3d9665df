"""What every kind of record has in common, on both sides."""

from enum import StrEnum
from typing import Literal

import msgspec


class Side(StrEnum):
    """Where a record lives."""

    CRM = "crm"
    BOOKS = "books"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.BOOKS if self is Side.CRM else Side.CRM


class Kind(StrEnum):
    """What syncs, in the order in which records depend on each other."""

    CUSTOMER = "customer"
    ITEM = "item"
    INVOICE = "invoice"
    SETTLEMENT = "settlement"


class State(StrEnum):
    """Where a pair, or a record without counterpart, stands. Each has exactly one.

    `paused` is what people are told of one on its way while its company pair rests; it is never stored.
    """

    IN_SYNC = "in_sync"
    WARNING = "warning"
    PENDING = "pending"
    WAITING = "waiting"
    RETRYING = "retrying"
    FAILING = "failing"
    HELD = "held"
    ACCEPTED = "accepted"
    EXCLUDED = "excluded"
    DRAFT = "draft"
    BROKEN = "broken"
    PAUSED = "paused"


class Key(msgspec.Struct, frozen=True, order=True):
    """One value by which a record can be found: by matching, or to see whether a name or number is free."""

    name: str
    value: str


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """A postal address, each part as its author typed it."""

    street: str = ""
    street2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return any((self.street, self.street2, self.city, self.region, self.postcode, self.country))


Verb = Literal["create", "update", "void", "annotate"]

"""Fields: canonical values with a direction, and how they are compared."""

from collections.abc import Callable
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

R = TypeVar("R")


class Direction(StrEnum):
    """Where a change of a field may go."""

    BOTH = "both"
    TO_BOOKS = "to_books"
    TO_CRM = "to_crm"
    CREATION = "creation"
    ASK = "ask"
    OFF = "off"


class Rule(StrEnum):
    """Who wins when both sides changed one field."""

    ASK = "ask"
    HUBSPOT = "hubspot"
    QUICKBOOKS = "quickbooks"


class Field(msgspec.Struct, Generic[R], frozen=True):
    """One canonical value of a record.

    read: takes it from the record. show: how a person reads it. alike: its normal form, by which it is compared;
    a falsy form is a blank.
    """

    name: str
    direction: Direction
    read: Callable[[R], object]
    alike: Callable[[object], object]
    show: Callable[[object], str] = str

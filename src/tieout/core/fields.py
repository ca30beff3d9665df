"""Fields: canonical values with a direction, and how they are compared."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

R = TypeVar("R")
S = TypeVar("S", bound=msgspec.Struct)

CUSTOM = "custom."
"""What the names of mapped fields begin with; their values are in a record's `custom`."""


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


def value_of(record: object, name: str) -> object:
    """A record's value by the name of its field; None for one that it has not."""
    if not name.startswith(CUSTOM):
        return getattr(record, name, None)
    custom: Mapping[str, str] = getattr(record, "custom", {})
    return custom.get(name.removeprefix(CUSTOM))


def with_values(record: S, values: Mapping[str, object]) -> S:
    """The record with some of its values replaced; a mapped one that is None is taken out."""
    own = {name: value for name, value in values.items() if not name.startswith(CUSTOM)}
    if len(own) != len(values):
        mapped = {name.removeprefix(CUSTOM): value for name, value in values.items() if name.startswith(CUSTOM)}
        custom = {**getattr(record, "custom", {}), **mapped}
        own["custom"] = {key: value for key, value in custom.items() if value is not None}
    return msgspec.structs.replace(record, **own)


def taken(record: S, source: object, names: Iterable[str]) -> S:
    """The record with the named values of another one."""
    return with_values(record, {name: value_of(source, name) for name in names})

"""What an operator has read and written besides: properties of mapped fields, and those that filters look at."""

from collections.abc import Iterable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from tieout.core.days import day
from tieout.core.fields import CUSTOM
from tieout.core.mapping import Filter, Mapped
from tieout.core.money import decimal
from tieout.core.records import Side
from tieout.core.text import folded
from tieout.hubspot.lens import values
from tieout.hubspot.limits import LONGEST_TEXT

R = TypeVar("R", bound=msgspec.Struct)


class View(msgspec.Struct, frozen=True):
    """mapped, filters: of the connection. missing: properties that the account lacks, as `invoices.reference`.

    zone: the account's.
    """

    mapped: tuple[Mapped, ...] = ()
    filters: tuple[Filter, ...] = ()
    missing: tuple[str, ...] = ()
    zone: ZoneInfo = ZoneInfo("UTC")

    @property
    def wanted(self) -> tuple[str, ...]:
        """All properties that are named, as `invoices.reference`."""
        named = [f"{one.type}.{one.crm}" for one in self.mapped]
        named += [one.key for one in self.filters if one.side is Side.CRM]
        return tuple(sorted(set(named)))

    @property
    def read(self) -> tuple[str, ...]:
        """Those of them that the account has."""
        return tuple(name for name in self.wanted if name not in self.missing)

    def properties(self, type_: str) -> tuple[str, ...]:
        """The properties to read of one type of record."""
        return tuple(name.partition(".")[2] for name in self.read if name.startswith(f"{type_}."))

    def add(self, record: R, *parts: tuple[str, values.Values]) -> R:
        """The record with the values of its parts, each a type of record with its properties.

        A property that was not answered has no value, which is not the same as a blank.
        """
        if not self.wanted:
            return record
        shown = {f"{type_}.{name}": value or "" for type_, own in parts for name, value in own.items()}
        custom = {one.key: self._text(one, shown[name]) for one in self.mapped if (name := _name(one)) in shown}
        traits = {one.key: shown[one.key] for one in self.filters if one.side is Side.CRM and one.key in shown}
        return msgspec.structs.replace(record, custom=custom, traits=traits)

    def written(self, custom: Mapping[str, str], fields: Iterable[str]) -> dict[str, dict[str, str]]:
        """The properties that mapped fields are written to, by type of record.

        A field that is not mapped any more is left out. Raises ValueError for a value that the property cannot hold.
        """
        known = {one.field: one for one in self.mapped}
        changes: dict[str, dict[str, str]] = {}
        for one in (known[field] for field in fields if field in known):
            changes.setdefault(one.type, {})[one.crm] = self._value(one, custom.get(one.key, ""))
        return changes

    def created(self, custom: Mapping[str, str], type_: str) -> dict[str, str]:
        """The properties of a new record of one type."""
        fields = [CUSTOM + key for key, value in self.of(custom, type_).items() if value]
        return self.written(custom, fields).get(type_, {})

    def of(self, custom: Mapping[str, str], type_: str) -> dict[str, str]:
        """Those mapped values that records of one type hold."""
        return {one.key: custom[one.key] for one in self.mapped if one.type == type_ and one.key in custom}

    def readable(self, field: str, value: str) -> str:
        """A property's value of a mapped field as a person reads it; that of any other as it is."""
        one = next((one for one in self.mapped if one.field == field), None)
        return value if one is None else self._text(one, value)

    def _text(self, one: Mapped, value: str) -> str:
        if one.sort == "choice":
            return next((label for label, own in one.options.items() if own == value), value)
        try:
            if one.sort == "date" and (read := values.day({"": value}, "", self.zone)):
                return read.isoformat()
        except ValueError:
            pass
        return value

    def _value(self, one: Mapped, text: str) -> str:
        if not text:
            return ""
        match one.sort:
            case "number":
                return values.written_number(decimal(text))
            case "date":
                return values.written_day(day(text), self.zone) if one.moment else day(text).isoformat()
            case "choice":
                own = [value for label, value in one.options.items() if folded(text) in (folded(label), folded(value))]
                if not own:
                    raise ValueError(f"{text!r} is none of the options of {one.crm}.")
                return own[0]
            case "text":
                return values.written_text(text)[:LONGEST_TEXT]


NOTHING_MORE = View()
"""Of an account without mapped fields and filters."""


def _name(one: Mapped) -> str:
    return f"{one.type}.{one.crm}"


def is_mapped(field: str) -> bool:
    """Whether a field's name is that of a mapped one."""
    return field.startswith(CUSTOM)

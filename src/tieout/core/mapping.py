"""What an operator adds to the sync: fields of their own choice, and filters."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from tieout.core.days import NotADay, day
from tieout.core.fields import CUSTOM, Direction, Rule
from tieout.core.money import NotMoney, decimal
from tieout.core.records import Kind, Side
from tieout.core.text import folded, normal

Sort = Literal["text", "number", "date", "choice"]
Test = Literal["is", "is_not", "contains", "known", "unknown"]
TESTS: tuple[Test, ...] = ("is", "is_not", "contains", "known", "unknown")


class Mapped(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A field that an operator has mapped: a HubSpot property and a QuickBooks field that hold the same value.

    serial: tells it from all mappings there ever were, so that what was agreed under a former one never counts.
    type: HubSpot's type of record (`companies`, `contacts`, `products`, `invoices`). crm: name of the property.
    books: name of the QuickBooks field. moment: the property is a *datetime*. read_only: HubSpot makes its value.
    options: of a choice, HubSpot's own value by the label that people read, which is the value in QuickBooks.
    """

    serial: int
    name: str
    kind: Kind
    type: str
    crm: str
    books: str
    sort: Sort = "text"
    direction: Direction = Direction.BOTH
    rule: Rule = Rule.ASK
    moment: bool = False
    read_only: bool = False
    options: dict[str, str] = {}

    @property
    def key(self) -> str:
        """The key of its value in a record's `custom`."""
        return f"{self.serial}:{self.name}"

    @property
    def field(self) -> str:
        """The name of the field."""
        return CUSTOM + self.key


class Property(msgspec.Struct, frozen=True, omit_defaults=True):
    """A property of HubSpot's that an operator may name.

    sort: empty where it holds what no field of QuickBooks can. moment, options: see Mapped. read_only: HubSpot makes
    its value. taken: it is synced already.
    """

    name: str
    label: str
    sort: Sort | Literal[""] = "text"
    moment: bool = False
    options: dict[str, str] = {}
    read_only: bool = False
    taken: bool = False


class Filter(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Which records of one kind on one side may travel. All filters of a kind and side must let a record pass.

    type, field: HubSpot's type of record and property; in QuickBooks only `field`. values: of which one must be found.
    """

    kind: Kind
    side: Side
    field: str
    test: Test
    type: str = ""
    values: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of the value in a record's `traits`."""
        return f"{self.type}.{self.field}" if self.type else self.field

    def concerns(self, id_: str) -> bool:
        """Whether it is about the record with this id: a property of companies says nothing of a contact."""
        prefix = {"companies": "company:", "contacts": "contact:"}.get(self.type, "")
        return id_.startswith(prefix)

    def passes(self, traits: Mapping[str, str]) -> bool:
        """Whether a record with these traits may travel; one of which the value is not known yet may not.

        Case and space aside. A value of several, set apart by semicolons, is each of them.
        """
        text = traits.get(self.key)
        if text is None:
            return False
        whole = folded(text)
        parts = {whole, *(part.strip() for part in whole.split(";"))}
        wanted = {folded(value) for value in self.values}
        match self.test:
            case "is":
                return bool(parts & wanted)
            case "is_not":
                return not parts & wanted
            case "contains":
                return any(value in whole for value in wanted)
            case "known":
                return bool(whole)
            case "unknown":
                return not whole


def alike(sort: Sort, text: str) -> str:
    """A mapped value in its normal form, by which it is compared; what is no such value compares as text."""
    try:
        if sort == "number" and text:
            digits = f"{(number := decimal(text)).copy_abs():f}"
            digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
            return f"-{digits}" if number < 0 else digits
        if sort == "date" and text:
            return day(text).isoformat()
    except (NotMoney, NotADay):
        pass
    return folded(text) if sort == "choice" else normal(text)


def is_of_sort(sort: Sort, text: str) -> bool:
    """Whether a text is a number, or a day; any text is a text."""
    try:
        if sort == "number":
            decimal(text)
        elif sort == "date":
            day(text)
    except (NotMoney, NotADay):
        return False
    return True

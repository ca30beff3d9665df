"""Mapped fields: which of QuickBooks' fields can be mapped, and how the values of a record travel.

What a field of QuickBooks holds: QuickBooks API reference, attribute tables of Customer, Item and Invoice.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeVar

import msgspec

from tieout.core.decide import Bond, Decision, Fail, Nothing, World
from tieout.core.facts import BooksFacts, Facts, Named
from tieout.core.fields import CUSTOM, Direction, Field, Rule, value_of, with_values
from tieout.core.mapping import Mapped, alike, is_of_sort
from tieout.core.merge import Merge
from tieout.core.records import Kind, Side
from tieout.core.settings import Settings
from tieout.core.text import folded
from tieout.core.warn import FreeText

R = TypeVar("R", bound=msgspec.Struct)

BOTH_WAYS = (Direction.BOTH, Direction.TO_BOOKS, Direction.TO_CRM, Direction.CREATION, Direction.ASK, Direction.OFF)
_CODING = (Direction.CREATION, Direction.OFF)
_ASKED = (Direction.ASK, Direction.CREATION, Direction.OFF)


class BooksField(msgspec.Struct, frozen=True):
    """A field of QuickBooks that can be mapped, and that a filter can look at.

    limit: characters that it holds. exact: what is longer is refused, else shortened. listed: it names an entry of a
    list. directions: that a mapping of it may have; the bookkeeper's own fields are set at creation only.
    """

    name: str
    title: str
    limit: int = 0
    exact: bool = False
    listed: Literal["", "classes", "locations", "terms"] = ""
    directions: tuple[Direction, ...] = BOTH_WAYS


BOOKS_FIELDS: dict[Kind, tuple[BooksField, ...]] = {
    Kind.CUSTOMER: (
        BooksField("notes", "Notes", 2000),
        BooksField("title", "Title", 16),
        BooksField("mobile", "Mobile phone", 30, exact=True),
        BooksField("other_phone", "Other phone", 30, exact=True),
        BooksField("fax", "Fax", 30, exact=True),
        BooksField("terms", "Terms", listed="terms", directions=_ASKED),
    ),
    Kind.ITEM: (BooksField("purchase_text", "Description on purchases", 1000, directions=_CODING),),
    Kind.INVOICE: (
        *(BooksField(f"custom{number}", f"Custom field {number}", 31) for number in (1, 2, 3)),
        BooksField("class", "Class", listed="classes", directions=_CODING),
        BooksField("location", "Location", listed="locations", directions=_CODING),
        BooksField("terms", "Terms", listed="terms", directions=_CODING),
    ),
}
DIRECTIONS: dict[str, tuple[Direction, ...]] = {
    **dict.fromkeys(
        ("customer.phone", "customer.website", "invoice.due", "invoice.memo"),
        (Direction.BOTH, Direction.TO_BOOKS, Direction.TO_CRM, Direction.ASK, Direction.CREATION, Direction.OFF),
    ),
    **dict.fromkeys(
        ("customer.email", "customer.company", "customer.first", "customer.last", "customer.billing"),
        (Direction.ASK, Direction.TO_BOOKS, Direction.TO_CRM, Direction.CREATION, Direction.OFF),
    ),
}
"""The directions that a field which is synced anyway may have. Names and addresses never simply flow both ways: they
change what stands on documents of the past."""
RULES = {
    "customer.phone": "phone_rule",
    "customer.website": "website_rule",
    "invoice.due": "due_date_rule",
    "invoice.memo": "memo_rule",
}
"""The setting that says who wins when both sides changed a field."""


def books_field(kind: Kind, name: str) -> BooksField | None:
    """The field of QuickBooks with that name."""
    return next((one for one in BOOKS_FIELDS.get(kind, ()) if one.name == name), None)


def entries(facts: BooksFacts, field: BooksField) -> tuple[Named, ...]:
    """The entries of the list that a field names one of."""
    return getattr(facts, field.listed) if field.listed else ()


def is_there(facts: BooksFacts, field: str) -> bool:
    """Whether the company has a field: custom fields of sales forms have to be switched on."""
    number = custom_number(field)
    return not number or any(one.id == number for one in facts.custom_fields)


def custom_number(field: str) -> str:
    """The DefinitionId of a custom field of sales forms; empty for any other field."""
    return field.removeprefix("custom") if field.startswith("custom") else ""


def of_kind(kind: Kind, settings: Settings) -> tuple[Mapped, ...]:
    """The mapped fields of a kind that are not off."""
    return tuple(one for one in settings.mapped if one.kind is kind and one.direction is not Direction.OFF)


def rules(kind: Kind, settings: Settings) -> dict[str, Rule]:
    """Who wins when both sides changed a field, by the field's name."""
    own = {
        key.partition(".")[2]: getattr(settings, name)
        for key, name in RULES.items()
        if key.partition(".")[0] == kind.value
    }
    return own | {one.field: one.rule for one in settings.mapped if one.kind is kind}


def directed(kind: Kind, fields: Sequence[Field[R]], settings: Settings) -> tuple[Field[R], ...]:
    """Fields that are synced anyway, with the directions that the operator chose."""
    chosen = {key.partition(".")[2]: one for key, one in settings.directions.items() if key.startswith(f"{kind}.")}
    return tuple(
        msgspec.structs.replace(one, direction=chosen[one.name]) if one.name in chosen else one for one in fields
    )


def compared(kind: Kind, crm: R, books: R, bond: Bond[R], world: World) -> tuple[Field[R], ...]:
    """The mapped fields of a pair that both sides tell.

    Where the two never agreed on a value and both have one, a person is asked, whatever the field's direction and rule.
    """
    return tuple(
        _field(one, crm, books, bond)
        for one in of_kind(kind, world.settings)
        if not _lacks(one, world.facts) and None not in (value_of(crm, one.field), value_of(books, one.field))
    )


def _field(one: Mapped, crm: R, books: R, bond: Bond[R]) -> Field[R]:
    agreed = None not in (value_of(bond.crm_base, one.field), value_of(bond.books_base, one.field))
    first = not agreed and bool(value_of(crm, one.field)) and bool(value_of(books, one.field))
    sets = one.direction is Direction.CREATION
    return Field(
        one.field,
        Direction.ASK if first and not sets else one.direction,
        lambda record: value_of(record, one.field) or "",
        lambda value: alike(one.sort, str(value)),
    )


def carried(record: R, kind: Kind, side: Side, fields: Sequence[Field[R]], settings: Settings) -> R:
    """The record with only those values that go to `side` when it is created there.

    fields: those that are synced anyway. Blank is what a record of this kind has without the value.
    """
    away = Direction.TO_CRM if side is Side.BOOKS else Direction.TO_BOOKS
    stays = (Direction.OFF, away)
    blank = type(record)(id="")
    left = {one.name: value_of(blank, one.name) for one in directed(kind, fields, settings) if one.direction in stays}
    mapped = {one.key for one in of_kind(kind, settings) if one.direction not in stays}
    custom = {key: value for key, value in getattr(record, "custom", {}).items() if key in mapped and value}
    return msgspec.structs.replace(with_values(record, left), custom=custom, traits={})


def obstacles(kind: Kind, record: R, side: Side, world: World) -> tuple[Fail, ...]:
    """What stands in the way of creating a record on `side`: a value would be lost, or is none for that field."""
    away = Direction.TO_CRM if side is Side.BOOKS else Direction.TO_BOOKS
    found: list[Fail] = []
    for one in of_kind(kind, world.settings):
        if one.direction is away:
            continue
        if place := _lacks(one, world.facts):
            found.append(_missing(one, place))
        elif (text := value_of(record, one.field)) and not _fits(one, str(text), side, world.facts.books):
            found.append(_unfit(one, str(text), side))
    return tuple(found)


def fitting(merged: Merge, kind: Kind, crm: R, books: R, world: World) -> tuple[Merge, tuple[Fail, ...]]:
    """A merge without the mapped values that cannot be written, and why they cannot.

    All else goes on: a pair is held up by such a value only once nothing else is left to be done.
    """
    found: list[Fail] = []
    unfit: set[str] = set()
    for one in of_kind(kind, world.settings):
        if one.direction is Direction.CREATION:
            continue
        if place := _lacks(one, world.facts):
            found.append(_missing(one, place))
            continue
        for side, names, source in ((Side.BOOKS, merged.to_books, crm), (Side.CRM, merged.to_crm, books)):
            text = str(value_of(source, one.field) or "")
            if one.field in names and not _fits(one, text, side, world.facts.books):
                found.append(_unfit(one, text, side))
                unfit.add(one.field)
    kept = msgspec.structs.replace(
        merged,
        to_crm=tuple(name for name in merged.to_crm if name not in unfit),
        to_books=tuple(name for name in merged.to_books if name not in unfit),
        lost=tuple(one for one in merged.lost if one.field not in unfit),
    )
    return kept, tuple(found)


def told(decision: Decision, problems: Sequence[Fail]) -> Decision:
    """The decision, or where nothing is to be done, what keeps a mapped value from the other side."""
    return problems[0] if problems and isinstance(decision, Nothing) else decision


def texts(crm: Mapping[str, str], books: Mapping[str, str]) -> Iterable[FreeText]:
    """The mapped values that QuickBooks may hold only the beginning of. crm, books: `custom` of both records."""
    return (FreeText(CUSTOM + key, text, books[key]) for key, text in crm.items() if key in books)


def _lacks(one: Mapped, facts: Facts) -> Side | None:
    """The side that no longer has the mapped property or field."""
    if f"{one.type}.{one.crm}" in facts.crm.missing_properties:
        return Side.CRM
    return None if is_there(facts.books, one.books) else Side.BOOKS


def _fits(one: Mapped, text: str, side: Side, facts: BooksFacts) -> bool:
    field = books_field(one.kind, one.books)
    if not text or field is None:
        return True
    if side is Side.BOOKS:
        return not field.listed or any(folded(entry.name) == folded(text) for entry in entries(facts, field))
    if one.sort == "choice":
        return any(folded(text) in (folded(label), folded(own)) for label, own in one.options.items())
    return is_of_sort(one.sort, text)


def _missing(one: Mapped, side: Side) -> Fail:
    name = one.crm if side is Side.CRM else one.books
    return Fail("mapped_property_missing", {"field": one.name, "property": name, "side": side.value})


def _unfit(one: Mapped, text: str, side: Side) -> Fail:
    return Fail("mapped_value_unfit", {"field": one.name, "value": text, "side": side.value})

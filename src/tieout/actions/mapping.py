"""Field mapping: which HubSpot property and which QuickBooks field hold the same value, and which way it flows."""

import re
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from tieout.actions import settings as set_action
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.actions.reach import accounts
from tieout.actions.vocabulary import FIELDS
from tieout.core.facts import BooksFacts
from tieout.core.fields import Direction, Rule
from tieout.core.mapping import Mapped, Property
from tieout.core.records import Kind
from tieout.core.settings import Settings
from tieout.core.text import folded, normal
from tieout.engine.wiring import Transport, network
from tieout.engine.work import Sides
from tieout.kinds.customer_rules import CustomerRules
from tieout.kinds.invoice import HEADER
from tieout.kinds.mapped import (
    BOOKS_FIELDS,
    DIRECTIONS,
    RULES,
    BooksField,
    books_field,
    custom_number,
    entries,
    is_there,
)
from tieout.store import connections
from tieout.store.connections import StoredConnection

TYPES = {
    "companies": Kind.CUSTOMER,
    "contacts": Kind.CUSTOMER,
    "products": Kind.ITEM,
    "invoices": Kind.INVOICE,
}
"""HubSpot's types of record whose properties can be mapped, and the kind that each belongs to."""
_OWN = {
    **{f"{Kind.CUSTOMER}.{one.name}": one.direction for one in CustomerRules.fields},
    **{f"{Kind.INVOICE}.{one.name}": one.direction for one in HEADER},
}
FLOWS: Mapping[str, str] = {
    "both": "Both ways",
    "to_books": "To QuickBooks only",
    "to_crm": "To HubSpot only",
    "creation": "At creation only",
    "ask": "Always ask",
    "off": "Not at all",
}
"""Which way a field flows."""

_READ_ONLY = (Direction.TO_BOOKS, Direction.CREATION, Direction.OFF)
_LONGEST_NAME = 60
_NO_NAME = re.compile(r"[,:|>\x00-\x1f]")


class Field(msgspec.Struct, frozen=True):
    """A field as it is synced.

    field: how it is named in a change, `customer.phone`. name: as people read it. crm: HubSpot's property, as
    `invoices.reference`, and books: QuickBooks' field, both empty where Tieout itself knows. rule: empty where no rule
    decides. directions: those that it may have. mapped: the operator added it. limit: characters that QuickBooks holds,
    0 = any number.
    """

    field: str
    kind: Kind
    name: str
    crm: str
    books: str
    direction: Direction
    rule: Rule | None
    directions: tuple[Direction, ...]
    mapped: bool
    limit: int = 0


class BooksChoice(msgspec.Struct, frozen=True):
    """A field of QuickBooks that can be mapped now. title: as people read it."""

    kind: Kind
    name: str
    title: str
    directions: tuple[Direction, ...]


class New(msgspec.Struct, frozen=True):
    """What is to be mapped. crm: `invoices.reference`. books: `custom1`. name: empty = the property's label."""

    crm: str
    books: str
    name: str = ""
    direction: Direction | None = None
    rule: Rule = Rule.ASK


def fields(home: Home, actor: Actor, name: str) -> list[Field]:
    """Every field whose direction can be chosen, those first that the operator added."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    settings = stored.settings
    added = [_mapped(one, stored.books_facts) for one in settings.mapped]
    return [*added, *(_synced_anyway(key, default, settings) for key, default in _OWN.items())]


def choices(home: Home, actor: Actor, name: str, kind: Kind | None = None) -> list[BooksChoice]:
    """The fields of QuickBooks that can be mapped and are not yet, of one kind or of all."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    used = {(one.kind, one.books) for one in stored.settings.mapped}
    return [
        BooksChoice(of, one.name, _title(one, stored.books_facts), one.directions)
        for of, found in BOOKS_FIELDS.items()
        for one in found
        if kind in (None, of) and (of, one.name) not in used and _switched_on(one, stored.books_facts)
    ]


async def properties(
    home: Home, actor: Actor, name: str, type_: str, *, transport: Transport = network
) -> list[Property]:
    """HubSpot's properties of one type, read afresh. Raises WrongUse, OutOfReach."""
    actor.must_be(Role.VIEWER)
    kind_of(type_)
    with home.database.read() as tx:
        stored = connection(tx, name)
    async with accounts(home, stored, transport) as sides:
        return list(await sides.crm.properties(type_))


async def add(home: Home, actor: Actor, name: str, new: New, *, transport: Transport = network) -> Field:
    """Map a property to a field, from the next sync on. Raises WrongUse, which says what does not fit, OutOfReach.

    Both accounts are read once more for its values. Where a pair has a value on both sides and they differ, a person is
    asked; where it has one, that flows by the direction.
    """
    actor.must_be(Role.BOOKKEEPER)
    type_, _, own = new.crm.partition(".")
    kind = kind_of(type_)
    with home.database.read() as tx:
        stored = connection(tx, name)
    async with accounts(home, stored, transport) as sides:
        found = await named(new.crm, name, sides)
        facts = await sides.books.facts()
    field = _field(kind, new.books, facts)
    _must_fit(new.crm, found, field, facts)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        connections.change(tx, stored.id, books_facts=facts)
        settings = stored.settings
        _must_be_free(settings, kind, new)
        one = Mapped(
            serial=settings.mappings + 1,
            name=_name(settings, kind, new.name or found.label),
            kind=kind,
            type=type_,
            crm=own,
            books=field.name,
            sort=found.sort or "text",
            direction=_direction(new.direction, _allowed(field, read_only=found.read_only)),
            rule=new.rule,
            moment=found.moment,
            read_only=found.read_only,
            options=found.options if found.sort == "choice" else {},
        )
        changed = msgspec.structs.replace(settings, mapped=(*settings.mapped, one), mappings=one.serial)
        _store(tx, home, actor, stored, changed, one.name, f"{new.crm} ⇄ {field.name}, {one.direction}, {one.rule}")
    return _mapped(one, facts)


def change(
    home: Home, actor: Actor, name: str, field: str, *, direction: Direction | None = None, rule: Rule | None = None
) -> Field:
    """Change which way a field flows, or who wins. Raises NotFound, WrongUse."""
    actor.must_be(Role.BOOKKEEPER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        settings = stored.settings
        now = _find(settings, field, stored.books_facts)
        chosen = _direction(direction or now.direction, now.directions)
        if rule is not None and now.rule is None:
            raise WrongUse("{field} has no rule: where both sides changed it, a person is asked.", field=now.name)
        if now.mapped:
            mapped = tuple(
                msgspec.structs.replace(one, direction=chosen, rule=rule or one.rule) if _key(one) == now.field else one
                for one in settings.mapped
            )
            settings = msgspec.structs.replace(settings, mapped=mapped)
        else:
            others = {key: one for key, one in settings.directions.items() if key != now.field}
            own = {} if chosen is _OWN[now.field] else {now.field: chosen}
            settings = msgspec.structs.replace(settings, directions=others | own)
            if rule is not None:
                settings = msgspec.structs.replace(settings, **{RULES[now.field]: rule})
        after = _find(settings, field, stored.books_facts)
        _store(tx, home, actor, stored, settings, now.name, f"{after.direction}, {after.rule or Rule.ASK}")
    return after


def remove(home: Home, actor: Actor, name: str, field: str) -> None:
    """Take a mapping out and forget it; the values stay as they are on both sides. Raises NotFound, WrongUse."""
    actor.must_be(Role.BOOKKEEPER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        gone = _find(stored.settings, field, stored.books_facts)
        if not gone.mapped:
            raise WrongUse("{field} is Tieout's own field: set its direction to off instead.", field=gone.name)
        left = tuple(one for one in stored.settings.mapped if _key(one) != gone.field)
        settings = msgspec.structs.replace(stored.settings, mapped=left)
        _store(tx, home, actor, stored, settings, gone.name, "-")


def _store(
    tx: Connection, home: Home, actor: Actor, stored: StoredConnection, new: Settings, name: str, told: str
) -> None:
    set_action.store(tx, home, actor, stored, new, {name: told})


def _key(one: Mapped) -> str:
    return f"{one.kind}.{one.name}"


def _mapped(one: Mapped, facts: BooksFacts | None) -> Field:
    field = books_field(one.kind, one.books)
    title = _title(field, facts) if field else one.books
    allowed = _allowed(field, read_only=one.read_only) if field else (Direction.OFF,)
    limit = field.limit if field and one.sort == "text" else 0
    return Field(
        _key(one), one.kind, one.name, f"{one.type}.{one.crm}", title, one.direction, one.rule, allowed, mapped=True,
        limit=limit,
    )  # fmt: skip


def _synced_anyway(key: str, default: Direction, settings: Settings) -> Field:
    kind, _, name = key.partition(".")
    rule = getattr(settings, RULES[key]) if key in RULES else None
    direction = settings.directions.get(key, default)
    return Field(key, Kind(kind), FIELDS[name], "", "", direction, rule, DIRECTIONS[key], mapped=False)


def _find(settings: Settings, field: str, facts: BooksFacts | None) -> Field:
    """The field of that name, `customer.phone`. Raises NotFound, naming those that are there."""
    there = [_mapped(one, facts) for one in settings.mapped]
    there += [_synced_anyway(key, default, settings) for key, default in _OWN.items()]
    found = next((one for one in there if folded(one.field) == folded(field)), None)
    if found is None:
        raise NotFound(
            "There is no field {field}. There are: {known}.", field=field, known=", ".join(one.field for one in there)
        )
    return found


def kind_of(type_: str) -> Kind:
    """The kind of HubSpot's type of record. Raises WrongUse for a type of which no property can be named."""
    if type_ not in TYPES:
        raise WrongUse(
            "A property is named as in invoices.reference. HubSpot's types are {types}; {type} is none of them.",
            types=", ".join(TYPES),
            type=type_ or "-",
        )
    return TYPES[type_]


async def named(crm: str, name: str, sides: Sides) -> Property:
    """HubSpot's property of that name, `invoices.reference`. name: of the company pair. Raises WrongUse."""
    type_, _, own = crm.partition(".")
    kind_of(type_)
    found = next((one for one in await sides.crm.properties(type_) if one.name == own), None)
    if found is None:
        raise WrongUse(
            "HubSpot has no property {property}. `tieout map {name} options {type}` lists those of {type}.",
            property=crm,
            name=name,
            type=type_,
        )
    return found


def _field(kind: Kind, name: str, facts: BooksFacts) -> BooksField:
    found = books_field(kind, name)
    if found is None:
        known = ", ".join(one.name for one in BOOKS_FIELDS[kind])
        raise WrongUse("QuickBooks has no field {field} to map here. It has: {known}.", field=name or "-", known=known)
    if not is_there(facts, name):
        raise WrongUse(
            "{field} is not switched on for sales forms in QuickBooks. Switch it on there, and give it a name.",
            field=found.title,
        )
    return found


def _must_fit(crm: str, found: Property, field: BooksField, facts: BooksFacts) -> None:
    """Raise WrongUse where the property's values are none for the field."""
    if found.taken:
        raise WrongUse("{property} is synced already.", property=crm)
    if not found.sort:
        raise WrongUse("{property} holds several values, or none that QuickBooks could hold.", property=crm)
    if field.exact and found.sort != "text":
        raise WrongUse("{field} holds text; {property} does not.", field=field.title, property=crm)
    if field.listed and found.sort not in ("text", "choice"):
        raise WrongUse("{field} names an entry of a list; {property} does not.", field=field.title, property=crm)
    if found.sort != "choice":
        return
    known = {folded(one.name) for one in entries(facts, field)}
    strange = [label for label in found.options if field.listed and folded(label) not in known]
    long = [label for label in found.options if field.limit and len(label) > field.limit]
    if strange:
        raise WrongUse(
            "QuickBooks' list for {field} has no {options}. Add them there, or take them out of {property}.",
            field=field.title,
            options=", ".join(strange[:10]),
            property=crm,
        )
    if long:
        raise WrongUse(
            "{field} holds {limit} characters, and these are longer: {options}.",
            field=field.title,
            limit=str(field.limit),
            options=", ".join(long[:10]),
        )


def _must_be_free(settings: Settings, kind: Kind, new: New) -> None:
    for one in settings.mapped:
        if f"{one.type}.{one.crm}" == new.crm or (one.kind is kind and one.books == new.books):
            raise WrongUse(
                "{property} ⇄ {other} is mapped already, as {field}. Remove that first.",
                property=f"{one.type}.{one.crm}",
                other=one.books,
                field=_key(one),
            )


def _name(settings: Settings, kind: Kind, wanted: str) -> str:
    name = normal(_NO_NAME.sub(" ", wanted))
    if not name or len(name) > _LONGEST_NAME:
        raise WrongUse("A field's name has 1 to {most} characters.", most=str(_LONGEST_NAME))
    taken = {folded(one.name) for one in settings.mapped if one.kind is kind}
    taken |= {key.partition(".")[2] for key in _OWN if key.startswith(f"{kind}.")}
    if folded(name) in taken:
        raise WrongUse("There is a field {field} already. Give this one another name.", field=name)
    return name


def _allowed(field: BooksField, *, read_only: bool) -> tuple[Direction, ...]:
    return tuple(one for one in field.directions if not read_only or one in _READ_ONLY)


def _direction(wanted: Direction | None, allowed: Sequence[Direction]) -> Direction:
    if wanted is None:
        return allowed[0]
    if wanted not in allowed:
        raise WrongUse(
            "This field cannot have the direction {direction}. It can have: {allowed}.",
            direction=wanted.value,
            allowed=", ".join(one.value for one in allowed),
        )
    return wanted


def _switched_on(field: BooksField, facts: BooksFacts | None) -> bool:
    return facts is not None and is_there(facts, field.name)


def _title(field: BooksField, facts: BooksFacts | None) -> str:
    number = custom_number(field.name)
    named = (one.name for one in (facts.custom_fields if facts else ()) if one.id == number)
    return next(named, field.title)

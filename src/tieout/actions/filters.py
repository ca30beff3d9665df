"""Filters: which records of one kind may travel from one side to the other."""

from collections.abc import Mapping, Sequence

import msgspec

from tieout.actions import settings as set_action
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.actions.mapping import kind_of, named
from tieout.actions.reach import accounts
from tieout.core.facts import BooksFacts
from tieout.core.mapping import TESTS, Filter, Property, Test
from tieout.core.records import Kind, Side
from tieout.core.text import folded
from tieout.engine.wiring import Transport, network
from tieout.engine.work import Sides
from tieout.kinds.mapped import BOOKS_FIELDS, books_field, entries
from tieout.store.connections import StoredConnection

SIDES = {"hubspot": Side.CRM, "quickbooks": Side.BOOKS}
ASKS: Mapping[str, str] = {
    "is": "is one of",
    "is_not": "is none of",
    "contains": "contains one of",
    "known": "has a value",
    "unknown": "has no value",
}
"""What a filter asks of a value."""
_WITHOUT_VALUES = ("known", "unknown")
_MOST = 20


class Asked(msgspec.Struct, frozen=True):
    """A filter as a person names it. side: `hubspot` or `quickbooks`. field: `companies.stage`, `invoice.class`."""

    side: str
    field: str
    test: str
    values: tuple[str, ...] = ()


class Listed(msgspec.Struct, frozen=True):
    """A filter that is set. number: by which it is removed."""

    number: int
    side: Side
    kind: Kind
    field: str
    test: Test
    values: tuple[str, ...]


class Counted(msgspec.Struct, frozen=True):
    """How many records a filter lets pass, of all of their type that the account has now. set: it was set."""

    filter: Listed
    passes: int
    records: int
    set: bool


def filters(home: Home, actor: Actor, name: str) -> list[Listed]:
    """The filters that are set."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    return [_listed(number, one) for number, one in enumerate(stored.settings.filters, 1)]


async def add(
    home: Home, actor: Actor, name: str, asked: Asked, *, preview: bool = False, transport: Transport = network
) -> Counted:
    """Count what a filter lets pass, and unless it is a `preview`, set it from the next sync on.

    What does not pass is left out, with the invoices of customers that do not; pairs stay as they are.
    Raises WrongUse, OutOfReach.
    """
    actor.must_be(Role.VIEWER if preview else Role.BOOKKEEPER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    async with accounts(home, stored, transport) as sides:
        one = await _read(asked, name, sides)
        passes = records = 0
        async for traits in sides.of(one.side).survey(one):
            records += 1
            passes += one.passes(traits)
    if not preview:
        _set(home, actor, name, one, passes, records)
    return Counted(_listed(len(stored.settings.filters) + 1, one), passes, records, not preview)


def remove(home: Home, actor: Actor, name: str, number: int) -> None:
    """Take a filter out: what it left out is looked at with the next sync. Raises NotFound."""
    actor.must_be(Role.BOOKKEEPER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        there = stored.settings.filters
        if not 0 < number <= len(there):
            raise NotFound("There is no filter {number}. There are {count}.", number=str(number), count=str(len(there)))
        gone = there[number - 1]
        left = tuple(one for one in there if one is not gone)
        new = msgspec.structs.replace(stored.settings, filters=left)
        set_action.store(tx, home, actor, stored, new, {told(_listed(number, gone)): "-"})


def told(one: Listed) -> str:
    """A filter in a few words of its own language: `companies.stage is customer, vip`."""
    return f"{one.field} {one.test} {', '.join(one.values)}".strip()


def _set(home: Home, actor: Actor, name: str, one: Filter, passes: int, records: int) -> None:
    with home.database.begin() as tx:
        stored: StoredConnection = connection(tx, name)
        there = stored.settings.filters
        if one in there:
            raise WrongUse("This filter is set already.")
        if len(there) >= _MOST:
            raise WrongUse("There are {count} filters already, and no more can be set.", count=str(_MOST))
        new = msgspec.structs.replace(stored.settings, filters=(*there, one))
        set_action.store(tx, home, actor, stored, new, {told(_listed(0, one)): f"{passes} / {records}"})


def _listed(number: int, one: Filter) -> Listed:
    field = one.key if one.side is Side.CRM else f"{one.kind}.{one.field}"
    return Listed(number, one.side, one.kind, field, one.test, one.values)


async def _read(asked: Asked, name: str, sides: Sides) -> Filter:
    """The filter that a person means. Raises WrongUse."""
    side = SIDES.get(asked.side)
    if side is None:
        raise WrongUse("A filter is for hubspot or quickbooks; {side} is neither.", side=asked.side or "-")
    test = next((one for one in TESTS if one == asked.test), None)
    if test is None:
        raise WrongUse("A filter tests one of {tests}; {test} is none.", tests=", ".join(TESTS), test=asked.test or "-")
    given = tuple(value for value in asked.values if value.strip())
    if (test in _WITHOUT_VALUES) is bool(given):
        raise WrongUse("{test} takes no value, all other tests take at least one.", test=" / ".join(_WITHOUT_VALUES))
    type_, _, field = asked.field.partition(".")
    if side is Side.BOOKS:
        return _of_books(type_, field, test, given, await sides.books.facts())
    kind = kind_of(type_)
    found = await named(asked.field, name, sides)
    values = _of_options(found, test, given)
    return Filter(kind=kind, side=side, type=type_, field=field, test=test, values=values)


def _of_books(type_: str, field: str, test: Test, values: tuple[str, ...], facts: BooksFacts) -> Filter:
    kind = next((one for one in BOOKS_FIELDS if one.value == type_), None)
    found = books_field(kind, field) if kind is not None else None
    if kind is None or found is None:
        known = ", ".join(f"{of}.{one.name}" for of, own in BOOKS_FIELDS.items() for one in own)
        raise WrongUse("QuickBooks' fields are named as in invoice.class. There are: {known}.", known=known)
    if found.listed and test in ("is", "is_not"):
        _must_be_known(values, [one.name for one in entries(facts, found)], found.title)
    return Filter(kind=kind, side=Side.BOOKS, field=field, test=test, values=values)


def _of_options(found: Property, test: Test, values: tuple[str, ...]) -> tuple[str, ...]:
    """HubSpot's own values of the labels that a person names."""
    if not found.options or test not in ("is", "is_not"):
        return values
    own = {folded(label): value for label, value in found.options.items()}
    own |= {folded(value): value for value in found.options.values()}
    _must_be_known(values, [*found.options, *found.options.values()], found.label)
    return tuple(own[folded(value)] for value in values)


def _must_be_known(values: Sequence[str], known: Sequence[str], field: str) -> None:
    there = {folded(one) for one in known}
    strange = [value for value in values if folded(value) not in there]
    if strange:
        raise WrongUse(
            "{field} never is {values}. It can be: {known}.",
            field=field,
            values=", ".join(strange),
            known=", ".join(dict.fromkeys(known[:30])) or "-",
        )

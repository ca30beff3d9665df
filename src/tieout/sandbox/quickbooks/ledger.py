"""The company's objects, each with its version, in memory.

An object is held as the JSON it is answered with, beside the few values that queries and rules need at hand: a
company of tens of thousands of long invoices then fits, and a page of a thousand is joined without being built anew.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec

from tieout.sandbox.clock import Clock
from tieout.sandbox.quickbooks import wire
from tieout.sandbox.quickbooks.entities import ENTITIES
from tieout.sandbox.quickbooks.entity import Entity, Trait
from tieout.sandbox.quickbooks.wire import Json

_EXTRA_KEYS: Final = {
    "Item": ("Taxable", "IncomeAccountRef"),
    "Customer": ("Taxable", "ParentRef"),
    "Payment": ("UnappliedAmt",),
}


class Row(msgspec.Struct, gc=False):
    """One object.

    created, updated: Unix seconds. previous: the version before the last write, None for a new object, which a stale
    read therefore shows as it is. memory: what the server knows of it and does not show. keys: see `key_of`.
    """

    entity: str
    id: str
    token: int
    created: int
    updated: int
    body: bytes
    previous: bytes | None
    memory: dict[str, Any]
    keys: dict[str, Any] = msgspec.field(default_factory=dict)

    @property
    def number(self) -> int:
        """The id as a number; 0 for the few that are words."""
        return int(self.id) if self.id.isdecimal() else 0

    @property
    def active(self) -> bool:
        """Whether the object may be referred to."""
        return self.keys.get("Active") is not False

    def read(self) -> Json:
        """Return the object's JSON, to be changed freely."""
        document: Json = wire.decode(self.body)
        return document


class Table:
    """All objects of one entity, in the order of their ids, with a hash index for each indexed trait."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.rows: dict[str, Row] = {}
        self._numbers: list[int] = []
        self._indexes: dict[str, dict[str, dict[str, None]]] = {trait: {} for trait in entity.indexed}

    def put(self, row: Row) -> None:
        """Add or replace an object and compute its keys."""
        if (old := self.rows.get(row.id)) is not None:
            self._forget(old)
        elif row.number:
            insort(self._numbers, row.number)
        row.keys = _keys(self.entity, row.read())
        for trait, index in self._indexes.items():
            if (key := row.keys.get(trait)) is not None:
                index.setdefault(key, {})[row.id] = None
        self.rows[row.id] = row

    def drop(self, row: Row) -> None:
        """Remove an object."""
        self._forget(row)
        del self.rows[row.id]
        del self._numbers[bisect_left(self._numbers, row.number)]

    def named(self, trait: str, key: str) -> list[Row]:
        """Return the objects whose indexed `trait` equals `key` (a text in lower case), oldest first."""
        return [self.rows[identity] for identity in self._indexes[trait].get(key, ())]

    def after(self, number: int) -> Iterator[Row]:
        """Return the objects with a greater id, in the order of their ids."""
        start = bisect_right(self._numbers, number)
        return (self.rows[str(found)] for found in self._numbers[start:])

    def _forget(self, row: Row) -> None:
        for trait, index in self._indexes.items():
            if (key := row.keys.get(trait)) is not None:
                del index[key][row.id]
                if not index[key]:
                    del index[key]


class Ledger:
    """The tables, the sequences of ids, and the order of changes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.tables = {name: Table(entity) for name, entity in ENTITIES.items()}
        self.graves: dict[str, dict[str, Row]] = {name: {} for name in ENTITIES}
        self.counters: dict[str, int] = {}
        self._changes: dict[tuple[str, str], None] = {}

    def next_number(self, sequence: str) -> int:
        """Return the next number of a sequence, counting from 1."""
        self.counters[sequence] = self.counters.get(sequence, 0) + 1
        return self.counters[sequence]

    def find(self, entity: str, identity: str) -> Row | None:
        """Return the living object with this id."""
        return self.tables[entity].rows.get(identity)

    def rows(self, entity: str) -> Iterator[Row]:
        """Return all living objects of an entity."""
        return iter(self.tables[entity].rows.values())

    def filled(self, row: Row, content: Json) -> Row:
        """Return a row with its answer and keys, without storing it."""
        row.body = _body(row, content)
        row.keys = _keys(ENTITIES[row.entity], row.read())
        return row

    def add(self, entity: str, content: Json, *, identity: str = "", memory: Json | None = None) -> Row:
        """Store a new object under `identity`, or under the next id of its sequence."""
        now = wire.unix(self._clock.now())
        kept = identity or str(self.next_number(ENTITIES[entity].sequence or entity))
        row = Row(entity, kept, 0, now, now, b"", None, memory or {})
        row.body = _body(row, content)
        self.tables[entity].put(row)
        self._changed(row)
        return row

    def change(self, row: Row, content: Json) -> Row:
        """Store an object's next version: SyncToken one higher, LastUpdatedTime now."""
        row.previous = row.body
        row.token += 1
        row.updated = wire.unix(self._clock.now())
        row.body = _body(row, content)
        self.tables[row.entity].put(row)
        self._changed(row)
        return row

    def correct(self, row: Row, **content: object) -> None:
        """Change what is derived from other objects, without a new version."""
        document = row.read()
        document.update(content)
        row.body = wire.encode(document)
        self.tables[row.entity].put(row)

    def remove(self, row: Row) -> Json:
        """Delete an object for good; return what is left of it."""
        self.tables[row.entity].drop(row)
        row.updated = wire.unix(self._clock.now())
        stub = {"domain": "QBO", "status": "Deleted", "Id": row.id}
        row.body = wire.encode({**stub, "MetaData": {"LastUpdatedTime": wire.seconds_stamp(row.updated)}})
        row.previous = None
        self.graves[row.entity][row.id] = row
        self._changed(row)
        return stub

    def changed_since(self, moment: float) -> Iterator[Row]:
        """Return what was written or deleted at or after a Unix time, latest first."""
        for entity, identity in reversed(self._changes):
            row = self.find(entity, identity) or self.graves[entity][identity]
            if row.updated < int(moment):
                return
            yield row

    def dump(self) -> tuple[list[Row], list[Row], dict[str, int]]:
        """Return living objects and graves in the order of their last change, and the counters."""
        living, dead = [], []
        for entity, identity in self._changes:
            row = self.find(entity, identity)
            if row is None:
                dead.append(self.graves[entity][identity])
            else:
                living.append(row)
        return living, dead, self.counters

    def load(self, living: list[Row], dead: list[Row], counters: dict[str, int]) -> None:
        """Fill an empty ledger with what `dump` returned."""
        self.counters = dict(counters)
        for row in sorted(living, key=lambda row: row.number):
            self.tables[row.entity].put(row)
        for row in dead:
            self.graves[row.entity][row.id] = row
        for row in sorted([*living, *dead], key=lambda row: row.updated):
            self._changed(row)

    def _changed(self, row: Row) -> None:
        self._changes.pop((row.entity, row.id), None)
        self._changes[row.entity, row.id] = None


def _body(row: Row, content: Json) -> bytes:
    return wire.encode(
        {
            **content,
            "domain": "QBO",
            "sparse": False,
            **({} if ENTITIES[row.entity].keyless else {"Id": row.id}),
            "SyncToken": str(row.token),
            "MetaData": {
                "CreateTime": wire.seconds_stamp(row.created),
                "LastUpdatedTime": wire.seconds_stamp(row.updated),
            },
        }
    )


def _keys(entity: Entity, document: Json) -> dict[str, Any]:
    keys = {trait: key_of(document.get(trait), kind) for trait, kind in entity.traits.items()}
    for name in _EXTRA_KEYS.get(entity.name, ()):
        keys[name] = document.get(name)
    return keys


def key_of(value: Any, kind: Trait) -> Any:  # noqa: ANN401 the keys of one trait share a type, of several they do not
    """Return what a stored value is compared by: text without case, a reference by its id, a number as Decimal."""
    if value is None:
        return None
    match kind:
        case "text":
            return str(value).casefold()
        case "reference":
            return value["value"]
        case "email":
            return value.get("Address", "").casefold()
        case "number":
            return Decimal(value)
        case "day" | "flag":
            return value

"""The query language, answered from the rows' keys.

Indexed equality (Id, DocNumber, CustomerRef, names …) narrows the search; the rest is compared row by row on values
computed when the row was written. Without ORDERBY transactions come newest first and lists by name, as measured in a
real company; the documentation says by Id. Text is compared without case. A missing value matches only `= ''`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, Final

import msgspec

from tieout.sandbox.quickbooks import faults, rates, wire
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entities import BY_LOWER_NAME
from tieout.sandbox.quickbooks.entity import Entity
from tieout.sandbox.quickbooks.ledger import Row, Table
from tieout.sandbox.quickbooks.listed import EXCHANGE_RATE
from tieout.sandbox.quickbooks.names import field_of
from tieout.sandbox.quickbooks.query import Condition, Order, Query, parse
from tieout.sandbox.quickbooks.wire import Json

_TIMES: Final = {"metadata.createtime": "CreateTime", "metadata.lastupdatedtime": "LastUpdatedTime"}
_LESS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": lambda held, wanted: held < wanted,
    ">": lambda held, wanted: held > wanted,
    "<=": lambda held, wanted: held <= wanted,
    ">=": lambda held, wanted: held >= wanted,
}


class _Test(msgspec.Struct, frozen=True):
    """One condition with its values read. keys: what equality looks for; key: what is compared with otherwise."""

    field: str
    operator: str
    keys: frozenset[Any] = frozenset()
    key: Any = None

    def holds(self, row: Row) -> bool:
        held = _held(row, self.field)
        match self.operator:
            case "=" | "IN":
                return held in self.keys or (held is None and "" in self.keys)
            case "!=":
                return held not in self.keys
            case "LIKE":
                return held is not None and self.key.fullmatch(str(held)) is not None
            case operator:
                return held is not None and _LESS[operator](held, self.key)


def answer(company: Company, statement: str, *, stale: bool) -> Json:
    """Answer a query: the members of QueryResponse.

    stale: a query that names ids is answered from the versions before the last writes.
    Raises FaultError: 4000, 4001.
    """
    query = parse(statement)
    entity = BY_LOWER_NAME.get(query.entity.lower())
    if entity is None:
        raise faults.invalid_query(f"Entity {query.entity} is not supported")
    tests = [_test(entity, condition) for condition in query.conditions]
    if "Active" in entity.traits and all(test.field != "Active" for test in tests):
        tests.append(_Test("Active", "=", frozenset([True])))
    for name in query.fields or ():
        _check_selected(entity, name)
    table = company.ledger.tables[entity.name]
    candidates = _rates(company, tests) if entity is EXCHANGE_RATE else _candidates(table, tests)
    found = _found(candidates, entity, tests, query.order)
    if query.count:
        return {"totalCount": sum(1 for _ in found)}
    rows = list(islice(found, query.start - 1, query.start - 1 + query.size))
    if not rows:
        return {}
    old = stale and any(test.field == "Id" and test.operator in ("=", "IN") for test in tests)
    bodies = [row.previous if old and row.previous else row.body for row in rows]
    return {
        entity.name: [_shown(body, query) for body in bodies],
        "startPosition": query.start,
        "maxResults": len(rows),
        "totalCount": len(rows),
    }


def _found(candidates: Iterable[Row], entity: Entity, tests: list[_Test], order: tuple[Order, ...]) -> Iterator[Row]:
    """Return the matching rows in the wanted order; ids ascending are walked without sorting."""
    matching = (row for row in candidates if all(test.holds(row) for test in tests))
    keys = [Order(_property(entity, key.field), key.descending) for key in order]
    if not keys:
        keys = [Order("Id", descending=True)] if entity.transaction else [Order(field_of(entity), descending=False)]
    elif keys[0] == Order("Id", descending=False) and entity.transaction:
        return matching
    rows = list(matching)
    for key in reversed(keys):
        rows.sort(key=lambda row, field=key.field: _sortable(_held(row, field)), reverse=key.descending)  # type: ignore[misc]
    return iter(rows)


def _rates(company: Company, tests: list[_Test]) -> Iterable[Row]:
    """Return the exchange rates that count on the day asked for; its test is then settled."""
    asked = [test for test in tests if test.field == "AsOfDate" and test.operator == "="]
    for test in asked:
        tests.remove(test)
    return list(rates.all_on(company, next(iter(asked[0].keys)) if asked else ""))


def _candidates(table: Table, tests: list[_Test]) -> Iterable[Row]:
    """Return the rows that can match, in the order of their ids."""
    floor = 0
    for test in tests:
        if test.field == "Id":
            if test.operator in ("=", "IN"):
                rows = (table.rows.get(str(key)) for key in test.keys)
                return sorted({row.id: row for row in rows if row is not None}.values(), key=lambda row: row.number)
            if test.operator in (">", ">="):
                floor = max(floor, test.key - (test.operator == ">="))
        elif test.operator in ("=", "IN") and test.field in table.entity.indexed and "" not in test.keys:
            named = {row.id: row for key in test.keys for row in table.named(test.field, key)}
            return sorted(named.values(), key=lambda row: row.number)
    return table.after(floor) if floor else table.rows.values()


def _held(row: Row, field: str) -> Any:  # noqa: ANN401 keys of one field share a type
    match field:
        case "Id":
            return row.number or row.id
        case "CreateTime":
            return row.created
        case "LastUpdatedTime":
            return row.updated
        case _:
            return row.keys.get(field)


def _sortable(key: object) -> tuple[int, Any]:
    """Order missing values first and words after numbers."""
    if key is None:
        return (0, 0)
    return (2, key) if isinstance(key, str) else (1, key)


def _property(entity: Entity, name: str) -> str:
    """Return the key of a property that may be filtered by. Raises FaultError (4001)."""
    if name in entity.traits or name == "Id":
        return name
    if (time := _TIMES.get(name.lower())) is not None:
        return time
    if name.split(".", 1)[0] in entity.fields:
        raise faults.invalid_query(f"property '{name}' is not queryable")
    raise faults.invalid_query(f"Property {name} not found for Entity {entity.name}")


def _check_selected(entity: Entity, name: str) -> None:
    top = name.split(".", 1)[0]
    if top not in entity.fields and top not in entity.traits and top.lower() != "metadata":
        raise faults.invalid_query(f"Property {name} not found for Entity {entity.name}")


def _test(entity: Entity, condition: Condition) -> _Test:
    field = _property(entity, condition.field)
    if condition.operator == "LIKE":
        parts = (re.escape(part.casefold()) for part in condition.values[0].split("%"))
        return _Test(field, "LIKE", key=re.compile(".*".join(parts), re.DOTALL))
    keys = [_key(entity, field, value) for value in condition.values]
    if condition.operator not in _LESS:
        return _Test(field, condition.operator, keys=frozenset(keys))
    if isinstance(keys[0], str) and (field == "Id" or entity.traits.get(field) in ("number", "flag")):
        raise faults.invalid_query(f"value {condition.values[0]} is not valid for property '{field}'")
    return _Test(field, condition.operator, key=keys[0])


def _key(entity: Entity, field: str, value: str) -> Any:  # noqa: ANN401 keys of one field share a type
    """Read a value as the field's type. Raises FaultError (4001) if it is none."""
    kind = entity.traits.get(field)
    try:
        if field == "Id":
            return int(value) if value.isdecimal() else value
        if field in _TIMES.values():
            return wire.moment(value)
        if value.strip() == "":
            return ""
        if kind == "number":
            return Decimal(value)
        if kind == "flag":
            return {"true": True, "false": False}[value.lower()]
    except (ValueError, InvalidOperation, KeyError):
        raise faults.invalid_query(f"value {value} is not valid for property '{field}'") from None
    if kind == "day":
        return value[:10]
    return value if kind == "reference" else value.casefold()


def _shown(body: bytes, query: Query) -> msgspec.Raw | Json:
    """Return a row's JSON; with named properties only these, marked sparse."""
    if query.fields is None:
        return msgspec.Raw(body)
    document = wire.decode(body)
    shown = {"domain": "QBO", "sparse": True, "Id": document["Id"]}
    for name in query.fields:
        top = "MetaData" if name.lower().startswith("metadata") else name.split(".", 1)[0]
        if top in document:
            shown[top] = document[top]
    return shown

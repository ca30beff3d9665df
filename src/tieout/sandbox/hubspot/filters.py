"""The filters of a search, compiled to predicates over an object's values.

Operators and their meaning: HubSpot, "CRM search" guide. Text compares without case, options as they are, numbers and
dates by value. An object without the property fits NOT_HAS_PROPERTY alone.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from tieout.sandbox.hubspot import errors, moments, wire
from tieout.sandbox.hubspot.errors import JsonMap
from tieout.sandbox.hubspot.object_types import ObjectType, named
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.properties import Property

Values = Mapping[str, str]
Fits = Callable[[Values], bool]
_TOKEN = re.compile(r"[\w*]+")


def compiled(portal: Portal, kind: ObjectType, row: JsonMap) -> Fits:
    """Return the predicate of one filter `{propertyName, operator, value | values | highValue}`.

    Raises Refusal (400) for an unknown property or operator, or a value of the wrong type.
    """
    name, operator = str(row.get("propertyName")), str(row.get("operator"))
    if name.startswith("associations."):
        return _associated(
            portal, kind, named(name.removeprefix("associations.")), operator, wire.text(row.get("value"))
        )
    definition = portal.catalogue.definitions[kind.name].get(name)
    if definition is None:
        raise errors.invalid(f'Property "{name}" does not exist', context={"propertyName": [name]})
    match operator:
        case "HAS_PROPERTY":
            return lambda values: name in values
        case "NOT_HAS_PROPERTY":
            return lambda values: name not in values
        case "CONTAINS_TOKEN" | "NOT_CONTAINS_TOKEN":
            wanted = _TOKEN.findall(wire.text(row.get("value")).lower())
            has = operator == "CONTAINS_TOKEN"
            return lambda values: name in values and _contains(values[name], wanted) is has
        case "IN" | "NOT_IN":
            listed = row.get("values")
            if not isinstance(listed, list) or not listed:
                raise errors.invalid(f"{operator} needs values.", context={"propertyName": [name]})
            among = {comparable(definition, wire.text(one)) for one in listed}
            within = operator == "IN"
            return lambda values: name in values and (comparable(definition, values[name]) in among) is within
    return _compares(definition, operator, row)


def comparable(definition: Property, value: str) -> Any:  # noqa: ANN401 (a number, a moment or a text, by type)
    """Return a value in the form in which its type compares. Raises Refusal (400) if it is not of the type."""
    try:
        match definition.type:
            case "number":
                return Decimal(value)
            case "date" | "datetime":
                return moments.milliseconds(value)
            case "enumeration" | "bool":
                return value
    except (ArithmeticError, ValueError, OverflowError, OSError):
        raise errors.invalid(
            f"{value} is not a valid {definition.type} for {definition.name}.",
            context={"propertyName": [definition.name]},
        ) from None
    return value.casefold()


def _compares(definition: Property, operator: str, row: JsonMap) -> Fits:
    name = definition.name
    if row.get("value") is None:
        raise errors.invalid(f"{operator} needs a value.", context={"propertyName": [name]})
    value = comparable(definition, wire.text(row["value"]))
    if operator == "BETWEEN":
        high = comparable(definition, wire.text(row.get("highValue")))
        return lambda values: name in values and value <= comparable(definition, values[name]) <= high
    tests: dict[str, Callable[[Any], bool]] = {
        "EQ": lambda held: bool(held == value),
        "NEQ": lambda held: bool(held != value),
        "LT": lambda held: bool(held < value),
        "LTE": lambda held: bool(held <= value),
        "GT": lambda held: bool(held > value),
        "GTE": lambda held: bool(held >= value),
    }
    test = tests.get(operator)
    if test is None:
        raise errors.invalid(f"{operator} is no operator.", context={"operator": [operator]})
    return lambda values: name in values and test(comparable(definition, values[name]))


def _contains(held: str, wanted: list[str]) -> bool:
    tokens = _TOKEN.findall(held.lower())
    return all(any(fnmatchcase(token, one) for token in tokens) for one in wanted)


def _associated(portal: Portal, kind: ObjectType, other: ObjectType, operator: str, other_id: str) -> Fits:
    if operator != "EQ":
        raise errors.invalid(f"associations.{other.singular} takes EQ alone.", context={"operator": [operator]})
    associated = portal.associations.of(other, other_id, kind)
    return lambda values: values["hs_object_id"] in associated

"""Property definitions of each object type, and what a value must look like to be taken.

Rules: HubSpot, "Properties" guide (types and field types, at most ten unique properties, 65,536 characters).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tieout.sandbox.hubspot import errors, moments, standard, wire
from tieout.sandbox.hubspot.errors import JsonMap
from tieout.sandbox.hubspot.object_types import ALL, ObjectType

LONGEST_TEXT = 65_536
MOST_UNIQUE = 10
FIELD_TYPES = {
    "string": {"text", "textarea", "html", "file", "phonenumber", "calculation_equation"},
    "number": {"number", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
    "bool": {"booleancheckbox", "calculation_equation"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox", "calculation_equation"},
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_NUMBER = re.compile(r"-?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class Group(msgspec.Struct, rename="camel"):
    """One property group."""

    name: str
    label: str
    display_order: int = -1
    archived: bool = False


class Option(msgspec.Struct, rename="camel"):
    """One value that an enumeration takes."""

    label: str
    value: str
    display_order: int = -1
    hidden: bool = False
    description: str = ""


class Property(msgspec.Struct, rename="camel"):
    """One property definition; `calculated` refuses writes, `archived_at` is "" while it lives."""

    name: str
    label: str
    type: str
    field_type: str
    group_name: str
    description: str = ""
    options: list[Option] = []
    display_order: int = -1
    hidden: bool = False
    has_unique_value: bool = False
    form_field: bool = False
    calculated: bool = False
    hubspot_defined: bool = False
    created_at: str = ""
    updated_at: str = ""
    archived_at: str = ""

    def as_json(self) -> JsonMap:
        """Return the definition as the API shows it."""
        shown: JsonMap = msgspec.to_builtins(self)
        shown["archived"] = bool(self.archived_at)
        shown["externalOptions"] = False
        shown["dataSensitivity"] = "non_sensitive"
        shown["modificationMetadata"] = {
            "archivable": not self.hubspot_defined,
            "readOnlyDefinition": self.hubspot_defined,
            "readOnlyOptions": self.hubspot_defined,
            "readOnlyValue": self.calculated,
        }
        return {name: value for name, value in shown.items() if value != "" or name == "description"}


class Catalogue:
    """All definitions and groups of one account."""

    def __init__(self, portal_id: int) -> None:
        self._portal_id = portal_id
        self.definitions: dict[str, dict[str, Property]] = {kind.name: _standard(kind) for kind in ALL}
        self.archived: dict[str, dict[str, Property]] = {kind.name: {} for kind in ALL}
        self.groups: dict[str, dict[str, Group]] = {
            kind.name: {kind.group: Group(kind.group, f"{kind.singular.replace('_', ' ').capitalize()} information")}
            for kind in ALL
        }
        self.unique: dict[str, tuple[str, ...]] = {}
        self.index_unique()

    def index_unique(self) -> None:
        """Note again which properties are unique, after definitions changed."""
        for kind in ALL:
            names = (name for name, one in self.definitions[kind.name].items() if one.has_unique_value)
            self.unique[kind.name] = tuple(names)

    def add(self, kind: ObjectType, wanted: Mapping[str, Any], at: str) -> Property:
        """Create a property. Raises Refusal: 409 if it exists, 400 if the definition is wrong."""
        absent = [name for name in ("name", "label", "type", "fieldType", "groupName") if not wanted.get(name)]
        if absent:
            raise errors.invalid(f"Property definition is missing: {', '.join(absent)}")
        name = str(wanted["name"])
        if not _NAME.fullmatch(name):
            raise errors.invalid(
                f"Property name {name} must be lowercase letters, digits and _, beginning with a letter."
            )
        if name in self.definitions[kind.name]:
            raise errors.Refusal(409, f"A property named '{name}' already exists.", "CONFLICT")
        former = self.archived[kind.name].get(name)
        if former and former.type != wanted["type"]:
            raise errors.invalid(f"An archived property named '{name}' is of type {former.type}.")
        if wanted.get("hasUniqueValue"):
            if wanted["type"] not in ("string", "number"):
                raise errors.invalid("hasUniqueValue is only possible for string and number properties.")
            if len([one for one in self.unique[kind.name] if one != "email"]) >= MOST_UNIQUE:
                raise errors.invalid(f"An object type can have at most {MOST_UNIQUE} unique properties.")
        made = self._defined(kind, {**wanted, "createdAt": at, "updatedAt": at})
        self.definitions[kind.name][name] = made
        self.archived[kind.name].pop(name, None)
        self.index_unique()
        return made

    def change(self, kind: ObjectType, name: str, wanted: Mapping[str, Any], at: str) -> Property:
        """Change a custom property. Raises Refusal: 404 if absent, 400 if its definition cannot change so."""
        old = self.get(kind, name)
        if old.hubspot_defined:
            raise errors.invalid(f"Property {name} is defined by HubSpot; its definition is read only.")
        if wanted.get("hasUniqueValue", old.has_unique_value) != old.has_unique_value:
            raise errors.invalid("hasUniqueValue can only be set when a property is created.")
        made = self._defined(kind, {**msgspec.to_builtins(old), **wanted, "name": name, "updatedAt": at})
        self.definitions[kind.name][name] = made
        return made

    def remove(self, kind: ObjectType, name: str, at: str) -> None:
        """Archive a custom property. Raises Refusal: 404 if absent, 400 if it is HubSpot's own."""
        found = self.get(kind, name)
        if found.hubspot_defined:
            raise errors.invalid(f"Property {name} is defined by HubSpot and cannot be archived.")
        del self.definitions[kind.name][name]
        self.archived[kind.name][name] = msgspec.structs.replace(found, archived_at=at)
        self.index_unique()

    def get(self, kind: ObjectType, name: str, *, archived: bool = False) -> Property:
        """Return a definition. Raises Refusal (404)."""
        found = (self.archived if archived else self.definitions)[kind.name].get(name)
        if found is None:
            raise errors.Refusal(404, f"Property {name} does not exist.", errors.OBJECT_NOT_FOUND)
        return found

    def appended(self, kind: ObjectType, held: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
        """Return an update's values; what begins with `;` is added to what a multiple checkbox holds."""
        definitions, whole = self.definitions[kind.name], dict(changes)
        for name, value in changes.items():
            if value.startswith(";") and definitions[name].field_type == "checkbox":
                chosen = [part for part in f"{held.get(name, '')}{value}".split(";") if part]
                whole[name] = ";".join(dict.fromkeys(chosen))
        return whole

    def _defined(self, kind: ObjectType, wanted: Mapping[str, Any]) -> Property:
        """Return a client's definition. Raises Refusal (400)."""
        own = {"calculated": wanted["fieldType"] == "calculation_equation", "hubspotDefined": False, "archivedAt": ""}
        try:
            made = msgspec.convert({**wanted, **own}, Property)
        except msgspec.ValidationError as error:
            raise errors.invalid(f"Property definition is not valid: {error}") from None
        if made.field_type not in FIELD_TYPES.get(made.type, ()):
            raise errors.invalid(f"fieldType {made.field_type} is not allowed for type {made.type}.")
        if made.group_name not in self.groups[kind.name]:
            raise errors.invalid(f"Property group {made.group_name} does not exist.")
        return made

    def check(self, kind: ObjectType, wanted: Mapping[str, Any], *, calculated: bool = False) -> dict[str, str]:
        """Return the properties of a write as stored text.

        wanted: name → JSON value as the client sent it. calculated: read-only ones are taken too.
        Raises Refusal (400) that names every bad value.
        """
        definitions = self.definitions[kind.name]
        values: dict[str, str] = {}
        complaints: list[JsonMap] = []
        for name, raw in wanted.items():
            definition = definitions.get(name)
            if definition is None:
                complaints.append(errors.bad_value(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
            elif definition.calculated and not calculated:
                message = f'"{name}" is a calculated property; its value cannot be set.'
                complaints.append(errors.bad_value(name, "READ_ONLY_VALUE", message))
            else:
                value, complaint = _stored(definition, raw)
                values[name] = value
                if complaint:
                    complaints.append(complaint)
        if complaints:
            raise self.bad(complaints)
        return values

    def bad(self, complaints: Iterable[JsonMap]) -> errors.Refusal:
        """The refusal for these complaints."""
        return errors.bad_values(complaints, self._portal_id)


def _standard(kind: ObjectType) -> dict[str, Property]:
    return {
        name: Property(
            name=name,
            label=name.removeprefix("hs_").replace("_", " ").capitalize(),
            type=row.type,
            field_type=row.field_type,
            group_name=kind.group,
            options=_options(row.options),
            has_unique_value=row.unique,
            calculated=row.calculated,
            hubspot_defined=True,
        )
        for name, row in standard.PROPERTIES[kind.name].items()
    }


def _options(values: Iterable[str]) -> list[Option]:
    return [Option(value.replace("_", " ").capitalize(), value, order) for order, value in enumerate(values)]


def _stored(definition: Property, raw: object) -> tuple[str, JsonMap | None]:
    """Return one value as stored text, and what is wrong with it."""
    name, value = definition.name, wire.text(raw)
    if not value:
        return "", None
    match definition.type:
        case "number":
            if not _NUMBER.fullmatch(value):
                return value, errors.bad_value(name, "INVALID_INTEGER", f"{value} was not a valid number.")
        case "date" | "datetime":
            try:
                return (moments.day if definition.type == "date" else _moment)(value), None
            except (ValueError, OverflowError, OSError):
                return value, errors.bad_value(name, "INVALID_LONG", f"{value} was not a valid long.")
        case "bool":
            if value not in ("true", "false"):
                return value, errors.bad_value(name, "INVALID_OPTION", _not_an_option(value, ["true", "false"]))
        case "enumeration" if definition.options:
            allowed = [option.value for option in definition.options]
            for part in value.split(";") if definition.field_type == "checkbox" else [value]:
                if part and part not in allowed:
                    return value, errors.bad_value(name, "INVALID_OPTION", _not_an_option(part, allowed))
        case _:
            if len(value) > LONGEST_TEXT:
                message = f"Property values cannot be longer than {LONGEST_TEXT} characters."
                return value, errors.bad_value(name, "VALUE_TOO_LONG", message)
            if name == "email" and not _EMAIL.fullmatch(value):
                return value, errors.bad_value(name, "INVALID_EMAIL", f"Email address {value} is invalid")
    return value, None


def _moment(value: str) -> str:
    return moments.iso(moments.milliseconds(value))


def _not_an_option(value: str, allowed: list[str]) -> str:
    return f"{value} was not one of the allowed options: [{', '.join(allowed)}]"

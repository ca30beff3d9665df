"""The endpoints for property definitions and their groups.

Protocol: HubSpot, Properties API reference (v3 and dated versions alike).
"""

import msgspec

from tieout.sandbox.hubspot import batches, errors, moments, wire
from tieout.sandbox.hubspot.errors import JsonMap, Refusal
from tieout.sandbox.hubspot.object_types import ObjectType
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.properties import Group
from tieout.sandbox.hubspot.wire import NOTHING, Reply, Request


def list_properties(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """GET `/{type}`."""
    found = portal.catalogue.archived if request.flag("archived") else portal.catalogue.definitions
    return Reply({"results": [one.as_json() for one in found[kind.name].values()]})


def read(portal: Portal, kind: ObjectType, name: str, request: Request) -> Reply:
    """GET `/{type}/{name}?archived`."""
    return Reply(portal.catalogue.get(kind, name, archived=request.flag("archived")).as_json())


def create(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """POST `/{type}`."""
    return Reply(_created(portal, kind, request.json()), 201)


def update(portal: Portal, kind: ObjectType, name: str, request: Request) -> Reply:
    """PATCH `/{type}/{name}`."""
    return Reply(portal.catalogue.change(kind, name, request.json(), moments.iso(portal.now())).as_json())


def archive(portal: Portal, kind: ObjectType, name: str) -> Reply:
    """DELETE `/{type}/{name}`: values can no longer be read or written; they are there again if it is made again."""
    portal.catalogue.remove(kind, name, moments.iso(portal.now()))
    return NOTHING


def batch(portal: Portal, kind: ObjectType, operation: str, request: Request) -> Reply:
    """POST `/{type}/batch/{read, create, archive}`; what fails is an entry of a 207."""
    results: list[JsonMap] = []
    entries: list[JsonMap] = []
    body = request.json()
    archived = body.get("archived") is True
    for row in wire.rows(body, "inputs"):
        try:
            match operation:
                case "read":
                    results.append(portal.catalogue.get(kind, str(row.get("name")), archived=archived).as_json())
                case "create":
                    results.append(_created(portal, kind, row))
                case "archive":
                    portal.catalogue.remove(kind, str(row.get("name")), moments.iso(portal.now()))
                case _:
                    raise errors.no_page(request.path)
        except Refusal as refusal:
            entries.append(refusal.entry({"name": [str(row.get("name"))]}))
    if operation == "archive":
        return NOTHING
    return batches.answer(portal, results, entries, 201 if operation == "create" else 200)


def _created(portal: Portal, kind: ObjectType, wanted: JsonMap) -> JsonMap:
    made = portal.catalogue.add(kind, wanted, moments.iso(portal.now()))
    if made.has_unique_value:
        portal.store.index_unique(kind)
    return made.as_json()


def list_groups(portal: Portal, kind: ObjectType) -> Reply:
    """GET `/{type}/groups`."""
    return Reply({"results": [msgspec.to_builtins(one) for one in portal.catalogue.groups[kind.name].values()]})


def read_group(portal: Portal, kind: ObjectType, name: str) -> Reply:
    """GET `/{type}/groups/{name}`."""
    return Reply(msgspec.to_builtins(_group(portal, kind, name)))


def create_group(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """POST `/{type}/groups`."""
    body = request.json()
    name, label = body.get("name"), body.get("label")
    if not isinstance(name, str) or not isinstance(label, str) or not name or not label:
        raise errors.invalid("A property group needs name and label.")
    groups = portal.catalogue.groups[kind.name]
    if name in groups:
        raise Refusal(409, f"A property group named '{name}' already exists.", "CONFLICT")
    groups[name] = Group(name, label)
    return Reply(msgspec.to_builtins(groups[name]), 201)


def update_group(portal: Portal, kind: ObjectType, name: str, request: Request) -> Reply:
    """PATCH `/{type}/groups/{name}`."""
    group = _group(portal, kind, name)
    group.label = str(request.json().get("label") or group.label)
    return Reply(msgspec.to_builtins(group))


def archive_group(portal: Portal, kind: ObjectType, name: str) -> Reply:
    """DELETE `/{type}/groups/{name}`; refused (400) while it has properties."""
    _group(portal, kind, name)
    if any(one.group_name == name for one in portal.catalogue.definitions[kind.name].values()):
        raise errors.invalid(f"Property group {name} still has properties.")
    del portal.catalogue.groups[kind.name][name]
    return NOTHING


def _group(portal: Portal, kind: ObjectType, name: str) -> Group:
    found = portal.catalogue.groups[kind.name].get(name)
    if found is None:
        raise Refusal(404, f"Property group {name} does not exist.", errors.OBJECT_NOT_FOUND)
    return found

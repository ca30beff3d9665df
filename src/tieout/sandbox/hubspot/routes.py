"""Which endpoint a path means: the legacy and the dated paths lead to the same handlers.

Paths: HubSpot, "API versioning" (dated versions since March 2026) and the references of each API.
"""

from collections.abc import Callable

from tieout.sandbox.hubspot import (
    account,
    association_endpoints,
    batches,
    errors,
    merging,
    objects,
    property_endpoints,
    search,
)
from tieout.sandbox.hubspot.object_types import ObjectType, named
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.wire import Reply, Request

DATED = frozenset({"2025-09", "2026-03", "2026-09"})
_LEGACY = {
    "objects": {"v3", "v4"},
    "associations": {"v4"},
    "properties": {"v3"},
    "owners": {"v3"},
    "tax-rates": {"v1"},
    "currencies": {"v3"},
    "account-info": {"v3"},
    "oauth": {"v1", "v2", "v3"},
}
_FAMILIES = {"crm": {"objects", "associations", "properties", "owners"}, "settings": {"currencies"}}
_OBJECT_BATCHES: dict[str, Callable[[Portal, ObjectType, Request], Reply]] = {
    "read": batches.read,
    "create": batches.create,
    "update": batches.update,
    "upsert": batches.upsert,
    "archive": batches.archive,
}
_READING = ("read", "search")

Address = tuple[str, str, list[str]]


def address(path: str) -> Address:
    """Return API, version and the rest of a path, whichever of the two orders it has. Raises Refusal (404)."""
    parts = path.strip("/").split("/")
    family = _FAMILIES.get(parts[0])
    if family is not None:
        parts = parts[1:]
    if len(parts) > 1 and family is not None and parts[1] in family:
        parts[0], parts[1] = parts[1], parts[0]
    if len(parts) < 2 or (family is not None and parts[0] not in family):
        raise errors.no_page(path)
    api, version, *rest = parts
    if version not in DATED and version not in _LEGACY.get(api, ()):
        raise errors.no_page(path)
    return api, version, rest


def is_search(found: Address) -> bool:
    """Whether an address is a search, which has a quota of its own."""
    return found[0] == "objects" and len(found[2]) == 2 and found[2][1] == "search"


def scopes(found: Address, method: str) -> list[str]:
    """Return the scopes that an app needs for a call (HubSpot, "Scopes")."""
    api, _, rest = found
    right = "read" if method == "GET" or any(part in _READING for part in rest[1:]) else "write"
    match api, rest:
        case "objects", [name, *_]:
            return [f"crm.objects.{named(name).scope}.{right}"]
        case "associations", [name, other, *_] if name != "definitions":
            return [f"crm.objects.{named(one).scope}.{right}" for one in (name, other)]
        case "properties", [name, *_]:
            return [f"crm.schemas.{named(name).scope}.{right}"]
        case "owners", _:
            return ["crm.objects.owners.read"]
        case "tax-rates", _:
            return ["tax_rates.read"]
        case "currencies", _:
            return ["settings.currencies.read"]
    return []


def answer(portal: Portal, found: Address, request: Request) -> Reply:
    """Answer a call by someone who may make it. Raises Refusal."""
    api, version, rest = found
    match api:
        case "objects" if len(rest) > 2 and rest[2] == "associations":
            return _associations_of_object(portal, version, rest, request)
        case "objects" if rest:
            return _objects(portal, version, named(rest[0]), rest[1:], request)
        case "associations" if len(rest) > 2:
            return _associations(portal, version, rest, request)
        case "properties" if rest:
            return _properties(portal, named(rest[0]), rest[1:], request)
        case _:
            return _account(portal, api, rest, request)


def _objects(portal: Portal, version: str, kind: ObjectType, rest: list[str], request: Request) -> Reply:
    match request.method, rest:
        case "GET", []:
            return objects.list_objects(portal, kind, request)
        case "POST", []:
            return objects.create(portal, kind, request)
        case "POST", ["batch", operation] if operation in _OBJECT_BATCHES:
            return _OBJECT_BATCHES[operation](portal, kind, request)
        case "POST", ["search"]:
            return search.search(portal, kind, request)
        case "POST", ["merge"]:
            return merging.merge(portal, kind, version, request)
        case "GET", [object_id]:
            return objects.read(portal, kind, object_id, request)
        case "PATCH", [object_id]:
            return objects.update(portal, kind, object_id, request)
        case "DELETE", [object_id]:
            return objects.archive(portal, kind, object_id)
    raise errors.no_page(request.path)


def _associations_of_object(portal: Portal, version: str, rest: list[str], request: Request) -> Reply:
    source = (named(rest[0]), rest[1])
    match request.method, rest[3:]:
        case "GET", [other]:
            return association_endpoints.list_of_object(portal, source, named(other), request, dated=version in DATED)
        case "PUT", ["default", other, other_id]:
            return association_endpoints.put_default(portal, source, (named(other), other_id))
        case "PUT", [other, other_id]:
            return association_endpoints.put_labelled(portal, source, (named(other), other_id), request)
        case "PUT", [other, other_id, type_id] if type_id.isdecimal():
            return association_endpoints.put_typed(portal, source, (named(other), other_id), [int(type_id)])
        case "DELETE", [other, other_id]:
            return association_endpoints.delete(portal, source, (named(other), other_id))
    raise errors.no_page(request.path)


def _associations(portal: Portal, version: str, rest: list[str], request: Request) -> Reply:
    if rest[0] == "definitions":
        rest = [*rest[2:], "labels"]
    kind, other = named(rest[0]), named(rest[1])
    match request.method, rest[2:]:
        case "POST", ["batch", "read"]:
            return association_endpoints.batch_read(portal, kind, other, request, dated=version in DATED)
        case "POST", ["batch", "create"]:
            return association_endpoints.batch_create(portal, kind, other, request)
        case "POST", ["batch", "associate", "default"]:
            return association_endpoints.batch_default(portal, kind, other, request)
        case "POST", ["batch", "archive"]:
            return association_endpoints.batch_archive(portal, kind, other, request)
        case "POST", ["batch", "labels", "archive"]:
            return association_endpoints.batch_unlabel(portal, kind, other, request)
        case "GET", ["labels"]:
            return association_endpoints.labels(portal, kind, other)
        case "POST", ["labels"]:
            return association_endpoints.add_label(portal, kind, other, request)
    raise errors.no_page(request.path)


def _properties(portal: Portal, kind: ObjectType, rest: list[str], request: Request) -> Reply:
    match request.method, rest:
        case "GET", []:
            return property_endpoints.list_properties(portal, kind, request)
        case "POST", []:
            return property_endpoints.create(portal, kind, request)
        case "POST", ["batch", operation]:
            return property_endpoints.batch(portal, kind, operation, request)
        case method, ["groups", *names]:
            return _groups(portal, kind, method, names, request)
        case "GET", [name]:
            return property_endpoints.read(portal, kind, name, request)
        case "PATCH", [name]:
            return property_endpoints.update(portal, kind, name, request)
        case "DELETE", [name]:
            return property_endpoints.archive(portal, kind, name)
    raise errors.no_page(request.path)


def _groups(portal: Portal, kind: ObjectType, method: str, names: list[str], request: Request) -> Reply:
    match method, names:
        case "GET", []:
            return property_endpoints.list_groups(portal, kind)
        case "POST", []:
            return property_endpoints.create_group(portal, kind, request)
        case "GET", [name]:
            return property_endpoints.read_group(portal, kind, name)
        case "PATCH", [name]:
            return property_endpoints.update_group(portal, kind, name, request)
        case "DELETE", [name]:
            return property_endpoints.archive_group(portal, kind, name)
    raise errors.no_page(request.path)


def _account(portal: Portal, api: str, rest: list[str], request: Request) -> Reply:
    match request.method, api, rest:
        case "GET", "owners", []:
            return account.owners(request)
        case "GET", "owners", [owner_id]:
            return account.owner(owner_id, request)
        case "GET", "account-info", ["details"]:
            return account.details(portal)
        case "GET", "tax-rates", ["tax-rates"]:
            return account.tax_rates(portal, request)
        case "GET", "tax-rates", ["tax-rates", rate_id]:
            return account.tax_rate(portal, rate_id)
        case "GET", "currencies", ["company-currency"]:
            return account.company_currency(portal)
        case "GET", "currencies", ["exchange-rates"] | ["exchange-rates", "current"]:
            return account.exchange_rates(portal)
    raise errors.no_page(request.path)

"""POST `/{type}/search`: filters, sort and pages over what the lagging index sees.

Limits: HubSpot, "CRM search" guide: 5 groups, 6 filters each, 18 in all, one sort, pages of 200, 10,000 results, a body
of 3,000 characters. The pseudo property `associations.{type}` sees the present associations.
"""

from typing import Any

from tieout.sandbox.hubspot import errors, filters, objects, windows, wire
from tieout.sandbox.hubspot.errors import JsonMap
from tieout.sandbox.hubspot.index import Index
from tieout.sandbox.hubspot.object_types import ObjectType
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.properties import Property
from tieout.sandbox.hubspot.records import shown
from tieout.sandbox.hubspot.wire import Reply, Request

LONGEST_BODY = 3_000
MOST_RESULTS = 10_000
MOST_ON_PAGE = 200
MOST_GROUPS, MOST_FILTERS_IN_GROUP, MOST_FILTERS = 5, 6, 18

Groups = list[list[JsonMap]]


def search(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """Answer one search. Raises Refusal (400) beyond a limit or for what does not exist."""
    if len(request.body.decode(errors="replace")) > LONGEST_BODY:
        raise errors.invalid(f"The request body is longer than {LONGEST_BODY} characters.")
    body = request.json()
    groups = _groups(body)
    name, descending = _sort(portal, kind, body)
    limit = wire.whole(body.get("limit") or 10, "limit", MOST_ON_PAGE)
    after = wire.whole(body.get("after") or 0, "after", 10**9)
    if after + limit > MOST_RESULTS:
        raise errors.invalid(f"A search returns at most {MOST_RESULTS} results; after was {after}.")
    index = portal.store.indexes[kind.name]
    found = _found(portal, kind, index, groups, str(body.get("query") or ""), name)
    if descending:
        found = found[::-1]
    page = found[after : after + limit]
    names = objects.names_to_show(portal, kind, wire.texts(body, "properties"), (*kind.defaults, *kind.search_defaults))
    seen = (index.seen[number] for number in page)
    results = [shown(kind, record, names, values=values) for _, record, values in seen]
    answer: JsonMap = {"total": len(found), "results": results}
    if after + limit < len(found):
        answer["paging"] = {"next": {"after": str(after + limit)}}
    return Reply(answer)


def _found(portal: Portal, kind: ObjectType, index: Index, groups: Groups, query: str, name: str) -> list[int]:
    """Return the ids of all objects that fit, in ascending order of the property `name`."""
    compiled = [[filters.compiled(portal, kind, row) for row in group] for group in groups]
    if not query:
        if name == kind.modified and (pairs := windows.by_modified(kind, groups or [[]], index)) is not None:
            return [number for _, number in pairs]
        if name == "hs_object_id" and (numbers := windows.by_id(groups or [[]], index)) is not None:
            return numbers
    fits_query = _query(kind, query)
    found = []
    for _, number in windows.narrowed(kind, groups, index):
        values = index.seen[number][2]
        if (not compiled or any(all(fits(values) for fits in group) for group in compiled)) and fits_query(values):
            found.append(number)
    if name != kind.modified:
        definition = portal.catalogue.definitions[kind.name][name]
        found.sort()
        found.sort(key=lambda number: _sort_key(definition, index.seen[number][2].get(name)))
    return found


def _sort_key(definition: Property, value: str | None) -> tuple[bool, Any]:
    return (True, filters.comparable(definition, value)) if value is not None else (False, 0)


def _query(kind: ObjectType, query: str) -> filters.Fits:
    words = query.casefold().split()
    if not words:
        return lambda _: True
    return lambda values: all(any(word in values.get(name, "").casefold() for name in kind.searched) for word in words)


def _groups(body: JsonMap) -> Groups:
    groups = [wire.rows(group, "filters") for group in wire.rows(body, "filterGroups")]
    if body.get("filters") and not groups:
        groups = [wire.rows(body, "filters")]
    if (
        len(groups) > MOST_GROUPS
        or any(len(group) > MOST_FILTERS_IN_GROUP for group in groups)
        or sum(map(len, groups)) > MOST_FILTERS
    ):
        raise errors.invalid(
            f"A search takes at most {MOST_GROUPS} filter groups of {MOST_FILTERS_IN_GROUP} filters, "
            f"{MOST_FILTERS} filters in all."
        )
    return groups


def _sort(portal: Portal, kind: ObjectType, body: JsonMap) -> tuple[str, bool]:
    """Return the property to sort by and whether it descends; by creation, oldest first, if nothing is said."""
    sorts = body.get("sorts") or []
    if not isinstance(sorts, list):
        raise errors.malformed(1, 1, "Cannot deserialize value: sorts must be a list")
    if len(sorts) > 1:
        raise errors.invalid("A search takes one sort.")
    if not sorts:
        return "hs_object_id", False
    match sorts[0]:
        case str() as text:
            name, descending = text.removeprefix("-"), text.startswith("-")
        case {"propertyName": str() as name, **more}:
            descending = str(more.get("direction", "ASCENDING")).upper().startswith("DESC")
        case other:
            raise errors.malformed(1, 1, f"Cannot deserialize value: sort {other}")
    if name not in portal.catalogue.definitions[kind.name]:
        raise errors.invalid(f'Property "{name}" does not exist', context={"propertyName": [name]})
    return name, descending

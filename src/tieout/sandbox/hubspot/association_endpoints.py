"""The association endpoints, record by record and in batches, and the labels of a pair of types.

Protocol: HubSpot, Associations API reference (v4 and dated versions alike). Version 4 gives `toObjectId` as a number,
the dated versions as text.
"""

from collections.abc import Callable, Sequence
from itertools import islice

from tieout.sandbox.hubspot import batches, edges, errors, settling, wire
from tieout.sandbox.hubspot.association_types import CATEGORIES, USER_DEFINED
from tieout.sandbox.hubspot.associations import End
from tieout.sandbox.hubspot.errors import JsonMap, Refusal
from tieout.sandbox.hubspot.object_types import ObjectType
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.wire import NOTHING, Reply, Request

MOST_READ = 1_000
MOST_CREATED = 2_000
MOST_LISTED = 500


def list_of_object(portal: Portal, source: End, other: ObjectType, request: Request, *, dated: bool) -> Reply:
    """GET `.../associations/{to}`."""
    source = _live(portal, source)
    limit = request.number("limit", MOST_LISTED, MOST_LISTED) or MOST_LISTED
    return Reply(_page(portal, source, other, request.one("after"), limit, dated=dated))


def put_default(portal: Portal, source: End, target: End) -> Reply:
    """PUT `.../associations/default/{to}/{toId}`: both directions are answered."""
    source, target = _live(portal, source), _live(portal, target)
    return batches.answer(portal, _associate_default(portal, source, target), [], 200)


def put_labelled(portal: Portal, source: End, target: End, request: Request) -> Reply:
    """PUT `.../associations/{to}/{toId}` with a list of `{associationCategory, associationTypeId}`."""
    specs = request.document()
    if not isinstance(specs, list) or not specs:
        raise errors.malformed(1, 1, "Cannot deserialize value: a list of association types is expected")
    return put_typed(portal, source, target, _type_ids(specs))


def put_typed(portal: Portal, source: End, target: End, type_ids: list[object]) -> Reply:
    """Associate by these types, replacing the labels set before."""
    source, target = _live(portal, source), _live(portal, target)
    return Reply(_associate(portal, source, target, type_ids), 201)


def delete(portal: Portal, source: End, target: End) -> Reply:
    """DELETE `.../associations/{to}/{toId}`: the association with all its labels."""
    source, target = _live(portal, source), _live(portal, target)
    if target[1] in portal.associations.of(source[0], source[1], target[0]):
        edges.check(portal, source, target, removing=True)
        edges.disconnect(portal, source, target)
        settling.settle(portal)
    return NOTHING


def batch_read(portal: Portal, kind: ObjectType, other: ObjectType, request: Request, *, dated: bool) -> Reply:
    """POST `batch/read`: an input without associations is an entry of a 207, not a failure."""
    results: list[JsonMap] = []
    entries: list[JsonMap] = []
    for row in _inputs(request, MOST_READ):
        object_id = str(row.get("id"))
        if not object_id.isdecimal():
            refusal = errors.invalid(
                f"{object_id} is not a valid id.",
                sub_category="crm.associations.INVALID_IDENTIFIER",
                context={"id": [object_id]},
            )
            entries.append(refusal.entry())
            continue
        found = portal.store.find(kind, object_id)
        page = _page(portal, (kind, found.id if found else ""), other, row.get("after") or "", MOST_LISTED, dated=dated)
        if page["results"]:
            results.append({"from": {"id": object_id}, "to": page.pop("results"), **page})
        else:
            entries.append(_none_found(kind, other, object_id))
    return batches.answer(portal, results, entries, 200)


def batch_create(portal: Portal, kind: ObjectType, other: ObjectType, request: Request) -> Reply:
    """POST `batch/create` with `{from:{id}, to:{id}, types}`."""

    def one(source: End, target: End, row: JsonMap) -> list[JsonMap]:
        return [_associate(portal, source, target, _type_ids(wire.rows(row, "types")))]

    return _each(portal, kind, other, request, one, 201)


def batch_default(portal: Portal, kind: ObjectType, other: ObjectType, request: Request) -> Reply:
    """POST `batch/associate/default` with `{from:{id}, to:{id}}`."""
    return _each(
        portal, kind, other, request, lambda source, target, _: _associate_default(portal, source, target), 200
    )


def batch_archive(portal: Portal, kind: ObjectType, other: ObjectType, request: Request) -> Reply:
    """POST `batch/archive` with `{from:{id}, to:[{id}]}`: 204; what is not associated is passed over."""
    pairs = [
        ((kind, _id_of(row, "from")), (other, str(to.get("id"))))
        for row in _inputs(request, MOST_CREATED)
        for to in wire.rows(row, "to")
    ]
    held = [pair for pair in pairs if pair[1][1] in portal.associations.of(kind, pair[0][1], other)]
    for source, target in held:
        edges.check(portal, source, target, removing=True)
    for source, target in held:
        edges.disconnect(portal, source, target)
    settling.settle(portal)
    return NOTHING


def batch_unlabel(portal: Portal, kind: ObjectType, other: ObjectType, request: Request) -> Reply:
    """POST `batch/labels/archive`: takes labels away; the unlabelled type takes the association along."""
    for row in _inputs(request, MOST_CREATED):
        source, target = (kind, _id_of(row, "from")), (other, _id_of(row, "to"))
        type_ids = [portal.associations.check(kind, other, one) for one in _type_ids(wire.rows(row, "types"))]
        if portal.associations.default(kind, other) in type_ids:
            edges.check(portal, source, target, removing=True)
            edges.disconnect(portal, source, target)
        else:
            edges.unlabel(portal, source, target, type_ids)
    settling.settle(portal)
    return NOTHING


def labels(portal: Portal, kind: ObjectType, other: ObjectType) -> Reply:
    """GET `labels`: the association types from one object type to another."""
    found = portal.associations.between(kind, other)
    return Reply({"results": portal.associations.as_json(one.id for one in found)})


def add_label(portal: Portal, kind: ObjectType, other: ObjectType, request: Request) -> Reply:
    """POST `labels` with `{label, name, inverseLabel}`: the new types of both directions."""
    body = request.json()
    if not body.get("label") or not body.get("name"):
        raise errors.invalid("A label needs label and name.")
    made = portal.associations.add_label(kind, other, str(body["label"]), body.get("inverseLabel"))
    return Reply({"results": portal.associations.as_json(made)})


def _associate(portal: Portal, source: End, target: End, type_ids: list[object]) -> JsonMap:
    checked = [portal.associations.check(source[0], target[0], one) for one in type_ids]
    edges.check(portal, source, target)
    edges.connect(portal, source, target, checked, replace=True)
    settling.settle(portal)
    return {
        "fromObjectTypeId": source[0].id,
        "fromObjectId": source[1],
        "toObjectTypeId": target[0].id,
        "toObjectId": target[1],
        "labels": [shown["label"] for shown in portal.associations.as_json(checked) if shown["label"]],
    }


def _associate_default(portal: Portal, source: End, target: End) -> list[JsonMap]:
    forth = portal.associations.default(source[0], target[0])
    edges.check(portal, source, target)
    edges.connect(portal, source, target, [forth])
    settling.settle(portal)
    back = portal.associations.default(target[0], source[0])
    return [_both(source, target, forth), _both(target, source, back)]


def _both(source: End, target: End, type_id: int) -> JsonMap:
    return {
        "from": {"id": source[1]},
        "to": {"id": target[1]},
        "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id},
    }


def _each(
    portal: Portal,
    kind: ObjectType,
    other: ObjectType,
    request: Request,
    one: Callable[[End, End, JsonMap], list[JsonMap]],
    status: int,
) -> Reply:
    results: list[JsonMap] = []
    entries: list[JsonMap] = []
    for row in _inputs(request, MOST_CREATED):
        try:
            source, target = (kind, _id_of(row, "from")), (other, _id_of(row, "to"))
            results += one(_live(portal, source), _live(portal, target), row)
        except Refusal as refusal:
            entries.append(refusal.entry())
    return batches.answer(portal, results, entries, status)


def _page(portal: Portal, source: End, other: ObjectType, after: object, limit: int, *, dated: bool) -> JsonMap:
    held = portal.associations.of(source[0], source[1], other)
    start = wire.whole(after or 0, "after", 10**9)
    results: list[JsonMap] = [
        {
            "toObjectId": other_id if dated else int(other_id),
            "associationTypes": portal.associations.as_json(type_ids),
        }
        for other_id, type_ids in islice(held.items(), start, start + limit)
    ]
    page: JsonMap = {"results": results}
    if start + limit < len(held):
        page["paging"] = {"next": {"after": str(start + limit)}}
    return page


def _none_found(kind: ObjectType, other: ObjectType, object_id: str) -> JsonMap:
    return Refusal(
        404,
        f"No {other.singular} is associated with {kind.singular} {object_id}.",
        errors.OBJECT_NOT_FOUND,
        sub_category="crm.associations.NO_ASSOCIATIONS_FOUND",
        context={"fromObjectId": [object_id], "fromObjectType": [kind.singular], "toObjectType": [other.singular]},
    ).entry()


def _live(portal: Portal, end: End) -> End:
    record = portal.store.find(*end)
    if record is None:
        raise errors.not_found(end[1])
    return end[0], record.id


def _inputs(request: Request, most: int) -> list[JsonMap]:
    rows = wire.rows(request.json(), "inputs")
    if not rows or len(rows) > most:
        raise errors.invalid(f"inputs takes 1 to {most} rows, not {len(rows)}.")
    return rows


def _id_of(row: JsonMap, name: str) -> str:
    end = row.get(name)
    if not isinstance(end, dict) or "id" not in end:
        raise errors.malformed(1, 1, f"Cannot deserialize value: each input needs {name}.id")
    return str(end["id"])


def _type_ids(specs: Sequence[object]) -> list[object]:
    found = []
    for spec in specs:
        if not isinstance(spec, dict) or spec.get("associationCategory", USER_DEFINED) not in CATEGORIES:
            raise errors.malformed(1, 1, "Cannot deserialize value: associationCategory")
        found.append(spec.get("associationTypeId"))
    return found

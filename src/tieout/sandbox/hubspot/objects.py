"""The object endpoints for one object at a time: list, read, create, update, archive.

Protocol: HubSpot, CRM objects API reference (v3 and dated versions alike).
"""

from collections.abc import Iterable
from itertools import islice
from urllib.parse import urlencode

from tieout.sandbox.hubspot import errors, settling, wire, writing
from tieout.sandbox.hubspot.association_types import DEFAULTS
from tieout.sandbox.hubspot.errors import JsonMap
from tieout.sandbox.hubspot.object_types import COMPANIES, CONTACTS, ObjectType, named
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import Record, shown
from tieout.sandbox.hubspot.wire import NOTHING, Reply, Request

MOST_LISTED = 100
MOST_LISTED_WITH_HISTORY = 50


def names_to_show(
    portal: Portal, kind: ObjectType, wanted: Iterable[str], defaults: tuple[str, ...] | None = None
) -> list[str]:
    """Return the properties to answer, sorted: those wanted and known, else the defaults, and always the dates."""
    known = portal.catalogue.definitions[kind.name]
    chosen = {name for name in wanted if name in known} or set(kind.defaults if defaults is None else defaults)
    return sorted(chosen.union(kind.always))


def known(portal: Portal, kind: ObjectType, names: Iterable[str]) -> list[str]:
    """Return the names that are properties of the type."""
    definitions = portal.catalogue.definitions[kind.name]
    return sorted({name for name in names if name in definitions})


def look_up(
    portal: Portal, kind: ObjectType, object_id: str, id_property: str = "", *, archived: bool = False
) -> Record | None:
    """Return an object by id, or by a unique property. Raises Refusal (400) if that property is not unique."""
    if not id_property or id_property == "hs_object_id":
        return portal.store.find(kind, object_id, archived=archived)
    if id_property not in portal.catalogue.unique[kind.name]:
        raise errors.invalid(
            f"{id_property} is not a unique property of {kind.constant}.", context={"idProperty": [id_property]}
        )
    return portal.store.holder(kind, id_property, object_id, archived=archived)


def answer_to_write(kind: ObjectType, record: Record, writes_before: int) -> JsonMap:
    """Return what a create or update answers: what it changed, and the properties that are always there."""
    return shown(kind, record, sorted(record.changed_since(writes_before).union(kind.always)))


def list_objects(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """GET `/{type}`: objects by ascending id."""
    history = known(portal, kind, request.many("propertiesWithHistory"))
    most = MOST_LISTED_WITH_HISTORY if history else MOST_LISTED
    limit = request.number("limit", 10, most) or 10
    archived = request.flag("archived")
    after = request.one("after")
    first = wire.whole(after, "after", 10**18) if after else 0
    names = names_to_show(portal, kind, [*request.many("properties"), *history])
    page = list(islice(portal.store.after(kind, first, archived=archived), limit + 1))
    body: JsonMap = {
        "results": [_with_associations(portal, kind, one, names, history, request) for one in page[:limit]]
    }
    if len(page) > limit:
        following = page[limit].id
        query = urlencode({**{name: values[-1] for name, values in request.query.items()}, "after": following})
        body["paging"] = {"next": {"after": following, "link": f"https://api.hubapi.com{request.path}?{query}"}}
    return Reply(body)


def read(portal: Portal, kind: ObjectType, object_id: str, request: Request) -> Reply:
    """GET `/{type}/{id}`."""
    record = look_up(portal, kind, object_id, request.one("idProperty"), archived=request.flag("archived"))
    if record is None:
        raise errors.not_found(object_id)
    history = known(portal, kind, request.many("propertiesWithHistory"))
    names = names_to_show(portal, kind, [*request.many("properties"), *history])
    return Reply(_with_associations(portal, kind, record, names, history, request))


def create(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """POST `/{type}`."""
    record = writing.create(portal, writing.drafted(portal, kind, request.json()))
    settling.settle(portal)
    return Reply(answer_to_write(kind, record, 0), 201)


def update(portal: Portal, kind: ObjectType, object_id: str, request: Request) -> Reply:
    """PATCH `/{type}/{id}`."""
    record = look_up(portal, kind, object_id, request.one("idProperty"))
    if record is None:
        raise errors.not_found(object_id)
    before = len(record.writes)
    writing.update(portal, kind, record, writing.changes(portal, kind, record, request.json()))
    settling.settle(portal)
    return Reply(answer_to_write(kind, record, before))


def archive(portal: Portal, kind: ObjectType, object_id: str) -> Reply:
    """DELETE `/{type}/{id}`; one already archived is archived still."""
    record = portal.store.find(kind, object_id)
    if record is None:
        if portal.store.find(kind, object_id, archived=True):
            return NOTHING
        raise errors.not_found(object_id)
    writing.check_archivable(portal, kind, record)
    writing.archive(portal, kind, record)
    settling.settle(portal)
    return NOTHING


def _with_associations(
    portal: Portal, kind: ObjectType, record: Record, names: list[str], history: list[str], request: Request
) -> JsonMap:
    values = record.previous if request.stale else None
    answer = shown(kind, record, names, values=values, history=history)
    associations: JsonMap = {}
    for name in request.many("associations"):
        other = named(name)
        rows = [
            {"id": other_id, "type": text}
            for other_id, type_ids in portal.associations.of(kind, record.id, other).items()
            for text in _association_texts(kind, other, type_ids)
        ]
        if rows:
            associations[other.name.replace("_", " ")] = {"results": rows}
    if associations:
        answer["associations"] = associations
    return answer


def _association_texts(kind: ObjectType, other: ObjectType, type_ids: list[int]) -> list[str]:
    """Return the old text names of association types; a primary company shows twice."""
    text = f"{kind.singular}_to_{other.singular}"
    if {kind, other} != {CONTACTS, COMPANIES}:
        return [text]
    unlabelled = DEFAULTS[kind.name, other.name]
    return [f"{text}_unlabeled" if type_id == unlabelled else text for type_id in type_ids]

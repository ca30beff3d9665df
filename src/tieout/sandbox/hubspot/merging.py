"""Merging two contacts or two companies: the survivor is a new, third object.

Rules: HubSpot, "Merge records" guide and the change of early 2025: a new id, `hs_merged_object_ids` names the old ones,
which keep leading to the survivor.
"""

from tieout.sandbox.hubspot import edges, errors, objects, settling
from tieout.sandbox.hubspot.association_types import PRIMARY_COMPANY
from tieout.sandbox.hubspot.object_types import BY_NAME, COMPANIES, CONTACTS, ObjectType
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import Record
from tieout.sandbox.hubspot.wire import Reply, Request

MOST_IDENTITIES = 250
_OWN = {"hs_object_id", "hs_merged_object_ids", "hs_calculated_merged_vids", "associatedcompanyid"}


def merge(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """POST `/{type}/merge` with `{primaryObjectId, objectIdToMerge}`. Raises Refusal: 400, 404, 414."""
    if kind not in (CONTACTS, COMPANIES):
        raise errors.invalid(f"{kind.constant} objects cannot be merged.")
    body = request.json()
    primary, other = (_named(portal, kind, body.get(name)) for name in ("primaryObjectId", "objectIdToMerge"))
    if primary is other:
        raise errors.invalid("An object cannot be merged with itself.")
    old_ids = [part for one in (primary, other) for part in (*_merged_ids(one), one.id)]
    if len(old_ids) > MOST_IDENTITIES:
        raise errors.Refusal(414, f"Cannot have more than {MOST_IDENTITIES} identities on a profile")
    survivor = _joined(portal, kind, primary, other, old_ids)
    for old in (primary, other):
        _move(portal, kind, old, survivor)
        portal.store.absorb(kind, old, survivor.id)
    portal.store.claim(kind, survivor)
    settling.settle(portal)
    return Reply(objects.answer_to_write(kind, survivor, 0))


def _named(portal: Portal, kind: ObjectType, object_id: object) -> Record:
    record = portal.store.find(kind, str(object_id))
    if record is None:
        raise errors.not_found(str(object_id))
    return record


def _merged_ids(record: Record) -> list[str]:
    return [part for part in record.get("hs_merged_object_ids").split(";") if part]


def _joined(portal: Portal, kind: ObjectType, primary: Record, other: Record, old_ids: list[str]) -> Record:
    """Create the survivor: the primary's values, and the other's where the primary has none."""
    values = {name: value for name, value in {**other.values, **primary.values}.items() if name not in _OWN}
    values["hs_merged_object_ids"] = ";".join(old_ids)
    if kind is CONTACTS:
        values["hs_calculated_merged_vids"] = ";".join(old_ids)
        emails = [
            email
            for one in (primary, other)
            for email in (one.get("email"), *one.get("hs_additional_emails").split(";"))
            if email and email != values.get("email")
        ]
        values["hs_additional_emails"] = ";".join(dict.fromkeys(emails))
    return portal.store.create(kind, values, portal.source)


def _move(portal: Portal, kind: ObjectType, old: Record, survivor: Record) -> None:
    """Move all associations of a merged object to its survivor, whatever the state of an invoice."""
    ends = [
        (BY_NAME[name], other_id, type_ids) for name, other_id, type_ids in portal.associations.everything(kind, old.id)
    ]
    for other, other_id, type_ids in ends:
        portal.associations.unlink((kind, old.id), (other, other_id))
        if (other, other_id) == (kind, survivor.id):
            continue
        kept = type_ids
        if kind is CONTACTS and portal.associations.primary_company(survivor.id):
            kept = [type_id for type_id in type_ids if type_id != PRIMARY_COMPANY]
        edges.connect(portal, (kind, survivor.id), (other, other_id), kept)

"""Merging two contacts, companies or products: the survivor is a new, third object.

Rules: HubSpot, "Merge records" guide and the change of early 2025: a new id, `hs_merged_object_ids` names the old ones.
The survivor takes the primary's values, and the other's where the primary has none, the older create date and the
further lifecycle stage. Since 2025-09 the dated paths merge other types than contacts and companies too; of these the
sandbox merges products, and no commerce object.
"""

from tieout.sandbox.hubspot import edges, errors, moments, objects, settling
from tieout.sandbox.hubspot.association_types import PRIMARY_COMPANY
from tieout.sandbox.hubspot.object_types import BY_NAME, COMPANIES, CONTACTS, PRODUCTS, ObjectType
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import Record
from tieout.sandbox.hubspot.standard import LIFECYCLE
from tieout.sandbox.hubspot.wire import Reply, Request

MOST_IDENTITIES = 250
MERGES_MORE = frozenset({"2025-09", "2026-09"})
_WAY = ("other", *(stage for stage in LIFECYCLE if stage != "other"))
_OWN = {"hs_object_id", "hs_merged_object_ids", "hs_calculated_merged_vids", "associatedcompanyid"}


def merge(portal: Portal, kind: ObjectType, version: str, request: Request) -> Reply:
    """POST `/{type}/merge` with `{primaryObjectId, objectIdToMerge}`. Raises Refusal: 400, 404, 414."""
    if kind not in (CONTACTS, COMPANIES) and not (kind is PRODUCTS and version in MERGES_MORE):
        raise errors.invalid(f"{kind.constant} objects cannot be merged.")
    body = request.json()
    primary, other = (_named(portal, kind, body.get(name)) for name in ("primaryObjectId", "objectIdToMerge"))
    if primary is other:
        raise errors.invalid("An object cannot be merged with itself.")
    absorbed = [other] if portal.company.merge_keeps_primary else [primary, other]
    old_ids = [part for one in (primary, other) for part in _parts(one, "hs_merged_object_ids")]
    old_ids += [one.id for one in absorbed]
    if len(old_ids) > MOST_IDENTITIES:
        raise errors.Refusal(414, f"Cannot have more than {MOST_IDENTITIES} identities on a profile")
    values = _joined(kind, primary, other, ";".join(old_ids))
    if portal.company.merge_keeps_primary:
        survivor = primary
        portal.store.write(kind, survivor, values, portal.source)
    else:
        survivor = portal.store.create(kind, values, portal.source)
    for old in absorbed:
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


def _parts(record: Record, name: str) -> list[str]:
    return [part for part in record.get(name).split(";") if part]


def _joined(kind: ObjectType, primary: Record, other: Record, old_ids: str) -> dict[str, str]:
    """Return the survivor's values."""
    both = (primary, other)
    values = {name: value for name, value in {**other.values, **primary.values}.items() if name not in _OWN}
    values["hs_merged_object_ids"] = old_ids
    values[kind.created] = moments.iso(min(one.created for one in both))
    stages = [stage for one in both if (stage := one.get("lifecyclestage"))]
    if stages:
        values["lifecyclestage"] = max(stages, key=_WAY.index)
    if kind is CONTACTS:
        values["hs_calculated_merged_vids"] = old_ids
        values["hs_additional_emails"] = _others(both, "email", "hs_additional_emails")
    elif kind is COMPANIES:
        values["hs_additional_domains"] = _others(both, "domain", "hs_additional_domains")
    return values


def _others(both: tuple[Record, Record], name: str, more: str) -> str:
    """Return the values of `name` that the survivor keeps beside its first one."""
    every = [value for one in both for value in (one.get(name), *_parts(one, more)) if value]
    return ";".join([value for value in dict.fromkeys(every) if value != every[0]])


def _move(portal: Portal, kind: ObjectType, old: Record, survivor: Record) -> None:
    """Move all associations of a merged object to its survivor, whatever the state of an invoice."""
    ends = [
        (BY_NAME[name], other_id, type_ids) for name, other_id, type_ids in portal.associations.everything(kind, old.id)
    ]
    for other, other_id, type_ids in ends:
        if (other, other_id) == (kind, survivor.id):
            portal.associations.unlink((kind, old.id), (other, other_id))
            continue
        kept = type_ids
        if kind is CONTACTS and portal.associations.primary_company(survivor.id):
            kept = [type_id for type_id in type_ids if type_id != PRIMARY_COMPANY]
        edges.take_over(portal, (kind, old.id), (kind, survivor.id), (other, other_id), kept)

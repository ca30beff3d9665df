"""The whole account as bytes and back, for a server that keeps its state in a file."""

import msgspec

from tieout.sandbox.hubspot.association_types import AssociationType
from tieout.sandbox.hubspot.company import Company
from tieout.sandbox.hubspot.oauth import SignIns
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.properties import Group, Property
from tieout.sandbox.hubspot.records import Record


class _State(msgspec.Struct):
    company: Company
    sign_ins: SignIns
    access_token: str
    records: dict[str, dict[str, Record]]
    aliases: dict[str, dict[str, str]]
    next_ids: dict[str, int]
    request: int
    edges: dict[str, dict[str, dict[str, dict[str, list[int]]]]]
    labels: dict[int, AssociationType]
    properties: dict[str, dict[str, Property]]
    groups: dict[str, dict[str, Group]]
    unsettled: dict[str, int]
    chance: tuple[int, list[int], float | None]
    archived_properties: dict[str, dict[str, Property]] = {}


_decoder = msgspec.json.Decoder(_State)


def dumped(portal: Portal, sign_ins: SignIns, access_token: str) -> bytes:
    """Return the whole state."""
    version, numbers, more = portal.chance.getstate()
    return msgspec.json.encode(
        _State(
            company=portal.company,
            sign_ins=sign_ins,
            access_token=access_token,
            records=portal.store.records,
            aliases=portal.store.aliases,
            next_ids=portal.store.next_ids,
            request=portal.store.request,
            edges=portal.associations.edges,
            labels=portal.associations.custom,
            properties={
                kind: {name: one for name, one in definitions.items() if not one.hubspot_defined}
                for kind, definitions in portal.catalogue.definitions.items()
            },
            archived_properties=portal.catalogue.archived,
            groups=portal.catalogue.groups,
            unsettled=portal.unsettled,
            chance=(version, list(numbers), more),
        )
    )


def load(portal: Portal, kept: bytes) -> tuple[SignIns, str]:
    """Replace a portal's state with a dumped one; return credentials and access token.

    Raises msgspec.DecodeError if the bytes are no such state.
    """
    found = _decoder.decode(kept)
    portal.company = found.company
    portal.unsettled = found.unsettled
    portal.chance.setstate((found.chance[0], tuple(found.chance[1]), found.chance[2]))
    for kind, custom in found.properties.items():
        definitions = portal.catalogue.definitions[kind]
        standard = {name: one for name, one in definitions.items() if one.hubspot_defined}
        portal.catalogue.definitions[kind] = {**standard, **custom}
    portal.catalogue.archived = {kind: found.archived_properties.get(kind, {}) for kind in portal.catalogue.archived}
    portal.catalogue.groups = found.groups
    portal.catalogue.index_unique()
    portal.associations.edges = found.edges
    portal.associations.custom = found.labels
    store = portal.store
    store.records, store.aliases, store.next_ids = found.records, found.aliases, found.next_ids
    store.request = found.request
    store.rebuild()
    return found.sign_ins, found.access_token

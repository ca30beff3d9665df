"""What an entity of the API is: its fields, what can be queried, what can be done with it."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from tieout.sandbox.quickbooks.shapes import Fields

Trait: TypeAlias = Literal["text", "number", "flag", "day", "reference", "email"]
Operation: TypeAlias = Literal["create", "update", "delete", "void", "send"]


class Entity(msgspec.Struct, frozen=True):
    """One entity.

    fields: what may be sent. traits: what a query may filter and sort by, beside Id and the MetaData times.
    indexed: the traits looked up by hash. sequence: who shares its ids. operations: what may be done with it.
    keyless: it is answered without an Id.
    """

    name: str
    fields: Fields
    traits: Mapping[str, Trait]
    indexed: tuple[str, ...] = ()
    sequence: str = ""
    operations: frozenset[Operation] = frozenset({"create", "update"})
    transaction: bool = False
    captured: bool = True
    keyless: bool = False


KEPT: Final[Fields] = dict.fromkeys(
    ["Id", "SyncToken", "sparse", "domain", "MetaData", "status", "V4IDPseudonym", "ClientEntityId"]
)
"""What every object has and no client writes."""

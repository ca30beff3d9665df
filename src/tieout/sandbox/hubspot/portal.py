"""The account as a whole: what every room of the sandbox works on."""

import random
import uuid

from tieout.sandbox.clock import Clock
from tieout.sandbox.hubspot import moments
from tieout.sandbox.hubspot.associations import Associations
from tieout.sandbox.hubspot.company import Company
from tieout.sandbox.hubspot.object_types import ObjectType
from tieout.sandbox.hubspot.properties import Catalogue
from tieout.sandbox.hubspot.records import HUBSPOT, Record, Source
from tieout.sandbox.hubspot.store import Store


class Portal:
    """One HubSpot account.

    source: who makes the request that is being answered. unsettled: invoice id → when (ms) its sums are due.
    """

    def __init__(self, *, clock: Clock, chance: random.Random, portal_id: int, company: Company) -> None:
        self._clock = clock
        self.chance = chance
        self.id = portal_id
        self.company = company
        self.catalogue = Catalogue(portal_id)
        self.store = Store(self.now, self.catalogue, lambda kind: kind.name in self.company.merged_ids_found)
        self.associations = Associations()
        self.source = Source("API", "")
        self.unsettled: dict[str, int] = {}

    @property
    def is_own_work(self) -> bool:
        """Whether HubSpot itself makes the request: its data sync, or a processor of payments."""
        return self.source == HUBSPOT

    def now(self) -> int:
        """Return the present moment in milliseconds."""
        return moments.now_ms(self._clock.now())

    def uuid(self) -> str:
        """Return a new random id."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def catch_up(self) -> None:
        """Let searches see what was written longer ago than the index lags."""
        until = self.now() - int(self.company.index_lag_seconds * 1000)
        for index in self.store.indexes.values():
            index.catch_up(until)

    def touch(self, invoice_id: str) -> None:
        """Note that an invoice's sums must be made again."""
        self.unsettled.setdefault(invoice_id, self.now() + int(self.company.settling_seconds * 1000))

    def linked(self, kind: ObjectType, record_id: str, other: ObjectType) -> list[Record]:
        """Return the live objects of another type that an object is associated with, oldest association first."""
        found = (self.store.find(other, other_id) for other_id in self.associations.of(kind, record_id, other))
        return [record for record in found if record]

    def is_custom(self, kind: ObjectType, name: str) -> bool:
        """Whether a property was made by an app or a person; such ones may always be written."""
        definition = self.catalogue.definitions[kind.name].get(name)
        return definition is not None and not definition.hubspot_defined

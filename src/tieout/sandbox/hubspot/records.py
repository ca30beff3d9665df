"""One object of the account, with everything that was ever written to it."""

from collections.abc import Iterable, Mapping

import msgspec

from tieout.sandbox.hubspot import moments
from tieout.sandbox.hubspot.errors import JsonMap
from tieout.sandbox.hubspot.object_types import ObjectType


class Source(msgspec.Struct, frozen=True):
    """Who writes: HubSpot's change source, and its id (`userId:1` for a person)."""

    type: str
    id: str
    label: str = ""


CALCULATED = Source("CALCULATED", "CalculatedPropertyComputer")
HUBSPOT = Source("INTERNAL_PROCESSING", "HubSpot", "Internal processing")


class Write(msgspec.Struct, array_like=True):
    """One write: when (ms), by whom, and the values it set ("" = cleared)."""

    at: int
    source: str
    source_id: str
    changes: dict[str, str]


class Record(msgspec.Struct):
    """One object.

    values: name → text, without the empty ones; never changed in place, so that an index or a stale read may keep
    it. previous: the values before the last request that wrote; created, modified, archived: milliseconds.
    """

    id: str
    values: dict[str, str]
    writes: list[Write]
    created: int
    modified: int
    archived: int | None = None
    previous: dict[str, str] | None = None
    request: int = 0

    def get(self, name: str) -> str:
        """Return a value, "" if there is none."""
        return self.values.get(name, "")

    def changed_since(self, count: int) -> set[str]:
        """Return the names that writes changed after the first `count`."""
        return {name for write in self.writes[count:] for name in write.changes}

    def source_of(self, name: str) -> str:
        """Return the change source of a property's present value, "" if it was never set."""
        return next((write.source for write in reversed(self.writes) if name in write.changes), "")

    def history(self, name: str, until: int) -> list[JsonMap]:
        """Return the values that a property had up to a moment (ms), newest first."""
        return [
            {
                "value": write.changes[name],
                "timestamp": moments.iso(write.at),
                "sourceType": write.source,
                "sourceId": write.source_id,
            }
            for write in reversed(self.writes)
            if name in write.changes and write.at <= until
        ]


def shown(
    kind: ObjectType,
    record: Record,
    names: Iterable[str],
    *,
    values: Mapping[str, str] | None = None,
    history: Iterable[str] = (),
) -> JsonMap:
    """Return an object as the API shows it.

    names: properties, sorted; values: shown instead of the present ones (index, stale read).
    """
    archived = record.archived if values is None else None
    values = record.values if values is None else values
    answer: JsonMap = {
        "id": record.id,
        "properties": {name: values.get(name) for name in names},
        "createdAt": moments.iso(record.created),
        "updatedAt": values[kind.modified],
        "archived": archived is not None,
    }
    if archived is not None:
        answer["archivedAt"] = moments.iso(archived)
    wanted = list(history)
    if wanted:
        until = moments.milliseconds(values[kind.modified])
        answer["propertiesWithHistory"] = {name: record.history(name, until) for name in wanted}
    return answer

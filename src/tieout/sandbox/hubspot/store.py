"""All objects of the account: ids, unique values, versions, and what archiving and merging leave behind."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

from tieout.sandbox.hubspot import moments
from tieout.sandbox.hubspot.index import Index
from tieout.sandbox.hubspot.object_types import ALL, CONTACTS, ObjectType
from tieout.sandbox.hubspot.properties import Catalogue
from tieout.sandbox.hubspot.records import Record, Source, Write

FIRST_ID = 1001


class Store:
    """The objects of each type, by id.

    now: gives the present moment in milliseconds. follows: whether the id of an object of this type that was merged
    away still finds its survivor. Ids count up for each type, so that the same number may stand for
    a contact and for a company, as in HubSpot.
    """

    def __init__(self, now: Callable[[], int], catalogue: Catalogue, follows: Callable[[ObjectType], bool]) -> None:
        self.now = now
        self._follows = follows
        self._catalogue = catalogue
        self.request = 0
        self.records: dict[str, dict[str, Record]] = {kind.name: {} for kind in ALL}
        self.aliases: dict[str, dict[str, str]] = {kind.name: {} for kind in ALL}
        self.next_ids: dict[str, int] = {kind.name: FIRST_ID for kind in ALL}
        self.rebuild()

    def rebuild(self) -> None:
        """Make the indexes again from the records, all of them visible to searches at once."""
        self.indexes: dict[str, Index] = {kind.name: Index() for kind in ALL}
        self._order: dict[str, list[int]] = {}
        self._holders: dict[str, dict[tuple[str, str], str]] = {kind.name: {} for kind in ALL}
        self._archived: dict[str, dict[tuple[str, str], str]] = {kind.name: {} for kind in ALL}
        for kind in ALL:
            records = self.records[kind.name]
            self._order[kind.name] = sorted(int(record_id) for record_id in records)
            index = self.indexes[kind.name]
            for record in records.values():
                if record.archived is None:
                    index.note(0, record, record.values)
                else:
                    self._put_away(kind, record)
            index.catch_up(0)
            self.index_unique(kind)

    def index_unique(self, kind: ObjectType) -> None:
        """Note again which object holds which unique value, after a unique property was made."""
        self._holders[kind.name] = {}
        for record in self.records[kind.name].values():
            if record.archived is None:
                self._hold(kind, record)

    def find(self, kind: ObjectType, record_id: str, *, archived: bool = False) -> Record | None:
        """Return an object by id; that of one merged away finds its survivor, where ids of this type do so."""
        records = self.records[kind.name]
        record = records.get(record_id)
        if record is None and self._follows(kind):
            record = records.get(self.aliases[kind.name].get(record_id, ""))
        return record if record and (record.archived is not None) == archived else None

    def holder(self, kind: ObjectType, name: str, value: str, *, archived: bool = False) -> Record | None:
        """Return the object that holds a unique value; archived: the one that was archived with it last."""
        holders = self._archived if archived else self._holders
        found = holders[kind.name].get((name, folded(name, value)))
        return self.records[kind.name][found] if found else None

    def after(self, kind: ObjectType, first: int, *, archived: bool) -> Iterator[Record]:
        """Yield objects by ascending id, from the id `first` on."""
        order, records = self._order[kind.name], self.records[kind.name]
        for place in range(bisect_left(order, first), len(order)):
            record = records[str(order[place])]
            if (record.archived is not None) == archived:
                yield record

    def create(self, kind: ObjectType, values: Mapping[str, str], source: Source) -> Record:
        """Create an object from checked values."""
        now = self.now()
        number = self.next_ids[kind.name]
        self.next_ids[kind.name] = number + 1
        created = moments.milliseconds(values[kind.created]) if values.get(kind.created) else now
        whole = {
            "hs_object_id": str(number),
            kind.created: moments.iso(created),
            "hs_object_source": source.type,
            "hs_object_source_id": source.id,
            "hs_object_source_label": source.label or source.type,
            **{name: value for name, value in values.items() if value},
            kind.modified: moments.iso(now),
        }
        write = Write(now, source.type, source.id, whole)
        record = Record(str(number), whole, [write], created, now, request=self.request)
        self.records[kind.name][record.id] = record
        self._order[kind.name].append(number)
        self._hold(kind, record)
        self.indexes[kind.name].note(now, record, whole)
        return record

    def write(self, kind: ObjectType, record: Record, changes: Mapping[str, str], source: Source) -> None:
        """Write checked values ("" clears); the modified date moves even where nothing differs."""
        changed = {name: value for name, value in changes.items() if record.values.get(name, "") != value}
        now = self.now()
        at = max(now, record.modified + 1)
        values = {**record.values, **changed, kind.modified: moments.iso(at)}
        for name, value in changed.items():
            if not value:
                del values[name]
        if record.request != self.request:
            record.previous, record.request = record.values, self.request
        unique = [name for name in self._catalogue.unique[kind.name] if name in changed]
        for name in unique:
            self._holders[kind.name].pop((name, folded(name, record.get(name))), None)
        record.values, record.modified = values, at
        if changed:
            record.writes.append(Write(at, source.type, source.id, changed))
        if unique:
            self._hold(kind, record)
        self.indexes[kind.name].note(now, record, values)

    def calculate(self, kind: ObjectType, record: Record, changes: Mapping[str, str], source: Source) -> None:
        """Write derived values, but only if one of them differs."""
        if any(record.values.get(name, "") != value for name, value in changes.items()):
            self.write(kind, record, changes, source)

    def archive(self, kind: ObjectType, record: Record) -> None:
        """Archive an object; its unique values become free."""
        now = self.now()
        record.archived = record.modified = max(now, record.modified + 1)
        record.values = {**record.values, kind.modified: moments.iso(record.modified)}
        self._release(kind, record)
        self._put_away(kind, record)
        self.indexes[kind.name].note(now, record, None)

    def absorb(self, kind: ObjectType, record: Record, survivor_id: str) -> None:
        """Take an object away that was merged into another; its id, and those it had absorbed, lead there."""
        self._release(kind, record)
        del self.records[kind.name][record.id]
        order = self._order[kind.name]
        del order[bisect_left(order, int(record.id))]
        aliases = self.aliases[kind.name]
        for old in [old for old, new in aliases.items() if new == record.id]:
            aliases[old] = survivor_id
        aliases[record.id] = survivor_id
        self.indexes[kind.name].note(self.now(), record, None)

    def claim(self, kind: ObjectType, record: Record) -> None:
        """Give an object the unique values that it took over from merged ones."""
        self._hold(kind, record)

    def _hold(self, kind: ObjectType, record: Record) -> None:
        holders = self._holders[kind.name]
        for key in self._keys(kind, record):
            holders[key] = record.id

    def _release(self, kind: ObjectType, record: Record) -> None:
        holders = self._holders[kind.name]
        for key in [key for key in self._keys(kind, record) if holders.get(key) == record.id]:
            del holders[key]

    def _put_away(self, kind: ObjectType, record: Record) -> None:
        self._archived[kind.name].update(dict.fromkeys(self._keys(kind, record), record.id))

    def _keys(self, kind: ObjectType, record: Record) -> Iterator[tuple[str, str]]:
        for name in self._catalogue.unique[kind.name]:
            if name in record.values:
                yield name, folded(name, record.values[name])
        if kind is CONTACTS:
            for email in filter(None, record.get("hs_additional_emails").split(";")):
                yield "email", folded("email", email)


def folded(name: str, value: str) -> str:
    """Return a unique value as it is compared: e-mail addresses without case, others as they stand."""
    return value.casefold() if name == "email" else value

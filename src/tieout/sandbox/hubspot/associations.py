"""Who is associated with whom, and by which types."""

from collections.abc import Iterable, Iterator

from tieout.sandbox.hubspot import errors
from tieout.sandbox.hubspot.association_types import (
    DEFAULTS,
    FIRST_CUSTOM_ID,
    PRIMARY_COMPANY,
    STANDARD,
    USER_DEFINED,
    AssociationType,
)
from tieout.sandbox.hubspot.errors import JsonMap
from tieout.sandbox.hubspot.object_types import COMPANIES, CONTACTS, ObjectType

MOST_LABELS = 10

End = tuple[ObjectType, str]


class Associations:
    """The graph of one account.

    edges: from type → to type → from id → to id → type ids, in both directions, oldest association first.
    """

    def __init__(self) -> None:
        self.custom: dict[int, AssociationType] = {}
        self.edges: dict[str, dict[str, dict[str, dict[str, list[int]]]]] = {}

    def of(self, kind: ObjectType, record_id: str, other: ObjectType) -> dict[str, list[int]]:
        """Return the associated ids of one type, oldest first, with their association type ids."""
        return self.edges.get(kind.name, {}).get(other.name, {}).get(record_id, {})

    def everything(self, kind: ObjectType, record_id: str) -> Iterator[tuple[str, str, list[int]]]:
        """Yield type name, id and association type ids of all that an object is associated with."""
        for name, ends in self.edges.get(kind.name, {}).items():
            for other_id, type_ids in ends.get(record_id, {}).items():
                yield name, other_id, type_ids

    def type(self, type_id: int) -> AssociationType | None:
        """Return an association type by id."""
        return STANDARD.get(type_id) or self.custom.get(type_id)

    def between(self, source: ObjectType, target: ObjectType) -> list[AssociationType]:
        """Return the types that lead from one object type to another."""
        known = (*STANDARD.values(), *self.custom.values())
        return [one for one in known if (one.source, one.target) == (source.name, target.name)]

    def default(self, source: ObjectType, target: ObjectType) -> int:
        """Return the unlabelled type id between two object types. Raises Refusal (400)."""
        type_id = DEFAULTS.get((source.name, target.name))
        if type_id is None:
            raise errors.invalid(
                f"No association type exists between {source.constant} and {target.constant}",
                sub_category="crm.associations.INVALID_ASSOCIATION_TYPE",
                context={"fromObjectType": [source.id], "toObjectType": [target.id]},
            )
        return type_id

    def check(self, source: ObjectType, target: ObjectType, type_id: object) -> int:
        """Return a type id that leads from one object type to another. Raises Refusal (400)."""
        found = self.type(type_id) if isinstance(type_id, int) else None
        if found is None or (found.source, found.target) != (source.name, target.name):
            raise errors.invalid(
                f"{type_id} is not a valid association type between {source.constant} and {target.constant}",
                sub_category="crm.associations.INVALID_ASSOCIATION_TYPE",
                context={"type": [str(type_id)], "fromObjectType": [source.id], "toObjectType": [target.id]},
            )
        return found.id

    def link(self, source: End, target: End, type_ids: Iterable[int], *, replace: bool = False) -> None:
        """Associate two objects by these types and the unlabelled one; `replace` forgets labels set before."""
        (kind, record_id), (other, other_id) = source, target
        old = [] if replace else self.of(kind, record_id, other).get(other_id, [])
        new = list(dict.fromkeys((self.default(kind, other), *old, *type_ids)))
        inverse = [found.inverse for type_id in new if (found := self.type(type_id))]
        if kind is other and record_id == other_id:
            raise errors.invalid("An object cannot be associated with itself.")
        self._side(kind, record_id, other)[other_id] = new
        self._side(other, other_id, kind)[record_id] = inverse

    def unlink(self, source: End, target: End) -> bool:
        """Forget an association with all its labels; False if there was none."""
        (kind, record_id), (other, other_id) = source, target
        if other_id not in self.of(kind, record_id, other):
            return False
        del self._side(kind, record_id, other)[other_id]
        del self._side(other, other_id, kind)[record_id]
        return True

    def take_over(self, old: End, new: End, target: End, type_ids: Iterable[int]) -> None:
        """Put an object in another's place in an association, by these types."""
        (kind, old_id), (_, new_id), (other, other_id) = old, new, target
        order = [new_id if one == old_id else one for one in self.of(other, other_id, kind)]
        self.unlink(old, target)
        self.link(new, target, type_ids)
        side = self._side(other, other_id, kind)
        held = {one: side[one] for one in dict.fromkeys(order)}
        side.clear()
        side.update(held)

    def unlabel(self, source: End, target: End, type_ids: Iterable[int]) -> None:
        """Take labels away; the association itself stays."""
        (kind, record_id), (other, other_id) = source, target
        held, gone = self.of(kind, record_id, other).get(other_id, []), set(type_ids)
        if held:
            self.link(source, target, [type_id for type_id in held if type_id not in gone], replace=True)

    def add_label(self, source: ObjectType, target: ObjectType, label: str, inverse_label: str | None) -> list[int]:
        """Create a custom label, one type id for each direction. Raises Refusal (400) beyond ten for a pair."""
        self.default(source, target)
        if sum(one.category == USER_DEFINED for one in self.between(source, target)) >= MOST_LABELS:
            raise errors.invalid(f"A pair of object types can have at most {MOST_LABELS} labels.")
        forth = FIRST_CUSTOM_ID + len(self.custom)
        back = forth + 1
        self.custom[forth] = AssociationType(forth, source.name, target.name, back, label, USER_DEFINED)
        self.custom[back] = AssociationType(back, target.name, source.name, forth, inverse_label or label, USER_DEFINED)
        return [forth, back]

    def primary_company(self, contact_id: str) -> str:
        """Return the id of a contact's primary company, "" if it has none."""
        companies = self.of(CONTACTS, contact_id, COMPANIES)
        return next((company for company, type_ids in companies.items() if PRIMARY_COMPANY in type_ids), "")

    def as_json(self, type_ids: Iterable[int]) -> list[JsonMap]:
        """Return association types as `{category, typeId, label}`."""
        found = [one for type_id in type_ids if (one := self.type(type_id))]
        return [{"category": one.category, "typeId": one.id, "label": one.label} for one in found]

    def _side(self, kind: ObjectType, record_id: str, other: ObjectType) -> dict[str, list[int]]:
        return self.edges.setdefault(kind.name, {}).setdefault(other.name, {}).setdefault(record_id, {})

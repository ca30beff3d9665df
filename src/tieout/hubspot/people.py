"""Companies and contacts become customers: stored as parts, then assembled into every record that they touch."""

from collections.abc import Iterable, Sequence

import msgspec

from tieout.core.records import Kind
from tieout.hubspot.documents import Document
from tieout.hubspot.lens import customer as lens
from tieout.hubspot.lens.customer import COMPANIES, CONTACTS, Model
from tieout.remote.ports import Part, Shelf
from tieout.remote.rows import Row

_LEFT = "left"
_MOST_LEFT = 5
_FLOOR = "floor"


class People:
    """Assembles customers under one customer model, from the parts on the shelf."""

    def __init__(self, shelf: Shelf, model: Model) -> None:
        self._shelf = shelf
        self.model = model

    def customers(self, type_: str, documents: Sequence[Document], *, others: bool = True) -> list[Row]:
        """Store companies or contacts just read, and return the customers that they are or, with `others`, belong to.

        A row's version is that of its youngest part, also of a part that just left it.
        """
        ids = [one.id for one in documents]
        self._shelf.put(self._fresh(type_, documents))
        now = self._shelf.get(type_, ids)
        if type_ == COMPANIES and self.model == "company":
            return self._companies(now.values())
        if type_ == COMPANIES:
            return self._employees(ids) if others else []
        rows = self._contacts(now.values())
        if self.model == "company" and others:
            rows += self._employers(now.values())
        return rows

    def refresh(self, type_: str, documents: Sequence[Document]) -> None:
        """Store companies or contacts just read; a contact that changed its company is left to the feed."""
        stored = self._shelf.get(type_, [one.id for one in documents])
        fresh = self._fresh(type_, documents)
        self._shelf.put([one for one in fresh if one.id not in stored or stored[one.id].parent == one.parent])

    def assembled(self, id_: str) -> Row | None:
        """A customer as its stored parts make it, `company:…` or `contact:…`; None where they are not stored."""
        prefix, _, number = id_.partition(":")
        type_ = COMPANIES if prefix == "company" else CONTACTS
        part = self._shelf.get(type_, [number]).get(number)
        if part is None or (type_ == COMPANIES and self.model == "contact"):
            return None
        return (self._companies([part]) if type_ == COMPANIES else self._contacts([part]))[0]

    def parts(self, type_: str, ids: Sequence[str]) -> dict[str, Part]:
        """The stored companies or contacts among `ids`."""
        return self._shelf.get(type_, ids)

    def members(self, company: str) -> list[str]:
        """The ids of the stored contacts of a company, ascending."""
        return [one.id for one in self._shelf.children(CONTACTS, [company]).get(company, [])]

    def forget(self, type_: str, ids: Sequence[str], version: int) -> list[Row]:
        """Drop records that are gone, and return the customers that they were a part of, at `version` or later."""
        left = {part.parent: version for part in self._shelf.get(type_, ids).values() if part.parent}
        self._shelf.drop(type_, ids)
        if self.model == "contact" or not left:
            return []
        return self._companies(self._raised(left))

    def _fresh(self, type_: str, documents: Sequence[Document]) -> list[Part]:
        """Documents as parts; a company keeps its floor, a contact keeps in mind the companies that it left last.

        Their rows must come once more after a crash between this and the storing of rows, and where their names made
        up the contact's record, its version may not fall behind theirs.
        """
        stored = self._shelf.get(type_, [one.id for one in documents])
        fresh = []
        for one in documents:
            part, old = lens.part(type_, one), stored.get(one.id)
            if old is not None:
                left = [each for each in dict.fromkeys((*_left(old), old.parent)) if each not in ("", part.parent)]
                if left:
                    part.body[_LEFT] = ";".join(left[-_MOST_LEFT:])
                if _FLOOR in old.body:
                    part.body[_FLOOR] = old.body[_FLOOR]
            fresh.append(part)
        return fresh

    def _raised(self, floors: dict[str, int]) -> list[Part]:
        """Stored companies whose records are from now on at least at these versions: somebody came or left."""
        companies = []
        for id_, part in self._shelf.get(COMPANIES, sorted(floors)).items():
            floor = max(floors[id_], _floor(part))
            companies.append(msgspec.structs.replace(part, body={**part.body, _FLOOR: str(floor)}))
        self._shelf.put(companies)
        return companies

    def _companies(self, companies: Iterable[Part]) -> list[Row]:
        held = list(companies)
        people = self._shelf.children(CONTACTS, [one.id for one in held])
        rows = []
        for one in held:
            own = people.get(one.id, [])
            version = max(one.version, _floor(one), *(each.version for each in own))
            rows.append(Row(Kind.CUSTOMER, f"company:{one.id}", version, lens.company(one, own)))
        return rows

    def _contacts(self, contacts: Iterable[Part]) -> list[Row]:
        held = list(contacts)
        employers: dict[str, Part] = {}
        if self.model == "contact":
            wanted = {company for one in held for company in (one.parent, *_left(one)) if company}
            employers = self._shelf.get(COMPANIES, sorted(wanted)) if wanted else {}
        rows = []
        for one in held:
            used = [employers[company] for company in (one.parent, *_left(one)) if company in employers]
            version = max([one.version, *(each.version for each in used)])
            record = lens.contact(one, employers.get(one.parent), self.model)
            rows.append(Row(Kind.CUSTOMER, f"contact:{one.id}", version, record))
        return rows

    def _employees(self, companies: Sequence[str]) -> list[Row]:
        """The contacts to whom companies lend their names."""
        people = self._shelf.children(CONTACTS, companies)
        return self._contacts(one for some in people.values() for one in some if not one.body.get("company"))

    def _employers(self, contacts: Iterable[Part]) -> list[Row]:
        """The companies that contacts belong to now or belonged to before."""
        at_least: dict[str, int] = {}
        for part in contacts:
            for company in (part.parent, *_left(part)):
                if company:
                    at_least[company] = max(part.version, at_least.get(company, 0))
        return self._companies(self._raised(at_least)) if at_least else []


def _floor(company: Part) -> int:
    return int(company.body.get(_FLOOR) or 0)


def _left(contact: Part) -> list[str]:
    return (contact.body.get(_LEFT) or "").split(";") if _LEFT in contact.body else []

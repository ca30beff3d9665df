"""Companies and contacts become customers: stored as parts, then assembled into every record that they touch."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from tieout.core.records import Kind
from tieout.hubspot.documents import Document
from tieout.hubspot.lens import customer as lens
from tieout.hubspot.lens.customer import COMPANIES, CONTACTS, Model
from tieout.hubspot.lens.mapped import View
from tieout.remote.ports import Part, Shelf
from tieout.remote.rows import Row

_LEFT = "left"
_MOST_LEFT = 5


class People:
    """Assembles customers under one customer model, from the parts on the shelf.

    A row's version is that of its youngest part, and falls where that part leaves: its content is the newest all the
    same, since no part on the shelf ever gives way to an older one.
    """

    def __init__(self, shelf: Shelf, model: Model, view: View) -> None:
        self._shelf = shelf
        self.model = model
        self.view = view

    def customers(self, type_: str, documents: Sequence[Document], *, others: bool = True) -> list[Row]:
        """Store companies or contacts just read; return the customers that they are and, with `others`, belong to."""
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

    def persons(self, customers: Collection[str]) -> dict[str, str]:
        """The contact, `contact:…`, that speaks for each customer: a company's first; empty where there is none."""
        companies = {one: one.partition(":")[2] for one in customers if one.startswith("company:")}
        people = self._shelf.children(CONTACTS, sorted(companies.values()))
        first = {
            one: next((f"contact:{each.id}" for each in people.get(id_, ())), "") for one, id_ in companies.items()
        }
        return {one: first.get(one, one) for one in customers}

    def parts(self, type_: str, ids: Sequence[str]) -> dict[str, Part]:
        """The stored companies or contacts among `ids`."""
        return self._shelf.get(type_, ids)

    def members(self, company: str) -> list[str]:
        """The ids of the stored contacts of a company, ascending."""
        return [one.id for one in self._shelf.children(CONTACTS, [company]).get(company, [])]

    def forget(self, type_: str, ids: Sequence[str]) -> list[Row]:
        """Drop records that are gone, and return the customers that they were a part of."""
        gone = self._shelf.get(type_, ids)
        self._shelf.drop(type_, ids)
        return self._employers(gone.values()) if self.model == "company" else []

    def move(self, merged: Mapping[str, str]) -> None:
        """Let the stored contacts of companies that were merged belong to what these became. merged: new id by old."""
        people = self._shelf.children(CONTACTS, list(merged))
        moved = [msgspec.structs.replace(one, parent=merged[old]) for old, some in people.items() for one in some]
        self._shelf.put(moved)

    def _fresh(self, type_: str, documents: Sequence[Document]) -> list[Part]:
        """Documents as parts; a contact keeps in mind the companies that it left last.

        Their rows must come once more where a crash comes between this and the storing of rows.
        """
        stored = self._shelf.get(type_, [one.id for one in documents])
        fresh = []
        for one in documents:
            part, old = lens.part(type_, one, self.view.properties(type_)), stored.get(one.id)
            if old is not None:
                left = [each for each in dict.fromkeys((*_left(old), old.parent)) if each not in ("", part.parent)]
                if left:
                    part.body[_LEFT] = ";".join(left[-_MOST_LEFT:])
            fresh.append(part)
        return fresh

    def _companies(self, companies: Iterable[Part]) -> list[Row]:
        held = list(companies)
        people = self._shelf.children(CONTACTS, [one.id for one in held])
        rows = []
        for one in held:
            own = people.get(one.id, [])
            version = max([one.version, *(each.version for each in own)])
            person = [(CONTACTS, each.body) for each in own[:1]]
            record = self.view.add(lens.company(one, own), (COMPANIES, one.body), *person)
            rows.append(Row(Kind.CUSTOMER, record.id, version, record))
        return rows

    def _contacts(self, contacts: Iterable[Part]) -> list[Row]:
        held = list(contacts)
        employers: dict[str, Part] = {}
        if self.model == "contact":
            employers = self._shelf.get(COMPANIES, sorted({one.parent for one in held if one.parent}))
        rows = []
        for one in held:
            employer = employers.get(one.parent)
            version = max(one.version, employer.version) if employer else one.version
            record = self.view.add(lens.contact(one, employer, self.model), (CONTACTS, one.body))
            rows.append(Row(Kind.CUSTOMER, record.id, version, record))
        return rows

    def _employees(self, companies: Sequence[str]) -> list[Row]:
        """The contacts to whom companies lend their names."""
        people = self._shelf.children(CONTACTS, companies)
        return self._contacts(one for some in people.values() for one in some if not one.body.get("company"))

    def _employers(self, contacts: Iterable[Part]) -> list[Row]:
        """The companies that contacts belong to now or belonged to before."""
        ids = {company for one in contacts for company in (one.parent, *_left(one)) if company}
        return self._companies(self._shelf.get(COMPANIES, sorted(ids)).values()) if ids else []


def _left(contact: Part) -> list[str]:
    return (contact.body.get(_LEFT) or "").split(";") if _LEFT in contact.body else []

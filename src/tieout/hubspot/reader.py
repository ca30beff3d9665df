"""From ids, or from pages of documents, to whole records: what belongs to them is read along."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from tieout.core.records import Kind
from tieout.hubspot.client import Client
from tieout.hubspot.documents import Document, Unread
from tieout.hubspot.lens import customer, invoice, item, settlement, values
from tieout.hubspot.lens.customer import COMPANIES, CONTACTS, version
from tieout.hubspot.lens.invoice import CHILDREN, INVOICES, LINES, Charge
from tieout.hubspot.lens.item import PRODUCTS
from tieout.hubspot.lens.settlement import PAYMENTS
from tieout.hubspot.objects import Found, Objects
from tieout.hubspot.people import People
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.remote.ports import Part, Shelf
from tieout.remote.rows import Gone, Record, Row, Unreadable

KINDS = {
    CONTACTS: Kind.CUSTOMER,
    COMPANIES: Kind.CUSTOMER,
    PRODUCTS: Kind.ITEM,
    INVOICES: Kind.INVOICE,
    PAYMENTS: Kind.SETTLEMENT,
}
PROPERTIES: dict[str, tuple[str, ...]] = {
    **customer.PROPERTIES,
    PRODUCTS: item.PROPERTIES,
    INVOICES: invoice.PROPERTIES,
    PAYMENTS: settlement.PROPERTIES,
    LINES: invoice.LINE_PROPERTIES,
    **dict.fromkeys((invoice.DISCOUNTS, invoice.FEES, invoice.TAXES), invoice.ADJUSTMENT_PROPERTIES),
}
LINKED: dict[str, tuple[str, ...]] = {
    INVOICES: (CONTACTS, COMPANIES, *CHILDREN),
    PAYMENTS: (INVOICES, CONTACTS, COMPANIES),
}
SEEN = "seen"
LINE = "line"
_CHARGED = 300
"""Invoices whose lines are read together: many leave few batches half empty, and all at once were too much to hold."""

Links = dict[str, dict[str, list[str]]]


class Reading(msgspec.Struct):
    """What became of documents.

    marks: parts that say what was read, to be stored once the rows are stored. stale: ids of invoices that were
    answered as they were before a change that was read already; they have no row.
    """

    rows: list[Row] = []
    unreadable: list[Unreadable] = []
    marks: list[Part] = []
    stale: list[str] = []

    def add(self, other: "Reading") -> None:
        """Take another reading in."""
        self.rows += other.rows
        self.unreadable += other.unreadable
        self.marks += other.marks
        self.stale += other.stale


class Reader:
    """Reads whole records of one account. shelf: where marks of what was read are kept. zone: the account's."""

    def __init__(self, objects: Objects, people: People, shelf: Shelf, client: Client, zone: ZoneInfo) -> None:
        self.objects = objects
        self.people = people
        self.zone = zone
        self.view = people.view
        self.properties = {
            type_: tuple(dict.fromkeys((*names, *self.view.properties(type_)))) for type_, names in PROPERTIES.items()
        }
        self._shelf = shelf
        self._client = client

    def note(self, marks: Sequence[Part]) -> None:
        """Keep in mind what was just read or written, so that the feed need not read it again."""
        self._shelf.put(marks)

    async def by_id(self, type_: str, ids: Sequence[str]) -> Reading:
        """Records of one type; those that are not there come as gone rows. A stale answer is asked for once more."""
        found = await self._found(type_, list(dict.fromkeys(ids)))
        reading = await self.whole(type_, found)
        if reading.stale:
            again = await self._found(type_, reading.stale)
            reading.stale = []
            reading.add(await self.whole(type_, again))
        there = {one.id for one in found.documents} | {one.id for one in found.unread}
        missing = [id_ for id_ in dict.fromkeys(ids) if id_ not in there]
        if missing:
            reading.rows += await self._gone(type_, missing, found.documents)
        return reading

    async def whole(self, type_: str, found: Found, *, others: bool = True) -> Reading:
        """Make records of documents, reading what they are made of besides.

        others: with companies and contacts come all customers that they touch; reading everything brings those anyway.
        """
        reading = Reading(unreadable=[_unreadable(type_, one) for one in found.unread])
        match type_:
            case "contacts" | "companies":
                if others:
                    reading.rows += self._merged(type_, found.documents)
                reading.rows += self.people.customers(type_, found.documents, others=others)
            case "products":
                if others:
                    reading.rows += self._merged(type_, found.documents)
                for one in found.documents:
                    _take(reading, Kind.ITEM, one, version(one), partial(self.item, one))
            case "commerce_payments":
                links = await self._links(type_, found)
                for one in found.documents:
                    make = partial(settlement.settlement, one, links[one.id], self.zone)
                    _take(reading, Kind.SETTLEMENT, one, version(one), make)
            case _:
                reading.add(await self._invoices(found))
        reading.marks += [self.seen(type_, one) for one in found.documents if one.id not in reading.stale]
        return reading

    def invoice(
        self, document: Document, charge: Charge, *, customer: str = "", contact: str = "", parties: Sequence[str] = ()
    ) -> Invoice:
        """An invoice with all that it charges. Raises ValueError where a value makes no sense."""
        read = invoice.invoice(document, charge, customer=customer, contact=contact, parties=parties, zone=self.zone)
        return self.view.add(read, (INVOICES, document.properties))

    def item(self, document: Document) -> Item:
        """A product. Raises NotMoney."""
        return self.view.add(item.item(document), (PRODUCTS, document.properties))

    def seen(self, type_: str, document: Document) -> Part:
        """The mark that a document was read: its own version, and digests of all that Tieout reads of it.

        moving: of what moves on an invoice without its lines. digest: of all else.
        """
        names = [name for name in self.properties[type_] if not name.endswith("modifieddate")]
        moving = invoice.MOVING if type_ == INVOICES else ()
        body: dict[str, str | None] = {"digest": _digest(document, [name for name in names if name not in moving])}
        if moving:
            body["moving"] = _digest(document, moving)
        return Part(SEEN, f"{type_}:{document.id}", "", version(document), body)

    def moved(self, document: Document, held: Row) -> Row | None:
        """A finalized invoice with what moves without its lines, those as they are held; None of any other."""
        known = held.record
        if not isinstance(known, Invoice) or known.status == "draft" or version(document) < held.version:
            return None
        try:
            return Row(Kind.INVOICE, document.id, version(document), invoice.moved(known, document, self.zone))
        except ValueError:
            return None

    async def _found(self, type_: str, ids: list[str]) -> Found:
        """Read few records one by one where that saves the calls for their associations, else in batches."""
        linked = LINKED.get(type_, ())
        if len(ids) > len(linked):
            return await self.objects.read(type_, ids, self.properties[type_])
        whole = Found([], [], listed=True)
        for id_ in ids:
            one = await self.objects.one(type_, id_, self.properties[type_], linked)
            whole.documents.extend(one.documents)
            whole.unread.extend(one.unread)
        return whole

    async def _links(self, type_: str, found: Found) -> Links:
        """The ids of associated records by document and type: those listed inside, and what had to be asked for."""
        links: Links = {one.id: {to: [] for to in LINKED[type_]} for one in found.documents}
        ids = [] if found.listed else list(links)
        unlisted: dict[str, list[str]] = {to: list(ids) for to in LINKED[type_]}
        for one in found.documents:
            own = links[one.id]
            for name, listed in one.associations.items():
                to = name.replace(" ", "_")
                if to not in own:
                    continue
                own[to] = list(dict.fromkeys(each.id for each in listed.results))
                if listed.paging and listed.paging.after:
                    unlisted[to].append(one.id)
        for to, unknown in unlisted.items():
            for id_, others in (await self.objects.linked(type_, to, unknown)).items():
                links[id_][to] = others
        return links

    async def _invoices(self, invoices: Found) -> Reading:
        """Invoices with all that belongs to them: who they are for at once, what they charge a few hundred together."""
        links = await self._links(INVOICES, invoices)
        reading = await self._billed(links)
        for start in range(0, len(invoices.documents), _CHARGED):
            reading.add(await self._charged(invoices.documents[start : start + _CHARGED], links))
        return reading

    async def _charged(self, invoices: Sequence[Document], all_links: Links) -> Reading:
        reading = Reading()
        links = {one.id: all_links[one.id] for one in invoices}
        children: dict[str, dict[str, Document]] = {}
        broken: dict[str, Unread] = {}
        for type_ in CHILDREN:
            ids = [id_ for own in links.values() for id_ in own[type_]]
            found = await self.objects.read(type_, ids, self.properties[type_])
            children[type_] = {one.id: one for one in found.documents}
            broken.update({f"{type_}:{one.id}": one for one in found.unread})
        contacts = self.people.parts(CONTACTS, [id_ for own in links.values() for id_ in own[CONTACTS]])
        companies = self.people.parts(COMPANIES, [id_ for own in links.values() for id_ in own[COMPANIES]])
        known = self._shelf.get(SEEN, [f"{INVOICES}:{one.id}" for one in invoices])
        known_lines = self._shelf.get(LINE, list(children[LINES]))
        for one in invoices:
            own = links[one.id]
            lines = [children[LINES][id_] for id_ in own[LINES] if id_ in children[LINES]]
            marks = [Part(LINE, line.id, one.id, version(line), {}) for line in lines]
            if _older(version(one), known.get(f"{INVOICES}:{one.id}")) or any(
                _older(mark.version, known_lines.get(mark.id)) for mark in marks
            ):
                reading.stale.append(one.id)
                continue
            reading.marks += marks
            spoilt = next((broken[key] for to in CHILDREN for id_ in own[to] if (key := f"{to}:{id_}") in broken), None)
            if spoilt:
                reading.unreadable.append(Unreadable(Kind.INVOICE, one.id, version(one), spoilt.raw, spoilt.why))
                continue
            charge = Charge(*([children[to][id_] for id_ in own[to] if id_ in children[to]] for to in CHILDREN))
            person, payer = self._payer(one, own, contacts, companies)
            parties = [f"{customer.PREFIXES[type_]}:{id_}" for type_ in customer.PREFIXES for id_ in own[type_]]
            make = partial(self.invoice, one, charge, customer=payer, contact=person, parties=parties)
            _take(reading, Kind.INVOICE, one, max(version(one), charge.version), make)
        return reading

    async def _billed(self, links: Links) -> Reading:
        """Read the contacts and companies of invoices that are not stored yet."""
        reading = Reading()
        contacts: dict[str, Part] = {}
        for type_ in (CONTACTS, COMPANIES):
            ids = list(dict.fromkeys(id_ for own in links.values() for id_ in own[type_]))
            if type_ == COMPANIES and self.people.model == "company":
                ids += [one.parent for one in contacts.values() if one.parent and one.parent not in ids]
            stored = self.people.parts(type_, ids)
            absent = [id_ for id_ in ids if id_ not in stored]
            if absent:
                found = await self.objects.read(type_, absent, self.properties[type_])
                reading.add(await self.whole(type_, found))
            if type_ == CONTACTS:
                contacts = self.people.parts(CONTACTS, ids)
        reading.marks.clear()
        return reading

    def _payer(
        self, document: Document, own: dict[str, list[str]], contacts: dict[str, Part], companies: dict[str, Part]
    ) -> tuple[str, str]:
        """The contact of an invoice and its customer under the model, as ids; empty where there is none."""
        shown = document.properties
        number = _choose(own[CONTACTS], contacts, "email", shown.get(invoice.SHOWN_CONTACT))
        person = f"contact:{number}" if number else ""
        if self.people.model == "contact":
            return person, person
        firm = _choose(own[COMPANIES], companies, "name", shown.get(invoice.SHOWN_COMPANY))
        if not firm and number in contacts:
            firm = contacts[number].parent
        return person, f"company:{firm}" if firm else person

    def _merged(self, type_: str, documents: Sequence[Document]) -> list[Row]:
        """What was merged into these companies, contacts or products, as gone rows: no search names them again."""
        formers = {former: one.id for one in documents for former in values.formers(one.id, one.properties)}
        if not formers or (type_ == COMPANIES and self.people.model == "contact"):
            return []
        if type_ == COMPANIES:
            self.people.move(formers)
        prefix = f"{customer.PREFIXES[type_]}:" if type_ in customer.PREFIXES else ""
        at = values.epoch(self._client.server_now())
        rows = [Row(KINDS[type_], prefix + id_, at, None, "merged", prefix + into) for id_, into in formers.items()]
        return rows + (self.people.forget(type_, list(formers)) if prefix else [])

    async def _gone(self, type_: str, missing: Sequence[str], found: Sequence[Document]) -> list[Row]:
        """What became of records that are not there: merged into one that came in their place, archived, or deleted."""
        merged = {former: one.id for one in found for former in values.formers(one.id, one.properties)}
        lost = [id_ for id_ in missing if id_ not in merged]
        archive = await self.objects.read(type_, lost, [], archived=True) if lost else Found([], [])
        archived = {one.id: one for one in archive.documents}
        prefix = f"{customer.PREFIXES[type_]}:" if type_ in customer.PREFIXES else ""
        at = values.epoch(self._client.server_now())
        kind = KINDS[type_]
        rows = []
        for id_ in missing:
            how: Gone = "merged" if id_ in merged else "archived" if id_ in archived else "deleted"
            rows.append(Row(kind, prefix + id_, at, None, how, prefix + merged[id_] if id_ in merged else ""))
        if prefix:
            rows += self.people.forget(type_, missing)
        return rows


def _digest(document: Document, names: Iterable[str]) -> str:
    content = "\0".join(f"{name}\1{document.properties.get(name) or ''}" for name in names)
    return hashlib.sha256(content.encode()).hexdigest()


def _older(version_: int, mark: Part | None) -> bool:
    return mark is not None and version_ < mark.version


def _take(reading: Reading, kind: Kind, document: Document, at: int, make: Callable[[], Record]) -> None:
    """Add the record that a document makes, or, where it makes none, the document and the reason."""
    try:
        reading.rows.append(Row(kind, document.id, at, make()))
    except ValueError as error:
        reading.unreadable.append(Unreadable(kind, document.id, at, msgspec.json.encode(document), str(error)))


def _choose(ids: Sequence[str], parts: dict[str, Part], name: str, shown: str | None) -> str:
    """The record that the invoice shows, where one of several bears what is shown; else the oldest."""
    if len(ids) > 1 and shown:
        for id_ in ids:
            if id_ in parts and parts[id_].body.get(name) == shown:
                return id_
    return min(ids, key=values.by_number, default="")


def _unreadable(type_: str, unread: Unread) -> Unreadable:
    prefix = f"{customer.PREFIXES[type_]}:" if type_ in customer.PREFIXES else ""
    return Unreadable(KINDS[type_], prefix + unread.id, 0, unread.raw, unread.why)

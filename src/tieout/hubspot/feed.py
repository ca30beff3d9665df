"""Hearing of changes in HubSpot: first everything by pages, then what changed by searches.

A search is a hint (id and modified date): it lags behind, so each begins a little before the last one ended, and the
values come from reads by id. Pages follow each other by the modified date itself, never by an offset, which would
skip records that change meanwhile (HubSpot, "Search" guide: at most 10,000 results of one query).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

import msgspec

from tieout.core.records import Kind
from tieout.hubspot import limits
from tieout.hubspot.client import Client
from tieout.hubspot.documents import Document
from tieout.hubspot.lens import values
from tieout.hubspot.lens.customer import COMPANIES, CONTACTS, Model, version
from tieout.hubspot.lens.invoice import INVOICES, LINES
from tieout.hubspot.lens.item import PRODUCTS
from tieout.hubspot.lens.settlement import PAYMENTS
from tieout.hubspot.objects import Found, batches
from tieout.hubspot.reader import KINDS, LINE, LINKED, SEEN, Reader, Reading
from tieout.remote.errors import Unavailable
from tieout.remote.ports import Clock, Part, Shelf
from tieout.remote.rows import Batch, Row

Held = Callable[[Kind, Sequence[str]], Sequence[Row]]

SEARCHED = (COMPANIES, CONTACTS, PRODUCTS, INVOICES, LINES, PAYMENTS)
"""Invoices before their lines: an invoice is read with all of its lines, which then are known already."""
_STEPS: dict[Model, tuple[str, ...]] = {
    "company": (CONTACTS, COMPANIES, PRODUCTS, INVOICES, PAYMENTS),
    "contact": (COMPANIES, CONTACTS, PRODUCTS, INVOICES, PAYMENTS),
}
_SKEW = timedelta(seconds=60)
_OVERLAP = timedelta(seconds=2)


class Cursor(msgspec.Struct, omit_defaults=True):
    """Where the feed stands. marks: by type, milliseconds up to which all changes are known.

    step, after: in a complete read, the type that is being read and the next page's cursor. only: the types to read
    then; none = all. read: properties that were asked for besides Tieout's own, as `invoices.reference`.
    """

    marks: dict[str, int]
    step: str = ""
    after: str = ""
    only: tuple[str, ...] = ()
    read: tuple[str, ...] = ()


class Feed:
    """One account's changes, as batches to be stored one by one.

    lag: how far a search may be behind. held: the records that the mirror holds, by kind and ids.
    """

    def __init__(self, *, client: Client, reader: Reader, shelf: Shelf, clock: Clock, lag: float, held: Held) -> None:
        self._client = client
        self._reader = reader
        self._objects = reader.objects
        self._shelf = shelf
        self._clock = clock
        self._lag = timedelta(seconds=lag)
        self._held = held

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """Everything for an empty cursor, else what came after it. What was read is noted once a batch is stored."""
        wanted = self._reader.view.read
        if cursor:
            at = self._with_more(msgspec.json.decode(cursor, type=Cursor), wanted)
        else:
            at = Cursor(dict.fromkeys(SEARCHED, self._known_until()), step=_STEPS[self._reader.people.model][0])
        at.read = wanted
        ways = [self._everything(at)] if at.step else []
        if not at.step or at.only:
            ways.append(self._changes(at))
        for way in ways:
            async for reading, complete in way:
                yield Batch(
                    rows=tuple(reading.rows),
                    unreadable=tuple(reading.unreadable),
                    cursor=msgspec.json.encode(at).decode(),
                    complete=complete,
                )
                if reading.marks:
                    self._shelf.put(reading.marks)

    def _with_more(self, at: Cursor, wanted: Sequence[str]) -> Cursor:
        """The cursor, or where properties are wanted that were not so far, one that reads their types once more."""
        types = {name.partition(".")[0] for name in wanted if name not in at.read}
        if not types:
            return at
        if CONTACTS in types and self._reader.people.model == "company":
            types.add(COMPANIES)  # they show what their person holds
        if at.step and not at.only:
            return Cursor(at.marks, step=_STEPS[self._reader.people.model][0])
        again = [type_ for type_ in _STEPS[self._reader.people.model] if type_ in types or type_ in at.only]
        return Cursor(at.marks, step=again[0], only=tuple(again))

    async def _everything(self, at: Cursor) -> AsyncIterator[tuple[Reading, bool]]:
        steps = at.only or _STEPS[self._reader.people.model]
        for step in steps[steps.index(at.step) :]:
            while True:
                found = await self._objects.page(step, self._reader.properties[step], at.after, LINKED.get(step, ()))
                reading = await self._reader.whole(step, found, others=False)
                if reading.stale:
                    again = await self._reader.by_id(step, reading.stale)
                    reading.stale = []
                    reading.add(again)
                if reading.stale:
                    raise Unavailable("HubSpot shows records as they were before their last change.")
                if step != INVOICES:
                    reading.marks = [one for one in reading.marks if one.version >= at.marks[step]]
                at.step, at.after = step, found.after
                if not found.after:
                    following = steps[steps.index(step) + 1 :]
                    at.step = following[0] if following else ""
                    at.only = at.only if following else ()
                yield reading, not at.step
                if not found.after:
                    break

    async def _changes(self, at: Cursor) -> AsyncIterator[tuple[Reading, bool]]:
        for type_ in SEARCHED:
            newest = at.marks[type_]
            stale: list[int] = []
            known = 0
            async for hits in self._many(type_, newest - _whole(self._lag + _OVERLAP)):
                # Reading what was found may take long; changes made meanwhile are for the next search.
                known = known or self._known_until()
                newest = max([newest, *(version(hit) for hit in hits)])
                if some := self._unknown(type_, hits):
                    reading = await self._read(type_, some)
                    stale += [min(some.values())] if reading.stale else _behind(type_, some, reading)
                    if reading.rows or reading.unreadable or reading.marks:
                        yield reading, False
                at.marks[type_] = min([newest, *stale])
            at.marks[type_] = min([max(newest, known), *stale])
        yield Reading(), False

    def _known_until(self) -> int:
        """The moment up to which a search has now shown all changes, by HubSpot's own clock where it told it."""
        told = self._client.server_time()
        return values.epoch((told or self._clock.now() - _SKEW) - self._lag)

    async def _many(self, type_: str, since: int) -> AsyncIterator[list[Document]]:
        """Search results, as many together as one call asks the associations of."""
        waiting: list[Document] = []
        async for hits in self._hits(type_, since):
            waiting += hits
            if len(waiting) >= limits.ASSOCIATIONS_BATCH:
                yield waiting
                waiting = []
        yield waiting

    async def _hits(self, type_: str, since: int) -> AsyncIterator[list[Document]]:
        """Search results from `since` (milliseconds) on, page by page; those of a page's last moment may come twice."""
        name = "lastmodifieddate" if type_ == CONTACTS else "hs_lastmodifieddate"
        while True:
            page = await self._objects.search(type_, [_filter(name, "GTE", str(since))], name, [name])
            yield page
            if len(page) < limits.SEARCH_PAGE:
                return
            last = version(page[-1])
            if last > since:
                since = last
                continue
            async for same in self._of_one_moment(type_, name, since):
                yield same
            since += 1

    async def _of_one_moment(self, type_: str, name: str, moment: int) -> AsyncIterator[list[Document]]:
        """All records changed in one millisecond, where they fill more than a page: by ascending id."""
        last = "0"
        while True:
            filters = [_filter(name, "EQ", str(moment)), _filter("hs_object_id", "GT", last)]
            page = await self._objects.search(type_, filters, "hs_object_id", [name])
            yield page
            if len(page) < limits.SEARCH_PAGE:
                return
            last = page[-1].id

    def _unknown(self, type_: str, hits: Sequence[Document]) -> dict[str, int]:
        """The hits that were not read at that version yet, as id and version."""
        wanted = {hit.id: version(hit) for hit in hits}
        if type_ == LINES:
            held = {id_: part.version for id_, part in self._shelf.get(LINE, list(wanted)).items()}
        else:
            marks = self._shelf.get(SEEN, [f"{type_}:{id_}" for id_ in wanted])
            held = {id_.partition(":")[2]: part.version for id_, part in marks.items()}
            if type_ in (PRODUCTS, PAYMENTS):
                for row in self._held(KINDS[type_], list(wanted)):
                    held[row.id] = max(row.version, held.get(row.id, 0))
        return {id_: at for id_, at in wanted.items() if held.get(id_, 0) < at}

    async def _read(self, type_: str, wanted: dict[str, int]) -> Reading:
        if type_ == LINES:
            return await self._lines(wanted)
        if type_ == INVOICES:
            return await self._invoices(list(wanted))
        return await self._reader.by_id(type_, list(wanted))

    async def _lines(self, wanted: dict[str, int]) -> Reading:
        """Read the invoices of changed lines; lines of other documents are noted and passed over."""
        parents = {id_: part.parent for id_, part in self._shelf.get(LINE, list(wanted)).items() if part.parent}
        strange = [id_ for id_ in wanted if id_ not in parents]
        if strange:
            linked = await self._objects.linked(LINES, INVOICES, strange)
            parents |= {id_: invoices[0] for id_, invoices in linked.items() if invoices}
        reading = Reading()
        for some in batches(list(parents.values()), limits.BATCH):
            reading.add(await self._reader.by_id(INVOICES, some))
        read = {one.id for one in reading.marks if one.type == LINE}
        reading.marks += [
            Part(LINE, id_, parent, at, {})
            for id_, at in wanted.items()
            if id_ not in read and (parent := parents.get(id_, "")) not in reading.stale
        ]
        return reading

    async def _invoices(self, ids: Sequence[str]) -> Reading:
        """Read invoices anew, save those of which nothing changed that Tieout reads: they bear our own annotations.

        Where one only moved by a payment or a due date, its lines are not read: changes of those have their own search.
        """
        marks = self._shelf.get(SEEN, [f"{INVOICES}:{id_}" for id_ in ids])
        before = {id_: marks[key] for id_ in ids if (key := f"{INVOICES}:{id_}") in marks}
        reading = await self._reader.by_id(INVOICES, [id_ for id_ in ids if id_ not in before])
        if not before:
            return reading
        found = await self._objects.read(INVOICES, list(before), self._reader.properties[INVOICES])
        held = {row.id: row for row in self._held(Kind.INVOICE, list(before))}
        changed = []
        for one in found.documents:
            mark, last, known = self._reader.seen(INVOICES, one), before.get(one.id), held.get(one.id)
            if last is None or mark.body["digest"] != last.body.get("digest"):
                changed.append(one)
            elif mark.body == last.body:
                reading.marks.append(mark)
            elif mark.version >= last.version and known and (row := self._reader.moved(one, known)):
                reading.rows.append(row)
                reading.marks.append(mark)
            else:
                changed.append(one)
        there = {one.id for one in found.documents}
        again = [id_ for id_ in before if id_ not in there]
        if len(changed) <= len(LINKED[INVOICES]):
            again += [one.id for one in changed]
        else:
            reading.add(await self._reader.whole(INVOICES, Found(changed, [])))
        reading.add(await self._reader.by_id(INVOICES, again))
        return reading


def _behind(type_: str, wanted: dict[str, int], reading: Reading) -> list[int]:
    """Moments of changes that a search has shown and a read by id has not: to be looked at again."""
    prefix = "" if type_ == LINES else f"{type_}:"
    mark = LINE if type_ == LINES else SEEN
    got = {one.id: one.version for one in reading.marks if one.type == mark}
    return [at for id_, at in wanted.items() if got.get(prefix + id_, at) < at]


def _filter(name: str, operator: str, value: str) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": value}


def _whole(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)

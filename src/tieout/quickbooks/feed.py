"""What is there, and what changed: a complete read by ascending id, then change data capture.

Source: QuickBooks API reference, "Change data capture": 30 days back, at most 1,000 objects, the cursor from the
server's own time. Where that is not enough, changed objects are read by ascending id within what changed since.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tieout.core.records import Kind
from tieout.quickbooks import facts, limits
from tieout.quickbooks.client import Client, Page
from tieout.quickbooks.documents import Head
from tieout.quickbooks.query import moment, select
from tieout.quickbooks.rows import ALL, ENTITIES, Reader, Rows
from tieout.remote.ports import Clock
from tieout.remote.rows import Batch

OVERLAP: Final = timedelta(seconds=5)
"""Changes become visible in no exact order; so much is asked for again."""
_LATENCY: Final = timedelta(minutes=1)
"""By so much, at most, QuickBooks' clock is ahead of what its answers let us reckon: they were under way."""

Held = Callable[[str], Collection[str]]
"""The ids that the mirror holds of an entity (`Invoice`, `Vendor` …), those of transactions for `Payment`."""


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a feed stands.

    since: the server's moment from which change data capture goes on, empty before the first answer.
    todo: entities still to be paged through, each with the last id read. after: only objects changed since then;
    empty in a complete read. since_here, after_here: moments of our own clock no later than those two, empty where they
    are not known. read: fields that were read besides Tieout's own, as `invoice.class`.
    """

    since: str = ""
    since_here: str = ""
    todo: dict[str, str] = {}
    after: str = ""
    after_here: str = ""
    read: tuple[str, ...] = ()


class Feed:
    """Yields batches from where a cursor stands.

    held: lets deletions be found that change data capture no longer knows; without it they show when they are read.
    """

    def __init__(self, client: Client, reader: Reader, clock: Clock, held: Held | None = None) -> None:
        self._client = client
        self._reader = reader
        self._clock = clock
        self._held = held

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """Yield the rest of a complete read, or what changed. Raises SignInTrouble, Unavailable, Refusal."""
        wanted = self._reader.view.read
        at = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor(todo=dict.fromkeys(ALL, "0"), read=wanted)
        goes_on = False
        if not at.after:
            # Objects of which more is wanted are read once more; what changed is heard of from where the cursor stood.
            more = {ENTITIES[Kind(name.partition(".")[0])] for name in wanted if name not in at.read}
            goes_on = bool(more and at.since)
            at = msgspec.structs.replace(at, todo=at.todo | dict.fromkeys(more, "0"), read=wanted)
        changed_facts = False
        if not at.todo:
            batch, at = await self._changes(at)
            if batch is not None:
                yield batch
                return
            changed_facts = True
        async for batch in self._pages(at, facts_changed=changed_facts):
            yield batch
            cursor = batch.cursor
        if goes_on:
            async for batch in self.batches(cursor):
                yield batch

    async def _changes(self, at: Cursor) -> tuple[Batch | None, Cursor]:
        """One call of change data capture; None where it is not the whole, with the paging that will be."""
        since = datetime.fromisoformat(at.since) - OVERLAP
        paged = Cursor(todo=dict.fromkeys(ALL, "0"), after=since.isoformat(), after_here=at.since_here, read=at.read)
        if self._client.server_now() - since > timedelta(days=limits.CAPTURE_DAYS):
            return None, paged
        asked = self._clock.now()
        changes = await self._client.changes((*ALL, *facts.CHANGES), since)
        until, here = changes.until.isoformat(), asked.isoformat()
        if sum(len(page.rows) for page in changes.pages) >= limits.PAGE:
            return None, msgspec.structs.replace(paged, since=until, since_here=here)
        pages = sorted((page for page in changes.pages if page.entity in ALL), key=lambda page: ALL.index(page.entity))
        facts_changed = any(page.rows and page.entity in facts.CHANGES for page in changes.pages)
        new = _made_after(pages, datetime.fromisoformat(at.since))
        ended = Cursor(until, here, read=at.read)
        rows = self._reader.rows(pages)
        return _batch(rows, ended, new=new, new_since=at.since_here, facts_changed=facts_changed), at

    async def _pages(self, at: Cursor, *, facts_changed: bool) -> AsyncIterator[Batch]:
        conditions = (f"MetaData.LastUpdatedTime >= {moment(datetime.fromisoformat(at.after))}",) if at.after else ()
        while at.todo:
            asked = self._clock.now()
            todo = [select(entity, *conditions, after=last) for entity, last in at.todo.items()]
            pages = await self._client.queries(todo)
            if not at.since:
                # The answer carries the moment of its end; what changed while it was being made counts as after it.
                begun = self._client.server_now() - (self._clock.now() - asked)
                at = msgspec.structs.replace(at, since=begun.isoformat(), since_here=(asked - _LATENCY).isoformat())
            for page in pages:
                before, at = at, _after(at, page)
                last = not at.todo
                yield _batch(
                    self._reader.rows((page,)),
                    before if last and at.after else at,
                    new=_made_after((page,), datetime.fromisoformat(at.after) + OVERLAP) if at.after else frozenset(),
                    new_since=at.after_here,
                    complete=last and not at.after,
                    facts_changed=last and facts_changed,
                )
        if at.after:
            deleted = await self._deleted(self._held) if self._held is not None else []
            yield _batch(self._reader.rows(deleted), Cursor(at.since, at.since_here, read=at.read))

    async def _deleted(self, held: Held) -> list[Page]:
        """Objects that the mirror holds and QuickBooks does not, found by reading all ids."""
        there: dict[str, set[str]] = {entity: set() for entity in ALL}
        todo = dict.fromkeys(ALL, "0")
        while todo:
            asked = [select(entity, fields="Id", after=last) for entity, last in todo.items()]
            for page in await self._client.queries(asked):
                ids = [msgspec.json.decode(raw, type=Head).id for raw in page.rows]
                there[page.entity].update(ids)
                todo.pop(page.entity)
                if len(ids) >= limits.PAGE:
                    todo[page.entity] = ids[-1]
        return [
            Page(entity, tuple(_tombstone(id_) for id_ in sorted(set(held(entity)) - there[entity]))) for entity in ALL
        ]


def _tombstone(id_: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode({"Id": id_, "status": "Deleted"}))


def _after(at: Cursor, page: Page) -> Cursor:
    rest = dict(at.todo)
    if len(page.rows) < limits.PAGE:
        del rest[page.entity]
    else:
        rest[page.entity] = msgspec.json.decode(page.rows[-1], type=Head).id
    return msgspec.structs.replace(at, todo=rest)


def _made_after(pages: Iterable[Page], moment: datetime) -> frozenset[tuple[Kind, str]]:
    """The records that QuickBooks made after a moment of its own clock; a payment stands for all that it pays."""
    kinds = {entity: kind for kind, entity in ENTITIES.items()}
    found: set[tuple[Kind, str]] = set()
    for page in pages:
        for raw in page.rows if page.entity in kinds else ():
            with suppress(msgspec.DecodeError, ValueError):  # what cannot be read is told where rows are made of it
                head = msgspec.json.decode(raw, type=Head)
                made = head.meta_data.create_time if head.meta_data else None
                if made and datetime.fromisoformat(made) > moment:
                    found.add((kinds[page.entity], head.id))
    return frozenset(found)


def _batch(
    rows: Rows,
    at: Cursor,
    *,
    new: frozenset[tuple[Kind, str]] = frozenset(),
    new_since: str = "",
    complete: bool = False,
    facts_changed: bool = False,
) -> Batch:
    return Batch(
        rows=rows.rows,
        cursor=msgspec.json.encode(at).decode(),
        keys=rows.keys,
        unreadable=rows.unreadable,
        wholes=rows.wholes,
        new=new,
        new_since=new_since,
        complete=complete,
        facts_changed=facts_changed,
    )

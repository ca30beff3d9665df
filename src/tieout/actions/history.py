"""What happened, when, and who wanted it: every write of the journal, and every decision of a person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    cast,
    desc,
    func,
    literal,
    or_,
    select,
    union_all,
)

from tieout.actions import company, lookup
from tieout.actions.edits import Edit, edits
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words, moment
from tieout.actions.naming import label, labels
from tieout.actions.vocabulary import KINDS, SIDES
from tieout.core.fixes import FIXES
from tieout.core.records import Kind, Side
from tieout.core.text import folded
from tieout.core.undoing import WHY_NOT
from tieout.kinds.issuer import ISSUER
from tieout.remote.rows import Record
from tieout.store import connections, undone
from tieout.store.codec import decode, decode_record
from tieout.store.connections import StoredConnection
from tieout.store.tables import event, operation, pair

PAGE = 50

EVENTS: Mapping[str, str] = {
    "accepted_gone": "Records that are gone accepted",
    "active": "Resumed",
    "auto_match": "Matches accepted automatically",
    "connected": "Accounts connected",
    "excluded": "Left out",
    "fix": "Chosen: {fix}",
    "followed": "The pair follows a merge",
    "included": "Taken in again",
    "linked": "Paired",
    "not_linked": "Could not be paired as chosen",
    "made_in": "Said where it was made",
    "match": "Match chosen",
    "match_new": "Said to be new",
    "match_reopened": "Choice about a match taken back",
    "not_undone": "Could not be undone",
    "overruled": "A value was overruled",
    "preflight": "Both accounts looked at",
    "paused": "Paused",
    "reconnected": "Accounts connected again",
    "reviewed": "Review of matches finished",
    "set": "Settings changed",
    "signed": "Tie-out signed",
    "taken_over": "Pairs of another sync taken over",
    "undo": "To be undone",
    "unlinked": "Pair forgotten",
}
"""What an entry that is no write says. An entry that is not listed shows its own name."""

VERBS: Mapping[str, str] = {
    "create": "Created in {side}",
    "update": "Changed in {side}",
    "void": "Voided in {side}",
    "withdraw": "Withdrawn from {side}",
    "annotate": "Noted on the record in {side}",
}

REFUSALS: Mapping[str, str] = {
    "create": "Creation refused by {side}",
    "update": "Change refused by {side}",
    "void": "Void refused by {side}",
    "withdraw": "Withdrawal refused by {side}",
    "annotate": "Note on the record refused by {side}",
}
"""What a write says that the side did not take."""

PENDING: Mapping[str, str] = {
    "create": "Creation in {side}",
    "update": "Change in {side}",
    "void": "Void in {side}",
    "withdraw": "Withdrawal from {side}",
    "annotate": "Note on the record in {side}",
}
"""What a write says that has not happened, or of which nobody knows yet; its state says which."""

PROPERTIES: Mapping[str, str] = {"tieout_state": "State", "tieout_reason": "Why"}
"""What the notes on HubSpot's records are called; others show their own name."""

ENDS: Mapping[str, str] = {
    "planned": "Planned",
    "sent": "Sent, not answered yet",
    "done": "Done",
    "refused": "Refused",
    "unknown": "No answer yet",
    "dropped": "Not needed any more",
}


_SAID = {"done": VERBS, "refused": REFUSALS}


class Happening(msgspec.Struct, frozen=True):
    """One entry. pair: id of the record's page here, empty where it has none. state: of a write.

    undoes: the write that this one took back. undone: it was taken back itself. undoable: it may be asked for.
    tid: by which the vendor's support finds the request. crm_page, books_page: the record's addresses in HubSpot and
    QuickBooks, empty where unknown.
    """

    id: str
    at: datetime | None
    who: str
    what: str
    side: str
    kind: str
    kind_title: str
    pair: str
    record: str
    state: str
    state_title: str
    why: str
    edits: tuple[Edit, ...] = ()
    undoes: str = ""
    undone: bool = False
    undoable: bool = False
    tid: str = ""
    crm_page: str = ""
    books_page: str = ""


class Filters(msgspec.Struct, frozen=True):
    """What to look for.

    search: in numbers, names and ids of what was written, and in what people decided. notes: also the notes on
    HubSpot's records. page: from 1, `PAGE` entries each. state: of a write. since, until: first and last day in the
    HubSpot account's zone.
    """

    search: str = ""
    kind: str = ""
    side: str = ""
    who: str = ""
    page: int = 1
    notes: bool = True
    state: str = ""
    since: date | None = None
    until: date | None = None


class History(msgspec.Struct, frozen=True):
    """A page of entries, newest first."""

    entries: tuple[Happening, ...]
    total: int
    page: int
    pages: int


class _Body(msgspec.Struct, frozen=True):
    """An operation as it is journaled; the records in it are of the operation's kind."""

    record: msgspec.Raw = msgspec.Raw(b"null")
    base: msgspec.Raw = msgspec.Raw(b"null")
    fields: tuple[str, ...] = ()
    properties: dict[str, str] = {}
    withdraw: bool = False
    undoes: str = ""


class _Fault(msgspec.Struct, frozen=True):
    text: str = ""
    evidence: dict[str, str] = {}


class _Ended(msgspec.Struct, frozen=True):
    """The part of a stored result that a person reads."""

    fault: _Fault | None = None
    why: str = ""
    tid: str = ""


def history(home: Home, name: str, filters: Filters | None = None, words: Words = ENGLISH) -> History:
    """A company pair's history. Raises NotFound."""
    wanted = filters or Filters()
    with home.database.read() as tx:
        of = lookup.connection(tx, name)
        entries = _entries(of.id, wanted, zone=company.zone(of))
        total = sum(tx.execute(select(func.count()).select_from(e.subquery())).scalar_one() for e in entries)
        page = max(1, min(wanted.page, -(-total // PAGE) or 1))
        return History(_read(tx, of, entries, (page - 1) * PAGE, words), total, page, -(-total // PAGE) or 1)


def of_pair(tx: Connection, company_id: int, pair_id: int, words: Words) -> tuple[Happening, ...]:
    """The newest entries of one record."""
    return _read(tx, connections.get(tx, company_id), _entries(company_id, Filters(), pair_id), 0, words)


_Entries = tuple[Select[str, str, str], Select[str, str, str]]


def _entries(company_id: int, filters: Filters, pair_id: int | None = None, zone: str = "UTC") -> _Entries:
    """Moment, source and id of the writes that fit, and of the events that do."""
    writes: list[ColumnElement[bool]] = [operation.c.connection == company_id]
    events: list[ColumnElement[bool]] = [event.c.connection == company_id]
    if pair_id is not None:
        writes.append(operation.c.pair == pair_id)
        events.append(event.c.pair == pair_id)
    if filters.kind:
        writes.append(operation.c.kind == filters.kind)
        events.append(event.c.pair.in_(select(pair.c.id).where(pair.c.kind == filters.kind)))
    if not filters.notes:
        writes.append(operation.c.verb != "annotate")
    if filters.side:
        writes.append(operation.c.side == filters.side)
        events.append(literal(value=False))
    if filters.state:
        writes.append(operation.c.state == filters.state)
        events.append(literal(value=False))
    if filters.since is not None:
        began = midnight(filters.since, zone)
        writes.append(operation.c.at >= began)
        events.append(event.c.at >= began)
    if filters.until is not None:
        ended = midnight(filters.until + timedelta(days=1), zone)
        writes.append(operation.c.at < ended)
        events.append(event.c.at < ended)
    if filters.who:
        writes.append(operation.c.who == filters.who)
        events.append(event.c.who == filters.who)
    if text := folded(filters.search):
        named = or_(operation.c.words.contains(text, autoescape=True), operation.c.id == text)
        writes.append(named)
        told = (event.c.what, event.c.who, event.c.details)
        events.append(or_(*(func.lower(cast(one, String)).contains(text, autoescape=True) for one in told)))
    return (
        select(operation.c.at, literal("operation").label("source"), operation.c.id).where(and_(*writes)),
        select(event.c.at, literal("event").label("source"), cast(event.c.id, String).label("id")).where(and_(*events)),
    )


def midnight(day: date, zone: str) -> str:
    """When a day begins in a zone (IANA name): ISO moment in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).isoformat()


def _read(tx: Connection, of: StoredConnection, entries: _Entries, offset: int, words: Words) -> tuple[Happening, ...]:
    """One page. Of each source as many as could be on it are looked at, the newest first, as their index has them."""
    ordered = (e.order_by(desc("at"), desc("id")).limit(offset + PAGE) for e in entries)
    found = union_all(*(e.subquery().select() for e in ordered)).subquery()
    order = tx.execute(
        select(found.c.source, found.c.id).order_by(found.c.at.desc(), found.c.id.desc()).limit(PAGE).offset(offset)
    ).all()
    writes = [id_ for source, id_ in order if source == "operation"]
    notes = [int(id_) for source, id_ in order if source == "event"]
    by_id = {(h.id, "operation"): h for h in _writes(tx, of, writes, words)}
    by_id |= {(h.id, "event"): h for h in _events(tx, of.id, notes, words)}
    return tuple(by_id[id_, source] for source, id_ in order)


def _writes(tx: Connection, of: StoredConnection, ids: Sequence[str], words: Words) -> Iterable[Happening]:
    rows = tx.execute(select(operation).where(operation.c.id.in_(ids))).all()
    known = names(tx, of.id, [row.pair for row in rows])
    there = {row.id: row for row in tx.execute(select(pair).where(pair.c.id.in_([row.pair for row in rows])))}
    done = undone.of_pairs(tx, of.id, [row.pair for row in rows])
    stand = undone.standing(done)
    for row in rows:
        body, kind, side = decode(row.body, _Body), Kind(row.kind), Side(row.side)
        record, base = _record(kind, body.record), _record(kind, body.base)
        ended = _Ended() if row.result is None else decode(row.result, _Ended)
        verb = "withdraw" if body.withdraw else row.verb
        yield Happening(
            id=row.id,
            at=moment(row.ended_at or row.planned_at),
            who="Tieout" if row.who == "tieout" else row.who,
            what=words(_SAID.get(row.state, PENDING).get(verb, verb), side=words(SIDES[side])),
            side=side,
            kind=kind,
            kind_title=words(KINDS[kind]),
            pair=str(row.pair) if row.pair in known else "",
            record=known.get(row.pair, "") or (label(record) if record else "") or row.target,
            state=row.state,
            state_title=words(ENDS.get(row.state, row.state)),
            why=ended.fault.text if ended.fault else ended.why,
            edits=tuple(_edits(body, record, base, side, words)),
            undoes=body.undoes,
            undone=row.state == "done" and row.verb != "annotate" and row.id not in stand,
            undoable=row.verb in ("create", "update") and row.id in stand,
            tid=ended.tid or (ended.fault.evidence.get("tid", "") if ended.fault else ""),
            crm_page=company.page(of, Side.CRM, kind, getattr(there.get(row.pair), "crm_id", "") or ""),
            books_page=company.page(of, Side.BOOKS, kind, getattr(there.get(row.pair), "books_id", "") or ""),
        )


def _record(kind: Kind, body: msgspec.Raw) -> Record | None:
    return None if bytes(body) == b"null" else decode_record(kind, bytes(body))


def _edits(body: _Body, record: Record | None, base: Record | None, side: Side, words: Words) -> Iterable[Edit]:
    for name, value in body.properties.items():
        if value:
            yield Edit(name, words(PROPERTIES[name]) if name in PROPERTIES else name, "", value)
    yield from edits(body.fields, record, base, side, words)


def _events(tx: Connection, company_id: int, ids: Sequence[int], words: Words) -> Iterable[Happening]:
    rows = tx.execute(select(event).where(event.c.id.in_(ids))).all()
    kinds = {
        row.id: Kind(row.kind)
        for row in tx.execute(select(pair.c.id, pair.c.kind).where(pair.c.id.in_([r.pair for r in rows if r.pair])))
    }
    known = names(tx, company_id, [row.pair for row in rows if row.pair])
    for row in rows:
        details = decode(row.details, dict[str, object])
        fix = FIXES.get(str(details.get("fix", "")))
        kind = kinds.get(row.pair)
        yield Happening(
            id=str(row.id),
            at=moment(row.at),
            who="Tieout" if row.who == "tieout" else row.who,
            what=words(EVENTS.get(row.what, row.what.replace("_", " ")), fix=words(fix.title) if fix else ""),
            side="",
            kind=kind or "",
            kind_title=words(KINDS[kind]) if kind else "",
            pair=str(row.pair) if row.pair in known else "",
            record=known.get(row.pair, ""),
            state="",
            state_title="",
            why=_set_when(details, words) if row.what != "not_undone" else _why_not(details, words),
            edits=tuple(_details(details, words)) if row.what != "not_undone" else (),
        )


DETAILS: Mapping[str, str] = {"crm": "HubSpot", "books": "QuickBooks", "why": "Why"}
_UNTOLD = frozenset({"failures", "fix", "kind", "seen", "side"})


def _details(details: Mapping[str, object], words: Words) -> Iterable[Edit]:
    """Whatever an entry says, each detail on its own; `before` and `after` of one field together."""
    if "field" in details:
        field = str(details["field"])
        yield Edit(field, words.field(field), str(details.get("before", "")), str(details.get("after", "")))
        return
    for name, value in details.items():
        if isinstance(value, str | int | bool) and name not in _UNTOLD:
            told = SIDES.get(str(value), str(value)) if name == ISSUER else str(value)
            yield Edit(name, words(DETAILS[name]) if name in DETAILS else words.field(name), "", told)
        elif isinstance(value, dict):
            yield from (Edit(str(key), words.field(str(key)), "", str(inner)) for key, inner in value.items())


def _why_not(details: Mapping[str, object], words: Words) -> str:
    """Why a write was not taken back."""
    evidence = details.get("evidence")
    values = {str(k): str(v) for k, v in evidence.items()} if isinstance(evidence, dict) else {}
    return words(WHY_NOT[str(details["why"])], **values)


def _set_when(details: Mapping[str, object], words: Words) -> str:
    """When a value was set that was overruled, where the side told."""
    set_at, side = str(details.get("set_at", "")), str(details.get("side", ""))
    found = moment(set_at) if side in SIDES else None
    if found is None:
        return ""
    return words("Set in {side} on {moment} (UTC).", side=words(SIDES[side]), moment=words.moment(found))


def names(tx: Connection, company_id: int, ids: Iterable[int]) -> dict[int, str]:
    """The names of records by pair; a pair that is no more is left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = tx.execute(
        select(pair.c.id, pair.c.kind, pair.c.crm_id, pair.c.books_id).where(
            pair.c.connection == company_id, pair.c.id.in_(wanted)
        )
    ).all()
    found: dict[int, str] = {}
    for kind in Kind:
        own = [row for row in rows if row.kind == kind]
        crm = labels(tx, company_id, Side.CRM, kind, [row.crm_id for row in own if row.crm_id])
        books = labels(tx, company_id, Side.BOOKS, kind, [row.books_id for row in own if row.books_id])
        found |= {r.id: crm.get(r.crm_id) or books.get(r.books_id) or r.crm_id or r.books_id for r in own}
    return found

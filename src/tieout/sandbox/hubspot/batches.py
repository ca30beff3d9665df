"""The batch endpoints: read, create, update, upsert, archive, each up to 100 objects.

Partial success: HubSpot, "CRM objects" guide. A create is answered input by input only if each carries its own
`objectWriteTraceId`; without, one bad input fails all. Missing ids never fail a read or an update as a whole.
"""

from tieout.sandbox.hubspot import errors, moments, objects, settling, wire, writing
from tieout.sandbox.hubspot.errors import JsonMap, Refusal
from tieout.sandbox.hubspot.object_types import ObjectType
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.records import Record, shown
from tieout.sandbox.hubspot.wire import NOTHING, Reply, Request

BATCH_LIMIT = 100

Rows = list[JsonMap]


def read(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """POST `batch/read`: 200, or 207 if ids are missing."""
    body, inputs = request.json(), _inputs(request)
    id_property = str(body.get("idProperty") or "")
    archived = request.flag("archived")
    history = objects.known(portal, kind, wire.texts(body, "propertiesWithHistory"))
    names = objects.names_to_show(portal, kind, [*wire.texts(body, "properties"), *history])
    found: dict[str, Record] = {}
    missing: list[str] = []
    for row in inputs:
        wanted = _id(row)
        record = objects.look_up(portal, kind, wanted, id_property, archived=archived)
        if record is None:
            missing.append(wanted)
        else:
            found[record.id] = record
    results = [
        shown(kind, one, names, values=one.previous if request.stale else None, history=history)
        for one in found.values()
    ]
    entries = [errors.some_not_found(kind.constant, missing).entry()] if missing else []
    return answer(portal, results, entries, 200)


def create(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """POST `batch/create`: 201, or 207 if some failed and every input has its own trace id."""
    inputs = _inputs(request)
    traces = [row.get("objectWriteTraceId") for row in inputs]
    made: list[tuple[Record, object]] = []
    entries: Rows = []
    if all(traces) and len(set(map(str, traces))) == len(traces):
        for row, trace in zip(inputs, traces, strict=True):
            try:
                made.append((writing.create(portal, writing.drafted(portal, kind, row)), trace))
            except Refusal as refusal:
                entries.append(refusal.entry({"objectWriteTraceId": [str(trace)]}))
    else:
        claims: writing.Claims = set()
        drafts = [writing.drafted(portal, kind, row, claims) for row in inputs]
        made = [(writing.create(portal, draft), trace) for draft, trace in zip(drafts, traces, strict=True)]
    settling.settle(portal)
    results = [_traced(objects.answer_to_write(kind, record, 0), trace) for record, trace in made]
    return answer(portal, results, entries, 201)


def update(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """POST `batch/update`: 200, or 207 if ids are missing or an input with a trace id is refused.

    The id of an object merged away answers neither result nor error, as HubSpot was seen to do.
    """
    inputs = _inputs(request)
    _refuse_twice(inputs)
    planned: list[tuple[Record, dict[str, str], object]] = []
    missing: list[str] = []
    entries: Rows = []
    claims: writing.Claims = set()
    for row in inputs:
        wanted, id_property = _id(row), str(row.get("idProperty") or "")
        if not id_property and wanted in portal.store.aliases[kind.name]:
            continue
        record = objects.look_up(portal, kind, wanted, id_property)
        if record is None:
            missing.append(wanted)
        else:
            trace = row.get("objectWriteTraceId")
            try:
                planned.append((record, writing.changes(portal, kind, record, row, claims), trace))
            except Refusal as refusal:
                if not trace:
                    raise
                entries.append(refusal.entry({"objectWriteTraceId": [str(trace)]}))
    results = _written(portal, kind, planned)
    if missing:
        entries.append(errors.some_not_found(kind.constant, missing).entry())
    return answer(portal, results, entries, 200)


def upsert(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """POST `batch/upsert`: by a unique property; each result says whether it is `new`."""
    inputs = _inputs(request)
    _refuse_twice(inputs)
    plan: list[tuple[JsonMap, Record, dict[str, str]] | tuple[JsonMap, None, writing.Draft]] = []
    missing: list[str] = []
    claims: writing.Claims = set()
    for row in inputs:
        wanted, id_property = _id(row), str(row.get("idProperty") or "hs_object_id")
        record = objects.look_up(portal, kind, wanted, id_property)
        if record:
            plan.append((row, record, writing.changes(portal, kind, record, row, claims)))
        elif id_property == "hs_object_id":
            missing.append(wanted)
        else:
            properties = {id_property: wanted, **wire.members(row, "properties")}
            plan.append((row, None, writing.drafted(portal, kind, {"properties": properties}, claims)))
    done: list[tuple[JsonMap, Record, int, bool]] = []
    for step in plan:
        if step[1] is None:
            done.append((step[0], writing.create(portal, step[2]), 0, True))
        else:
            done.append((step[0], step[1], len(step[1].writes), False))
            writing.update(portal, kind, step[1], step[2])
    settling.settle(portal)
    results = [
        {**_traced(objects.answer_to_write(kind, record, before), row.get("objectWriteTraceId")), "new": new}
        for row, record, before, new in done
    ]
    entries = [errors.some_not_found(kind.constant, missing).entry()] if missing else []
    return answer(portal, results, entries, 200)


def archive(portal: Portal, kind: ObjectType, request: Request) -> Reply:
    """POST `batch/archive`: 204; unknown ids are passed over, one that must stay refuses all."""
    found = {record.id: record for row in _inputs(request) if (record := portal.store.find(kind, _id(row)))}
    for record in found.values():
        writing.check_archivable(portal, kind, record)
    for record in found.values():
        writing.archive(portal, kind, record)
    settling.settle(portal)
    return NOTHING


def answer(portal: Portal, results: Rows, entries: Rows, status: int) -> Reply:
    """Return a batch's answer: `status`, or 207 with the entries of what failed."""
    at = moments.iso(portal.now())
    body: JsonMap = {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}
    if entries:
        body |= {"numErrors": len(entries), "errors": entries}
        status = 207
    return Reply(body, status)


def _written(portal: Portal, kind: ObjectType, planned: list[tuple[Record, dict[str, str], object]]) -> Rows:
    counts = [len(record.writes) for record, _, _ in planned]
    for record, changes, _ in planned:
        writing.update(portal, kind, record, changes)
    settling.settle(portal)
    return [
        _traced(objects.answer_to_write(kind, record, before), trace)
        for (record, _, trace), before in zip(planned, counts, strict=True)
    ]


def _inputs(request: Request) -> Rows:
    rows = wire.rows(request.json(), "inputs")
    if not rows:
        raise errors.invalid("inputs must not be empty.")
    if len(rows) > BATCH_LIMIT:
        raise errors.invalid(f"A batch takes at most {BATCH_LIMIT} inputs, not {len(rows)}.")
    return rows


def _id(row: JsonMap) -> str:
    if not isinstance(row.get("id"), (str, int)):
        raise errors.malformed(1, 1, "Cannot deserialize value: each input needs an id")
    return str(row["id"])


def _refuse_twice(inputs: Rows) -> None:
    ids = [_id(row) for row in inputs]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise errors.invalid(f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique")


def _traced(answered: JsonMap, trace: object) -> JsonMap:
    return {**answered, "objectWriteTraceId": str(trace)} if trace else answered

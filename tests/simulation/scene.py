"""What stands at one moment: on both sides as an auditor reads it, in the store, and what led there."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy import select
from tests.simulation.fate import Fate
from tests.simulation.stage import Stage
from tests.simulation.watch import US, Effect

from tieout.core.records import Kind, Side
from tieout.kinds.currency import derived, parted
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.remote.rows import Row
from tieout.sandbox.caller import Caller
from tieout.store import pairs
from tieout.store.codec import decode, decode_record
from tieout.store.journal import Entry, Result, entries
from tieout.store.pairs import Stored
from tieout.store.tables import event, operation, pair, pass_, record, unit

Json = dict[str, Any]
PARTS = ("line_items", "discounts", "taxes", "fees")
"""What HubSpot keeps of an invoice in records of their own."""
_BOOKS = ("Invoice", "Customer", "Item", "Payment", "CreditMemo", "CompanyCurrency")
_CRM = {
    "contacts": "email,phone,associatedcompanyid",
    "companies": "name,phone",
    "products": "name,hs_sku",
    "invoices": "hs_number,hs_currency,hs_invoice_status,hs_invoice_billable,hs_invoice_date,hs_subtotal,"
    "hs_total_discount,hs_tax,hs_amount_billed,hs_amount_paid,hs_due_date,hs_comments,tieout_key",
    "line_items": "amount,hs_external_id",
    "commerce_payments": "hs_initial_amount,hs_currency_code,hs_latest_status,hs_refunds_amount,tieout_key",
}

_LINKED = {"invoices": ("line_items", "contacts", "companies")}
"""What is read of what is associated with them."""


class Move(msgspec.Struct, frozen=True):
    """A journaled operation with how it ended. started: when its pass began, before which nothing was read for it."""

    entry: Entry
    state: str
    result: Result
    planned: datetime
    started: datetime

    @property
    def id(self) -> str:
        return self.entry.operation.id


class Note(msgspec.Struct, frozen=True):
    """An entry of the history."""

    at: datetime
    what: str
    pair: int | None
    details: Mapping[str, Any]


class Scene(msgspec.Struct):
    """books, crm: by entity and id, what stands there; filled in only at rest.

    untrue: records of the mirror that a fresh reading contradicts. throttled: paths that were answered 429 in calm.
    stale: when HubSpot answered a read by id as things had stood before, and on which path. units: how often each was
    sent, where to, and what. sent: how often each QuickBooks request id arrived. parts_of: the invoice that a part of
    one in HubSpot belongs to, by type and id of the part.
    """

    stage: Stage
    effects: list[Effect]
    moves: list[Move]
    pairs: list[Stored]
    linked_why: dict[int, tuple[str, str]]
    notes: list[Note]
    units: dict[str, tuple[int, str, bytes]]
    parts_of: dict[tuple[str, str], str]
    books: dict[str, dict[str, Json]] = {}
    crm: dict[str, dict[str, Json]] = {}
    untrue: list[str] = []
    throttled: list[str] = []
    stale: list[tuple[datetime, str]] = []
    sent: dict[str, int] = {}

    def ours(self, side: Side) -> list[Effect]:
        """What Tieout did on one side."""
        return [effect for effect in self.effects if effect.who == US and effect.side is side]

    def theirs(self, side: Side) -> list[Effect]:
        """What people did on one side."""
        return [effect for effect in self.effects if effect.who != US and effect.side is side]

    def pair_of(self, kind: Kind, side: Side, id_: str) -> Stored | None:
        """The pair that a record belongs to."""
        for stored in self.pairs:
            if stored.pair.kind is kind and id_ == (stored.crm_id if side is Side.CRM else stored.books_id):
                return stored
        return None


def remembered(stage: Stage) -> Scene:
    """What the store and the watchers know."""
    with stage.database.read() as tx:
        started = {row.epoch: datetime.fromisoformat(row.started_at) for row in tx.execute(select(pass_))}
        rows = tx.execute(select(operation).order_by(operation.c.planned_at, operation.c.id)).all()
        journaled = {e.operation.id: e for e in entries(tx, [row.id for row in rows])}
        moves = [
            Move(
                journaled[row.id],
                row.state,
                Result() if row.result is None else decode(row.result, Result),
                datetime.fromisoformat(row.planned_at),
                started[row.epoch],
            )
            for row in rows
        ]
        linked = {row.id: (row.linked_at, row.linked_why) for row in tx.execute(select(pair))}
        notes = [
            Note(datetime.fromisoformat(row.at), row.what, row.pair, msgspec.json.decode(row.details))
            for row in tx.execute(select(event).order_by(event.c.id))
        ]
        units = {row.id: (row.sends, row.path, row.body) for row in tx.execute(select(unit))}
        stored = pairs.load(tx, sorted(linked))
    effects = sorted([*stage.crm.effects, *stage.books.effects], key=lambda effect: effect.at)
    return Scene(stage, effects, moves, stored, linked, notes, units, dict(_parts_of(effects)))


def _parts_of(effects: list[Effect]) -> Iterator[tuple[tuple[str, str], str]]:
    """Which invoice each part made on one belongs to."""
    for effect in effects:
        if effect.entity in PARTS and effect.act == "create":
            for invoice in effect.sent.get("linked", {}).values():
                yield (effect.entity, effect.id), invoice


async def at_rest(stage: Stage, random: Random, calm_since: datetime) -> Scene:
    """Everything, read afresh from both sides."""
    scene = remembered(stage)
    scene.books = _read_books(stage, stage.caller(Side.BOOKS, "auditor"))
    await asyncio.sleep(5)
    scene.crm = _read_crm(stage.caller(Side.CRM, "auditor"))
    scene.untrue = await _untrue(stage, random)
    for gate in (stage.pair.hubspot, stage.pair.quickbooks):
        for entry in gate.control.log.after(0):
            if entry.status == 429 and entry.at >= calm_since:
                scene.throttled.append(f"{entry.method} {entry.path}")
    scene.stale = [
        (entry.at, entry.path)
        for entry in stage.pair.hubspot.control.log.after(0)
        if entry.fault is not None and entry.fault["do"] == "stale_read"
    ]
    for entry in stage.pair.quickbooks.control.log.after(0):
        _, found, key = entry.query.partition("requestid=")
        if found and entry.status != 401:  # who is not signed in has not arrived
            scene.sent[key.partition("&")[0]] = scene.sent.get(key.partition("&")[0], 0) + 1
    return scene


def _read_books(stage: Stage, caller: Caller) -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = {}
    for entity in _BOOKS:
        every = " where Active in (true, false)" if entity in ("Customer", "Item") else ""
        text = quote(f"select * from {entity}{every} orderby Id maxresults 1000")
        answer = caller.call("GET", f"/v3/company/{stage.realm}/query", query=f"query={text}")["QueryResponse"]
        found[entity] = {row["Id"]: row for row in answer.get(entity, [])}
    return found


def _read_crm(caller: Caller) -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = {}
    for type_, names in _CRM.items():
        found[type_] = {}
        after = ""
        while True:
            linked = f"&associations={','.join(_LINKED[type_])}" if type_ in _LINKED else ""
            query = f"limit=100&properties={names}{linked}" + (f"&after={after}" if after else "")
            page = caller.call("GET", f"/crm/objects/2026-09/{type_}", query=query)
            found[type_].update((one["id"], one["properties"] | {"linked": _linked(one)}) for one in page["results"])
            after = page.get("paging", {}).get("next", {}).get("after", "")
            if not after:
                break
    return found


def _linked(one: Json) -> dict[str, list[str]]:
    """The ids of what is associated with an object, by type."""
    listed = one.get("associations", {})
    return {name.replace(" ", "_"): [each["id"] for each in there["results"]] for name, there in listed.items()}


async def _untrue(stage: Stage, random: Random) -> list[str]:
    """Compare the mirror with a reading of everything, as a new connection would make it."""
    fresh: dict[tuple[Side, Kind, str], Row] = {}
    async with stage.sides(random, Fate(None)) as (_, sides):
        for side in Side:
            async for batch in sides.of(side).feed(""):
                fresh.update(((side, row.kind, row.id), row) for row in batch.rows if row.record is not None)
    held: dict[tuple[Side, Kind, str], Any] = {}
    merged: set[tuple[Side, Kind, str]] = set()
    with stage.database.read() as tx:
        for row in tx.execute(select(record)):
            key = Side(row.side), Kind(row.kind), row.id
            if row.gone == "":
                held[key] = decode_record(key[1], row.body)
            elif row.gone == "merged":
                merged.add(key)
    found: list[str] = []
    for key in sorted(fresh.keys() | held.keys()):
        if key[1] is Kind.ITEM and ":" in key[2]:
            continue  # an item that only lines name has no record in HubSpot
        name = f"The mirror of {' '.join(key)}"
        if key[1] is Kind.CUSTOMER and (in_currency := _in_its_currency(stage, key, fresh)) is not None:
            fresh[key] = in_currency
        if key not in fresh:
            found.append(f"{name} holds what is not there any more.")
        elif key in merged and not getattr(fresh[key].record, "active", True):
            continue  # made inactive after all its invoices were given to one other: a merge by hand
        elif key not in held:
            found.append(f"{name} is missing.")
        elif stage.plan.merging and _merged_apart(stage, held[key], fresh[key].record):
            continue
        elif apart := _apart(held[key], fresh[key].record):
            found.append(f"{name} is behind: {apart}.")
    return found


def _in_its_currency(stage: Stage, key: tuple[Side, Kind, str], fresh: Mapping[Any, Row]) -> Row | None:
    """What one of HubSpot's customers is in another currency, of which a feed knows nothing: as the customer itself."""
    owner, code = parted(key[2])
    row = fresh.get((key[0], key[1], owner))
    if not code or row is None or not isinstance(row.record, Customer):
        return None
    home = str(stage.crm.company()["currency"])
    return msgspec.structs.replace(row, id=key[2], record=derived(row.record, code, home))


def _merged_apart(stage: Stage, held: Any, there: Any) -> bool:
    """Whether an invoice differs only in what a merge changes without a new version, and nobody asks for.

    That is its items, which are coding, and a customer that is in no pair, or of an invoice that is void.
    """
    if not isinstance(held, Invoice) or not isinstance(there, Invoice):
        return False
    with stage.database.read() as tx:
        paired = pairs.find(tx, stage.connection, Kind.CUSTOMER, Side.BOOKS, held.customer)
    asked_for = paired is not None and held.status != "void"
    mine, now = (_uncoded(one, one.customer if asked_for else "") for one in (held, there))
    return not _apart(mine, now)


def _uncoded(record: Invoice, customer: str) -> Invoice:
    lines = tuple(msgspec.structs.replace(line, item="", name="") for line in record.lines)
    return msgspec.structs.replace(record, lines=lines, customer=customer)


def _apart(held: Any, there: Any) -> str:
    """In what two records differ, apart from what changes without a new version or is asked for only at times."""
    mine, now = msgspec.structs.asdict(held), msgspec.structs.asdict(there)
    free = {"finalized", "modified"} | ({"balance"} if isinstance(held, Customer) else set())
    return ", ".join(f"{n} {mine[n]!r} -> {now[n]!r}" for n in mine if n not in free and mine[n] != now[n])

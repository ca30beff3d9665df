"""A HubSpot side in front of a sandbox in process, and a seller who works in the same account."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx2
import msgspec
import pytest
from tests.doubles import MemoryShelf, MemoryVault

from tieout.core.records import Kind
from tieout.hubspot.side import HubSpotSide, profile
from tieout.remote.http import Http
from tieout.remote.inprocess import InProcess
from tieout.remote.outcomes import Done
from tieout.remote.ports import Tokens
from tieout.remote.rows import Batch, Row
from tieout.remote.side import Operation, Unit
from tieout.sandbox.gate import Gate
from tieout.sandbox.hubspot.app import HubSpotSandbox
from tieout.sandbox.hubspot.wire import Request

BASE = "http://hubspot.sandbox"


class StandingClock:
    """Moves only when told or slept on."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)


class World:
    """One account, our side of it, and the seller. like: another world, whose account this one shares."""

    def __init__(self, *, model: str = "company", zone: str = "America/New_York", like: "World | None" = None) -> None:
        self.clock = like.clock if like else StandingClock()
        self.sandbox = like.sandbox if like else HubSpotSandbox(clock=self.clock, random=random.Random(1), quotas=False)
        self.gate = Gate(self.sandbox, clock=self.clock)
        self.signed_in = self.sandbox.sign_in(BASE)
        self.seller = self.sandbox.token("seller")
        self.vault = MemoryVault(
            Tokens(
                access=self.signed_in["access_token"],
                refresh=self.signed_in["refresh_token"],
                client_id=self.signed_in["client_id"],
                client_secret=self.signed_in["client_secret"],
            )
        )
        self.shelf = MemoryShelf()
        self.mirror: dict[tuple[Kind, str], Row] = {}
        self.unreadable: list[Any] = []
        self.cursor = ""
        client = httpx2.AsyncClient(transport=InProcess(self.gate), base_url=BASE)
        self.http = Http(client, account="crm", clock=self.clock)
        self._model, self._zone = model, zone
        self.side = self.new_side()
        self._ids = 0
        run(self.side.set_up())

    def new_side(self, **more: Any) -> HubSpotSide:
        return HubSpotSide(
            http=self.http,
            base_url=BASE,
            vault=self.vault,
            shelf=self.shelf,
            clock=self.clock,
            profile=profile(commit_within=2, index_lag=2),
            model=self._model,  # type: ignore[arg-type]
            zone=ZoneInfo(self._zone),
            ui="app.hubspot.com",
            portal=self.signed_in["portal_id"],
            random=random.Random(2),
            held=self.held,
            **more,
        )

    def held(self, kind: Kind, ids: Sequence[str]) -> list[Row]:
        return [row for id_ in ids if (row := self.mirror.get((kind, id_))) and row.record is not None]

    @staticmethod
    def run(coroutine: Any) -> Any:
        return run(coroutine)

    # The engine's part.

    def pull(self) -> list[Batch]:
        """Read the feed and mirror it, as the engine does."""
        return run(self._pull())

    async def _pull(self) -> list[Batch]:
        batches = []
        async for batch in self.side.feed(self.cursor):
            self.cursor = batch.cursor
            self.take(batch.rows)
            self.unreadable += batch.unreadable
            batches.append(batch)
        return batches

    def take(self, rows: Sequence[Row]) -> None:
        for row in rows:
            held = self.mirror.get((row.kind, row.id))
            if held is None or held.version <= row.version or row.kind is Kind.CUSTOMER:
                self.mirror[row.kind, row.id] = row

    def record(self, kind: Kind, id_: str) -> Any:
        return self.mirror[kind, id_].record

    def calls(self) -> int:
        """The calls since the last time that this was asked."""
        made, self.http.calls = self.http.calls, 0
        return made

    def log(self) -> list[tuple[str, str]]:
        return [(entry.method, entry.path) for entry in self.gate.control.log.after(0)]

    def plan(self, *rules: dict[str, Any]) -> None:
        """Put a fault plan."""
        body = msgspec.json.encode({"rules": list(rules)})
        answer = run(self.gate.control.answer(method="PUT", path="/_sandbox/faults", query="", body=body))
        assert answer.status < 300, answer.body

    def unit_id(self) -> str:
        self._ids += 1
        return f"{self._ids:032x}"

    def prepare(self, *operations: Operation) -> Any:
        return run(self.side.prepare(operations, self.unit_id))

    def send(self, unit: Unit, *operations: Operation) -> Any:
        return run(self.side.send(unit, operations, 30.0))

    def settle(self, unit: Unit, *operations: Operation) -> Any:
        return run(self.side.settle(unit, operations))

    def write(self, *operations: Operation) -> list[Any]:
        """Prepare, send, mirror."""
        prepared = self.prepare(*operations)
        assert not prepared.impossible, prepared.impossible
        outcomes = []
        for unit in prepared.units:
            for outcome in self.send(unit, *operations):
                outcomes.append(outcome)
                if isinstance(outcome, Done) and outcome.row:
                    self.take([outcome.row])
        return outcomes

    # The seller's part.

    def call(self, method: str, url: str, body: Any = None) -> Any:
        """One call of the seller's; it takes a millisecond."""
        self.clock.advance(0.001)
        parts = urlsplit(url)
        answer = self.sandbox.answer(
            Request(
                method=method,
                path=parts.path,
                query=parse_qs(parts.query),
                body=msgspec.json.encode(body) if body is not None else b"",
                authorization=f"Bearer {self.seller}",
                stale=False,
            )
        )
        assert answer.status < 400, answer.body
        return msgspec.json.decode(answer.body) if answer.body else None

    def make(self, type_: str, properties: dict[str, Any], *associations: tuple[str, int]) -> str:
        links = [
            {"to": {"id": to}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]}
            for to, type_id in associations
        ]
        answered = self.call("POST", f"/crm/v3/objects/{type_}", {"properties": properties, "associations": links})
        return str(answered["id"])

    def edit(self, type_: str, id_: str, **properties: str) -> None:
        self.call("PATCH", f"/crm/v3/objects/{type_}/{id_}", {"properties": properties})

    def associate(self, type_: str, id_: str, other: str, other_id: str) -> None:
        self.call("PUT", f"/crm/v4/objects/{type_}/{id_}/associations/default/{other}/{other_id}")

    def dissociate(self, type_: str, id_: str, other: str, other_id: str) -> None:
        self.call("DELETE", f"/crm/v4/objects/{type_}/{id_}/associations/{other}/{other_id}")

    def archive(self, type_: str, id_: str) -> None:
        self.call("DELETE", f"/crm/v3/objects/{type_}/{id_}")

    def show(self, type_: str, id_: str, *names: str) -> dict[str, Any]:
        found = self.call("GET", f"/crm/v3/objects/{type_}/{id_}?properties={','.join(names)}")
        return dict(found["properties"])

    def ana(self, company: str = "", email: str = "ana@nova.example") -> str:
        links = [(company, 279)] if company else []
        return self.make("contacts", {"email": email, "firstname": "Ana", "lastname": "Ruiz"}, *links)

    def invoice(self, contact: str, *lines: dict[str, Any], company: str = "", **properties: str) -> str:
        """An open billable invoice."""
        ids = [self.make("line_items", {"name": "Work", "quantity": "1", **line}) for line in lines]
        links = [(contact, 177), *((id_, 409) for id_ in ids)]
        if company:
            links.append((company, 179))
        invoice = self.make("invoices", {"hs_currency": "USD", **properties}, *links)
        self.edit("invoices", invoice, hs_invoice_status="open")
        return invoice

    def lines(self, invoice: str) -> list[str]:
        return self._of_invoice(invoice, "line_items")

    def payments(self, invoice: str) -> list[str]:
        return self._of_invoice(invoice, "commerce_payments")

    def _of_invoice(self, invoice: str, type_: str) -> list[str]:
        found = self.call("GET", f"/crm/v4/objects/invoices/{invoice}/associations/{type_}")
        return [str(one["toObjectId"]) for one in found["results"]]


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


@pytest.fixture
def world() -> World:
    """A US account, company first."""
    return World()


@pytest.fixture
def worlds() -> Callable[..., World]:
    """Makes accounts."""
    return World

"""A company in QuickBooks' sandbox, in this process, with Tieout's side of it and a bookkeeper."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx2
import msgspec
import pytest
from tests.doubles import MemoryVault

from tieout.quickbooks.side import QuickBooksSide, profile
from tieout.remote.http import Http
from tieout.remote.inprocess import InProcess
from tieout.remote.ports import Tokens
from tieout.remote.rows import Batch
from tieout.sandbox.gate import Gate
from tieout.sandbox.quickbooks.app import QuickBooksSandbox

ROOT = "http://quickbooks.test"


class LeapingClock:
    """A clock whose sleeps take no time; `slept` lists them."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 5, 12, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class Company:
    """The sandbox, its bookkeeper, and `side`, which is under test."""

    def __init__(self, country: str) -> None:
        self.clock = LeapingClock()
        self.sandbox = QuickBooksSandbox(clock=self.clock, random=random.Random(7), company=country, quotas=False)
        self.gate = Gate(self.sandbox, clock=self.clock)
        signed = self.sandbox.sign_in(ROOT)
        self.realm = signed["realm_id"]
        self.vault = MemoryVault(
            Tokens(signed["access_token"], signed["refresh_token"], signed["client_id"], signed["client_secret"])
        )
        self.web = httpx2.AsyncClient(transport=InProcess(self.gate), base_url=ROOT)
        self.http = Http(self.web, account="quickbooks", clock=self.clock)
        self.held: dict[str, set[str]] = {}
        self.discovery_url = signed["discovery_url"]
        self.side = self.new_side()
        self._bookkeeper = {"authorization": f"Bearer {self.sandbox.token('bookkeeper')}", "accept": "application/json"}
        self._numbers = 0

    def new_side(self, **more) -> QuickBooksSide:
        wanted = {
            "http": self.http,
            "base_url": ROOT,
            "realm": self.realm,
            "vault": self.vault,
            "clock": self.clock,
            "profile": profile(),
            "discovery_url": self.discovery_url,
            "held": lambda entity: self.held.get(entity, set()),
        }
        return QuickBooksSide(**(wanted | more))

    def unit_id(self) -> str:
        self._numbers += 1
        return f"{self._numbers:032x}"

    async def post(self, path: str, body: dict, **parameters) -> dict:
        """What the bookkeeper does: one write; the object as QuickBooks answers it."""
        answer = await self.web.post(
            f"/v3/company/{self.realm}{path}",
            headers=self._bookkeeper,
            params={"minorversion": "75", **parameters},
            json=body,
        )
        assert answer.status_code == 200, answer.text
        return next(iter(answer.json().values()))

    async def get(self, entity: str, id_: str) -> dict:
        answer = await self.web.get(f"/v3/company/{self.realm}/{entity}/{id_}", headers=self._bookkeeper)
        assert answer.status_code == 200, answer.text
        return next(iter(answer.json().values()))

    async def count(self, entity: str) -> int:
        return (await self._queried(f"SELECT COUNT(*) FROM {entity}"))["totalCount"]

    async def rows(self, entity: str) -> list[dict]:
        return (await self._queried(f"SELECT * FROM {entity}")).get(entity, [])

    async def _queried(self, query: str) -> dict:
        path = f"/v3/company/{self.realm}/query"
        answer = await self.web.get(path, headers=self._bookkeeper, params={"query": query})
        return answer.json()["QueryResponse"]

    async def faults(self, *rules: dict) -> None:
        answer = await self.web.put("/_sandbox/faults", content=msgspec.json.encode({"rules": rules}))
        assert answer.status_code == 200, answer.text

    async def patch(self, **settings) -> None:
        answer = await self.web.patch("/_sandbox/company", content=msgspec.json.encode(settings))
        assert answer.status_code == 200, answer.text

    async def customer(self, name: str = "Nova Ltd", **more) -> str:
        return (await self.post("/customer", {"DisplayName": name, **more}))["Id"]

    async def item(self, name: str = "Consulting") -> str:
        income = (await self.side.facts()).income_accounts[0].id
        return (await self.post("/item", {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": income}}))[
            "Id"
        ]

    async def invoice(self, customer: str, item: str, amount: int = 100, **more) -> dict:
        line = {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": item}, "Qty": 1, "UnitPrice": amount},
        }
        return await self.post("/invoice", {"CustomerRef": {"value": customer}, "Line": [line], **more})

    async def pay(self, customer: str, total: int, applied: Sequence[tuple[str, int]]) -> dict:
        lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": "Invoice"}]} for id_, amount in applied]
        return await self.post("/payment", {"CustomerRef": {"value": customer}, "TotalAmt": total, "Line": lines})

    async def read(self, cursor: str = "") -> list[Batch]:
        return [batch async for batch in self.side.feed(cursor)]


@pytest.fixture
def us() -> Company:
    return Company("us-manual")


@pytest.fixture
def uk() -> Company:
    return Company("uk")

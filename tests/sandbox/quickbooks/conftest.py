"""A company in process, asked one request after the other, under a clock that stands still; and one that is served."""

import asyncio
import contextlib
import json
import random
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx2
import msgspec
import pytest
import uvicorn
from intuitlib.client import AuthClient

from quickbooks import QuickBooks
from tieout.sandbox.clock import AdvancingClock
from tieout.sandbox.quickbooks.app import QuickBooksSandbox
from tieout.sandbox.quickbooks.regimes import Country

_encode = msgspec.json.Encoder(decimal_format="number").encode


class StillClock:
    """Shows what it was set to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 10, 18, 0, 0, 500_000, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Books:
    """A bookkeeper's hand: short words for the requests that tests make."""

    def __init__(self, company: str, *, quotas: bool = False) -> None:
        self.clock = StillClock()
        self.sandbox = QuickBooksSandbox(clock=self.clock, random=random.Random(7), company=company, quotas=quotas)
        self.signed_in = self.sandbox.sign_in("http://books.test")
        self.root = f"/v3/company/{self.signed_in['realm_id']}"
        self.stale = False
        self.who: str | None = None

    def ask(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx2.Response:
        return asyncio.run(self._ask(method, path, token or self.signed_in["access_token"], options))

    async def _ask(self, method: str, path: str, token: str, options: dict[str, Any]) -> httpx2.Response:
        async def app(scope, receive, send) -> None:
            scope["state"] = {"sandbox.stale": self.stale}
            await self.sandbox(scope, receive, send)
            self.who = scope["state"].get("sandbox.who")

        options.setdefault("headers", {}).setdefault("authorization", f"Bearer {token}")
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://books.test") as client:
            return await client.request(method, path, **options)

    def post(self, name: str, body: Any, **params: Any) -> httpx2.Response:
        return self.ask("POST", f"{self.root}/{name.lower()}", content=_encode(body), params=params)

    def save(self, name: str, body: dict[str, Any], **params: Any) -> dict[str, Any]:
        answer = self.post(name, body, **params)
        assert answer.status_code == 200, answer.text
        return read(answer)[name]

    def refused(self, name: str, body: Any, **params: Any) -> dict[str, Any]:
        answer = self.post(name, body, **params)
        assert answer.status_code == 400, answer.text
        fault = read(answer)["Fault"]
        assert fault["type"] == "ValidationFault"
        assert len(fault["Error"]) == 1
        return fault["Error"][0]

    def read(self, name: str, identity: str) -> dict[str, Any]:
        answer = self.ask("GET", f"{self.root}/{name.lower()}/{identity}")
        assert answer.status_code == 200, answer.text
        return read(answer)[name]

    def query(self, statement: str) -> dict[str, Any]:
        answer = self.ask("GET", f"{self.root}/query", params={"query": statement})
        assert answer.status_code == 200, answer.text
        return read(answer)["QueryResponse"]

    def query_refused(self, statement: str) -> dict[str, Any]:
        answer = self.ask("GET", f"{self.root}/query", params={"query": statement})
        assert answer.status_code == 400, answer.text
        return read(answer)["Fault"]["Error"][0]

    def changes(self, names: str, since: datetime) -> dict[str, list[dict[str, Any]]]:
        answer = self.ask("GET", f"{self.root}/cdc", params={"entities": names, "changedSince": since.isoformat()})
        assert answer.status_code == 200, answer.text
        groups = read(answer)["CDCResponse"][0]["QueryResponse"]
        return {name: found for group in groups for name, found in group.items() if isinstance(found, list)}

    def customer(self, name: str = "Nova Ltd", **fields: Any) -> str:
        return self.save("Customer", {"DisplayName": name, **fields})["Id"]

    def item(self, name: str = "Design", **fields: Any) -> str:
        return self.save("Item", {"Name": name, "IncomeAccountRef": {"value": "1"}, **fields})["Id"]

    def code(self, name: str) -> dict[str, str]:
        """Return the reference to a tax code."""
        codes = self.query("SELECT * FROM TaxCode")["TaxCode"]
        return {"value": next(code["Id"] for code in codes if code["Name"] == name)}

    def invoice(self, customer: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        return self.save("Invoice", {"CustomerRef": {"value": customer}, "Line": list(lines), **fields})

    def pay(self, customer: str, total: float, *applied: tuple[str, str, float], **fields: Any) -> dict[str, Any]:
        return self.save("Payment", payment(customer, total, *applied) | fields)


def read(answer: httpx2.Response) -> Any:
    return json.loads(answer.text, parse_float=Decimal)


def line(item: str, amount: float, *, qty: float | None = None, price: float | None = None, **detail: Any) -> dict:
    figures = {"Qty": qty, "UnitPrice": price}
    detail |= {name: value for name, value in figures.items() if value is not None}
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item}, **detail},
    }


def payment(customer: str, total: float, *applied: tuple[str, str, float]) -> dict[str, Any]:
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": identity, "TxnType": kind}]} for kind, identity, amount in applied
    ]
    return {"CustomerRef": {"value": customer}, "TotalAmt": total, "Line": lines}


@pytest.fixture
def books() -> Books:
    """A company in the United States with manual sales tax."""
    return Books("us-manual")


@pytest.fixture
def automated() -> Books:
    """A company in California with automated sales tax."""
    return Books("us-ast")


@pytest.fixture
def uk() -> Books:
    """A company in the United Kingdom."""
    return Books("uk")


@pytest.fixture
def fr() -> Books:
    """A company in France."""
    return Books("fr")


@contextlib.contextmanager
def serving(company: Country) -> Iterator[tuple[QuickBooksSandbox, str]]:
    sandbox = QuickBooksSandbox(clock=AdvancingClock(), random=random.Random(3), company=company, quotas=False)
    server = uvicorn.Server(uvicorn.Config(sandbox, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield sandbox, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=5)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[QuickBooksSandbox, str]]:
    with serving("us-manual") as there:
        yield there


@pytest.fixture
def auth(served: tuple[QuickBooksSandbox, str], monkeypatch: pytest.MonkeyPatch) -> AuthClient:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    return sign_in(*served)


def sign_in(sandbox: QuickBooksSandbox, url: str) -> AuthClient:
    signed_in = sandbox.sign_in(url)
    return AuthClient(
        signed_in["client_id"],
        signed_in["client_secret"],
        "http://127.0.0.1/callback",
        signed_in["discovery_url"],
        access_token=signed_in["access_token"],
        refresh_token=signed_in["refresh_token"],
    )


@pytest.fixture
def qb(served: tuple[QuickBooksSandbox, str], auth: AuthClient) -> QuickBooks:
    return client_of(*served, auth)


def client_of(sandbox: QuickBooksSandbox, url: str, auth: AuthClient) -> QuickBooks:
    client = QuickBooks(
        auth_client=auth,
        refresh_token=auth.refresh_token,
        company_id=sandbox.sign_in(url)["realm_id"],
        minorversion=75,
    )
    client.api_url_v3 = f"{url}/v3"
    return client


@pytest.fixture
def word(request: pytest.FixtureRequest) -> str:
    return request.node.name.removeprefix("test_")[:40]

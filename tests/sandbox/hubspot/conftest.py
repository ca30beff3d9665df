"""Sandboxes of HubSpot for tests: one in process with a clock that stands still, one behind a real server."""

import asyncio
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import uvicorn

import hubspot
from tieout.sandbox.clock import AdvancingClock
from tieout.sandbox.hubspot.app import HubSpotSandbox
from tieout.sandbox.hubspot.wire import Request
from tieout.sandbox.vendor import Answer

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(float_hook=Decimal)


class StandingClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)


class Caller:
    """Calls a sandbox in process; answers (status, JSON)."""

    def __init__(self, sandbox: HubSpotSandbox, clock: StandingClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.token = sandbox.sign_in("http://sandbox")["access_token"]

    def answer(
        self, method: str, url: str, body: Any = None, *, stale: bool = False, token: str | None = None
    ) -> Answer:
        parts = urlsplit(url)
        return self.sandbox.answer(
            Request(
                method=method,
                path=parts.path,
                query=parse_qs(parts.query, keep_blank_values=True),
                body=body if isinstance(body, bytes) else b"" if body is None else _encoder.encode(body),
                authorization=f"Bearer {token or self.token}",
                stale=stale,
            )
        )

    def call(self, method: str, url: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        answer = self.answer(method, url, body, **more)
        return answer.status, _decoder.decode(answer.body) if answer.body else None

    def headers(self, method: str, url: str, body: Any = None) -> Mapping[str, str]:
        return self.answer(method, url, body).headers

    def ok(self, method: str, url: str, body: Any = None, **more: Any) -> Any:
        status, answered = self.call(method, url, body, **more)
        assert status < 400, answered
        return answered

    def refused(self, method: str, url: str, body: Any = None, status: int = 400, **more: Any) -> Any:
        answered_status, answered = self.call(method, url, body, **more)
        assert answered_status == status, answered
        return answered

    def make(self, kind: str, properties: dict[str, Any], *associations: tuple[str, int]) -> str:
        """Create an object, associated by (id, association type id), and return its id."""
        links = [
            {"to": {"id": to}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]}
            for to, type_id in associations
        ]
        answered = self.ok("POST", f"/crm/v3/objects/{kind}", {"properties": properties, "associations": links})
        return str(answered["id"])

    def read(self, kind: str, object_id: str, *names: str, **more: Any) -> dict[str, Any]:
        """Return an object's properties."""
        url = f"/crm/v3/objects/{kind}/{object_id}?properties={','.join(names)}"
        return dict(self.ok("GET", url, **more)["properties"])

    def open_invoice(self, *lines: dict[str, Any], email: str = "ana@example.com") -> str:
        """Make a contact and an open billable invoice of these lines, and return the invoice's id."""
        contact = self.make("contacts", {"email": email, "firstname": "Ana", "lastname": "Ruiz"})
        ids = [self.make("line_items", {"name": "Work", "quantity": 1, **line}) for line in lines]
        currency = self.sandbox.company()["currencies"][0]
        invoice = self.make("invoices", {"hs_currency": currency}, (contact, 177), *((one, 409) for one in ids))
        self.ok("PATCH", f"/crm/v3/objects/invoices/{invoice}", {"properties": {"hs_invoice_status": "open"}})
        return invoice

    def pay(self, invoice: str, amount: str, **more: str) -> str:
        """Record a succeeded payment on an invoice and return its id."""
        properties = {"hs_initial_amount": amount, "hs_initiated_date": "2026-03-10", "hs_latest_status": "succeeded"}
        return self.make("commerce_payments", {**properties, **more}, (invoice, 542))


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def new_account(clock: StandingClock) -> Callable[..., Caller]:
    """Opens accounts that share the test's clock; without quotas unless asked for."""

    def opened(*, country: str = "us", seed: int = 1, quotas: bool = False) -> Caller:
        return Caller(HubSpotSandbox(clock=clock, random=random.Random(seed), country=country, quotas=quotas), clock)

    return opened


@pytest.fixture
def us(new_account: Callable[..., Caller]) -> Caller:
    return new_account()


@pytest.fixture
def uk(new_account: Callable[..., Caller]) -> Caller:
    return new_account(country="uk")


@pytest.fixture
def fr(new_account: Callable[..., Caller]) -> Caller:
    return new_account(country="fr")


class Served:
    """A sandbox behind uvicorn on a free loopback port, in a thread of its own."""

    def __init__(self, app: Any) -> None:
        self.app = app
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="error", lifespan="off", interface="asgi3")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One US sandbox under uvicorn, shared by a module; no quotas, no index lag."""
    sandbox = HubSpotSandbox(clock=AdvancingClock(), random=random.Random(1), quotas=False)
    sandbox.patch_company({"index_lag_seconds": 0})
    with Served(sandbox) as server:
        yield server


@pytest.fixture(scope="module")
def client(served: Served) -> hubspot.Client:
    """The official client, pointed at the served sandbox."""
    return official_client(served.base_url, served.app.sign_in(served.base_url)["access_token"])


def official_client(base_url: str, access_token: str) -> hubspot.Client:
    """Return HubSpot's own client, speaking to `base_url` instead of api.hubapi.com."""
    return hubspot.Client.create(access_token=access_token, host=base_url)

"""A vendor so small that only its gate is tested, behind a real server."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tieout.sandbox.clock import AdvancingClock
from tieout.sandbox.gate import Gate
from tieout.sandbox.loopback import listen, serving
from tieout.sandbox.vendor import Answer, WrongSetting


class Till:
    """Takes notes by POST, shows them by GET."""

    name = "till"

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.settings: dict[str, Any] = {"closing_date": None}

    async def __call__(self, scope, receive, send) -> None:
        headers = dict(scope["headers"])
        scope["state"]["sandbox.who"] = headers[b"authorization"].decode() if b"authorization" in headers else None
        if scope["method"] == "POST":
            self.notes.append((await receive())["body"].decode())
        notes = self.notes[:-1] if scope["state"]["sandbox.stale"] else self.notes
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-till", b"open")]})
        await send({"type": "http.response.body", "body": json.dumps({"notes": notes}).encode(), "more_body": False})

    def company(self) -> dict[str, Any]:
        return self.settings

    def patch_company(self, changes: Mapping[str, Any]) -> None:
        if changes.keys() - self.settings.keys():
            raise WrongSetting("A till has closing_date.")
        self.settings |= changes

    def merge(self, entity: str, source: str, target: str) -> None:
        if entity != "note":
            raise WrongSetting("A till merges notes.")
        self.notes.append(f"{source} into {target}")

    def sign_in(self, base_url: str) -> dict[str, Any]:
        return {"base_url": base_url}

    def token(self, name: str) -> str:
        return name

    def fault(self, details: Mapping[str, Any]) -> Answer:
        if details.get("code") != "6140":
            raise WrongSetting("A till has the fault 6140.")
        return Answer(400, {"content-type": "application/json"}, b'{"code": "6140"}')

    def dump(self) -> bytes:
        return json.dumps(self.notes).encode()

    def load(self, state: bytes) -> None:
        self.notes = json.loads(state)


@dataclass
class Shop:
    """A till behind its gate and server, with a client."""

    till: Till
    gate: Gate
    clock: AdvancingClock
    client: httpx2.AsyncClient

    async def put(self, *rules: dict[str, Any]) -> None:
        answer = await self.client.put("/_sandbox/faults", json={"rules": list(rules)})
        assert answer.status_code == 200, answer.text

    async def log(self, after: int = 0) -> list[dict[str, Any]]:
        return (await self.client.get("/_sandbox/log", params={"after": after})).json()

    async def advance(self, seconds: float) -> None:
        answer = await self.client.post("/_sandbox/clock", json={"advance_seconds": seconds})
        assert answer.status_code == 200, answer.text

    async def note(self, text: str, **options: Any) -> httpx2.Response:
        return await self.client.post("/till/notes", content=text, **options)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    till, clock = Till(), AdvancingClock()
    gate = Gate(till, clock=clock)
    async with serving(gate, listen("Till", 0)) as url, httpx2.AsyncClient(base_url=url) as client:
        yield Shop(till, gate, clock, client)
        await gate.close()

"""The paths below /_sandbox/ and how they refuse."""

from datetime import datetime, timedelta

import httpx2
import pytest

from tieout.sandbox.clock import LoopClock
from tieout.sandbox.gate import Gate

pytestmark = pytest.mark.anyio


async def test_the_company_can_be_seen_and_changed(shop):
    answer = await shop.client.patch("/_sandbox/company", json={"closing_date": "2026-03-31"})
    assert answer.json() == {"closing_date": "2026-03-31"}
    assert (await shop.client.get("/_sandbox/company")).json() == {"closing_date": "2026-03-31"}


async def test_the_fault_plan_can_be_seen_and_cleared(shop):
    rule = {"match": {"method": "post", "path": "/till"}, "every": 2, "do": "html"}
    await shop.put(rule)
    assert (await shop.client.get("/_sandbox/faults")).json() == {"rules": [rule]}
    await shop.put()
    assert (await shop.client.get("/_sandbox/faults")).json() == {"rules": []}


async def test_a_named_client_gets_a_token(shop):
    answer = await shop.client.post("/_sandbox/token", json={"name": "bookkeeper"})
    assert answer.json() == {"access_token": "bookkeeper"}


async def test_objects_are_merged_as_in_the_vendors_pages(shop):
    answer = await shop.client.post("/_sandbox/merge", json={"entity": "note", "from": "1", "into": "2"})
    assert answer.json() == {"entity": "note", "from": "1", "into": "2"}
    assert shop.till.notes == ["1 into 2"]


async def test_the_clock_moves_forward(shop):
    before = datetime.fromisoformat((await shop.client.get("/_sandbox/clock")).json()["now"])
    answer = await shop.client.post("/_sandbox/clock", json={"advance_seconds": 86_400})
    assert datetime.fromisoformat(answer.json()["now"]) - before >= timedelta(days=1)


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("GET", "log?after=x", None, "after is the number of a log entry, not 'x'."),
        ("GET", "log?before=1", None, "The log takes after, not before."),
        ("PATCH", "company", b'{"colour": 1}', "A till has closing_date."),
        ("PATCH", "company", b"[1]", "The settings to change are a JSON object"),
        ("PATCH", "company", b"\xff", "The settings to change are a JSON object"),
        ("POST", "token", b'{"name": ""}', 'A token is for {"name": text}'),
        ("POST", "merge", b'{"entity": "note", "from": "1"}', 'A merge takes {"entity": name, "from": id, "into": id}'),
        ("POST", "merge", b'{"entity": "coin", "from": "1", "into": "2"}', "A till merges notes."),
        ("PUT", "faults", b"{}", 'A fault plan is {"rules": [...]}'),
        ("POST", "clock", b'{"advance_seconds": -1}', "The clock only moves forward"),
        ("POST", "clock", b'{"advance_seconds": 1e300}', "The clock cannot be advanced by 1e+300 seconds."),
        ("POST", "clock", b'{"seconds": 1}', 'The clock takes {"advance_seconds": number}'),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_sentence(shop, method, path, body, says):
    answer = await shop.client.request(method, f"/_sandbox/{path}", content=body)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    assert says in answer.json()["error"]


async def test_unknown_paths_and_methods_name_the_known(shop):
    answer = await shop.client.get("/_sandbox/nothing")
    assert answer.status_code == 404
    assert "/_sandbox/log" in answer.json()["error"]
    answer = await shop.client.delete("/_sandbox/log")
    assert (answer.status_code, answer.json()) == (405, {"error": "/_sandbox/log takes GET, not DELETE."})


async def test_a_clock_that_follows_its_loop_cannot_be_advanced(shop):
    gate = Gate(shop.till, clock=LoopClock(datetime.fromisoformat("2026-01-01T00:00:00Z")))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=gate), base_url="http://till") as client:
        answer = await client.post("/_sandbox/clock", json={"advance_seconds": 1})
    assert (answer.status_code, "clock of its event loop" in answer.text) == (400, True)

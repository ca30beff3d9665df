"""What a client meets at the gate: the log, and each way in which the fault plan makes a request go wrong."""

import asyncio
import time

import httpx2
import pytest

from tieout.sandbox.exchange import CannotDrop

pytestmark = pytest.mark.anyio

IMPATIENT = httpx2.Timeout(0.2)


async def test_a_request_without_fault_reaches_the_vendor(shop):
    answer = await shop.note("a")
    assert (answer.status_code, answer.json(), answer.headers["x-till"]) == (200, {"notes": ["a"]}, "open")


async def test_the_log_holds_each_request_with_what_its_client_received(shop):
    await shop.client.get("/till/caf%C3%A9?x=1&y=%20", headers={"authorization": "seller"})
    await shop.put({"do": "status", "with": {"status": 503}})
    await shop.note("a")
    first, second = await shop.log()
    moment = first.pop("at")
    assert moment.endswith("Z")
    assert first == {
        "seq": 1, "method": "GET", "path": "/till/café", "query": "x=1&y=%20", "status": 200, "who": "seller", "fault": None,
    }  # fmt: skip
    assert (second["seq"], second["status"], second["who"]) == (2, 503, None)
    assert second["fault"] == {"do": "status", "with": {"status": 503}}


async def test_the_log_can_be_read_from_a_number_on(shop):
    for text in "abc":
        await shop.note(text)
    assert [entry["seq"] for entry in await shop.log(after=1)] == [2, 3]
    assert await shop.log(after=3) == []
    assert await shop.log(after=99) == []


async def test_the_control_paths_are_neither_logged_nor_struck(shop):
    await shop.put({"do": "drop_before"})
    assert (await shop.client.get("/_sandbox/company")).json() == {"closing_date": None}
    assert await shop.log() == []


async def test_a_delay_passes_on_the_sandbox_clock(shop):
    await shop.put({"do": "delay", "with": {"seconds": 3600}})
    pending = asyncio.create_task(shop.note("a"))
    await asyncio.sleep(0.1)
    assert shop.till.notes == []
    await shop.advance(3600)
    assert (await pending).json() == {"notes": ["a"]}
    assert (await shop.log())[0]["status"] == 200


async def test_a_client_that_gives_up_does_not_stop_a_delayed_request(shop):
    await shop.put({"do": "delay", "with": {"seconds": 3600}, "times": 1})
    with pytest.raises(httpx2.ReadTimeout):
        await shop.note("a", timeout=IMPATIENT)
    await shop.advance(3600)
    assert shop.till.notes == ["a"]
    assert (await shop.log())[0]["status"] is None


@pytest.mark.parametrize(("do", "notes"), [("drop_before", []), ("drop_after", ["a"])])
async def test_a_dropped_connection_gives_no_answer(shop, do, notes):
    await shop.put({"do": do, "times": 1})
    with pytest.raises(httpx2.RemoteProtocolError):
        await shop.note("a")
    assert shop.till.notes == notes
    assert (await shop.log())[0]["status"] is None
    assert (await shop.note("b")).json() == {"notes": [*notes, "b"]}


@pytest.mark.parametrize(("do", "notes"), [("drop_before", []), ("drop_after", ["a"])])
async def test_a_connection_may_hang_until_the_client_gives_up(shop, do, notes):
    await shop.put({"do": do, "with": {"hang": True}})
    with pytest.raises(httpx2.ReadTimeout):
        await shop.note("a", timeout=IMPATIENT)
    assert shop.till.notes == notes


@pytest.mark.parametrize(("hang", "error"), [(True, httpx2.ReadTimeout), (False, httpx2.RemoteProtocolError)])
async def test_a_late_commit_happens_after_the_client_has_gone(shop, hang, error):
    await shop.put({"match": {"method": "POST"}, "do": "late_commit", "with": {"seconds": 90, "hang": hang}})
    with pytest.raises(error):
        await shop.note("a", timeout=IMPATIENT, headers={"authorization": "tieout"})
    await shop.advance(89)
    assert (await shop.client.get("/till/notes")).json() == {"notes": []}
    await shop.advance(1)
    assert (await shop.client.get("/till/notes")).json() == {"notes": ["a"]}
    entry = (await shop.log())[0]
    assert (entry["status"], entry["who"], entry["fault"]["do"]) == (None, "tieout", "late_commit")


async def test_late_commits_happen_in_the_order_of_their_moments(shop):
    await shop.put(
        {"do": "late_commit", "nth": 1, "with": {"seconds": 20, "hang": False}},
        {"do": "late_commit", "nth": 2, "with": {"seconds": 10, "hang": False}},
    )
    for text in "ab":
        with pytest.raises(httpx2.RemoteProtocolError):
            await shop.note(text)
    await shop.advance(30)
    assert shop.till.notes == ["b", "a"]


async def test_a_late_commit_also_happens_when_nobody_advances_the_clock(shop):
    await shop.put({"do": "late_commit", "with": {"seconds": 0.1, "hang": False}})
    with pytest.raises(httpx2.RemoteProtocolError):
        await shop.note("a")
    await asyncio.sleep(0.2)
    assert shop.till.notes == ["a"]


async def test_a_status_replaces_the_request(shop):
    await shop.put(
        {"do": "status", "with": {"status": 429, "headers": {"Retry-After": "7"}, "body": {"message": "slow"}}}
    )
    answer = await shop.note("a")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()) == (429, "7", {"message": "slow"})
    assert answer.headers["content-type"] == "application/json"
    assert shop.till.notes == []


async def test_a_status_without_content_has_no_body(shop):
    await shop.put({"do": "status", "with": {"status": 204, "body": "x"}})
    answer = await shop.note("a")
    assert (answer.status_code, answer.content) == (204, b"")


async def test_an_answer_may_be_replaced_after_the_vendor_handled_the_request(shop):
    await shop.put({"do": "status", "with": {"status": 502, "body": "bad gateway", "handled": True}})
    answer = await shop.note("a")
    assert (answer.status_code, answer.text, shop.till.notes) == (502, "bad gateway", ["a"])


async def test_a_fault_is_the_vendors_own(shop):
    await shop.put({"do": "fault", "with": {"code": "6140"}})
    answer = await shop.note("a")
    assert (answer.status_code, answer.json()) == (400, {"code": "6140"})


async def test_html_stands_where_json_was_due(shop):
    await shop.put({"do": "html"})
    answer = await shop.note("a")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


async def test_a_truncated_answer_is_complete_but_its_json_is_not(shop):
    await shop.put({"do": "truncate", "with": {"bytes": 5}})
    answer = await shop.note("a")
    assert (answer.status_code, answer.content, shop.till.notes) == (200, b'{"not', ["a"])


async def test_a_truncated_answer_may_break_off(shop):
    await shop.put({"do": "truncate", "with": {"bytes": 5, "drop": True}, "times": 1})
    with pytest.raises(
        httpx2.RemoteProtocolError, match="peer closed connection without sending complete message body"
    ):
        await shop.note("a")
    assert (await shop.log())[0]["status"] == 200


async def test_a_stale_read_shows_what_was_before_the_last_write(shop):
    await shop.note("a")
    await shop.put({"match": {"method": "GET"}, "do": "stale_read", "times": 1})
    assert (await shop.client.get("/till/notes")).json() == {"notes": []}
    assert (await shop.client.get("/till/notes")).json() == {"notes": ["a"]}


async def test_a_connection_stays_open_for_the_next_request(shop):
    await shop.note("a")
    started = time.monotonic()
    for _ in range(20):
        await shop.note("b")
    assert time.monotonic() - started < 0.5  # a delayed acknowledgement would cost 40 ms each time


async def test_a_server_that_cannot_drop_is_told_so(shop):
    await shop.put({"do": "drop_before"})
    transport = httpx2.ASGITransport(app=shop.gate)
    async with httpx2.AsyncClient(transport=transport, base_url="http://till") as client:
        with pytest.raises(CannotDrop, match=r"sandbox\.abort"):
            await client.get("/till/notes")


async def test_a_cancelled_request_in_process_still_commits_late(shop):
    await shop.put({"do": "late_commit", "with": {"seconds": 90}})
    transport = httpx2.ASGITransport(app=shop.gate)
    async with httpx2.AsyncClient(transport=transport, base_url="http://till") as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.post("/till/notes", content="a"), timeout=0.05)
    await shop.advance(90)
    assert shop.till.notes == ["a"]

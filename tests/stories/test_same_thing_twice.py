"""Stories 21 to 23: whatever happens to an answer, an invoice stands in the books once."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from tests.stories.conftest import COMMAND, World
from tests.stories.dying import Point
from tests.stories.virtual import Shop, in_virtual_time

ROOT = Path(__file__).parents[2]
VENDORS_TIME_OUT = 120.0
COMMITTED_90_SECONDS_LATE = {
    "match": {"path": "/invoice$", "method": "POST"},
    "nth": 1,
    "do": "late_commit",
    "with": {"seconds": 90},
}
FOUND = "Found after its answer was lost."


@pytest.mark.cause("unavailable")
def test_story_21_an_invoice_that_quickbooks_commits_late_is_waited_for_and_adopted(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect(commit_within=VENDORS_TIME_OUT)
        shop.plan("quickbooks", COMMITTED_90_SECONDS_LATE)
        await shop.sync()
        assert len(shop.quickbooks.writes("/invoice")) == 1
        sent = next(one for one in shop.quickbooks.log() if one.path.endswith("/invoice")).at
        assert 30 <= shop.since(sent) < 40, "Tieout gave up after 30 seconds"
        assert shop.bookkeeper.all("Invoice") == []
        with shop.nothing_is_written():
            while shop.since(sent) < VENDORS_TIME_OUT - 5:
                assert (await shop.sync()).states["invoice"]["retrying"] == 1
                await shop.clock.sleep(5)
            assert len(shop.bookkeeper.all("Invoice")) == 1, "QuickBooks committed after 90 seconds"
            done = await shop.sync(until_quiet=True)
        assert shop.since(sent) > VENDORS_TIME_OUT
        assert done.operations["books"]["create"] == 1
        assert done.states["invoice"]["in_sync"] == 1
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        assert FOUND in [one.why for one in shop.history()]
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_story_21_a_price_changed_before_the_late_commit_was_found_is_held(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect(commit_within=VENDORS_TIME_OUT)
        shop.plan("quickbooks", COMMITTED_90_SECONDS_LATE)
        await shop.sync()
        sent = next(one for one in shop.quickbooks.log() if one.path.endswith("/invoice")).at
        await shop.clock.sleep(100 - shop.since(sent))
        shop.bookkeeper.reprice(shop.bookkeeper.only("Invoice"), "110.00")
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        (held,) = shop.cases()
        assert (held.failure.state, held.failure.cause) == ("held", "charge_edited_in_books")
        assert {d.field: (d.before, d.after) for d in held.differences} == {
            "lines[1].price": ("100.00", "110.00"),
            "lines[1].amount": ("200.00", "220.00"),
            "total": ("200.00", "220.00"),
        }
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 220
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


class HalfABatch(httpx2.AsyncBaseTransport):
    """A vendor that carries out the first members of one batch of invoices, and never answers it."""

    def __init__(self, whole: httpx2.AsyncBaseTransport, members: int) -> None:
        self._whole = whole
        self._members = members
        self._struck = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        if self._struck or not (request.url.path.endswith("/batch") and b'"Invoice"' in body):
            return await self._whole.handle_async_request(request)
        self._struck = True
        items = msgspec.json.decode(body, type=dict[str, list[msgspec.Raw]])["BatchItemRequest"]
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        half = msgspec.json.encode({"BatchItemRequest": items[: self._members]})
        await self._whole.handle_async_request(
            httpx2.Request(request.method, request.url, headers=headers, content=half, extensions=request.extensions)
        )
        raise httpx2.ReadTimeout("No answer.", request=request)


def test_story_22_of_half_a_batch_18_are_adopted_and_12_go_into_a_new_unit(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        thirty_invoices(shop)
        await shop.connect()
        shop.quickbooks.carry = HalfABatch(shop.quickbooks.carry, 18)
        await shop.sync()
        assert len(shop.bookkeeper.all("Invoice")) == 18
        (first,) = shop.quickbooks.invoice_batches()
        done = await shop.sync(until_quiet=True)
        assert done.operations["books"]["create"] == 30
        assert done.states["invoice"]["in_sync"] == 30
        first_again, rest = shop.quickbooks.invoice_batches()
        assert first_again == first
        assert rest.query != first.query, "the twelve go under an id of their own"
        assert rest.body.count(b'"bId"') == 12
        assert sorted(one["DocNumber"] for one in shop.bookkeeper.all("Invoice")) == [
            f"INV-{number}" for number in range(1001, 1031)
        ]
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize("remembers", [True, False], ids=["request id known", "request id ignored"])
def test_story_22_of_a_batch_that_never_arrived_the_same_bytes_go_under_the_same_id(
    tmp_path: Path, remembers: bool
) -> None:
    async def story(shop: Shop) -> None:
        thirty_invoices(shop)
        shop.set_quickbooks(batch_requestid=remembers)
        await shop.connect()
        lost = {"match": {"path": "/batch$", "method": "POST"}, "nth": 2, "do": "drop_before", "with": {"hang": True}}
        shop.plan("quickbooks", lost)
        await shop.sync()
        assert len(shop.quickbooks.invoice_batches()) == 1
        assert shop.bookkeeper.all("Invoice") == []
        await shop.sync(until_quiet=True)
        first, again = shop.quickbooks.invoice_batches()
        assert (again.query, again.body) == (first.query, first.body)
        assert len(shop.bookkeeper.all("Invoice")) == 30
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def thirty_invoices(shop: Shop) -> None:
    nova = shop.seller.company("Nova Ltd", "ana@nova.example")
    for number in range(1, 31):
        shop.seller.invoice(nova, ("Consulting", "1", f"{number}.00"))


SYNC = ("sync", "shop", "--until-quiet", "--auto-match", "--json")


def test_story_23_processes_killed_around_their_write_make_one_invoice_each_time(world: World) -> None:
    sell = selling(world)
    world.connect()
    sell("100.00")
    killed_while_quickbooks_works(world)
    for price, point in (("200.00", Point.ANSWERED), ("300.00", Point.WRITING), ("400.00", Point.JOURNALED)):
        sell(price)
        dying = [sys.executable, "-m", "tests.stories.dying", point, *SYNC]
        killed = subprocess.run(dying, env=world.tieout.environment, cwd=ROOT, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert booked(world) == [100, 200, 300], "the last one was never sent"
    done = world.tieout.sync()
    assert done.standing("invoice") == {"in_sync": 4}
    assert booked(world) == [100, 200, 300, 400]
    assert len(invoices_sent(world)) == 4
    told = [one for one in world.tieout.history() if (one["kind"], one["side"]) == ("invoice", "books")]
    assert {(one["what"], one["state"]) for one in told} == {("Created in QuickBooks", "done")}
    assert sorted(one["why"] for one in told) == ["", FOUND, FOUND, FOUND]
    world.rests()


def selling(world: World) -> Callable[[str], str]:
    """Sells something to Nova Ltd for a price."""
    nova = world.seller.company("Nova Ltd")
    ana = world.seller.contact("ana@nova.example", "Ana", company=nova)
    return lambda price: world.seller.invoice(world.seller.line("1", price), contact=ana, company=nova)


def killed_while_quickbooks_works(world: World) -> None:
    """Kill Tieout between the sending of an invoice and its answer; QuickBooks books it all the same."""
    world.quickbooks.faults(
        {"match": {"path": "/invoice$", "method": "POST"}, "nth": 1, "do": "delay", "with": {"seconds": 1}}
    )
    with subprocess.Popen([COMMAND, *SYNC], env=world.tieout.environment, stdout=subprocess.DEVNULL) as running:
        while not invoices_sent(world):
            assert running.poll() is None
            time.sleep(0.02)
        running.kill()
    assert booked(world) == []
    while not booked(world):
        time.sleep(0.1)
    world.quickbooks.faults()


def invoices_sent(world: World) -> list[dict[str, Any]]:
    return [one for one in world.quickbooks.log() if one["method"] == "POST" and one["path"].endswith("/invoice")]


def booked(world: World) -> list[float]:
    return sorted(one["TotalAmt"] for one in world.bookkeeper.select("Invoice"))

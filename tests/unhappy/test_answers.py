"""Answers that never come, or are none: nothing is lost, nothing is written twice, and the next syncs go on."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.stories.virtual import Shop, in_virtual_time

from tieout.actions.errors import OutOfReach

Json = dict[str, Any]
NAMES = {"hubspot": "HubSpot", "quickbooks": "QuickBooks"}

HANDLED: list[Json] = [
    {"do": "drop_after"},
    {"do": "late_commit", "with": {"seconds": 1.5}},
    {"do": "truncate"},
    {"do": "delay", "with": {"seconds": 31}},
    {"do": "truncate", "with": {"drop": True}},
    {"do": "html", "with": {"handled": True}},
    {"do": "status", "with": {"status": 500, "handled": True}},
    {"do": "status", "with": {"status": 200, "handled": True, "body": {}}},
]
"""The vendor carries the write out; its answer says nothing of it."""

UNHANDLED: list[Json] = [
    {"do": "drop_before"},
    {"do": "html"},
    {"do": "status", "with": {"status": 503}},
    {"do": "fault", "with": {"status": 429}},
]
"""The vendor does nothing, and says so or not."""

FAULTS_IN_200: list[Json] = [
    {"do": "status", "with": {"status": 200, "body": {"Fault": {"Error": [{"code": code, "Message": "No"}]}}}}
    for code in ("10000", "5010")
]
"""Success by its status, a fault by its body: Intuit's system failure, and somebody else's change."""

SOME = [*HANDLED[:3], UNHANDLED[0]]


def named(value: object) -> str:
    return msgspec.json.encode(value).decode().replace('"', "")


WRITES = [("/invoice$", rule) for rule in (*HANDLED, *UNHANDLED, *FAULTS_IN_200)]
WRITES += [(path, HANDLED[1]) for path in ("/customer$", "/item$")]


@pytest.mark.parametrize(("path", "rule"), WRITES, ids=named)
def test_a_write_to_quickbooks_without_an_answer_happens_once(tmp_path: Path, path: str, rule: Json) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect(commit_within=40.0 if rule["do"] == "delay" else 2.0)
        shop.plan("quickbooks", {"match": {"path": path, "method": "POST"}, "nth": 1, **rule})
        done = await shop.sync(until_quiet=True)
        assert shop.quickbooks.struck() == 1
        assert done.operations["books"] == {"create": 3, "update": 0, "void": 0}
        for entity in ("Customer", "Item", "Invoice"):
            assert len([one for one in shop.bookkeeper.all(entity) if one.get("Type") != "Category"]) == 1
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize("rule", SOME, ids=named)
def test_a_payment_whose_answer_hubspot_owes_is_recorded_once(tmp_path: Path, rule: Json) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00")
        )
        await shop.connect(commit_within=40.0 if rule["do"] == "delay" else 2.0)
        await shop.sync(until_quiet=True)
        shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "80.00")
        shop.plan("hubspot", {"match": {"path": "commerce_payments/batch/create$"}, "nth": 1, **rule})
        done = await shop.sync(until_quiet=True)
        assert shop.hubspot.struck() == 1
        assert done.operations["crm"]["create"] == 1
        assert shop.seller.sees("invoices", invoice, "hs_balance_due") == "120.00"
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize("rule", SOME, ids=named)
def test_a_change_in_hubspot_without_an_answer_stands(tmp_path: Path, rule: Json) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example", "+1 212 555 0001")
        shop.seller.invoice(nova, ("Consulting", "2", "100.00"))
        await shop.connect(commit_within=40.0 if rule["do"] == "delay" else 2.0)
        await shop.sync(until_quiet=True)
        phone = {"FreeFormNumber": "+1 212 555 0003"}
        shop.bookkeeper.change("Customer", shop.bookkeeper.only("Customer"), PrimaryPhone=phone)
        shop.plan("hubspot", {"match": {"path": "companies/batch/update$"}, "nth": 1, **rule})
        await shop.sync(until_quiet=True)
        assert shop.hubspot.struck() == 1
        assert shop.seller.sees("companies", nova[0], "phone") == "+1 212 555 0003"
        assert shop.bookkeeper.only("Customer")["PrimaryPhone"] == phone
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize("rule", SOME, ids=named)
def test_a_price_changed_in_quickbooks_without_an_answer_is_changed_once(tmp_path: Path, rule: Json) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00")
        )
        await shop.connect(commit_within=40.0 if rule["do"] == "delay" else 2.0)
        await shop.sync(until_quiet=True)
        shop.seller.reprice(invoice, "110.00")
        shop.plan("quickbooks", {"match": {"path": "/invoice$", "method": "POST"}, "nth": 1, **rule})
        await shop.sync(until_quiet=True)
        assert shop.quickbooks.struck() == 1
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 220
        assert shop.bookkeeper.only("Invoice")["SyncToken"] == "1"
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize("side", ["hubspot", "quickbooks"])
@pytest.mark.parametrize("rule", [UNHANDLED[1], UNHANDLED[2], {"do": "truncate"}], ids=named)
def test_a_vendor_that_answers_no_read_is_named_and_nothing_changes(tmp_path: Path, side: str, rule: Json) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect()
        shop.plan(side, rule)
        with shop.nothing_is_written(), pytest.raises(OutOfReach, match=NAMES[side]):
            await shop.sync()
        shop.plan(side)
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize("path", ["/search$", "/batch/read$", "/query$", "/batch$", "/cdc$"])
@pytest.mark.parametrize("rule", [UNHANDLED[0], UNHANDLED[1], {"do": "truncate"}], ids=named)
def test_a_read_that_fails_now_and_then_loses_nothing(tmp_path: Path, path: str, rule: Json) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect()
        for side in ("hubspot", "quickbooks"):
            shop.plan(side, {"match": {"path": path}, "every": 2, "times": 6, **rule})
        await shop.sync(until_quiet=True)
        for side in ("hubspot", "quickbooks"):
            shop.plan(side)
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_200_that_carries_a_fault_is_a_failure_with_its_cause_and_goes_once_it_is_cured(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect()
        body = {"Fault": {"Error": [{"code": "6000", "Message": "A business validation error", "Detail": "Not today"}]}}
        shop.plan("quickbooks", {"match": {"path": "/invoice$"}, "do": "status", "with": {"status": 200, "body": body}})
        await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        assert (case.failure.state, case.failure.cause, case.text) == ("failing", "quickbooks_rule", "Not today")
        assert shop.bookkeeper.all("Invoice") == []
        shop.plan("quickbooks")
        shop.fix("try_again")
        await shop.sync(until_quiet=True)
        assert shop.cases() == []
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_fault_in_200_at_a_read_is_told_from_an_empty_list(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect()
        body = {"Fault": {"Error": [{"code": "10000", "Message": "System failure"}]}}
        shop.plan(
            "quickbooks",
            {"match": {"path": "/(query|batch|cdc)$"}, "do": "status", "with": {"status": 200, "body": body}},
        )
        with shop.nothing_is_written(), pytest.raises(OutOfReach, match="QuickBooks cannot answer now"):
            await shop.sync()
        shop.plan("quickbooks")
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_payment_whose_answer_was_lost_and_that_was_archived_since_is_not_recorded_again(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        invoice = shop.seller.invoice(nova, ("Consulting", "2", "100.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "50.00")
        create = {"match": {"path": "commerce_payments/batch/create"}, "nth": 1, "do": "drop_after"}
        shop.plan("hubspot", create)
        await shop.sync()
        assert shop.hubspot.struck() == 1
        assert shop.seller.archive_payments(invoice) == 1
        await shop.clock.sleep(10)
        await shop.sync(until_quiet=True)
        assert len(shop.hubspot.writes("commerce_payments/batch/create")) == 1
        assert [case.failure.cause for case in shop.cases()] == ["deleted_in_hubspot"]
        assert shop.seller.sees("invoices", invoice, "hs_balance_due") == "200.00"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)

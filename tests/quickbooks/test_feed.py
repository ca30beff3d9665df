"""Everything at first, then what changed, in as few calls as QuickBooks' limits allow."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import httpx2
import msgspec
import pytest
from tests.quickbooks.conftest import ROOT

from tieout.core.records import Key, Kind
from tieout.quickbooks import limits
from tieout.quickbooks.oauth import SignIn
from tieout.quickbooks.rows import LAST
from tieout.remote.errors import Refusal, SignInTrouble, Unavailable
from tieout.remote.http import Http
from tieout.remote.inprocess import InProcess


def rows(batches):
    return {row.id: row for batch in batches for row in batch.rows}


def test_the_facts_of_a_company_come_in_one_call(us, uk):
    async def story():
        american, british = await us.side.facts(), await uk.side.facts()
        assert us.http.calls == uk.http.calls == 1
        assert (american.currency, american.regime, american.country) == ("USD", "us-manual", "US")
        assert (british.currency, british.regime) == ("GBP", "per-line")
        codes = {code.name: code.percent for code in british.tax_codes}
        assert codes["20.0% S"] == 20
        assert {code.id for code in american.tax_codes} >= {"TAX", "NON"}
        assert american.income_accounts
        assert american.terms
        assert american.payment_methods
        assert american.closing_date is None

    asyncio.run(story())


def test_a_complete_read_takes_one_call_and_an_idle_check_another(us):
    async def story():
        nova, item = await us.customer(Balance=None), await us.item()
        invoice = await us.invoice(nova, item, 250, DocNumber="1001")
        payment = await us.pay(nova, 100, [(invoice["Id"], 100)])
        await us.post("/vendor", {"DisplayName": "Bo Li"})
        us.clock.moment += timedelta(minutes=1)
        before = us.http.calls
        batches = await us.read()
        assert us.http.calls == before + 1
        assert [batch.complete for batch in batches] == [False] * (len(batches) - 1) + [True]
        found = rows(batches)
        read = next(r.record for r in found.values() if r.kind is Kind.INVOICE)
        assert (read.number, read.total, read.balance, read.customer) == ("1001", Decimal(250), Decimal(150), nova)
        settled = next(r for r in found.values() if r.kind is Kind.SETTLEMENT)
        assert (settled.id, settled.record.amount) == (f"{payment['Id']}:{invoice['Id']}", 100)
        keys = [key for batch in batches for key in batch.keys]
        assert [(k.list, k.keys) for k in keys] == [("vendor", (Key("display_name", "bo li"),))]

        idle = us.http.calls
        us.clock.moment += timedelta(minutes=1)
        (batch,) = await us.read(batches[-1].cursor)
        assert us.http.calls == idle + 1
        assert (batch.rows, batch.facts_changed) == ((), False)

    asyncio.run(story())


def test_changes_come_with_the_wholes_they_belong_to(us):
    async def story():
        nova, item = await us.customer(), await us.item()
        one, two = await us.invoice(nova, item, 300), await us.invoice(nova, item, 250)
        cursor = (await us.read())[-1].cursor
        us.clock.moment += timedelta(minutes=1)
        payment = await us.pay(nova, 500, [(one["Id"], 300), (two["Id"], 200)])
        (batch,) = await us.read(cursor)
        amounts = {row.id: row.record.amount for row in batch.rows if row.kind is Kind.SETTLEMENT}
        assert amounts == {f"{payment['Id']}:{one['Id']}": 300, f"{payment['Id']}:{two['Id']}": 200}
        assert batch.wholes == ((Kind.SETTLEMENT, payment["Id"], int(payment["SyncToken"])),)
        us.clock.moment += timedelta(minutes=1)
        await us.post("/payment", {"Id": payment["Id"], "SyncToken": payment["SyncToken"]}, operation="delete")
        (batch,) = await us.read(batch.cursor)
        assert batch.wholes == ((Kind.SETTLEMENT, payment["Id"], LAST),)
        assert not [row for row in batch.rows if row.kind is Kind.SETTLEMENT]

    asyncio.run(story())


def test_a_deleted_invoice_is_gone_and_an_inactive_customer_is_not(us):
    async def story():
        nova, item = await us.customer(), await us.item()
        invoice = await us.invoice(nova, item)
        cursor = (await us.read())[-1].cursor
        us.clock.moment += timedelta(minutes=1)
        held = await us.get("invoice", invoice["Id"])
        await us.post("/invoice", {"Id": held["Id"], "SyncToken": held["SyncToken"]}, operation="delete")
        ana = await us.get("customer", nova)
        await us.post("/customer", {"Id": nova, "SyncToken": ana["SyncToken"], "sparse": True, "Active": False})
        (batch,) = await us.read(cursor)
        found = rows([batch])
        assert (found[invoice["Id"]].record, found[invoice["Id"]].gone) == (None, "deleted")
        assert any(row.kind is Kind.CUSTOMER and row.record and not row.record.active for row in batch.rows)

    asyncio.run(story())


def test_a_change_of_preferences_asks_for_the_facts_anew(us):
    async def story():
        cursor = (await us.read())[-1].cursor
        us.clock.moment += timedelta(minutes=1)
        await us.patch(closing_date="2026-01-31")
        (batch,) = await us.read(cursor)
        assert batch.facts_changed
        assert (await us.side.facts()).closing_date.isoformat() == "2026-01-31"

    asyncio.run(story())


def test_a_long_list_is_read_page_by_page_and_goes_on_where_it_stopped(us, monkeypatch):
    monkeypatch.setattr(limits, "PAGE", 3)

    async def story():
        for number in range(8):
            await us.customer(f"Buyer {number}")
        whole = await us.read()
        assert sorted(row.record.name for row in rows(whole).values()) == [f"Buyer {n}" for n in range(8)]
        rest = await us.read(whole[0].cursor)
        assert [row.record.name for row in rows(rest).values()] == [f"Buyer {n}" for n in range(3, 8)]
        assert rest[-1].complete

    asyncio.run(story())


def test_more_changes_than_one_answer_holds_are_read_by_id_with_what_was_deleted(us, monkeypatch):
    async def story():
        gone, kept = await us.customer("Old"), await us.customer("Kept")
        invoice = await us.invoice(kept, await us.item())
        cursor = (await us.read())[-1].cursor
        us.held = {"Customer": {gone, kept}, "Invoice": {invoice["Id"]}}
        us.clock.moment += timedelta(minutes=1)
        held = await us.get("invoice", invoice["Id"])
        await us.post("/invoice", {"Id": held["Id"], "SyncToken": held["SyncToken"]}, operation="delete")
        for number in range(7):
            await us.customer(f"Buyer {number}")
        monkeypatch.setattr(limits, "PAGE", 3)
        batches = await us.read(cursor)
        names = {row.record.name for row in rows(batches).values() if row.record}
        assert {f"Buyer {n}" for n in range(7)} <= names
        assert rows(batches[-1:])[invoice["Id"]].gone == "deleted"
        assert not any(batch.complete for batch in batches)
        monkeypatch.undo()
        us.clock.moment += timedelta(minutes=1)
        (repeated,) = await us.read(batches[-1].cursor)
        us.clock.moment += timedelta(minutes=1)
        (idle,) = await us.read(repeated.cursor)
        assert idle.rows == ()

    asyncio.run(story())


def test_after_thirty_days_changes_are_read_by_id(us):
    async def story():
        await us.customer("Old")
        us.clock.moment += timedelta(minutes=1)
        cursor = (await us.read())[-1].cursor
        us.clock.moment += timedelta(days=40)
        await us.customer("New")
        batches = await us.read(cursor)
        assert [row.record.name for row in rows(batches).values()] == ["New"]
        assert batches[-2].facts_changed

    asyncio.run(story())


def test_records_are_read_by_id_and_one_that_is_not_there_is_gone(us):
    async def story():
        nova, item = await us.customer("O'Hara \\ Sons"), await us.item()
        invoice = await us.invoice(nova, item)
        payment = await us.pay(nova, 100, [(invoice["Id"], 60)])
        first, second = await us.side.read(Kind.CUSTOMER, [nova, "999"])
        assert (first.record.name, second.gone) == ("O'Hara \\ Sons", "deleted")
        (applied, other) = await us.side.read(
            Kind.SETTLEMENT, [f"{payment['Id']}:{invoice['Id']}", f"{payment['Id']}:888"]
        )
        assert (applied.record.amount, other.record) == (60, None)
        assert (second.version, other.version) == (2**62, 0)
        many = await us.side.read(Kind.CUSTOMER, [nova, *(str(n) for n in range(5000, 5400))])
        assert many[0].record is not None
        assert len(many) == 401

    asyncio.run(story())


def test_a_read_is_tried_again_and_then_given_up(us):
    async def story():
        await us.side.facts()
        await us.faults({"match": {"path": "query"}, "every": 1, "times": 2, "do": "status", "with": {"status": 503}})
        await us.side.read(Kind.CUSTOMER, ["1"])
        assert len(us.clock.slept) == 2
        for broken in ("html", "truncate", "drop_after", "drop_before"):
            await us.faults({"match": {"path": "query"}, "every": 1, "times": 9, "do": broken, "with": {}})
            with pytest.raises(Unavailable):
                await us.side.read(Kind.CUSTOMER, ["1"])
        await us.faults({"match": {"path": "query"}, "every": 1, "times": 9, "do": "fault", "with": {"status": 429}})
        with pytest.raises(Unavailable) as caught:
            await us.side.read(Kind.CUSTOMER, ["1"])
        assert caught.value.retry_after == 60
        wrong = {"status": 200, "code": "4001"}
        await us.faults({"match": {"path": "query"}, "every": 1, "times": 9, "do": "fault", "with": wrong})
        with pytest.raises(Refusal):
            await us.side.read(Kind.CUSTOMER, ["1"])

    asyncio.run(story())


@pytest.mark.parametrize("denied", [False, True])
def test_of_two_processes_that_renew_at_once_both_use_what_was_stored_first(us, denied):
    async def story():
        us.sandbox.expire_tokens()
        expired = us.vault.tokens
        if denied:
            us.vault.tokens = expired = msgspec.structs.replace(expired, refresh="used up")
        stored = msgspec.structs.replace(expired, access="theirs", refresh="newer")

        class Overtaken(InProcess):
            """Another process stores its tokens while ours are being asked for."""

            async def handle_async_request(self, request):
                us.vault.write(stored)
                return await super().handle_async_request(request)

        web = httpx2.AsyncClient(transport=Overtaken(us.gate), base_url=ROOT)
        http = Http(web, account="quickbooks", clock=us.clock)
        sign_in = SignIn(http=http, vault=us.vault, clock=us.clock, discovery_url=us.discovery_url)
        assert await sign_in.renew(expired.access) == "theirs"
        assert us.vault.tokens == stored

    asyncio.run(story())


def test_two_sign_ins_of_one_vault_renew_at_once_and_agree(us):
    async def story():
        us.sandbox.expire_tokens()
        expired = us.vault.tokens.access
        both = [SignIn(http=us.http, vault=us.vault, clock=us.clock, discovery_url=us.discovery_url) for _ in range(2)]
        one, other = await asyncio.gather(*(each.renew(expired) for each in both))
        assert one == other == us.vault.tokens.access
        assert len(us.vault.written) == 1

    asyncio.run(story())


def test_an_expired_sign_in_is_renewed_once_and_stored_before_use(us):
    async def story():
        us.sandbox.expire_tokens()
        await asyncio.gather(us.side.facts(), us.side.facts())
        assert len(us.vault.written) == 1
        assert us.vault.tokens.refresh
        us.vault.tokens = type(us.vault.tokens)(
            "unknown", "unknown", us.vault.tokens.client_id, us.vault.tokens.client_secret
        )
        with pytest.raises(SignInTrouble) as caught:
            await us.side.facts()
        assert caught.value.cause == "sign_in_expired"

    asyncio.run(story())


@pytest.mark.cause("wrong_company")
def test_another_company_and_a_lapsed_subscription_stop_the_connection(us):
    async def story():
        with pytest.raises(SignInTrouble) as caught:
            await us.new_side(realm="1").facts()
        assert caught.value.cause == "wrong_company"
        await us.faults({"match": {"path": "batch"}, "every": 1, "times": 1, "do": "fault", "with": {"code": "6190"}})
        with pytest.raises(SignInTrouble) as caught:
            await us.side.facts()
        assert caught.value.cause == "subscription_lapsed"

    asyncio.run(story())


def test_pages_are_addressed(us):
    assert us.side.page(Kind.INVOICE, "5") == "https://app.qbo.intuit.com/app/invoice?txnId=5"
    assert us.side.page(Kind.SETTLEMENT, "7:5") == "https://app.qbo.intuit.com/app/recvpayment?txnId=7"
    assert us.side.page(Kind.CUSTOMER, "3") == "https://app.qbo.intuit.com/app/customerdetail?nameId=3"
    assert us.side.page(Kind.ITEM, "3") == "https://app.qbo.intuit.com/app/items"

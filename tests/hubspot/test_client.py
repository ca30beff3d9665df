"""The client: signing in again, waiting, giving up, and the set-up of an account."""

import random
from contextlib import nullcontext
from datetime import datetime, timedelta
from decimal import Decimal

import httpx2
import msgspec
import pytest
from tests.hubspot.conftest import StandingClock

from tieout.core.records import Kind
from tieout.hubspot.client import Client
from tieout.hubspot.documents import Account, decoder
from tieout.hubspot.oauth import SignIn
from tieout.hubspot.setup import WANTED
from tieout.remote.errors import Refusal, SignInTrouble, Unavailable
from tieout.remote.http import Http
from tieout.remote.inprocess import InProcess
from tieout.remote.ports import Rate, Tokens
from tieout.remote.side import Operation
from tieout.sandbox.gate import Gate
from tieout.sandbox.hubspot.app import HubSpotSandbox

READS = {"match": {"path": "account-info"}}


def facts(world):
    return world.run(world.side.facts())


def test_facts_cost_two_calls(world):
    world.sandbox.patch_company(
        {"tax_rates": [{"id": "7", "name": "VAT", "label": "VAT 20", "percentageRate": 20, "active": True}]}
    )
    world.calls()
    found = facts(world)
    assert world.calls() == 2
    assert (found.currency, found.zone, found.currencies) == ("USD", "America/New_York", ("USD",))
    assert found.portal == world.signed_in["portal_id"]
    assert [(one.id, one.percent) for one in found.tax_rates] == [("7", Decimal(20))]


def test_an_expired_token_is_renewed_once_and_stored_before_use(world):
    world.sandbox.expire_tokens()
    before = world.vault.tokens.access
    facts(world)
    assert world.vault.tokens.access != before
    assert len(world.vault.written) == 1
    assert sum(path.startswith("/oauth") for _, path in world.log()) == 1


def test_a_token_about_to_expire_is_renewed_beforehand(world):
    old = world.vault.tokens
    world.vault.tokens = Tokens(
        old.access, old.refresh, old.client_id, old.client_secret, world.clock.now() + timedelta(seconds=30)
    )
    facts(world)
    assert world.vault.tokens.access != old.access


@pytest.mark.parametrize("denied", [False, True])
def test_of_two_processes_that_renew_at_once_both_end_with_what_was_stored_first(world, denied):
    refused = world.vault.tokens
    stored = msgspec.structs.replace(refused, access="theirs", refresh="newer")

    class Overtaken(InProcess):
        """Another process stores its tokens while ours are being asked for."""

        async def handle_async_request(self, request):
            world.vault.write(stored)
            return await super().handle_async_request(request)

    if denied:
        world.vault.tokens = refused = msgspec.structs.replace(refused, refresh="used up")
    http = Http(httpx2.AsyncClient(transport=Overtaken(world.gate)), account="crm", clock=world.clock)
    sign_in = SignIn(http, "http://hubspot.sandbox", world.vault, world.clock)
    assert world.run(sign_in.renewed(refused.access)) == "theirs"
    assert world.vault.tokens == stored


def test_a_refresh_token_that_another_process_has_just_used_up_is_no_trouble(world):
    refused = world.vault.tokens = msgspec.structs.replace(world.vault.tokens, refresh="used up")
    stored = msgspec.structs.replace(refused, access="theirs", refresh="newer")

    class Meanwhile(StandingClock):
        async def sleep(self, seconds: float) -> None:
            world.vault.write(stored)

    sign_in = SignIn(world.http, "http://hubspot.sandbox", world.vault, Meanwhile())
    assert world.run(sign_in.renewed(refused.access)) == "theirs"


def test_a_sign_in_that_is_over_stops_everything(world):
    world.sandbox.expire_tokens()
    world.vault.tokens = Tokens(access=world.vault.tokens.access, refresh="wrong", client_id="x", client_secret="y")
    with pytest.raises(SignInTrouble) as caught:
        facts(world)
    assert caught.value.cause == "sign_in_expired"


def test_a_private_token_that_is_refused_stops_everything(world):
    world.vault.tokens = Tokens(access="pat-na1-wrong")
    with pytest.raises(SignInTrouble) as caught:
        facts(world)
    assert caught.value.cause == "sign_in_expired"


def test_a_missing_scope_is_named(world):
    scopes = [one for one in world.sandbox.company()["scopes"] if one != "crm.objects.invoices.read"]
    world.sandbox.patch_company({"scopes": scopes})
    with pytest.raises(SignInTrouble) as caught:
        world.run(world.side.read(Kind.INVOICE, ["1"]))
    assert (caught.value.cause, caught.value.evidence["scopes"]) == ("missing_scope", "crm.objects.invoices.read")


def test_setting_up_names_a_missing_scope_and_does_the_rest(worlds):
    world = worlds()
    missing = "crm.schemas.invoices.read"
    world.sandbox.patch_company({"scopes": [one for one in world.sandbox.company()["scopes"] if one != missing]})
    assert world.run(world.side.set_up()) == (missing,)
    assert missing in facts(world).missing_scopes


LACKING = ("crm.objects.commercepayments.write", "crm.schemas.invoices.write", "tax_rates.read")


@pytest.mark.parametrize("sign_in", ["OAuth", "private app"])
def test_all_that_a_sign_in_lacks_is_named_at_once(world, sign_in):
    assert world.run(world.side.missing_scopes()) == ()
    world.sandbox.patch_company({"scopes": [one for one in world.sandbox.company()["scopes"] if one not in LACKING]})
    if sign_in == "private app":
        world.vault.tokens = Tokens(access=world.vault.tokens.access)
    assert world.run(world.side.missing_scopes()) == LACKING
    assert facts(world).missing_scopes == LACKING


def test_setting_up_names_all_that_the_sign_in_lacks(worlds):
    world = worlds()
    scopes = [one for one in world.sandbox.company()["scopes"] if one not in (*LACKING, "crm.schemas.invoices.read")]
    world.sandbox.patch_company({"scopes": scopes})
    assert set(world.run(world.side.set_up())) == {*LACKING, "crm.schemas.invoices.read"}


def test_where_hubspot_does_not_say_what_was_granted_the_refused_one_is_named(world):
    world.sandbox.patch_company({"scopes": [one for one in world.sandbox.company()["scopes"] if one not in LACKING]})
    world.plan({"match": {"path": "introspect"}, "every": 1, "do": "status", "with": {"status": 404}})
    assert world.run(world.side.missing_scopes()) == ()
    assert facts(world).missing_scopes == ("tax_rates.read",)


def test_setting_up_again_makes_nothing(world):
    world.calls()
    assert world.run(world.side.set_up()) == ()
    assert world.calls() == len(WANTED)


@pytest.mark.parametrize(
    "rule",
    [
        {"do": "html"},
        {"do": "truncate"},
        {"do": "status", "with": {"status": 503}},
        {"do": "fault", "with": {"status": 429}},
        {"do": "drop_before"},
        {"do": "html", "with": {"status": 404}},
    ],
)
def test_a_read_is_tried_three_times(world, rule):
    world.plan({**READS, "nth": 1, "times": 2, **rule})
    world.calls()
    assert facts(world).currency == "USD"
    assert world.calls() == 4
    assert len(world.clock.slept) == 2
    world.plan({**READS, **rule})
    with pytest.raises(Unavailable):
        facts(world)


def test_a_refused_read_is_not_tried_again(world):
    world.calls()
    client = Client(
        http=world.http,
        base_url="http://hubspot.sandbox",
        vault=world.vault,
        clock=world.clock,
        random=random.Random(1),
    )
    with pytest.raises(Refusal) as caught:
        world.run(client.read("GET", "/crm/objects/2026-09/nonsense", decoder(Account)))
    assert world.calls() == 1
    assert caught.value.evidence["text"]


def test_a_sign_in_that_ends_before_a_write_means_that_nothing_happened(world):
    operation = Operation(
        id="0" * 32, kind=Kind.INVOICE, verb="annotate", target="invoices:1", properties={"tieout_state": "x"}
    )
    (unit,) = world.prepare(operation).units
    world.vault.tokens = Tokens(access="pat-na1-wrong")
    with pytest.raises(SignInTrouble):
        world.send(unit, operation)


class Paced:
    """The quotas as the store keeps them: one theoretical arrival time for each bucket (GCRA)."""

    def __init__(self) -> None:
        self._next: dict[str, datetime] = {}

    def reserve(self, account: str, rate: Rate, now: datetime) -> float:
        apart = timedelta(seconds=1 / rate.per_second)
        due = max(self._next.get(rate.bucket, now), now)
        self._next[rate.bucket] = due + apart
        return max(0.0, (due - now - apart * (rate.burst - 1)).total_seconds())


def test_within_our_quotas_hubspot_never_says_429(world):
    world.sandbox = HubSpotSandbox(clock=world.clock, random=random.Random(1))
    gate = Gate(world.sandbox, clock=world.clock)
    http = Http(httpx2.AsyncClient(transport=InProcess(gate)), account="crm", clock=world.clock, limiter=Paced())
    world.vault.tokens = Tokens(access=world.sandbox.sign_in("")["access_token"])
    client = Client(
        http=http, base_url="http://hubspot.sandbox", vault=world.vault, clock=world.clock, random=random.Random(1)
    )
    world.run(_many(client))
    assert {entry.status for entry in gate.control.log.after(0)} == {200}


@pytest.mark.parametrize("still_ours", [True, False])
def test_whether_a_write_may_leave_is_asked_after_its_waiting(world, still_ours):
    operation = Operation(
        id="0" * 32, kind=Kind.INVOICE, verb="annotate", target="invoices:1", properties={"tieout_state": "x"}
    )
    (unit,) = world.prepare(operation).units
    waits, calls = [], len(world.log())

    class Crowded:
        def reserve(self, account: str, rate: Rate, now: datetime) -> float:
            return 60.0

    def leaves() -> float:
        waits.extend(world.clock.slept)
        if not still_ours:
            raise TimeoutError
        return 30.0

    http = Http(
        httpx2.AsyncClient(transport=InProcess(world.gate)), account="crm", clock=world.clock, limiter=Crowded()
    )
    client = Client(
        http=http, base_url="http://hubspot.sandbox", vault=world.vault, clock=world.clock, random=random.Random(1)
    )
    world.clock.slept.clear()
    with nullcontext() if still_ours else pytest.raises(TimeoutError):
        world.run(client.write(unit.method, unit.path, unit.body, leaves))
    assert waits == [60.0]
    assert len(world.log()) - calls == still_ours


async def _many(client: Client) -> None:
    account = decoder(dict)
    for number in range(400):
        await client.read("GET", "/account-info/2026-09/details", account)
        if number % 10 == 0:
            await client.read("POST", "/crm/objects/2026-09/contacts/search", account, b'{"limit": 1}')


def test_pages_have_addresses(world):
    portal = world.signed_in["portal_id"]
    record = f"https://app.hubspot.com/contacts/{portal}/record"
    assert world.side.page(Kind.INVOICE, "5") == f"{record}/0-53/5"
    assert world.side.page(Kind.CUSTOMER, "company:5") == f"{record}/0-2/5"
    assert world.side.page(Kind.CUSTOMER, "contact:5") == f"{record}/0-1/5"
    assert world.side.page(Kind.ITEM, "5") == f"{record}/0-7/5"
    assert world.side.page(Kind.SETTLEMENT, "5") == f"{record}/0-101/5"

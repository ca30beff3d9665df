"""Sign-in, scopes, quotas, settings, paths, faults, and a state that survives."""

import asyncio
import json

import pytest

from tieout.sandbox.vendor import WrongSetting


@pytest.mark.parametrize(
    ("legacy", "dated"),
    [
        ("/crm/v3/objects/contacts", "/crm/objects/{}/contacts"),
        ("/crm/v3/objects/contact", "/crm/objects/{}/0-1"),
        ("/crm/v3/properties/company", "/crm/properties/{}/companies"),
        ("/crm/v3/properties/invoices/groups", "/crm/properties/{}/0-53/groups"),
        ("/crm/v4/associations/contacts/companies/labels", "/crm/associations/{}/contacts/companies/labels"),
        ("/crm/v3/owners/", "/crm/owners/{}"),
        ("/account-info/v3/details", "/account-info/{}/details"),
        ("/tax-rates/v1/tax-rates", "/tax-rates/{}/tax-rates"),
        ("/settings/v3/currencies/company-currency", "/settings/currencies/{}/company-currency"),
    ],
)
def test_legacy_and_dated_paths_answer_alike(us, legacy, dated):
    expected = us.ok("GET", legacy)
    for version in ("2025-09", "2026-03", "2026-09"):
        assert us.ok("GET", dated.format(version)) == expected


@pytest.mark.parametrize(
    "path", ["/", "/crm", "/crm/v9/objects/contacts", "/crm/objects/2030-01/contacts", "/crm/v3/x/y"]
)
def test_other_paths_are_404(us, path):
    us.refused("GET", path, status=404)


def test_association_ids_are_numbers_in_v4_and_text_in_dated_paths(us):
    company = us.make("companies", {"name": "Nova Ltd"})
    contact = us.make("contacts", {"email": "a@example.com"}, (company, 279))
    legacy = us.ok("GET", f"/crm/v4/objects/contacts/{contact}/associations/companies")
    dated = us.ok("GET", f"/crm/objects/2026-09/contacts/{contact}/associations/companies")
    assert legacy["results"][0]["toObjectId"] == int(company)
    assert dated["results"][0]["toObjectId"] == company


def test_wrong_association_type_is_named(us):
    company, contact = us.make("companies", {"name": "N"}), us.make("contacts", {"email": "a@example.com"})
    spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 181}]
    answer = us.refused("PUT", f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}", spec)
    assert answer["message"] == "181 is not a valid association type between CONTACT and COMPANY"
    assert answer["subCategory"] == "crm.associations.INVALID_ASSOCIATION_TYPE"


def test_custom_label_replaces_and_is_taken_away(us):
    company, contact = us.make("companies", {"name": "N"}), us.make("contacts", {"email": "a@example.com"})
    made = us.ok("POST", "/crm/v4/associations/contacts/companies/labels", {"label": "Payer", "name": "payer"})[
        "results"
    ]
    spec = [{"associationCategory": "USER_DEFINED", "associationTypeId": made[0]["typeId"]}]
    url = f"/crm/v4/objects/contacts/{contact}/associations/companies"
    assert us.ok("PUT", f"{url}/{company}", spec)["labels"] == ["Payer"]
    assert {kind["label"] for kind in us.ok("GET", url)["results"][0]["associationTypes"]} == {None, "Payer", "Primary"}
    body = {"inputs": [{"from": {"id": contact}, "to": {"id": company}, "types": spec}]}
    us.ok("POST", "/crm/v4/associations/contacts/companies/batch/labels/archive", body)
    assert {kind["label"] for kind in us.ok("GET", url)["results"][0]["associationTypes"]} == {None, "Primary"}


def test_new_accounts_have_their_countrys_currency_and_time_zone(us, uk, fr):
    american, british, french = (one.ok("GET", "/account-info/v3/details") for one in (us, uk, fr))
    assert (american["companyCurrency"], american["timeZone"]) == ("USD", "America/New_York")
    assert (british["companyCurrency"], british["timeZone"]) == ("GBP", "Europe/London")
    assert (french["companyCurrency"], french["timeZone"]) == ("EUR", "Europe/Paris")
    assert american["utcOffset"] == "-04:00"


def test_own_currency_stays_when_others_are_set(us):
    us.sandbox.patch_company({"currencies": ["EUR"]})
    found = us.ok("GET", "/account-info/v3/details")
    assert (found["companyCurrency"], found["additionalCurrencies"]) == ("USD", ["EUR"])


def test_tax_rates_are_a_setting(us):
    rate = {"id": "7", "name": "VAT", "label": "VAT 20", "percentageRate": 20, "active": True}
    us.sandbox.patch_company({"tax_rates": [rate]})
    found = us.ok("GET", "/tax-rates/2026-09/tax-rates")["results"]
    assert [(one["id"], one["percentageRate"]) for one in found] == [("7", 20)]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"colour": "red"}, "index_lag_seconds"),
        ({"tier": "gold"}, "professional"),
        ({"edit_invoices": "yes"}, "bool"),
        ({"currencies": ["euro"]}, "currencies"),
        ({"index_lag_seconds": -1}, "from 0 up"),
        ({"scopes": ["everything"]}, "crm.objects.invoices.read"),
        ({"time_zone": "Mars/Base"}, "America/New_York"),
    ],
)
def test_wrong_setting_says_what_is_possible_and_changes_nothing(us, changes, named):
    before = us.sandbox.company()
    with pytest.raises(WrongSetting, match=named):
        us.sandbox.patch_company({"index_lag_seconds": 7, **changes})
    assert us.sandbox.company() == before


def test_missing_scope_is_403_and_named(us):
    scopes = us.sandbox.company()["scopes"]
    us.sandbox.patch_company({"scopes": [one for one in scopes if one != "crm.objects.invoices.write"]})
    us.ok("GET", "/crm/v3/objects/invoices")
    answer = us.refused("POST", "/crm/v3/objects/invoices", {"properties": {"hs_currency": "USD"}}, 403)
    assert answer["category"] == "MISSING_SCOPES"
    assert answer["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.invoices.write"]


def test_expired_token_says_when_and_refreshing_helps(us):
    us.sandbox.expire_tokens()
    us.clock.advance(75)
    answer = us.refused("GET", "/crm/v3/owners", status=401)
    assert answer["category"] == "EXPIRED_AUTHENTICATION"
    assert answer["message"] == "The OAuth token used to make this call expired 1 minute(s) ago."
    signed_in = us.sandbox.sign_in("http://sandbox")
    wanted = {name: signed_in[name] for name in ("client_id", "client_secret", "refresh_token")}
    body = "&".join(f"{name}={value}" for name, value in {**wanted, "grant_type": "refresh_token"}.items()).encode()
    for path in ("/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-09/token"):
        given = us.ok("POST", path, body)
        us.ok("GET", "/crm/v3/owners", token=given["access_token"])
    assert given["expires_in"] == 1800
    stale = body.replace(wanted["refresh_token"].encode(), b"stale")
    assert us.refused("POST", "/oauth/v1/token", stale)["status"] == "BAD_REFRESH_TOKEN"


class TestQuotas:
    @pytest.fixture
    def limited(self, new_account):
        return new_account(quotas=True)

    def test_call_191_in_ten_seconds_is_refused(self, limited):
        for _ in range(190):
            limited.ok("GET", "/crm/v3/owners")
        answer = limited.refused("GET", "/crm/v3/owners", status=429)
        assert answer["errorType"] == "RATE_LIMIT"
        assert answer["policyName"] == "TEN_SECONDLY_ROLLING"
        assert answer["message"] == "You have reached your ten_secondly_rolling limit."
        limited.clock.advance(10)
        limited.ok("GET", "/crm/v3/owners")

    def test_answers_carry_the_budget_left_and_searches_do_not(self, limited):
        assert limited.headers("GET", "/crm/v3/owners")["x-hubspot-ratelimit-remaining"] == "189"
        assert "x-hubspot-ratelimit-max" not in limited.headers("POST", "/crm/v3/objects/contacts/search", {})

    def test_free_tier_has_100(self, limited):
        limited.sandbox.patch_company({"tier": "free"})
        for _ in range(100):
            limited.ok("GET", "/crm/v3/owners")
        limited.refused("GET", "/crm/v3/owners", status=429)

    def test_sixth_search_of_a_second_is_refused_and_others_are_not(self, limited):
        for _ in range(5):
            limited.ok("POST", "/crm/v3/objects/contacts/search", {})
        answer = limited.refused("POST", "/crm/v3/objects/contacts/search", {}, 429)
        assert answer["message"] == "You have reached your secondly limit."
        limited.ok("GET", "/crm/v3/owners")
        limited.clock.advance(1)
        limited.ok("POST", "/crm/v3/objects/contacts/search", {})

    def test_clients_count_apart(self, limited):
        for _ in range(190):
            limited.ok("GET", "/crm/v3/owners")
        limited.ok("GET", "/crm/v3/owners", token=limited.sandbox.token("seller"))


@pytest.mark.parametrize(
    ("details", "status", "part"),
    [
        ({"status": 502}, 502, {"status": "error"}),
        ({"status": 429}, 429, {"policyName": "TEN_SECONDLY_ROLLING"}),
        ({"status": 401}, 401, {"category": "EXPIRED_AUTHENTICATION"}),
        ({"status": 403, "scopes": ["tax_rates.read"]}, 403, {"category": "MISSING_SCOPES"}),
        ({"status": 400, "category": "VALIDATION_ERROR", "message": "No."}, 400, {"message": "No."}),
    ],
)
def test_fault_speaks_hubspots_envelope(us, details, status, part):
    answer = us.sandbox.fault(details)
    assert answer.status == status
    assert json.loads(answer.body) | part == json.loads(answer.body)


def test_fault_with_a_strange_detail_is_refused(us):
    with pytest.raises(WrongSetting, match="category"):
        us.sandbox.fault({"status": 500, "code": "6140"})


def test_state_survives_in_a_file(us, new_account):
    invoice = us.open_invoice({"price": "10"})
    us.make("companies", {"name": "Nova Ltd"})
    us.clock.advance(5)
    again = new_account(seed=2)
    again.sandbox.load(us.sandbox.dump())
    again.token = us.token
    assert again.sandbox.dump() == us.sandbox.dump()
    assert again.read("invoices", invoice, "hs_number") == us.read("invoices", invoice, "hs_number")
    assert again.ok("POST", "/crm/v3/objects/companies/search", {})["total"] == 1
    again.refused("POST", "/crm/v3/objects/contacts", {"properties": {"email": "ana@example.com"}}, 409)


def test_equal_seeds_give_equal_bytes(new_account):
    def bytes_of(seed):
        one = new_account(seed=seed)
        one.open_invoice({"price": "10"})
        return one.sandbox.dump()

    assert bytes_of(3) == bytes_of(3)
    assert bytes_of(3) != bytes_of(4)


def test_gate_learns_who_called_and_may_ask_for_a_stale_answer(us):
    made = us.make("contacts", {"firstname": "Ana"})
    us.ok("PATCH", f"/crm/v3/objects/contacts/{made}", {"properties": {"firstname": "Anna"}})
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/crm/v3/objects/contacts/{made}",
        "query_string": b"properties=firstname",
        "headers": [(b"authorization", f"Bearer {us.sandbox.token('seller')}".encode())],
        "state": {"sandbox.stale": True},
    }
    asyncio.run(us.sandbox(scope, receive, send))
    assert scope["state"]["sandbox.who"] == "seller"
    assert json.loads(sent[1]["body"])["properties"]["firstname"] == "Ana"

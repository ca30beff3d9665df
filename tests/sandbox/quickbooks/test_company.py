"""The company: what it opens with, its settings, its state in a file, its sign-in and its quotas."""

import base64
import json
import random

import pytest

from tieout.sandbox.quickbooks.app import QuickBooksSandbox
from tieout.sandbox.vendor import WrongSetting

from .conftest import Books, StillClock, line, read


@pytest.mark.parametrize(
    ("company", "currency", "country"), [("us-manual", "USD", "US"), ("us-ast", "USD", "US"), ("uk", "GBP", "GB")]
)
def test_a_new_company_has_its_lists_and_nothing_else(company, currency, country):
    books = Books(company)
    preferences = books.read("Preferences", "1")
    assert preferences["CurrencyPrefs"]["HomeCurrency"]["value"] == currency
    assert books.read("CompanyInfo", books.signed_in["realm_id"])["Country"] == country
    assert books.read("CompanyInfo", "1")["Id"] == "1"
    accounts = {row["Name"]: row["AccountType"] for row in books.query("SELECT * FROM Account")["Account"]}
    assert accounts["Sales of Product Income"] == accounts["Services"] == accounts["Discounts given"] == "Income"
    assert accounts["Accounts Receivable (A/R)"] == "Accounts Receivable"
    assert (accounts["Checking"], accounts["Undeposited Funds"]) == ("Bank", "Other Current Asset")
    terms = {row["Id"]: row["Name"] for row in books.query("SELECT * FROM Term")["Term"]}
    assert terms == {"1": "Due on receipt", "2": "Net 15", "3": "Net 30", "4": "Net 60"}
    codes = {row["Name"] for row in books.query("SELECT * FROM TaxCode")["TaxCode"]}
    expected = {
        "us-manual": {"TAX", "NON", "California"},
        "us-ast": {"TAX", "NON", "CustomSalesTax", "California", "New York", "Texas"},
        "uk": {"20.0% S", "5.0% R", "0.0% Z", "Exempt", "No VAT"},
    }
    assert codes == expected[company]
    for name in ("Customer", "Vendor", "Employee", "Item", "Invoice", "Payment", "Class"):
        assert books.query(f"SELECT * FROM {name}") == {}


def test_settings_show_and_change(books):
    assert books.sandbox.company() == {
        "custom_transaction_numbers": False,
        "service_date_items": [],
        "closing_date": None,
        "auto_apply_credit": False,
        "batch_requestid": True,
        "inactive_names_taken": False,
        "commit_within_seconds": 2,
        "void_paid_refused": True,
        "duplicate_numbers_refused": True,
        "prefixed_numbers_continue": False,
        "customers_currency_assumed": False,
        "multi_currency": False,
        "tax_recomputed": False,
        "merged_become_inactive": False,
        "merge_renews_documents": False,
    }
    item = books.item()
    changes = {"service_date_items": [item], "closing_date": "2026-01-31", "commit_within_seconds": 0.5}
    books.sandbox.patch_company(changes)
    assert books.sandbox.company().items() >= changes.items()
    assert books.sandbox.sign_in("http://x")["commit_within_seconds"] == 0.5
    books.sandbox.patch_company({"closing_date": None})
    assert "BookCloseDate" not in books.read("Preferences", "1")["AccountingInfoPrefs"]


def test_a_setting_that_shows_in_the_preferences_is_a_change_of_them(books):
    books.clock.advance(60)
    since = books.clock.now()
    books.sandbox.patch_company({"custom_transaction_numbers": True})
    (changed,) = books.changes("Preferences,CompanyInfo", since)["Preferences"]
    assert (changed["SyncToken"], changed["SalesFormsPrefs"]["CustomTxnNumbers"]) == ("1", True)
    books.sandbox.patch_company({"custom_transaction_numbers": True, "batch_requestid": False})
    assert books.read("Preferences", "1")["SyncToken"] == "1"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"colour": "red"}, "closing_date"),
        ({"closing_date": "soon"}, "2026-03-31"),
        ({"service_date_items": ["7"]}, "none yet"),
        ({"service_date_items": "7"}, "list of item ids"),
        ({"auto_apply_credit": "yes"}, "true or false"),
        ({"commit_within_seconds": -1}, "0 or more"),
    ],
)
def test_a_wrong_setting_is_named_and_changes_nothing(books, changes, named):
    before = books.sandbox.company()
    with pytest.raises(WrongSetting, match=named):
        books.sandbox.patch_company({"custom_transaction_numbers": True} | changes)
    assert books.sandbox.company() == before


def test_the_preferences_api_keeps_to_what_it_may_change(books):
    held = books.read("Preferences", "1")
    body = {
        "SyncToken": held["SyncToken"],
        "AccountingInfoPrefs": {"BookCloseDate": "2026-01-31", "TrackDepartments": False},
    }
    changed = books.save("Preferences", body)
    assert "BookCloseDate" not in changed["AccountingInfoPrefs"]
    assert changed["AccountingInfoPrefs"]["TrackDepartments"] is False
    assert books.refused("Preferences", body)["code"] == "5010"
    assert books.refused("Preferences", {"SyncToken": "1", "NoPrefs": {}})["code"] == "2010"
    wrong = {"SyncToken": "1", "SalesFormsPrefs": {"CustomTxnNumbers": "perhaps"}}
    assert books.refused("Preferences", wrong)["code"] == "2010"


def test_the_state_survives_in_a_file(books):
    item, customer = books.item(), books.customer()
    invoice = books.invoice(customer, line(item, 100))
    books.pay(customer, 40, ("Invoice", invoice["Id"], 40))
    gone = books.invoice(customer, line(item, 1))
    books.save("Invoice", {"Id": gone["Id"], "SyncToken": "0"}, operation="delete")
    first = books.post("Customer", {"DisplayName": "Once"}, requestid="r-1")
    books.sandbox.patch_company({"service_date_items": [item]})
    kept = books.sandbox.dump()
    other = Books("uk")
    other.sandbox.load(kept)
    assert other.sandbox.dump() == kept
    other.signed_in, other.root = books.signed_in, books.root
    other.clock.moment = books.clock.moment
    assert other.read("Invoice", invoice["Id"]) == books.read("Invoice", invoice["Id"])
    assert other.post("Customer", {"DisplayName": "Once"}, requestid="r-1").content == first.content
    assert other.changes("Invoice,Payment", other.clock.now()) == books.changes("Invoice,Payment", books.clock.now())
    other.pay(customer, 60, ("Invoice", invoice["Id"], 60))
    assert other.read("Invoice", invoice["Id"])["Balance"] == 0
    assert other.save("Estimate", {"CustomerRef": {"value": customer}, "Line": [line(item, 1)]})["Id"] == "5"
    assert other.sandbox.company() == books.sandbox.company()


def test_equal_seeds_give_equal_companies():
    def dump(seed):
        return QuickBooksSandbox(clock=StillClock(), random=random.Random(seed), quotas=True).dump()

    assert dump(1) == dump(1)
    assert dump(1) != dump(2)


def test_clients_are_told_apart_by_their_tokens(books):
    books.read("CompanyInfo", "1")
    assert books.who == "app"
    books.ask("GET", f"{books.root}/preferences", token=books.sandbox.token("bookkeeper"))
    assert books.who == "bookkeeper"


def basic(books):
    pair = f"{books.signed_in['client_id']}:{books.signed_in['client_secret']}"
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def refresh(books, token, headers=None):
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return books.ask("POST", "/oauth2/v1/tokens/bearer", data=form, headers=headers or basic(books))


def test_a_refresh_token_rotates_and_its_predecessor_lives_a_day(books):
    first = books.signed_in["refresh_token"]
    answer = read(refresh(books, first))
    assert answer.keys() == {
        "token_type", "access_token", "expires_in", "refresh_token", "x_refresh_token_expires_in"
    }  # fmt: skip
    assert answer["refresh_token"] != first
    assert books.ask("GET", f"{books.root}/preferences", token=answer["access_token"]).status_code == 200
    assert read(refresh(books, first))["refresh_token"] == answer["refresh_token"]
    books.clock.advance(86_401)
    late = refresh(books, first)
    assert late.status_code == 400
    assert read(late) == {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}
    assert refresh(books, answer["refresh_token"]).status_code == 200


def test_a_wrong_client_is_refused(books):
    token = books.signed_in["refresh_token"]
    wrong = {"authorization": "Basic " + base64.b64encode(b"a:b").decode()}
    assert read(refresh(books, token, wrong)) == {"error": "invalid_client"}
    assert read(refresh(books, token, {"authorization": "Basic ?"})) == {"error": "invalid_client"}


def test_tokens_expire_and_are_revoked(books):
    books.sandbox.expire_tokens()
    answer = books.ask("GET", f"{books.root}/preferences")
    assert (answer.status_code, "Token expired" in answer.text) == (401, True)
    token = read(refresh(books, books.signed_in["refresh_token"]))["access_token"]
    body = json.dumps({"token": token})
    assert books.ask("POST", "/v2/oauth2/tokens/revoke", content=body, headers=basic(books)).status_code == 200
    assert "Token revoked" in books.ask("GET", f"{books.root}/preferences", token=token).text


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid_configuration/",
        "/.well-known/openid_sandbox_configuration/",
        "/.well-known/openid-configuration",
        "/.well-known/openid-sandbox-configuration",
    ],
)
def test_the_discovery_document_points_here(books, path):
    document = read(books.ask("GET", path))
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint", "jwks_uri"):
        assert document[name].startswith("http://books.test/")
    assert document["issuer"] == "https://oauth.platform.intuit.com/op/v1"


def test_consent_leads_back_with_a_code(books):
    asked = {"client_id": books.signed_in["client_id"], "redirect_uri": "http://here.test/back", "state": "s"}
    answer = books.ask("GET", "/connect/oauth2", params=asked)
    assert answer.status_code == 302
    back = dict(pair.split("=") for pair in answer.headers["location"].partition("?")[2].split("&"))
    assert (back["state"], back["realmId"]) == ("s", books.signed_in["realm_id"])
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": "http://here.test/back"}
    assert "access_token" in books.ask("POST", "/oauth2/v1/tokens/bearer", data=form, headers=basic(books)).text
    assert books.ask("POST", "/oauth2/v1/tokens/bearer", data=form, headers=basic(books)).status_code == 400


def test_the_quota_of_a_second_a_minute_and_of_batches():
    books = Books("us-manual", quotas=True)
    assert books.sandbox.sign_in("http://x")["quotas"] is True

    def status(path="preferences"):
        if path == "batch":
            return books.post("batch", {"BatchItemRequest": []}).status_code
        return books.ask("GET", f"{books.root}/{path}").status_code

    assert [status() for _ in range(11)] == [200] * 10 + [429]
    books.clock.advance(60)
    for _ in range(4):
        assert [status("batch") for _ in range(10)] == [200] * 10
        books.clock.advance(1)
    assert (status("batch"), status()) == (429, 200)
    books.clock.advance(60)
    for _ in range(50):
        assert [status() for _ in range(10)] == [200] * 10
        books.clock.advance(1)
    assert status() == 429


def test_without_quotas_nothing_is_throttled(books):
    assert books.signed_in["quotas"] is False
    assert {books.ask("GET", f"{books.root}/preferences").status_code for _ in range(30)} == {200}


@pytest.mark.parametrize(
    ("company", "code"), [("us-manual", "California"), ("us-ast", "California"), ("uk", "20.0% S")]
)
def test_a_company_that_uses_no_tax_drops_what_a_document_says_of_it(company, code):
    books = Books(company)
    off = {"Id": "1", "SyncToken": "0", "sparse": True, "TaxPrefs": {"UsingSalesTax": False, "PartnerTaxEnabled": True}}
    books.save("Preferences", off)
    sent = {"TxnTaxDetail": {"TxnTaxCodeRef": books.code(code), "TotalTax": 8}}
    invoice = books.invoice(books.customer(), line(books.item(Taxable=True), 100), **sent)
    assert (invoice["TotalAmt"], "TxnTaxDetail" in invoice) == (100, False)
    assert books.save("Invoice", invoice)["TotalAmt"] == 100
    assert books.read("Preferences", "1")["TaxPrefs"]["PartnerTaxEnabled"] is (company == "us-ast")

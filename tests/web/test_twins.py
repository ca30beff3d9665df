"""The API says what the pages say, and does what their buttons do."""

import pytest
from tests.web.conftest import PASSWORD, Visitor

from tieout.actions import failures

PAGES = ("preflight", "matches", "plan", "decide", "accounts", "settings", "audit", "tie-out")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_and_its_twin_say_the_same(ana: Visitor, page: str):
    calls = ana.context.request
    twin = calls.get(f"{ana.site}/api/v1/companies/nova/{page}")
    assert twin.ok
    assert twin.json() == calls.get(f"{ana.site}/nova/{page}.json").json()


def test_the_failures_twin_lists_also_what_the_page_has_no_room_for(ana: Visitor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(failures, "SHOWN", 0)
    calls = ana.context.request
    listed = calls.get(f"{ana.site}/api/v1/companies/nova/failures").json()
    twin = calls.get(f"{ana.site}/nova/failures.json").json()
    assert len(listed) == sum(group["count"] for group in twin["groups"]) > 0
    assert twin["failures"] == listed


def test_the_buttons_twins_ask_for_a_token_and_a_role(ana: Visitor, ids: dict[str, str]):
    calls = ana.context.request
    api = f"{ana.site}/api/v1"
    match = f"{api}/companies/nova/matches/{ids['company:2']}"
    assert calls.post(match, data={"choice": "apart"}).status == 401
    token = calls.post(f"{api}/session", data={"name": "sam", "password": PASSWORD}).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert calls.post(match, data={"choice": "apart"}, headers=bearer).status == 403
    assert calls.post(f"{api}/companies/nova/settings", data={"who_sends": "hubspot"}, headers=bearer).status == 403
    assert calls.post(match, data={"choice": "nothing"}, headers=bearer).status == 400


def test_what_is_chosen_by_the_api_is_kept(ana: Visitor, ids: dict[str, str]):
    calls = ana.context.request
    api = f"{ana.site}/api/v1"
    token = calls.post(f"{api}/session", data={"name": "ben", "password": PASSWORD}).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    company = f"{api}/companies/nova"
    settings = calls.post(f"{company}/settings", data={"who_sends": "hubspot"}, headers=bearer).json()
    assert next(one["value"] for one in settings if one["key"] == "who_sends") == "hubspot"
    assert calls.post(f"{company}/matches/{ids['company:2']}", data={"choice": "apart"}, headers=bearer).status == 204
    decided = calls.get(f"{company}/matches?view=decided", headers=bearer).json()["matches"]
    assert ("company:2", "ignore") in [(one["crm"], one["chosen"]) for one in decided]
    again = calls.get(f"{company}/matches?view=decided&page=0", headers=bearer)
    assert again.status == 400
    typed_twice = f"{company}/records/{ids['INV-1002']}"
    assert calls.get(typed_twice, headers=bearer).json()["issuer"] == "crm"
    assert calls.post(f"{typed_twice}/issuer", data={"issuer": "books"}, headers=bearer).status == 204
    assert calls.get(typed_twice, headers=bearer).json()["issuer"] == "books"
    assert calls.post(f"{typed_twice}/issuer", data={"issuer": "ledger"}, headers=bearer).status == 400


def test_a_page_past_the_end_is_the_last_one(ana: Visitor):
    found = ana.context.request.get(f"{ana.site}/api/v1/companies/nova/matches?page=99999999999999999999")
    assert found.ok
    assert found.json()["page"] == found.json()["pages"]

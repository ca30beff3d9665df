"""Signing in, setting up, and who is kept out."""

from datetime import timedelta

import pytest
from tests.web.conftest import PASSWORD, FixedClock, Visitor

from tieout.actions import users
from tieout.actions.actor import Actor, Forbidden, Role
from tieout.actions.home import Home, open_home


def test_whoever_is_not_signed_in_is_sent_to_the_door_and_back(visitor: Visitor):
    page = visitor.open("/nova/history?kind=invoice")
    assert page.url.endswith("/sign-in?next=%2Fnova%2Fhistory%3Fkind%3Dinvoice")
    page.get_by_label("Name").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/nova/history?kind=invoice")


def test_nobody_is_sent_elsewhere_after_signing_in(visitor: Visitor):
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        visitor.page.goto(f"{visitor.site}/sign-in?next={target}")
        assert visitor.page.locator("main [name=next]").get_attribute("value") == "/", target


def test_a_wrong_password_is_refused_and_guessing_slowed_down(visitor: Visitor):
    page = visitor.sign_in("ana", "wrong password")
    assert page.get_by_role("alert").inner_text() == "The name or the password is not right."
    for _ in range(7):
        page = visitor.sign_in("ana", "wrong password")
    visitor.sign_in("ana", PASSWORD)
    assert page.get_by_role("alert").inner_text() == "Wait a quarter of an hour, then try again."


def test_signing_out_ends_the_session(ana: Visitor):
    kept = ana.context.cookies()
    ana.page.locator("summary").click()
    ana.page.get_by_role("button", name="Sign out").click()
    ana.page.wait_for_url("**/sign-in")
    ana.context.add_cookies(kept)
    assert "/sign-in" in ana.open("/nova").url


def test_session_cookies_are_out_of_reach_of_scripts(ana: Visitor):
    for cookie in ana.context.cookies():
        assert cookie["httpOnly"], cookie["name"]
        assert cookie["sameSite"] == "Lax", cookie["name"]


def test_the_invited_set_their_password_with_their_code_once(visitor: Visitor, home: Home):
    code = users.invite(home, Actor("ana", Role.OWNER), "Nora", Role.SELLER)
    page = visitor.open(f"/setup?code={code}")
    page.get_by_label("Name").fill("nora")
    page.get_by_label("Password").fill("a long enough one")
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url("**/nova")
    with pytest.raises(users.WrongSignIn):
        users.set_up(home, code, "Nora", "another long one", "en")


def test_a_code_is_good_for_one_name_only(home: Home):
    code = users.invite(home, Actor("ana", Role.OWNER), "nora", Role.SELLER)
    with pytest.raises(users.WrongSignIn):
        users.set_up(home, code, "ana", "a long enough one", "en")


def test_only_an_owner_invites(home: Home):
    with pytest.raises(Forbidden):
        users.invite(home, Actor("ben", Role.BOOKKEEPER), "nora", Role.OWNER)


class Moving(FixedClock):
    """A clock that is moved by hand."""

    gone = timedelta()

    def now(self):
        return super().now() + self.gone


def test_a_fresh_home_lets_its_first_owner_in_with_the_printed_code(tmp_path):
    clock = Moving()
    home = open_home(tmp_path / "fresh", clock=clock)
    late = users.set_up_code(home)
    clock.gone = timedelta(hours=25)
    with pytest.raises(users.WrongSignIn):
        users.set_up(home, late, "ana", "a long enough one", "es")
    token = users.set_up(home, users.set_up_code(home), "ana", "a long enough one", "es")
    person = users.signed_in(home, token)
    assert (person.name, person.role, person.language) == ("ana", Role.OWNER, "es")
    assert users.set_up_code(home) is None
    clock.gone += timedelta(days=8)
    assert users.signed_in(home, token) is None
    home.close()


def test_nothing_secret_stands_in_the_database(home: Home):
    code = users.invite(home, Actor("ana", Role.OWNER), "nora", Role.SELLER)
    token = users.sign_in(home, "ana", PASSWORD)
    home.close()
    stored = b"".join(file.read_bytes() for file in home.path.glob("tieout.db*"))
    for secret in (code, code.replace("-", ""), token, PASSWORD):
        assert secret.encode() not in stored


def test_errors_have_one_shape(visitor: Visitor):
    calls = visitor.context.request
    token = calls.post(f"{visitor.site}/api/v1/session", data={"name": "sam", "password": PASSWORD}).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    answers = [
        (401, calls.get(f"{visitor.site}/nova.json")),
        (401, calls.get(f"{visitor.site}/api/v1/companies")),
        (401, calls.post(f"{visitor.site}/api/v1/session", data={"name": "sam", "password": "no"})),
        (404, calls.get(f"{visitor.site}/api/v1/companies/nowhere", headers=bearer)),
        (404, calls.get(f"{visitor.site}/api/v1/nothing", headers=bearer)),
        (403, calls.post(f"{visitor.site}/api/v1/companies/nova/pause", headers=bearer)),
        (400, calls.post(f"{visitor.site}/api/v1/session", data={"name": 1})),
        (
            400,
            calls.post(
                f"{visitor.site}/api/v1/session", data=b"[" * 5000, headers={"Content-Type": "application/json"}
            ),
        ),
        (400, calls.get(f"{visitor.site}/api/v1/companies/nova/history?until=9999-12-31", headers=bearer)),
        (400, calls.get(f"{visitor.site}/api/v1/companies/nova/history?since=0001-01-01", headers=bearer)),
        (405, calls.put(f"{visitor.site}/api/v1/companies", headers=bearer)),
    ]
    for status, answer in answers:
        assert answer.status == status, answer.url
        assert answer.headers["content-type"] == "application/problem+json", answer.url
        assert answer.json().keys() == {"type", "title", "status", "detail"}, answer.url
        assert answer.json()["status"] == status


def test_a_cookie_changes_nothing_through_the_api(ana: Visitor):
    assert ana.context.request.get(f"{ana.site}/api/v1/companies").ok
    assert ana.context.request.post(f"{ana.site}/api/v1/companies/nova/sync").status == 401


def test_every_answer_carries_the_policy(ana: Visitor):
    for path in ("/nova", "/nova.json", "/static/x/tieout.css", "/health/live", "/nowhere/at/all/here"):
        headers = ana.context.request.get(f"{ana.site}{path}").headers
        assert "script-src 'self'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_health_tells_whether_it_lives_and_serves(visitor: Visitor):
    for path in ("live", "ready"):
        assert visitor.context.request.get(f"{visitor.site}/health/{path}").json()["status"] == "ok"


def test_the_api_describes_itself(visitor: Visitor):
    schema = visitor.context.request.get(f"{visitor.site}/api/v1/schema/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert all(path.startswith("/api/v1/") for path in schema["paths"])
    assert "/api/v1/companies/{name}/failures/{failure_id}/fixes/{code}" in schema["paths"]

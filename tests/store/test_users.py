"""People, their sessions and set-up codes."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from tests.store.stage import NOW

from tieout.store import users

SOON, LATER = NOW + timedelta(hours=1), NOW + timedelta(hours=2)


def test_somebody_is_found_by_name_whatever_its_case(tx):
    number = users.add(tx, "Ana", "owner", "en", NOW)
    assert users.find(tx, "ANA") == users.User(number, "Ana", "", "owner", "en")
    assert users.find(tx, "ben") is None
    assert [one.name for one in users.listed(tx)] == ["Ana"]


def test_a_name_is_given_once(tx):
    users.add(tx, "Ana", "owner", "en", NOW)
    with pytest.raises(IntegrityError):
        users.add(tx, "Ana", "seller", "es", NOW)


def test_nobody_can_sign_in_before_a_password_is_set(tx):
    number = users.add(tx, "Ana", "owner", "en", NOW)
    assert not users.can_anybody_sign_in(tx)
    users.change(tx, number, password="hash")
    assert users.can_anybody_sign_in(tx)


def test_a_session_is_its_owners_until_it_ends(tx):
    number = users.add(tx, "Ana", "owner", "en", NOW)
    users.open_session(tx, "digest", number, SOON, NOW)
    assert users.of_session(tx, "digest", NOW).name == "Ana"
    assert users.of_session(tx, "digest", SOON) is None
    assert users.of_session(tx, "another", NOW) is None
    users.close_session(tx, "digest")
    assert users.of_session(tx, "digest", NOW) is None


def test_a_new_password_ends_all_sessions_and_another_language_none(tx):
    number = users.add(tx, "Ana", "owner", "en", NOW)
    users.open_session(tx, "digest", number, SOON, NOW)
    users.change(tx, number, language="es")
    assert users.of_session(tx, "digest", NOW).language == "es"
    users.change(tx, number, password="hash")
    assert users.of_session(tx, "digest", NOW) is None


def test_a_set_up_code_works_once_and_not_after_its_time(tx):
    users.put_code(tx, "once", SOON, NOW)
    assert users.take_code(tx, "once", NOW)
    assert not users.take_code(tx, "once", NOW)
    users.put_code(tx, "late", SOON, NOW)
    assert not users.take_code(tx, "late", LATER)
    assert not users.take_code(tx, "never", NOW)

"""Connections: accounts, wake-ups, passes, history."""

from datetime import timedelta

from sqlalchemy import select
from tests.store.stage import CONNECTION, NOW

from tieout.core.records import Side
from tieout.core.settings import Settings
from tieout.store import connections
from tieout.store.codec import decode
from tieout.store.connections import AccountOptions, Learned, Trouble
from tieout.store.tables import event, pass_


def test_a_connection_reads_back_with_its_accounts_and_settings(tx):
    made = connections.get(tx, CONNECTION)
    assert made == connections.find(tx, "nova")
    assert [made] == connections.every(tx)
    assert (made.crm.side, made.books.side, made.settings) == (Side.CRM, Side.BOOKS, Settings())
    assert connections.find(tx, "other") is None


def test_the_same_account_again_renews_its_sign_in(tx):
    options = AccountOptions(quotas=False, commit_within=2.0)
    again = connections.save_account(tx, Side.CRM, "1", "http://crm.example", options, b"new")
    assert again == connections.get(tx, CONNECTION).crm.id
    assert connections.get(tx, CONNECTION).crm.options == options


def test_the_same_portal_at_another_address_is_another_account(tx):
    other = connections.save_account(tx, Side.CRM, "1", "http://sandbox.example", AccountOptions(), b"")
    assert other != connections.get(tx, CONNECTION).crm.id


def test_what_is_changed_is_stored_structs_too(tx):
    trouble = Trouble("missing_scope", "A permission is missing.", {"scopes": "x"})
    learned = Learned(("8",), (("8", "9"),))
    connections.change(
        tx, CONNECTION, trouble=trouble, learned=learned, settings=Settings(income_account="79"), fails=2
    )
    made = connections.get(tx, CONNECTION)
    assert (made.trouble, made.learned, made.settings.income_account, made.fails) == (trouble, learned, "79", 2)
    connections.change(tx, CONNECTION, trouble=None)
    assert connections.get(tx, CONNECTION).trouble is None


def test_wake_ups_collapse_and_none_is_lost(tx):
    assert [connections.want(tx, CONNECTION) for _ in range(3)] == [1, 2, 3]
    made = connections.get(tx, CONNECTION)
    assert (made.wanted, made.done, made.due_at) == (3, 0, "")


def test_each_pass_has_a_newer_epoch(tx):
    first, one = connections.begin_pass(tx, CONNECTION, NOW)
    second, other = connections.begin_pass(tx, CONNECTION, NOW)
    assert second == first + 1
    assert connections.last_pass(tx, CONNECTION) == other > one


def test_what_a_pass_did_is_written_down(tx):
    _, number = connections.begin_pass(tx, CONNECTION, NOW)
    trouble = Trouble("sign_in_expired", "x")
    later = NOW + timedelta(seconds=5)
    connections.end_pass(tx, number, later, writes=3, calls={Side.CRM: 4, Side.BOOKS: 2}, trouble=trouble)
    row = tx.execute(select(pass_)).one()
    assert (row.writes, row.crm_calls, row.books_calls, row.ended_at) == (3, 4, 2, later.isoformat())
    assert decode(row.trouble, Trouble) == trouble


def test_history_keeps_who_did_what_and_when(tx):
    connections.note(tx, CONNECTION, who="ana", what="paused", details={"why": "holiday"}, now=NOW)
    row = tx.execute(select(event)).one()
    assert (row.who, row.what, row.at, row.pair) == ("ana", "paused", NOW.isoformat(), None)
    assert decode(row.details, dict[str, str]) == {"why": "holiday"}

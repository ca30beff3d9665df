"""Preflight over what is known of both accounts: each thing by how it stands, with what to do and where."""

from datetime import date

import msgspec
import pytest
from tests.web.company import NAME, Builder, invoice

from tieout.actions import settings
from tieout.actions.actor import Actor, Role
from tieout.actions.language import words
from tieout.actions.preflight import last
from tieout.core.facts import BooksFacts, CrmFacts, Named, TaxCode, TaxRate
from tieout.core.records import Kind
from tieout.store import connections

BEN = Actor("ben", Role.BOOKKEEPER)
CRM = CrmFacts("42424", "GBP", "Europe/London", currencies=("GBP",))
BOOKS = BooksFacts(
    "9341",
    "Nova Ltd",
    "GB",
    "GBP",
    regime="per-line",
    discounts=True,
    discount_account="86",
    accounts=(Named("86", "Discounts given"), Named("79", "Sales", "Income")),
    income_accounts=(Named("79", "Sales", "Income"),),
    tax_codes=(TaxCode("10", "20.0% S"), TaxCode("6", "0.0% Z")),
)


@pytest.fixture
def checked(home):
    """Levels by check, of a company pair with these facts."""

    def look(crm=CRM, books=BOOKS, **seen):
        with home.database.begin() as tx:
            found = connections.find(tx, NAME)
            id_ = Builder(home, tx).id if found is None else found.id
            connections.change(tx, id_, crm_facts=crm, books_facts=books)
            if seen:
                details = {"seen": seen}
                connections.note(tx, id_, who="ana", what="preflight", details=details, now=home.clock.now())
        return {one.check: one for one in last(home, NAME).checks}

    return look


def changed(of, **values):
    return msgspec.structs.replace(of, **values)


@pytest.mark.parametrize(
    ("check", "level", "crm", "books"),
    [
        ("currency", "blocks", {"currency": "USD"}, {}),
        ("time_zone", "warning", {"zone": "America/New_York"}, {"zone": "Europe/London"}),
        ("currencies", "warning", {"currencies": ("GBP", "EUR")}, {}),
        ("currencies", "ok", {"currencies": ("GBP", "EUR")}, {"multicurrency": True, "currencies": ("EUR",)}),
        ("scopes", "blocks", {"missing_scopes": ("tax_rates.read",)}, {}),
        ("numbers", "warning", {}, {"custom_numbers": True}),
        ("revenue_recognition", "warning", {}, {"revenue_recognition": True}),
        ("auto_apply_credit", "warning", {}, {"auto_apply_credit": True}),
        ("tax_code.VAT", "blocks", {"tax_rates": (TaxRate("r1", "VAT", 20),)}, {}),
        ("untaxed_code", "blocks", {}, {}),
        ("income_account", "blocks", {}, {}),
        ("discount_account", "warning", {}, {"discounts": False}),
        ("tracking", "ask", {}, {"class_tracking": "line"}),
        ("tracking", "ok", {}, {}),
        ("invoice_editing", "ask", {}, {}),
        ("review", "ok", {}, {}),
    ],
)
def test_each_thing_is_told_as_it_stands(checked, check, level, crm, books):
    assert checked(changed(CRM, **crm), changed(BOOKS, **books))[check].level == level


def test_what_is_wrong_says_what_to_do_and_where(checked):
    found = checked(changed(CRM, currency="USD"), changed(BOOKS, custom_numbers=True), other_sync="2026-11-20")
    wrong = [one for one in found.values() if one.level in ("warning", "blocks")]
    assert {"currency", "numbers", "other_sync"} <= {one.check for one in wrong}
    assert [one.check for one in wrong if not one.remedy or not (one.where or one.link)] == []


def test_a_sync_that_writes_the_same_pair_blocks(checked):
    assert checked(other_sync="2026-11-20")["other_sync"].level == "blocks"
    assert checked(other_sync="")["other_sync"].level == "ok"


def test_clocks_an_hour_apart_are_told(checked):
    found = checked(hubspot_ahead=1, quickbooks_ahead=-3600)
    assert (found["hubspot_clock"].level, found["quickbooks_clock"].level) == ("ok", "warning")
    assert "3600" in found["quickbooks_clock"].title
    assert "hubspot_clock" not in checked(other_sync="2026-11-20")


def test_a_number_of_quickbooks_own_with_hubspots_prefix_is_a_warning(home, checked):
    assert checked()["number_series"].level == "ok"
    with home.database.begin() as tx:
        builder = Builder(home, tx, "other")
        builder.pair(Kind.INVOICE, invoice("INV-1003", "company:1", "10.00", issued_here=True), None)
        builder.pair(Kind.INVOICE, None, invoice("INV-1004", "58", "10.00", id_="88"))
    (check,) = [one for one in last(home, "other").checks if one.check == "number_series"]
    assert (check.level, "INV-1004" in check.title, "INV-1003" in check.title) == ("warning", True, True)


def test_a_number_that_came_from_hubspot_is_none_of_quickbooks_own(home):
    with home.database.begin() as tx:
        ours = invoice("INV-1003", "company:1", "10.00", issued_here=True)
        Builder(home, tx, "other").pair(Kind.INVOICE, ours, invoice("INV-1003", "58", "10.00", id_="88"))
    assert [one.level for one in last(home, "other").checks if one.check == "number_series"] == ["ok"]


def test_the_later_of_both_dates_closes_the_period(home, checked):
    checked()
    settings.change(home, BEN, NAME, {"lock_date": "2026-02-28"})
    assert "2026-03-31" in checked(books=changed(BOOKS, closing_date=date(2026, 3, 31)))["closed_period"].title
    assert "2026-02-28" in checked(books=changed(BOOKS, closing_date=date(2026, 1, 31)))["closed_period"].title


def test_who_deals_with_customers_is_asked_once(home, checked):
    keys = ("who_sends", "who_collects", "who_reminds")
    assert [checked()[key].level for key in keys] == ["ask"] * 3
    settings.change(home, BEN, NAME, dict.fromkeys(keys, "hubspot"))
    assert [checked()[key].level for key in keys] == ["ok"] * 3


def test_nothing_is_said_of_accounts_that_were_never_read(home):
    with home.database.begin() as tx:
        id_ = Builder(home, tx).id
        connections.change(tx, id_, crm_facts=None, books_facts=None)
    assert last(home, NAME).checks == ()


def test_it_speaks_the_readers_words(home, checked):
    checked()
    assert any(one.title == "Ningún período cerrado" for one in last(home, NAME, words("es")).checks)

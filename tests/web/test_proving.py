"""The tie-out as of a day on the page: its groups, the signature, the alarm and the table to take along."""

from datetime import date
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.web import company
from tests.web.conftest import PASSWORD, Visitor

from tieout.actions.actor import Actor, Role
from tieout.actions.home import Home
from tieout.actions.prove import Kept
from tieout.actions.signatures import sign, signed_months
from tieout.proof.aging import Aging, age
from tieout.proof.report import Entry, Report
from tieout.proof.signed import Change, Document
from tieout.proof.tieout import Known, ReconcilingItem
from tieout.store import connections, proofs, signatures
from tieout.store.codec import encode

DAY = date(2026, 3, 31)
OWNER = Actor("ana", Role.OWNER)


def aging() -> Aging:
    """A report of 500.00: an invoice of QuickBooks alone, less a credit."""
    entries = (
        Entry("6", "Journal Entry", "900", DAY, "7", "Nova Ltd", "USD", Decimal("700.00"), Decimal("700.00")),
        Entry("5", "Credit Memo", "950", DAY, "7", "Nova Ltd", "USD", Decimal("-200.00"), Decimal("-200.00")),
    )
    report = Report(DAY, "USD", Decimal("500.00"), {"7": ("Nova Ltd", Decimal("500.00"))}, entries)
    return age([], [], report, Known({}, {}, {}), {})


@pytest.fixture
def proved(home: Home) -> Home:
    """A home whose newest tie-out is that of a day."""
    with home.database.begin() as tx:
        of = connections.find(tx, company.NAME)
        assert of is not None
        kept = Kept(ties_out=True, currency={}, exceptions=(), as_of=DAY.isoformat(), aging=aging())
        proofs.keep(tx, of.id, company.NOW, encode(kept))
    return home


@pytest.fixture
def signed(proved: Home) -> Home:
    """It is signed, and an invoice of it was voided since."""
    document = Document("books", "invoice", "17", "1017", "Nova Ltd", "USD", DAY.isoformat(), "300.00", "300.00")
    sign(proved, OWNER, company.NAME, DAY, aging(), [document])
    change = Change("voided", "books", "invoice", "17", "1017", "Nova Ltd", "USD", "-300.00")
    with proved.database.begin() as tx:
        of = connections.find(tx, company.NAME)
        assert of is not None
        assert of.settings.lock_date == DAY
        signatures.checked(tx, signatures.every(tx, of.id)[0].id, encode([change]), company.NOW)
    return proved


@pytest.mark.usefixtures("proved")
@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}, {}], indirect=True)
def test_a_day_s_tie_out_shows_its_groups_and_offers_the_signature(ana: Visitor):
    page = ana.open("/nova/tie-out")
    expect(page.get_by_role("heading", name="Open on Mar 31, 2026")).to_be_visible()
    expect(page.get_by_role("row", name="QuickBooks' A/R Aging $500.00")).to_be_visible()
    expect(page.get_by_role("row", name="Credit Memo")).to_contain_text("-$200.00")
    expect(page.get_by_role("button", name="Sign, and lock up to Mar 31, 2026")).to_be_visible()
    assert page.get_by_label("As of").input_value() == DAY.isoformat()


def test_a_long_list_shows_its_largest_amounts_first_and_all_on_request(home: Home, ana: Visitor):
    each = [
        ReconcilingItem("invoice", "", f"{n}", f"{n}.00", "credit", "USD", f"N{n}", f"-{n}.00") for n in range(1, 61)
    ]
    many = [
        Entry(str(n), "Journal Entry", f"9{n}", DAY, f"{n}", f"Buyer {n}", "USD", Decimal(n), Decimal(n))
        for n in range(1, 61)
    ]
    owed = {one.customer: (one.name, one.open) for one in many}
    report = Report(DAY, "USD", sum((one.open for one in many), Decimal(0)), owed, tuple(many))
    with home.database.begin() as tx:
        of = connections.find(tx, company.NAME)
        assert of is not None
        of_day = age([], [], report, Known({}, {}, {}), {})
        kept = Kept(ties_out=True, currency={}, exceptions=tuple(each), as_of=DAY.isoformat(), aging=of_day)
        proofs.keep(tx, of.id, company.NOW, encode(kept))
    page = ana.open("/nova/tie-out")
    differences = page.get_by_role("region", name="Differences and their reasons")
    expect(differences.get_by_role("row", name="N60")).to_be_visible()
    expect(differences.get_by_role("row", name="N11 ")).to_be_visible()
    expect(differences.get_by_role("row", name="N10 ")).to_have_count(0)
    expect(page.get_by_role("link", name="Show all 60")).to_have_count(3)
    page.get_by_role("link", name="Show all 60").first.click()
    expect(differences.get_by_role("row", name="N10 ")).to_be_visible()
    expect(page.get_by_role("link", name="Show all")).to_have_count(0)
    assert len(page.request.get(ana.site + "/nova/tie-out.json").json()["reasons"][0]["exceptions"]) == 60


@pytest.mark.usefixtures("proved")
def test_a_seller_cannot_sign(visitor: Visitor):
    visitor.sign_in("sam")
    page = visitor.open("/nova/tie-out")
    expect(page.get_by_role("heading", name="Open on Mar 31, 2026")).to_be_visible()
    expect(page.get_by_role("button", name="Sign, and lock")).to_have_count(0)


@pytest.mark.usefixtures("signed")
def test_the_page_says_what_changed_in_a_signed_month_in_both_languages(ana: Visitor):
    page = ana.open("/nova/tie-out")
    said = "March changed since you signed: \N{MINUS SIGN}300.00, invoice 1017 voided"
    expect(page.locator(".notice.bad").get_by_text(said)).to_be_visible()
    expect(page.get_by_role("row", name="Mar 31, 2026 $500.00 ana")).to_be_visible()
    page = ana.open("/nova/tie-out?lang=es")
    said = "Marzo cambió desde que usted lo firmó: \N{MINUS SIGN}300,00, factura 1017 anulada"
    expect(page.locator(".notice.bad").get_by_text(said)).to_be_visible()


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_of_it_keeps_anybody_out(ana: Visitor, scheme: str):
    ana.page.emulate_media(color_scheme=scheme)
    found = Axe().run(ana.open("/nova/tie-out")).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


@pytest.mark.usefixtures("signed")
def test_the_tables_can_be_taken_along(ana: Visitor):
    for path in ("/nova/tie-out.csv", "/nova/tie-out.csv?signed=2026-03-31"):
        answer = ana.page.request.get(ana.site + path)
        assert answer.headers["content-disposition"] == 'attachment; filename="tie-out-2026-03-31.csv"'
        assert answer.text().splitlines()[1].startswith("2026-03-31,only_in_quickbooks,Journal Entry,900,")
    assert ana.page.request.get(ana.site + "/nova/tie-out.csv?signed=2026-02-28").status == 404


@pytest.mark.usefixtures("signed")
def test_a_signature_is_in_the_history_and_its_twin(ana: Visitor):
    expect(ana.open("/nova/history").get_by_text("Tie-out signed")).to_be_visible()
    months = ana.page.request.get(ana.site + "/nova/tie-out.json").json()["months"]
    assert [(one["as_of"], one["who"], one["report"]) for one in months] == [("2026-03-31", "ana", "500.00")]


@pytest.mark.usefixtures("signed")
def test_only_who_keeps_the_accounts_may_sign(visitor: Visitor):
    api = f"{visitor.site}/api/v1"
    session = visitor.page.request.post(f"{api}/session", data={"name": "sam", "password": PASSWORD}).json()
    bearer = {"Authorization": f"Bearer {session['token']}"}
    refused = visitor.page.request.post(f"{api}/companies/nova/proof/2026-03-31?sign=true", headers=bearer)
    assert refused.status == 403
    months = visitor.page.request.get(f"{api}/companies/nova/signed", headers=bearer).json()
    assert [one["changes"][0]["what"] for one in months] == ["voided"]


def test_many_changes_are_counted(signed: Home):
    many = [Change("added", "books", "invoice", str(n), str(n), "", "EUR", "5.00") for n in range(7)]
    with signed.database.begin() as tx:
        of = connections.find(tx, company.NAME)
        assert of is not None
        signatures.checked(tx, signatures.every(tx, of.id)[0].id, encode(many), company.NOW)
    message = signed_months(signed, company.NAME)[0].message
    assert message.startswith("March changed since you signed: +5.00 EUR, invoice 0 added; ")
    assert message.endswith("; and 2 more")

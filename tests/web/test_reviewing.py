"""The review of matches on the page: evidence, every choice, and taking it back."""

import pytest
from playwright.sync_api import expect
from tests.web.company import NAME, Builder, invoice
from tests.web.conftest import Visitor

from tieout.actions.home import Home
from tieout.core.records import Address, Kind, Side, State
from tieout.kinds.customer import Customer
from tieout.kinds.issuer import ISSUER
from tieout.kinds.item import Item
from tieout.store import connections, pairs

YORK = Address(street="12 Quay Road", city="York", postcode="YO1 7HH")


@pytest.fixture
def reviewed(home: Home) -> Home:
    """A second company pair under review: one certain match, one that is not, one without likeness, one pair."""
    with home.database.begin() as tx:
        builder = Builder(home, tx, "orbit")
        connections.change(tx, builder.id, crm_complete=True, books_complete=True, reviewed=False)
        builder.put(
            Side.CRM,
            Kind.CUSTOMER,
            Customer("company:1", company="Nova Ltd", email="ana@nova.example"),
            Customer("company:2", company="Orbit Foods", billing=YORK),
            Customer("company:3", company="Quay Ltd"),
        )
        builder.put(
            Side.BOOKS,
            Kind.CUSTOMER,
            Customer("61", name="Nova Limited", company="Nova Limited", email="ana@nova.example"),
            Customer("62", name="Orbit Foods", company="Orbit Foods", billing=YORK),
            Customer("63", name="Harbour"),
        )
        builder.pair(Kind.ITEM, Item("11", name="Advice", sku="A-1"), Item("21", name="Advice", sku="A-1"))
    return home


def choices(home: Home, crm_id: str, kind: Kind = Kind.CUSTOMER) -> dict[str, str]:
    with home.database.read() as tx:
        of = connections.find(tx, "orbit")
        assert of is not None
        found = pairs.find(tx, of.id, kind, Side.CRM, crm_id)
        assert found is not None
        return dict(found.pair.choices)


def case(ana: Visitor, name: str, view: str = "open"):
    page = ana.open(f"/orbit/matches?view={view}")
    return page.locator(".cases > li").filter(has=page.get_by_role("heading", name=name))


@pytest.mark.usefixtures("reviewed")
@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_it_shows_what_speaks_for_and_against(ana: Visitor):
    nova = case(ana, "Nova Ltd")
    expect(nova.get_by_text("certain", exact=True)).to_be_visible()
    expect(nova.get_by_text("same e-mail")).to_be_visible()
    expect(case(ana, "Orbit Foods").get_by_text("same name")).to_be_visible()
    expect(case(ana, "Quay Ltd", "alone")).to_be_visible()
    expect(case(ana, "Advice", "linked").get_by_text("One with Advice in QuickBooks")).to_be_visible()


@pytest.mark.parametrize(
    ("button", "chosen", "told"),
    [
        ("The same (Orbit Foods)", {"link_customer": "62"}, "Chosen: the same as 62 in QuickBooks"),
        ("A new one (Orbit Foods)", {"create_customer": "yes"}, "Chosen: a new one"),
        ("Leave it out (Orbit Foods)", {"exclude": "ana"}, "Chosen: left out"),
    ],
)
def test_each_choice_is_kept_and_can_be_taken_back(
    ana: Visitor, reviewed: Home, button: str, chosen: dict[str, str], told: str
):
    case(ana, "Orbit Foods").get_by_role("button", name=button).click()
    expect(ana.page.get_by_role("status").first).to_contain_text("Done.")
    assert choices(reviewed, "company:2") == chosen
    decided = case(ana, "Orbit Foods", "decided")
    expect(decided.get_by_text(told)).to_be_visible()
    decided.get_by_role("button", name="Take it back").click()
    ana.page.wait_for_url("**done=reopen**")
    assert choices(reviewed, "company:2") == {}


def test_another_counterpart_is_found_by_searching(ana: Visitor, reviewed: Home):
    case(ana, "Quay Ltd", "alone").get_by_role("link", name="Quay Ltd", exact=True).click()
    ana.page.get_by_role("searchbox").fill("harb")
    ana.page.get_by_role("button", name="Search").click()
    ana.page.get_by_role("button", name="The same (Harbour)").click()
    ana.page.wait_for_url("**done=link**")
    assert choices(reviewed, "company:3") == {"link_customer": "63"}


def test_a_pair_is_taken_apart_and_stays_apart(ana: Visitor, reviewed: Home):
    case(ana, "Advice", "linked").get_by_role("button", name="Take apart").click()
    ana.page.wait_for_url("**done=apart**")
    assert choices(reviewed, "11", Kind.ITEM) == {"exclude": "ana"}
    assert case(ana, "Advice", "linked").count() == 0


@pytest.fixture
def typed_twice(home: Home) -> int:
    """An invoice that was typed in on both sides and counts as QuickBooks', in the second company pair."""
    with home.database.begin() as tx:
        builder = Builder(home, tx, "orbit")
        connections.change(tx, builder.id, crm_complete=True, books_complete=True)
        here = invoice("INV-7", "company:1", "450.00")
        one = builder.pair(Kind.INVOICE, here, invoice("1042", "61", "450.00"), {}, why="by_you")
        pairs.choose(tx, one, {ISSUER: "books"})
        builder.settle(one, State.IN_SYNC)
        builder.pair(Kind.INVOICE, invoice("INV-8", "company:1", "20.00"), None)
    return one


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_it_is_shown_and_changed_where_an_invoice_on_both_sides_was_made(ana: Visitor, home: Home, typed_twice: int):
    ours = case(ana, "INV-7", "invoices")
    assert ana.page.locator(".cases > li").count() == 1
    expect(ours.get_by_text("One with 1042 in QuickBooks")).to_be_visible()
    expect(ours.get_by_text("It counts as made in QuickBooks")).to_be_visible()
    ours.get_by_role("button", name="It was made in HubSpot").click()
    expect(case(ana, "INV-7", "invoices").get_by_text("It counts as made in HubSpot")).to_be_visible()
    assert choices(home, "7", Kind.INVOICE) == {ISSUER: "crm"}
    page = ana.open(f"/orbit/records/{typed_twice}")
    expect(page.get_by_text("made in HubSpot", exact=False).first).to_be_visible()
    page.get_by_role("button", name="It was made in QuickBooks").click()
    ana.page.wait_for_url(f"**/records/{typed_twice}")
    expect(page.get_by_text("It counts as made in QuickBooks")).to_be_visible()
    expect(page.get_by_text("Said where it was made").first).to_be_visible()
    assert choices(home, "7", Kind.INVOICE) == {ISSUER: "books"}


@pytest.mark.usefixtures("typed_twice")
def test_who_sells_sees_where_it_was_made_and_may_not_change_it(visitor: Visitor):
    visitor.sign_in("sam")
    expect(case(visitor, "INV-7", "invoices").get_by_text("It counts as made in QuickBooks")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="It was made in HubSpot")).to_have_count(0)


@pytest.mark.usefixtures("reviewed")
def test_only_who_keeps_the_accounts_finishes_the_review(visitor: Visitor):
    visitor.sign_in("sam")
    expect(visitor.open("/orbit/matches").get_by_role("button", name="Finish the review")).to_have_count(0)
    expect(visitor.page.get_by_role("button", name="A new one (Orbit Foods)")).to_be_visible()


def test_finishing_the_review_is_kept(ana: Visitor, reviewed: Home):
    ana.open("/orbit/matches").get_by_role("button", name="Finish the review").click()
    expect(ana.page.get_by_role("button", name="Finish the review")).to_have_count(0)
    with reviewed.database.read() as tx:
        of = connections.find(tx, "orbit")
        assert of is not None
        assert of.reviewed


@pytest.mark.usefixtures("reviewed")
def test_search_narrows_the_review(ana: Visitor):
    page = ana.open("/orbit/matches?search=orbit")
    assert page.locator(".cases h2 a").all_inner_texts() == ["Orbit Foods"]
    assert ana.open(f"/{NAME}/matches").locator("h1").inner_text() == "Matches"

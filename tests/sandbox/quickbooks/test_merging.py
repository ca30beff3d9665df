"""Customers and items merged in QuickBooks' pages."""

from datetime import timedelta

import pytest

from tieout.sandbox.vendor import WrongSetting

from .conftest import line


def named(document):
    return document["CustomerRef"]["value"], document["CustomerRef"]["name"]


@pytest.fixture
def nova(books):
    """Two customers that are one: what stays, what goes, an invoice and a payment of what goes."""
    stays, goes = books.customer("Nova Ltd"), books.customer("Nova Limited")
    item = books.item()
    books.invoice(stays, line(item, 100))
    invoice = books.invoice(goes, line(item, 50))["Id"]
    paid = books.pay(goes, 30, ("Invoice", invoice, 20))["Id"]
    return stays, goes, invoice, paid


def test_the_merged_customer_is_gone_and_its_documents_name_the_survivor(books, nova):
    stays, goes, invoice, paid = nova
    before = books.read("Invoice", invoice)
    books.clock.advance(60)
    books.sandbox.merge("Customer", goes, stays)
    assert [row["Id"] for row in books.query("SELECT * FROM Customer WHERE Active IN (true, false)")["Customer"]] == [
        stays
    ]
    assert books.ask("GET", f"{books.root}/customer/{goes}").status_code == 400
    stored = books.read("Invoice", invoice)
    assert named(stored) == (stays, "Nova Ltd")
    assert (stored["SyncToken"], stored["MetaData"]) == (before["SyncToken"], before["MetaData"])
    assert named(books.read("Payment", paid)) == (stays, "Nova Ltd")
    found = books.query(f"SELECT * FROM Invoice WHERE CustomerRef = '{stays}'")
    assert found["maxResults"] == 2


def test_the_survivor_owes_what_both_owed(books, nova):
    stays, goes, invoice, _ = nova
    books.sandbox.merge("Customer", goes, stays)
    assert books.read("Customer", stays)["Balance"] == 100 + 50 - 30
    books.pay(stays, 5, ("Invoice", invoice, 5))
    assert books.read("Customer", stays)["Balance"] == 115


def test_change_data_capture_tells_the_survivor_changed_and_the_other_deleted(books, nova):
    stays, goes, _, _ = nova
    books.clock.advance(600)
    since = books.clock.now() - timedelta(seconds=5)
    books.sandbox.merge("Customer", goes, stays)
    found = books.changes("Customer,Invoice,Payment", since)
    assert {row["Id"]: row.get("status") for row in found["Customer"]} == {stays: None, goes: "Deleted"}
    assert set(found) == {"Customer"}


def test_documents_get_a_new_version_where_the_switch_says_so(books, nova):
    stays, goes, invoice, paid = nova
    books.sandbox.patch_company({"merge_renews_documents": True})
    token = int(books.read("Invoice", invoice)["SyncToken"])
    books.clock.advance(600)
    since = books.clock.now() - timedelta(seconds=5)
    books.sandbox.merge("Customer", goes, stays)
    assert books.read("Invoice", invoice)["SyncToken"] == str(token + 1)
    found = books.changes("Invoice,Payment", since)
    assert [[row["Id"] for row in found[name]] for name in ("Invoice", "Payment")] == [[invoice], [paid]]


def test_the_merged_customer_stays_inactive_where_the_switch_says_so(books, nova):
    stays, goes, _, _ = nova
    books.sandbox.patch_company({"merged_become_inactive": True})
    books.sandbox.merge("Customer", goes, stays)
    left = books.read("Customer", goes)
    assert (left["DisplayName"], left["Active"], left["Balance"]) == ("Nova Limited (deleted)", False, 0)
    assert [row["Id"] for row in books.query("SELECT * FROM Customer")["Customer"]] == [stays]


def test_the_name_is_free_and_the_id_takes_no_documents(books, nova):
    stays, goes, _, _ = nova
    books.sandbox.merge("Customer", goes, stays)
    assert books.customer("Nova Limited") not in (stays, goes)
    body = {"CustomerRef": {"value": goes}, "Line": [line(books.item("Print"), 1)]}
    assert books.refused("Invoice", body)["code"] == "2500"
    change = {"Id": goes, "SyncToken": "0", "sparse": True, "Notes": "x"}
    assert books.refused("Customer", change)["code"] == "610"


def test_a_merge_survives_a_state_file(books, nova):
    stays, goes, invoice, _ = nova
    books.sandbox.merge("Customer", goes, stays)
    books.sandbox.load(books.sandbox.dump())
    assert books.ask("GET", f"{books.root}/customer/{goes}").status_code == 400
    books.pay(stays, 30, ("Invoice", invoice, 30))
    assert books.read("Customer", stays)["Balance"] == 90


def test_the_api_itself_refuses_the_name_of_another(books, nova):
    _, goes, _, _ = nova
    change = {"Id": goes, "SyncToken": "0", "sparse": True, "DisplayName": "Nova Ltd"}
    assert books.refused("Customer", change)["code"] == "6240"


def test_sub_customers_follow_with_what_they_owe(books):
    stays, goes = books.customer("Nova Ltd"), books.customer("Nova Limited")
    job = books.customer("Leeds", ParentRef={"value": goes}, Job=True)
    books.invoice(job, line(books.item(), 40))
    books.sandbox.merge("Customer", goes, stays)
    moved, survivor = books.read("Customer", job), books.read("Customer", stays)
    assert (moved["ParentRef"]["value"], moved["FullyQualifiedName"]) == (stays, "Nova Ltd:Leeds")
    assert (survivor["Balance"], survivor["BalanceWithJobs"]) == (0, 40)
    books.sandbox.merge("Customer", job, stays)
    survivor = books.read("Customer", stays)
    assert (survivor["Balance"], survivor["BalanceWithJobs"]) == (40, 40)


def test_lines_of_a_merged_item_name_the_survivor(books):
    stays, goes = books.item("Design"), books.item("Design work")
    invoice = books.invoice(books.customer(), line(goes, 5), line(stays, 6))["Id"]
    books.sandbox.patch_company({"service_date_items": [goes]})
    books.sandbox.merge("Item", goes, stays)
    refs = [row["SalesItemLineDetail"]["ItemRef"] for row in books.read("Invoice", invoice)["Line"][:2]]
    assert refs == [{"value": stays, "name": "Design"}] * 2
    assert books.sandbox.company()["service_date_items"] == [stays]
    assert books.query("SELECT * FROM Item WHERE Name = 'Design work' AND Active IN (true, false)") == {}


@pytest.mark.parametrize(
    ("entity", "source", "target", "says"),
    [
        ("Vendor", "1", "2", "takes Customer or Item"),
        ("Customer", "999", "{stays}", "no Customer 999"),
        ("Customer", "{stays}", "{stays}", "into another, active one"),
        ("Customer", "{stays}", "{job}", "not merged into its own part"),
        ("Item", "{design}", "{goods}", "differ in Type"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_a_sentence(books, entity, source, target, says):
    stays = books.customer("Nova Ltd")
    ids = {
        "stays": stays,
        "job": books.customer("Leeds", ParentRef={"value": stays}, Job=True),
        "design": books.item("Design"),
        "goods": books.item("Goods", Type="NonInventory"),
    }
    with pytest.raises(WrongSetting, match=says):
        books.sandbox.merge(entity, source.format(**ids), target.format(**ids))

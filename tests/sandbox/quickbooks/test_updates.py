"""Updates full and sparse, versions, times, repeated requests, batches, captured changes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from .conftest import line, read


@pytest.fixture
def invoice(books):
    books.design = books.item()
    books.nova = books.customer()
    lines = [line(books.design, 10, qty=1, price=10) | {"Description": "one"}, line(books.design, 20)]
    return books.invoice(books.nova, *lines, PrivateNote="note", CustomerMemo={"value": "memo"})


def sparse(document, **fields):
    return {"Id": document["Id"], "SyncToken": document["SyncToken"], "sparse": True} | fields


def test_a_sparse_update_keeps_what_is_not_sent(books, invoice):
    changed = books.save("Invoice", sparse(invoice, PrivateNote="other"))
    assert (changed["PrivateNote"], changed["CustomerMemo"], changed["SyncToken"]) == ("other", {"value": "memo"}, "1")
    assert changed["Line"] == invoice["Line"]
    assert changed["sparse"] is False


def test_a_full_update_empties_what_is_not_sent(books, invoice):
    kept = {field: invoice[field] for field in ("Id", "SyncToken", "CustomerRef", "Line", "DocNumber")}
    changed = books.save("Invoice", kept)
    assert "PrivateNote" not in changed
    assert "CustomerMemo" not in changed
    assert changed["DocNumber"] == invoice["DocNumber"]


def test_empty_values_clear_and_nulls_do_not(books, invoice):
    changed = books.save("Invoice", sparse(invoice, PrivateNote="", CustomerMemo=None))
    assert "PrivateNote" not in changed
    assert changed["CustomerMemo"] == {"value": "memo"}


def test_a_name_cannot_be_emptied(books):
    made = books.save("Customer", {"DisplayName": "Nova", "Notes": "x"})
    changed = books.save("Customer", {"Id": made["Id"], "SyncToken": "0", "DisplayName": ""})
    assert (changed["DisplayName"], "Notes" in changed) == ("Nova", False)


def test_sent_lines_replace_all_lines(books, invoice):
    first, second = invoice["Line"][0], invoice["Line"][1]
    changed = books.save("Invoice", sparse(invoice, Line=[second, line(books.design, 5), {**first, "Id": "99"}]))
    assert [entry.get("Id") for entry in changed["Line"]] == ["2", "3", "4", None]
    assert changed["TotalAmt"] == 35
    fewer = books.save("Invoice", sparse(changed, Line=[{**changed["Line"][2], "Description": None}]))
    assert "Description" not in fewer["Line"][0]
    more = books.save("Invoice", sparse(fewer, Line=[line(books.design, 1)]))
    assert more["Line"][0]["Id"] == "5"


def test_sending_back_what_was_read_changes_nothing_but_the_version(books, invoice):
    again = books.save("Invoice", invoice)
    assert again.pop("SyncToken") == "1"
    assert again == {field: value for field, value in invoice.items() if field != "SyncToken"}


def test_a_taxed_and_discounted_document_can_be_sent_back_too(uk):
    code = {"value": uk.query("SELECT * FROM TaxCode WHERE Name = '5.0% R'")["TaxCode"][0]["Id"]}
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 7}}
    address = {"Line1": "1 Fleet Street", "City": "London", "PostalCode": "EC4Y 1AA"}
    customer = uk.customer(BillAddr=address, ShipAddr=address, PrimaryEmailAddr={"Address": "ana@nova.example"})
    lines = [line(uk.item(), 33.33, qty=3, price=11.11, TaxCodeRef=code, ServiceDate="2026-02-01"), discount]
    made = uk.invoice(customer, *lines, ApplyTaxAfterDiscount=True, BillEmailCc={"Address": "a@x.example, b@x.example"})
    assert made["TotalAmt"] == Decimal("33.33") - Decimal("2.33") + Decimal("1.55")
    assert made["BillAddr"]["Line1"] == "Nova Ltd"
    again = uk.save("Invoice", made)
    assert again.pop("SyncToken") == "1"
    assert again == {field: value for field, value in made.items() if field != "SyncToken"}


def test_sparse_lines_are_taxed_anew(uk):
    item, customer = uk.item(), uk.customer()
    code = {"value": uk.query("SELECT * FROM TaxCode WHERE Name = '20.0% S'")["TaxCode"][0]["Id"]}
    invoice = uk.invoice(customer, line(item, 100, TaxCodeRef=code))
    changed = uk.save("Invoice", sparse(invoice, Line=[line(item, 200, TaxCodeRef=code)]))
    assert changed["TotalAmt"] == 240
    noted = uk.save("Invoice", sparse(changed, PrivateNote="x"))
    assert noted["TotalAmt"] == 240


def test_a_changed_address_turns_into_free_lines(books, invoice):
    address = {"Line1": "1 High Street", "City": "Springfield", "CountrySubDivisionCode": "IL", "PostalCode": "62701"}
    first = books.save("Invoice", sparse(invoice, ShipAddr=address))
    assert first["ShipAddr"]["City"] == "Springfield"
    again = books.save("Invoice", sparse(first, ShipAddr=address))
    assert again["ShipAddr"] == first["ShipAddr"]
    moved = books.save("Invoice", sparse(again, ShipAddr=address | {"Line1": "2 High Street"}))["ShipAddr"]
    assert moved.pop("Id") != first["ShipAddr"]["Id"]
    assert moved == {"Line1": "Nova Ltd", "Line2": "2 High Street", "Line3": "Springfield, IL 62701"}


def test_times_are_pacific_with_seconds_and_the_envelope_has_milliseconds(books, invoice):
    assert invoice["MetaData"]["CreateTime"] == "2026-03-10T11:00:00-07:00"
    books.clock.advance(-60 * 86_400)
    answer = books.ask("GET", f"{books.root}/invoice/{invoice['Id']}")
    assert read(answer)["time"] == "2026-01-09T10:00:00.500-08:00"
    assert answer.headers["intuit_tid"].startswith("1-")


def test_a_stale_read_shows_the_version_before(books, invoice):
    books.save("Invoice", sparse(invoice, PrivateNote="new"))
    books.stale = True
    assert books.read("Invoice", invoice["Id"])["PrivateNote"] == "note"
    found = books.query(f"SELECT * FROM Invoice WHERE Id IN ('{invoice['Id']}')")["Invoice"]
    assert found[0]["SyncToken"] == "0"
    assert books.query("SELECT * FROM Invoice")["Invoice"][0]["SyncToken"] == "1"


def test_a_known_request_id_is_answered_byte_for_byte(books):
    first = books.post("Customer", {"DisplayName": "Nova"}, requestid="r-1")
    books.clock.advance(3600)
    again = books.post("Customer", {"DisplayName": "Another"}, requestid="r-1")
    assert again.content == first.content
    assert books.query("SELECT COUNT(*) FROM Customer") == {"totalCount": 1}


def test_a_refused_request_is_tried_again_under_its_id(books):
    customer = books.customer("Nova")
    assert books.post("Customer", {"DisplayName": "Nova"}, requestid="r-1").status_code == 400
    books.save("Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "DisplayName": "Old"})
    assert books.post("Customer", {"DisplayName": "Nova"}, requestid="r-1").status_code == 200
    assert books.refused("Customer", {"DisplayName": "B"}, requestid="x" * 51)["code"] == "2130"


def batch(books, *items, **params):
    answer = books.post("batch", {"BatchItemRequest": list(items)}, **params)
    assert answer.status_code == 200, answer.text
    return read(answer)["BatchItemResponse"]


def test_the_items_of_a_batch_are_independent(books):
    answers = batch(
        books,
        {"bId": "1", "operation": "create", "Vendor": {"DisplayName": "Nova"}},
        {"bId": "2", "operation": "create", "Customer": {"DisplayName": "Nova"}},
        {"bId": "3", "Query": "SELECT * FROM Vendor"},
        {"bId": "4", "Query": "SELECT"},
        {"bId": "5", "operation": "update", "Vendor": {"Id": "1", "SyncToken": "0", "sparse": True, "AcctNum": "7"}},
    )
    assert [answer["bId"] for answer in answers] == ["1", "2", "3", "4", "5"]
    assert answers[0]["Vendor"]["Id"] == "1"
    assert answers[1]["Fault"]["Error"][0]["code"] == "6240"
    assert answers[1]["Fault"]["type"] == "ValidationFault"
    assert answers[2]["QueryResponse"]["maxResults"] == 1
    assert answers[3]["Fault"]["Error"][0]["code"] == "4000"
    assert answers[4]["Vendor"]["SyncToken"] == "1"


def test_a_batch_voids_and_allows_duplicates_by_its_options(books, invoice):
    paid = books.pay(books.nova, 5)
    answers = batch(
        books,
        {"bId": "1", "operation": "update", "optionsData": "void", "Payment": sparse(paid)},
        {
            "bId": "2",
            "operation": "create",
            "optionsData": "allowduplicatedocnum",
            "Invoice": {
                "CustomerRef": {"value": books.nova},
                "Line": [line(books.design, 1)],
                "DocNumber": invoice["DocNumber"],
            },
        },
        {"bId": "3", "operation": "delete", "Invoice": {"Id": invoice["Id"], "SyncToken": "0"}},
    )
    assert answers[0]["Payment"]["TotalAmt"] == Decimal(0)
    assert answers[1]["Invoice"]["DocNumber"] == invoice["DocNumber"]
    assert answers[2]["Invoice"]["status"] == "Deleted"


def test_a_batch_of_more_than_thirty_is_refused(books):
    items = [{"bId": str(number), "Query": "SELECT * FROM Item"} for number in range(31)]
    assert books.refused("batch", {"BatchItemRequest": items})["code"] == "1040"
    assert books.refused("batch", {"Items": []})["code"] == "2010"


def test_a_batch_is_repeated_byte_for_byte_unless_switched_off(books):
    whole = {"BatchItemRequest": [{"bId": "1", "operation": "create", "Customer": {"DisplayName": "Nova"}}]}
    first = books.post("batch", whole, requestid="b-1")
    assert books.post("batch", whole, requestid="b-1").content == first.content
    books.sandbox.patch_company({"batch_requestid": False})
    assert '"6240"' in books.post("batch", whole, requestid="b-1").text


def test_changes_are_captured_with_deletions(books, invoice):
    since = books.clock.now()
    assert len(books.changes("Invoice,Customer", since - timedelta(hours=1))["Customer"]) == 1
    books.clock.advance(60)
    assert books.changes("Invoice", since + timedelta(seconds=30)) == {}
    books.save("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    assert books.changes("Invoice,Customer,Item", since + timedelta(seconds=30)) == {
        "Invoice": [
            {
                "domain": "QBO",
                "status": "Deleted",
                "Id": invoice["Id"],
                "MetaData": {"LastUpdatedTime": "2026-03-10T11:01:00-07:00"},
            }
        ]
    }


def test_a_payment_lets_its_invoice_show_as_changed(books, invoice):
    books.clock.advance(60)
    since = books.clock.now()
    books.pay(books.nova, 5, ("Invoice", invoice["Id"], 5))
    changed = books.changes("Payment,Invoice,CreditMemo", since)
    assert changed["Invoice"][0]["SyncToken"] == "1"
    assert changed["Payment"][0]["TotalAmt"] == 5


def test_a_thousand_changes_are_the_most_and_thirty_days_the_furthest(books, invoice):
    since = books.clock.now()
    for start in range(0, 1020, 30):
        batch(
            books,
            *(
                {"bId": str(number), "operation": "create", "Customer": {"DisplayName": f"Buyer {start + number}"}}
                for number in range(30)
            ),
        )
    changed = books.changes("Customer,Invoice", since)
    assert sum(map(len, changed.values())) == 1000
    answer = books.ask(
        "GET",
        f"{books.root}/cdc",
        params={"entities": "Invoice", "changedSince": (since - timedelta(days=40)).isoformat()},
    )
    assert read(answer)["Fault"]["Error"][0]["code"] == "2190"
    answer = books.ask("GET", f"{books.root}/cdc", params={"entities": "TaxCode", "changedSince": since.isoformat()})
    assert read(answer)["Fault"]["Error"][0]["code"] == "4001"


def test_the_groups_of_captured_changes_are_not_in_the_order_asked_for(books, invoice):
    answer = books.ask(
        "GET", f"{books.root}/cdc", params={"entities": "Customer,Estimate,Invoice", "changedSince": "2026-03-10"}
    )
    groups = read(answer)["CDCResponse"][0]["QueryResponse"]
    assert [next(iter(group), None) for group in groups] == ["Invoice", None, "Customer"]
    assert (groups[0]["startPosition"], groups[0]["maxResults"], groups[0]["totalCount"]) == (1, 1, 1)

"""What QuickBooks refuses, word for word."""

import json

import pytest

from tieout.sandbox.vendor import WrongSetting

from .conftest import line, read

INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


def test_a_wrong_token_meets_the_gateway(books):
    answer = books.ask("GET", f"{books.root}/invoice/1", token="wrong")
    assert answer.status_code == 401
    document = read(answer)
    assert document["fault"]["type"] == "AUTHENTICATION"
    (error,) = document["fault"]["error"]
    assert error["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    assert (error["code"], error["element"]) == ("3200", None)
    assert isinstance(document["time"], int)
    assert document["batchItemResponse"] == []
    assert books.who is None


def test_another_company_meets_the_gateway(books):
    answer = books.ask("GET", "/v3/company/123/companyinfo/123")
    assert answer.status_code == 403
    assert read(answer)["fault"] == {
        "error": [
            {
                "message": "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
                "detail": "",
                "code": "3100",
                "element": None,
            }
        ],
        "type": "SERVICE",
    }


def test_an_unknown_path_is_a_page(books):
    for path in (f"{books.root}/nothing/1", "/somewhere"):
        answer = books.ask("GET", path)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (404, "text/html")


def test_what_is_not_there_is_not_found(books):
    answer = books.ask("GET", f"{books.root}/invoice/77")
    assert answer.status_code == 400
    assert read(answer)["Fault"]["Error"] == [
        {"Message": "Object Not Found", "Detail": f"Object Not Found : {INACTIVE}", "code": "610", "element": ""}
    ]


def test_a_deleted_document_cannot_be_changed(books):
    invoice = books.invoice(books.customer(), line(books.item(), 5))
    books.save("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    refused = books.refused("Invoice", {"Id": invoice["Id"], "SyncToken": "0", "sparse": True})
    assert refused["Detail"] == "Object Not Found : Another user has deleted this transaction."


@pytest.mark.parametrize("token", ["1", "-1", 7])
def test_a_wrong_sync_token_is_stale(books, token):
    customer = books.customer()
    refused = books.refused("Customer", {"Id": customer, "SyncToken": token, "sparse": True})
    assert (refused["code"], refused["Message"]) == ("5010", "Stale Object Error")
    assert refused["Detail"] == (
        "Stale Object Error : You and root were working on this at the same time. "
        "root finished before you did, so your work was not saved."
    )


@pytest.mark.parametrize(
    "body",
    [{"DisplayName": "A", "Foo": 1}, {"Customer": {"DisplayName": "A"}}, {"DisplayName": ["A"]}, ["A"], "A", 5],
)
def test_an_unknown_property_is_refused(books, body):
    refused = books.refused("Customer", body)
    assert refused == {
        "Message": "Request has invalid or unsupported property",
        "Detail": "Property Name:failed to parse json object; a property specified is unsupported or invalid",
        "code": "2010",
    }


@pytest.mark.parametrize("content", [b'{"DisplayName": "A', b"\xff\xfe", b"", b"[" * 5000, b'{"DisplayName": NaN}'])
def test_no_json_is_refused(books, content):
    answer = books.ask("POST", f"{books.root}/customer", content=content)
    assert answer.status_code == 400
    assert read(answer)["Fault"]["Error"][0]["code"] == "2010"


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("Invoice", {"Line": []}, "CustomerRef"),
        ("Invoice", {"CustomerRef": {"value": "1"}}, "Line"),
        ("Invoice", {"CustomerRef": {"value": "1"}, "Line": []}, "Line"),
        ("Payment", {"CustomerRef": {"value": "1"}}, "TotalAmt"),
        ("Item", {"Name": "Design"}, "IncomeAccountRef"),
        ("Customer", {"Id": "1", "sparse": True}, "SyncToken"),
    ],
)
def test_a_required_field_is_missing(books, name, body, field):
    books.customer()
    refused = books.refused(name, body)
    assert (refused["code"], refused["element"]) == ("2020", field)
    assert refused["Message"] == "Required param missing, need to supply the required value for the API"
    assert refused["Detail"] == f"Required parameter {field} is missing in the request"


def test_a_long_number_is_refused(books):
    body = {"CustomerRef": {"value": books.customer()}, "Line": [line(books.item(), 5)], "DocNumber": "1" * 25}
    refused = books.refused("Invoice", body)
    assert refused["code"] == "2050"
    assert refused["Message"] == "String length is either shorter or longer than supported by specification"
    assert refused["Detail"].endswith("Min:0 Max:21 supported. Supplied length:25")


@pytest.mark.parametrize(
    ("field", "value"),
    [("PrivateNote", "x" * 4001), ("CustomerMemo", {"value": "x" * 1001}), ("BillAddr", {"City": "x" * 256})],
)
def test_long_texts_are_refused(books, field, value):
    body = {"CustomerRef": {"value": books.customer()}, "Line": [line(books.item(), 5)], field: value}
    assert books.refused("Invoice", body)["code"] == "2050"


def test_an_unknown_choice_is_refused(books):
    body = {"CustomerRef": {"value": books.customer()}, "Line": [line(books.item(), 5)], "PrintStatus": "Maybe"}
    refused = books.refused("Invoice", body)
    assert (refused["code"], refused["Detail"]) == ("2170", "Invalid Enumeration : Maybe")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "ten", "9" * 16])
def test_what_is_no_number_is_refused(books, number):
    sold = line(books.item(), 5)
    sold["Amount"] = number
    assert books.refused("Invoice", {"CustomerRef": {"value": books.customer()}, "Line": [sold]})["code"] == "2080"


@pytest.mark.parametrize("day", ["2026-02-30", "9999-12-31", "30/01/2026", "0001-01-01"])
def test_what_is_no_day_is_refused(books, day):
    body = {"CustomerRef": {"value": books.customer()}, "Line": [line(books.item(), 5)], "TxnDate": day}
    assert books.refused("Invoice", body)["code"] == "2060"


def test_a_reference_to_nothing_is_refused(books):
    refused = books.refused("Invoice", {"CustomerRef": {"value": "583"}, "Line": [line(books.item(), 5)]})
    assert (refused["code"], refused["Message"]) == ("2500", "Invalid Reference Id")
    assert refused["Detail"] == "Invalid Reference Id : Names element id 583 not found"
    refused = books.refused("Invoice", {"CustomerRef": {"value": books.customer()}, "Line": [line("99", 5)]})
    assert refused["Detail"] == "Invalid Reference Id : Line.SalesItemLineDetail.ItemRef"


def test_an_inactive_item_or_customer_is_refused_on_new_documents_only(books):
    customer, item = books.customer(), books.item()
    invoice = books.invoice(customer, line(item, 5))
    for name, identity in (("Item", item), ("Customer", customer)):
        books.save(name, {"Id": identity, "SyncToken": "0", "sparse": True, "Active": False})
        refused = books.refused("Invoice", {"CustomerRef": {"value": customer}, "Line": [line(item, 5)]})
        assert (refused["code"], refused["Detail"]) == ("2500", f"Invalid Reference Id : {INACTIVE}")
    assert books.save("Invoice", invoice | {"PrivateNote": "kept"})["SyncToken"] == "1"


def test_a_category_cannot_be_sold(books):
    category = books.save("Item", {"Name": "Things", "Type": "Category"})["Id"]
    child = books.item("Pump", ParentRef={"value": category}, SubItem=True)
    assert books.read("Item", child)["FullyQualifiedName"] == "Things:Pump"
    refused = books.refused("Invoice", {"CustomerRef": {"value": books.customer()}, "Line": [line(category, 5)]})
    assert "set up as a category instead of a product or service" in refused["Detail"]


def test_an_item_does_not_post_to_receivables(books):
    receivable = books.query("SELECT * FROM Account WHERE AccountType = 'Accounts Receivable'")["Account"][0]["Id"]
    assert books.refused("Item", {"Name": "Odd", "IncomeAccountRef": {"value": receivable}})["code"] == "6430"


def test_a_service_date_is_wanted_for_named_items(books):
    customer, item, other = books.customer(), books.item("Retainer"), books.item("Advice")
    books.sandbox.patch_company({"service_date_items": [item]})
    refused = books.refused("Invoice", {"CustomerRef": {"value": customer}, "Line": [line(item, 5)]})
    assert refused == {
        "Message": "A business validation error has occurred while processing your request",
        "Detail": "Business Validation Error: Enter a service date for the revenue recognition line item",
        "code": "6000",
        "element": "",
    }
    assert books.invoice(customer, line(item, 5, ServiceDate="2026-03-01"), line(other, 5))["TotalAmt"] == 10
    books.sandbox.patch_company({"service_date_items": []})
    assert books.invoice(customer, line(item, 5))["TotalAmt"] == 5


def test_the_closed_period_is_closed_to_all_writes(books):
    customer, item = books.customer(), books.item()
    old = books.invoice(customer, line(item, 5), TxnDate="2026-01-31")
    new = books.invoice(customer, line(item, 5), TxnDate="2026-02-01")
    books.sandbox.patch_company({"closing_date": "2026-01-31"})
    refused = books.refused("Invoice", {"Id": old["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    assert refused["code"] == "6210"
    assert refused["Detail"].startswith("The account period has closed and the account books cannot be updated")
    moved = {"Id": new["Id"], "SyncToken": "0", "sparse": True, "TxnDate": "2026-01-15"}
    assert books.refused("Invoice", moved)["code"] == "6210"
    for operation in ("void", "delete"):
        body = {"Id": old["Id"], "SyncToken": "0"}
        assert books.refused("Invoice", body, operation=operation)["code"] == "6210"
    body = {"CustomerRef": {"value": customer}, "Line": [line(item, 5)], "TxnDate": "2025-12-31"}
    assert books.refused("Invoice", body)["code"] == "6210"
    assert books.save("Estimate", body)["Id"]
    paid = books.pay(customer, 5, ("Invoice", old["Id"], 5))
    assert paid["TxnDate"] == "2026-03-10"
    assert books.query("SELECT * FROM Preferences")["Preferences"][0]["AccountingInfoPrefs"]["BookCloseDate"] == (
        "2026-01-31"
    )


def test_operations_that_do_not_exist_are_refused(books):
    customer = books.customer()
    refused = books.refused("Customer", {"Id": customer, "SyncToken": "0"}, operation="delete")
    assert refused == {
        "Message": "Unsupported Operation",
        "Detail": "Operation delete is not supported.",
        "code": "500",
        "element": "Operation",
    }


def test_an_unknown_custom_field_is_refused(books):
    body = {"CustomerRef": {"value": books.customer()}, "Line": [line(books.item(), 5)]}
    known = {"DefinitionId": "1", "StringValue": "PO-7"}
    field = books.save("Invoice", body | {"CustomField": [known]})["CustomField"]
    assert field == [{"DefinitionId": "1", "Name": "PO Number", "Type": "StringType", "StringValue": "PO-7"}]
    refused = books.refused("Invoice", body | {"CustomField": [{"DefinitionId": "2", "StringValue": "x"}]})
    assert refused["code"] == "3000"


@pytest.mark.parametrize(
    ("email", "code"), [("no address", "2210"), ("a@b", "2210"), ("a" * 96 + "@b.example", "2050")]
)
def test_what_is_no_email_is_refused(books, email, code):
    body = {"DisplayName": "A", "PrimaryEmailAddr": {"Address": email}}
    assert books.refused("Customer", body)["code"] == code


def test_another_currency_is_refused(books):
    assert books.refused("Customer", {"DisplayName": "A", "CurrencyRef": {"value": "EUR"}})["code"] == "2220"


def test_a_fault_of_the_plan_has_the_vendor_s_form(books):
    answer = books.sandbox.fault({"status": 429})
    assert answer.status == 429
    assert json.loads(answer.body)["Fault"] == {
        "Error": [
            {
                "Message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
                "Detail": "The request limit was reached.  Try again later",
                "code": "3001",
            }
        ],
        "type": "SERVICE",
    }
    assert "fault" in json.loads(books.sandbox.fault({"status": 401}).body)
    hidden = books.sandbox.fault({"status": 200, "code": "6000", "detail": "Business Validation Error: No."})
    assert hidden.status == 200
    assert json.loads(hidden.body)["Fault"]["Error"][0]["Detail"] == "Business Validation Error: No."
    assert books.sandbox.fault({"code": "6240"}).status == 400
    assert json.loads(books.sandbox.fault({"status": 503}).body)["Fault"]["type"] == "SystemFault"
    with pytest.raises(WrongSetting, match="takes `status`"):
        books.sandbox.fault({"category": "CONFLICT"})

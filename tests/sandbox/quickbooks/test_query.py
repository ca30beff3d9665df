"""The query language: what it finds, in which order, and what it refuses."""

from datetime import timedelta

import pytest

from .conftest import line, read


@pytest.fixture
def shelf(books):
    """Five invoices of two customers, two days, a minute apart."""
    books.nova, books.ruiz = books.customer("Nova Ltd"), books.customer("Adam's Candy Shop")
    books.design = books.item("Design", Sku="D-1")
    for number in range(5):
        customer, day = (books.nova, "2026-03-01") if number % 2 else (books.ruiz, "2026-03-02")
        books.invoice(customer, line(books.design, 100 * (number + 1)), TxnDate=day, PrivateNote="x")
        books.clock.advance(60)
    return books


def ids(books, where):
    return [row["Id"] for row in books.query(f"SELECT * FROM Invoice {where}").get("Invoice", [])]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("", ["5", "4", "3", "2", "1"]),
        ("WHERE Id > '2' ORDERBY Id", ["3", "4", "5"]),
        ("where id > '2'", None),
        ("WHERE Id >= '2' AND Id < '4' ORDERBY Id", ["2", "3"]),
        ("WHERE Id IN ('5', '1', '1', '99')", ["5", "1"]),
        ("WHERE Id IN ('5', '1') ORDERBY Id ASC", ["1", "5"]),
        ("WHERE DocNumber IN ('1001', '1005') ORDERBY DocNumber DESC", ["5", "1"]),
        ("WHERE CustomerRef = '1' AND TxnDate = '2026-03-01' ORDERBY Id", ["2", "4"]),
        ("WHERE CustomerRef = '1' AND TxnDate = '2026-03-02'", []),
        ("WHERE TotalAmt > '300.00' ORDERBY TotalAmt", ["4", "5"]),
        ("WHERE Balance <= 200 ORDERBY Id", ["1", "2"]),
        ("WHERE DocNumber LIKE '%003'", ["3"]),
        ("WHERE DocNumber != '1001' ORDER BY Id", ["2", "3", "4", "5"]),
        ("ORDERBY TxnDate DESC, Id ASC", ["1", "3", "5", "2", "4"]),
        ("ORDERBY Id STARTPOSITION 2 MAXRESULTS 2", ["2", "3"]),
        ("ORDERBY Id MAXRESULTS 2 STARTPOSITION 5", ["5"]),
        ("STARTPOSITION 6", []),
        ("WHERE Metadata.LastUpdatedTime > '2026-03-10T11:02:00-07:00' ORDERBY Id", ["4", "5"]),
        ("WHERE MetaData.LastUpdatedTime >= '2026-03-10T18:02:00Z' ORDERBY MetaData.LastUpdatedTime", ["3", "4", "5"]),
        ("WHERE MetaData.CreateTime < '2026-03-10T11:01:00'", ["1"]),
        ("WHERE MetaData.CreateTime < '2026-03-10T11:01:00-0700'", ["1"]),
        ("WHERE DueDate > '2026-03-31' ORDERBY Id", ["1", "3", "5"]),
        ("WHERE TxnDate >= '2026-03-02' ORDERBY Id", ["1", "3", "5"]),
        ("WHERE SalesTermRef = '3' ORDERBY Id MAXRESULTS 1", ["1"]),
    ],
)
def test_what_a_query_finds(shelf, where, found):
    if found is None:
        assert shelf.query_refused(f"SELECT * FROM Invoice {where}")["code"] == "4001"
    else:
        assert ids(shelf, where) == found


def test_ids_are_ordered_as_numbers(books):
    item, customer = books.item(), books.customer()
    for _ in range(11):
        books.invoice(customer, line(item, 1))
    assert ids(books, "WHERE Id > '8' ORDERBY Id") == ["9", "10", "11"]


def test_no_match_is_an_empty_answer(shelf):
    assert shelf.query("SELECT * FROM Estimate") == {}


def test_a_page_says_how_many_rows_it_has(shelf):
    page = shelf.query("SELECT * FROM Invoice STARTPOSITION 2 MAXRESULTS 3")
    assert (page["startPosition"], page["maxResults"]) == (2, 3)


def test_a_hundred_rows_are_a_page_by_default(books):
    for start in range(0, 120, 30):
        items = [
            {"bId": str(n), "operation": "create", "Customer": {"DisplayName": f"Buyer {start + n:03}"}}
            for n in range(30)
        ]
        books.post("batch", {"BatchItemRequest": items})
    page = books.query("SELECT * FROM Customer")
    assert page["maxResults"] == 100
    assert page["Customer"][0]["DisplayName"] == "Buyer 000"


def test_a_count_has_no_rows(shelf):
    assert shelf.query("select count(*) from invoice where CustomerRef = '2'") == {"totalCount": 3}


def test_lists_show_only_what_is_active_unless_asked(books):
    gone, kept = books.customer("Gone"), books.customer("Kept")
    books.save("Customer", {"Id": gone, "SyncToken": "0", "sparse": True, "Active": False})

    def found(where):
        return {row["Id"] for row in books.query(f"SELECT * FROM Customer {where}").get("Customer", [])}

    assert found("") == {kept}
    assert found(f"WHERE Id = '{gone}'") == set()
    assert found("WHERE Active = false") == {gone}
    assert found("WHERE Active IN (true, false)") == {gone, kept}
    assert found("WHERE DisplayName = 'gone (deleted)' AND Active IN (true,false)") == {gone}


def test_text_is_compared_without_case(shelf):
    account = shelf.query("SELECT * FROM Account WHERE Name = 'checking'")["Account"][0]
    assert account["Name"] == "Checking"
    assert shelf.query("SELECT * FROM Customer WHERE DisplayName LIKE 'nova%'")["maxResults"] == 1
    assert shelf.query("SELECT * FROM Item WHERE Sku = 'd-1'")["maxResults"] == 1


def test_emails_are_found_by_their_address(books):
    books.customer(PrimaryEmailAddr={"Address": "Ana@Nova.example"})
    for where in ("= 'ana@nova.example'", "LIKE '%@nova.example'", "IN ('x@y.example', 'ana@nova.example')"):
        assert books.query(f"SELECT * FROM Customer WHERE PrimaryEmailAddr {where}")["maxResults"] == 1


def test_missing_values_are_found_as_empty(books):
    books.item("Plain")
    books.item("Coded", Sku="7")
    found = books.query("SELECT * FROM Item WHERE Sku = ''")["Item"]
    assert [row["Name"] for row in found] == ["Plain"]


def test_a_quote_is_escaped_by_a_backslash(shelf):
    assert shelf.query(r"SELECT * FROM Customer WHERE DisplayName = 'Adam\'s Candy Shop'")["maxResults"] == 1
    refused = shelf.query_refused("SELECT * FROM Customer WHERE DisplayName = 'Adam''s Candy Shop'")
    assert (refused["code"], refused["Message"]) == ("4000", "Error parsing query")


def test_named_fields_come_as_sparse_objects(shelf):
    (row,) = shelf.query("SELECT Id, DisplayName, MetaData.CreateTime FROM Customer MAXRESULTS 1")["Customer"]
    assert row.keys() == {"domain", "sparse", "Id", "DisplayName", "MetaData"}
    assert row["sparse"] is True
    assert "Name" in shelf.query("SELECT *, Sku FROM Item")["Item"][0]


def test_a_query_can_be_posted(shelf):
    answer = shelf.ask(
        "POST",
        f"{shelf.root}/query",
        content="SELECT * FROM Invoice WHERE DocNumber = '1001'",
        headers={"content-type": "application/text"},
    )
    assert read(answer)["QueryResponse"]["Invoice"][0]["Id"] == "1"


@pytest.mark.parametrize(
    ("statement", "code", "detail"),
    [
        (
            "SELECT * FROM Invoice OR TxnDate",
            "4000",
            'QueryParserError: Encountered " <IDENTIFIER> "OR "" at line 1, column 23.',
        ),
        (
            "SELECT * FROM Invoice\nWHERE TxnDate 5",
            "4000",
            'QueryParserError: Encountered " <INTEGER> "5 "" at line 2, column 15.',
        ),
        ("SELECT * FROM Invoice WHERE TxnDate = '1' OR Id = '2'", "4000", None),
        ("SELECT * FROM Invoice WHERE (TxnDate = '1')", "4000", None),
        ("SELECT * FROM Invoice, Customer", "4000", None),
        ("SELECT * FROM Invoice WHERE TxnDate = 2026-01-01", "4000", None),
        ('SELECT * FROM Invoice WHERE DocNumber = "1"', "4000", None),
        ("SELECT * FROM", "4000", 'QueryParserError: Encountered "<EOF>" at line 1, column 14.'),
        ("", "4000", None),
        (
            "SELECT * FROM Invoice WHERE NoSuchField = '1'",
            "4001",
            "QueryValidationError: Property NoSuchField not found for Entity Invoice",
        ),
        (
            "SELECT * FROM Customer WHERE CustomerTypeRef = '1'",
            "4001",
            "QueryValidationError: property 'CustomerTypeRef' is not queryable",
        ),
        ("SELECT * FROM Invoice WHERE PrivateNote = 'x'", "4001", None),
        ("SELECT * FROM Invoice ORDERBY PrivateNote", "4001", None),
        ("SELECT Id, NoSuchField FROM Invoice", "4001", None),
        (
            "SELECT * FROM Invoice STARTPOSITION 0",
            "4001",
            "QueryValidationError: value 0 is too small. Min allowed value is 1",
        ),
        (
            "SELECT * FROM Invoice MAXRESULTS 1001",
            "4001",
            "QueryValidationError: value 1001 is too large. Max allowed value is 1000",
        ),
        ("SELECT * FROM Nothing", "4001", None),
        ("SELECT * FROM Invoice WHERE Balance > 'much'", "4001", None),
        ("SELECT * FROM Invoice WHERE Balance > ''", "4001", None),
        ("SELECT * FROM Invoice WHERE Id > 'x'", "4001", None),
        ("SELECT * FROM Customer WHERE Active = 'maybe'", "4001", None),
        ("SELECT * FROM Invoice WHERE MetaData.CreateTime > 'now'", "4001", None),
    ],
)
def test_what_a_query_cannot_say(books, statement, code, detail):
    refused = books.query_refused(statement)
    assert refused["code"] == code
    assert detail is None or refused["Detail"] == detail


def test_every_entity_can_be_queried(books):
    for name in ("CompanyInfo", "Preferences", "TaxCode", "TaxRate", "TaxAgency", "Term", "PaymentMethod", "Account"):
        assert books.query(f"SELECT * FROM {name}")[name]
    for name in ("CompanyCurrency", "Class", "Department", "Employee", "Payment", "SalesReceipt"):
        assert books.query(f"SELECT * FROM {name}") == {}


def test_changes_since_a_moment_are_walked_by_time_and_id(shelf):
    books, since = shelf, shelf.clock.now() - timedelta(minutes=3, seconds=30)
    found = books.query(
        f"SELECT * FROM Invoice WHERE MetaData.LastUpdatedTime >= '{since.isoformat()}' "
        "ORDERBY MetaData.LastUpdatedTime, Id MAXRESULTS 1000"
    )
    assert [row["Id"] for row in found["Invoice"]] == ["3", "4", "5"]

"""Changing an invoice changes what was asked for, and nothing else of what the bookkeeper holds."""

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.money import line_amount
from tieout.kinds.invoice import Invoice, Line
from tieout.quickbooks import documents
from tieout.quickbooks.documents import decode, encode
from tieout.quickbooks.lens import invoice as lens
from tieout.quickbooks.lens.revision import revised

FIELDS = ("lines", "discount", "tax", "total")


def sale(id_, quantity, price, **more):
    detail = {
        "ItemRef": {"value": "3", "name": "Advice"},
        "Qty": quantity,
        "UnitPrice": price,
        "TaxCodeRef": {"value": "NON"},
        "ClassRef": {"value": "1"},
        **more,
    }
    return {
        "Id": id_,
        "LineNum": int(id_),
        "Description": f"line {id_}",
        "Amount": line_amount(quantity, price, "USD"),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }


def document(*lines, **more):
    subtotal = sum((line.get("Amount", Decimal(0)) for line in lines), Decimal(0))
    raw = {
        "Id": "9",
        "SyncToken": "4",
        "DocNumber": "INV-1",
        "PrivateNote": "kept",
        "CustomField": [{"DefinitionId": "1", "Name": "Crew", "Type": "StringType", "StringValue": "102"}],
        "CustomerRef": {"value": "4"},
        "CurrencyRef": {"value": "USD"},
        "Line": [*lines, {"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}],
        "TxnTaxDetail": {"TotalTax": 0},
        "TotalAmt": subtotal,
        "Balance": subtotal,
        "Unheard": {"Of": [1]},
        **more,
    }
    return decode(encode(raw))


def read(raw) -> Invoice:
    return lens.read(msgspec.json.decode(encode(raw), type=documents.SalesForm), "USD")


quantities = st.integers(1, 50).map(Decimal)
prices = st.decimals(0, 500, places=2)


@given(st.lists(st.tuples(quantities, prices), min_size=1, max_size=12), st.data())
def test_one_price_changes_that_lines_price_and_amount_and_nothing_else(sold, data):
    raw = document(*(sale(str(n), quantity, price) for n, (quantity, price) in enumerate(sold, 1)))
    at = data.draw(st.integers(0, len(sold) - 1))
    price = data.draw(prices.filter(lambda p: p != sold[at][1]))
    record = read(raw)
    lines = list(record.lines)
    lines[at] = msgspec.structs.replace(lines[at], price=price, amount=line_amount(lines[at].quantity, price, "USD"))
    body = revised(raw, msgspec.structs.replace(record, lines=tuple(lines)), FIELDS, "us-manual", "86")

    expected = decode(encode(raw))
    expected["Line"][at]["SalesItemLineDetail"]["UnitPrice"] = price
    expected["Line"][at]["Amount"] = lines[at].amount
    assert body == expected


@given(st.lists(st.tuples(quantities, prices), min_size=1, max_size=12))
def test_an_invoice_written_as_it_stands_is_the_same_document(sold):
    raw = document(*(sale(str(n), quantity, price) for n, (quantity, price) in enumerate(sold, 1)))
    every = ("number", "date", "due", "memo", "email", "customer", *FIELDS)
    assert revised(raw, read(raw), every, "us-manual", "86") == raw


def test_a_line_that_stays_keeps_the_bookkeepers_coding_when_another_is_added():
    first = sale("1", Decimal(2), Decimal(100), ServiceDate="2026-02-01")
    raw = document(
        first, {"Id": "2", "Description": "note", "DetailType": "DescriptionOnly", "DescriptionLineDetail": {}}
    )
    record = read(raw)
    stays = msgspec.structs.replace(record.lines[0], item="1", text="Consulting", klass="", service_date=None)
    new = Line(id="hubspot", item="1", text="More", price=Decimal(50), amount=Decimal(50), tax="NON")
    body = revised(raw, msgspec.structs.replace(record, lines=(stays, new)), FIELDS, "us-manual", "86")
    assert body["Line"][0] == raw["Line"][0]
    assert body["Line"][1]["Description"] == "More"
    assert "Id" not in body["Line"][1]
    assert body["Line"][2:] == raw["Line"][1:]


def test_a_line_that_is_gone_goes_and_texts_stay():
    note = {"Id": "3", "Description": "note", "DetailType": "DescriptionOnly", "DescriptionLineDetail": {}}
    raw = document(sale("1", Decimal(1), Decimal(5)), sale("2", Decimal(1), Decimal(6)), note)
    record = read(raw)
    body = revised(raw, msgspec.structs.replace(record, lines=record.lines[1:]), FIELDS, "none", "")
    assert [line.get("Id") for line in body["Line"]] == ["2", "3", None]


def test_a_header_field_changes_alone():
    raw = document(sale("1", Decimal(1), Decimal(5)))
    body = revised(raw, Invoice(id="9", memo="Hello"), ("memo",), "us-manual", "")
    assert body == {**raw, "CustomerMemo": {"value": "Hello"}}


def test_a_percentage_discount_becomes_an_amount_when_lines_change():
    discount = {
        "Amount": Decimal(10),
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10, "DiscountAccountRef": {"value": "86"}},
    }
    raw = document(sale("1", Decimal(1), Decimal(100)))
    raw["Line"].append(discount)
    record = read(raw)
    assert revised(raw, record, FIELDS, "none", "") == raw
    line = msgspec.structs.replace(record.lines[0], price=Decimal(200), amount=Decimal(200))
    body = revised(raw, msgspec.structs.replace(record, lines=(line,)), FIELDS, "none", "")
    assert body["Line"][-1]["Amount"] == 10
    assert body["Line"][-1]["DiscountLineDetail"] == {"PercentBased": False, "DiscountAccountRef": {"value": "86"}}


def test_the_tax_is_the_issued_one():
    raw = document(sale("1", Decimal(1), Decimal(100)))
    raw["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": "2"}, "TotalTax": Decimal(8), "TaxLine": [{"Amount": Decimal(8)}]}
    record = read(raw)
    body = revised(raw, msgspec.structs.replace(record, tax=Decimal("7.50")), FIELDS, "us-manual", "")
    assert body["TxnTaxDetail"] == {"TxnTaxCodeRef": {"value": "2"}, "TotalTax": Decimal("7.50")}
    body = revised(raw, msgspec.structs.replace(record, tax=Decimal(0)), FIELDS, "us-manual", "")
    assert body["TxnTaxDetail"] == {"TotalTax": 0}

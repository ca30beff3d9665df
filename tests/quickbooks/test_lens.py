"""Reading QuickBooks' documents and writing them: what goes in comes out."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.money import line_amount
from tieout.core.records import Address
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.item import Item
from tieout.quickbooks import documents
from tieout.quickbooks.documents import encode
from tieout.quickbooks.lens import customer, invoice, item, settlement, text
from tieout.quickbooks.lens.text import CannotWrite

MARKER = "0123456789abcdef" * 2
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters=":"), min_size=1, max_size=30
)
cents = st.integers(0, 10**9).map(lambda n: Decimal(n).scaleb(-2))


def as_read(shape, body, **more):
    return msgspec.json.decode(encode({**body, **more}), type=shape)


@given(
    st.builds(Customer, id=st.just("7"), name=words, company=words, first=words, last=words, phone=words, website=words)
)
def test_a_customer_comes_back_as_it_was_written(given_):
    assert customer.read(as_read(documents.Name, customer.created(given_), Id="7")) == given_


def test_a_customers_address_mail_currency_and_parent_come_back():
    given_ = Customer(
        id="7",
        name="Nova Ltd",
        email="ana@nova.example",
        billing=Address(street="1 High St", city="Leeds", postcode="LS1", country="GB"),
        currency="GBP",
        parent="3",
    )
    assert customer.read(as_read(documents.Name, customer.created(given_), Id="7")) == given_


def test_names_lose_what_quickbooks_forbids_and_nothing_else():
    body = customer.created(Customer(id="", name="Nova:\tNorth\u0007  🚀 עברית"))
    assert body["DisplayName"] == "Nova North 🚀 עברית"
    assert customer.created(Customer(id="", name="Nova  Ltd"))["DisplayName"] == "Nova  Ltd"


def test_a_name_is_never_shortened():
    with pytest.raises(CannotWrite) as caught:
        customer.created(Customer(id="", name="x" * 100_000))
    assert (caught.value.cause, caught.value.evidence["limit"]) == ("text_too_long", "500")


@pytest.mark.parametrize("address", ["ana", "ana@nova", "a@b.c, d@e.f", "ana @nova.example"])
def test_a_mail_address_that_quickbooks_would_refuse_is_named(address):
    with pytest.raises(CannotWrite, match="e-mail") as caught:
        customer.created(Customer(id="", name="Ana", email=address))
    assert caught.value.cause == "bad_email"


def test_a_change_of_a_customer_touches_its_own_members_only():
    raw = {"Id": "7", "SyncToken": "2", "DisplayName": "Ana", "Notes": "vip", "PrimaryPhone": {"FreeFormNumber": "1"}}
    body = customer.revised(raw, Customer(id="7", name="ignored", phone="2"), ("phone",))
    assert body == {**raw, "PrimaryPhone": {"FreeFormNumber": "2"}}
    assert "PrimaryPhone" not in customer.revised(raw, Customer(id="7"), ("phone",))


def test_a_customer_made_active_again_gets_its_name_back():
    raw = {"Id": "7", "SyncToken": "2", "DisplayName": "Ana (deleted 2)", "Active": False}
    assert customer.revised(raw, Customer(id="7"), ("active",)) == {**raw, "DisplayName": "Ana", "Active": True}


@given(
    st.builds(Item, id=st.just("7"), name=words, sku=words, text=words, type=st.just("Service"), account=st.just("1"))
)
def test_an_item_comes_back_as_it_was_written(given_):
    assert item.read(as_read(documents.Item, item.created(given_), Id="7")) == given_


@st.composite
def lines(draw):
    quantity, price = draw(st.integers(1, 99)), draw(st.decimals(-1000, 1000, places=3))
    return Line(
        id=draw(st.uuids().map(str)),
        item=draw(st.sampled_from(["1", "2"])),
        text=draw(words),
        quantity=Decimal(quantity),
        price=price,
        amount=line_amount(Decimal(quantity), price, "USD"),
        tax=draw(st.sampled_from(["TAX", "NON"])),
        service_date=draw(st.none() | st.dates(date(2000, 1, 1))),
        klass=draw(st.sampled_from(["", "5"])),
    )


@given(st.lists(lines(), min_size=1, max_size=5).map(tuple), cents, cents)
def test_an_invoice_comes_back_as_it_was_written(given_lines, discount, tax):
    given_ = Invoice(
        id="9",
        number="INV-1",
        issued_here=False,
        customer="4",
        email="ana@nova.example",
        date=date(2026, 3, 1),
        due=date(2026, 3, 31),
        currency="USD",
        lines=given_lines,
        discount=discount,
        tax=tax,
        memo="Thanks",
        ship_to=Address(city="Leeds"),
        tax_code="2" if tax else "",
        marker=MARKER,
        total=Decimal(1),
        balance=Decimal(1),
    )
    body = invoice.created(given_, MARKER, "us-manual", "86")
    for sent, line in zip(body["Line"], given_lines, strict=False):
        sent["Id"] = line.id
    read = invoice.read(as_read(documents.SalesForm, body, Id="9", TotalAmt=Decimal(1), Balance=Decimal(1)), "USD")
    assert read == given_


def test_an_invoice_is_neither_mailed_nor_payable_in_quickbooks():
    body = invoice.created(Invoice(id="", customer="1", currency="USD"), MARKER, "none", "")
    assert body["EmailStatus"] == "NotSet"
    assert (body["AllowOnlineCreditCardPayment"], body["AllowOnlineACHPayment"]) == (False, False)
    assert "TxnTaxDetail" not in body
    assert "DocNumber" not in body


def test_outside_the_united_states_each_line_names_its_code_and_the_document_its_tax():
    line = Line(id="", item="1", price=Decimal(10), amount=Decimal(10), tax="5")
    body = invoice.created(Invoice(id="", customer="1", currency="GBP", lines=(line,)), MARKER, "per-line", "")
    assert body["GlobalTaxCalculation"] == "TaxExcluded"
    assert body["TxnTaxDetail"] == {"TotalTax": Decimal(0).quantize(Decimal("0.00"))}
    assert body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "5"}


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [(3, None, "10.00"), (3, "3.33333333", "10.00"), (3, "3.3", "10.00"), ("0.00000001", "1", "0.00")],
)
def test_an_amount_that_quantity_and_price_do_not_give_goes_alone(quantity, price, amount):
    line = Line(
        id="", quantity=Decimal(quantity), price=None if price is None else Decimal(price), amount=Decimal(amount)
    )
    body = invoice.new_line(line, "USD", "none")
    assert body["Amount"] == Decimal(amount)
    assert "Qty" not in body["SalesItemLineDetail"]


def test_a_fraction_of_a_cent_is_never_sent():
    with pytest.raises(CannotWrite) as caught:
        invoice.new_line(Line(id="", amount=Decimal("0.005")), "USD", "none")
    assert caught.value.cause == "bad_payload"


def test_a_number_is_never_shortened_and_a_memo_is():
    with pytest.raises(CannotWrite) as caught:
        invoice.created(Invoice(id="", number="N" * 22, currency="USD"), MARKER, "none", "")
    assert caught.value.cause == "number_too_long"
    body = invoice.created(Invoice(id="", memo="m" * 1001, currency="USD"), MARKER, "none", "")
    assert body["CustomerMemo"]["value"] == "m" * 999 + "…"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"TotalAmt": 10, "Balance": 10}, "open"),
        ({"TotalAmt": 10, "Balance": 4}, "open"),
        ({"TotalAmt": 10, "Balance": 0}, "paid"),
        ({"TotalAmt": 0, "Balance": 0}, "open"),
        ({"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided - Tieout"}, "void"),
        ({"TotalAmt": 0, "Balance": 0, "PrivateNote": "Annulée"}, "void"),
        ({"TotalAmt": 0, "Balance": 0, "PrivateNote": "Anulada"}, "void"),
        ({"TotalAmt": 10, "Balance": 10, "PrivateNote": "Voided by mistake, made again"}, "open"),
    ],
)
def test_the_status_is_derived(document, status):
    assert invoice.read(as_read(documents.SalesForm, document, Id="1"), "USD").status == status


def test_our_marker_is_found_behind_a_persons_words():
    note = f"Voided - see mail. Tieout {MARKER}"
    read = invoice.read(as_read(documents.SalesForm, {"PrivateNote": note}, Id="1"), "USD")
    assert (read.marker, read.issued_here) == (MARKER, False)


def test_lines_inside_a_bundle_are_read():
    inner = {
        "Id": "2",
        "Amount": 5,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "3"}},
    }
    bundle = {
        "Id": "1",
        "DetailType": "GroupLineDetail",
        "GroupLineDetail": {"GroupItemRef": {"value": "9"}, "Line": [inner]},
    }
    total = {"Amount": 5, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    read = invoice.read(as_read(documents.SalesForm, {"Line": [bundle, total]}, Id="1"), "USD")
    assert [(line.id, line.item, line.amount) for line in read.lines] == [("2", "3", 5)]


def payment(total, *applied, **more):
    body = {
        "TotalAmt": total,
        "TxnDate": "2026-03-05",
        "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": type_}]} for amount, type_, id_ in applied],
        **more,
    }
    read = settlement.read(as_read(documents.Payment, body, Id="70"), "USD", {"3": "Visa CREDIT_CARD"})
    return [(part.id, part.amount, part.cash) for part in read]


def test_one_payment_of_two_invoices_is_two_settlements():
    assert payment(500, (300, "Invoice", "1"), (200, "Invoice", "2")) == [("70:1", 300, True), ("70:2", 200, True)]


def test_a_zero_payment_that_joins_a_credit_memo_is_no_cash():
    assert payment(0, (80, "Invoice", "1"), (80, "CreditMemo", "5")) == [("70:1", 80, False)]


def test_a_payment_by_cash_and_credit_is_told_apart():
    parts = payment(120, (200, "Invoice", "1"), (80, "CreditMemo", "5"))
    assert parts == [("70:1", 120, True), ("70:1:credit", 80, False)]


def test_money_that_is_not_applied_settles_nothing():
    assert payment(1000, (800, "Invoice", "1"), UnappliedAmt=200) == [("70:1", 800, True)]
    assert payment(0, PrivateNote="Voided") == []


def test_a_settlement_knows_how_it_was_paid():
    body = {
        "TotalAmt": 5,
        "PaymentMethodRef": {"value": "3"},
        "PaymentRefNum": "77",
        "Line": [{"Amount": 5, "LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]}],
    }
    (part,) = settlement.read(as_read(documents.Payment, body, Id="70"), "USD", {"3": "Visa CREDIT_CARD"})
    assert (part.method, part.reference, part.transaction, part.invoice) == ("card", "77", "70", "1")


def test_free_text_keeps_its_line_breaks():
    assert text.free("a\tb\nc\x00\ud800", 10) == "a\tb\nc"

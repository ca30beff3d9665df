"""The lenses: what a document means, and that what is written reads back the same."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.money import NotMoney
from tieout.core.records import Address
from tieout.hubspot.documents import Document
from tieout.hubspot.lens import customer, invoice, item, settlement, values
from tieout.hubspot.lens.invoice import Charge
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement
from tieout.remote.ports import Part

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "America/Los_Angeles",
            "UTC",
            "Europe/London",
            "Pacific/Auckland",
            "Pacific/Kiritimati",
            "Etc/GMT+12",
        )
    ]
)
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40).map(str.strip)
AMOUNTS = st.decimals(0, 10**9, places=2)


def document(id_="1", **properties) -> Document:
    return Document(id=id_, properties=properties)


def line(id_="10", **properties) -> Document:
    return document(id_, **properties)


def read(own: Document, *lines: Document, **charge) -> Invoice:
    whole = Charge(lines=lines, **charge)
    return invoice.invoice(own, whole, customer="company:5", contact="contact:6", zone=NEW_YORK)


def bill(**properties) -> Document:
    return document("1", **{"hs_currency": "USD", "hs_invoice_status": "open", **properties})


@given(of=DAYS, zone=ZONES)
def test_a_day_reads_back_as_the_same_day_in_every_zone(of, zone):
    written = values.written_day(of, zone)
    assert values.day({"x": written}, "x", zone) == of
    assert values.moment(written).date() == of


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("2027-01-01T04:30:00Z", "America/Los_Angeles", date(2026, 12, 31)),
        ("2026-12-31T00:00:00Z", "America/Los_Angeles", date(2026, 12, 31)),
        ("2026-12-31T00:00:00Z", "Pacific/Auckland", date(2026, 12, 31)),
        ("2026-12-31T12:00:00.000Z", "Pacific/Auckland", date(2027, 1, 1)),
        ("1798675200000", "America/Los_Angeles", date(2026, 12, 31)),
        ("2026-12-31", "America/Los_Angeles", date(2026, 12, 31)),
    ],
)
def test_a_moment_is_the_day_that_the_seller_saw(text, zone, day):
    assert values.day({"x": text}, "x", ZoneInfo(zone)) == day


def test_milliseconds_of_what_is_no_moment_are_none():
    assert values.milliseconds("") == values.milliseconds("soon") == values.milliseconds("9" * 30) == 0
    assert values.milliseconds("2026-03-10T09:00:00.123Z") == values.milliseconds("1773133200123")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10", "10.00", True),
        ("2026-03-10T09:00:00Z", "2026-03-10T09:00:00.000Z", True),
        ("a", "a ", True),
        ("", "0", False),
        ("a", "b", False),
    ],
)
def test_values_are_the_same_by_what_they_mean(one, other, same):
    assert values.same(one, other) is same


def test_a_company_has_its_own_phone_and_its_oldest_contact():
    firm = Part("companies", "5", "", 1, {"name": "Nova Ltd", "domain": "nova.example", "city": "Leeds"})
    people = [
        Part("contacts", "6", "5", 1, {"email": "ana@nova.example", "firstname": "Ana", "mobilephone": "7"}),
        Part("contacts", "7", "5", 1, {"email": "ben@nova.example"}),
    ]
    found = customer.company(firm, people)
    assert found == Customer(
        id="company:5",
        name="Nova Ltd",
        company="Nova Ltd",
        first="Ana",
        email="ana@nova.example",
        phone="7",
        website="nova.example",
        billing=Address(city="Leeds"),
        parts=("company:5", "contact:6"),
    )


@given(name=TEXTS, phone=TEXTS, website=TEXTS, street=TEXTS, city=TEXTS)
def test_a_company_reads_back_as_written(name, phone, website, street, city):
    record = Customer(
        id="company:5",
        name=name,
        company=name,
        phone=phone,
        website=website,
        billing=Address(street=street, city=city),
        parts=("company:5",),
    )
    written = customer.written(record, ("name", "phone", "website", "billing"))
    assert customer.company(Part("companies", "5", "", 1, dict(written["company:5"])), []) == record


@given(first=TEXTS, last=TEXTS, email=TEXTS, phone=TEXTS, company=TEXTS)
def test_a_contact_reads_back_as_written(first, last, email, phone, company):
    record = Customer(
        id="contact:6", first=first, last=last, email=email, phone=phone, company=company, parts=("contact:6",)
    )
    written = customer.written(record, ("first", "last", "email", "phone", "company"))
    assert customer.contact(Part("contacts", "6", "", 1, dict(written["contact:6"])), None, "contact") == record


def test_control_characters_are_not_written():
    record = Customer(id="contact:6", first="A\x00n\ta\u202e\U0001f600", parts=("contact:6",))
    assert customer.written(record, ("first",))["contact:6"]["firstname"] == "An a\u202e\U0001f600"


def test_the_fields_of_a_companys_person_go_to_the_contact():
    record = Customer(id="company:5", phone="1", email="a@b.example", parts=("company:5", "contact:6"))
    assert customer.written(record, ("phone", "email")) == {
        "company:5": {"phone": "1"},
        "contact:6": {"email": "a@b.example"},
    }
    with pytest.raises(KeyError):
        customer.written(Customer(id="company:5", parts=("company:5",)), ("email",))
    with pytest.raises(KeyError):
        customer.written(record, ("currency",))


def test_a_product_is_an_item():
    found = item.item(document("3", name="Consulting", hs_sku="C-1", price="12.5"))
    assert (found.name, found.sku, found.price, found.active) == ("Consulting", "C-1", Decimal("12.5"), True)
    assert item.item(document("3", name="X")).price is None
    assert not item.item(document("3", hs_status="inactive")).active


@pytest.mark.parametrize("price", ["NaN", "Infinity", "1e999", "twelve"])
def test_an_absurd_price_is_refused(price):
    with pytest.raises(NotMoney):
        item.item(document("3", price=price))


def test_a_lines_price_is_net_of_its_discount():
    found = read(
        bill(hs_amount_billed="26.97"), line(quantity="3", price="9.99", hs_discount_percentage="10", amount="26.97")
    )
    assert (found.lines[0].price, found.lines[0].amount, found.tax) == (Decimal("8.991"), Decimal("26.97"), 0)
    found = read(bill(hs_amount_billed="24"), line(quantity="3", price="9.99", discount="1.99", amount="24.00"))
    assert found.lines[0].price == Decimal("8.00")


def test_a_price_that_does_not_give_the_amount_is_left_out():
    found = read(bill(hs_amount_billed="99"), line(quantity="3", price="9.99", amount="99.00"))
    assert (found.lines[0].price, found.lines[0].amount) == (None, Decimal(99))


def test_an_amount_not_stated_is_quantity_times_price():
    assert read(bill(), line(quantity="11", price="1.59")).lines[0].amount == Decimal("17.49")


def test_tax_on_lines_is_what_the_total_has_beyond_them():
    lines = [line(str(n), quantity="11" if n < 2 else "1", price="1.59", hs_tax_rate_group_id="8") for n in range(31)]
    found = read(bill(hs_amount_billed="90.82"), *lines)
    assert sum(one.amount for one in found.lines) == Decimal("81.09")
    assert (found.tax, found.total, found.lines[0].tax) == (Decimal("9.73"), Decimal("90.82"), "8")


def test_discounts_fees_and_taxes_of_the_order():
    found = read(
        bill(hs_amount_billed="105.60", hs_balance_due="5.60"),
        line(quantity="1", price="100", amount="100"),
        discounts=[
            document("20", hs_type="FIXED", hs_value="10", hs_sort_order="2"),
            document("21", hs_type="PERCENT", hs_value="10.0000", hs_sort_order="1"),
        ],
        fees=[document("30", hs_type="PERCENT", hs_value="10", hs_label="Handling")],
        taxes=[document("40", hs_type="PERCENT", hs_value="20.0000")],
    )
    assert (found.discount, found.total, found.balance) == (Decimal(20), Decimal("105.60"), Decimal("5.60"))
    fee = found.lines[1]
    assert (fee.id, fee.name, fee.amount) == ("fee:30", "Handling", Decimal(8))
    assert (found.tax, found.tax_code) == (Decimal("17.60"), "tax:20")


def test_an_invoice_not_summed_up_yet_has_the_sum_of_its_parts():
    found = read(bill(), line(quantity="1", price="100", amount="100", hs_tax_rate_group_id="8", hs_tax_amount="20.00"))
    assert (found.total, found.tax) == (Decimal(120), Decimal(20))


@pytest.mark.parametrize(
    ("properties", "here"),
    [
        ({}, True),
        ({"hs_invoice_billable": "true"}, True),
        ({"hs_invoice_billable": "false"}, False),
        ({"hs_invoice_source": "data_sync"}, False),
        ({"hs_external_invoice_id": "7"}, False),
    ],
)
def test_where_an_invoice_was_made(properties, here):
    assert read(bill(**properties)).issued_here is here


def test_every_status_reads_and_an_unknown_one_says_so():
    got = [read(bill(hs_invoice_status=one)).status for one in ("draft", "open", "paid", "voided")]
    assert got == ["draft", "open", "paid", "void"]
    with pytest.raises(ValueError, match="'lost'"):
        read(bill(hs_invoice_status="lost"))


def test_an_unknown_currency_says_so():
    with pytest.raises(ValueError, match="XXX"):
        read(bill(hs_currency="XXX"))


def test_an_invoice_without_lines_is_an_invoice():
    assert read(bill()).total == 0


def test_lines_come_by_position_and_then_by_age():
    lines = [line("9"), line("10"), line("11", hs_position_on_quote="1"), line("8", hs_position_on_quote="2")]
    assert [one.id for one in read(bill(), *lines).lines] == ["9", "10", "11", "8"]


@given(due=DAYS, memo=TEXTS, po=TEXTS)
def test_what_is_written_on_an_invoice_reads_back(due, memo, po):
    record = Invoice(id="1", due=due, memo=memo, po=po)
    found = read(bill(**invoice.written(record, ("due", "memo", "po"), NEW_YORK)))
    assert (found.due, found.memo, found.po) == (due, memo, po)


def test_the_charge_of_an_invoice_is_never_written():
    with pytest.raises(KeyError):
        invoice.written(Invoice(id="1"), ("total",), NEW_YORK)


def test_a_memo_is_shortened_to_what_hubspot_holds():
    written = invoice.written(Invoice(id="1", memo="m" * 100_000), ("memo",), NEW_YORK)
    assert len(written["hs_comments"]) == 65_536


@given(
    amount=AMOUNTS,
    on=DAYS,
    zone=ZONES,
    reference=TEXTS,
    method=st.sampled_from(["card", "ach", "cash", "check", "wire_transfer", "other"]),
)
def test_a_payment_reads_back_as_created(amount, on, zone, reference, method):
    record = Settlement(
        id="9",
        transaction="9",
        invoice="1",
        amount=amount,
        currency="USD",
        date=on,
        method=method,
        reference=reference,
        processor="quickbooks",
        marker="k",
        contact="contact:6",
        company="company:5",
    )
    made = settlement.created(record, "k", zone)
    assert [one["types"][0]["associationTypeId"] for one in made["associations"]] == [542, 387, 389]
    linked = {"invoices": ["1"], "contacts": ["6"], "companies": ["5"]}
    assert settlement.settlement(Document(id="9", properties=made["properties"]), linked, zone) == record


def test_a_method_of_another_country_is_other():
    assert (
        settlement.settlement(document("9", hs_currency_code="EUR", hs_payment_method_type="sepa"), {}, NEW_YORK).method
        == "other"
    )


def test_utc_moments_are_what_they_are():
    assert values.moment("2026-03-10T09:00:00Z") == datetime(2026, 3, 10, 9, tzinfo=UTC)

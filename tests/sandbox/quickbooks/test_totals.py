"""The server's own arithmetic: lines, discounts, tax, due dates."""

from decimal import Decimal

import pytest

from tieout.sandbox.quickbooks.amounts import line_amount, percent_of

from .conftest import line


def totals(document):
    return document["TotalAmt"], document["TxnTaxDetail"]["TotalTax"]


def test_a_sent_total_is_ignored(books):
    customer, item = books.customer(), books.item()
    invoice = books.invoice(customer, line(item, 200), TotalAmt=100, Balance=7)
    assert (invoice["TotalAmt"], invoice["Balance"]) == (Decimal("200.00"), Decimal("200.00"))


def test_amount_is_price_times_quantity_rounded_half_up(books):
    customer, item = books.customer(), books.item()
    invoice = books.invoice(customer, line(item, 1861.08, qty=14.5, price=128.35))
    assert invoice["TotalAmt"] == Decimal("1861.08")
    refused = books.refused(
        "Invoice",
        {"CustomerRef": {"value": customer}, "Line": [line(item, 1861.07, qty=14.5, price=128.35)]},
    )
    assert (refused["code"], refused["Message"]) == ("6070", "Amount calculation incorrect in the request")
    assert refused["Detail"] == "Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07"


def test_zero_times_zero_beside_an_amount_is_a_client_s_blank(books):
    customer, item = books.customer(), books.item()
    detail = books.invoice(customer, line(item, 100, qty=0, price=0))["Line"][0]["SalesItemLineDetail"]
    assert "Qty" not in detail
    assert "UnitPrice" not in detail


def test_a_quantity_alone_gets_its_price(books):
    customer, item = books.customer(), books.item()
    detail = books.invoice(customer, line(item, 10, qty=3))["Line"][0]["SalesItemLineDetail"]
    assert detail["UnitPrice"] == Decimal("3.3333333")


def test_the_subtotal_line_is_the_server_s(books):
    customer, item = books.customer(), books.item()
    own = {"Amount": 5, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    stored = books.invoice(customer, own, line(item, 10), own, line(item, 20))["Line"]
    assert [entry["DetailType"] for entry in stored] == ["SalesItemLineDetail"] * 2 + ["SubTotalLineDetail"]
    assert stored[-1] == {"Amount": Decimal("30.00"), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    assert [entry.get("LineNum") for entry in stored] == [1, 2, None]


def test_a_discount_in_percent_is_taken_from_the_subtotal(books):
    customer, item = books.customer(), books.item()
    discount = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10},
    }
    invoice = books.invoice(customer, line(item, 29.97, qty=3, price=9.99), discount)
    assert invoice["TotalAmt"] == Decimal("26.97")
    assert invoice["Line"][-1]["Amount"] == Decimal("3.00")
    assert invoice["Line"][-1]["DiscountLineDetail"]["DiscountAccountRef"]["name"] == "Discounts given"


@pytest.mark.parametrize(("after", "tax"), [(False, "8.00"), (True, "7.20")])
def test_tax_is_taken_before_or_after_the_discount(books, after, tax):
    customer, item = books.customer(), books.item(Taxable=True)
    discount = {"Amount": 10, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": False}}
    code = books.query("SELECT * FROM TaxCode WHERE Name = 'California'")["TaxCode"][0]["Id"]
    invoice = books.invoice(
        customer,
        line(item, 100),
        discount,
        ApplyTaxAfterDiscount=after,
        TxnTaxDetail={"TxnTaxCodeRef": {"value": code}},
    )
    assert totals(invoice) == (90 + Decimal(tax), Decimal(tax))


def test_an_american_document_is_taxed_only_where_it_names_a_code(books):
    customer, taxable, plain = books.customer(), books.item("Pump", Taxable=True), books.item("Advice")
    code = books.query("SELECT * FROM TaxCode WHERE Name = 'California'")["TaxCode"][0]["Id"]
    untaxed = books.invoice(customer, line(taxable, 100), line(plain, 50))
    assert totals(untaxed) == (150, 0)
    codes = [entry["SalesItemLineDetail"]["TaxCodeRef"]["value"] for entry in untaxed["Line"][:2]]
    assert codes == ["TAX", "NON"]
    taxed = books.invoice(
        customer, line(taxable, 100), line(plain, 50), TxnTaxDetail={"TxnTaxCodeRef": {"value": code}}
    )
    assert totals(taxed) == (158, 8)
    (tax,) = taxed["TxnTaxDetail"]["TaxLine"]
    assert (tax["Amount"], tax["TaxLineDetail"]["TaxPercent"], tax["TaxLineDetail"]["NetAmountTaxable"]) == (8, 8, 100)


def test_an_explicit_tax_is_honoured(books):
    customer, item = books.customer(), books.item()
    invoice = books.invoice(customer, line(item, 100), TxnTaxDetail={"TotalTax": 9.73})
    assert totals(invoice) == (Decimal("109.73"), Decimal("9.73"))


def test_a_client_s_blank_total_beside_a_code_is_computed(books):
    customer, item = books.customer(), books.item(Taxable=True)
    code = books.query("SELECT * FROM TaxCode WHERE Name = 'California'")["TaxCode"][0]["Id"]
    blank = {"TxnTaxCodeRef": {"value": code}, "TotalTax": 0, "TaxLine": []}
    assert totals(books.invoice(customer, line(item, 100), TxnTaxDetail=blank)) == (108, 8)


def test_a_foreign_code_on_an_american_line_is_refused(books):
    customer, item = books.customer(), books.item()
    body = {"CustomerRef": {"value": customer}, "Line": [line(item, 10, TaxCodeRef={"value": "1"})]}
    assert books.refused("Invoice", body)["code"] == "6100"


def vat(uk, name):
    return {"value": uk.query(f"SELECT * FROM TaxCode WHERE Name = '{name}'")["TaxCode"][0]["Id"]}


def test_british_lines_are_taxed_by_their_codes(uk):
    customer, item = uk.customer(), uk.item()
    lines = [line(item, 100, TaxCodeRef=vat(uk, name)) for name in ("20.0% S", "5.0% R", "0.0% Z", "Exempt", "No VAT")]
    invoice = uk.invoice(customer, *lines)
    assert totals(invoice) == (525, 25)
    assert invoice["GlobalTaxCalculation"] == "TaxExcluded"
    taxes = [(tax["TaxLineDetail"]["TaxPercent"], tax["Amount"]) for tax in invoice["TxnTaxDetail"]["TaxLine"]]
    assert taxes == [(20, 20), (5, 5), (0, 0), (0, 0)]


def test_tax_is_rounded_line_by_line(uk):
    """31 lines of 1.59, two of them with quantity 11: tax by line differs from tax on the sum."""
    customer, item, code = uk.customer(), uk.item(), vat(uk, "5.0% R")
    small = line(item, 1.59, qty=1, price=1.59, TaxCodeRef=code)
    large = line(item, 17.49, qty=11, price=1.59, TaxCodeRef=code)
    invoice = uk.invoice(customer, *[small] * 29, *[large] * 2)
    assert invoice["TxnTaxDetail"]["TotalTax"] == 29 * Decimal("0.08") + 2 * Decimal("0.87")


def test_a_line_without_vat_code_is_refused(uk):
    customer, item = uk.customer(), uk.item()
    refused = uk.refused("Invoice", {"CustomerRef": {"value": customer}, "Line": [line(item, 10)]})
    assert refused["code"] == "6000"
    assert refused["Detail"] == (
        "Business Validation Error: Make sure all your transactions have a VAT rate before you save."
    )


def test_an_explicit_vat_is_spread_over_its_rates(uk):
    customer, item = uk.customer(), uk.item()
    lines = [line(item, 100, TaxCodeRef=vat(uk, "20.0% S")), line(item, 10, TaxCodeRef=vat(uk, "5.0% R"))]
    invoice = uk.invoice(customer, *lines, TxnTaxDetail={"TotalTax": 20.52})
    assert totals(invoice) == (Decimal("130.52"), Decimal("20.52"))
    assert [tax["Amount"] for tax in invoice["TxnTaxDetail"]["TaxLine"]] == [Decimal("20.02"), Decimal("0.50")]
    again = uk.save("Invoice", invoice)
    assert again["TxnTaxDetail"] == invoice["TxnTaxDetail"]


def test_prices_that_include_tax_are_split(uk):
    customer, item = uk.customer(), uk.item()
    sold = line(item, 120, qty=2, price=60, TaxCodeRef=vat(uk, "20.0% S"))
    invoice = uk.invoice(customer, sold, GlobalTaxCalculation="TaxInclusive")
    assert totals(invoice) == (120, 20)
    assert invoice["Line"][0]["Amount"] == 100
    assert invoice["Line"][0]["SalesItemLineDetail"]["TaxInclusiveAmt"] == 120
    assert uk.save("Invoice", invoice)["TotalAmt"] == 120


def test_tax_that_does_not_apply_takes_no_tax_detail(uk):
    customer, item = uk.customer(), uk.item()
    body = {"CustomerRef": {"value": customer}, "Line": [line(item, 10)], "GlobalTaxCalculation": "NotApplicable"}
    made = uk.save("Invoice", body)
    assert made["TotalAmt"] == uk.save("Invoice", made)["TotalAmt"] == 10
    assert uk.refused("Invoice", body | {"TxnTaxDetail": {"TotalTax": 1}})["code"] == "6170"


def test_a_negative_line_is_allowed_but_no_negative_total(books):
    customer, item = books.customer(), books.item()
    assert books.invoice(customer, line(item, 10), line(item, -4))["TotalAmt"] == 6
    body = {"CustomerRef": {"value": customer}, "Line": [line(item, 10), line(item, -14)]}
    assert books.refused("Invoice", body)["code"] == "6000"


def test_a_deposit_lowers_the_balance(books):
    customer, item = books.customer(), books.item()
    invoice = books.invoice(customer, line(item, 10), Deposit=4)
    assert (invoice["TotalAmt"], invoice["Balance"]) == (10, 6)
    body = {"CustomerRef": {"value": customer}, "Line": [line(item, 10)], "Deposit": 11}
    assert books.refused("Invoice", body)["code"] == "6000"


@pytest.mark.parametrize(("term", "due"), [("1", "2026-01-15"), ("2", "2026-01-30"), (None, "2026-02-14")])
def test_the_due_date_follows_from_the_terms(books, term, due):
    customer, item = books.customer(), books.item()
    terms = {"SalesTermRef": {"value": term}} if term else {}
    invoice = books.invoice(customer, line(item, 10), TxnDate="2026-01-15", **terms)
    assert invoice["DueDate"] == due
    assert invoice["SalesTermRef"] == {"value": term or "3"}


def test_the_terms_of_the_customer_come_first(books):
    customer, item = books.customer(SalesTermRef={"value": "4"}), books.item()
    assert books.invoice(customer, line(item, 10), TxnDate="2026-01-15")["DueDate"] == "2026-03-16"


def test_terms_can_end_on_a_day_of_the_month(books):
    term = books.save("Term", {"Name": "End of month", "DayOfMonthDue": 31, "DueNextMonthDays": 5})
    assert term["Type"] == "DATE_DRIVEN"
    customer, item = books.customer(), books.item()
    for issued, due in (("2026-02-10", "2026-02-28"), ("2026-02-26", "2026-03-31")):
        invoice = books.invoice(customer, line(item, 1), TxnDate=issued, SalesTermRef={"value": term["Id"]})
        assert invoice["DueDate"] == due


def test_no_cent_is_lost_in_large_amounts(books):
    customer, item = books.customer(), books.item()
    body = {"CustomerRef": {"value": customer}, "Line": [line(item, Decimal("123456789012345.67"))]}
    assert '"TotalAmt":123456789012345.67' in books.post("Invoice", body).text


def test_tax_is_rounded_half_up_on_each_line():
    """31 lines at 1.59, two of them with quantity 11, at 12 %: 9.71 line by line, 9.73 on the sum."""
    amounts = [line_amount(Decimal("1.59"), Decimal(quantity)) for quantity in [1] * 29 + [11] * 2]
    assert sum(percent_of(amount, Decimal(12)) for amount in amounts) == Decimal("9.71")
    assert percent_of(sum(amounts), Decimal(12)) == Decimal("9.73")

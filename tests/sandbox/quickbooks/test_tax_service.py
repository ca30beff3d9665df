"""New tax codes: the rates that a bookkeeper sets up."""

from decimal import Decimal

import pytest

from .conftest import line, read


def ask(books, body):
    return books.ask("POST", f"{books.root}/taxservice/taxcode", json=body)


def wanted(books, *percents, name="City", **more):
    agency = books.query("SELECT * FROM TaxAgency")["TaxAgency"][0]["Id"]
    rates = [
        {
            "TaxRateName": f"{name} {number}",
            "RateValue": percent,
            "TaxAgencyId": agency,
            "TaxApplicableOn": "Sales",
            **more,
        }
        for number, percent in enumerate(percents, 1)
    ]
    return {"TaxCode": name, "TaxRateDetails": rates}


def refused(books, body):
    answer = ask(books, body)
    assert answer.status_code == 400
    return read(answer)["Fault"]["Error"][0]


def test_a_code_is_made_with_its_rates(books):
    made = read(ask(books, wanted(books, "9.375")))
    assert books.code("City") == {"value": made["TaxCodeId"]}
    (rate,) = books.query("SELECT * FROM TaxRate WHERE Name = 'City 1'")["TaxRate"]
    assert (rate["RateValue"], rate["Id"]) == (Decimal("9.375"), made["TaxRateDetails"][0]["TaxRateId"])


@pytest.mark.parametrize(("amount", "tax"), [("100", "9.38"), ("1.60", "0.15"), ("0.16", "0.02"), ("0.05", "0.00")])
def test_a_rate_of_three_decimals_is_rounded_half_up_on_each_line(books, amount, tax):
    code = read(ask(books, wanted(books, "9.375")))["TaxCodeId"]
    sold = line(books.item(Taxable=True), Decimal(amount))
    detail = {"TxnTaxCodeRef": {"value": code}}
    invoice = books.invoice(books.customer(), sold, sold, TxnTaxDetail=detail)
    assert invoice["TxnTaxDetail"]["TotalTax"] == 2 * Decimal(tax)
    assert invoice["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxPercent"] == Decimal("9.375")


def test_a_gross_amount_is_split_by_several_rates_of_three_decimals(uk):
    code = read(ask(uk, wanted(uk, "7.25", "2.125")))["TaxCodeId"]
    sold = line(uk.item(), 100, TaxCodeRef={"value": code})
    invoice = uk.invoice(uk.customer(), sold, GlobalTaxCalculation="TaxInclusive")
    assert invoice["Line"][0]["Amount"] == Decimal("91.43")
    assert [tax["Amount"] for tax in invoice["TxnTaxDetail"]["TaxLine"]] == [Decimal("6.63"), Decimal("1.94")]
    assert invoice["TotalAmt"] == 100


def test_a_rate_that_is_there_can_be_used_again(books):
    made = read(ask(books, wanted(books, "9.375")))
    again = read(ask(books, {"TaxCode": "Again", "TaxRateDetails": [{"TaxRateId": "1"}]}))
    assert again["TaxCodeId"] != made["TaxCodeId"]


def test_a_name_that_is_taken_is_refused_and_nothing_is_made(books):
    ask(books, wanted(books, "9.375"))
    before = books.query("SELECT COUNT(*) FROM TaxRate")
    found = refused(books, {**wanted(books, "1", "2"), "TaxCode": "Other"})
    assert (found["code"], found["Detail"]) == ("6240", "Another tax rate is already using this \nname")
    twice = wanted(books, "1", name="Twice")
    assert refused(books, {**twice, "TaxRateDetails": twice["TaxRateDetails"] * 2})["code"] == "6240"
    assert refused(books, wanted(books, "1"))["Detail"] == "Another tax code is already using this \nname"
    assert books.query("SELECT COUNT(*) FROM TaxRate") == before


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"RateValue": 101}, "2080"),
        ({"TaxAgencyId": "99"}, "2500"),
        ({"Foo": 1}, "2010"),
        ({"RateValue": None}, "2020"),
    ],
)
def test_what_makes_no_rate_is_refused(books, more, code):
    assert refused(books, wanted(books, "1", **more))["code"] == code

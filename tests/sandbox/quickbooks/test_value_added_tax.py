"""Value added tax in the United Kingdom and in France: net, gross and untaxed documents, amounts set by a person."""

from decimal import Decimal

import pytest

from .conftest import Books, line

CODES = {
    "uk": {"full": "20.0% S", "low": "5.0% R", "zero": "0.0% Z", "exempt": "Exempt", "outside": "No VAT"},
    "fr": {"full": "20,0 % TVA", "low": "5,5 % TVA", "zero": "0,0 % TVA", "exempt": "Exonéré", "outside": "Hors champ"},
}


class Shop:
    """A company of a country with VAT; codes by what they mean."""

    def __init__(self, country: str) -> None:
        self.books = Books(country)
        self.customer, self.item = self.books.customer(), self.books.item()
        self.codes = {meaning: self.books.code(name) for meaning, name in CODES[country].items()}

    def sold(self, amount, code="full", **detail):
        return line(self.item, amount, TaxCodeRef=self.codes[code], **detail)

    def invoice(self, *lines, **fields):
        return self.books.invoice(self.customer, *lines, **fields)

    def inclusive(self, *lines, **fields):
        return self.invoice(*lines, GlobalTaxCalculation="TaxInclusive", **fields)

    def refused(self, *lines, **fields):
        return self.books.refused("Invoice", {"CustomerRef": {"value": self.customer}, "Line": list(lines), **fields})

    def rates(self, invoice):
        """Percent, base and tax of each rate."""
        return [
            (tax["TaxLineDetail"]["TaxPercent"], tax["TaxLineDetail"]["NetAmountTaxable"], tax["Amount"])
            for tax in invoice["TxnTaxDetail"].get("TaxLine", ())
        ]


@pytest.fixture(params=["uk", "fr"])
def shop(request):
    return Shop(request.param)


def lines_of(invoice):
    """Net and gross of each sold line."""
    return [
        (entry["Amount"], entry["SalesItemLineDetail"].get("TaxInclusiveAmt"))
        for entry in invoice["Line"]
        if entry["DetailType"] == "SalesItemLineDetail"
    ]


def adds_up(invoice):
    subtotal = next(entry["Amount"] for entry in invoice["Line"] if entry["DetailType"] == "SubTotalLineDetail")
    return (
        subtotal == sum(net for net, _ in lines_of(invoice))
        and invoice["TxnTaxDetail"]["TotalTax"] == sum(tax for _, _, tax in shop_rates(invoice))
        and invoice["TotalAmt"] == subtotal + invoice["TxnTaxDetail"]["TotalTax"]
    )


def shop_rates(invoice):
    return Shop.rates(None, invoice)


def test_net_amounts_are_the_default(shop):
    invoice = shop.invoice(shop.sold(100))
    assert (invoice["GlobalTaxCalculation"], invoice["TotalAmt"]) == ("TaxExcluded", 120)
    assert lines_of(invoice) == [(100, None)]


def test_gross_amounts_are_split_line_by_line(shop):
    invoice = shop.inclusive(shop.sold(10), shop.sold(10), shop.sold(5, "zero"), shop.sold(5, "outside"))
    assert lines_of(invoice) == [(Decimal("8.33"), 10), (Decimal("8.33"), 10), (5, 5), (5, 5)]
    assert invoice["TotalAmt"] == 30
    assert shop.rates(invoice) == [(20, Decimal("16.66"), Decimal("3.34")), (0, 5, 0)]
    assert adds_up(invoice)


def test_a_gross_amount_beside_the_net_one_counts(shop):
    invoice = shop.inclusive(shop.sold(8.33, TaxInclusiveAmt=10))
    assert (lines_of(invoice), invoice["TotalAmt"]) == ([(Decimal("8.33"), 10)], 10)


@pytest.mark.parametrize("price", [60, 50])
def test_a_price_may_be_net_or_gross(shop, price):
    invoice = shop.inclusive(shop.sold(100, qty=2, price=price, TaxInclusiveAmt=120))
    assert lines_of(invoice) == [(100, 120)]
    assert invoice["Line"][0]["SalesItemLineDetail"]["UnitPrice"] == price
    assert lines_of(shop.books.save("Invoice", invoice)) == [(100, 120)]


def test_a_price_that_is_neither_is_refused(shop):
    sold = shop.sold(100, qty=2, price=55, TaxInclusiveAmt=120)
    assert shop.refused(sold, GlobalTaxCalculation="TaxInclusive")["code"] == "6070"


def test_a_document_sent_back_as_it_was_stays_as_it_was(shop):
    made = shop.inclusive(shop.sold(9.99), shop.sold(7.77, "low"), shop.sold(1.01, qty=1, price=1.01))
    again = shop.books.save("Invoice", made)
    for field in ("Line", "TxnTaxDetail", "TotalAmt"):
        assert again[field] == made[field]


def test_a_discount_on_gross_amounts_keeps_the_sums_together(shop):
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}
    invoice = shop.inclusive(shop.sold(120), discount, ApplyTaxAfterDiscount=True)
    assert (invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"]) == (18, 108)


def test_where_no_tax_applies_lines_lose_their_codes(shop):
    invoice = shop.invoice(shop.sold(100), GlobalTaxCalculation="NotApplicable")
    assert (invoice["TxnTaxDetail"], invoice["TotalAmt"]) == ({"TotalTax": 0}, 100)
    assert "TaxCodeRef" not in invoice["Line"][0]["SalesItemLineDetail"]


@pytest.mark.parametrize("detail", ["total", "code", "line"])
def test_a_tax_detail_where_no_tax_applies_is_refused(shop, detail):
    made = shop.invoice(shop.sold(100))["TxnTaxDetail"]
    sent = {
        "total": {"TotalTax": 1},
        "code": {"TxnTaxCodeRef": shop.codes["full"]},
        "line": {"TaxLine": made["TaxLine"]},
    }
    refused = shop.refused(shop.sold(100), GlobalTaxCalculation="NotApplicable", TxnTaxDetail=sent[detail])
    assert refused["code"] == "6170"


def test_a_document_can_change_how_its_amounts_are_meant(shop):
    made = shop.invoice(shop.sold(100))
    change = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "GlobalTaxCalculation": "NotApplicable"}
    changed = shop.books.save("Invoice", change)
    assert (changed["GlobalTaxCalculation"], changed["TotalAmt"]) == ("NotApplicable", 100)


def tax_line(invoice, rate, amount):
    """The tax line that a person overrides, as a client sends it."""
    return {**invoice["TxnTaxDetail"]["TaxLine"][rate], "Amount": amount}


def test_the_tax_of_each_rate_can_be_set_a_few_cents_off(shop):
    lines = (shop.sold(100), shop.sold(10, "zero"), shop.sold(20))
    made = shop.invoice(*lines)
    sent = {"TotalTax": 24.03, "TaxLine": [tax_line(made, 0, 24.03), tax_line(made, 1, 0)]}
    invoice = shop.invoice(*lines, TxnTaxDetail=sent)
    assert shop.rates(invoice) == [(20, 120, Decimal("24.03")), (0, 10, 0)]
    assert invoice["TotalAmt"] == Decimal("154.03")
    assert shop.books.save("Invoice", invoice)["TxnTaxDetail"] == invoice["TxnTaxDetail"]


@pytest.mark.parametrize("total", [{}, {"TotalTax": 0}, {"TotalTax": 19.99}], ids=["none", "a blank", "the sum"])
def test_the_tax_of_one_rate_can_be_set_alone(shop, total):
    lines = (shop.sold(100), shop.sold(10, "zero"))
    sent = {**total, "TaxLine": [tax_line(shop.invoice(*lines), 0, 19.99)]}
    invoice = shop.invoice(*lines, TxnTaxDetail=sent)
    assert shop.rates(invoice) == [(20, 100, Decimal("19.99")), (0, 10, 0)]
    assert invoice["TotalAmt"] == Decimal("129.99")


def test_a_total_that_its_lines_do_not_explain_wins(shop):
    made = shop.invoice(shop.sold(100))
    sent = {"TotalTax": 20.02, "TaxLine": [tax_line(made, 0, 19.99)]}
    assert shop.rates(shop.invoice(shop.sold(100), TxnTaxDetail=sent)) == [(20, 100, Decimal("20.02"))]


def test_with_gross_amounts_the_net_gives_way_to_a_tax_that_is_set(shop):
    invoice = shop.inclusive(shop.sold(120, qty=2, price=60), shop.sold(12), TxnTaxDetail={"TotalTax": 22.01})
    assert lines_of(invoice) == [(Decimal("99.99"), 120), (10, 12)]
    assert shop.rates(invoice) == [(20, Decimal("109.99"), Decimal("22.01"))]
    assert invoice["TotalAmt"] == 132
    assert adds_up(invoice)
    again = shop.books.save("Invoice", invoice)
    assert (again["Line"], again["TxnTaxDetail"]) == (invoice["Line"], invoice["TxnTaxDetail"])


def test_tax_and_net_of_many_small_gross_lines_add_up(shop):
    """200 lines at the edges of rounding."""
    amounts = [Decimal(cents) / 100 for cents in range(1, 201)]
    invoice = shop.inclusive(*(shop.sold(amount, "full" if i % 2 else "low") for i, amount in enumerate(amounts)))
    assert invoice["TotalAmt"] == sum(amounts)
    assert adds_up(invoice)


def test_a_credit_memo_follows_the_same_rules(shop):
    body = {"CustomerRef": {"value": shop.customer}, "Line": [shop.sold(12)], "GlobalTaxCalculation": "TaxInclusive"}
    memo = shop.books.save("CreditMemo", body)
    assert (lines_of(memo), memo["TotalAmt"], memo["RemainingCredit"]) == ([(10, 12)], 12, 12)

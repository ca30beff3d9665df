"""A company in California whose tax QuickBooks computes: by place, by TAX and NON, by customer."""

from decimal import Decimal

import pytest

from .conftest import line

AUSTIN = {"Line1": "500 Main St", "City": "Austin", "CountrySubDivisionCode": "TX", "PostalCode": "78701"}
PORTLAND = {"Line1": "1 Oak St", "City": "Portland", "CountrySubDivisionCode": "OR", "PostalCode": "97201"}
NEW_YORK = {"Line1": "7 Broadway", "City": "New York", "CountrySubDivisionCode": "New York", "Country": "USA"}


def sale(books, *lines, **fields):
    """An invoice of taxable lines of 100.00, unless given."""
    customer = fields.pop("customer", None) or books.customer()
    return books.invoice(customer, *(lines or (line(books.item("Filter", Taxable=True), 100),)), **fields)


def levied(books, invoice):
    """What each agency's rate takes: name of the rate → (percent, base, tax)."""
    rates = {row["Id"]: row["Name"] for row in books.query("SELECT * FROM TaxRate")["TaxRate"]}
    return {
        rates[tax["TaxLineDetail"]["TaxRateRef"]["value"]]: (
            tax["TaxLineDetail"]["TaxPercent"],
            tax["TaxLineDetail"]["NetAmountTaxable"],
            tax["Amount"],
        )
        for tax in invoice["TxnTaxDetail"].get("TaxLine", ())
    }


def test_the_preferences_say_that_quickbooks_computes_tax(automated):
    assert automated.read("Preferences", "1")["TaxPrefs"] == {"UsingSalesTax": True, "PartnerTaxEnabled": True}


def test_tax_follows_the_address_that_goods_are_shipped_to(automated):
    invoice = sale(automated, ShipAddr=AUSTIN)
    assert levied(automated, invoice) == {
        "Texas State": (Decimal("6.25"), 100, Decimal("6.25")),
        "Texas, City of Austin": (2, 100, 2),
    }
    assert (invoice["TotalAmt"], invoice["TxnTaxDetail"]["TxnTaxCodeRef"]) == (
        Decimal("108.25"),
        automated.code("Texas"),
    )
    assert "GlobalTaxCalculation" not in invoice


def test_each_rate_belongs_to_an_agency(automated):
    agencies = {row["Name"]: row["AgencyRef"]["name"] for row in automated.query("SELECT * FROM TaxRate")["TaxRate"]}
    assert agencies["New York City"] == "New York State Department of Taxation and Finance"
    assert agencies["Texas State"] == "Texas Comptroller of Public Accounts"


@pytest.mark.parametrize(
    ("where", "tax"),
    [
        ({"ShipAddr": NEW_YORK}, "8.88"),
        ({"ShipAddr": PORTLAND}, "0"),
        ({"ShipAddr": {"Line1": "1 High St", "City": "Leeds", "Country": "GB"}}, "0"),
        ({"ShipFromAddr": AUSTIN}, "8.25"),
        ({"ShipFromAddr": AUSTIN, "ShipAddr": PORTLAND}, "0"),
        ({}, "9.38"),
        ({"BillAddr": AUSTIN}, "9.38"),
    ],
    ids=["a state by its name", "no tax", "abroad", "from elsewhere", "to before from", "from here", "bill-to"],
)
def test_without_a_ship_to_the_place_it_is_shipped_from_counts(automated, where, tax):
    assert sale(automated, **where)["TxnTaxDetail"]["TotalTax"] == Decimal(tax)


def test_a_ship_to_of_the_customer_counts_for_new_documents(automated):
    customer = automated.customer(ShipAddr=AUSTIN)
    assert sale(automated, customer=customer)["TxnTaxDetail"]["TotalTax"] == Decimal("8.25")


@pytest.mark.parametrize(
    ("to", "tax"),
    [
        (AUSTIN, "8.25"),
        ({"City": "Austin", "CountrySubDivisionCode": "Texas"}, "8.25"),
        ({"City": "California", "CountrySubDivisionCode": "MD", "PostalCode": "20619"}, "0"),
    ],
    ids=["with a postal code", "without", "a city like a state"],
)
def test_a_place_that_turned_into_free_lines_is_still_known(automated, to, tax):
    invoice = sale(automated, ShipAddr=NEW_YORK)
    invoice.pop("TxnTaxDetail")
    moved = automated.save("Invoice", invoice | {"ShipAddr": to})
    assert "CountrySubDivisionCode" not in moved["ShipAddr"]
    moved.pop("TxnTaxDetail")
    assert automated.save("Invoice", moved)["TxnTaxDetail"]["TotalTax"] == Decimal(tax)


def test_a_new_place_changes_the_tax_of_a_document(automated):
    invoice = sale(automated, ShipAddr=PORTLAND)
    change = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "ShipAddr": AUSTIN}
    assert automated.save("Invoice", change)["TxnTaxDetail"]["TotalTax"] == Decimal("8.25")


def test_only_lines_that_say_tax_are_taxed(automated):
    pump, advice = automated.item("Pump", Taxable=True), automated.item("Advice")
    lines = [
        line(pump, 100),
        line(advice, 50),
        line(advice, 10, TaxCodeRef={"value": "TAX"}),
        line(pump, 7, TaxCodeRef={"value": "NON"}),
    ]
    invoice = sale(automated, *lines, ShipAddr=AUSTIN)
    codes = [entry["SalesItemLineDetail"]["TaxCodeRef"]["value"] for entry in invoice["Line"][:4]]
    assert codes == ["TAX", "NON", "TAX", "NON"]
    assert levied(automated, invoice)["Texas, City of Austin"] == (2, 110, Decimal("2.20"))


def test_a_customer_who_is_exempt_pays_no_tax(automated):
    invoice = sale(automated, customer=automated.customer(Taxable=False), ShipAddr=AUSTIN)
    assert (invoice["TxnTaxDetail"], invoice["TotalAmt"]) == ({"TotalTax": 0}, 100)


def test_an_explicit_tax_is_kept_and_shared_out_over_the_agencies_rates(automated):
    invoice = sale(automated, ShipAddr=AUSTIN, TxnTaxDetail={"TotalTax": Decimal("8.30")})
    assert invoice["TotalAmt"] == Decimal("108.30")
    assert levied(automated, invoice) == {
        "Texas State": (Decimal("6.25"), 100, Decimal("6.29")),
        "Texas, City of Austin": (2, 100, Decimal("2.01")),
    }
    assert automated.save("Invoice", invoice)["TxnTaxDetail"] == invoice["TxnTaxDetail"]


def test_an_explicit_tax_is_kept_where_no_agency_takes_any(automated):
    invoice = sale(automated, ShipAddr=PORTLAND, TxnTaxDetail={"TotalTax": 3})
    assert (invoice["TxnTaxDetail"], invoice["TotalAmt"]) == ({"TotalTax": 3}, 103)


def test_an_explicit_tax_of_nothing_is_kept(automated):
    invoice = sale(automated, ShipAddr=AUSTIN, TxnTaxDetail={"TotalTax": 0})
    assert invoice["TotalAmt"] == 100
    assert levied(automated, invoice)["Texas State"] == (Decimal("6.25"), 100, 0)


def test_a_code_that_a_client_sends_is_overridden(automated):
    sent = {"TxnTaxCodeRef": automated.code("California")}
    invoice = sale(automated, ShipAddr=AUSTIN, TxnTaxDetail=sent)
    assert invoice["TxnTaxDetail"]["TxnTaxCodeRef"] == automated.code("Texas")
    assert invoice["TxnTaxDetail"]["TotalTax"] == Decimal("8.25")


def test_a_code_of_the_list_on_a_line_is_refused(automated):
    body = {"CustomerRef": {"value": automated.customer()}}
    body["Line"] = [line(automated.item(), 10, TaxCodeRef=automated.code("Texas"))]
    assert automated.refused("Invoice", body)["code"] == "6100"


def test_the_engine_s_own_code_cannot_be_used(automated):
    custom = {"TxnTaxCodeRef": {"value": "CustomSalesTax"}, "TotalTax": 5}
    made = sale(automated, ShipAddr=AUSTIN)
    body = {"CustomerRef": made["CustomerRef"], "Line": made["Line"], "TxnTaxDetail": custom}
    assert automated.refused("Invoice", body)["code"] == "6160"
    assert automated.refused("Invoice", made | {"TxnTaxDetail": custom})["code"] == "6230"


def test_each_rate_is_rounded_half_up_on_each_line(automated):
    """Two lines of 0.99 at 7.25 and 2.125 %: 0.07 + 0.07 and 0.02 + 0.02; on the sum it were 0.14 and 0.04."""
    pump = automated.item("Pump", Taxable=True)
    invoice = sale(automated, line(pump, 0.99), line(pump, 20))
    assert levied(automated, invoice) == {
        "California State": (Decimal("7.25"), Decimal("20.99"), Decimal("1.52")),
        "California, San Mateo County": (Decimal("2.125"), Decimal("20.99"), Decimal("0.45")),
    }

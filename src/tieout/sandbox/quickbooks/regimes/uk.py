"""United Kingdom, GBP, a VAT code on each line."""

from typing import Final

from tieout.sandbox.quickbooks.regimes.regime import Regime
from tieout.sandbox.quickbooks.regimes.vat import ValueAddedTax

REGIME: Final = Regime(
    currency="GBP",
    country="GB",
    time_zone="Europe/London",
    fiscal_year="April",
    language="en",
    company_name="Sandbox Company_UK_1",
    address={"Line1": "1 Fleet Street", "City": "London", "PostalCode": "EC4Y 1AA", "Country": "GB"},
    taxation=ValueAddedTax(
        "HM Revenue & Customs (VAT)",
        {"20.0% S": "20", "5.0% R": "5", "0.0% Z": "0", "Exempt": "0", "No VAT": None},
    ),
)

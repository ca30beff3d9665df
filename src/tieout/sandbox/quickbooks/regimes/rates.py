"""Agencies, rates and codes, as a company's lists hold them."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tieout.sandbox.quickbooks import references
from tieout.sandbox.quickbooks.ledger import Ledger
from tieout.sandbox.quickbooks.wire import Json


class Rate(msgspec.Struct, frozen=True):
    """One rate of a tax code; percent as 20 for 20 %."""

    id: str
    percent: Decimal


def rates_of(ledger: Ledger, code: str) -> list[Rate]:
    """Return the sales rates of a tax code. Raises FaultError (2500) if there is no such code."""
    document = references.resolve(ledger, "TaxCodeRef", "TaxCode", code).read()
    found = []
    for detail in document.get("SalesTaxRateList", {}).get("TaxRateDetail", ()):
        rate = ledger.tables["TaxRate"].rows[detail["TaxRateRef"]["value"]]
        found.append(Rate(rate.id, Decimal(rate.read()["RateValue"])))
    return found


def add_agency(ledger: Ledger, name: str, *, purchases: bool) -> Json:
    """Add a tax agency; return the reference to it. purchases: it also taxes what the company buys."""
    content = {"DisplayName": name, "TaxTrackedOnSales": True, "TaxTrackedOnPurchases": purchases}
    return {"value": ledger.add("TaxAgency", content).id, "name": name}


def add_rate(ledger: Ledger, agency: Json, name: str, percent: str) -> Json:
    """Add a rate of an agency; return the reference to it."""
    content = {
        "Name": name,
        "Description": name,
        "Active": True,
        "RateValue": Decimal(percent),
        "AgencyRef": agency,
        "SpecialTaxType": "NONE" if Decimal(percent) else "ZERO_RATE",
        "DisplayType": "ReadOnly",
        "EffectiveTaxRate": [{"RateValue": Decimal(percent), "EffectiveDate": "2010-01-01T00:00:00-08:00"}],
    }
    return {"value": ledger.add("TaxRate", content).id, "name": name}


def add_code(ledger: Ledger, name: str, rates: Sequence[Json], *, purchases: bool, generated: bool) -> str:
    """Add a code with its rates, none of them for one outside the scope of tax; return its id.

    generated: the code is QuickBooks' own, not a person's.
    """
    details = [
        {"TaxRateRef": rate, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": order} for order, rate in enumerate(rates)
    ]
    content = {
        "Name": name,
        "Description": name,
        "Active": True,
        "Hidden": False,
        "Taxable": bool(rates),
        "TaxGroup": bool(rates),
        "TaxCodeConfigType": "SYSTEM_GENERATED" if generated else "USER_DEFINED",
        "SalesTaxRateList": {"TaxRateDetail": details},
        "PurchaseTaxRateList": {"TaxRateDetail": details if purchases else []},
    }
    return ledger.add("TaxCode", content).id


def add_pseudo_code(ledger: Ledger, name: str, *, taxable: bool) -> None:
    """Add one of the words that stand among the codes of a company in the United States."""
    content = {"Name": name, "Description": name, "Active": True, "Taxable": taxable, "TaxGroup": False}
    ledger.add("TaxCode", content, identity=name)

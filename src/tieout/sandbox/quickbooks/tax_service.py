"""New tax codes, with their rates: the only way in which a client may add to the tax lists.

QuickBooks API reference, TaxService: a rate is a new one with its agency, or one that is there. The answer is what was
sent, with the ids, and has no frame.
"""

from decimal import Decimal
from typing import Final

from tieout.sandbox.quickbooks import faults, references
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.regimes.rates import add_code, add_rate
from tieout.sandbox.quickbooks.shapes import choice, clean, listing, rate, text
from tieout.sandbox.quickbooks.wire import Json

_FIELDS: Final = {
    "TaxCode": text(100),
    "TaxCodeId": None,
    "Id": None,
    "TaxRateDetails": listing(
        {
            "TaxRateName": text(100),
            "RateValue": rate,
            "TaxAgencyId": text(20),
            "TaxApplicableOn": choice("Sales", "Purchase"),
            "TaxRateId": text(20),
        }
    ),
}
_HIGHEST: Final = Decimal(100)


def create(company: Company, sent: object) -> Json:
    """Add a code and its rates, all or nothing; return what was sent, with ids.

    Raises FaultError: 2010, 2020, 2080, 2500, and 6240 where a code or rate of that name is there.
    """
    wanted = clean(_FIELDS, sent)
    details = wanted.get("TaxRateDetails") or []
    for field in ("TaxCode", "TaxRateDetails"):
        if not wanted.get(field):
            raise faults.missing(field)
    _check_free(company, "TaxCode", wanted["TaxCode"])
    names = [detail["TaxRateName"].casefold() for detail in details if "TaxRateName" in detail]
    if len(set(names)) < len(names):
        raise faults.duplicate_tax_name("tax rate")
    agencies = [_check(company, detail) for detail in details]
    held = []
    for detail, agency in zip(details, agencies, strict=True):
        if "TaxRateId" not in detail:
            made = add_rate(company.ledger, agency, detail["TaxRateName"], str(detail["RateValue"]))
            detail["TaxRateId"] = made["value"]
        row = company.ledger.tables["TaxRate"].rows[detail["TaxRateId"]]
        held.append({"value": row.id, "name": references.name_of(row)})
    purchases = any(detail.get("TaxApplicableOn") == "Purchase" for detail in details)
    code = add_code(company.ledger, wanted["TaxCode"], held, purchases=purchases, generated=False)
    return {**wanted, "TaxCodeId": code}


def _check(company: Company, detail: Json) -> Json:
    """Return the reference to the agency of a new rate, {} for a rate that is there."""
    if "TaxRateId" in detail:
        references.resolve(company.ledger, "TaxRateRef", "TaxRate", detail["TaxRateId"])
        return {}
    for field in ("TaxRateName", "RateValue", "TaxAgencyId"):
        if field not in detail:
            raise faults.missing(field)
    if not 0 <= detail["RateValue"] <= _HIGHEST:
        raise faults.bad_number("RateValue")
    _check_free(company, "TaxRate", detail["TaxRateName"])
    agency = references.resolve(company.ledger, "AgencyRef", "TaxAgency", detail["TaxAgencyId"])
    return {"value": agency.id, "name": references.name_of(agency)}


def _check_free(company: Company, entity: str, name: str) -> None:
    if company.ledger.tables[entity].named("Name", name.casefold()):
        raise faults.duplicate_tax_name("tax code" if entity == "TaxCode" else "tax rate")

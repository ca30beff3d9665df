"""The server's tax: by line, each rate rounded half up, unless the client names the total itself.

QuickBooks API reference, TxnTaxDetail. United States, manual sales tax: `TxnTaxDetail.TxnTaxCodeRef` names the group
of rates, lines say TAX or NON. Elsewhere each line names its own code. An explicit `TotalTax` is honoured.
"""

from decimal import Decimal

import msgspec

from tieout.sandbox.quickbooks import faults, references
from tieout.sandbox.quickbooks.amounts import ZERO, like, percent_of
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.wire import Json


class Rate(msgspec.Struct, frozen=True):
    """One rate of a tax code; percent as 20 for 20 %."""

    id: str
    percent: Decimal


class Base(msgspec.Struct, frozen=True):
    """What of one line is taxed. net, tax: amounts; tax None = to be computed from net."""

    code: str
    net: Decimal
    tax: Decimal | None = None


class _Share(msgspec.Struct):
    percent: Decimal
    net: Decimal = ZERO
    tax: Decimal = ZERO


def rates_of(company: Company, code: str) -> list[Rate]:
    """Return the sales rates of a tax code. Raises FaultError (2500) if there is no such code."""
    document = references.resolve(company.ledger, "TaxCodeRef", "TaxCode", code).read()
    found = []
    for detail in document.get("SalesTaxRateList", {}).get("TaxRateDetail", ()):
        rate = company.ledger.tables["TaxRate"].rows[detail["TaxRateRef"]["value"]]
        found.append(Rate(rate.id, Decimal(rate.read()["RateValue"])))
    return found


def split_gross(gross: Decimal, rates: list[Rate]) -> tuple[Decimal, Decimal]:
    """Return net and tax of an amount that includes tax."""
    percent = sum((rate.percent for rate in rates), ZERO)
    net = like(gross, gross * 100 / (100 + percent))
    return net, gross - net


def detail(company: Company, bases: list[Base], sent: Json) -> Json:
    """Return the TxnTaxDetail of a document; its TotalTax is the tax to add.

    sent: the client's TxnTaxDetail, {} for none. Raises FaultError (2500) for an unknown code.
    """
    shares, group = _shares(company, bases, sent)
    computed = sum((share.tax for share in shares.values()), ZERO)
    total = _explicit(sent)
    if total is None:
        total = computed
    elif total != computed:
        _override(shares, total, sent)
    answer: Json = {"TxnTaxCodeRef": {"value": group}} if group else {}
    answer["TotalTax"] = total
    if shares:
        answer["TaxLine"] = [
            {
                "Amount": share.tax,
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": {"value": rate},
                    "PercentBased": True,
                    "TaxPercent": share.percent,
                    "NetAmountTaxable": share.net,
                },
            }
            for rate, share in shares.items()
        ]
    return answer


def _shares(company: Company, bases: list[Base], sent: Json) -> tuple[dict[str, _Share], str | None]:
    group = None
    rates: dict[str, list[Rate]] = {}
    if company.american:
        group = (sent.get("TxnTaxCodeRef") or {}).get("value")
        if group in ("TAX", "NON"):
            raise faults.bad_reference(f"TaxCodes element id {group} not found")
        rates = {"TAX": rates_of(company, group) if group else [], "NON": []}
    shares: dict[str, _Share] = {}
    for base in bases:
        if base.code not in rates:
            rates[base.code] = rates_of(company, base.code)
        for rate in rates[base.code]:
            share = shares.setdefault(rate.id, _Share(rate.percent))
            share.net += base.net
            share.tax += percent_of(base.net, rate.percent) if base.tax is None else base.tax
    return shares, group


def _explicit(sent: Json) -> Decimal | None:
    """Return the total that the client sets; a zero beside a code and without tax lines is a client's blank."""
    total: Decimal | None = sent.get("TotalTax")
    if total == 0 and "TxnTaxCodeRef" in sent and not sent.get("TaxLine"):
        return None
    return total


def _override(shares: dict[str, _Share], total: Decimal, sent: Json) -> None:
    named = {
        line.get("TaxLineDetail", {}).get("TaxRateRef", {}).get("value"): line.get("Amount", ZERO)
        for line in sent.get("TaxLine", ())
    }
    if named.keys() == shares.keys() and sum(named.values(), ZERO) == total:
        for rate, tax in named.items():
            shares[rate].tax = tax
    elif shares:
        largest = max(shares.values(), key=lambda share: abs(share.net))
        largest.tax += total - sum((share.tax for share in shares.values()), ZERO)

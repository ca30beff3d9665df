"""Value added tax: a code of the company's list on each line.

QuickBooks API reference, Invoice, GlobalTaxCalculation: amounts of lines are net (TaxExcluded, the default), gross
(TaxInclusive), or know no tax (NotApplicable), and then the document may not hold a tax detail either.
"""

from collections.abc import Collection, Mapping

import msgspec

from tieout.sandbox.quickbooks import faults, references
from tieout.sandbox.quickbooks.ledger import Ledger
from tieout.sandbox.quickbooks.regimes.rates import add_agency, add_code, add_rate, rates_of
from tieout.sandbox.quickbooks.regimes.regime import Levy, Sale
from tieout.sandbox.quickbooks.wire import Json


class ValueAddedTax(msgspec.Struct, frozen=True):
    """The rules of a country with value added tax.

    agency: who receives it. codes: name → percent, None for the code outside the scope of the tax.
    """

    agency: str
    codes: Mapping[str, str | None]
    by_ledger_codes: bool = True

    def open(self, ledger: Ledger) -> Json:
        """Add the agency and all codes, each with a rate of its own name."""
        agency = add_agency(ledger, self.agency, purchases=True)
        for name, percent in self.codes.items():
            rates = [] if percent is None else [add_rate(ledger, agency, name, percent)]
            add_code(ledger, name, rates, purchases=True, generated=True)
        return {"UsingSalesTax": True, "PartnerTaxEnabled": False}

    def calculation(self, wanted: Json) -> str:
        """Return what the document says, TaxExcluded by default. Raises FaultError (6170)."""
        calculation: str = wanted.get("GlobalTaxCalculation", "TaxExcluded")
        detail = wanted.get("TxnTaxDetail") or {}
        if calculation == "NotApplicable" and any(detail.values()):
            raise faults.tax_detail_not_allowed()
        return calculation

    def line_code(self, ledger: Ledger, sent: str | None, *, taxable: bool, held: Collection[tuple[str, str]]) -> str:
        """Return the code that the line names. Raises FaultError: 6000 where it names none, 2500."""
        del taxable  # here the code alone says it
        if sent is None:
            raise faults.business("Make sure all your transactions have a VAT rate before you save.")
        return references.resolve(ledger, "TaxCodeRef", "TaxCode", sent, held).id

    def levy(self, ledger: Ledger, codes: Collection[str], _sale: Sale) -> Levy:
        """Return the rates of each code."""
        return Levy({code: rates_of(ledger, code) for code in codes})

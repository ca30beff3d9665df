"""United States, USD, sales tax set up by hand.

QuickBooks API reference, TxnTaxDetail: lines say TAX or NON, and `TxnTaxDetail.TxnTaxCodeRef` names the group of
rates; a document that names none is not taxed. GlobalTaxCalculation is ignored.
"""

from collections.abc import Collection
from typing import Final

from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.ledger import Ledger
from tieout.sandbox.quickbooks.regimes.rates import add_agency, add_code, add_pseudo_code, add_rate, rates_of
from tieout.sandbox.quickbooks.regimes.regime import Levy, Regime, Sale
from tieout.sandbox.quickbooks.wire import Json

TAX: Final = "TAX"
NON: Final = "NON"


class SalesTax:
    """The rules of a company that keeps its own rates."""

    by_ledger_codes = False

    def open(self, ledger: Ledger) -> Json:
        """Add one agency and one rate."""
        add_pseudo_code(ledger, TAX, taxable=True)
        add_pseudo_code(ledger, NON, taxable=False)
        agency = add_agency(ledger, "State Board of Equalization", purchases=False)
        rate = add_rate(ledger, agency, "California", "8")
        code = add_code(ledger, "California", [rate], purchases=False, generated=False)
        return {"UsingSalesTax": True, "PartnerTaxEnabled": False, "TaxGroupCodeRef": {"value": code}}

    def calculation(self, _wanted: Json) -> str:
        """Return that amounts are net, whatever the document says."""
        return "TaxExcluded"

    def line_code(self, _ledger: Ledger, sent: str | None, *, taxable: bool, held: Collection[tuple[str, str]]) -> str:
        """Return TAX or NON, by item and customer where the line says nothing. Raises FaultError (6100)."""
        del held  # the two words are always there
        if sent is None:
            return TAX if taxable else NON
        if sent not in (TAX, NON):
            raise faults.bad_line_tax_code()
        return sent

    def levy(self, ledger: Ledger, _codes: Collection[str], sale: Sale) -> Levy:
        """Return the rates of the group that the document names. Raises FaultError (2500)."""
        group = (sale.detail.get("TxnTaxCodeRef") or {}).get("value")
        if group in (TAX, NON):
            raise faults.bad_reference(f"TaxCodes element id {group} not found")
        return Levy({TAX: rates_of(ledger, group) if group else [], NON: []}, group)


REGIME: Final = Regime(
    currency="USD",
    country="US",
    time_zone="America/Los_Angeles",
    fiscal_year="January",
    language="en",
    company_name="Sandbox Company_US_1",
    address={
        "Line1": "123 Sierra Way",
        "City": "San Pablo",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "87999",
        "Country": "US",
    },
    taxation=SalesTax(),
)

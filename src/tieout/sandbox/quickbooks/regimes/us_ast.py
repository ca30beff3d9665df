"""United States, USD, automated sales tax.

QuickBooks API reference, TxnTaxDetail and "Automated sales tax": the engine decides by where the goods go (ship-to,
else ship-from, else the company's own address), by TAX and NON on the lines, and by whether the customer is exempt. A
code that a client names for the document is overridden; a total that it names is kept, and shared out over the
agencies' rates. The states here are a few of the country's, with one district for each; elsewhere no tax is due.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.ledger import Ledger
from tieout.sandbox.quickbooks.regimes import us_manual
from tieout.sandbox.quickbooks.regimes.rates import add_agency, add_code, add_pseudo_code, add_rate, rates_of
from tieout.sandbox.quickbooks.regimes.regime import Levy, Sale
from tieout.sandbox.quickbooks.regimes.us_manual import NON, TAX
from tieout.sandbox.quickbooks.wire import Json

_CUSTOM: Final = "CustomSalesTax"


class _State(msgspec.Struct, frozen=True):
    """One state: its name, its agency, and its rates in percent by name."""

    name: str
    agency: str
    rates: Mapping[str, str]


_STATES: Final[Mapping[str, _State]] = {
    "CA": _State(
        "California",
        "California Department of Tax and Fee Administration",
        {"California State": "7.25", "California, San Mateo County": "2.125"},
    ),
    "NY": _State(
        "New York",
        "New York State Department of Taxation and Finance",
        {
            "New York State": "4",
            "New York City": "4.5",
            "New York, Metropolitan Commuter Transportation District": "0.375",
        },
    ),
    "TX": _State(
        "Texas", "Texas Comptroller of Public Accounts", {"Texas State": "6.25", "Texas, City of Austin": "2"}
    ),
}
_AT_HOME: Final = ("", "us", "usa", "united states", "united states of america")
_IN_FREE_LINES: Final = re.compile(
    rf"\b({'|'.join([*_STATES, *(state.name for state in _STATES.values())])})(?: \d{{5}}|$)", re.MULTILINE
)
"""A state as it stands in a free line: before the postal code, or last."""


class AutomatedSalesTax(us_manual.SalesTax):
    """The rules of a company whose tax QuickBooks computes."""

    def open(self, ledger: Ledger) -> Json:
        """Add the agencies of all states, their rates, and a code for each state."""
        add_pseudo_code(ledger, TAX, taxable=True)
        add_pseudo_code(ledger, NON, taxable=False)
        add_pseudo_code(ledger, _CUSTOM, taxable=True)
        for state in _STATES.values():
            agency = add_agency(ledger, state.agency, purchases=False)
            rates = [add_rate(ledger, agency, name, percent) for name, percent in state.rates.items()]
            add_code(ledger, state.name, rates, purchases=False, generated=True)
        return {"UsingSalesTax": True, "PartnerTaxEnabled": True}

    def levy(self, ledger: Ledger, _codes: Collection[str], sale: Sale) -> Levy:
        """Return the rates of the place. Raises FaultError (6160, 6230) where the document names CustomSalesTax."""
        if (sale.detail.get("TxnTaxCodeRef") or {}).get("value") == _CUSTOM:
            raise faults.custom_sales_tax(created=sale.created)
        home = ledger.tables["CompanyInfo"].rows["1"].read()["CompanyAddr"]
        state = None if sale.exempt else _state(sale.ship_to or sale.ship_from or home)
        if state is None:
            return Levy({TAX: [], NON: []})
        (code,) = ledger.tables["TaxCode"].named("Name", state.name.casefold())
        return Levy({TAX: rates_of(ledger, code.id), NON: []}, code.id, proportional=True)


def _state(address: Json) -> _State | None:
    """Return the state of an address, which may be in free lines; None where no tax is due."""
    if address.get("Country", "").strip().casefold() not in _AT_HOME:
        return None
    named = address.get("CountrySubDivisionCode", "").strip().casefold()
    if not named:
        lines = "\n".join(text for field, text in address.items() if field.startswith("Line"))
        found = _IN_FREE_LINES.search(lines)
        named = found[1].casefold() if found else ""
    return next((state for code, state in _STATES.items() if named in (code.casefold(), state.name.casefold())), None)


REGIME: Final = msgspec.structs.replace(us_manual.REGIME, taxation=AutomatedSalesTax())

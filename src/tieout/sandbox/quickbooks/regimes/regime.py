"""The shape of a regime, and what its tax rules must answer."""

from collections.abc import Collection, Mapping
from typing import Protocol

import msgspec

from tieout.sandbox.quickbooks.ledger import Ledger
from tieout.sandbox.quickbooks.regimes.rates import Rate
from tieout.sandbox.quickbooks.wire import Json


class Sale(msgspec.Struct, frozen=True):
    """What tax rules look at, beside the lines.

    detail: the client's TxnTaxDetail, {} for none. exempt: the customer pays no tax. ship_to, ship_from: addresses,
    None for none. created: the document is new.
    """

    detail: Json
    exempt: bool
    ship_to: Json | None
    ship_from: Json | None
    created: bool


class Levy(msgspec.Struct, frozen=True):
    """The rates of one document.

    rates: code on the line → its rates. group: the code of the whole document, None where there is none.
    proportional: a total that the client sets is shared out by rate; else the largest rate takes the difference.
    """

    rates: Mapping[str, list[Rate]]
    group: str | None = None
    proportional: bool = False


class Taxation(Protocol):
    """The tax rules of a regime."""

    @property
    def by_ledger_codes(self) -> bool:
        """Lines name codes of the company's list, and documents their GlobalTaxCalculation; else TAX and NON."""
        ...

    def open(self, ledger: Ledger) -> Json:
        """Add agencies, rates and codes to a new company; return its TaxPrefs."""
        ...

    def calculation(self, wanted: Json) -> str:
        """Return the GlobalTaxCalculation that a document follows.

        TaxExcluded: amounts of lines are net; TaxInclusive: gross; NotApplicable: they know no tax.
        Raises FaultError (6170) where the document contradicts itself.
        """
        ...

    def line_code(self, ledger: Ledger, sent: str | None, *, taxable: bool, held: Collection[tuple[str, str]]) -> str:
        """Return the code that a line is stored with.

        taxable: item and customer are. held: references that the document had before.
        Raises FaultError: 2500, 6000 or 6100.
        """
        ...

    def levy(self, ledger: Ledger, codes: Collection[str], sale: Sale) -> Levy:
        """Return the rates of a document whose lines have these codes. Raises FaultError: 2500, 6160 or 6230."""
        ...


class Regime(msgspec.Struct, frozen=True):
    """What a company's country decides.

    currency: ISO code of the home currency. country: ISO code. time_zone: shown in CompanyInfo; the server counts its
    days in Pacific time. fiscal_year: its first month. names: what a company opens with, and QuickBooks' own words on
    documents, by their names in English. texts: those of faults, likewise. What is absent is as in English.
    number_wanted: a document needs a number of the client's while custom transaction numbers are on.
    """

    currency: str
    country: str
    time_zone: str
    fiscal_year: str
    language: str
    company_name: str
    address: Json
    taxation: Taxation
    names: Mapping[str, str] = {}
    texts: Mapping[str, str] = {}
    number_wanted: bool = False

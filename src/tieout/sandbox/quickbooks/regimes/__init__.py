"""What decides over a company: its country and the way it is taxed. One module for each kind of company.

A regime is data (currency, zone, language, address, tax rates) and one object with the rules of its tax. The rest of
the sandbox asks the regime and knows no country.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from tieout.sandbox.quickbooks.regimes import fr, uk, us_ast, us_manual
from tieout.sandbox.quickbooks.regimes.regime import Regime

Country: TypeAlias = Literal["us-manual", "us-ast", "uk", "fr"]

__all__ = ["REGIMES", "Country", "Regime"]

REGIMES: Final[Mapping[Country, Regime]] = {
    "us-manual": us_manual.REGIME,
    "us-ast": us_ast.REGIME,
    "uk": uk.REGIME,
    "fr": fr.REGIME,
}

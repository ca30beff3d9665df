"""Tax: which QuickBooks code stands for the rate, or the lack of one, of each line of an invoice made in HubSpot."""

import msgspec

from tieout.core.decide import Fail, World
from tieout.kinds.invoice import Invoice, Line

NO_TAX, TAX = "NON", "TAX"
"""QuickBooks' two line codes in a company with US sales tax."""


def map_rates(crm: Invoice, world: World, lines: list[Line], problems: list[Fail]) -> str:
    """Map each line's rate to a code, in place; return the code of the whole document, where the regime has one."""
    facts, settings = world.facts.books, world.settings
    names = {
        rate.id: rate.name if "%" in rate.name else f"{rate.name} {rate.percent.normalize():f} %"
        for rate in world.facts.crm.tax_rates
    }
    unmapped: dict[str, str] = {}
    codes: set[str] = set()
    for position, line in enumerate(lines):
        rate = line.tax or crm.tax_code
        code = settings.tax_codes.get(rate, "") if rate else settings.untaxed_code
        if facts.regime == "none":
            code = ""
            if rate and crm.tax:
                unmapped[names.get(rate, rate)] = rate
        elif facts.regime == "us-manual" and not rate:
            code = settings.untaxed_code or NO_TAX
        elif facts.regime == "us-automated":
            # Lines are taxable or not; which tax that is, QuickBooks knows by the place, and how much, the invoice.
            code = TAX if rate and code != NO_TAX else NO_TAX
        elif not code:
            unmapped[names.get(rate, rate) or "no tax"] = rate
        elif facts.regime == "us-manual" and code not in (NO_TAX, TAX):
            codes.add(code)
            code = TAX
        lines[position] = msgspec.structs.replace(line, tax=code)
    problems += [Fail("unmapped_tax", {"rate": name, "rate_id": rate}) for name, rate in unmapped.items()]
    if len(codes) > 1:
        problems.append(Fail("several_tax_codes", {"codes": ", ".join(sorted(codes))}))
    return next(iter(sorted(codes)), "")

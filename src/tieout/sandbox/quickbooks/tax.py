"""The server's tax: by line, each rate rounded half up, unless the client names the amount itself.

QuickBooks API reference, TxnTaxDetail. Which rates a line has, the regime decides. An explicit `TotalTax` is honoured,
and so are the amounts of single rates in `TaxLine`, as a person may set them in QuickBooks' own pages.
"""

from decimal import Decimal

import msgspec

from tieout.sandbox.quickbooks.amounts import ZERO, percent_of, spread
from tieout.sandbox.quickbooks.lines import Base, Lines
from tieout.sandbox.quickbooks.regimes.regime import Levy
from tieout.sandbox.quickbooks.wire import Json


class _Share(msgspec.Struct):
    """What one rate takes of a document. computed: the tax before a client's word on it."""

    percent: Decimal
    net: Decimal = ZERO
    computed: Decimal = ZERO
    tax: Decimal = ZERO


def detail(lines: Lines, levy: Levy, sent: Json) -> Json:
    """Return the TxnTaxDetail of a document; its TotalTax is the tax to add to the lines.

    lines: of a document whose amounts include tax, the net gives way where the client's tax is another, so that what
    the customer pays stays as it is. sent: the client's TxnTaxDetail, {} for none.
    """
    shares = _shares(lines.bases, levy)
    total = _settle(shares, levy, sent)
    for rate, share in shares.items():
        if lines.inclusive and share.tax != share.computed:
            _give_way(lines, levy, rate, share)
    answer: Json = {"TxnTaxCodeRef": {"value": levy.group}} if levy.group else {}
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


def _shares(bases: list[Base], levy: Levy) -> dict[str, _Share]:
    shares: dict[str, _Share] = {}
    for base in bases:
        rates = levy.rates[base.code]
        if base.tax is None:
            taxes = [percent_of(base.net, rate.percent) for rate in rates]
        else:
            taxes = spread(base.tax, [rate.percent for rate in rates])
        for rate, tax in zip(rates, taxes, strict=True):
            share = shares.setdefault(rate.id, _Share(rate.percent))
            share.net += base.net
            share.computed += tax
            share.tax += tax
    return shares


def _settle(shares: dict[str, _Share], levy: Levy, sent: Json) -> Decimal:
    """Put the client's amounts into the shares; return the tax of the document."""
    named = {
        line.get("TaxLineDetail", {}).get("TaxRateRef", {}).get("value"): line.get("Amount", ZERO)
        for line in sent.get("TaxLine", ())
    }
    total = _explicit(sent)
    if named.keys() <= shares.keys():
        kept = {rate: named.get(rate, share.computed) for rate, share in shares.items()}
        if total is None or sum(kept.values(), ZERO) == total:
            for rate, tax in kept.items():
                shares[rate].tax = tax
            return sum(kept.values(), ZERO)
    computed = sum((share.computed for share in shares.values()), ZERO)
    if total is None:
        return computed
    if levy.proportional:
        weights = [share.computed for share in shares.values()] if computed else [s.percent for s in shares.values()]
        for share, tax in zip(shares.values(), spread(total, weights) if shares else (), strict=True):
            share.tax = tax
    elif shares:
        max(shares.values(), key=lambda share: abs(share.net)).tax += total - computed
    return total


def _explicit(sent: Json) -> Decimal | None:
    """Return the total that the client sets.

    A zero is a client's blank beside a code without tax lines, and beside tax lines that have amounts.
    """
    total: Decimal | None = sent.get("TotalTax")
    lines = sent.get("TaxLine") or []
    if total == 0 and (any(line.get("Amount") for line in lines) or ("TxnTaxCodeRef" in sent and not lines)):
        return None
    return total


def _give_way(lines: Lines, levy: Levy, rate: str, share: _Share) -> None:
    """Take a rate's change of tax from the net of the largest line that it taxes."""
    change = share.tax - share.computed
    taxed = [base for base in lines.bases if rate in {one.id for one in levy.rates[base.code]}]
    largest = max(taxed, key=lambda base: abs(base.net))
    lines.lower(largest, change)
    share.net -= change

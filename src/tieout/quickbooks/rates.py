"""QuickBooks' own exchange rates, for one question a day and thirty days a call.

Source: QuickBooks API reference, "ExchangeRate": found by SourceCurrencyCode and AsOfDate alone; home units for one
unit of the currency.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from tieout.core.money import NotMoney, decimal
from tieout.quickbooks import limits
from tieout.quickbooks.client import Client, Page, Query
from tieout.quickbooks.documents import Shape
from tieout.quickbooks.query import chunks, one_of, quoted

_NONE: Final = Decimal(1)
"""What QuickBooks says where it has no rate; no two currencies are worth the same by chance."""


class _Shown(Shape, frozen=True):
    source_currency_code: str = ""
    rate: Decimal | None = None


async def read(client: Client, wanted: Collection[tuple[str, date]]) -> dict[tuple[str, date], Decimal]:
    """What currencies are worth on days, where QuickBooks knows it. Raises SignInTrouble, Unavailable, Refusal."""
    days = sorted({day for _, day in wanted})
    found: dict[tuple[str, date], Decimal] = {}
    for some in chunks([day.isoformat() for day in days], limits.BATCH):
        asked = [_on(day, sorted({code for code, on in wanted if on.isoformat() == day})) for day in some]
        for day, page in zip(some, await client.queries(asked), strict=True):
            found |= {(code, date.fromisoformat(day)): rate for code, rate in _rates(page).items()}
    return {one: rate for one, rate in found.items() if one in wanted}


def _on(day: str, codes: list[str]) -> Query:
    condition = f"SourceCurrencyCode IN {one_of(codes)} AND AsOfDate = {quoted(day)}"
    return Query("ExchangeRate", f"SELECT * FROM ExchangeRate WHERE {condition} MAXRESULTS {limits.PAGE}")  # noqa: S608 values are quoted


def _rates(page: Page) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for raw in page.rows:
        try:
            shown = msgspec.json.decode(raw, type=_Shown)
            rate = _NONE if shown.rate is None else decimal(shown.rate)
        except (msgspec.DecodeError, NotMoney):
            continue  # a rate that makes no sense is none
        if rate > 0 and rate != _NONE:
            found[shown.source_currency_code.upper()] = rate
    return found

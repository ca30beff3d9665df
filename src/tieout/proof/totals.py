"""Small readers of totals: what each side says of its invoices, without the sync's lenses and its mirror."""

from decimal import Decimal
from typing import Any

import msgspec

from tieout.core.money import decimal
from tieout.hubspot.client import Client as HubSpot
from tieout.quickbooks.client import Client as QuickBooks
from tieout.quickbooks.query import select

_VERSION = "2026-09"
_PAGE = 1000
_READ = "hs_number,hs_invoice_status,hs_currency,hs_amount_billed,hs_balance_due"
_VOIDED = ("voided", "annul", "anulad")
_JSON = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
"""Any: a page of foreign JSON, of which only the members below are looked at."""


class Total(msgspec.Struct, frozen=True):
    """What one side says of one invoice. total, open: in `currency`. live: neither a draft nor void."""

    id: str
    number: str
    currency: str
    total: Decimal
    open: Decimal
    live: bool


async def of_hubspot(client: HubSpot, currency: str) -> list[Total]:
    """All invoices of a HubSpot account. currency: of the account, for an invoice that names none.

    Raises SignInTrouble, Unavailable, Refusal.
    """
    found: list[Total] = []
    after = ""
    while True:
        more = f"&after={after}" if after else ""
        page = await client.read("GET", f"/crm/objects/{_VERSION}/invoices?limit=100&properties={_READ}{more}", _JSON)
        for one in page.get("results", []):
            own = one["properties"]
            found.append(
                Total(
                    str(one["id"]),
                    own.get("hs_number") or "",
                    own.get("hs_currency") or currency,
                    decimal(own.get("hs_amount_billed") or "0"),
                    decimal(own.get("hs_balance_due") or "0"),
                    own.get("hs_invoice_status") in ("open", "paid"),
                )
            )
        after = ((page.get("paging") or {}).get("next") or {}).get("after") or ""
        if not after:
            return found


async def of_quickbooks(client: QuickBooks, currency: str) -> list[Total]:
    """All invoices of a QuickBooks company. currency: its home currency.

    Raises SignInTrouble, Unavailable, Refusal.
    """
    found: list[Total] = []
    last = "0"
    while True:
        page = await client.query(select("Invoice", after=last))
        for raw in page.rows:
            one = _JSON.decode(raw)
            total = decimal(one.get("TotalAmt") or 0)
            note = str(one.get("PrivateNote") or "").casefold()
            last = str(one["Id"])
            found.append(
                Total(
                    last,
                    str(one.get("DocNumber") or ""),
                    (one.get("CurrencyRef") or {}).get("value") or currency,
                    total,
                    decimal(one.get("Balance") or 0),
                    not (total == 0 and note.startswith(_VOIDED)),
                )
            )
        if len(page.rows) < _PAGE:
            return found

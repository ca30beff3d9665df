"""Small readers of totals: what each side says of its invoices, without the sync's lenses and its mirror."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tieout.core.days import day_of
from tieout.core.money import decimal
from tieout.hubspot.client import Client as HubSpot
from tieout.quickbooks.client import Client as QuickBooks
from tieout.quickbooks.query import select

_VERSION = "2026-09"
_PAGE = 1000
_READ = "hs_number,hs_invoice_status,hs_currency,hs_amount_billed,hs_balance_due,hs_invoice_date"
_PAID = "hs_initial_amount,hs_refunds_amount,hs_initiated_date,hs_latest_status"
RECEIVED = frozenset({"succeeded", "partially_refunded", "processing_refund", "disputed_won"})
"""HubSpot's statuses of a payment whose money is there."""
_VOIDED = ("voided", "annul", "anulad")
_JSON = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
"""Any: a page of foreign JSON, of which only the members below are looked at."""


class Total(msgspec.Struct, frozen=True):
    """What one side says of one invoice. total, open: in `currency`. live: neither a draft nor void.

    day: its date, where it has one. customer, name: QuickBooks' customer, by id and by name; HubSpot's is not read.
    """

    id: str
    number: str
    currency: str
    total: Decimal
    open: Decimal
    live: bool
    day: date | None = None
    customer: str = ""
    name: str = ""


class Receipt(msgspec.Struct, frozen=True):
    """Money that came in on a HubSpot invoice, less what was given back, in the invoice's currency."""

    invoice: str
    day: date | None
    amount: Decimal


async def of_hubspot(client: HubSpot, currency: str, zone: ZoneInfo) -> list[Total]:
    """All invoices of a HubSpot account. currency, zone: of the account; the first for an invoice that names none.

    Raises SignInTrouble, Unavailable, Refusal.
    """
    found: list[Total] = []
    for one in await _every(client, f"invoices?limit=100&properties={_READ}"):
        own = one["properties"]
        found.append(
            Total(
                str(one["id"]),
                own.get("hs_number") or "",
                own.get("hs_currency") or currency,
                decimal(own.get("hs_amount_billed") or "0"),
                decimal(own.get("hs_balance_due") or "0"),
                own.get("hs_invoice_status") in ("open", "paid"),
                _day(own.get("hs_invoice_date"), zone),
            )
        )
    return found


async def receipts_of_hubspot(client: HubSpot, zone: ZoneInfo) -> list[Receipt]:
    """All payments of a HubSpot account whose money is there. Raises SignInTrouble, Unavailable, Refusal."""
    found: list[Receipt] = []
    for one in await _every(client, f"commerce_payments?limit=100&properties={_PAID}&associations=invoices"):
        own = one["properties"]
        if own.get("hs_latest_status") in RECEIVED:
            amount = decimal(own.get("hs_initial_amount") or "0") - decimal(own.get("hs_refunds_amount") or "0")
            day = _day(own.get("hs_initiated_date"), zone)
            paid = ((one.get("associations") or {}).get("invoices") or {}).get("results", [])
            found += [Receipt(str(invoice["id"]), day, amount) for invoice in paid]
    return found


def as_of(day: date, totals: Iterable[Total], receipts: Sequence[Receipt]) -> list[Total]:
    """HubSpot's invoices of a day or before, with what was open at its end.

    An invoice that was paid since was open by what had not come in yet; others are as HubSpot says. HubSpot shows an
    invoice that was paid more than it asks as owing nothing.
    """
    before: dict[str, Decimal] = defaultdict(Decimal)
    since = {one.invoice for one in receipts if one.day is not None and one.day > day}
    for one in receipts:
        if one.day is None or one.day <= day:
            before[one.invoice] += one.amount
    found = [one for one in totals if one.day is None or one.day <= day]
    return [
        msgspec.structs.replace(one, open=max(one.total - before[one.id], Decimal(0))) if one.id in since else one
        for one in found
    ]


async def _every(client: HubSpot, asked: str) -> list[Mapping[str, Any]]:
    """All objects of a list, page by page."""
    found: list[Mapping[str, Any]] = []
    after = ""
    while True:
        more = f"&after={after}" if after else ""
        page = await client.read("GET", f"/crm/objects/{_VERSION}/{asked}{more}", _JSON)
        found += page.get("results", [])
        after = ((page.get("paging") or {}).get("next") or {}).get("after") or ""
        if not after:
            return found


def _day(text: str | None, zone: ZoneInfo) -> date | None:
    """The day that a *date* or *datetime* of HubSpot means; None for none, or for one that cannot be read."""
    if not text:
        return None
    try:
        if text.isdecimal():
            return day_of(datetime.fromtimestamp(int(text) // 1000, UTC), zone)
        read = datetime.fromisoformat(text)
        return day_of(read if read.tzinfo else read.replace(tzinfo=UTC), zone)
    except (ValueError, OverflowError, OSError):
        return None


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
                    date.fromisoformat(day) if (day := one.get("TxnDate")) else None,
                    str((one.get("CustomerRef") or {}).get("value") or ""),
                    str((one.get("CustomerRef") or {}).get("name") or ""),
                )
            )
        if len(page.rows) < _PAGE:
            return found

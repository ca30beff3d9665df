"""QuickBooks' own A/R Aging of a day: what each customer owes, and the transactions that make it up."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from tieout.core.money import decimal
from tieout.quickbooks.client import Client as QuickBooks
from tieout.quickbooks.client import Table

_HOME = ("tx_date", "txn_type", "doc_num", "cust_name", "subt_open_bal")
_FOREIGN = ("currency", "foreign_open_bal")
_JSON = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
"""Any: the columns or rows of a foreign report, of which only the members below are looked at."""


class Entry(msgspec.Struct, frozen=True):
    """A transaction that was open on the day. type: as QuickBooks names it, in the company's language.

    open: in `currency`; home: in the company's. Both are negative for credits and for payments not applied.
    """

    id: str
    type: str
    number: str
    day: date
    customer: str
    name: str
    currency: str
    open: Decimal
    home: Decimal


class Report(msgspec.Struct, frozen=True):
    """A/R Aging of a day. customers: by id, the name and what is owed, in the company's currency, as is `total`."""

    day: date
    currency: str
    total: Decimal
    customers: Mapping[str, tuple[str, Decimal]]
    entries: tuple[Entry, ...]


async def aging(client: QuickBooks, day: date, currency: str, *, foreign: bool) -> Report:
    """Ask for both of QuickBooks' reports. currency: of the company. foreign: it books in others too.

    The summary says what is owed, the detail of what (QuickBooks API reference, A/R Aging Summary and Detail).
    Raises SignInTrouble, Unavailable, Refusal.
    """
    whole = await client.report("AgedReceivables", {"report_date": day.isoformat()})
    customers: dict[str, tuple[str, Decimal]] = {}
    total = Decimal(0)
    for row in _rows(_JSON.decode(whole.rows)):
        for cells in (_cells(row), _cells(row.get("Header") or {})):
            if cells and cells[0].get("id"):
                customers[str(cells[0]["id"])] = (str(cells[0].get("value") or ""), _amount(cells[-1]))
        if row.get("group") == "GrandTotal":
            total = _amount(_cells(row["Summary"])[-1])
    return Report(day, currency, total, customers, await entries(client, day, currency, foreign=foreign))


async def entries(client: QuickBooks, day: date, currency: str, *, foreign: bool) -> tuple[Entry, ...]:
    """The open transactions of a day alone. Parameters and exceptions as of `aging`."""
    columns = (*_HOME, *_FOREIGN) if foreign else _HOME
    table = await client.report("AgedReceivableDetail", {"report_date": day.isoformat(), "columns": ",".join(columns)})
    return tuple(_entries(table, currency))


def _entries(table: Table, currency: str) -> Iterator[Entry]:
    names = [str(column.get("ColType") or "") for column in _JSON.decode(table.columns).get("Column", [])]
    for row in _rows(_JSON.decode(table.rows)):
        cells = dict(zip(names, _cells(row), strict=False))
        of = cells.get("txn_type", {})
        if of.get("id"):
            home = _amount(cells["subt_open_bal"])
            customer = cells.get("cust_name", {})
            yield Entry(
                str(of["id"]),
                str(of.get("value") or ""),
                str(cells.get("doc_num", {}).get("value") or ""),
                date.fromisoformat(str(cells["tx_date"]["value"])),
                str(customer.get("id") or ""),
                str(customer.get("value") or ""),
                str(cells.get("currency", {}).get("value") or currency),
                _amount(cells["foreign_open_bal"]) if "foreign_open_bal" in cells else home,
                home,
            )


def _rows(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All rows of a table, each before those inside of it."""
    for row in table.get("Row", []):
        yield row
        yield from _rows(row.get("Rows") or {})


def _cells(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(row.get("ColData") or [])


def _amount(cell: Mapping[str, Any]) -> Decimal:
    return decimal(cell.get("value") or "0")

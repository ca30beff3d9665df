"""The reports on receivables: A/R Aging Summary, A/R Aging Detail, Customer Balance.

QuickBooks API reference, Report entities. All in the home currency; every cell is text. What a customer owes ages from
its due date, what it is owed from the date of the transaction. Where the reference is silent the choice is ours: a
customer with sub-customers is a section, the periods of the detail stand oldest first with a summary each, and a
company with several currencies sees both amounts in the detail.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, Literal

import msgspec

from tieout.sandbox.quickbooks import faults, references, wire
from tieout.sandbox.quickbooks.amounts import ZERO, cents
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.receivables import OpenItem, open_items
from tieout.sandbox.quickbooks.wire import Json

_TYPES: Final = {"CreditMemo": "Credit Memo", "JournalEntry": "Journal Entry"}
_TITLES: Final = {
    "tx_date": "Date",
    "txn_type": "Transaction Type",
    "doc_num": "Num",
    "cust_name": "Customer",
    "due_date": "Due Date",
    "past_due": "Past Due",
    "memo": "Memo/Description",
    "currency": "Currency",
    "exch_rate": "Exchange Rate",
    "foreign_amount": "Foreign Amount",
    "foreign_open_bal": "Foreign Open Balance",
    "subt_amount": "Amount",
    "subt_open_bal": "Open Balance",
}
_USUAL: Final = ("tx_date", "txn_type", "doc_num", "cust_name", "due_date", "subt_amount", "subt_open_bal")
_FOREIGN: Final = ("currency", "exch_rate", "foreign_amount", "foreign_open_bal")
_SUMMED: Final = ("subt_amount", "subt_open_bal")
_MOST_PERIODS: Final = 100


class _Asked(msgspec.Struct, frozen=True):
    """What a client asked for. today: the day that ages are counted to."""

    day: date
    today: date
    period: int
    periods: int
    customers: frozenset[str]
    past_due: int | None
    columns: tuple[str, ...]

    def bucket(self, item: OpenItem) -> int:
        """Return the number of the period that an item has been due for, 0 for none."""
        age = self.age(item)
        return 0 if age <= 0 else min((age - 1) // self.period + 1, self.periods)

    def age(self, item: OpenItem) -> int:
        """Return for how many days an item has been due."""
        return (self.today - date.fromisoformat(item.due if item.open > 0 else item.day)).days

    def span(self, bucket: int, last: Literal["over", "more"]) -> str:
        """Return a period as it is titled: `31 - 60`, or `91 and over`."""
        first = (bucket - 1) * self.period + 1
        if bucket == self.periods:
            return f"{first} {'and' if last == 'over' else 'or'} {last}"
        return f"{first} - {bucket * self.period}"


def report(company: Company, name: str, params: Mapping[str, str]) -> Json | None:
    """Return a report, None if there is none of that name.

    params: `report_date` (today by default), `aging_period` (30 days), `num_periods` (4), `customer` (ids with commas),
    `aging_method` (Report_Date or Current), for the detail also `columns` and `past_due` (at least so many days).
    Others are ignored. Raises FaultError: 2060, 2080, 2170.
    """
    build = _BUILDERS.get(name.lower())
    if build is None:
        return None
    asked = _read(company, params)
    items = [item for item in open_items(company, asked.day.isoformat()) if _wanted(asked, item)]
    return build(company, asked, items, params)


def _read(company: Company, params: Mapping[str, str]) -> _Asked:
    today = company.today()
    try:
        day = date.fromisoformat(params["report_date"]) if params.get("report_date") else today
    except ValueError:
        raise faults.bad_date(params["report_date"], "report_date") from None
    method = params.get("aging_method") or "Report_Date"
    if method not in ("Report_Date", "Current"):
        raise faults.bad_choice(method)
    columns = tuple(name.strip() for name in params.get("columns", "").split(",") if name.strip())
    for column in columns:
        if column not in _TITLES:
            raise faults.bad_choice(column)
    usual = (*_USUAL[:-2], *_FOREIGN, *_USUAL[-2:]) if company.multi_currency else _USUAL
    return _Asked(
        day=day,
        today=today if method == "Current" else day,
        period=_whole(params, "aging_period", 30, 366),
        periods=_whole(params, "num_periods", 4, _MOST_PERIODS),
        customers=frozenset(part.strip() for part in params.get("customer", "").split(",") if part.strip()),
        past_due=_whole(params, "past_due", 1, 100_000) if params.get("past_due") else None,
        columns=columns or usual,
    )


def _whole(params: Mapping[str, str], name: str, usual: int, most: int) -> int:
    sent = params.get(name) or str(usual)
    if not sent.isdecimal() or len(sent) > len(str(most)) or not 1 <= int(sent) <= most:
        raise faults.bad_number(name)
    return int(sent)


def _wanted(asked: _Asked, item: OpenItem) -> bool:
    if asked.customers and item.customer not in asked.customers:
        return False
    return asked.past_due is None or asked.age(item) >= asked.past_due


def _frame(
    company: Company,
    asked: _Asked,
    params: Mapping[str, str],
    name: str,
    columns: list[tuple[str, str]],
    rows: list[Json],
) -> Json:
    day = asked.day.isoformat()
    header: Json = {"Time": wire.seconds_stamp(wire.unix(company.clock.now())), "ReportName": name}
    if params.get("customer"):
        header["Customer"] = params["customer"]
    header |= {"StartPeriod": day, "EndPeriod": day, "Currency": company.home_currency}
    options = {"report_date": day, "NoReportData": "false" if rows else "true"}
    header["Option"] = [{"Name": option, "Value": value} for option, value in options.items()]
    return {
        "Header": header,
        "Columns": {"Column": [{"ColTitle": title, "ColType": kind} for title, kind in columns]},
        "Rows": {"Row": rows} if rows else {},
    }


def _summary(company: Company, asked: _Asked, items: list[OpenItem], params: Mapping[str, str]) -> Json:
    """A/R Aging Summary: a row for each customer, an amount for each period."""
    titles = ["Current", *(asked.span(bucket, "over") for bucket in range(1, asked.periods + 1)), "Total"]
    amounts: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * len(titles))
    for item in items:
        for column in (asked.bucket(item), -1):
            amounts[item.customer][column] += item.home_open
    columns = [("", "Customer"), *((title, "Money") for title in titles)]
    return _frame(company, asked, params, "AgedReceivables", columns, _customer_rows(company, amounts))


def _balances(company: Company, asked: _Asked, items: list[OpenItem], params: Mapping[str, str]) -> Json:
    """Customer Balance: a row and an amount for each customer."""
    amounts: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO])
    for item in items:
        amounts[item.customer][0] += item.home_open
    columns = [("", "Customer"), ("Total", "Money")]
    return _frame(company, asked, params, "CustomerBalance", columns, _customer_rows(company, amounts))


def _customer_rows(company: Company, amounts: dict[str, list[Decimal]]) -> list[Json]:
    """Return the customers in the order of their names, sub-customers inside of theirs, and the grand total."""
    if not amounts:
        return []
    inside: dict[str, set[str]] = defaultdict(set)
    for customer in amounts:
        below, above = customer, _parent(company, customer)
        while above:
            inside[above].add(below)
            below, above = above, _parent(company, above)
        inside[""].add(below)
    rows = [_customer_row(company, customer, amounts, inside)[0] for customer in _by_name(company, inside[""])]
    total = [sum(column, ZERO) for column in zip(*amounts.values(), strict=True)]
    return [*rows, _total(company, "TOTAL", total, group="GrandTotal")]


def _customer_row(
    company: Company, customer: str, amounts: dict[str, list[Decimal]], inside: dict[str, set[str]]
) -> tuple[Json, list[Decimal]]:
    name = references.name_of(company.ledger.tables["Customer"].rows[customer])
    width = len(next(iter(amounts.values())))
    own = amounts.get(customer, [ZERO] * width)
    shares = [{"value": _money(company, amount) if amount else ""} for amount in own[:-1]]
    cells = [{"value": name, "id": customer}, *shares, {"value": _money(company, own[-1])}]
    if customer not in inside:
        return {"ColData": cells}, own
    below = [_customer_row(company, one, amounts, inside) for one in _by_name(company, inside[customer])]
    whole = [sum(column, ZERO) for column in zip(own, *(sums for _, sums in below), strict=True)]
    section = {"Header": {"ColData": cells}, "Rows": {"Row": [row for row, _ in below]}}
    return section | _total(company, f"Total {name}", whole), whole


def _parent(company: Company, customer: str) -> str:
    return str((company.ledger.tables["Customer"].rows[customer].keys.get("ParentRef") or {}).get("value", ""))


def _by_name(company: Company, customers: set[str]) -> list[str]:
    rows = company.ledger.tables["Customer"].rows
    return sorted(customers, key=lambda customer: (rows[customer].keys["DisplayName"], customer))


def _detail(company: Company, asked: _Asked, items: list[OpenItem], params: Mapping[str, str]) -> Json:
    """A/R Aging Detail: a section for each period, a row for each open transaction."""
    sections: dict[int, list[OpenItem]] = defaultdict(list)
    for item in items:
        sections[asked.bucket(item)].append(item)
    rows: list[Json] = []
    for bucket in sorted(sections, reverse=True):
        title = f"{asked.span(bucket, 'more')} days past due" if bucket else "Current"
        found = sorted(sections[bucket], key=lambda item: (item.day, item.row.number))
        blank = [{"value": ""} for _ in asked.columns[1:]]
        body = {
            "Header": {"ColData": [{"value": title}, *blank]},
            "Rows": {"Row": [{"ColData": _cells(company, asked, item), "type": "Data"} for item in found]},
        }
        rows.append(body | _detail_total(company, asked, found, f"Total for {title}"))
    if rows:
        rows.append(_detail_total(company, asked, items, "TOTAL") | {"group": "GrandTotal"})
    return _frame(
        company, asked, params, "AgedReceivableDetail", [(_TITLES[column], column) for column in asked.columns], rows
    )


def _cells(company: Company, asked: _Asked, item: OpenItem) -> list[Json]:
    document, currency = item.document, item.document["CurrencyRef"]["value"]
    kind = _TYPES.get(item.row.entity, item.row.entity)
    customer = company.ledger.tables["Customer"].rows[item.customer]
    cells: dict[str, Json] = {
        "tx_date": {"value": item.day},
        "txn_type": {"value": kind, "id": item.row.id},
        "doc_num": {"value": document.get("DocNumber") or document.get("PaymentRefNum", "")},
        "cust_name": {"value": customer.read()["FullyQualifiedName"], "id": customer.id},
        "due_date": {"value": item.due},
        "past_due": {"value": str(asked.age(item))},
        "memo": {"value": document.get("PrivateNote", "")},
        "currency": {"value": currency},
        "exch_rate": {"value": str(document.get("ExchangeRate", 1))},
        "foreign_amount": {"value": f"{item.amount:f}"},
        "foreign_open_bal": {"value": f"{item.open:f}"},
        "subt_amount": {"value": _money(company, item.home_amount)},
        "subt_open_bal": {"value": _money(company, item.home_open)},
    }
    return [cells[column] for column in asked.columns]


def _detail_total(company: Company, asked: _Asked, items: list[OpenItem], title: str) -> Json:
    sums = {
        "subt_amount": sum((item.home_amount for item in items), ZERO),
        "subt_open_bal": sum((item.home_open for item in items), ZERO),
    }
    cells = [{"value": _money(company, sums[column]) if column in _SUMMED else ""} for column in asked.columns]
    cells[0] = {"value": title}
    return {"Summary": {"ColData": cells}, "type": "Section"}


def _total(company: Company, title: str, amounts: list[Decimal], group: str = "") -> Json:
    cells = [{"value": title}, *({"value": _money(company, amount)} for amount in amounts)]
    row: Json = {"Summary": {"ColData": cells}, "type": "Section"}
    return row | {"group": group} if group else row


def _money(company: Company, amount: Decimal) -> str:
    return f"{cents(amount, company.home_places):f}"


_BUILDERS: Final[dict[str, Callable[[Company, _Asked, list[OpenItem], Mapping[str, str]], Json]]] = {
    "agedreceivables": _summary,
    "agedreceivabledetail": _detail,
    "customerbalance": _balances,
}

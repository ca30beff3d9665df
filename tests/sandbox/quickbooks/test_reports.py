"""A/R Aging and Customer Balance, as of any day, from the dates of transactions."""

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from .conftest import line, payment, read


@pytest.fixture
def nova(books):
    books.nova, books.design = books.customer(), books.item()
    return books


def report(books, name="AgedReceivables", **params):
    answer = books.ask("GET", f"{books.root}/reports/{name}", params={"minorversion": "75", **params})
    assert answer.status_code == 200, answer.text
    return read(answer)


def refused(books, name="AgedReceivables", **params):
    answer = books.ask("GET", f"{books.root}/reports/{name}", params=params)
    assert answer.status_code == 400, answer.text
    return read(answer)["Fault"]["Error"][0]["code"]


def cells(row):
    return [cell["value"] for cell in row["ColData"]]


def table(books, **params):
    """The summary as lines of text, the grand total last."""
    rows = report(books, **params)["Rows"].get("Row", [])
    return [cells(row.get("Summary", row)) for row in rows]


def total(books, day):
    rows = table(books, report_date=day)
    return Decimal(rows[-1][-1]) if rows else Decimal(0)


def details(books, **params):
    """The detail's rows: title of the section → its lines."""
    rows = report(books, "AgedReceivableDetail", **params)["Rows"].get("Row", [])
    return {cells(row["Header"])[0]: [cells(inner) for inner in row["Rows"]["Row"]] for row in rows if "Header" in row}


def bill(books, amount, day, due=None, **fields):
    dated = {"TxnDate": day, "DueDate": due or day}
    return books.invoice(books.nova, line(books.design, amount), **dated, **fields)["Id"]


def credit(books, amount, day):
    body = {"CustomerRef": {"value": books.nova}, "Line": [line(books.design, amount)], "TxnDate": day}
    return books.save("CreditMemo", body)["Id"]


def test_the_summary_has_the_vendor_s_shape(nova):
    bill(nova, 37.5, "2025-06-01")
    found = report(nova, report_date="2025-12-31", customer=nova.nova)
    assert found["Header"] == {
        "Time": "2026-03-10T11:00:00-07:00",
        "ReportName": "AgedReceivables",
        "Customer": nova.nova,
        "StartPeriod": "2025-12-31",
        "EndPeriod": "2025-12-31",
        "Currency": "USD",
        "Option": [{"Name": "report_date", "Value": "2025-12-31"}, {"Name": "NoReportData", "Value": "false"}],
    }
    titles = ["", "Current", "1 - 30", "31 - 60", "61 - 90", "91 and over", "Total"]
    assert [column["ColTitle"] for column in found["Columns"]["Column"]] == titles
    assert [column["ColType"] for column in found["Columns"]["Column"]] == ["Customer", *["Money"] * 6]
    values = [{"value": "Nova Ltd", "id": nova.nova}, *[{"value": ""}] * 4, {"value": "37.50"}, {"value": "37.50"}]
    sums = [{"value": value} for value in ("TOTAL", "0.00", "0.00", "0.00", "0.00", "37.50", "37.50")]
    assert found["Rows"]["Row"] == [
        {"ColData": values},
        {"Summary": {"ColData": sums}, "type": "Section", "group": "GrandTotal"},
    ]


def test_nothing_open_says_so(nova):
    found = report(nova)
    assert found["Header"]["Option"][1] == {"Name": "NoReportData", "Value": "true"}
    assert found["Header"]["EndPeriod"] == "2026-03-10"
    assert found["Rows"] == {}


@pytest.mark.parametrize(("due", "column"), [("2026-03-10", 1), ("2026-03-09", 2), ("2026-02-08", 2), ("2026-02-07", 3),
                                             ("2025-12-10", 4), ("2025-12-09", 5)])  # fmt: skip
def test_an_invoice_ages_from_its_due_date(nova, due, column):
    bill(nova, 100, "2025-11-01", due)
    row = table(nova, report_date="2026-03-10")[0]
    assert [number for number, value in enumerate(row) if value == "100.00"] == [column, 6]


def test_periods_are_the_client_s(nova):
    bill(nova, 100, "2026-02-01")
    found = report(nova, report_date="2026-03-10", aging_period="7", num_periods="3")
    titles = [column["ColTitle"] for column in found["Columns"]["Column"]]
    assert titles == ["", "Current", "1 - 7", "8 - 14", "15 and over", "Total"]
    assert cells(found["Rows"]["Row"][0]) == ["Nova Ltd", "", "", "", "100.00", "100.00"]


def test_credits_and_money_not_applied_stand_negative_on_their_own_date(nova):
    credit(nova, 30, "2026-02-20")
    nova.pay(nova.nova, 20, TxnDate="2026-03-10")
    assert table(nova, report_date="2026-03-10")[0] == ["Nova Ltd", "-20.00", "-30.00", "", "", "", "-50.00"]
    assert table(nova, report_date="2026-03-01")[0] == ["Nova Ltd", "", "-30.00", "", "", "", "-30.00"]


def test_a_payment_of_march_leaves_february_as_it_was(nova):
    invoice = bill(nova, 100, "2026-01-15")
    nova.pay(nova.nova, 60, ("Invoice", invoice, 60), TxnDate="2026-03-02")
    assert (total(nova, "2026-01-14"), total(nova, "2026-02-28"), total(nova, "2026-03-31")) == (0, 100, 40)


def test_a_prepayment_is_credit_until_its_invoice(nova):
    invoice = bill(nova, 100, "2026-03-05")
    nova.pay(nova.nova, 100, ("Invoice", invoice, 100), TxnDate="2026-02-20")
    assert table(nova, report_date="2026-02-28")[0][-1] == "-100.00"
    assert table(nova, report_date="2026-03-05") == []


def test_a_credit_memo_joined_later_was_open_before(nova):
    invoice, memo = bill(nova, 100, "2026-01-15"), credit(nova, 40, "2026-02-01")
    body = payment(nova.nova, 0, ("Invoice", invoice, 40), ("CreditMemo", memo, 40)) | {"TxnDate": "2026-03-01"}
    nova.save("Payment", body)
    before = [row[-1] for rows in details(nova, report_date="2026-02-28").values() for row in rows]
    assert sorted(before) == ["-40.00", "100.00"]
    assert [row[-1] for rows in details(nova, report_date="2026-03-01").values() for row in rows] == ["60.00"]


def test_what_is_voided_or_moved_later_is_seen_where_it_is_now(nova):
    first, second = bill(nova, 100, "2026-01-15"), bill(nova, 70, "2026-01-20")
    paid = nova.pay(nova.nova, 70, ("Invoice", first, 70), TxnDate="2026-02-01")
    moved = payment(nova.nova, 70, ("Invoice", second, 70)) | {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    nova.save("Payment", moved)
    assert [row[2] for rows in details(nova, report_date="2026-02-28").values() for row in rows] == ["1001"]
    nova.save("Invoice", {"Id": first, "SyncToken": "2"}, operation="void")
    assert table(nova, report_date="2026-02-28") == []
    assert total(nova, "2026-01-31") == 70


def test_a_sub_customer_stands_inside_its_parent(nova):
    child = nova.customer("Nova North", ParentRef={"value": nova.nova})
    nova.invoice(child, line(nova.design, 477.5), TxnDate="2025-06-01", DueDate="2025-06-01")
    section, grand = report(nova)["Rows"]["Row"]
    assert cells(section["Header"]) == ["Nova Ltd", *[""] * 5, "0.00"]
    assert [cells(row) for row in section["Rows"]["Row"]] == [["Nova North", "", "", "", "", "477.50", "477.50"]]
    assert cells(section["Summary"])[0] == "Total Nova Ltd"
    assert cells(section["Summary"])[-1] == cells(grand["Summary"])[-1] == "477.50"


def test_the_detail_lists_each_open_transaction_by_period(nova):
    invoice = bill(nova, 100, "2026-01-15", "2026-02-14", DocNumber="INV-7")
    nova.pay(nova.nova, 20, ("Invoice", invoice, 20), TxnDate="2026-03-01")
    credit(nova, 5, "2026-03-10")
    found = report(nova, "AgedReceivableDetail", report_date="2026-03-10")
    kinds = ["tx_date", "txn_type", "doc_num", "cust_name", "due_date", "subt_amount", "subt_open_bal"]
    assert [column["ColType"] for column in found["Columns"]["Column"]] == kinds
    late, current, grand = found["Rows"]["Row"]
    assert cells(late["Header"])[0] == "1 - 30 days past due"
    row = late["Rows"]["Row"][0]
    assert row["type"] == "Data"
    assert row["ColData"][1] == {"value": "Invoice", "id": invoice}
    assert cells(row) == ["2026-01-15", "Invoice", "INV-7", "Nova Ltd", "2026-02-14", "100.00", "80.00"]
    assert cells(late["Summary"]) == ["Total for 1 - 30 days past due", "", "", "", "", "100.00", "80.00"]
    assert cells(current["Rows"]["Row"][0])[1:] == ["Credit Memo", "1001", "Nova Ltd", "2026-03-10", "-5.00", "-5.00"]
    assert (cells(grand["Summary"])[-1], grand["group"]) == ("75.00", "GrandTotal")


def test_the_detail_s_columns_and_lateness_are_the_client_s(nova):
    bill(nova, 100, "2026-01-15")
    bill(nova, 50, "2026-03-01")
    chosen = details(nova, report_date="2026-03-10", columns="cust_name,past_due,subt_open_bal", past_due="30")
    assert chosen == {"31 - 60 days past due": [["Nova Ltd", "54", "100.00"]]}


def test_a_journal_entry_on_the_receivable_account_is_listed(nova):
    lines = [
        {
            "Amount": 25,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}, **named},
        }
        for side, account, named in (
            ("Debit", "11", {"Entity": {"Type": "Customer", "EntityRef": {"value": nova.nova}}}),
            ("Credit", "13", {}),
        )
    ]
    booked = nova.save("JournalEntry", {"Line": lines, "TxnDate": "2026-02-01"})
    nova.pay(nova.nova, 10, ("JournalEntry", booked["Id"], 10), TxnDate="2026-03-01")
    assert (total(nova, "2026-02-28"), total(nova, "2026-03-01")) == (25, 15)


def test_a_foreign_document_counts_at_its_own_rate(nova):
    nova.sandbox.patch_company({"multi_currency": True})
    euro = {"CurrencyRef": {"value": "EUR"}}
    berg = nova.customer("Berg GmbH", **euro)
    invoice = nova.invoice(berg, line(nova.design, 100), TxnDate="2026-02-01", DueDate="2026-02-01",
                           ExchangeRate=1.1, **euro)  # fmt: skip
    paid = payment(berg, 60, ("Invoice", invoice["Id"], 60)) | euro | {"TxnDate": "2026-03-01", "ExchangeRate": 1.3}
    nova.save("Payment", paid)
    assert (total(nova, "2026-02-28"), total(nova, "2026-03-01")) == (110, 44)
    row = details(nova, report_date="2026-03-01", columns="currency,exch_rate,foreign_open_bal,subt_open_bal")
    assert row == {"1 - 30 days past due": [["EUR", "1.1", "40.00", "44.00"]]}
    columns = report(nova, "AgedReceivableDetail")["Columns"]["Column"]
    assert {"currency", "foreign_open_bal", "subt_open_bal"} <= {column["ColType"] for column in columns}


def test_customer_balance_equals_the_aging(nova):
    bill(nova, 100, "2026-02-01")
    found = report(nova, "CustomerBalance", report_date="2026-03-01")
    assert [cells(row.get("Summary", row)) for row in found["Rows"]["Row"]] == [
        ["Nova Ltd", "100.00"],
        ["TOTAL", "100.00"],
    ]
    assert found["Header"]["ReportName"] == "CustomerBalance"


def test_what_cannot_be_reported_is_refused(nova):
    assert refused(nova, report_date="31.12.2025") == "2060"
    assert refused(nova, aging_period="0") == "2080"
    assert refused(nova, num_periods="many") == refused(nova, num_periods="9" * 5000) == "2080"
    assert refused(nova, aging_method="Guess") == "2170"
    assert refused(nova, "AgedReceivableDetail", columns="shoe_size") == "2170"
    assert refused(nova, "ProfitAndLoss") == "5020"


@pytest.mark.parametrize("seed", range(6))
def test_on_any_day_the_total_is_the_sum_of_what_was_posted_by_then(nova, seed):
    dice, start = random.Random(seed), date(2026, 1, 1)
    posted: dict[date, Decimal] = defaultdict(Decimal)
    charges, memos = [], []
    for _ in range(25):
        day = start + timedelta(days=dice.randrange(60))
        amount = Decimal(dice.randrange(100, 10000)) / 100
        match dice.choice(["bill", "bill", "credit", "pay", "join"]):
            case "bill":
                charges.append(bill(nova, amount, day.isoformat()))
                posted[day] += amount
            case "credit":
                memos.append(credit(nova, amount, day.isoformat()))
                posted[day] -= amount
            case "pay":
                applied = []
                if charges:
                    left = nova.read("Invoice", dice.choice(charges))
                    applied = [("Invoice", left["Id"], min(amount, left["Balance"]))] if left["Balance"] else []
                nova.pay(nova.nova, amount, *applied, TxnDate=day.isoformat())
                posted[day] -= amount
            case "join" if charges and memos:
                one, other = nova.read("Invoice", dice.choice(charges)), nova.read("CreditMemo", dice.choice(memos))
                if used := min(one["Balance"], other["Balance"]):
                    pair = (("Invoice", one["Id"], used), ("CreditMemo", other["Id"], used))
                    nova.pay(nova.nova, 0, *pair, TxnDate=day.isoformat())
    for days in range(0, 61, 5):
        day = start + timedelta(days=days)
        expected = sum(amount for when, amount in posted.items() if when <= day)
        assert total(nova, day.isoformat()) == expected
    assert total(nova, "2026-03-10") == nova.read("Customer", nova.nova)["Balance"]

"""Money taken to the bank, given back, and moved by journal entries."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from .conftest import line

UNDEPOSITED, CHECKING, RECEIVABLE = {"value": "12"}, {"value": "13"}, {"value": "11"}


@pytest.fixture
def nova(books):
    books.nova, books.design = books.customer(), books.item()
    return books


def bill(books, amount, **fields):
    return books.invoice(books.nova, line(books.design, amount), **fields)["Id"]


def deposited(*payments, **fields):
    lines = [{"Amount": one["TotalAmt"], "LinkedTxn": [{"TxnId": one["Id"], "TxnType": "Payment"}]} for one in payments]
    return {"DepositToAccountRef": CHECKING, "Line": lines, **fields}


def entry(*lines, **fields):
    stored = [
        {
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": account, **detail},
        }
        for side, account, amount, detail in lines
    ]
    return {"Line": stored, **fields}


def customer(identity):
    return {"Entity": {"Type": "Customer", "EntityRef": {"value": identity}}}


def bounce(books, amount, **fields):
    debit = ("Debit", RECEIVABLE, amount, customer(books.nova))
    return books.save("JournalEntry", entry(debit, ("Credit", CHECKING, amount, {}), **fields))


def owed(books):
    return books.read("Customer", books.nova)["Balance"]


def test_two_payments_go_to_the_bank_together(nova):
    first, second = nova.pay(nova.nova, 100), nova.pay(nova.nova, 50)
    bank = nova.save("Deposit", deposited(first, second, TxnDate="2026-03-10"))
    assert (bank["TotalAmt"], bank["CurrencyRef"]["value"]) == (150, "USD")
    stored = nova.read("Payment", first["Id"])
    assert stored["LinkedTxn"] == [{"TxnId": bank["Id"], "TxnType": "Deposit"}]
    assert stored["SyncToken"] == "1"
    assert nova.query("SELECT * FROM Deposit WHERE TxnDate = '2026-03-10'")["Deposit"] == [bank]
    assert nova.read("Deposit", bank["Id"]) == bank
    assert owed(nova) == -150


def test_a_deposited_payment_cannot_be_touched(nova):
    invoice = bill(nova, 100)
    paid = nova.pay(nova.nova, 100, ("Invoice", invoice, 100))
    bank = nova.save("Deposit", deposited(paid))
    stored = {"Id": paid["Id"], "SyncToken": "1", "sparse": True}
    for asked in ({}, {"operation": "delete"}, {"operation": "update", "include": "void"}):
        fault = nova.refused("Payment", stored | {"PrivateNote": "moved"}, **asked)
        assert (fault["code"], fault["Message"]) == ("6540", "Deposited Transaction cannot be changed")
        assert fault["Detail"].startswith("This transaction has been deposited.")
    gone = nova.save("Deposit", {"Id": bank["Id"], "SyncToken": "0"}, operation="delete")
    assert gone["status"] == "Deleted"
    assert nova.read("Payment", paid["Id"])["LinkedTxn"] == []
    nova.save("Payment", stored | {"SyncToken": "2"}, operation="update", include="void")
    assert nova.read("Invoice", invoice)["Balance"] == 100


def test_a_payment_is_taken_off_its_deposit(nova):
    first, second = nova.pay(nova.nova, 100), nova.pay(nova.nova, 50)
    bank = nova.save("Deposit", deposited(first, second))
    less = nova.save("Deposit", bank | {"Line": bank["Line"][:1]})
    assert (less["TotalAmt"], less["SyncToken"]) == (100, "1")
    assert nova.read("Payment", second["Id"])["LinkedTxn"] == []
    assert nova.read("Payment", first["Id"])["SyncToken"] == "1"
    nova.save("Payment", {"Id": second["Id"], "SyncToken": "2", "sparse": True, "PrivateNote": "bounced"})


def test_a_payment_is_deposited_once_and_whole(nova):
    paid = nova.pay(nova.nova, 100)
    part = deposited(paid | {"TotalAmt": 60})
    assert nova.refused("Deposit", part)["code"] == "6000"
    nova.save("Deposit", deposited(paid))
    assert nova.refused("Deposit", deposited(paid))["code"] == "620"
    straight = nova.pay(nova.nova, 30, DepositToAccountRef=CHECKING)
    assert nova.refused("Deposit", deposited(straight))["code"] == "620"
    assert nova.refused("Deposit", deposited(paid | {"Id": "999"}))["code"] == "2500"


def test_a_processor_s_fee_lessens_the_deposit(nova):
    paid = nova.pay(nova.nova, 100)
    body = deposited(paid)
    body["Line"].append(
        {
            "Amount": -3.2,
            "DetailType": "DepositLineDetail",
            "DepositLineDetail": {"AccountRef": {"value": "9"}},
            "Description": "fee",
        }
    )
    bank = nova.save("Deposit", body)
    assert bank["TotalAmt"] == Decimal("96.80")
    assert bank["Line"][1]["DepositLineDetail"]["AccountRef"]["name"] == "Uncategorized Expense"
    assert (
        nova.refused("Deposit", {"DepositToAccountRef": CHECKING, "Line": [{"Amount": 5}]})["element"] == "AccountRef"
    )


def test_money_of_another_currency_stays_out_of_the_deposit(nova):
    nova.sandbox.patch_company({"multi_currency": True})
    euro = {"CurrencyRef": {"value": "EUR"}}
    berg = nova.customer("Berg GmbH", **euro)
    paid = nova.pay(berg, 100, ExchangeRate=1.1, **euro)
    assert "one foreign currency" in nova.refused("Deposit", deposited(paid))["Detail"]
    bank = nova.save("Deposit", deposited(paid, **euro, ExchangeRate=1.2))
    assert (bank["TotalAmt"], bank["HomeTotalAmt"]) == (100, 120)


def test_a_deposited_sales_receipt_cannot_be_voided(nova):
    body = {"CustomerRef": {"value": nova.nova}, "Line": [line(nova.design, 40)]}
    receipt = nova.save("SalesReceipt", body)
    linked = [{"Amount": 40, "LinkedTxn": [{"TxnId": receipt["Id"], "TxnType": "SalesReceipt"}]}]
    nova.save("Deposit", {"DepositToAccountRef": CHECKING, "Line": linked})
    fault = nova.refused("SalesReceipt", {"Id": receipt["Id"], "SyncToken": "1"}, operation="void")
    assert fault["code"] == "6540"


def test_change_data_capture_tells_of_deposits_and_entries(nova):
    since = datetime(2026, 3, 10, tzinfo=UTC)
    bank = nova.save("Deposit", deposited(nova.pay(nova.nova, 100)))
    booked = bounce(nova, 10)
    changed = nova.changes("Deposit,JournalEntry,Payment", since)
    assert (changed["Deposit"], changed["JournalEntry"]) == ([bank], [booked])
    nova.save("Deposit", {"Id": bank["Id"], "SyncToken": "0"}, operation="delete")
    assert nova.changes("Deposit", since)["Deposit"][0]["status"] == "Deleted"


def test_a_closed_period_takes_no_deposit_and_no_entry(nova):
    paid = nova.pay(nova.nova, 100)
    nova.sandbox.patch_company({"closing_date": "2026-02-28"})
    assert nova.refused("Deposit", deposited(paid, TxnDate="2026-02-28"))["code"] == "6210"
    body = entry(("Debit", CHECKING, 5, {}), ("Credit", {"value": "1"}, 5, {}), TxnDate="2026-02-28")
    assert nova.refused("JournalEntry", body)["code"] == "6210"


def test_a_refund_receipt_gives_money_back_and_owes_nobody_anything(nova):
    body = {"CustomerRef": {"value": nova.nova}, "Line": [line(nova.design, 40)], "DepositToAccountRef": CHECKING}
    refund = nova.save("RefundReceipt", body)
    assert nova.read("RefundReceipt", refund["Id"])["TotalAmt"] == 40
    assert owed(nova) == 0
    assert (
        nova.refused("RefundReceipt", {k: v for k, v in body.items() if k != "DepositToAccountRef"})["code"] == "2020"
    )


def test_a_journal_entry_balances(nova):
    uneven = entry(("Debit", CHECKING, 5, {}), ("Credit", {"value": "1"}, 4, {}))
    assert "must be equal" in nova.refused("JournalEntry", uneven)["Detail"]
    even = nova.save("JournalEntry", entry(("Debit", CHECKING, 5, {}), ("Credit", {"value": "1"}, 5, {})))
    assert even["TotalAmt"] == 5
    assert even["Line"][0]["JournalEntryLineDetail"]["AccountRef"]["name"] == "Checking"
    assert nova.read("JournalEntry", even["Id"]) == even


def test_an_entry_on_the_receivable_account_names_its_customer_and_moves_the_balance(nova):
    unnamed = entry(("Debit", RECEIVABLE, 5, {}), ("Credit", CHECKING, 5, {}))
    assert "you must choose a customer" in nova.refused("JournalEntry", unnamed)["Detail"]
    booked = bounce(nova, 25)
    assert owed(nova) == 25
    nova.save("JournalEntry", {"Id": booked["Id"], "SyncToken": "0"}, operation="delete")
    assert owed(nova) == 0


@pytest.mark.parametrize(
    ("lines", "element"),
    [
        ([{"DetailType": "DescriptionOnly", "Description": "nothing"}], "Line"),
        ([{"Amount": 5, "DetailType": "JournalEntryLineDetail"}], "PostingType"),
        (entry(("Debit", CHECKING, 5, {"Entity": {"EntityRef": {"value": "1"}}}))["Line"], "Type"),
        (entry(("Debit", RECEIVABLE, 5, {"Entity": {"Type": "Customer"}}))["Line"], "EntityRef"),
    ],
)
def test_half_an_entry_is_refused(nova, lines, element):
    fault = nova.refused("JournalEntry", {"Line": lines})
    assert (fault["code"], fault["element"]) == ("2020", element)


def test_a_journal_entry_fixes_its_customer_s_currency(nova):
    nova.sandbox.patch_company({"multi_currency": True})
    bounce(nova, 25)
    change = {"Id": nova.nova, "SyncToken": "0", "sparse": True, "CurrencyRef": {"value": "EUR"}}
    assert nova.refused("Customer", change)["code"] == "6000"


def test_a_bounced_cheque_pays_its_journal_entry_and_opens_the_invoice(nova):
    invoice = bill(nova, 100)
    paid = nova.pay(nova.nova, 100, ("Invoice", invoice, 100))
    booked = bounce(nova, 100)
    moved = [{"Amount": 100, "LinkedTxn": [{"TxnId": booked["Id"], "TxnType": "JournalEntry"}]}]
    again = nova.save("Payment", {"Id": paid["Id"], "SyncToken": "0", "sparse": True, "Line": moved})
    assert (again["UnappliedAmt"], nova.read("Invoice", invoice)["Balance"], owed(nova)) == (0, 100, 100)
    stored = nova.read("JournalEntry", booked["Id"])
    assert (stored["LinkedTxn"], stored["SyncToken"]) == ([{"TxnId": paid["Id"], "TxnType": "Payment"}], "1")
    over = again | {"Line": [{**moved[0], "Amount": 101}], "TotalAmt": 101}
    assert nova.refused("Payment", over)["code"] == "6000"
    nova.save("JournalEntry", {"Id": booked["Id"], "SyncToken": "1"}, operation="delete")
    assert (nova.read("Payment", paid["Id"])["UnappliedAmt"], owed(nova)) == (100, 0)


def test_a_write_off_by_a_journal_entry_joins_the_invoice(nova):
    invoice = bill(nova, 100)
    loss = ("Debit", {"value": "9"}, 30, {})
    booked = nova.save("JournalEntry", entry(loss, ("Credit", RECEIVABLE, 30, customer(nova.nova))))
    assert owed(nova) == 70
    joined = nova.pay(nova.nova, 0, ("Invoice", invoice, 30), ("JournalEntry", booked["Id"], 30))
    assert (joined["UnappliedAmt"], nova.read("Invoice", invoice)["Balance"], owed(nova)) == (0, 70, 70)
    nova.save("Invoice", {"Id": invoice, "SyncToken": "1"}, operation="delete")
    assert nova.query("SELECT * FROM Payment") == {}
    assert owed(nova) == -30

"""python-quickbooks, unchanged, against a real server: money in several currencies, at the bank, and in reports."""

from datetime import UTC, datetime, timedelta

import pytest
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import QuickbooksException
from quickbooks.objects import (
    Account,
    CreditMemo,
    Customer,
    Deposit,
    Invoice,
    JournalEntry,
    Payment,
    Preferences,
    Ref,
    RefundReceipt,
)
from quickbooks.objects.companycurrency import CompanyCurrency
from quickbooks.objects.deposit import DepositLine
from quickbooks.objects.exchangerate import ExchangeRate
from quickbooks.objects.journalentry import Entity, JournalEntryLine, JournalEntryLineDetail
from quickbooks.objects.payment import PaymentLine

from quickbooks import QuickBooks

from .test_public_client import make_customer, make_invoice, make_item, sale

DAY = "2026-03-02"


@pytest.fixture(autouse=True)
def _several_currencies(served) -> None:
    served[0].patch_company({"multi_currency": True})


def reference(value: str) -> Ref:
    found = Ref()
    found.value = value
    return found


def account(qb: QuickBooks, name: str) -> Ref:
    return Account.filter(Name=name, qb=qb)[0].to_ref()


def pay(qb: QuickBooks, customer: Ref, amount: float, *invoices: Invoice, currency: str = "USD") -> Payment:
    payment = Payment()
    payment.CustomerRef, payment.TotalAmt, payment.CurrencyRef = customer, amount, reference(currency)
    for invoice in invoices:
        line = PaymentLine()
        line.Amount = min(amount, invoice.Balance)
        line.LinkedTxn = [invoice.to_linked_txn()]
        payment.Line.append(line)
    return payment.save(qb=qb)


def deposit(qb: QuickBooks, *payments: Payment) -> Deposit:
    bank = Deposit()
    bank.DepositToAccountRef = account(qb, "Checking")
    for payment in payments:
        line = DepositLine()
        line.Amount, line.LinkedTxn = payment.TotalAmt, [payment.to_linked_txn()]
        bank.Line.append(line)
    return bank.save(qb=qb)


def foreign_customer(qb: QuickBooks, name: str, code: str) -> Customer:
    customer = Customer()
    customer.DisplayName, customer.CurrencyRef = name, reference(code)
    return customer.save(qb=qb)


def test_currencies_are_listed_and_added(qb):
    assert Preferences.get(qb).CurrencyPrefs.MultiCurrencyEnabled is True
    currency = CompanyCurrency()
    currency.Code = "CAD"
    added = currency.save(qb=qb)
    assert (added.Name, added.Active) == ("Canadian Dollar", True)
    assert CompanyCurrency.get(added.Id, qb=qb).Code == "CAD"
    assert [found.Id for found in CompanyCurrency.filter(Code="CAD", qb=qb)] == [added.Id]


def test_a_rate_is_set_found_and_changed(qb, word):
    foreign_customer(qb, word, "CHF")
    rate = ExchangeRate()
    rate.SourceCurrencyCode, rate.Rate, rate.AsOfDate = "CHF", 1.13, DAY
    assert rate.save(qb=qb).TargetCurrencyCode == "USD"
    found = ExchangeRate.where(f"SourceCurrencyCode = 'CHF' AND AsOfDate = '{DAY}'", qb=qb)[0]
    assert found.Rate == 1.13
    found.Rate = 1.14
    assert found.save(qb=qb).Rate == 1.14


def test_an_invoice_abroad_is_paid_in_its_currency(qb, word):
    customer, item = foreign_customer(qb, word, "EUR"), make_item(qb, word)
    invoice = Invoice()
    invoice.CustomerRef, invoice.CurrencyRef, invoice.ExchangeRate = customer.to_ref(), reference("EUR"), 1.08
    invoice.Line = [sale(item, 2, 50)]
    invoice = invoice.save(qb=qb)
    assert (invoice.CurrencyRef.name, invoice.ExchangeRate, invoice.HomeTotalAmt) == ("Euro", 1.08, 108)
    with pytest.raises(QuickbooksException, match="error has occurred") as refused:
        pay(qb, customer.to_ref(), 100, invoice)
    assert refused.value.error_code == 6000
    pay(qb, customer.to_ref(), 100, invoice, currency="EUR")
    assert Invoice.get(invoice.Id, qb=qb).Balance == 0


def test_payments_go_to_the_bank_and_are_kept_there(qb, word):
    invoice = make_invoice(qb, word, 80)
    paid = pay(qb, invoice.CustomerRef, 80, invoice)
    bank = deposit(qb, paid)
    assert (bank.TotalAmt, Deposit.get(bank.Id, qb=qb).Line[0].LinkedTxn[0].TxnId) == (80, paid.Id)
    held = Payment.get(paid.Id, qb=qb)
    assert (held.LinkedTxn[0]["TxnType"], held.LinkedTxn[0]["TxnId"]) == ("Deposit", bank.Id)
    with pytest.raises(QuickbooksException, match="Deposited Transaction cannot be changed") as refused:
        held.void(qb=qb)
    assert refused.value.error_code == 6540
    bank.delete(qb=qb)
    assert Deposit.filter(Id=bank.Id, qb=qb) == []
    Payment.get(paid.Id, qb=qb).void(qb=qb)
    assert Invoice.get(invoice.Id, qb=qb).Balance == 80


def test_a_refund_and_a_journal_entry_are_booked(qb, word):
    customer, item = make_customer(qb, word), make_item(qb, word)
    refund = RefundReceipt()
    refund.CustomerRef, refund.Line = customer.to_ref(), [sale(item, 1, 25)]
    refund.DepositToAccountRef = account(qb, "Checking")
    assert RefundReceipt.get(refund.save(qb=qb).Id, qb=qb).TotalAmt == 25

    entry = JournalEntry()
    for side, name in (("Debit", "Accounts Receivable (A/R)"), ("Credit", "Checking")):
        line = JournalEntryLine()
        line.Amount, line.JournalEntryLineDetail = 15, JournalEntryLineDetail()
        line.JournalEntryLineDetail.PostingType = side
        line.JournalEntryLineDetail.AccountRef = account(qb, name)
        if side == "Debit":
            line.JournalEntryLineDetail.Entity = Entity()
            line.JournalEntryLineDetail.Entity.Type = "Customer"
            line.JournalEntryLineDetail.Entity.EntityRef = customer.to_ref()
        entry.Line.append(line)
    booked = JournalEntry.get(entry.save(qb=qb).Id, qb=qb)
    assert booked.Line[0].JournalEntryLineDetail.Entity.EntityRef.value == customer.Id
    assert Customer.get(customer.Id, qb=qb).Balance == 15


def test_a_credit_memo_is_applied_by_itself(served, qb, word):
    customer, item = make_customer(qb, word), make_item(qb, word)
    memo = CreditMemo()
    memo.CustomerRef, memo.Line = customer.to_ref(), [sale(item, 1, 30)]
    memo.save(qb=qb)
    served[0].patch_company({"auto_apply_credit": True})
    invoice = Invoice()
    invoice.CustomerRef, invoice.Line = customer.to_ref(), [sale(item, 1, 100)]
    invoice = invoice.save(qb=qb)
    served[0].patch_company({"auto_apply_credit": False})
    joined = Payment.get(invoice.LinkedTxn[0].TxnId, qb=qb)
    assert (invoice.Balance, joined.TotalAmt) == (70, 0)
    assert {link.TxnType for line in joined.Line for link in line.LinkedTxn} == {"Invoice", "CreditMemo"}


def test_the_aging_is_reported(qb, word):
    invoice = make_invoice(qb, word, 60)
    asked = {"report_date": invoice.DueDate, "customer": invoice.CustomerRef.value}
    summary = qb.get_report("AgedReceivables", asked)
    assert summary["Rows"]["Row"][0]["ColData"][1]["value"] == "60.00"
    detail = qb.get_report("AgedReceivableDetail", asked)
    assert detail["Rows"]["Row"][0]["Rows"]["Row"][0]["ColData"][1] == {"value": "Invoice", "id": invoice.Id}
    balance = qb.get_report("CustomerBalance", asked)
    assert balance["Rows"]["Row"][-1]["Summary"]["ColData"][-1]["value"] == "60.00"


def test_changes_of_the_new_kinds_are_captured(qb, word):
    since = datetime.now(UTC) - timedelta(minutes=5)
    bank = deposit(qb, pay(qb, make_customer(qb, word).to_ref(), 5))
    answer = change_data_capture([Deposit, JournalEntry, CompanyCurrency], since.isoformat(), qb=qb)
    assert bank.Id in {found.Id for found in answer.Deposit}

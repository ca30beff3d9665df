"""Payments over invoices and credit memos, taken back, changed and voided."""

from decimal import Decimal

import pytest

from .conftest import line, payment


@pytest.fixture
def nova(books):
    books.nova, books.design = books.customer(), books.item()
    return books


def bill(books, amount, **fields):
    return books.invoice(books.nova, line(books.design, amount), **fields)["Id"]


def credit(books, amount):
    body = {"CustomerRef": {"value": books.nova}, "Line": [line(books.design, amount)]}
    return books.save("CreditMemo", body)["Id"]


def balance(books, identity, name="Invoice"):
    return books.read(name, identity)["Balance"]


def owed(books):
    return books.read("Customer", books.nova)["Balance"]


def test_a_part_then_the_rest(nova):
    invoice = bill(nova, 250)
    nova.pay(nova.nova, 100, ("Invoice", invoice, 100))
    assert balance(nova, invoice) == 150
    nova.pay(nova.nova, 150, ("Invoice", invoice, 150))
    stored = nova.read("Invoice", invoice)
    assert (stored["Balance"], stored["TotalAmt"], stored["SyncToken"]) == (0, 250, "2")
    assert stored["LinkedTxn"] == [{"TxnId": "2", "TxnType": "Payment"}, {"TxnId": "3", "TxnType": "Payment"}]
    assert owed(nova) == 0


def test_one_cheque_over_two_invoices_and_moved(nova):
    a, b = bill(nova, 300), bill(nova, 250)
    paid = nova.pay(nova.nova, 500, ("Invoice", a, 300), ("Invoice", b, 200))
    assert (balance(nova, a), balance(nova, b), owed(nova)) == (0, 50, 50)
    moved = payment(nova.nova, 500, ("Invoice", a, 250), ("Invoice", b, 250))
    again = nova.save("Payment", moved | {"Id": paid["Id"], "SyncToken": "0", "sparse": True})
    assert (balance(nova, a), balance(nova, b)) == (50, 0)
    assert (again["SyncToken"], again["UnappliedAmt"]) == ("1", 0)
    assert nova.read("Invoice", a)["SyncToken"] == "2"


def test_the_lines_tell_the_open_balance_before(nova):
    invoice = bill(nova, 71, DocNumber="1024")
    paid = nova.pay(nova.nova, 50, ("Invoice", invoice, 50))
    facts = {fact["value"]["Name"]: fact["value"]["Value"] for fact in paid["Line"][0]["LineEx"]["any"]}
    assert facts == {"txnId": invoice, "txnOpenBalance": "71.00", "txnReferenceNumber": "1024"}


def test_money_that_is_not_applied_is_the_customer_s_credit(nova):
    invoice = bill(nova, 100)
    paid = nova.pay(nova.nova, 130, ("Invoice", invoice, 100))
    assert paid["UnappliedAmt"] == 30
    assert owed(nova) == -30
    assert paid["DepositToAccountRef"] == {
        "value": nova.query("SELECT * FROM Account WHERE Name = 'Undeposited Funds'")["Account"][0]["Id"]
    }


def test_an_update_without_lines_keeps_them_and_an_empty_list_unapplies(nova):
    invoice = bill(nova, 100)
    paid = nova.pay(nova.nova, 100, ("Invoice", invoice, 100))
    noted = nova.save("Payment", {"Id": paid["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "cheque 7"})
    assert len(noted["Line"]) == 1
    assert nova.read("Invoice", invoice)["SyncToken"] == "1"
    freed = nova.save("Payment", {"Id": paid["Id"], "SyncToken": "1", "sparse": True, "Line": []})
    assert (freed["UnappliedAmt"], balance(nova, invoice)) == (100, 100)
    assert nova.read("Invoice", invoice)["LinkedTxn"] == []


def test_a_voided_payment_opens_its_invoices(nova):
    a, b = bill(nova, 300), bill(nova, 250)
    paid = nova.pay(nova.nova, 500, ("Invoice", a, 300), ("Invoice", b, 200), PrivateNote="cheque")
    void = nova.save(
        "Payment", {"Id": paid["Id"], "SyncToken": "0", "sparse": True}, operation="update", include="void"
    )
    assert (void["TotalAmt"], void["UnappliedAmt"], void["Line"]) == (0, 0, [])
    assert void["PrivateNote"] == "Voided - cheque"
    assert (balance(nova, a), balance(nova, b), owed(nova)) == (300, 250, 550)


def test_a_deleted_payment_opens_its_invoices(nova):
    invoice = bill(nova, 300)
    paid = nova.pay(nova.nova, 300, ("Invoice", invoice, 300))
    gone = nova.save("Payment", {"Id": paid["Id"], "SyncToken": "0"}, operation="delete")
    assert gone == {"domain": "QBO", "status": "Deleted", "Id": paid["Id"]}
    assert balance(nova, invoice) == 300


def test_a_credit_memo_is_used_by_a_payment_of_zero(nova):
    invoice, memo = bill(nova, 200), credit(nova, 80)
    assert owed(nova) == 120
    joined = nova.pay(nova.nova, 0, ("Invoice", invoice, 80), ("CreditMemo", memo, 80))
    assert (joined["TotalAmt"], joined["UnappliedAmt"]) == (0, 0)
    assert (balance(nova, invoice), balance(nova, memo, "CreditMemo")) == (120, 0)
    assert nova.read("CreditMemo", memo)["RemainingCredit"] == 0
    assert [link["TxnType"] for link in nova.read("Invoice", invoice)["LinkedTxn"]] == ["Payment"]
    assert owed(nova) == 120


def test_a_credit_is_applied_by_itself_where_the_company_wants_it(nova):
    memo = credit(nova, 200)
    nova.sandbox.patch_company({"auto_apply_credit": True})
    invoice = bill(nova, 1000)
    assert (balance(nova, invoice), balance(nova, memo, "CreditMemo")) == (800, 0)
    paid = nova.pay(nova.nova, 1000, ("Invoice", invoice, 800))
    assert (paid["UnappliedAmt"], balance(nova, invoice)) == (200, 0)


def test_a_deleted_invoice_leaves_its_payment_unapplied(nova):
    invoice, memo = bill(nova, 200), credit(nova, 50)
    joined = nova.pay(nova.nova, 0, ("Invoice", invoice, 50), ("CreditMemo", memo, 50))
    paid = nova.pay(nova.nova, 100, ("Invoice", invoice, 100))
    nova.save("Invoice", {"Id": invoice, "SyncToken": "2"}, operation="delete")
    left = nova.read("Payment", paid["Id"])
    assert (left["Line"], left["UnappliedAmt"], left["SyncToken"]) == ([], 100, "1")
    assert nova.query(f"SELECT * FROM Payment WHERE Id = '{joined['Id']}'") == {}
    assert (balance(nova, memo, "CreditMemo"), owed(nova)) == (50, -150)


def test_a_deleted_credit_memo_opens_what_it_had_paid(nova):
    invoice, memo = bill(nova, 30), credit(nova, 15)
    paid = nova.pay(nova.nova, 20, ("Invoice", invoice, 30), ("CreditMemo", memo, 15))
    assert paid["UnappliedAmt"] == 5
    nova.save("CreditMemo", {"Id": memo, "SyncToken": "1"}, operation="delete")
    assert nova.read("Payment", paid["Id"])["UnappliedAmt"] == 0
    assert (balance(nova, invoice), owed(nova)) == (10, 10)


def test_a_total_below_what_is_paid_frees_the_difference(nova):
    invoice = bill(nova, 200)
    paid = nova.pay(nova.nova, 200, ("Invoice", invoice, 200))
    nova.save("Invoice", {"Id": invoice, "SyncToken": "1", "sparse": True, "Line": [line(nova.design, 150)]})
    assert balance(nova, invoice) == 0
    assert nova.read("Payment", paid["Id"])["UnappliedAmt"] == 50
    assert owed(nova) == -50


def test_more_than_the_open_balance_is_refused(nova):
    invoice = bill(nova, 100)
    refused = nova.refused("Payment", payment(nova.nova, 200, ("Invoice", invoice, 150)))
    assert refused["code"] == "6000"
    assert balance(nova, invoice) == 100


def test_more_than_the_payment_is_refused(nova):
    invoice = bill(nova, 100)
    assert nova.refused("Payment", payment(nova.nova, 50, ("Invoice", invoice, 80)))["code"] == "6000"


def test_a_negative_payment_is_refused(nova):
    assert nova.refused("Payment", payment(nova.nova, -5))["code"] == "6000"


def test_another_customer_s_invoice_cannot_be_paid(nova):
    invoice, other = bill(nova, 100), nova.customer("Other")
    assert nova.refused("Payment", payment(other, 100, ("Invoice", invoice, 100)))["code"] == "620"


def test_a_parent_pays_for_its_sub_customer(nova):
    child = nova.customer("Nova North", ParentRef={"value": nova.nova}, Job=True)
    assert nova.read("Customer", child)["FullyQualifiedName"] == "Nova Ltd:Nova North"
    invoice = nova.invoice(child, line(nova.design, 100))["Id"]
    parent = nova.read("Customer", nova.nova)
    assert (parent["Balance"], parent["BalanceWithJobs"]) == (0, 100)
    nova.pay(nova.nova, 100, ("Invoice", invoice, 100))
    assert balance(nova, invoice) == 0
    assert nova.read("Customer", nova.nova)["BalanceWithJobs"] == 0


def test_money_goes_to_a_bank_account_only(nova):
    income = nova.query("SELECT * FROM Account WHERE Name = 'Services'")["Account"][0]["Id"]
    body = payment(nova.nova, 5) | {"DepositToAccountRef": {"value": income}}
    assert nova.refused("Payment", body)["Detail"] == (
        "Business Validation Error: Select a bank account for this deposit."
    )


@pytest.mark.parametrize(("refused", "codes"), [(True, "6000"), (False, None)])
def test_a_paid_invoice_is_voided_only_where_the_switch_says_so(nova, refused, codes):
    nova.sandbox.patch_company({"void_paid_refused": refused})
    invoice = bill(nova, 100)
    paid = nova.pay(nova.nova, 100, ("Invoice", invoice, 100))
    answer = nova.post("Invoice", {"Id": invoice, "SyncToken": "1"}, operation="void")
    if codes:
        assert answer.status_code == 400
        assert f'"code":"{codes}"' in answer.text
    else:
        assert nova.read("Invoice", invoice)["TotalAmt"] == 0
        assert nova.read("Payment", paid["Id"])["UnappliedAmt"] == 100


def test_a_void_keeps_the_document_and_zeroes_its_figures(nova):
    invoice = bill(nova, 100, PrivateNote="as agreed")
    void = nova.save("Invoice", {"Id": invoice, "SyncToken": "0"}, operation="void")
    assert (void["TotalAmt"], void["Balance"], void["SyncToken"]) == (0, 0, "1")
    assert void["PrivateNote"] == "Voided - as agreed"
    assert [entry["Amount"] for entry in void["Line"]] == [Decimal(0), Decimal(0)]
    assert owed(nova) == 0
    assert nova.query(f"SELECT * FROM Invoice WHERE Id = '{invoice}'")["maxResults"] == 1


def test_an_invoice_made_from_an_estimate_closes_it(nova):
    body = {"CustomerRef": {"value": nova.nova}, "Line": [line(nova.design, 100)]}
    estimate = nova.save("Estimate", body)
    assert (estimate["TxnStatus"], "Balance" in estimate) == ("Pending", False)
    link = {"TxnId": estimate["Id"], "TxnType": "Estimate"}
    invoice = nova.save("Invoice", body | {"LinkedTxn": [link]})
    assert invoice["LinkedTxn"] == [link]
    assert nova.read("Estimate", estimate["Id"])["TxnStatus"] == "Closed"
    assert nova.refused("Invoice", body | {"LinkedTxn": [link]})["code"] == "620"
    assert owed(nova) == 100

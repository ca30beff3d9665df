"""A company with several currencies: its list, its rates, its customers and their documents."""

from decimal import Decimal

import pytest

from tieout.sandbox.vendor import WrongSetting

from .conftest import line, payment, read

EUR = {"CurrencyRef": {"value": "EUR"}}


@pytest.fixture
def world(books):
    books.sandbox.patch_company({"multi_currency": True})
    books.berg = books.customer("Berg GmbH", **EUR)
    books.design = books.item()
    return books


def rate(books, code="EUR", value=1.1, day="2026-03-01"):
    return books.save("ExchangeRate", {"SourceCurrencyCode": code, "Rate": value, "AsOfDate": day})


def rate_on(books, code, day):
    answer = books.ask(
        "GET", f"{books.root}/exchangerate", params={"sourcecurrencycode": code, "asofdate": day, "minorversion": "75"}
    )
    assert answer.status_code == 200, answer.text
    return read(answer)["ExchangeRate"]


def bill(books, amount, **fields):
    return books.invoice(books.berg, line(books.design, amount), **(EUR | fields))


def test_one_currency_until_the_company_wants_more_and_never_back(books):
    assert books.read("Preferences", "1")["CurrencyPrefs"] == {
        "MultiCurrencyEnabled": False,
        "HomeCurrency": {"value": "USD"},
    }
    assert books.refused("Customer", {"DisplayName": "Berg GmbH", **EUR})["code"] == "2220"
    enabled = "Business Validation Error: Multi Currency should be enabled to perform this operation"
    assert books.refused("CompanyCurrency", {"Code": "EUR"})["Detail"] == enabled
    assert books.refused("ExchangeRate", {"SourceCurrencyCode": "EUR", "Rate": 1.1})["Detail"] == enabled
    books.sandbox.patch_company({"multi_currency": True})
    assert books.read("Preferences", "1")["CurrencyPrefs"]["MultiCurrencyEnabled"] is True
    books.sandbox.patch_company({"multi_currency": True})
    with pytest.raises(WrongSetting, match="cannot be switched off"):
        books.sandbox.patch_company({"multi_currency": False})


def test_the_list_of_currencies_does_not_name_the_home_currency(world):
    assert [row["Code"] for row in world.query("SELECT * FROM CompanyCurrency")["CompanyCurrency"]] == ["EUR"]
    yen = world.save("CompanyCurrency", {"Code": "JPY"})
    assert (yen["Name"], yen["Active"], yen["SyncToken"]) == ("Japanese Yen", True, "0")
    assert world.read("CompanyCurrency", yen["Id"]) == yen
    assert world.refused("CompanyCurrency", {"Code": "JPY"})["code"] == "6240"
    assert world.refused("CompanyCurrency", {"Code": "USD"})["code"] == "2220"
    assert world.refused("CompanyCurrency", {"Code": "ZZZ"})["code"] == "2220"


def test_a_currency_that_is_not_active_cannot_be_used(world):
    assert world.refused("Invoice", {"CustomerRef": {"value": world.berg}, "Line": [line(world.design, 5)],
                                     "CurrencyRef": {"value": "JPY"}})["code"] == "2220"  # fmt: skip
    euro = world.query("SELECT * FROM CompanyCurrency")["CompanyCurrency"][0]
    world.save("CompanyCurrency", {**euro, "Active": False})
    body = {"CustomerRef": {"value": world.berg}, "Line": [line(world.design, 5)], **EUR}
    fault = world.refused("Invoice", body)
    assert (fault["code"], fault["Message"]) == ("2220", "Invalid Currency Type")
    assert world.refused("Customer", {"DisplayName": "Second", **EUR})["code"] == "2220"
    assert world.query("SELECT * FROM CompanyCurrency") == {}


def test_a_customer_keeps_its_currency_from_its_first_transaction_on(world):
    kuwait = world.save("Customer", {"DisplayName": "Gulf Trading", "CurrencyRef": {"value": "KWD"}})
    assert kuwait["CurrencyRef"] == {"value": "KWD", "name": "Kuwaiti Dinar"}
    change = {"Id": kuwait["Id"], "SyncToken": "0", "sparse": True, "CurrencyRef": {"value": "GBP"}}
    assert world.save("Customer", change)["CurrencyRef"]["value"] == "GBP"
    world.invoice(kuwait["Id"], line(world.design, 5), CurrencyRef={"value": "GBP"})
    change |= {"SyncToken": "1", "CurrencyRef": {"value": "EUR"}}
    assert world.refused("Customer", change)["code"] == "6000"
    assert world.read("Customer", kuwait["Id"])["CurrencyRef"]["value"] == "GBP"


def test_a_sub_customer_has_its_parent_s_currency(world):
    child = world.save("Customer", {"DisplayName": "Berg Nord", "Job": True, "ParentRef": {"value": world.berg}})
    assert child["CurrencyRef"]["value"] == "EUR"
    other = {"DisplayName": "Berg US", "ParentRef": {"value": world.berg}, "CurrencyRef": {"value": "USD"}}
    assert world.refused("Customer", other)["code"] == "6000"


def test_a_rate_counts_from_its_day_until_the_next(world):
    assert rate_on(world, "EUR", "2026-02-28")["Rate"] == 1
    set_ = rate(world, value=1.0845)
    rate(world, value=1.09, day="2026-03-05")
    assert "Id" not in set_
    assert set_["TargetCurrencyCode"] == "USD"
    assert rate_on(world, "EUR", "2026-03-04") == set_
    assert rate_on(world, "EUR", "2026-03-09")["Rate"] == Decimal("1.09")
    found = world.query("SELECT * FROM ExchangeRate WHERE SourceCurrencyCode = 'EUR' AND AsOfDate = '2026-03-04'")
    assert found["ExchangeRate"] == [set_]
    today = world.query("SELECT * FROM ExchangeRate WHERE SourceCurrencyCode IN ('EUR', 'GBP')")
    assert [row["Rate"] for row in today["ExchangeRate"]] == [Decimal("1.09")]


def test_a_rate_is_changed_on_its_day_by_who_knows_its_version(world):
    rate(world, value=1.08)
    body = {"SourceCurrencyCode": "EUR", "AsOfDate": "2026-03-01", "Rate": 1.2}
    assert world.refused("ExchangeRate", body | {"SyncToken": "7"})["code"] == "5010"
    assert world.save("ExchangeRate", body | {"SyncToken": "0"})["SyncToken"] == "1"
    assert rate_on(world, "EUR", "2026-03-01")["Rate"] == Decimal("1.2")
    assert world.refused("ExchangeRate", body | {"SourceCurrencyCode": "JPY"})["code"] == "2220"
    assert world.refused("ExchangeRate", body | {"Rate": 0})["code"] == "2080"


def test_a_document_is_in_its_customer_s_currency_and_worth_so_much_at_home(world):
    invoice = bill(world, 100.05, ExchangeRate=1.0845)
    assert invoice["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    assert (invoice["ExchangeRate"], invoice["TotalAmt"]) == (Decimal("1.0845"), Decimal("100.05"))
    assert (invoice["HomeTotalAmt"], invoice["HomeBalance"]) == (Decimal("108.50"), Decimal("108.50"))
    paid = world.pay(world.berg, 60, ("Invoice", invoice["Id"], 60), ExchangeRate=1.1, **EUR)
    assert (paid["ExchangeRate"], paid["HomeTotalAmt"]) == (Decimal("1.1"), 66)
    stored = world.read("Invoice", invoice["Id"])
    assert (stored["Balance"], stored["HomeBalance"]) == (Decimal("40.05"), Decimal("43.43"))
    assert world.read("Customer", world.berg)["Balance"] == Decimal("40.05")


def test_without_a_rate_the_company_s_own_for_the_day_and_one_where_there_is_none(world):
    rate(world, value=1.1)
    assert bill(world, 100, TxnDate="2026-02-01")["ExchangeRate"] == 1
    assert bill(world, 100, TxnDate="2026-03-02")["HomeTotalAmt"] == 110
    assert bill(world, 100, TxnDate="2026-03-02", ExchangeRate=0)["ExchangeRate"] == Decimal("1.1")


def test_a_document_at_home_says_its_rate_too_once_there_are_several_currencies(world):
    nova = world.customer()
    invoice = world.invoice(nova, line(world.design, 50))
    assert (invoice["ExchangeRate"], invoice["HomeTotalAmt"], invoice["CurrencyRef"]["value"]) == (1, 50, "USD")


@pytest.mark.parametrize("sent", [{}, {"CurrencyRef": {"value": "USD"}}])
def test_another_currency_than_the_customer_s_is_refused(world, sent):
    body = {"CustomerRef": {"value": world.berg}, "Line": [line(world.design, 5)], **sent}
    fault = world.refused("Invoice", body)
    assert fault["code"] == "6000"
    assert fault["Detail"] == "Business Validation Error: You can only use one foreign currency per transaction."
    assert world.refused("Payment", payment(world.berg, 5) | sent)["code"] == "6000"


def test_a_company_may_assume_the_customer_s_currency(world):
    world.sandbox.patch_company({"customers_currency_assumed": True})
    invoice = world.invoice(world.berg, line(world.design, 5))
    paid = world.pay(world.berg, 5, ("Invoice", invoice["Id"], 5))
    assert invoice["CurrencyRef"]["value"] == paid["CurrencyRef"]["value"] == "EUR"


def test_an_account_of_a_third_currency_takes_no_payment(world):
    nova = world.customer()
    account = {"Name": "Sterling", "AccountType": "Bank", "CurrencyRef": {"value": "GBP"}}
    sterling = {"value": world.save("Account", account)["Id"]}
    fault = world.refused("Payment", payment(nova, 5) | {"DepositToAccountRef": sterling})
    assert "one foreign currency" in fault["Detail"]


def test_each_foreign_currency_has_a_receivable_account_of_its_own(world):
    select = "SELECT * FROM Account WHERE AccountType = 'Accounts Receivable'"
    assert len(world.query(select)["Account"]) == 1
    bill(world, 5)
    bill(world, 6)
    names = [(row["Name"], row["CurrencyRef"]["value"]) for row in world.query(select)["Account"]]
    assert names == [("Accounts Receivable (A/R)", "USD"), ("Accounts Receivable (A/R) - EUR", "EUR")]


def test_a_currency_without_cents_is_rounded_to_the_unit(uk):
    uk.sandbox.patch_company({"multi_currency": True})
    kanto, item = uk.customer("Kanto", CurrencyRef={"value": "JPY"}), uk.item()
    body = line(item, 1001, qty=1.5, price=667.2, TaxCodeRef={"value": "1"})
    yen = uk.invoice(kanto, body, CurrencyRef={"value": "JPY"}, ExchangeRate=0.0053)
    assert (yen["TxnTaxDetail"]["TotalTax"], yen["TotalAmt"]) == (200, 1201)
    assert yen["HomeTotalAmt"] == Decimal("6.37")
    paid = uk.pay(kanto, 1201, ("Invoice", yen["Id"], 1201), CurrencyRef={"value": "JPY"})
    facts = {fact["value"]["Name"]: fact["value"]["Value"] for fact in paid["Line"][0]["LineEx"]["any"]}
    assert facts["txnOpenBalance"] == "1201"


def test_a_currency_of_three_digits_keeps_them(world):
    gulf = world.customer("Gulf Trading", CurrencyRef={"value": "KWD"})
    body = line(world.design, 3.704, qty=3, price=1.2345)
    dinar = world.invoice(gulf, body, CurrencyRef={"value": "KWD"}, ExchangeRate=3.25)
    assert (dinar["TotalAmt"], dinar["HomeTotalAmt"]) == (Decimal("3.704"), Decimal("12.04"))
    paid = world.pay(gulf, 3.703, ("Invoice", dinar["Id"], 3.703), CurrencyRef={"value": "KWD"})
    assert paid["UnappliedAmt"] == 0
    assert world.read("Invoice", dinar["Id"])["Balance"] == Decimal("0.001")
    assert world.read("Customer", gulf)["Balance"] == Decimal("0.001")


def test_a_credit_in_another_currency_is_applied_by_itself_too(world):
    world.sandbox.patch_company({"auto_apply_credit": True})
    body = {"CustomerRef": {"value": world.berg}, "Line": [line(world.design, 30)], "TxnDate": "2026-03-09", **EUR}
    memo = world.save("CreditMemo", body)
    invoice = bill(world, 100, TxnDate="2026-03-01")
    assert (invoice["Balance"], world.read("CreditMemo", memo["Id"])["Balance"]) == (70, 0)
    joined = world.read("Payment", invoice["LinkedTxn"][0]["TxnId"])
    assert (joined["TotalAmt"], joined["CurrencyRef"]["value"], joined["TxnDate"]) == (0, "EUR", "2026-03-09")


def test_voiding_leaves_nothing_at_home_either(world):
    invoice = bill(world, 100, ExchangeRate=1.1)
    void = world.save("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    assert (void["HomeTotalAmt"], void["HomeBalance"]) == (0, 0)


def test_what_is_kept_comes_back(world):
    rate(world, value=1.07)
    invoice = bill(world, 100)
    world.sandbox.load(world.sandbox.dump())
    assert world.read("Invoice", invoice["Id"])["HomeTotalAmt"] == 107
    assert rate_on(world, "EUR", "2026-03-09")["Rate"] == Decimal("1.07")

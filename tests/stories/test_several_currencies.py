"""One company, several currencies: matched, shown in HubSpot, paid both ways, merged, and in currencies without cents."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.stories.virtual import TODAY, Shop, in_virtual_time

from tieout.actions.errors import WrongUse

EUR = {"CurrencyRef": {"value": "EUR"}}


def open_to(shop: Shop, **rates: str) -> None:
    """Let both systems trade in currencies, each worth so much since the month began."""
    shop.set_hubspot(currencies=["USD", *rates])
    shop.set_quickbooks(multi_currency=True)
    for code, rate in rates.items():
        shop.bookkeeper.create("CompanyCurrency", Code=code)
        shop.bookkeeper.create("ExchangeRate", SourceCurrencyCode=code, Rate=Decimal(rate), AsOfDate="2026-03-01")


def customers(shop: Shop) -> dict[str, str]:
    """The currencies of QuickBooks' customers, by name."""
    return {one["DisplayName"]: one["CurrencyRef"]["value"] for one in shop.bookkeeper.all("Customer")}


def sold(shop: Shop, customer: dict[str, Any], price: str, number: str) -> dict[str, Any]:
    """An invoice that the bookkeeper makes, in its customer's currency."""
    items = [one for one in shop.bookkeeper.all("Item") if one["Name"] == "Advice"]
    income = next(one for one in shop.bookkeeper.all("Account") if one["AccountType"] == "Income")
    item = (
        items[0]
        if items
        else shop.bookkeeper.create("Item", Name="Advice", Type="Service", IncomeAccountRef={"value": income["Id"]})
    )
    line = {
        "Amount": Decimal(price),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}, "Qty": 1, "UnitPrice": Decimal(price)},
    }
    ref, currency = {"value": customer["Id"]}, customer["CurrencyRef"]
    return shop.bookkeeper.create(
        "Invoice", CustomerRef=ref, CurrencyRef=currency, DocNumber=number, TxnDate=TODAY, Line=[line]
    )


def test_the_one_there_in_that_currency_is_matched_and_one_in_another_never(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08", CAD="0.7")
        mail = {"PrimaryEmailAddr": {"Address": "ana@nova.example"}}
        shop.bookkeeper.create("Customer", DisplayName="Nova Europe", **EUR, **mail)
        shop.bookkeeper.create("Customer", DisplayName="Nova America", **mail)
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        for currency in ("EUR", "USD", "CAD"):
            shop.seller.invoice(nova, ("Consulting", "1", "10.00"), currency=currency)
        await shop.connect()
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["in_sync"] == 3
        assert customers(shop) == {"Nova Europe": "EUR", "Nova America": "USD", "Nova Ltd": "CAD"}
        booked = {one["CustomerRef"]["name"]: one["ExchangeRate"] for one in shop.bookkeeper.all("Invoice")}
        assert booked == {"Nova Europe": Decimal("1.08"), "Nova America": 1, "Nova Ltd": Decimal("0.7")}
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_what_quickbooks_sells_in_another_currency_shows_on_the_company_that_is_there(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        shop.seller.company("Nova Ltd", "ana@nova.example")
        mail = {"PrimaryEmailAddr": {"Address": "ana@nova.example"}}
        dollars = shop.bookkeeper.create("Customer", DisplayName="Nova America", **mail)
        euros = shop.bookkeeper.create("Customer", DisplayName="Nova Europe", **EUR, **mail)
        sold(shop, dollars, "80.00", "1041")
        paid = sold(shop, euros, "100.00", "1042")
        shop.bookkeeper.receive(paid, "40.00")
        await shop.connect(show_quickbooks_invoices="true")
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["in_sync"] == 2
        shown = shop.seller.all("invoices", "hs_number", "hs_currency", "hs_amount_billed", "hs_balance_due")
        assert {(one["hs_number"], one["hs_currency"], Decimal(one["hs_balance_due"])) for one in shown} == {
            ("1041", "USD", Decimal(80)),
            ("1042", "EUR", Decimal(60)),
        }
        assert [one["name"] for one in shop.seller.all("companies", "name")] == ["Nova Ltd"]
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_copy_in_a_currency_that_hubspot_lacks_waits_for_it(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        shop.set_hubspot(currencies=["USD"])
        sold(shop, shop.bookkeeper.create("Customer", DisplayName="Nova Europe", **EUR), "100.00", "1042")
        await shop.connect(show_quickbooks_invoices="true")
        await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        assert case.failure.cause == "currency_not_in_hubspot"
        shop.set_hubspot(currencies=["USD", "EUR"])
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["in_sync"] == 1

    in_virtual_time(tmp_path, story)


def test_payments_and_credits_go_both_ways_in_the_invoices_currency(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        invoice = shop.seller.invoice(nova, ("Consulting", "1", "1000.00"), currency="EUR")
        await shop.connect(book_hubspot_payments="true")
        await shop.sync(until_quiet=True)
        shop.seller.pay(invoice, "300.00", "EUR")
        await shop.sync(until_quiet=True)
        booked = shop.bookkeeper.only("Payment")
        assert (booked["CurrencyRef"]["value"], booked["TotalAmt"], booked["ExchangeRate"]) == (
            "EUR",
            300,
            Decimal("1.08"),
        )
        shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "200.00")
        await shop.sync(until_quiet=True)
        assert shop.seller.sees("invoices", invoice, "hs_balance_due") == "500.00"
        assert shop.seller.sees("invoices", invoice, "tieout_received") == "500.00"
        assert shop.seller.sees("companies", nova[0], "tieout_open_balance") == "500.00"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize(
    ("code", "rate", "price", "total", "home"),
    [("JPY", "0.0067", "1001", "1001", "6.71"), ("KWD", "3.25", "1.234", "3.702", "12.03")],
)
def test_currencies_without_cents_or_with_three_digits_keep_them(
    tmp_path: Path, code: str, rate: str, price: str, total: str, home: str
) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, **{code: rate})
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "3" if code == "KWD" else "1", price), currency=code)
        await shop.connect()
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["in_sync"] == 1
        booked = shop.bookkeeper.only("Invoice")
        assert (booked["TotalAmt"], booked["HomeTotalAmt"]) == (Decimal(total), Decimal(home))
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_money_that_goes_back_is_entered_on_what_is_owed_in_its_currency(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, KWD="3.25")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        invoice = shop.seller.invoice(nova, ("Consulting", "1", "1.001"), currency="KWD")
        await shop.connect(book_hubspot_payments="true")
        await shop.sync(until_quiet=True)
        payment = shop.seller.pay(invoice, "0.501", "KWD")
        await shop.sync(until_quiet=True)
        shop.seller.change(
            "commerce_payments", payment, hs_latest_status="partially_refunded", hs_refunds_amount="0.125"
        )
        await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        assert "KWD0.125 went back" in case.failure.explanation
        shop.fix("enter_return")
        await shop.sync(until_quiet=True)
        entry = shop.bookkeeper.only("JournalEntry")
        assert (entry["TotalAmt"], entry["CurrencyRef"]["value"]) == (Decimal("0.125"), "KWD")
        assert shop.bookkeeper.only("Customer")["Balance"] == Decimal("0.625")
        assert shop.cases() == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_currency_that_the_company_does_not_work_in_holds_the_invoice_back(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.set_hubspot(currencies=["USD", "EUR"])
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "1", "10.00"), currency="EUR")
        await shop.connect()
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
            (case,) = shop.cases()
            assert case.failure.cause == "currency_not_enabled"
            shop.set_quickbooks(multi_currency=True)
            await shop.sync(until_quiet=True)
            assert [one.failure.cause for one in shop.cases()] == ["currency_not_enabled"]
        open_to(shop, EUR="1.08")
        done = await shop.sync(until_quiet=True)
        assert (done.states["invoice"]["in_sync"], customers(shop)) == (1, {"Nova Ltd": "EUR"})
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("another_currency", foreseen="the customer's currency in QuickBooks")
def test_a_customer_whose_currency_was_fixed_to_another_takes_nothing_in_the_old_one(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08", CAD="0.7")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "1", "10.00"), currency="EUR")
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.bookkeeper.delete("Invoice", shop.bookkeeper.only("Invoice"))
        shop.bookkeeper.change("Customer", shop.bookkeeper.only("Customer"), CurrencyRef={"value": "CAD"})
        invoice = shop.seller.invoice(nova, ("Consulting", "1", "20.00"), currency="EUR")
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.all("Invoice") == []
        (case,) = [one for one in shop.cases() if one.failure.cause == "another_currency"]
        assert "CAD" in case.failure.explanation
        assert shop.seller.sees("invoices", invoice, "tieout_state") == "Needs you"

    in_virtual_time(tmp_path, story)


def test_companies_that_trade_in_different_currencies_become_one_and_each_customer_stays_its_own(
    tmp_path: Path,
) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "1", "10.00"))
        sold(shop, shop.bookkeeper.create("Customer", DisplayName="Nova Europe", **EUR), "100.00", "1042")
        await shop.connect(show_quickbooks_invoices="true")
        await shop.sync(until_quiet=True)
        (other,) = [one for one in shop.seller.all("companies", "name", "hs_object_id") if one["name"] == "Nova Europe"]
        merged = shop.seller.merge("companies", nova[0], other["hs_object_id"])
        await shop.clock.sleep(5)
        done = await shop.sync(until_quiet=True)
        assert [case.failure.cause for case in shop.cases() if case.failure.cause.startswith("merged")] == []
        shop.seller.invoice((merged, nova[1]), ("Consulting", "1", "20.00"), currency="EUR")
        shop.seller.invoice((merged, nova[1]), ("Consulting", "1", "30.00"))
        await shop.clock.sleep(5)
        done = await shop.sync(until_quiet=True)
        assert done.operations["books"]["create"] == 2
        owed = {one["TotalAmt"]: one["CustomerRef"]["name"] for one in shop.bookkeeper.all("Invoice")}
        assert owed == {10: "Nova Ltd", 100: "Nova Europe", 20: "Nova Europe", 30: "Nova Ltd"}

    in_virtual_time(tmp_path, story)


def test_an_invoice_in_another_currency_is_still_corrected_after_its_company_was_merged(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        invoice = shop.seller.invoice(nova, ("Consulting", "1", "10.00"), currency="EUR")
        shop.seller.invoice(nova, ("Consulting", "1", "30.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.seller.merge("companies", shop.seller.company("Nova Group", "ben@nova.example")[0], nova[0])
        shop.seller.create("line_items", {"name": "Advice", "quantity": "1", "price": "5.00"}, [(invoice, 410)])
        await shop.clock.sleep(5)
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["in_sync"] == 2
        owed = {one["TotalAmt"]: one["CustomerRef"]["name"] for one in shop.bookkeeper.all("Invoice")}
        assert owed == {15: "Nova Ltd (EUR)", 30: "Nova Ltd"}
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_an_edit_reaches_the_company_and_all_of_its_customers(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example", phone="+16502530000")
        shop.seller.invoice(nova, ("Consulting", "1", "20.00"), currency="EUR")
        shop.seller.invoice(nova, ("Consulting", "1", "10.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.seller.change("companies", nova[0], phone="+16502530001")
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        assert phones(shop) == {"Nova Ltd": "+16502530001", "Nova Ltd (EUR)": "+16502530001"}
        (euros,) = [one for one in shop.bookkeeper.all("Customer") if one["DisplayName"] == "Nova Ltd (EUR)"]
        shop.bookkeeper.change("Customer", euros, PrimaryPhone={"FreeFormNumber": "+16502530002"})
        await shop.sync(until_quiet=True)
        assert shop.seller.sees("companies", nova[0], "phone") == "+16502530002"
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        assert phones(shop) == {"Nova Ltd": "+16502530002", "Nova Ltd (EUR)": "+16502530002"}
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def phones(shop: Shop) -> dict[str, str]:
    return {one["DisplayName"]: one["PrimaryPhone"]["FreeFormNumber"] for one in shop.bookkeeper.all("Customer")}


def test_the_first_currency_takes_the_plain_name_and_shows_on_the_company_until_there_is_a_default(
    tmp_path: Path,
) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "1", "20.00"), currency="EUR")
        await shop.connect()
        await shop.sync(until_quiet=True)
        assert customers(shop) == {"Nova Ltd": "EUR"}
        assert shop.seller.sees("companies", nova[0], "tieout_open_balance") == "20.00"
        shop.seller.invoice(nova, ("Consulting", "1", "10.00"))
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        assert customers(shop) == {"Nova Ltd": "EUR", "Nova Ltd (USD)": "USD"}
        assert shop.seller.sees("companies", nova[0], "tieout_open_balance") == "10.00"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_person_may_say_whose_a_customer_is_but_not_in_another_currency(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "1", "20.00"), currency="EUR")
        dollars = shop.bookkeeper.create("Customer", DisplayName="Star America")
        euros = shop.bookkeeper.create("Customer", DisplayName="Star Europe", **EUR)
        await shop.connect(auto_create_customers="false")
        await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        assert case.failure.cause == "no_customer"
        with pytest.raises(WrongUse, match="Star America is in USD; this needs one in EUR"):
            shop.fix("link_customer", customer=dollars["Id"])
        shop.fix("link_customer", customer=euros["Id"])
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["in_sync"] == 1
        assert shop.bookkeeper.only("Invoice")["CustomerRef"]["name"] == "Star Europe"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_person_names_the_company_of_a_customer_in_another_currency(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "1", "20.00"))
        sold(shop, shop.bookkeeper.create("Customer", DisplayName="Star Europe", **EUR), "100.00", "1042")
        await shop.connect(show_quickbooks_invoices="true", auto_create_customers="true")
        shop.set(auto_create_customers="false")
        await shop.sync(until_quiet=True)
        (case,) = [one for one in shop.cases() if one.failure.cause == "no_customer_in_hubspot"]
        shop.fix("link_hubspot_customer", failure=case.failure.id, customer=f"company:{nova[0]}")
        await shop.sync(until_quiet=True)
        shown = shop.seller.all("invoices", "hs_number", "hs_currency")
        assert ("1042", "EUR") in {(one["hs_number"], one["hs_currency"]) for one in shown}
        assert [one["name"] for one in shop.seller.all("companies", "name")] == ["Nova Ltd"]

    in_virtual_time(tmp_path, story)


def test_an_audit_pairs_what_was_typed_in_on_both_sides_in_its_own_currency(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        open_to(shop, EUR="1.08")
        mail = {"PrimaryEmailAddr": {"Address": "ana@nova.example"}}
        shop.bookkeeper.create("Customer", DisplayName="Nova America", **mail)
        euros = shop.bookkeeper.create("Customer", DisplayName="Nova Europe", **EUR, **mail)
        sold(shop, euros, "100.00", "1042")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "1", "100.00"), currency="EUR")
        await shop.connect()
        found = await shop.audit()
        assert found.lines == []
        assert found.currency["EUR"].difference.total == "0.00"

    in_virtual_time(tmp_path, story)

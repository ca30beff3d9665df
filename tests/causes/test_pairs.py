"""Causes that come up once records are in both systems: nothing is written over, and nothing refused is sent."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest
from tests.stories.virtual import Json, Shop, in_virtual_time


async def sold(shop: Shop, price: str = "100.00", **settings: str) -> str:
    """An invoice of two hours that stands on both sides: its id in HubSpot."""
    invoice = shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", price))
    await shop.connect(**settings)
    await shop.sync(until_quiet=True)
    assert shop.cases() == []
    return invoice


async def shown(shop: Shop) -> Json:
    """An invoice of 250.00 made in QuickBooks, of which HubSpot has a copy: as QuickBooks holds it."""
    booked(shop, "Nova Ltd", "250.00")
    await shop.connect(show_quickbooks_invoices="true")
    await shop.sync(until_quiet=True)
    assert shop.cases() == []
    return shop.bookkeeper.only("Invoice")


def booked(shop: Shop, customer: str, price: str, **more: object) -> Json:
    """An invoice that the bookkeeper makes."""
    owner = shop.bookkeeper.create("Customer", DisplayName=customer, **more)
    return shop.bookkeeper.bill(owner, shop.bookkeeper.item(f"Work for {customer}"), price)


def paid(shop: Shop, invoice: str, amount: str) -> str:
    """A payment that the seller records."""
    values = {
        "hs_initial_amount": amount,
        "hs_currency_code": "USD",
        "hs_initiated_date": "2026-03-10T12:00:00Z",
        "hs_latest_status": "succeeded",
    }
    return shop.seller.create("commerce_payments", values, [(invoice, 542)])


async def stands(shop: Shop, cause: str, state: str) -> None:
    """One more sync changes nothing; the one thing that needs a person has this cause, and can be told."""
    with shop.nothing_is_written():
        await shop.sync(until_quiet=True)
    (case,) = shop.cases()
    assert (case.failure.cause, case.failure.state) == (cause, state), shop.cases()
    assert "…" not in case.failure.explanation
    assert not shop.quickbooks.refused + shop.hubspot.refused
    await shop.ends_well()


def told(tmp_path: Path, story: Callable[[Shop], Awaitable[None]], cause: str, state: str = "held") -> None:
    """Tell a story, after which one cause stands."""

    async def whole(shop: Shop) -> None:
        await story(shop)
        await stands(shop, cause, state)

    in_virtual_time(tmp_path, whole)


@pytest.mark.cause("inactive_reference", foreseen="which names are active")
def test_the_item_of_the_next_invoice_was_made_inactive(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await sold(shop)
        shop.bookkeeper.change("Item", shop.bookkeeper.only("Item"), Active=False)
        shop.seller.invoice(shop.seller.company("Ode Ltd", "ben@ode.example"), ("Consulting", "1", "5.00"))
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "inactive_reference", "failing")


@pytest.mark.cause("income_account_unusable", foreseen="the accounts that QuickBooks offers")
def test_the_income_account_of_new_items_was_made_inactive(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await sold(shop)
        (account,) = [one for one in shop.bookkeeper.all("Account") if one["Name"] == "Services"]
        shop.bookkeeper.change("Account", account, Active=False)
        shop.seller.invoice(shop.seller.company("Ode Ltd", "ben@ode.example"), ("Advice", "1", "5.00"))
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "income_account_unusable", "failing")


@pytest.mark.cause("total_mismatch", foreseen="the sum of the lines")
def test_hubspot_has_not_calculated_the_invoice_anew(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop)
        shop.set_hubspot(settling_seconds=3600)
        shop.seller.reprice(invoice, "110.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "total_mismatch", "failing")


@pytest.mark.cause("invoice_has_payment", foreseen="the balance in QuickBooks")
def test_another_customer_is_put_on_an_invoice_that_was_paid_in_part(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop)
        shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "80.00")
        await shop.sync(until_quiet=True)
        shop.seller.hand_over(invoice, shop.seller.company("Ode Ltd", "ben@ode.example"))
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "invoice_has_payment", "failing")


@pytest.mark.cause("totals_apart")
def test_two_invoices_of_one_number_are_said_to_be_the_same_and_differ(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100"))
        owner = shop.bookkeeper.create(
            "Customer", DisplayName="Nova Ltd", PrimaryEmailAddr={"Address": "ana@nova.example"}
        )
        shop.bookkeeper.bill(
            owner,
            shop.bookkeeper.item("Consulting"),
            "210.00",
            DocNumber=shop.seller.sees("invoices", invoice, "hs_number"),
        )
        await shop.connect()
        await shop.sync(until_quiet=True)
        ours, theirs = sorted(shop.cases(), key=lambda case: case.failure.cause)
        assert (ours.failure.cause, theirs.failure.cause) == ("duplicate_number", "possible_duplicate_in_hubspot")
        shop.fix("use_existing", failure=ours.failure.id, document=shop.bookkeeper.only("Invoice")["Id"])
        await shop.sync(until_quiet=True)
        shop.fix("issued_in_hubspot")
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "totals_apart")


@pytest.mark.cause("no_customer_in_hubspot", foreseen="pairs; e-mail, name and domain in HubSpot")
def test_hubspot_has_no_customer_for_an_invoice_made_in_quickbooks(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        booked(shop, "Nova Ltd", "250.00")
        await shop.connect(show_quickbooks_invoices="true", auto_create_customers="false")
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "no_customer_in_hubspot", "failing")


@pytest.mark.cause("currency_not_in_hubspot", foreseen="the account's currencies")
def test_an_invoice_made_in_quickbooks_is_in_a_currency_that_hubspot_does_not_have(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.set_quickbooks(multi_currency=True)
        shop.bookkeeper.create("CompanyCurrency", Code="EUR")
        booked(shop, "Nova Ltd", "250.00", CurrencyRef={"value": "EUR"})
        await shop.connect(show_quickbooks_invoices="true")
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "currency_not_in_hubspot", "failing")


@pytest.mark.cause("customer_moved_in_quickbooks", foreseen="the filters, and the currency of the copy")
def test_an_invoice_made_in_quickbooks_is_given_to_a_customer_whom_a_filter_leaves_out(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await shown(shop)
        await shop.filter("quickbooks", "customer.notes", "unknown")
        other = shop.bookkeeper.create("Customer", DisplayName="Ode Ltd", Notes="Internal")
        shop.bookkeeper.change("Invoice", invoice, CustomerRef={"value": other["Id"]})
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "customer_moved_in_quickbooks", "failing")


@pytest.mark.cause("payment_exceeds_balance", foreseen="the balance in HubSpot")
def test_a_payment_of_quickbooks_is_more_than_hubspot_has_open(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop, book_hubspot_payments="false")
        paid(shop, invoice, "150.00")
        shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "80.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "payment_exceeds_balance")


@pytest.mark.cause("payment_edited_in_hubspot", foreseen="the values at the last agreement")
def test_the_copy_of_a_payment_is_edited_in_hubspot(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop)
        shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "80.00")
        await shop.sync(until_quiet=True)
        (payment,) = shop.seller.payments(invoice)
        shop.seller.change("commerce_payments", payment, hs_initial_amount="60.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "payment_edited_in_hubspot")


@pytest.mark.cause("nothing_open", foreseen="the balance in QuickBooks")
def test_nothing_is_open_of_the_invoice_that_a_payment_of_hubspot_pays(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop, book_hubspot_payments="true")
        shop.bookkeeper.credit(shop.bookkeeper.only("Invoice"), "200.00")
        paid(shop, invoice, "200.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "nothing_open", "failing")


@pytest.mark.cause("booked_payment_changed", foreseen="the values at the last agreement")
def test_a_payment_that_was_booked_is_changed_in_quickbooks(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop, book_hubspot_payments="true")
        paid(shop, invoice, "80.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        payment = shop.bookkeeper.only("Payment")
        lines = [{"Amount": Decimal("60.00"), "LinkedTxn": payment["Line"][0]["LinkedTxn"]}]
        shop.bookkeeper.change("Payment", payment, TotalAmt=Decimal("60.00"), Line=lines)
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "booked_payment_changed")


@pytest.mark.cause("payment_not_kept", foreseen="the payment's status")
def test_a_payment_of_hubspot_went_back_before_it_was_booked(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop, book_hubspot_payments="true")
        shop.seller.change("commerce_payments", paid(shop, invoice, "80.00"), hs_latest_status="refunded")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "payment_not_kept", "failing")


@pytest.mark.cause("payment_came_again", foreseen="the payment's status")
def test_a_dispute_is_won_after_its_loss_was_entered(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop, book_hubspot_payments="true")
        payment = paid(shop, invoice, "80.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        shop.seller.change("commerce_payments", payment, hs_latest_status="disputed_lost")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        shop.fix("enter_return")
        await shop.sync(until_quiet=True)
        assert shop.cases() == []
        shop.seller.change("commerce_payments", payment, hs_latest_status="disputed_won")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        assert "debit Undeposited Funds, credit Accounts Receivable" in case.failure.explanation

    told(tmp_path, story, "payment_came_again", "failing")


@pytest.mark.cause("deposit_account_unusable", foreseen="the accounts that QuickBooks offers")
def test_the_account_for_payments_was_made_inactive(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop, book_hubspot_payments="true", deposit_account="Savings")
        (account,) = [one for one in shop.bookkeeper.all("Account") if one["Name"] == "Savings"]
        shop.bookkeeper.change("Account", account, Active=False)
        paid(shop, invoice, "80.00")
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)

    told(tmp_path, story, "deposit_account_unusable", "failing")


@pytest.mark.cause("left_as_credit", foreseen="what QuickBooks applied of the payment")
def test_16_what_the_invoice_did_not_owe_any_more_is_told_as_credit(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = await sold(shop, "500.00", book_hubspot_payments="true")
        shop.bookkeeper.credit(shop.bookkeeper.only("Invoice"), "200.00")
        paid(shop, invoice, "1000.00")
        await shop.clock.sleep(3)
        done = await shop.sync(until_quiet=True)
        assert shop.cases() == []
        (payment,) = [one for one in shop.bookkeeper.all("Payment") if one["TotalAmt"]]
        assert (payment["TotalAmt"], payment["UnappliedAmt"]) == (1000, 200)
        assert done.states["settlement"]["warning"] == 1
        (warned,) = shop.warned()
        assert (warned.failure.cause, warned.failure.explanation) == (
            "left_as_credit",
            "The payment of $1,000.00 was booked whole, and the invoice owed less: $200.00 stand as the customer's credit.",
        )
        await shop.ends_well()
        shop.fix("acknowledge", failure=warned.failure.id)
        done = await shop.sync(until_quiet=True)
        assert done.states["settlement"]["warning"] == 0

    in_virtual_time(tmp_path, story)

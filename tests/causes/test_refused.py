"""Causes that only an answer teaches: told with the vendor's own words, and gone once the vendor takes the record."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.causes.test_pairs import paid, sold
from tests.stories.virtual import Json, Shop, in_virtual_time

Act = Callable[[Shop, str], object]
RULE = "Business Validation Error: "


def refusing(path: str, **fault: object) -> Json:
    """A rule of a fault plan: the vendor refuses what is posted there."""
    return {"match": {"path": path, "method": "POST"}, "do": "fault", "with": fault}


def sells(shop: Shop, _invoice: str) -> None:
    shop.seller.invoice(shop.seller.company("Ode Ltd", "ben@ode.example"), ("Consulting", "1", "5.00"))


def is_paid(shop: Shop, invoice: str) -> None:
    paid(shop, invoice, "80.00")


def receives(shop: Shop, _invoice: str) -> None:
    shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "80.00")


def calls(shop: Shop, _invoice: str) -> None:
    """The customer has another phone number, says the bookkeeper."""
    phone = {"FreeFormNumber": "+1 212 555 0003"}
    shop.bookkeeper.change("Customer", shop.bookkeeper.only("Customer"), PrimaryPhone=phone)


def postpones(shop: Shop, _invoice: str) -> None:
    """The invoice is due later, says the bookkeeper."""
    shop.bookkeeper.change("Invoice", shop.bookkeeper.only("Invoice"), DueDate="2026-05-01")


@pytest.mark.parametrize(
    ("act", "path", "code", "detail"),
    [
        pytest.param(
            sells, "/invoice$", "6000", f"{RULE}Make sure all your transactions have a GST/HST rate before you save.",
            marks=pytest.mark.cause("tax_code_required"), id="QuickBooks wants a tax code on each line",
        ),
        pytest.param(
            sells, "/invoice$", "2500", "Invalid Reference Id : Names element id 583 not found",
            marks=pytest.mark.cause("missing_reference"), id="an id that QuickBooks does not know",
        ),
        pytest.param(
            sells, "/invoice$", "6000", f"{RULE}You must set a transaction amount.",
            marks=pytest.mark.cause("no_amount"), id="QuickBooks wants an amount",
        ),
        pytest.param(
            sells, "/invoice$", "6000", f"{RULE}We're sorry, QuickBooks encountered an error while calculating tax.",
            marks=pytest.mark.cause("tax_not_calculated"), id="QuickBooks fails to calculate the tax",
        ),
        pytest.param(
            sells, "/invoice$", "6270", "The transaction is dated before the item's inventory start date.",
            marks=pytest.mark.cause("before_inventory"), id="dated before the item's stock was counted",
        ),
        pytest.param(
            sells, "/invoice$", "5020", "Permission Denied : the plan lacks this feature",
            marks=pytest.mark.cause("feature_not_supported"), id="a feature that the plan does not have",
        ),
        pytest.param(
            sells, "/invoice$", "6000", f"{RULE}Not on a Tuesday",
            marks=pytest.mark.cause("quickbooks_rule"), id="a rule of QuickBooks that nobody knows",
        ),
        pytest.param(
            sells, "/invoice$", "2010", "Property Name:Lines; a property specified is unsupported or invalid",
            marks=pytest.mark.cause("bad_payload"), id="a property that QuickBooks does not know",
        ),
        pytest.param(
            sells, "/customer$", "2200", "Invalid Web Address : nova",
            marks=pytest.mark.cause("bad_website"), id="QuickBooks does not take the website",
        ),
        pytest.param(
            is_paid, "/payment$", "620", "TxnID Cannot Be Linked : Invoice 1 belongs to another customer.",
            marks=pytest.mark.cause("payment_not_applied"), id="QuickBooks does not apply a payment to the invoice",
        ),
        pytest.param(
            is_paid, "/payment$", "6540", "This transaction has been deposited.",
            marks=pytest.mark.cause("deposited"), id="QuickBooks says that the payment is deposited",
        ),
    ],
)  # fmt: skip
def test_quickbooks_refuses_it(
    tmp_path: Path, request: pytest.FixtureRequest, act: Act, path: str, code: str, detail: str
) -> None:
    learned(tmp_path, request, act, "quickbooks", refusing(path, code=code, detail=detail), detail)


@pytest.mark.parametrize(
    ("act", "path", "said"),
    [
        pytest.param(
            calls, "companies/batch/update$", {"message": "Not on a Tuesday", "category": "VALIDATION_ERROR"},
            marks=pytest.mark.cause("hubspot_rule"), id="a rule of HubSpot that nobody knows",
        ),
        pytest.param(
            calls, "companies/batch/update$", {"status": 404, "message": "resource not found"},
            marks=pytest.mark.cause("object_gone"), id="HubSpot no longer has the record",
        ),
        pytest.param(
            postpones, "/invoices/batch/update$",
            {"message": "Edits to line items or invoice amount cannot be made through external apps."},
            marks=pytest.mark.cause("invoice_locked"), id="HubSpot lets no app change the invoice",
        ),
        pytest.param(
            receives, "commerce_payments/batch/create$",
            {"message": "The association limit of this record is reached.", "category": "VALIDATION_ERROR"},
            marks=pytest.mark.cause("too_many_associations"), id="HubSpot associates no more payments",
        ),
        pytest.param(
            postpones, "/invoices/batch/update$", {"message": "Invoice 1 has a payment and cannot be changed."},
            marks=pytest.mark.cause("invoice_has_payment"), id="HubSpot keeps an invoice with a payment as it is",
        ),
    ],
)  # fmt: skip
def test_hubspot_refuses_it(
    tmp_path: Path, request: pytest.FixtureRequest, act: Act, path: str, said: dict[str, object]
) -> None:
    learned(tmp_path, request, act, "hubspot", refusing(path, **{"status": 400} | said), str(said["message"]))


def learned(tmp_path: Path, request: pytest.FixtureRequest, act: Act, side: str, rule: Json, said: str) -> None:
    """The refusal becomes one failure with the cause that the row is marked with; the records stand as they were."""
    cause = request.node.get_closest_marker("cause").args[0]

    async def story(shop: Shop) -> None:
        invoice = await sold(shop, book_hubspot_payments="true")
        shop.plan(side, rule)
        act(shop, invoice)
        await shop.clock.sleep(3)
        await shop.sync(until_quiet=True)
        struck = len((shop.quickbooks if side == "quickbooks" else shop.hubspot).refused)
        (case,) = [one for one in shop.cases() if one.failure.state == "failing"]
        assert (case.failure.cause, case.text) == (cause, said)
        assert "\N{HORIZONTAL ELLIPSIS}" not in case.failure.explanation
        await shop.sync(until_quiet=True)
        assert len((shop.quickbooks if side == "quickbooks" else shop.hubspot).refused) == struck, (
            "nothing is tried blindly"
        )
        shop.plan(side)
        if any(fix.fix == "try_again" for fix in case.failure.fixes):
            shop.fix("try_again", failure=case.failure.id)
            await shop.sync(until_quiet=True)
            assert shop.cases() == []
            await shop.ends_well()

    in_virtual_time(tmp_path, story)

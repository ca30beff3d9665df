"""Causes that are seen before anything is written: nothing is refused, and a sound invoice beside it flows."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.stories.virtual import TODAY, Shop, in_virtual_time

Spoil = Callable[[Shop], object]
NONE: Mapping[str, str] = {}
RATES = [
    {"id": "ny", "name": "New York", "label": "New York", "percentageRate": 8.875, "active": True},
    {"id": "ca", "name": "California", "label": "California", "percentageRate": 9.375, "active": True},
    {"id": "irpf", "name": "IRPF", "label": "IRPF", "percentageRate": -15, "active": True},
]


def nova(shop: Shop) -> tuple[str, str]:
    return shop.seller.company("Nova Ltd", "ana@nova.example")


def line(shop: Shop, **more: str) -> tuple[str, int]:
    """A line of 10.00 with more properties, as a part of an invoice."""
    values = {"name": "Consulting", "quantity": "1", "price": "10.00"}
    return shop.seller.create("line_items", values | more), 409


def sold(shop: Shop) -> None:
    shop.seller.invoice(nova(shop), ("Consulting", "1", "10.00"))


def two_items_of_one_sku(shop: Shop) -> None:
    for name in ("Consulting, junior", "Consulting, senior"):
        shop.bookkeeper.item(name, Sku="C1")
    shop.seller.invoice(nova(shop), parts=[line(shop, hs_sku="C1")])


def item_names_of_other_articles(shop: Shop) -> None:
    for name, sku in (("Consulting", "C2"), ("Consulting (C1)", "C3")):
        shop.bookkeeper.item(name, Sku=sku)
    shop.seller.invoice(nova(shop), parts=[line(shop, hs_sku="C1")])


def inactive_item(shop: Shop) -> None:
    shop.bookkeeper.item("Consulting")
    sold(shop)


def taxed(shop: Shop, *rates: str, discount: str = "", surcharge: str = "") -> None:
    """Lines of 10.00 with these rates, an empty one for none; and a discount or a tax, in percent, on all."""
    shop.set_hubspot(tax_rates=RATES)
    parts = [line(shop, **({"hs_tax_rate_group_id": rate} if rate else {})) for rate in rates]
    invoice = shop.seller.invoice(nova(shop), parts=parts)
    if discount:
        values = {"hs_label": "Thanks", "hs_type": "FIXED", "hs_value": discount}
        shop.seller.create("discounts", values, [(invoice, 412)])
    if surcharge:
        values = {"hs_label": "Surcharge", "hs_type": "PERCENT", "hs_value": surcharge}
        shop.seller.create("taxes", values, [(invoice, 416)])


def discounted(shop: Shop) -> None:
    taxed(shop, "", discount="1.00")
    shop.bookkeeper.prefer("SalesFormsPrefs", AllowDiscount=False)


def nameless(shop: Shop) -> None:
    contact = shop.seller.create("contacts", {"phone": "+1 212 555 0001"})
    values = {"hs_currency": "USD", "hs_invoice_status": "open", "hs_invoice_date": f"{TODAY}T12:00:00Z"}
    shop.seller.create("invoices", values, [(contact, 177), line(shop)])


def abroad(shop: Shop) -> None:
    shop.set_hubspot(currencies=["USD", "EUR"])
    shop.seller.invoice(nova(shop), ("Consulting", "1", "10.00"), currency="EUR")


def long_number(shop: Shop) -> None:
    shop.set_hubspot(invoice_prefix="INVOICE-OF-NOVA-LTD-")
    sold(shop)


def bad_email(shop: Shop) -> None:
    shop.seller.invoice(shop.seller.company("Nova Ltd", "ana;ben@nova.example"), ("Consulting", "1", "10.00"))


@pytest.mark.parametrize(
    ("cause", "spoil", "settings"),
    [
        pytest.param(
            "unmapped_item",
            sold,
            {"auto_create_items": "false"},
            marks=pytest.mark.cause("unmapped_item", foreseen="the items of both sides"),
            id="no such item, and none is to be created",
        ),
        pytest.param(
            "ambiguous_match",
            two_items_of_one_sku,
            NONE,
            marks=pytest.mark.cause("ambiguous_match", foreseen="the items with that SKU or name"),
            id="two items have the line's SKU",
        ),
        pytest.param(
            "duplicate_item_name",
            item_names_of_other_articles,
            NONE,
            marks=pytest.mark.cause("duplicate_item_name", foreseen="the names of all items"),
            id="other articles have the item's names",
        ),
        pytest.param(
            "income_account_missing",
            sold,
            {"income_account": ""},
            marks=pytest.mark.cause("income_account_missing", foreseen="the settings"),
            id="a new item and no income account",
        ),
        pytest.param(
            "unmapped_tax",
            lambda shop: taxed(shop, "ny"),
            NONE,
            marks=pytest.mark.cause("unmapped_tax", foreseen="the table of rates"),
            id="a rate without a code",
        ),
        pytest.param(
            "withholding_tax",
            lambda shop: taxed(shop, "irpf"),
            NONE,
            marks=pytest.mark.cause("withholding_tax", foreseen="the sign of the rate"),
            id="a rate that takes off",
        ),
        pytest.param(
            "surcharge_tax",
            lambda shop: taxed(shop, "ny", surcharge="5.2"),
            NONE,
            marks=pytest.mark.cause("surcharge_tax", foreseen="the taxes of lines and order"),
            id="a tax on top of the lines' own",
        ),
        pytest.param(
            "several_tax_codes",
            lambda shop: (shop.bookkeeper.tax("New York", "8.875"), taxed(shop, "ny", "ca")),
            {"tax_code.ny": "New York", "tax_code.ca": "California"},
            marks=pytest.mark.cause("several_tax_codes", foreseen="the table of rates"),
            id="two sales taxes on one invoice",
        ),
        pytest.param(
            "discount_needs_one_tax_code",
            lambda shop: taxed(shop, "ny", "", discount="1.00"),
            {"tax_code.ny": "California"},
            marks=pytest.mark.cause("discount_needs_one_tax_code", foreseen="the codes of the lines"),
            id="a discount over a taxed and an untaxed line",
        ),
        pytest.param(
            "discounts_off",
            discounted,
            NONE,
            marks=pytest.mark.cause("discounts_off", foreseen="QuickBooks' preferences"),
            id="a discount where QuickBooks takes none",
        ),
        pytest.param(
            "negative_total",
            lambda shop: shop.seller.invoice(nova(shop), ("Consulting", "-1", "10.00")),
            NONE,
            marks=pytest.mark.cause("negative_total", foreseen="the invoice's total"),
            id="less than nothing",
        ),
        pytest.param(
            "no_name",
            nameless,
            NONE,
            marks=pytest.mark.cause("no_name", foreseen="the customer's names"),
            id="a contact without name and e-mail",
        ),
        pytest.param(
            "text_too_long",
            lambda shop: shop.seller.invoice(nova(shop), ("C" * 101, "1", "10.00")),
            NONE,
            marks=pytest.mark.cause("text_too_long", foreseen="the lengths that QuickBooks takes"),
            id="an item's name of 101 characters",
        ),
        pytest.param(
            "number_too_long",
            long_number,
            NONE,
            marks=pytest.mark.cause("number_too_long", foreseen="the lengths that QuickBooks takes"),
            id="a number of 24 characters",
        ),
        pytest.param(
            "bad_email",
            bad_email,
            NONE,
            marks=pytest.mark.cause("bad_email", foreseen="the form of the address"),
            id="two addresses in one",
        ),
        pytest.param(
            "currency_not_enabled",
            abroad,
            NONE,
            marks=pytest.mark.cause("currency_not_enabled", foreseen="the company's currencies"),
            id="euros in a company of dollars alone",
        ),
        pytest.param(
            "period_closed",
            lambda shop: (sold(shop), shop.set_quickbooks(closing_date=TODAY)),
            NONE,
            marks=pytest.mark.cause("period_closed", foreseen="the closing date and the lock date"),
            id="dated on the closing date",
        ),
    ],
)
def test_it_is_seen_before_anything_is_sent(
    tmp_path: Path, cause: str, spoil: Spoil, settings: Mapping[str, str]
) -> None:
    async def story(shop: Shop) -> None:
        shop.bookkeeper.item("Advice")
        spoil(shop)
        await shop.connect(**settings)
        await shop.sync(until_quiet=True)
        await told(shop, cause)

    in_virtual_time(tmp_path, story)


async def told(shop: Shop, cause: str) -> None:
    """The one thing that fails has this cause, nothing was refused, and nothing of it stands in QuickBooks."""
    assert {case.failure.cause for case in shop.cases()} == {cause}, shop.cases()
    (case,) = shop.cases()
    assert "…" not in case.failure.explanation
    assert "{" not in case.failure.explanation + case.remedy
    assert not shop.quickbooks.refused + shop.hubspot.refused
    assert shop.bookkeeper.all("Invoice") == []
    await shop.ends_well()

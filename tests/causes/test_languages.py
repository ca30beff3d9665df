"""A company answers in its own language: what QuickBooks says in French means what it says in English."""

import inspect
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from tests.stories.virtual import Shop, in_virtual_time

from tieout.quickbooks.documents import Envelope
from tieout.quickbooks.errors import fault, problems
from tieout.remote.outcomes import Fault
from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.regimes.french import TEXTS

EXAMPLES = {"int": 21, "Decimal": Decimal("1861.07"), "bool": True, "str": "7"}
RULES = [text for text in TEXTS if text.endswith((".", "item"))]
"""The sentences among the French texts: what the bag of business rules may hold."""


def spoken() -> Iterator[faults.FaultError]:
    """Every fault that the sandbox knows, and every rule of the bag."""
    for name, make in inspect.getmembers(faults, inspect.isfunction):
        wanted = inspect.signature(make).parameters.values()
        given = {one.name: EXAMPLES.get(getattr(one.annotation, "__name__", "")) for one in wanted}
        if name != "example" and None not in given.values() and make.__module__ == faults.__name__:
            made = make(**given)
            if isinstance(made, faults.FaultError):
                yield made
    yield from (faults.business(rule) for rule in RULES)
    yield from (faults.not_found(reason) for reason in (faults.INACTIVE, "Another user has deleted this transaction."))
    yield faults.bad_reference(faults.INACTIVE)


def read(refused: faults.FaultError, texts: dict[str, str]) -> Fault:
    body = msgspec.json.encode({"Fault": refused.fault(texts)})
    return fault(problems(msgspec.json.decode(body, type=Envelope)))


@pytest.mark.parametrize("refused", spoken(), ids=str)
def test_a_fault_means_the_same_in_french(refused: faults.FaultError) -> None:
    english, french = read(refused, {}), read(refused, dict(TEXTS))
    assert (french.cause, french.reaction) == (english.cause, english.reaction)
    assert french.evidence.keys() == english.evidence.keys()


def test_the_bag_is_sorted_in_french() -> None:
    found = {rule: read(faults.business(rule), dict(TEXTS)) for rule in RULES}
    assert all(one.text != rule for rule, one in found.items())
    assert {one.cause for one in found.values()} >= {
        "service_date_required",
        "tax_code_required",
        "deposit_account_unusable",
        "discounts_off",
        "invoice_has_payment",
        "payment_not_applied",
    }


def test_a_company_in_the_united_kingdom_is_told_of_a_credit_note(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        shop.seller.invoice(nova, ("Consulting", "-1", "10.00"), currency="GBP")
        await shop.connect(untaxed_code="No VAT")
        await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        assert (case.failure.cause, case.remedy) == ("negative_total", "Issue a credit note in QuickBooks instead.")

    in_virtual_time(tmp_path, story, "uk")


def test_a_french_company_asks_for_a_code_on_each_line_and_is_understood(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(
            shop.seller.company("Nova SARL", "ana@nova.example"), ("Conseil", "1", "10.00"), currency="EUR"
        )
        await shop.connect(income_account="Prestations de services", untaxed_code="Exonéré")
        said = "Make sure all your transactions have a VAT rate before you save."
        shop.plan(
            "quickbooks", {"match": {"path": "/invoice$"}, "do": "fault", "with": {"code": "6000", "detail": said}}
        )
        await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        assert (case.failure.cause, case.text) == ("tax_code_required", TEXTS[said])
        shop.plan("quickbooks")
        shop.fix("map_tax", code="Hors champ")
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 10
        await shop.ends_well()

    in_virtual_time(tmp_path, story, "fr")

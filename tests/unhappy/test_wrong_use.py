"""Settings and fixes that cannot be: the message says what could, and nothing changes."""

from pathlib import Path

import pytest
from tests.stories.virtual import Shop, in_virtual_time

from tieout.actions.errors import NotFound, WrongUse


def test_a_wrong_setting_lists_what_would_be_right_and_none_of_the_others_is_taken(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await shop.connect()
        before = shop.settings()
        for given, said in (
            ({"income_account": "Nonsense"}, "Services"),
            ({"customer_model": "both"}, "company or contact"),
            ({"auto_create_items": "perhaps"}, "true or false"),
            ({"start_date": "tomorrow"}, "a day"),
            ({"start_date": "2026-02-30"}, "a day"),
            ({"start_date": ""}, "a day"),
            ({"lock_date": "31.3.2026"}, "a day"),
            ({"untaxed_code": "No such code"}, "NON"),
            ({"tax_code.999": "NON"}, "999"),
            ({"due_date_rule": "mine"}, "hubspot"),
            ({"item_type": "Inventory"}, "NonInventory"),
            ({"display_name": "{nickname}"}, "{company}"),
            ({"display_name": "{company"}, "{company}"),
            ({"display_name": "{company.__class__}"}, "{company}"),
            ({"display_name": "{company!r}"}, "{company}"),
            ({"display_name": "{company:>999999999}"}, "{company}"),
            ({"display_name": "{}"}, "{company}"),
            ({"same_payment_days": "²"}, "number of days"),
            ({"same_invoice_days": "-1"}, "same_invoice_days"),
            ({"colour": "blue"}, "income_account"),
            ({"annotate": "false", "colour": "blue"}, "colour"),
        ):
            with pytest.raises(WrongUse) as refused:
                shop.set(**given)
            assert said in str(refused.value), given
            assert shop.settings() == before, given

    in_virtual_time(tmp_path, story)


def test_a_fix_that_does_not_fit_says_which_do_and_changes_nothing(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect(auto_create_customers="false")
        await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        for fix, values, said in (
            ("put_back", {}, "link_customer"),
            ("nonsense", {}, "link_customer"),
            ("link_customer", {}, "customer"),
            ("link_customer", {"customer": "999"}, "no customer with the id 999"),
            ("create_customer", {"colour": "blue"}, "does not take colour. It takes no value."),
            ("choose_contact", {"contact": "999"}, "no contact with the id 999"),
        ):
            with pytest.raises(WrongUse) as refused:
                shop.fix(fix, **values)
            assert said in str(refused.value), fix
        assert shop.cases() == [case]
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        for gone in ("999999", "", "nonsense", "-1", "1e3", "²", "9" * 40):
            with pytest.raises(NotFound):
                shop.fix("exclude", failure=gone)
        shop.fix("create_customer")
        await shop.sync(until_quiet=True)
        with pytest.raises(NotFound, match=case.failure.id):
            shop.fix("exclude", failure=case.failure.id)
        await shop.ends_well()

    in_virtual_time(tmp_path, story)

"""What a HubSpot record shows of its sync."""

from datetime import date
from decimal import Decimal

import pytest

from tieout.core.causes import CAUSES, REASONS
from tieout.core.records import State
from tieout.kinds.annotation import STATES, Account, Money, of_customer, of_invoice


def shown(
    state: State, cause: str = "", evidence: dict | None = None, problems: tuple[str, ...] = ()
) -> dict[str, str]:
    link = "https://books.example/1"
    return of_invoice(state, cause, evidence or {}, problems, "1001", link, Money(Decimal("12.5")), "EUR")


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_words(state):
    assert STATES[state]
    assert shown(state)["tieout_state"] == STATES[state]


@pytest.mark.parametrize("cause", [*CAUSES, *REASONS])
def test_every_cause_and_reason_can_be_told_on_the_record(cause):
    assert shown(State.FAILING, cause)["tieout_reason"]


def test_what_is_in_sync_gives_no_reason():
    assert shown(State.IN_SYNC, "no_customer")["tieout_reason"] == ""


def test_a_draft_says_that_it_is_ready_or_what_it_would_fail_for():
    assert shown(State.DRAFT)["tieout_reason"] == "Ready"
    problems = ("no_lines", "no_customer", "no_lines")
    assert shown(State.DRAFT, problems=problems)["tieout_reason"] == (
        "Would fail because: An invoice without lines; No customer in QuickBooks"
    )


def test_the_reason_names_the_holder():
    told = shown(State.FAILING, "duplicate_display_name", {"holder_list": "vendor", "holder_name": "Bo Li"})[
        "tieout_reason"
    ]
    assert "vendor called Bo Li" in told


def test_amounts_are_decimal_text():
    assert shown(State.IN_SYNC)["tieout_received"] == "12.50"
    assert of_invoice(State.DRAFT, "", {}, (), "", "", Money(), "EUR")["tieout_received"] == ""
    yen = of_invoice(State.IN_SYNC, "", {}, (), "7", "", Money(Decimal(1200)), "JPY")
    assert yen["tieout_received"] == "1200"


def test_a_customers_account_is_text():
    account = Account(Decimal(7), Decimal("0.5"), date(2026, 1, 9), "EUR")
    assert of_customer(account) == {
        "tieout_open_balance": "7.00",
        "tieout_open_credit": "0.50",
        "tieout_last_payment": "2026-01-09",
    }
    assert of_customer(Account(Decimal(0), Decimal(0), None, "EUR"))["tieout_last_payment"] == ""

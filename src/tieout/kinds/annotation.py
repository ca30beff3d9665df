"""What a HubSpot record shows of its sync: derived values, written only when they change, never read back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import msgspec

from tieout.core.causes import CAUSES, REASONS
from tieout.core.money import UnknownCurrency, text
from tieout.core.records import State

STATES: dict[State, str] = {
    State.IN_SYNC: "In sync",
    State.WARNING: "In sync",
    State.PENDING: "On its way",
    State.WAITING: "On its way",
    State.RETRYING: "On its way",
    State.FAILING: "Needs you",
    State.HELD: "Please decide",
    State.ACCEPTED: "Left as they are",
    State.EXCLUDED: "Not synced, on purpose",
    State.DRAFT: "Draft",
    State.BROKEN: "Needs you",
    State.PAUSED: "Paused",
}
"""States as a page shows them."""


class Money(msgspec.Struct, frozen=True):
    """What QuickBooks has of an invoice's payment, in the invoice's currency."""

    received: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)


class Account(msgspec.Struct, frozen=True):
    """What QuickBooks has of a customer's account, in `currency`. last: day of the last payment."""

    balance: Decimal
    credit: Decimal
    last: date | None
    currency: str


def of_invoice(
    state: State,
    cause: str,
    evidence: Mapping[str, str],
    problems: tuple[str, ...],
    number: str,
    link: str,
    money: Money,
    currency: str,
) -> dict[str, str]:
    """The properties of a HubSpot invoice. problems: causes that a draft would fail for. Amounts as "12.30"."""
    return {
        "tieout_state": STATES[state],
        "tieout_reason": _reason(state, cause, evidence, problems),
        "tieout_number": number,
        "tieout_link": link,
        "tieout_received": _amount(money.received, currency) if number or money.received else "",
        "tieout_credited": _amount(money.credited, currency) if number or money.credited else "",
    }


def of_customer(account: Account) -> dict[str, str]:
    """The properties of a HubSpot company or contact."""
    return {
        "tieout_open_balance": _amount(account.balance, account.currency),
        "tieout_open_credit": _amount(account.credit, account.currency),
        "tieout_last_payment": account.last.isoformat() if account.last else "",
    }


def _amount(amount: Decimal, currency: str) -> str:
    """A decimal string with the currency's digits; one that ISO 4217 no longer lists shows as it stands."""
    try:
        return text(amount, currency)
    except UnknownCurrency:
        return f"{amount:f}"


def _reason(state: State, cause: str, evidence: Mapping[str, str], problems: tuple[str, ...]) -> str:
    if state is State.DRAFT:
        if not problems:
            return REASONS["ready"]
        titles = "; ".join(dict.fromkeys(CAUSES[problem].title for problem in problems))
        return f"Would fail because: {titles}"
    if state in (State.IN_SYNC, State.PENDING, State.RETRYING):
        return ""
    if cause in CAUSES:
        return f"{CAUSES[cause].title}. {fill(CAUSES[cause].explanation, evidence)}"
    return REASONS.get(cause, "")


def fill(template: str, evidence: Mapping[str, str]) -> str:
    """Put evidence into a message; a value that is missing shows as an ellipsis."""

    class Known(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "…"

    return template.format_map(Known({k: v for k, v in evidence.items() if v}))

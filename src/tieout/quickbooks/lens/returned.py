"""Money of a payment that went back, as a journal entry: what the customer owes again, against where the money was.

Source: QuickBooks API reference, "JournalEntry". A line on Accounts Receivable names the customer that owes. What is
owed in another currency has an account of its own, in that currency ("Account", `CurrencyRef`).
"""

from collections.abc import Sequence
from typing import Final

from tieout.core.facts import Named
from tieout.kinds.settlement import Settlement
from tieout.quickbooks.documents import Json
from tieout.quickbooks.lens import invoice as form
from tieout.quickbooks.lens.text import CannotWrite

RECEIVABLE: Final = "Accounts Receivable"
"""The type of the account that holds what customers owe."""


def entry(record: Settlement, key: str, payment: Json, accounts: Sequence[Named]) -> Json:
    """The body of a journal entry for what went back of `payment`, the Payment as QuickBooks holds it now.

    record: `returned` is what to enter, in the payment's currency; negative for money that came again after all. key:
    the operation's id, by which the entry is recognized as ours. It names no day: QuickBooks takes its own today, since
    the payment's may be closed. Raises CannotWrite, UnknownCurrency, NotMoney.
    """
    owing = (one for one in accounts if one.type == RECEIVABLE and one.currency in ("", record.currency))
    held = payment.get("ARAccountRef") or next(({"value": one.id} for one in owing), None)
    money = payment.get("DepositToAccountRef")
    if held is None or money is None:
        words = "QuickBooks does not say which account the payment went to, or has no account for what customers owe."
        raise CannotWrite("feature_not_supported", words, {"kind": "settlement", "verb": "update"})
    customer = {"Type": "Customer", "EntityRef": {"value": payment["CustomerRef"]["value"]}}
    owed, taken = ("Debit", "Credit") if record.returned > 0 else ("Credit", "Debit")
    amount = form.amount(abs(record.returned), record.currency)
    body: Json = {
        "PrivateNote": f"Tieout {key}",
        "Line": [
            _line(amount, owed, {"AccountRef": {"value": held["value"]}, "Entity": customer}),
            _line(amount, taken, {"AccountRef": {"value": money["value"]}}),
        ],
    }
    if "CurrencyRef" in payment:
        body["CurrencyRef"] = {"value": payment["CurrencyRef"]["value"]}
    if "ExchangeRate" in payment:
        body["ExchangeRate"] = payment["ExchangeRate"]
    return body


def _line(amount: object, posting: str, detail: Json) -> Json:
    return {
        "Amount": amount,
        "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": {"PostingType": posting, **detail},
    }

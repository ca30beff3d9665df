"""The causes of payments that are foreseen before anything is written."""

from tieout.core.cause import Cause

RECEIVED = (
    Cause(
        "payment_exceeds_balance",
        "More was paid than is open",
        "A payment of {amount} came in for invoice {invoice}, of which HubSpot has only {balance} open.",
        "See whether the payment is recorded in HubSpot already; if it is another one, say so.",
        fixes=("use_existing", "create_anyway", "exclude"),
        who="seller",
    ),
    Cause(
        "payment_edited_in_hubspot",
        "The payment was changed in HubSpot",
        "This payment comes from QuickBooks, and its HubSpot copy was changed since.",
        "Put QuickBooks' figures back, or leave both as they are.",
        fixes=("put_back", "leave_both", "stop_syncing"),
        who="seller",
    ),
    Cause(
        "nothing_open",
        "Nothing is open of the invoice",
        "A payment of {amount} came in for invoice {invoice}, of which nothing is open in QuickBooks.",
        "See whether the payment is booked in QuickBooks already, or book it there as the customer's credit.",
        fixes=("exclude",),
    ),
    Cause(
        "deposit_account_unusable",
        "The deposit account cannot be used",
        "A payment of {amount} is to go into an account that QuickBooks does not take for payments.",
        "Choose another deposit account in the settings.",
        fixes=("try_again", "exclude"),
        who="operator",
    ),
    Cause(
        "left_as_credit",
        "Part of a payment became credit",
        "The payment of {amount} was booked whole, and the invoice owed less: {left} stand as the customer's credit.",
        "Nothing has to be done. Apply the credit to another invoice in QuickBooks, or refund it.",
        fixes=("acknowledge",),
    ),
    Cause(
        "payment_locked",
        "A payment that HubSpot does not let go",
        "HubSpot does not let this payment be changed: a processor or somebody else recorded it.",
        "Change it at the processor, or where it was recorded.",
        fixes=("exclude",),
        who="seller",
    ),
    Cause(
        "payment_came_back",
        "The money of a payment went back",
        "Of a payment of {amount} that is booked in QuickBooks, {returned} went back (HubSpot: {status}). "
        "The entry for it: debit Accounts Receivable for the customer, credit {account}, today.",
        "Approve the entry, or enter in QuickBooks yourself what went back, and stop syncing this payment.",
        fixes=("enter_return", "stop_syncing"),
    ),
    Cause(
        "payment_came_again",
        "Money that had gone back came again",
        "Of a payment of {amount}, {returned} that had been entered as gone back came again after all "
        "(HubSpot: {status}). The entry for it: debit {account}, credit Accounts Receivable for the customer, today.",
        "Approve the entry, or enter in QuickBooks yourself what came again, and stop syncing this payment.",
        fixes=("enter_return", "stop_syncing"),
    ),
    Cause(
        "payment_not_kept",
        "The money of a payment went back before it was booked",
        "A payment of {amount} has the status {status} in HubSpot, and is not booked in QuickBooks.",
        "Enter in QuickBooks what was kept of it, and its fee, or leave it out.",
        fixes=("exclude",),
    ),
    Cause(
        "payments_apart",
        "Two payments that are one differ",
        "A payment is {amount} in HubSpot and {other} on its invoice in QuickBooks, and was said to be the same one.",
        "Correct the wrong one of the two, or leave both as they are. Tieout made neither, and writes neither.",
        fixes=("leave_both", "stop_syncing"),
    ),
    Cause(
        "booked_payment_changed",
        "A booked payment was changed",
        "A payment was changed on one side after it was booked: {amount} in HubSpot, {other} in QuickBooks.",
        "Make the same change on the other side, or leave both as they are.",
        fixes=("leave_both", "stop_syncing"),
    ),
)

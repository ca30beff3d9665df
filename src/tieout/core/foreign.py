"""The causes of what is in another currency, foreseen all of them."""

from tieout.core.cause import Cause

FOREIGN = (
    Cause(
        "currency_not_enabled",
        "A foreign currency",
        "The document is in {currency}, and the QuickBooks company works in {home}.",
        "Switch that currency on in QuickBooks, issue the document in the company's currency, or exclude it.",
        fixes=("exclude",),
    ),
    Cause(
        "no_exchange_rate",
        "No exchange rate",
        "The document is in {currency}, and QuickBooks has no rate from that to {home} for {date}; it would book it at "
        "a rate of 1.",
        "Set the rate of that day in QuickBooks, in its list of currencies; the document then goes on by itself.",
        fixes=("exclude",),
    ),
    Cause(
        "another_currency",
        "Another currency than its own",
        "The document is in {currency}, and {name} in QuickBooks is in {theirs}.",
        "Give that record its currency back in QuickBooks, issue the document in the other currency, or exclude it.",
        fixes=("exclude",),
    ),
    Cause(
        "currency_not_in_hubspot",
        "HubSpot does not have this currency",
        "The invoice is in {currency}, which is not one of the HubSpot account's currencies.",
        "Add the currency to the HubSpot account, or leave the invoice out.",
        fixes=("exclude",),
        who="operator",
    ),
)

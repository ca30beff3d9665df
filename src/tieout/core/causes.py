"""The catalogue of failures: one entry for each cause, with its class, its words and its fixes.

Words are English message ids with {placeholders}; other languages stand in their catalogues. A stored failure keeps
the code and the evidence, never a sentence.
"""

from typing import Literal

import msgspec

Class = Literal["transient", "dependency", "person", "connection", "bug"]


class Cause(msgspec.Struct, frozen=True):
    """Why a record cannot sync.

    foreseen: `yes`, `second` (from the second time on) or `no`. who: whose move it is. learn: settings or facts whose
    change lets it be tried again are read afresh while a failure with this cause stands.
    """

    code: str
    title: str
    explanation: str
    remedy: str
    klass: Class = "person"
    fixes: tuple[str, ...] = ()
    foreseen: Literal["yes", "second", "no"] = "yes"
    who: Literal["seller", "bookkeeper", "operator"] = "bookkeeper"


_CAUSES = (
    Cause(
        "no_customer",
        "No customer in QuickBooks",
        "The customer of this invoice has no counterpart in QuickBooks.",
        "Link it to the right QuickBooks customer, let Tieout create one, or put the contact on the invoice whose "
        "e-mail the QuickBooks customer has.",
        fixes=("link_customer", "create_customer", "choose_contact", "exclude"),
        who="seller",
    ),
    Cause(
        "duplicate_display_name",
        "The display name is taken",
        "QuickBooks already has a {holder_list} called {holder_name}. Names are shared by customers, vendors and "
        "employees.",
        "Give this customer another name, or use the one there.",
        fixes=("use_existing_customer", "rename_by_pattern", "reactivate", "exclude"),
    ),
    Cause(
        "service_date_required",
        "A service date is missing",
        "QuickBooks recognizes the revenue of {item} over time and wants a service date on its line.",
        "Set the service date by rule, give the HubSpot line a billing start date, or switch revenue recognition off "
        "in QuickBooks.",
        fixes=("set_service_date", "exclude"),
        foreseen="second",
    ),
    Cause(
        "charge_edited_in_books",
        "The invoice was changed in QuickBooks",
        "This invoice was made in HubSpot, and what the customer owes was changed in QuickBooks since.",
        "Put HubSpot's figures back, undo the change in QuickBooks and make it in HubSpot, or leave both as they are.",
        fixes=("put_back", "leave_both", "stop_syncing"),
    ),
    Cause(
        "totals_apart",
        "The totals do not agree",
        "Invoice {number} comes to {total} in HubSpot and to {other} in QuickBooks.",
        "Put HubSpot's figures into QuickBooks, or leave both as they are.",
        fixes=("put_back", "leave_both", "stop_syncing"),
        foreseen="no",
    ),
    Cause(
        "duplicate_number",
        "The number is taken",
        "QuickBooks already has a {holder_list} with the number {number}.",
        "Renumber that document in QuickBooks, or let the QuickBooks copy of this invoice have another number.",
        fixes=("use_existing", "number_by_pattern", "let_quickbooks_number", "exclude"),
    ),
    Cause(
        "possible_duplicate",
        "Is this the same one?",
        "QuickBooks already has a document for the same customer, amount and time: {twin_number}.",
        "Say whether it is the same one. Nothing is written until then.",
        fixes=("use_existing", "create_anyway", "exclude"),
    ),
    Cause(
        "please_decide",
        "Both sides differ",
        "A value was changed where only a person may say which one is right: {fields}.",
        "Choose the value that shall stand on both sides, or leave both as they are.",
        fixes=("use_hubspot", "use_quickbooks", "leave_both", "exclude"),
        foreseen="yes",
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
        "void_but_paid",
        "Voided on one side, paid on the other",
        "Invoice {number} was voided on one side and is paid, in whole or in part, on the other.",
        "Undo the payment or the void where it was a mistake; a void of paid money has to become a credit.",
        fixes=("leave_both", "stop_syncing"),
    ),
    Cause(
        "unmapped_item",
        "No item in QuickBooks",
        "The line {name} has no item in QuickBooks, and none is to be created.",
        "Create the item in QuickBooks, choose a default item, or let Tieout create items.",
        fixes=("set_default_item", "exclude"),
    ),
    Cause(
        "ambiguous_match",
        "More than one could be meant",
        "{name} could be one of several records in QuickBooks.",
        "Say which one it is, or that it is a new one.",
        fixes=("link_item", "create_item", "exclude"),
    ),
    Cause(
        "duplicate_item_name",
        "The item's name is taken",
        "QuickBooks already has an item called {name}.",
        "Link to that item, or rename one of the two.",
        fixes=("link_item", "exclude"),
    ),
    Cause(
        "income_account_missing",
        "No income account is chosen",
        "A new item in QuickBooks needs an income account, and none is chosen for {name}.",
        "Choose the income account that new items shall post to.",
        fixes=("set_income_account", "exclude"),
        who="operator",
    ),
    Cause(
        "unmapped_tax",
        "A tax rate is not mapped",
        "QuickBooks needs a tax code for {rate}, and none is chosen.",
        "Choose the QuickBooks code for this rate.",
        fixes=("map_tax", "exclude"),
    ),
    Cause(
        "several_tax_codes",
        "More than one sales tax on an invoice",
        "The lines lead to several QuickBooks sales taxes ({codes}); a QuickBooks invoice has one.",
        "Split the invoice in HubSpot by tax, or map the rates to one code.",
        fixes=("exclude",),
        who="seller",
    ),
    Cause(
        "discount_needs_one_tax_code",
        "A discount over lines with different taxes",
        "The invoice has an order-level discount, and its lines have different tax codes.",
        "Put the discount on the lines in HubSpot.",
        fixes=("exclude",),
        who="seller",
    ),
    Cause(
        "tax_code_required",
        "QuickBooks wants a tax code on each line",
        "QuickBooks refused the invoice because a line has no tax code.",
        "Choose a QuickBooks code for each rate, and for no tax.",
        fixes=("map_tax", "exclude"),
        foreseen="no",
    ),
    Cause(
        "total_mismatch",
        "The totals do not agree",
        "The lines come to {sum}, and the document says {total}.",
        "Wait until HubSpot has calculated the invoice anew; if it stays, compare lines, discounts and taxes.",
        fixes=("exclude",),
        who="seller",
    ),
    Cause(
        "negative_total",
        "A negative invoice",
        "The invoice comes to {total}; QuickBooks takes no invoice below zero.",
        "Issue a credit memo in QuickBooks instead.",
        fixes=("exclude",),
    ),
    Cause(
        "no_lines",
        "An invoice without lines",
        "The invoice has no line, and QuickBooks needs at least one.",
        "Add a line in HubSpot.",
        fixes=("exclude",),
        who="seller",
    ),
    Cause(
        "no_name",
        "A record without a name",
        "There is no name, company or e-mail to call it by.",
        "Give it a name in HubSpot.",
        fixes=("exclude",),
        who="seller",
    ),
    Cause(
        "text_too_long",
        "A text is too long",
        "QuickBooks takes at most {limit} characters, and this text has {length}.",
        "Shorten it in HubSpot.",
        fixes=("exclude",),
        who="seller",
    ),
    Cause(
        "number_too_long",
        "The number is too long",
        "QuickBooks takes at most {limit} characters in a document number; {number} has more.",
        "Shorten HubSpot's prefix, or let the QuickBooks copy have another number.",
        fixes=("let_quickbooks_number", "number_by_pattern", "exclude"),
    ),
    Cause(
        "bad_email",
        "The e-mail address is not valid",
        "QuickBooks does not take this e-mail address.",
        "Correct the address in HubSpot.",
        fixes=("exclude",),
        who="seller",
    ),
    Cause(
        "currency_not_enabled",
        "A foreign currency",
        "The document is in {currency}, and the QuickBooks company works in {home}.",
        "Issue it in the company's currency, or exclude it.",
        fixes=("exclude",),
    ),
    Cause(
        "period_closed",
        "That period is closed",
        "The document is dated {date}, and the period until {closed} is closed.",
        "Reopen the period in QuickBooks, or date the document later.",
        fixes=("exclude",),
    ),
    Cause(
        "inactive_reference",
        "An inactive customer or item",
        "{name} is inactive in QuickBooks.",
        "Make it active again, or link to another one.",
        fixes=("reactivate", "exclude"),
    ),
    Cause(
        "missing_reference",
        "A record that QuickBooks does not have",
        "QuickBooks does not know a record that this one refers to.",
        "Link to one that exists.",
        fixes=("try_again", "exclude"),
        foreseen="no",
    ),
    Cause(
        "deposited",
        "The payment is in a bank deposit",
        "QuickBooks does not change a payment that was deposited.",
        "Take it out of the deposit first.",
        fixes=("exclude",),
        foreseen="no",
    ),
    Cause(
        "invoice_has_payment",
        "The invoice has a payment",
        "The invoice cannot be changed or voided while a payment is applied to it.",
        "Unapply the payment first.",
        fixes=("try_again", "stop_syncing"),
        foreseen="no",
    ),
    Cause(
        "payment_locked",
        "A payment that HubSpot does not let go",
        "HubSpot does not let a payment taken by its processor be changed.",
        "Change it at the processor.",
        fixes=("exclude",),
        foreseen="no",
        who="seller",
    ),
    Cause(
        "deleted_in_quickbooks",
        "Deleted in QuickBooks",
        "The QuickBooks record of this pair was deleted. It is not created again by itself.",
        "Say whether to forget the pair, or to leave it out.",
        fixes=("unlink", "stop_syncing"),
    ),
    Cause(
        "deleted_in_hubspot",
        "Deleted in HubSpot",
        "The HubSpot record of this pair was deleted. Nothing is deleted in QuickBooks.",
        "Say whether to forget the pair, or to leave it out.",
        fixes=("unlink", "stop_syncing"),
        who="seller",
    ),
    Cause(
        "merged_in_quickbooks",
        "Merged in QuickBooks",
        "The QuickBooks record of this pair was merged into another.",
        "Say whether to forget the pair, or to leave it out.",
        fixes=("unlink", "stop_syncing"),
    ),
    Cause(
        "merged_in_hubspot",
        "Merged in HubSpot",
        "The HubSpot record of this pair was merged into another.",
        "Say whether to forget the pair, or to leave it out.",
        fixes=("unlink", "stop_syncing"),
        who="seller",
    ),
    Cause(
        "dependency",
        "Waits for another record",
        "It waits for the {kind} {name}.",
        "It goes on by itself as soon as that record has arrived.",
        klass="dependency",
        fixes=("exclude",),
    ),
    Cause(
        "review",
        "The first review is not finished",
        "Nothing is created before the matches of the first review were looked at.",
        "Finish the review of matches.",
        klass="dependency",
        fixes=("exclude",),
        who="operator",
    ),
    Cause(
        "unreadable",
        "A record that cannot be read",
        "The other side sent a record that makes no sense: {text}.",
        "Correct it there; it is read again when it changes.",
        fixes=("exclude",),
        foreseen="no",
    ),
    Cause(
        "feature_not_supported",
        "Not part of the QuickBooks plan",
        "QuickBooks refused a feature that the company's plan does not have.",
        "Upgrade the plan, or unmap the field.",
        fixes=("try_again", "exclude"),
        foreseen="no",
    ),
    Cause(
        "unique_value_taken",
        "A unique value is taken",
        "HubSpot already has another record with this value.",
        "Correct the value on one of the two records.",
        fixes=("try_again", "exclude"),
        foreseen="no",
        who="seller",
    ),
    Cause(
        "object_gone",
        "The record is gone",
        "The record was deleted while it was being written.",
        "It is looked at again with the next check.",
        fixes=("try_again", "exclude"),
        foreseen="no",
    ),
    Cause(
        "quickbooks_rule",
        "A rule of QuickBooks",
        "QuickBooks refused it: {text}.",
        "Do what the message says, in QuickBooks or HubSpot; it is tried again when either record changes.",
        fixes=("try_again", "exclude"),
        foreseen="no",
    ),
    Cause(
        "hubspot_rule",
        "A rule of HubSpot",
        "HubSpot refused it: {text}.",
        "Do what the message says; it is tried again when either record changes.",
        fixes=("try_again", "exclude"),
        foreseen="no",
        who="seller",
    ),
    Cause(
        "bad_payload",
        "A mistake of Tieout's",
        "The request was refused as malformed: {text}.",
        "Please report it with these details.",
        klass="bug",
        fixes=("try_again", "exclude"),
        foreseen="no",
        who="operator",
    ),
    Cause(
        "stale_object",
        "Changed while it was written",
        "Somebody changed the record at the same moment.",
        "It is read and decided again by itself.",
        klass="transient",
        foreseen="no",
    ),
    Cause(
        "rate_limited",
        "Too many calls",
        "The other side asked to slow down.",
        "It goes on by itself.",
        klass="transient",
        foreseen="no",
    ),
    Cause(
        "unavailable",
        "No answer",
        "The other side did not answer.",
        "It goes on by itself.",
        klass="transient",
        foreseen="no",
    ),
    Cause(
        "sign_in_expired",
        "The sign-in has expired",
        "The access to this account has expired or was taken back.",
        "Connect the account again.",
        klass="connection",
        foreseen="no",
        who="operator",
    ),
    Cause(
        "wrong_company",
        "The wrong company",
        "The sign-in does not belong to this company or account.",
        "Connect with a user of the right company.",
        klass="connection",
        foreseen="no",
        who="operator",
    ),
    Cause(
        "missing_scope",
        "A permission is missing",
        "The HubSpot sign-in lacks permissions: {scopes}.",
        "Grant them in the HubSpot app, and connect again.",
        klass="connection",
        foreseen="yes",
        who="operator",
    ),
    Cause(
        "subscription_lapsed",
        "The QuickBooks subscription has lapsed",
        "QuickBooks takes no data because the subscription has ended or was not paid.",
        "Renew the subscription; it goes on by itself.",
        klass="connection",
        foreseen="no",
        who="operator",
    ),
)

CAUSES: dict[str, Cause] = {cause.code: cause for cause in _CAUSES}

REASONS: dict[str, str] = {
    "not_needed": "No invoice needs it",
    "part_of_company": "Part of a company",
    "no_counterpart": "No counterpart in QuickBooks",
    "made_in_quickbooks": "Made in QuickBooks",
    "made_in_hubspot": "Made in HubSpot",
    "not_made_here": "Not made in HubSpot",
    "invoice_not_synced": "Its invoice is not synced",
    "credit": "A credit, not cash",
    "nothing_applied": "Nothing is applied",
    "withdrawn": "Withdrawn",
    "void": "Voided before it was synced",
    "before_start": "Before the start",
    "by_you": "Left out by you",
    "ready": "Ready",
    "read_only": "Read-only",
}
"""Why a record is left out on purpose, or how a draft stands."""

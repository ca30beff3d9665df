"""The actions that can be offered on a failure."""

import msgspec


class Fix(msgspec.Struct, frozen=True):
    """An action offered on a failure.

    needs: key that has to be given, with its title; empty = nothing. money: it decides what is posted, changed or
    voided in QuickBooks, now or by a setting from now on, so only a bookkeeper may do it.
    """

    code: str
    title: str
    needs: tuple[tuple[str, str], ...] = ()
    money: bool = False


_FIXES = (
    Fix("link_customer", "Pair with a QuickBooks customer", (("customer", "QuickBooks customer"),)),
    Fix("create_customer", "Create the customer in QuickBooks"),
    Fix("link_hubspot_customer", "Pair with a HubSpot company or contact", (("customer", "HubSpot customer"),)),
    Fix("create_hubspot_customer", "Create the customer in HubSpot"),
    Fix("choose_contact", "Choose another HubSpot contact", (("contact", "HubSpot contact"),)),
    Fix("exclude", "Do not sync this one"),
    Fix("use_existing_customer", "Use an existing QuickBooks customer", (("customer", "QuickBooks customer"),)),
    Fix("rename_by_pattern", "Give the customer another name by pattern"),
    Fix("reactivate", "Make the inactive one in QuickBooks active again"),
    Fix("set_service_date", "Set the service date by rule"),
    Fix("put_back", "Put HubSpot's figures back into QuickBooks", money=True),
    Fix("restore_copy", "Put QuickBooks' figures back into HubSpot"),
    Fix("issued_in_hubspot", "It was made in HubSpot", money=True),
    Fix("leave_both", "Leave both as they are"),
    Fix("stop_syncing", "Stop syncing this one"),
    Fix("use_existing", "It is the same document", (("document", "QuickBooks document"),)),
    Fix("create_anyway", "It is another document", money=True),
    Fix("number_by_pattern", "Give the QuickBooks copy another number by pattern", money=True),
    Fix("let_quickbooks_number", "Let QuickBooks number its copy", money=True),
    Fix("link_item", "Pair with a QuickBooks item", (("item", "QuickBooks item"),)),
    Fix("create_item", "Create the item in QuickBooks"),
    Fix(
        "set_default_item",
        "Use one QuickBooks item for lines without an item",
        (("item", "QuickBooks item"),),
        money=True,
    ),
    Fix(
        "set_rounding_item",
        "Put cents that the tax is apart into a line on one item",
        (("item", "QuickBooks item"),),
        money=True,
    ),
    Fix("set_income_account", "Choose the income account of new items", (("account", "Income account"),), money=True),
    Fix("map_tax", "Choose the QuickBooks tax code", (("code", "QuickBooks tax code"),), money=True),
    Fix(
        "map_tax_by_country",
        "Choose the QuickBooks tax code for this country",
        (("code", "QuickBooks tax code"),),
        money=True,
    ),
    Fix("use_hubspot", "Take HubSpot's value", money=True),
    Fix("use_quickbooks", "Take QuickBooks' value"),
    Fix("enter_return", "Book the entry in QuickBooks", money=True),
    Fix("acknowledge", "Acknowledge the warning"),
    Fix(
        "choose_default",
        "Choose what new invoices go to in QuickBooks",
        (("customer", "QuickBooks record"),),
        money=True,
    ),
    Fix("share_customer", "Let both share the QuickBooks customer"),
    Fix("unlink", "Forget the pair"),
    Fix("try_again", "Try again now"),
)

FIXES: dict[str, Fix] = {fix.code: fix for fix in _FIXES}

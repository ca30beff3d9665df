"""What codes are called on pages and in the command line, in English; `Words` says it in other languages."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "customer": "Customer",
    "item": "Item",
    "invoice": "Invoice",
    "settlement": "Payment or credit",
}

KINDS_TOGETHER: Mapping[str, str] = {
    "customer": "Customers",
    "item": "Items",
    "invoice": "Invoices",
    "settlement": "Payments and credits",
}

SIDES: Mapping[str, str] = {"crm": "HubSpot", "books": "QuickBooks"}

STATES: Mapping[str, str] = {
    "in_sync": "In sync",
    "warning": "In sync, with warnings",
    "pending": "On its way",
    "waiting": "Waits for another record",
    "retrying": "Trying again",
    "failing": "Needs you",
    "held": "Please decide",
    "accepted": "Left as they are",
    "excluded": "Not synced, on purpose",
    "draft": "Draft",
    "broken": "Needs you: one of the two is gone",
    "paused": "Paused",
}

GROUPS: Mapping[str, str] = {
    "both": "In both",
    "only_in_hubspot": "Only in HubSpot",
    "only_in_quickbooks": "Only in QuickBooks",
    "credit": "Unapplied credits and payments",
}
"""Where an amount stands that was open on a day."""

ENTRIES: Mapping[str, str] = {
    "unapplied": "Not applied to an invoice yet",
    "other_entry": "Another entry on accounts receivable",
}
"""Why something of QuickBooks has no counterpart by nature."""

FINDINGS: Mapping[str, str] = {
    "missing_in_books": "Missing in QuickBooks",
    "missing_in_crm": "Missing in HubSpot",
    "doubled_in_books": "Twice in QuickBooks",
    "doubled_in_crm": "Twice in HubSpot",
    "different": "Different amounts",
    "customer_twice": "Customer made twice in QuickBooks",
}
"""What an audit finds."""

RECOGNIZED: Mapping[str, str] = {
    "same_number": "The same number",
    "same_charge": "The same customer and amount within days",
    "totals_apart": "Different totals",
    "open_apart": "Different open amounts",
    "same_email": "The same e-mail",
    "same_name": "The same name",
}
"""Why an audit says so, where it is no reason to leave something out and no cause of a failure."""

HEADINGS: Mapping[str, str] = {
    "as of": "As of",
    "where": "Where",
    "kind": "Kind",
    "number": "Number",
    "date": "Date",
    "month": "Month",
    "customer": "Customer",
    "currency": "Currency",
    "amount": "Amount",
    "company's currency": "The company's currency",
    "amount in company's currency": "Amount in the company's currency",
    "reason": "Why",
    "HubSpot id": "Id in HubSpot",
    "QuickBooks id": "Id in QuickBooks",
    "finding": "What",
    "crm": "Id in HubSpot",
    "books": "Id in QuickBooks",
    "other": "Twice: the first one",
    "name": "Customer",
    "difference": "Part of the difference",
    "open": "Part of the difference of what is open",
    "cause": "Why",
}
"""The columns of a workbook, by their titles in a table."""

VALUES: Mapping[str, str] = {
    "draft": "Draft",
    "open": "Open",
    "paid": "Paid",
    "void": "Void",
    "succeeded": "Succeeded",
    "card": "Card",
    "ach": "Bank debit",
    "cash": "Cash",
    "check": "Check",
    "wire_transfer": "Bank transfer",
    "other": "Other",
    "yes": "Yes",
    "no": "No",
}
"""What statuses and methods of payment are called."""

WHO: Mapping[str, str] = {
    "seller": "The person who sells",
    "bookkeeper": "The person who keeps the accounts",
    "operator": "The person who runs Tieout",
}

WHICH: Mapping[str, str] = {"hubspot": "HubSpot", "quickbooks": "QuickBooks", "nobody": "Neither of both"}
"""Which of both systems deals with customers."""

WINNERS: Mapping[str, str] = {"ask": "Ask", "hubspot": "HubSpot wins", "quickbooks": "QuickBooks wins"}
"""Who wins where both sides changed a field."""

REGIMES: Mapping[str, str] = {
    "none": "QuickBooks charges no sales tax",
    "us-manual": "QuickBooks works with sales tax rates set up by hand",
    "us-automated": "QuickBooks works out sales tax by itself",
    "per-line": "QuickBooks keeps a tax code for each line",
}
"""How QuickBooks deals with sales tax."""

RECORDS: Mapping[str, str] = {
    "customer": "customer",
    "vendor": "vendor",
    "employee": "employee",
    "item": "item",
    "invoice": "invoice",
    "settlement": "payment",
    "credit_memo": "credit memo",
    "sales_receipt": "sales receipt",
    "refund_receipt": "refund receipt",
    "estimate": "estimate",
    "planned": "planned record",
}
"""What a record is called inside a sentence."""

FIELDS: Mapping[str, str] = {
    "active": "Active",
    "amount": "Amount",
    "as_of": "As of",
    "balance": "Open",
    "billing": "Billing address",
    "company": "Company",
    "contact": "Contact",
    "currency": "Currency",
    "customer": "Customer",
    "date": "Date",
    "discount": "Discount",
    "display_name": "Display name",
    "due": "Due date",
    "email": "E-mail",
    "first": "First name",
    "invoice": "Invoice",
    "issuer": "Made in",
    "last": "Last name",
    "lines": "Lines",
    "linked_to": "Belongs to",
    "memo": "Message to the customer",
    "method": "Method",
    "name": "Name",
    "number": "Number",
    "parties": "Contacts and companies",
    "phone": "Phone",
    "po": "PO number",
    "price": "Price",
    "quantity": "Quantity",
    "reference": "Reference",
    "service_date": "Service date",
    "ship_to": "Ship to",
    "sku": "SKU",
    "status": "Status",
    "tax": "Tax",
    "tax_code": "Tax code",
    "tax_number": "Tax number",
    "text": "Description",
    "total": "Total",
    "type": "Type",
    "website": "Website",
}
"""The names of fields, as columns and rows show them."""

SHARED: Mapping[str, str] = {
    "tax": "same tax number",
    "email": "same e-mail",
    "domain": "same mail domain",
    "name": "same name",
    "address": "alike in name and address",
    "sku": "same SKU",
}
"""What speaks for two records being the same."""

JOINED: Mapping[str, str] = {
    "by_you": "a person said so",
    "created": "made by Tieout",
    "merged": "the two were merged",
    "same_number": "the same number",
    "same_alike": "the same customer and amount within days",
}
"""Why two records are a pair, where it is nothing that they share."""

AGAINST: Mapping[str, str] = {
    "currency": "another currency",
    "country": "another country",
    "tax_number": "another tax number",
    "legal_form": "another legal form",
    "email_domain": "another mail domain",
    "sku": "another SKU",
}
"""What speaks against it."""

"""A local QuickBooks Online company that speaks the Accounting API v3, minor version 75.

What it answers follows Intuit's API reference and recorded answers of real companies. Where those leave the behaviour
open, the choice is stated where it is made, or is a setting of `GET /_sandbox/company`.

Not there: XML (JSON is answered whatever `Accept` says), group items on a document, inventory, purchases, reports
other than those on receivables, balances of other accounts, gains and losses of exchange, PDF, attachments, tax
service, automated sales tax.
"""

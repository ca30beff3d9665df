"""How each kind reads from QuickBooks' documents into canonical records, and how records are written into them. Pure.

Declared gaps: `Invoice.po` is not written (QuickBooks holds it only in a custom field of the company's choice);
`Item.price`, `Item.type` and `Item.account` are written at creation only; `Customer.currency` likewise.
"""

"""How each kind reads from QuickBooks' documents into canonical records, and how records are written into them. Pure.

Declared gaps: `Invoice.po` is not written (it travels where an operator maps it to a custom field);
`Item.price`, `Item.type` and `Item.account` are written at creation only; `Customer.currency` likewise.
"""

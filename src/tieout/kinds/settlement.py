"""The settlement: one application of a payment or credit to one invoice."""

from datetime import date as Day  # noqa: N812 - a field is called date
from decimal import Decimal

import msgspec


class Settlement(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="settlement"):
    """What was paid or credited on one invoice, in the invoice's currency.

    id: `{transaction}:{invoice}` in QuickBooks, the payment's id in HubSpot.
    transaction, invoice: this side's ids (a HubSpot payment is its own transaction).
    cash: False for a credit memo that a zero payment joins to the invoice: credit is not cash.
    method: `card`, `ach`, `cash`, `check`, `wire_transfer` or `other`. reference: as the payer gave it.
    status: HubSpot's `hs_latest_status`; QuickBooks' payments are always `succeeded`.
    processor: HubSpot's `hs_processor_type`. marker: the id of the operation of ours that made it (empty = made by
    somebody else). account: in QuickBooks, where the money went; of one that we book, empty = Undeposited Funds.
    returned: what went back of it since: refunded, failed, or lost in a dispute. Only HubSpot tells it; in QuickBooks
    it is an entry of its own.
    rate: of a payment that we book in another currency, what one unit of it is worth in the company's own on that day.
    deposited: in QuickBooks, it is part of a deposit at the bank, and cannot be changed until it is taken off.
    """

    id: str
    transaction: str = ""
    invoice: str = ""
    amount: Decimal = Decimal(0)
    currency: str = ""
    date: Day | None = None
    cash: bool = True
    method: str = "other"
    reference: str = ""
    status: str = "succeeded"
    processor: str = ""
    marker: str = ""
    contact: str = ""
    company: str = ""
    account: str = ""
    returned: Decimal = Decimal(0)
    rate: Decimal | None = None
    deposited: bool = False

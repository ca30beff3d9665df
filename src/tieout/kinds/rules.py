"""The rules of every kind, in the order in which records depend on each other."""

from typing import Any

from tieout.core.decide import Matcher, Rules
from tieout.core.records import Kind
from tieout.kinds.customer_rules import CustomerRules
from tieout.kinds.invoice_rules import InvoiceRules
from tieout.kinds.item import ItemRules
from tieout.kinds.settlement_rules import SettlementRules

# Any: one table holds the rules of four record types; each entry is typed where it is defined.
MATCHERS: dict[Kind, Matcher[Any]] = {Kind.CUSTOMER: CustomerRules(), Kind.ITEM: ItemRules()}
RULES: dict[Kind, Rules[Any]] = {**MATCHERS, Kind.INVOICE: InvoiceRules(), Kind.SETTLEMENT: SettlementRules()}

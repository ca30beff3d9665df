"""The rules of every kind, in the order in which records depend on each other."""

from typing import Any

from tieout.core.decide import Decision, Matcher, Pair, Rules, World, decide
from tieout.core.questions import Answers, Question
from tieout.core.records import Kind
from tieout.core.undoing import NotUndone, next_undo
from tieout.kinds import undoing
from tieout.kinds.customer_rules import CustomerRules
from tieout.kinds.invoice_rules import InvoiceRules
from tieout.kinds.item import ItemRules
from tieout.kinds.settlement_rules import SettlementRules

# Any: one table holds the rules of four record types; each entry is typed where it is defined.
MATCHERS: dict[Kind, Matcher[Any]] = {Kind.CUSTOMER: CustomerRules(), Kind.ITEM: ItemRules()}
RULES: dict[Kind, Rules[Any]] = {**MATCHERS, Kind.INVOICE: InvoiceRules(), Kind.SETTLEMENT: SettlementRules()}


def questions(pair: Pair[Any], world: World, answers: Answers) -> frozenset[Question]:
    """What to ask next before a pair is decided: of its kind's rules, or of a write that is to be taken back."""
    if next_undo(pair.choices):
        return undoing.needs(pair, answers)
    return RULES[pair.kind].needs(pair, world, answers)


def decided(pair: Pair[Any], world: World, answers: Answers) -> Decision | NotUndone:
    """Decide a pair: first what a person wants taken back, else what its kind's rules say."""
    if next_undo(pair.choices):
        return undoing.decide(pair, world, answers)
    return decide(RULES[pair.kind], pair, world, answers)

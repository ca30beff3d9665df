"""Whole lists: customers and items made on the other side although no invoice needs them, where an operator opts in."""

from tieout.core.records import Kind, Side
from tieout.core.settings import Settings

KEYS = {Kind.CUSTOMER: "copy_customers", Kind.ITEM: "copy_items"}
"""The setting that is about the list of a kind."""
_FROM = {Side.CRM: ("to_quickbooks", "both"), Side.BOOKS: ("to_hubspot", "both")}


def is_copied(kind: Kind, side: Side, settings: Settings) -> bool:
    """Whether the whole list that `side` keeps of a kind is made on the other side."""
    return kind in KEYS and getattr(settings, KEYS[kind]) in _FROM[side]


def copied(settings: Settings) -> frozenset[tuple[Kind, Side]]:
    """The lists that are made on the other side: their kind, and the side that keeps them."""
    return frozenset((kind, side) for kind in KEYS for side in Side if is_copied(kind, side, settings))

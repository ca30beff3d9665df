"""The fewest calls that a first sync can make: each term is ⌈records / batch limit⌉, with the reason for it.

Limits: HubSpot, "CRM objects" and "Search" guides (pages and batches of 100, search pages of 200); QuickBooks API
reference, "Query operations" (1,000 rows), "Batch operations" (30 members), "Change data capture" (1,000 objects).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bench.vendors import HubSpot, QuickBooks

LISTED = ("contacts", "companies", "products", "invoices", "commerce_payments")
SEARCHED = (*LISTED, "line_items")
WRITTEN = ("Customer", "Item", "Invoice")
READ = (*WRITTEN, "CreditMemo", "Payment")
ANNOTATED = {"invoices": "tieout_state", "companies": "tieout_open_balance", "contacts": "tieout_open_balance"}
MARKED = ("invoices", "companies", "contacts", "commerce_payments")
_PAGE, _BATCH, _SEARCH_PAGE = 100, 100, 200
_QUERY_PAGE, _MEMBERS, _CAPTURED = 1000, 30, 1000


class Term(NamedTuple):
    """One summand."""

    what: str
    calls: int
    why: str


class Counts(NamedTuple):
    """How many records there are of each type and entity. annotated: how many of them bear Tieout's marks."""

    hubspot: dict[str, int]
    annotated: dict[str, int]
    quickbooks: dict[str, int]

    @classmethod
    def of(cls, hubspot: HubSpot, quickbooks: QuickBooks, lines: int) -> "Counts":
        """Count through the public APIs. lines: how many line items the invoices have; they are listed with theirs."""
        held = {type_: list(hubspot.all(type_, ANNOTATED.get(type_, "hs_object_id"))) for type_ in LISTED}
        return cls(
            {type_: len(found) for type_, found in held.items()} | {"line_items": lines},
            {type_: sum(bool(one["properties"].get(name)) for one in held[type_]) for type_, name in ANNOTATED.items()},
            {entity: sum(1 for _ in quickbooks.all(entity)) for entity in READ},
        )


def first_sync(before: Counts, after: Counts) -> list[Term]:
    """Return the terms for a first sync that found `before` and left `after`.

    It is over with a pass that finds its own changes and writes nothing.
    """
    made = {entity: after.quickbooks[entity] - before.quickbooks[entity] for entity in WRITTEN}
    return [
        Term(
            "HubSpot: set-up",
            3 * len(MARKED),
            "Our properties, once: what is there, a group, one batch of properties, for each type that bears them.",
        ),
        Term(
            "HubSpot: lists",
            _sum((before.hubspot[type_] for type_ in LISTED), _PAGE),
            "Nothing is created before one complete read of both sides; a page also lists the associations.",
        ),
        Term(
            "HubSpot: lines",
            _sum([before.hubspot["line_items"]], _BATCH) if before.hubspot["line_items"] else 0,
            "Pages of invoices name their lines by id only; the lines are read in batches.",
        ),
        Term(
            "QuickBooks: lists",
            _rounds(before.quickbooks),
            "The next page of every entity in one batch, as often as the longest has pages.",
        ),
        Term(
            "QuickBooks: creations",
            sum(-(-count // _MEMBERS) for count in made.values()),
            "One kind after the other, since customers and items must exist before the invoices that name them.",
        ),
        Term(
            "QuickBooks: balances",
            _sum([after.annotated["companies"] + after.annotated["contacts"]], _QUERY_PAGE),
            "Each invoice moves its customer's balance, which HubSpot shows: those customers are read once more.",
        ),
        Term(
            "HubSpot: annotations",
            sum(-(-count // _BATCH) for count in after.annotated.values()),
            "State and balance on each record; derived, so that no safety read precedes them.",
        ),
        Term(
            "HubSpot: searches",
            sum(max(1, -(-after.annotated.get(type_, 0) // _SEARCH_PAGE)) for type_ in SEARCHED),
            "Our own annotations are changes too; only a search tells that nothing else changed.",
        ),
        Term(
            "HubSpot: re-reads",
            sum(-(-count // _BATCH) for count in after.annotated.values()),
            "A search is a hint that lags behind: values come from reads by id.",
        ),
        Term(
            "QuickBooks: changes",
            1 + (_rounds(made) if sum(made.values()) >= _CAPTURED else 0),
            "Change data capture; where our own creations fill its 1,000 objects, pages of what changed since.",
        ),
    ]


def by_path(log: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count the calls of a sandbox's log by method and path."""
    return dict(
        Counter(f"{one['method']} {re.sub('/v3/company/[0-9]+', '', one['path'])}" for one in log).most_common()
    )


def _sum(counts: Iterable[int], limit: int) -> int:
    """Pages that lists take: an empty one takes a call as well."""
    return sum(max(1, -(-count // limit)) for count in counts)


def _rounds(counts: Mapping[str, int]) -> int:
    return _sum([max(counts.values())], _QUERY_PAGE)

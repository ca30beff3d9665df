"""The fewest calls that a sync can make: each term is ⌈records / batch limit⌉, with the reason for it.

Limits: HubSpot, "CRM objects" and "Search" guides (pages and batches of 100, search pages of 200); QuickBooks API
reference, "Query operations" (1,000 rows), "Batch operations" (30 members), "Change data capture" (1,000 objects).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bench.vendors import HubSpot, QuickBooks

LISTED = ("contacts", "companies", "products", "invoices", "commerce_payments", "line_items")
PARTS = ("line_items",)
WRITTEN = ("Customer", "Item", "Invoice", "Payment")
READ = (*WRITTEN, "CreditMemo")
_STATE = ("tieout_state", "tieout_reason", "tieout_number", "tieout_received", "tieout_credited")
_BALANCE = ("tieout_open_balance", "tieout_open_credit", "tieout_last_payment")
ANNOTATED = {"invoices": _STATE, "companies": _BALANCE, "contacts": _BALANCE}
MARKED = ("invoices", "companies", "contacts", "commerce_payments")
_PAGE, _BATCH, _HISTORIES, _SEARCH_PAGE, _ASSOCIATIONS = 100, 100, 50, 200, 1000
_QUERY_PAGE, _MEMBERS, _CAPTURED = 1000, 30, 1000
_OF_INVOICE, _OF_PAYMENT = 6, 3
"""Types of records that an invoice and a payment are associated with, each asked for by a call of its own."""


class Term(NamedTuple):
    """One summand."""

    what: str
    calls: int
    why: str


class Counts(NamedTuple):
    """How many records there are of each type and entity. shown: what Tieout shows on each record, by type and id."""

    hubspot: dict[str, int]
    shown: dict[str, dict[str, str]]
    quickbooks: dict[str, int]

    @classmethod
    def of(cls, hubspot: HubSpot, quickbooks: QuickBooks) -> "Counts":
        """Count through the public APIs."""
        counts: dict[str, int] = {}
        shown: dict[str, dict[str, str]] = {}
        for type_ in LISTED:
            names = ANNOTATED.get(type_, ())
            held = {one["id"]: _shown(one["properties"], names) for one in hubspot.all(type_, *names)}
            counts[type_] = len(held)
            shown[type_] = held if names else {}
        return cls(counts, shown, {entity: sum(1 for _ in quickbooks.all(entity)) for entity in READ})

    def less(self, before: "Counts") -> "Counts":
        """What there is more than before. shown: what is shown otherwise."""
        return Counts(
            {type_: count - before.hubspot[type_] for type_, count in self.hubspot.items()},
            {
                type_: {id_: text for id_, text in held.items() if text != before.shown[type_].get(id_, "")}
                for type_, held in self.shown.items()
            },
            {entity: count - before.quickbooks[entity] for entity, count in self.quickbooks.items()},
        )


class Edits(NamedTuple):
    """Changes that people made to invoices in sync, by where Tieout has to write them. voids: in QuickBooks."""

    to_quickbooks: int = 0
    to_hubspot: int = 0
    voids: int = 0


def first_sync(before: Counts, after: Counts, *, reads: int) -> list[Term]:
    """Return the terms for a first sync that found `before` and left `after`.

    reads: how often both sides are read completely.
    The sync is over with a pass that finds its own changes and writes nothing.
    """
    made = after.less(before)
    lists = sum(_pages(before.hubspot[type_], _PAGE) for type_ in LISTED if type_ not in PARTS)
    lines = -(-before.hubspot["line_items"] // _BATCH)
    return [
        Term(
            "HubSpot: set-up",
            3 * len(MARKED),
            "Our properties, once: what is there, a group, one batch of properties, for each type that bears them.",
        ),
        Term(
            "HubSpot: lists",
            reads * lists,
            "Nothing is created or audited before one complete read of both sides; a page also lists associations.",
        ),
        Term(
            "HubSpot: lines", reads * lines, "Pages of invoices name their lines by id only; these are read in batches."
        ),
        Term(
            "QuickBooks: lists",
            reads * _rounds(before.quickbooks),
            "The next page of every entity in one batch, as often as the longest has pages.",
        ),
        *_creations(made, 0),
        *_copies(made, 0),
        *_told(made, Counts(dict.fromkeys(LISTED, 0), {}, dict.fromkeys(READ, 0)), 0),
    ]


def later_sync(settled: Counts, before: Counts, after: Counts, edits: Edits) -> list[Term]:
    """Return the terms for a sync of what people did between `settled` and `before`, which left `after`."""
    people, made = before.less(settled), after.less(before)
    edited = edits.to_quickbooks + edits.voids
    invoices = people.hubspot["invoices"] + edited
    payments = people.hubspot["commerce_payments"]
    return [
        Term(
            "HubSpot: people's changes",
            _batches(invoices, payments, people.hubspot["contacts"], people.hubspot["companies"])
            + _OF_INVOICE * -(-invoices // _ASSOCIATIONS)
            + _OF_PAYMENT * -(-payments // _ASSOCIATIONS),
            "A search is a hint: each record is read by id, and what it is associated with asked for by type.",
        ),
        Term(
            "HubSpot: lines",
            -(-people.hubspot["line_items"] // _BATCH),
            "Invoices name their lines by id only; these are read in batches.",
        ),
        *_creations(made, edited),
        Term(
            "QuickBooks: changes to write",
            -(-edits.to_quickbooks // _MEMBERS) + edits.voids,
            "An update is guarded by its version and goes out in batches; a void takes a call of its own.",
        ),
        *_copies(made, edits.to_hubspot),
        *_told(made, people, edited),
    ]


def _creations(made: Counts, edited: int) -> list[Term]:
    """edited: invoices that are changed or voided in QuickBooks."""
    return [
        Term(
            "QuickBooks: safety reads",
            -(-made.quickbooks["Payment"] // _QUERY_PAGE) + -(-edited // _QUERY_PAGE),
            "A payment is applied up to its invoice's balance, read just before; a change patches what was just read.",
        ),
        Term(
            "QuickBooks: creations",
            sum(-(-made.quickbooks[entity] // _MEMBERS) for entity in WRITTEN),
            "One kind after the other: customers and items before the invoices that name them, then their payments.",
        ),
    ]


def _copies(made: Counts, changed: int) -> list[Term]:
    """What invoices made in QuickBooks, and payments received there, take to be shown in HubSpot."""
    copies, lines = made.hubspot["invoices"], made.hubspot["line_items"]
    written = copies + changed
    read = -(-written // _BATCH) + _OF_INVOICE * -(-written // _ASSOCIATIONS)
    return [
        Term(
            "HubSpot: copies",
            _batches(copies, lines, written, made.hubspot["commerce_payments"]),
            "The invoice as a draft, its lines, then its total and status, and its payments.",
        ),
        Term(
            "HubSpot: safety reads",
            read + -(-written // _BATCH) + -(-written // _HISTORIES),
            "No version guards a write in HubSpot: a copy is read before its lines and before its status are written, "
            "and its history after, in batches of 50.",
        ),
    ]


def _told(made: Counts, people: Counts, edited: int) -> list[Term]:
    """What it takes to show states and balances, and to find that nothing else is new."""
    shown = {type_: len(held) for type_, held in made.shown.items()}
    theirs = {type_: people.hubspot[type_] for type_ in LISTED} | {"invoices": people.hubspot["invoices"] + edited}
    ours = {type_: max(shown[type_], made.hubspot[type_]) for type_ in LISTED}
    return [
        Term(
            "QuickBooks: balances",
            _pages(shown["companies"] + shown["contacts"], _QUERY_PAGE),
            "Each invoice moves its customer's balance, which HubSpot shows: those customers are read once more.",
        ),
        Term(
            "HubSpot: annotations",
            _batches(*(shown[type_] for type_ in ANNOTATED)),
            "State and balance on each record; derived, so that no safety read precedes them.",
        ),
        Term(
            "HubSpot: searches",
            sum(_pages(ours[type_], _SEARCH_PAGE) + _pages(theirs[type_], _SEARCH_PAGE) for type_ in LISTED),
            "People's changes, then our own, are found by searching; only that tells that nothing else changed.",
        ),
        Term(
            "HubSpot: re-reads",
            _batches(*(shown[type_] for type_ in ANNOTATED)),
            "A search is a hint that lags behind: values come from reads by id.",
        ),
        Term(
            "QuickBooks: changes",
            sum(
                1 + (_rounds(one.quickbooks) if sum(one.quickbooks.values()) >= _CAPTURED else 0)
                for one in (people, made)
            ),
            "Change data capture; where creations fill its 1,000 objects, pages of what changed since.",
        ),
    ]


def by_path(log: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count the calls of a sandbox's log by method and path."""
    return dict(
        Counter(f"{one['method']} {re.sub('/v3/company/[0-9]+', '', one['path'])}" for one in log).most_common()
    )


def _shown(properties: Mapping[str, Any], names: Iterable[str]) -> str:
    return "\0".join(properties.get(name) or "" for name in names).strip("\0")


def _batches(*counts: int) -> int:
    """Batches of HubSpot's that write or read so many records each."""
    return sum(-(-count // _BATCH) for count in counts)


def _pages(count: int, limit: int) -> int:
    """Pages of a list: an empty one takes a call as well."""
    return max(1, -(-count // limit))


def _rounds(counts: Mapping[str, int]) -> int:
    return _pages(max(counts.values()), _QUERY_PAGE)

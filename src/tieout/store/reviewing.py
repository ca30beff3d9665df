"""The review of matches, a page at a time: HubSpot's customers and items, and invoices that were found to be one."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from tieout.core.records import Kind, Side
from tieout.core.text import folded
from tieout.store.agenda import id_column, same_key
from tieout.store.tables import match_key, pair, record

View = Literal["open", "decided", "linked", "alone", "invoices"]
KINDS = (Kind.CUSTOMER, Kind.ITEM)
_FOUND = ("by_you", "same_number", "same_alike")
"""Why invoices were linked that both stood there before."""
_NO_CHOICE = b"{}"
_OUTSIDE = ("part_of_company",)
"""Causes of records that are no customer of their own."""


def rows(
    tx: Connection, connection: int, view: View, kind: str, search: str, page: int, size: int
) -> tuple[list[int], int, int]:
    """The pairs of one page of a view, how many there are in all, and which page it is: past the end, the last one.

    open: without counterpart and choice, but with a record of QuickBooks that shares a key. alone: nothing shares one.
    decided: a person chose something that has led to no pair. linked: pairs, newest first. invoices: pairs of invoices
    that both stood there before, newest first, whatever the kind that is asked for.
    """
    of_kind = pair.c.kind.in_([kind] if kind else [one.value for one in KINDS])
    wanted = and_(pair.c.connection == connection, pair.c.crm_id.is_not(None))
    wanted = and_(wanted, _is_found() if view == "invoices" else and_(of_kind, _in(view)))
    if search:
        wanted = and_(wanted, _named(connection, search))
    total = tx.execute(select(func.count()).select_from(pair).where(wanted)).scalar_one()
    page = min(page, max(1, -(-total // size)))
    newest = (pair.c.linked_at.desc(), pair.c.id)
    order = newest if view in ("linked", "invoices") else (pair.c.needed.desc(), pair.c.id)
    found = select(pair.c.id).where(wanted).order_by(*order).limit(size).offset((page - 1) * size)
    return list(tx.execute(found).scalars()), total, page


def whys(tx: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Why pairs were linked: keys that both share, `by_you`, `merged` or `created:…`; empty for what is no pair."""
    found = tx.execute(select(pair.c.id, pair.c.linked_why).where(pair.c.id.in_(ids)))
    return {row.id: row.linked_why for row in found}


def found(tx: Connection, connection: int) -> list[int]:
    """All pairs of invoices that both stood there before they were linked, oldest first."""
    wanted = select(pair.c.id).where(pair.c.connection == connection, _is_found())
    return list(tx.execute(wanted.order_by(pair.c.linked_at, pair.c.id)).scalars())


def _is_found() -> ColumnElement[bool]:
    return and_(pair.c.kind == Kind.INVOICE.value, pair.c.linked_at != "", pair.c.linked_why.in_(_FOUND))


def _in(view: View) -> ColumnElement[bool]:
    if view == "linked":
        return pair.c.linked_at != ""
    alone = and_(pair.c.linked_at == "", pair.c.cause.not_in(_OUTSIDE))
    if view == "decided":
        return and_(alone, pair.c.choices != _NO_CHOICE)
    return and_(alone, pair.c.choices == _NO_CHOICE, _shares() if view == "open" else ~_shares())


def _shares() -> ColumnElement[bool]:
    """Whether an unlinked record of QuickBooks has a key in common."""
    mine, theirs, other = match_key.alias("mine"), match_key.alias("theirs"), pair.alias("other")
    return exists(
        select(1)
        .select_from(mine)
        .join(
            theirs,
            and_(same_key(mine, theirs), theirs.c.side == Side.BOOKS.value),
        )
        .join(
            other,
            and_(
                other.c.connection == theirs.c.connection,
                other.c.kind == theirs.c.kind,
                other.c.books_id == theirs.c.id,
                other.c.linked_at == "",
            ),
        )
        .where(
            mine.c.connection == pair.c.connection,
            mine.c.side == Side.CRM.value,
            mine.c.kind == pair.c.kind,
            mine.c.id == pair.c.crm_id,
        )
        .correlate(pair)
    )


def _named(connection: int, search: str) -> ColumnElement[bool]:
    """Whether either record has this among its words."""
    says = record.c.words.contains(folded(search), autoescape=True)
    found = []
    for kind in (*KINDS, Kind.INVOICE):
        own = and_(record.c.connection == connection, record.c.kind == kind.value, says)
        for side in Side:
            named = select(record.c.id).where(own, record.c.side == side.value)
            found.append(and_(pair.c.kind == kind.value, id_column(side).in_(named)))
    return or_(*found)

"""Three-way merge of fields against two bases, one for each side."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from tieout.core.fields import Direction, Field, Rule
from tieout.core.records import Side
from tieout.core.text import is_shortened

R = TypeVar("R")

_ONE_WAY = {Direction.TO_BOOKS: Rule.HUBSPOT, Direction.TO_CRM: Rule.QUICKBOOKS}


class Difference(msgspec.Struct, frozen=True):
    """A value that differs. Before and after are as a person reads them.

    field: name, for a line `lines[2].quantity`. side: where it changed; None when it changed on both.
    """

    field: str
    before: str
    after: str
    side: Side | None = None


class Sides(msgspec.Struct, Generic[R], frozen=True):
    """A pair as it reads now, and as each side itself returned it when the two last agreed."""

    crm: R
    books: R
    crm_base: R
    books_base: R


class Merge(msgspec.Struct, frozen=True):
    """What follows for a pair.

    to_crm, to_books: names of fields to write there, with the other side's value.
    moved: fields whose change needs no writing, so that both bases advance: changed alike, or blanked.
    lost: changes that a rule overruled; they stay in the history. undecided: only a person may say.
    """

    to_crm: tuple[str, ...] = ()
    to_books: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    lost: tuple[Difference, ...] = ()
    undecided: tuple[Difference, ...] = ()


def merge(fields: Sequence[Field[R]], sides: Sides[R], rules: Mapping[str, Rule]) -> Merge:
    """Merge a pair field by field.

    rules: by field name, who wins when both changed; a field without a rule asks.
    A blank never erases by itself: it moves its own base, and the other side keeps its value. Nor does a text of which
    QuickBooks holds only the beginning: what becomes of it there returns to HubSpot by a person's word alone.
    """
    to_crm: list[str] = []
    to_books: list[str] = []
    moved: list[str] = []
    lost: list[Difference] = []
    undecided: list[Difference] = []
    for field in fields:
        if field.direction in (Direction.OFF, Direction.CREATION):
            continue
        crm, books = field.read(sides.crm), field.read(sides.books)
        crm_base, books_base = field.read(sides.crm_base), field.read(sides.books_base)
        crm_changed = field.alike(crm) != field.alike(crm_base)
        books_changed = field.alike(books) != field.alike(books_base)
        if not crm_changed and not books_changed:
            continue
        in_crm = Difference(field.name, field.show(crm_base), field.show(crm), Side.CRM)
        in_books = Difference(field.name, field.show(books_base), field.show(books), Side.BOOKS)
        in_both = Difference(field.name, field.show(crm), field.show(books))
        if field.alike(crm) == field.alike(books):
            moved.append(field.name)
        elif field.direction is Direction.ASK:
            one = in_crm if crm_changed else in_books
            undecided.append(in_both if crm_changed and books_changed else one)
        elif crm_changed and books_changed and field.alike(crm) and field.alike(books):
            rule = _ONE_WAY.get(field.direction) or rules.get(field.name, Rule.ASK)
            if rule is Rule.ASK or (rule is Rule.QUICKBOOKS and _is_only_beginning(books_base, crm)):
                undecided.append(in_both)
            elif rule is Rule.HUBSPOT:
                to_books.append(field.name)
                lost.append(in_books)
            else:
                to_crm.append(field.name)
                lost.append(in_crm)
        elif crm_changed != books_changed and not field.alike(crm if crm_changed else books):
            moved.append(field.name)
        elif not crm_changed and field.direction is not Direction.TO_BOOKS and _is_only_beginning(books_base, crm):
            undecided.append(in_books)
        elif field.alike(crm) and crm_changed:
            (to_books if field.direction is not Direction.TO_CRM else moved).append(field.name)
        else:
            (to_crm if field.direction is not Direction.TO_BOOKS else moved).append(field.name)
    return Merge(tuple(to_crm), tuple(to_books), tuple(moved), tuple(lost), tuple(undecided))


def _is_only_beginning(held: object, whole: object) -> bool:
    return isinstance(held, str) and isinstance(whole, str) and is_shortened(held, whole)

"""Merged records: what has to be known of one, and what a pair becomes whose record lives on as another."""

import msgspec

from tieout.core.match import Candidate
from tieout.core.records import Kind


class MergedOf(msgspec.Struct, frozen=True, tag=True):
    """What became of the two records of a pair, of which one is gone?  Answered by `Merged`."""

    kind: Kind
    crm: str
    books: str


class Merged(msgspec.Struct, frozen=True):
    """crm, books: the record of each side that stands for the pair's own now; empty where nobody knows.

    crm_with, books_with: what that record is paired with by another pair; empty where it is free.
    label: the name of `books`.
    rivals: every QuickBooks record of those that became one in HubSpot, this pair's included.
    asks: this is the one pair, of several in that place, which asks the person.
    """

    crm: str = ""
    books: str = ""
    crm_with: str = ""
    books_with: str = ""
    label: str = ""
    rivals: tuple[Candidate, ...] = ()
    asks: bool = True


class TakeOver(msgspec.Struct, frozen=True, tag=True):
    """The pair lives on with these two records: one of its own, or both, was merged into another."""

    crm: str
    books: str

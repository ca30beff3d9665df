"""QuickBooks' query language, written: quoting, lists, pages by ascending id.

Source: QuickBooks API reference, "Data queries". Pages go by id and never by position, which moves while others write.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from tieout.quickbooks import limits
from tieout.quickbooks.client import Query

NAME_LISTS: Final = frozenset({"Customer", "Vendor", "Employee", "Item"})
"""Entities of which QuickBooks shows only the active ones unless a query says otherwise."""


def quoted(value: str) -> str:
    r"""A text as a query holds it: backslash and quote are escaped by a backslash."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def one_of(values: Iterable[str]) -> str:
    """A list for `IN`."""
    return "(" + ", ".join(quoted(value) for value in values) + ")"


def moment(when: datetime) -> str:
    """A moment for a query, with its offset and whole seconds."""
    return quoted(when.isoformat(timespec="seconds"))


def select(entity: str, *conditions: str, fields: str = "*", after: str = "0") -> Query:
    """The next page of rows of one entity, active or not, whose id is greater than `after`."""
    active = ("Active IN (true, false)",) if entity in NAME_LISTS else ()
    where = " AND ".join((*active, f"Id > {quoted(after)}", *conditions))
    text = f"SELECT {fields} FROM {entity} WHERE {where} ORDERBY Id MAXRESULTS {limits.PAGE}"  # noqa: S608 values are quoted
    return Query(entity, text)


def everything(entity: str) -> Query:
    """One page of the active rows of a short list."""
    return Query(entity, f"SELECT * FROM {entity} MAXRESULTS {limits.PAGE}")  # noqa: S608 no value of anybody's


def chunks(values: Sequence[str], size: int) -> Iterator[list[str]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk

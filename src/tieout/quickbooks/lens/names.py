"""Changing an entry of a name list: the object just read, with only the named fields replaced.

QuickBooks empties what a full update leaves out, so everything else travels back as it came; and it marks the names of
inactive entries, `Nova Ltd (deleted)`. Source: QuickBooks API reference, "Customer" and "Item", full update.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from tieout.quickbooks.documents import Json

_MARK: Final = re.compile(r" \(deleted(?: \d+)?\)$")


def typed(name: str) -> str:
    """A name as it was typed in, without the mark of an inactive entry."""
    return _MARK.sub("", name)


def revised(raw: Json, members: Mapping[str, str], fields: tuple[str, ...], value: Callable[[str], object]) -> Json:
    """The full update that changes only those of `fields` that `members` knows.

    value: what a field is to hold; something falsy empties it. An entry that is made active again gets back the name
    it had before QuickBooks marked it. Raises what `value` raises.
    """
    body = dict(raw)
    for field in fields:
        if member := members.get(field):
            body[member] = value(field)
            if not body[member] and field != "active":
                del body[member]
    if "active" in fields and body["Active"] and "name" not in fields:
        body[members["name"]] = typed(str(raw.get(members["name"], "")))
    return body

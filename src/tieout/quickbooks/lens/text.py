"""Text on its way into QuickBooks: what it refuses is removed, free text is shortened, nothing else is.

Source: QuickBooks API reference: names hold no colon, tab or line break; lengths are in each attribute table.
"""

import re
from typing import Final

from tieout.core.text import printable, shortened

_NOT_IN_LINES: Final = re.compile(r"[\t\r\n]+")
_NOT_IN_NAMES: Final = re.compile(r"[:\t\r\n]+")


class CannotWrite(ValueError):
    """A value that QuickBooks cannot take as it is. cause: a code of the catalogue; evidence: the values behind it."""

    def __init__(self, cause: str, message: str, evidence: dict[str, str]) -> None:
        super().__init__(message)
        self.cause = cause
        self.evidence = evidence


def exact(value: str, limit: int, field: str) -> str:
    """One line of text without control characters. Raises CannotWrite if longer than `limit` characters."""
    return _fitting(_NOT_IN_LINES.sub(" ", printable(value)).strip(), limit, field, "text_too_long")


def name(value: str, limit: int, field: str) -> str:
    """A name: colons, tabs and line breaks become one space. Raises CannotWrite if longer than `limit`."""
    plain = printable(value)
    if _NOT_IN_NAMES.search(plain):
        plain = " ".join(_NOT_IN_NAMES.sub(" ", plain).split())
    return _fitting(plain.strip(), limit, field, "text_too_long")


def number(value: str, limit: int, field: str) -> str:
    """A document's number. Raises CannotWrite if longer than `limit` characters."""
    return _fitting(_NOT_IN_LINES.sub(" ", printable(value)).strip(), limit, field, "number_too_long")


def email(value: str, limit: int, field: str) -> str:
    """One e-mail address. Raises CannotWrite for anything else."""
    plain = exact(value, limit, field)
    local, _, domain = plain.rpartition("@")
    if plain and (not local or "." not in domain or any(sign in plain for sign in " ,;<>")):
        raise CannotWrite("bad_email", f"{plain!r} is not one e-mail address.", {"field": field, "value": plain})
    return plain


def free(value: str, limit: int) -> str:
    """Free text of at most `limit` characters: tabs and line breaks stay, what is too long ends in an ellipsis."""
    return shortened(printable(value), limit)


def _fitting(value: str, limit: int, field: str, cause: str) -> str:
    if len(value) <= limit:
        return value
    evidence = {"field": field, "limit": str(limit), "length": str(len(value))}
    raise CannotWrite(
        cause, f"QuickBooks takes at most {limit} characters in {field}; this has {len(value)}.", evidence
    )

"""Warnings: what a person should know of a pair that is in sync, until they acknowledge it."""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from tieout.core.text import is_shortened

ACKNOWLEDGE = "acknowledge"
"""The choice that silences warnings; its value holds their marks."""


class Warn(msgspec.Struct, frozen=True):
    """One warning. mark: changes with what it is about, and with it an acknowledgement ends."""

    cause: str
    evidence: Mapping[str, str] = {}
    mark: str = ""


class FreeText(msgspec.Struct, frozen=True):
    """A text that QuickBooks may hold only the beginning of. field: its name, for a line `lines[2].text`."""

    field: str
    crm: str
    books: str


def shortened_texts(texts: Iterable[FreeText]) -> tuple[Warn, ...]:
    """A warning for each text that was shortened for QuickBooks."""
    return tuple(
        Warn(
            "text_shortened",
            {"fields": text.field, "length": str(len(text.crm)), "kept": str(len(text.books))},
            mark(text.field, text.crm, text.books),
        )
        for text in texts
        if is_shortened(text.books, text.crm)
    )


def unheard(warnings: Iterable[Warn], choices: Mapping[str, str]) -> tuple[Warn, ...]:
    """Those warnings that nobody has acknowledged."""
    heard = choices.get(ACKNOWLEDGE, "").split("|")
    return tuple(warning for warning in warnings if warning.mark not in heard)


def acknowledgement(warnings: Iterable[Warn], choices: Mapping[str, str]) -> str:
    """The choice that acknowledges these warnings besides those that were acknowledged before."""
    heard = [mark for mark in choices.get(ACKNOWLEDGE, "").split("|") if mark]
    return "|".join(dict.fromkeys([*heard, *(warning.mark for warning in warnings)]))


def mark(*values: str) -> str:
    """A short text that changes whenever any of the values does."""
    return hashlib.blake2b("\0".join(values).encode(errors="surrogatepass"), digest_size=8).hexdigest()

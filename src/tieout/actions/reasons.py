"""Codes in words: why something was recorded, found or left out, and where it stands."""

from tieout.actions.language import Words
from tieout.actions.vocabulary import ENTRIES, FINDINGS, GROUPS, JOINED, KINDS, RECOGNIZED, SHARED, STATES
from tieout.core.causes import CAUSES, REASONS
from tieout.proof.tieout import UNEXPLAINED

_TABLES = (RECOGNIZED, REASONS, ENTRIES, STATES, FINDINGS, GROUPS, KINDS)


def titled(code: str, words: Words) -> str:
    """What a recorded code is called: a cause, a reason to leave out, a state, a finding, a kind."""
    if code == UNEXPLAINED:
        return words("No reason is recorded")
    if code in CAUSES:
        return words(CAUSES[code].title)
    return words(next((table[code] for table in _TABLES if code in table), code.replace("_", " ")))


def joined(why: str, words: Words) -> str:
    """Why two records are one: by the keys that they share (`email,name`), or who said so (`by_you`, `created:…`)."""
    keys = [key.partition(":")[0] for key in why.split(",") if key]
    return ", ".join(words(SHARED.get(key) or JOINED.get(key, key)) for key in keys)

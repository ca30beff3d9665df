"""Codes in words: why something was recorded, found or left out, and where it stands."""

from tieout.actions.language import Words
from tieout.actions.vocabulary import ENTRIES, FINDINGS, GROUPS, KINDS, RECOGNIZED, STATES
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

"""Matching: which unlinked records of the two sides are the same.

Candidates share a key; likeness of names ranks them and never makes one.
"""

from collections.abc import Iterable

import msgspec
from rapidfuzz.fuzz import token_sort_ratio

from tieout.core.text import name_words


class Candidate(msgspec.Struct, frozen=True):
    """A record of the other side that could be the same, with the evidence for and against it.

    shared: names of the keys that both have. identifying: those of them that are unique on both sides and identify.
    against: what contradicts it. likeness: of the names, 0 to 100.
    """

    id: str
    label: str
    shared: tuple[str, ...] = ()
    identifying: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    likeness: int = 0

    @property
    def certain(self) -> bool:
        """Whether it may be linked without asking."""
        return bool(self.identifying) and not self.against


def likeness(one: str, other: str) -> int:
    """How alike two names are, case and legal form aside, 0 to 100. Only ranks candidates."""
    return round(token_sort_ratio(name_words(one)[0], name_words(other)[0]))


def ranked(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Best first: certain ones, then by number of shared keys, fewest contradictions, likeness, id."""
    return tuple(sorted(candidates, key=lambda c: (not c.certain, len(c.against), -len(c.shared), -c.likeness, c.id)))


def only_certain(candidates: Iterable[Candidate]) -> Candidate | None:
    """The one certain candidate; None where there is none or more than one."""
    certain = [c for c in candidates if c.certain]
    return certain[0] if len(certain) == 1 else None

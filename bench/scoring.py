"""How well two lists were matched: what `tieout match` answers, held against the labels."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import sqrt
from typing import NamedTuple

from bench.labelled import Labelled
from bench.vendors import Json

_Z = 1.959964
"""Of a normal distribution, 95 % lie within so many standard deviations."""

Pairs = frozenset[tuple[str, str]]


class Share(NamedTuple):
    """So many of so many."""

    right: int
    all: int

    def value(self) -> float | None:
        """The share, None of nothing."""
        return self.right / self.all if self.all else None

    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, with 95 % (Wilson's score interval). Of nothing: anywhere."""
        if not self.all:
            return 0.0, 1.0
        share, spread = self.right / self.all, _Z * _Z / self.all
        middle = (share + spread / 2) / (1 + spread)
        half = _Z * sqrt(share * (1 - share) / self.all + spread / (4 * self.all)) / (1 + spread)
        return max(0.0, middle - half), min(1.0, middle + half)

    def text(self) -> str:
        """As a cell of a table."""
        low, high = self.interval()
        return (
            f"{self.value() or 0:.4f} [{low:.4f}, {high:.4f}] ({self.right} of {self.all})" if self.all else "of none"
        )

    def document(self) -> dict[str, object]:
        """As a JSON value."""
        value = self.value()
        low, high = self.interval()
        return {
            "right": self.right,
            "of": self.all,
            "share": None if value is None else round(value, 4),
            "low": round(low, 4),
            "high": round(high, 4),
        }


class Score(NamedTuple):
    """How well a set was matched.

    certain: right ones of those that would be linked without asking. proposed: right ones of all proposed, the certain
    among them. found: proposed ones of those that are the same. by_evidence: right ones of those that rest on it, such
    as `name+address`. sole: right ones of those that have no rival on either side, share name and address, and have
    nothing against them: what a rule would link that took the two together for certain. bothered: of HubSpot's entries
    that have no counterpart, those with a proposal, each of which a person must turn down.
    """

    title: str
    entries: tuple[int, int]
    certain: Share
    proposed: Share
    found: Share
    by_evidence: dict[str, Share]
    sole: Share
    bothered: Share

    def document(self) -> dict[str, object]:
        """As a JSON value."""
        return {
            "set": self.title,
            "hubspot": self.entries[0],
            "quickbooks": self.entries[1],
            "certain": self.certain.document(),
            "proposed": self.proposed.document(),
            "found": self.found.document(),
            "by_evidence": {name: share.document() for name, share in sorted(self.by_evidence.items())},
            "sole_by_name_and_address": self.sole.document(),
            "bothered": self.bothered.document(),
        }


def together(title: str, scores: Sequence[Score]) -> Score:
    """Return the sum of several scores."""
    evidence = {name for score in scores for name in score.by_evidence}
    return Score(
        title,
        (sum(one.entries[0] for one in scores), sum(one.entries[1] for one in scores)),
        _sum(one.certain for one in scores),
        _sum(one.proposed for one in scores),
        _sum(one.found for one in scores),
        {name: _sum(one.by_evidence.get(name, Share(0, 0)) for one in scores) for name in evidence},
        _sum(one.sole for one in scores),
        _sum(one.bothered for one in scores),
    )


def score(labelled: Labelled, matches: Sequence[Json]) -> Score:
    """Hold an answer of `tieout match` against the labels. matches: with the lists' own keys for ids."""
    found = [(match, candidate) for match in matches for candidate in match["candidates"]]
    pairs = [(match["crm"], candidate["id"]) for match, candidate in found]
    certain = [(match["crm"], match["certain"]) for match in matches if match["certain"]]
    evidence: dict[str, list[tuple[str, str]]] = {}
    for pair, (_, candidate) in zip(pairs, found, strict=True):
        evidence.setdefault("+".join(candidate["shared"]), []).append(pair)
    left, right = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    sole = [
        pair
        for pair, (_, candidate) in zip(pairs, found, strict=True)
        if left[pair[0]] == right[pair[1]] == 1
        and {"name", "address"} <= set(candidate["shared"])
        and not candidate["against"]
    ]
    same = labelled.same
    strangers = {one.key for one in labelled.hubspot} - {one for one, _ in same}
    return Score(
        labelled.title,
        (len(labelled.hubspot), len(labelled.quickbooks)),
        _right(certain, same),
        _right(pairs, same),
        Share(len(same & set(pairs)), len(same)),
        {name: _right(some, same) for name, some in evidence.items()},
        _right(sole, same),
        Share(len(strangers & left.keys()), len(strangers)),
    )


def _sum(shares: Iterable[Share]) -> Share:
    rights, alls = zip(*shares, strict=True)
    return Share(sum(rights), sum(alls))


def _right(pairs: Sequence[tuple[str, str]], same: Pairs) -> Share:
    return Share(sum(pair in same for pair in pairs), len(pairs))

"""Searches that ask for nothing but a window on (modified date, id), or on id: answered by bisection.

Whoever reads all objects in steps asks for such windows, so they must not look at every object each time.
"""

from bisect import bisect_left
from collections.abc import Sequence

from tieout.sandbox.hubspot import moments, wire
from tieout.sandbox.hubspot.errors import JsonMap
from tieout.sandbox.hubspot.index import Index
from tieout.sandbox.hubspot.object_types import ObjectType

_LEAST, _MOST = -(10**18), 10**18

Bounds = tuple[int, int]
Span = tuple[int, int]


def by_modified(kind: ObjectType, groups: Sequence[Sequence[JsonMap]], index: Index) -> list[tuple[int, int]] | None:
    """Return the (modified, id) pairs that fit any group, ascending; None if the groups ask for something else."""
    spans: list[Span] = []
    for group in groups:
        modified = _bounds(group, kind.modified)
        number = _bounds(group, "hs_object_id")
        if (
            modified is None
            or number is None
            or any(row.get("propertyName") not in (kind.modified, "hs_object_id") for row in group)
        ):
            return None
        first, last = modified
        if number == (_LEAST, _MOST):
            span = ((first, _LEAST), (last, _MOST))
        elif first == last:
            span = ((first, number[0]), (last, number[1]))
        else:
            return None
        pairs = index.by_modified
        spans.append((bisect_left(pairs, span[0]), bisect_left(pairs, (span[1][0], span[1][1] + 1))))
    return [pair for start, end in _merged(spans) for pair in index.by_modified[start:end]]


def by_id(groups: Sequence[Sequence[JsonMap]], index: Index) -> list[int] | None:
    """Return the ids that fit any group, ascending; None if the groups ask for something else."""
    spans: list[Span] = []
    for group in groups:
        bounds = _bounds(group, "hs_object_id")
        if bounds is None or any(row.get("propertyName") != "hs_object_id" for row in group):
            return None
        spans.append((bisect_left(index.by_id, bounds[0]), bisect_left(index.by_id, bounds[1] + 1)))
    return [number for start, end in _merged(spans) for number in index.by_id[start:end]]


def narrowed(kind: ObjectType, groups: Sequence[Sequence[JsonMap]], index: Index) -> list[tuple[int, int]]:
    """Return the (modified, id) pairs that can fit at all, judged by the modified date alone, ascending."""
    pairs = index.by_modified
    spans = [_bounds(group, kind.modified) or (_LEAST, _MOST) for group in groups]
    if not spans:
        return pairs
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    return pairs[bisect_left(pairs, (first, _LEAST)) : bisect_left(pairs, (last, _MOST))]


def _bounds(group: Sequence[JsonMap], name: str) -> Bounds | None:
    """Return the least and greatest value that a group's filters on `name` allow; None if they are no such bounds."""
    least, most = _LEAST, _MOST
    for row in group:
        if row.get("propertyName") != name:
            continue
        try:
            value = moments.milliseconds(wire.text(row.get("value")))
            high = moments.milliseconds(wire.text(row["highValue"])) if row.get("operator") == "BETWEEN" else value
        except (ValueError, OverflowError, OSError):
            return None
        match row.get("operator"):
            case "GT":
                least = max(least, value + 1)
            case "GTE":
                least = max(least, value)
            case "LT":
                most = min(most, value - 1)
            case "LTE":
                most = min(most, value)
            case "EQ" | "BETWEEN":
                least, most = max(least, value), min(most, high)
            case _:
                return None
    return least, most


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

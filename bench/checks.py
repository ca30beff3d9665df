"""A list of what should be and what is."""

from typing import Any, NamedTuple


class Check(NamedTuple):
    """One comparison."""

    what: str
    found: Any
    expected: Any

    def holds(self) -> bool:
        """Whether what was found is what was expected."""
        return bool(self.found == self.expected)


class Checks:
    """Comparisons, in the order in which they were made."""

    def __init__(self) -> None:
        self._made: list[Check] = []

    def equal(self, what: str, found: object, expected: object) -> None:
        """Note a comparison."""
        self._made.append(Check(what, found, expected))

    def hold(self) -> bool:
        """Whether all of them hold."""
        return all(check.holds() for check in self._made)

    def table(self) -> str:
        """Return them as lines of text."""
        return "".join(
            f"{'ok ' if check.holds() else 'NOT'}  {check.what}: {_short(check.found)}"
            + ("\n" if check.holds() else f", expected {_short(check.expected)}\n")
            for check in self._made
        )

    def document(self) -> list[dict[str, object]]:
        """Return them as JSON values."""
        return [
            {"what": c.what, "found": _short(c.found), "expected": _short(c.expected), "holds": c.holds()}
            for c in self._made
        ]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"

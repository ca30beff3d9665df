"""In-memory stand-ins for ports: of the store, of time, and of what keeps a pass alone."""

from collections.abc import Sequence
from datetime import datetime

from tieout.remote.ports import Part, Rate, Tokens


class MemoryVault:
    """Keeps tokens; `written` lists all that were stored."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.written: list[Tokens] = []

    def read(self) -> Tokens:
        return self.tokens

    def write(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.written.append(tokens)


class MemoryShelf:
    """Keeps parts, the newest of each."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, Part]] = {}
        self._children: dict[tuple[str, str], set[str]] = {}

    def put(self, parts: Sequence[Part]) -> None:
        for part in parts:
            own = self._parts.setdefault(part.type, {})
            held = own.get(part.id)
            if held and held.version > part.version:
                continue
            if held:
                self._children[part.type, held.parent].discard(part.id)
            own[part.id] = part
            self._children.setdefault((part.type, part.parent), set()).add(part.id)

    def drop(self, type_: str, ids: Sequence[str]) -> None:
        for id_ in ids:
            part = self._parts.get(type_, {}).pop(id_, None)
            if part:
                self._children[type_, part.parent].discard(id_)

    def get(self, type_: str, ids: Sequence[str]) -> dict[str, Part]:
        own = self._parts.get(type_, {})
        return {id_: own[id_] for id_ in ids if id_ in own}

    def children(self, type_: str, parents: Sequence[str]) -> dict[str, list[Part]]:
        own = self._parts.get(type_, {})
        found = {parent: self._children.get((type_, parent), set()) for parent in parents}
        return {parent: [own[id_] for id_ in sorted(ids, key=int)] for parent, ids in found.items() if ids}


class MemoryLimiter:
    """Grants every call at once and remembers which rates were asked for."""

    def __init__(self) -> None:
        self.asked: list[Rate] = []

    def reserve(self, account: str, rate: Rate, now: datetime) -> float:
        self.asked.append(rate)
        return 0.0


class FixedClock:
    """Stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


class OwnLease:
    """Never runs out."""

    def check(self) -> float:
        return 60.0

    def release(self) -> None:
        """It ends with the test."""

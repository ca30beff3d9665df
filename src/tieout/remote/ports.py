"""The ports through which time, quotas, tokens and stored parts reach a side."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`."""
        await asyncio.sleep(seconds)


class Rate(msgspec.Struct, frozen=True):
    """A quota: at most `burst` calls at once and `per_second` on average, counted for one account and bucket."""

    bucket: str
    per_second: float
    burst: int


Timeout = float | Callable[[], float]
"""Seconds; or what gives them, called right before a request leaves, after all waiting: what it raises stops it."""


class Limiter(Protocol):
    """Counts calls against quotas, for all processes."""

    def reserve(self, account: str, rate: Rate, now: datetime) -> float:
        """Take one call's place in line; return how many seconds to wait before making it."""
        ...


class Tokens(msgspec.Struct, frozen=True):
    """How an account is signed in. expires_at: of the access token, None where unknown or never."""

    access: str
    refresh: str = ""
    client_id: str = ""
    client_secret: str = ""
    expires_at: datetime | None = None


class TokenVault(Protocol):
    """Keeps one account's tokens, encrypted at rest."""

    def read(self) -> Tokens:
        """The tokens now stored."""
        ...

    def write(self, tokens: Tokens) -> None:
        """Store rotated tokens durably. They are used only after this returned."""
        ...


class Part(msgspec.Struct, frozen=True):
    """A HubSpot record of which a customer is made. version: milliseconds since 1970. body: its properties."""

    type: str
    id: str
    parent: str
    version: int
    body: dict[str, str | None]


class Shelf(Protocol):
    """Keeps the parts that records are assembled from."""

    def put(self, parts: Sequence[Part]) -> None:
        """Store parts, each unless a newer version of it is there."""
        ...

    def drop(self, type_: str, ids: Sequence[str]) -> None:
        """Forget parts."""
        ...

    def get(self, type_: str, ids: Sequence[str]) -> dict[str, Part]:
        """The stored parts of one type among `ids`."""
        ...

    def children(self, type_: str, parents: Sequence[str]) -> dict[str, list[Part]]:
        """The stored parts of one type, by the parent they belong to, each list by ascending numeric id."""
        ...

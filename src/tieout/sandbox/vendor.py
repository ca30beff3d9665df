"""What each vendor's sandbox offers to the gate in front of it."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
from litestar.types import Receive, Scope, Send


class Answer(msgspec.Struct, frozen=True):
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class WrongSetting(ValueError):
    """A change to a sandbox's company that it cannot take; the message says what it takes instead."""


class Vendor(Protocol):
    """An ASGI application that speaks one vendor's protocol, with the handles that the gate needs.

    The gate puts two things into the scope's `state` before it calls the application: `sandbox.stale` (bool: answer
    a read by id from the version before the last write) and, after the call, reads `sandbox.who` (the name of the
    client that the token belongs to, set by the application; absent = not signed in).
    """

    name: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak the vendor's protocol."""
        ...

    def company(self) -> dict[str, Any]:
        """Return the settings that `GET /_sandbox/company` shows, as JSON values."""
        ...

    def patch_company(self, changes: Mapping[str, Any]) -> None:
        """Change settings, all or none. Raises WrongSetting."""
        ...

    def merge(self, entity: str, source: str, target: str) -> None:
        """Merge an object into another where only the vendor's pages can. Raises WrongSetting."""
        ...

    def sign_in(self, base_url: str) -> dict[str, Any]:
        """Return this vendor's part of the line that `tieout sandbox` prints: address, ids and tokens."""
        ...

    def token(self, name: str) -> str:
        """Return a new access token for a client of this name, such as `seller` or `bookkeeper`."""
        ...

    def fault(self, details: Mapping[str, Any]) -> Answer:
        """Return the answer of this vendor to a named fault: `status`, and the vendor's own `code` or `category`."""
        ...

    def dump(self) -> bytes:
        """Return the whole state, for a file."""
        ...

    def load(self, state: bytes) -> None:
        """Replace the whole state with one that `dump` returned."""
        ...

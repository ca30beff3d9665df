"""Who asks, and what they may do."""

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """A role includes those before it."""

    VIEWER = "viewer"
    SELLER = "seller"
    BOOKKEEPER = "bookkeeper"
    OWNER = "owner"


_ORDER = tuple(Role)


class Forbidden(Exception):
    """The actor's role does not allow this; the message names the role that does."""


class Actor(msgspec.Struct, frozen=True):
    """A person, as history names them."""

    name: str
    role: Role

    def must_be(self, role: Role) -> None:
        """Raise Forbidden unless the actor has `role` or a higher one."""
        if _ORDER.index(self.role) < _ORDER.index(role):
            raise Forbidden(f"This needs the role {role}; {self.name} has the role {self.role}.")

"""Who asks, and what they may do."""

from enum import StrEnum

import msgspec

from tieout.actions.errors import ActionError
from tieout.actions.language import Words


class Role(StrEnum):
    """A role includes those before it."""

    VIEWER = "viewer"
    SELLER = "seller"
    BOOKKEEPER = "bookkeeper"
    OWNER = "owner"


_ORDER = tuple(Role)


class Forbidden(ActionError):
    """The actor's role does not allow this; the message names the role that does."""

    def said(self, words: Words) -> str:
        """The message in the reader's language, roles included."""
        roles = {key: words(self.values[key].capitalize()) for key in ("needed", "role")}
        return words(self.message, **(self.values | roles))


class Actor(msgspec.Struct, frozen=True):
    """A person, as history names them."""

    name: str
    role: Role

    def must_be(self, role: Role) -> None:
        """Raise Forbidden unless the actor has `role` or a higher one."""
        if _ORDER.index(self.role) < _ORDER.index(role):
            raise Forbidden(
                "This needs the role {needed}; {name} has the role {role}.",
                needed=role.value,
                name=self.name,
                role=self.role.value,
            )

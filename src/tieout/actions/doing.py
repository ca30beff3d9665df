"""One run of a fix over one failure: what it may use, and what it notes."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from tieout.actions.errors import WrongUse
from tieout.actions.home import Home
from tieout.core.records import Kind, Side
from tieout.core.text import NotAPattern, filled
from tieout.core.undoing import UNDONE
from tieout.store import agenda, pairs
from tieout.store.connections import StoredConnection
from tieout.store.pairs import Stored


class Touch(msgspec.Struct, frozen=True):
    """One value that the fix leads to, before and after, as a person reads it. id: empty for a record to be made."""

    side: str
    kind: str
    id: str
    field: str
    before: str
    after: str


class Doing:
    """One run of a fix over one failure."""

    def __init__(
        self, tx: Connection, home: Home, stored: StoredConnection, one: Stored, values: Mapping[str, str]
    ) -> None:
        self.tx = tx
        self.home = home
        self.stored = stored
        self.one = one
        self.values = values
        self.touches: list[Touch] = []
        self.settings: dict[str, str] = {}
        self._keys: set[str] = set()

    def choose(self, one: Stored, **choices: str) -> None:
        """Keep choices for a pair, and have it and what waits for it decided."""
        kept = dict(one.pair.choices)
        if "reactivate" in choices and kept.get("exclude") == UNDONE:
            del kept["exclude"]  # what an undo has left inactive is wanted again
        if one.books_id and choices.get("default_customer") == one.books_id:
            kept.pop("exclude", None)  # what had been left out is what new documents go to
        pairs.choose(self.tx, one.id, kept | choices)
        for side, id_ in ((Side.CRM, one.crm_id), (Side.BOOKS, one.books_id)):
            if id_:
                agenda.mark(self.tx, self.stored.id, one.pair.kind, side, [id_])

    def touch(self, side: Side, kind: Kind, id_: str, field: str, before: str, after: str) -> None:
        """Note a value that changes."""
        self.touches.append(Touch(side.value, kind.value, id_, field, before, after))

    def value(self, key: str, default: str = "") -> str:
        """A given value, else the default. Raises WrongUse where there is neither."""
        self._keys.add(key)
        given = self.values.get(key, default)
        if not given:
            raise WrongUse("This fix needs a value: `--set {key}=…`", key=key)
        return given

    def leave_nothing(self) -> None:
        """Hold that every given value was used. Raises WrongUse, naming what the fix takes."""
        if unused := sorted(self.values.keys() - self._keys):
            if not self._keys:
                raise WrongUse("This fix does not take {unused}. It takes no value.", unused=", ".join(unused))
            takes = ", ".join(sorted(self._keys))
            raise WrongUse("This fix does not take {unused}. It takes {keys}.", unused=", ".join(unused), keys=takes)


def filled_in(pattern: str, known: Mapping[str, str]) -> str:
    """A pattern that a person gave, filled in. Raises WrongUse, naming what it may hold."""
    try:
        return filled(pattern, known)
    except NotAPattern as error:
        raise WrongUse("'{pattern}' is no pattern. It may hold {names}.", pattern=pattern, names=error.names) from error


def called(one: Stored) -> str:
    """What a record is called, by whichever side has a name for it."""
    crm = one.pair.crm or one.pair.books
    return str(getattr(crm, "name", "") or getattr(crm, "number", "") or one.crm_id or one.books_id)

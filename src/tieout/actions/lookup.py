"""Finding what a person names."""

from sqlalchemy import Connection

from tieout.actions.errors import NotFound
from tieout.store import agenda, connections
from tieout.store.connections import StoredConnection


def row_id(text: str) -> int:
    """The id of a row that a text names; 0, which no row has, for a text that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def pair_id(tx: Connection, connection_id: int, text: str) -> int:
    """The pair that a text names by its id, or by the number of a HubSpot invoice; 0 for a text that names none."""
    return row_id(text) or agenda.numbered(tx, connection_id, text)


def connection(tx: Connection, name: str) -> StoredConnection:
    """The company pair of that name. Raises NotFound, naming those that exist."""
    found = connections.find(tx, name)
    if found is None:
        names = [c.name for c in connections.every(tx)]
        if not names:
            raise NotFound("There is no company pair called '{name}', nor any; `tieout connect` makes one.", name=name)
        raise NotFound("There is no company pair called '{name}'. Known: {names}.", name=name, names=", ".join(names))
    return found

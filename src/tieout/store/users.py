"""People who sign in, their sessions and set-up codes. Secrets are kept as digests only."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from tieout.store.tables import session, setup_code, user


class User(msgspec.Struct, frozen=True):
    """Somebody who may sign in. password: an Argon2 hash; empty until they have set one."""

    id: int
    name: str
    password: str
    role: str
    language: str


_FIELDS = (user.c.id, user.c.name, user.c.password, user.c.role, user.c.language)


def listed(tx: Connection) -> list[User]:
    """Everybody, by name."""
    return [User(*row) for row in tx.execute(select(*_FIELDS).order_by(user.c.name))]


def find(tx: Connection, name: str) -> User | None:
    """The user of this name, whatever its case."""
    row = tx.execute(select(*_FIELDS).where(func.lower(user.c.name) == name.lower())).first()
    return None if row is None else User(*row)


def can_anybody_sign_in(tx: Connection) -> bool:
    """Whether somebody has set a password."""
    return tx.execute(select(user.c.id).where(user.c.password != "").limit(1)).first() is not None


def add(tx: Connection, name: str, role: str, language: str, now: datetime) -> int:
    """Add a user without a password; returns the id."""
    added = tx.execute(
        insert(user).values(name=name, password="", role=role, language=language, created_at=now.isoformat())
    )
    key = added.inserted_primary_key
    if key is None:
        raise RuntimeError("The database gave no id to a new user.")
    number: int = key[0]
    return number


def change(tx: Connection, id_: int, *, password: str = "", role: str = "", language: str = "") -> None:
    """Change what is given; a new password ends the user's sessions."""
    given = {"password": password, "role": role, "language": language}
    tx.execute(update(user).where(user.c.id == id_).values(**{k: v for k, v in given.items() if v}))
    if password:
        tx.execute(delete(session).where(session.c.user == id_))


def open_session(tx: Connection, digest: str, id_: int, expires: datetime, now: datetime) -> None:
    """Start a session, and forget those that have ended."""
    tx.execute(delete(session).where(session.c.expires_at <= now.isoformat()))
    tx.execute(insert(session).values(id=digest, user=id_, expires_at=expires.isoformat()))


def of_session(tx: Connection, digest: str, now: datetime) -> User | None:
    """Whose session this is; None where it is unknown or has ended."""
    row = tx.execute(
        select(*_FIELDS)
        .join(session, session.c.user == user.c.id)
        .where(session.c.id == digest, session.c.expires_at > now.isoformat())
    ).first()
    return None if row is None else User(*row)


def close_session(tx: Connection, digest: str) -> None:
    """End a session."""
    tx.execute(delete(session).where(session.c.id == digest))


def put_code(tx: Connection, digest: str, expires: datetime, now: datetime) -> None:
    """Keep a set-up code, and forget those that have ended."""
    tx.execute(delete(setup_code).where(setup_code.c.expires_at <= now.isoformat()))
    tx.execute(insert(setup_code).values(digest=digest, expires_at=expires.isoformat()))


def take_code(tx: Connection, digest: str, now: datetime) -> bool:
    """Use a set-up code up; False where it is unknown or has ended."""
    taken = tx.execute(
        delete(setup_code).where(setup_code.c.digest == digest, setup_code.c.expires_at > now.isoformat())
    )
    return taken.rowcount == 1

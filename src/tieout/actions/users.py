"""Signing in: one-time set-up codes, passwords, sessions. There is no default password."""

import hashlib
import secrets
from datetime import timedelta

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.home import Home
from tieout.store import users

_SHORTEST, _LONGEST = 10, 1000
_CODE_HOURS = 24
SESSION_SECONDS = 7 * 24 * 3600
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is read as another

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex())


class WrongSignIn(WrongUse):
    """The name or the password, or the set-up code, is not right."""


class Person(msgspec.Struct, frozen=True):
    """Somebody who may sign in. ready: has set a password."""

    name: str
    role: Role
    language: str
    ready: bool

    @property
    def actor(self) -> Actor:
        """The person as history names them."""
        return Actor(self.name, self.role)


def set_up_code(home: Home) -> str | None:
    """A one-time code, good for 24 hours, with which the first owner signs up; None where somebody can sign in."""
    with home.database.begin() as tx:
        if users.can_anybody_sign_in(tx):
            return None
        return _new_code(home, tx, "")


def invite(home: Home, actor: Actor, name: str, role: Role) -> str:
    """Let a person in, or change their role: returns a one-time code, good for 24 hours, to set a password with.

    Raises Forbidden unless the actor is an owner, WrongUse for an empty or overlong name.
    """
    actor.must_be(Role.OWNER)
    with home.database.begin() as tx:
        known = users.find(tx, _name(name))
        if known is None:
            users.add(tx, _name(name), role, "en", home.clock.now())
        else:
            users.change(tx, known.id, role=role)
        return _new_code(home, tx, _name(name))


def set_up(home: Home, code: str, name: str, password: str, language: str) -> str:
    """Set a password with a set-up code; returns the token of a new session.

    The first owner chooses a name; a person who was invited gives theirs.
    Raises WrongSignIn for a wrong or used code, WrongUse for a bad name or too short a password.
    """
    called, now = _name(name), home.clock.now()
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise WrongUse("Choose a password of 10 to 1000 characters.")
    hashed = _HASHER.hash(password)
    with home.database.begin() as tx:
        known = users.find(tx, called)
        first = not users.can_anybody_sign_in(tx)
        if first and users.take_code(tx, _code_digest("", code), now):
            id_ = known.id if known else users.add(tx, called, Role.OWNER, language, now)
            users.change(tx, id_, password=hashed, role=Role.OWNER, language=language)
        elif known is not None and users.take_code(tx, _code_digest(called, code), now):
            id_ = known.id
            users.change(tx, id_, password=hashed, language=language)
        else:
            raise WrongSignIn("This code is not valid for this name, was used already, or is older than a day.")
        return _new_session(home, tx, id_)


def sign_in(home: Home, name: str, password: str) -> str:
    """Start a session; returns its token. Raises WrongSignIn, in the same time for a wrong name as for a password."""
    with home.database.read() as tx:
        known = users.find(tx, name.strip())
    if not _right(known.password if known and known.password else _NOBODY, password[:_LONGEST]) or known is None:
        raise WrongSignIn("The name or the password is not right.")
    with home.database.begin() as tx:
        if _HASHER.check_needs_rehash(known.password):
            users.change(tx, known.id, password=_HASHER.hash(password))
        return _new_session(home, tx, known.id)


def sign_out(home: Home, token: str) -> None:
    """End a session."""
    with home.database.begin() as tx:
        users.close_session(tx, _digest(token))


def signed_in(home: Home, token: str) -> Person | None:
    """Whose session this is."""
    with home.database.read() as tx:
        known = users.of_session(tx, _digest(token), home.clock.now())
    return None if known is None else _person(known)


def everybody(home: Home) -> list[Person]:
    """All who may sign in, by name."""
    with home.database.read() as tx:
        return [_person(known) for known in users.listed(tx)]


def choose_language(home: Home, name: str, language: str) -> None:
    """Remember the language of a person's pages. Raises NotFound."""
    with home.database.begin() as tx:
        known = users.find(tx, name)
        if known is None:
            raise NotFound("There is no user {name}.", name=name)
        users.change(tx, known.id, language=language)


def _person(known: users.User) -> Person:
    return Person(known.name, Role(known.role), known.language, bool(known.password))


def _name(name: str) -> str:
    called = " ".join(name.split())
    if not called or len(called) > 80 or not called.isprintable():
        raise WrongUse("Give a name of 1 to 80 characters.")
    return called


def _right(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _code_digest(name: str, code: str) -> str:
    """A code is good for one name only; the first owner's for any."""
    plain = "".join(c for c in code.upper() if c in _ALPHABET)
    return _digest(f"{name.lower()}\n{plain}")


def _new_code(home: Home, tx: Connection, name: str) -> str:
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    now = home.clock.now()
    users.put_code(tx, _code_digest(name, code), now + timedelta(hours=_CODE_HOURS), now)
    return code


def _new_session(home: Home, tx: Connection, id_: int) -> str:
    token = secrets.token_urlsafe(32)
    now = home.clock.now()
    users.open_session(tx, _digest(token), id_, now + timedelta(seconds=SESSION_SECONDS), now)
    return token

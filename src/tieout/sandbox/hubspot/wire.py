"""Requests and replies as bytes: JSON through our own decoder, so that no amount ever becomes a float."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import msgspec

from tieout.sandbox.hubspot import errors
from tieout.sandbox.hubspot.errors import JsonMap

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")
_BYTE = re.compile(r"\(byte (\d+)\)")
encode = _encoder.encode


class Request(msgspec.Struct):
    """One call: `stale` asks for the version before the last write, `who` is the client that the token belongs to."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: bytes
    authorization: str = ""
    stale: bool = False
    who: str = ""

    @property
    def length(self) -> int:
        """How many characters path and query have, apart from escapes."""
        return len(self.path) + sum(len(name) + len(value) + 2 for name, found in self.query.items() for value in found)

    def one(self, name: str, default: str = "") -> str:
        """Return the last value of a query parameter."""
        return self.query[name][-1] if name in self.query else default

    def flag(self, name: str) -> bool:
        """Return whether a query parameter says true; the official Python client writes it `True`."""
        return self.one(name).lower() == "true"

    def many(self, name: str) -> list[str]:
        """Return a query parameter that may be repeated, a comma list, or both."""
        return [part for value in self.query.get(name, ()) for part in value.split(",") if part]

    def number(self, name: str, default: int, most: int) -> int:
        """Return a positive whole number from the query. Raises Refusal (400)."""
        return whole(self.one(name, str(default)), name, most)

    def json(self) -> JsonMap:
        """Return the body, which must be a JSON object. Raises Refusal (400)."""
        value = self.document()
        if not isinstance(value, dict):
            raise errors.malformed(1, 1, "Cannot deserialize value: an object is expected")
        return value

    def document(self) -> Any:  # noqa: ANN401 (JSON is whatever the client sent)
        """Return the body's JSON. Raises Refusal (400)."""
        try:
            return _decoder.decode(self.body or b"null")
        except (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError) as error:
            found = _BYTE.search(str(error))
            before = self.body[: int(found[1])] if found else self.body
            line = before.count(b"\n") + 1
            raise errors.malformed(line, len(before) - before.rfind(b"\n"), str(error)) from None

    def form(self) -> dict[str, str]:
        """Return a form-encoded body, with the query where the body lacks a name."""
        fields = {name: values[-1] for name, values in self.query.items()}
        try:
            body = self.body.decode()
        except UnicodeDecodeError:
            return fields
        return fields | {name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()}


def members(row: JsonMap, name: str) -> JsonMap:
    """Return the object called `name`, empty if absent. Raises Refusal (400) if it is something else."""
    found = row.get(name) or {}
    if not isinstance(found, dict):
        raise errors.malformed(1, 1, f"Cannot deserialize value: {name} must be an object")
    return found


def rows(row: JsonMap, name: str) -> list[JsonMap]:
    """Return the list of objects called `name`, empty if absent. Raises Refusal (400) if it is something else."""
    found = row.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise errors.malformed(1, 1, f"Cannot deserialize value: {name} must be a list of objects")
    return found


def texts(row: JsonMap, name: str) -> list[str]:
    """Return the list of texts called `name`, empty if absent. Raises Refusal (400) if it is something else."""
    found = row.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise errors.malformed(1, 1, f"Cannot deserialize value: {name} must be a list of texts")
    return found


class Reply(msgspec.Struct):
    """One answer; `body` is what will be encoded as JSON, None for no body at all."""

    body: object = None
    status: int = 200
    headers: dict[str, str] = {}


NOTHING = Reply(status=204)


def whole(text: object, name: str, most: int) -> int:
    """Return a whole number between 0 and `most`. Raises Refusal (400)."""
    try:
        value = int(str(text))
    except ValueError:
        raise errors.invalid(f"{name} is not a whole number: {text}", context={name: [str(text)]}) from None
    if not 0 <= value <= most:
        raise errors.invalid(f"{name} must be between 0 and {most}, but was {value}", context={name: [str(value)]})
    return value


def text(value: object) -> str:
    """Return a property value as HubSpot keeps it: text, whatever JSON type it came as; null clears."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal() if value.is_finite() and abs(value.adjusted()) < 100:
            return format(value, "f")
        case int() | Decimal():
            return str(value)
    return encode(value).decode()

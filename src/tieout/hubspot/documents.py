"""What HubSpot's CRM API sends, as far as Tieout reads it (HubSpot API reference, CRM objects, 2026-09).

Property values always travel as strings, numbers and booleans too.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

import msgspec

VERSION = "2026-09"

T = TypeVar("T")


class Wire(msgspec.Struct, frozen=True, rename="camel"):
    """A JSON object of HubSpot's, its names in camel case."""


class Next(Wire, frozen=True):
    """Where the next page begins."""

    after: str = ""


class Paging(Wire, frozen=True):
    """Whether there is a next page."""

    next: Next | None = None

    @property
    def after(self) -> str:
        """The cursor of the next page, empty where this is the last."""
        return self.next.after if self.next else ""


class Linked(Wire, frozen=True):
    """One associated record, listed inside the record itself."""

    id: str


class Links(Wire, frozen=True):
    """The associated records of one type; `paging` tells that there are more than are listed here."""

    results: list[Linked] = []
    paging: Paging | None = None


class Stamp(Wire, frozen=True):
    """One value that a property had, and since when."""

    timestamp: str
    value: str | None = None


class Document(Wire, frozen=True):
    """One CRM record."""

    id: str
    properties: dict[str, str | None] = {}
    properties_with_history: dict[str, list[Stamp]] = {}
    updated_at: str = ""
    archived_at: str = ""
    archived: bool = False
    associations: dict[str, Links] = {}
    object_write_trace_id: str = ""


class Page(Wire, frozen=True):
    """A page of records, each still undecoded, so that one bad record spoils no other."""

    results: list[msgspec.Raw]
    paging: Paging | None = None


class Hits(Wire, frozen=True):
    """A page of search results."""

    results: list[Document]
    paging: Paging | None = None


class Detail(Wire, frozen=True):
    """One of several errors in an answer; a batch names the failed input in `context`, what is wrong in `errors`."""

    message: str = ""
    code: str = ""
    category: str = ""
    sub_category: str = ""
    context: dict[str, list[str] | str] = {}
    errors: "list[Detail]" = []

    def named(self, key: str) -> list[str]:
        """The values that `context` has under `key`."""
        found = self.context.get(key, [])
        return [found] if isinstance(found, str) else found


class Envelope(Wire, frozen=True):
    """What HubSpot says when it refuses."""

    message: str = ""
    category: str = ""
    sub_category: str = ""
    error_type: str = ""
    correlation_id: str = ""
    context: dict[str, list[str] | str] = {}
    errors: list[Detail] = []


class BatchAnswer(Wire, frozen=True):
    """The answer to a batch; with status 207 some inputs failed."""

    results: list[msgspec.Raw]
    errors: list[Detail] = []


class AssociatedTo(Wire, frozen=True):
    """One associated record; its id is a number in older versions and a string in dated ones."""

    to_object_id: int | str


class AssociatedFrom(Wire, frozen=True):
    """The associated records of one record."""

    from_: Linked = msgspec.field(name="from")
    to: list[AssociatedTo] = []
    paging: Paging | None = None


class AssociationAnswer(Wire, frozen=True):
    """The answer to a batch read of associations; one without any is listed among the errors, which is no fault."""

    results: list[AssociatedFrom] = []


class AssociationMade(Wire, frozen=True):
    """One association that was made; the ids are numbers in older versions and strings in dated ones."""

    from_object_id: int | str
    to_object_id: int | str


class AssociationsMade(Wire, frozen=True):
    """The answer to a batch create of associations; with status 207 some inputs failed."""

    results: list[AssociationMade] = []
    errors: list[Detail] = []


class Account(Wire, frozen=True):
    """The account itself (account information API)."""

    portal_id: int | str
    time_zone: str
    company_currency: str
    additional_currencies: list[str] = []
    ui_domain: str = ""


class Rate(Wire, frozen=True):
    """A tax rate of the account's library."""

    id: int | str
    percentage_rate: Decimal | int
    name: str = ""
    label: str = ""
    active: bool = True


class Rates(Wire, frozen=True):
    """A page of tax rates."""

    results: list[Rate]
    paging: Paging | None = None


class Option(Wire, frozen=True):
    """One value of an enumeration, and what people read for it."""

    label: str
    value: str


class Modification(Wire, frozen=True):
    """What may be changed of a property."""

    read_only_value: bool = False


class Property(Wire, frozen=True):
    """The definition of a property. calculated: HubSpot makes its value."""

    name: str
    group_name: str = ""
    archived: bool = False
    label: str = ""
    type: str = "string"
    field_type: str = ""
    options: list[Option] = []
    calculated: bool = False
    hidden: bool = False
    modification_metadata: Modification | None = None


class Properties(Wire, frozen=True):
    """The definitions of all properties of one type."""

    results: list[Property]


class Grant(msgspec.Struct, frozen=True):
    """The answer to a token request."""

    access_token: str
    refresh_token: str = ""
    expires_in: int = 1800


class Granted(msgspec.Struct, frozen=True):
    """What HubSpot tells of a token. scopes: none of an inactive one."""

    scopes: list[str] | None = None


class Denial(msgspec.Struct, frozen=True):
    """The refusal of a token request."""

    error: str = ""
    error_description: str = ""
    status: str = ""
    message: str = ""


def decoder(type_: type[T]) -> msgspec.json.Decoder[T]:
    """A JSON decoder for one type that never makes a float."""
    return msgspec.json.Decoder(type_, float_hook=Decimal)


DOCUMENT = decoder(Document)
ENVELOPE = decoder(Envelope)
_BATCH = decoder(BatchAnswer)


def envelope(body: bytes) -> Envelope:
    """What a refusal says; a body that is no envelope of HubSpot's becomes its message."""
    try:
        return ENVELOPE.decode(body)
    except msgspec.MsgspecError:
        return Envelope(message=body[:300].decode("utf-8", "replace"))


class Unread(msgspec.Struct, frozen=True):
    """A record that could not be decoded: its bytes and the reason. id is empty where not even that is legible."""

    id: str
    raw: bytes
    why: str


def documents(rows: Sequence[msgspec.Raw]) -> tuple[list[Document], list[Unread]]:
    """Decode each record on its own; the illegible ones come apart, with their bytes."""
    legible: list[Document] = []
    illegible: list[Unread] = []
    for raw in rows:
        try:
            legible.append(DOCUMENT.decode(raw))
        except msgspec.MsgspecError as error:
            illegible.append(Unread(id=_id(raw), raw=bytes(raw), why=f"HubSpot's record cannot be read: {error}"))
    return legible, illegible


def batch_answer(body: bytes) -> tuple[list[Document], list[Detail]]:
    """What the answer to a batch write shows: the records written, and what was refused.

    Raises ValueError, a sentence, where the answer or one of its records is illegible: then nobody knows what happened.
    """
    try:
        answer = _BATCH.decode(body)
    except msgspec.MsgspecError as error:
        raise ValueError(f"HubSpot's answer cannot be read: {error}") from error
    legible, illegible = documents(answer.results)
    if illegible:
        raise ValueError(illegible[0].why)
    return legible, answer.errors


def _id(raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=Linked).id
    except msgspec.MsgspecError:
        return ""

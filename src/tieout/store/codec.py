"""Records and small structures as JSON bytes, money as decimal strings."""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from tieout.core.records import Kind
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Record

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(decimal_format="string")
_TYPES: dict[Kind, type[Record]] = {
    Kind.CUSTOMER: Customer,
    Kind.ITEM: Item,
    Kind.INVOICE: Invoice,
    Kind.SETTLEMENT: Settlement,
}


@cache
def _decoder(type_: Hashable) -> msgspec.json.Decoder[Any]:
    # Any: one decoder for each type asked for; `decode` gives the type back.
    return msgspec.json.Decoder(cast("type[Any]", type_))


def encode(value: object) -> bytes:
    """JSON bytes of a value made of structs, mappings and scalars."""
    return _ENCODER.encode(value)


def decode(body: bytes, type_: type[T]) -> T:
    """Read what `encode` wrote. Raises msgspec.ValidationError if it is not of that type."""
    value: T = _decoder(cast("Hashable", type_)).decode(body)
    return value


def decode_record(kind: Kind, body: bytes) -> Record:
    """Read a record of `kind`."""
    record: Record = _decoder(_TYPES[kind]).decode(body)
    return record

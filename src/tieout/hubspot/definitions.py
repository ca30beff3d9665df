"""The definitions of an account's properties (HubSpot, "Properties" guide): one call for all of a type."""

from collections.abc import Collection, Sequence
from typing import Literal

from tieout.core.mapping import Property, Sort
from tieout.hubspot import documents
from tieout.hubspot.client import Client
from tieout.hubspot.documents import VERSION, Properties, decoder

_PROPERTIES = decoder(Properties)
_SORTS: dict[str, Sort] = {
    "string": "text",
    "phone_number": "text",
    "number": "number",
    "date": "date",
    "datetime": "date",
    "enumeration": "choice",
    "bool": "choice",
}
_YES_AND_NO = {"Yes": "true", "No": "false"}


async def properties(client: Client, type_: str) -> list[documents.Property]:
    """All properties of a type of record. Raises SignInTrouble, Unavailable, Refusal."""
    return (await client.read("GET", f"/crm/properties/{VERSION}/{type_}", _PROPERTIES)).results


async def missing(client: Client, wanted: Sequence[str]) -> tuple[str, ...]:
    """Those of these properties (`invoices.reference`) that the account does not have. Raises as `properties` does."""
    there: set[str] = set()
    for type_ in sorted({name.partition(".")[0] for name in wanted}):
        there |= {f"{type_}.{one.name}" for one in await properties(client, type_) if not one.archived}
    return tuple(name for name in wanted if name not in there)


def described(one: documents.Property, taken: Collection[str]) -> Property:
    """A property as an operator may name it. taken: names of those that are synced already."""
    sort: Sort | Literal[""] = _SORTS.get(one.type, "")
    if one.field_type in ("checkbox", "file", "html"):
        sort = ""  # several values, or none that people read
    options = {each.label: each.value for each in one.options} or (_YES_AND_NO if one.type == "bool" else {})
    fixed = one.modification_metadata is not None and one.modification_metadata.read_only_value
    return Property(
        name=one.name,
        label=one.label or one.name,
        sort=sort,
        moment=one.type == "datetime",
        options=options,
        read_only=one.calculated or fixed,
        taken=one.name in taken or one.name.startswith("tieout_"),
    )

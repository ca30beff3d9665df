"""The definitions of an account's properties (HubSpot, "Properties" guide): one call for all of a type."""

from collections.abc import Sequence

from tieout.hubspot.client import Client
from tieout.hubspot.documents import VERSION, Properties, Property, decoder

_PROPERTIES = decoder(Properties)


async def properties(client: Client, type_: str) -> list[Property]:
    """All properties of a type of record. Raises SignInTrouble, Unavailable, Refusal."""
    return (await client.read("GET", f"/crm/properties/{VERSION}/{type_}", _PROPERTIES)).results


async def missing(client: Client, wanted: Sequence[str]) -> tuple[str, ...]:
    """Those of these properties (`invoices.reference`) that the account does not have. Raises as `properties` does."""
    there: set[str] = set()
    for type_ in sorted({name.partition(".")[0] for name in wanted}):
        there |= {f"{type_}.{one.name}" for one in await properties(client, type_) if not one.archived}
    return tuple(name for name in wanted if name not in there)

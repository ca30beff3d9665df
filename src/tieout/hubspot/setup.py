"""What Tieout needs in a HubSpot account: its own property group and properties, made once.

Creating what exists answers 409, which is well; unique properties cannot be made unique later (HubSpot, "Properties"
guide).
"""

from collections.abc import Sequence

import msgspec

from tieout.hubspot.client import Client
from tieout.hubspot.definitions import properties
from tieout.hubspot.documents import VERSION, decoder
from tieout.hubspot.lens.customer import COMPANIES, CONTACTS
from tieout.hubspot.lens.invoice import INVOICES
from tieout.hubspot.lens.item import PRODUCTS
from tieout.hubspot.lens.settlement import PAYMENTS
from tieout.hubspot.lens.values import KEY
from tieout.remote.errors import Refusal, SignInTrouble

GROUP = "tieout"

_RAW = decoder(msgspec.Raw)


class Wanted(msgspec.Struct, frozen=True):
    """A property of ours. type, field: HubSpot's `type` and `fieldType`."""

    name: str
    label: str
    type: str = "string"
    field: str = "text"
    unique: bool = False


_KEY = Wanted(KEY, "Tieout key", unique=True)
_ON_CUSTOMERS = (
    _KEY,
    Wanted("tieout_open_balance", "QuickBooks open balance", "number", "number"),
    Wanted("tieout_open_credit", "QuickBooks open credit", "number", "number"),
    Wanted("tieout_last_payment", "QuickBooks last payment", "date", "date"),
)
WANTED: dict[str, tuple[Wanted, ...]] = {
    INVOICES: (
        _KEY,
        Wanted("tieout_state", "QuickBooks sync state"),
        Wanted("tieout_reason", "QuickBooks sync reason", field="textarea"),
        Wanted("tieout_number", "QuickBooks number"),
        Wanted("tieout_link", "QuickBooks link"),
        Wanted("tieout_received", "Received in QuickBooks", "number", "number"),
        Wanted("tieout_credited", "Credited in QuickBooks", "number", "number"),
    ),
    PAYMENTS: (_KEY,),
    COMPANIES: _ON_CUSTOMERS,
    CONTACTS: _ON_CUSTOMERS,
}


async def prepare_account(client: Client, *, products: bool = False) -> tuple[str, ...]:
    """Make the properties that are missing; return the scopes that the sign-in lacks for it, none if all is there.

    products: products are made too, and need our key. One call for each type of record where nothing is missing.
    Raises SignInTrouble for anything but a missing scope, Refusal, Unavailable.
    """
    lacking: list[str] = []
    for type_, wanted in (WANTED | ({PRODUCTS: (_KEY,)} if products else {})).items():
        try:
            await _complete(client, type_, wanted)
        except SignInTrouble as trouble:
            if trouble.cause != "missing_scope":
                raise
            lacking += [
                scope for scope in (trouble.evidence.get("scopes") or type_).split(", ") if scope not in lacking
            ]
    return tuple(lacking)


async def _complete(client: Client, type_: str, wanted: Sequence[Wanted]) -> None:
    path = f"/crm/properties/{VERSION}/{type_}"
    there = await properties(client, type_)
    names = {one.name for one in there}
    missing = [one for one in wanted if one.name not in names]
    if not missing:
        return
    if all(one.group_name != GROUP for one in there):
        await _make(client, f"{path}/groups", {"name": GROUP, "label": "Tieout"})
    for one in missing:
        definition: dict[str, object] = {
            "name": one.name,
            "label": one.label,
            "type": one.type,
            "fieldType": one.field,
            "groupName": GROUP,
            "hasUniqueValue": one.unique,
        }
        await _make(client, path, definition)


async def _make(client: Client, path: str, definition: dict[str, object]) -> None:
    """Create a group or property, once only: a repeated call ends in a 409, which says that it is there."""
    try:
        await client.read("POST", path, _RAW, msgspec.json.encode(definition))
    except Refusal as refusal:
        if refusal.evidence.get("status") != "409":
            raise

"""The crm side as the engine sees it."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from tieout.core.facts import CrmFacts
from tieout.core.mapping import Filter, Property
from tieout.core.records import Kind, Side
from tieout.hubspot import account, definitions, limits, setup
from tieout.hubspot.client import Client
from tieout.hubspot.creations import Creations
from tieout.hubspot.feed import Feed, Held
from tieout.hubspot.history import left_draft
from tieout.hubspot.lens.customer import COMPANIES, CONTACTS, Model
from tieout.hubspot.lens.invoice import INVOICES
from tieout.hubspot.lens.item import PRODUCTS
from tieout.hubspot.lens.mapped import NOTHING_MORE, View
from tieout.hubspot.lens.settlement import PAYMENTS
from tieout.hubspot.objects import Objects
from tieout.hubspot.packing import Packing
from tieout.hubspot.parties import Parties
from tieout.hubspot.parts import Parts
from tieout.hubspot.people import People
from tieout.hubspot.reader import PROPERTIES, Reader
from tieout.hubspot.scopes import lacking
from tieout.hubspot.writer import Writer
from tieout.kinds.currency import parted
from tieout.remote.errors import Unavailable
from tieout.remote.http import Http
from tieout.remote.outcomes import Finding, Outcome
from tieout.remote.ports import Clock, Shelf, Timeout, TokenVault
from tieout.remote.rows import Batch, Row
from tieout.remote.side import Operation, Prepared, Profile, Unit, UnitIds

_TYPE_IDS = {CONTACTS: "0-1", COMPANIES: "0-2", PRODUCTS: "0-7", INVOICES: "0-53", PAYMENTS: "0-101"}
_FREE = frozenset({"mobilephone", "hs_purchase_order_number"})
"""Properties that are read, and synced only where an operator maps them."""
_TYPES = {Kind.ITEM: PRODUCTS, Kind.INVOICE: INVOICES, Kind.SETTLEMENT: PAYMENTS}


def profile(commit_within: float, index_lag: float) -> Profile:
    """What the engine must know of HubSpot. commit_within, index_lag: seconds; a sandbox states its own."""
    return Profile(commit_within=commit_within, index_lag=index_lag, guarded=False, largest_unit=limits.BATCH)


class HubSpotSide:
    """One HubSpot account: implements `remote.side.Side`.

    base_url: without a slash at its end. shelf: keeps companies, contacts and notes of what was read. model: who is
    the customer. zone: the account's. ui, portal: host and id in the addresses of its pages. held: the records
    that the mirror holds, by kind and ids, which spares reading again what did not change. view: what an operator has
    read and written besides. products: QuickBooks' items are made as products.
    """

    name = Side.CRM

    def __init__(
        self,
        *,
        http: Http,
        base_url: str,
        vault: TokenVault,
        shelf: Shelf,
        clock: Clock,
        profile: Profile,
        model: Model,
        zone: ZoneInfo,
        ui: str,
        portal: str,
        random: random.Random,
        view: View = NOTHING_MORE,
        held: Held = lambda _kind, _ids: (),
        products: bool = False,
    ) -> None:
        self.profile = profile
        self._client = Client(http=http, base_url=base_url, vault=vault, clock=clock, random=random)
        self._objects = Objects(self._client)
        self._view = view
        self._people = People(shelf, model, view)
        self._reader = Reader(self._objects, self._people, shelf, self._client, zone)
        self._feed = Feed(
            client=self._client,
            reader=self._reader,
            shelf=shelf,
            clock=clock,
            lag=profile.index_lag,
            held=held,
        )
        parts = Parts(self._reader)
        creations = Creations(self._reader, self._client)
        parties = Parties(self._reader)
        packing = Packing(
            client=self._client,
            reader=self._reader,
            creations=creations,
            parts=parts,
            parties=parties,
            clock=clock,
        )
        self._prepare = packing.prepare
        self._writer = Writer(
            client=self._client,
            reader=self._reader,
            packing=packing,
            creations=creations,
            parts=parts,
            parties=parties,
        )
        self._zone = zone
        self._address = f"https://{ui}/contacts/{portal}/record"
        self._products = products
        self._missing_scopes: tuple[str, ...] = ()

    async def set_up(self) -> tuple[str, ...]:
        """Make our properties in the account; return all scopes that the sign-in lacks, if one is missing for it."""
        refused = await setup.prepare_account(self._client, products=self._products)
        self._missing_scopes = await self._lacking(refused) if refused else ()
        return self._missing_scopes

    async def facts(self) -> CrmFacts:
        """Read what is true of the whole account; the scopes that the sign-in lacks as far as they showed."""
        found = await account.facts(self._client, self._missing_scopes)
        missing = await definitions.missing(self._client, self._view.wanted)
        found = msgspec.structs.replace(found, missing_properties=missing)
        if not found.missing_scopes:
            return found
        return msgspec.structs.replace(found, missing_scopes=await self._lacking(found.missing_scopes))

    async def missing_scopes(self) -> tuple[str, ...]:
        """All scopes that the sign-in lacks, whether or not a call was refused for one."""
        return await self._lacking(self._missing_scopes)

    async def _lacking(self, refused: tuple[str, ...]) -> tuple[str, ...]:
        return lacking(await self._client.scopes(), refused, products=self._products)

    async def properties(self, type_: str) -> tuple[Property, ...]:
        """The properties that an operator may name, of one type of record, by their labels."""
        found = await definitions.properties(self._client, type_)
        taken = set(PROPERTIES[type_]) - _FREE
        shown = [definitions.described(one, taken) for one in found if not (one.archived or one.hidden)]
        return tuple(sorted(shown, key=lambda one: (one.label.casefold(), one.name)))

    async def survey(self, wanted: Filter) -> AsyncIterator[Mapping[str, str]]:
        """What a filter looks at, of every record that it is about: one call for each hundred."""
        after = ""
        while True:
            found = await self._objects.page(wanted.type, [wanted.field], after)
            for one in found.documents:
                yield {wanted.key: one.properties.get(wanted.field) or ""}
            after = found.after
            if not after:
                return

    def feed(self, cursor: str) -> AsyncIterator[Batch]:
        """Yield everything, for an empty cursor; else all that changed since the batch that carried this cursor."""
        return self._feed.batches(cursor)

    async def read(self, kind: Kind, ids: Sequence[str]) -> tuple[Row, ...]:
        """Read records by id; with customers come the other customers whose record they change.

        What cannot be understood is left out: the feed lists it as unreadable. Raises Unavailable where HubSpot
        answers an invoice as it was before a change that it has shown already.
        """
        if kind is not Kind.CUSTOMER:
            reading = await self._reader.by_id(_TYPES[kind], ids)
            if reading.stale:
                raise Unavailable("HubSpot shows records as they were before their last change.")
            return tuple(reading.rows)
        rows: list[Row] = []
        people = [id_.partition(":")[2] for id_ in ids if id_.startswith("contact:")]
        firms = [id_.partition(":")[2] for id_ in ids if id_.startswith("company:")]
        people += [one for firm in firms for one in self._people.members(firm)[:1] if one not in people]
        for type_, numbers in ((CONTACTS, people), (COMPANIES, firms)):
            if numbers:
                rows += (await self._reader.by_id(type_, numbers)).rows
        return tuple({row.id: row for row in rows}.values())

    async def finalized(self, ids: Sequence[str]) -> dict[str, date]:
        """The day on which each invoice left draft, in the account's zone; those still in draft are left out."""
        name = "hs_invoice_status"
        found = await self._objects.read(INVOICES, ids, [name], history=[name])
        days = {one.id: left_draft(one.properties_with_history.get(name, []), self._zone) for one in found.documents}
        return {id_: day for id_, day in days.items() if day}

    async def prepare(self, operations: Sequence[Operation], unit_ids: UnitIds) -> Prepared:
        """Make the safety reads and pack operations of one kind and verb into units."""
        return await self._prepare(operations, unit_ids)

    async def send(self, unit: Unit, operations: Sequence[Operation], timeout: Timeout) -> tuple[Outcome, ...]:
        """Send a unit once; one outcome for each member, in order."""
        return await self._writer.send(unit, operations, timeout)

    async def settle(self, unit: Unit, operations: Sequence[Operation]) -> tuple[Finding, ...]:
        """Find out what became of a unit without answer, after `profile.commit_within` has passed."""
        return await self._writer.settle(unit, operations)

    def page(self, kind: Kind, id_: str) -> str:
        """The address of a record's page in HubSpot."""
        prefix, _, number = parted(id_)[0].rpartition(":")
        if kind is Kind.CUSTOMER:
            return f"{self._address}/{_TYPE_IDS[COMPANIES if prefix == 'company' else CONTACTS]}/{number}"
        return f"{self._address}/{_TYPE_IDS[_TYPES[kind]]}/{number}"

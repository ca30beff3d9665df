"""QuickBooks as the engine sees it: the books side of the protocol in `remote.side`."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from urllib.parse import quote

import msgspec

from tieout.core.facts import BooksFacts
from tieout.core.mapping import Filter
from tieout.core.records import Kind, Side
from tieout.kinds.settlement import Settlement
from tieout.quickbooks import facts as company
from tieout.quickbooks import limits, rates
from tieout.quickbooks.client import Client
from tieout.quickbooks.documents import Head
from tieout.quickbooks.feed import Feed, Held
from tieout.quickbooks.lens.mapped import NOTHING_MORE, View
from tieout.quickbooks.oauth import SignIn
from tieout.quickbooks.query import chunks, one_of, select
from tieout.quickbooks.rows import ENTITIES, LAST, Reader, gone
from tieout.quickbooks.settle import Settler
from tieout.quickbooks.writer import Writer
from tieout.remote.http import Http
from tieout.remote.outcomes import Finding, Outcome
from tieout.remote.ports import Clock, Timeout, TokenVault
from tieout.remote.rows import Batch, Row
from tieout.remote.side import Operation, Prepared, Profile, Unit, UnitIds

COMMIT_WITHIN_SECONDS: Final = 120.0
"""QuickBooks ends every call after 120 seconds (QuickBooks API reference, "Limits and throttles")."""

_PAGES: Final = {
    Kind.CUSTOMER: "/app/customerdetail?nameId=",
    Kind.ITEM: "/app/items",
    Kind.INVOICE: "/app/invoice?txnId=",
    Kind.SETTLEMENT: "/app/recvpayment?txnId=",
}


def profile(commit_within: float = COMMIT_WITHIN_SECONDS) -> Profile:
    """What the engine must know of QuickBooks. commit_within: seconds; a sandbox states its own."""
    return Profile(commit_within=commit_within, index_lag=0.0, guarded=True, largest_unit=limits.BATCH)


class QuickBooksSide:
    """One QuickBooks company.

    facts: what was read of the company before, None to read it when first needed. discovery_url: Intuit's discovery
    document, or a sandbox's; empty = Intuit's own token address. held: see `feed.Feed`. view: what an operator has
    read and written besides.
    """

    name = Side.BOOKS

    def __init__(
        self,
        *,
        http: Http,
        base_url: str,
        realm: str,
        vault: TokenVault,
        clock: Clock,
        profile: Profile,
        facts: BooksFacts | None = None,
        discovery_url: str = "",
        held: Held | None = None,
        view: View = NOTHING_MORE,
    ) -> None:
        self.profile = profile
        self._base_url = base_url
        self._realm = realm
        self._clock = clock
        self._held = held
        self._facts = facts
        self._view = view
        sign_in = SignIn(http=http, vault=vault, clock=clock, discovery_url=discovery_url)
        self._client = Client(http=http, base_url=base_url, realm=realm, sign_in=sign_in, clock=clock)

    async def facts(self) -> BooksFacts:
        """Read what is true of the company, in one call or two. Raises SignInTrouble, Unavailable, Refusal."""
        self._facts = await company.read(self._client, self._realm, self._base_url)
        return self._facts

    async def survey(self, wanted: Filter) -> AsyncIterator[Mapping[str, str]]:
        """What a filter looks at, of every record that it is about: one call for each thousand."""
        known = await self._known()
        reader = Reader(known.currency, {}, View(filters=(wanted,)).knowing(known))
        last = "0"
        while True:
            page = await self._client.query(select(ENTITIES[wanted.kind], after=last))
            for row in reader.rows((page,)).rows:
                yield {} if row.record is None or isinstance(row.record, Settlement) else row.record.traits
            if len(page.rows) < limits.PAGE:
                return
            last = msgspec.json.decode(page.rows[-1], type=Head).id

    async def feed(self, cursor: str) -> AsyncIterator[Batch]:
        """Yield everything, for an empty cursor; else what changed since. Raises as `facts` does."""
        feed = Feed(self._client, await self._reader(), self._clock, self._held)
        async for batch in feed.batches(cursor):
            yield batch

    async def read(self, kind: Kind, ids: Sequence[str]) -> tuple[Row, ...]:
        """Read records by id, in the order of `ids`; what cannot be understood is left out. Raises as `facts` does."""
        reader = await self._reader()
        objects = {id_: id_.partition(":")[0] if kind is Kind.SETTLEMENT else id_ for id_ in ids}
        found: dict[str, Row] = {}
        versions: dict[str, int] = {}
        unreadable: set[str] = set()
        for chunk in chunks(sorted(set(objects.values())), limits.PAGE):
            page = await self._client.query(select(ENTITIES[kind], f"Id IN {one_of(chunk)}"))
            read = reader.rows((page,))
            found |= {row.id: row for row in read.rows}
            versions |= {payment: version for _, payment, version in read.wholes}
            unreadable |= {entry.id for entry in read.unreadable}
        # A payment that no longer pays an invoice is still there, and may pay it again.
        return tuple(
            found.get(id_) or gone(kind, id_, versions.get(object_, LAST))
            for id_, object_ in objects.items()
            if object_ not in unreadable
        )

    async def rates(self, wanted: Collection[tuple[str, date]]) -> dict[tuple[str, date], Decimal]:
        """Read what currencies are worth on days, in the company's own. Raises as `facts` does."""
        return await rates.read(self._client, wanted)

    async def prepare(self, operations: Sequence[Operation], unit_ids: UnitIds) -> Prepared:
        """Make the safety reads and pack operations of one kind and verb into units. Raises as `facts` does."""
        return await (await self._writer()).prepare(operations, unit_ids)

    async def send(self, unit: Unit, operations: Sequence[Operation], timeout: Timeout) -> tuple[Outcome, ...]:
        """Send a unit once. Raises SignInTrouble where certainly nothing happened."""
        return await (await self._writer()).send(unit, operations, timeout)

    async def settle(self, unit: Unit, operations: Sequence[Operation]) -> tuple[Finding, ...]:
        """Find out what became of a unit without answer. Raises as `facts` does."""
        return await Settler(self._client, await self._reader()).settle(unit, operations)

    def page(self, kind: Kind, id_: str) -> str:
        """The address of a record's page in QuickBooks; a settlement's is its payment's."""
        root = self._facts.ui if self._facts else company.pages_root(self._base_url)
        id_ = "" if kind is Kind.ITEM else quote(id_.partition(":")[0])
        return f"{root}{_PAGES[kind]}{id_}"

    async def _known(self) -> BooksFacts:
        return self._facts or await self.facts()

    async def _reader(self) -> Reader:
        known = await self._known()
        methods = {method.id: f"{method.name} {method.type}" for method in known.payment_methods}
        return Reader(known.currency, methods, self._view.knowing(known))

    async def _writer(self) -> Writer:
        return Writer(self._client, await self._reader(), await self._known())

"""The protocol that both sides speak with the engine."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from tieout.core.facts import BooksFacts, CrmFacts
from tieout.core.mapping import Filter
from tieout.core.records import Kind, Verb
from tieout.core.records import Side as SideName
from tieout.remote.outcomes import Fault, Finding, Outcome
from tieout.remote.ports import Timeout
from tieout.remote.rows import Batch, Record, Row

F_co = TypeVar("F_co", CrmFacts, BooksFacts, covariant=True)


class Profile(msgspec.Struct, frozen=True):
    """What the engine must know of a side, as data.

    commit_within: seconds after which a write whose answer was lost has either happened or never will.
    index_lag: seconds that a search may be behind. guarded: an update fails if the record changed since it was read.
    largest_unit: records that one request may carry.
    """

    commit_within: float
    index_lag: float
    guarded: bool
    largest_unit: int


class Operation(msgspec.Struct, frozen=True):
    """One intended change of one record on one side.

    id: 128 random bits in hex; becomes the marker or unique key of what it creates.
    target: the record's id on this side; empty for a creation.
    record: what the record shall be, with this side's ids throughout; None for an annotation or a void.
    fields: names of the fields to write, `lines` among them for an invoice; empty for a creation (all).
    base: the record as this side last returned it, against which the change was decided.
    properties: of an annotation: HubSpot property names and values. `target` is then `invoices:12`, `companies:3` …
    withdraw: take the target away (archive a HubSpot record of ours), where `verb` is `void`.
    undoes: the operation that a person had taken back by this one. version: of the target, where it may be written on
    that very version only; 0 = any.
    """

    id: str
    kind: Kind
    verb: Verb
    target: str = ""
    record: Record | None = None
    base: Record | None = None
    fields: tuple[str, ...] = ()
    properties: dict[str, str] = {}
    withdraw: bool = False
    undoes: str = ""
    version: int = 0


class Unit(msgspec.Struct, frozen=True):
    """One request, journaled before it is sent and sent again byte for byte.

    id: the request id (QuickBooks `requestid`), 32 hex digits. members: ids of the operations, in the body's order.
    read_at: ISO moment (UTC) of the safety read that it was prepared from.
    """

    id: str
    method: str
    path: str
    body: bytes
    members: tuple[str, ...]
    read_at: str = ""


class Prepared(msgspec.Struct, frozen=True):
    """What became of operations in a safety read before their writing.

    units: ready to be journaled and sent. stale: records that changed since the decision: mirror them, decide again;
    their operations are dropped. impossible: operations that cannot be written, with the reason.
    """

    units: tuple[Unit, ...]
    stale: tuple[Row, ...] = ()
    dropped: tuple[str, ...] = ()
    impossible: tuple[tuple[str, Fault], ...] = ()


class Side(Protocol, Generic[F_co]):
    """One vendor's account. All calls are async; nothing is kept between them but the client.

    Reads raise SignInTrouble, Unavailable or Refusal (remote.errors). Writes never raise: they end in outcomes;
    SignInTrouble is raised by a write only when it certainly did not happen.
    """

    name: SideName
    profile: Profile

    async def facts(self) -> F_co:
        """Read what is true of the whole account."""
        ...

    def survey(self, wanted: Filter) -> AsyncIterator[Mapping[str, str]]:
        """Yield what a filter looks at, by `Filter.key`, of every record that it is about."""
        ...

    def feed(self, cursor: str) -> AsyncIterator[Batch]:
        """Yield everything, for an empty cursor; else all that changed since the batch that carried this cursor."""
        ...

    async def read(self, kind: Kind, ids: Sequence[str]) -> tuple[Row, ...]:
        """Read records by id, consistently; one that is not there comes as a gone row."""
        ...

    async def prepare(self, operations: Sequence[Operation], unit_ids: "UnitIds") -> Prepared:
        """Make the safety reads and pack operations of one kind and verb into units."""
        ...

    async def send(self, unit: Unit, operations: Sequence[Operation], timeout: Timeout) -> tuple[Outcome, ...]:
        """Send a unit once; one outcome for each member, in order."""
        ...

    async def settle(self, unit: Unit, operations: Sequence[Operation]) -> tuple[Finding, ...]:
        """Find out what became of a unit without answer, after `profile.commit_within` has passed."""
        ...

    def page(self, kind: Kind, id_: str) -> str:
        """The address of a record's page in the vendor's own application."""
        ...


class UnitIds(Protocol):
    """Where unit ids come from."""

    def __call__(self) -> str:
        """A fresh id of 32 hex digits."""
        ...

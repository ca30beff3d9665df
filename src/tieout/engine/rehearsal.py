"""Rehearsal: the real engine on a copy of the database, with sides that only imagine their writes."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from tieout.core.facts import BooksFacts, CrmFacts
from tieout.core.mapping import Filter, Property
from tieout.core.records import Kind, Side
from tieout.engine.work import BooksSide, CrmSide
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement
from tieout.remote.outcomes import Done, Finding, Outcome
from tieout.remote.ports import Timeout
from tieout.remote.rows import Batch, Record, Row
from tieout.remote.side import Operation, Prepared, Profile, Unit, UnitIds
from tieout.remote.side import Side as RemoteSide

F = TypeVar("F", CrmFacts, BooksFacts)


class Imagined(Generic[F]):
    """A side whose reads are real and whose writes are imagined.

    seen: what would have been written, with `keep`; of a whole account that is as large as the account.
    """

    def __init__(self, real: RemoteSide[F], *, keep: bool = True) -> None:
        self.name: Side = real.name
        self.profile: Profile = real.profile
        self.seen: list[Operation] = []
        self._keep = keep
        self._real: RemoteSide[F] = real

    async def facts(self) -> F:
        """Read what is true of the whole account."""
        return await self._real.facts()

    def survey(self, wanted: Filter) -> AsyncIterator[Mapping[str, str]]:
        """Yield what a filter looks at."""
        return self._real.survey(wanted)

    def feed(self, cursor: str) -> AsyncIterator[Batch]:
        """Yield what changed."""
        return self._real.feed(cursor)

    async def read(self, kind: Kind, ids: Sequence[str]) -> tuple[Row, ...]:
        """Read records by id."""
        return await self._real.read(kind, ids)

    async def prepare(self, operations: Sequence[Operation], unit_ids: UnitIds) -> Prepared:
        """One imagined unit for each side's largest."""
        size = self.profile.largest_unit
        chunks = [operations[start : start + size] for start in range(0, len(operations), size)]
        return Prepared(tuple(Unit(unit_ids(), "", "", b"", tuple(o.id for o in chunk)) for chunk in chunks))

    async def send(self, unit: Unit, operations: Sequence[Operation], timeout: Timeout) -> tuple[Outcome, ...]:
        """Imagine that everything is done as it was asked."""
        del unit, timeout
        if self._keep:
            self.seen += operations
        return tuple(self._done(operation) for operation in operations)

    async def settle(self, unit: Unit, operations: Sequence[Operation]) -> tuple[Finding, ...]:
        """Look up what really became of a unit without answer."""
        return await self._real.settle(unit, operations)

    def page(self, kind: Kind, id_: str) -> str:
        """The address of a record's page."""
        return self._real.page(kind, id_)

    def _done(self, operation: Operation) -> Done:
        if operation.verb == "void" and not operation.withdraw:
            return Done(operation.target, _voided(operation))
        if operation.record is None:
            return Done(operation.target)
        id_ = operation.target or f"planned:{operation.id}"
        record = _made(operation.record, id_)
        return Done(id_, Row(operation.kind, id_, 1, record))


class ImaginedCrm(Imagined[CrmFacts]):
    """HubSpot's side, imagined."""

    def __init__(self, real: CrmSide, *, keep: bool = True) -> None:
        super().__init__(real, keep=keep)
        self._crm = real

    async def set_up(self) -> tuple[str, ...]:
        """Nothing is made in the account."""
        return ()

    async def missing_scopes(self) -> tuple[str, ...]:
        """All scopes that the sign-in lacks."""
        return await self._crm.missing_scopes()

    async def properties(self, type_: str) -> tuple[Property, ...]:
        """The properties that an operator may name."""
        return await self._crm.properties(type_)

    async def finalized(self, ids: Sequence[str]) -> dict[str, date]:
        """The days on which invoices left draft."""
        return await self._crm.finalized(ids)


class ImaginedBooks(Imagined[BooksFacts]):
    """QuickBooks' side, imagined."""

    def __init__(self, real: BooksSide, *, keep: bool = True) -> None:
        super().__init__(real, keep=keep)
        self._books = real

    async def rates(self, wanted: Collection[tuple[str, date]]) -> dict[tuple[str, date], Decimal]:
        """Read what currencies are worth on days."""
        return await self._books.rates(wanted)


class OnCopy:
    """The right to a copy of the database: whoever made it has it for itself."""

    def check(self) -> float:
        """It does not end."""
        return 3600.0

    def release(self) -> None:
        """There is nobody to give it back to."""


def _voided(operation: Operation) -> Row:
    """What a side would return of what was voided: of a payment nothing is left."""
    if not isinstance(operation.base, Invoice):
        return Row(operation.kind, operation.target, 1, None, "deleted")
    zero = Decimal(0)
    return Row(
        operation.kind,
        operation.target,
        1,
        msgspec.structs.replace(operation.base, status="void", total=zero, tax=zero, discount=zero, balance=zero),
    )


def _made(record: Record, id_: str) -> Record:
    """The record as a side would return it: with ids."""
    if isinstance(record, Invoice):
        lines = tuple(
            line if line.id else msgspec.structs.replace(line, id=f"planned:{n}") for n, line in enumerate(record.lines)
        )
        return msgspec.structs.replace(record, id=id_, lines=lines)
    if isinstance(record, Settlement):
        return msgspec.structs.replace(record, id=id_, transaction=id_)
    return msgspec.structs.replace(record, id=id_)

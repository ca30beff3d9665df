"""Tieout's command line in a process that kills itself (SIGKILL) at one point of its first write of an invoice.

Run as `python -m tests.stories.dying POINT COMMAND …`; the points are those of `Point`.
"""

import os
import signal
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from tieout.cli.main import main
from tieout.core.records import Kind
from tieout.quickbooks.side import QuickBooksSide
from tieout.remote.outcomes import Outcome
from tieout.remote.side import Operation, Unit
from tieout.store import journal


class Point(StrEnum):
    """Where the process dies."""

    JOURNALED = "journaled, not sent"
    ANSWERED = "answered, not written down"
    WRITING = "written down, not committed"


def dies_at(point: Point) -> None:
    """Have this process die there."""
    send, end = QuickBooksSide.send, journal.end

    async def sent(
        self: QuickBooksSide, unit: Unit, operations: Sequence[Operation], timeout: float
    ) -> tuple[Outcome, ...]:
        if operations[0].kind is not Kind.INVOICE:
            return await send(self, unit, operations, timeout)
        if point is Point.JOURNALED:
            _die()
        outcomes = await send(self, unit, operations, timeout)
        if point is Point.ANSWERED:
            _die()
        journal.end = ended
        return outcomes

    def ended(*given: Any, **named: Any) -> None:
        end(*given, **named)
        _die()

    QuickBooksSide.send = sent  # type: ignore[method-assign]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    dies_at(Point(sys.argv.pop(1)))
    main()

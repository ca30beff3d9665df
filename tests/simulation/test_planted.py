"""The harness can fail: each planted mistake is found within a few seeds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import pytest
from tests.simulation.play import play

from tieout.core.records import Side
from tieout.engine import applying, recovery
from tieout.engine.work import Work
from tieout.kinds.invoice_rules import InvoiceRules
from tieout.remote.outcomes import Absent
from tieout.remote.rows import Row
from tieout.store import journal

WITHIN = 60


def _found() -> tuple[int, str]:
    """The first seed with a violation, and what it says."""
    for seed in range(WITHIN):
        if violations := play(seed).violations:
            return seed, violations[0]
    pytest.fail(f"Not found within {WITHIN} seeds.")


def test_sending_again_without_looking_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(_work: Work, _side: Side, _unit: Any, entries: Sequence[Any]) -> Sequence[Absent]:
        return [Absent() for _ in entries]

    monkeypatch.setattr(recovery, "_look", look)
    print(_found())


def test_believing_in_absence_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "committed_by", lambda _self, _side, sent_at: sent_at)
    print(_found())


def test_bases_of_what_was_sent_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    created = applying.created

    def wrongly(tx: Any, work: Work, side: Side, entry: Any, row: Row) -> None:
        created(tx, work, side, entry, msgspec.structs.replace(row, record=entry.operation.record))

    monkeypatch.setattr(applying, "created", wrongly)
    print(_found())


def test_not_asking_about_twins_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InvoiceRules, "_twin", lambda *_: None)
    print(_found())


def test_a_dead_pass_that_goes_on_writing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "check_epoch", lambda *_: None)
    print(_found())


def test_forgetting_what_was_sent_before_a_crash_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(tx: Any, connection: int) -> list[tuple[Side, Any, str, datetime]]:
        return []

    monkeypatch.setattr(journal, "open_units", forget)
    print(_found())

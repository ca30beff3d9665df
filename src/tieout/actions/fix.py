"""Fix: an action on one failure, or on all with its cause. Shows first what it will do; the next pass does it."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from tieout.actions import settings as set_action
from tieout.actions.actor import Actor, Role
from tieout.actions.cures import DO
from tieout.actions.doing import Doing, Touch
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection, pair_id
from tieout.core.causes import CAUSES
from tieout.core.fixes import FIXES
from tieout.core.records import State
from tieout.store import agenda, connections, pairs
from tieout.store.connections import StoredConnection
from tieout.store.pairs import Stored

LISTED = (State.FAILING, State.HELD, State.BROKEN, State.WAITING)
"""States that are listed as failures (waiting ones after an hour)."""
FIXABLE = (*LISTED, State.WARNING)
"""States that fixes are offered in."""


_ONE_RECORD = frozenset({"customer", "contact", "document", "item"})
"""Values that name one record, which cannot be the counterpart of several."""


_BY_SETTING = frozenset({"unmapped_item", "totals_apart"})
"""Causes whose item is a setting, and so one for all."""


class FixResult(msgspec.Struct, frozen=True):
    """What a fix did, or would do. failures: ids that it is about. settings: those that it changes."""

    done: bool
    failures: list[str]
    operations: list[Touch]
    settings: dict[str, str]


def fix(
    home: Home,
    actor: Actor,
    name: str,
    failure_id: str,
    fix: str,
    *,
    values: Mapping[str, str],
    all_with_cause: bool = False,
    preview: bool = False,
) -> FixResult:
    """Do, or preview, a fix. The writes that follow are made by the next pass.

    Raises NotFound for a failure that is gone, WrongUse for a fix that does not belong to it or a value that is
    missing or wrong, Forbidden.
    """
    known = FIXES.get(fix)
    if known is None:
        raise WrongUse("There is no fix '{fix}'. There are: {known}.", fix=fix, known=", ".join(FIXES))
    actor.must_be(Role.BOOKKEEPER if known.money else Role.SELLER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        first = _failure(tx, stored, name, failure_id)
        if fix not in CAUSES[first.cause].fixes:
            offered = ", ".join(CAUSES[first.cause].fixes) or "-"
            raise WrongUse("{fix} does not cure {cause}. Offered: {fixes}.", fix=fix, cause=first.cause, fixes=offered)
        due = _with_cause(tx, stored, first, values) if all_with_cause else [first]
        result = FixResult(not preview, [], [], {})
        refusals: list[WrongUse] = []
        for one in due:
            doing = Doing(tx, home, stored, one, values)
            try:
                DO[fix](doing)
                doing.leave_nothing()
            except WrongUse as error:
                if not all_with_cause:
                    raise
                refusals.append(error)
                continue
            result.failures.append(str(one.id))
            result.operations.extend(doing.touches)
            result.settings.update(doing.settings)
        if refusals and not result.failures:
            raise refusals[0]
        if preview:
            tx.rollback()
            return result
        details = {"fix": fix, "failures": result.failures, "values": dict(values)}
        now = home.clock.now()
        for cured in result.failures:
            connections.note(tx, stored.id, who=actor.name, what="fix", details=details, now=now, pair=int(cured))
        if result.settings:
            new = connections.get(tx, stored.id).settings
            set_action.store(tx, home, actor, stored, new, result.settings)
        connections.want(tx, stored.id)
    return result


def _failure(tx: Connection, stored: StoredConnection, name: str, failure_id: str) -> Stored:
    found = pairs.load(tx, [pair_id(tx, stored.id, failure_id)])
    if not found or not pairs.belongs(tx, found[0].id, stored.id) or found[0].state not in FIXABLE:
        raise NotFound(
            "There is no failure {id} in {name}; it may have been solved by now. "
            "`tieout failures {name}` lists those that stand.",
            id=failure_id,
            name=name,
        )
    return found[0]


def _with_cause(tx: Connection, stored: StoredConnection, first: Stored, values: Mapping[str, str]) -> list[Stored]:
    """All that stand for the same cause, and that a value given for the first fits.

    A tax code is given to one rate in one country, a customer to one customer, and a document or item to one record:
    what is about another one is left alone.
    """
    found = pairs.load(tx, agenda.with_cause(tx, stored.id, first.state, first.cause))
    if _ONE_RECORD & values.keys() and first.cause not in _BY_SETTING:
        return [one for one in found if _subject(one) == _subject(first)]
    about = _rate(first)
    return [one for one in found if _rate(one) == about]


def _rate(one: Stored) -> tuple[str | None, str | None]:
    """Which tax rate a failure is about, and in which country."""
    return one.story.evidence.get("rate_id"), one.story.evidence.get("country")


def _subject(one: Stored) -> str:
    """What a value names the counterpart of: the customer of an invoice without one, else the record itself."""
    return one.story.evidence.get("customer") or str(one.id)

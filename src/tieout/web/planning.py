"""The plan's page: what the next sync would write, link, leave and fail on, and the button that rehearses it.

A plan is of one moment: the newest of each company pair is kept until the server stops.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import company, lookup
from tieout.actions.language import Words
from tieout.actions.outlook import Outlook
from tieout.actions.reasons import joined, titled
from tieout.actions.rehearse import Rehearsal, Step, rehearse
from tieout.actions.vocabulary import KINDS, SIDES
from tieout.core.causes import CAUSES
from tieout.core.merge import Difference
from tieout.core.records import Kind
from tieout.web.reading import number
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, segment

PAGE = 50
WHAT: Mapping[str, tuple[str, str, str]] = {
    "create": ("busy", "file-pen", "Create"),
    "link": ("ok", "check", "Pair up"),
    "update": ("busy", "refresh-cw", "Change"),
    "void": ("note", "circle-minus", "Void"),
    "leave": ("calm", "circle-minus", "Leave"),
    "decide": ("ask", "circle-question-mark", "Please decide"),
    "fail": ("bad", "circle-alert", "Will fail"),
}
"""What the plan holds: how it looks and what it is called."""


class Planned(msgspec.Struct, frozen=True):
    """One entry of the plan, in words. side: where it is written, empty for what is not. record: id of its page."""

    what: str
    kind: Kind
    kind_title: str
    side: str
    name: str
    record: str
    amount: str
    currency: str
    reason: str
    edits: tuple[Difference, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """One page of the newest plan. at: when it was rehearsed (ISO, UTC), empty for never. counts: by what and kind."""

    at: str
    zone: str
    counts: dict[str, dict[str, int]]
    total: int
    page: int
    pages: int
    entries: tuple[Planned, ...]


Kept = dict[str, tuple[str, Rehearsal]]
"""The newest plan of each company pair by its name, with the moment at which it was made."""


def newest(kept: Kept, reader: Visit, name: str, what: str, kind: str, page: int) -> Plan:
    """One page of the newest plan, of one sort and kind or of all. Raises NotFound."""
    with reader.home.database.read() as tx:
        zone = company.zone(lookup.connection(tx, name))
    if name not in kept:
        return Plan("", zone, {}, 0, 1, 1, ())
    at, found = kept[name]
    all_of: list[Step | Outlook] = [*found.outlook, *found.steps]
    counts: dict[str, dict[str, int]] = {}
    for one in all_of:
        own = counts.setdefault(_what(one), {})
        own[one.kind] = own.get(one.kind, 0) + 1
    order = list(WHAT)
    asked = [one for one in all_of if what in ("", _what(one)) and kind in ("", one.kind)]
    asked.sort(key=lambda one: order.index(_what(one)))
    pages = max(1, -(-len(asked) // PAGE))
    page = min(page, pages)
    entries = tuple(_told(asked[(page - 1) * PAGE : page * PAGE], reader.words))
    return Plan(at, zone, {one: counts[one] for one in order if one in counts}, len(asked), page, pages, entries)


async def rehearsed(kept: Kept, reader: Visit, name: str) -> None:
    """Rehearse, and keep the plan in place of the one before."""
    found = await rehearse(reader.home, reader.actor, name)
    kept[name] = (reader.home.clock.now().isoformat(), found)


@get(["/{name:str}/plan", "/{name:str}/plan.json"], sync_to_thread=False)
def plan_page(
    request: HttpRequest, reader: NamedDependency[Visit], state: State, name: FromPath[str]
) -> Response[bytes]:
    """The newest plan."""
    asked = request.query_params
    what, kind = asked.get("what", ""), asked.get("kind", "")
    what, kind = what if what in WHAT else "", kind if kind in set(Kind) else ""
    found = newest(state.plans, reader, name, what, kind, number(asked.get("page")))
    return show(request, reader, "plan.html", found, at=place(reader, name, "plan"), looks=WHAT, what=what, kind=kind)


@post("/{name:str}/plan")
async def plan_now(reader: NamedDependency[Visit], state: State, name: FromPath[str]) -> Response[Any]:
    """Rehearse the next sync; nothing is written."""
    await rehearsed(state.plans, reader, name)
    return Redirect(f"/{segment(name)}/plan", status_code=303)


def _what(one: Step | Outlook) -> str:
    return one.what if isinstance(one, Outlook) else one.verb


def _told(entries: list[Step | Outlook], words: Words) -> Iterator[Planned]:
    for one in entries:
        kind = Kind(one.kind)
        title = words(KINDS[kind])
        if isinstance(one, Outlook):
            record, name = (
                str(one.pair or ""),
                f"{one.name} = {one.other}" if one.what == "link" and one.other else one.name,
            )
            reason = _reason(one, words)
            yield Planned(one.what, kind, title, "", name, record, one.amount, one.currency, reason)
        else:
            side, name = SIDES[one.side], one.name or one.id
            reason = words("The other side has it, and this one has not") if one.verb == "create" else ""
            yield Planned(one.verb, kind, title, side, name, "", one.amount, one.currency, reason, one.edits)


def _reason(one: Outlook, words: Words) -> str:
    if one.what == "link":
        return joined(one.reason, words)
    if one.reason in CAUSES:
        cause = CAUSES[one.reason]
        title = words(cause.title)
        stop = "" if title.endswith("?") else "."
        return f"{title}{stop} {words.explain(cause.explanation, one.evidence, one.currency)}"
    return titled(one.reason, words)

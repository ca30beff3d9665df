"""Commands of every day: sync, see what fails, fix it, prove it."""

from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from tieout.actions.vocabulary import SIDES
from tieout.cli import output, tables
from tieout.cli.command import (
    Json,
    Name,
    app,
    at_home,
    key_values,
    run_async,
    said,
    states_table,
    verdict,
)
from tieout.cli.output import DIFFERS, WELL, WRONG


@app.command()
def rehearse(name: Name, as_json: Json = False) -> None:
    """Show the whole plan of the next sync without writing anything."""
    from tieout.actions.rehearse import rehearse as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        plan = run_async(lambda: action(home, actor, name))
    if as_json:
        output.document(plan)
    else:
        rows = [(SIDES[s.side], s.verb, s.kind, s.name or s.id, f"{s.amount} {s.currency}".strip()) for s in plan.steps]
        output.table("Would be written", ("side", "what", "kind", "record", "amount"), rows)
        states_table(plan.states)


@app.command()
def sync(
    name: Name,
    until_quiet: Annotated[bool, typer.Option("--until-quiet", help="Until nothing is left to do.")] = False,
    auto_match: Annotated[bool, typer.Option("--auto-match", help="Create what is needed without a review.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do so on real accounts too.")] = False,
    as_json: Json = False,
) -> None:
    """Sync once, or until nothing is left to do."""
    from tieout.actions.sync import sync as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        done = run_async(
            lambda: action(
                home,
                actor,
                name,
                until_quiet=until_quiet,
                auto_match=auto_match,
                assume_yes=yes,
                progress=output.progress,
            )
        )
    if as_json:
        shown = {k: getattr(done, k) for k in ("passes", "operations", "states", "calls", "excluded_by_start_date")}
        output.document(shown)
    else:
        rows = [
            (SIDES[side], verb, str(n)) for side, verbs in done.operations.items() for verb, n in verbs.items() if n
        ]
        output.table("Written", ("side", "what", "records"), rows)
        states_table(done.states)
    if any(found["waiting"] for found in done.states.values()) and not done.reviewed:
        output.talk.print(
            f"Nothing is created before the first review is finished: tieout match {name}", style="yellow"
        )
    elif any(found["pending"] + found["retrying"] for found in done.states.values()):
        output.talk.print(f"Some are still on their way: tieout sync {name} --until-quiet", style="yellow")
    raise SystemExit(verdict(done.states))


@app.command()
def failures(name: Name, as_json: Json = False) -> None:
    """List what cannot sync, with its cause and its fixes."""
    from tieout.actions.failures import list_failures  # noqa: PLC0415

    with at_home(as_json) as (home, _):
        found = list_failures(home, name)
    if as_json:
        output.document(found)
    else:
        rows = [
            (f.id, f.kind, f.record.name, f.amount or "", f.title, ", ".join(o.fix for o in f.fixes)) for f in found
        ]
        output.table("Failing to sync", ("id", "kind", "record", "amount", "why", "fixes"), rows)
    raise SystemExit(DIFFERS if found else WELL)


@app.command()
def fix(
    name: Name,
    failure: Annotated[str, typer.Argument(help="Id of the failure, from `tieout failures`.")],
    fix_: Annotated[str, typer.Argument(metavar="FIX", help="One of the fixes offered.")],
    set_values: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE that the fix needs.")] = None,
    all_with_cause: Annotated[bool, typer.Option("--all-with-cause", help="All failures with this cause.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show what it would do.")] = False,
    as_json: Json = False,
) -> None:
    """Fix one failure, or all with its cause; the next sync carries it out."""
    from tieout.actions.fix import fix as action  # noqa: PLC0415

    values = key_values(set_values or [], as_json)
    with at_home(as_json) as (home, actor):
        done = action(home, actor, name, failure, fix_, values=values, all_with_cause=all_with_cause, preview=preview)
    if as_json:
        output.document(done)
    else:
        rows = [(SIDES.get(t.side, t.side), t.kind, t.id, t.field, t.before, t.after) for t in done.operations]
        rows += [("settings", "", "", key, "", value) for key, value in done.settings.items()]
        output.table("Would change" if preview else "Will change", ("side", "kind", "id", "field", "from", "to"), rows)
        if not preview:
            output.page.print(f"It is carried out with the next sync: tieout sync {name}", highlight=False)


@app.command()
def exclude(
    name: Name,
    record: Annotated[str, typer.Argument(help="Id of the failure or record.")],
    include: Annotated[bool, typer.Option("--include", help="Take it in again.")] = False,
    as_json: Json = False,
) -> None:
    """Leave one record out of the sync, or take it in again."""
    from tieout.actions.pause import exclude as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        action(home, actor, name, record, include=include)
    said(f"{record} is {'synced again' if include else 'left out'}.", as_json, record=record, excluded=not include)


@app.command()
def pause(name: Name, as_json: Json = False) -> None:
    """Stop syncing a company pair until it is resumed."""
    from tieout.actions.pause import pause as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        action(home, actor, name)
    said(f"{name} is paused.", as_json, name=name, status="paused")


@app.command()
def resume(
    name: Name,
    accept_gone: Annotated[
        bool, typer.Option("--accept-gone", help="The records that are gone are gone on purpose.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Let a paused company pair sync again, or one that stopped since much of it was gone."""
    from tieout.actions.pause import resume as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        accepted = action(home, actor, name, accept_gone=accept_gone)
    more = {"accepted_gone": accepted} if accept_gone else {}
    said(f"{name} is active.", as_json, name=name, status="active", **more)


@app.command()
def history(
    name: Name,
    search: Annotated[str, typer.Option(help="Only entries that hold this text.")] = "",
    kind: Annotated[
        Literal["customer", "item", "invoice", "settlement"] | None, typer.Option(help="Only records of this kind.")
    ] = None,
    side: Annotated[Literal["hubspot", "quickbooks"] | None, typer.Option(help="Only what was written there.")] = None,
    who: Annotated[str, typer.Option(help="Only what this person did.")] = "",
    state: Annotated[str, typer.Option(help="Of a write: done, refused, unknown …")] = "",
    since: Annotated[str, typer.Option(help="The first day, such as 2026-03-01.")] = "",
    until: Annotated[str, typer.Option(help="The last day.")] = "",
    page: Annotated[int, typer.Option(help="The page; 1 holds the newest entries.")] = 1,
    as_json: Json = False,
) -> None:
    """Show every write and every decision, newest first. The id of a write is what `tieout undo` takes."""
    from tieout.actions.history import Filters  # noqa: PLC0415
    from tieout.actions.history import history as action  # noqa: PLC0415
    from tieout.actions.prove import asked_day  # noqa: PLC0415

    with at_home(as_json) as (home, _):
        days = asked_day(since), asked_day(until)
        where = {"hubspot": "crm", "quickbooks": "books"}.get(side or "", "")
        filters = Filters(search, kind or "", where, who, page, state=state, since=days[0], until=days[1])
        found = action(home, name, filters)
    if as_json:
        output.document(found)
    else:
        rows = [(h.id[:12], str(h.at or "")[:19], h.who, h.what, h.record, h.state_title) for h in found.entries]
        output.table("History", ("id", "when", "who", "what", "record", "outcome"), rows)


@app.command()
def undo(
    name: Name,
    operation: Annotated[str, typer.Argument(help="Id of the write, from `tieout history`.")] = "",
    first_sync: Annotated[bool, typer.Option("--first-sync", help="All that the first sync wrote.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it only shows what would be done.")] = False,
    as_json: Json = False,
) -> None:
    """Take back one write, or the first sync: shows what it would do, and does it with --yes."""
    from tieout.actions.undo import undo as action  # noqa: PLC0415
    from tieout.actions.undo import undo_first_sync  # noqa: PLC0415

    if bool(operation) == first_sync:
        output.fail("Name one write, or say --first-sync.", WRONG, as_json=as_json)
    with at_home(as_json) as (home, actor):
        if first_sync:
            done = undo_first_sync(home, actor, name, preview=not yes)
        else:
            done = action(home, actor, name, operation, preview=not yes)
    if as_json:
        output.document(done)
    else:
        tables.undone(done)
        then = f"tieout sync {name} --until-quiet" if yes else f"tieout undo {name} {operation or '--first-sync'} --yes"
        output.page.print(f"It is carried out with: {then}", highlight=False)
    raise SystemExit(DIFFERS if done.impossible else WELL)


@app.command()
def prove(
    name: Name,
    as_of: Annotated[str, typer.Option("--as-of", help="As of the end of a day such as 2026-03-31.")] = "",
    sign: Annotated[bool, typer.Option("--sign", help="Freeze it, and lock that day and all before.")] = False,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write what was open that day to this file.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write it to this file for Excel.")] = None,
    as_json: Json = False,
) -> None:
    """Read both sides afresh and account for every difference."""
    if as_of or sign or csv is not None or xlsx is not None:
        _prove_day(name, as_of, sign=sign, csv=csv, xlsx=xlsx, as_json=as_json)
    from tieout.actions.prove import prove as action  # noqa: PLC0415
    from tieout.actions.signatures import signed_months  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        proof = run_async(lambda: action(home, actor, name))
        months = signed_months(home, name)
    if as_json:
        output.document(proof)
    else:
        tables.totals(proof)
        output.page.print("It ties out." if proof.ties_out else "It does NOT tie out.")
    tables.alarms(months)
    raise SystemExit(WELL if proof.ties_out else DIFFERS)


def _prove_day(name: str, as_of: str, *, sign: bool, csv: Path | None, xlsx: Path | None, as_json: bool) -> NoReturn:
    """The tie-out as of a day, today's where none is given."""
    from tieout.actions.language import ENGLISH  # noqa: PLC0415
    from tieout.actions.prove import asked_day  # noqa: PLC0415
    from tieout.actions.prove import prove_day as action  # noqa: PLC0415
    from tieout.actions.taking import as_workbook  # noqa: PLC0415
    from tieout.proof.sheet import open_amounts, separated  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        asked = asked_day(as_of)
        proof = run_async(lambda: action(home, actor, name, asked, sign=sign))
    found = open_amounts(proof.as_of, proof.aging)
    if csv is not None:
        output.save(csv, separated(found), as_json=as_json)
    if xlsx is not None:
        output.save(xlsx, as_workbook(home, found, "Tie-out", ENGLISH), as_json=as_json)
    if as_json:
        output.document(proof)
    else:
        tables.totals(proof)
        tables.aging(proof.as_of, proof.aging)
        output.page.print("It ties out." if proof.ties_out else "It does NOT tie out.")
    tables.alarms(proof.months)
    if sign:
        output.talk.print(
            f"Signed, and locked up to {proof.as_of}." if proof.signed else "Not signed, since it does not tie out.",
            style="green" if proof.signed else "red",
        )
    raise SystemExit(WELL if proof.ties_out else DIFFERS)


@app.command()
def status(name: Annotated[str | None, typer.Argument()] = None, as_json: Json = False) -> None:
    """Show where the company pairs stand."""
    from tieout.actions.overview import list_companies  # noqa: PLC0415
    from tieout.actions.overview import status as action  # noqa: PLC0415

    with at_home(as_json) as (home, _):
        found = [action(home, one) for one in ([name] if name else list_companies(home))]
    if as_json:
        output.document(found[0] if name else found)
        return
    for one in found:
        rows = [(k.kind, state, str(n)) for k in one.kinds for state, n in k.states.items() if n]
        output.table(f"{one.name}: {one.status}", ("kind", "state", "records"), rows)
        if one.warnings:
            warned = [(w.kind, w.title, str(w.count)) for w in one.warnings]
            output.table("In sync, with warnings", ("kind", "why", "records"), warned)
        tables.alarms(one.signed)


@app.command()
def causes(as_json: Json = False) -> None:
    """List the catalogue of failures."""
    from tieout.core.causes import CAUSES  # noqa: PLC0415

    if as_json:
        output.document(list(CAUSES.values()))
    else:
        rows = [(c.code, c.title, c.remedy, ", ".join(c.fixes)) for c in CAUSES.values()]
        output.table("Causes", ("cause", "what", "what to do", "fixes"), rows)

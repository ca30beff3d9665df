"""`tieout`: one command, thin over the actions."""

import asyncio
import getpass
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from tieout.actions.actor import Actor, Forbidden, Role
from tieout.actions.errors import ActionError, OutOfReach
from tieout.actions.home import Home, open_home
from tieout.cli import output
from tieout.cli.output import DIFFERS, UNREACHABLE, WELL, WRONG

app = typer.Typer(
    name="tieout",
    help="Two-way sync between HubSpot and QuickBooks Online that agrees to the cent and can prove it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
database = typer.Typer(no_args_is_help=True, help="The database.")
users = typer.Typer(no_args_is_help=True, help="People who may sign in to the pages.")
app.add_typer(database, name="db")
app.add_typer(users, name="user")

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
Name = Annotated[str, typer.Argument(help="The name of the company pair.")]
T = TypeVar("T")


def main() -> None:
    """Run the command line."""
    app()


@contextmanager
def at_home(as_json: bool) -> Iterator[tuple[Home, Actor]]:
    """The home and the person at the keyboard; errors become messages and exit codes."""
    try:
        home = open_home()
        try:
            yield home, Actor(_user(), Role.OWNER)
        finally:
            home.close()
    except OutOfReach as error:
        output.fail(str(error), UNREACHABLE, as_json=as_json)
    except (ActionError, Forbidden) as error:
        output.fail(str(error), WRONG, as_json=as_json)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _run(action: Callable[[], Coroutine[None, None, T]]) -> T:
    return asyncio.run(action())


def _values(given: list[str], as_json: bool) -> dict[str, str]:
    values: dict[str, str] = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key:
            output.fail(f"{one!r} is not KEY=VALUE.", WRONG, as_json=as_json)
        values[key] = value
    return values


@app.command()
def demo(port: Annotated[int, typer.Option(help="Port of the pages; 0 = any.")] = 8400) -> None:
    """Start both sandboxes and Tieout on them, with something to see."""
    from tieout.cli.demo import run  # noqa: PLC0415 - only this command needs web server and sandboxes

    raise SystemExit(run(port))


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port of the pages; 0 = any.")] = 8400,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    as_json: Json = False,
) -> None:
    """Serve the pages, and run passes as they are due."""
    from tieout.cli.serve import run  # noqa: PLC0415 - only this command needs the web server

    with at_home(as_json) as (home, _):
        run(home, host, port, as_json=as_json)


@app.command()
def sandbox(
    hubspot_port: Annotated[int, typer.Option(help="Port of HubSpot; 0 = any.")] = 0,
    quickbooks_port: Annotated[int, typer.Option(help="Port of QuickBooks; 0 = any.")] = 0,
    company: Annotated[str, typer.Option(help="us-manual or uk.")] = "us-manual",
    seed: Annotated[str, typer.Option(help="empty or demo.")] = "empty",
    no_quotas: Annotated[bool, typer.Option("--no-quotas", help="Never answer 429.")] = False,
    state: Annotated[Path | None, typer.Option(help="Keep the state in this file.")] = None,
    as_json: Json = False,
) -> None:
    """Serve a local HubSpot and QuickBooks; prints one line of JSON when both can serve."""
    from tieout.sandbox.server import Options, run  # noqa: PLC0415 - only this command needs the sandboxes

    if company not in ("us-manual", "uk"):
        output.fail(f"--company is us-manual or uk; {company!r} is neither.", WRONG, as_json=as_json)
    if seed not in ("empty", "demo"):
        output.fail(f"--seed is empty or demo; {seed!r} is neither.", WRONG, as_json=as_json)
    options = Options(
        hubspot_port=hubspot_port,
        quickbooks_port=quickbooks_port,
        company="uk" if company == "uk" else "us-manual",
        seed="demo" if seed == "demo" else "empty",
        quotas=not no_quotas,
        state_file=state,
    )
    raise SystemExit(run(options, complain=lambda message: output.fail(message, WRONG, as_json=as_json)))


@app.command()
def connect(
    name: Name,
    file: Annotated[Path, typer.Option("--from", help="JSON file with both sign-ins.")],
    as_json: Json = False,
) -> None:
    """Pair a HubSpot account with a QuickBooks company, or renew the sign-in of that pair."""
    from tieout.actions.connect import connect as action  # noqa: PLC0415 - starts quicker without it
    from tieout.actions.connect import read_file  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        done = _run(lambda: action(home, actor, name, read_file(file)))
    if as_json:
        output.document(done)
    else:
        output.page.print(f"{'Renewed' if done.renewed else 'Connected'}: {name} ({done.company}, {done.currency}).")
        output.page.print(f"Next: tieout preflight {name}")


@app.command("set")
def set_(name: Name, values: Annotated[list[str] | None, typer.Argument()] = None, as_json: Json = False) -> None:
    """Change settings (KEY=VALUE …), or list all with value and meaning."""
    from tieout.actions import settings as action  # noqa: PLC0415

    given = _values(values or [], as_json)
    with at_home(as_json) as (home, actor):
        found = action.change(home, actor, name, given) if given else action.settings(home, actor, name)
    if as_json:
        output.document(found)
    else:
        shown = [s for s in found if not given or s.key in given]
        rows = [(s.key, s.value, s.meaning, ", ".join(s.choices)) for s in shown]
        output.table(f"Settings of {name}", ("setting", "value", "meaning", "choices"), rows)


@app.command()
def preflight(name: Name, as_json: Json = False) -> None:
    """Say what will fail, and what to set, before anything is synced."""
    from tieout.actions.preflight import preflight as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        checks = _run(lambda: action(home, actor, name))
    if as_json:
        output.document(checks)
    else:
        output.table("Preflight", ("", "check", "what to do"), [(c.level, c.title, c.remedy) for c in checks])
    raise SystemExit(DIFFERS if any(c.level == "blocks" for c in checks) else WELL)


@app.command()
def match(
    name: Name,
    link: Annotated[list[str] | None, typer.Option(help="MATCH=QUICKBOOKS_ID: these two are the same.")] = None,
    finish: Annotated[bool, typer.Option("--finish", help="Finish the review; creation may begin.")] = False,
    as_json: Json = False,
) -> None:
    """Review what could be the same on both sides, before anything is created."""
    from tieout.actions import match as action  # noqa: PLC0415

    links = _values(link or [], as_json)
    with at_home(as_json) as (home, actor):
        for match_id, books_id in links.items():
            action.link(home, actor, name, match_id, books_id)
        if finish:
            action.finish(home, actor, name)
        found = action.review(home, actor, name)
    if as_json:
        output.document(found)
    else:
        rows = [
            (m.id, m.kind, m.name, "yes" if m.certain else "", "; ".join(f"{c.label} ({c.id})" for c in m.candidates))
            for m in found.matches
        ]
        output.table("Matches", ("match", "kind", "HubSpot", "certain", "QuickBooks"), rows)
        output.page.print(f"The review is {'finished' if found.finished else 'open'}.")


@app.command()
def rehearse(name: Name, as_json: Json = False) -> None:
    """Show the whole plan of the next sync without writing anything."""
    from tieout.actions.rehearse import rehearse as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        plan = _run(lambda: action(home, actor, name))
    if as_json:
        output.document(plan)
    else:
        rows = [(s.side, s.verb, s.kind, s.name or s.id, f"{s.amount} {s.currency}".strip()) for s in plan.steps]
        output.table("Would be written", ("side", "what", "kind", "record", "amount"), rows)
        _states(plan.states)


@app.command()
def sync(
    name: Name,
    until_quiet: Annotated[bool, typer.Option("--until-quiet", help="Until nothing is left to do.")] = False,
    auto_match: Annotated[bool, typer.Option("--auto-match", help="Create what is needed without a review.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do so on real accounts too.")] = False,
    as_json: Json = False,
) -> None:
    """Sync: run one pass, or passes until nothing is left to do."""
    from tieout.actions.sync import sync as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        done = _run(
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
        rows = [(side, verb, str(n)) for side, verbs in done.operations.items() for verb, n in verbs.items() if n]
        output.table(f"Written in {done.passes} passes", ("side", "what", "records"), rows)
        _states(done.states)
    raise SystemExit(_verdict(done.states))


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

    values = _values(set_values or [], as_json)
    with at_home(as_json) as (home, actor):
        done = action(home, actor, name, failure, fix_, values=values, all_with_cause=all_with_cause, preview=preview)
    if as_json:
        output.document(done)
    else:
        rows = [(t.side, t.kind, t.id, t.field, t.before, t.after) for t in done.operations]
        output.table("Would change" if preview else "Will change", ("side", "kind", "id", "field", "from", "to"), rows)


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
    _said(f"{record} is {'synced again' if include else 'left out'}.", as_json, record=record, excluded=not include)


@app.command()
def pause(name: Name, as_json: Json = False) -> None:
    """Stop syncing a company pair until it is resumed."""
    from tieout.actions.pause import pause as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        action(home, actor, name)
    _said(f"{name} is paused.", as_json, name=name, status="paused")


@app.command()
def resume(name: Name, as_json: Json = False) -> None:
    """Let a paused company pair sync again."""
    from tieout.actions.pause import resume as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        action(home, actor, name)
    _said(f"{name} is active.", as_json, name=name, status="active")


@app.command()
def history(
    name: Name,
    search: Annotated[str, typer.Option(help="Only entries that hold this text.")] = "",
    as_json: Json = False,
) -> None:
    """Show every write and every decision, newest first."""
    from tieout.actions.history import Filters  # noqa: PLC0415
    from tieout.actions.history import history as action  # noqa: PLC0415

    with at_home(as_json) as (home, _):
        found = action(home, name, Filters(search=search))
    if as_json:
        output.document(found)
    else:
        rows = [(str(h.at or "")[:19], h.who, h.what, h.record) for h in found.entries]
        output.table("History", ("when", "who", "what", "record"), rows)


@app.command()
def prove(name: Name, as_json: Json = False) -> None:
    """Read both sides afresh and account for every difference."""
    from tieout.actions.prove import prove as action  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        proof = _run(lambda: action(home, actor, name))
    if as_json:
        output.document(proof)
    else:
        for code, both in proof.currency.items():
            output.table(
                f"Tie-out in {code}",
                ("", "invoices", "total", "open"),
                [
                    ("HubSpot", str(both.crm.invoices), both.crm.total, both.crm.open),
                    ("QuickBooks", str(both.books.invoices), both.books.total, both.books.open),
                    ("difference", "", both.difference.total, both.difference.open),
                ],
            )
        rows = [(e.kind, e.number, e.crm, e.books, e.amount, e.reason) for e in proof.exceptions]
        output.table("Exceptions", ("kind", "number", "HubSpot", "QuickBooks", "amount", "reason"), rows)
        output.page.print("It ties out." if proof.ties_out else "It does NOT tie out.")
    raise SystemExit(WELL if proof.ties_out else DIFFERS)


@app.command()
def status(name: Annotated[str | None, typer.Argument()] = None, as_json: Json = False) -> None:
    """Show where the company pairs stand."""
    from tieout.actions.overview import list_companies, overview  # noqa: PLC0415

    with at_home(as_json) as (home, _):
        found = [overview(home, one) for one in ([name] if name else list_companies(home))]
    if as_json:
        output.document(found[0] if name else found)
        return
    for one in found:
        rows = [(k.kind, state, str(n)) for k in one.kinds for state, n in k.states.items() if n]
        output.table(f"{one.name}: {one.status}", ("kind", "state", "records"), rows)


@app.command()
def causes(as_json: Json = False) -> None:
    """List the catalogue of failures."""
    from tieout.core.causes import CAUSES  # noqa: PLC0415

    if as_json:
        output.document(list(CAUSES.values()))
    else:
        rows = [(c.code, c.title, c.remedy, ", ".join(c.fixes)) for c in CAUSES.values()]
        output.table("Causes", ("cause", "what", "what to do", "fixes"), rows)


@database.command("migrate")
def migrate(as_json: Json = False) -> None:
    """Bring the database's schema up to date."""
    with at_home(as_json):
        pass
    _said("The database is up to date.", as_json, migrated=True)


@users.command("add")
def add_user(
    name: str,
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.VIEWER,
    as_json: Json = False,
) -> None:
    """Let a person sign in, or change their role; prints a one-time code to set a password with."""
    from tieout.actions.users import invite  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        code = invite(home, actor, name, role)
    _said(f"One-time code for {name}, good for 24 hours: {code}", as_json, name=name, role=role.value, code=code)


@users.command("list")
def list_users(as_json: Json = False) -> None:
    """List the people who may sign in."""
    from tieout.actions.users import everybody  # noqa: PLC0415

    with at_home(as_json) as (home, _):
        found = everybody(home)
    if as_json:
        output.document(found)
    else:
        output.table("People", ("name", "role", "language"), [(p.name, p.role, p.language) for p in found])


def _said(message: str, as_json: bool, **values: object) -> None:
    if as_json:
        output.document(values)
    else:
        output.page.print(message, highlight=False)


def _states(states: dict[str, dict[str, int]]) -> None:
    rows = [(kind, state, str(n)) for kind, found in states.items() for state, n in found.items() if n]
    output.table("Where everything stands", ("kind", "state", "records"), rows)


def _verdict(states: dict[str, dict[str, int]]) -> int:
    bad = ("failing", "held", "broken")
    return DIFFERS if any(found.get(state) for found in states.values() for state in bad) else WELL


if __name__ == "__main__":
    main()

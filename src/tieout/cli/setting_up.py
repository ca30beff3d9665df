"""Commands that bring a company pair up: servers, sign-ins, settings, the review, people."""

from pathlib import Path
from typing import Annotated

import typer

from tieout.actions.actor import Role
from tieout.cli import output
from tieout.cli.command import (
    Json,
    Name,
    app,
    at_home,
    database,
    key_values,
    run_async,
    said,
    users,
)
from tieout.cli.output import DIFFERS, WELL, WRONG


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the pages; 0 = any.")] = 8400,
    once: Annotated[bool, typer.Option("--once", help="Tell the story and end.")] = False,
) -> None:
    """Start both sandboxes and Tieout on them, with something to see."""
    from tieout.cli.demo import run  # noqa: PLC0415 - only this command needs web server and sandboxes

    raise SystemExit(run(port, once=once))


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
    company: Annotated[str, typer.Option(help="us-manual, us-ast, uk or fr.")] = "us-manual",
    seed: Annotated[str, typer.Option(help="empty or demo.")] = "empty",
    no_quotas: Annotated[bool, typer.Option("--no-quotas", help="Never answer 429.")] = False,
    state: Annotated[Path | None, typer.Option(help="Keep the state in this file.")] = None,
    as_json: Json = False,
) -> None:
    """Serve a local HubSpot and QuickBooks; prints one line of JSON when both can serve."""
    from tieout.sandbox.quickbooks.regimes import REGIMES  # noqa: PLC0415 - only this command needs the sandboxes
    from tieout.sandbox.server import Options, run  # noqa: PLC0415

    country = next((known for known in REGIMES if known == company), None)
    if country is None:
        known = ", ".join(REGIMES)
        output.fail(f"--company is one of {known}; {company!r} is none of them.", WRONG, as_json=as_json)
    if seed not in ("empty", "demo"):
        output.fail(f"--seed is empty or demo; {seed!r} is neither.", WRONG, as_json=as_json)
    options = Options(
        hubspot_port=hubspot_port,
        quickbooks_port=quickbooks_port,
        company=country,
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
    from tieout.actions.connect import is_open_to_others, read_file  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        given = read_file(file)
        if is_open_to_others(file):
            output.warn(f"{file} holds tokens, and others on this machine can read it: chmod 600 {file}")
        done = run_async(lambda: action(home, actor, name, given))
    if as_json:
        output.document(done)
    else:
        output.page.print(f"{'Renewed' if done.renewed else 'Connected'}: {name} ({done.company}, {done.currency}).")
        output.page.print(f"Next: tieout preflight {name}")


@app.command("set")
def set_(
    name: Name,
    values: Annotated[list[str] | None, typer.Argument()] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Copy a whole list, however many records it makes.")] = False,
    as_json: Json = False,
) -> None:
    """Change settings (KEY=VALUE …), or list all with value and meaning."""
    from tieout.actions import settings as action  # noqa: PLC0415

    given = key_values(values or [], as_json)
    with at_home(as_json) as (home, actor):
        try:
            found = action.change(home, actor, name, given, agreed=yes) if given else action.settings(home, actor, name)
        except action.NotAgreed as asked:
            output.fail(f"{asked} Nothing was set: `--yes` agrees.", WRONG, as_json=as_json)
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
        checks = run_async(lambda: action(home, actor, name))
    if as_json:
        output.document(checks)
    else:
        rows = [(c.level, c.title, "\n".join(filter(None, (c.remedy, c.where)))) for c in checks]
        output.table("Preflight", ("", "check", "what to do, and where"), rows)
    raise SystemExit(DIFFERS if any(c.level == "blocks" for c in checks) else WELL)


@app.command()
def match(
    name: Name,
    link: Annotated[list[str] | None, typer.Option(help="MATCH=QUICKBOOKS_ID: these two are the same.")] = None,
    new: Annotated[list[str] | None, typer.Option(help="MATCH: none of those; it is made when needed.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="MATCH: leave it out.")] = None,
    reopen: Annotated[list[str] | None, typer.Option(help="MATCH: take back what was chosen.")] = None,
    apart: Annotated[list[str] | None, typer.Option(help="MATCH: the two are no pair.")] = None,
    made_in: Annotated[
        list[str] | None, typer.Option(help="INVOICE=hubspot or INVOICE=quickbooks: where one on both sides was made.")
    ] = None,
    finish: Annotated[bool, typer.Option("--finish", help="Finish the review; creation may begin.")] = False,
    as_json: Json = False,
) -> None:
    """Review what could be the same on both sides, before anything is created."""
    from tieout.actions import match as action  # noqa: PLC0415
    from tieout.actions.issuing import say  # noqa: PLC0415
    from tieout.actions.matching import Chosen, choose, take_apart  # noqa: PLC0415
    from tieout.actions.vocabulary import AGAINST, SHARED, SIDES  # noqa: PLC0415

    links = key_values(link or [], as_json)
    sides = {title.casefold(): side for side, title in SIDES.items()}
    issuers = key_values(made_in or [], as_json)
    with at_home(as_json) as (home, actor):
        for match_id, books_id in links.items():
            action.link(home, actor, name, match_id, books_id)
        chosen: tuple[tuple[Chosen, list[str] | None], ...] = (("create", new), ("ignore", ignore), ("", reopen))
        for choice, match_ids in chosen:
            for match_id in match_ids or ():
                choose(home, actor, name, match_id, choice)
        for match_id in apart or ():
            take_apart(home, actor, name, match_id)
        for invoice, side in issuers.items():
            say(home, actor, name, invoice, sides.get(side, side))
        if finish:
            action.finish(home, actor, name)
        found = action.review(home, actor, name)
    if as_json:
        output.document(found)
    else:
        rows = [
            (
                *(one.id, one.kind, one.name),
                f"{candidate.label} ({candidate.id})",
                ", ".join(SHARED.get(key, key) for key in candidate.shared),
                ", ".join(AGAINST.get(key, key) for key in candidate.against),
                f"{candidate.likeness} %",
                "yes" if candidate.id == one.certain else "",
            )
            for one in found.matches
            for candidate in one.candidates
        ]
        columns = ("match", "kind", "HubSpot", "QuickBooks", "for", "against", "names alike", "certain")
        output.table("Matches", columns, rows)
        invoices = [(one.id, one.crm, one.books, SIDES[one.issuer]) for one in found.invoices]
        if invoices:
            output.table("Invoices typed in on both sides", ("invoice", "HubSpot", "QuickBooks", "made in"), invoices)
        output.page.print(f"The review is {'finished' if found.finished else 'open'}.")


@database.command("migrate")
def migrate(as_json: Json = False) -> None:
    """Bring the database's schema up to date."""
    with at_home(as_json):
        pass
    said("The database is up to date.", as_json, migrated=True)


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
    said(f"One-time code for {name}, good for 24 hours: {code}", as_json, name=name, role=role.value, code=code)


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

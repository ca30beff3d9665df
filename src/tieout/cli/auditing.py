"""The front door: what is missing, doubled or different, before anything is synced."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tieout.cli import output
from tieout.cli.command import Json, Name, app, at_home, run_async
from tieout.cli.output import DIFFERS, WELL


@app.command()
def audit(
    name: Name,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the lines to this file.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write the lines to this file for Excel.")] = None,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Make pairs of what is certainly the same; creates no record.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare both accounts without writing to either: what is missing, doubled or different, in money."""
    from tieout.actions import audit as action  # noqa: PLC0415
    from tieout.actions.language import ENGLISH  # noqa: PLC0415
    from tieout.actions.reasons import titled  # noqa: PLC0415
    from tieout.actions.taking import as_workbook  # noqa: PLC0415
    from tieout.actions.vocabulary import FINDINGS  # noqa: PLC0415
    from tieout.proof.audit import GROUPS  # noqa: PLC0415
    from tieout.proof.sheet import findings, separated  # noqa: PLC0415

    with at_home(as_json) as (home, actor):
        # First, so that both accounts are read once: the audit then looks at a copy of what was read.
        taken = run_async(lambda: action.take_over(home, actor, name)) if take_over else {}
        found = msgspec.structs.replace(run_async(lambda: action.audit(home, actor, name)), taken_over=taken)
    if csv is not None:
        output.save(csv, separated(findings(found)), as_json=as_json)
    if xlsx is not None:
        output.save(xlsx, as_workbook(home, findings(found), "Audit", ENGLISH), as_json=as_json)
    if as_json:
        output.document(found)
    else:
        for code, both in found.currency.items():
            groups = [(FINDINGS[finding], getattr(both, finding)) for finding in GROUPS]
            rows = [(title, str(g.count), g.amount, g.difference, g.open) for title, g in groups]
            rows.append(("difference", "", "", both.difference.total, both.difference.open))
            output.table(f"Audit in {code}", ("", "count", "amount", "on the total", "on what is open"), rows)
        lines = [
            (
                FINDINGS[one.finding],
                one.number,
                one.name,
                one.crm,
                one.books,
                one.amount,
                one.difference,
                titled(one.cause, ENGLISH),
            )
            for one in found.lines
        ]
        columns = ("finding", "number", "customer", "HubSpot", "QuickBooks", "amount", "on the total", "why")
        output.table("Found", columns, lines)
        if take_over:
            output.pairs("Taken over", {kind: str(count) for kind, count in found.taken_over.items()})
    raise SystemExit(DIFFERS if found.lines else WELL)

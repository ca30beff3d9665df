"""What an operator adds to the sync: mapped fields, and filters."""

from typing import Annotated, Literal

import typer

from tieout.cli import output
from tieout.cli.command import Json, Name, app, at_home, run_async, said
from tieout.cli.output import WRONG
from tieout.core.fields import Direction, Rule

_DOES = {"add": 2, "change": 1, "remove": 1, "options": 1}
"""What `tieout map` does, and how many words it takes."""


@app.command("map")
def map_(
    name: Name,
    does: Annotated[
        Literal["list", "add", "change", "remove", "options"],
        typer.Argument(help="add PROPERTY FIELD, change FIELD, remove FIELD, options TYPE."),
    ] = "list",
    words: Annotated[list[str] | None, typer.Argument(help="Such as invoices.reference custom1.")] = None,
    called: Annotated[str, typer.Option("--name", help="The field's name; else the property's label.")] = "",
    direction: Annotated[Direction | None, typer.Option(help="Which way a change flows.")] = None,
    rule: Annotated[Rule | None, typer.Option(help="Who wins when both sides changed it.")] = None,
    as_json: Json = False,
) -> None:
    """Map HubSpot's properties to QuickBooks' fields, and say which way each field flows."""
    from tieout.actions import mapping as action  # noqa: PLC0415

    given = words or []
    if len(given) != _DOES.get(does, 0):
        wants = {"add": "PROPERTY and FIELD", "list": "nothing more", "options": "TYPE"}.get(does, "FIELD")
        output.fail(f"tieout map {name} {does} takes {wants}.", WRONG, as_json=as_json)
    with at_home(as_json) as (home, actor):
        match does:
            case "options":
                options = run_async(lambda: action.properties(home, actor, name, given[0]))
                fields = action.choices(home, actor, name, action.TYPES[given[0]])
                if as_json:
                    output.document({"properties": options, "fields": fields})
                else:
                    free = [one for one in options if one.sort and not one.taken]
                    rows = [(f"{given[0]}.{one.name}", one.label, one.sort, ", ".join(one.options)) for one in free]
                    output.table("HubSpot", ("property", "label", "holds", "options"), rows)
                    output.table(
                        "QuickBooks",
                        ("field", "name", "directions"),
                        [(one.name, one.title, ", ".join(one.directions)) for one in fields],
                    )
                return
            case "add":
                new = action.New(given[0], given[1], called, direction, rule or Rule.ASK)
                run_async(lambda: action.add(home, actor, name, new))
            case "change":
                action.change(home, actor, name, given[0], direction=direction, rule=rule)
            case "remove":
                action.remove(home, actor, name, given[0])
            case "list":
                pass
        found = action.fields(home, actor, name)
    if as_json:
        output.document(found)
    else:
        columns = ("field", "HubSpot", "QuickBooks", "direction", "rule", "it can have")
        table = [
            (one.field, one.crm, one.books, one.direction, one.rule or "ask", ", ".join(one.directions))
            for one in found
        ]
        output.table(f"Fields of {name}", columns, table)


@app.command("filter")
def filter_(
    name: Name,
    does: Annotated[
        Literal["list", "add", "try", "remove"],
        typer.Argument(help="add or try SIDE FIELD TEST VALUE …, remove NUMBER."),
    ] = "list",
    words: Annotated[
        list[str] | None,
        typer.Argument(help="SIDE is hubspot or quickbooks; TEST is, is_not, contains, known or unknown."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which records may travel; `try` counts what a filter would let pass. Pairs are never cut by one."""
    from tieout.actions import filters as action  # noqa: PLC0415
    from tieout.actions.vocabulary import SIDES  # noqa: PLC0415

    given = words or []
    with at_home(as_json) as (home, actor):
        if does in ("add", "try"):
            side, field, test = (given + [""] * 3)[:3]
            asked = action.Asked(side, field, test, tuple(given[3:]))
            counted = run_async(lambda: action.add(home, actor, name, asked, preview=does == "try"))
            if not counted.passes:
                output.warn("It lets no record pass: nothing more of this kind would be synced from there.")
            if as_json:
                output.document(counted)
            else:
                output.page.print(f"{counted.passes} of {counted.records} records pass: {action.told(counted.filter)}")
            return
        if does == "remove":
            number = given[0] if len(given) == 1 and given[0].isdecimal() else ""
            if not number:
                output.fail(f"tieout filter {name} remove takes the NUMBER of a filter.", WRONG, as_json=as_json)
            action.remove(home, actor, name, int(number))
            said("Removed.", as_json, removed=int(number))
            return
        found = action.filters(home, actor, name)
    if as_json:
        output.document(found)
    else:
        rows = [(str(one.number), SIDES[one.side], one.field, one.test, ", ".join(one.values)) for one in found]
        output.table(f"Filters of {name}", ("number", "side", "field", "test", "values"), rows)

"""Every message id that pages and actions can say."""

import ast
import re
from pathlib import Path

from babel.messages.extract import extract_from_dir

from tieout.actions import filters, history, mapping, settings, signatures, undo, vocabulary
from tieout.core.causes import CAUSES, REASONS
from tieout.core.fixes import FIXES
from tieout.core.undoing import WHY_NOT
from tieout.kinds.mapped import BOOKS_FIELDS
from tieout.web import checking, fixing, menu, planning, problems, reviewing

SOURCE = Path(__file__).resolve().parents[2] / "src/tieout"
SPEAKERS = {"words", "_words", "WrongSignIn", "_problem"}
"""What a module calls with a sentence for people."""


ON_PAGES = (
    "actor",
    "audit",
    "cures",
    "customer_cures",
    "doing",
    "failures",
    "filters",
    "fix",
    "issuing",
    "lookup",
    "match",
    "matching",
    "mapping",
    "pause",
    "preflight",
    "prove",
    "record",
    "settings",
    "tax",
    "tax_codes",
    "undo",
    "taking",
    "users",
)
"""The actions whose complaints a page shows."""
COMPLAINTS = {"WrongUse", "NotAgreed", "NotFound", "Forbidden"}


def of_templates() -> set[str | tuple[str, ...]]:
    """What stands in templates as a literal; a pair is one and many."""
    keywords = {"_": None, "ngettext": (1, 2)}
    rows = extract_from_dir(SOURCE / "web/templates", method_map=[("**.html", "jinja2")], keywords=keywords)
    return {row[2] for row in rows}


def of_modules() -> set[str]:
    """What stands in modules as a literal."""
    files = [*(SOURCE / "web").glob("*.py"), *(SOURCE / "actions").glob("*.py")]
    found = {said for file in files for said in spoken(ast.parse(file.read_text()), SPEAKERS)}
    return found.union(*(spoken(tree, COMPLAINTS) for tree in complaining()))


def complaining() -> list[ast.Module]:
    """The modules of `ON_PAGES`."""
    return [ast.parse((SOURCE / f"actions/{name}.py").read_text()) for name in ON_PAGES]


def filled_in() -> list[str]:
    """The complaints that are put together where they are raised, so that no catalogue knows them."""
    calls = [node for tree in complaining() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    ours = [call for call in calls if getattr(call.func, "id", "") in COMPLAINTS]
    return [ast.unparse(call) for call in ours if any(isinstance(arg, ast.JoinedStr) for arg in call.args)]


def spoken(tree: ast.Module, speakers: set[str]) -> set[str]:
    """The literals that a module hands to a speaker, inside a function."""
    found: set[str] = set()
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for call in (node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in speakers or (name == "self" and call.args):
            found |= {a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return found


def of_tables() -> set[str]:
    """What stands in tables of the code."""
    tables = (
        mapping.FLOWS,
        vocabulary.WINNERS,
        filters.ASKS,
        vocabulary.KINDS,
        vocabulary.KINDS_TOGETHER,
        vocabulary.GROUPS,
        vocabulary.HEADINGS,
        vocabulary.ENTRIES,
        vocabulary.STATES,
        vocabulary.WHO,
        vocabulary.FINDINGS,
        vocabulary.RECOGNIZED,
        vocabulary.REGIMES,
        vocabulary.VALUES,
        vocabulary.WHICH,
        vocabulary.RECORDS,
        vocabulary.FIELDS,
        vocabulary.SHARED,
        vocabulary.JOINED,
        vocabulary.AGAINST,
        signatures.TOLD,
        history.EVENTS,
        history.VERBS,
        history.REFUSALS,
        history.PENDING,
        history.ENDS,
        history.DETAILS,
        history.PROPERTIES,
        problems.TITLES,
        problems.SENTENCES,
        undo.DEEDS,
        WHY_NOT,
        REASONS,
    )
    found = {message for table in tables for message in table.values()} - {"HubSpot", "QuickBooks", "{text}"}
    for cause in CAUSES.values():
        found |= {cause.title, cause.explanation, cause.remedy}
    for fix in FIXES.values():
        found |= {fix.title, *(title for _, title in fix.needs)}
    for options in fixing.OPTIONS.values():
        found |= {title for title, _ in options.values()}
    for kind in settings._KINDS.values():
        found |= {kind.meaning, *kind.words.values()} - {"HubSpot", "QuickBooks"}
    found |= {
        *menu.titles(),
        *reviewing.VIEWS.values(),
        *(title for _, _, title in planning.WHAT.values()),
        *(title for _, _, title in checking.LOOKS.values()),
    }
    found |= {one.title for fields in BOOKS_FIELDS.values() for one in fields}
    return found | {"Viewer", "Seller", "Bookkeeper", "Owner"}


def every() -> set[str | tuple[str, ...]]:
    """All of them."""
    return of_templates() | of_modules() | of_tables()


def placeholders(message: str) -> set[str]:
    """The names in braces."""
    return set(re.findall(r"\{(\w+)\}", message))

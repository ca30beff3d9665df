"""Every message id that pages and actions can say."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir

from tieout.actions import history, language, settings
from tieout.core.causes import CAUSES, REASONS
from tieout.core.fixes import FIXES
from tieout.web import fixing, problems

SOURCE = Path(__file__).resolve().parents[2] / "src/tieout"
_KEYWORDS = {"_": None, "words": None, "_words": None, "ngettext": (1, 2), "plural": (1, 2)}


def of_templates_and_code() -> set[str | tuple[str, ...]]:
    """What stands in templates and modules as a literal."""
    found: set[str | tuple[str, ...]] = set()
    for folder, methods in (("web", [("**.html", "jinja2"), ("**.py", "python")]), ("actions", [("**.py", "python")])):
        for _, _, message, _, _ in extract_from_dir(SOURCE / folder, method_map=methods, keywords=_KEYWORDS):
            found.add(message)
    return {m for m in found if m}


def of_tables() -> set[str]:
    """What stands in tables of the code."""
    tables = (
        language.KINDS,
        language.KINDS_TOGETHER,
        language.STATES,
        language.WHO,
        language.RECORDS,
        language.FIELDS,
        history.EVENTS,
        history.VERBS,
        history.ENDS,
        problems.TITLES,
        REASONS,
    )
    found = {message for table in tables for message in table.values()}
    for cause in CAUSES.values():
        found |= {cause.title, cause.explanation, cause.remedy}
    for fix in FIXES.values():
        found |= {fix.title, *(title for _, title in fix.needs)}
    for options in fixing.OPTIONS.values():
        found |= {title for title, _ in options.values()}
    found |= {kind.meaning for kind in settings._KINDS.values()}
    found |= {"Viewer", "Seller", "Bookkeeper", "Owner"}
    return found


def placeholders(message: str) -> set[str]:
    """The names in braces."""
    return set(re.findall(r"\{(\w+)\}", message))

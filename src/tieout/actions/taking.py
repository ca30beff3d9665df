"""What can be taken along of the newest audit and of a tie-out, and as a workbook in the reader's words."""

from tieout.actions import audit, prove, signatures
from tieout.actions.errors import NotFound
from tieout.actions.home import Home
from tieout.actions.language import Words
from tieout.actions.reasons import titled
from tieout.actions.vocabulary import HEADINGS
from tieout.proof.sheet import Column, Sheet, findings, open_amounts
from tieout.proof.workbook import workbook


def audited(home: Home, name: str) -> Sheet:
    """The lines of the newest audit. Raises NotFound."""
    last = audit.last(home, name)
    if last is None:
        raise NotFound("No audit was run yet.")
    return findings(last[1])


def tied_out(home: Home, name: str, signed: str = "") -> tuple[str, Sheet]:
    """The newest tie-out of a day, or that of a signed day (ISO), and the day. Raises NotFound."""
    if signed:
        as_of, aging = signed, signatures.frozen(home, name, signed)
    else:
        last = prove.last(home, name)
        as_of, aging = (last[1].as_of, last[1].aging) if last else ("", None)
    if aging is None:
        raise NotFound("There is no tie-out of that day.")
    return as_of, open_amounts(as_of, aging)


def as_workbook(home: Home, sheet: Sheet, title: str, words: Words) -> bytes:
    """A sheet as XLSX, its titles and codes in the reader's words. title: in English, of the catalogue."""

    def said(column: Column, text: str) -> str:
        return words(HEADINGS[text]) if text == column.title else titled(text, words) if text else ""

    return workbook(sheet, words(title), home.clock.now(), said)

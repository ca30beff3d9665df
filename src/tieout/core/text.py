"""Text as people type it, and the normal forms by which it is compared. It is always written as its author typed it."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from string import Formatter

import phonenumbers

_FORMAT = Formatter()
_SPACE = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ELLIPSIS = "…"
_NAME_NOISE = re.compile(r"[^\w&]+")

# Company forms, as they are written at the end of a name, without dots. Own table: see docs/decisions.
_SUFFIXES = frozenset(
    (
        "ab ag aps as asa bhd bv bvba co company corp corporation cv eirl eood eurl gbr gmbh inc incorporated kft "
        "kg kk lda limited limitada llc llp lp ltd ltda nv ohg ood oy oyj plc pllc pte pty sa sab sapi sarl sas "
        "sasu sc sca scs sl slu snc spa spol spzoo srl srls sro ug"
    ).split()
)
_SAME_FORM = {
    "company": "co",
    "corporation": "corp",
    "incorporated": "inc",
    "limited": "ltd",
    "limitada": "ltda",
}
_FREE_MAIL = frozenset(
    (
        "aol.com comcast.net free.fr gmail.com gmx.com gmx.de gmx.net googlemail.com hotmail.com hotmail.co.uk "
        "hotmail.es hotmail.fr icloud.com laposte.net libero.it live.com mac.com mail.com mail.ru me.com msn.com "
        "orange.fr outlook.com outlook.es proton.me protonmail.com qq.com rediffmail.com t-online.de telefonica.net "
        "verizon.net wanadoo.fr web.de yahoo.co.uk yahoo.com yahoo.es yahoo.fr yandex.ru ymail.com zoho.com"
    ).split()
)
_SHARED_BOXES = frozenset(
    (
        "accounting accounts admin administracion ap ar billing bookkeeping buchhaltung compras comptabilite "
        "contabilidad contact contacto facturacion finance hello help hola info invoice invoices mail no-reply "
        "noreply office orders payables purchasing rechnung sales support team ventas"
    ).split()
)


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """NFC, trimmed, inner space collapsed: two texts that a reader cannot tell apart are equal in this form."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def printable(text: str) -> str:
    """Text without the control characters that no side keeps; tabs and line breaks stay."""
    return _CONTROLS.sub("", text)


def shortened(text: str, limit: int) -> str:
    """Text of at most `limit` characters; what is too long ends in an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + _ELLIPSIS


def is_shortened(held: str, whole: str) -> bool:
    """Whether `held` is what `shortened` leaves of `whole`, space and control characters aside."""
    beginning, mark, rest = held.rstrip().rpartition(_ELLIPSIS)
    if not mark or rest or not beginning:
        return False
    typed = normal(printable(whole))
    return len(typed) > len(normal(held)) and typed.startswith(normal(beginning))


def folded(text: str) -> str:
    """`normal`, and without regard to case: how QuickBooks compares names."""
    return normal(text).casefold()


def email(text: str) -> str:
    """An e-mail address for comparison: trimmed and case-folded."""
    return text.strip().casefold()


def email_domain(text: str) -> str:
    """The domain of an e-mail address, empty where there is none."""
    return email(text).rpartition("@")[2] if "@" in text else ""


def is_free_mail(domain: str) -> bool:
    """Whether a domain hands out addresses to anybody, so that it says nothing of a company."""
    return domain in _FREE_MAIL


def is_shared_box(address: str) -> bool:
    """Whether an address is a mailbox of a function rather than of a person (`info@`, `billing@`)."""
    return email(address).partition("@")[0] in _SHARED_BOXES


@lru_cache(maxsize=16384)
def phone(text: str, country: str) -> str:
    """A phone number for comparison: E.164 where it parses for `country` (ISO 3166 alpha-2), else its digits."""
    try:
        parsed = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", text) or normal(text)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=65536)
def name_words(name: str) -> tuple[str, str]:
    """A company's or person's name as (whole name, legal form), both folded, the form aside from the name.

    `Nova Ltd.` gives (`nova`, `ltd`); `NOVA S.L.` gives (`nova`, `sl`).
    """
    words = _NAME_NOISE.sub(" ", folded(name).replace(".", "").replace("'", "")).split()
    form = ""
    while len(words) > 1 and words[-1] in _SUFFIXES:
        word = words.pop()
        form = _SAME_FORM.get(word, word) + form
    return " ".join(words), form


def name_form(name: str) -> str:
    """A whole name for comparison: case, punctuation, legal form and the order of its words aside.

    `Ruiz, Ana` and `Ana Ruiz` are one name.
    """
    return " ".join(sorted(name_words(name)[0].split()))


class NotAPattern(ValueError):
    """A pattern whose braces hold anything but known names. names: those that it may hold, as they are written."""

    def __init__(self, pattern: str, names: str) -> None:
        super().__init__(f"{pattern!r} is no pattern. It may hold {names}.")
        self.names = names


def filled(pattern: str, known: Mapping[str, str]) -> str:
    """A pattern a person wrote, its `{name}`s replaced.

    Raises NotAPattern where braces hold anything but one of the `known` names.
    """
    try:
        if all(
            name is None or (name in known and not spec and not how) for _, name, spec, how in _FORMAT.parse(pattern)
        ):
            return pattern.format_map(known)
    except ValueError:
        pass
    raise NotAPattern(pattern, ", ".join(f"{{{name}}}" for name in known))

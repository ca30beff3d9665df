"""Words in the reader's language: message ids are English; other languages stand in `locale/*.po`, read at run time."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from tieout.actions import glossary
from tieout.actions.vocabulary import FIELDS, RECORDS, SIDES
from tieout.core.fields import CUSTOM

LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español"}
"""The languages that pages speak, each by its own name."""

_LOCALES = Path(__file__).with_name("locale")
_GAP = "…"
_DAYS = frozenset({"date", "closed"})
_AMOUNTS = frozenset(
    {
        "amount",
        "balance",
        "computed",
        "counted",
        "difference",
        "left",
        "other",
        "returned",
        "sum",
        "tax",
        "taxable",
        "total",
    }
)


class Words:
    """Speaks one language. Safe to share."""

    def __init__(self, language: str = "en", country: str = "") -> None:
        """Any of `LANGUAGES`; English for every other. country: whose terms it uses (ISO 3166)."""
        self.language = language if language in LANGUAGES else "en"
        self._country = country
        self.locale = Locale.parse("en_US" if self.language == "en" else self.language)
        self._catalog = catalog(self.language)

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, its placeholders filled in where values are given."""
        found = self._translated(message)
        return found.format_map(_Values(values)) if values else found

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """The message for this count, which fills {n}."""
        found = self._catalog.get(one) if self._catalog else None
        if found is not None and self._catalog is not None and isinstance(found.string, tuple) and all(found.string):
            form = found.string[0 if n == 1 else 1]
        else:
            form = one if n == 1 else many
        return form.format_map(_Values({**values, "n": self.number(n)}))

    def of(self, country: str) -> "Words":
        """The same language with the terms of a country."""
        return self if country == self._country else Words(self.language, country)

    def _translated(self, message: str) -> str:
        found = self._catalog.get(message) if self._catalog and message else None
        told = found.string if found is not None and isinstance(found.string, str) and found.string else message
        return glossary.local(told, self.language, self._country)

    def explain(self, sentence: str, evidence: Mapping[str, str], currency: str = "") -> str:
        """A sentence of the catalogue of causes, filled with the evidence as this language writes it.

        What the evidence lacks shows as an ellipsis. currency: of the amounts in the evidence; empty leaves them plain.
        """
        told = {key: self._evidence(key, value, currency) for key, value in evidence.items()}
        return self._translated(sentence).format_map(_Values(told))

    def _evidence(self, key: str, value: str, currency: str) -> str:
        if key in {"holder_list", "kind"}:
            return self(RECORDS.get(value, value.replace("_", " ")))
        if key == "side" and value in SIDES:
            return self(SIDES[value])
        if key == "text":
            return value.rstrip(".")
        if key == "fields":
            return ", ".join(self.field(name.strip()) for name in value.split(","))
        try:
            if key in _DAYS:
                return self.day(date.fromisoformat(value))
            if key in _AMOUNTS and currency:
                return self.money(Decimal(value), currency)
        except (ValueError, InvalidOperation):
            return value
        return value

    def field(self, name: str) -> str:
        """A field's name; `lines[2].quantity` becomes *Line 2, Quantity*; a mapped field has the name it was given."""
        if name.startswith(CUSTOM):
            return name.partition(":")[2]
        head, _, tail = name.partition("]")
        if not head.startswith("lines["):
            return self(FIELDS.get(name, name))
        place = head.removeprefix("lines[")
        line = self("New line") if place == "+" else self("Line {n}", n=place)
        return f"{line}, {self.field(tail.lstrip('.'))}" if tail else line

    def number(self, value: Decimal | int) -> str:
        """A number with all the digits it has."""
        return str(format_decimal(value, locale=self.locale, decimal_quantization=False))

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency's sign and digits; a code that is not known stands as it is."""
        return str(format_currency(amount, currency, locale=self.locale))

    def amount(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency's digits and without its sign, as a sentence of figures has it."""
        return str(format_currency(amount, currency, "#,##0.00", locale=self.locale))

    def month(self, value: date, today: date) -> str:
        """The month of a day, with its year unless that is `today`'s."""
        if value.year == today.year:
            return str(format_date(value, "LLLL", self.locale))
        return str(format_skeleton("yMMMM", value, locale=self.locale))

    def day(self, value: date) -> str:
        """A calendar day."""
        return str(format_date(value, "medium", self.locale))

    def moment(self, value: datetime, zone: str = "UTC") -> str:
        """A moment as the clock on the wall of `zone` (IANA name) shows it."""
        return str(format_datetime(value, "medium", ZoneInfo(zone), self.locale))

    def ago(self, value: datetime, now: datetime) -> str:
        """How long ago a moment was."""
        return str(format_timedelta(value - now, granularity="second", add_direction=True, locale=self.locale))


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return _GAP


@cache
def catalog(language: str) -> Catalog | None:
    """A language's catalogue; None for English, whose words are the message ids."""
    file = _LOCALES / f"{language}.po"
    if not file.exists():
        return None
    with file.open("rb") as source:
        return read_po(source, locale=language)


@cache
def words(language: str) -> Words:
    """The words of one language."""
    return Words(language)


ENGLISH = words("en")


def preferred(accepted: Iterable[str]) -> str:
    """The first of `LANGUAGES` among language tags, best first (`es-MX` counts as `es`); else English."""
    for tag in accepted:
        try:
            found = negotiate_locale([tag.replace("-", "_"), tag[:2]], list(LANGUAGES))
        except (UnknownLocaleError, ValueError):
            continue
        if found:
            return found
    return "en"


def moment(text: str) -> datetime | None:
    """A stored moment; None for an empty text."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None

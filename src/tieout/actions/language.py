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
from tieout.core.fields import CUSTOM

LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español"}
"""The languages that pages speak, each by its own name."""

KINDS: Mapping[str, str] = {
    "customer": "Customer",
    "item": "Item",
    "invoice": "Invoice",
    "settlement": "Payment or credit",
}

KINDS_TOGETHER: Mapping[str, str] = {
    "customer": "Customers",
    "item": "Items",
    "invoice": "Invoices",
    "settlement": "Payments and credits",
}

SIDES: Mapping[str, str] = {"crm": "HubSpot", "books": "QuickBooks"}

STATES: Mapping[str, str] = {
    "in_sync": "In sync",
    "warning": "In sync, with warnings",
    "pending": "On its way",
    "waiting": "Waits for another record",
    "retrying": "Trying again",
    "failing": "Needs you",
    "held": "Please decide",
    "accepted": "Left as they are",
    "excluded": "Not synced, on purpose",
    "draft": "Draft",
    "broken": "Needs you: one of the two is gone",
    "paused": "Paused",
}

GROUPS: Mapping[str, str] = {
    "both": "In both",
    "only_in_hubspot": "Only in HubSpot",
    "only_in_quickbooks": "Only in QuickBooks",
    "credit": "Unapplied credits and payments",
}
"""Where an amount stands that was open on a day."""

ENTRIES: Mapping[str, str] = {
    "unapplied": "Not applied to an invoice yet",
    "other_entry": "Another entry on accounts receivable",
}
"""Why something of QuickBooks has no counterpart by nature."""

FINDINGS: Mapping[str, str] = {
    "missing_in_books": "Missing in QuickBooks",
    "missing_in_crm": "Missing in HubSpot",
    "doubled_in_books": "Twice in QuickBooks",
    "doubled_in_crm": "Twice in HubSpot",
    "different": "Different amounts",
    "customer_twice": "Customer made twice in QuickBooks",
}
"""What an audit finds."""

RECOGNIZED: Mapping[str, str] = {
    "same_number": "The same number",
    "same_charge": "The same customer and amount within days",
    "totals_apart": "Different totals",
    "open_apart": "Different open amounts",
    "same_email": "The same e-mail",
    "same_name": "The same name",
}
"""Why an audit says so, where it is no reason to leave something out and no cause of a failure."""

HEADINGS: Mapping[str, str] = {
    "as of": "As of",
    "where": "Where",
    "kind": "Kind",
    "number": "Number",
    "date": "Date",
    "month": "Month",
    "customer": "Customer",
    "currency": "Currency",
    "amount": "Amount",
    "company's currency": "The company's currency",
    "amount in company's currency": "Amount in the company's currency",
    "reason": "Why",
    "HubSpot id": "Id in HubSpot",
    "QuickBooks id": "Id in QuickBooks",
    "finding": "What",
    "crm": "Id in HubSpot",
    "books": "Id in QuickBooks",
    "other": "Twice: the first one",
    "name": "Customer",
    "difference": "Part of the difference",
    "open": "Part of the difference of what is open",
    "cause": "Why",
}
"""The columns of a workbook, by their titles in a table."""

VALUES: Mapping[str, str] = {
    "draft": "Draft",
    "open": "Open",
    "paid": "Paid",
    "void": "Void",
    "succeeded": "Succeeded",
    "card": "Card",
    "ach": "Bank debit",
    "cash": "Cash",
    "check": "Check",
    "wire_transfer": "Bank transfer",
    "other": "Other",
    "yes": "Yes",
    "no": "No",
}
"""What statuses and methods of payment are called."""

WHO: Mapping[str, str] = {
    "seller": "The person who sells",
    "bookkeeper": "The person who keeps the accounts",
    "operator": "The person who runs Tieout",
}

WHICH: Mapping[str, str] = {"hubspot": "HubSpot", "quickbooks": "QuickBooks", "nobody": "Neither of both"}
"""Which of both systems deals with customers."""

REGIMES: Mapping[str, str] = {
    "none": "QuickBooks charges no sales tax",
    "us-manual": "QuickBooks works with sales tax rates set up by hand",
    "us-automated": "QuickBooks works out sales tax by itself",
    "per-line": "QuickBooks keeps a tax code for each line",
}
"""How QuickBooks deals with sales tax."""

RECORDS: Mapping[str, str] = {
    "customer": "customer",
    "vendor": "vendor",
    "employee": "employee",
    "item": "item",
    "invoice": "invoice",
    "settlement": "payment",
    "credit_memo": "credit memo",
    "sales_receipt": "sales receipt",
    "refund_receipt": "refund receipt",
    "estimate": "estimate",
    "planned": "planned record",
}
"""What a record is called inside a sentence."""

FIELDS: Mapping[str, str] = {
    "active": "Active",
    "amount": "Amount",
    "as_of": "As of",
    "balance": "Open",
    "billing": "Billing address",
    "company": "Company",
    "contact": "Contact",
    "currency": "Currency",
    "customer": "Customer",
    "date": "Date",
    "discount": "Discount",
    "display_name": "Display name",
    "due": "Due date",
    "email": "E-mail",
    "first": "First name",
    "invoice": "Invoice",
    "last": "Last name",
    "lines": "Lines",
    "linked_to": "Belongs to",
    "memo": "Message to the customer",
    "method": "Method",
    "name": "Name",
    "number": "Number",
    "phone": "Phone",
    "po": "PO number",
    "price": "Price",
    "quantity": "Quantity",
    "reference": "Reference",
    "service_date": "Service date",
    "ship_to": "Ship to",
    "sku": "SKU",
    "status": "Status",
    "tax": "Tax",
    "tax_code": "Tax code",
    "tax_number": "Tax number",
    "text": "Description",
    "total": "Total",
    "type": "Type",
    "website": "Website",
}
"""The names of fields, as columns and rows show them."""

SHARED: Mapping[str, str] = {
    "tax": "same tax number",
    "email": "same e-mail",
    "domain": "same mail domain",
    "name": "same name",
    "address": "alike in name and address",
    "sku": "same SKU",
}
"""What speaks for two records being the same."""

JOINED: Mapping[str, str] = {
    "by_you": "a person said so",
    "created": "made by Tieout",
    "merged": "the two were merged",
}
"""Why two records are a pair, where it is nothing that they share."""

AGAINST: Mapping[str, str] = {
    "currency": "another currency",
    "country": "another country",
    "tax_number": "another tax number",
    "legal_form": "another legal form",
    "email_domain": "another mail domain",
    "sku": "another SKU",
}
"""What speaks against it."""

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

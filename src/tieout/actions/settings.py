"""Settings: what can be set for a company pair, checked against both accounts."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

import msgspec
from sqlalchemy import Connection

from tieout.actions import naming, tax_codes
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import WrongUse
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words
from tieout.actions.lookup import connection
from tieout.actions.vocabulary import WHICH, WINNERS
from tieout.core.facts import Named, TaxRate, is_for_deposits
from tieout.core.records import Kind, Side
from tieout.core.settings import UNKNOWN, Settings
from tieout.core.text import NotAPattern, filled
from tieout.engine.listing import would_make
from tieout.engine.work import world_of
from tieout.kinds import lists
from tieout.kinds.taxing import rate_name
from tieout.store import agenda, connections, counting, mirror
from tieout.store.connections import StoredConnection

_DEPOSIT = "deposit_account."


class Setting(msgspec.Struct, frozen=True):
    """One setting as it stands. choices: the valid values, where they are a list; optional: or none of them.

    titles: what values are called in the reader's language, of those that are no names.
    """

    key: str
    value: str
    meaning: str
    choices: tuple[str, ...] = ()
    optional: bool = False
    titles: dict[str, str] = {}


class _Kind(msgspec.Struct, frozen=True):
    meaning: str
    choices: Callable[[Connection, StoredConnection], Sequence[Named]] | None = None
    words: Mapping[str, str] = {}


def _income(_tx: Connection, stored: StoredConnection) -> Sequence[Named]:
    return () if stored.books_facts is None else stored.books_facts.income_accounts


def _codes(_tx: Connection, stored: StoredConnection) -> Sequence[Named]:
    facts = stored.books_facts
    return () if facts is None else [Named(code.id, code.name) for code in facts.tax_codes]


def _deposits(_tx: Connection, stored: StoredConnection) -> Sequence[Named]:
    accounts = () if stored.books_facts is None else stored.books_facts.accounts
    return [one for one in accounts if is_for_deposits(one)]


def _items(tx: Connection, stored: StoredConnection) -> Sequence[Named]:
    return sorted(naming.usable_items(tx, stored.id), key=lambda item: (len(item.id), item.id))


_SWITCH = {"true": "Yes", "false": "No"}
_COPIED = {
    "needed": "Those that an invoice needs",
    "to_quickbooks": "All of HubSpot's to QuickBooks",
    "to_hubspot": "All of QuickBooks' to HubSpot",
    "both": "All, both ways",
}
_KINDS: dict[str, _Kind] = {
    "start_date": _Kind("Invoices finalized on or after this day are synced, and all still open: a day, or `all`"),
    "customer_model": _Kind(
        "Who is the customer: the company, or each contact",
        words={"company": "The company first", "contact": "Each contact"},
    ),
    "auto_create_customers": _Kind("Create customers in QuickBooks that an invoice needs", words=_SWITCH),
    "auto_create_items": _Kind("Create items in QuickBooks that an invoice needs", words=_SWITCH),
    "copy_customers": _Kind("Make customers on the other side: those that an invoice needs, or all", words=_COPIED),
    "copy_items": _Kind("Make items on the other side: those that an invoice needs, or all", words=_COPIED),
    "display_name": _Kind("Pattern of a new customer's display name: {company}, {first}, {last}, {email}"),
    "item_name": _Kind("Pattern of a new item's name: {name}, {sku}"),
    "item_name_taken": _Kind("Pattern where that name is taken: {name}, {sku}"),
    "item_type": _Kind(
        "What a new item is in QuickBooks", words={"Service": "Service", "NonInventory": "Non-inventory item"}
    ),
    "income_account": _Kind("The income account that new items post to", _income),
    "default_item": _Kind("The QuickBooks item of lines that name none", _items),
    "line_discounts": _Kind(
        "A discount on a HubSpot line: a lower price, or a discount line where all lines share one tax code",
        words={"net": "A lower price", "line": "A line of its own"},
    ),
    "rounding_item": _Kind("The QuickBooks item of a line that holds what rounding the tax leaves of a total", _items),
    "untaxed_code": _Kind("The QuickBooks tax code for lines without tax", _codes),
    "service_date": _Kind(
        "The service date of a line: the start of its billing period, or else the invoice's date too",
        words={"billing_start": "Start of the billing period", "invoice_date": "The invoice's date"},
    ),
    "lock_date": _Kind("Nothing is written into QuickBooks on or before this day: a day, or `none`"),
    "phone_rule": _Kind("Who wins when both sides changed a phone number", words=WINNERS),
    "website_rule": _Kind("Who wins when both sides changed a website", words=WINNERS),
    "due_date_rule": _Kind("Who wins when both sides changed a due date", words=WINNERS),
    "memo_rule": _Kind("Who wins when both sides changed the memo for the customer", words=WINNERS),
    "show_quickbooks_invoices": _Kind(
        "Show invoices made in QuickBooks in HubSpot, as non-billable copies", words=_SWITCH
    ),
    "book_hubspot_payments": _Kind("Book payments recorded in HubSpot in QuickBooks", words=_SWITCH),
    "deposit_account": _Kind("The account that booked payments go to; none = Undeposited Funds", _deposits),
    "annotate": _Kind("Show the state of the sync on HubSpot's records", words=_SWITCH),
    "who_sends": _Kind("Who sends invoices to customers", words=WHICH),
    "who_collects": _Kind("Who takes customers' payments online", words=WHICH),
    "who_reminds": _Kind("Who reminds customers of what is due", words=WHICH),
    "same_invoice_days": _Kind("Days within which two invoices of one amount may be the same one"),
    "same_payment_days": _Kind("Days within which two payments of one amount may be the same one"),
}
_MOST_DAYS = 365
_MOST_CHOICES, _TOLD = 200, 50
"""A longer list is no choice but a text: the name is typed."""
PROCESSORS = ("hs_payments", "byo_stripe", "none", "quickbooks", "xero")
"""HubSpot's `hs_processor_type` (HubSpot, "Commerce payments" guide)."""
_PATTERNS = {
    "display_name": ("company", "first", "last", "email"),
    "item_name": ("name", "sku"),
    "item_name_taken": ("name", "sku"),
}


def settings(home: Home, actor: Actor, name: str, words: Words = ENGLISH) -> list[Setting]:
    """Every setting with its value and meaning; tax codes of HubSpot's rates as `tax_code.RATE`, `tax_code.RATE@FR`."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
        found = [
            Setting(
                key,
                _shown(tx, stored, key),
                words(kind.meaning),
                _choices(tx, stored, kind),
                optional=kind.choices is not None,
                titles={value: words(title) for value, title in kind.words.items()},
            )
            for key, kind in _KINDS.items()
        ]
        codes, rates = _codes(tx, stored), _rates(stored)
        names = {rate.id: rate.name for rate in rates}
        found += [
            Setting(
                tax_codes.key(names.get(rate, rate), country),
                _name_of(codes, code),
                _told(rate_name(rate, rates), country, words),
                tuple(code.name for code in codes),
                optional=True,
            )
            for rate, country, code in tax_codes.places(stored.settings, rates)
            if rate or country
        ]
    found += [
        Setting(
            f"{_DEPOSIT}{processor}",
            _name_of(_deposits(tx, stored), stored.settings.deposit_accounts.get(processor, "")),
            words(
                "The account of payments that came by HubSpot's processor {processor}, instead of `deposit_account`",
                processor=processor,
            ),
            _choices(tx, stored, _Kind("", _deposits)),
            optional=True,
        )
        for processor in PROCESSORS
    ]
    return found


class NotAgreed(WrongUse):
    """What is asked for makes many records, of which nobody has been told yet; asked for with `agreed`, it is done."""


def change(home: Home, actor: Actor, name: str, values: Mapping[str, str], *, agreed: bool = False) -> list[Setting]:
    """Change settings, all or none. Raises WrongUse, naming the valid values.

    agreed: somebody has seen how many records it makes to copy a whole list. Without, that raises NotAgreed.
    """
    actor.must_be(Role.BOOKKEEPER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        new = stored.settings
        for key, text in values.items():
            new = _with(tx, stored, new, key, text)
        opened = lists.copied(new) - lists.copied(stored.settings)
        if opened and not agreed:
            raise _makes(tx, stored, new, opened)
        store(tx, home, actor, stored, new, values)
    return settings(home, actor, name)


def with_value(tx: Connection, stored: StoredConnection, key: str, text: str) -> Settings:
    """The settings with one changed. Raises WrongUse, naming the valid values."""
    return _with(tx, stored, connections.get(tx, stored.id).settings, key, text)


def store(
    tx: Connection, home: Home, actor: Actor, stored: StoredConnection, new: Settings, values: Mapping[str, str]
) -> None:
    """Keep changed settings, and have everything decided anew under them."""
    if new.customer_model != stored.settings.customer_model:
        if counting.linked(tx, stored.id, Kind.CUSTOMER):
            raise WrongUse("customer_model cannot change once customers are paired: invoices would change hands.")
        _read_customers_again(tx, stored)
    prepared = stored.prepared and lists.copied(new) <= lists.copied(stored.settings)
    connections.change(tx, stored.id, settings=new, prepared=prepared)
    agenda.mark_all(tx, stored.id)
    connections.want(tx, stored.id)
    connections.note(tx, stored.id, who=actor.name, what="set", details=dict(values), now=home.clock.now())


def _makes(
    tx: Connection, stored: StoredConnection, new: Settings, opened: AbstractSet[tuple[Kind, Side]]
) -> NotAgreed:
    """What it would make to copy these lists as a whole."""
    keys = ", ".join(sorted({lists.KEYS[kind] for kind, _ in opened}))
    if not (stored.crm_complete and stored.books_complete):
        return NotAgreed(
            "How many records {keys} makes is not known before both accounts were read once: agree to it unseen, or "
            "sync first.",
            keys=keys,
        )
    world = msgspec.structs.replace(world_of(stored), settings=new, reviewed=True)
    found = would_make(tx, stored.id, world, opened)
    to_books, to_crm = (sum(n for (_, side), n in found.items() if side is of) for of in (Side.CRM, Side.BOOKS))
    return NotAgreed(
        "{keys} makes {quickbooks} records in QuickBooks and {hubspot} in HubSpot that no invoice needs, and from then "
        "on every new one. Agree to it first.",
        keys=keys,
        quickbooks=str(to_books),
        hubspot=str(to_crm),
    )


def _with(tx: Connection, stored: StoredConnection, old: Settings, key: str, text: str) -> Settings:
    if tax_codes.is_key(key):
        return _with_tax(tx, stored, old, key, text)
    if key.startswith(_DEPOSIT):
        return _with_deposit(tx, stored, old, key[len(_DEPOSIT) :], text)
    kind = _KINDS.get(key)
    if kind is None:
        keys = ", ".join([*_KINDS, f"{tax_codes.PREFIX}RATE", f"{_DEPOSIT}PROCESSOR"])
        raise WrongUse("There is no setting '{key}'. There are: {keys}.", key=key, keys=keys)
    value: object = text
    if kind.words:
        if text not in kind.words:
            *others, last = kind.words
            raise WrongUse(
                "{key} cannot be '{value}'. Choose {others} or {last}.",
                key=key,
                value=text,
                others=", ".join(others),
                last=last,
            )
        value = text == "true" if kind.words is _SWITCH else text
    elif kind.choices is not None:
        value = _chosen(key, text, kind.choices(tx, stored))
    elif key in ("start_date", "lock_date"):
        nothing = "all" if key == "start_date" else "none"
        value = None if text == nothing else _day(key, text, nothing)
    elif key in _PATTERNS:
        _check_pattern(key, text, _PATTERNS[key])
    elif key.endswith("_days"):
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= _MOST_DAYS):
            raise WrongUse(
                "{key} is a number of days from 0 to {most}; '{value}' is not.",
                key=key,
                most=str(_MOST_DAYS),
                value=text,
            )
        value = int(text)
    return msgspec.convert(msgspec.structs.asdict(old) | {key: value}, Settings)


def _told(rate: str, country: str, words: Words) -> str:
    """What a place of the table of tax codes means."""
    what = words("HubSpot's rate {rate}", rate=rate) if rate else words("lines without tax")
    if not country:
        return words("The QuickBooks tax code for {what}", what=what)
    if country == UNKNOWN:
        return words("The QuickBooks tax code for {what}, for customers whose country is not known", what=what)
    return words("The QuickBooks tax code for {what}, for customers in {country}", what=what, country=country.upper())


def _with_tax(tx: Connection, stored: StoredConnection, old: Settings, key: str, text: str) -> Settings:
    rate, country = tax_codes.meant(key, _rates(stored))
    return tax_codes.with_code(old, rate, country, _chosen(key, text, _codes(tx, stored)))


def _rates(stored: StoredConnection) -> tuple[TaxRate, ...]:
    return () if stored.crm_facts is None else stored.crm_facts.tax_rates


def _with_deposit(tx: Connection, stored: StoredConnection, old: Settings, processor: str, text: str) -> Settings:
    if processor not in PROCESSORS:
        raise WrongUse(
            "HubSpot knows no processor '{processor}'. It knows: {known}.",
            processor=processor,
            known=", ".join(PROCESSORS),
        )
    account = _chosen(f"{_DEPOSIT}{processor}", text, _deposits(tx, stored))
    others = {name: one for name, one in old.deposit_accounts.items() if name != processor}
    return msgspec.structs.replace(old, deposit_accounts=others | ({processor: account} if account else {}))


def _chosen(key: str, text: str, choices: Sequence[Named]) -> str:
    """The id of an entry named by id or by name; empty to choose none."""
    if not text:
        return ""
    by_id = [c.id for c in choices if c.id == text]
    by_name = [c.id for c in choices if c.name.casefold() == text.casefold()]
    found = by_name or by_id
    if len(found) != 1:
        near = [c for c in choices if text.casefold() in c.name.casefold()] or choices
        listed = ", ".join(f"{c.name} ({c.id})" for c in near[:_TOLD]) or "-"
        told = {"key": key, "value": text, "choices": listed}
        if found:
            raise WrongUse("{key}: '{value}' is the name of several. Choose one of: {choices}.", **told)
        raise WrongUse("{key}: '{value}' is not one of QuickBooks'. Choose one of: {choices}.", **told)
    return found[0]


def _day(key: str, text: str, nothing: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(
            "{key} is a day such as 2026-01-31, or `{nothing}`; '{value}' is neither.",
            key=key,
            nothing=nothing,
            value=text,
        ) from error


def _check_pattern(key: str, text: str, names: tuple[str, ...]) -> None:
    try:
        shown = filled(text, dict.fromkeys(names, "x"))
    except NotAPattern as error:
        raise WrongUse("'{pattern}' is no pattern. It may hold {names}.", pattern=text, names=error.names) from error
    if key != "display_name" and not shown.strip():
        raise WrongUse("{key} must not be empty.", key=key)


def _shown(tx: Connection, stored: StoredConnection, key: str) -> str:
    value = getattr(stored.settings, key)
    kind = _KINDS[key]
    if value is None:
        return "all" if key == "start_date" else "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if kind.choices is not None and value:
        return _name_of(kind.choices(tx, stored), str(value))
    return str(value)


def _choices(tx: Connection, stored: StoredConnection, kind: _Kind) -> tuple[str, ...]:
    if kind.words:
        return tuple(kind.words)
    names = () if kind.choices is None else tuple(c.name for c in kind.choices(tx, stored))
    return names if len(names) <= _MOST_CHOICES else ()


def _name_of(choices: Sequence[Named], id_: str) -> str:
    return next((c.name for c in choices if c.id == id_), id_)


def _read_customers_again(tx: Connection, stored: StoredConnection) -> None:
    """Another model makes other customers of the same people: those that are not linked are read afresh."""
    mirror.forget_unlinked(tx, stored.id, Side.CRM, Kind.CUSTOMER)
    connections.change(tx, stored.id, crm_cursor="", crm_complete=False)

"""What can be chosen where a fix needs a value: customers, items, contacts, accounts, tax codes, documents."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, String, cast, func, select

from tieout.actions.naming import Choice, chosen_first, label, with_contact
from tieout.core.records import Kind, Side
from tieout.kinds.currency import parted
from tieout.kinds.customer import Customer
from tieout.kinds.item import Item
from tieout.remote.rows import Record
from tieout.store.agenda import id_column
from tieout.store.codec import decode_record
from tieout.store.connections import StoredConnection
from tieout.store.pairs import Story
from tieout.store.tables import pair, record

Condition = ColumnElement[bool]

MOST = 50
"""So many choices at most; the reader narrows them by searching."""

_TYPED_ITEMS = frozenset({"Category", "Group"})


class Shelf:
    """The choices of one company pair, each list read once."""

    def __init__(self, tx: Connection, company: StoredConnection, search: str = "") -> None:
        """Search narrows every list to what contains it, case aside."""
        self._tx = tx
        self._company = company
        self._search = " ".join(search.split()).casefold()
        self._lists: dict[str, list[Choice]] = {}

    def choices(self, fix: str, kind: Kind, story: Story) -> tuple[Choice, ...]:
        """What to choose from for the value that `fix` needs, likely ones first, at most `MOST`."""
        candidates = {c.id: c.label for c in story.candidates}
        match fix:
            case "link_customer" | "use_existing_customer":
                customers = self._list("customers", self._unlinked(Kind.CUSTOMER))
                return self._ranked(customers, candidates | _holder(story, "customer"), only_listed=True)
            case "link_hubspot_customer":
                return self._ranked(self._list("hubspot customers", self._payers()), candidates, only_listed=True)
            case "link_item":
                return self._ranked(self._list("items", self._unlinked(Kind.ITEM)), candidates, only_listed=True)
            case "set_default_item" | "set_rounding_item":
                return self._ranked(self._list("all items", self._standing(Kind.ITEM, Side.BOOKS)), {})
            case "choose_contact":
                return self._ranked(self._list("contacts", self._contacts()), {})
            case "choose_default":
                return self._ranked((), candidates)
            case "use_existing":
                return self._ranked((), candidates or _holder(story, kind.value))
            case "set_income_account":
                named = self._company.books_facts.income_accounts if self._company.books_facts else ()
                return self._ranked((Choice(one.id, one.name) for one in named), {})
            case "map_tax" | "map_tax_by_country":
                codes = self._company.books_facts.tax_codes if self._company.books_facts else ()
                return self._ranked((Choice(code.id, code.name) for code in codes), {})
        return ()

    def _ranked(
        self, choices: Iterable[Choice], first: Mapping[str, str], *, only_listed: bool = False
    ) -> tuple[Choice, ...]:
        """only_listed: a likely one that is not among `choices` cannot be chosen (it belongs to another pair)."""
        listed = list(choices)
        if only_listed:
            there = {choice.value for choice in listed}
            first = {value: text for value, text in first.items() if value in there}
        ranked = chosen_first(listed, first, len(listed) + len(first))
        return tuple(c for c in ranked if self._search in c.label.casefold())[:MOST]

    def _list(self, name: str, records: Iterable[Record]) -> list[Choice]:
        if name not in self._lists:
            found = [Choice(one.id, _told(one)) for one in records if _usable(one)]
            self._lists[name] = sorted(found, key=lambda choice: choice.label.casefold())
        return self._lists[name]

    def _contacts(self) -> Iterable[Record]:
        people = self._standing(Kind.CUSTOMER, Side.CRM)
        return (one for one in people if one.id.startswith("contact:") and not parted(one.id)[1])

    def _payers(self) -> Iterable[Record]:
        free = self._unlinked(Kind.CUSTOMER, Side.CRM)
        return (one for one in free if isinstance(one, Customer) and not one.member_of)

    def _unlinked(self, kind: Kind, side: Side = Side.BOOKS) -> Iterable[Record]:
        linked = select(id_column(side)).where(
            pair.c.connection == self._company.id, pair.c.kind == kind.value, pair.c.linked_at != ""
        )
        return self._standing(kind, side, record.c.id.not_in(linked))

    def _standing(self, kind: Kind, side: Side, *conditions: Condition) -> Iterable[Record]:
        wanted = select(record.c.body).where(
            record.c.connection == self._company.id,
            record.c.side == side.value,
            record.c.kind == kind.value,
            record.c.gone == "",
            *conditions,
        )
        if self._search.isascii():
            wanted = wanted.where(func.lower(cast(record.c.body, String)).contains(self._search, autoescape=True))
        return (decode_record(kind, body) for body in self._tx.execute(wanted.limit(_READ_AT_MOST)).scalars())


_READ_AT_MOST = 5000


def _holder(story: Story, list_: str) -> dict[str, str]:
    """The one that holds the name or number, where it could be the same."""
    evidence = story.evidence
    if evidence.get("holder_list") != list_ or evidence.get("holder_linked") == "true":
        return {}
    return {evidence.get("holder", ""): evidence.get("holder_name", "")}


def _usable(one: Record) -> bool:
    if isinstance(one, Item):
        return one.active and one.type not in _TYPED_ITEMS
    return one.active if isinstance(one, Customer) else True


def _told(one: Record) -> str:
    return with_contact(label(one), one.email) if isinstance(one, Customer) else label(one)

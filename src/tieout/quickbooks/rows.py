"""QuickBooks' undecoded objects as rows: records, key rows, and what could not be read."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from tieout.core.days import NotADay
from tieout.core.money import NotMoney, UnknownCurrency
from tieout.core.records import Kind
from tieout.kinds import item as items
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.quickbooks.client import Page
from tieout.quickbooks.documents import Head, Item, Name, Payment, SalesForm
from tieout.quickbooks.lens import customer, invoice, item, keys, settlement
from tieout.quickbooks.lens.mapped import NOTHING_MORE, View
from tieout.remote.rows import KeyRow, Row, Unreadable

ENTITIES: Final = {
    Kind.CUSTOMER: "Customer",
    Kind.ITEM: "Item",
    Kind.INVOICE: "Invoice",
    Kind.SETTLEMENT: "Payment",
}
"""The entity that holds the records of a kind."""

JOURNAL_ENTRY: Final = "JournalEntry"
"""What went back of a payment is entered as one; they are never read as records."""

ALL: Final = (
    "Customer",
    "Item",
    "Vendor",
    "Employee",
    "CreditMemo",
    "SalesReceipt",
    "RefundReceipt",
    "Estimate",
    "Invoice",
    "Payment",
)
"""The entities that bring rows, in the order in which they depend on each other."""

LAST: Final = 2**62
"""The version of what was deleted: QuickBooks names none, and nothing comes after it."""

_KINDS: Final = {
    **dict.fromkeys(("Customer", "Vendor", "Employee"), Kind.CUSTOMER),
    "Item": Kind.ITEM,
    **dict.fromkeys(("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate"), Kind.INVOICE),
    "Payment": Kind.SETTLEMENT,
}
_NAMES: Final = frozenset({"Customer", "Vendor", "Employee"})

_name = msgspec.json.Decoder(Name).decode
_item = msgspec.json.Decoder(Item).decode
_form = msgspec.json.Decoder(SalesForm).decode
_payment = msgspec.json.Decoder(Payment).decode
_head = msgspec.json.Decoder(Head).decode


class Rows(msgspec.Struct, frozen=True):
    """What objects hold, as `remote.rows.Batch` lists it."""

    rows: tuple[Row, ...]
    keys: tuple[KeyRow, ...]
    unreadable: tuple[Unreadable, ...]
    wholes: tuple[tuple[Kind, str, int], ...]


class Reader:
    """Reads objects of one company.

    home: its currency (ISO 4217). methods: names of its payment methods by id. view: what is read besides.
    """

    def __init__(self, home: str, methods: Mapping[str, str], view: View = NOTHING_MORE) -> None:
        self.view = view
        self._home = home
        self._methods = methods

    def rows(self, pages: Iterable[Page]) -> Rows:
        """Read whole pages; what cannot be read is kept raw, and the rest goes on."""
        rows: list[Row] = []
        found: list[KeyRow] = []
        unreadable: list[Unreadable] = []
        wholes: list[tuple[Kind, str, int]] = []
        for page in pages:
            if page.entity not in _KINDS:
                continue
            for raw in page.rows:
                try:
                    if page.entity == "Payment":
                        transaction, version, parts = self.payment(raw)
                        wholes.append((Kind.SETTLEMENT, transaction, version))
                        rows += parts
                    elif page.entity in keys.LISTS:
                        found.append(self._key_row(page.entity, raw))
                    else:
                        rows.append(self.row(_KINDS[page.entity], raw))
                except (msgspec.DecodeError, NotMoney, NotADay, UnknownCurrency) as error:
                    unreadable.append(_unreadable(_KINDS[page.entity], raw, str(error)))
        return Rows(tuple(rows), tuple(found), tuple(unreadable), tuple(wholes))

    def row(self, kind: Kind, raw: bytes | msgspec.Raw) -> Row:
        """Read one Customer, Item or Invoice.

        Raises msgspec.DecodeError, NotMoney, NotADay.
        """
        if kind is Kind.CUSTOMER:
            name = _name(raw)
            return gone(kind, name.id) if _deleted(name) else self._row(kind, name, customer.read(name, self._home))
        if kind is Kind.ITEM:
            thing = _item(raw)
            return gone(kind, thing.id) if _deleted(thing) else self._row(kind, thing, item.read(thing))
        form = _form(raw)
        return gone(kind, form.id) if _deleted(form) else self._row(kind, form, invoice.read(form, self._home))

    def _row(self, kind: Kind, document: Name | Item | SalesForm, record: Customer | items.Item | Invoice) -> Row:
        return Row(kind, document.id, _version(document), self.view.add(record, kind, document))

    def payment(self, raw: bytes | msgspec.Raw) -> tuple[str, int, list[Row]]:
        """Read one Payment: its id, its version, and a row for each invoice it is applied to.

        Raises msgspec.DecodeError, NotMoney, NotADay.
        """
        document = _payment(raw)
        if _deleted(document):
            return document.id, LAST, []
        parts = settlement.read(document, self._home, self._methods)
        version = _version(document)
        rows = [Row(Kind.SETTLEMENT, part.id, version, part, parent=document.id) for part in parts]
        return document.id, version, rows

    def application(self, raw: bytes | msgspec.Raw, invoice: str) -> Row:
        """Read what a Payment pays of one invoice; nothing, where QuickBooks left all of it unapplied.

        Raises msgspec.DecodeError, NotMoney, NotADay.
        """
        transaction, version, parts = self.payment(raw)
        id_ = f"{transaction}:{invoice}"
        for part in parts:
            if part.id == id_:
                return part
        nothing = settlement.unapplied(_payment(raw), id_, invoice, self._home)
        return Row(Kind.SETTLEMENT, id_, version, nothing, parent=transaction)

    def _key_row(self, entity: str, raw: msgspec.Raw) -> KeyRow:
        document = _name(raw) if entity in _NAMES else _form(raw)
        if _deleted(document):
            return keys.gone(entity, document.id, LAST)
        if isinstance(document, Name):
            return keys.name(entity, document, _version(document))
        return keys.number(entity, document, _version(document))


def gone(kind: Kind, id_: str, version: int = LAST) -> Row:
    """The row of a record that QuickBooks no longer has."""
    return Row(kind, id_, version, None, gone="deleted")


def _version(document: Head) -> int:
    token = document.sync_token or "0"
    if not token.isdecimal():
        raise NotMoney(f"{token!r} is no sync token.")
    return int(token)


def _deleted(document: Head) -> bool:
    return document.status == "Deleted"


def _unreadable(kind: Kind, raw: msgspec.Raw, why: str) -> Unreadable:
    try:
        head = _head(raw)
    except msgspec.DecodeError:
        return Unreadable(kind, "", 0, bytes(raw), why)
    token = head.sync_token or ""
    return Unreadable(kind, head.id, int(token) if token.isdecimal() else 0, bytes(raw), why)

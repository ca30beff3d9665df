"""What an operator has read and written besides: mapped fields, and those that filters look at.

Source: QuickBooks API reference, "Customer", "Item", "Invoice" (`CustomField` by DefinitionId, at most three).
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import msgspec

from tieout.core.facts import BooksFacts, Named
from tieout.core.fields import CUSTOM
from tieout.core.mapping import Filter, Mapped
from tieout.core.records import Kind, Side
from tieout.core.text import folded
from tieout.kinds.mapped import BooksField, books_field, custom_number
from tieout.quickbooks.documents import Item, Json, Name, Ref, SalesForm, Telephone
from tieout.quickbooks.lens import text
from tieout.quickbooks.lens.text import CannotWrite

R = TypeVar("R", bound=msgspec.Struct)

_MEMBERS: Final = {
    "notes": "Notes",
    "title": "Title",
    "mobile": "Mobile",
    "other_phone": "AlternatePhone",
    "fax": "Fax",
    "terms": "SalesTermRef",
    "purchase_text": "PurchaseDesc",
    "class": "ClassRef",
    "location": "DepartmentRef",
}
_PHONES: Final = ("mobile", "other_phone", "fax")


class View(msgspec.Struct, frozen=True):
    """mapped, filters: of the connection. classes, locations, terms: the company's.

    class_per_line: each line of a form bears its class, not the form.
    """

    mapped: tuple[Mapped, ...] = ()
    filters: tuple[Filter, ...] = ()
    classes: tuple[Named, ...] = ()
    locations: tuple[Named, ...] = ()
    terms: tuple[Named, ...] = ()
    class_per_line: bool = False

    def knowing(self, facts: BooksFacts) -> "View":
        """The view with the company's lists."""
        return View(
            self.mapped, self.filters, facts.classes, facts.locations, facts.terms, facts.class_tracking == "line"
        )

    @property
    def read(self) -> tuple[str, ...]:
        """All fields that are read, as `invoice.class`."""
        named = [f"{one.kind}.{one.books}" for one in self.mapped]
        named += [f"{one.kind}.{one.field}" for one in self.filters if one.side is Side.BOOKS]
        return tuple(sorted(set(named)))

    def add(self, record: R, kind: Kind, document: Name | Item | SalesForm) -> R:
        """The record with the values of its document."""
        custom = {one.key: self._value(document, one.books) for one in self.mapped if one.kind is kind}
        looked_at = {one.field for one in self.filters if one.kind is kind and one.side is Side.BOOKS}
        traits = {field: self._value(document, field) for field in looked_at}
        return msgspec.structs.replace(record, custom=custom, traits=traits) if custom or traits else record

    def created(self, body: Json, kind: Kind, custom: Mapping[str, str]) -> Json:
        """The body of a creation with the mapped values besides. Raises CannotWrite."""
        fields = [CUSTOM + one.key for one in self.mapped if one.kind is kind and custom.get(one.key)]
        written = self.revised(body, custom, fields)
        klass = written.get("ClassRef")
        if klass and self.class_per_line:
            del written["ClassRef"]
            for line in written["Line"]:
                if (detail := line.get("SalesItemLineDetail")) is not None:
                    detail.setdefault("ClassRef", klass)
        return written

    def revised(self, body: Json, custom: Mapping[str, str], fields: Iterable[str]) -> Json:
        """The body with those of `fields` set that are mapped; custom fields of others stay. Raises CannotWrite."""
        written = dict(body)
        known = {one.field: one for one in self.mapped}
        for one in (known[field] for field in fields if field in known):
            field = books_field(one.kind, one.books)
            if field is None:
                continue
            value = self._written(field, custom.get(one.key, ""))
            if number := custom_number(one.books):
                others = [each for each in written.get("CustomField") or [] if each.get("DefinitionId") != number]
                own = {"DefinitionId": number, "Type": "StringType", "StringValue": value}
                written["CustomField"] = [*others, own]
            elif value:
                written[_MEMBERS[one.books]] = value
            else:
                written.pop(_MEMBERS[one.books], None)
        return written

    def _value(self, document: Name | Item | SalesForm, field: str) -> str:
        match document:
            case Name():
                return self._of_name(document, field)
            case Item():
                return document.purchase_desc or ""
            case SalesForm():
                return self._of_form(document, field)

    def _of_name(self, document: Name, field: str) -> str:
        phones = {"mobile": document.mobile, "other_phone": document.alternate_phone, "fax": document.fax}
        match field:
            case "notes":
                return document.notes or ""
            case "title":
                return document.title or ""
            case "terms":
                return _named(document.sales_term_ref, self.terms)
            case _:
                phone: Telephone | None = phones.get(field)
                return (phone.free_form_number or "") if phone else ""

    def _of_form(self, document: SalesForm, field: str) -> str:
        match field:
            case "terms":
                return _named(document.sales_term_ref, self.terms)
            case "location":
                return _named(document.department_ref, self.locations)
            case "class":
                details = [line.sales_item_line_detail for line in document.line or () if line.sales_item_line_detail]
                refs = [document.class_ref, *(detail.class_ref for detail in details)]
                return "; ".join(dict.fromkeys(name for ref in refs if (name := _named(ref, self.classes))))
            case _:
                number = custom_number(field)
                own = (one for one in document.custom_field or () if one.definition_id == number)
                return next((one.string_value or "" for one in own), "")

    def _written(self, field: BooksField, value: str) -> object:
        """What a member is to hold; something falsy for nothing. Raises CannotWrite."""
        if field.listed:
            entries: tuple[Named, ...] = getattr(self, field.listed)
            found = next((one.id for one in entries if folded(one.name) == folded(value)), "")
            if value and not found:
                told = {"field": field.title, "value": value, "side": Side.BOOKS.value}
                raise CannotWrite("mapped_value_unfit", f"QuickBooks has no {field.title} called {value}.", told)
            return {"value": found} if found else {}
        plain = text.exact(value, field.limit, field.title) if field.exact else text.free(value, field.limit)
        return {"FreeFormNumber": plain} if plain and field.name in _PHONES else plain


NOTHING_MORE: Final = View()
"""Of a company without mapped fields and filters."""


def _named(ref: Ref | None, entries: tuple[Named, ...]) -> str:
    """The name of the entry that a reference points to."""
    if ref is None or not ref.value:
        return ""
    return next((one.name for one in entries if one.id == ref.value), ref.name or ref.value)

"""What lists and searches need of a record, so that they need not read the whole of it."""

from contextlib import suppress

import msgspec

from tieout.core.money import NotMoney, UnknownCurrency, to_minor
from tieout.core.text import folded
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement

_LONGEST = 400
"""Characters that are kept of the words; an index entry has to hold them."""


class Summary(msgspec.Struct, frozen=True):
    """One record in short. Only invoices have more than words.

    words: its numbers, names and addresses, folded, in which a search looks. customer: this side's id of its customer.
    total, open: in minor units of `currency`, None where they cannot be kept so.
    """

    words: str = ""
    customer: str = ""
    status: str = ""
    currency: str = ""
    total: int | None = None
    open: int | None = None


def summary(of: Customer | Item | Invoice | Settlement) -> Summary:
    """A record in short."""
    if not isinstance(of, Invoice):
        return Summary(words(of))
    total = open_ = None
    with suppress(NotMoney, UnknownCurrency):
        total, open_ = to_minor(of.total, of.currency), to_minor(of.balance, of.currency)
    return Summary(words(of), of.customer, of.status, of.currency, total, open_)


def words(of: Customer | Item | Invoice | Settlement) -> str:
    """A record's numbers, names and addresses, folded and one after the other."""
    said: tuple[str, ...]
    match of:
        case Customer():
            person = f"{of.first} {of.last}"
            place = f"{of.billing.street} {of.billing.postcode} {of.billing.city}"
            said = (of.name, of.company, person, of.email, of.phone, of.website, of.tax_number, place)
        case Item():
            said = (of.name, of.sku, of.text)
        case Invoice():
            said = (of.number, of.po, of.memo)
        case Settlement():
            said = (of.reference, of.method)
    return " ".join(dict.fromkeys(filter(None, map(folded, said))))[:_LONGEST]

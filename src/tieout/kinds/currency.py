"""Documents in other currencies, and their customers.

A QuickBooks customer has one currency (QuickBooks API reference, "Customer"); a company or contact of HubSpot trades in
any. So what it is in a currency that its own QuickBooks customer does not have is a record of its own on HubSpot's
side, `company:123 EUR`: its values follow those of `company:123`, and what is written to it goes there.
"""

import re
from datetime import date

import msgspec

from tieout.core.decide import Fail, World
from tieout.core.facts import BooksFacts
from tieout.core.questions import Answers, Linked, LinkOf, Rate, RateOn
from tieout.core.records import Kind, Side
from tieout.kinds.customer import Customer

_ID = re.compile(r"((?:company|contact):[^ ]+) ([A-Z]{3})")


def in_currency(customer: str, code: str) -> str:
    """The id of a HubSpot customer in another currency; its own for an empty code."""
    return f"{customer} {code}" if code else customer


def parted(id_: str) -> tuple[str, str]:
    """The HubSpot customer that an id stands for, and the currency in which; empty where that is left open."""
    found = _ID.fullmatch(id_)
    return (found[1], found[2]) if found else (id_, "")


def derived(customer: Customer, code: str, home: str) -> Customer:
    """What a HubSpot customer is in another currency. home: the QuickBooks company's."""
    return msgspec.structs.replace(
        customer,
        id=in_currency(customer.id, code),
        currency="" if code == home else code,
        formers=tuple(in_currency(one, code) for one in customer.formers),
    )


def whole(customer: Customer) -> Customer:
    """The HubSpot record that a customer in another currency stands for: the reverse of `derived`."""
    owner, code = parted(customer.id)
    if not code:
        return customer
    formers = tuple(parted(one)[0] for one in customer.formers)
    return msgspec.structs.replace(customer, id=owner, currency="", formers=formers)


def foreign(code: str, books: BooksFacts) -> str:
    """A currency as customers have it: empty where it is the QuickBooks company's own."""
    return "" if code == books.currency else code


def is_traded(code: str, books: BooksFacts) -> bool:
    """Whether the QuickBooks company takes documents in a currency; an empty code is its own."""
    return not foreign(code, books) or (books.multicurrency and code in books.currencies)


def owner_question(customer: str, code: str, world: World, answers: Answers) -> LinkOf:
    """Which QuickBooks customer a HubSpot customer is in a currency: the default one, if that has it, or another.

    Asks for the default one first: until that is in `answers`, nobody knows what it has.
    """
    default = LinkOf(Kind.CUSTOMER, Side.CRM, customer)
    reply = answers.get(default)
    books = world.facts.books
    if not isinstance(reply, Linked) or not is_traded(code, books):
        return default
    if foreign(reply.currency, books) == foreign(code, books):
        return default
    return msgspec.structs.replace(default, id=in_currency(customer, code or books.currency))


def rate_question(code: str, day: date | None, world: World) -> RateOn | None:
    """What a document of that day needs to know of its currency's rate; None where it needs nothing."""
    books = world.facts.books
    if day is None or not foreign(code, books) or not is_traded(code, books):
        return None
    return RateOn(code, day)


def rate_of(question: RateOn | None, answers: Answers) -> Rate | None:
    """The rate, where one was asked for. Raises KeyError without an answer."""
    reply = answers[question] if question is not None else None
    return reply if isinstance(reply, Rate) else None


def not_enabled(code: str, world: World) -> Fail:
    """QuickBooks takes no document in this currency, or takes none any more."""
    return Fail("currency_not_enabled", {"currency": code, "home": world.facts.books.currency})


def without_rate(code: str, day: date | None, world: World) -> Fail:
    """QuickBooks would book the document at a rate of 1, as if the two currencies were one."""
    evidence = {"currency": code, "home": world.facts.books.currency, "date": day.isoformat() if day else ""}
    return Fail("no_exchange_rate", evidence)

"""What documents in other currencies need: a customer in that currency, and QuickBooks' rate of their day."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from tieout.core.decide import World
from tieout.core.questions import Answers, Linked, LinkOf, Rate, RateOn
from tieout.core.records import Kind, Side
from tieout.engine.asking import own
from tieout.engine.work import Work
from tieout.kinds.currency import in_currency
from tieout.kinds.customer import Customer
from tieout.kinds.lists import is_copied
from tieout.kinds.rules import RULES
from tieout.remote.errors import Refusal
from tieout.store import agenda, currency, links, mirror, rates
from tieout.store.pairs import Stored


def note_unrated(work: Work, due: Sequence[Stored], world: World, answers: Answers) -> None:
    """Note which exchange rates these pairs lack, for the pass to ask for them."""
    unknown = {q for q, reply in answers.items() if isinstance(q, RateOn) and reply == Rate()} - work.rates_asked
    for stored in due if unknown else ():
        for question in unknown & own(stored, world, answers).keys():
            if isinstance(question, RateOn):
                work.unrated[question].add(stored.id)


async def read_rates(work: Work) -> None:
    """Ask for the rates that decisions lacked, and have the pairs decided again whose rate came.

    Raises SignInTrouble, Unavailable.
    """
    wanted = dict(work.unrated)
    if not wanted:
        return
    work.unrated.clear()
    work.rates_asked |= wanted.keys()
    try:
        found = await work.sides.books.rates({(one.currency, one.day) for one in wanted})
    except Refusal:
        return  # then none is known, which says what to do
    with work.begin() as tx:
        rates.keep(tx, work.connection, found, work.now())
        for one, lacking in wanted.items():
            for pair in lacking if (one.currency, one.day) in found else ():
                agenda.redecide(tx, pair)


def provide(tx: Connection, work: Work, sold_to: Iterable[str], answers: Answers) -> None:
    """Give HubSpot's customers the records in other currencies that were asked for, or that could be one of `sold_to`.

    sold_to: QuickBooks customers that are needed in HubSpot, which may know them already in another currency.
    """
    wanted = [
        reply.into or question.id
        for question, reply in answers.items()
        if isinstance(question, LinkOf) and question.kind is Kind.CUSTOMER and question.side is Side.CRM
        if isinstance(reply, Linked) and not reply.own
    ]
    for id_ in sold_to:
        there = mirror.get(tx, work.connection, Side.BOOKS, Kind.CUSTOMER, id_)
        if isinstance(there, Customer):
            wanted += _in_its_currency(tx, work, there)
    make(tx, work, wanted)


def provide_listed(tx: Connection, work: Work, due: Sequence[Stored], world: World) -> None:
    """The same for customers of QuickBooks' that are made in HubSpot with their whole list."""
    if not world.facts.books.multicurrency or not is_copied(Kind.CUSTOMER, Side.BOOKS, world.settings):
        return
    alone = [one.books_id for one in due if one.pair.kind is Kind.CUSTOMER and not one.crm_id and one.books_id]
    provide(tx, work, alone, {})


def make(tx: Connection, work: Work, ids: Iterable[str]) -> None:
    """Make those of these customers in other currencies that are not there yet, and have them decided."""
    mirror.put(tx, work.connection, Side.CRM, currency.missing(tx, work.connection, ids), work.now())


def _in_its_currency(tx: Connection, work: Work, books: Customer) -> list[str]:
    """What those of HubSpot's customers are in the currency of one of QuickBooks' that share a key with it.

    In the company's own currency a customer is just itself, unless its QuickBooks customer has another one.
    """
    keys = RULES[Kind.CUSTOMER].keys(Side.CRM, msgspec.structs.replace(books, currency=""))
    near = currency.sharing(tx, work.connection, keys)
    if not books.currency:
        held = links.by_record(tx, work.connection, Kind.CUSTOMER, Side.CRM, near)
        near = [id_ for id_, one in held.items() if one.pair.bond is not None and one.pair.bond.books_base.currency]
    return [in_currency(one, books.currency or work.currency()) for one in near]

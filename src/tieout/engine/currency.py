"""What documents in other currencies need: a customer in that currency, and QuickBooks' rate of their day."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from tieout.core.records import Kind, Side
from tieout.engine.work import Work
from tieout.kinds.currency import in_currency
from tieout.kinds.customer import Customer
from tieout.kinds.rules import RULES
from tieout.store import agenda, currency, links, mirror, rates


async def read_rates(work: Work) -> None:
    """Ask for the rates that decisions lacked, and have the pairs decided again whose rate came. Raises as `feed`."""
    wanted = dict(work.unrated)
    if not wanted:
        return
    work.unrated.clear()
    work.rates_asked |= wanted.keys()
    found = await work.sides.books.rates({(one.currency, one.day) for one in wanted})
    with work.database.begin() as tx:
        rates.keep(tx, work.connection, found, work.now())
        for one, lacking in wanted.items():
            for pair in lacking if (one.currency, one.day) in found else ():
                agenda.redecide(tx, pair)


def provide(tx: Connection, work: Work, customers: Iterable[tuple[Side, str]]) -> None:
    """Give HubSpot's customers the records in other currencies that are needed, by themselves or to be matched.

    A customer of QuickBooks' in another currency may be one that HubSpot knows already.
    """
    wanted: list[str] = []
    for side, id_ in customers:
        if side is Side.CRM:
            wanted.append(id_)
            continue
        there = mirror.get(tx, work.connection, Side.BOOKS, Kind.CUSTOMER, id_)
        if isinstance(there, Customer):
            wanted += _in_its_currency(tx, work, there)
    mirror.put(tx, work.connection, Side.CRM, currency.missing(tx, work.connection, wanted), work.now())


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

"""What pages say of a company pair, and where its records stand in HubSpot and QuickBooks."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from tieout.actions.language import moment
from tieout.core.facts import BooksFacts
from tieout.core.records import Kind, Side, State
from tieout.kinds.currency import parted
from tieout.store.connections import StoredConnection

_ON_ITS_WAY = (State.PENDING, State.WAITING, State.RETRYING)
_HUBSPOT_TYPES = {Kind.ITEM: "0-7", Kind.INVOICE: "0-53", Kind.SETTLEMENT: "0-101"}
_HUBSPOT_PEOPLE = {"company": "0-2", "contact": "0-1"}
_QUICKBOOKS_PAGES = {
    Kind.CUSTOMER: "/app/customerdetail?nameId=",
    Kind.INVOICE: "/app/invoice?txnId=",
    Kind.SETTLEMENT: "/app/recvpayment?txnId=",
}


def currency(of: StoredConnection) -> str:
    """The QuickBooks company's own currency; empty until it is known."""
    return of.books_facts.currency if of.books_facts else ""


def country(of: StoredConnection) -> str:
    """The country whose books the QuickBooks company keeps (ISO 3166); empty until it is known."""
    return of.books_facts.country if of.books_facts else ""


def zone(of: StoredConnection) -> str:
    """The HubSpot account's time zone (IANA name); UTC until it is known."""
    return of.crm_facts.zone if of.crm_facts and of.crm_facts.zone else "UTC"


def read_at(of: StoredConnection) -> datetime | None:
    """When the side that was read longest ago was read; None while one of them never was."""
    crm, books = moment(of.crm_read_at), moment(of.books_read_at)
    return None if crm is None or books is None else min(crm, books)


def shown(of: StoredConnection, state: State) -> State:
    """The state that people are told: while the pair is paused, or in trouble that lasts, nothing is on its way."""
    rests = of.status == "paused" or of.trouble is not None
    return State.PAUSED if rests and state in _ON_ITS_WAY else state


def counted(of: StoredConnection, states: Mapping[State, int]) -> dict[State, int]:
    """How many records stand in each state that people are told, in the order of the states."""
    found: Counter[State] = Counter()
    for state, many in states.items():
        found[shown(of, state)] += many
    return {state: found[state] for state in State if found[state]}


def page(of: StoredConnection, side: Side, kind: Kind, id_: str) -> str:
    """The address of a record's page in HubSpot or QuickBooks; empty where there is none."""
    if not id_:
        return ""
    if side is Side.BOOKS:
        root = of.books_facts.ui if of.books_facts else BooksFacts.ui
        return f"{root}/app/items" if kind is Kind.ITEM else f"{root}{_QUICKBOOKS_PAGES[kind]}{id_.partition(':')[0]}"
    if of.crm_facts is None:
        return ""
    type_, number = _HUBSPOT_TYPES.get(kind, ""), id_
    if kind is Kind.CUSTOMER:
        which, _, number = parted(id_)[0].partition(":")
        type_ = _HUBSPOT_PEOPLE.get(which, "")
    if not type_ or not number.isdigit():
        return ""
    return f"https://{of.crm_facts.ui}/contacts/{of.crm_facts.portal}/record/{type_}/{number}"

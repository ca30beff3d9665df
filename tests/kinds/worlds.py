"""Generated records, pairs, settings, facts and answers: small pools, so that names, numbers and amounts collide."""

from collections import ChainMap
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import strategies as st

from tieout.core.decide import Bond, Pair, Rules, Update, World
from tieout.core.facts import BooksFacts, CrmFacts, Facts, Named, TaxRate
from tieout.core.fields import Rule
from tieout.core.match import Candidate
from tieout.core.merged import Merged, MergedOf
from tieout.core.questions import (
    Answers,
    Country,
    CountryOf,
    Holder,
    HolderOf,
    Holders,
    ItemOf,
    Linked,
    LinkOf,
    Matches,
    NumbersLike,
    Question,
    Rate,
    RateOn,
    Reply,
    Settled,
    SettledOf,
)
from tieout.core.records import Address, Kind, Side
from tieout.core.settings import Settings
from tieout.kinds.copying import copy
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement

ONE_SHOT = ("put_back", "restore_copy", "use_hubspot", "use_quickbooks", "reactivate", "restore")


def mostly(usual: object, *others: object) -> st.SearchStrategy[Any]:
    """The usual value four times out of five, so that what lies behind it is reached."""
    return st.sampled_from([usual] * 4 * len(others) + list(others))


names = st.sampled_from(("", "Nova Ltd", "Nova Inc", "NOVA", "Bo: Li", "Buyer 12345", "Buyer 12346", "שלום 🚀", " x "))
words = st.sampled_from(("", "Ana", "Ben", "Ruiz"))
mails = st.sampled_from(
    ("", "ana@nova.example", "ANA@nova.example", "info@nova.example", "ana@gmail.com", "ben@other.example")
)
phones = st.sampled_from(("", "+16502530000", "+1 650-253-0000", "ring twice", "+442070313000"))
days = st.dates(date(2026, 1, 1), date(2026, 1, 31))
maybe_days = st.none() | days
cents = st.integers(-2000, 20000).map(lambda n: Decimal(n).scaleb(-2))
small = st.sampled_from([Decimal(n) for n in ("1", "2", "3", "0.5", "7.25", "-1", "0", "1000")])
prices = st.sampled_from(
    [None, *(Decimal(n) for n in ("10.00", "0.333", "9.9999999", "1.00000000000000000000000000001"))]
)
ids = mostly("1", "", "2", "3")
texts = st.sampled_from(("", "first", "second", "third"))

addresses = st.builds(Address, street=texts, city=st.sampled_from(("", "Leeds")), country=st.sampled_from(("", "UK")))
customers = st.builds(
    Customer, id=st.sampled_from(("company:1", "contact:2")), name=names, company=names, first=words, last=words,
    email=mails, phone=phones, website=st.sampled_from(("", "nova.example", "NOVA.example/")), billing=addresses,
    currency=st.sampled_from(("", "USD", "GBP")), tax_number=st.sampled_from(("", "GB 123", "gb123", "GB9")),
    active=mostly(True, False), member_of=mostly("", "company:1"), marker=mostly("", "of ours"),
    parts=mostly((), ("company:1",), ("company:1", "contact:2")),
)  # fmt: skip
items = st.builds(
    Item, id=st.sampled_from(("1", "sku:85049G", "name:lamp")), name=mostly("Lamp", "", "lamp", "A:B", "x" * 101),
    sku=st.sampled_from(("", "85049G", "85049g")), text=texts, price=prices,
    type=st.sampled_from(("", "Service", "Category")), active=mostly(True, False),
)  # fmt: skip
lines = st.builds(
    Line, id=st.just(""), item=ids, sku=st.sampled_from(("", "85049G")), name=st.sampled_from(("", "Lamp", "Desk")),
    text=texts, quantity=small, price=prices, amount=cents, tax=mostly("", "r1", "r2", "NON"),
    service_date=maybe_days,
)  # fmt: skip


@st.composite
def invoices(draw: Callable[..., Any], prefix: str = "c") -> Invoice:
    """An invoice whose total adds up, mostly."""
    found = draw(st.lists(lines, min_size=draw(mostly(1, 0)), max_size=3))
    numbered = tuple(msgspec.structs.replace(line, id=f"{prefix}{n}") for n, line in enumerate(found, 1))
    discount, tax = Decimal(draw(mostly("0", "1.50"))), Decimal(draw(mostly("0", "2.00")))
    total = sum((line.amount for line in numbered), Decimal(draw(mostly("0", "0.01"))) - discount) + tax
    return Invoice(
        id="77",
        number=draw(mostly("INV-1", "", "inv-2", "A-NUMBER-LONGER-THAN-21")),
        status=draw(mostly("open", "paid", "void", "draft")),
        issued_here=draw(mostly(True, False)),
        customer=draw(mostly("company:1", "", "contact:2")),
        date=draw(days | maybe_days),
        due=draw(maybe_days),
        currency=draw(mostly("USD", "GBP")),
        lines=numbered,
        discount=discount,
        tax=tax,
        total=total,
        balance=draw(mostly(total, Decimal(0))),
        memo=draw(texts),
        tax_code=draw(mostly("", "r1")),
        finalized=draw(maybe_days),
    )


settlements = st.builds(
    Settlement, id=st.just("9:77"), transaction=st.just("9"), invoice=st.sampled_from(("77", "78")),
    amount=mostly(Decimal("12.50"), Decimal(0), Decimal("10.00"), Decimal("-1.00")), currency=st.just("USD"),
    date=maybe_days, cash=mostly(True, False), reference=texts, marker=mostly("", "0" * 32),
    status=mostly("succeeded", "processing", "failed", "disputed_lost"), processor=st.sampled_from(("none", "byo_stripe")),
)  # fmt: skip

settings = st.builds(
    Settings, start_date=mostly(None, date(2026, 1, 15)), auto_create_customers=mostly(True, False),
    auto_create_items=mostly(True, False),
    display_name=st.sampled_from(("", "{company}", "{last}, {first}", "{email}")),
    item_name=st.sampled_from(("{name}", "{name} {sku}")), income_account=mostly("79", ""),
    default_item=st.sampled_from(("", "1")), untaxed_code=st.sampled_from(("", "NON", "7")),
    tax_codes=st.dictionaries(st.sampled_from(("r1", "r2", "NON")), st.sampled_from(("4", "5", "TAX"))),
    tax_codes_by_country=mostly({}, {"": {"gb": "7", "fr": "8"}}, {"r1": {"gb": "4", "unknown": "5"}}),
    service_date=st.sampled_from(("billing_start", "invoice_date")), lock_date=mostly(None, date(2026, 1, 15)),
    phone_rule=st.sampled_from(Rule), website_rule=st.sampled_from(Rule), due_date_rule=st.sampled_from(Rule),
    memo_rule=st.sampled_from(Rule), show_quickbooks_invoices=st.booleans(), book_hubspot_payments=st.booleans(),
    deposit_account=st.sampled_from(("", "12")), deposit_accounts=st.dictionaries(st.just("none"), st.just("13")),
)  # fmt: skip
CRM = CrmFacts(
    "1", "USD", "America/New_York", tax_rates=(TaxRate("r1", "VAT", Decimal(20)), TaxRate("r2", "Low", Decimal("5.5")))
)
facts = st.builds(
    Facts, crm=st.just(CRM),
    books=st.builds(
        BooksFacts, realm=st.just("1"), company=st.just("Nova"), country=st.just("US"), currency=st.just("USD"),
        multicurrency=st.booleans(), currencies=st.sampled_from(((), ("GBP",))),
        regime=st.sampled_from(("none", "us-manual", "per-line")), revenue_recognition=mostly(False, True),
        closing_date=mostly(None, date(2026, 1, 10)), discounts=mostly(True, False),
        income_accounts=mostly((Named("79", "Services"),), ()),
    ),
    dated_items=st.frozensets(ids), suspects=st.lists(st.frozensets(ids, min_size=1), max_size=2).map(tuple),
)  # fmt: skip
worlds = st.builds(World, settings=settings, facts=facts, reviewed=mostly(True, False))

candidates = st.builds(
    Candidate, id=ids.filter(bool), label=names, shared=st.just(("name",)),
    identifying=st.sampled_from(((), ("email",))), against=st.sampled_from(((), (), ("currency",))),
)  # fmt: skip
found = mostly(0, 1, 2).flatmap(lambda n: st.lists(candidates, max_size=n).map(tuple))
holders = st.builds(
    Holder, list=st.sampled_from(("customer", "vendor", "invoice", "credit_memo", "planned")), id=ids, label=names,
    key=st.sampled_from(("inv-1", "inv-1-2", "inv-1-3")), linked=st.booleans(), active=st.booleans(),
)  # fmt: skip
linked = st.builds(
    Linked, other=ids, own=st.sampled_from(("", "company:1", "name:lamp")), settled=st.booleans(), candidates=found,
    active=mostly(True, False), label=names, currency=mostly("", "GBP"),
)  # fmt: skip

merged = st.builds(
    Merged, crm=st.sampled_from(("", "company:1", "company:3")), books=ids, crm_with=mostly("", "5"),
    books_with=mostly("", "company:1"), label=names, rivals=found, asks=mostly(True, False),
)  # fmt: skip


def reply_to(question: Question) -> st.SearchStrategy[Reply]:
    """Some answer of the type that the question wants."""
    match question:
        case LinkOf() | ItemOf():
            return linked
        case HolderOf() | NumbersLike():
            return mostly(0, 2).flatmap(lambda n: st.lists(holders, max_size=n).map(lambda held: Holders(tuple(held))))
        case SettledOf():
            balances = mostly(Decimal("12.50"), Decimal(0), Decimal("5.00"), Decimal("100.00"))
            return st.builds(Settled, balance=balances, unlinked=found)
        case MergedOf():
            return merged
        case CountryOf():
            return st.builds(Country, name=st.sampled_from(("", "UK", "France", "Atlantis")))
        case RateOn():
            return mostly(Decimal("1.08"), None).map(Rate)
        case _:
            return found.map(Matches)


flags = st.sampled_from(("yes",))
choices = {
    Kind.CUSTOMER: {
        "link_customer": ids.filter(bool), "create_customer": flags, "reactivate": flags,
        "default_customer": ids.filter(bool), "share_customer": ids.filter(bool),
        "rename_by_pattern": st.sampled_from(("{name} ({email})", "{company}: {last}", "Other")),
    },
    Kind.ITEM: {"link_item": ids.filter(bool), "create_item": flags, "reactivate": flags},
    Kind.INVOICE: {
        "link_customer": ids.filter(bool), "choose_contact": st.just("contact:2"), "use_existing": ids.filter(bool),
        "create_anyway": flags, "number_by_pattern": st.sampled_from(("{number}-{n}", "X{number}", "{{n}}")),
        "let_quickbooks_number": flags, "set_service_date": st.sampled_from(("billing_start", "invoice_date", "2026-01-05")),
    },
    Kind.SETTLEMENT: {"use_existing": ids.filter(bool), "create_anyway": flags},
}  # fmt: skip
"""What a person can choose for a pair of each kind, apart from choices on differences."""

records = {Kind.CUSTOMER: customers, Kind.ITEM: items, Kind.INVOICE: invoices(), Kind.SETTLEMENT: settlements}


def chosen(kind: Kind) -> st.SearchStrategy[dict[str, str]]:
    """Mostly nothing; else one or two choices."""
    one = st.sampled_from(sorted(choices[kind])).flatmap(lambda fix: choices[kind][fix].map(lambda value: {fix: value}))
    return mostly(0, 1, 2).flatmap(lambda n: st.lists(one, max_size=n)).map(lambda few: dict(ChainMap(*few)))


@st.composite
def alone(draw: Callable[..., Any], kind: Kind) -> Pair[Any]:
    """A record without counterpart, mostly on the side that it is made on."""
    source = Side.BOOKS if kind is Kind.SETTLEMENT else Side.CRM
    one = {source if draw(mostly(True, False)) else source.other: draw(records[kind])}
    return Pair(kind, one.get(Side.CRM), one.get(Side.BOOKS), None, draw(chosen(kind)), draw(mostly(True, False)))


@st.composite
def linked_pairs(draw: Callable[..., Any], kind: Kind) -> Pair[Any]:
    """Two records that agreed, edited here, there or on both sides since."""
    one = draw(records[kind])
    bases = (one, akin(kind, one, one))
    crm, books = (draw(st.just(base) | edited(kind, base)) for base in bases)
    lines = {line.id: f"b{n}" for n, line in enumerate(getattr(one, "lines", ()), 1)}
    lost = draw(mostly({}, {"restore:phone": "+442070313000"})) if kind is Kind.CUSTOMER else {}
    return Pair(kind, crm, books, Bond(*bases, lines), draw(chosen(kind)) | lost)


@st.composite
def copied_pairs(draw: Callable[..., Any]) -> Pair[Any]:
    """An invoice made in QuickBooks and its copy, finished or at a step of its making, edited here or there since."""
    books = msgspec.structs.replace(draw(invoices("b")), issued_here=True)
    wanted = copy(books, draw(mostly("1", "2")), {})
    lines = tuple(msgspec.structs.replace(line, id=f"h{n}") for n, line in enumerate(wanted.lines, 1))
    made = msgspec.structs.replace(wanted, id="900", lines=lines[: draw(st.integers(0, len(lines)))])
    if draw(st.booleans()):
        made = msgspec.structs.replace(made, lines=lines)
    else:
        made = summed(msgspec.structs.replace(made, status="draft", discount=Decimal(0), tax=Decimal(0)))
    crm, now = (draw(st.just(base) | edited(Kind.INVOICE, base)) for base in (made, books))
    crm = msgspec.structs.replace(crm, id="900", marker="of ours", issued_here=False)
    return Pair(Kind.INVOICE, crm, now, Bond(made, books), draw(chosen(Kind.INVOICE)))


def bound(kind: Kind) -> st.SearchStrategy[Pair[Any]]:
    """Two records that are linked, whichever side one was made on."""
    return linked_pairs(kind) | copied_pairs() if kind is Kind.INVOICE else linked_pairs(kind)


@st.composite
def broken_pairs(draw: Callable[..., Any], kind: Kind) -> Pair[Any]:
    """A linked pair of which one side is gone, or both are."""
    pair = draw(linked_pairs(kind))
    how = st.sampled_from(("deleted", "archived", "merged"))
    gone = draw(st.dictionaries(st.sampled_from(Side), how, min_size=1))
    crm, books = (None if side in gone else there for side, there in ((Side.CRM, pair.crm), (Side.BOOKS, pair.books)))
    return msgspec.structs.replace(pair, crm=crm, books=books, gone=gone)


def pairs(kind: Kind) -> st.SearchStrategy[Pair[Any]]:
    """Whatever can stand before us."""
    return alone(kind) | bound(kind) | broken_pairs(kind)


@st.composite
def edited(draw: Callable[..., Any], kind: Kind, record: Any) -> Any:
    """The record with some values of another; an invoice's total follows its lines, mostly."""
    other = draw(
        records[kind] if kind is not Kind.INVOICE else invoices(record.lines[0].id[0] if record.lines else "c")
    )
    names = draw(st.lists(st.sampled_from(record.__struct_fields__[1:]), min_size=1, max_size=2, unique=True))
    if kind is Kind.INVOICE and "customer" in names:
        other = msgspec.structs.replace(other, customer=draw(st.sampled_from(("5", "6", "company:1"))))
    record = msgspec.structs.replace(record, **{name: getattr(other, name) for name in names})
    if {"lines", "tax", "discount"} & set(names) and draw(mostly(True, False)):
        total = sum((line.amount for line in record.lines), record.tax - record.discount)
        record = msgspec.structs.replace(record, total=total, balance=total)
    return record


def akin(kind: Kind, crm: Any, books: Any) -> Any:
    """The books record as it would be after a sync: the same money, its own ids and coding."""
    if kind is Kind.INVOICE:
        own = tuple(msgspec.structs.replace(line, id=f"b{n}", item="1") for n, line in enumerate(crm.lines, 1))
        return msgspec.structs.replace(crm, lines=own, customer="5")
    return msgspec.structs.replace(crm, id=books.id)


def answered(
    rules: Rules[Any], pair: Pair[Any], world: World, reply: Callable[[Question], Reply], known: Answers
) -> dict[Question, Reply]:
    """Answers to everything that the pair asks, in as many rounds as the engine grants."""
    answers = dict(known)
    for _ in range(4):
        wanted = rules.needs(pair, world, answers) - answers.keys()
        if not wanted:
            return answers
        for question in sorted(wanted, key=repr):
            answers[question] = reply(question)
    assert not rules.needs(pair, world, answers) - answers.keys(), "questions without end"
    return answers


def summed(invoice: Invoice) -> Invoice:
    """An invoice with the total that its parts come to."""
    total = sum((line.amount for line in invoice.lines), invoice.tax - invoice.discount)
    return msgspec.structs.replace(invoice, total=total, balance=total)


def first_step(record: Any) -> Any:
    """What a creation leaves in HubSpot: of an invoice a draft without parts, of a customer a company without person."""
    match record:
        case Invoice():
            nothing = {"lines": (), "discount": Decimal(0), "tax": Decimal(0), "total": Decimal(0)}
            return msgspec.structs.replace(record, id="900", status="draft", marker="of ours", **nothing)
        case Customer():
            of_person = dict.fromkeys(("first", "last", "email"), "")
            return msgspec.structs.replace(record, id="company:9", parts=("company:9",), marker="of ours", **of_person)
        case _:
            return record


def as_hubspot_has_it(pair: Pair[Any], fields: tuple[str, ...], written: Any) -> Any:
    """A record as HubSpot shows it after a write: with ids for what is new, and a draft summed up."""
    if pair.kind is Kind.INVOICE and "lines" in fields:
        ids = (line.id or f"new{n}" for n, line in enumerate(written.lines))
        lines = tuple(msgspec.structs.replace(line, id=id_) for line, id_ in zip(written.lines, ids, strict=True))
        written = msgspec.structs.replace(written, lines=lines)
        total = summed(written) if pair.crm.status == "draft" else pair.crm
        return msgspec.structs.replace(written, total=total.total)
    if pair.kind is Kind.CUSTOMER and "email" in fields and len(written.parts) == 1:
        return msgspec.structs.replace(written, parts=(*written.parts, "contact:9"))
    return written


def after(rules: Rules[Any], pair: Pair[Any], update: Update) -> Pair[Any]:
    """The pair once an update was carried out: records as written, bases moved, one-shot choices used up."""
    assert pair.bond is not None
    now = {Side.CRM: pair.crm, Side.BOOKS: pair.books} | {change.side: change.record for change in update.changes}
    names = tuple(dict.fromkeys(update.moved + tuple(n for change in update.changes for n in change.fields)))
    for change in update.changes:
        if change.side is Side.CRM:
            now[Side.CRM] = as_hubspot_has_it(pair, change.fields, now[Side.CRM])
    bond = Bond(
        rules.advance(pair.bond.crm_base, now[Side.CRM], names),
        rules.advance(pair.bond.books_base, now[Side.BOOKS], names),
        pair.bond.lines,
    )
    if pair.kind is Kind.INVOICE and any("lines" in c.fields for c in update.changes if c.side is Side.BOOKS):
        books = now[Side.BOOKS]
        own = tuple(msgspec.structs.replace(line, id=line.id or f"new{n}") for n, line in enumerate(books.lines))
        books = msgspec.structs.replace(books, lines=own)
        now[Side.BOOKS] = books
        mapped = {ours.id: theirs.id for ours, theirs in zip(now[Side.CRM].lines, own, strict=True)}
        bond = Bond(bond.crm_base, rules.advance(bond.books_base, books, ("lines",)), mapped)
    left = {name: value for name, value in pair.choices.items() if name.partition(":")[0] not in ONE_SHOT}
    return Pair(pair.kind, now[Side.CRM], now[Side.BOOKS], bond, left, pair.needed)

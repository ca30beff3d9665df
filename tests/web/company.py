"""A small company pair, filled in by hand: something of everything that pages show."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, insert

from tieout.actions.home import Home
from tieout.core.decide import Fail
from tieout.core.facts import BooksFacts, CrmFacts, Named, TaxCode
from tieout.core.match import Candidate
from tieout.core.merge import Difference
from tieout.core.money import to_minor
from tieout.core.records import Address, Kind, Side, State
from tieout.core.settings import Settings
from tieout.core.warn import Warn
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.item import Item
from tieout.kinds.pairing import Bill, Double, Match, Sight
from tieout.kinds.settlement import Settlement
from tieout.proof.audit import report
from tieout.proof.tieout import Currency, Proof, ReconcilingItem, Sum
from tieout.proof.tieout import Difference as Gap
from tieout.remote.rows import Record, Row
from tieout.remote.side import Operation
from tieout.store import audits, connections, journal, mirror, pairs
from tieout.store.codec import encode
from tieout.store.connections import AccountOptions
from tieout.store.pairs import Story
from tieout.store.tables import proof as proofs

NAME = "nova"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
_DAY = date(2026, 11, 2)


class Builder:
    """Writes rows the way the engine would."""

    def __init__(self, home: Home, tx: Connection, name: str = NAME) -> None:
        self.tx = tx
        accounts = [
            connections.save_account(tx, side, key, "http://127.0.0.1:9", AccountOptions(), home.cipher.encrypt(b"{}"))
            for side, key in ((Side.CRM, f"4242{len(name)}"), (Side.BOOKS, f"9341{len(name)}"))
        ]
        self.id = connections.create(tx, name, *accounts, Settings(), NOW)
        connections.change(
            tx,
            self.id,
            crm_facts=CrmFacts("42424", "USD", "America/New_York"),
            books_facts=BooksFacts(
                "93414",
                "Nova Trading Inc",
                "US",
                "USD",
                income_accounts=(Named("79", "Sales"), Named("80", "Consulting income")),
                tax_codes=(TaxCode("3", "California", Decimal(8)), TaxCode("NON", "No tax")),
            ),
            crm_read_at=(NOW - timedelta(minutes=2)).isoformat(),
            books_read_at=(NOW - timedelta(minutes=1)).isoformat(),
            reviewed=True,
        )

    def put(self, side: Side, kind: Kind, *records: Record) -> None:
        mirror.put(self.tx, self.id, side, [Row(kind, one.id, 1, one) for one in records], NOW)

    def pair(
        self,
        kind: Kind,
        crm: Record | None,
        books: Record | None,
        lines: dict[str, str] | None = None,
        why: str = "email",
    ) -> int:
        for side, one in ((Side.CRM, crm), (Side.BOOKS, books)):
            if one is not None:
                self.put(side, kind, one)
        if crm is not None and books is not None:
            return pairs.link(
                self.tx,
                self.id,
                kind,
                crm_id=crm.id,
                books_id=books.id,
                crm_base=crm,
                books_base=books,
                lines=lines or {},
                why=why,
                now=NOW - timedelta(days=3),
            )
        one, side = (crm, Side.CRM) if crm is not None else (books, Side.BOOKS)
        assert one is not None
        found = pairs.find(self.tx, self.id, kind, side, one.id)
        assert found is not None
        return found.id

    def settle(self, pair_id: int, state: State, cause: str = "", story: Story | None = None, days: int = 1) -> None:
        stored = pairs.load(self.tx, [pair_id])[0]
        one = stored.pair.crm or stored.pair.books
        amount = getattr(one, "total", None) if stored.pair.kind is Kind.INVOICE else getattr(one, "amount", None)
        money = None if amount is None else (to_minor(amount, "USD"), "USD")
        pairs.settle(self.tx, stored, state, cause, story or Story(), now=NOW - timedelta(days=days), money=money)

    def wrote(self, pair_id: int, side: Side, operation: Operation, state: str, why: str = "") -> None:
        entry = journal.Entry(operation, pair_id, side, "planned", "", None, ())
        journal.plan(self.tx, self.id, side, [entry], epoch=1, who="tieout", now=NOW - timedelta(hours=3))
        result = journal.Result(id=operation.target, why=why)
        journal.end(self.tx, operation.id, state, result, pass_id=1, now=NOW - timedelta(hours=3))


def invoice(number: str, customer: str, total: str, *, id_: str = "", days: int = 0, **more: object) -> Invoice:
    """An invoice of one line."""
    line = Line(
        id=f"{number}-1",
        name="Consulting",
        text="Advice in November",
        quantity=Decimal(2),
        price=Decimal(total) / 2,
        amount=Decimal(total),
    )
    values = {
        "id": id_ or number.removeprefix("INV-"),
        "number": number,
        "customer": customer,
        "date": _DAY + timedelta(days=days),
        "due": _DAY + timedelta(days=days + 30),
        "currency": "USD",
        "lines": (line,),
        "total": Decimal(total),
        "balance": Decimal(total),
    }
    return Invoice(**{**values, **more})


SHORTENED = Warn("text_shortened", {"fields": "memo", "length": "1320", "kept": "1000"}, "5a")


def fill(home: Home) -> None:
    """One company pair with a record in every state."""
    with home.database.begin() as tx:
        _fill(Builder(home, tx), tx)


def _fill(b: Builder, tx: Connection) -> None:
    ana = Customer(
        "company:1", company="Ruiz Studio", email="ana@crm.example", billing=Address("1 Main St", city="Albany")
    )
    nova = Customer("company:2", company="Nova Ltd", email="ben@nova.example", phone="+1 518 555 0101")
    b.put(Side.CRM, Kind.CUSTOMER, Customer("contact:7", first="Ana", last="Ruiz", email="ana.ruiz@ledger.example"))
    nova_pair = b.pair(
        Kind.CUSTOMER,
        nova,
        Customer("58", name="Nova Ltd", company="Nova Ltd", email="ben@nova.example", phone="+1 518 555 0100"),
    )
    b.settle(nova_pair, State.IN_SYNC)
    ana_pair = b.pair(Kind.CUSTOMER, ana, None)
    b.settle(ana_pair, State.EXCLUDED, "no_counterpart")
    for id_, name, email in (("61", "Ana Ruiz", "ana.ruiz@ledger.example"), ("62", "Orbit Foods", "pay@orbit.example")):
        b.put(Side.BOOKS, Kind.CUSTOMER, Customer(id_, name=name, email=email))
        b.settle(b.pair(Kind.CUSTOMER, None, Customer(id_, name=name, email=email)), State.EXCLUDED, "not_needed")
    second = b.pair(
        Kind.CUSTOMER,
        Customer("contact:8", first="Ben", last="Ode", company="Nova Ltd", email="ben@nova.example"),
        None,
    )
    evidence = {
        "name": "Nova Ltd",
        "holder": "9",
        "holder_list": "vendor",
        "holder_name": "Nova Ltd",
        "holder_active": "true",
        "holder_linked": "false",
    }
    b.settle(second, State.FAILING, "duplicate_display_name", Story(evidence=evidence))

    b.settle(
        b.pair(
            Kind.ITEM,
            Item("11", name="Consulting", sku="C-1", price=Decimal(100)),
            Item("21", name="Consulting", sku="C-1", price=Decimal(100), type="Service"),
        ),
        State.IN_SYNC,
    )
    b.put(Side.BOOKS, Kind.ITEM, Item("22", name="Advice", type="Service"))
    b.settle(b.pair(Kind.ITEM, None, Item("22", name="Advice", type="Service")), State.EXCLUDED, "not_needed")

    for n in range(8):
        crm = invoice(f"INV-10{10 + n}", "company:2", f"{250 + n}.00", days=n)
        books = invoice(f"INV-10{10 + n}", "58", f"{250 + n}.00", days=n, id_=f"30{n}", issued_here=False, marker="ab")
        one = b.pair(Kind.INVOICE, crm, books, {crm.lines[0].id: books.lines[0].id})
        state = (State.IN_SYNC, State.WARNING, State.PENDING, State.RETRYING)[n] if n < 4 else State.IN_SYNC
        warned = state is State.WARNING
        story = Story(SHORTENED.evidence, warnings=(SHORTENED,)) if warned else None
        b.settle(one, state, SHORTENED.cause if warned else "", story)

    base = invoice("INV-1002", "58", "200.00", id_="402")
    edited = invoice("INV-1002", "58", "300.00", id_="402")
    held = b.pair(Kind.INVOICE, invoice("INV-1002", "company:2", "200.00"), base, {"INV-1002-1": "INV-1002-1"})
    mirror.put(tx, b.id, Side.BOOKS, [Row(Kind.INVOICE, "402", 2, edited)], NOW)
    changes = (
        Difference("lines[1].quantity", "2", "3", Side.BOOKS),
        Difference("total", "200.00", "300.00", Side.BOOKS),
    )
    b.settle(held, State.HELD, "charge_edited_in_books", Story({"number": "INV-1002"}, changes))
    b.wrote(held, Side.BOOKS, Operation("a" * 32, Kind.INVOICE, "create", "402", base), "done")
    b.wrote(
        held, Side.BOOKS, Operation("b" * 32, Kind.INVOICE, "update", "402", base, edited, ("lines", "total")), "done"
    )
    b.wrote(
        held,
        Side.CRM,
        Operation("c" * 32, Kind.INVOICE, "annotate", "invoices:1002", properties={"tieout_state": "Please decide"}),
        "refused",
        "A rule of HubSpot",
    )

    for number, total in (("INV-1001", "100.00"), ("INV-1005", "1480.50")):
        one = b.pair(Kind.INVOICE, invoice(number, "company:1", total), None)
        near = (Candidate("61", "Ana Ruiz", ("name",), likeness=80),)
        b.settle(
            one, State.FAILING, "no_customer", Story({"customer": "company:1", "name": "Ruiz Studio"}, candidates=near)
        )
    taken = b.pair(Kind.INVOICE, invoice("INV-1004", "company:2", "75.00"), None)
    holder = {
        "number": "INV-1004",
        "holder": "88",
        "holder_list": "credit_memo",
        "holder_name": "INV-1004",
        "holder_linked": "false",
    }
    b.settle(taken, State.FAILING, "duplicate_number", Story(holder))
    dated = b.pair(Kind.INVOICE, invoice("INV-1006", "company:2", "600.00"), None)
    b.settle(
        dated,
        State.FAILING,
        "service_date_required",
        Story({"item": "Retainer", "items": "23"}, text="Business Validation Error: service date", tid="1-6fa9"),
    )
    draft = b.pair(Kind.INVOICE, invoice("INV-1020", "", "40.00", status="draft"), None)
    b.settle(draft, State.DRAFT, "", Story(problems=(Fail("no_customer"), Fail("unmapped_item", {"name": "Socks"}))))
    b.settle(
        b.pair(Kind.INVOICE, invoice("INV-1021", "company:2", "90.00"), None),
        State.WAITING,
        "dependency",
        Story(waits_for=("customer", "company:2")),
        days=0,
    )
    b.settle(b.pair(Kind.INVOICE, invoice("INV-0900", "company:2", "15.00"), None), State.EXCLUDED, "before_start")
    left = b.pair(
        Kind.INVOICE, invoice("INV-1030", "company:2", "10.00"), invoice("INV-1030", "58", "12.00", id_="430")
    )
    b.settle(
        left,
        State.ACCEPTED,
        "charge_edited_in_books",
        Story(differences=(Difference("total", "10.00", "12.00", Side.BOOKS),)),
    )
    gone = b.pair(
        Kind.INVOICE, invoice("INV-1031", "company:2", "33.00"), invoice("INV-1031", "58", "33.00", id_="431")
    )
    b.settle(gone, State.BROKEN, "deleted_in_quickbooks")

    paid = Settlement("500:300", "500", "300", Decimal("100.00"), "USD", _DAY, reference="CHK 17")
    b.settle(
        b.pair(Kind.SETTLEMENT, Settlement("p9", "p9", "1010", Decimal("100.00"), "USD", _DAY), paid), State.IN_SYNC
    )
    connections.note(
        tx, b.id, who="ana", what="fix", details={"fix": "leave_both"}, now=NOW - timedelta(hours=1), pair=left
    )
    connections.note(
        tx,
        b.id,
        who="tieout",
        what="overruled",
        details={"field": "phone", "before": "1", "after": "2", "side": "crm"},
        now=NOW - timedelta(hours=2),
        pair=nova_pair,
    )
    exceptions = (
        ReconcilingItem("invoice", "1004", "", "75.00", "duplicate_number", "USD", "INV-1004", "75.00"),
        ReconcilingItem("invoice", "1030", "430", "2.00", "accepted", "USD", "INV-1030", "-2.00"),
        ReconcilingItem("invoice", "", "77", "40.00", "unexplained", "USD", "77", "-40.00"),
    )
    sums = Currency(Sum(12, "2346.00", "2346.00"), Sum(12, "2313.00", "2313.00"), Gap("33.00", "33.00"))
    proof = Proof(ties_out=False, currency={"USD": sums}, exceptions=exceptions)
    tx.execute(insert(proofs).values(connection=b.id, at=NOW.isoformat(), body=encode(proof)))
    audits.keep(tx, b.id, NOW, encode(report(_sight(), "USD")))


def _sight() -> Sight:
    """What an audit saw: something missing on either side, a double, a difference, a customer made twice."""

    def bill(id_: str, number: str, total: str, customer: str) -> Bill:
        return Bill(id_, number, customer, "USD", Decimal(total), Decimal(total), _DAY)

    missing, sold = bill("1003", "INV-1003", "120.00", "company:77"), bill("1002", "INV-1002", "500.00", "company:77")
    typed, other, twice = (
        bill(i, n, t, "58") for i, n, t in (("91", "88", "40.00"), ("92", "INV-1002", "512.00"), ("93", "89", "512.00"))
    )
    first, second = Customer("58", "Nova Ltd", currency="USD"), Customer("60", "Nova Limited", balance=Decimal("1.50"))
    return Sight(
        crm=[sold, missing],
        books=[other, typed, twice],
        matches=[Match(sold, other, "number")],
        doubles=[Double(Side.BOOKS, twice, sold, other)],
        twins=[(second, first, "name")],
        names={(Side.CRM, "company:77"): "Nova Ltd", (Side.BOOKS, "58"): "Nova Ltd"},
        reasons={
            (Side.CRM, "1003"): (State.FAILING, "no_customer"),
            (Side.BOOKS, "91"): (State.EXCLUDED, "before_start"),
        },
    )

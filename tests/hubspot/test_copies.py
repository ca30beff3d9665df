"""Copies of invoices made in QuickBooks: made step by step, found again after a lost answer, never made twice."""

import asyncio
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tieout.core.records import Kind
from tieout.hubspot.parts import Parts
from tieout.kinds.copying import placed
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.remote.http import Answer
from tieout.remote.outcomes import Absent, Done, Landed, Moot, Refused, Unknown
from tieout.remote.ports import Part
from tieout.remote.side import Operation

replace = msgspec.structs.replace
LOST_BEFORE, LOST_AFTER = "drop_before", "drop_after"


NOW = "2026-03-10T12:00:00Z"


class Marks:
    """A reader that keeps what is noted."""

    def __init__(self) -> None:
        self.noted: list[Part] = []

    def note(self, marks) -> None:
        self.noted += marks


class Copying:
    """Makes one copy, a step at a time, as decisions would ask for it."""

    def __init__(self, world, wanted: Invoice) -> None:
        self.world = world
        self.wanted = wanted
        self.id = ""
        self._operations = 0

    @property
    def stands(self) -> Invoice:
        return self.world.record(Kind.INVOICE, self.id)

    def operation(self, **more) -> Operation:
        self._operations += 1
        return Operation(id=f"{self._operations:032x}", kind=Kind.INVOICE, **more)

    def create(self) -> Operation:
        return self.operation(verb="create", record=self.wanted)

    def parts(self) -> Operation:
        record = placed(self.wanted, self.stands)
        fields = ("lines", "discount", "tax")
        return self.operation(verb="update", target=self.id, record=record, base=self.stands, fields=fields)

    def last(self) -> Operation:
        record = replace(self.stands, total=self.wanted.total, status="open")
        fields = ("total", "status")
        return self.operation(verb="update", target=self.id, record=record, base=self.stands, fields=fields)

    def make(self) -> Invoice:
        """All steps of it."""
        (created,) = self.world.write(self.create())
        self.id = created.id
        while self.world.write(self.parts()):
            self.world.clock.advance(1)
        self.world.write(self.last())
        return self.stands


def line(number: int, amount: str = "10.00", quantity: str = "1") -> Line:
    price = Decimal(amount) / Decimal(quantity)
    return Line(
        "", name=f"Item {number}", quantity=Decimal(quantity), price=price, amount=Decimal(amount), source=str(number)
    )


def invoice(*lines: Line, discount: str = "0", tax: str = "0", **more) -> Invoice:
    off, tax_ = Decimal(discount), Decimal(tax)
    total = sum((one.amount for one in lines), -off) + tax_
    day = date(2026, 3, 9)
    return Invoice(
        "", "1042", issued_here=False, date=day, due=day, currency="USD", lines=lines, discount=off, tax=tax_,
        total=total, **more,
    )  # fmt: skip


@pytest.fixture
def copying(world):
    company = world.make("companies", {"name": "Nova Ltd"})
    world.ana(company)
    world.pull()
    wanted = invoice(line(1, "20.00", "2"), line(2), discount="5.00", tax="2.50", customer=f"company:{company}")
    return Copying(world, wanted)


def test_a_copy_is_a_finished_invoice_that_hubspot_does_not_bill(world, copying):
    copying.make()
    names = ("hs_invoice_billable", "hs_invoice_status", "hs_number", "hs_amount_billed", "hs_balance_due", "hs_tax")
    shown = world.show("invoices", copying.id, *names)
    assert tuple(shown[name] for name in names) == ("false", "open", "1042", "27.50", "27.50", "2.50")
    for type_ in ("companies", "contacts"):
        linked = world.call("GET", f"/crm/v4/objects/invoices/{copying.id}/associations/{type_}")
        assert len(linked["results"]) == 1


def test_a_copy_reads_back_as_it_was_written(world, copying):
    made = copying.make()
    world.calls()
    world.clock.advance(5)
    world.pull()
    assert (made.email, copying.stands) == ("ana@nova.example", made)
    assert world.calls() <= 12
    fresh = world.run(world.side.read(Kind.INVOICE, [copying.id]))[0].record
    assert replace(fresh, modified=None) == made


def test_a_product_brings_no_tax_of_its_own_onto_a_copy(world, copying):
    rate = {"id": "20", "name": "VAT", "label": "VAT", "percentageRate": 20}
    world.sandbox.patch_company({"tax_rates": [rate]})
    product = world.make("products", {"name": "Lamp", "price": "10.00", "hs_tax_rate_group_id": "20"})
    lines = tuple(replace(one, item=product) for one in copying.wanted.lines)
    copying.wanted = replace(copying.wanted, lines=lines)
    made = copying.make()
    assert [one.item for one in made.lines] == [product, product]
    assert [one.tax for one in made.lines] == ["", ""]
    assert (made.tax, made.total) == (Decimal("2.50"), Decimal("27.50"))
    world.call(
        "PATCH", f"/crm/v3/objects/line_items/{made.lines[0].id}", {"properties": {"hs_tax_rate_group_id": "20"}}
    )
    world.clock.advance(5)
    world.pull()
    assert copying.stands.lines[0].tax == "20"
    while world.write(copying.parts()):
        world.clock.advance(1)
    assert (copying.stands.lines[0].tax, copying.stands.tax) == ("", Decimal("2.50"))


def test_the_feed_knows_a_copy_and_its_lines_from_their_writing(world, copying):
    copying.make()
    world.clock.advance(5)
    before = len(world.log())
    world.pull()
    assert [path for _, path in world.log()[before:] if path.endswith("/batch/read")] == []


@pytest.mark.parametrize(("told", "known"), [("10.00", True), ("9.99", False), (None, False)])
def test_a_line_that_hubspot_does_not_confirm_to_the_cent_is_left_for_the_feed_to_read(world, copying, told, known):
    copying.wanted = invoice(line(1), customer=copying.wanted.customer)
    (created,) = world.write(copying.create())
    copying.id = created.id
    parts = copying.parts()
    (unit,) = world.prepare(parts).units
    made = {"id": "77", "objectWriteTraceId": f"{parts.id}:1", "properties": {"amount": told}, "updatedAt": NOW}
    answer = Answer(201, {}, msgspec.json.encode({"status": "COMPLETE", "results": [made]}))
    marks = Marks()
    asyncio.run(Parts(marks).done(unit, [parts], answer))
    assert [mark.id for mark in marks.noted] == ["77"] * known


def test_each_step_is_one_request_for_many_copies(world, copying):
    others = [Copying(world, copying.wanted) for _ in range(4)]
    for number, one in enumerate(others):
        one._operations = 1000 * (number + 1)
    operations = [one.create() for one in others]
    for one, done in zip(others, world.write(*operations), strict=True):
        one.id = done.id
    world.calls()
    prepared = world.prepare(*(one.parts() for one in others))
    assert [len(unit.members) for unit in prepared.units] == [4]


def test_an_invoice_of_705_lines_is_copied_whole(world, copying):
    copying.wanted = replace(copying.wanted, lines=tuple(line(n) for n in range(705)), total=Decimal("7047.50"))
    made = copying.make()
    assert len(made.lines) == 705
    assert [one.source for one in made.lines] == [one.source for one in copying.wanted.lines]
    assert world.show("invoices", copying.id, "hs_subtotal")["hs_subtotal"] == "7050.00"


def test_lines_are_changed_taken_away_and_added(world, copying):
    copying.make()
    copying.wanted = invoice(line(2, "12.00"), line(3), customer=copying.wanted.customer)
    while copying.world.write(copying.parts()):
        world.clock.advance(1)
    fresh = world.run(world.side.read(Kind.INVOICE, [copying.id]))[0].record
    assert [(one.source, one.amount) for one in fresh.lines] == [("2", Decimal("12.00")), ("3", Decimal("10.00"))]
    assert (fresh.discount, fresh.tax) == (0, 0)


@pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])
def test_a_lost_answer_to_the_creation_is_settled_by_our_key(world, copying, lost):
    operation = copying.create()
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "invoices/batch/create"}, "nth": 1, "do": lost})
    (outcome,) = world.send(unit, operation)
    assert isinstance(outcome, Unknown)
    (finding,) = world.settle(unit, operation)
    assert isinstance(finding, Absent if lost == LOST_BEFORE else Landed)
    if isinstance(finding, Landed):
        shown = replace(finding.row.record, created=None, modified=None, email="")
        assert shown == replace(finding.sent.record, created=None, modified=None, email="")


@pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])
def test_a_lost_answer_to_the_lines_is_settled_by_what_stands(world, copying, lost):
    (created,) = world.write(copying.create())
    copying.id = created.id
    operation = copying.parts()
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "line_items/batch/create"}, "nth": 1, "do": lost})
    assert isinstance(world.send(unit, operation)[0], Unknown)
    (finding,) = world.settle(unit, operation)
    if lost == LOST_BEFORE:
        assert isinstance(finding, Absent)
        world.plan()
        (outcome,) = world.send(unit, operation)
        assert isinstance(outcome, Done)
    else:
        assert isinstance(finding, Landed)
        assert [one.id for one in finding.sent.record.lines] == [one.id for one in finding.row.record.lines]
    assert len(world.lines(copying.id)) == 2


def lost(world, copying, path: str, how: str):
    """Send the next step of the parts, whose answer is lost; returns its unit and operation."""
    operation = copying.parts()
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": path}, "nth": 1, "do": how})
    assert isinstance(world.send(unit, operation)[0], Unknown)
    world.plan()
    return unit, operation


@pytest.mark.parametrize("how", [LOST_BEFORE, LOST_AFTER])
def test_a_lost_step_is_told_from_what_the_seller_did_meanwhile(world, copying, how):
    copying.make()
    copying.wanted = replace(copying.wanted, lines=(line(1, "30.00", "3"), line(2)), total=Decimal("37.50"))
    unit, operation = lost(world, copying, "line_items/batch/update", how)
    world.edit("line_items", world.lines(copying.id)[1], price="8")
    (finding,) = world.settle(unit, operation)
    assert isinstance(finding, Moot if how == LOST_BEFORE else Landed)
    if isinstance(finding, Landed):
        assert [one.amount for one in finding.sent.record.lines] == [Decimal("30.00"), Decimal("10.00")]
        assert [one.amount for one in finding.row.record.lines] == [Decimal("30.00"), Decimal("8.00")]


@pytest.mark.parametrize("how", [LOST_BEFORE, LOST_AFTER])
def test_a_line_added_by_the_seller_is_not_taken_for_those_of_a_lost_step(world, copying, how):
    (created,) = world.write(copying.create())
    copying.id = created.id
    unit, operation = lost(world, copying, "line_items/batch/create", how)
    world.make("line_items", {"name": "Travel", "price": "4"}, (copying.id, 410))
    (finding,) = world.settle(unit, operation)
    assert isinstance(finding, Moot if how == LOST_BEFORE else Landed)
    if isinstance(finding, Landed):
        assert len(finding.sent.record.lines) == 2
        assert len(finding.row.record.lines) == 3


def test_a_copy_that_somebody_changed_meanwhile_is_left_alone(world, copying):
    copying.make()
    copying.wanted = replace(copying.wanted, lines=(line(1, "30.00", "2"), line(2)), total=Decimal("37.50"))
    operation = copying.parts()
    world.edit("line_items", world.lines(copying.id)[0], quantity="7")
    prepared = world.prepare(operation)
    assert prepared.units == ()
    assert prepared.dropped == (operation.id,)
    assert prepared.stale[0].record.lines[0].quantity == 7


def test_a_line_that_was_not_changed_with_the_others_counts_as_it_was(world, copying):
    made = copying.make()
    copying.wanted = replace(copying.wanted, lines=(line(1, "30.00", "2"), line(2, "40.00")), total=Decimal("67.50"))
    operation = copying.parts()
    (unit,) = world.prepare(operation).units
    world.archive("line_items", made.lines[0].id)
    (outcome,) = world.send(unit, operation)
    assert [one.amount for one in outcome.row.record.lines] == [Decimal("20.00"), Decimal("40.00")]


def test_a_line_that_hubspot_refuses_says_why(world, copying):
    copying.wanted = replace(copying.wanted, lines=(replace(line(1), item="999999"),))
    (created,) = world.write(copying.create())
    copying.id = created.id
    (outcome,) = world.write(copying.parts())
    assert isinstance(outcome, Refused)


def test_the_charge_of_a_copy_may_be_written_by_a_copy_alone(world):
    billed = world.invoice(world.ana(), {"price": "5"})
    world.pull()
    base = world.record(Kind.INVOICE, billed)
    operation = Operation("1" * 32, Kind.INVOICE, "update", billed, replace(base, total=Decimal(7)), base, ("total",))
    ((_, fault),) = world.prepare(operation).impossible
    assert fault.cause == "bad_payload"


def repriced(world, copying):
    """The one step that changes the price of a copy's second line, prepared and not sent yet; its operation and unit."""
    made = copying.make()
    second = replace(made.lines[1], price=Decimal("12.00"), amount=Decimal("12.00"))
    copying.wanted = replace(copying.wanted, lines=(copying.wanted.lines[0], replace(second, id="")))
    world.clock.advance(60)
    operation = copying.parts()
    (unit,) = world.prepare(operation).units
    return operation, unit, second.id


def test_what_a_person_set_of_a_line_in_between_is_the_loser(world, copying):
    operation, unit, second = repriced(world, copying)
    world.clock.advance(1)
    world.edit("line_items", second, price="7.50")
    world.clock.advance(1)
    (done,) = world.send(unit, operation)
    (field,) = done.losers
    value, moment = done.losers[field]
    assert (field, value) == ("lines[2].price", "7.50")
    assert moment.startswith("2026-03-10T09:01:0")
    assert world.show("line_items", second, "price")["price"] == "12.00"


def test_what_a_lost_change_of_a_line_overruled_is_found_with_it(world, copying):
    operation, unit, second = repriced(world, copying)
    world.clock.advance(1)
    world.edit("line_items", second, price="7.50")
    world.clock.advance(1)
    world.plan({"match": {"path": "line_items/batch/update"}, "nth": 1, "do": LOST_AFTER})
    assert isinstance(world.send(unit, operation)[0], Unknown)
    (finding,) = world.settle(unit, operation)
    assert isinstance(finding, Landed)
    assert finding.losers["lines[2].price"][0] == "7.50"


def test_a_change_of_a_line_that_nobody_touched_overrules_nothing(world, copying):
    operation, unit, _ = repriced(world, copying)
    world.clock.advance(1)
    (done,) = world.send(unit, operation)
    assert done.losers == {}


# Customers of QuickBooks', made in HubSpot.

NOVA = Customer("", "Nova Ltd", "Nova Ltd", "Ana", "Ruiz", "ana@nova.example", "+1 212 555 0100", "nova.example")


def creation(record: Customer, number: int = 1) -> Operation:
    return Operation(f"{number:032x}", Kind.CUSTOMER, "create", record=record)


def person(world, id_: str, source: Customer) -> Operation:
    base = world.record(Kind.CUSTOMER, id_)
    record = replace(base, first=source.first, last=source.last, email=source.email)
    return Operation(f"{99:032x}", Kind.CUSTOMER, "update", id_, record, base, ("first", "last", "email"))


def test_a_customer_becomes_a_company_and_its_person_a_contact(world):
    (made,) = world.write(creation(NOVA))
    assert made.id.startswith("company:")
    (whole,) = world.write(person(world, made.id, NOVA))
    record = whole.row.record
    assert (record.company, record.first, record.last, record.email) == ("Nova Ltd", "Ana", "Ruiz", "ana@nova.example")
    assert len(record.parts) == 2
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.CUSTOMER, made.id) == record


def test_a_person_becomes_a_contact(world):
    (made,) = world.write(creation(replace(NOVA, name="Ana Ruiz", company="")))
    assert made.id.startswith("contact:")
    assert (made.row.record.first, made.row.record.phone) == ("Ana", "+1 212 555 0100")


def test_in_the_model_contact_only_every_customer_is_a_contact(worlds):
    world = worlds(model="contact")
    (made,) = world.write(creation(NOVA))
    assert made.id.startswith("contact:")
    assert made.row.record.company == "Nova Ltd"


@pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])
def test_a_lost_answer_to_a_customer_is_settled_by_our_key(world, lost):
    operation = creation(NOVA)
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "companies/batch/create"}, "nth": 1, "do": lost})
    assert isinstance(world.send(unit, operation)[0], Unknown)
    (finding,) = world.settle(unit, operation)
    assert isinstance(finding, Absent if lost == LOST_BEFORE else Landed)
    if isinstance(finding, Landed):
        assert finding.row.record.phone == finding.sent.record.phone == "+1 212 555 0100"
        assert finding.row.record.email == finding.sent.record.email == ""  # its person is not made yet


def test_a_person_whose_address_is_taken_is_refused(world):
    world.ana(email="ana@nova.example")
    (made,) = world.write(creation(NOVA))
    (outcome,) = world.write(person(world, made.id, NOVA))
    assert isinstance(outcome, Refused)
    assert outcome.fault.cause == "unique_value_taken"


def test_a_contact_whose_address_is_taken_is_refused_and_the_others_of_its_batch_are_made(worlds):
    world = worlds(model="contact")
    world.ana(email="ana@nova.example")
    ben = replace(NOVA, name="Ben", email="ben@nova.example")
    refused, made = world.write(creation(NOVA), creation(ben, 2))
    assert isinstance(refused, Refused)
    assert isinstance(made, Done)


def test_a_line_that_is_written_anew_keeps_the_product_that_it_was_made_with(world, copying):
    product = world.make("products", {"name": "Lamp", "price": "10.00"})
    copying.make()
    lines = tuple(replace(one, item=product, text="Recoded") for one in copying.wanted.lines)
    copying.wanted = replace(copying.wanted, lines=lines)
    while world.write(copying.parts()):
        world.clock.advance(1)
        assert {line.item for line in copying.stands.lines} == {""}
    fresh = copying.stands
    assert {line.text for line in fresh.lines} == {"Recoded"}

"""Writing: safety reads, batches, endings, and what became of a unit without answer."""

import asyncio
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tieout.core.records import Kind
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement
from tieout.remote.outcomes import Absent, Done, Landed, Moot, NotSent, Refused, Unknown
from tieout.remote.side import Operation

WORK = {"price": "100.00", "quantity": "2"}


def key(number: int) -> str:
    return f"{number:032x}"


def payment(invoice: str, amount: str = "50.00", number: int = 1, **more) -> Operation:
    record = Settlement(
        id="",
        invoice=invoice,
        amount=Decimal(amount),
        currency="USD",
        date=date(2026, 3, 9),
        method="check",
        reference="No. 17",
        **more,
    )
    return Operation(id=key(number), kind=Kind.SETTLEMENT, verb="create", record=record)


def change(world, id_: str, number: int = 1, **values) -> Operation:
    """An update of a mirrored record."""
    kind = Kind.CUSTOMER if ":" in id_ else Kind.SETTLEMENT if "amount" in values else Kind.INVOICE
    base = world.record(kind, id_)
    return Operation(
        id=key(number),
        kind=kind,
        verb="update",
        target=id_,
        record=msgspec.structs.replace(base, **values),
        base=base,
        fields=tuple(values),
    )


def opened(world) -> str:
    invoice = world.invoice(world.ana(), WORK)
    world.pull()
    world.clock.advance(60)
    world.calls()
    return invoice


def test_payments_are_created_in_one_call_and_pay_their_invoices(world):
    invoice = opened(world)
    operations = [
        payment(invoice, "50.00", 1),
        payment(invoice, "70.00", 2, contact=world.record(Kind.INVOICE, invoice).contact),
    ]
    first, second = world.write(*operations)
    assert world.calls() == 1
    assert (first.row.record.amount, first.row.record.marker, first.row.record.date) == (
        Decimal(50),
        key(1),
        date(2026, 3, 9),
    )
    assert second.row.record.contact.startswith("contact:")
    shown = world.show("invoices", invoice, "hs_balance_due")
    assert shown["hs_balance_due"] == "80.00"
    made = world.show(
        "commerce_payments", first.id, "hs_processor_type", "hs_latest_status", "hs_reference_number", "tieout_key"
    )
    assert (made["hs_processor_type"], made["hs_latest_status"]) == ("quickbooks", "succeeded")
    assert (made["hs_reference_number"], made["tieout_key"]) == ("No. 17", key(1))


def test_what_we_wrote_reads_back_the_same_and_is_not_read_twice(world):
    invoice = opened(world)
    (done,) = world.write(payment(invoice))
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.SETTLEMENT, done.id) == done.row.record
    assert world.record(Kind.INVOICE, invoice).balance == Decimal(150)


def test_one_bad_payment_leaves_the_others(world):
    invoice = opened(world)
    good, bad = world.write(payment(invoice, number=1), payment("99999", number=2))
    assert isinstance(good, Done)
    assert isinstance(bad, Refused)
    assert bad.fault.cause == "missing_reference"


def test_the_same_key_twice_is_looked_up_and_not_made_twice(world):
    invoice = opened(world)
    operation = payment(invoice)
    (unit,) = world.prepare(operation).units
    world.send(unit, operation)
    (again,) = world.send(unit, operation)
    assert isinstance(again, Unknown)
    (found,) = world.settle(unit, operation)
    assert isinstance(found, Landed)
    assert found.row.record == found.sent.record
    assert world.show("invoices", invoice, "hs_balance_due")["hs_balance_due"] == "150.00"


def test_an_answer_lost_after_the_write_is_found(world):
    invoice = opened(world)
    operation = payment(invoice)
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "batch/create"}, "nth": 1, "do": "drop_after"})
    (outcome,) = world.send(unit, operation)
    assert isinstance(outcome, Unknown)
    (found,) = world.settle(unit, operation)
    assert isinstance(found, Landed)
    assert found.row.record.invoice == invoice


def test_a_payment_whose_answer_was_lost_and_that_was_archived_since_is_found_and_gone(world):
    invoice = opened(world)
    lost, missing = payment(invoice, "50.00", 1), payment(invoice, "60.00", 2)
    (unit,) = world.prepare(lost).units
    world.plan({"match": {"path": "batch/create"}, "nth": 1, "do": "drop_after"})
    assert isinstance(world.send(unit, lost)[0], Unknown)
    world.archive("commerce_payments", world.payments(invoice)[0])
    (found,) = world.settle(unit, lost)
    assert isinstance(found, Landed)
    assert (found.row.gone, found.row.record) == ("archived", None)
    assert (found.sent.record.amount, found.sent.record.marker) == (Decimal(50), key(1))
    assert world.settle(world.prepare(missing).units[0], missing) == (Absent(),)


def test_a_request_lost_before_the_write_is_absent(world):
    invoice = opened(world)
    operation = payment(invoice)
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "batch/create"}, "nth": 1, "do": "drop_before"})
    assert isinstance(world.send(unit, operation)[0], Unknown)
    assert world.settle(unit, operation) == (Absent(),)


def test_every_unclear_answer_to_a_write_is_unknown(world):
    invoice = opened(world)
    for number, rule in enumerate(
        (
            {"do": "html"},
            {"do": "status", "with": {"status": 502}},
            {"do": "truncate"},
            {"do": "html", "with": {"status": 403}},
        )
    ):
        operation = payment(invoice, number=number)
        (unit,) = world.prepare(operation).units
        world.plan({"match": {"path": "batch/create"}, "nth": 1, **rule})
        assert isinstance(world.send(unit, operation)[0], Unknown), rule


def test_a_call_put_off_is_not_sent(world):
    invoice = opened(world)
    operation = payment(invoice)
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "batch/create"}, "nth": 1, "do": "fault", "with": {"status": 429}})
    (outcome,) = world.send(unit, operation)
    assert isinstance(outcome, NotSent)
    assert outcome.retry_after


def test_a_phone_is_written_to_the_company(world):
    company = world.make("companies", {"name": "Nova Ltd", "phone": "1"})
    world.ana(company)
    world.pull()
    world.clock.advance(60)
    world.calls()
    (done,) = world.write(change(world, f"company:{company}", phone="3", website="https://nova.example"))
    assert world.calls() == 3
    assert (done.row.record.phone, done.row.record.email) == ("3", "ana@nova.example")
    assert done.losers == {}
    assert world.show("companies", company, "phone", "website")["website"] == "https://nova.example"
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.CUSTOMER, f"company:{company}") == done.row.record


def test_a_record_changed_since_the_decision_is_left_alone(world):
    ana = world.ana()
    world.pull()
    world.clock.advance(60)
    operation = change(world, f"contact:{ana}", phone="3")
    world.edit("contacts", ana, phone="2")
    prepared = world.prepare(operation)
    assert (prepared.units, prepared.dropped) == ((), (operation.id,))
    assert [row.record.phone for row in prepared.stale] == ["2"]


def test_a_record_that_went_since_the_decision_is_left_alone(world):
    ana = world.ana()
    world.pull()
    operation = change(world, f"contact:{ana}", phone="3")
    world.archive("contacts", ana)
    prepared = world.prepare(operation)
    assert prepared.dropped == (operation.id,)
    assert [row.gone for row in prepared.stale] == ["archived"]


def on_its_way(world):
    """A contact's number, and the change of her phone from 1 to 3 that is about to be sent."""
    ana = world.ana()
    world.edit("contacts", ana, phone="1")
    world.pull()
    world.clock.advance(60)
    operation = change(world, f"contact:{ana}", phone="3")
    (unit,) = world.prepare(operation).units
    world.clock.advance(1)
    return ana, operation, unit


def test_what_a_person_set_in_between_is_the_loser(world):
    ana, operation, unit = on_its_way(world)
    world.edit("contacts", ana, phone="2")
    world.clock.advance(1)
    (done,) = world.send(unit, operation)
    value, moment = done.losers["phone"]
    assert (value, done.row.record.phone) == ("2", "3")
    assert moment.startswith("2026-03-10T09:01:01")


def test_what_a_person_sets_after_our_write_is_no_loser_and_comes_with_the_feed(world):
    ana, operation, unit = on_its_way(world)
    world.plan({"match": {"path": "batch/update"}, "nth": 1, "do": "drop_after"})
    world.send(unit, operation)
    world.clock.advance(1)
    world.edit("contacts", ana, phone="4")
    (found,) = world.settle(unit, operation)
    assert isinstance(found, Landed)
    assert (found.sent.record.phone, found.row.record.phone) == ("3", "4")
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.CUSTOMER, f"contact:{ana}").phone == "4"


def test_a_later_edit_does_not_pass_for_our_write(world):
    ana = world.ana()
    world.pull()
    world.clock.advance(60)
    operation = change(world, f"contact:{ana}", phone="3")
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "batch/read"}, "nth": 1, "do": "delay", "with": {"seconds": 1}})
    send = world.side.send

    async def send_and_edit():
        task = asyncio.ensure_future(send(unit, [operation], 30.0))
        while not any(path.endswith("batch/update") for _, path in world.log()):
            await world.clock.sleep(0)
        world.edit("contacts", ana, phone="4")
        return await task

    (done,) = world.run(send_and_edit())
    assert done.row.record.phone == "3"
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.CUSTOMER, f"contact:{ana}").phone == "4"


@pytest.mark.parametrize(
    "rule",
    [
        {"match": {"path": "batch/update"}, "do": "drop_after"},
        {"match": {"path": "batch/read"}, "times": 3, "do": "status", "with": {"status": 503}},
    ],
)
def test_what_was_overruled_is_found_although_the_answer_or_the_look_after_it_is_lost(world, rule):
    ana = world.ana()
    world.pull()
    world.clock.advance(60)
    operation = change(world, f"contact:{ana}", phone="3")
    (unit,) = world.prepare(operation).units
    world.clock.advance(1)
    world.edit("contacts", ana, phone="2")
    world.clock.advance(1)
    world.plan({"nth": 1, **rule})
    assert isinstance(world.send(unit, operation)[0], Unknown)
    (found,) = world.settle(unit, operation)
    assert isinstance(found, Landed)
    assert (found.sent.record.phone, found.losers["phone"][0]) == ("3", "2")


@pytest.mark.parametrize("times", [1, 2])
def test_a_look_that_shows_what_stood_before_the_write_is_not_its_answer(world, times):
    _, operation, unit = on_its_way(world)
    world.plan({"match": {"path": "batch/read"}, "do": "stale_read", "times": times})
    (outcome,) = world.send(unit, operation)
    if times == 1:
        assert outcome.row.record.phone == "3"
    else:
        assert isinstance(outcome, Unknown)
        world.plan()
        (found,) = world.settle(unit, operation)
        assert found.row.record.phone == "3"


def test_a_write_stands_although_the_look_at_it_is_refused(world):
    ana = world.ana()
    world.pull()
    held = world.mirror[Kind.CUSTOMER, f"contact:{ana}"].version
    world.clock.advance(60)
    operation = change(world, f"contact:{ana}", phone="3")
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "batch/read"}, "do": "fault", "with": {"status": 400}})
    (done,) = world.send(unit, operation)
    assert isinstance(done, Done)
    assert done.row.record.phone == "3"
    assert done.row.version > held


def test_members_that_are_still_open_are_looked_up_without_the_others(world):
    invoice = opened(world)
    operations = [payment(invoice, number=1), payment(invoice, number=2)]
    (unit,) = world.prepare(*operations).units
    world.send(unit, *operations)
    (found,) = world.settle(unit, operations[1])
    assert found.sent.record.marker == key(2)


def test_an_update_that_never_arrived_is_moot(world):
    ana = world.ana()
    world.pull()
    operation = change(world, f"contact:{ana}", phone="3")
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "batch/update"}, "nth": 1, "do": "drop_before"})
    world.send(unit, operation)
    assert isinstance(world.settle(unit, operation)[0], Moot)


def test_due_date_and_memo_go_to_the_invoice(world):
    invoice = opened(world)
    (done,) = world.write(change(world, invoice, due=date(2026, 4, 1), memo="Thank you\x00"))
    assert (done.row.record.due, done.row.record.memo) == (date(2026, 4, 1), "Thank you")
    assert world.show("invoices", invoice, "hs_due_date")["hs_due_date"] == "2026-04-01T12:00:00Z"
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.INVOICE, invoice).due == date(2026, 4, 1)


def test_a_due_date_that_lost_is_a_day(world):
    invoice = opened(world)
    operation = change(world, invoice, due=date(2026, 4, 1))
    (unit,) = world.prepare(operation).units
    world.clock.advance(1)
    world.edit("invoices", invoice, hs_due_date="2026-05-02T12:00:00Z")
    (done,) = world.send(unit, operation)
    assert done.losers["due"][0] == "2026-05-02"


def test_an_unpaid_invoice_is_voided(world):
    invoice = opened(world)
    base = world.record(Kind.INVOICE, invoice)
    operation = Operation(id=key(1), kind=Kind.INVOICE, verb="void", target=invoice, base=base)
    (done,) = world.write(operation)
    assert done.row.record.status == "void"
    again = world.prepare(operation)
    assert again.dropped == (operation.id,)
    assert again.stale[0].record.status == "void"


def test_a_paid_invoice_is_not_voided(world):
    invoice = opened(world)
    base = world.record(Kind.INVOICE, invoice)
    world.write(payment(invoice))
    operation = Operation(id=key(2), kind=Kind.INVOICE, verb="void", target=invoice, base=base)
    assert world.prepare(operation).dropped == (operation.id,)
    blind = msgspec.structs.replace(operation, base=None)
    (outcome,) = world.send(world.prepare(blind).units[0], blind)
    assert isinstance(outcome, Refused)
    assert outcome.fault.cause == "invoice_has_payment"


def test_our_payment_changes_and_goes(world):
    invoice = opened(world)
    (made,) = world.write(payment(invoice))
    (done,) = world.write(change(world, made.id, 2, amount=Decimal("60.00")))
    assert (done.row.record.amount, done.row.record.invoice) == (Decimal(60), invoice)
    withdrawal = Operation(id=key(3), kind=Kind.SETTLEMENT, verb="void", target=made.id, withdraw=True)
    (gone,) = world.write(withdrawal)
    assert gone.row.gone == "archived"
    assert world.show("invoices", invoice, "hs_balance_due")["hs_balance_due"] == "200.00"


def test_a_lost_withdrawal_is_looked_up(world):
    invoice = opened(world)
    (made,) = world.write(payment(invoice))
    operation = Operation(id=key(3), kind=Kind.SETTLEMENT, verb="void", target=made.id, withdraw=True)
    (unit,) = world.prepare(operation).units
    assert isinstance(world.settle(unit, operation)[0], Moot)
    world.send(unit, operation)
    assert isinstance(world.settle(unit, operation)[0], Landed)


@pytest.mark.cause("payment_locked", foreseen="who recorded the payment")
def test_somebody_elses_payment_is_never_taken_away(world):
    invoice = opened(world)
    theirs = world.make(
        "commerce_payments",
        {"hs_initial_amount": "5", "hs_initiated_date": "2026-03-10", "hs_latest_status": "succeeded"},
        (invoice, 542),
    )
    operation = Operation(id=key(3), kind=Kind.SETTLEMENT, verb="void", target=theirs, withdraw=True)
    ((id_, fault),) = world.prepare(operation).impossible
    assert (id_, fault.cause) == (operation.id, "payment_locked")


def test_a_hundred_annotations_are_one_call(world):
    contacts = [world.ana(email=f"buyer{number}@nova.example") for number in range(100)]
    operations = [
        Operation(
            id=key(number),
            kind=Kind.CUSTOMER,
            verb="annotate",
            target=f"contacts:{id_}",
            properties={"tieout_open_balance": "12.30"},
        )
        for number, id_ in enumerate(contacts)
    ]
    world.calls()
    outcomes = world.write(*operations)
    assert world.calls() == 1
    assert all(isinstance(one, Done) and one.row is None for one in outcomes)
    assert world.show("contacts", contacts[7], "tieout_open_balance")["tieout_open_balance"] == "12.30"


def test_an_annotation_of_a_record_that_is_gone_is_refused_alone(world):
    ana = world.ana()
    operations = [
        Operation(
            id=key(number), kind=Kind.CUSTOMER, verb="annotate", target=target, properties={"tieout_open_balance": "1"}
        )
        for number, target in enumerate((f"contacts:{ana}", "contacts:424242"))
    ]
    good, bad = world.write(*operations)
    assert isinstance(good, Done)
    assert bad.fault.cause == "object_gone"


@pytest.mark.cause("unique_value_taken")
def test_a_refused_value_names_its_cause(world):
    ana = world.ana()
    world.ana(email="ben@nova.example")
    world.pull()
    (outcome,) = world.write(change(world, f"contact:{ana}", email="ben@nova.example"))
    assert outcome.fault.cause == "unique_value_taken"
    assert outcome.fault.evidence["holder"]


def test_a_text_beyond_the_limit_is_impossible(world):
    company = world.make("companies", {"name": "Nova Ltd"})
    world.pull()
    ((_, fault),) = world.prepare(change(world, f"company:{company}", name="N" * 100_000)).impossible
    assert fault.cause == "text_too_long"


@pytest.mark.cause("feature_not_supported")
def test_what_hubspot_side_cannot_write_is_said(world):
    operation = Operation(id=key(1), kind=Kind.ITEM, verb="update", target="7", record=Item(id="7"))
    ((_, fault),) = world.prepare(operation).impossible
    assert fault.cause == "feature_not_supported"


def test_finalized_is_the_day_on_which_an_invoice_left_draft(world):
    ana = world.ana()
    line = world.make("line_items", {"name": "Work", "quantity": "1", "price": "5"})
    invoice = world.make("invoices", {"hs_currency": "USD"}, (ana, 177), (line, 409))
    draft = world.make("invoices", {"hs_currency": "USD"})
    world.clock.advance(86_400)
    world.edit("invoices", invoice, hs_invoice_status="open")
    assert world.run(world.side.finalized([invoice, draft])) == {invoice: date(2026, 3, 11)}

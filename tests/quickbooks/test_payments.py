"""Booking payments: whole, applied up to what is open, found again after a lost answer, never booked twice."""

import asyncio
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tieout.core.records import Kind
from tieout.kinds.settlement import Settlement
from tieout.remote.outcomes import Absent, Done, Landed, Unknown
from tieout.remote.rows import Row
from tieout.remote.side import Operation


def payment(invoice: str, amount: str = "40.00", number: int = 1, **more) -> Operation:
    record = Settlement(
        id="", invoice=invoice, amount=Decimal(amount), currency="USD", date=date(2026, 3, 4), **more
    )  # fmt: skip
    return Operation(f"{number:032x}", Kind.SETTLEMENT, "create", record=record)


async def opened(company) -> tuple[str, str]:
    customer = await company.customer()
    return customer, (await company.invoice(customer, await company.item()))["Id"]


async def prepared(company, *operations):
    return await company.side.prepare(operations, company.unit_id)


async def written(company, *operations):
    units = (await prepared(company, *operations)).units
    outcomes = []
    for unit in units:
        members = [one for one in operations if one.id in unit.members]
        outcomes += await company.side.send(unit, members, 30.0)
    return outcomes


def test_a_payment_is_booked_with_its_method_and_reference(us):
    async def story():
        customer, invoice = await opened(us)
        (done,) = await written(us, payment(invoice, method="check", reference="No. 17"))
        held = await us.get("payment", done.id.partition(":")[0])
        return customer, invoice, done, held

    customer, invoice, done, held = asyncio.run(story())
    assert done.id == f"{held['Id']}:{invoice}"
    assert (held["CustomerRef"]["value"], held["TotalAmt"], held["UnappliedAmt"]) == (customer, 40, 0)
    assert (held["PaymentRefNum"], held["TxnDate"], held["PaymentMethodRef"]["name"]) == (
        "No. 17",
        "2026-03-04",
        "Check",
    )
    assert (done.row.record.amount, done.row.record.marker) == (Decimal(40), f"{1:032x}")


def test_what_is_more_than_the_invoice_stays_the_customers_credit(us):
    async def story():
        _, invoice = await opened(us)
        (done,) = await written(us, payment(invoice, "130.00"))
        return done, await us.get("payment", done.id.partition(":")[0])

    done, held = asyncio.run(story())
    assert (held["TotalAmt"], held["UnappliedAmt"]) == (130, 30)
    assert done.row.record.amount == 100


def test_an_invoice_that_was_paid_meanwhile_takes_no_payment(us):
    async def story():
        customer, invoice = await opened(us)
        await us.pay(customer, 100, [(invoice, 100)])
        return await prepared(us, payment(invoice))

    found = asyncio.run(story())
    assert found.units == ()
    assert found.dropped == (f"{1:032x}",)
    assert found.stale[0].record.balance == 0


def test_an_invoice_that_was_deleted_takes_no_payment(us):
    found = asyncio.run(prepared(us, payment("4711")))
    assert (found.units, found.stale[0].gone) == ((), "deleted")


def test_payments_go_together_in_one_batch(us):
    async def story():
        customer, first = await opened(us)
        second = (await us.invoice(customer, await us.item("Advice")))["Id"]
        operations = [payment(first, number=1), payment(second, number=2)]
        units = (await prepared(us, *operations)).units
        return units, await us.side.send(units[0], operations, 30.0)

    units, outcomes = asyncio.run(story())
    assert len(units) == 1
    assert [type(one) for one in outcomes] == [Done, Done]


def test_several_payments_on_one_invoice_share_what_is_open_of_it(us):
    async def story():
        _, invoice = await opened(us)
        operations = [payment(invoice, amount, number) for number, amount in enumerate(("60.00", "70.00", "5.00"), 1)]
        found = await prepared(us, *operations)
        outcomes = await us.side.send(found.units[0], operations[:2], 30.0)
        return found, outcomes, [await us.get("payment", one.id.partition(":")[0]) for one in outcomes]

    found, outcomes, held = asyncio.run(story())
    assert [one.row.record.amount for one in outcomes] == [60, 40]
    assert [(one["TotalAmt"], one["UnappliedAmt"]) for one in held] == [(60, 0), (70, 30)]
    assert (found.dropped, found.stale) == ((f"{3:032x}",), ())


@pytest.mark.parametrize("lost", ["drop_before", "drop_after"])
def test_a_lost_answer_is_settled_by_our_marker(us, lost):
    async def story():
        _, invoice = await opened(us)
        operation = payment(invoice)
        (unit,) = (await prepared(us, operation)).units
        await us.faults({"match": {"method": "POST", "path": "/payment"}, "nth": 1, "do": lost})
        (outcome,) = await us.side.send(unit, [operation], 30.0)
        (finding,) = await us.side.settle(unit, [operation])
        return outcome, finding, await us.count("Payment")

    outcome, finding, count = asyncio.run(story())
    assert isinstance(outcome, Unknown)
    assert count == (lost == "drop_after")
    assert isinstance(finding, Landed if count else Absent)
    if isinstance(finding, Landed):
        assert finding.row.record == finding.sent.record


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "in part"])
def test_a_payment_with_lost_answer_that_was_moved_meanwhile_no_longer_pays_its_invoice(us, whole):
    async def story():
        customer, invoice = await opened(us)
        other = (await us.invoice(customer, await us.item("Advice")))["Id"]
        operation = payment(invoice)
        (unit,) = (await prepared(us, operation)).units
        await us.faults({"match": {"method": "POST", "path": "/payment"}, "nth": 1, "do": "drop_after"})
        await us.side.send(unit, [operation], 30.0)
        (booked,) = await us.rows("Payment")
        moved = [(other, 40)] if whole else [(other, 15), (invoice, 25)]
        await us.post(
            "/payment",
            {
                **{name: booked[name] for name in ("Id", "SyncToken", "CustomerRef", "TotalAmt", "PrivateNote")},
                "Line": [{"Amount": a, "LinkedTxn": [{"TxnId": i, "TxnType": "Invoice"}]} for i, a in moved],
            },
        )
        (finding,) = await us.side.settle(unit, [operation])
        return f"{booked['Id']}:{invoice}", finding

    id_, finding = asyncio.run(story())
    assert (finding.row.id, finding.sent.id, finding.sent.record.amount) == (id_, id_, 40)
    if whole:
        assert (finding.row.gone, finding.row.record) == ("deleted", None)
    else:
        assert finding.row.record.amount == 25


def went_back(booked: Row, amount: str, number: int = 2) -> Operation:
    record = booked.record
    returned = msgspec.structs.replace(record, returned=Decimal(amount))
    return Operation(f"{number:032x}", Kind.SETTLEMENT, "update", booked.id, returned, record, ("returned",))


async def one_booked(company) -> Row:
    _, invoice = await opened(company)
    (done,) = await written(company, payment(invoice))
    return done.row


@pytest.mark.parametrize("lost", ["", "drop_before", "drop_after"])
def test_what_went_back_is_entered_once_against_the_account_that_the_money_went_to(us, lost):
    async def story():
        booked = await one_booked(us)
        operation = went_back(booked, "15.00")
        (unit,) = (await prepared(us, operation)).units
        if lost:
            await us.faults({"match": {"method": "POST", "path": "/journalentry"}, "nth": 1, "do": lost})
        (outcome,) = await us.side.send(unit, [operation], 30.0)
        (finding,) = await us.side.settle(unit, [operation])
        return booked, operation, outcome, finding, await us.rows("JournalEntry")

    booked, operation, outcome, finding, entries = asyncio.run(story())
    assert isinstance(outcome, Unknown if lost else Done)
    assert isinstance(finding, Absent if lost == "drop_before" else Landed)
    assert len(entries) == (lost != "drop_before")
    for entry in entries:
        assert f"Tieout {operation.id}" == entry["PrivateNote"]
        debit, credit = (one["JournalEntryLineDetail"] for one in entry["Line"])
        assert (debit["PostingType"], credit["PostingType"]) == ("Debit", "Credit")
        assert credit["AccountRef"]["value"] == booked.record.account
        assert [one["Amount"] for one in entry["Line"]] == [15, 15]


def test_an_entry_of_what_went_back_is_no_news_of_the_payment_itself(us):
    async def story():
        booked = await one_booked(us)
        (entered,) = await written(us, went_back(booked, "15.00"))
        return booked, entered.row

    booked, told = asyncio.run(story())
    assert told.version < booked.version == 0


def test_a_payment_that_was_changed_meanwhile_is_decided_anew_before_its_return_is_entered(us):
    async def story():
        booked = await one_booked(us)
        earlier = msgspec.structs.replace(booked, record=msgspec.structs.replace(booked.record, amount=Decimal(1)))
        return await prepared(us, went_back(earlier, "1.00"))

    assert not (told := asyncio.run(story())).units
    assert len(told.dropped) == len(told.stale) == 1

"""Writing into QuickBooks: each ending told apart, nothing written over, nothing lost, nothing twice."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import httpx2
import msgspec
import pytest

from tieout.core.records import Address, Kind
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.item import Item
from tieout.quickbooks import limits
from tieout.remote.errors import SignInTrouble
from tieout.remote.http import Http
from tieout.remote.outcomes import Absent, Done, Landed, NotSent, Refused, Unknown
from tieout.remote.side import Operation

WRITES = "/(batch|customer|item|invoice)$"


def operation(number, record, **more):
    kind = {Customer: Kind.CUSTOMER, Item: Kind.ITEM, Invoice: Kind.INVOICE}[type(record)]
    wanted = {"id": f"{number:032x}", "kind": kind, "verb": "create", "record": record}
    return Operation(**(wanted | more))


async def write(company, *operations, timeout=30.0):
    prepared = await company.side.prepare(operations, company.unit_id)
    assert not prepared.stale
    assert not prepared.impossible
    (unit,) = prepared.units
    return unit, await company.side.send(unit, operations, timeout)


def bill(customer, item, *amounts, number="", tax="NON", **more):
    lines = tuple(
        Line(id=f"h{n}", item=item, text=f"line {n}", price=Decimal(a), amount=Decimal(a), tax=tax)
        for n, a in enumerate(amounts)
    )
    total = sum((line.amount for line in lines), Decimal(0))
    return Invoice(
        id="",
        number=number,
        customer=customer,
        date=date(2026, 3, 5),
        due=date(2026, 4, 4),
        currency=more.pop("currency", "USD"),
        lines=lines,
        total=total + more.get("tax_", Decimal(0)),
        **{k: v for k, v in more.items() if k != "tax_"},
    )


async def parties(company):
    return await company.customer(), await company.item()


def test_customers_and_items_are_created_and_read_back(us):
    async def story():
        income = (await us.side.facts()).income_accounts[0].id
        nova = Customer(
            id="", name="Nova Ltd", company="Nova Ltd", first="Ana", email="ana@nova.example", currency="USD"
        )
        nova = msgspec.structs.replace(
            nova, billing=Address(street="1 High St", city="York", country="US"), phone="555"
        )
        _, outcomes = await write(us, operation(1, nova), operation(2, Customer(id="", name="Ben")))
        assert [type(o) for o in outcomes] == [Done, Done]
        made = outcomes[0].row.record
        # The company's own currency goes without saying.
        assert made == msgspec.structs.replace(nova, id=made.id, balance=Decimal(0), currency="")
        _, (done,) = await write(
            us, operation(3, Item(id="", name="Advice", sku="A1", price=Decimal("9.99"), account=income))
        )
        assert (done.row.record.type, done.row.record.price, done.version) == ("Service", Decimal("9.99"), 0)

    asyncio.run(story())


def test_an_invoice_is_created_as_issued(us):
    async def story():
        nova, item = await parties(us)
        wanted = bill(nova, item, "100.00", "50.50", number="INV-7", ship_to=Address(street="9 Low St", city="York"))
        wanted = msgspec.structs.replace(wanted, memo="Thanks", email="ana@nova.example")
        unit, (done,) = await write(us, operation(9, wanted))
        made = done.row.record
        assert (made.number, made.total, made.tax, made.due) == ("INV-7", Decimal("150.50"), 0, date(2026, 4, 4))
        assert (made.marker, made.issued_here, made.ship_to) == (f"{9:032x}", False, wanted.ship_to)
        assert [(line.amount, line.tax) for line in made.lines] == [(100, "NON"), (Decimal("50.5"), "NON")]
        assert f"requestid={unit.id}" in unit.path
        (again,) = await us.side.send(unit, [operation(9, wanted)], 30)
        assert again == msgspec.structs.replace(done, tid=again.tid)
        assert len({done.tid, again.tid, ""}) == 3  # each request has an id of its own, for the vendor's support
        assert await us.count("Invoice") == 1

    asyncio.run(story())


def test_an_invoice_with_tax_and_discount_reaches_its_total(us, uk):
    async def story():
        for company, codes in ((us, ("TAX", "2")), (uk, None)):
            nova, item = await parties(company)
            facts = await company.side.facts()
            rates = [code for code in facts.tax_codes if code.percent == 20 or (codes and code.percent)]
            code = rates[0]
            line_code = "TAX" if codes else code.id
            wanted = bill(nova, item, "100.00", tax=line_code, currency=facts.currency)
            wanted = msgspec.structs.replace(
                wanted, tax=Decimal("17.77"), tax_code=code.id if codes else "", total=Decimal("117.77")
            )
            _, (done,) = await write(company, operation(1, wanted))
            assert (done.row.record.tax, done.row.record.total) == (Decimal("17.77"), Decimal("117.77"))
        wanted = bill(await us.customer("Other"), item, "29.97", discount=Decimal("3.00"))
        _, (done,) = await write(us, operation(2, msgspec.structs.replace(wanted, total=Decimal("26.97"))))
        assert (done.row.record.discount, done.row.record.total) == (3, Decimal("26.97"))

    asyncio.run(story())


def test_thirty_records_travel_in_one_request(us, monkeypatch):
    async def story():
        nova, item = await parties(us)
        operations = [operation(n, bill(nova, item, "1.00", number=f"N{n}")) for n in range(1, 62)]
        before = us.http.calls
        prepared = await us.side.prepare(operations, us.unit_id)
        assert [len(unit.members) for unit in prepared.units] == [30, 30, 1]
        assert us.http.calls == before
        first = prepared.units[0]
        outcomes = await us.side.send(first, operations[:30], 30)
        assert [o.row.record.number for o in outcomes] == [f"N{n}" for n in range(1, 31)]
        assert us.http.calls == before + 1
        monkeypatch.setattr(limits, "UNIT_BYTES", 2000)
        assert len((await us.side.prepare(operations, us.unit_id)).units) > 3

    asyncio.run(story())


def test_of_a_batch_each_member_ends_on_its_own(us):
    async def story():
        nova, item = await parties(us)
        taken = await us.post(
            "/creditmemo",
            {
                "CustomerRef": {"value": nova},
                "DocNumber": "INV-4",
                "Line": [
                    {
                        "Amount": 5,
                        "DetailType": "SalesItemLineDetail",
                        "SalesItemLineDetail": {"ItemRef": {"value": item}},
                    }
                ],
            },
        )
        operations = [
            operation(1, bill(nova, item, "1.00", number="INV-4")),
            operation(2, bill(nova, item, "2.00", number="INV-5")),
        ]
        _, (refused, done) = await write(us, *operations)
        assert isinstance(done, Done)
        assert (refused.fault.cause, refused.fault.evidence["holder"]) == ("duplicate_number", taken["Id"])
        assert refused.fault.evidence["tid"]
        _, (refused,) = await write(us, operation(3, Customer(id="", name="nova ltd")))
        assert (refused.fault.cause, refused.fault.evidence["holder"]) == ("duplicate_display_name", nova)
        await us.patch(service_date_items=[item])
        _, (refused,) = await write(us, operation(4, bill(nova, item, "1.00")))
        assert refused.fault.cause == "service_date_required"
        await us.patch(closing_date="2026-03-31", service_date_items=[])
        _, (refused,) = await write(us, operation(5, bill(nova, item, "1.00")))
        assert refused.fault.cause == "period_closed"

    asyncio.run(story())


def test_what_quickbooks_cannot_take_is_never_sent(us):
    async def story():
        good, long = Customer(id="", name="Ana"), Customer(id="", name="x" * 100_000)
        prepared = await us.side.prepare([operation(1, good), operation(2, long)], us.unit_id)
        assert [unit.members for unit in prepared.units] == [(f"{1:032x}",)]
        ((id_, fault),) = prepared.impossible
        assert (id_, fault.cause) == (f"{2:032x}", "text_too_long")
        settlement = Operation(id="1", kind=Kind.SETTLEMENT, verb="create")
        ((_, fault),) = (await us.side.prepare([settlement], us.unit_id)).impossible
        assert fault.cause == "feature_not_supported"

    asyncio.run(story())


def test_a_change_keeps_what_the_bookkeeper_set(us):
    async def story():
        nova, item = await parties(us)
        advice = await us.item("Advice")
        _, (done,) = await write(us, operation(1, bill(nova, item, "100.00", number="7")))
        raw = await us.get("invoice", done.id)
        raw["Line"][0]["Description"] = "recoded"
        raw["Line"][0]["SalesItemLineDetail"]["ItemRef"] = {"value": advice}
        raw["Line"][0]["SalesItemLineDetail"]["ServiceDate"] = "2026-02-01"
        await us.post("/invoice", raw)
        (row,) = await us.side.read(Kind.INVOICE, [done.id])
        line = msgspec.structs.replace(row.record.lines[0], quantity=Decimal(2), amount=Decimal(200))
        new = Line(id="h9", item=item, text="more", price=Decimal(50), amount=Decimal(50), tax="NON")
        wanted = msgspec.structs.replace(row.record, lines=(line, new), total=Decimal(250), memo="Hello")
        change = operation(2, wanted, verb="update", target=done.id, base=row.record, fields=("lines", "total", "memo"))
        before = us.http.calls
        _, (changed,) = await write(us, change)
        assert us.http.calls == before + 2
        after = await us.get("invoice", done.id)
        assert (after["TotalAmt"], after["CustomerMemo"]["value"], after["DocNumber"]) == (250, "Hello", "7")
        kept = after["Line"][0]
        assert (kept["Id"], kept["Description"]) == (raw["Line"][0]["Id"], "recoded")
        assert kept["SalesItemLineDetail"]["ItemRef"]["value"] == advice
        assert kept["SalesItemLineDetail"]["ServiceDate"] == "2026-02-01"
        assert changed.version == row.version + 1

    asyncio.run(story())


def test_one_price_of_forty_changes_and_nothing_else(us):
    async def story():
        nova, item = await parties(us)
        _, (done,) = await write(us, operation(1, bill(nova, item, *(str(n) for n in range(1, 41)))))
        before = await us.get("invoice", done.id)
        lines = list(done.row.record.lines)
        lines[7] = msgspec.structs.replace(lines[7], price=Decimal("9.5"), amount=Decimal("9.50"))
        wanted = msgspec.structs.replace(
            done.row.record, lines=tuple(lines), total=done.row.record.total + Decimal("1.5")
        )
        await write(
            us, operation(2, wanted, verb="update", target=done.id, base=done.row.record, fields=("lines", "total"))
        )
        after = await us.get("invoice", done.id)
        assert after["Line"][7]["Amount"] == 9.5
        for document in (before, after):
            del document["Line"][7]["Amount"], document["Line"][7]["SalesItemLineDetail"]["UnitPrice"]
            del (
                document["Line"][40]["Amount"],
                document["TotalAmt"],
                document["Balance"],
                document["SyncToken"],
                document["MetaData"],
            )
        assert before == after

    asyncio.run(story())


def test_a_record_that_changed_since_the_decision_is_stale_and_not_written(us):
    async def story():
        nova, item = await parties(us)
        _, (done,) = await write(us, operation(1, bill(nova, item, "100.00")))
        base = done.row.record
        raw = await us.get("invoice", done.id)
        raw["Line"][0]["Amount"] = 300
        raw["Line"][0]["SalesItemLineDetail"] |= {"Qty": 3}
        await us.post("/invoice", raw)
        change = operation(2, base, verb="update", target=done.id, base=base, fields=("lines",))
        prepared = await us.side.prepare([change], us.unit_id)
        assert (prepared.units, prepared.dropped) == ((), (change.id,))
        assert prepared.stale[0].record.lines[0].quantity == 3
        missing = operation(3, base, verb="update", target="777", base=base, fields=("memo",))
        assert (await us.side.prepare([missing], us.unit_id)).stale[0].gone == "deleted"

    asyncio.run(story())


def test_a_change_in_between_is_refused_as_stale(us):
    async def story():
        nova = await us.customer()
        (row,) = await us.side.read(Kind.CUSTOMER, [nova])
        wanted = msgspec.structs.replace(row.record, phone="3")
        change = operation(1, wanted, verb="update", target=nova, base=row.record, fields=("phone",))
        prepared = await us.side.prepare([change], us.unit_id)
        await us.post(
            "/customer", {"Id": nova, "SyncToken": "0", "sparse": True, "PrimaryPhone": {"FreeFormNumber": "2"}}
        )
        (refused,) = await us.side.send(prepared.units[0], [change], 30)
        assert (refused.fault.cause, refused.fault.reaction) == ("stale_object", "stale")

    asyncio.run(story())


@pytest.mark.parametrize("taken", [False, True])
def test_an_inactive_customer_is_made_active_again(us, taken):
    async def story():
        await us.patch(inactive_names_taken=taken)
        nova = await us.customer()
        await us.post("/customer", {"Id": nova, "SyncToken": "0", "sparse": True, "Active": False})
        (row,) = await us.side.read(Kind.CUSTOMER, [nova])
        wanted = msgspec.structs.replace(row.record, active=True)
        change = operation(1, wanted, verb="update", target=nova, base=row.record, fields=("active",))
        _, (done,) = await write(us, change)
        assert (done.row.record.active, done.row.record.name) == (True, "Nova Ltd")

    asyncio.run(story())


def test_an_invoice_is_voided_unless_it_is_paid(us):
    async def story():
        nova, item = await parties(us)
        _, outcomes = await write(us, operation(1, bill(nova, item, "100.00")), operation(2, bill(nova, item, "50.00")))
        one, two = (o.row.record for o in outcomes)
        operations = [operation(n, r, verb="void", target=r.id, base=r) for n, r in ((3, one), (4, two))]
        await us.pay(nova, 50, [(two.id, 50)])
        prepared = await us.side.prepare(operations, us.unit_id)
        assert [row.id for row in prepared.stale] == [two.id]
        (unit,) = prepared.units
        (done,) = await us.side.send(unit, operations[:1], 30)
        assert (done.row.record.status, done.row.record.total, done.row.record.marker) == ("void", 0, one.marker)
        paid = operation(5, two, verb="void", target=two.id)
        _, (refused,) = await write(us, paid)
        assert refused.fault.cause == "invoice_has_payment"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("rule", "ending"),
    [
        ({"do": "drop_before"}, Unknown),
        ({"do": "drop_after"}, Unknown),
        ({"do": "late_commit", "with": {"seconds": 90, "hang": False}}, Unknown),
        ({"do": "html"}, Unknown),
        ({"do": "html", "with": {"status": 404}}, Unknown),
        ({"do": "truncate"}, Unknown),
        ({"do": "truncate", "with": {"drop": True}}, Unknown),
        ({"do": "status", "with": {"status": 503}}, Unknown),
        ({"do": "status", "with": {"status": 200, "body": {"time": "x"}}}, Unknown),
        ({"do": "fault", "with": {"status": 500, "code": "10000"}}, Unknown),
        ({"do": "fault", "with": {"status": 200, "code": "10000"}}, Unknown),
        ({"do": "fault", "with": {"status": 429}}, NotSent),
        ({"do": "fault", "with": {"status": 200, "code": "6000"}}, Refused),
        ({"do": "fault", "with": {"code": "2010"}}, Refused),
    ],
)
@pytest.mark.parametrize("members", [1, 2])
def test_every_ending_is_told_apart(us, rule, ending, members):
    async def story():
        await us.side.facts()
        await us.faults({"match": {"method": "POST", "path": WRITES}, "nth": 1, "with": {}, **rule})
        _, outcomes = await write(us, *(operation(n, Customer(id="", name=f"Buyer {n}")) for n in range(members)))
        assert [type(outcome) for outcome in outcomes] == [ending] * members
        await us.gate.close()

    asyncio.run(story())


def test_who_cannot_be_reached_was_not_sent_to(us):
    async def story():
        http = Http(httpx2.AsyncClient(), account="quickbooks", clock=us.clock)
        side = us.new_side(http=http, base_url="http://127.0.0.1:1", facts=await us.side.facts())
        ana = operation(1, Customer(id="", name="Ana"))
        prepared = await side.prepare([ana], us.unit_id)
        (outcome,) = await side.send(prepared.units[0], [ana], 30)
        assert isinstance(outcome, NotSent)

    asyncio.run(story())


@pytest.mark.cause("subscription_lapsed")
def test_a_lapsed_subscription_stops_a_write_before_it_happens(us):
    async def story():
        await us.side.facts()
        await us.faults({"match": {"path": WRITES}, "nth": 1, "do": "fault", "with": {"status": 200, "code": "6190"}})
        with pytest.raises(SignInTrouble) as caught:
            await write(us, operation(1, Customer(id="", name="Ana")))
        assert caught.value.cause == "subscription_lapsed"

    asyncio.run(story())


def test_a_write_survives_the_expiry_of_the_token(us):
    async def story():
        await us.side.facts()
        us.sandbox.expire_tokens()
        _, (done,) = await write(us, operation(1, Customer(id="", name="Ana")))
        assert isinstance(done, Done)

    asyncio.run(story())


def test_half_a_batch_is_found_again(us):
    async def story():
        nova, item = await parties(us)
        await us.post("/vendor", {"DisplayName": "x"})
        operations = [operation(n, bill(nova, item, f"{n}.00", number=f"N{n}")) for n in range(1, 31)]
        prepared = await us.side.prepare(operations, us.unit_id)
        (unit,) = prepared.units
        await us.faults({"match": {"path": "batch"}, "nth": 1, "do": "drop_after", "with": {}})
        outcomes = await us.side.send(unit, operations, 30)
        assert {type(o) for o in outcomes} == {Unknown}
        for id_ in range(1, 13):
            held = await us.get("invoice", str(id_))
            await us.post("/invoice", {"Id": held["Id"], "SyncToken": held["SyncToken"]}, operation="delete")
        us.clock.moment += timedelta(minutes=3)
        before = us.http.calls
        findings = await us.side.settle(unit, operations)
        assert us.http.calls == before + 1
        assert [type(f) for f in findings] == [Absent] * 12 + [Landed] * 18
        landed = findings[20]
        assert landed.sent == landed.row
        assert landed.row.record.marker == operations[20].id

    asyncio.run(story())


def test_an_edit_made_meanwhile_shows_against_what_was_sent(us):
    async def story():
        nova, item = await parties(us)
        other = await us.customer("Other")
        wanted = bill(nova, item, "100.00")
        await us.faults({"match": {"path": "invoice$"}, "nth": 1, "do": "drop_after", "with": {}})
        unit, (unknown,) = await write(us, operation(1, wanted))
        assert isinstance(unknown, Unknown)
        await us.faults()
        raw = await us.get("invoice", "1")
        raw |= {"CustomerRef": {"value": other}, "TxnDate": "2026-03-20"}
        raw["Line"][0]["Amount"] = 300
        raw["Line"][0]["SalesItemLineDetail"] |= {"UnitPrice": 300}
        await us.post("/invoice", raw)
        us.clock.moment += timedelta(minutes=3)
        (landed,) = await us.side.settle(unit, [operation(1, wanted)])
        assert (landed.row.record.total, landed.sent.record.total) == (300, 100)
        assert landed.sent.record.lines[0].id == landed.row.record.lines[0].id
        assert landed.sent.record.lines[0].price == 100
        assert (landed.sent.record.customer, landed.row.record.customer) == (nova, other)

    asyncio.run(story())


def test_a_lost_customer_is_found_by_name_and_somebody_elses_is_not(us):
    async def story():
        await us.customer("Ana")
        us.clock.moment += timedelta(minutes=1)
        operations = [
            operation(1, Customer(id="", name="Ana", email="ana@x.example")),
            operation(2, Customer(id="", name="Ben:\tLtd", email="ben@x.example")),
        ]
        prepared = await us.side.prepare(operations, us.unit_id)
        await us.faults({"match": {"path": "batch"}, "nth": 1, "do": "drop_after", "with": {}})
        await us.side.send(prepared.units[0], operations, 30)
        us.clock.moment += timedelta(minutes=3)
        absent, landed = await us.side.settle(prepared.units[0], operations)
        assert isinstance(absent, Absent)
        assert landed.sent == landed.row
        again = await us.side.send(prepared.units[0], operations, 30)
        assert (again[0].fault.cause, again[1].id) == ("duplicate_display_name", landed.row.id)

    asyncio.run(story())


def test_a_lost_customer_that_was_made_inactive_is_found_although_another_bears_its_name_since(us):
    async def story():
        lost = operation(1, Customer(id="", name="Ana", email="ana@x.example"))
        await us.faults({"match": {"path": "customer$"}, "nth": 1, "do": "drop_after", "with": {}})
        unit, _ = await write(us, lost)
        await us.faults()
        (ours,) = await us.rows("Customer")
        await us.post("/customer", {"Id": ours["Id"], "SyncToken": ours["SyncToken"], "sparse": True, "Active": False})
        us.clock.moment += timedelta(minutes=1)
        await us.customer("Ana", PrimaryEmailAddr={"Address": "ana@x.example"})
        (landed,) = await us.side.settle(unit, [lost])
        assert (landed.row.id, landed.row.record.active, landed.sent.record.active) == (ours["Id"], False, True)

    asyncio.run(story())


def test_a_lost_item_is_found_by_name(us):
    async def story():
        income = (await us.side.facts()).income_accounts[0].id
        lost = operation(1, Item(id="", name="Advice", account=income, type="Service", price=Decimal("1.5")))
        await us.faults({"match": {"path": "item$"}, "nth": 1, "do": "drop_after", "with": {}})
        unit, _ = await write(us, lost)
        (landed,) = await us.side.settle(unit, [lost])
        assert landed.sent == landed.row

    asyncio.run(story())


def test_a_change_that_never_came_or_was_changed_again_is_absent(us):
    async def story():
        nova = await us.customer()
        (row,) = await us.side.read(Kind.CUSTOMER, [nova])
        wanted = msgspec.structs.replace(row.record, phone="3")
        change = operation(1, wanted, verb="update", target=nova, base=row.record, fields=("phone",))
        await us.faults({"match": {"path": "customer$"}, "nth": 1, "do": "drop_before", "with": {}})
        unit, _ = await write(us, change)
        assert await us.side.settle(unit, [change]) == (Absent(),)
        await us.side.send(unit, [change], 30)
        raw = await us.get("customer", nova)
        await us.post("/customer", raw | {"PrimaryPhone": {"FreeFormNumber": "4"}})
        assert await us.side.settle(unit, [change]) == (Absent(),)

    asyncio.run(story())


def test_a_lost_change_is_known_by_what_stands_and_safe_to_send_again(us):
    async def story():
        nova = await us.customer()
        (row,) = await us.side.read(Kind.CUSTOMER, [nova])
        wanted = msgspec.structs.replace(row.record, phone="3")
        change = operation(1, wanted, verb="update", target=nova, base=row.record, fields=("phone",))
        await us.faults({"match": {"path": "customer$"}, "nth": 1, "do": "drop_after", "with": {}})
        unit, _ = await write(us, change)
        (landed,) = await us.side.settle(unit, [change])
        assert (landed.row.record.phone, landed.row.version) == ("3", 1)
        (done,) = await us.side.send(unit, [change], 30)
        assert (done.row.record.phone, done.version) == ("3", 1)

    asyncio.run(story())

"""Mapped fields in QuickBooks: read, written beside what others set, and read again when more is wanted."""

import asyncio
from typing import Any

from tests.quickbooks.conftest import Company

from tieout.core.fields import Direction
from tieout.core.mapping import Filter, Mapped
from tieout.core.records import Kind, Side
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.quickbooks.lens.mapped import View
from tieout.remote.outcomes import Done
from tieout.remote.side import Operation

run = asyncio.run
PO = Mapped(serial=1, name="PO", kind=Kind.INVOICE, type="invoices", crm="po_ref", books="custom1")
KLASS = Mapped(
    serial=2, name="Class", kind=Kind.INVOICE, type="invoices", crm="k", books="class", direction=Direction.CREATION
)
PLACE = Mapped(serial=3, name="Place", kind=Kind.INVOICE, type="invoices", crm="l", books="location")
TERMS = Mapped(serial=4, name="Terms", kind=Kind.INVOICE, type="invoices", crm="t", books="terms")
OF_CUSTOMER = tuple(
    Mapped(serial=n, name=books, kind=Kind.CUSTOMER, type="companies", crm=books, books=books)
    for n, books in enumerate(("notes", "title", "mobile", "other_phone", "fax", "terms"), 10)
)


def sees(company: Company, *mapped: Mapped, filters: tuple[Filter, ...] = ()) -> None:
    company.side = company.new_side(view=View(mapped, filters))


async def write(company: Company, operation: Operation) -> Any:
    prepared = await company.side.prepare([operation], company.unit_id)
    assert not prepared.impossible, prepared.impossible
    (outcome,) = await company.side.send(prepared.units[0], [operation], 30.0)
    assert isinstance(outcome, Done), outcome
    return outcome.row.record


def test_values_of_an_invoice_are_read_and_written_with_their_names(us: Company):
    async def story() -> None:
        await us.post("/class", {"Name": "Retail"})
        await us.post("/department", {"Name": "North"})
        sees(us, PO, KLASS, PLACE, TERMS)
        await us.side.facts()
        line = (await us.side.read(Kind.INVOICE, [(await us.invoice(await us.customer(), await us.item()))["Id"]]))[0]
        custom = {PO.key: "A-17", KLASS.key: "retail", PLACE.key: "North", TERMS.key: "Net 30"}
        new = Invoice(
            "", "INV-1", customer=line.record.customer, currency="USD", lines=line.record.lines, custom=custom
        )
        made = await write(us, Operation(us.unit_id(), Kind.INVOICE, "create", record=new))
        assert made.custom == custom | {KLASS.key: "Retail"}
        raw = await us.get("invoice", made.id)
        assert raw["CustomField"][0]["StringValue"] == "A-17"
        assert raw["Line"][0]["SalesItemLineDetail"]["ClassRef"]["name"] == "Retail"
        assert raw["DepartmentRef"]["name"] == "North"

    run(story())


def test_a_change_of_one_custom_field_keeps_the_others(us: Company):
    async def story() -> None:
        invoice = await us.invoice(
            await us.customer(), await us.item(), CustomField=[{"DefinitionId": "1", "StringValue": "A-17"}]
        )
        sees(us, PO)
        (row,) = await us.side.read(Kind.INVOICE, [invoice["Id"]])
        assert row.record.custom == {PO.key: "A-17"}
        raw = {"CustomField": [{"DefinitionId": "2", "StringValue": "theirs"}, *invoice["CustomField"]]}
        revised = View((PO,)).revised(raw, {PO.key: "B-18"}, (PO.field,))
        assert [one["StringValue"] for one in revised["CustomField"]] == ["theirs", "B-18"]

    run(story())


def test_a_long_text_is_shortened_to_31_characters(us: Company):
    async def story() -> None:
        invoice = await us.invoice(await us.customer(), await us.item())
        sees(us, PO)
        (row,) = await us.side.read(Kind.INVOICE, [invoice["Id"]])
        wanted = Invoice(**{**_fields(row.record), "custom": {PO.key: "x" * 40}})
        now = await write(us, Operation(us.unit_id(), Kind.INVOICE, "update", row.id, wanted, row.record, (PO.field,)))
        assert now.custom == {PO.key: "x" * 30 + "…"}

    run(story())


def test_all_fields_of_a_customer_are_read_as_they_were_written(us: Company):
    async def story() -> None:
        sees(us, *OF_CUSTOMER)
        texts = ("Pays late", "Dr", "+1 212 555 0001", "+1 212 555 0002", "+1 212 555 0003", "Net 15")
        custom = {one.key: text for one, text in zip(OF_CUSTOMER, texts, strict=True)}
        new = Customer("", name="Nova Ltd", custom=custom)
        made = await write(us, Operation(us.unit_id(), Kind.CUSTOMER, "create", record=new))
        assert made.custom == custom
        blank = Customer(**{**_fields(made), "custom": dict.fromkeys(custom, "")})
        fields = tuple(one.field for one in OF_CUSTOMER)
        now = await write(us, Operation(us.unit_id(), Kind.CUSTOMER, "update", made.id, blank, made, fields))
        assert set(now.custom.values()) <= {"", "Net 15"}, "QuickBooks gives back its own terms"

    run(story())


def test_the_text_on_purchases_is_set_with_a_new_item(us: Company):
    async def story() -> None:
        one = Mapped(serial=5, name="Buys", kind=Kind.ITEM, type="products", crm="buys", books="purchase_text")
        sees(us, one)
        account = (await us.side.facts()).income_accounts[0].id
        new = Item("", name="Lamp", type="NonInventory", account=account, custom={one.key: "Lamp, boxed"})
        made = await write(us, Operation(us.unit_id(), Kind.ITEM, "create", record=new))
        assert made.custom == new.custom

    run(story())


def test_what_somebody_changed_meanwhile_is_never_overwritten(us: Company):
    async def story() -> None:
        sees(us, OF_CUSTOMER[0])
        id_ = await us.customer(Notes="old")
        (row,) = await us.side.read(Kind.CUSTOMER, [id_])
        held = await us.get("customer", id_)
        await us.post("/customer", {**held, "Notes": "theirs"})
        wanted = Customer(**{**_fields(row.record), "custom": {OF_CUSTOMER[0].key: "ours"}})
        operation = Operation(us.unit_id(), Kind.CUSTOMER, "update", id_, wanted, row.record, (OF_CUSTOMER[0].field,))
        prepared = await us.side.prepare([operation], us.unit_id)
        assert prepared.units == ()
        assert prepared.dropped == (operation.id,)

    run(story())


def test_objects_are_read_once_more_when_more_of_them_is_wanted(us: Company):
    async def story() -> None:
        invoice = await us.invoice(
            await us.customer(), await us.item(), CustomField=[{"DefinitionId": "1", "StringValue": "A-17"}]
        )
        batches = await us.read()
        assert batches[-1].complete
        assert all(not row.record.custom for batch in batches for row in batch.rows)
        sees(us, PO)
        again = await us.read(batches[-1].cursor)
        assert [(row.id, row.record.custom) for row in again[0].rows] == [(invoice["Id"], {PO.key: "A-17"})]
        assert [batch.complete for batch in again] == [True, False], "then what changed meanwhile"
        assert [batch.complete for batch in await us.read(again[-1].cursor)] == [False], "only once"

    run(story())


def test_what_is_deleted_meanwhile_is_heard_of_all_the_same(us: Company):
    async def story() -> None:
        invoice = await us.invoice(await us.customer(), await us.item())
        batches = await us.read()
        us.clock.moment = us.clock.moment.replace(hour=13)
        await us.post("/invoice", {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}, operation="delete")
        sees(us, PO)
        again = await us.read(batches[-1].cursor)
        rows = [row for batch in again for row in batch.rows if row.kind is Kind.INVOICE]
        assert [(row.id, row.gone) for row in rows] == [(invoice["Id"], "deleted")]

    run(story())


def test_what_filters_look_at_is_read_too(us: Company):
    async def story() -> None:
        klass = await us.post("/class", {"Name": "Retail"})
        item = await us.item()
        detail = {"ItemRef": {"value": item}, "ClassRef": {"value": klass["Id"]}}
        line = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        invoice = await us.post("/invoice", {"CustomerRef": {"value": await us.customer()}, "Line": [line]})
        one = Filter(kind=Kind.INVOICE, side=Side.BOOKS, field="class", test="is", values=("retail",))
        sees(us, filters=(one,))
        (row,) = await us.side.read(Kind.INVOICE, [invoice["Id"]])
        assert row.record.traits == {"class": "Retail"}
        assert one.passes(row.record.traits)

    run(story())


def test_the_company_names_its_custom_fields_classes_and_locations(us: Company):
    async def story() -> None:
        await us.post("/class", {"Name": "Retail"})
        facts = await us.side.facts()
        assert [(one.id, one.name) for one in facts.custom_fields] == [("1", "PO Number")]
        assert [one.name for one in facts.classes] == ["Retail"]
        assert facts.class_tracking == "line"

    run(story())


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}

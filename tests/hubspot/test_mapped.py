"""Mapped fields in HubSpot: properties read and written, a property that is gone, and a thousand of them."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.hubspot.conftest import World

from tieout.core.mapping import Filter, Mapped
from tieout.core.records import Kind, Side
from tieout.hubspot.lens.mapped import View
from tieout.kinds.customer import Customer
from tieout.remote.outcomes import Done
from tieout.remote.side import Operation

replace = msgspec.structs.replace
ZONE = ZoneInfo("America/New_York")
REF = Mapped(serial=1, name="Reference", kind=Kind.INVOICE, type="invoices", crm="reference", books="custom1")
TIER = Mapped(
    serial=2, name="Tier", kind=Kind.CUSTOMER, type="companies", crm="tier", books="notes", sort="choice",
    options={"Gold": "g", "Silver": "s"},
)  # fmt: skip
TITLE = Mapped(serial=3, name="Title", kind=Kind.CUSTOMER, type="contacts", crm="jobtitle", books="title")
STAGE = Filter(kind=Kind.CUSTOMER, side=Side.CRM, type="companies", field="lifecyclestage", test="known")


def define(world: World, type_: str, name: str, **more: Any) -> None:
    group = {"invoices": "invoiceinformation", "companies": "companyinformation", "contacts": "contactinformation"}
    body = {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": group[type_]}
    world.call("POST", f"/crm/v3/properties/{type_}", body | more)


def define_tier(world: World) -> None:
    options = [
        {"label": label, "value": own, "displayOrder": 0, "hidden": False} for label, own in TIER.options.items()
    ]
    define(world, "companies", "tier", type="enumeration", fieldType="select", options=options)


def sees(world: World, *mapped: Mapped, filters: tuple[Filter, ...] = (), missing: tuple[str, ...] = ()) -> None:
    world.side = world.new_side(view=View(mapped, filters, missing, ZONE))


def test_a_property_of_an_invoice_is_read_and_written(world: World):
    define(world, "invoices", "reference")
    invoice = world.invoice(world.ana(), {"price": "10"}, reference="A-17")
    sees(world, REF)
    world.pull()
    record = world.record(Kind.INVOICE, invoice)
    assert record.custom == {REF.key: "A-17"}
    wanted = replace(record, custom={REF.key: "B-18"})
    (done,) = world.write(Operation(world.unit_id(), Kind.INVOICE, "update", invoice, wanted, record, (REF.field,)))
    assert isinstance(done, Done)
    assert done.row.record.custom == {REF.key: "B-18"}
    assert world.show("invoices", invoice, "reference")["reference"] == "B-18"


def test_a_choice_is_read_by_its_label_and_written_by_its_value(world: World):
    define_tier(world)
    company = world.make("companies", {"name": "Nova Ltd", "tier": "g"})
    sees(world, TIER)
    world.pull()
    record = world.record(Kind.CUSTOMER, f"company:{company}")
    assert record.custom == {TIER.key: "Gold"}
    wanted = replace(record, custom={TIER.key: "silver"})
    (done,) = world.write(Operation(world.unit_id(), Kind.CUSTOMER, "update", record.id, wanted, record, (TIER.field,)))
    assert done.row.record.custom == {TIER.key: "Silver"}
    assert world.show("companies", company, "tier")["tier"] == "s"


@pytest.mark.parametrize(
    ("sort", "moment", "held", "read"),
    [
        ("date", False, "2026-03-05", "2026-03-05"),
        ("date", True, "2026-03-06T03:30:00Z", "2026-03-05"),
        ("number", False, "12.50", "12.50"),
        ("text", False, "", ""),
        ("date", False, "soon", "soon"),
        ("choice", False, "other", "other"),
    ],
)
def test_values_of_each_sort(sort: Any, moment: bool, held: str, read: str):
    one = replace(REF, sort=sort, moment=moment)
    view = View((one,), zone=ZONE)
    record = view.add(Customer("company:1"), ("invoices", {"reference": held}))
    assert record.custom == {one.key: read}


@pytest.mark.parametrize(
    ("sort", "moment", "text", "written"),
    [
        ("date", False, "2026-03-05", "2026-03-05"),
        ("date", True, "2026-03-05", "2026-03-05T12:00:00Z"),
        ("number", False, "1E2", "100"),
        ("text", False, "a\x00b", "ab"),
        ("choice", False, "gold", "g"),
        ("number", False, "", ""),
    ],
)
def test_values_are_written_as_hubspot_takes_them(sort: Any, moment: bool, text: str, written: str):
    one = replace(REF, sort=sort, moment=moment, options=TIER.options if sort == "choice" else {})
    assert View((one,), zone=ZONE).written({one.key: text}, [one.field]) == {"invoices": {"reference": written}}


@pytest.mark.parametrize(("sort", "text"), [("number", "many"), ("date", "05/03/2026"), ("choice", "Iron")])
def test_a_value_that_the_property_cannot_hold_is_not_sent(sort: Any, text: str):
    one = replace(REF, sort=sort)
    with pytest.raises(ValueError, match=text):
        View((one,)).written({one.key: text}, [one.field])


def test_the_persons_properties_belong_to_the_company_that_they_speak_for(world: World):
    company = world.make("companies", {"name": "Nova Ltd"})
    contact = world.ana(company)
    world.edit("contacts", contact, jobtitle="Boss")
    sees(world, TITLE)
    world.pull()
    record = world.record(Kind.CUSTOMER, f"company:{company}")
    assert record.custom == {TITLE.key: "Boss"}
    wanted = replace(record, custom={TITLE.key: "Chair"})
    world.write(Operation(world.unit_id(), Kind.CUSTOMER, "update", record.id, wanted, record, (TITLE.field,)))
    assert world.show("contacts", contact, "jobtitle")["jobtitle"] == "Chair"


def test_a_new_customer_takes_its_values_along(world: World):
    define_tier(world)
    sees(world, TIER, TITLE)
    new = Customer("", name="Nova Ltd", company="Nova Ltd", custom={TIER.key: "Gold", TITLE.key: "Boss"})
    (done,) = world.write(Operation(world.unit_id(), Kind.CUSTOMER, "create", record=new))
    made = done.row.record
    assert made.custom[TIER.key] == "Gold"
    assert made.custom.get(TITLE.key, "") == "", "the person comes in a contact of their own"
    person = replace(made, first="Ana", last="Ruiz", email="ana@nova.example", custom=new.custom)
    fields = ("first", "last", "email", TITLE.field)
    world.write(Operation(world.unit_id(), Kind.CUSTOMER, "update", made.id, person, made, fields))
    world.pull()
    assert world.record(Kind.CUSTOMER, made.id).custom == new.custom


def test_records_are_read_once_more_when_more_of_them_is_wanted(world: World):
    define_tier(world)
    company = world.make("companies", {"name": "Nova Ltd", "tier": "g"})
    world.invoice(world.ana(company), {"price": "10"}, company=company)
    world.pull()
    assert world.record(Kind.CUSTOMER, f"company:{company}").custom == {}
    world.clock.advance(60)
    world.pull()
    sees(world, TIER, filters=(STAGE,))
    before = len(world.log())
    world.pull()
    assert world.record(Kind.CUSTOMER, f"company:{company}").custom == {TIER.key: "Gold"}
    assert world.record(Kind.CUSTOMER, f"company:{company}").traits == {"companies.lifecyclestage": ""}
    read = [path for method, path in world.log()[before:] if method == "GET"]
    assert read == ["/crm/objects/2026-09/companies"], "only what the mapping is about"
    before = len(world.log())
    world.pull()
    assert [path for method, path in world.log()[before:] if method == "GET"] == [], "only once"


def test_a_first_read_in_progress_begins_again(world: World):
    define_tier(world)
    for n in range(3):
        world.make("companies", {"name": f"Nova {n}", "tier": "g"})
    half = run_one_batch(world)
    sees(world, TIER)
    world.cursor = half
    world.pull()
    found = [row.record.custom for (kind, _), row in world.mirror.items() if kind is Kind.CUSTOMER]
    assert found == [{TIER.key: "Gold"}] * 3


def run_one_batch(world: World) -> str:
    async def first() -> str:
        async for batch in world.side.feed(""):
            return str(batch.cursor)
        raise AssertionError

    return str(world.run(first()))


def test_a_property_that_is_gone_is_told_and_no_blank(world: World):
    define(world, "invoices", "reference")
    invoice = world.invoice(world.ana(), {"price": "10"}, reference="A-17")
    sees(world, REF)
    world.pull()
    assert world.run(world.side.facts()).missing_properties == ()
    world.call("DELETE", "/crm/v3/properties/invoices/reference")
    assert world.run(world.side.facts()).missing_properties == ("invoices.reference",)
    world.edit("invoices", invoice, hs_comments="Thanks")
    world.clock.advance(60)
    world.pull()
    assert world.record(Kind.INVOICE, invoice).memo == "Thanks"
    assert world.record(Kind.INVOICE, invoice).custom == {}


def test_a_property_that_comes_back_is_read_again(world: World):
    define(world, "invoices", "reference")
    invoice = world.invoice(world.ana(), {"price": "10"}, reference="A-17")
    sees(world, REF, missing=("invoices.reference",))
    world.pull()
    assert world.record(Kind.INVOICE, invoice).custom == {}
    sees(world, REF)
    world.pull()
    assert world.record(Kind.INVOICE, invoice).custom == {REF.key: "A-17"}


def test_an_account_with_a_thousand_properties_works(world: World):
    for n in range(1000):
        define(world, "invoices", f"own_{n}")
    invoice = world.invoice(world.ana(), {"price": "10"}, own_777="A-17")
    sees(world, replace(REF, crm="own_777"))
    world.pull()
    assert world.record(Kind.INVOICE, invoice).custom == {REF.key: "A-17"}
    world.calls()
    assert world.run(world.side.facts()).missing_properties == ()
    assert world.calls() == 3, "the account, its tax rates, the definitions of one type"

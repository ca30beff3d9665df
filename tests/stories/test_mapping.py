"""Fields of the operator's choice, and filters, through a whole sync."""

from pathlib import Path
from typing import Any

import pytest
from tests.stories.virtual import NAME, Shop, in_virtual_time

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.filters import filters, remove
from tieout.actions.invoices import list_invoices
from tieout.actions.record import record
from tieout.core.fields import Direction, Rule

ANA = Actor("ana", Role.OWNER)
LINE = ("Consulting", "1", "100.00")


def custom(row: Any) -> str:
    """The value of the one custom field of an invoice in QuickBooks."""
    return next((one.get("StringValue", "") for one in row["CustomField"]), "")


async def one_pair(shop: Shop, **settings: str) -> tuple[str, str]:
    """An invoice in sync: the ids of company and invoice."""
    shop.seller.define("invoices", "reference")
    shop.seller.define("companies", "tier")
    nova = shop.seller.company("Nova Ltd", "ana@nova.example")
    invoice = shop.seller.invoice(nova, LINE)
    await shop.connect(**settings)
    await shop.sync(until_quiet=True)
    return nova[0], invoice


def test_a_custom_field_of_invoices_flows_both_ways(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        _, invoice = await one_pair(shop)
        await shop.map("invoices.reference", "custom1")
        shop.seller.change("invoices", invoice, reference="A-17")
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        assert custom(shop.bookkeeper.only("Invoice")) == "A-17"
        shop.bookkeeper.change(
            "Invoice", shop.bookkeeper.only("Invoice"), CustomField=[{"DefinitionId": "1", "StringValue": "B-18"}]
        )
        await shop.sync(until_quiet=True)
        assert shop.seller.sees("invoices", invoice, "reference") == "B-18"
        edits = [edit.name for one in shop.history() for edit in one.edits]
        assert "reference" in edits
        (row,) = list_invoices(shop.home, NAME).rows
        shown = {one.name: (one.crm, one.books) for one in record(shop.home, NAME, row.id).rows}
        assert shown["reference"] == ("B-18", "B-18")
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_new_invoice_takes_values_and_coding_along_and_coding_is_never_touched_again(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.define("invoices", "team", "enumeration", ("Retail", "Export"))
        shop.seller.define("invoices", "reference")
        for name in ("Retail", "Export"):
            shop.bookkeeper.create("Class", Name=name)
        await shop.connect()
        await shop.sync(until_quiet=True)
        assert (await shop.map("invoices.team", "class")).direction is Direction.CREATION
        await shop.map("invoices.reference", "custom1", direction=Direction.TO_BOOKS)
        invoice = shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), LINE)
        shop.seller.change("invoices", invoice, team="retail", reference="A-17")
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        booked = shop.bookkeeper.only("Invoice")
        assert custom(booked) == "A-17"
        assert booked["Line"][0]["SalesItemLineDetail"]["ClassRef"]["name"] == "Retail"
        with shop.nothing_is_written():
            shop.seller.change("invoices", invoice, team="export")
            await shop.clock.sleep(5)
            await shop.sync(until_quiet=True)
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_mapping_made_later_asks_where_both_sides_differ_and_overwrites_nothing(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        company, _ = await one_pair(shop)
        shop.seller.change("companies", company, tier="gold")
        shop.bookkeeper.change("Customer", shop.bookkeeper.only("Customer"), Notes="pays late")
        await shop.map("companies.tier", "notes", name="Standing", rule=Rule.HUBSPOT)
        await shop.clock.sleep(5)
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        (case,) = shop.cases()
        assert case.failure.cause == "please_decide"
        assert [(d.field, d.before, d.after) for d in case.differences] == [("custom.1:Standing", "gold", "pays late")]
        shop.fix("use_quickbooks")
        await shop.sync(until_quiet=True)
        assert shop.seller.sees("companies", company, "tier") == "pays late"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_mapping_made_later_fills_the_blank_side(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        company, _ = await one_pair(shop)
        shop.bookkeeper.change("Customer", shop.bookkeeper.only("Customer"), Notes="pays late")
        await shop.sync(until_quiet=True)
        await shop.map("companies.tier", "notes")
        await shop.sync(until_quiet=True)
        assert shop.seller.sees("companies", company, "tier") == "pays late"
        shop.unmap("customer.tier")
        shop.seller.change("companies", company, tier="gold")
        await shop.clock.sleep(5)
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        await shop.map("companies.tier", "notes")
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        assert [case.failure.cause for case in shop.cases()] == ["please_decide"], "what was agreed then is forgotten"

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("mapped_value_unfit", foreseen="the sort and the options of the mapped property")
def test_a_text_for_a_number_is_told_and_corrected(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        _, invoice = await one_pair(shop)
        shop.seller.define("invoices", "weight", "number")
        await shop.map("invoices.weight", "custom1")
        for text, cause in (("heavy", ["mapped_value_unfit"]), ("12.50", [])):
            fields = [{"DefinitionId": "1", "StringValue": text}]
            shop.bookkeeper.change("Invoice", shop.bookkeeper.only("Invoice"), CustomField=fields)
            await shop.sync(until_quiet=True)
            assert [case.failure.cause for case in shop.cases()] == cause
        assert shop.seller.sees("invoices", invoice, "weight") == "12.50"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.cause("mapped_property_missing", foreseen="the properties that the account has")
def test_a_mapping_whose_property_was_deleted_loses_nothing(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        company, invoice = await one_pair(shop)
        await shop.map("invoices.reference", "custom1")
        shop.seller.change("invoices", invoice, reference="A-17")
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        shop.seller.undefine("invoices", "reference")
        await shop.clock.sleep(3700)
        shop.seller.change("invoices", invoice, hs_comments="Thanks")
        new = shop.seller.invoice((company, company), LINE)
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        booked = {row["DocNumber"]: row for row in shop.bookkeeper.all("Invoice")}
        assert [(custom(row), row["CustomerMemo"]["value"]) for row in booked.values()] == [("A-17", "Thanks")]
        assert {case.failure.cause for case in shop.cases()} == {"mapped_property_missing"}
        (check,) = [one for one in await shop.preflight() if one.check == "mapping"]
        assert (check.level, check.title) == ("blocks", "Mapped fields that are missing: reference")
        assert len(shop.cases()) == 2, "the pair goes on and is told of; what is new waits"
        assert "HubSpot no longer has reference" in shop.cases()[0].failure.explanation
        shop.unmap("invoice.reference")
        await shop.sync(until_quiet=True)
        assert shop.cases() == []
        assert len(shop.bookkeeper.all("Invoice")) == 2
        assert shop.seller.sees("invoices", new, "hs_invoice_status") == "open"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_property_that_comes_back_is_filled_again(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        _, invoice = await one_pair(shop)
        await shop.map("invoices.reference", "custom1")
        await shop.sync(until_quiet=True)
        shop.seller.undefine("invoices", "reference")
        shop.bookkeeper.change(
            "Invoice", shop.bookkeeper.only("Invoice"), CustomField=[{"DefinitionId": "1", "StringValue": "B-18"}]
        )
        await shop.sync(until_quiet=True)
        await shop.clock.sleep(3700)
        await shop.sync(until_quiet=True)
        assert [case.failure.cause for case in shop.cases()] == ["mapped_property_missing"]
        shop.seller.define("invoices", "reference")
        await shop.sync(until_quiet=True)
        await shop.sync(until_quiet=True)
        assert shop.seller.sees("invoices", invoice, "reference") == "B-18"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_other_settings_stay_beside_mappings_and_filters(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await one_pair(shop)
        made = await shop.map("invoices.reference", "custom1")
        await shop.filter("hubspot", "invoices.reference", "unknown")
        shop.set(memo_rule="hubspot")
        assert shop.remap("invoice.reference", rule=Rule.ASK) == made
        assert [one.field for one in filters(shop.home, ANA, NAME)] == ["invoices.reference"]
        await shop.sync(until_quiet=True)

    in_virtual_time(tmp_path, story)


def test_a_custom_field_that_is_switched_off_is_told_and_comes_back(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        _, invoice = await one_pair(shop)
        await shop.map("invoices.reference", "custom1")
        shop.seller.change("invoices", invoice, reference="A-17")
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        switch(shop, on=False)
        await shop.clock.sleep(3700)
        shop.seller.change("invoices", invoice, reference="B-18")
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        assert [case.failure.cause for case in shop.cases()] == ["mapped_property_missing"]
        switch(shop, on=True)
        await shop.sync(until_quiet=True)
        assert custom(shop.bookkeeper.only("Invoice")) == "B-18"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def switch(shop: Shop, *, on: bool) -> None:
    """Switch the first custom field of sales forms on or off in QuickBooks."""
    names = (b"SalesFormsPrefs.UseSalesCustom1", b"SalesFormsPrefs.UseSalesCustom-")  # of one length: the state counts
    before, after = names[::-1] if on else names
    held = shop.dump_quickbooks()
    assert before in held
    shop.load_quickbooks(held.replace(before, after))


def test_a_field_that_is_synced_anyway_can_be_switched_off(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        company, _ = await one_pair(shop)
        shop.remap("customer.phone", direction=Direction.OFF)
        with shop.nothing_is_written():
            shop.seller.change("companies", company, phone="+1 212 555 0002")
            await shop.clock.sleep(5)
            await shop.sync(until_quiet=True)
        shop.remap("customer.phone", direction=Direction.BOTH, rule=Rule.QUICKBOOKS)
        assert shop.settings()["phone_rule"] == "quickbooks"
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Customer")["PrimaryPhone"]["FreeFormNumber"] == "+1 212 555 0002"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_filter_of_companies_leaves_their_invoices_out_and_cuts_no_pair(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        company, invoice = await one_pair(shop)
        shop.seller.change("companies", company, tier="partner")
        await shop.clock.sleep(5)
        counted = await shop.filter("hubspot", "companies.tier", "is", "customer", preview=True)
        assert (counted.passes, counted.records, counted.set) == (0, 1, False)
        assert filters(shop.home, ANA, NAME) == []
        await shop.filter("hubspot", "companies.tier", "is", "customer")
        orbit = shop.seller.company("Orbit Foods", "pay@orbit.example")
        shop.seller.invoice(orbit, LINE)
        shop.seller.change("invoices", invoice, hs_comments="Thanks")
        await shop.clock.sleep(5)
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["excluded"] == 1
        assert shop.cases() == []
        assert shop.bookkeeper.only("Invoice")["CustomerMemo"]["value"] == "Thanks", "the pair goes on"
        await shop.ends_well()
        assert {row.reason for row in list_invoices(shop.home, NAME, state="excluded").rows} == {
            "Its customer is left out by a filter"
        }
        shop.seller.change("companies", orbit[0], tier="Customer")
        await shop.clock.sleep(5)
        await shop.sync(until_quiet=True)
        assert len(shop.bookkeeper.all("Invoice")) == 2
        remove(shop.home, ANA, NAME, 1)
        assert filters(shop.home, ANA, NAME) == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_filter_of_quickbooks_invoices_by_class(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await one_pair(shop, show_quickbooks_invoices="true")
        for name in ("Retail", "Export"):
            shop.bookkeeper.create("Class", Name=name)
        counted = await shop.filter("quickbooks", "invoice.class", "is", "retail")
        assert (counted.passes, counted.records) == (0, 1)
        (item,) = shop.bookkeeper.all("Item")[-1:]
        customer = shop.bookkeeper.only("Customer")["Id"]
        for place, klass in enumerate(shop.bookkeeper.all("Class"), 1):
            detail = {"ItemRef": {"value": item["Id"]}, "ClassRef": {"value": klass["Id"]}}
            line = {"Amount": 40 + place, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
            shop.bookkeeper.create("Invoice", CustomerRef={"value": customer}, Line=[line], DocNumber=f"Q{place}")
        done = await shop.sync(until_quiet=True)
        assert done.states["invoice"]["excluded"] == 1
        shown = [row.number for row in list_invoices(shop.home, NAME, state="in_sync").rows]
        assert "Q1" in shown
        assert "Q2" not in shown

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize(
    ("crm", "books", "more", "says"),
    [
        ("invoices.nothing", "custom1", {}, "no property invoices.nothing"),
        ("deals.name", "custom1", {}, "deals is none of them"),
        ("reference", "custom1", {}, "is named as in invoices.reference"),
        ("invoices.hs_amount_billed", "custom1", {}, "synced already"),
        ("invoices.tieout_state", "custom1", {}, "no property invoices.tieout_state"),
        ("invoices.reference", "custom2", {}, "not switched on"),
        ("invoices.reference", "notes", {}, "no field notes to map here"),
        ("invoices.reference", "class", {"direction": Direction.BOTH}, "cannot have the direction both"),
        ("invoices.reference", "custom1", {"name": "x" * 61}, "1 to 60 characters"),
        ("companies.tier", "notes", {"name": "Phone"}, "field Phone already"),
        ("invoices.level", "class", {}, "has no Gold, Silver"),
        ("invoices.weight", "location", {}, "names an entry of a list"),
        ("companies.size", "mobile", {}, "holds text"),
        ("invoices.long", "custom1", {}, "holds 31 characters"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_with_the_reason(
    tmp_path: Path, crm: str, books: str, more: dict[str, Any], says: str
) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.define("invoices", "reference")
        shop.seller.define("companies", "tier")
        shop.seller.define("invoices", "level", "enumeration", ("Gold", "Silver"))
        shop.seller.define("invoices", "long", "enumeration", ("L" * 32,))
        shop.seller.define("invoices", "weight", "number")
        shop.seller.define("companies", "size", "number")
        await shop.connect()
        with pytest.raises(WrongUse, match=says):
            await shop.map(crm, books, **more)

    in_virtual_time(tmp_path, story)


def test_what_is_mapped_already_is_refused(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await one_pair(shop)
        await shop.map("invoices.reference", "custom1")
        for crm, books in (("invoices.reference", "class"), ("invoices.hs_purchase_order_number", "custom1")):
            with pytest.raises(WrongUse, match="mapped already"):
                await shop.map(crm, books)
        with pytest.raises(NotFound):
            shop.unmap("invoice.nothing")
        with pytest.raises(WrongUse, match="own field"):
            shop.unmap("customer.phone")
        with pytest.raises(WrongUse, match="has no rule"):
            shop.remap("customer.email", rule=Rule.HUBSPOT)
        with pytest.raises(WrongUse, match="cannot have the direction both"):
            shop.remap("customer.email", direction=Direction.BOTH)

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("sap", "invoices.reference", "is", "x"), "sap is neither"),
        (("hubspot", "invoices.reference", "has", "x"), "has is none"),
        (("hubspot", "invoices.reference", "is"), "at least one"),
        (("hubspot", "invoices.reference", "known", "x"), "takes no value"),
        (("hubspot", "invoices.nothing", "is", "x"), "no property"),
        (("hubspot", "deals.name", "is", "x"), "none of them"),
        (("hubspot", "invoices.level", "is", "Iron"), "never is Iron"),
        (("quickbooks", "invoice.weight", "is", "x"), "There are: customer.notes"),
        (("quickbooks", "invoice.class", "is", "x"), "never is x"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_with_the_reason(
    tmp_path: Path, asked: tuple[str, ...], says: str
) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.define("invoices", "reference")
        shop.seller.define("invoices", "level", "enumeration", ("Gold", "Silver"))
        await shop.connect()
        with pytest.raises(WrongUse, match=says):
            await shop.filter(*asked)

    in_virtual_time(tmp_path, story)

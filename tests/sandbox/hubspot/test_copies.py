"""Non-billable invoices, as an app writes them for invoices that are billed elsewhere."""

import pytest
from hubspot.crm import objects
from hubspot.crm.associations.v4 import models as v4
from hubspot.crm.commerce import invoices

STATUS = "hs_invoice_status"
COPY = {"hs_currency": "USD", "hs_invoice_billable": "false"}


def link(to, type_id):
    return {"to": {"id": to}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]}


def create(client, kind, properties, *links):
    wanted = objects.SimplePublicObjectInputForCreate(properties=properties, associations=list(links))
    return client.crm.objects.basic_api.create(kind, wanted).id


def copy(client, *links, **properties):
    wanted = invoices.SimplePublicObjectInputForCreate(properties={**COPY, **properties}, associations=list(links))
    return client.crm.commerce.invoices.basic_api.create(wanted).id


def change(client, invoice, **properties):
    wanted = invoices.SimplePublicObjectInput(properties=properties)
    return client.crm.commerce.invoices.basic_api.update(invoice, wanted)


def shown(client, invoice, *names):
    found = client.crm.commerce.invoices.basic_api.get_by_id(invoice, properties=list(names))
    return tuple(found.properties[name] for name in names)


def set_status(us, invoice, status):
    return us.call("PATCH", f"/crm/v3/objects/invoices/{invoice}", {"properties": {STATUS: status}})


class TestByTheOfficialClient:
    def test_copy_with_lines_customer_number_dates_and_adjustments_has_its_total(self, client):
        company = create(client, "companies", {"name": "Nova Ltd"})
        contact = create(client, "contacts", {"email": "copies@example.com", "firstname": "Ana"})
        lines = [
            create(client, "line_items", {"name": "Work", "price": price, "quantity": "2"}) for price in ("40", "10")
        ]
        discount = create(client, "discounts", {"hs_label": "Credits", "hs_type": "FIXED", "hs_value": "5.00"})
        fee = create(client, "fees", {"hs_label": "Shipping", "hs_type": "FIXED", "hs_value": "7.50"})
        tax = create(client, "taxes", {"hs_label": "Sales tax", "hs_type": "FIXED", "hs_value": "8.21"})
        made = copy(
            client,
            link(contact, 177),
            link(company, 179),
            *(link(one, 409) for one in lines),
            link(discount, 411),
            link(fee, 413),
            link(tax, 415),
            hs_number="1042",
            hs_invoice_status="open",
            hs_invoice_date="2026-03-05T12:00:00Z",
            hs_due_date="2026-04-04T12:00:00Z",
        )
        names = ("hs_number", STATUS, "hs_invoice_date", "hs_due_date", "hs_subtotal", "hs_total_discount", "hs_tax")
        assert shown(client, made, *names) == (
            "1042",
            "open",
            "2026-03-05T12:00:00Z",
            "2026-04-04T12:00:00Z",
            "100.00",
            "5.00",
            "8.21",
        )
        assert shown(client, made, "hs_amount_billed", "hs_balance_due", "hs_amount_paid") == (
            "110.71",
            "110.71",
            "0.00",
        )
        names = ("hs_invoice_latest_contact_email", "hs_invoice_latest_company_name", "hs_invoice_link")
        assert shown(client, made, *names) == ("copies@example.com", "Nova Ltd", None)

    def test_copy_is_kept_current_in_every_part(self, client):
        line = create(client, "line_items", {"name": "Work", "price": "40"})
        made = copy(client, link(line, 409), hs_number="1043", hs_invoice_status="open")
        change(client, made, hs_number="1043-A", hs_due_date="2026-05-01T12:00:00Z", hs_comments="Thanks")
        client.crm.line_items.basic_api.update(line, {"properties": {"price": "45"}})
        more = create(client, "line_items", {"name": "More", "price": "5"})
        client.crm.associations.v4.basic_api.create(
            "invoices", made, "line_items", more, [v4.AssociationSpec("HUBSPOT_DEFINED", 409)]
        )
        assert shown(client, made, "hs_number", "hs_amount_billed", "hs_balance_due") == ("1043-A", "50.00", "50.00")
        client.crm.line_items.basic_api.archive(line)
        assert shown(client, made, "hs_amount_billed") == ("5.00",)

    def test_statuses_are_written_as_they_come(self, client):
        made = copy(client, hs_number="1044", hs_amount_billed="450.00")
        seen = []
        for status in ("open", "paid", "open", "voided", "draft"):
            change(client, made, hs_invoice_status=status)
            seen.append(shown(client, made, STATUS, "hs_balance_due"))
        assert seen == [
            ("open", "450.00"),
            ("paid", "0.00"),
            ("open", "450.00"),
            ("voided", "0.00"),
            ("draft", "450.00"),
        ]

    def test_paid_day_and_foreign_marks_are_written(self, client):
        made = copy(client, hs_invoice_status="open", hs_amount_billed="9")
        marks = {"hs_external_invoice_id": "145", "hs_external_createdate": "2026-03-01T12:00:00Z"}
        paid = {"hs_payment_date": "2026-03-20T12:00:00Z", "hs_invoice_status": "paid"}
        change(client, made, **marks, **paid)
        assert shown(client, made, *marks, *paid) == (*marks.values(), *paid.values())

    def test_written_amounts_stand_until_written_again_or_cleared(self, client):
        line = create(client, "line_items", {"name": "Work", "price": "40"})
        made = copy(client, link(line, 409), hs_invoice_status="open", hs_amount_billed="41.00")
        client.crm.line_items.basic_api.update(line, {"properties": {"price": "45"}})
        assert shown(client, made, "hs_amount_billed", "hs_balance_due", "hs_subtotal") == ("41.00", "41.00", "45.00")
        change(client, made, hs_amount_billed="46.00", hs_balance_due="6.00")
        assert shown(client, made, "hs_amount_billed", "hs_balance_due") == ("46.00", "6.00")
        change(client, made, hs_amount_billed="", hs_balance_due="")
        assert shown(client, made, "hs_amount_billed", "hs_balance_due") == ("45.00", "45.00")

    def test_drafts_and_open_copies_are_deleted_with_their_lines_paid_and_voided_ones_are_not(self, client):
        line = create(client, "line_items", {"name": "Work", "price": "40"})
        made = copy(client, link(line, 409), hs_invoice_status="open")
        client.crm.commerce.invoices.basic_api.archive(made)
        assert client.crm.line_items.basic_api.get_by_id(line, archived=True).archived
        for status in ("paid", "voided"):
            kept = copy(client, hs_invoice_status=status)
            with pytest.raises(invoices.ApiException) as refused:
                client.crm.commerce.invoices.basic_api.archive(kept)
            assert refused.value.status == 400

    @pytest.mark.parametrize(
        "name", ["hs_subtotal", "hs_amount_paid", "hs_tax", "hs_invoice_link", "hs_invoice_source"]
    )
    def test_what_hubspot_calculates_is_read_only_on_copies_too(self, client, name):
        with pytest.raises(invoices.ApiException) as refused:
            copy(client, **{name: "data_sync" if name == "hs_invoice_source" else "1"})
        assert "READ_ONLY_VALUE" in refused.value.body

    def test_copy_does_not_become_billable(self, client):
        made = copy(client)
        with pytest.raises(invoices.ApiException):
            change(client, made, hs_invoice_billable="true")

    def test_batch_makes_copies_with_their_lines_and_opens_them(self, client):
        lines = [create(client, "line_items", {"name": "Work", "price": price}) for price in ("1", "2")]
        inputs = [
            {"properties": {**COPY, "hs_number": f"B-{line}"}, "associations": [link(line, 409)]} for line in lines
        ]
        made = client.crm.commerce.invoices.batch_api.create({"inputs": inputs}).results
        opening = [{"id": one.id, "properties": {STATUS: "open"}} for one in made]
        client.crm.commerce.invoices.batch_api.update({"inputs": opening})
        assert [shown(client, one.id, "hs_balance_due") for one in made] == [("1.00",), ("2.00",)]


class TestSwitches:
    def test_strict_account_wants_a_line_for_any_status_but_draft(self, us):
        us.sandbox.patch_company({"non_billable_needs_lines": True})
        answer = us.refused("POST", "/crm/v3/objects/invoices", {"properties": {**COPY, STATUS: "open"}})
        assert "INVOICE_TO_LINE_ITEM" in answer["message"]
        made = us.make("invoices", COPY)
        assert set_status(us, made, "paid")[0] == 400
        us.make("line_items", {"price": "1"}, (made, 410))
        assert set_status(us, made, "paid")[0] == 200

    def test_stricter_account_takes_a_status_at_creation_alone(self, us):
        us.sandbox.patch_company({"non_billable_steps_refused": True})
        made = us.make("invoices", {**COPY, STATUS: "open"})
        assert set_status(us, made, "voided")[0] == 400
        assert set_status(us, made, "open")[0] == 200

    def test_total_written_at_creation_may_be_lost_and_is_kept_from_an_update(self, us):
        us.sandbox.patch_company({"written_total_kept": False})
        made = us.make("invoices", {**COPY, STATUS: "open", "hs_amount_billed": "450.00"})
        assert us.read("invoices", made, "hs_amount_billed")["hs_amount_billed"] == "0.00"
        us.ok("PATCH", f"/crm/v3/objects/invoices/{made}", {"properties": {"hs_amount_billed": "450.00"}})
        assert us.read("invoices", made, "hs_balance_due")["hs_balance_due"] == "450.00"

    def test_values_that_hubspot_gives_may_be_passed_over_on_billable_invoices(self, us):
        us.sandbox.patch_company({"issued_writes_refused": False})
        made = us.make("invoices", {"hs_currency": "USD", "hs_number": "1", "hs_amount_billed": "9"})
        us.ok("PATCH", f"/crm/v3/objects/invoices/{made}", {"properties": {"hs_number": "2", "hs_comments": "x"}})
        found = us.read("invoices", made, "hs_number", "hs_amount_billed", "hs_comments")
        assert (found["hs_number"], found["hs_amount_billed"], found["hs_comments"]) == (None, "0.00", "x")

    def test_payments_may_leave_the_status_of_a_copy_alone(self, us):
        us.sandbox.patch_company({"payments_pay_non_billable": False})
        made = us.make("invoices", {**COPY, STATUS: "open", "hs_amount_billed": "10"})
        us.pay(made, "10")
        found = us.read("invoices", made, STATUS, "hs_amount_paid", "hs_balance_due")
        assert (found[STATUS], found["hs_amount_paid"], found["hs_balance_due"]) == ("open", "10.00", "0.00")


def test_hubspots_own_sync_marks_its_copies(us):
    own = us.sandbox.token("hubspot")
    values = {**COPY, STATUS: "open", "hs_number": "1042", "hs_amount_billed": "90", "hs_invoice_source": "data_sync"}
    made = us.ok("POST", "/crm/v3/objects/invoices", {"properties": values}, token=own)["id"]
    found = us.read("invoices", made, "hs_invoice_source", "hs_object_source", "hs_number", "hs_balance_due")
    assert (found["hs_invoice_source"], found["hs_object_source"]) == ("data_sync", "INTERNAL_PROCESSING")
    assert (found["hs_number"], found["hs_balance_due"]) == ("1042", "90.00")
    search = {"filters": [{"propertyName": "hs_invoice_source", "operator": "EQ", "value": "data_sync"}]}
    us.clock.advance(5)
    assert us.ok("POST", "/crm/v3/objects/invoices/search", search)["total"] == 1


def test_issued_billable_invoice_has_link_and_document(us):
    made = us.open_invoice({"price": 10})
    found = us.read("invoices", made, "hs_invoice_link", "hs_pdf_download_link")
    assert found["hs_pdf_download_link"] == f"{found['hs_invoice_link']}.pdf"

"""The life of an invoice: lines, status, number, payments, associations."""

import pytest

STATUS = "hs_invoice_status"


def patch(us, invoice, **properties):
    return us.ok("PATCH", f"/crm/v3/objects/invoices/{invoice}", {"properties": properties})


def refused(us, invoice, **properties):
    return us.refused("PATCH", f"/crm/v3/objects/invoices/{invoice}", {"properties": properties})


def lines_of(us, invoice):
    found = us.ok("GET", f"/crm/v4/objects/invoices/{invoice}/associations/line_items")
    return [str(row["toObjectId"]) for row in found["results"]]


class TestStatus:
    def test_draft_needs_only_a_currency_and_has_dates_but_no_number(self, us):
        made = us.make("invoices", {"hs_currency": "USD"})
        found = us.read("invoices", made, STATUS, "hs_number", "hs_invoice_date", "hs_due_date", "hs_invoice_billable")
        assert found[STATUS] == "draft"
        assert found["hs_number"] is None
        assert found["hs_invoice_date"] == found["hs_due_date"] == "2026-03-10T09:00:00Z"
        assert found["hs_invoice_billable"] == "true"

    def test_opening_needs_a_contact_and_a_line(self, us):
        made = us.make("invoices", {"hs_currency": "USD"})
        message = refused(us, made, hs_invoice_status="open")["message"]
        assert "INVOICE_TO_LINE_ITEM" in message
        assert "INVOICE_TO_CONTACT" in message

    def test_numbers_count_up_from_the_accounts_prefix(self, us):
        us.sandbox.patch_company({"invoice_prefix": "INV-", "next_invoice_number": 1004})
        numbers = [
            us.read("invoices", us.open_invoice({"price": 1}, email=f"{n}@example.com"), "hs_number") for n in "ab"
        ]
        assert [one["hs_number"] for one in numbers] == ["INV-1004", "INV-1005"]

    def test_created_open_at_once_it_gets_its_number(self, us):
        contact, line = us.make("contacts", {"email": "a@example.com"}), us.make("line_items", {"price": 5})
        made = us.make("invoices", {"hs_currency": "USD", STATUS: "open"}, (contact, 177), (line, 409))
        assert (
            us.read("invoices", made, "hs_number", "hs_balance_due").items()
            >= {
                "hs_number": "INV-1001",
                "hs_balance_due": "5.00",
            }.items()
        )

    @pytest.mark.parametrize(
        ("before", "after"),
        [("draft", "paid"), ("draft", "voided"), ("open", "draft"), ("open", "paid"), ("voided", "open")],
    )
    def test_other_steps_are_refused(self, us, before, after):
        if before == "draft":
            made = us.make("invoices", {"hs_currency": "USD"})
        else:
            made = us.open_invoice({"price": 1})
            patch(us, made, hs_invoice_status=before)
        refused(us, made, hs_invoice_status=after)

    def test_void_leaves_lines_and_total_but_nothing_due(self, us):
        made = us.open_invoice({"price": 10})
        patch(us, made, hs_invoice_status="voided")
        found = us.read("invoices", made, "hs_amount_billed", "hs_balance_due", STATUS)
        assert (found["hs_amount_billed"], found["hs_balance_due"], found[STATUS]) == ("10.00", "0.00", "voided")
        assert len(lines_of(us, made)) == 1

    def test_invoice_with_a_payment_is_neither_voided_nor_edited(self, us):
        made = us.open_invoice({"price": 10})
        us.pay(made, "4")
        refused(us, made, hs_invoice_status="voided")
        us.refused("PATCH", f"/crm/v3/objects/line_items/{lines_of(us, made)[0]}", {"properties": {"price": "9"}})

    @pytest.mark.parametrize("name", ["hs_number", "hs_amount_billed", "hs_balance_due", "hs_payment_date"])
    def test_billable_invoice_takes_no_number_and_no_amount(self, us, name):
        made = us.make("invoices", {"hs_currency": "USD"})
        assert refused(us, made, **{name: "1"})["errors"][0]["code"] == "READ_ONLY_VALUE"

    def test_non_billable_invoice_takes_all_of_them(self, us):
        made = us.make(
            "invoices",
            {
                "hs_currency": "USD",
                "hs_invoice_billable": "false",
                STATUS: "open",
                "hs_number": "1042",
                "hs_amount_billed": "450.00",
            },
        )
        found = us.read("invoices", made, "hs_number", "hs_amount_billed", "hs_balance_due")
        assert (found["hs_number"], found["hs_amount_billed"], found["hs_balance_due"]) == ("1042", "450.00", "450.00")
        patch(us, made, hs_invoice_status="paid")
        assert us.read("invoices", made, "hs_balance_due")["hs_balance_due"] == "0.00"

    def test_foreign_currency_is_refused_until_the_account_has_it(self, us):
        us.refused("POST", "/crm/v3/objects/invoices", {"properties": {"hs_currency": "EUR"}})
        us.sandbox.patch_company({"currencies": ["USD", "EUR"]})
        us.make("invoices", {"hs_currency": "EUR"})

    def test_only_drafts_and_unpaid_open_invoices_can_be_deleted(self, us):
        opened, paid = us.open_invoice({"price": 1}), us.open_invoice({"price": 1}, email="b@example.com")
        lines = lines_of(us, opened)
        us.pay(paid, "1")
        us.refused("DELETE", f"/crm/v3/objects/invoices/{paid}")
        us.sandbox.patch_company({"edit_invoices": False})
        us.refused("DELETE", f"/crm/v3/objects/invoices/{opened}")
        us.sandbox.patch_company({"edit_invoices": True})
        us.ok("DELETE", f"/crm/v3/objects/invoices/{opened}")
        us.refused("GET", f"/crm/v3/objects/line_items/{lines[0]}", status=404)


class TestLines:
    def test_change_of_a_line_changes_the_open_invoice(self, us):
        made = us.open_invoice({"price": 10}, {"price": 5})
        first, second = lines_of(us, made)
        us.ok("PATCH", f"/crm/v3/objects/line_items/{first}", {"properties": {"quantity": "3"}})
        assert us.read("invoices", made, "hs_amount_billed")["hs_amount_billed"] == "35.00"
        us.ok("DELETE", f"/crm/v3/objects/line_items/{second}")
        assert us.read("invoices", made, "hs_balance_due")["hs_balance_due"] == "30.00"
        us.make("line_items", {"price": "1.50"}, (made, 410))
        assert us.read("invoices", made, "hs_subtotal")["hs_subtotal"] == "31.50"

    def test_change_of_a_line_moves_the_invoices_modified_date(self, us):
        made = us.open_invoice({"price": 10})
        before = us.ok("GET", f"/crm/v3/objects/invoices/{made}")["updatedAt"]
        us.clock.advance(60)
        us.ok("PATCH", f"/crm/v3/objects/line_items/{lines_of(us, made)[0]}", {"properties": {"price": "11"}})
        assert us.ok("GET", f"/crm/v3/objects/invoices/{made}")["updatedAt"] > before

    def test_lines_are_locked_where_the_account_forbids_edits(self, us):
        made = us.open_invoice({"price": 10})
        us.sandbox.patch_company({"edit_invoices": False})
        line = lines_of(us, made)[0]
        us.refused("PATCH", f"/crm/v3/objects/line_items/{line}", {"properties": {"price": "11"}})
        us.refused("DELETE", f"/crm/v3/objects/line_items/{line}")
        link = [{"to": {"id": made}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 410}]}]
        us.refused("POST", "/crm/v3/objects/line_items", {"properties": {"price": "1"}, "associations": link})

    def test_lines_may_be_open_to_people_and_closed_to_apps(self, us):
        made, draft = us.open_invoice({"price": 10}), us.make("invoices", {"hs_currency": "USD"})
        us.sandbox.patch_company({"apps_edit_lines": False})
        change = {"properties": {"price": "11"}}
        url = f"/crm/v3/objects/line_items/{lines_of(us, made)[0]}"
        us.refused("PATCH", url, change)
        us.ok("PATCH", url, change, token=us.sandbox.token("seller"))
        us.make("line_items", {"price": "1"}, (draft, 410))

    def test_custom_property_of_a_locked_line_can_be_written(self, us):
        wanted = {
            "name": "ours",
            "label": "x",
            "type": "string",
            "fieldType": "text",
            "groupName": "lineiteminformation",
        }
        us.ok("POST", "/crm/v3/properties/line_items", wanted)
        made = us.open_invoice({"price": 10})
        us.pay(made, "10")
        us.ok("PATCH", f"/crm/v3/objects/line_items/{lines_of(us, made)[0]}", {"properties": {"ours": "1"}})

    def test_line_belongs_to_one_invoice(self, us):
        first = us.open_invoice({"price": 10}, {"price": 1})
        second = us.make("invoices", {"hs_currency": "USD"})
        line = lines_of(us, first)[0]
        us.ok("PUT", f"/crm/v4/objects/line_items/{line}/associations/default/invoices/{second}")
        assert line not in lines_of(us, first)
        assert us.read("invoices", first, "hs_amount_billed")["hs_amount_billed"] == "1.00"
        assert us.read("invoices", second, "hs_amount_billed")["hs_amount_billed"] == "10.00"

    def test_line_shows_the_tax_of_its_rate_and_the_invoice_the_tax_of_the_sum(self, uk):
        rate = {"id": "20", "name": "VAT 12", "label": "VAT", "percentageRate": 12, "active": True}
        uk.sandbox.patch_company({"tax_rates": [rate]})
        lines = [{"price": "1.59", "quantity": 11 if n < 2 else 1, "hs_tax_rate_group_id": "20"} for n in range(31)]
        made = uk.open_invoice(*lines)
        found = uk.read("invoices", made, "hs_subtotal", "hs_tax", "hs_amount_billed")
        assert (found["hs_subtotal"], found["hs_tax"], found["hs_amount_billed"]) == ("81.09", "9.73", "90.82")
        line = uk.read("line_items", lines_of(uk, made)[2], "hs_tax_amount", "hs_tax_rate", "hs_post_tax_amount")
        assert (line["hs_tax_amount"], line["hs_tax_rate"], line["hs_post_tax_amount"]) == ("0.19", "12", "1.78")

    def test_order_level_discount_fee_and_tax_count(self, us):
        made = us.open_invoice({"price": 100})
        us.make("discounts", {"hs_label": "Loyal", "hs_type": "PERCENT", "hs_value": "10"}, (made, 412))
        us.make("fees", {"hs_label": "Freight", "hs_type": "FIXED", "hs_value": "10"}, (made, 414))
        tax = us.make("taxes", {"hs_label": "State", "hs_type": "PERCENT", "hs_value": "8"}, (made, 416))
        assert us.read("invoices", made, "hs_amount_billed")["hs_amount_billed"] == "108.00"
        us.ok("PATCH", f"/crm/v3/objects/taxes/{tax}", {"properties": {"hs_value": "10"}})
        assert us.read("invoices", made, "hs_amount_billed")["hs_amount_billed"] == "110.00"

    def test_amounts_may_settle_later(self, us):
        us.sandbox.patch_company({"settling_seconds": 5})
        made = us.open_invoice({"price": 10})
        assert us.read("invoices", made, "hs_amount_billed")["hs_amount_billed"] is None
        us.clock.advance(5)
        assert us.read("invoices", made, "hs_amount_billed")["hs_amount_billed"] == "10.00"


class TestPayments:
    def test_part_then_rest(self, us):
        made = us.open_invoice({"price": 250})
        us.pay(made, "100")
        found = us.read("invoices", made, STATUS, "hs_amount_paid", "hs_balance_due", "hs_payment_date")
        assert (found[STATUS], found["hs_amount_paid"], found["hs_balance_due"]) == ("open", "100.00", "150.00")
        us.pay(made, "150")
        found = us.read("invoices", made, STATUS, "hs_balance_due", "hs_payment_date")
        assert (found[STATUS], found["hs_balance_due"]) == ("paid", "0.00")
        assert found["hs_payment_date"] == "2026-03-10T00:00:00Z"

    def test_processing_payment_counts_once_it_succeeded(self, us):
        made = us.open_invoice({"price": 10})
        payment = us.pay(made, "10", hs_latest_status="processing")
        assert us.read("invoices", made, STATUS)[STATUS] == "open"
        us.ok(
            "PATCH", f"/crm/v3/objects/commerce_payments/{payment}", {"properties": {"hs_latest_status": "succeeded"}}
        )
        assert us.read("invoices", made, STATUS)[STATUS] == "paid"
        us.ok("PATCH", f"/crm/v3/objects/commerce_payments/{payment}", {"properties": {"hs_initial_amount": "4"}})
        assert (
            us.read("invoices", made, STATUS, "hs_balance_due").items()
            >= {STATUS: "open", "hs_balance_due": "6.00"}.items()
        )

    def test_payment_larger_than_the_invoice_leaves_nothing_due(self, us):
        made = us.open_invoice({"price": 10})
        us.pay(made, "12")
        found = us.read("invoices", made, STATUS, "hs_amount_paid", "hs_balance_due")
        assert (found[STATUS], found["hs_amount_paid"], found["hs_balance_due"]) == ("paid", "12.00", "0.00")

    def test_payment_can_be_associated_later(self, us):
        made = us.open_invoice({"price": 10})
        payment = us.make(
            "commerce_payments",
            {"hs_initial_amount": "10", "hs_initiated_date": "2026-03-01", "hs_latest_status": "succeeded"},
        )
        us.ok("PUT", f"/crm/v4/objects/commerce_payments/{payment}/associations/default/invoices/{made}")
        assert us.read("invoices", made, STATUS)[STATUS] == "paid"
        us.ok("DELETE", f"/crm/v4/objects/commerce_payments/{payment}/associations/invoices/{made}")
        assert us.read("invoices", made, STATUS)[STATUS] == "open"

    @pytest.mark.parametrize("processor", ["hs_payments", "byo_stripe"])
    def test_payment_of_a_processor_cannot_be_touched(self, us, processor):
        made = us.open_invoice({"price": 10})
        payment = us.pay(made, "10", hs_processor_type=processor)
        us.refused("DELETE", f"/crm/v3/objects/commerce_payments/{payment}")
        us.refused("PATCH", f"/crm/v3/objects/commerce_payments/{payment}", {"properties": {"hs_initial_amount": "1"}})

    def test_payment_of_a_non_billable_invoice_counts_too(self, us):
        made = us.make(
            "invoices",
            {"hs_currency": "USD", "hs_invoice_billable": "false", STATUS: "open", "hs_amount_billed": "450"},
        )
        payment = us.pay(made, "450")
        assert (
            us.read("invoices", made, STATUS, "hs_balance_due").items()
            >= {STATUS: "paid", "hs_balance_due": "0.00"}.items()
        )
        us.ok("DELETE", f"/crm/v3/objects/commerce_payments/{payment}")
        assert (
            us.read("invoices", made, STATUS, "hs_balance_due").items()
            >= {STATUS: "open", "hs_balance_due": "450.00"}.items()
        )

    def test_payment_belongs_to_one_invoice(self, us):
        first, second = (us.open_invoice({"price": 10}, email=f"{name}@example.com") for name in "ab")
        payment = us.pay(first, "10")
        url = f"/crm/v4/objects/commerce_payments/{payment}/associations/default/invoices"
        us.ok("PUT", f"{url}/{first}")
        us.refused("PUT", f"{url}/{second}")

    def test_draft_and_voided_invoices_take_no_payment(self, us):
        made = us.make("invoices", {"hs_currency": "USD"})
        payment = us.make("commerce_payments", {"hs_initial_amount": "10", "hs_initiated_date": "2026-03-01"})
        answer = us.call("PUT", f"/crm/v4/objects/commerce_payments/{payment}/associations/default/invoices/{made}")
        assert answer[0] == 400


class TestCustomer:
    EMAIL = "hs_invoice_latest_contact_email"

    def test_invoice_follows_another_contact_and_none(self, us):
        made = us.open_invoice({"price": 10})
        first = us.ok("GET", f"/crm/v4/objects/invoices/{made}/associations/contacts")["results"][0]["toObjectId"]
        other = us.make("contacts", {"email": "other@example.com", "firstname": "Ben", "city": "Leeds"})
        before = us.ok("GET", f"/crm/v3/objects/invoices/{made}")["updatedAt"]
        us.clock.advance(1)
        us.ok("DELETE", f"/crm/v4/objects/invoices/{made}/associations/contacts/{first}")
        assert us.read("invoices", made, self.EMAIL)[self.EMAIL] is None
        us.ok("PUT", f"/crm/v4/objects/invoices/{made}/associations/default/contacts/{other}")
        found = us.read(
            "invoices", made, self.EMAIL, "hs_recipient_shipping_city", "hs_invoice_latest_contact_firstname"
        )
        assert found[self.EMAIL] == "other@example.com"
        assert found["hs_recipient_shipping_city"] == "Leeds"
        assert us.ok("GET", f"/crm/v3/objects/invoices/{made}")["updatedAt"] > before

    def test_paid_invoice_keeps_its_contact(self, us):
        made = us.open_invoice({"price": 10})
        us.pay(made, "10")
        first = us.ok("GET", f"/crm/v4/objects/invoices/{made}/associations/contacts")["results"][0]["toObjectId"]
        us.refused("DELETE", f"/crm/v4/objects/invoices/{made}/associations/contacts/{first}")

    def test_ship_to_that_the_seller_wrote_stays(self, us):
        made = us.make("invoices", {"hs_currency": "USD", "hs_recipient_shipping_city": "York"})
        contact = us.make("contacts", {"email": "a@example.com", "city": "Leeds"})
        us.ok("PUT", f"/crm/v4/objects/invoices/{made}/associations/default/contacts/{contact}")
        assert us.read("invoices", made, "hs_recipient_shipping_city")["hs_recipient_shipping_city"] == "York"

    def test_contact_shows_its_first_company_and_the_next_when_that_goes(self, us):
        contact = us.make("contacts", {"email": "a@example.com"})
        first, second = (us.make("companies", {"name": name}) for name in ("A", "B"))
        for company in (first, second):
            us.ok("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}")
        assert us.read("contacts", contact, "associatedcompanyid")["associatedcompanyid"] == first
        us.ok("DELETE", f"/crm/v4/objects/contacts/{contact}/associations/companies/{first}")
        assert us.read("contacts", contact, "associatedcompanyid")["associatedcompanyid"] == second

    def test_contact_has_one_primary_company_the_last_made_so(self, us):
        contact = us.make("contacts", {"email": "a@example.com"})
        first, second = (us.make("companies", {"name": name}) for name in ("A", "B"))
        us.ok("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{first}")
        spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 2}]
        us.ok("PUT", f"/crm/v4/objects/companies/{second}/associations/contacts/{contact}", spec)
        assert us.read("contacts", contact, "associatedcompanyid")["associatedcompanyid"] == second
        rows = us.ok("GET", f"/crm/v4/objects/contacts/{contact}/associations/companies")["results"]
        labels = {str(row["toObjectId"]): {kind["label"] for kind in row["associationTypes"]} for row in rows}
        assert labels == {first: {None}, second: {None, "Primary"}}

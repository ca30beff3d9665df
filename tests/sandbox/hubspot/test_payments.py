"""Payments: what each status is worth to the invoice, who may change them, fees, refunds, several invoices."""

import pytest
from hubspot.crm import objects

STATUS = "hs_invoice_status"
PAYMENTS = "/crm/v3/objects/commerce_payments"


def state(us, invoice):
    found = us.read("invoices", invoice, STATUS, "hs_amount_paid", "hs_balance_due")
    return found[STATUS], found["hs_amount_paid"], found["hs_balance_due"]


def change(us, payment, **properties):
    return us.ok("PATCH", f"{PAYMENTS}/{payment}", {"properties": properties})


@pytest.mark.parametrize("billable", ["true", "false"])
@pytest.mark.parametrize(
    ("status", "refunds", "left"),
    [
        ("processing", "", ("open", "0.00", "100.00")),
        ("succeeded", "", ("paid", "100.00", "0.00")),
        ("failed", "", ("open", "0.00", "100.00")),
        ("processing_refund", "", ("paid", "100.00", "0.00")),
        ("partially_refunded", "30", ("open", "70.00", "30.00")),
        ("refunded", "100", ("open", "0.00", "100.00")),
        ("refunded", "", ("open", "0.00", "100.00")),
        ("disputed_action_required", "", ("open", "0.00", "100.00")),
        ("disputed_awaiting_decision", "", ("open", "0.00", "100.00")),
        ("disputed_won", "", ("paid", "100.00", "0.00")),
        ("disputed_lost", "", ("open", "0.00", "100.00")),
    ],
)
def test_what_a_payment_that_had_succeeded_leaves_of_the_invoice(us, billable, status, refunds, left):
    if billable == "true":
        invoice = us.open_invoice({"price": 100})
    else:
        values = {"hs_currency": "USD", "hs_invoice_billable": "false", STATUS: "open", "hs_amount_billed": "100"}
        invoice = us.make("invoices", values)
    payment = us.pay(invoice, "100")
    assert state(us, invoice) == ("paid", "100.00", "0.00")
    change(us, payment, hs_latest_status=status, hs_refunds_amount=refunds)
    assert state(us, invoice) == left
    paid_on = us.read("invoices", invoice, "hs_payment_date")["hs_payment_date"]
    assert (paid_on is not None) is (left[0] == "paid")


def test_disputed_payments_count_where_the_switch_says_so(us):
    us.sandbox.patch_company({"disputed_payments_count": True})
    invoice = us.open_invoice({"price": 100})
    payment = us.pay(invoice, "100", hs_latest_status="disputed_action_required")
    assert state(us, invoice)[0] == "paid"
    change(us, payment, hs_latest_status="disputed_lost")
    assert state(us, invoice)[0] == "open"


def test_part_pays_the_whole_where_the_switch_says_so(us):
    us.sandbox.patch_company({"partial_payment_pays": True})
    invoice = us.open_invoice({"price": 100})
    payment = us.pay(invoice, "40")
    assert state(us, invoice) == ("paid", "40.00", "60.00")
    change(us, payment, hs_latest_status="failed")
    assert state(us, invoice) == ("open", "0.00", "100.00")


def test_the_day_of_a_failed_payment_is_not_the_day_the_invoice_was_paid(us):
    invoice = us.open_invoice({"price": 100})
    us.pay(invoice, "100", hs_initiated_date="2026-03-20", hs_latest_status="failed")
    us.pay(invoice, "60", hs_initiated_date="2026-03-11")
    us.pay(invoice, "40", hs_initiated_date="2026-03-12")
    assert us.read("invoices", invoice, "hs_payment_date")["hs_payment_date"] == "2026-03-12T00:00:00Z"


def test_one_of_two_payments_bounces(us):
    invoice = us.open_invoice({"price": 100})
    us.pay(invoice, "60", hs_payment_method_type="check")
    bounced = us.pay(invoice, "40", hs_payment_method_type="ach")
    assert state(us, invoice) == ("paid", "100.00", "0.00")
    change(us, bounced, hs_latest_status="failed")
    assert state(us, invoice) == ("open", "60.00", "40.00")


def test_new_payment_is_processing_by_no_processor_and_belongs_to_nothing(us):
    made = us.make("commerce_payments", {"hs_initial_amount": "10", "hs_initiated_date": "2026-03-01"})
    names = ("hs_latest_status", "hs_processor_type", "hs_has_associated_invoice", "hs_number_of_associated_invoices")
    found = us.read("commerce_payments", made, *names)
    assert tuple(found[name] for name in names) == ("processing", "none", "false", "0")


def test_gross_fees_net_and_refunds(us):
    invoice = us.open_invoice({"price": 100})
    payment = us.pay(invoice, "100", hs_fees_amount="3.20", hs_processor_type="quickbooks")
    names = ("hs_net_amount", "hs_net_amount_after_refunds", "hs_net_amount_in_portal_currency")
    found = us.read("commerce_payments", payment, *names)
    assert tuple(found[name] for name in names) == ("96.80", "96.80", "96.80")
    change(us, payment, hs_latest_status="partially_refunded", hs_refunds_amount="20")
    found = us.read("commerce_payments", payment, *names)
    assert tuple(found[name] for name in names) == ("96.80", "76.80", "96.80")
    change(us, payment, hs_latest_status="refunded", hs_refunds_amount="")
    assert us.read("commerce_payments", payment, names[1])[names[1]] == "-3.20"


def test_payment_in_another_currency_has_no_net_amount_in_the_accounts(us):
    us.sandbox.patch_company({"currencies": ["USD", "EUR"]})
    values = {"hs_initial_amount": "10", "hs_initiated_date": "2026-03-01", "hs_currency_code": "EUR"}
    found = us.read("commerce_payments", us.make("commerce_payments", values), "hs_net_amount_in_portal_currency")
    assert found["hs_net_amount_in_portal_currency"] is None


@pytest.mark.parametrize(
    ("name", "value"), [("hs_initial_amount", "-1"), ("hs_fees_amount", "-1"), ("hs_refunds_amount", "10.01")]
)
def test_amount_that_makes_no_sense_is_refused(us, name, value):
    values = {"hs_initial_amount": "10", "hs_initiated_date": "2026-03-01", name: value}
    assert us.refused("POST", PAYMENTS, {"properties": values})["errors"][0]["code"] == "INVALID_AMOUNT"


@pytest.mark.parametrize("processor", ["hs_payments", "byo_stripe"])
class TestProcessors:
    def test_only_hubspot_itself_moves_them_on(self, us, processor):
        invoice = us.open_invoice({"price": 100})
        own, seller = us.sandbox.token("hubspot"), us.sandbox.token("seller")
        payment = us.pay(
            invoice, "100", hs_latest_status="processing", hs_processor_type=processor, hs_payment_method_type="ach"
        )
        url = f"{PAYMENTS}/{payment}"
        for token in (None, seller):
            us.refused("PATCH", url, {"properties": {"hs_latest_status": "succeeded"}}, token=token)
            us.refused("DELETE", url, token=token)
            body = {"inputs": [{"id": payment}]}
            us.refused("POST", f"{PAYMENTS}/batch/archive", body, token=token)
            association = f"/crm/v4/objects/commerce_payments/{payment}/associations/invoices/{invoice}"
            us.refused("DELETE", association, token=token)
        seen = []
        for status in ("succeeded", "disputed_action_required", "disputed_lost"):
            values = {"hs_latest_status": status, "hs_platform_fee": "0.50"}
            us.ok("PATCH", url, {"properties": values}, token=own)
            seen.append(state(us, invoice))
        assert seen == [("paid", "100.00", "0.00"), ("open", "0.00", "100.00"), ("open", "0.00", "100.00")]
        assert us.read("commerce_payments", payment, "hs_platform_fee")["hs_platform_fee"] == "0.50"

    def test_custom_properties_of_them_can_be_written(self, us, processor):
        wanted = {"name": "ours", "label": "x", "type": "string", "fieldType": "text"}
        us.ok("POST", "/crm/v3/properties/commerce_payments", {**wanted, "groupName": "paymentinformation"})
        payment = us.pay(us.open_invoice({"price": 100}), "100", hs_processor_type=processor)
        change(us, payment, ours="1")


class TestSeveralInvoices:
    @pytest.fixture
    def both(self, us):
        us.sandbox.patch_company({"payments_over_invoices": True})
        return [us.open_invoice({"price": price}, email=f"{price}@example.com") for price in (300, 250)]

    def test_one_payment_fills_them_in_order(self, us, both):
        values = {"hs_initial_amount": "500", "hs_initiated_date": "2026-03-10", "hs_latest_status": "succeeded"}
        payment = us.make("commerce_payments", values, *((one, 542) for one in both))
        assert [state(us, one) for one in both] == [("paid", "300.00", "0.00"), ("open", "200.00", "50.00")]
        shown = us.read("commerce_payments", payment, "hs_number_of_associated_invoices")
        assert shown["hs_number_of_associated_invoices"] == "2"
        change(us, payment, hs_initial_amount="310")
        assert [state(us, one)[1] for one in both] == ["300.00", "10.00"]
        us.ok("DELETE", f"/crm/v4/objects/commerce_payments/{payment}/associations/invoices/{both[0]}")
        assert [state(us, one) for one in both] == [("open", "0.00", "300.00"), ("paid", "310.00", "0.00")]

    def test_second_invoice_takes_what_the_first_left(self, us, both):
        payment = us.pay(both[0], "400")
        assert state(us, both[0])[1] == "400.00"
        us.ok("PUT", f"/crm/v4/objects/commerce_payments/{payment}/associations/default/invoices/{both[1]}")
        assert [state(us, one)[1] for one in both] == ["300.00", "100.00"]
        us.ok("DELETE", f"{PAYMENTS}/{payment}")
        assert [state(us, one)[1] for one in both] == ["0.00", "0.00"]


def test_official_client_records_refunds_and_withdraws_a_payment(client):
    api = client.crm.objects.basic_api
    made = api.create(
        "invoices",
        objects.SimplePublicObjectInputForCreate(
            properties={
                "hs_currency": "USD",
                "hs_invoice_billable": "false",
                STATUS: "open",
                "hs_amount_billed": "80",
            },
            associations=[],
        ),
    ).id
    values = {
        "hs_initial_amount": "80",
        "hs_initiated_date": "2026-03-10T12:00:00Z",
        "hs_latest_status": "succeeded",
        "hs_processor_type": "quickbooks",
        "hs_reference_number": "CHK-7",
    }
    link = {"to": {"id": made}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 542}]}
    payment = api.create(
        "commerce_payments", objects.SimplePublicObjectInputForCreate(properties=values, associations=[link])
    ).id

    def due():
        return api.get_by_id("invoices", made, properties=["hs_balance_due"]).properties["hs_balance_due"]

    assert due() == "0.00"
    refund = {"hs_latest_status": "partially_refunded", "hs_refunds_amount": "30"}
    api.update("commerce_payments", payment, objects.SimplePublicObjectInput(properties=refund))
    assert due() == "30.00"
    api.archive("commerce_payments", payment)
    assert due() == "80.00"

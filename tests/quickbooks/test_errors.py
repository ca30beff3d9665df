"""Faults, word for word as QuickBooks answers them, and the causes they are recognized as."""

import msgspec
import pytest

from tieout.core.records import Kind
from tieout.quickbooks.documents import Envelope
from tieout.quickbooks.errors import fault, problems, trouble
from tieout.remote.errors import Refusal, SignInTrouble, Unavailable

INACTIVE = (
    "Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors "
    "or employees."
)
RULE = "Business Validation Error: "


def said(code, detail, *, message="", element="", kind=None):
    error = {"Message": message, "Detail": detail, "code": code, "element": element}
    body = msgspec.json.encode(
        {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "2026-11-24T00:00:00.000-08:00"}
    )
    return fault(problems(msgspec.json.decode(body, type=Envelope)), kind, "1-tid")


@pytest.mark.parametrize(
    ("code", "detail", "cause", "reaction"),
    [
        ("610", f"Object Not Found : {INACTIVE}", "inactive_reference", "dependency"),
        ("610", "Object Not Found : Another user has deleted this transaction.", "object_gone", "stale"),
        (
            "2010",
            "Property Name:failed to parse json object; a property specified is unsupported or invalid",
            "bad_payload",
            "bug",
        ),
        ("2020", "Required parameter Line is missing in the request", "bad_payload", "bug"),
        ("2170", "Invalid Enumeration : HAS_BEEN_BILLED", "bad_payload", "bug"),
        ("2210", "Email Address does not conform to the syntax rules of RFC 822.", "bad_email", "person"),
        ("2220", "Invalid Currency Type", "currency_not_enabled", "person"),
        ("3000", "Invalid Custom Field : 2", "mapped_property_missing", "person"),
        ("2500", "Invalid Reference Id : Names element id 583 not found", "missing_reference", "dependency"),
        ("2500", f"Invalid Reference Id : {INACTIVE}", "inactive_reference", "dependency"),
        (
            "4000",
            'QueryParserError: Encountered " <IDENTIFIER> "TxnDate "" at line 1, column 29.',
            "bad_payload",
            "bug",
        ),
        ("5010", "Stale Object Error : You and root were working on this at the same time.", "stale_object", "stale"),
        ("5020", "Permission Denied", "feature_not_supported", "person"),
        ("6070", "Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07", "bad_payload", "bug"),
        ("6100", "Invalid Line TaxCode in the request", "unmapped_tax", "person"),
        (
            "6190",
            "Subscription period has ended or canceled or there was a billing problem",
            "subscription_lapsed",
            "connection",
        ),
        ("10200", "Company Reset", "company_reset", "connection"),
        ("6200", "The account period has closed", "period_closed", "person"),
        ("6210", "The account period has closed", "period_closed", "person"),
        ("6240", "The name supplied already exists. : null", "duplicate_display_name", "person"),
        ("6240", "Nom en double : Ce nom existe déjà. : Id=425", "duplicate_display_name", "person"),
        ("6450", "Attempt to Void Transaction failed", "invoice_has_payment", "person"),
        ("6540", "This transaction has been deposited.", "deposited", "person"),
        ("003001", "The request limit was reached.  Try again later", "rate_limited", "transient"),
        ("10000", "System Failure Error: java.lang.UnsupportedOperationException", "unavailable", "transient"),
        ("500", "Operation void is not supported.", "bad_payload", "bug"),
        ("4711", "Something new", "quickbooks_rule", "person"),
        (
            "6000",
            RULE + "Enter a service date for the revenue recognition line item",
            "service_date_required",
            "person",
        ),
        ("6000", RULE + "Entrez une date de service pour cette ligne", "service_date_required", "person"),
        ("6000", RULE + "Introduzca una fecha de servicio", "service_date_required", "person"),
        (
            "6000",
            RULE + "Make sure all your transactions have a VAT rate before you save.",
            "tax_code_required",
            "person",
        ),
        (
            "6000",
            RULE + "Make sure all your transactions have a GST/HST rate before you save.",
            "tax_code_required",
            "person",
        ),
        (
            "6000",
            RULE + "One or more transaction lines do not have a tax code associated with it",
            "tax_code_required",
            "person",
        ),
        ("6000", RULE + "You cannot enter more than 21 characters in the doc_num field", "number_too_long", "person"),
        ("6000", RULE + "You can only use one foreign currency per transaction", "currency_not_enabled", "person"),
        (
            "6000",
            RULE + "You cannot void an invoice that has a payment applied to it.",
            "invoice_has_payment",
            "person",
        ),
        ("6000", RULE + "Unexpected Internal Error. (-30003)", "no_customer", "dependency"),
        ("6000", RULE + "You must set a transaction amount.", "no_amount", "person"),
        (
            "6000",
            RULE + "We're sorry, QuickBooks encountered an error while calculating tax.",
            "tax_not_calculated",
            "person",
        ),
        ("6000", RULE + "Select a bank account for this deposit.", "deposit_account_unusable", "person"),
        ("6000", RULE + "Discounts are switched off for this company.", "discounts_off", "person"),
        (
            "6000",
            RULE + "You can't apply more to a transaction than its open balance.",
            "payment_not_applied",
            "person",
        ),
        ("6000", RULE + "Something that nobody has seen yet.", "quickbooks_rule", "person"),
        ("120", "AuthorizationFailure: -11014-You do not have access", "access_denied", "connection"),
        ("620", "TxnID Cannot Be Linked : Invoice 7 belongs to another customer.", "payment_not_applied", "person"),
        ("2200", "Invalid Web Address", "bad_website", "person"),
        ("2250", "At least one line is required", "no_lines", "person"),
        ("2290", "Negative amounts aren't supported", "negative_total", "person"),
        ("6080", "No Name Provided", "no_name", "person"),
        ("6270", "The date is before the inventory start date", "before_inventory", "person"),
        ("6430", "Invalid account type used", "income_account_unusable", "person"),
        ("6440", "Every amount needs an item or an account", "unmapped_item", "person"),
    ],
)
def test_each_fault_has_its_cause(code, detail, cause, reaction):
    found = said(code, detail)
    assert (found.cause, found.reaction, found.evidence["tid"]) == (cause, reaction, "1-tid")


def test_a_duplicate_number_names_its_holder():
    detail = "Numéro de document en double : … DocNumber=INV-1004 is assigned to TxnType=Credit Memo with TxnId=17984"
    found = said("6140", detail)
    assert found.cause == "duplicate_number"
    assert found.evidence == {"number": "INV-1004", "holder_type": "Credit Memo", "holder": "17984", "tid": "1-tid"}


def test_a_duplicate_name_names_its_holder_and_depends_on_the_kind():
    found = said("6240", "The name supplied already exists. : Id=1067", kind=Kind.ITEM)
    assert (found.cause, found.evidence["holder"]) == ("duplicate_item_name", "1067")


def test_a_custom_field_that_the_company_does_not_have_is_named_as_mappings_name_it():
    found = said("3000", "Invalid Custom Field : 2", element="CustomField")
    assert (found.evidence["field"], found.evidence["property"], found.evidence["side"]) == (
        "custom2",
        "custom2",
        "books",
    )


def test_a_text_that_is_too_long_tells_by_how_much():
    detail = "String length specified does not match the supported length. Min:0 Max:21 supported. Supplied length:25"
    found = said("2050", detail, element="DocNumber")
    assert found.cause == "number_too_long"
    assert (found.evidence["limit"], found.evidence["length"]) == ("21", "25")
    assert said("2050", detail, element="GivenName").cause == "text_too_long"


def test_of_several_errors_the_one_for_a_person_is_told_and_the_rest_kept():
    errors = [
        {"Message": "Required param missing", "Detail": "Required parameter Line is missing", "code": "2020"},
        {"Message": "Duplicate", "Detail": "DocNumber=7 is assigned to TxnType=Invoice with TxnId=9", "code": "6140"},
    ]
    body = msgspec.json.encode({"Fault": {"Error": errors, "type": "ValidationFault"}})
    found = fault(problems(msgspec.json.decode(body, type=Envelope)))
    assert found.cause == "duplicate_number"
    assert found.evidence["also"] == "Required parameter Line is missing"


def test_the_gateways_spelling_is_read_too():
    body = b"""{"warnings":null,"fault":{"error":[{"message":"Duplicate Name Exists Error","detail":
    "The name supplied already exists. : null","code":"6240","element":null}],"type":"ValidationFault"},
    "batchItemResponse":[],"time":1719142418269,"cdcresponse":[]}"""
    assert fault(problems(msgspec.json.decode(body, type=Envelope))).cause == "duplicate_display_name"


def test_an_answer_without_fault_has_no_problems():
    assert problems(msgspec.json.decode(b'{"QueryResponse":{},"Fault":null,"time":"x"}', type=Envelope)) == ()


def test_a_refused_read_says_what_to_do():
    assert isinstance(trouble(said("3100", "")), SignInTrouble)
    assert isinstance(trouble(said("3001", "")), Unavailable)
    assert isinstance(trouble(said("4001", "")), Refusal)

"""Every refusal of HubSpot's leads to its cause."""

import msgspec
import pytest

from tieout.hubspot.documents import envelope
from tieout.hubspot.errors import fault, sign_in_trouble

NOT_VALID = (
    'Property values were not valid: [{{"isValid":false,"message":"{message}","error":"{code}","name":"{name}",'
    '"localizedErrorMessage":"{message}","portalId":1}}]'
)


def said(message="", category="VALIDATION_ERROR", **more):
    body = {"status": "error", "message": message, "correlationId": "c-1", "category": category, **more}
    return envelope(msgspec.json.encode(body))


def coded(code, name="x", message="m"):
    return said(message, errors=[{"message": message, "code": code, "context": {"propertyName": [name]}}])


TAKEN = (
    "Cannot set PropertyValueCoordinates{portalId=1, objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}, "
    "propertyName=email, value=a@nova.example} on 11. 22 already has that value."
)


@pytest.mark.parametrize(
    ("status", "answer", "cause", "reaction"),
    [
        (400, coded("PROPERTY_DOESNT_EXIST", "hs_x"), "bad_payload", "bug"),
        (400, coded("PROPERTY_DOESNT_EXIST", "tieout_x"), "bad_payload", "bug"),
        (400, coded("PROPERTY_DOESNT_EXIST", "reference"), "mapped_property_missing", "person"),
        (400, coded("READ_ONLY_VALUE"), "bad_payload", "bug"),
        (400, coded("INVALID_LONG"), "bad_payload", "bug"),
        (400, coded("INVALID_EMAIL", "email"), "bad_email", "person"),
        (400, coded("INVALID_OPTION"), "hubspot_rule", "person"),
        (400, coded("INVALID_OPTION", "hs_currency"), "currency_not_enabled", "person"),
        (400, coded("CONFLICTING_UNIQUE_VALUE"), "unique_value_taken", "person"),
        (
            400,
            said(NOT_VALID.format(message="m", code="INVALID_OPTION", name="hs_currency_code")),
            "currency_not_enabled",
            "person",
        ),
        (
            400,
            said(NOT_VALID.format(message="m", code="CONFLICTING_UNIQUE_VALUE", name="k")),
            "unique_value_taken",
            "person",
        ),
        (400, said(TAKEN), "unique_value_taken", "person"),
        (409, said("Contact already exists. Existing ID: 22", "CONFLICT"), "unique_value_taken", "person"),
        (409, said("That is there already.", ""), "unique_value_taken", "person"),
        (400, said("Email address x is invalid"), "bad_email", "person"),
        (
            400,
            said("X is not a valid association type", subCategory="crm.associations.INVALID_ASSOCIATION_TYPE"),
            "bad_payload",
            "bug",
        ),
        (400, said("One or more associations are invalid: INVOICE 9 does not exist."), "missing_reference", "person"),
        (400, said("Unable to infer object type from: X"), "bad_payload", "bug"),
        (400, said("Invalid input JSON on line 1, column 2: x", ""), "bad_payload", "bug"),
        (400, said("Error creating CONTACT. Some required properties were missing: [a]"), "bad_payload", "bug"),
        (
            400,
            said("Payment 7 was processed by hs_payments; it cannot be changed or deleted."),
            "payment_locked",
            "person",
        ),
        (400, said("Invoice 7 has a payment and cannot be voided."), "invoice_has_payment", "person"),
        (
            400,
            said("Invoice 7 was made in HubSpot; an app cannot change its line items."),
            "invoice_locked",
            "person",
        ),
        (400, said("Invoice 7 is paid; its line items cannot be changed."), "invoice_locked", "person"),
        (
            400,
            said(
                "Edits to line items or invoice amount on HubSpot native invoices cannot be made through external apps."
            ),
            "invoice_locked",
            "person",
        ),
        (400, said("The association limit of this record is reached."), "too_many_associations", "person"),
        (400, said("Something else."), "hubspot_rule", "person"),
        (404, said("resource not found", ""), "object_gone", "person"),
        (404, said("Object not found.  objectId are usually numeric.", "OBJECT_NOT_FOUND"), "object_gone", "person"),
        (
            429,
            said("You have reached your ten_secondly_rolling limit.", "", errorType="RATE_LIMIT"),
            "rate_limited",
            "transient",
        ),
        (423, said("locked", ""), "rate_limited", "transient"),
        (503, said("", ""), "unavailable", "transient"),
    ],
)
def test_a_refusal_has_its_cause(status, answer, cause, reaction):
    found = fault(status, answer)
    assert (found.cause, found.reaction) == (cause, reaction)
    assert found.evidence["correlation"] == "c-1"


@pytest.mark.parametrize("answer", [said(TAKEN), said("Contact already exists. Existing ID: 22", "CONFLICT")])
def test_the_holder_of_a_taken_value_is_evidence(answer):
    assert fault(400, answer).evidence["holder"] == "22"


def test_the_property_of_a_bad_value_is_evidence():
    assert fault(400, coded("INVALID_OPTION", "hs_currency")).evidence["property"] == "hs_currency"


def test_a_missing_scope_is_named():
    answer = said(
        "This app hasn't been granted all required scopes to make this call.",
        "MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": ["crm.objects.invoices.read"]},
            }
        ],
    )
    trouble = sign_in_trouble(403, answer)
    assert (trouble.cause, trouble.evidence["scopes"]) == ("missing_scope", "crm.objects.invoices.read")
    assert "crm.objects.invoices.read" in str(trouble)


def test_an_expired_token_is_a_matter_of_the_sign_in():
    assert sign_in_trouble(401, said("expired", "EXPIRED_AUTHENTICATION")).cause == "sign_in_expired"
    assert sign_in_trouble(400, said("x")) is None


def test_what_is_no_envelope_is_kept_as_text():
    assert envelope(b"<html>").message == "<html>"
    assert envelope(b"[1]").message == "[1]"

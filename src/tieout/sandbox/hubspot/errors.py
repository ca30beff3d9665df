"""What HubSpot says when it refuses: one envelope, and the literal texts that clients match on.

Texts and categories are those of HubSpot's error guide ("Error handling") and of recorded answers.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

JsonMap = dict[str, Any]

OBJECT_NOT_FOUND = "OBJECT_NOT_FOUND"
VALIDATION_ERROR = "VALIDATION_ERROR"


class Refusal(Exception):
    """A request that HubSpot answers with an error.

    status: the HTTP status; message, category and the rest: members of the envelope. `extra` replaces or adds
    members, for the few answers that have others.
    """

    def __init__(
        self,
        status: int,
        message: str,
        category: str | None = None,
        *,
        sub_category: str | None = None,
        context: Mapping[str, list[str]] | None = None,
        errors: list[JsonMap] | None = None,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self._members: JsonMap = {
            "status": "error",
            "message": message,
            "category": category,
            "subCategory": sub_category,
            "context": context,
            "errors": errors,
            **(extra or {}),
        }

    def envelope(self, correlation_id: str) -> JsonMap:
        """Return the whole body of the answer."""
        return {**self.entry(), "correlationId": correlation_id}

    def entry(self, context: Mapping[str, list[str]] | None = None) -> JsonMap:
        """Return this refusal as one entry of a batch's `errors`, with `context` added."""
        members = {name: value for name, value in self._members.items() if value is not None}
        if context:
            members["context"] = {**members.get("context", {}), **context}
        return members


def invalid(
    message: str, *, sub_category: str | None = None, context: Mapping[str, list[str]] | None = None
) -> Refusal:
    """A 400 of category VALIDATION_ERROR."""
    return Refusal(400, message, VALIDATION_ERROR, sub_category=sub_category, context=context)


def bad_value(name: str, code: str, message: str) -> JsonMap:
    """One complaint about one property, for `bad_values`."""
    return {"name": name, "error": code, "message": message}


def bad_values(complaints: Iterable[JsonMap], portal_id: int) -> Refusal:
    """A 400 for property values, in HubSpot's two forms at once: JSON inside the message, and `errors`."""
    rows = [
        {"isValid": False, **complaint, "localizedErrorMessage": complaint["message"], "portalId": portal_id}
        for complaint in complaints
    ]
    return Refusal(
        400,
        f"Property values were not valid: {json.dumps(rows, separators=(',', ':'))}",
        VALIDATION_ERROR,
        errors=[
            {"message": row["message"], "code": row["error"], "context": {"propertyName": [row["name"]]}}
            for row in rows
        ],
    )


def missing_properties(kind: str, names: Iterable[str]) -> Refusal:
    """A 400 for a create without its required properties."""
    listed = ", ".join(names)
    return Refusal(
        400,
        f"Error creating {kind}. Some required properties were not set: required properties were missing: [{listed}]",
        VALIDATION_ERROR,
        context={"properties": list(names)},
    )


def taken_value(constant: str, portal_id: int, name: str, value: str, own_id: str, holder_id: str) -> Refusal:
    """A 400 for an update to a unique value that another object holds; the second id is the holder's."""
    return invalid(
        f"Cannot set PropertyValueCoordinates{{portalId={portal_id}, "
        f"objectTypeId=ObjectTypeId{{legacyObjectType={constant}}}, propertyName={name}, value={value}}} "
        f"on {own_id}. {holder_id} already has that value."
    )


def contact_exists(holder_id: str) -> Refusal:
    """The 409 for a contact created with an e-mail that another one holds."""
    return Refusal(409, f"Contact already exists. Existing ID: {holder_id}", "CONFLICT")


def not_found(object_id: str) -> Refusal:
    """The 404 for an object, in the form for numeric and for other ids."""
    if object_id.isdecimal():
        return Refusal(404, "resource not found")
    return Refusal(
        404, "Object not found.  objectId are usually numeric.", OBJECT_NOT_FOUND, context={"id": [object_id]}
    )


def some_not_found(constant: str, ids: list[str]) -> Refusal:
    """What a batch says of the ids that it could not find."""
    return Refusal(
        404,
        f"Could not get some {constant} objects, they may be deleted or not exist. Check that ids are valid.",
        OBJECT_NOT_FOUND,
        context={"ids": ids},
    )


def no_page(path: str) -> Refusal:
    """The 404 for a path that is no endpoint."""
    return Refusal(404, f"No endpoint answers at {path}")


def unknown_type(name: str) -> Refusal:
    """The 400 for an object type that does not exist."""
    return Refusal(400, f"Unable to infer object type from: {name}", VALIDATION_ERROR)


def malformed(line: int, column: int, reason: str) -> Refusal:
    """The 400 for a body that is not the JSON it should be; it carries no category."""
    return Refusal(400, f"Invalid input JSON on line {line}, column {column}: {reason}")


def missing_scopes(scopes: Iterable[str]) -> Refusal:
    """The 403 for a scope that the app was not granted."""
    return Refusal(
        403,
        "This app hasn't been granted all required scopes to make this call. "
        "Read more about required scopes here: https://developers.hubspot.com/scopes.",
        "MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        extra={"links": {"scopes": "https://developers.hubspot.com/scopes"}},
    )


def not_signed_in() -> Refusal:
    """The 401 for a missing or unknown token."""
    return Refusal(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        "INVALID_AUTHENTICATION",
    )


def expired(seconds: int, expired_at: str) -> Refusal:
    """The 401 for a token that was good until `expired_at` (ISO text), `seconds` ago."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            ago = f"{seconds // length} {unit}"
            break
    else:
        ago = f"{seconds} second"
    return Refusal(
        401,
        f"The OAuth token used to make this call expired {ago}(s) ago.",
        "EXPIRED_AUTHENTICATION",
        context={"expire time": [expired_at]},
    )


def too_many(window: str, policy: str) -> Refusal:
    """The 429 of a limit: `window` as the text names it, `policy` as `policyName` does."""
    return Refusal(
        429,
        f"You have reached your {window} limit.",
        extra={"errorType": "RATE_LIMIT", "policyName": policy},
    )

"""What HubSpot refuses, and what it means: by code and category first, by literal text where there is no code.

Codes and texts: HubSpot developer documentation, "Error handling", and answers recorded by public integrations.
"""

import re

import msgspec

from tieout.hubspot.documents import Detail, Envelope
from tieout.remote.errors import SignInTrouble
from tieout.remote.outcomes import Fault, Reaction

_CAUSES: dict[str, tuple[str, Reaction]] = {
    "PROPERTY_DOESNT_EXIST": ("bad_payload", "bug"),
    "READ_ONLY_VALUE": ("bad_payload", "bug"),
    "INVALID_INTEGER": ("bad_payload", "bug"),
    "INVALID_LONG": ("bad_payload", "bug"),
    "INVALID_NUMBER": ("bad_payload", "bug"),
    "INVALID_DATE": ("bad_payload", "bug"),
    "INVALID_OPTION": ("hubspot_rule", "person"),
    "INVALID_EMAIL": ("bad_email", "person"),
    "CONFLICTING_UNIQUE_VALUE": ("unique_value_taken", "person"),
    "CONFLICT": ("unique_value_taken", "person"),
    "OBJECT_NOT_FOUND": ("object_gone", "person"),
    "crm.associations.INVALID_ASSOCIATION_TYPE": ("bad_payload", "bug"),
    "MISSING_SCOPES": ("missing_scope", "connection"),
    "FORBIDDEN": ("missing_scope", "connection"),
    "INVALID_AUTHENTICATION": ("sign_in_expired", "connection"),
    "EXPIRED_AUTHENTICATION": ("sign_in_expired", "connection"),
    "RATE_LIMIT": ("rate_limited", "transient"),
}

_TEXTS: tuple[tuple[re.Pattern[str], str, Reaction], ...] = (
    (re.compile(r"on \d+\. (?P<holder>\d+) already has that value"), "unique_value_taken", "person"),
    (re.compile(r"already exists\. Existing ID: (?P<holder>\d+)"), "unique_value_taken", "person"),
    (
        re.compile(r"association.{0,40}\blimit|\blimit.{0,40}association", re.IGNORECASE),
        "too_many_associations",
        "person",
    ),
    (re.compile(r"nvoice \d+ has a payment"), "invoice_has_payment", "person"),
    (
        re.compile(
            r"nvoice \d+ (?:is (?:paid|voided|finalized)|was made in HubSpot)|through external apps", re.IGNORECASE
        ),
        "invoice_locked",
        "person",
    ),
    (re.compile(r"Email address \S+ is invalid|GDPR blacklisted"), "bad_email", "person"),
    (
        re.compile(
            r"cannot be (?:edited|updated|changed|deleted|archived).*pa(?:yment|id)|payment.*cannot be", re.IGNORECASE
        ),
        "payment_locked",
        "person",
    ),
    (re.compile(r"One or more associations are invalid"), "missing_reference", "person"),
    (re.compile(r"currency", re.IGNORECASE), "currency_not_enabled", "person"),
    (
        re.compile(r"Invalid input JSON|Unable to infer object type|required properties were missing"),
        "bad_payload",
        "bug",
    ),
    (re.compile(r"resource not found", re.IGNORECASE), "object_gone", "person"),
)


class _Complaint(msgspec.Struct, frozen=True):
    message: str = ""
    error: str = ""
    name: str = ""


_COMPLAINTS = msgspec.json.Decoder(list[_Complaint])
_NEVER_MAPPED = ("hs_", "tieout_")
"""What the names begin with of properties that Tieout writes of itself."""
_CURRENCIES = frozenset({"hs_currency", "hs_currency_code", "hs_line_item_currency_code"})


def fault(status: int, said: Envelope | Detail) -> Fault:
    """The cause of a refusal. status: of the HTTP answer, or of the one input of a batch.

    evidence: `text`, where known `holder` (id of the record that has the value), `property`, `correlation`.
    """
    details = said.errors or _listed_in(said.message)
    first = details[0] if details else None
    evidence = {"text": said.message}
    if isinstance(said, Envelope) and said.correlation_id:
        evidence["correlation"] = said.correlation_id
    property_ = next((name for each in details for name in each.named("propertyName")), "")
    if property_:
        evidence["property"] = property_
    code = _code(said, first)
    cause, reaction = _CAUSES.get(code, ("", "person"))
    text = " ".join([said.message, *(each.message for each in details if each.message != said.message)])
    if code == "PROPERTY_DOESNT_EXIST" and property_ and not property_.startswith(_NEVER_MAPPED):
        cause, reaction = "mapped_property_missing", "person"
        evidence |= {"field": property_, "side": "crm"}
    if code == "INVALID_OPTION" and property_ in _CURRENCIES:
        cause = "currency_not_enabled"
    if cause in ("", "unique_value_taken"):
        for pattern, meaning, reacts in _TEXTS:
            found = pattern.search(text)
            if found and cause in ("", meaning):
                cause, reaction = meaning, reacts
                evidence.update(found.groupdict())
                break
    if not cause:
        cause, reaction = _by_status(status)
    return Fault(code=code or str(status), cause=cause, reaction=reaction, text=text, evidence=evidence)


def _listed_in(message: str) -> list[Detail]:
    """The complaints that HubSpot puts as JSON into the message when property values are wrong."""
    start = message.find("[{")
    if start < 0:
        return []
    try:
        complaints = _COMPLAINTS.decode(message[start:])
    except msgspec.MsgspecError:
        return []
    return [Detail(message=one.message, code=one.error, context={"propertyName": [one.name]}) for one in complaints]


def _code(said: Envelope | Detail, first: Detail | None) -> str:
    """The narrowest code that the table knows, else the broadest that was given."""
    given = [
        first.code if first else "",
        said.sub_category,
        first.sub_category if first else "",
        said.category,
        said.error_type if isinstance(said, Envelope) else said.code,
    ]
    return next((code for code in given if code in _CAUSES), next((code for code in reversed(given) if code), ""))


def _by_status(status: int) -> tuple[str, Reaction]:
    if status == 404:
        return "object_gone", "person"
    if status == 409:
        return "unique_value_taken", "person"
    if status in (423, 429, 477):
        return "rate_limited", "transient"
    if status >= 500:
        return "unavailable", "transient"
    return "hubspot_rule", "person"


def sign_in_trouble(status: int, said: Envelope) -> SignInTrouble | None:
    """The trouble of the whole account that a refusal tells of, if it does: scopes are named in the evidence."""
    if status == 401:
        return SignInTrouble(
            "sign_in_expired",
            "HubSpot no longer accepts this sign-in. Connect the account again.",
            {"text": said.message},
        )
    if status != 403:
        return None
    scopes = [scope for each in said.errors for scope in each.named("requiredGranularScopes")]
    if said.category == "MISSING_SCOPES" or scopes:
        named = ", ".join(dict.fromkeys(scopes))
        return SignInTrouble(
            "missing_scope",
            f"HubSpot wants a permission that this sign-in lacks: {named or 'unnamed'}. Connect again and grant it.",
            {"scopes": named, "text": said.message},
        )
    return SignInTrouble(
        "missing_scope", f"HubSpot denies access: {said.message}", {"scopes": "", "text": said.message}
    )

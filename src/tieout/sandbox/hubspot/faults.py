"""Faults that a plan asks for by name, with the words that HubSpot would use."""

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.hubspot import errors
from tieout.sandbox.hubspot.errors import Refusal
from tieout.sandbox.vendor import WrongSetting

_KNOWN = ("status", "category", "subCategory", "message", "context", "policyName", "scopes", "headers")
_LONG_AGO = "2024-01-02T09:00:00Z"


def named(details: Mapping[str, Any]) -> Refusal:
    """Return the refusal for a fault's details.

    details: `status` (400 to 599), and where wanted `category`, `subCategory`, `message`, `context`, `headers`,
    `policyName` (of a 429), `scopes` (of MISSING_SCOPES). Without `message`, 401, 403 and 429 say what HubSpot says.
    Raises WrongSetting if a detail is none of these or has another form.
    """
    unknown = sorted(set(details) - set(_KNOWN))
    if unknown:
        raise WrongSetting(f"A HubSpot fault has no {unknown[0]}; it takes {', '.join(_KNOWN)}.")
    status = details.get("status", 500)
    if not isinstance(status, int) or not 400 <= status <= 599:
        raise WrongSetting(f"A HubSpot fault's status is a number from 400 to 599, not {status}.")
    refusal = _spoken(status, details)
    refusal.headers |= {str(name): str(value) for name, value in details.get("headers", {}).items()}
    return refusal


def _spoken(status: int, details: Mapping[str, Any]) -> Refusal:
    category = details.get("category")
    if "message" not in details:
        match status, category:
            case 401, "INVALID_AUTHENTICATION":
                return errors.not_signed_in()
            case 401, None | "EXPIRED_AUTHENTICATION":
                return errors.expired(75, _LONG_AGO)
            case 403, None | "MISSING_SCOPES":
                return errors.missing_scopes(details.get("scopes", ["crm.objects.invoices.write"]))
            case 429, _:
                policy = str(details.get("policyName", "TEN_SECONDLY_ROLLING"))
                return errors.too_many("daily" if policy == "DAILY" else policy.lower(), policy)
    return Refusal(
        status,
        str(details.get("message", "There was a problem with the request.")),
        category,
        sub_category=details.get("subCategory"),
        context=details.get("context"),
    )

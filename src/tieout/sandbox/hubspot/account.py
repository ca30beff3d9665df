"""What HubSpot says about the account itself: owners, details, tax rates, currencies.

Protocol: HubSpot, API references for Owners, Account information, Tax rates and Multicurrency.
"""

from datetime import UTC, datetime

from tieout.sandbox.hubspot import errors, moments
from tieout.sandbox.hubspot.company import TaxRate
from tieout.sandbox.hubspot.errors import JsonMap
from tieout.sandbox.hubspot.portal import Portal
from tieout.sandbox.hubspot.wire import Reply, Request

OWNER_ID = "501"
OWNER_USER_ID = 701
_OPENED = "2024-01-02T09:00:00Z"


def _owner() -> JsonMap:
    return {
        "id": OWNER_ID,
        "email": "owner@example.com",
        "firstName": "Olive",
        "lastName": "Owner",
        "type": "PERSON",
        "userId": OWNER_USER_ID,
        "userIdIncludingInactive": OWNER_USER_ID,
        "teams": [],
        "archived": False,
        "createdAt": _OPENED,
        "updatedAt": _OPENED,
    }


def owners(request: Request) -> Reply:
    """GET `owners?email&archived`: the one owner of the account."""
    found = request.one("email", "owner@example.com").casefold() == "owner@example.com"
    live = not request.flag("archived")
    return Reply({"results": [_owner()] if found and live else []})


def owner(owner_id: str, request: Request) -> Reply:
    """GET `owners/{id}?idProperty=id|userId`."""
    wanted = str(OWNER_USER_ID) if request.one("idProperty") == "userId" else OWNER_ID
    if owner_id != wanted:
        raise errors.not_found(owner_id)
    return Reply(_owner())


def details(portal: Portal) -> Reply:
    """GET `details`."""
    at = datetime.fromtimestamp(portal.now() / 1000, UTC).astimezone(portal.company.zone())
    offset = at.utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return Reply(
        {
            "portalId": portal.id,
            "accountType": "STANDARD",
            "timeZone": portal.company.time_zone,
            "companyCurrency": portal.company.currency,
            "additionalCurrencies": portal.company.currencies[1:],
            "utcOffset": f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}",
            "utcOffsetMilliseconds": seconds * 1000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )


def tax_rates(portal: Portal, request: Request) -> Reply:
    """GET `tax-rates?active&limit&after`."""
    any_state = not request.one("active")
    found = [rate for rate in portal.company.tax_rates if any_state or rate.active is request.flag("active")]
    start = request.number("after", 0, 10**9)
    end = start + (request.number("limit", 100, 100) or 100)
    body: JsonMap = {"results": [_rate(rate) for rate in found[start:end]]}
    if end < len(found):
        body["paging"] = {"next": {"after": str(end)}}
    return Reply(body)


def tax_rate(portal: Portal, rate_id: str) -> Reply:
    """GET `tax-rates/{id}`."""
    found = portal.company.rate(rate_id)
    if found is None:
        raise errors.not_found(rate_id)
    return Reply(_rate(found))


def _rate(rate: TaxRate) -> JsonMap:
    return {
        "id": rate.id,
        "name": rate.name,
        "label": rate.label,
        "percentageRate": rate.percentageRate,
        "active": rate.active,
        "createdAt": _OPENED,
        "updatedAt": _OPENED,
    }


def company_currency(portal: Portal) -> Reply:
    """GET `company-currency`."""
    return Reply({"id": "1", "currencyCode": portal.company.currency, "createdAt": _OPENED, "updatedAt": _OPENED})


def exchange_rates(portal: Portal) -> Reply:
    """GET `exchange-rates[/current]`: one row for each further currency, at 1, since the sandbox converts nothing."""
    own, *others = portal.company.currencies
    rows = [
        {
            "id": str(place),
            "fromCurrencyCode": code,
            "toCurrencyCode": own,
            "conversionRate": 1,
            "visibleInUI": True,
            "effectiveAt": _OPENED,
            "createdAt": _OPENED,
            "updatedAt": moments.iso(portal.now()),
        }
        for place, code in enumerate(others, 1)
    ]
    return Reply({"results": rows})

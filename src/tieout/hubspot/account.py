"""What is true of the whole HubSpot account: zone, currencies, tax rates (account information and tax rates APIs)."""

from datetime import datetime
from urllib.parse import urlencode

from tieout.core.facts import CrmFacts, TaxRate
from tieout.core.money import decimal
from tieout.hubspot.client import Client
from tieout.hubspot.documents import VERSION, Account, Rates, decoder
from tieout.hubspot.objects import Objects
from tieout.remote.errors import SignInTrouble

_ACCOUNT = decoder(Account)
_RATES = decoder(Rates)


async def facts(client: Client, missing_scopes: tuple[str, ...] = ()) -> CrmFacts:
    """Read the account and its tax rates: two calls, one more for each further page of rates.

    missing_scopes: known already; the one for tax rates is added where it is lacking.
    """
    account = await client.read("GET", f"/account-info/{VERSION}/details", _ACCOUNT)
    rates: list[TaxRate] = []
    try:
        rates = await _tax_rates(client)
    except SignInTrouble as trouble:
        if trouble.cause != "missing_scope":
            raise
        missing_scopes += (trouble.evidence.get("scopes") or "tax_rates.read",)
    currencies = dict.fromkeys([account.company_currency, *account.additional_currencies])
    return CrmFacts(
        portal=str(account.portal_id),
        currency=account.company_currency,
        zone=account.time_zone,
        currencies=tuple(currencies),
        ui=account.ui_domain or "app.hubspot.com",
        tax_rates=tuple(rates),
        missing_scopes=missing_scopes,
    )


async def made_by_other_sync(client: Client, since: datetime) -> str:
    """The day (ISO) of the newest invoice that HubSpot's own data sync made since a moment; empty for none. One call.

    Its invoices carry `hs_invoice_source` = `data_sync` (HubSpot, "Invoices" guide). Raises as every read.
    """
    filters = [
        {"propertyName": "hs_invoice_source", "operator": "EQ", "value": "data_sync"},
        {"propertyName": "hs_createdate", "operator": "GTE", "value": str(int(since.timestamp()) * 1000)},
    ]
    found = await Objects(client).search("invoices", filters, "hs_createdate", ["hs_createdate"])
    return max(((one.properties.get("hs_createdate") or "")[:10] for one in found), default="")


async def _tax_rates(client: Client) -> list[TaxRate]:
    rates: list[TaxRate] = []
    after = ""
    while True:
        query = f"?{urlencode({'after': after})}" if after else ""
        page = await client.read("GET", f"/tax-rates/{VERSION}/tax-rates{query}", _RATES)
        rates += [TaxRate(str(one.id), one.label or one.name, decimal(one.percentage_rate)) for one in page.results]
        after = page.paging.after if page.paging else ""
        if not after:
            return rates

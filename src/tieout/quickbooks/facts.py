"""What is true of the whole company: preferences, accounts, tax codes, terms, currencies.

Source: QuickBooks API reference, "Preferences", "CompanyInfo", "TaxCode", "TaxRate", "CompanyCurrency".
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeVar

import msgspec

from tieout.core.days import day
from tieout.core.facts import BooksFacts, Named, Regime, TaxCode
from tieout.core.money import decimal
from tieout.quickbooks.client import Client, Page
from tieout.quickbooks.documents import Head, Ref, Shape
from tieout.quickbooks.query import everything
from tieout.remote.errors import Unavailable

CHANGES: Final = ("Account", "Term", "PaymentMethod", "Class", "Department", "Preferences", "CompanyInfo")
"""Entities whose change means that the facts are to be read again. Tax codes are not captured by QuickBooks."""

_READ: Final = (
    *("CompanyInfo", "Preferences", "Account", "TaxCode", "TaxRate", "Term", "PaymentMethod"),
    *("Class", "Department"),
)
_CUSTOM: Final = "SalesFormsPrefs."
_SANDBOX_PAGES: Final = "https://sandbox.qbo.intuit.com"
_PAGES: Final = "https://app.qbo.intuit.com"


class _Trait(Shape, frozen=True):
    name: str | None = None
    value: str | None = None


class _Company(Shape, frozen=True):
    company_name: str | None = None
    country: str | None = None
    default_time_zone: str | None = None
    name_value: tuple[_Trait, ...] | None = None


class _Accounting(Shape, frozen=True):
    book_close_date: str | None = None
    class_tracking_per_txn: bool | None = None
    class_tracking_per_txn_line: bool | None = None
    track_departments: bool | None = None


class _Custom(Shape, frozen=True):
    name: str | None = None
    string_value: str | None = None
    boolean_value: bool | None = None


class _Customs(Shape, frozen=True):
    custom_field: tuple[_Custom, ...] | None = None


class _Products(Shape, frozen=True):
    revenue_recognition_enabled: bool | None = None


class _SalesForms(Shape, frozen=True):
    custom_txn_numbers: bool | None = None
    allow_discount: bool | None = None
    default_discount_account: str | None = None
    auto_apply_credit: bool | None = None
    allow_shipping: bool | None = None
    custom_field: tuple[_Customs, ...] | None = None


class _Tax(Shape, frozen=True):
    using_sales_tax: bool | None = None
    partner_tax_enabled: bool | None = None


class _Currency(Shape, frozen=True):
    multi_currency_enabled: bool | None = None
    home_currency: Ref | None = None


class _Traded(Shape, frozen=True):
    code: str = ""
    active: bool | None = None


class _Preferences(Shape, frozen=True):
    accounting_info_prefs: _Accounting = _Accounting()
    product_and_services_prefs: _Products = _Products()
    sales_forms_prefs: _SalesForms = _SalesForms()
    tax_prefs: _Tax = _Tax()
    currency_prefs: _Currency = _Currency()


class _Listed(Head, frozen=True):
    name: str | None = None
    fully_qualified_name: str | None = None
    type: str | None = None
    account_type: str | None = None
    currency_ref: Ref | None = None


class _RateDetail(Shape, frozen=True):
    tax_rate_ref: Ref | None = None


class _RateList(Shape, frozen=True):
    tax_rate_detail: tuple[_RateDetail, ...] | None = None


class _Code(Head, frozen=True):
    name: str | None = None
    taxable: bool | None = None
    sales_tax_rate_list: _RateList | None = None


class _Rate(Head, frozen=True):
    rate_value: Decimal | None = None


S = TypeVar("S")


async def read(client: Client, realm: str, base_url: str) -> BooksFacts:
    """Read the company's facts in one call, or two where it books in several currencies.

    Raises SignInTrouble, Unavailable, Refusal.
    """
    pages = {page.entity: page for page in await client.queries([everything(entity) for entity in _READ])}
    try:
        found = _facts(pages, realm, pages_root(base_url))
        if not found.multicurrency:
            return found
        listed = _all(await client.query(everything("CompanyCurrency")), _Traded)
        codes = tuple(sorted(one.code for one in listed if one.code and one.active is not False))
        return msgspec.structs.replace(found, currencies=codes)
    except msgspec.ValidationError as error:
        raise Unavailable(f"QuickBooks described the company in a way that cannot be read: {error}") from error


def pages_root(base_url: str) -> str:
    """Where the pages of the company behind an API address are."""
    return _SANDBOX_PAGES if "//sandbox-quickbooks." in base_url else _PAGES


def _facts(pages: Mapping[str, Page], realm: str, ui: str) -> BooksFacts:
    company = _only(pages["CompanyInfo"], _Company)
    preferences = _only(pages["Preferences"], _Preferences)
    country = (company.country or "US").upper()
    currency = preferences.currency_prefs
    forms = preferences.sales_forms_prefs
    accounting = preferences.accounting_info_prefs
    accounts = _listed(pages["Account"])
    return BooksFacts(
        realm=realm,
        company=company.company_name or "",
        country=country,
        currency=(currency.home_currency.value or "USD") if currency.home_currency else "USD",
        multicurrency=bool(currency.multi_currency_enabled),
        regime=_regime(country, preferences.tax_prefs),
        custom_numbers=bool(forms.custom_txn_numbers),
        revenue_recognition=bool(preferences.product_and_services_prefs.revenue_recognition_enabled),
        auto_apply_credit=bool(forms.auto_apply_credit),
        closing_date=_day(accounting.book_close_date),
        discounts=forms.allow_discount is not False,
        discount_account=forms.default_discount_account or "",
        income_accounts=tuple(account for account in accounts if account.type in {"Income", "Other Income"}),
        accounts=accounts,
        tax_codes=_tax_codes(pages),
        terms=_listed(pages["Term"]),
        payment_methods=_listed(pages["PaymentMethod"]),
        plan=next((one.value or "" for one in company.name_value or () if one.name == "OfferingSku"), ""),
        zone=company.default_time_zone or "",
        class_tracking=_class_tracking(accounting),
        location_tracking=bool(accounting.track_departments),
        shipping=bool(forms.allow_shipping),
        classes=_listed(pages["Class"]),
        locations=_listed(pages["Department"]),
        custom_fields=_custom_fields(forms),
        ui=ui,
    )


def _custom_fields(forms: _SalesForms) -> tuple[Named, ...]:
    """The custom fields that are switched on for sales forms, by DefinitionId, with the names they were given."""
    told = {one.name: one for group in forms.custom_field or () for one in group.custom_field or ()}
    found = []
    for number in ("1", "2", "3"):
        used, named = (told.get(f"{_CUSTOM}{what}{number}") for what in ("UseSalesCustom", "SalesCustomName"))
        if used is not None and used.boolean_value:
            found.append(Named(number, (named.string_value if named else "") or f"Custom field {number}"))
    return tuple(found)


def _regime(country: str, tax: _Tax) -> Regime:
    if not tax.using_sales_tax:
        return "none"
    if country != "US":
        return "per-line"
    return "us-automated" if tax.partner_tax_enabled else "us-manual"


def _class_tracking(accounting: _Accounting) -> Literal["", "document", "line"]:
    if accounting.class_tracking_per_txn_line:
        return "line"
    return "document" if accounting.class_tracking_per_txn else ""


def _day(text: str | None) -> date | None:
    return day(text[:10]) if text else None


def _listed(page: Page) -> tuple[Named, ...]:
    return tuple(
        Named(
            entry.id,
            entry.fully_qualified_name or entry.name or "",
            entry.account_type or entry.type or "",
            (entry.currency_ref.value or "") if entry.currency_ref else "",
        )
        for entry in _all(page, _Listed)
    )


def _tax_codes(pages: Mapping[str, Page]) -> tuple[TaxCode, ...]:
    rates = {rate.id: decimal(rate.rate_value or Decimal(0)) for rate in _all(pages["TaxRate"], _Rate)}
    return tuple(_tax_code(code, rates) for code in _all(pages["TaxCode"], _Code))


def _tax_code(code: _Code, rates: Mapping[str, Decimal]) -> TaxCode:
    details = (code.sales_tax_rate_list.tax_rate_detail or ()) if code.sales_tax_rate_list else ()
    ids = [detail.tax_rate_ref.value or "" for detail in details if detail.tax_rate_ref]
    percent = sum((rates[id_] for id_ in ids if id_ in rates), Decimal(0)) if ids else None
    return TaxCode(code.id, code.name or "", percent, code.taxable is not False, tuple(ids))


def _only(page: Page, shape: type[S]) -> S:
    if not page.rows:
        raise Unavailable(f"QuickBooks named no {page.entity}.")
    return msgspec.json.decode(page.rows[0], type=shape)


def _all(page: Page, shape: type[S]) -> list[S]:
    return [msgspec.json.decode(raw, type=shape) for raw in page.rows]

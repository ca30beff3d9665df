"""The entities that are kept in lists: people, items, accounts, classes, terms, codes, and the company itself.

Source: the attribute tables of Intuit's API reference, one page for each entity, minor version 75.
"""

from collections.abc import Mapping
from typing import Final

from tieout.sandbox.quickbooks.entity import KEPT, Entity, Operation, Trait
from tieout.sandbox.quickbooks.shapes import (
    ADDRESS,
    PHONE,
    WEB,
    Fields,
    choice,
    day,
    email,
    flag,
    rate,
    record,
    reference,
    text,
    whole,
)

_PERSON: Final[Fields] = {
    "DisplayName": text(500),
    "Title": text(16),
    "GivenName": text(100),
    "MiddleName": text(100),
    "FamilyName": text(100),
    "Suffix": text(16),
    "PrintOnCheckName": text(110),
    "PrimaryEmailAddr": email(100),
    "PrimaryPhone": PHONE,
    "Mobile": PHONE,
    "Active": flag,
}
_FIRM: Final[Fields] = {
    **_PERSON,
    "CompanyName": text(100),
    "AlternatePhone": PHONE,
    "Fax": PHONE,
    "WebAddr": WEB,
    "BillAddr": ADDRESS,
    "CurrencyRef": reference,
    "Notes": text(2000),
    "Balance": None,
    "OpenBalanceDate": None,
    "PrimaryTaxIdentifier": text(30),
}
_PERSON_TRAITS: Final[Mapping[str, Trait]] = {
    "DisplayName": "text",
    "GivenName": "text",
    "MiddleName": "text",
    "FamilyName": "text",
    "PrintOnCheckName": "text",
    "PrimaryEmailAddr": "email",
    "Active": "flag",
}

CUSTOMER: Final = Entity(
    "Customer",
    {
        **KEPT,
        **_FIRM,
        "ShipAddr": ADDRESS,
        "Job": flag,
        "ParentRef": reference,
        "BillWithParent": flag,
        "IsProject": None,
        "Level": None,
        "FullyQualifiedName": None,
        "BalanceWithJobs": None,
        "Taxable": flag,
        "DefaultTaxCodeRef": reference,
        "TaxExemptionReasonId": text(10),
        "ResaleNum": text(16),
        "SalesTermRef": reference,
        "PaymentMethodRef": reference,
        "ARAccountRef": reference,
        "CustomerTypeRef": reference,
        "PreferredDeliveryMethod": choice("Print", "Email", "None"),
    },
    {
        **_PERSON_TRAITS,
        "CompanyName": "text",
        "FullyQualifiedName": "text",
        "Balance": "number",
        "BalanceWithJobs": "number",
    },
    indexed=("DisplayName", "PrimaryEmailAddr"),
    sequence="name",
)
VENDOR: Final = Entity(
    "Vendor",
    {
        **KEPT,
        **_FIRM,
        "AcctNum": text(100),
        "TaxIdentifier": text(20),
        "TaxReportingBasis": text(20),
        "TermRef": reference,
        "APAccountRef": reference,
        "Vendor1099": flag,
        "BillRate": rate,
        "CostRate": rate,
        "OtherContactInfo": None,
    },
    {**_PERSON_TRAITS, "CompanyName": "text", "Balance": "number"},
    indexed=("DisplayName", "PrimaryEmailAddr"),
    sequence="name",
)
EMPLOYEE: Final = Entity(
    "Employee",
    {
        **KEPT,
        **_PERSON,
        "PrimaryPhone": record({"FreeFormNumber": text(20)}),
        "PrimaryAddr": ADDRESS,
        "EmployeeNumber": text(100),
        "SSN": text(100),
        "BirthDate": day,
        "Gender": choice("Male", "Female"),
        "HiredDate": day,
        "ReleasedDate": day,
        "BillableTime": flag,
        "BillRate": rate,
        "CostRate": rate,
        "Organization": flag,
    },
    _PERSON_TRAITS,
    indexed=("DisplayName",),
    sequence="name",
)
ITEM: Final = Entity(
    "Item",
    {
        **KEPT,
        "Name": text(100),
        "Type": choice("Service", "NonInventory", "Category"),
        "Sku": text(100),
        "Description": text(4000),
        "PurchaseDesc": text(1000),
        "UnitPrice": rate,
        "PurchaseCost": rate,
        "Taxable": flag,
        "SalesTaxIncluded": flag,
        "PurchaseTaxIncluded": flag,
        "SalesTaxCodeRef": reference,
        "PurchaseTaxCodeRef": reference,
        "IncomeAccountRef": reference,
        "ExpenseAccountRef": reference,
        "AssetAccountRef": reference,
        "PrefVendorRef": reference,
        "ClassRef": reference,
        "ParentRef": reference,
        "SubItem": flag,
        "TrackQtyOnHand": flag,
        "QtyOnHand": rate,
        "InvStartDate": day,
        "Active": flag,
        "DeferredRevenue": flag,
        "ItemCategoryType": text(30),
        "Level": None,
        "FullyQualifiedName": None,
        "TaxClassificationRef": None,
    },
    {
        "Name": "text",
        "Type": "text",
        "Sku": "text",
        "Active": "flag",
        "Description": "text",
        "FullyQualifiedName": "text",
        "ParentRef": "reference",
    },
    indexed=("Name", "Sku"),
)
ACCOUNT: Final = Entity(
    "Account",
    {
        **KEPT,
        "Name": text(100),
        "AccountType": text(100),
        "AccountSubType": text(100),
        "AcctNum": text(20),
        "Description": text(100),
        "ParentRef": reference,
        "SubAccount": None,
        "Classification": None,
        "FullyQualifiedName": None,
        "CurrentBalance": None,
        "CurrentBalanceWithSubAccounts": None,
        "CurrencyRef": reference,
        "TaxCodeRef": reference,
        "Active": flag,
    },
    {
        "Name": "text",
        "AccountType": "text",
        "AccountSubType": "text",
        "Classification": "text",
        "Active": "flag",
        "AcctNum": "text",
        "CurrentBalance": "number",
        "FullyQualifiedName": "text",
        "SubAccount": "flag",
        "ParentRef": "reference",
    },
    indexed=("Name",),
)

_BY_NAME: Final = ("Name",)
_LIST_TRAITS: Final[Mapping[str, Trait]] = {"Name": "text", "Active": "flag"}
_TREE_TRAITS: Final[Mapping[str, Trait]] = {**_LIST_TRAITS, "FullyQualifiedName": "text"}
_NAMED: Final[Fields] = {**KEPT, "Name": text(100), "Active": flag}
_READ_ONLY: Final[frozenset[Operation]] = frozenset()

CLASS: Final = Entity(
    "Class", {**_NAMED, "ParentRef": reference, "SubClass": flag, "FullyQualifiedName": None}, _TREE_TRAITS, _BY_NAME
)
DEPARTMENT: Final = Entity(
    "Department",
    {**_NAMED, "ParentRef": reference, "SubDepartment": flag, "FullyQualifiedName": None},
    _TREE_TRAITS,
    _BY_NAME,
)
TERM: Final = Entity(
    "Term",
    {
        **_NAMED,
        "Name": text(31),
        "Type": None,
        "DueDays": whole(0, 999),
        "DayOfMonthDue": whole(1, 31),
        "DueNextMonthDays": whole(0, 999),
        "DiscountPercent": rate,
        "DiscountDays": whole(0, 999),
        "DiscountDayOfMonth": whole(1, 31),
    },
    {**_LIST_TRAITS, "Type": "text"},
    _BY_NAME,
)
PAYMENT_METHOD: Final = Entity(
    "PaymentMethod",
    {**_NAMED, "Name": text(31), "Type": choice("CREDIT_CARD", "NON_CREDIT_CARD")},
    {**_LIST_TRAITS, "Type": "text"},
    _BY_NAME,
)
TAX_CODE: Final = Entity("TaxCode", _NAMED, _LIST_TRAITS, _BY_NAME, operations=_READ_ONLY, captured=False)
TAX_RATE: Final = Entity("TaxRate", _NAMED, _LIST_TRAITS, _BY_NAME, operations=_READ_ONLY, captured=False)
TAX_AGENCY: Final = Entity("TaxAgency", KEPT, {"DisplayName": "text"}, operations=_READ_ONLY, captured=False)
COMPANY_CURRENCY: Final = Entity(
    "CompanyCurrency",
    {**KEPT, "Code": text(3), "Name": None, "Active": flag, "CustomField": None},
    {"Code": "text", "Name": "text", "Active": "flag"},
    indexed=("Code",),
)
EXCHANGE_RATE: Final = Entity(
    "ExchangeRate",
    {
        **KEPT,
        "SyncToken": text(20),
        "SourceCurrencyCode": text(3),
        "TargetCurrencyCode": text(3),
        "Rate": rate,
        "AsOfDate": day,
        "CustomField": None,
    },
    {"SourceCurrencyCode": "text", "AsOfDate": "day"},
    indexed=("SourceCurrencyCode",),
    captured=False,
    keyless=True,
)
COMPANY_INFO: Final = Entity("CompanyInfo", KEPT, {}, operations=_READ_ONLY)
PREFERENCES: Final = Entity("Preferences", KEPT, {}, operations=frozenset({"update"}))

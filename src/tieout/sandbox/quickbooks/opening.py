"""What a new company holds on its first day: accounts, terms, payment methods, tax codes, preferences."""

from decimal import Decimal
from typing import Final

from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.wire import Json

CLASSIFICATIONS: Final = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
    "Non-Posting": "Expense",
}
"""AccountType → Classification."""

_ACCOUNTS: Final = (
    ("Services", "Income", "ServiceFeeIncome"),
    ("Retained Earnings", "Equity", "RetainedEarnings"),
    ("Purchases", "Expense", "SuppliesMaterials"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("Inventory Asset", "Other Current Asset", "Inventory"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Uncategorized Income", "Income", "ServiceFeeIncome"),
    ("Uncategorized Expense", "Expense", "OtherMiscellaneousServiceCost"),
    ("Uncategorized Asset", "Other Current Asset", "OtherCurrentAssets"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Checking", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Discounts given", "Income", "DiscountsRefundsGiven"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Shipping Income", "Income", "OtherPrimaryIncome"),
    ("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable"),
)
_TERMS: Final = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))
_METHODS: Final = ("Cash", "Check", "Visa", "MasterCard", "American Express", "Direct Debit")
_VAT: Final = (("20.0% S", "20"), ("5.0% R", "5"), ("0.0% Z", "0"), ("Exempt", "0"), ("No VAT", None))


def account_opened(name: str) -> str:
    """Return the id of one of the accounts that every company is opened with."""
    return str(next(number for number, account in enumerate(_ACCOUNTS, 1) if account[0] == name))


def open_company(company: Company) -> None:
    """Fill an empty ledger with what Intuit gives to a new company."""
    ledger = company.ledger
    for name, kind, detail in _ACCOUNTS:
        ledger.add(
            "Account",
            {
                "Name": name,
                "SubAccount": False,
                "FullyQualifiedName": name,
                "Active": True,
                "Classification": CLASSIFICATIONS[kind],
                "AccountType": kind,
                "AccountSubType": detail,
                "CurrentBalance": 0,
                "CurrentBalanceWithSubAccounts": 0,
                "CurrencyRef": company.currency(),
            },
        )
    for name, days in _TERMS:
        ledger.add("Term", {"Name": name, "Active": True, "Type": "STANDARD", "DiscountPercent": 0, "DueDays": days})
    for name in _METHODS:
        kind = "CREDIT_CARD" if name in ("Visa", "MasterCard", "American Express") else "NON_CREDIT_CARD"
        ledger.add("PaymentMethod", {"Name": name, "Active": True, "Type": kind})
    if company.american:
        _sales_tax(company)
    else:
        _value_added_tax(company)
    ledger.add("CompanyInfo", _company_info(company), identity="1")
    ledger.add("Preferences", _preferences(company), identity="1")


def _sales_tax(company: Company) -> None:
    for identity, name, taxable in (("TAX", "TAX", True), ("NON", "NON", False)):
        pseudo = {"Name": name, "Description": name, "Active": True, "Taxable": taxable, "TaxGroup": False}
        company.ledger.add("TaxCode", pseudo, identity=identity)
    agency = _agency(company, "State Board of Equalization")
    _code(company, "California", [_rate(company, agency, "California", "8")], group=True)


def _value_added_tax(company: Company) -> None:
    agency = _agency(company, "HM Revenue & Customs (VAT)")
    for name, percent in _VAT:
        _code(
            company, name, [] if percent is None else [_rate(company, agency, name, percent)], group=percent is not None
        )


def _agency(company: Company, name: str) -> Json:
    content = {"DisplayName": name, "TaxTrackedOnSales": True, "TaxTrackedOnPurchases": not company.american}
    return {"value": company.ledger.add("TaxAgency", content).id, "name": name}


def _rate(company: Company, agency: Json, name: str, percent: str) -> Json:
    content = {
        "Name": name,
        "Description": name,
        "Active": True,
        "RateValue": Decimal(percent),
        "AgencyRef": agency,
        "SpecialTaxType": "NONE" if Decimal(percent) else "ZERO_RATE",
        "DisplayType": "ReadOnly",
        "EffectiveTaxRate": [{"RateValue": Decimal(percent), "EffectiveDate": "2010-01-01T00:00:00-08:00"}],
    }
    return {"value": company.ledger.add("TaxRate", content).id, "name": name}


def _code(company: Company, name: str, rates: list[Json], *, group: bool) -> None:
    details = [
        {"TaxRateRef": rate, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": order} for order, rate in enumerate(rates)
    ]
    company.ledger.add(
        "TaxCode",
        {
            "Name": name,
            "Description": name,
            "Active": True,
            "Hidden": False,
            "Taxable": bool(rates),
            "TaxGroup": group,
            "TaxCodeConfigType": "USER_DEFINED" if company.american else "SYSTEM_GENERATED",
            "SalesTaxRateList": {"TaxRateDetail": details},
            "PurchaseTaxRateList": {"TaxRateDetail": [] if company.american else details},
        },
    )


def _company_info(company: Company) -> Json:
    if company.american:
        address = {
            "Line1": "123 Sierra Way",
            "City": "San Pablo",
            "CountrySubDivisionCode": "CA",
            "PostalCode": "87999",
            "Country": "US",
        }
    else:
        address = {"Line1": "1 Fleet Street", "City": "London", "PostalCode": "EC4Y 1AA", "Country": "GB"}
    address["Id"] = str(company.ledger.next_number("address"))
    name = "Sandbox Company_US_1" if company.american else "Sandbox Company_UK_1"
    traits = {
        "NeoEnabled": "true",
        "IndustryType": "Other",
        "QBOIndustryType": "Other",
        "SubscriptionStatus": "PAID",
        "OfferingSku": "QuickBooks Online Plus",
        "PayrollFeature": "false",
        "AccountantFeature": "false",
    }
    return {
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "PrimaryPhone": {},
        "CompanyStartDate": company.today().isoformat(),
        "FiscalYearStartMonth": "January" if company.american else "April",
        "Country": "US" if company.american else "GB",
        "Email": {"Address": "books@company.example"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "DefaultTimeZone": "America/Los_Angeles" if company.american else "Europe/London",
        "NameValue": [{"Name": trait, "Value": value} for trait, value in traits.items()],
    }


def _preferences(company: Company) -> Json:
    tax: Json = {"UsingSalesTax": True, "PartnerTaxEnabled": False}
    if company.american:
        tax["TaxGroupCodeRef"] = {"value": "1"}
    used = [
        {"Name": f"SalesFormsPrefs.UseSalesCustom{number}", "Type": "BooleanType", "BooleanValue": number == 1}
        for number in (3, 2, 1)
    ]
    named = [{"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType", "StringValue": "PO Number"}]
    return {
        "AccountingInfoPrefs": {
            "UseAccountNumbers": False,
            "TrackDepartments": True,
            "DepartmentTerminology": "Location",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": True,
            "FirstMonthOfFiscalYear": "January" if company.american else "April",
            "TaxYearMonth": "January" if company.american else "April",
            "TaxForm": "6",
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
            "RevenueRecognitionEnabled": False,
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": False,
            "AllowDeposit": True,
            "AllowDiscount": True,
            "DefaultDiscountAccount": account_opened("Discounts given"),
            "AllowEstimates": True,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "DefaultTerms": {"value": "3"},
            "AutoApplyCredit": False,
            "AutoApplyPayments": True,
            "ETransactionEnabledStatus": "NotApplicable",
            "ETransactionAttachPDF": False,
            "ETransactionPaymentEnabled": False,
            "IPNSupportEnabled": False,
            "EmailCopyToCompany": False,
            "UsingPriceLevels": False,
            "DefaultCustomerMessage": "Thank you for your business.",
            "CustomField": [{"CustomField": used}, {"CustomField": named}],
        },
        "EmailMessagesPrefs": {
            "InvoiceMessage": {"Subject": "Invoice from our company", "Message": "Your invoice is attached."},
            "EstimateMessage": {},
            "SalesReceiptMessage": {},
            "StatementMessage": {},
        },
        "VendorAndPurchasesPrefs": {
            "TrackingByCustomer": True,
            "BillableExpenseTracking": True,
            "UseCustomTxnNumbers": False,
            "POCustomField": [],
        },
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": True,
        },
        "TaxPrefs": tax,
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": company.home_currency}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {
            "NameValue": [
                {"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": "Thank you for your business."},
                {"Name": "UncategorizedIncomeAccountId", "Value": account_opened("Uncategorized Income")},
                {"Name": "WarnDuplicateCheckNumber", "Value": "true"},
                {"Name": "WarnDuplicateBillNumber", "Value": "false"},
            ]
        },
    }

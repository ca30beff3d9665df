"""What a new company holds on its first day: accounts, terms, payment methods, tax codes, preferences.

Everything stands here by its English name; `Company.name` has the one of the company's language.
"""

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


def account_opened(name: str) -> str:
    """Return the id of one of the accounts that every company is opened with, by its English name."""
    return str(next(number for number, account in enumerate(_ACCOUNTS, 1) if account[0] == name))


def open_company(company: Company) -> None:
    """Fill an empty ledger with what Intuit gives to a new company."""
    ledger = company.ledger
    for english, kind, detail in _ACCOUNTS:
        name = company.name(english)
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
    for english, days in _TERMS:
        term = {"Name": company.name(english), "Active": True, "Type": "STANDARD"}
        ledger.add("Term", term | {"DiscountPercent": 0, "DueDays": days})
    for english in _METHODS:
        kind = "CREDIT_CARD" if english in ("Visa", "MasterCard", "American Express") else "NON_CREDIT_CARD"
        ledger.add("PaymentMethod", {"Name": company.name(english), "Active": True, "Type": kind})
    tax = company.regime.taxation.open(ledger)
    ledger.add("CompanyInfo", _company_info(company), identity="1")
    ledger.add("Preferences", _preferences(company, tax), identity="1")


def _company_info(company: Company) -> Json:
    regime = company.regime
    address = {**regime.address, "Id": str(company.ledger.next_number("address"))}
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
        "CompanyName": regime.company_name,
        "LegalName": regime.company_name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "PrimaryPhone": {},
        "CompanyStartDate": company.today().isoformat(),
        "FiscalYearStartMonth": regime.fiscal_year,
        "Country": regime.country,
        "Email": {"Address": "books@company.example"},
        "WebAddr": {},
        "SupportedLanguages": regime.language,
        "DefaultTimeZone": regime.time_zone,
        "NameValue": [{"Name": trait, "Value": value} for trait, value in traits.items()],
    }


def _preferences(company: Company, tax: Json) -> Json:
    thanks = company.name("Thank you for your business.")
    used = [
        {"Name": f"SalesFormsPrefs.UseSalesCustom{number}", "Type": "BooleanType", "BooleanValue": number == 1}
        for number in (3, 2, 1)
    ]
    named = [
        {"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType", "StringValue": company.name("PO Number")}
    ]
    return {
        "AccountingInfoPrefs": {
            "UseAccountNumbers": False,
            "TrackDepartments": True,
            "DepartmentTerminology": "Location",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": True,
            "FirstMonthOfFiscalYear": company.regime.fiscal_year,
            "TaxYearMonth": company.regime.fiscal_year,
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
            "DefaultCustomerMessage": thanks,
            "CustomField": [{"CustomField": used}, {"CustomField": named}],
        },
        "EmailMessagesPrefs": {
            "InvoiceMessage": {
                "Subject": company.name("Invoice from our company"),
                "Message": company.name("Your invoice is attached."),
            },
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
                {"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": thanks},
                {"Name": "UncategorizedIncomeAccountId", "Value": account_opened("Uncategorized Income")},
                {"Name": "WarnDuplicateCheckNumber", "Value": "true"},
                {"Name": "WarnDuplicateBillNumber", "Value": "false"},
            ]
        },
    }

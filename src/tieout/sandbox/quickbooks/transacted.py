"""The transactions: sales forms, payments, deposits, journal entries.

Source: the attribute tables of Intuit's API reference, one page for each entity, minor version 75.
"""

from collections.abc import Mapping
from typing import Final

from tieout.sandbox.quickbooks.entity import KEPT, Entity, Operation, Trait
from tieout.sandbox.quickbooks.shapes import (
    ADDRESS,
    CUSTOM_FIELDS,
    LINKS,
    MEMO,
    Fields,
    amount,
    choice,
    day,
    email,
    flag,
    listing,
    rate,
    record,
    reference,
    text,
)

_DETAIL: Final[Fields] = {
    "ItemRef": reference,
    "ItemAccountRef": None,
    "ClassRef": reference,
    "TaxCodeRef": reference,
    "UnitPrice": rate,
    "Qty": rate,
    "ServiceDate": day,
    "TaxInclusiveAmt": amount,
    "DiscountRate": rate,
    "DiscountAmt": amount,
    "MarkupInfo": None,
    "PriceLevelRef": None,
    "DeferredRevenue": None,
    "TaxClassificationRef": None,
}
_DISCOUNT: Final[Fields] = {
    "PercentBased": flag,
    "DiscountPercent": rate,
    "DiscountAccountRef": reference,
    "ClassRef": reference,
    "TaxCodeRef": reference,
    "Discount": None,
    "DiscountRef": None,
}
_LINES: Final = listing(
    {
        "Id": text(20),
        "LineNum": None,
        "Description": text(4000),
        "Amount": amount,
        "DetailType": choice("SalesItemLineDetail", "DescriptionOnly", "SubTotalLineDetail", "DiscountLineDetail"),
        "SalesItemLineDetail": record(_DETAIL),
        "DescriptionLineDetail": record({"TaxCodeRef": None, "ServiceDate": day}),
        "SubTotalLineDetail": None,
        "SubtotalLineDetail": None,
        "DiscountLineDetail": record(_DISCOUNT),
        "GroupLineDetail": None,
        "LinkedTxn": None,
        "CustomField": None,
        "CustomExtensions": None,
    }
)
_TAX_LINE: Final[Fields] = {
    "Amount": amount,
    "DetailType": choice("TaxLineDetail"),
    "TaxLineDetail": record(
        {
            "TaxRateRef": reference,
            "PercentBased": flag,
            "TaxPercent": rate,
            "NetAmountTaxable": amount,
            "OverrideDeltaAmount": amount,
            "TaxInclusiveAmount": amount,
            "ServiceDate": None,
        }
    ),
}
_FORM: Final[Fields] = {
    **KEPT,
    "CustomerRef": reference,
    "Line": _LINES,
    "DocNumber": text(21),
    "TxnDate": day,
    "CurrencyRef": reference,
    "ExchangeRate": rate,
    "BillEmail": email(100),
    "BillAddr": ADDRESS,
    "ShipAddr": ADDRESS,
    "ShipFromAddr": ADDRESS,
    "ShipMethodRef": reference,
    "ShipDate": day,
    "TrackingNum": text(31),
    "PrivateNote": text(4000),
    "CustomerMemo": MEMO,
    "ClassRef": reference,
    "DepartmentRef": reference,
    "ProjectRef": reference,
    "CustomField": CUSTOM_FIELDS,
    "ApplyTaxAfterDiscount": flag,
    "GlobalTaxCalculation": choice("TaxExcluded", "TaxInclusive", "NotApplicable"),
    "TxnTaxDetail": record({"TxnTaxCodeRef": reference, "TotalTax": amount, "TaxLine": listing(_TAX_LINE)}),
    "PrintStatus": choice("NotSet", "NeedToPrint", "PrintComplete"),
    "EmailStatus": choice("NotSet", "NeedToSend", "EmailSent"),
    "LinkedTxn": LINKS,
    "TransactionLocationType": text(30),
    **dict.fromkeys(
        ["TotalAmt", "HomeTotalAmt", "Balance", "HomeBalance", "DeliveryInfo", "FreeFormAddress", "TaxExemptionRef"]
    ),
    **dict.fromkeys(["RecurDataRef", "TxnSource", "InvoiceLink", "EInvoiceStatus", "AllowIPNPayment"]),
    "AllowOnlinePayment": None,
}
_FORM_TRAITS: Final[Mapping[str, Trait]] = {
    "DocNumber": "text",
    "TxnDate": "day",
    "CustomerRef": "reference",
    "TotalAmt": "number",
    "Balance": "number",
    "ProjectRef": "reference",
}
_TERMS: Final[Fields] = {"SalesTermRef": reference, "DueDate": day}
_PAID: Final[Fields] = {
    "PaymentMethodRef": reference,
    "PaymentRefNum": text(21),
    "DepositToAccountRef": reference,
    "CreditCardPayment": None,
}
_EVERYTHING: Final[frozenset[Operation]] = frozenset({"create", "update", "delete", "void", "send"})


def _form(name: str, fields: Fields, traits: Mapping[str, Trait], *lacking: Operation) -> Entity:
    return Entity(
        name,
        {**_FORM, **fields},
        {**_FORM_TRAITS, **traits},
        indexed=("DocNumber", "CustomerRef"),
        sequence="transaction",
        operations=_EVERYTHING - set(lacking),
        transaction=True,
    )


INVOICE: Final = _form(
    "Invoice",
    {
        **_TERMS,
        "BillEmailCc": email(200, separated=True),
        "BillEmailBcc": email(200, separated=True),
        "Deposit": amount,
        "DepositToAccountRef": reference,
        "AllowOnlineCreditCardPayment": flag,
        "AllowOnlineACHPayment": flag,
        "AllowOnlinePayPalPayment": flag,
        "AllowOnlineAffirmPayment": flag,
    },
    {"DueDate": "day", "SalesTermRef": "reference"},
)
CREDIT_MEMO: Final = _form(
    "CreditMemo", {"SalesTermRef": reference, **_PAID, "RemainingCredit": None, "InvoiceRef": None}, {}, "void"
)
SALES_RECEIPT: Final = _form("SalesReceipt", _PAID, {})
REFUND_RECEIPT: Final = _form(
    "RefundReceipt",
    {**_PAID, "PaymentType": choice("Cash", "Check", "CreditCard", "Other"), "CheckPayment": None},
    {},
    "void",
)
ESTIMATE: Final = _form(
    "Estimate",
    {
        **_TERMS,
        "TxnStatus": choice("Pending", "Accepted", "Closed", "Rejected"),
        "ExpirationDate": day,
        "AcceptedBy": text(100),
        "AcceptedDate": day,
    },
    {"DueDate": "day", "SalesTermRef": "reference"},
    "void",
)
_BOOKED: Final[Fields] = {
    "TxnDate": day,
    "DocNumber": text(21),
    "CurrencyRef": reference,
    "ExchangeRate": rate,
    "PrivateNote": text(4000),
    **dict.fromkeys(["TotalAmt", "HomeTotalAmt", "GlobalTaxCalculation", "TxnTaxDetail", "TxnStatus", "TxnSource"]),
    **dict.fromkeys(["AttachableRef", "RecurDataRef", "LinkedTxn"]),
}
"""What deposits and journal entries have in common."""

_BOOKED_TRAITS: Final[dict[str, Trait]] = {"TxnDate": "day", "DocNumber": "text", "TotalAmt": "number"}
_ENTRY_LINE: Final[Fields] = {
    "Id": text(20),
    "LineNum": None,
    "Description": text(4000),
    "Amount": amount,
    "LinkedTxn": LINKS,
    "CustomField": None,
}
PAYMENT: Final = Entity(
    "Payment",
    {
        **KEPT,
        **_PAID,
        "TotalAmt": amount,
        "CustomerRef": reference,
        "CurrencyRef": reference,
        "ExchangeRate": rate,
        "TxnDate": day,
        "ARAccountRef": reference,
        "PrivateNote": text(4000),
        "ProjectRef": reference,
        "Line": listing({"Amount": amount, "LinkedTxn": LINKS, "LineEx": None, "Id": None, "LineNum": None}),
        "LinkedTxn": None,
        "ProcessPayment": flag,
        "UnappliedAmt": None,
        "HomeTotalAmt": None,
        "TxnSource": None,
        "TxnStatus": None,
        "TaxExemptionRef": None,
        "TransactionLocationType": text(30),
    },
    {
        "TxnDate": "day",
        "CustomerRef": "reference",
        "PaymentRefNum": "text",
        "ProjectRef": "reference",
        "TotalAmt": "number",
    },
    indexed=("CustomerRef",),
    sequence="transaction",
    operations=_EVERYTHING - {"send"},
    transaction=True,
)
DEPOSIT: Final = Entity(
    "Deposit",
    {
        **KEPT,
        **_BOOKED,
        "DepositToAccountRef": reference,
        "DepartmentRef": reference,
        "CashBack": None,
        "Line": listing(
            {
                **_ENTRY_LINE,
                "DetailType": choice("DepositLineDetail"),
                "DepositLineDetail": record(
                    {
                        "AccountRef": reference,
                        "Entity": reference,
                        "ClassRef": reference,
                        "PaymentMethodRef": reference,
                        "CheckNum": text(21),
                        "TxnType": text(30),
                        "TaxCodeRef": reference,
                        "TaxApplicableOn": text(20),
                    }
                ),
                "DepositToAccountRef": None,
            }
        ),
    },
    _BOOKED_TRAITS | {"DepositToAccountRef": "reference"},
    sequence="transaction",
    operations=frozenset({"create", "update", "delete"}),
    transaction=True,
)
JOURNAL_ENTRY: Final = Entity(
    "JournalEntry",
    {
        **KEPT,
        **_BOOKED,
        "Adjustment": flag,
        "Line": listing(
            {
                **_ENTRY_LINE,
                "DetailType": choice("JournalEntryLineDetail", "DescriptionOnly"),
                "JournalEntryLineDetail": record(
                    {
                        "PostingType": choice("Debit", "Credit"),
                        "AccountRef": reference,
                        "Entity": record({"Type": choice("Customer", "Vendor", "Employee"), "EntityRef": reference}),
                        "ClassRef": reference,
                        "DepartmentRef": reference,
                        "TaxCodeRef": reference,
                        "TaxApplicableOn": text(20),
                        "TaxAmount": amount,
                        "BillableStatus": text(20),
                    }
                ),
                "DescriptionLineDetail": None,
            }
        ),
    },
    _BOOKED_TRAITS,
    sequence="transaction",
    operations=frozenset({"create", "update", "delete"}),
    transaction=True,
)

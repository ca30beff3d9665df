"""All entities of the API, by name."""

from collections.abc import Mapping
from typing import Final

from tieout.sandbox.quickbooks.entity import Entity
from tieout.sandbox.quickbooks.listed import (
    ACCOUNT,
    CLASS,
    COMPANY_CURRENCY,
    COMPANY_INFO,
    CUSTOMER,
    DEPARTMENT,
    EMPLOYEE,
    EXCHANGE_RATE,
    ITEM,
    PAYMENT_METHOD,
    PREFERENCES,
    TAX_AGENCY,
    TAX_CODE,
    TAX_RATE,
    TERM,
    VENDOR,
)
from tieout.sandbox.quickbooks.transacted import (
    CREDIT_MEMO,
    DEPOSIT,
    ESTIMATE,
    INVOICE,
    JOURNAL_ENTRY,
    PAYMENT,
    REFUND_RECEIPT,
    SALES_RECEIPT,
)

ENTITIES: Final[Mapping[str, Entity]] = {
    entity.name: entity
    for entity in (
        CUSTOMER, VENDOR, EMPLOYEE, ITEM, ACCOUNT, INVOICE, PAYMENT, CREDIT_MEMO, ESTIMATE, SALES_RECEIPT,
        REFUND_RECEIPT, DEPOSIT, JOURNAL_ENTRY, TAX_CODE, TAX_RATE, TAX_AGENCY, CLASS, DEPARTMENT, TERM,
        PAYMENT_METHOD, COMPANY_CURRENCY, EXCHANGE_RATE, COMPANY_INFO, PREFERENCES,
    )
}  # fmt: skip
BY_LOWER_NAME: Final[Mapping[str, Entity]] = {name.lower(): entity for name, entity in ENTITIES.items()}
NAMES: Final = ("Customer", "Vendor", "Employee")
SALES_FORMS: Final = ("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate")

"""The customer: QuickBooks' Customer."""

from typing import Final

from tieout.core.money import decimal
from tieout.kinds.customer import Customer
from tieout.quickbooks import limits
from tieout.quickbooks.documents import Json, Name
from tieout.quickbooks.lens import names, text
from tieout.quickbooks.lens.address import address, address_body, ref

_MASKED: Final = "XX"

MEMBERS: Final = {
    "name": "DisplayName",
    "company": "CompanyName",
    "first": "GivenName",
    "last": "FamilyName",
    "email": "PrimaryEmailAddr",
    "phone": "PrimaryPhone",
    "website": "WebAddr",
    "billing": "BillAddr",
    "tax_number": "PrimaryTaxIdentifier",
    "active": "Active",
}
"""Which member of QuickBooks' document holds a field that can be changed."""


def read(document: Name, home: str = "") -> Customer:
    """Read a Customer. home: the company's currency, of which nothing is said. Raises NotMoney.

    The tax number is masked in answers of some countries; then it reads as empty, since a mask identifies nobody.
    """
    tax_number = document.primary_tax_identifier or ""
    currency = ref(document.currency_ref)
    return Customer(
        id=document.id,
        name=document.display_name or "",
        company=document.company_name or "",
        first=document.given_name or "",
        last=document.family_name or "",
        email=(document.primary_email_addr.address or "") if document.primary_email_addr else "",
        phone=(document.primary_phone.free_form_number or "") if document.primary_phone else "",
        website=(document.web_addr.uri or "") if document.web_addr else "",
        billing=address(document.bill_addr),
        currency="" if currency == home else currency,
        tax_number="" if tax_number.startswith(_MASKED) else tax_number,
        active=document.active is not False,
        parent=ref(document.parent_ref),
        balance=None if document.balance is None else decimal(document.balance),
    )


def created(customer: Customer) -> Json:
    """The body that creates a Customer. Raises CannotWrite."""
    written = {field: _value(customer, field) for field in MEMBERS if field != "active"}
    body: Json = {MEMBERS[field]: value for field, value in written.items() if value}
    if customer.currency:
        body["CurrencyRef"] = {"value": customer.currency}
    if customer.parent:
        body |= {"Job": True, "ParentRef": {"value": customer.parent}}
    return body


def revised(raw: Json, customer: Customer, fields: tuple[str, ...]) -> Json:
    """The full update that changes only `fields` of the object as QuickBooks holds it. Raises CannotWrite."""
    return names.revised(raw, MEMBERS, fields, lambda field: _value(customer, field))


def _value(customer: Customer, field: str) -> object:
    match field:
        case "name":
            return text.name(customer.name, limits.DISPLAY_NAME, "DisplayName")
        case "company":
            return text.name(customer.company, limits.COMPANY_NAME, "CompanyName")
        case "first":
            return text.name(customer.first, limits.PERSON_NAME, "GivenName")
        case "last":
            return text.name(customer.last, limits.PERSON_NAME, "FamilyName")
        case "email":
            return _wrapped("Address", text.email(customer.email, limits.EMAIL, "PrimaryEmailAddr"))
        case "phone":
            return _wrapped("FreeFormNumber", text.exact(customer.phone, limits.PHONE, "PrimaryPhone"))
        case "website":
            return _wrapped("URI", text.exact(customer.website, limits.WEBSITE, "WebAddr"))
        case "billing":
            return address_body(customer.billing, "BillAddr")
        case "tax_number":
            return text.exact(customer.tax_number, limits.TAX_NUMBER, "PrimaryTaxIdentifier")
        case _:
            return customer.active


def _wrapped(member: str, value: str) -> Json:
    return {member: value} if value else {}

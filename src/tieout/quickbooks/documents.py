"""The shapes of QuickBooks' JSON: what Tieout reads of each entity, and the envelopes around them.

Absent and null members are alike. Money, prices and quantities are exact decimals of the JSON's own digits.
Source: QuickBooks API reference, attribute tables of each entity.
"""

from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

Json: TypeAlias = dict[str, Any]
"""One JSON object as QuickBooks sent it or is to receive it; numbers are `int` or `Decimal`, never `float`."""


class Shape(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Members as QuickBooks spells them: `TxnDate` is read as `txn_date`."""


class Ref(msgspec.Struct, frozen=True, gc=False):
    """A reference to another object."""

    value: str | None = None
    name: str | None = None


class MetaData(Shape, frozen=True):
    """When an object was made and last changed: ISO moments with an offset, whole seconds."""

    create_time: str | None = None
    last_updated_time: str | None = None


class Head(Shape, frozen=True):
    """What every object has. `status` is `Deleted` in change data capture; such an object has no sync token."""

    id: str
    sync_token: str | None = None
    status: str | None = msgspec.field(default=None, name="status")
    meta_data: MetaData | None = None


class Email(Shape, frozen=True):
    """An e-mail address."""

    address: str | None = None


class Telephone(Shape, frozen=True):
    """A telephone number."""

    free_form_number: str | None = None


class Website(msgspec.Struct, frozen=True, gc=False):
    """A web address."""

    uri: str | None = msgspec.field(default=None, name="URI")


class PostalAddress(Shape, frozen=True):
    """A postal address."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    country_sub_division_code: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Name(Head, frozen=True):
    """Customer, Vendor or Employee."""

    display_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    company_name: str | None = None
    primary_email_addr: Email | None = None
    primary_phone: Telephone | None = None
    web_addr: Website | None = None
    bill_addr: PostalAddress | None = None
    currency_ref: Ref | None = None
    primary_tax_identifier: str | None = None
    active: bool | None = None
    parent_ref: Ref | None = None
    balance: Decimal | None = None
    notes: str | None = None
    title: str | None = None
    mobile: Telephone | None = None
    alternate_phone: Telephone | None = None
    fax: Telephone | None = None
    sales_term_ref: Ref | None = None


class Item(Head, frozen=True):
    """A product or service, a category, or a bundle."""

    name: str | None = None
    sku: str | None = None
    description: str | None = None
    unit_price: Decimal | None = None
    type: str | None = None
    income_account_ref: Ref | None = None
    active: bool | None = None
    purchase_desc: str | None = None


class SalesItem(Shape, frozen=True):
    """The detail of a line that sells something."""

    item_ref: Ref | None = None
    qty: Decimal | None = None
    unit_price: Decimal | None = None
    tax_code_ref: Ref | None = None
    class_ref: Ref | None = None
    service_date: str | None = None


class Linked(Shape, frozen=True):
    """One transaction that another is applied to."""

    txn_id: str
    txn_type: str


class Line(Shape, frozen=True):
    """A line of a sales form or of a payment. `inner` holds the lines of a bundle."""

    id: str | None = None
    description: str | None = None
    amount: Decimal | None = None
    detail_type: str | None = None
    sales_item_line_detail: SalesItem | None = None
    group_line_detail: "Group | None" = None
    linked_txn: tuple[Linked, ...] | None = None


class Group(Shape, frozen=True):
    """The detail of a bundle's line."""

    line: tuple[Line, ...] | None = None


class TaxRateShare(Shape, frozen=True):
    """`TaxLineDetail`: which rate, and what of the document it is on."""

    tax_rate_ref: Ref | None = None
    tax_percent: Decimal | None = None
    net_amount_taxable: Decimal | None = None


class TaxLine(Shape, frozen=True):
    """A `TaxLine` of `TxnTaxDetail`."""

    tax_line_detail: TaxRateShare | None = None


class TaxTotal(Shape, frozen=True):
    """`TxnTaxDetail`: the tax of a whole document."""

    txn_tax_code_ref: Ref | None = None
    total_tax: Decimal | None = None
    tax_line: tuple[TaxLine, ...] | None = None


class CustomField(Shape, frozen=True):
    """A custom field of a sales form; its value is absent where it is blank."""

    definition_id: str | None = None
    string_value: str | None = None


class SalesForm(Head, frozen=True):
    """Invoice, CreditMemo, SalesReceipt, RefundReceipt or Estimate."""

    doc_number: str | None = None
    txn_date: str | None = None
    due_date: str | None = None
    customer_ref: Ref | None = None
    currency_ref: Ref | None = None
    bill_email: Email | None = None
    email_status: str | None = None
    ship_addr: PostalAddress | None = None
    customer_memo: Ref | None = None
    private_note: str | None = None
    line: tuple[Line, ...] | None = None
    txn_tax_detail: TaxTotal | None = None
    total_amt: Decimal | None = None
    balance: Decimal | None = None
    remaining_credit: Decimal | None = None
    custom_field: tuple[CustomField, ...] | None = None
    class_ref: Ref | None = None
    department_ref: Ref | None = None
    sales_term_ref: Ref | None = None


class Payment(Head, frozen=True):
    """Money received, or with a total of zero the joining of a credit memo to an invoice."""

    txn_date: str | None = None
    customer_ref: Ref | None = None
    currency_ref: Ref | None = None
    payment_method_ref: Ref | None = None
    payment_ref_num: str | None = None
    deposit_to_account_ref: Ref | None = None
    private_note: str | None = None
    total_amt: Decimal | None = None
    unapplied_amt: Decimal | None = None
    line: tuple[Line, ...] | None = None
    linked_txn: tuple[Linked, ...] | None = None


# An undecoded member cannot be optional by type; `given` tells whether it was there.


class BatchItem(Shape, frozen=True):
    """One member's share of a batch's answer."""

    b_id: str | None = msgspec.field(default=None, name="bId")
    query_response: dict[str, msgspec.Raw] | None = None
    customer: msgspec.Raw = msgspec.Raw()
    item: msgspec.Raw = msgspec.Raw()
    invoice: msgspec.Raw = msgspec.Raw()
    payment: msgspec.Raw = msgspec.Raw()
    journal_entry: msgspec.Raw = msgspec.Raw()
    columns: msgspec.Raw = msgspec.Raw()
    rows: msgspec.Raw = msgspec.Raw()
    fault: msgspec.Raw = msgspec.Raw()


class Captured(Shape, frozen=True):
    """Change data capture: one object for each entity, in no particular order."""

    query_response: tuple[dict[str, msgspec.Raw], ...] = ()


class Envelope(Shape, frozen=True):
    """Any answer. A fault comes as `Fault`, from Intuit's gateway as `fault`, and also with status 200."""

    query_response: dict[str, msgspec.Raw] | None = None
    batch_item_response: tuple[BatchItem, ...] | None = None
    captured: tuple[Captured, ...] | None = msgspec.field(default=None, name="CDCResponse")
    customer: msgspec.Raw = msgspec.Raw()
    item: msgspec.Raw = msgspec.Raw()
    invoice: msgspec.Raw = msgspec.Raw()
    payment: msgspec.Raw = msgspec.Raw()
    journal_entry: msgspec.Raw = msgspec.Raw()
    columns: msgspec.Raw = msgspec.Raw()
    rows: msgspec.Raw = msgspec.Raw()
    fault: msgspec.Raw = msgspec.Raw()
    gateway_fault: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="fault")
    time: str | int | None = msgspec.field(default=None, name="time")


_ABSENT = (msgspec.Raw(), msgspec.Raw(b"null"))
_ENCODE = msgspec.json.Encoder(decimal_format="number").encode
_DECODE = msgspec.json.Decoder(type=Json, float_hook=Decimal).decode
_LIST = msgspec.json.Decoder(type=list[msgspec.Raw]).decode


def encode(document: Json) -> bytes:
    """JSON in which a Decimal is a number with all its digits."""
    return _ENCODE(document)


def decode(raw: bytes | msgspec.Raw) -> Json:
    """A JSON object whose fractional numbers are Decimal. Raises msgspec.DecodeError."""
    return _DECODE(raw)


def given(raw: msgspec.Raw) -> bool:
    """Whether an undecoded member was there and not null."""
    return raw not in _ABSENT


def elements(raw: msgspec.Raw | None) -> list[msgspec.Raw]:
    """The undecoded elements of a JSON array; none where it is absent. Raises msgspec.DecodeError."""
    return [] if raw is None else _LIST(raw)

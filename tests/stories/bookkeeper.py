"""The person who keeps the books, in QuickBooks, through the public Python client."""

import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from intuitlib.client import AuthClient
from quickbooks.objects import (
    Account,
    Class,
    CreditMemo,
    Customer,
    EmailAddress,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    Ref,
    SalesItemLine,
    SalesItemLineDetail,
    TaxCode,
    TaxRateDetails,
    TaxService,
    Vendor,
)
from quickbooks.objects.base import LinkedTxn
from quickbooks.objects.companycurrency import CompanyCurrency
from quickbooks.objects.exchangerate import ExchangeRate

from quickbooks import QuickBooks


class Bookkeeper:
    """Keeps customers, items, invoices, payments and credit memos. Ids are QuickBooks'; amounts are decimal texts."""

    def __init__(self, sign_in: Mapping[str, Any]) -> None:
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        auth = AuthClient(
            sign_in["client_id"],
            sign_in["client_secret"],
            "http://127.0.0.1/callback",
            sign_in["discovery_url"],
            access_token=sign_in["access_token"],
            refresh_token=sign_in["refresh_token"],
        )
        self.client = QuickBooks(
            auth_client=auth, refresh_token=auth.refresh_token, company_id=sign_in["realm_id"], minorversion=75
        )
        self.client.api_url_v3 = f"{sign_in['base_url']}/v3"

    def customer(self, name: str, email: str = "", **more: Any) -> str:
        customer = Customer()
        customer.DisplayName = name
        if email:
            customer.PrimaryEmailAddr = EmailAddress()
            customer.PrimaryEmailAddr.Address = email
        return self._save(customer, **more)

    def vendor(self, name: str) -> str:
        vendor = Vendor()
        vendor.DisplayName = name
        return self._save(vendor)

    def item(self, name: str, sku: str = "", **more: Any) -> str:
        item = Item()
        item.Name = name
        item.Type = "Service"
        item.IncomeAccountRef = self.income_account().to_ref()
        if sku:
            item.Sku = sku
        return self._save(item, **more)

    def income_account(self) -> Account:
        return Account.filter(Name="Services", qb=self.client)[0]

    def receive_for(self, paid: Mapping[str, str], total: str) -> str:
        """Receive one payment for several invoices. paid: amount by invoice."""
        payment = Payment()
        payment.CustomerRef = Invoice.get(next(iter(paid)), qb=self.client).CustomerRef
        payment.TotalAmt = float(total)
        payment.Line = [_applied(id_, "Invoice", amount) for id_, amount in paid.items()]
        return self._save(payment)

    def move_payment(self, payment: str, paid: Mapping[str, str]) -> None:
        """Apply a payment anew. paid: amount by invoice."""
        lines = [_applied(id_, "Invoice", amount) for id_, amount in paid.items()]
        self.change(Payment, payment, Line=lines)

    def void_payment(self, payment: str) -> None:
        Payment.get(payment, qb=self.client).void(qb=self.client)

    def clearing_account(self, name: str) -> str:
        account = Account()
        account.Name = name
        account.AccountType = "Other Current Asset"
        account.AccountSubType = "OtherCurrentAssets"
        return self._save(account)

    def class_(self, name: str) -> str:
        made = Class()
        made.Name = name
        return self._save(made)

    def tax_code(self, name: str) -> str:
        return str(TaxCode.filter(Name=name, qb=self.client)[0].Id)

    def tax_rate(self, name: str, percent: str) -> str:
        """Set up a tax of one rate, in the company's books; its code's name."""
        service = TaxService()
        service.TaxCode = name
        rate = TaxRateDetails()
        rate.TaxRateName, rate.RateValue, rate.TaxApplicableOn = name, percent, "Sales"
        rate.TaxAgencyId = self.select("TaxAgency")[0]["Id"]
        service.TaxRateDetails = [rate]
        service.save(qb=self.client)
        return name

    def currency(self, code: str) -> str:
        """Put a currency on the company's list."""
        currency = CompanyCurrency()
        currency.Code = code
        return self._save(currency)

    def rate(self, code: str, rate: str, on: date) -> None:
        """Set what one unit of a currency is worth at home from a day on."""
        set_ = ExchangeRate()
        set_.SourceCurrencyCode, set_.Rate, set_.AsOfDate = code, float(rate), on.isoformat()
        set_.save(qb=self.client)

    def invoice(
        self, customer: str, *lines: SalesItemLine, number: str = "", on: date | None = None, currency: str = ""
    ) -> str:
        return self._sales_form(Invoice(), customer, lines, number, on, currency)

    def credit_memo(
        self, customer: str, *lines: SalesItemLine, number: str = "", on: date | None = None, currency: str = ""
    ) -> str:
        return self._sales_form(CreditMemo(), customer, lines, number, on, currency)

    def line(self, item: str, quantity: str, price: str, tax_code: str = "") -> SalesItemLine:
        line = SalesItemLine()
        line.Amount = float(Decimal(quantity) * Decimal(price))
        line.SalesItemLineDetail = SalesItemLineDetail()
        line.SalesItemLineDetail.ItemRef = _ref(item)
        line.SalesItemLineDetail.Qty = float(quantity)
        line.SalesItemLineDetail.UnitPrice = float(price)
        if tax_code:
            line.SalesItemLineDetail.TaxCodeRef = _ref(tax_code)
        return line

    def receive(self, invoice: str, amount: str, on: date | None = None) -> str:
        """Receive a payment for one invoice."""
        payment = self._payment_for(invoice)
        payment.TotalAmt = float(amount)
        payment.TxnDate = on.isoformat() if on else None
        payment.Line = [_applied(invoice, "Invoice", amount)]
        return self._save(payment)

    def apply_credit(self, memo: str, invoice: str, amount: str) -> str:
        """Join a credit memo to an invoice, by a payment of nothing."""
        payment = self._payment_for(invoice)
        payment.TotalAmt = 0
        payment.Line = [_applied(invoice, "Invoice", amount), _applied(memo, "CreditMemo", amount)]
        return self._save(payment)

    def edit_line(
        self,
        invoice: str,
        position: int = 0,
        *,
        quantity: str = "",
        price: str = "",
        item: str = "",
        text: str = "",
        class_: str = "",
        service_date: date | None = None,
    ) -> None:
        """Edit one line of an invoice, the way the form does: the whole document is saved again."""
        document = Invoice.get(invoice, qb=self.client)
        line = document.Line[position]
        detail = line.SalesItemLineDetail
        if quantity:
            detail.Qty = float(quantity)
        if price:
            detail.UnitPrice = float(price)
        if quantity or price:
            line.Amount = float(Decimal(str(detail.Qty)) * Decimal(str(detail.UnitPrice)))
        if item:
            detail.ItemRef = _ref(item)
        if text:
            line.Description = text
        if class_:
            detail.ClassRef = _ref(class_)
        if service_date:
            detail.ServiceDate = service_date.isoformat()
        document.save(qb=self.client)

    def change(self, entity: type[Any], id_: str, **values: Any) -> None:
        """Change fields of a record, as they are named in QuickBooks' API."""
        record = entity.get(id_, qb=self.client)
        for name, value in values.items():
            setattr(record, name, value)
        record.save(qb=self.client)

    def renumber_credit_memo(self, memo: str, number: str) -> None:
        self.change(CreditMemo, memo, DocNumber=number)

    def rename_customer(self, customer: str, name: str) -> None:
        self.change(Customer, customer, DisplayName=name)

    def inactivate_customer(self, customer: str) -> None:
        self.change(Customer, customer, Active=False)

    def void(self, invoice: str) -> None:
        Invoice.get(invoice, qb=self.client).void(qb=self.client)

    def mail(self, invoice: str, to: str = "ana@nova.example") -> None:
        Invoice.get(invoice, qb=self.client).send(qb=self.client, send_to=to)

    def delete(self, invoice: str) -> None:
        Invoice.get(invoice, qb=self.client).delete(qb=self.client)

    def customers(self) -> dict[str, str]:
        """Ids of the active customers by display name."""
        return {row["DisplayName"]: row["Id"] for row in self.select("Customer")}

    def invoices(self) -> dict[str, dict[str, Any]]:
        """All invoices by number, as the API shows them."""
        return {row.get("DocNumber", ""): row for row in self.select("Invoice")}

    def raw(self, entity: str, id_: str) -> dict[str, Any]:
        """One record as the API shows it."""
        return dict(self.client.get_single_object(entity, id_)[entity])

    def select(self, entity: str, where: str = "") -> list[dict[str, Any]]:
        """All active records of an entity, as the API shows them."""
        clause = f" where {where}" if where else ""
        answer = self.client.query(f"select * from {entity}{clause} maxresults 1000")
        return list(answer["QueryResponse"].get(entity, []))

    def _payment_for(self, invoice: str) -> Payment:
        payment, paid = Payment(), Invoice.get(invoice, qb=self.client)
        payment.CustomerRef, payment.CurrencyRef = paid.CustomerRef, paid.CurrencyRef
        return payment

    def _sales_form(
        self, form: Any, customer: str, lines: tuple[SalesItemLine, ...], number: str, on: date | None, currency: str
    ) -> str:
        form.CustomerRef = _ref(customer)
        form.Line = list(lines)
        if number:
            form.DocNumber = number
        if on:
            form.TxnDate = on.isoformat()
        if currency:
            form.CurrencyRef = _ref(currency)
        return self._save(form)

    def _save(self, record: Any, **values: Any) -> str:
        for name, value in values.items():
            setattr(record, name, value)
        return str(record.save(qb=self.client).Id)


def _applied(id_: str, kind: str, amount: str) -> PaymentLine:
    line = PaymentLine()
    line.Amount = float(amount)
    linked = LinkedTxn()
    linked.TxnId, linked.TxnType = id_, kind
    line.LinkedTxn = [linked]
    return line


def _ref(id_: str) -> Ref:
    ref = Ref()
    ref.value = id_
    return ref

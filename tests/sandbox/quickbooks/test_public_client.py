"""python-quickbooks with intuit-oauth, unchanged, against a real server: a bookkeeper at work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from intuitlib.exceptions import AuthClientError
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import AuthorizationException, ObjectNotFoundException, QuickbooksException
from quickbooks.objects import (
    Account,
    Address,
    Class,
    CompanyInfo,
    CreditMemo,
    Customer,
    DetailLine,
    EmailAddress,
    Employee,
    Estimate,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    PaymentMethod,
    Preferences,
    Ref,
    RefundReceipt,
    SalesItemLine,
    SalesItemLineDetail,
    SalesReceipt,
    TaxAgency,
    TaxCode,
    TaxRate,
    TaxRateDetails,
    TaxService,
    Term,
    Vendor,
)

from quickbooks import QuickBooks

from .conftest import client_of, serving, sign_in


def make_customer(qb: QuickBooks, name: str) -> Customer:
    customer = Customer()
    customer.DisplayName = name
    customer.CompanyName = name
    customer.PrimaryEmailAddr = EmailAddress()
    customer.PrimaryEmailAddr.Address = "ana@nova.example"
    customer.BillAddr = Address()
    customer.BillAddr.Line1 = "1 High Street"
    customer.BillAddr.City = "Springfield"
    return customer.save(qb=qb)


def make_item(qb: QuickBooks, name: str) -> Item:
    item = Item()
    item.Name = name
    item.Type = "Service"
    item.UnitPrice = 100
    item.IncomeAccountRef = Account.filter(Name="Services", qb=qb)[0].to_ref()
    return item.save(qb=qb)


def sale(item: Item, quantity: float, price: float) -> SalesItemLine:
    line = SalesItemLine()
    line.Amount = round(quantity * price, 2)
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = item.to_ref()
    line.SalesItemLineDetail.Qty = quantity
    line.SalesItemLineDetail.UnitPrice = price
    return line


def make_invoice(qb: QuickBooks, name: str, *amounts: float) -> Invoice:
    customer, item = make_customer(qb, name), make_item(qb, name)
    invoice = Invoice()
    invoice.CustomerRef = customer.to_ref()
    invoice.Line = [sale(item, 1, amount) for amount in amounts]
    return invoice.save(qb=qb)


def test_a_customer_is_made_read_and_renamed(qb, word):
    customer = make_customer(qb, word)
    assert (customer.FullyQualifiedName, customer.Balance, customer.SyncToken) == (word, 0, "0")
    customer.DisplayName = f"{word} & Co"
    customer.save(qb=qb)
    again = Customer.get(customer.Id, qb=qb)
    assert (again.DisplayName, again.SyncToken, again.PrimaryEmailAddr.Address) == (
        f"{word} & Co",
        "1",
        "ana@nova.example",
    )
    assert Customer.filter(DisplayName=f"{word} & Co", qb=qb)[0].Id == customer.Id


def test_a_customer_merged_in_the_pages_is_gone_for_the_client(served, qb, word):
    kept, gone = make_customer(qb, word), make_invoice(qb, f"{word} too", 40)
    merged = gone.CustomerRef.value
    served[0].merge("Customer", merged, kept.Id)
    with pytest.raises(ObjectNotFoundException):
        Customer.get(int(merged), qb=qb)
    assert Customer.filter(DisplayName=f"{word} too", qb=qb) == []
    assert Invoice.get(int(gone.Id), qb=qb).CustomerRef.value == kept.Id
    assert Customer.get(int(kept.Id), qb=qb).Balance == 40


def test_a_name_with_an_apostrophe_is_found(qb, word):
    customer = make_customer(qb, f"{word}'s")
    assert [found.Id for found in Customer.filter(DisplayName=f"{word}'s", qb=qb)] == [customer.Id]


def test_vendors_employees_classes_terms_and_methods_are_made(qb, word):
    vendor = Vendor()
    vendor.DisplayName = f"{word} vendor"
    assert vendor.save(qb=qb).Id
    employee = Employee()
    employee.GivenName, employee.FamilyName = word, "Worker"
    assert employee.save(qb=qb).DisplayName == f"{word} Worker"
    section = Class()
    section.Name = word
    assert section.save(qb=qb).FullyQualifiedName == word
    assert {term.Name for term in Term.all(qb=qb)} >= {"Due on receipt", "Net 30"}
    assert {method.Name for method in PaymentMethod.all(qb=qb)} >= {"Cash", "Check", "Visa"}
    assert {code.Id for code in TaxCode.all(qb=qb)} >= {"TAX", "NON"}


def test_company_and_preferences_are_read(qb):
    assert CompanyInfo.all(qb=qb)[0].Country == "US"
    preferences = Preferences.get(qb=qb)
    assert preferences.CurrencyPrefs.HomeCurrency.value == "USD"
    assert preferences.SalesFormsPrefs.DefaultTerms.value == "3"


def test_preferences_are_changed_by_sending_them_back(qb):
    preferences = Preferences.get(qb=qb)
    preferences.SalesFormsPrefs.CustomTxnNumbers = True
    changed = preferences.save(qb=qb)
    assert int(changed.SyncToken) == int(preferences.SyncToken) + 1
    assert Preferences.get(qb=qb).SalesFormsPrefs.CustomTxnNumbers is True
    changed.SalesFormsPrefs.CustomTxnNumbers = False
    changed.save(qb=qb)


def test_revenue_recognition_is_switched_off_by_the_bookkeeper(served, qb, word):
    sandbox, _ = served
    invoice = make_invoice(qb, word, 50)
    item = invoice.Line[0].SalesItemLineDetail.ItemRef.value
    sandbox.patch_company({"service_date_items": [item]})
    with pytest.raises(QuickbooksException, match="business validation"):
        invoice.save(qb=qb)
    preferences = Preferences.get(qb=qb)
    assert preferences.ProductAndServicesPrefs.RevenueRecognitionEnabled is True
    preferences.ProductAndServicesPrefs.RevenueRecognitionEnabled = False
    preferences.save(qb=qb)
    assert invoice.save(qb=qb).SyncToken == "1"
    assert sandbox.company()["service_date_items"] == []


def test_an_invoice_is_made_changed_voided_and_deleted(qb, word):
    invoice = make_invoice(qb, word, 100, 0.5)
    assert (invoice.TotalAmt, invoice.Balance, invoice.CurrencyRef.value) == (100.5, 100.5, "USD")
    invoice.Line[0].SalesItemLineDetail.Qty = 3
    invoice.Line[0].Amount = 300
    changed = invoice.save(qb=qb)
    assert (changed.TotalAmt, changed.SyncToken) == (300.5, "1")
    assert [line.Id for line in changed.Line if line.Id] == ["1", "2"]
    changed.void(qb=qb)
    void = Invoice.get(invoice.Id, qb=qb)
    assert (void.TotalAmt, void.Balance, void.PrivateNote, void.SyncToken) == (0, 0, "Voided", "2")
    void.delete(qb=qb)
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(invoice.Id, qb=qb)


def test_an_invoice_is_mailed(qb, word):
    invoice = make_invoice(qb, word, 20)
    invoice.send(qb=qb, send_to="ana@nova.example")
    again = Invoice.get(invoice.Id, qb=qb)
    assert (again.EmailStatus, again.BillEmail.Address) == ("EmailSent", "ana@nova.example")


def test_one_payment_pays_two_invoices(qb, word):
    first = make_invoice(qb, word, 300)
    second = Invoice()
    second.CustomerRef = first.CustomerRef
    second.Line = [first.Line[0]]
    second = second.save(qb=qb)
    payment = Payment()
    payment.TotalAmt = 500
    payment.CustomerRef = first.CustomerRef
    for invoice, amount in ((first, 300), (second, 200)):
        line = PaymentLine()
        line.Amount = amount
        line.LinkedTxn.append(invoice.to_linked_txn())
        payment.Line.append(line)
    payment = payment.save(qb=qb)
    assert payment.UnappliedAmt == 0
    assert [Invoice.get(one.Id, qb=qb).Balance for one in (first, second)] == [0, 100]
    assert Customer.get(first.CustomerRef.value, qb=qb).Balance == 100
    payment.void(qb=qb)
    assert [Invoice.get(one.Id, qb=qb).Balance for one in (first, second)] == [300, 300]
    Payment.get(payment.Id, qb=qb).delete(qb=qb)
    assert Payment.where(f"Id = '{payment.Id}'", qb=qb) == []


@pytest.mark.parametrize("form", [CreditMemo, SalesReceipt, RefundReceipt, Estimate])
def test_the_other_sales_forms_are_made(qb, word, form):
    invoice = make_invoice(qb, f"{form.__name__} of somebody", 80)
    document = form()
    document.CustomerRef = invoice.CustomerRef
    document.Line = [sale(Item.get(invoice.Line[0].SalesItemLineDetail.ItemRef.value, qb=qb), 2, 40)]
    document.DepositToAccountRef = Account.filter(Name="Checking", qb=qb)[0].to_ref() if form is RefundReceipt else None
    saved = document.save(qb=qb)
    assert saved.TotalAmt == 80
    assert form.get(saved.Id, qb=qb).DocNumber


def test_an_amount_without_quantity_is_taken(qb, word):
    invoice = make_invoice(qb, word, 10)
    line = DetailLine()
    line.Amount, line.DetailType = 100, "SalesItemLineDetail"
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = Item.get(invoice.Line[0].SalesItemLineDetail.ItemRef.value, qb=qb).to_ref()
    invoice.Line = [line]
    assert invoice.save(qb=qb).TotalAmt == 100


def test_lists_are_counted_paged_and_sorted(qb, word):
    for number in range(3):
        make_customer(qb, f"{word} {number}")
    wanted = f"DisplayName LIKE '{word}%'"
    assert Customer.count(wanted, qb=qb) == 3
    found = Customer.where(wanted, order_by="DisplayName DESC", start_position=2, max_results=1, qb=qb)
    assert [customer.DisplayName for customer in found] == [f"{word} 1"]
    assert len(Customer.choose([customer.Id for customer in Customer.where(wanted, qb=qb)], qb=qb)) == 3
    assert make_item(qb, word).Id in {item.Id for item in Item.all(qb=qb, max_results=1000)}


def test_a_batch_creates_updates_and_deletes(qb, word):
    invoice = make_invoice(qb, word, 10)
    copies = []
    for number in range(3):
        copy = Invoice()
        copy.CustomerRef, copy.Line, copy.PrivateNote = invoice.CustomerRef, invoice.Line, f"copy {number}"
        copies.append(copy)
    copies[1].CustomerRef = Ref()
    made = batch_create(copies, qb=qb)
    assert (len(made.successes), len(made.faults)) == (2, 1)
    assert made.faults[0].Error[0].code == "2020"
    for copy in made.successes:
        copy.PrivateNote = "changed"
    changed = batch_update(made.successes, qb=qb)
    assert [copy.PrivateNote for copy in changed.successes] == ["changed", "changed"]
    gone = batch_delete(changed.successes, qb=qb)
    assert [copy.status for copy in gone.successes] == ["Deleted", "Deleted"]


def test_changes_are_captured(qb, word):
    since = datetime.now(UTC) - timedelta(minutes=5)
    invoice = make_invoice(qb, word, 10)
    deleted = make_invoice(qb, f"{word} too", 10)
    deleted.delete(qb=qb)
    answer = change_data_capture([Customer, Invoice, Estimate], since.isoformat(), qb=qb)
    held = {found.Id: found for found in answer.Invoice}
    assert held[invoice.Id].TotalAmt == 10
    assert held[deleted.Id].status == "Deleted"
    assert invoice.CustomerRef.value in {customer.Id for customer in answer.Customer}


def test_the_same_request_id_makes_one_customer(qb, word):
    customers = []
    for _ in range(2):
        customer = Customer()
        customer.DisplayName = word
        customers.append(customer.save(qb=qb, request_id=word))
    assert customers[0].Id == customers[1].Id
    assert Customer.count(f"DisplayName = '{word}'", qb=qb) == 1


def test_a_refresh_rotates_the_refresh_token(auth):
    before = (auth.access_token, auth.refresh_token)
    auth.refresh()
    assert auth.access_token != before[0]
    assert auth.refresh_token != before[1]
    current = auth.refresh_token
    auth.refresh(refresh_token=before[1])
    assert auth.refresh_token == current
    with pytest.raises(AuthClientError) as refused:
        auth.refresh(refresh_token="RT1-unknown")
    assert (
        refused.value.content == b'{"error":"invalid_grant","error_description":"Incorrect or invalid refresh token"}'
    )


def test_user_info_is_answered(auth):
    assert auth.get_user_info().json()["emailVerified"] is True


def test_an_expired_token_is_refused_until_it_is_refreshed(served, auth, qb):
    served[0].expire_tokens()
    with pytest.raises(AuthorizationException, match="authentication failed"):
        CompanyInfo.all(qb=qb)
    auth.refresh()
    qb.session.access_token = auth.access_token
    assert CompanyInfo.all(qb=qb)


@pytest.fixture
def abroad(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooks]:
    """A client of a company of the regime that the test names."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with serving(request.param) as (sandbox, url):
        yield client_of(sandbox, url, sign_in(sandbox, url))


def make_sale(qb: QuickBooks, quantity: float, price: float, code: str, account: str = "Services") -> Invoice:
    """An invoice that is not yet saved, of one line with a tax code."""
    item = Item()
    item.Name, item.Type, item.Taxable = "Filter", "Service", True
    item.IncomeAccountRef = Account.filter(Name=account, qb=qb)[0].to_ref()
    line = sale(item.save(qb=qb), quantity, price)
    line.SalesItemLineDetail.TaxCodeRef = Ref()
    line.SalesItemLineDetail.TaxCodeRef.value = code
    invoice = Invoice()
    invoice.CustomerRef, invoice.Line = make_customer(qb, "Nova").to_ref(), [line]
    return invoice


@pytest.mark.parametrize("abroad", ["us-manual"], indirect=True)
def test_a_tax_code_is_made(abroad):
    service = TaxService()
    service.TaxCode = "City"
    rate = TaxRateDetails()
    rate.TaxRateName, rate.RateValue = "City", 9.375
    rate.TaxAgencyId = TaxAgency.all(qb=abroad)[0].Id
    service.TaxRateDetails = [rate]
    service.save(qb=abroad)
    assert "City" in {code.Name for code in TaxCode.all(qb=abroad)}
    assert {row.RateValue for row in TaxRate.all(qb=abroad) if row.Name == "City"} == {9.375}


@pytest.mark.parametrize("abroad", ["us-ast"], indirect=True)
def test_automated_tax_follows_the_ship_to_and_a_total_of_the_client_stays(abroad):
    assert Preferences.get(qb=abroad).TaxPrefs.PartnerTaxEnabled is True
    invoice = make_sale(abroad, 2, 50, "TAX")
    invoice.ShipAddr = Address()
    invoice.ShipAddr.Line1, invoice.ShipAddr.City = "500 Main St", "Austin"
    invoice.ShipAddr.CountrySubDivisionCode, invoice.ShipAddr.PostalCode = "TX", "78701"
    made = invoice.save(qb=abroad)
    assert (made.TotalAmt, made.TxnTaxDetail.TotalTax) == (108.25, 8.25)
    assert [tax.TaxLineDetail.TaxPercent for tax in made.TxnTaxDetail.TaxLine] == [6.25, 2]
    made.TxnTaxDetail.TotalTax = 8.3
    assert made.save(qb=abroad).TotalAmt == 108.3


@pytest.mark.parametrize("abroad", ["fr"], indirect=True)
def test_a_french_company_takes_gross_prices_and_refuses_in_french(abroad):
    codes = {code.Name: code.Id for code in TaxCode.all(qb=abroad)}
    invoice = make_sale(abroad, 2, 60, codes["20,0 % TVA"], "Prestations de services")
    invoice.GlobalTaxCalculation, invoice.DocNumber = "TaxInclusive", "FA-1"
    made = invoice.save(qb=abroad)
    assert (made.TotalAmt, made.TxnTaxDetail.TotalTax, made.CurrencyRef.value) == (120, 20, "EUR")
    assert (made.Line[0].Amount, made.Line[0].SalesItemLineDetail.TaxInclusiveAmt) == (100, 120)
    assert made.save(qb=abroad).TotalAmt == 120
    invoice.Id = invoice.SyncToken = None
    invoice.Line[0].Id = None
    with pytest.raises(QuickbooksException) as refused:
        invoice.save(qb=abroad)
    assert (refused.value.error_code, refused.value.message) == (6140, "Numéro de document en double")

"""A company in France: its lists and its faults are in French, what programs read in them is not."""

import ast
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tieout.sandbox import quickbooks
from tieout.sandbox.quickbooks import regimes
from tieout.sandbox.quickbooks.regimes.french import TEXTS

from .conftest import line, payment, read


def sold(fr, amount=100, code="20,0 % TVA", **detail):
    return line(fr.item("Conseil"), amount, TaxCodeRef=fr.code(code), **detail)


def test_a_new_company_is_french(fr):
    company = fr.read("CompanyInfo", "1")
    assert (company["Country"], company["SupportedLanguages"], company["DefaultTimeZone"]) == (
        "FR",
        "fr",
        "Europe/Paris",
    )
    assert fr.read("Preferences", "1")["CurrencyPrefs"]["HomeCurrency"] == {"value": "EUR"}
    accounts = {row["Name"]: row["AccountSubType"] for row in fr.query("SELECT * FROM Account")["Account"]}
    assert accounts["Prestations de services"] == "ServiceFeeIncome"
    assert accounts["Clients"] == "AccountsReceivable"
    terms = {row["Name"]: row["DueDays"] for row in fr.query("SELECT * FROM Term")["Term"]}
    assert terms == {"Paiement à réception": 0, "15 jours net": 15, "30 jours net": 30, "60 jours net": 60}
    methods = {row["Name"] for row in fr.query("SELECT * FROM PaymentMethod")["PaymentMethod"]}
    assert methods >= {"Espèces", "Chèque", "Prélèvement", "Visa"}


def test_a_new_company_speaks_one_language(fr):
    english = {row["Name"] for row in type(fr)("uk").query("SELECT * FROM Account")["Account"]}
    assert not english & {row["Name"] for row in fr.query("SELECT * FROM Account")["Account"]}


def test_each_line_is_taxed_by_its_code(fr):
    codes = ("20,0 % TVA", "10,0 % TVA", "5,5 % TVA", "0,0 % TVA", "Exonéré", "Hors champ")
    item = fr.item()
    invoice = fr.invoice(fr.customer(), *(line(item, 100, TaxCodeRef=fr.code(name)) for name in codes))
    taxes = [(tax["TaxLineDetail"]["TaxPercent"], tax["Amount"]) for tax in invoice["TxnTaxDetail"]["TaxLine"]]
    assert taxes == [(20, 20), (10, 10), (Decimal("5.5"), Decimal("5.5")), (0, 0), (0, 0)]
    assert (invoice["TotalAmt"], invoice["CurrencyRef"]["value"]) == (Decimal("635.50"), "EUR")


def test_a_number_is_mandatory_while_numbers_are_the_user_s(fr):
    customer, sale = fr.customer(), sold(fr)
    assert fr.invoice(customer, sale)["DocNumber"] == "1001"
    fr.sandbox.patch_company({"custom_transaction_numbers": True})
    refused = fr.refused("Invoice", {"CustomerRef": {"value": customer}, "Line": [sale]})
    assert (refused["code"], refused["element"]) == ("2020", "DocNumber")
    assert refused["Detail"] == "Le paramètre obligatoire DocNumber est absent de la demande"
    assert fr.invoice(customer, sale, DocNumber="FA-1")["DocNumber"] == "FA-1"


def test_elsewhere_a_document_may_stay_without_number(uk):
    uk.sandbox.patch_company({"custom_transaction_numbers": True})
    sale = line(uk.item(), 10, TaxCodeRef=uk.code("20.0% S"))
    assert "DocNumber" not in uk.invoice(uk.customer(), sale)


def test_a_taken_number_names_its_holder_in_the_tail(fr):
    customer, sale = fr.customer(), sold(fr)
    memo = fr.save("CreditMemo", {"CustomerRef": {"value": customer}, "Line": [sale], "DocNumber": "FA-7"})
    body = {"CustomerRef": {"value": customer}, "Line": [sale], "DocNumber": "FA-7"}
    refused = fr.refused("Invoice", body)
    assert (refused["code"], refused["Message"]) == ("6140", "Numéro de document en double")
    assert refused["Detail"].endswith(f"DocNumber=FA-7 is assigned to TxnType=Avoir with TxnId={memo['Id']}")


def test_a_taken_name_names_its_holder_in_the_tail(fr):
    holder = fr.customer("Nova SARL")
    refused = fr.refused("Customer", {"DisplayName": "nova sarl"})
    assert (refused["code"], refused["Message"]) == ("6240", "Nom en double")
    assert refused["Detail"] == f"Ce nom existe déjà. : Id={holder}"


def test_faults_inside_a_batch_are_french_too(fr):
    fr.customer("Nova SARL")
    item = {"bId": "1", "operation": "create", "Customer": {"DisplayName": "Nova SARL"}}
    answer = read(fr.post("batch", {"BatchItemRequest": [item]}))
    assert answer["BatchItemResponse"][0]["Fault"]["Error"][0]["Message"] == "Nom en double"


def test_a_length_is_told_in_the_tail(fr):
    refused = fr.refused("Customer", {"DisplayName": "Nova", "GivenName": "n" * 101})
    assert refused["code"] == "2050"
    assert refused["Detail"].startswith("La longueur de chaîne")
    assert refused["Detail"].endswith("Min:0 Max:100 supported. Supplied length:101")


def test_a_line_without_code_wants_a_rate_of_tva(fr):
    refused = fr.refused("Invoice", {"CustomerRef": {"value": fr.customer()}, "Line": [line(fr.item(), 10)]})
    assert refused["code"] == "6000"
    assert refused["Detail"] == (
        "Erreur de validation métier : Assurez-vous que toutes vos opérations ont un taux de TVA avant d'enregistrer."
    )


def test_rules_of_business_are_told_in_french(fr):
    customer, sale = fr.customer(), sold(fr)
    invoice = fr.invoice(customer, sale)
    fr.pay(customer, 10, ("Invoice", invoice["Id"], 10))
    answer = fr.post("Invoice", {"Id": invoice["Id"], "SyncToken": "1"}, operation="void")
    assert "paiement appliqué" in read(answer)["Fault"]["Error"][0]["Detail"]
    over = fr.refused("Payment", payment(customer, 500, ("Invoice", invoice["Id"], 500)))
    assert (over["code"], "solde dû" in over["Detail"]) == ("6000", True)
    fr.sandbox.patch_company({"service_date_items": [sale["SalesItemLineDetail"]["ItemRef"]["value"]]})
    undated = fr.refused("Invoice", {"CustomerRef": {"value": customer}, "Line": [sale]})
    assert "date de service" in undated["Detail"]


def test_a_void_begins_its_note_with_the_french_word(fr):
    invoice = fr.invoice(fr.customer(), sold(fr), PrivateNote="Erreur de saisie")
    voided = read(fr.post("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void"))["Invoice"]
    assert (voided["PrivateNote"], voided["TotalAmt"]) == ("Annulé - Erreur de saisie", 0)


@pytest.mark.parametrize("code", ["610", "2010", "2020", "2050", "2170", "2500", "5010", "6000", "6070", "6080", "6140",
                                  "6190", "6210", "6240", "10000"])  # fmt: skip
def test_planned_faults_are_french_as_well(fr, code):
    french, english = (read_fault(books.sandbox.fault({"code": code}).body) for books in (fr, type(fr)("uk")))
    assert french["code"] == english["code"] == code
    assert french["Message"] != english["Message"]


def test_a_planned_fault_with_words_of_its_own_keeps_them(fr):
    stated = fr.sandbox.fault({"code": "6240", "message": "Nom {x}", "detail": "Ce nom {existe} déjà."})
    assert (read_fault(stated.body)["Message"], read_fault(stated.body)["Detail"]) == (
        "Nom {x}",
        "Ce nom {existe} déjà.",
    )


def test_every_french_text_stands_for_one_that_is_said():
    rooms = Path(quickbooks.__file__).parent.glob("*.py"), Path(regimes.__file__).parent.glob("[!f]*.py")
    trees = [ast.parse(file.read_text()) for room in rooms for file in room]
    said = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert TEXTS.keys() <= said


def read_fault(body):
    return json.loads(body)["Fault"]["Error"][0]

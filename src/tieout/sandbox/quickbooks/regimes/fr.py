"""France, EUR, a code of *TVA* on each line, and QuickBooks in French.

QuickBooks API reference, Invoice, DocNumber: in France a number is mandatory while custom transaction numbers are on.
"""

from collections.abc import Mapping
from typing import Final

from tieout.sandbox.quickbooks.regimes.french import TEXTS
from tieout.sandbox.quickbooks.regimes.regime import Regime
from tieout.sandbox.quickbooks.regimes.vat import ValueAddedTax

_NAMES: Final[Mapping[str, str]] = {
    "Services": "Prestations de services",
    "Retained Earnings": "Report à nouveau",
    "Purchases": "Achats",
    "Sales of Product Income": "Ventes de marchandises",
    "Cost of Goods Sold": "Coût des ventes",
    "Inventory Asset": "Stocks de marchandises",
    "Opening Balance Equity": "Capitaux propres d'ouverture",
    "Uncategorized Income": "Produits non catégorisés",
    "Uncategorized Expense": "Charges non catégorisées",
    "Uncategorized Asset": "Actifs non catégorisés",
    "Accounts Receivable (A/R)": "Clients",
    "Undeposited Funds": "Fonds non déposés",
    "Checking": "Compte courant",
    "Savings": "Compte d'épargne",
    "Discounts given": "Remises accordées",
    "Accounts Payable (A/P)": "Fournisseurs",
    "Shipping Income": "Frais de port facturés",
    "Sales Tax Payable": "TVA à décaisser",
    "Due on receipt": "Paiement à réception",
    "Net 15": "15 jours net",
    "Net 30": "30 jours net",
    "Net 60": "60 jours net",
    "Cash": "Espèces",
    "Check": "Chèque",
    "Direct Debit": "Prélèvement",
    "PO Number": "N° de commande",
    "Thank you for your business.": "Merci de votre confiance.",
    "Invoice from our company": "Facture de notre société",
    "Your invoice is attached.": "Votre facture est jointe.",
    "Invoice": "Facture",
    "Credit Memo": "Avoir",
    "Sales Receipt": "Reçu de vente",
    "Refund Receipt": "Reçu de remboursement",
    "Estimate": "Devis",
    "Voided": "Annulé",
}

REGIME: Final = Regime(
    currency="EUR",
    country="FR",
    time_zone="Europe/Paris",
    fiscal_year="January",
    language="fr",
    company_name="Sandbox Company_FR_1",
    address={"Line1": "1 rue de Rivoli", "City": "Paris", "PostalCode": "75001", "Country": "FR"},
    taxation=ValueAddedTax(
        "Direction générale des Finances publiques (TVA)",
        {
            "20,0 % TVA": "20",
            "10,0 % TVA": "10",
            "5,5 % TVA": "5.5",
            "0,0 % TVA": "0",
            "Exonéré": "0",
            "Hors champ": None,
        },
    ),
    names=_NAMES,
    texts=TEXTS,
    number_wanted=True,
)

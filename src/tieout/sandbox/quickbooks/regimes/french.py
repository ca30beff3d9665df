"""The texts of faults in French, by their texts in English, as `faults` has them.

Recorded in French companies: *Numéro de document en double*, *Nom en double*, *Ce nom existe déjà*. What a program can
read there, the tails with ids and lengths, stays as it is in English; the other sentences are ours.
"""

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "Object Not Found": "Objet introuvable",
    "Object Not Found : {reason}": "Objet introuvable : {reason}",
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees.": (
        "Un élément que vous essayez d'utiliser a été rendu inactif. "
        "Vérifiez les champs comportant des comptes, clients, articles, fournisseurs ou employés."
    ),
    "Another user has deleted this transaction.": "Un autre utilisateur a supprimé cette opération.",
    "Stale Object Error": "Erreur d'objet périmé",
    "Stale Object Error : You and root were working on this at the same time. "
    "root finished before you did, so your work was not saved.": (
        "Erreur d'objet périmé : Vous et root travailliez sur cet élément en même temps. "
        "root a terminé avant vous, votre travail n'a donc pas été enregistré."
    ),
    "Request has invalid or unsupported property": (
        "La demande contient une propriété non valide ou non prise en charge"
    ),
    "Required param missing, need to supply the required value for the API": (
        "Paramètre obligatoire manquant, vous devez fournir la valeur requise pour l'API"
    ),
    "Required parameter {field} is missing in the request": (
        "Le paramètre obligatoire {field} est absent de la demande"
    ),
    "String length is either shorter or longer than supported by specification": (
        "La longueur de la chaîne est inférieure ou supérieure à celle prévue par la spécification"
    ),
    "String length specified does not match the supported length. Min:0 Max:{limit} supported. "
    "Supplied length:{length}": (
        "La longueur de chaîne indiquée ne correspond pas à la longueur prise en charge. "
        "Min:0 Max:{limit} supported. Supplied length:{length}"
    ),
    "Invalid String": "Chaîne non valide",
    "Invalid String : {field}": "Chaîne non valide : {field}",
    "Invalid Number": "Nombre non valide",
    "Invalid Number : {field}": "Nombre non valide : {field}",
    "Invalid Date Format": "Format de date non valide",
    "Invalid Date Format : {text}": "Format de date non valide : {text}",
    "Invalid Enumeration": "Énumération non valide",
    "Invalid Enumeration : {value}": "Énumération non valide : {value}",
    "Invalid Email Address format": "Format d'adresse e-mail non valide",
    "Email Address does not conform to the syntax rules of RFC 822.": (
        "L'adresse e-mail ne respecte pas les règles de syntaxe de la norme RFC 822."
    ),
    "Invalid Currency Type": "Type de devise non valide",
    "Invalid Reference Id": "Identifiant de référence non valide",
    "Invalid Reference Id : {reason}": "Identifiant de référence non valide : {reason}",
    "An item in this transaction is set up as a category instead of a product or service.": (
        "Un article de cette opération est configuré comme catégorie et non comme produit ou service."
    ),
    "Invalid Custom Field": "Champ personnalisé non valide",
    "Invalid Custom Field : {id}": "Champ personnalisé non valide : {id}",
    "A business validation error has occurred while processing your request": (
        "Une erreur de validation métier s'est produite lors du traitement de votre demande"
    ),
    "Business Validation Error: {rule}": "Erreur de validation métier : {rule}",
    "Enter a service date for the revenue recognition line item": (
        "Entrez une date de service pour la ligne soumise à la constatation des produits"
    ),
    "Make sure all your transactions have a VAT rate before you save.": (
        "Assurez-vous que toutes vos opérations ont un taux de TVA avant d'enregistrer."
    ),
    "Transaction amount must be 0 or greater.": "Le montant de l'opération doit être supérieur ou égal à 0.",
    "Select a bank account for this deposit.": "Sélectionnez un compte bancaire pour ce dépôt.",
    "You can't change the customer of a transaction that has a payment applied to it.": (
        "Vous ne pouvez pas changer le client d'une opération qui a un paiement appliqué."
    ),
    "You can't void an invoice that has a payment applied to it.": (
        "Vous ne pouvez pas annuler une facture qui a un paiement appliqué."
    ),
    "You can't apply more to a transaction than its open balance.": (
        "Vous ne pouvez pas appliquer à une opération plus que son solde dû."
    ),
    "The amount applied is more than the amount of the payment and its credits.": (
        "Le montant appliqué dépasse le montant du paiement et de ses avoirs."
    ),
    "The deposit can't be more than the total.": "L'acompte ne peut pas dépasser le total.",
    "Discounts are switched off for this company.": "Les remises sont désactivées pour cette société.",
    "A customer can have at most four levels of sub-customers.": (
        "Un client peut avoir au plus quatre niveaux de sous-clients."
    ),
    "Amount calculation incorrect in the request": "Calcul du montant incorrect dans la demande",
    "Amount is not equal to UnitPrice * Qty. Supplied value:{amount}": (
        "Le montant n'est pas égal à UnitPrice * Qty. Supplied value:{amount}"
    ),
    "No Name Provided": "Aucun nom fourni",
    "No Name Provided : At least one of the name fields must be supplied.": (
        "Aucun nom fourni : Au moins un des champs de nom doit être renseigné."
    ),
    "Discount Line missing required info": "Informations obligatoires manquantes sur la ligne de remise",
    "Discount Line missing required info : DiscountPercent or Amount": (
        "Informations obligatoires manquantes sur la ligne de remise : DiscountPercent ou Amount"
    ),
    "Invalid Tax Detail in the request": "Détail de taxe non valide dans la demande",
    "TxnTaxDetail is not allowed when GlobalTaxCalculation is NotApplicable.": (
        "TxnTaxDetail n'est pas autorisé lorsque GlobalTaxCalculation vaut NotApplicable."
    ),
    "Duplicate Document Number Error": "Numéro de document en double",
    "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
    "DocNumber={number} is assigned to TxnType={type} with TxnId={id}": (
        "Numéro de document en double : Vous devez indiquer un autre numéro. Ce numéro a déjà été utilisé. "
        "DocNumber={number} is assigned to TxnType={type} with TxnId={id}"
    ),
    "Duplicate Name Exists Error": "Nom en double",
    "The name supplied already exists. : Id={holder}": "Ce nom existe déjà. : Id={holder}",
    "Another {kind} is already using this \nname": "Un autre {kind} utilise déjà ce \nnom",
    "tax code": "code de taxe",
    "tax rate": "taux de taxe",
    "Account Period Closed, Cannot Update Through Services API": (
        "Période comptable clôturée, mise à jour impossible par l'API Services"
    ),
    "The account period has closed and the account books cannot be updated through the QBO Services API. "
    "Please use the QBO website to make these changes.": (
        "La période comptable est clôturée et les livres ne peuvent pas être mis à jour par l'API Services de QBO. "
        "Veuillez utiliser le site web de QBO pour effectuer ces modifications."
    ),
    "TxnID Cannot Be Linked": "TxnID ne peut pas être lié",
    "TxnID Cannot Be Linked : {reason}": "TxnID ne peut pas être lié : {reason}",
    "Invalid account type used": "Type de compte non valide",
    "Invalid account type used : You can't associate a product or service with accounts of certain types "
    "(such as Accounts Receivable).": (
        "Type de compte non valide : Vous ne pouvez pas associer un produit ou service à des comptes de certains types "
        "(tels que les comptes clients)."
    ),
    "Unsupported Operation": "Opération non prise en charge",
    "An application error has occurred while processing your request": (
        "Une erreur d'application s'est produite lors du traitement de votre demande"
    ),
    "Invalid Company Status": "Statut de société non valide",
}

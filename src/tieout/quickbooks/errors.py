"""QuickBooks' faults, turned into causes by their code.

Texts are translated into the company's language, so only the numbers and the tails that carry ids are read; code 6000
alone is a bag of business rules that its phrases must sort. Source: QuickBooks API reference, "Error codes".
"""

import re
from typing import Final

import msgspec

from tieout.core.records import Kind
from tieout.quickbooks.documents import Envelope, given
from tieout.remote.errors import Refusal, RemoteError, SignInTrouble, Unavailable
from tieout.remote.outcomes import Fault, Reaction

THROTTLE_SECONDS: Final = 60.0
"""QuickBooks asks to wait a minute after it refused a call for its quota, and names no time itself."""


class Problem(msgspec.Struct, frozen=True):
    """One entry of a fault, as QuickBooks worded it."""

    code: str
    message: str
    detail: str
    element: str

    @property
    def text(self) -> str:
        """What QuickBooks said, for a person to read."""
        return " ".join(part for part in (self.detail or self.message).split() if part)


_CAUSES: Final[dict[str, tuple[str, Reaction]]] = {
    "100": ("sign_in_expired", "connection"),
    "110": ("sign_in_expired", "connection"),
    "120": ("access_denied", "connection"),
    "3100": ("wrong_company", "connection"),
    "3200": ("sign_in_expired", "connection"),
    "6190": ("subscription_lapsed", "connection"),
    "10200": ("company_reset", "connection"),
    "130": ("unavailable", "transient"),
    "140": ("unavailable", "transient"),
    "150": ("unavailable", "transient"),
    "3001": ("rate_limited", "transient"),
    "10000": ("unavailable", "transient"),
    "5010": ("stale_object", "stale"),
    "610": ("inactive_reference", "dependency"),
    "2500": ("missing_reference", "dependency"),
    "6250": ("inactive_reference", "dependency"),
    "620": ("payment_not_applied", "person"),
    "630": ("unique_value_taken", "person"),
    "5020": ("feature_not_supported", "person"),
    "2050": ("text_too_long", "person"),
    "2200": ("bad_website", "person"),
    "2210": ("bad_email", "person"),
    "2380": ("bad_email", "person"),
    "6420": ("bad_email", "person"),
    "2220": ("currency_not_enabled", "person"),
    "2250": ("no_lines", "person"),
    "2290": ("negative_total", "person"),
    "3000": ("mapped_property_missing", "person"),
    "6000": ("quickbooks_rule", "person"),
    "6080": ("no_name", "person"),
    "6100": ("unmapped_tax", "person"),
    "6160": ("unmapped_tax", "person"),
    "6230": ("unmapped_tax", "person"),
    "6470": ("unmapped_tax", "person"),
    "6140": ("duplicate_number", "person"),
    "6200": ("period_closed", "person"),
    "6210": ("period_closed", "person"),
    "6240": ("duplicate_display_name", "person"),
    "6270": ("before_inventory", "person"),
    "6430": ("income_account_unusable", "person"),
    "6440": ("unmapped_item", "person"),
    "6450": ("invoice_has_payment", "person"),
    "6540": ("deposited", "person"),
    "6560": ("no_customer", "person"),
    **dict.fromkeys(
        "500 600 1040 2000 2010 2020 2030 2040 2060 2070 2080 2090 2100 2110 2120 2130 2140 2150 2160 2170 2190 2600 "
        "4000 4001 4002 5030 6010 6060 6070 6090 6170 6310 10100".split(),
        ("bad_payload", "bug"),
    ),
}
_UNKNOWN: Final[tuple[str, Reaction]] = ("quickbooks_rule", "person")

_PHRASES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("service_date_required", ("service date", "date de service", "date de prestation", "fecha de servicio")),
    ("number_too_long", ("doc_num",)),
    (
        "tax_code_required",
        (
            "gst/hst rate",
            "gst rate",
            "vat rate",
            "sales tax rate",
            "tax code associated",
            "taux de tps",
            "taux de tva",
            "taux de taxe",
            "code de taxe",
            "tasa de iva",
            "tasa de impuesto",
            "código de impuesto",
        ),
    ),
    ("currency_not_enabled", ("one foreign currency", "seule devise", "una sola moneda", "una moneda extranjera")),
    (
        "invoice_has_payment",
        (
            "payment applied",
            "payments applied",
            "linked payment",
            "paiement appliqué",
            "pago aplicado",
            "pagos aplicados",
        ),
    ),
    ("no_amount", ("set a transaction amount", "saisir un montant", "indicar un importe")),
    ("tax_not_calculated", ("error while calculating tax", "lors du calcul de la taxe", "al calcular el impuesto")),
    ("deposit_account_unusable", ("select a bank account", "un compte bancaire", "una cuenta bancaria")),
    ("discounts_off", ("discounts are switched off", "remises sont désactivées", "descuentos están desactivados")),
    (
        "payment_not_applied",
        (
            "more to a transaction than its open balance",
            "more than the amount of the payment",
            "plus que son solde dû",
            "dépasse le montant du paiement",
        ),
    ),
    ("no_customer", ("(-30003)",)),
)
_TROUBLES: Final = {
    "sign_in_expired": "QuickBooks no longer accepts this sign-in. Connect again.",
    "access_denied": "QuickBooks no longer lets this user in. Connect with an administrator of the company.",
    "wrong_company": "This sign-in does not belong to this QuickBooks company. Connect with a user of the right one.",
    "company_reset": "All data of this QuickBooks company was wiped. Nothing is done on it any more.",
    "subscription_lapsed": "The QuickBooks subscription has ended. Renew it there.",
}
_DELETED: Final = ("deleted this transaction", "supprimé cette", "eliminado esta")
_INACTIVE: Final = ("made inactive", "inactif", "inactiv")
_RANK: Final[dict[Reaction, int]] = {
    "connection": 0,
    "stale": 1,
    "person": 2,
    "dependency": 3,
    "transient": 4,
    "bug": 5,
}
_TAILS: Final[dict[str, re.Pattern[str]]] = {
    "6240": re.compile(r"\bId=(?P<holder>\d+)"),
    "6140": re.compile(
        r"DocNumber=(?P<number>.*?) is assigned to TxnType=(?P<holder_type>.*?) with TxnId=(?P<holder>\d+)"
    ),
    "2050": re.compile(r"Min:(?P<least>\d+) Max:(?P<limit>\d+) supported\. Supplied length:(?P<length>\d+)"),
    "2500": re.compile(r"element id (?P<missing>\d+) not found"),
    "3000": re.compile(r": (?P<definition>\d+)$"),
}


def problems(envelope: Envelope) -> tuple[Problem, ...]:
    """The entries of an answer's fault in either spelling; none where it carries no fault."""
    return next((entries(raw) for raw in (envelope.fault, envelope.gateway_fault) if given(raw)), ())


def entries(fault: msgspec.Raw) -> tuple[Problem, ...]:
    """The entries of a fault object, in upper or lower camel case; one without text where it names none.

    Raises msgspec.DecodeError and msgspec.ValidationError where it is no fault.
    """
    content = {name.lower(): value for name, value in msgspec.json.decode(fault, type=dict[str, object]).items()}
    listed = content.get("error")
    found = [_problem(entry) for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return tuple(found) or (Problem("", "QuickBooks reported a fault without saying which.", "", ""),)


def _problem(entry: dict[str, object]) -> Problem:
    members = {str(name).lower(): value for name, value in entry.items()}
    code, message, detail, element = (str(members.get(key) or "") for key in ("code", "message", "detail", "element"))
    return Problem(code.lstrip("0") or code, message, detail, element)


def fault(found: tuple[Problem, ...], kind: Kind | None = None, tid: str = "") -> Fault:
    """The fault that says most of why a record of `kind` was refused; what else was said is kept as evidence.

    tid: the answer's `intuit_tid`, by which Intuit's support finds the call.
    """
    read = sorted((_read(problem, kind) for problem in found), key=lambda f: _RANK[f.reaction])
    first = read[0]
    also = "; ".join(other.text for other in read[1:])
    extra = {name: value for name, value in (("tid", tid), ("also", also)) if value}
    return msgspec.structs.replace(first, evidence={**first.evidence, **extra})


def _read(problem: Problem, kind: Kind | None) -> Fault:
    cause, reaction = _CAUSES.get(problem.code, _UNKNOWN)
    said = problem.text.casefold()
    evidence = {"element": problem.element} if problem.element else {}
    if (tail := _TAILS.get(problem.code)) and (match := tail.search(problem.text)):
        evidence |= match.groupdict()
    match problem.code:
        case "6000":
            cause = next((name for name, phrases in _PHRASES if any(p in said for p in phrases)), cause)
            reaction = "dependency" if cause == "no_customer" else reaction
        case "3000":
            field = f"custom{evidence.pop('definition', '')}"
            evidence |= {"field": field, "property": field, "side": "books"}
        case "6240" if kind is Kind.ITEM:
            cause = "duplicate_item_name"
        case "2050" if problem.element == "DocNumber":
            cause = "number_too_long"
        case "2500" if any(phrase in said for phrase in _INACTIVE):
            cause = "inactive_reference"
        case "610" if any(phrase in said for phrase in _DELETED):
            cause, reaction = "object_gone", "stale"
    return Fault(problem.code, cause, reaction, problem.text, evidence)


def trouble(refused: Fault) -> RemoteError:
    """What a refused read means: SignInTrouble, Unavailable, or Refusal."""
    if refused.reaction == "connection":
        return SignInTrouble(refused.cause, _TROUBLES[refused.cause], refused.evidence | {"text": refused.text})
    if refused.reaction == "transient":
        wait = THROTTLE_SECONDS if refused.cause == "rate_limited" else None
        return Unavailable(f"QuickBooks cannot answer now: {refused.text}", wait)
    return Refusal(f"QuickBooks refused a read: {refused.text}", refused.code, refused.evidence)

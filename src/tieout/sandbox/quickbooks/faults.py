"""QuickBooks' faults, word for word.

Codes and texts are those of Intuit's error code reference and of recorded answers; where only the code is documented
the text is ours. Texts are answered in the language of the company; what a program reads in them (ids, lengths,
numbers) is filled in afterwards, and is the same in all.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from tieout.sandbox.quickbooks import wire

INACTIVE: Final = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)
_BUSINESS: Final = "A business validation error has occurred while processing your request"
_UNSUPPORTED: Final = "Request has invalid or unsupported property"
_MISSING: Final = "Required param missing, need to supply the required value for the API"
_GATEWAY: Final = {"AUTHENTICATION": 401, "SERVICE": 403}


class Problem(msgspec.Struct, frozen=True):
    """One entry of a Fault, its texts in English.

    element: None is left out of the answer, as the vendor does for some codes. values: for the `{names}` in `detail`;
    empty = the detail is taken as it stands.
    """

    message: str
    detail: str
    code: str
    element: str | None = None
    values: Mapping[str, str] = {}

    def say(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Return the entry of an answer. texts: what stands for an English text; what has none stays English."""
        detail = texts.get(self.detail, self.detail)
        if self.values:
            detail = detail.format_map({name: texts.get(value, value) for name, value in self.values.items()})
        said = {"Message": texts.get(self.message, self.message), "Detail": detail, "code": self.code}
        return said if self.element is None else {**said, "element": self.element}


class FaultError(Exception):
    """A request that QuickBooks refuses: the HTTP status, the Fault's type and its entries."""

    def __init__(self, *problems: Problem, status: int = 400, kind: str = "ValidationFault") -> None:
        super().__init__("; ".join(f"{problem.code}: {problem.say({})['Detail']}" for problem in problems))
        self.problems = problems
        self.status = status
        self.kind = kind

    def fault(self, texts: Mapping[str, str]) -> wire.Json:
        """Return the Fault object of an answer or of a batch item. texts: see `Problem.say`."""
        return {"Error": [problem.say(texts) for problem in self.problems], "type": self.kind}

    def body(self, now: datetime, texts: Mapping[str, str]) -> bytes:
        """Return the whole answer; sign-in failures come from Intuit's gateway, in its form and in English."""
        if _GATEWAY.get(self.kind) == self.status:
            return _gateway(self.problems[0], self.kind, now)
        return wire.envelope(now, Fault=self.fault(texts))


def _gateway(problem: Problem, kind: str, now: datetime) -> bytes:
    error = {"message": problem.message, "detail": problem.detail, "code": problem.code, "element": None}
    return wire.encode(
        {
            "warnings": None,
            "intuitObject": None,
            "fault": {"error": [error], "type": kind},
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": int(now.timestamp() * 1000),
            "status": None,
            "cdcresponse": [],
        }
    )


def unauthenticated(detail: str) -> FaultError:
    """The access token is unknown, expired or revoked."""
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    return FaultError(Problem(message, detail, "3200"), status=401, kind="AUTHENTICATION")


def unauthorized() -> FaultError:
    """The token does not belong to the company in the address."""
    message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
    return FaultError(Problem(message, "", "3100"), status=403, kind="SERVICE")


def throttled() -> FaultError:
    """The quota is used up."""
    message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    return FaultError(
        Problem(message, "The request limit was reached.  Try again later", "3001"), status=429, kind="SERVICE"
    )


def not_found(reason: str = INACTIVE) -> FaultError:
    """No such object, or no longer."""
    return FaultError(Problem("Object Not Found", "Object Not Found : {reason}", "610", "", {"reason": reason}))


def deleted_meanwhile() -> FaultError:
    """An update of a transaction that is deleted."""
    return not_found("Another user has deleted this transaction.")


def stale() -> FaultError:
    """The SyncToken is not the stored one."""
    detail = (
        "Stale Object Error : You and root were working on this at the same time. "
        "root finished before you did, so your work was not saved."
    )
    return FaultError(Problem("Stale Object Error", detail, "5010", ""))


def unsupported_property() -> FaultError:
    """A field that the entity does not have, a value of the wrong type, or no JSON at all."""
    detail = "Property Name:failed to parse json object; a property specified is unsupported or invalid"
    return FaultError(Problem(_UNSUPPORTED, detail, "2010"))


def missing(field: str) -> FaultError:
    """A required field is absent or empty."""
    detail = "Required parameter {field} is missing in the request"
    return FaultError(Problem(_MISSING, detail, "2020", field, {"field": field}))


def too_long(field: str, limit: int, length: int) -> FaultError:
    """A text exceeds its limit, in characters."""
    detail = (
        "String length specified does not match the supported length. Min:0 Max:{limit} supported. "
        "Supplied length:{length}"
    )
    message = "String length is either shorter or longer than supported by specification"
    return FaultError(Problem(message, detail, "2050", field, {"limit": str(limit), "length": str(length)}))


def forbidden_characters(field: str) -> FaultError:
    """A name holds a colon, a tab or a line break."""
    return FaultError(Problem("Invalid String", "Invalid String : {field}", "2040", field, {"field": field}))


def bad_number(field: str) -> FaultError:
    """A number is not finite, or has more digits than QuickBooks stores."""
    return FaultError(Problem("Invalid Number", "Invalid Number : {field}", "2080", field, {"field": field}))


def bad_date(text: str, field: str) -> FaultError:
    """A day that is not written as YYYY-MM-DD."""
    return FaultError(Problem("Invalid Date Format", "Invalid Date Format : {text}", "2060", field, {"text": text}))


def bad_choice(value: str) -> FaultError:
    """A value outside of an enumeration."""
    return FaultError(Problem("Invalid Enumeration", "Invalid Enumeration : {value}", "2170", "", {"value": value}))


def bad_email(field: str) -> FaultError:
    """An e-mail address without @ or dot."""
    text = "Email Address does not conform to the syntax rules of RFC 822."
    return FaultError(Problem("Invalid Email Address format", text, "2210", field))


def bad_currency() -> FaultError:
    """A currency that is not active in the company."""
    return FaultError(Problem("Invalid Currency Type", "Invalid Currency Type", "2220", "CurrencyRef"))


def bad_reference(reason: str) -> FaultError:
    """A reference to an object that is absent, inactive or unfit."""
    return FaultError(
        Problem("Invalid Reference Id", "Invalid Reference Id : {reason}", "2500", "", {"reason": reason})
    )


def bad_custom_field(definition: str) -> FaultError:
    """A custom field that the company does not have."""
    text = "Invalid Custom Field"
    return FaultError(Problem(text, "Invalid Custom Field : {id}", "3000", "CustomField", {"id": definition}))


def business(detail: str) -> FaultError:
    """The bag of business rules."""
    return FaultError(Problem(_BUSINESS, "Business Validation Error: {rule}", "6000", "", {"rule": detail}))


def one_currency() -> FaultError:
    """A document's currency is not that of its customer or account."""
    return business("You can only use one foreign currency per transaction.")


def amount_mismatch(amount: Decimal) -> FaultError:
    """Amount differs from UnitPrice times Qty."""
    detail = "Amount is not equal to UnitPrice * Qty. Supplied value:{amount}"
    message = "Amount calculation incorrect in the request"
    return FaultError(Problem(message, detail, "6070", "", {"amount": f"{amount:,}"}))


def no_name() -> FaultError:
    """A customer, vendor or employee without any name."""
    detail = "No Name Provided : At least one of the name fields must be supplied."
    return FaultError(Problem("No Name Provided", detail, "6080", ""))


def discount_incomplete() -> FaultError:
    """A discount line without amount or percent."""
    detail = "Discount Line missing required info : DiscountPercent or Amount"
    return FaultError(Problem("Discount Line missing required info", detail, "6090", ""))


def bad_line_tax_code() -> FaultError:
    """A line of a US company with a code other than TAX and NON."""
    detail = "Invalid Line TaxCode in the request : US companies use TAX or NON."
    return FaultError(Problem("Invalid Line TaxCode in the request", detail, "6100", ""))


def custom_sales_tax(*, created: bool) -> FaultError:
    """The code of the tax engine's own overrides, named by a client: one code of fault on create, one on update."""
    text = "Invalid TxnTaxCodeRef in the request"
    detail = f"CustomSalesTax cannot be used to {'create' if created else 'update'} a transaction."
    return FaultError(Problem(text, detail, "6160" if created else "6230", "TxnTaxCodeRef"))


def tax_detail_not_allowed() -> FaultError:
    """TxnTaxDetail beside GlobalTaxCalculation NotApplicable."""
    text = "Invalid Tax Detail in the request"
    detail = "TxnTaxDetail is not allowed when GlobalTaxCalculation is NotApplicable."
    return FaultError(Problem(text, detail, "6170", "TxnTaxDetail"))


def duplicate_number(number: str, txn_type: str, txn_id: str) -> FaultError:
    """The document number is held by another sales form, whose type is named in the company's language."""
    detail = (
        "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
        "DocNumber={number} is assigned to TxnType={type} with TxnId={id}"
    )
    values = {"number": number, "type": txn_type, "id": txn_id}
    return FaultError(Problem("Duplicate Document Number Error", detail, "6140", "", values))


def duplicate_name(holder: str) -> FaultError:
    """The name is held by the object with the id `holder`."""
    detail = "The name supplied already exists. : Id={holder}"
    return FaultError(Problem("Duplicate Name Exists Error", detail, "6240", "", {"holder": holder}))


def duplicate_tax_name(kind: str) -> FaultError:
    """The name of a tax code or rate is taken; the recorded text has this line break."""
    detail = "Another {kind} is already using this \nname"
    return FaultError(Problem("Duplicate Name Exists Error", detail, "6240", "", {"kind": kind}))


def period_closed() -> FaultError:
    """The date lies in the closed period."""
    detail = (
        "The account period has closed and the account books cannot be updated through the QBO Services API. "
        "Please use the QBO website to make these changes."
    )
    return FaultError(Problem("Account Period Closed, Cannot Update Through Services API", detail, "6210", ""))


def deposited() -> FaultError:
    """A payment or sales receipt that is part of a bank deposit."""
    detail = (
        "This transaction has been deposited. If you want to change or delete it, you must edit the deposit it "
        "appears on and remove it first."
    )
    return FaultError(Problem("Deposited Transaction cannot be changed", detail, "6540", ""))


def cannot_link(reason: str) -> FaultError:
    """A payment names a transaction that it cannot pay."""
    return FaultError(
        Problem("TxnID Cannot Be Linked", "TxnID Cannot Be Linked : {reason}", "620", "", {"reason": reason})
    )


def unparsable_query(encountered: str, line: int, column: int) -> FaultError:
    """A query that the parser cannot read."""
    detail = f"QueryParserError: Encountered {encountered} at line {line}, column {column}."
    return FaultError(Problem("Error parsing query", detail, "4000"))


def invalid_query(reason: str) -> FaultError:
    """A query that can be read but not answered."""
    return FaultError(Problem("Invalid query", f"QueryValidationError: {reason}", "4001"))


def batch_too_large(limit: int) -> FaultError:
    """More items than a batch may hold."""
    detail = "Batch size exceeds allowed limit : {limit}"
    return FaultError(Problem("Batch size exceeds allowed limit", detail, "1040", None, {"limit": str(limit)}))


def bad_request_id() -> FaultError:
    """A requestid of the wrong length."""
    return FaultError(Problem("Invalid Request Id", "Invalid Request Id : at most 50 characters", "2130", "requestid"))


def bad_account_type() -> FaultError:
    """An item that posts to a receivable or payable account."""
    detail = (
        "Invalid account type used : You can't associate a product or service with accounts of certain types "
        "(such as Accounts Receivable)."
    )
    return FaultError(Problem("Invalid account type used", detail, "6430", ""))


def bad_date_range() -> FaultError:
    """Changes of more than 30 days ago were asked for."""
    detail = "Invalid Date Range : changedSince must lie within the last 30 days."
    return FaultError(Problem("Invalid Date Range", detail, "2190", "changedSince"))


def system_failure() -> FaultError:
    """The server failed."""
    message = "An application error has occurred while processing your request"
    problem = Problem(message, "System Failure Error: java.lang.NullPointerException", "10000", "SystemFailureError")
    return FaultError(problem, status=500, kind="SystemFault")


def example(code: str) -> FaultError | None:
    """Return a typical fault of a code, None for a code that has none here."""
    typical = (
        unauthenticated("Token expired: AB0173"), unauthorized(), throttled(), not_found(), stale(),
        unsupported_property(), missing("Line"), too_long("DocNumber", 21, 25), bad_choice("HAS_BEEN_BILLED"),
        bad_reference("Names element id 583 not found"), business("Unexpected Internal Error. (-30000)"),
        amount_mismatch(Decimal("1861.07")), no_name(), duplicate_number("1001", "Invoice", "1"), duplicate_name("1"),
        period_closed(), system_failure(), subscription_lapsed(),
    )  # fmt: skip
    return next((fault for fault in typical if fault.problems[0].code == code), None)


def subscription_lapsed() -> FaultError:
    """The company's subscription ended."""
    detail = (
        "Subscription period has ended or canceled or there was a billing problem : You can't add data to QuickBooks "
        "Online Plus because your trial or subscription period ended, you canceled your subscription, or there was a "
        "billing problem. To see or change your subscription status, click 'Your Account' at the upper-right of the "
        "screen, and click on Resubscribe link or contact your administrator."
    )
    return FaultError(Problem("Invalid Company Status", detail, "6190", ""))


def unknown_report(name: str) -> FaultError:
    """A report that there is not."""
    text = "Report not found"
    return FaultError(Problem(text, f"{text} : {name}", "5020", ""))


def unsupported_operation(operation: str) -> FaultError:
    """An operation that the entity does not have."""
    detail = f"Operation {operation} is not supported."
    return FaultError(Problem("Unsupported Operation", detail, "500", "Operation"))

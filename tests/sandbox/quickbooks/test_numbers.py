"""Document numbers: sequence, duplicates, custom numbers."""

import pytest

from .conftest import line

FORMS = ["Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt"]


def body(books, **fields):
    if not hasattr(books, "who_buys"):
        books.who_buys, books.what = books.customer(), books.item()
    checking = books.query("SELECT * FROM Account WHERE Name = 'Checking'")["Account"][0]["Id"]
    return {
        "CustomerRef": {"value": books.who_buys},
        "Line": [line(books.what, 5)],
        "DepositToAccountRef": {"value": checking},
    } | fields


def estimate(books, **fields):
    whole = body(books, **fields)
    del whole["DepositToAccountRef"]
    return whole


def test_the_four_forms_share_one_sequence_and_estimates_have_their_own(books):
    assert [books.save(form, body(books))["DocNumber"] for form in FORMS] == ["1001", "1002", "1003", "1004"]
    assert books.save("Estimate", estimate(books))["DocNumber"] == "1001"


def test_a_sent_number_is_kept_and_counted_on_from(books):
    assert books.save("Invoice", body(books, DocNumber="2000"))["DocNumber"] == "2000"
    assert books.save("CreditMemo", body(books))["DocNumber"] == "2001"


@pytest.mark.parametrize(("continues", "following"), [(False, "1001"), (True, "INV-0100")])
def test_a_foreign_prefix_is_counted_on_only_where_the_switch_says_so(books, continues, following):
    books.sandbox.patch_company({"prefixed_numbers_continue": continues})
    assert books.save("Invoice", body(books, DocNumber="INV-0099"))["DocNumber"] == "INV-0099"
    assert books.save("CreditMemo", body(books))["DocNumber"] == following


def test_the_sequence_steps_over_a_number_that_is_taken(books):
    first = books.save("Invoice", body(books))
    books.save("Invoice", {"Id": first["Id"], "SyncToken": "0", "sparse": True, "DocNumber": "1002"})
    assert books.save("Invoice", body(books))["DocNumber"] == "1003"


def test_with_custom_numbers_none_is_given(books):
    books.sandbox.patch_company({"custom_transaction_numbers": True})
    assert "DocNumber" not in books.save("Invoice", body(books))
    assert books.save("Invoice", body(books, DocNumber="A-1"))["DocNumber"] == "A-1"


@pytest.mark.parametrize("holder", FORMS)
@pytest.mark.parametrize("taker", FORMS)
def test_a_number_is_taken_over_all_four_forms(books, holder, taker):
    held = books.save(holder, body(books, DocNumber="INV-1004"))
    refused = books.refused(taker, body(books, DocNumber="INV-1004"))
    kinds = {"CreditMemo": "Credit Memo", "SalesReceipt": "Sales Receipt", "RefundReceipt": "Refund Receipt"}
    assert (refused["code"], refused["Message"]) == ("6140", "Duplicate Document Number Error")
    assert refused["Detail"] == (
        "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
        f"DocNumber=INV-1004 is assigned to TxnType={kinds.get(holder, holder)} with TxnId={held['Id']}"
    )


def test_an_estimate_s_number_takes_none_from_the_others(books):
    books.save("Estimate", estimate(books, DocNumber="7"))
    assert books.save("Invoice", body(books, DocNumber="7"))


def test_a_duplicate_can_be_asked_for_or_switched_on(books):
    books.save("Invoice", body(books, DocNumber="7"))
    assert books.save("Invoice", body(books, DocNumber="7"), include="allowduplicatedocnum")
    books.sandbox.patch_company({"duplicate_numbers_refused": False})
    assert books.save("Invoice", body(books, DocNumber="7"))


def test_a_renumbered_or_deleted_document_frees_its_number(books):
    memo = books.save("CreditMemo", body(books, DocNumber="7"))
    books.save("CreditMemo", {"Id": memo["Id"], "SyncToken": "0", "sparse": True, "DocNumber": "8"})
    invoice = books.save("Invoice", body(books, DocNumber="7"))
    books.save("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    assert books.save("Invoice", body(books, DocNumber="7"))


def test_a_void_keeps_its_number(books):
    invoice = books.save("Invoice", body(books, DocNumber="7"))
    books.save("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    assert books.refused("Invoice", body(books, DocNumber="7"))["code"] == "6140"

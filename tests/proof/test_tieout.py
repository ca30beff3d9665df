"""The tie-out's comparison: what differs is listed whole, and nothing passes without a reason of its own."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tieout.proof.tieout import UNEXPLAINED, Known, ReconcilingItem, compare
from tieout.proof.totals import Total

ZERO = Decimal(0)
CENTS = st.integers(0, 50_000).map(lambda minor: Decimal(minor).scaleb(-2))
REASONS = st.sampled_from(("", "in_sync", "accepted", "please_decide"))
SETTLEMENTS = st.dictionaries(
    st.sampled_from(("credit", "made_in_hubspot", "pending")),
    st.integers(-10_000, 10_000).map(lambda minor: Decimal(minor).scaleb(-2)),
)


def invoice(id_, total="100.00", open_=None, *, live=True):
    return Total(id_, f"INV-{id_}", "USD", Decimal(total), Decimal(total if open_ is None else open_), live)


def known(links=None, reasons=None, settlements=None):
    return Known(links or {}, reasons or {}, settlements or {})


def one_pair(ours, other, reason="in_sync", settlements=None):
    reasons = {("crm", "1"): reason, ("books", "81"): reason}
    return compare([ours], [other], known({"1": "81"}, reasons, {"1": settlements or {}}))


def listed(proof):
    return [(one.kind, one.amount, one.reason) for one in proof.exceptions]


def test_a_pair_that_agrees_ties_out_with_nothing_listed():
    proof = one_pair(invoice("1"), invoice("81"))
    assert proof.ties_out
    assert proof.exceptions == ()


def test_story_04_a_charge_left_as_it_is_is_listed_with_its_difference():
    proof = one_pair(invoice("1", "200.00"), invoice("81", "300.00"), "accepted")
    assert proof.ties_out
    assert proof.exceptions == (ReconcilingItem("invoice", "1", "81", "100.00", "accepted", "USD", "INV-1", "-100.00"),)
    assert proof.currency["USD"].difference.total == "-100.00"


def test_an_invoice_voided_in_quickbooks_after_the_last_pass_does_not_tie_out():
    proof = one_pair(invoice("1"), invoice("81", "0.00", live=False))
    assert not proof.ties_out
    assert listed(proof) == [("invoice", "100.00", UNEXPLAINED)]


def test_an_invoice_deleted_in_quickbooks_after_the_last_pass_does_not_tie_out():
    proof = compare([invoice("1")], [], known({"1": "81"}, {("crm", "1"): "in_sync"}))
    assert not proof.ties_out
    assert listed(proof) == [("invoice", "100.00", UNEXPLAINED)]


def test_an_invoice_on_one_side_ties_out_with_its_reason():
    proof = compare([invoice("1")], [invoice("90", "7.00")], known(reasons={("crm", "1"): "no_customer"}))
    assert listed(proof) == [("invoice", "100.00", "no_customer"), ("invoice", "7.00", UNEXPLAINED)]


def test_void_and_draft_invoices_are_left_out():
    assert compare([invoice("1", live=False)], [invoice("90", live=False)], known()).exceptions == ()


def test_a_credit_explains_its_own_amount():
    proof = one_pair(invoice("1"), invoice("81", open_="70.00"), settlements={"credit": Decimal("30.00")})
    assert proof.ties_out
    assert listed(proof) == [("settlement", "30.00", "credit")]


def test_a_credit_explains_no_more_than_its_own_amount():
    proof = one_pair(invoice("1"), invoice("81", open_="50.00"), settlements={"credit": Decimal("30.00")})
    assert not proof.ties_out
    assert listed(proof) == [("settlement", "30.00", "credit"), ("settlement", "20.00", UNEXPLAINED)]


def test_money_on_the_other_side_explains_nothing():
    proof = one_pair(invoice("1"), invoice("81", open_="70.00"), settlements={"made_in_hubspot": Decimal("-30.00")})
    assert not proof.ties_out
    assert ("settlement", "60.00", UNEXPLAINED) in listed(proof)


def test_an_invoice_paid_more_than_it_asks_owes_nothing_in_hubspot():
    paid = one_pair(invoice("1", open_="0.00"), invoice("81"), settlements={"made_in_hubspot": Decimal("-120.00")})
    assert paid.ties_out
    left = one_pair(invoice("1", "200.00", "0.00"), invoice("81", "300.00", "0.00"), "accepted")
    assert listed(left) == [("invoice", "100.00", "accepted")]


@given(CENTS, CENTS, CENTS, CENTS, st.sampled_from(("", "in_sync")))
def test_a_pair_that_differs_without_reason_never_ties_out(total, open_, other, other_open, reason):
    ours, theirs = invoice("1", total, min(open_, total)), invoice("81", other, min(other_open, other))
    proof = one_pair(ours, theirs, reason)
    assert proof.ties_out is ((ours.total, ours.open) == (theirs.total, theirs.open))


@given(CENTS, CENTS, CENTS, CENTS, REASONS, SETTLEMENTS)
def test_what_is_listed_and_what_agrees_is_the_whole_difference_of_a_pair(
    total, paid, other, other_paid, reason, apart
):
    ours, theirs = invoice("1", total, total - paid), invoice("81", other, other - other_paid)
    proof = one_pair(ours, theirs, reason, apart)
    charge = [Decimal(one.amount) for one in proof.exceptions if one.kind == "invoice"]
    money = [one for one in proof.exceptions if one.kind == "settlement"]
    assert sum(charge) == abs(total - other)
    if not money:
        # A difference of the open amounts is that of the charges, or what HubSpot does not show as paid too much.
        assert paid == other_paid or ours.open <= 0
        return
    explained = sum((apart[one.reason] for one in money if one.reason != UNEXPLAINED), ZERO)
    assert explained == sum(apart.values(), ZERO)
    rest = sum((Decimal(one.amount) for one in money if one.reason == UNEXPLAINED), ZERO)
    if ours.open > 0 and theirs.open + total - other + explained > 0:
        assert rest == abs(other_paid - paid - explained)


@given(st.lists(CENTS, max_size=4), st.lists(CENTS, max_size=4), st.booleans())
def test_what_stands_on_one_side_makes_up_the_difference_of_the_sums(crm, books, explained):
    ours = [invoice(str(n), total) for n, total in enumerate(crm)]
    theirs = [invoice(str(n), total) for n, total in enumerate(books, 80)]
    reasons = {("crm", one.id): "no_customer" for one in ours} | {("books", one.id): "by_you" for one in theirs}
    proof = compare(ours, theirs, known(reasons=reasons if explained else {}))
    sides = {"crm": ZERO, "books": ZERO}
    for one in proof.exceptions:
        sides["crm" if one.crm else "books"] += Decimal(one.amount)
    if proof.currency:
        assert Decimal(proof.currency["USD"].difference.total) == sides["crm"] - sides["books"]
        assert sum(Decimal(one.effect) for one in proof.exceptions) == sides["crm"] - sides["books"]
    assert proof.ties_out is (explained or not proof.exceptions)

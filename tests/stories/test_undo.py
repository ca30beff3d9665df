"""Undo: one write, or a whole first sync. What was sent, paid or touched by somebody else stays, and says why."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.stories.conftest import World, amount
from tests.stories.virtual import Shop, in_virtual_time

from tieout.actions.errors import WrongUse


def first_sync(world: World, count: int, **settings: str) -> list[str]:
    """So many invoices of 200.00 for one company, synced for the first time: their ids in HubSpot."""
    nova = world.seller.company("Nova Ltd")
    ana = world.seller.contact("ana@nova.example", "Ana", company=nova)
    made = [
        world.seller.invoice(world.seller.line("2", "100.00", name="Consulting"), contact=ana, company=nova)
        for _ in range(count)
    ]
    world.connect(start_date="all", **settings)
    assert world.tieout.sync().standing("invoice") == {"in_sync": count}
    return made


def undo(world: World, *words: str, codes: tuple[int, ...] = (0, 1)) -> dict[str, Any]:
    return dict(world.tieout.run("undo", world.tieout.name, *words, codes=codes))


def sold(world: World, made: list[str]) -> dict[str, tuple[str, Decimal]]:
    """Status and amount of these invoices in HubSpot."""
    shown = {one: world.seller.shown(one) for one in made}
    return {id_: (one["hs_invoice_status"], amount(one["hs_amount_billed"])) for id_, one in shown.items()}


def left(world: World) -> list[Decimal]:
    """What is open in QuickBooks, invoice by invoice."""
    return [amount(one["Balance"]) for one in world.bookkeeper.select("Invoice") if amount(one["Balance"])]


def test_a_first_sync_of_twenty_invoices_is_undone_but_for_what_was_mailed_or_paid(world: World) -> None:
    made = first_sync(world, 20)
    before = sold(world, made)
    mailed, paid = (one["Id"] for one in world.bookkeeper.select("Invoice")[:2])
    world.bookkeeper.mail(mailed)
    world.bookkeeper.receive(paid, "200.00")
    world.tieout.sync()

    shown = undo(world, "--first-sync")
    assert not shown["done"]
    tally = {(one["kind"], one["deed"]): (one["count"], one["amounts"]) for one in shown["tallies"]}
    assert tally == {("invoice", "Void in QuickBooks"): (18, {"USD": "3600.00"})}
    why = sorted(one["why_not"] for one in shown["steps"] if one["why_not"])
    assert [one.partition(".")[0].partition(" by ")[0] for one in why] == [
        "It is used",
        "It is used",
        "QuickBooks has mailed it to the customer",
        "Something was paid or credited on it",
    ]
    assert len(left(world)) == 19, "a preview writes nothing"

    undo(world, "--first-sync", "--yes")
    done = world.tieout.sync()
    assert done.operations["books"] == {"create": 0, "update": 0, "void": 18}
    assert left(world) == [Decimal("200.00")], "the one that was mailed"
    assert done.standing("invoice") == {"in_sync": 2, "excluded": 18}
    now = sold(world, made)
    assert [status for status, _ in now.values()].count("paid") == 1
    assert all(now[one] == before[one] for one in made if now[one][0] == "open")
    world.rests()


def test_what_was_mailed_since_the_preview_stays_and_history_tells_why(world: World) -> None:
    first_sync(world, 2)
    undo(world, "--first-sync", "--yes")
    mailed, _ = (one["Id"] for one in world.bookkeeper.select("Invoice"))
    world.bookkeeper.mail(mailed)
    done = world.tieout.sync()
    assert done.operations["books"] == {"create": 0, "update": 0, "void": 1}
    assert done.standing("invoice") == {"in_sync": 1, "excluded": 1}
    told = {one["why"] for one in world.tieout.history() if one["what"] == "Could not be undone"}
    assert "QuickBooks has mailed it to the customer." in told
    world.rests()


def test_a_first_sync_that_nobody_touched_is_undone_whole(world: World) -> None:
    first_sync(world, 3)
    undo(world, "--first-sync", "--yes")
    done = world.tieout.sync()
    assert done.operations["books"] == {"create": 0, "update": 2, "void": 3}
    assert left(world) == []
    assert world.bookkeeper.select("Customer") == world.bookkeeper.select("Item", "Name = 'Consulting'") == []
    assert done.standing("customer") == {"excluded": 2}
    assert undo(world, "--first-sync")["steps"] == []
    world.rests()


def test_one_changed_due_date_is_put_back_and_the_undo_is_undone(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00")
        )
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.seller.change("invoices", invoice, hs_due_date="2026-05-02T12:00:00Z")
        await shop.clock.sleep(60)
        await shop.sync(until_quiet=True)
        wrote = shop.wrote("Changed in QuickBooks")

        (step,) = shop.undo(wrote, preview=True).steps
        assert (step.deed, [(one.field, one.before, one.after) for one in step.edits]) == (
            "Put back in QuickBooks",
            [("due", "May 2, 2026", "Apr 9, 2026")],
        )
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        shop.undo(wrote)
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["DueDate"] == "2026-04-09"
        assert shop.seller.sees("invoices", invoice, "hs_due_date")[:10] == "2026-05-02"
        assert shop.seller.sees("invoices", invoice, "tieout_state") == "Not synced, on purpose"
        await shop.ends_well()
        with pytest.raises(WrongUse, match="undone already"):
            shop.undo(wrote)

        shop.undo(shop.wrote("Changed in QuickBooks"))
        await shop.sync(until_quiet=True)
        assert shop.bookkeeper.only("Invoice")["DueDate"] == "2026-05-02"
        assert shop.seller.sees("invoices", invoice, "tieout_state") == "In sync"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_price_is_put_back_only_while_nobody_has_changed_it_since(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00")
        )
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.seller.reprice(invoice, "150.00")
        await shop.clock.sleep(60)
        await shop.sync(until_quiet=True)
        wrote = shop.wrote("Changed in QuickBooks")
        shop.bookkeeper.reprice(shop.bookkeeper.only("Invoice"), "140.00")
        await shop.sync(until_quiet=True)
        with pytest.raises(WrongUse, match="Somebody has changed it since"):
            shop.undo(wrote)
        shop.bookkeeper.reprice(shop.bookkeeper.only("Invoice"), "150.00")
        await shop.sync(until_quiet=True)
        shop.undo(wrote)
        await shop.sync(until_quiet=True)
        assert Decimal(shop.bookkeeper.only("Invoice")["TotalAmt"]) == 200
        assert shop.seller.sees("invoices", invoice, "hs_amount_billed") == "300.00"
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)

    in_virtual_time(tmp_path, story)


def test_a_payment_booked_from_hubspot_is_voided_before_its_invoice(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00")
        )
        shop.seller.pay(invoice, "50.00")
        await shop.connect(book_hubspot_payments="true", start_date="all")
        await shop.sync(until_quiet=True)
        assert Decimal(shop.bookkeeper.only("Invoice")["Balance"]) == 150
        done = shop.undo("first-sync")
        assert [(step.kind, step.deed) for step in done.steps] == [
            ("settlement", "Void in QuickBooks"),
            ("invoice", "Void in QuickBooks"),
            ("item", "Make inactive in QuickBooks"),
            ("customer", "Make inactive in QuickBooks"),
        ]
        after = len(shop.quickbooks.sent)
        await shop.sync(until_quiet=True)
        voided = [one.path.rpartition("/")[2] for one in shop.quickbooks.writes(after=after)]
        assert voided == ["payment", "invoice", "item", "customer"]
        assert Decimal(shop.bookkeeper.only("Payment")["TotalAmt"]) == 0
        assert Decimal(shop.bookkeeper.only("Invoice")["TotalAmt"]) == 0
        assert shop.bookkeeper.all("Customer") == []
        assert len(shop.seller.payments(invoice)) == 1
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_payment_that_was_deposited_stays_and_so_does_its_invoice(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00")
        )
        shop.seller.pay(invoice, "50.00")
        await shop.connect(book_hubspot_payments="true", start_date="all")
        await shop.sync(until_quiet=True)
        shop.bookkeeper.deposit(shop.bookkeeper.only("Payment"))
        await shop.sync(until_quiet=True)
        why = [(step.kind, step.why_not) for step in shop.undo("first-sync").steps]
        assert why[:2] == [
            ("settlement", "It was deposited at the bank."),
            ("invoice", "Something was paid or credited on it."),
        ]
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)

    in_virtual_time(tmp_path, story)


def test_a_payment_shown_in_hubspot_is_archived_and_not_shown_again(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00")
        )
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.bookkeeper.receive(shop.bookkeeper.only("Invoice"), "50.00")
        await shop.sync(until_quiet=True)
        assert len(shop.seller.payments(invoice)) == 1
        shop.undo(shop.wrote("Created in HubSpot"))
        await shop.sync(until_quiet=True)
        assert shop.seller.payments(invoice) == []
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)

    in_virtual_time(tmp_path, story)


def test_copies_of_quickbooks_invoices_are_archived_with_the_customers_made_for_them(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.bookkeeper.create("Customer", DisplayName="Nova Ltd", CompanyName="Nova Ltd")
        shop.bookkeeper.bill(nova, shop.bookkeeper.item("Consulting"), "200.00")
        shop.set_hubspot(edit_invoices=True)
        await shop.connect(show_quickbooks_invoices="true", start_date="all")
        await shop.sync(until_quiet=True)
        done = shop.undo("first-sync")
        assert [(step.kind, step.deed, step.why_not) for step in done.steps] == [
            ("invoice", "Archive in HubSpot", ""),
            ("customer", "Archive in HubSpot", ""),
        ]
        await shop.sync(until_quiet=True)
        assert shop.seller.all("invoices") == shop.seller.all("companies") == []
        assert Decimal(shop.bookkeeper.only("Invoice")["TotalAmt"]) == 200
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)

    in_virtual_time(tmp_path, story)


def test_copies_of_a_signed_month_and_their_payments_stay(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.bookkeeper.create("Customer", DisplayName="Nova Ltd", CompanyName="Nova Ltd")
        work = shop.bookkeeper.item("Consulting")
        old = shop.bookkeeper.bill(nova, work, "250.00", TxnDate="2026-02-10")
        shop.bookkeeper.receive(old, "100.00", TxnDate="2026-02-20")
        shop.bookkeeper.bill(nova, work, "80.00", TxnDate="2026-03-05")
        shop.set_hubspot(edit_invoices=True)
        await shop.connect(show_quickbooks_invoices="true", start_date="all")
        await shop.sync(until_quiet=True)
        assert await shop.sign(date(2026, 2, 28))
        done = shop.undo("first-sync")
        locked = "It lies in a month that is locked up to 2026-02-28."
        told = sorted((step.kind, step.why_not.partition(" Set")[0]) for step in done.steps if step.kind != "customer")
        assert told == [("invoice", ""), ("invoice", locked), ("settlement", locked)]
        await shop.sync(until_quiet=True)
        assert [one["hs_amount_billed"] for one in shop.seller.all("invoices", "hs_amount_billed")] == ["250.00"]
        assert len(shop.seller.all("commerce_payments")) == 1
        assert await shop.sign(date(2026, 2, 28)), "it ties out as before"

    in_virtual_time(tmp_path, story)


def test_what_was_undone_and_is_taken_in_again_is_made_anew(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        invoice = shop.seller.invoice(
            shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00")
        )
        await shop.connect()
        await shop.sync(until_quiet=True)
        number = shop.seller.sees("invoices", invoice, "hs_number")
        made = next(one for one in shop.history() if one.kind == "invoice" and one.what == "Created in QuickBooks")
        shop.undo(made.id)
        with shop.nothing_is_written():
            planned = await shop.rehearse()
        assert [(step.side, step.kind, step.verb) for step in planned.steps] == [("books", "invoice", "void")]
        await shop.sync(until_quiet=True)
        shop.leave_out(number, include=True)
        await shop.sync(until_quiet=True)
        shop.fix("let_quickbooks_number")
        await shop.sync(until_quiet=True)
        assert sorted(Decimal(one["TotalAmt"]) for one in shop.bookkeeper.all("Invoice")) == [0, 200]
        assert shop.seller.sees("invoices", invoice, "tieout_state") == "In sync"
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("fate", ["killed before it is sent", "killed once it is answered", "the answer is lost"])
def test_an_undo_that_is_interrupted_goes_on_where_it_was(tmp_path: Path, fate: str) -> None:
    async def story(shop: Shop) -> None:
        buyer = shop.seller.company("Nova Ltd", "ana@nova.example")
        paid = shop.seller.invoice(buyer, ("Consulting", "2", "100.00"))
        for _ in range(2):
            shop.seller.invoice(buyer, ("Consulting", "2", "100.00"))
        shop.seller.pay(paid, "50.00")
        await shop.connect(book_hubspot_payments="true", start_date="all")
        await shop.sync(until_quiet=True)
        shop.undo("first-sync")
        for path in ("payment", "invoice", "customer"):
            await interrupted(shop, path, fate)
        await shop.clock.sleep(60)
        await shop.sync(until_quiet=True)
        assert {Decimal(one["TotalAmt"]) for one in shop.bookkeeper.all("Invoice")} == {0}
        assert Decimal(shop.bookkeeper.only("Payment")["TotalAmt"]) == 0
        assert shop.bookkeeper.all("Customer") == []
        assert [step for step in shop.undo("first-sync", preview=True).steps if not step.why_not] == []
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


async def interrupted(shop: Shop, path: str, fate: str) -> None:
    """A sync that does not get beyond the first write to an entity of QuickBooks', and the time until it is settled."""
    if fate == "the answer is lost":
        shop.plan("quickbooks", {"match": {"path": path, "method": "POST"}, "nth": 1, "do": "drop_after"})
        await shop.sync()
        shop.plan("quickbooks")
        await shop.clock.sleep(60)
        return
    carried = shop.quickbooks.carry

    class Dying(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            writes = request.method == "POST" and request.url.path.endswith(f"/{path}")
            if writes and fate == "killed before it is sent":
                raise Killed
            answer = await carried.handle_async_request(request)
            if writes:
                raise Killed
            return answer

    shop.quickbooks.carry = Dying()
    with suppress(Killed):
        await shop.sync()
    shop.quickbooks.carry = carried
    await shop.clock.sleep(60)

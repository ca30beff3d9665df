"""A rehearsal through both sandboxes: what would be linked, created, changed and fail, and that nothing is written."""

from pathlib import Path

from tests.stories.virtual import Shop, in_virtual_time

from tieout.core.records import Kind


def test_it_tells_what_would_be_linked_created_and_fail(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        shop.bookkeeper.create("Customer", DisplayName="Nova Ltd", PrimaryEmailAddr={"Address": "ana@nova.example"})
        shop.bookkeeper.create("Customer", DisplayName="Orbit")
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        orbit = shop.seller.company("Orbit", "ben@orbit.example")
        shop.seller.invoice(nova, ("Advice", "2", "50.00"))
        shop.seller.invoice(orbit, ("Advice", "1", "30.00"))
        await shop.connect()
        plan = await shop.rehearse()
        assert [(one.verb, one.kind, one.amount) for one in plan.steps if one.kind == "invoice"] == [
            ("create", "invoice", "100.00")
        ]
        told = {(one.what, one.kind, one.name): one.reason for one in plan.outlook}
        assert told["link", Kind.CUSTOMER, "Nova Ltd"] == "email"
        assert {reason for (what, kind, _), reason in told.items() if (what, kind) == ("fail", Kind.INVOICE)} == {
            "no_customer"
        }
        assert (shop.hubspot.writes(), shop.quickbooks.writes()) == ([], [])

    in_virtual_time(tmp_path, story)


def test_a_change_is_told_before_and_after(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        await shop.connect()
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        sold = shop.seller.invoice(nova, ("Advice", "2", "50.00"), due="2026-04-09")
        await shop.sync(until_quiet=True)
        shop.seller.change("invoices", sold, hs_due_date="2026-04-30T12:00:00Z")
        await shop.clock.sleep(5)
        (step,) = (await shop.rehearse()).steps
        assert [(one.field, one.before, one.after) for one in step.edits] == [("due", "2026-04-09", "2026-04-30")]

    in_virtual_time(tmp_path, story)

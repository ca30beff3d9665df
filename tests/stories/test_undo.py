"""Undo: one write, or a whole first sync. What was sent, paid or touched by somebody else stays, and says why."""

from decimal import Decimal
from typing import Any

from tests.stories.conftest import World, amount


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

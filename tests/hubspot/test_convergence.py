"""Whatever the seller does, and wherever we crash, the mirror ends as a fresh reading of everything."""

import random
from contextlib import suppress

import msgspec
import pytest

from tieout.core.records import Kind
from tieout.remote.errors import Unavailable

WORDS = ("Nova", "Rio", "Lima", "Oslo", "Kyoto")


class Seller:
    """Does something at random."""

    def __init__(self, world, chance: random.Random) -> None:
        self.world = world
        self.chance = chance
        self.companies = [world.make("companies", {"name": f"{word} Ltd"}) for word in WORDS[:3]]
        self.contacts = [world.ana(self.some(["", *self.companies]), f"buyer{n}@nova.example") for n in range(5)]
        self.invoices = [self.invoice() for _ in range(3)]
        self.employer: dict[str, str] = {}

    def some(self, among):
        return self.chance.choice(among)

    def text(self) -> str:
        return f"{self.some(WORDS)} {self.chance.randrange(1000)}"

    def invoice(self) -> str:
        lines = [
            {"price": str(self.chance.randrange(1, 99)), "quantity": "2"} for _ in range(self.chance.randrange(1, 4))
        ]
        return self.world.invoice(self.some(self.contacts), *lines, company=self.some(["", *self.companies]))

    def act(self) -> None:
        world, chance = self.world, self.chance
        invoice = self.some(self.invoices)
        match chance.randrange(11):
            case 0:
                world.edit("contacts", self.some(self.contacts), phone=self.text())
            case 1:
                world.edit("companies", self.some(self.companies), name=self.text())
            case 2:
                self.contacts.append(
                    world.ana(self.some(["", *self.companies]), f"more{len(self.contacts)}@nova.example")
                )
            case 3:
                contact = self.some(self.contacts)
                held = world.show("contacts", contact, "associatedcompanyid")["associatedcompanyid"]
                if held:
                    world.dissociate("contacts", contact, "companies", held)
                else:
                    world.associate("contacts", contact, "companies", self.some(self.companies))
            case 4:
                self.invoices.append(self.invoice())
            case 5 if self.unpaid(invoice):
                world.edit("line_items", self.some(world.lines(invoice)), description=self.text())
            case 6 if self.unpaid(invoice):
                line = world.make(
                    "line_items", {"name": self.text(), "quantity": "1", "price": str(chance.randrange(1, 9))}
                )
                world.associate("invoices", invoice, "line_items", line)
            case 7 if self.unpaid(invoice) and len(world.lines(invoice)) > 1:
                world.archive("line_items", self.some(world.lines(invoice)))
            case 8 if self.unpaid(invoice):
                world.make(
                    "commerce_payments",
                    {"hs_initial_amount": "1", "hs_initiated_date": "2026-03-10", "hs_latest_status": "succeeded"},
                    (invoice, 542),
                )
            case 9:
                world.edit("invoices", invoice, hs_comments=self.text(), tieout_state=self.text())
            case 10:
                world.edit("invoices", invoice, tieout_state=self.text())
            case _:
                world.make("products", {"name": self.text()})

    def unpaid(self, invoice: str) -> bool:
        shown = self.world.show("invoices", invoice, "hs_invoice_status", "hs_amount_paid")
        return shown["hs_invoice_status"] == "open" and float(shown["hs_amount_paid"] or 0) == 0


def crash(world, chance: random.Random) -> None:
    """Read the feed and die at some batch, before it is stored."""

    async def go() -> None:
        left = chance.randrange(4)
        async for batch in world.side.feed(world.cursor):
            if not left:
                return
            left -= 1
            world.cursor = batch.cursor
            world.take(batch.rows)

    world.run(go())


def records(world):
    """What the mirror holds; an issued invoice keeps its customer although its contact changes company."""
    return {
        key: msgspec.structs.replace(row.record, customer="") if key[0] is Kind.INVOICE else row.record
        for key, row in world.mirror.items()
    }


def faults(seed: int) -> list[dict]:
    """Reads that answer from before the last change, and servers that are down."""
    return [
        {
            "match": {"path": "batch/read|objects/2026-09/[a-z_]+/[0-9]+$"},
            "rate": 0.15,
            "seed": seed,
            "do": "stale_read",
        },
        {"match": {"path": "crm"}, "rate": 0.05, "seed": seed, "do": "status", "with": {"status": 503}},
    ]


@pytest.mark.parametrize("model", ["company", "contact"])
@pytest.mark.parametrize("seed", range(16))
def test_the_mirror_ends_as_a_fresh_reading(worlds, model, seed):
    chance = random.Random(seed)
    world = worlds(model=model)
    seller = Seller(world, chance)
    world.plan(*(faults(seed) if seed % 2 else ()))
    for _ in range(60):
        seller.act()
        world.clock.advance(chance.choice([0, 0.5, 2, 20, 200]))
        with suppress(Unavailable):
            if chance.random() < 0.2:
                crash(world, chance)
            elif chance.random() < 0.3:
                world.pull()
    world.clock.advance(10)
    world.plan()
    world.pull()
    world.pull()
    fresh = worlds(model=model, like=world)
    fresh.pull()
    kept, wanted = records(world), records(fresh)
    for key, record in wanted.items():
        assert kept.get(key) == record
    assert set(kept) == set(wanted)

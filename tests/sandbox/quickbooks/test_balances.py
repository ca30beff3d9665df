"""Whatever is booked, changed, voided and deleted: what is open and what is owed add up."""

import random
from decimal import Decimal

import pytest

from .conftest import Books, line, payment

FORMS = ("Invoice", "CreditMemo")


class Walk:
    """A bookkeeper who does things at random, some of which are refused."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.books = Books("us-manual")
        self.item = self.books.item()
        parent = self.books.customer("Nova Ltd")
        self.customers = [parent, self.books.customer("Nova North", ParentRef={"value": parent}, Job=True)]
        self.books.sandbox.patch_company({"void_paid_refused": self.dice.random() < 0.5})

    def all(self, name: str) -> list[dict]:
        return self.books.query(f"SELECT * FROM {name} MAXRESULTS 1000").get(name, [])

    def step(self) -> None:
        dice = self.dice
        do = dice.choice([self.sell, self.sell, self.pay, self.pay, self.pay, self.edit, self.undo, self.switch])
        do(dice)

    def sell(self, dice: random.Random) -> None:
        body = {"CustomerRef": {"value": dice.choice(self.customers)}, "Line": [line(self.item, dice.randint(0, 50))]}
        self.books.post(dice.choice(FORMS), body)

    def pay(self, dice: random.Random) -> None:
        candidates = [(name, row) for name in FORMS for row in self.all(name)]
        chosen = dice.sample(candidates, min(len(candidates), dice.randint(0, 3)))
        applied = [(name, row["Id"], dice.randint(1, 40)) for name, row in chosen]
        body = payment(dice.choice(self.customers), dice.choice([0, 20, 60]), *applied)
        held = self.all("Payment")
        if held and dice.random() < 0.4:
            changed = dice.choice(held)
            body |= {"Id": changed["Id"], "SyncToken": changed["SyncToken"], "sparse": dice.random() < 0.5}
        self.books.post("Payment", body)

    def edit(self, dice: random.Random) -> None:
        name = dice.choice(FORMS)
        if rows := self.all(name):
            row = dice.choice(rows)
            changes = {"sparse": True, "Line": [line(self.item, dice.randint(0, 50))]}
            self.books.post(name, {"Id": row["Id"], "SyncToken": row["SyncToken"]} | changes)

    def undo(self, dice: random.Random) -> None:
        name = dice.choice((*FORMS, "Payment"))
        if rows := self.all(name):
            row = dice.choice(rows)
            body = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
            self.books.post(name, body, operation=dice.choice(["void", "delete"]))

    def switch(self, dice: random.Random) -> None:
        self.books.sandbox.patch_company({"auto_apply_credit": dice.random() < 0.5})

    def check(self) -> None:
        payments = self.all("Payment")
        applied: dict[tuple[str, str], Decimal] = {}
        owed = dict.fromkeys(self.customers, Decimal(0))
        for row in payments:
            signed = Decimal(0)
            for entry in row["Line"]:
                (link,) = entry["LinkedTxn"]
                target = (link["TxnType"], link["TxnId"])
                applied[target] = applied.get(target, Decimal(0)) + entry["Amount"]
                signed += entry["Amount"] if link["TxnType"] == "Invoice" else -entry["Amount"]
            assert row["UnappliedAmt"] == row["TotalAmt"] - signed >= 0
            owed[row["CustomerRef"]["value"]] -= row["UnappliedAmt"]
        for name in FORMS:
            for row in self.all(name):
                used = applied.pop((name, row["Id"]), Decimal(0))
                assert row["Balance"] == row["TotalAmt"] - used >= 0
                linked = {link["TxnId"] for link in row["LinkedTxn"]}
                assert linked == {
                    paid["Id"]
                    for paid in payments
                    for entry in paid["Line"]
                    if entry["LinkedTxn"] == [{"TxnId": row["Id"], "TxnType": name}]
                }
                owed[row["CustomerRef"]["value"]] += row["Balance"] if name == "Invoice" else -row["Balance"]
        assert applied == {}
        stored = {row["Id"]: row for row in self.all("Customer")}
        assert {identity: row["Balance"] for identity, row in stored.items()} == owed
        assert stored[self.customers[0]]["BalanceWithJobs"] == sum(owed.values())


@pytest.mark.parametrize("seed", range(6))
def test_open_amounts_and_balances_add_up(seed):
    walk = Walk(seed)
    for _ in range(60):
        walk.step()
    walk.check()
    kept = walk.books.sandbox.dump()
    walk.books.sandbox.load(kept)
    for _ in range(60):
        walk.step()
    walk.check()

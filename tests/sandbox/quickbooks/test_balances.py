"""Whatever is booked, changed, voided and deleted: what is open and what is owed add up."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from .conftest import Books, line, payment, read

FORMS = ("Invoice", "CreditMemo")
KINDS = (*FORMS, "JournalEntry")
FIRST_DAY = date(2026, 1, 1)


class Walk:
    """A bookkeeper who does things at random, some of which are refused."""

    def __init__(self, seed: int, currency: str) -> None:
        self.dice = random.Random(seed)
        self.books = Books("us-manual")
        self.item = self.books.item()
        self.paid_in = {"CurrencyRef": {"value": currency}}
        self.receivable = "11"
        if currency != "USD":
            self.books.sandbox.patch_company({"multi_currency": True})
        parent = self.books.customer("Nova Ltd", **self.paid_in)
        self.books.invoice(parent, line(self.item, 1), **self.dated(self.dice))
        accounts = self.books.query("SELECT * FROM Account WHERE AccountType = 'Accounts Receivable'")["Account"]
        self.receivable = accounts[-1]["Id"]
        self.customers = [parent, self.books.customer("Nova North", ParentRef={"value": parent}, Job=True)]
        self.books.sandbox.patch_company({"void_paid_refused": self.dice.random() < 0.5})

    def all(self, name: str) -> list[dict]:
        return self.books.query(f"SELECT * FROM {name} MAXRESULTS 1000").get(name, [])

    def step(self) -> None:
        dice = self.dice
        do = dice.choice(
            [*[self.sell] * 4, *[self.pay] * 6, *[self.edit] * 2, *[self.undo] * 2, self.switch, self.book, self.bank]
        )
        do(dice)

    def dated(self, dice: random.Random) -> dict:
        return self.paid_in | {"TxnDate": (FIRST_DAY + timedelta(days=dice.randrange(60))).isoformat()}

    def sell(self, dice: random.Random) -> None:
        body = {"CustomerRef": {"value": dice.choice(self.customers)}, "Line": [line(self.item, dice.randint(0, 50))]}
        self.books.post(dice.choice(FORMS), body | self.dated(dice))

    def book(self, dice: random.Random) -> None:
        owner = {"Entity": {"Type": "Customer", "EntityRef": {"value": dice.choice(self.customers)}}}
        sides = dice.sample(["Debit", "Credit"], 2)
        details = ({"AccountRef": {"value": self.receivable}, **owner}, {"AccountRef": {"value": "13"}})
        lines = [
            {
                "Amount": 30,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": side} | detail,
            }
            for side, detail in zip(sides, details, strict=True)
        ]
        assert self.books.post("JournalEntry", {"Line": lines} | self.dated(dice)).status_code == 200

    def bank(self, dice: random.Random) -> None:
        if (held := self.all("Deposit")) and dice.random() < 0.5:
            gone = dice.choice(held)
            self.books.post("Deposit", {"Id": gone["Id"], "SyncToken": gone["SyncToken"]}, operation="delete")
        elif rows := self.all("Payment"):
            row = dice.choice(rows)
            linked = [{"Amount": row["TotalAmt"], "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Payment"}]}]
            self.books.post("Deposit", {"DepositToAccountRef": {"value": "13"}, "Line": linked} | self.paid_in)

    def pay(self, dice: random.Random) -> None:
        candidates = [(name, row) for name in KINDS for row in self.all(name)]
        chosen = dice.sample(candidates, min(len(candidates), dice.randint(0, 3)))
        applied = [(name, row["Id"], dice.randint(1, 40)) for name, row in chosen]
        body = payment(dice.choice(self.customers), dice.choice([0, 20, 60]), *applied) | self.dated(dice)
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
        name = dice.choice((*KINDS, "Payment"))
        if rows := self.all(name):
            row = dice.choice(rows)
            body = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
            self.books.post(name, body, operation=dice.choice(["void", "delete"]))

    def switch(self, dice: random.Random) -> None:
        self.books.sandbox.patch_company({"auto_apply_credit": dice.random() < 0.5})

    def entries(self) -> dict[str, tuple[str, int]]:
        """The journal entries: id → customer, and whether it owes (1) or is owed (-1) the 30 of each."""
        found = {}
        for row in self.all("JournalEntry"):
            detail = row["Line"][0]["JournalEntryLineDetail"]
            owner = detail["Entity"]["EntityRef"]["value"]
            found[row["Id"]] = (owner, 1 if detail["PostingType"] == "Debit" else -1)
        return found

    def check(self) -> None:
        payments, entries = self.all("Payment"), self.entries()
        applied: dict[tuple[str, str], Decimal] = {}
        owed = dict.fromkeys(self.customers, Decimal(0))
        for row in payments:
            signed = Decimal(0)
            for entry in row["Line"]:
                (link,) = entry["LinkedTxn"]
                target = (link["TxnType"], link["TxnId"])
                applied[target] = applied.get(target, Decimal(0)) + entry["Amount"]
                charge = link["TxnType"] == "Invoice" or entries.get(link["TxnId"], ("", -1))[1] > 0
                signed += entry["Amount"] if charge else -entry["Amount"]
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
        for identity, (owner, sign) in entries.items():
            used = applied.pop(("JournalEntry", identity), Decimal(0))
            assert used <= 30
            owed[owner] += sign * (30 - used)
        assert applied == {}
        stored = {row["Id"]: row for row in self.all("Customer")}
        assert {identity: row["Balance"] for identity, row in stored.items()} == owed
        assert stored[self.customers[0]]["BalanceWithJobs"] == sum(owed.values())
        self.check_banked(payments)
        for days in (0, 20, 40, 60):
            self.check_aging((FIRST_DAY + timedelta(days=days)).isoformat(), entries)

    def check_banked(self, payments: list[dict]) -> None:
        banked = {}
        for row in self.all("Deposit"):
            for entry in row["Line"]:
                banked[entry["LinkedTxn"][0]["TxnId"]] = [{"TxnId": row["Id"], "TxnType": "Deposit"}]
        assert {row["Id"]: row["LinkedTxn"] for row in payments if row["LinkedTxn"]} == banked

    def check_aging(self, day: str, entries: dict[str, tuple[str, int]]) -> None:
        """What was owed on a day is the sum of what was posted by then; without a rate, one for one at home."""
        signs = {"Invoice": 1, "CreditMemo": -1, "Payment": -1}
        posted = sum(
            (entries[row["Id"]][1] if name == "JournalEntry" else signs[name]) * row["TotalAmt"]
            for name in (*KINDS, "Payment")
            for row in self.all(name)
            if row["TxnDate"] <= day
        )
        answer = self.books.ask("GET", f"{self.books.root}/reports/AgedReceivables", params={"report_date": day})
        rows = read(answer)["Rows"].get("Row", [])
        assert Decimal(rows[-1]["Summary"]["ColData"][-1]["value"] if rows else 0) == posted


@pytest.mark.parametrize(
    ("seed", "currency"), [*((seed, "USD") for seed in range(6)), (6, "EUR"), (7, "JPY"), (8, "KWD")]
)
def test_open_amounts_and_balances_add_up(seed, currency):
    walk = Walk(seed, currency)
    for _ in range(60):
        walk.step()
    walk.check()
    kept = walk.books.sandbox.dump()
    walk.books.sandbox.load(kept)
    for _ in range(60):
        walk.step()
    walk.check()

"""What both accounts must show: the file's totals, and what seller and bookkeeper did to them since."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from bench.sums import Sums


@dataclass
class Bill:
    """An invoice. total: GBP. cash, credited: what payments and credit notes have settled of it."""

    total: Decimal
    cash: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)
    is_void: bool = False

    @property
    def owed(self) -> Decimal:
        """What is left to pay, as HubSpot counts: it knows of cash alone."""
        return Decimal(0) if self.is_void else self.total - self.cash

    @property
    def balance(self) -> Decimal:
        """What is left to pay, as QuickBooks counts."""
        return self.owed - self.credited


@dataclass
class Expected:
    """All documents by the number that the file gives them. credits: credit notes, what is still to be applied."""

    home: dict[str, Bill] = field(default_factory=dict)
    abroad: dict[str, Bill] = field(default_factory=dict)
    drafts: set[str] = field(default_factory=set)
    credits: dict[str, Decimal] = field(default_factory=dict)

    def add(self, sold: Sums, ending: str = "") -> None:
        """Add what was sold. ending: of the numbers, where they are not the file's own."""
        self.home |= {number + ending: Bill(total) for number, total in sold.home.items()}
        self.abroad |= {number + ending: Bill(total) for number, total in sold.abroad.items()}
        self.drafts |= {number + ending for number in sold.drafts}
        self.credits |= {number + ending: total for number, total in sold.credits.items()}

    def bill(self, number: str) -> Bill:
        """One invoice. Raises KeyError."""
        return self.home[number] if number in self.home else self.abroad[number]

    def live(self) -> list[Bill]:
        """All invoices that are not void."""
        return [bill for bill in (*self.home.values(), *self.abroad.values()) if not bill.is_void]

    def receivable(self) -> Decimal:
        """What QuickBooks' A/R report says: what is owed, less the credit that is left."""
        return total(bill.balance for bill in self.live()) - total(self.credits.values())


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Their sum."""
    return sum(amounts, Decimal(0))

"""Trade in a second currency: both accounts take it up, and the bookkeeper says what it is worth, or does not."""

from decimal import Decimal

from tests.simulation.bookkeeper import Bookkeeper
from tests.simulation.plan import dice
from tests.simulation.seller import Seller
from tests.simulation.stage import Stage

_WORTH = {"EUR": ("1.08", "1.1045"), "JPY": ("0.0067", "0.00655"), "KWD": ("3.25", "3.2608")}
"""What one unit may be worth at home, on one day or another."""
_LONG_AGO, _OF_LATE = -60, (0, -1, -3, -20)


class Abroad:
    """Opens both accounts to the plan's second currency, as far as the seed wants it; teaches people the rest."""

    def __init__(self, stage: Stage, seller: Seller, bookkeeper: Bookkeeper) -> None:
        self._stage = stage
        self._bookkeeper = bookkeeper
        self._code = stage.plan.currency
        random = dice(stage.plan.seed, "abroad")
        if random.random() < 0.85:
            self.bill_in_it()
        stage.books.patch_company({"multi_currency": True})
        if random.random() < 0.85:
            self.switch()
            if random.random() < 0.65:
                self._set(random.choice(_WORTH[self._code]), _LONG_AGO)
        seller.learn(((1, self.bill_in_it),))
        bookkeeper.learn(((4, self.set_rate), (1, self.switch)))

    def bill_in_it(self) -> bool:
        """HubSpot takes the currency up."""
        account = self._stage.crm.company()
        if self._code in account["currencies"]:
            return False
        self._stage.crm.patch_company({"currencies": [account["currency"], self._code]})
        return True

    def switch(self) -> bool:
        """QuickBooks takes the currency up, or trades in it no more for a while."""
        listed = self._bookkeeper.select("CompanyCurrency", "Active in (true, false)")
        if listed:
            self._bookkeeper.write("CompanyCurrency", {**listed[0], "Active": not listed[0]["Active"]})
        else:
            self._bookkeeper.write("CompanyCurrency", {"Code": self._code})
        return True

    def set_rate(self) -> bool:
        """What the currency is worth from a day on; at times 1, which is how QuickBooks shows that nobody knows."""
        worth = self._bookkeeper.random.choice((*_WORTH[self._code], *_WORTH[self._code], "1"))
        self._set(worth, self._bookkeeper.random.choice((*_OF_LATE, _LONG_AGO)))
        return True

    def _set(self, worth: str, offset: int) -> None:
        day, rate = self._bookkeeper.day(offset), Decimal(worth)
        self._bookkeeper.write("ExchangeRate", {"SourceCurrencyCode": self._code, "AsOfDate": day, "Rate": rate})
        self._stage.rates.append((self._stage.clock.now(), day, rate))

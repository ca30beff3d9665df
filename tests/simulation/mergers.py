"""People who tidy their lists: duplicates merged in HubSpot, customers and items merged in QuickBooks."""

from tests.simulation.bookkeeper import Bookkeeper
from tests.simulation.seller import CRM, Seller
from tests.simulation.stage import Stage

from tieout.sandbox.vendor import WrongSetting


class Mergers:
    """Teaches both people to merge what they keep lists of."""

    def __init__(self, stage: Stage, seller: Seller, bookkeeper: Bookkeeper) -> None:
        self._stage = stage
        self._seller = seller
        self._bookkeeper = bookkeeper
        seller.learn(((3, self.merge_companies), (2, self.merge_contacts), (2, self.merge_products)))
        bookkeeper.learn(((3, self.merge_customers), (2, self.merge_items)))

    def merge_companies(self) -> bool:
        buyers = self._seller.buyers
        known = sorted({company for company, _ in buyers if company})
        if len(known) < 2:
            return False
        one, other = self._seller.random.sample(known, 2)
        became = self._merge("companies", one, other)
        buyers[:] = [(became if company in (one, other) else company, contact) for company, contact in buyers]
        return True

    def merge_contacts(self) -> bool:
        """Of one company, or of none: another would have to be asked which company is right."""
        buyers = self._seller.buyers
        first = self._seller.pick(buyers)
        other = self._seller.pick([one for one in buyers if first and one != first and one[0] in (first[0], "")])
        if first is None or other is None:
            return False
        became = self._merge("contacts", first[1], other[1])
        buyers.remove(other)
        buyers[buyers.index(first)] = first[0], became
        return True

    def merge_products(self) -> bool:
        products = self._seller.products
        if len(products) < 2:
            return False
        one, other = self._seller.random.sample(products, 2)
        became = self._merge("products", one, other)
        products[:] = [product for product in products if product not in (one, other)] + [became]
        return True

    def merge_customers(self) -> bool:
        return self._merge_in_books("Customer")

    def merge_items(self) -> bool:
        return self._merge_in_books("Item")

    def _merge(self, kind: str, primary: str, other: str) -> str:
        body = {"primaryObjectId": primary, "objectIdToMerge": other}
        return str(self._seller.call("POST", f"{CRM}/{kind}/merge", body)["id"])

    def _merge_in_books(self, entity: str) -> bool:
        rows = self._bookkeeper.select(entity)
        if len(rows) < 2:
            return False
        one, other = self._bookkeeper.random.sample(rows, 2)
        try:
            self._stage.books.merge(entity, one["Id"], other["Id"])
        except WrongSetting:
            return False
        return True

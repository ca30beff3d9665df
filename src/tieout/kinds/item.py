"""The item: a HubSpot product and a QuickBooks Item (product or service)."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from tieout.core.decide import (
    Bond,
    Change,
    Create,
    Decision,
    Exclude,
    Fail,
    Link,
    Nothing,
    Pair,
    Update,
    Wait,
    World,
)
from tieout.core.fields import taken
from tieout.core.match import Candidate, likeness, only_certain
from tieout.core.questions import Answers, HolderOf, Holders, LinkOf, Matches, MatchesOf, Question
from tieout.core.records import Key, Kind, Side
from tieout.core.text import folded, normal
from tieout.core.warn import FreeText
from tieout.kinds import lists, mapped, merging

NAME_LIMIT = 100
"""Characters that QuickBooks allows in an item's name."""
_NO_ARTICLES = ("Category", "Group")
"""Items of QuickBooks' that are not sold as such: headings, and bundles of other items."""


class Item(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="is", tag="item"):
    """What is sold.

    id: the product's id in HubSpot, or `sku:…` / `name:…` for an item that only invoice lines name; the Item's Id in
    QuickBooks.
    type: in QuickBooks `Service`, `NonInventory`, `Inventory`, `Category`, `Group`; empty in HubSpot.
    price: per unit, in the account's own currency; None where there is none.
    custom, traits: values of mapped fields, and what filters look at: see Customer.
    formers: ids of products that were merged into this one.
    """

    id: str
    name: str = ""
    sku: str = ""
    text: str = ""
    price: Decimal | None = None
    type: str = ""
    account: str = ""
    active: bool = True
    custom: dict[str, str] = {}
    traits: dict[str, str] = {}
    formers: tuple[str, ...] = ()


class ItemRules:
    """How items are matched and created. Price, account and type are the bookkeeper's after creation."""

    kind = Kind.ITEM

    def keys(self, side: Side, record: Item) -> tuple[Key, ...]:
        """SKU (its case counts: 85049G and 85049g are two articles) and name; in QuickBooks the name as one taken."""
        keys: list[Key] = []
        if record.active and record.type != "Category":
            if record.sku:
                keys.append(Key("sku", normal(record.sku)))
            if record.name:
                keys.append(Key("name", folded(record.name)))
        if side is Side.BOOKS:
            keys.append(Key("item_name", folded(record.name)))
        return tuple(keys)

    def compare(self, crm: Item, books: Item, shared: Mapping[str, bool]) -> Candidate:
        """Weigh two unlinked items that share keys. shared: key name to whether it is unique on both sides."""
        one_sku = bool(crm.sku) and bool(books.sku)
        identifying = [k for k in ("sku",) if shared.get(k)]
        if shared.get("name") and not one_sku:
            identifying.append("name")
        return Candidate(
            id=books.id,
            label=books.name,
            shared=tuple(k for k in ("sku", "name") if k in shared),
            identifying=tuple(identifying),
            against=("sku",) if one_sku and normal(crm.sku) != normal(books.sku) else (),
            likeness=likeness(crm.name, books.name),
        )

    def needs(self, pair: Pair[Item], world: World, answers: Answers) -> frozenset[Question]:
        """An item without counterpart asks for matches, and for the holders of the names it could take."""
        if pair.bond is not None:
            return frozenset({merging.question(pair, pair.bond)} if pair.gone else ()) - answers.keys()
        if pair.crm is None:
            known = MatchesOf(Kind.ITEM, Side.BOOKS, pair.books.id) if pair.books is not None else None
            return frozenset({known} if known is not None and _is_listed(pair, world) else ()) - answers.keys()
        wanted: set[Question] = {MatchesOf(Kind.ITEM, Side.CRM, pair.crm.id)}
        wanted |= {LinkOf(Kind.ITEM, Side.CRM, former) for former in pair.crm.formers}
        if pair.needed or _is_listed(pair, world):
            wanted |= {HolderOf(Key("item_name", folded(name))) for name in _names(pair.crm, world)}
        return frozenset(wanted - answers.keys())

    def alone(self, pair: Pair[Item], world: World, answers: Answers) -> Decision:
        """Link what is certain, create what is wanted, leave what is ambiguous."""
        crm = pair.crm
        if crm is None:
            return self._from_books(pair, world, answers)
        if chosen := pair.choices.get("link_item"):
            return Link(chosen, "by_you")
        if (lives_on := merging.former(pair.kind, crm.formers, answers)) is not None:
            return lives_on
        found = answers[MatchesOf(Kind.ITEM, Side.CRM, crm.id)]
        # The same name under another SKU is another article, not a candidate.
        candidates = tuple(c for c in found.candidates if not c.against) if isinstance(found, Matches) else ()
        create = "create_item" in pair.choices
        if world.reviewed and not create and (certain := only_certain(candidates)):
            return Link(certain.id, ",".join(certain.identifying))
        listed = _is_listed(pair, world)
        if not pair.needed and not listed:
            return Exclude("not_needed")
        if not world.reviewed:
            return Wait(Kind.ITEM, crm.id, "review")
        if candidates and not create:
            named = {"name": crm.name}
            return Fail("ambiguous_match", named, candidates) if pair.needed else Exclude("no_counterpart", candidates)
        if not world.settings.auto_create_items and not create and not listed:
            return Exclude("no_counterpart")
        return self._create(crm, world, answers)

    def _from_books(self, pair: Pair[Item], world: World, answers: Answers) -> Decision:
        """An item of QuickBooks' becomes a product only with the whole list: no invoice needs one in HubSpot.

        Certain matches are linked from HubSpot's side; what is near without being certain is for a person.
        """
        books = pair.books
        if books is None or not _is_listed(pair, world):
            return Exclude("not_needed")
        if not world.reviewed:
            return Wait(Kind.ITEM, books.id, "review", side=Side.BOOKS)
        found = answers[MatchesOf(Kind.ITEM, Side.BOOKS, books.id)]
        candidates = tuple(c for c in found.candidates if not c.against) if isinstance(found, Matches) else ()
        if candidates:
            return Exclude("no_counterpart", candidates)
        if problems := mapped.obstacles(self.kind, books, Side.CRM, world):
            return problems[0]
        price = books.price if world.facts.crm.currency == world.facts.books.currency else None
        new = Item("", books.name, books.sku, books.text, price, custom=books.custom)
        return Create(Side.CRM, mapped.carried(new, self.kind, Side.CRM, (), world.settings))

    def _create(self, crm: Item, world: World, answers: Answers) -> Decision:
        if unfit := no_account(world, crm.name or crm.sku):
            return unfit
        if problems := mapped.obstacles(self.kind, crm, Side.BOOKS, world):
            return problems[0]
        names = _names(crm, world)
        if not names:
            return Fail("no_name")
        for name in names:
            if len(name) > NAME_LIMIT:
                return Fail("text_too_long", {"name": name[:60], "limit": str(NAME_LIMIT), "length": str(len(name))})
            key = Key("item_name", folded(name))
            reply = answers[HolderOf(key)]
            if isinstance(reply, Holders) and not reply.holders:
                record = Item(
                    id="",
                    name=name,
                    sku=crm.sku,
                    text=crm.text or crm.name,
                    price=crm.price,
                    type=world.settings.item_type,
                    account=world.settings.income_account,
                    custom=crm.custom,
                )
                return Create(Side.BOOKS, mapped.carried(record, self.kind, Side.BOOKS, (), world.settings), (key,))
        return Fail("duplicate_item_name", {"name": names[0]})

    def linked(self, pair: Pair[Item], bond: Bond[Item], world: World, answers: Answers) -> Decision:
        """Nothing flows after creation: the price is the seller's, account and type are the bookkeeper's."""
        del bond, world, answers
        if "reactivate" in pair.choices and pair.books is not None and not pair.books.active:
            again = msgspec.structs.replace(pair.books, active=True)
            return Update((Change(Side.BOOKS, again, ("active",)),), asked="reactivate")
        return Nothing()

    def gone(self, pair: Pair[Item], bond: Bond[Item], side: Side, how: str, answers: Answers) -> Decision:
        """Nothing is deleted or created again by itself; what was merged is followed."""
        return merging.follow(pair, bond, side, how, answers)

    def texts(self, pair: Pair[Item], bond: Bond[Item]) -> tuple[FreeText, ...]:
        """The description."""
        del bond
        if pair.crm is None or pair.books is None:
            return ()
        return (FreeText("text", pair.crm.text or pair.crm.name, pair.books.text),)

    def advance(self, base: Item, now: Item, names: tuple[str, ...]) -> Item:
        """The base with the named fields taken from `now`."""
        return taken(base, now, names)


def _is_listed(pair: Pair[Item], world: World) -> bool:
    """Whether it is made on the other side with the whole list: an active article, and no mere name on lines."""
    side, own = (Side.CRM, pair.crm) if pair.crm is not None else (Side.BOOKS, pair.books)
    if own is None or not own.active or own.type in _NO_ARTICLES or (side is Side.CRM and ":" in own.id):
        return False
    return lists.is_copied(pair.kind, side, world.settings)


def no_account(world: World, name: str) -> Fail | None:
    """Why a new item called `name` could not post: no account is chosen, or one that QuickBooks no longer offers."""
    chosen, offered = world.settings.income_account, world.facts.books.income_accounts
    if not chosen:
        return Fail("income_account_missing", {"name": name})
    if chosen not in {account.id for account in offered}:
        return Fail("income_account_unusable", {"name": name})
    return None


def _names(crm: Item, world: World) -> tuple[str, ...]:
    """The names to try in QuickBooks, in order; a colon would mean a category there."""
    parts = {"name": crm.name or crm.sku, "sku": crm.sku}
    tried = [world.settings.item_name] + ([world.settings.item_name_taken] if crm.sku else [])
    names = (normal(pattern.format_map(parts).replace(":", " ")) for pattern in tried)
    return tuple(dict.fromkeys(n for n in names if n))

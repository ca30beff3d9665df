"""How customers are matched, created and merged."""

from collections.abc import Mapping

import msgspec

from tieout.core import countries
from tieout.core.decide import (
    Bond,
    Change,
    Create,
    Decision,
    Exclude,
    Fail,
    Link,
    Pair,
    Update,
    Wait,
    World,
    restored,
    settle_merge,
)
from tieout.core.fields import Direction, Field, taken, value_of, with_values
from tieout.core.match import Candidate, likeness, only_certain
from tieout.core.merge import Sides, merge
from tieout.core.questions import Answers, Holder, HolderOf, Holders, LinkOf, Matches, MatchesOf, Question
from tieout.core.records import Address, Key, Kind, Side
from tieout.core.text import (
    email,
    email_domain,
    folded,
    is_free_mail,
    is_shared_box,
    name_form,
    name_words,
    normal,
    phone,
)
from tieout.core.warn import FreeText
from tieout.kinds import lists, mapped, merging
from tieout.kinds.currency import in_currency, parted
from tieout.kinds.customer import Customer, display_name
from tieout.kinds.premises import premises


def _address_form(address: object) -> tuple[str, ...]:
    if not isinstance(address, Address) or not address:
        return ()
    return tuple(folded(part) for part in msgspec.structs.astuple(address))


def _address_text(address: object) -> str:
    return ", ".join(part for part in msgspec.structs.astuple(address) if part) if isinstance(address, Address) else ""


_PERSON = ("first", "last", "email")
"""What HubSpot holds of a company's person, in a contact of its own."""

_SHARED_KEYS = ("tax", "email", "domain", "name", "address")


class CustomerRules:
    """How customers are matched, created and merged."""

    kind = Kind.CUSTOMER

    fields: tuple[Field[Customer], ...] = (
        Field("phone", Direction.BOTH, lambda c: c.phone, lambda v: phone(str(v), "")),
        Field("website", Direction.BOTH, lambda c: c.website, lambda v: folded(str(v)).rstrip("/")),
        Field("email", Direction.ASK, lambda c: c.email, lambda v: email(str(v))),
        Field("company", Direction.ASK, lambda c: c.company, lambda v: normal(str(v))),
        Field("first", Direction.ASK, lambda c: c.first, lambda v: normal(str(v))),
        Field("last", Direction.ASK, lambda c: c.last, lambda v: normal(str(v))),
        Field("billing", Direction.ASK, lambda c: c.billing, _address_form, _address_text),
    )

    def keys(self, side: Side, record: Customer) -> tuple[Key, ...]:
        """E-mail, tax number, domain, whole name, name with address; in QuickBooks the name that is taken besides.

        Whoever has another currency than the QuickBooks company shares no key with who has not, and is no candidate.
        """
        if record.member_of:
            return ()  # the company that it is a part of is the customer, and carries these keys
        keys: list[Key] = []
        if record.email:
            keys.append(Key("email", email(record.email)))
            domain = email_domain(record.email)
            if domain and not is_free_mail(domain):
                keys.append(Key("domain", domain))
        if record.tax_number:
            keys.append(Key("tax", _tax_form(record.tax_number)))
        if record.active:
            keys += [Key("name", n) for n in sorted(_name_forms(record))]
            keys += [Key("address", p) for p in sorted(premises(_names(record), record.billing))]
        if record.currency:
            keys = [Key(key.name, in_currency(key.value, record.currency)) for key in keys]
        if side is Side.BOOKS:
            keys.append(Key("display_name", folded(record.name)))
        return tuple(keys)

    def compare(self, crm: Customer, books: Customer, shared: Mapping[str, bool]) -> Candidate:
        """Weigh two unlinked records that share keys. shared: key name to whether it is unique on both sides."""
        same_name = bool(_name_forms(crm) & _name_forms(books))
        identifying = [k for k in ("tax", "email") if shared.get(k)]
        vague = is_free_mail(email_domain(books.email)) or is_shared_box(books.email)
        if "email" in identifying and vague and not same_name:
            identifying.remove("email")
        return Candidate(
            id=books.id,
            label=books.name,
            shared=tuple(k for k in _SHARED_KEYS if k in shared),
            identifying=tuple(identifying),
            against=_against(crm, books),
            likeness=max((likeness(a, b) for a in _names(crm) for b in _names(books) if a and b), default=0),
        )

    def needs(self, pair: Pair[Customer], world: World, answers: Answers) -> frozenset[Question]:
        """A wanted customer without counterpart asks for matches, and for the holder of its name."""
        if pair.bond is not None:
            return frozenset({merging.question(pair, pair.bond)} if pair.gone else ()) - answers.keys()
        if pair.crm is None:
            known = MatchesOf(Kind.CUSTOMER, Side.BOOKS, pair.books.id) if pair.books is not None else None
            return frozenset({known} if known is not None and _is_wanted(pair, world) else ()) - answers.keys()
        if pair.crm.member_of:
            return frozenset()
        wanted: set[Question] = {MatchesOf(Kind.CUSTOMER, Side.CRM, pair.crm.id)}
        wanted |= {LinkOf(Kind.CUSTOMER, Side.CRM, former) for former in pair.crm.formers}
        if _is_wanted(pair, world):
            wanted |= {HolderOf(k) for k in self._names_to_try(pair, pair.crm, world)}
        return frozenset(wanted - answers.keys())

    def alone(self, pair: Pair[Customer], world: World, answers: Answers) -> Decision:
        """Link what is certain, create what is wanted and has no candidate, leave the rest with its candidates."""
        crm = pair.crm
        if crm is None:
            return self._from_books(pair, world, answers)
        if chosen := pair.choices.get("link_customer"):
            return Link(chosen, "by_you")
        if crm.member_of:
            return Exclude("part_of_company")
        if (lives_on := merging.former(pair.kind, crm.formers, answers)) is not None:
            return lives_on
        found = answers[MatchesOf(Kind.CUSTOMER, Side.CRM, crm.id)]
        candidates = found.candidates if isinstance(found, Matches) else ()
        if world.reviewed and (certain := only_certain(candidates)) and "create_customer" not in pair.choices:
            return Link(certain.id, ",".join(certain.identifying))
        if not _is_wanted(pair, world):
            return Exclude("not_needed")
        if not world.reviewed:
            return Wait(Kind.CUSTOMER, crm.id, "review")
        if "create_customer" not in pair.choices and (candidates or not _may_be_made(Side.CRM, world)):
            return Exclude("no_counterpart", candidates)
        return self._create(pair, crm, world, answers)

    def _from_books(self, pair: Pair[Customer], world: World, answers: Answers) -> Decision:
        """A customer of QuickBooks' is made in HubSpot where one of its invoices is shown there, or all of them are.

        Certain matches are linked from HubSpot's side; what is near without being certain is for a person.
        """
        books = pair.books
        if books is None or not _is_wanted(pair, world):
            return Exclude("not_needed")
        if not world.reviewed:
            return Wait(Kind.CUSTOMER, books.id, "review", side=Side.BOOKS)
        found = answers[MatchesOf(Kind.CUSTOMER, Side.BOOKS, books.id)]
        candidates = found.candidates if isinstance(found, Matches) else ()
        if "create_customer" not in pair.choices and (candidates or not _may_be_made(Side.BOOKS, world)):
            return Exclude("no_counterpart", candidates)
        if problems := mapped.obstacles(self.kind, books, Side.CRM, world):
            return problems[0]
        new = mapped.carried(books, self.kind, Side.CRM, self.fields, world.settings)
        return Create(Side.CRM, msgspec.structs.replace(new, id="", parent="", balance=None))

    def _create(self, pair: Pair[Customer], crm: Customer, world: World, answers: Answers) -> Decision:
        if problems := mapped.obstacles(self.kind, crm, Side.BOOKS, world):
            return problems[0]
        holder: Holder | None = None
        for key in self._names_to_try(pair, crm, world):
            name = key.value
            reply = answers[HolderOf(key)]
            holders = reply.holders if isinstance(reply, Holders) else ()
            if not holders:
                typed = next(n for n in self._typed_names(pair, crm, world) if folded(n) == name)
                new = mapped.carried(_for_books(crm, typed), self.kind, Side.BOOKS, self.fields, world.settings)
                return Create(Side.BOOKS, new, (key,))
            holder = holder or holders[0]
            if any(parted(one.crm)[0] != parted(crm.id)[0] for one in holders):
                break
        if holder is None:
            return Fail("no_name")
        return Fail(
            "duplicate_display_name",
            {
                "name": display_name(crm, world.settings.display_name),
                "holder": holder.id,
                "holder_list": holder.list,
                "holder_name": holder.label,
                "holder_active": "true" if holder.active else "false",
                "holder_linked": "true" if holder.linked else "false",
            },
        )

    def _typed_names(self, pair: Pair[Customer], crm: Customer, world: World) -> tuple[str, ...]:
        """The names to try, in order: with its currency where the plain one is the same customer's in another."""
        books = world.facts.books
        name = display_name(crm, world.settings.display_name)
        if pattern := pair.choices.get("rename_by_pattern"):
            known = {"name": name, "email": crm.email, "company": crm.company, "first": crm.first, "last": crm.last}
            name = normal(pattern.format_map(known).replace("()", "").replace(":", " "))
        if not name or not books.multicurrency:
            return (name,) if name else ()
        return name, f"{name} ({crm.currency or books.currency})"

    def _names_to_try(self, pair: Pair[Customer], crm: Customer, world: World) -> tuple[Key, ...]:
        return tuple(Key("display_name", folded(n)) for n in self._typed_names(pair, crm, world))

    def linked(self, pair: Pair[Customer], bond: Bond[Customer], world: World, answers: Answers) -> Decision:
        """Merge field by field: phone and website flow, names and addresses ask."""
        del answers
        if pair.crm is None or pair.books is None:
            raise ValueError("A linked pair was decided without both of its records.")
        if "reactivate" in pair.choices and not pair.books.active:
            again = msgspec.structs.replace(pair.books, active=True)
            return Update((Change(Side.BOOKS, again, ("active",)),), asked="reactivate")
        if back := restored(pair.choices):
            wanted = with_values(pair.crm, back)
            return Update((Change(Side.CRM, wanted, tuple(back)),), asked="restore")
        persons = (*_PERSON, *(m.field for m in mapped.of_kind(self.kind, world.settings) if m.type == "contacts"))
        if _missing_person(pair.crm, pair.books, bond.crm_base):
            of_person = tuple(name for name in persons if value_of(pair.books, name) is not None)
            return Update((Change(Side.CRM, self.advance(pair.crm, pair.books, of_person), of_person),))
        fields = (
            *mapped.directed(self.kind, self.fields, world.settings),
            *mapped.compared(self.kind, pair.crm, pair.books, bond, world),
        )
        rules = mapped.rules(self.kind, world.settings)
        merged = merge(fields, Sides(pair.crm, pair.books, bond.crm_base, bond.books_base), rules)
        merged, problems = mapped.fitting(merged, self.kind, pair.crm, pair.books, world)
        decision = settle_merge(self, pair.crm, pair.books, merged, pair.choices)
        return _by_part(mapped.told(decision, problems), pair.crm, persons)

    def gone(self, pair: Pair[Customer], bond: Bond[Customer], side: Side, how: str, answers: Answers) -> Decision:
        """Nothing is deleted or created again by itself; what was merged is followed."""
        return merging.follow(pair, bond, side, how, answers)

    def texts(self, pair: Pair[Customer], bond: Bond[Customer]) -> tuple[FreeText, ...]:
        """The mapped ones."""
        del bond
        if pair.crm is None or pair.books is None:
            return ()
        return tuple(mapped.texts(pair.crm.custom, pair.books.custom))

    def advance(self, base: Customer, now: Customer, names: tuple[str, ...]) -> Customer:
        """The base with the named fields taken from `now`."""
        return taken(base, now, names)


def _is_wanted(pair: Pair[Customer], world: World) -> bool:
    """Whether the other side shall have it: something needs it, or the whole list of the active ones is made there."""
    side, own = (Side.CRM, pair.crm) if pair.crm is not None else (Side.BOOKS, pair.books)
    return pair.needed or (own is not None and own.active and lists.is_copied(pair.kind, side, world.settings))


def _may_be_made(side: Side, world: World) -> bool:
    """Whether customers of `side` are made on the other side without being asked about one by one."""
    return world.settings.auto_create_customers or lists.is_copied(Kind.CUSTOMER, side, world.settings)


def _missing_person(crm: Customer, books: Customer, base: Customer) -> bool:
    """Whether a company of our making still lacks its person, whom QuickBooks names.

    One that it has had already, and that somebody took away, is not made again.
    """
    ours = bool(crm.marker) and crm.parts == (crm.id,) and crm.id.startswith("company:")
    had, named = (any(getattr(one, name) for name in _PERSON) for one in (base, books))
    return ours and named and not had


def _by_part(decision: Decision, crm: Customer, persons: tuple[str, ...]) -> Decision:
    """HubSpot keeps a company's person in a contact: what belongs to each is a write of its own.

    persons: the fields that are the person's.
    """
    if not isinstance(decision, Update) or not any(part.startswith("company:") for part in crm.parts):
        return decision
    changes: list[Change] = []
    for change in decision.changes:
        of_person = tuple(n for n in change.fields if n in persons)
        others = tuple(n for n in change.fields if n not in persons)
        if change.side is Side.CRM and of_person and others:
            changes += [msgspec.structs.replace(change, fields=fields) for fields in (others, of_person)]
        else:
            changes.append(change)
    return msgspec.structs.replace(decision, changes=tuple(changes))


def _tax_form(number: str) -> str:
    return folded(number).replace(" ", "")


def _names(customer: Customer) -> tuple[str, ...]:
    return (customer.name, customer.company, f"{customer.first} {customer.last}".strip())


def _name_forms(customer: Customer) -> set[str]:
    return {name_form(n) for n in _names(customer)} - {""}


def _legal_forms(customer: Customer) -> set[str]:
    return {name_words(n)[1] for n in (customer.name, customer.company)} - {""}


def _against(crm: Customer, books: Customer) -> tuple[str, ...]:
    found: list[str] = []
    if crm.currency and books.currency and crm.currency != books.currency:
        found.append("currency")
    if crm.tax_number and books.tax_number and _tax_form(crm.tax_number) != _tax_form(books.tax_number):
        found.append("tax_number")
    here, there = countries.code(crm.billing.country), countries.code(books.billing.country)
    if here and there and here != there:
        found.append("country")
    forms, other = _legal_forms(crm), _legal_forms(books)
    if forms and other and not forms & other:
        found.append("legal_form")
    mine, theirs = email_domain(crm.email), email_domain(books.email)
    if mine and theirs and mine != theirs and not (is_free_mail(mine) or is_free_mail(theirs)):
        found.append("email_domain")
    return tuple(found)


def _for_books(crm: Customer, name: str) -> Customer:
    return Customer(
        id="",
        name=name,
        company=crm.company,
        first=crm.first,
        last=crm.last,
        email=crm.email,
        phone=crm.phone,
        website=crm.website,
        billing=crm.billing,
        currency=crm.currency,
        tax_number=crm.tax_number,
        custom=crm.custom,
    )

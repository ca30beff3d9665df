"""What a seed stands for: the accounts, their habits, and how much happens."""

from datetime import date
from random import Random
from typing import Literal

import msgspec

from tieout.core.fields import Rule
from tieout.core.settings import Model

_RULES = (Rule.ASK, Rule.HUBSPOT, Rule.QUICKBOOKS)


class Plan(msgspec.Struct, frozen=True):
    """One simulated stretch of time. Seconds where nothing else is said.

    latency: the longest way of a request or an answer.
    commit_within: how long a vendor may take to carry a write out. expiring: access tokens expire now and then.
    moves: of the seller, and of the bookkeeper. fixes: of the one who answers failures. overseen: audits, and moves of
    the lock date. merging, banking: people merge records; the bookkeeper deposits and re-applies payments.
    lateness: the share of faults by which a whole batch is carried out after its client has given up.
    undoes: the share of what the one who answers failures does that takes one of our writes back instead.
    currency: a second one, in which both trade; empty = none. currency_assumed: QuickBooks takes a document that names
    no currency to be in its customer's.
    doubled: what the seller had made at first, the bookkeeper had typed in too.
    crashing, stealing: how likely a worker's life ends early, and its lease is taken within two seconds.
    """

    seed: int
    company: Literal["us-manual", "uk"]
    model: Model
    quotas: bool
    latency: float
    commit_within: float
    index_lag: float
    batch_requestid: bool
    custom_numbers: bool
    duplicate_numbers_refused: bool
    void_paid_refused: bool
    auto_apply_credit: bool
    auto_create_customers: bool
    lock_date: date | None
    show_quickbooks_invoices: bool
    book_hubspot_payments: bool
    merging: bool
    banking: bool
    overseen: int
    expiring: bool
    due_date_rule: Rule
    memo_rule: Rule
    phone_rule: Rule
    workers: int
    seconds: float
    moves: int
    fixes: int
    crashing: float
    stealing: float
    lateness: float
    undoes: float = 0.0
    currency: str = ""
    currency_assumed: bool = False
    doubled: bool = False


def draw(seed: int) -> Plan:
    """The plan that a seed stands for."""
    random = Random(f"plan {seed}")
    return Plan(
        seed=seed,
        company="uk" if random.random() < 0.2 else "us-manual",
        model="contact" if random.random() < 0.3 else "company",
        quotas=random.random() < 0.4,
        latency=random.choice((0.05, 0.4, 1.5)),
        commit_within=random.choice((2.0, 2.0, 20.0, 120.0)),
        index_lag=random.choice((0.0, 2.0, 2.0, 10.0)),
        batch_requestid=random.random() < 0.5,
        custom_numbers=random.random() < 0.8,
        duplicate_numbers_refused=random.random() < 0.6,
        void_paid_refused=random.random() < 0.8,
        auto_apply_credit=random.random() < 0.2,
        auto_create_customers=random.random() < 0.85,
        lock_date=date(2026, 2, 25) if random.random() < 0.2 else None,
        show_quickbooks_invoices=dice(seed, "issuing").random() < 0.5,
        book_hubspot_payments=dice(seed, "receiving").random() < 0.5,
        merging=dice(seed, "merging").random() < 0.35,
        banking=dice(seed, "banking").random() < 0.35,
        overseen=dice(seed, "overseeing").choice((0, 0, 3)),
        expiring=random.random() < 0.3,
        due_date_rule=random.choice(_RULES),
        memo_rule=random.choice(_RULES),
        phone_rule=random.choice(_RULES),
        workers=random.choice((1, 2, 3)),
        seconds=random.choice((900.0, 1500.0, 1800.0)),
        moves=random.randint(14, 24),
        fixes=random.choice((0, 4, 10)),
        crashing=random.choice((0.0, 0.25, 0.5)),
        stealing=random.choice((0.0, 0.0, 0.02, 0.08)),
        lateness=random.choice((0.0, 0.1, 0.3)),
        currency=dice(seed, "currency").choice(("EUR", "EUR", "JPY", "KWD", *[""] * 8)),
        currency_assumed=dice(seed, "assuming").random() < 0.3,
    )


def dice(seed: int, purpose: str) -> Random:
    """A generator of its own for each purpose, so that one more draw in one place moves nothing elsewhere."""
    return Random(f"{purpose} {seed}")
